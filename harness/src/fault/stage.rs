//! The moments of a session at which something can go wrong.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// A moment in an SMTP session, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// The TCP connection was accepted; nothing has been said, and on the implicit-TLS port no
    /// byte of TLS either.
    Connect,
    /// The greeting is due (RFC 5321 §3.1); on the implicit-TLS port inside TLS.
    Greeting,
    /// The reply to EHLO or HELO is due, before TLS and inside it.
    Ehlo,
    /// The reply to STARTTLS is due (RFC 3207).
    StartTls,
    /// The client's ClientHello was read; the ServerHello is due.
    Handshake,
    /// The handshake was completed, and nothing has been said inside TLS: what comes next is the
    /// client's EHLO, or on the implicit-TLS port the greeting.
    Tls,
    /// The reply to AUTH is due (RFC 4954).
    Auth,
    /// The reply to MAIL is due.
    Mail,
    /// The reply to RCPT is due.
    Rcpt,
    /// The reply to DATA is due, before any content.
    Data,
    /// The reply to a BDAT chunk that is not the last is due (RFC 3030).
    Chunk,
    /// The reply to the content is due: after the final dot, or after the last BDAT chunk.
    Body,
    /// The reply to QUIT is due.
    Quit,
    /// Every stage at which a reply is due, [`Greeting`](Self::Greeting) to [`Quit`](Self::Quit),
    /// other commands (RSET, NOOP, VRFY, HELP) included.
    Any,
}

impl Stage {
    /// Every stage, in the order in which they come.
    pub const ALL: [Self; 14] = [
        Self::Connect,
        Self::Greeting,
        Self::Ehlo,
        Self::StartTls,
        Self::Handshake,
        Self::Tls,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Chunk,
        Self::Body,
        Self::Quit,
        Self::Any,
    ];

    /// The stage's name in a scenario file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::StartTls => "starttls",
            Self::Handshake => "handshake",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Chunk => "chunk",
            Self::Body => "body",
            Self::Quit => "quit",
            Self::Any => "any",
        }
    }

    /// Whether the server owes the client a reply at this stage.
    pub(crate) fn has_reply(self) -> bool {
        !matches!(self, Self::Connect | Self::Handshake | Self::Tls)
    }

    /// Whether a fault at `self` applies at the stage that a session has reached.
    pub(crate) fn covers(self, reached: Self) -> bool {
        self == reached || self == Self::Any && reached.has_reply()
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Stage {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.name() == given)
            .ok_or_else(|| Error::UnknownName {
                kind: "stage",
                given: given.to_owned(),
                near: None,
            })
    }
}
