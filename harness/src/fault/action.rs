//! What happens at a stage instead of the right thing.

use std::fmt;
use std::time::Duration;

use super::Stage;
use crate::error::Error;
use crate::smtp::Reply;

/// What happens at a [`Stage`] instead of the right thing.
///
/// Actions are of two kinds. Those that *edit* (`Add`, `Conceal`, `Delay`, `Drip`, `Hide`, `Mask`)
/// add up: all that match apply, in the order in which they were installed. Those that
/// *replace* (`Close`, `Handshake`, `Raw`, `Reply`, `Reset`, `Stall`) do not: the first that
/// matches wins.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Adds a line at the end of the EHLO reply. What is listed is also honoured, as far as the
    /// server knows the extension.
    Add(String),
    /// Ends the connection in good order (FIN; inside TLS with close_notify).
    Close,
    /// Removes a keyword from the EHLO reply while the command goes on working.
    Conceal(String),
    /// Waits before what comes next.
    Delay(Duration),
    /// Sends the reply in pieces of `octets`, each after a wait of `every`.
    Drip {
        /// How many octets go out at a time; at least 1.
        octets: usize,
        /// The wait before each piece.
        every: Duration,
    },
    /// Breaks the TLS handshake.
    Handshake(HandshakeFault),
    /// Removes a keyword from the EHLO reply; the command itself is refused as well.
    Hide(String),
    /// Overwrites a keyword in the EHLO reply in place (`XXXXXXXA`, as Cisco's `inspect esmtp`
    /// does); the command itself is refused as well.
    Mask(String),
    /// Sends these bytes instead of the reply, as they are, and goes on as if the right reply
    /// had been sent. At [`Stage::Handshake`] they stand for the ServerHello.
    Raw(Vec<u8>),
    /// Sends another reply. Its code has its effect: RCPT answered with `550` adds no
    /// recipient, DATA answered with `250` is followed by no content, and after `421` the
    /// connection is closed (RFC 5321 §3.8).
    Reply(Reply),
    /// Drops the connection with a TCP reset.
    Reset,
    /// Says nothing more, and waits until the client leaves.
    Stall,
}

/// A way in which a TLS handshake breaks after the ClientHello was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandshakeFault {
    /// A fatal alert of this code (RFC 8446 §6) instead of the ServerHello; then FIN.
    Alert(u8),
    /// FIN without an alert.
    Close,
    /// 512 octets that are no TLS record, always the same ones; then FIN.
    Junk,
    /// This line in clear where the ServerHello is due, as a server does that never left SMTP;
    /// then FIN.
    Plaintext(String),
    /// A TCP reset without an alert.
    Reset,
    /// Nothing at all, until the client leaves.
    Silence,
    /// Only this TLS version or a later one is spoken: an older client gets alert 70,
    /// `protocol_version`, and others succeed.
    VersionFloor(TlsVersion),
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        })
    }
}

impl Action {
    /// The action's name in a scenario file.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Close => "close",
            Self::Conceal(_) => "conceal",
            Self::Delay(_) => "delay",
            Self::Drip { .. } => "drip",
            Self::Handshake(_) => "handshake",
            Self::Hide(_) => "hide",
            Self::Mask(_) => "mask",
            Self::Raw(_) => "raw",
            Self::Reply(_) => "reply",
            Self::Reset => "reset",
            Self::Stall => "stall",
        }
    }

    /// Whether this action only edits what goes out, so that others may apply beside it.
    pub(crate) fn edits(&self) -> bool {
        matches!(
            self,
            Self::Add(_)
                | Self::Conceal(_)
                | Self::Delay(_)
                | Self::Drip { .. }
                | Self::Hide(_)
                | Self::Mask(_)
        )
    }

    /// Says why this action can do nothing at `stage`, if it cannot.
    pub(crate) fn check_at(&self, stage: Stage) -> Result<(), Error> {
        let why = match self {
            Self::Add(_) | Self::Conceal(_) | Self::Hide(_) | Self::Mask(_)
                if stage != Stage::Ehlo =>
            {
                "only the EHLO reply lists keywords; use the stage `ehlo`"
            }
            Self::Add(line) if line.is_empty() || line.contains(['\r', '\n']) => {
                "an EHLO line is one line of text and not empty; use `raw` for anything else"
            }
            Self::Conceal(keyword) | Self::Hide(keyword) | Self::Mask(keyword)
                if keyword.is_empty() || keyword.contains([' ', '\r', '\n']) =>
            {
                "a keyword is one word, as `STARTTLS`"
            }
            Self::Handshake(_) if stage != Stage::Handshake => {
                "TLS is negotiated at the stage `handshake`, with STARTTLS and with implicit TLS"
            }
            Self::Handshake(HandshakeFault::Plaintext(line)) if line.contains(['\r', '\n']) => {
                "the plaintext is one line; its line end is added"
            }
            Self::Reply(_) if !stage.has_reply() => {
                "no reply is due there; use `raw` for bytes, or a stage that has a reply"
            }
            Self::Drip { .. } if !stage.has_reply() => "no reply is due there that could drip",
            Self::Drip { octets: 0, .. } => "a drip of no octets would never end; use `stall`",
            Self::Raw(_) if stage == Stage::Connect => {
                "the greeting comes next; use the stage `greeting`"
            }
            _ => return Ok(()),
        };
        Err(Error::NoSuchFault {
            given: format!("`{}` at `{stage}`", self.name()),
            why: why.to_owned(),
        })
    }
}
