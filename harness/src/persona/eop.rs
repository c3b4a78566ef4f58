//! Exchange Online Protection, as it talks on port 25 today and as it talked in 2014.

use super::exchange::{UNCERTAIN_REPLIES, accepted_with_rate, limits, replies};
use super::{Limits, Persona};
use crate::smtp::Reply;

/// The list of 2014, and the head of today's.
const EHLO: [&str; 8] = [
    "SIZE {max-size}",
    "PIPELINING",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "STARTTLS",
    "8BITMIME",
    "BINARYMIME",
    "CHUNKING",
];

/// What stands in no capture, of today or of 2014.
const UNCERTAIN: [&str; 10] = [
    "ehlo-tls", // whether AUTH is listed on port 25, and why it was
    "replies.tls-first",
    "replies.idle",
    "limits.recipients",
    "limits.errors",
    "limits.concurrent",
    "limits.idle",
    "limits.session",
    "limits.line",
    "accepts-bare-lf",
];

impl Persona {
    /// Exchange Online Protection, today: banner and EHLO list as in public captures of 2025.
    /// Its refusals name the machine, the time and the session at their end, as they do since
    /// about 2023; the rest is what Exchange says.
    #[must_use]
    pub fn eop() -> Self {
        let ehlo = || EHLO.into_iter().chain(["SMTPUTF8"]);
        let mut replies = replies();
        replies.accepted = accepted_with_rate();
        for reply in replies.each_mut() {
            if reply.is_transient() || reply.is_permanent() {
                sign(reply);
            }
        }
        Self {
            name: "eop".to_owned(),
            summary: "Exchange Online Protection today; from public captures of 2025".to_owned(),
            host: "AMS0EPF0000019A.mail.protection.outlook.com".to_owned(),
            banner: Reply::from("220 {host} Microsoft ESMTP MAIL Service ready at {date} [{id}]"),
            ehlo: ehlo().map(str::to_owned).collect(),
            ehlo_tls: ehlo()
                .filter(|line| *line != "STARTTLS")
                .map(str::to_owned)
                .collect(),
            replies,
            uncertain: uncertain(&["replies.accepted"]),
            ..common()
        }
    }

    /// Exchange Online Protection in 2014: the EHLO lists, in clear and inside TLS, and the
    /// replies to a message are those that an Exchange server logged in December 2014; the
    /// banner's host is one of 2016. Refusals name no machine yet; the rest is what Exchange says.
    #[must_use]
    pub fn eop_2014() -> Self {
        Self {
            name: "eop-2014".to_owned(),
            summary: "Exchange Online Protection in 2014; from a published protocol log".to_owned(),
            host: "BN1BFFO11FD038.mail.protection.outlook.com".to_owned(),
            banner: Reply::from("220 {host} Microsoft ESMTP MAIL Service ready at {date}"),
            ehlo: EHLO.map(str::to_owned).to_vec(),
            // The log has AUTH LOGIN in the place of STARTTLS.
            ehlo_tls: EHLO
                .map(|line| match line {
                    "STARTTLS" => "AUTH LOGIN".to_owned(),
                    line => line.to_owned(),
                })
                .to_vec(),
            replies: replies(),
            uncertain: uncertain(&[]),
            ..common()
        }
    }
}

/// What did not change over the years.
fn common() -> Persona {
    Persona {
        hello: "{host} Hello [{ip}]".to_owned(),
        limits: Limits {
            message: 157_286_400,
            ..limits()
        },
        accepts_bare_lf: false,
        ..Persona::plain()
    }
}

fn uncertain(also: &[&str]) -> Vec<String> {
    UNCERTAIN_REPLIES
        .iter()
        .chain(&UNCERTAIN)
        .chain(also)
        .map(|field| (*field).to_owned())
        .collect()
}

/// Adds the machine's own name, the time and the session's id; the region is the one in the
/// capture.
pub(crate) fn sign(reply: &mut Reply) {
    if let Some(last) = reply.lines.last_mut() {
        last.push_str(" [{machine}.eop-nam06.prod.protection.outlook.com {timestamp} {id}]");
    }
}
