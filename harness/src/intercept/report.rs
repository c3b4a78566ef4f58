//! What a box saw and did, as data.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use mailfault_certs::Der;

use super::tampering::Break;
use crate::fault::Stage;
use crate::report::{Alert, Ended, Tls, Transcript, readable};
use crate::smtp::Reply;

/// What a box saw and did, from its start to its end.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The sessions, in the order in which they began.
    pub sessions: Vec<Crossing>,
    /// How many sessions were forgotten because there were too many
    /// ([`Bounds::kept_sessions`](super::Bounds::kept_sessions)).
    pub forgotten: usize,
}

/// One session that crossed the box.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Crossing {
    /// Its number, from 1, in the order in which connections were accepted.
    pub number: u64,
    /// Between the client and the box.
    pub client: Leg,
    /// Between the box and the server.
    pub server: Leg,
    /// What was changed, in order; the transcripts of both legs tell it at its place.
    pub changes: Vec<Change>,
}

/// One of the two connections of a session.
///
/// In its transcript `C:` is whoever is the client on it, which on the server's side is the box.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Leg {
    /// The other end: the client's address, or the server's.
    pub peer: SocketAddr,
    /// Everything that crossed. Octets that are no SMTP, as TLS that passes, are counted at its
    /// end.
    pub transcript: Transcript,
    /// The TLS connection, if the box has opened it.
    pub tls: Option<Tls>,
    /// The certificates that were shown on it, the leaf first: by the box to the client, by the
    /// server to the box. Empty where the box has not opened TLS.
    pub certificates: Vec<Der>,
    /// The fatal alert that the other end sent to the box.
    pub alert: Option<Alert>,
    /// How it ended; `None` while it is open.
    pub ended: Option<Ended>,
    /// How many octets passed that are no SMTP: TLS that the box does not open, above all.
    pub opaque: Opaque,
}

/// Octets that passed unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opaque {
    /// Towards the server.
    pub from_client: u64,
    /// Towards the client.
    pub from_server: u64,
}

/// Something that is other than it would be without the box.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// The server heard a command in other words.
    Command {
        /// What the client sent.
        was: String,
        /// What the server heard.
        now: String,
    },
    /// The box answered a command that the server never heard.
    Answered {
        /// What the client sent.
        command: String,
        /// What the box said.
        reply: Reply,
    },
    /// The client heard a reply in other words.
    Reply {
        /// What was answered.
        at: Stage,
        /// What the server said.
        was: String,
        /// What the client heard.
        now: String,
    },
    /// A word of the server was held back.
    Delayed {
        /// Which.
        at: Stage,
        /// How long.
        wait: Duration,
    },
    /// The connection was broken behind the `220` to STARTTLS.
    Broke(Break),
    /// The client's TLS ends in the box; whether it goes on inside TLS is told by the server's leg.
    Terminated {
        /// Whose certificate it was shown, as Windows prints names.
        subject: String,
    },
    /// The same, with the server's certificate signed again.
    Resigned {
        /// The subject of both, as Windows prints names.
        subject: String,
        /// Who has signed the one that the client was shown.
        issuer: String,
    },
    /// The client showed a certificate, which the server will never see.
    ClientCertificateDropped(Der),
    /// Header fields were put in front of a message.
    HeadersAdded(String),
}

impl Report {
    /// The certificates that clients were shown, each once, in the order in which it first was.
    #[must_use]
    pub fn shown(&self) -> Vec<&Der> {
        let mut shown: Vec<&Der> = Vec::new();
        for leaf in self
            .sessions
            .iter()
            .filter_map(|one| one.client.certificates.first())
        {
            if !shown.contains(&leaf) {
                shown.push(leaf);
            }
        }
        shown
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sessions.is_empty() {
            return writeln!(f, "no session");
        }
        for session in &self.sessions {
            write!(f, "{session}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Crossing {
    /// Both transcripts, the client's first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "session {}, {} and the box",
            self.number, self.client.peer
        )?;
        write!(f, "{}", self.client.transcript)?;
        writeln!(
            f,
            "session {}, the box and {}",
            self.number, self.server.peer
        )?;
        write!(f, "{}", self.server.transcript)
    }
}

impl fmt::Display for Change {
    /// One line, however long the words are that it is about.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command { was, now } => write!(f, "`{}` becomes `{}`", shown(was), shown(now)),
            Self::Answered { command, .. } => {
                write!(f, "the box answers `{}` itself", shown(command))
            }
            Self::Reply { at, was, now } => {
                let (gone, new) = (lines_apart(was, now), lines_apart(now, was));
                write!(f, "of the reply at {at} {gone} becomes {new}")
            }
            Self::Delayed { at, wait } => write!(f, "the box waits {wait:?} at {at}"),
            Self::Broke(how) => write!(f, "the box breaks STARTTLS with {how}"),
            Self::Terminated { subject } => {
                write!(f, "TLS ends in the box, which shows `{subject}`")
            }
            Self::Resigned { subject, issuer } => {
                let whose = format!("`{subject}` signed again by `{issuer}`");
                write!(f, "TLS ends in the box, which shows {whose}")
            }
            Self::ClientCertificateDropped(_) => {
                f.write_str("the client's certificate is lost in the box")
            }
            Self::HeadersAdded(text) => {
                let fields = text.lines().filter(|line| !line.starts_with([' ', '\t']));
                let names = fields.filter_map(|line| line.split(':').next());
                write!(f, "the box adds {}", names.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// The lines of a text that another does not have.
fn lines_apart(text: &str, other: &str) -> String {
    let others: Vec<&str> = other.lines().collect();
    let apart = text.lines().filter(|line| !others.contains(line));
    let apart: Vec<String> = apart.map(|line| format!("`{}`", shown(line))).collect();
    match apart.is_empty() {
        true => "nothing".to_owned(),
        false => apart.join(", "),
    }
}

/// A client's word on one line, cut where a reader has seen enough.
fn shown(text: &str) -> String {
    const SHOWN: usize = 200;
    let text = readable(text.as_bytes());
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
