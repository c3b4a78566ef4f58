//! Exchange Online Protection, as it talks on port 25 today.

use super::exchange::{UNCERTAIN_REPLIES, accepted_with_rate, limits, replies};
use super::{Limits, Persona};
use crate::smtp::Reply;

impl Persona {
    /// Exchange Online Protection, today: banner and EHLO list as in public captures of 2025.
    /// Its refusals name the machine, the time and the session at their end, as they do since
    /// about 2023; the rest is what Exchange says.
    #[must_use]
    pub fn eop() -> Self {
        const EHLO: [&str; 9] = [
            "SIZE {max-size}",
            "PIPELINING",
            "DSN",
            "ENHANCEDSTATUSCODES",
            "STARTTLS",
            "8BITMIME",
            "BINARYMIME",
            "CHUNKING",
            "SMTPUTF8",
        ];
        let mut replies = replies();
        replies.accepted = accepted_with_rate();
        for reply in replies.each_mut() {
            if reply.is_transient() || reply.is_permanent() {
                sign(reply);
            }
        }
        let uncertain = [
            "ehlo-tls", // whether AUTH is listed on port 25
            "replies.accepted",
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
        Self {
            name: "eop".to_owned(),
            summary: "Exchange Online Protection today; from public captures of 2025".to_owned(),
            host: "AMS0EPF0000019A.mail.protection.outlook.com".to_owned(),
            banner: Reply::from("220 {host} Microsoft ESMTP MAIL Service ready at {date} [{id}]"),
            hello: "{host} Hello [{ip}]".to_owned(),
            ehlo: EHLO.map(str::to_owned).to_vec(),
            ehlo_tls: EHLO
                .into_iter()
                .filter(|line| *line != "STARTTLS")
                .map(str::to_owned)
                .collect(),
            replies,
            limits: Limits {
                message: 157_286_400,
                ..limits()
            },
            accepts_bare_lf: false,
            uncertain: UNCERTAIN_REPLIES
                .into_iter()
                .chain(uncertain)
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// The machine's own name, the time and the session's id; the region is the one in the capture.
fn sign(reply: &mut Reply) {
    if let Some(last) = reply.lines.last_mut() {
        last.push_str(" [{machine}.eop-nam06.prod.protection.outlook.com {timestamp} {id}]");
    }
}
