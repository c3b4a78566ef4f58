//! What happens in a session.

use std::net::SocketAddr;
use std::time::Duration;

use mailfault::{Event, What};
use serde::Serialize;

use super::Alert;

/// Something that happened in a session.
#[derive(Serialize)]
pub(crate) struct Happened {
    session: u64,
    ms: u64,
    #[serde(flatten)]
    what: Kind,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Kind {
    Connected {
        peer: SocketAddr,
        implicit_tls: bool,
    },
    Client {
        text: String,
    },
    Content {
        octets: u64,
    },
    Server {
        text: String,
    },
    Tls {
        text: String,
    },
    TlsFailed {
        text: String,
    },
    AlertFromClient(Alert),
    AlertFromServer(Alert),
    Fault {
        text: String,
    },
    Note {
        text: String,
    },
    Ended {
        text: String,
    },
}

impl Happened {
    pub(crate) fn new(session: u64, Event { at, what }: &Event) -> Self {
        let text = || unmarked(what);
        let what = match what {
            What::Connected { peer, implicit_tls } => Kind::Connected {
                peer: *peer,
                implicit_tls: *implicit_tls,
            },
            What::Client(_) => Kind::Client { text: text() },
            What::Content(octets) => Kind::Content { octets: *octets },
            What::Server(_) => Kind::Server { text: text() },
            What::Tls(text) => Kind::Tls { text: text.clone() },
            What::TlsFailed(text) => Kind::TlsFailed { text: text.clone() },
            What::AlertFromClient(alert) => Kind::AlertFromClient((*alert).into()),
            What::AlertFromServer(alert) => Kind::AlertFromServer((*alert).into()),
            What::Fault(text) => Kind::Fault { text: text.clone() },
            What::Ended(how) => Kind::Ended {
                text: how.to_string(),
            },
            What::Note(text) => Kind::Note { text: text.clone() },
            other => Kind::Note {
                text: other.to_string(),
            },
        };
        Self {
            session,
            ms: milliseconds(*at),
            what,
        }
    }
}

/// A transcript's lines without their marks `C:` and `S:`; what does not print is escaped.
fn unmarked(what: &What) -> String {
    let marked = what.to_string();
    let lines = marked.lines().map(|line| line.get(3..).unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
