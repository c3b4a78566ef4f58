//! What a box does to a conversation, as data.

use std::fmt;
use std::time::Duration;

use super::greylist::Greylist;
use crate::fault::Stage;
use crate::smtp::Reply;

/// Something that a box does to the conversations that cross it.
///
/// Several go together where a session can show them all; those that cannot are an error when the
/// box is started. Every one that happened is in the report.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Tampering {
    /// Puts header fields in front of every message, as templates: see [`Self::HEADER_WORDS`].
    AddHeaders(Vec<String>),
    /// Lets the server's `220` to STARTTLS pass, and then breaks the connection.
    BreakStartTls(Break),
    /// Holds the server's word back: the greeting, the answer to a ClientHello, a reply.
    Delay {
        /// Which word. [`Stage::Connect`] is the connection to the server itself, [`Stage::Any`]
        /// every reply.
        at: Stage,
        /// How long.
        wait: Duration,
    },
    /// Takes the STARTTLS line out of the EHLO reply.
    DeleteStartTls,
    /// Greets in its own words. The text may hold the placeholders of [`Persona`](crate::Persona).
    Greet(Reply),
    /// Answers RCPT of those whom it does not know yet itself, and lets them wait.
    Greylist(Greylist),
    /// What becomes of a STARTTLS that was hidden from the client and is sent all the same. If
    /// nothing is said, [`Unknown::Mask`] where the keyword was masked, and else a `502`.
    HiddenStartTls(Unknown),
    /// Answers EHLO with its own list, and lists nothing that the server does not have.
    ListExtensions {
        /// The first line, with the placeholders of [`Persona`](crate::Persona).
        hello: String,
        /// The lines behind it, in clear.
        clear: Vec<String>,
        /// The lines behind it, inside TLS.
        inside_tls: Vec<String>,
    },
    /// Overwrites the text of the greeting but for `2` and `0`: `220 *****2*0***`.
    MaskBanner,
    /// Overwrites keywords of the EHLO reply in place: the first with `XXXXXXXA`, the next with
    /// `XXXB`, each as long as it was.
    MaskKeywords(Keywords),
    /// Knows these commands alone.
    OnlyVerbs {
        /// The verbs that pass.
        known: Vec<String>,
        /// What becomes of the others.
        others: Unknown,
    },
    /// Answers EHLO itself, with a refusal, so that the client falls back to HELO.
    RefuseEhlo(Reply),
    /// Answers STARTTLS itself, with a refusal, although it is offered.
    RefuseStartTls(Reply),
    /// Answers MAIL in clear itself, with a refusal.
    RequireTls(Reply),
}

/// How a connection is broken behind the `220` to STARTTLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// These octets come in the place of a ServerHello, then FIN.
    Garbage(Vec<u8>),
    /// FIN.
    Close,
    /// RST.
    Reset,
}

/// Some keywords of an EHLO reply; case does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keywords {
    /// All but these.
    AllBut(Vec<String>),
    /// These and no others.
    Only(Vec<String>),
}

/// What becomes of a command that a box does not know, or does not want to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The box answers it; the server never hears of it.
    Answer(Reply),
    /// Its verb is overwritten with `X` in place, and the server may say what it makes of that.
    Mask,
    /// It passes.
    Pass,
}

impl Tampering {
    /// What RFC 821 has and a PIX's mailguard lets pass.
    pub const MAILGUARD: [&str; 7] = ["HELO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT"];

    /// The placeholders of [`AddHeaders`](Self::AddHeaders): the box, the client, its name in
    /// EHLO, the sender, the only recipient in the form ` for <…>` (empty if there are several),
    /// the time by RFC 5322 and in seconds since 1970, twelve hex digits, and an id as Barracuda
    /// writes it.
    pub const HEADER_WORDS: [&str; 9] = [
        "{host}",
        "{ip}",
        "{client}",
        "{sender}",
        "{for}",
        "{date}",
        "{unix}",
        "{queue-id}",
        "{debug-id}",
    ];

    /// Its name: `delete-starttls`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AddHeaders(_) => "add-headers",
            Self::BreakStartTls(_) => "break-starttls",
            Self::Delay { .. } => "delay",
            Self::DeleteStartTls => "delete-starttls",
            Self::Greet(_) => "greet",
            Self::Greylist(_) => "greylist",
            Self::HiddenStartTls(_) => "hidden-starttls",
            Self::ListExtensions { .. } => "list-extensions",
            Self::MaskBanner => "mask-banner",
            Self::MaskKeywords(_) => "mask-keywords",
            Self::OnlyVerbs { .. } => "only-verbs",
            Self::RefuseEhlo(_) => "refuse-ehlo",
            Self::RefuseStartTls(_) => "refuse-starttls",
            Self::RequireTls(_) => "require-tls",
        }
    }

    /// Whether a client that heeds what it is told never sends STARTTLS.
    pub(super) fn hides_starttls(&self) -> bool {
        match self {
            Self::DeleteStartTls | Self::RefuseEhlo(_) => true,
            Self::MaskKeywords(keywords) => keywords.covers("STARTTLS"),
            _ => false,
        }
    }
}

impl Keywords {
    /// Whether this keyword is one of them.
    #[must_use]
    pub fn covers(&self, keyword: &str) -> bool {
        let among = |list: &[String]| list.iter().any(|one| one.eq_ignore_ascii_case(keyword));
        match self {
            Self::AllBut(list) => !among(list),
            Self::Only(list) => among(list),
        }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Garbage(octets) => write!(f, "{} octets of garbage", octets.len()),
            Self::Close => f.write_str("a FIN"),
            Self::Reset => f.write_str("a reset"),
        }
    }
}
