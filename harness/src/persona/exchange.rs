//! Exchange Server on-premises, as the `Default Frontend` receive connector on port 25 talks.
//!
//! Banner, EHLO list, MAIL, RCPT, DATA, accepted and QUIT stand in Microsoft's documentation of
//! Exchange Server, page `test-smtp-with-telnet`; the banner's template and every limit in that of
//! `Set-ReceiveConnector`; texts of refusals in its page
//! `non-delivery-reports-and-bounce-messages` and in support articles. The list inside TLS and
//! STARTTLS were seen in public logs, the 2019 list in a public nmap scan. What none of them shows
//! keeps the nearest documented text or the plain one, and stands in [`Persona::uncertain`].

use std::time::Duration;

use super::{Limits, Persona, Replies};
use crate::smtp::Reply;

impl Persona {
    /// Exchange Server 2013.
    #[must_use]
    pub fn exchange_2013() -> Self {
        exchange("2013", &EHLO)
    }

    /// Exchange Server 2016. On the wire it says what 2013 says.
    #[must_use]
    pub fn exchange_2016() -> Self {
        exchange("2016", &EHLO)
    }

    /// Exchange Server 2019: offers SMTPUTF8, and says how fast a message came.
    #[must_use]
    pub fn exchange_2019() -> Self {
        let (xrdst, head) = EHLO.split_last().expect("the list is not empty");
        let mut ehlo = head.to_vec();
        ehlo.extend(["SMTPUTF8", xrdst]);
        let mut persona = exchange("2019", &ehlo);
        // Later builds say this much; which was the first is not documented.
        persona.replies.accepted = accepted_with_rate();
        persona.uncertain.push("replies.accepted".to_owned());
        persona
    }
}

/// The list of the Default Frontend connector of 2013 and 2016, in clear.
const EHLO: [&str; 12] = [
    "SIZE {max-size}",
    "PIPELINING",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "STARTTLS",
    "X-ANONYMOUSTLS",
    "AUTH NTLM",
    "X-EXPS GSSAPI NTLM",
    "8BITMIME",
    "BINARYMIME",
    "CHUNKING",
    "XRDST",
];

/// What Microsoft's texts do not say about the replies, hence inferred or the plain text.
pub(super) const UNCERTAIN_REPLIES: [&str; 25] = [
    "replies.helo",
    "replies.chunk",
    "replies.noop",
    "replies.verify",
    "replies.help",
    "replies.auth-needs-tls",
    "replies.auth-not-base64",
    "replies.auth-cancelled",
    "replies.auth-order",
    "replies.not-offered",
    "replies.syntax",
    "replies.bad-parameter",
    "replies.needs-smtputf8",
    "replies.mail-first",
    "replies.rcpt-first",
    "replies.mail-twice",
    "replies.tls-twice",
    "replies.mixed-chunks",
    "replies.bare-lf",
    "replies.line-too-long",
    "replies.too-big",
    "replies.too-many-recipients",
    "replies.too-many-errors",
    "replies.too-many-sessions",
    "replies.session-over",
];

fn exchange(version: &str, ehlo: &[&str]) -> Persona {
    Persona {
        name: format!("exchange-{version}"),
        summary: format!(
            "Exchange Server {version}, Default Frontend; from Microsoft's documentation and public logs"
        ),
        host: "ex01.contoso.test".to_owned(),
        banner: Reply::from("220 {host} Microsoft ESMTP MAIL Service ready at {date}"),
        hello: "{host} Hello [{ip}]".to_owned(),
        ehlo: ehlo.iter().map(|&line| line.to_owned()).collect(),
        ehlo_tls: inside_tls(ehlo),
        replies: replies(),
        limits: limits(),
        accepts_bare_lf: false,
        uncertain: UNCERTAIN_REPLIES
            .into_iter()
            .chain(["accepts-bare-lf", "limits.line"])
            .map(str::to_owned)
            .collect(),
    }
}

/// Seen in a public log: both ways into TLS are gone, and with `BasicAuthRequireTLS` passwords
/// are taken now. The order of the rest stays.
fn inside_tls(ehlo: &[&str]) -> Vec<String> {
    ehlo.iter()
        .filter(|line| !matches!(**line, "STARTTLS" | "X-ANONYMOUSTLS"))
        .map(|line| match *line {
            "AUTH NTLM" => "AUTH NTLM LOGIN".to_owned(),
            line => line.to_owned(),
        })
        .collect()
}

/// What Exchange says on-premises and in the cloud.
pub(super) fn replies() -> Replies {
    Replies {
        helo: Reply::from("250 {host} Hello [{ip}]"),
        starttls: Reply::from("220 2.0.0 SMTP server ready"),
        mail: Reply::from("250 2.1.0 Sender OK"),
        rcpt: Reply::from("250 2.1.5 Recipient OK"),
        data: Reply::from("354 Start mail input; end with <CRLF>.<CRLF>"),
        accepted: Reply::from(
            "250 2.6.0 <{message-id}> [InternalId={internal-id}, Hostname={host}] Queued mail for delivery",
        ),
        reset: Reply::from("250 2.0.0 Resetting"),
        quit: Reply::from("221 2.0.0 Service closing transmission channel"),
        // The words were printed by nmap, without the code.
        help: Reply::from(
            "214 This server supports the following commands: HELO EHLO STARTTLS RCPT DATA RSET MAIL QUIT HELP AUTH BDAT",
        ),

        auth_ok: Reply::from("235 2.7.0 Authentication successful"),
        auth_failed: Reply::from("535 5.7.3 Authentication unsuccessful"),
        auth_mechanism: Reply::from("504 5.7.4 Unrecognized authentication type"),
        auth_needs_tls: Reply::from("504 5.7.4 Unrecognized authentication type"),

        // 5.3.3 and `Send hello first` stand in the documentation's table of enhanced codes.
        unknown: Reply::from("500 5.3.3 Unrecognized command"),
        not_offered: Reply::from("500 5.3.3 Unrecognized command"),
        bad_domain: Reply::from("501 5.5.4 Invalid domain name"),
        bad_address: Reply::from("501 5.1.3 Invalid address"),
        hello_first: Reply::from("503 5.5.2 Send hello first"),
        mail_first: Reply::from("503 5.5.2 Need mail command"),
        rcpt_first: Reply::from("503 5.5.2 Need Rcpt command."),
        // A receive connector with `RequireTLS`.
        tls_first: Reply::from("451 5.7.3 Must issue a STARTTLS command first"),
        auth_first: Reply::from(
            "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
        ),

        // The table gives text and enhanced code of these two; their first three digits are ours.
        too_big: Reply::from("552 5.3.4 Message size exceeds fixed maximum message size"),
        too_many_recipients: Reply::from("452 5.5.3 Too many recipients"),
        too_many_errors: Reply::from(
            "421 4.7.0 Too many errors on this connection, closing transmission channel",
        ),
        // Of 2013 and later only the text for the limit per source is known.
        too_many_sessions: Reply::from(
            "421 4.3.2 The maximum number of concurrent server connections has exceeded a per-source limit, closing transmission channel",
        ),
        idle: Reply::from("451 4.7.0 Timeout waiting for client input"),
        session_over: Reply::from("421 4.4.1 Connection timed out"),
        ..Replies::default()
    }
}

pub(super) fn accepted_with_rate() -> Reply {
    Reply::from(
        "250 2.6.0 <{message-id}> [InternalId={internal-id}, Hostname={host}] {size} bytes in {seconds}, {rate} KB/sec Queued mail for delivery",
    )
}

/// The defaults of `Set-ReceiveConnector`, beside each its name there.
pub(super) fn limits() -> Limits {
    Limits {
        message: 36 * 1024 * 1024,             // MaxMessageSize
        recipients: 200,                       // MaxRecipientsPerMessage
        errors: 5,                             // MaxProtocolErrors
        concurrent: 5_000,                     // MaxInboundConnection
        idle: Duration::from_secs(5 * 60),     // ConnectionInactivityTimeout
        session: Duration::from_secs(10 * 60), // ConnectionTimeout
        ..Limits::default()
    }
}
