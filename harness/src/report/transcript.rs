//! Everything that crossed, in order.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::Alert;

/// Everything that crossed in a session, in order, as far as the limit allows
/// ([`Limits::transcript`](crate::Limits::transcript)).
///
/// `Display` prints one line each: `C:` what the client said, `S:` what the server said, `--`
/// what happened. Bytes that are no printable ASCII or UTF-8 are escaped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcript {
    events: Vec<Event>,
    octets: usize,
    left_out: usize,
}

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// How long after the connection was accepted.
    pub at: Duration,
    /// What happened.
    pub what: What,
}

/// What can happen in a session.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// The connection was accepted.
    Connected {
        /// The client's address.
        peer: SocketAddr,
        /// Whether TLS comes first on this port.
        implicit_tls: bool,
    },
    /// The client sent a line; its end is kept as it came.
    Client(Vec<u8>),
    /// The client sent so many octets of message content.
    Content(u64),
    /// The server sent these bytes.
    Server(Vec<u8>),
    /// A TLS handshake was completed.
    Tls(String),
    /// A TLS handshake, or a TLS connection, broke.
    TlsFailed(String),
    /// The client sent an alert.
    AlertFromClient(Alert),
    /// The server sent an alert.
    AlertFromServer(Alert),
    /// The server waits before it refuses, so that guessing takes its time.
    Tarpit(Duration),
    /// A fault fired.
    Fault(String),
    /// Something that the reader should know.
    Note(String),
    /// The session is over.
    Ended(super::Ended),
}

impl Transcript {
    /// The events, in order.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Everything that the client sent, content apart, line ends as they came.
    #[must_use]
    pub fn from_client(&self) -> Vec<u8> {
        let lines = self.events.iter().filter_map(|event| match &event.what {
            What::Client(line) => Some(line.as_slice()),
            _ => None,
        });
        lines.collect::<Vec<_>>().concat()
    }

    /// Everything that the server sent, TLS apart.
    #[must_use]
    pub fn from_server(&self) -> Vec<u8> {
        let bytes = self.events.iter().filter_map(|event| match &event.what {
            What::Server(bytes) => Some(bytes.as_slice()),
            _ => None,
        });
        bytes.collect::<Vec<_>>().concat()
    }

    /// Adds an event, unless the limit on octets is reached; the end is always told.
    pub(crate) fn push(&mut self, at: Duration, what: What, limit: usize) {
        // What an event costs beside its bytes, roughly.
        const EVENT: usize = 64;
        self.octets += EVENT
            + match &what {
                What::Client(bytes) | What::Server(bytes) => bytes.len(),
                What::Tls(text) | What::TlsFailed(text) | What::Fault(text) | What::Note(text) => {
                    text.len()
                }
                _ => 0,
            };
        if self.octets > limit && !matches!(what, What::Ended(_)) {
            self.left_out += 1;
            return;
        }
        self.events.push(Event { at, what });
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.events {
            if matches!(event.what, What::Ended(_)) && self.left_out > 0 {
                writeln!(
                    f,
                    "-- {} events left out: the transcript is full",
                    self.left_out
                )?;
            }
            writeln!(f, "{}", event.what)?;
        }
        Ok(())
    }
}

impl fmt::Display for What {
    /// One line for each line that crossed, without a line end behind the last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { peer, implicit_tls } => {
                let port = if *implicit_tls {
                    " to the implicit-TLS port"
                } else {
                    ""
                };
                write!(f, "-- connection from {peer}{port}")
            }
            Self::Client(line) => lines(f, "C:", line),
            Self::Content(octets) => write!(f, "C: ({octets} octets of content)"),
            Self::Server(bytes) => lines(f, "S:", bytes),
            Self::Tls(text) | Self::Note(text) => write!(f, "-- {text}"),
            Self::TlsFailed(why) => write!(f, "-- TLS failed: {why}"),
            Self::AlertFromClient(alert) => write!(f, "-- alert from the client: {alert}"),
            Self::AlertFromServer(alert) => write!(f, "-- alert from the server: {alert}"),
            Self::Tarpit(wait) => write!(f, "-- the server waits {wait:?} before it refuses"),
            Self::Fault(text) => write!(f, "-- fault: {text}"),
            Self::Ended(how) => write!(f, "-- {how}"),
        }
    }
}

/// Each line behind its mark; a line end is shown only where it is not CRLF.
fn lines(f: &mut fmt::Formatter<'_>, mark: &str, bytes: &[u8]) -> fmt::Result {
    // Whatever a hostile peer sends, a line of a transcript stays one that can be read.
    const SHOWN: usize = 1_000;
    for (i, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let shown = &line[..line.len().min(SHOWN)];
        let newline = if i > 0 { "\n" } else { "" };
        write!(f, "{newline}{mark} {}", readable(shown))?;
        if shown.len() < line.len() {
            write!(f, " … ({} octets)", line.len())?;
        }
    }
    Ok(())
}

/// The text with everything that does not print escaped, as `\r`, `\x00`.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => out.push('\\'),
                '\r' | '\n' | '\t' => out.extend(character.escape_default()),
                _ if character.is_ascii_control() => {
                    out.push_str(&format!("\\x{:02x}", u32::from(character)));
                }
                _ if character.is_control() => out.extend(character.escape_default()),
                _ => out.push(character),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(what: What, expected: &str) {
        assert_eq!(what.to_string(), expected);
    }

    #[test]
    fn a_transcript_can_be_read_whatever_was_sent() {
        check(What::Client(b"EHLO x\r\n".to_vec()), "C: EHLO x");
        check(What::Client(b"EHLO x\n".to_vec()), "C: EHLO x\\n");
        check(
            What::Client(b"a\rb\0\xff\xc3\xbc".to_vec()),
            "C: a\\rb\\x00\\xff\u{fc}",
        );
        check(
            What::Server(b"250-a\r\n250 b\r\n".to_vec()),
            "S: 250-a\nS: 250 b",
        );
        let long = What::Client(vec![b'a'; 5_000]).to_string();
        assert!(
            long.len() < 1_100 && long.ends_with("(5000 octets)"),
            "{long}"
        );
    }

    #[test]
    fn a_full_transcript_says_so_and_still_tells_the_end() {
        let mut transcript = Transcript::default();
        for _ in 0..100 {
            transcript.push(Duration::ZERO, What::Client(vec![b'a'; 100]), 1_000);
        }
        transcript.push(
            Duration::ZERO,
            What::Ended(super::super::Ended::ByClient),
            1_000,
        );
        let text = transcript.to_string();
        assert!(text.contains("events left out"), "{text}");
        assert!(
            text.ends_with("-- the client closed the connection\n"),
            "{text}"
        );
    }
}
