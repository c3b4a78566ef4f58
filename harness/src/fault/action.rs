//! What happens at a stage instead of the right thing.

use std::fmt;
use std::time::Duration;

use super::{HandshakeFault, Stage};
use crate::error::Error;
use crate::smtp::Reply;

/// What happens at a [`Stage`] instead of the right thing.
///
/// Actions are of two kinds. Those that *edit* (`Add`, `Budget`, `Conceal`, `Delay`, `Drip`,
/// `Hide`, `HonourPipelined`, `Jitter`, `Lines`, `LooseEnd`, `Mask`, `Overlong`, `SplitCrlf`,
/// `Throttle`) add up: all that match apply, in the order in which they were installed. Those
/// that *replace* (`Close`, `Endless`, `HalfClose`, `Handshake`, `Raw`, `Reply`, `Reset`, `Stall`,
/// `StopReading`) do not: the first that matches wins.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Adds a line at the end of the EHLO reply. What is listed is also honoured, as far as the
    /// server knows the extension.
    Add(String),
    /// From here on so many octets may cross in either direction, TLS and all; then FIN, in the
    /// middle of whatever it is.
    Budget(u64),
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
    /// Begins a reply and never ends it: its code, then one octet of text after each such wait,
    /// until the client leaves.
    Endless(Duration),
    /// Says nothing more and shuts the server's side (FIN; inside TLS with close_notify), but
    /// reads on until the client leaves.
    HalfClose,
    /// Breaks the TLS handshake.
    Handshake(HandshakeFault),
    /// Removes a keyword from the EHLO reply; the command itself is refused as well.
    Hide(String),
    /// Keeps what the client, or somebody on the line, sent behind STARTTLS in clear, and obeys
    /// it inside TLS: the hole of CVE-2011-0411, for scanners to find.
    HonourPipelined,
    /// Waits before what comes next, for as long as the seed says, at most this long.
    Jitter(Duration),
    /// Puts lines `X-1`, `X-2` and so on in front of the reply's last line until it has so many.
    Lines(usize),
    /// Takes this for the end of the content as well, as a server does that lets messages be
    /// smuggled in (RFC 5321 §4.1.1.4).
    LooseEnd(LooseEnd),
    /// Overwrites a keyword in the EHLO reply in place (`XXXXXXXA`, as Cisco's `inspect esmtp`
    /// does); the command itself is refused as well.
    Mask(String),
    /// Makes the reply's last line so many octets long, its end included.
    Overlong(usize),
    /// Sends these bytes instead of the reply, as they are, and goes on as if the right reply
    /// had been sent. At [`Stage::Handshake`] they stand for the ServerHello, at [`Stage::Tls`]
    /// they come unasked, and at [`Stage::Connect`] before all else: in clear even on an
    /// implicit-TLS port.
    Raw(Vec<u8>),
    /// Sends another reply. Its code has its effect: RCPT answered with `550` adds no
    /// recipient, DATA answered with `250` is followed by no content, and after `421` the
    /// connection is closed (RFC 5321 §3.8).
    Reply(Reply),
    /// Drops the connection with a TCP reset.
    Reset,
    /// Sends the CR and the LF of each line in segments of their own, with such a wait between.
    SplitCrlf(Duration),
    /// Says nothing more, and waits until the client leaves.
    Stall,
    /// Says nothing more and reads nothing more: the client's window fills. What the operating
    /// systems hold in between, which may be megabytes, the client can still write.
    StopReading,
    /// From here on reads so many octets, and then no more for as long as `per`.
    Throttle {
        /// How many octets are read at a time; at least 1.
        octets: usize,
        /// The wait behind them.
        per: Duration,
    },
}

/// What else ends the content at a vulnerable server. The right end, `CRLF . CRLF`, always does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LooseEnd {
    /// A dot between two CRs.
    CrCr,
    /// A dot between a LF and a CRLF.
    LfCrlf,
    /// A dot between two LFs, the first of which may follow a CR.
    LfLf,
}

impl LooseEnd {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CrCr, Self::LfCrlf, Self::LfLf];

    /// The name in a scenario file: `lf.lf`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CrCr => "cr.cr",
            Self::LfCrlf => "lf.crlf",
            Self::LfLf => "lf.lf",
        }
    }

    /// The octets.
    pub(crate) fn octets(self) -> &'static [u8] {
        match self {
            Self::CrCr => b"\r.\r",
            Self::LfCrlf => b"\n.\r\n",
            Self::LfLf => b"\n.\n",
        }
    }
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.0 (RFC 2246). A server speaks it with the feature `legacy-tls` only.
    Tls10,
    /// TLS 1.1 (RFC 4346). A server speaks it with the feature `legacy-tls` only.
    Tls11,
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TLS {}", self.number())
    }
}

impl TlsVersion {
    /// All of them, the oldest first.
    pub const ALL: [Self; 4] = [Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// As a scenario file writes it: `1.2`.
    pub(crate) fn number(self) -> &'static str {
        match self {
            Self::Tls10 => "1.0",
            Self::Tls11 => "1.1",
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }

    /// As TLS writes it: 0x0303 is TLS 1.2.
    pub(crate) fn on_the_wire(self) -> u16 {
        match self {
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }
}

impl Action {
    /// The action's name in a scenario file.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Budget(_) => "budget",
            Self::Close => "close",
            Self::Conceal(_) => "conceal",
            Self::Delay(_) => "delay",
            Self::Drip { .. } => "drip",
            Self::Endless(_) => "endless",
            Self::HalfClose => "half-close",
            Self::Handshake(_) => "handshake",
            Self::Hide(_) => "hide",
            Self::HonourPipelined => "honour-pipelined",
            Self::Jitter(_) => "jitter",
            Self::Lines(_) => "lines",
            Self::LooseEnd(_) => "loose-end",
            Self::Mask(_) => "mask",
            Self::Overlong(_) => "overlong",
            Self::Raw(_) => "raw",
            Self::Reply(_) => "reply",
            Self::Reset => "reset",
            Self::SplitCrlf(_) => "split-crlf",
            Self::Stall => "stall",
            Self::StopReading => "stop-reading",
            Self::Throttle { .. } => "throttle",
        }
    }

    /// Whether this action only edits what goes out, so that others may apply beside it.
    pub(crate) fn edits(&self) -> bool {
        !self.cuts()
            && !matches!(
                self,
                Self::Endless(_) | Self::Handshake(_) | Self::Raw(_) | Self::Reply(_)
            )
    }

    /// Whether this action is the end of the conversation, at whatever moment.
    pub(crate) fn cuts(&self) -> bool {
        matches!(
            self,
            Self::Close | Self::HalfClose | Self::Reset | Self::Stall | Self::StopReading
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
            Self::Handshake(fault) => match fault.mistake() {
                Some(why) => why,
                None => return Ok(()),
            },
            Self::Reply(_) if !stage.has_reply() => {
                "no reply is due there; use `raw` for bytes, or a stage that has a reply"
            }
            Self::Drip { .. } if !stage.has_reply() => "no reply is due there that could drip",
            Self::Drip { octets: 0, .. } => "a drip of no octets would never end; use `stall`",
            Self::Endless(_) | Self::Lines(_) | Self::Overlong(_) | Self::SplitCrlf(_)
                if !stage.has_reply() =>
            {
                "no reply is due there"
            }
            Self::Endless(every) if every.is_zero() => {
                "without a wait the server would do nothing else; wait at least `1ms`"
            }
            Self::Lines(MOST..) | Self::Overlong(MOST..) => {
                "a client that minds is lost long before a million"
            }
            Self::HonourPipelined if stage != Stage::StartTls => {
                "what is sent behind STARTTLS comes at the stage `starttls`"
            }
            Self::LooseEnd(_) if stage != Stage::Data => {
                "DATA decides how the content ends; use the stage `data`"
            }
            Self::Throttle { octets: 0, .. } => "nothing would ever be read; use `stop-reading`",
            _ => return Ok(()),
        };
        Err(Error::NoSuchFault {
            given: format!("`{}` at `{stage}`", self.name()),
            why: why.to_owned(),
        })
    }
}

/// So many lines or octets, and more, no fault adds.
const MOST: usize = 1_000_000;
