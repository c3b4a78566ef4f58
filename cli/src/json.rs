//! The shapes of `--json`. They are documented in this crate's README: change both.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use mailfault::scenario::Scenario;
use mailfault::{Event, Mail, Outcome, Report, Session, What};
use serde::Serialize;

use crate::child::Left;
use crate::play::Target;
use crate::verdict;

/// The first line of `serve`: clients can connect.
#[derive(Serialize)]
pub(crate) struct Ready<'a> {
    ready: bool,
    servers: [Server<'a>; 1],
    ca: &'a Path,
    out: Option<&'a Path>,
}

#[derive(Serialize)]
struct Server<'a> {
    name: &'static str,
    persona: &'a str,
    host: &'a str,
    addr: SocketAddr,
    implicit_addr: Option<SocketAddr>,
    tls_name: &'a str,
    connectors: [(); 0],
}

impl<'a> Ready<'a> {
    pub(crate) fn new(scenario: &'a Scenario, target: &'a Target, out: Option<&'a Path>) -> Self {
        let persona = &scenario.server.persona;
        Self {
            ready: true,
            servers: [Server {
                name: "server",
                persona: &persona.name,
                host: &persona.host,
                addr: target.addr,
                implicit_addr: target.implicit_addr,
                tls_name: &target.name,
                connectors: [],
            }],
            ca: &target.ca,
            out,
        }
    }
}

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

#[derive(Serialize)]
struct Alert {
    code: u8,
    name: &'static str,
}

impl From<mailfault::Alert> for Alert {
    fn from(alert: mailfault::Alert) -> Self {
        Self {
            code: alert.0,
            name: alert.name(),
        }
    }
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

/// A session, when it is over.
#[derive(Serialize)]
pub(crate) struct Over<'a> {
    session: u64,
    event: &'static str,
    peer: SocketAddr,
    implicit_tls: bool,
    client: Option<&'a str>,
    outcome: &'static str,
    as_expected: bool,
    ended: Option<String>,
    alert: Option<Alert>,
    tls: Option<Tls<'a>>,
    client_hello: Option<ClientHello<'a>>,
    in_clear: Vec<InClear<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<String>,
}

#[derive(Serialize)]
struct Tls<'a> {
    version: String,
    cipher_suite: &'a str,
    group: &'a str,
    sni: Option<&'a str>,
    alpn: Option<&'a str>,
    client_certificates: usize,
}

#[derive(Serialize)]
struct ClientHello<'a> {
    sni: Option<&'a str>,
    alpn: &'a [String],
    versions: &'a [u16],
    cipher_suites: &'a [u16],
    groups: &'a [u16],
    signature_schemes: &'a [u16],
}

#[derive(Serialize)]
struct InClear<'a> {
    what: &'static str,
    text: &'a str,
}

impl<'a> Over<'a> {
    pub(crate) fn new(scenario: &Scenario, session: &'a Session) -> Self {
        let outcome = session.outcome();
        let tls = session.tls.as_ref().map(|tls| Tls {
            version: tls.version.to_string(),
            cipher_suite: &tls.cipher_suite,
            group: &tls.group,
            sni: tls.sni.as_deref(),
            alpn: tls.alpn.as_deref(),
            client_certificates: tls.client_certificate.len(),
        });
        let client_hello = session.client_hello.as_ref().map(|hello| ClientHello {
            sni: hello.sni.as_deref(),
            alpn: &hello.alpn,
            versions: &hello.versions,
            cipher_suites: &hello.cipher_suites,
            groups: &hello.groups,
            signature_schemes: &hello.signature_schemes,
        });
        let in_clear = session.in_clear().iter().map(|clear| InClear {
            what: verdict::leak(clear.what),
            text: clear.text.trim_end(),
        });
        Self {
            session: session.number,
            event: "session",
            peer: session.peer,
            implicit_tls: session.implicit_tls,
            client: session.client.as_deref(),
            outcome: outcome.name(),
            as_expected: scenario.expect.contains(&outcome),
            ended: session.ended.map(|ended| ended.to_string()),
            alert: session.alert.map(Alert::from),
            tls,
            client_hello,
            in_clear: in_clear.collect(),
            transcript: None,
        }
    }

    fn with_transcript(mut self, session: &Session) -> Self {
        self.transcript = Some(session.transcript.to_string());
        self
    }
}

/// What became of a whole run: the last line of `serve`, and all that `run` prints.
#[derive(Serialize)]
pub(crate) struct Whole<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    id: &'a str,
    outcome: &'static str,
    expected: Vec<&'static str>,
    as_expected: bool,
    rfc: &'a str,
    sessions: Vec<Over<'a>>,
    mail: Vec<Message<'a>>,
    faults: Vec<Fault>,
    forgotten: usize,
}

#[derive(Serialize)]
struct Message<'a> {
    session: u64,
    from: &'a str,
    to: &'a [String],
    subject: Option<String>,
    octets: usize,
    inside_tls: bool,
    user: Option<&'a str>,
}

#[derive(Serialize)]
struct Fault {
    at: &'static str,
    action: &'static str,
    fired: u64,
}

impl<'a> Whole<'a> {
    pub(crate) fn new(scenario: &'a Scenario, report: &'a Report, outcome: Outcome) -> Self {
        Self {
            event: Some("report"),
            id: &scenario.id,
            outcome: outcome.name(),
            expected: scenario.expect.iter().map(|one| one.name()).collect(),
            as_expected: scenario.expect.contains(&outcome),
            rfc: &scenario.rfc,
            sessions: report
                .sessions
                .iter()
                .map(|one| Over::new(scenario, one))
                .collect(),
            mail: report.mail.iter().map(Message::from).collect(),
            faults: report.faults.iter().map(Fault::from).collect(),
            forgotten: report.forgotten,
        }
    }

    /// For a report that stands alone.
    pub(crate) fn with_transcripts(mut self, report: &Report) -> Self {
        self.event = None;
        let sessions = self.sessions.into_iter().zip(&report.sessions);
        self.sessions = sessions
            .map(|(over, session)| over.with_transcript(session))
            .collect();
        self
    }
}

impl<'a> From<&'a Mail> for Message<'a> {
    fn from(mail: &'a Mail) -> Self {
        Self {
            session: mail.session,
            from: &mail.from,
            to: &mail.to,
            subject: mail.subject(),
            octets: mail.content.len(),
            inside_tls: mail.inside_tls,
            user: mail.user.as_deref(),
        }
    }
}

impl From<&(mailfault::Fault, u64)> for Fault {
    fn from((fault, fired): &(mailfault::Fault, u64)) -> Self {
        Self {
            at: fault.stage().name(),
            action: fault.action().name(),
            fired: *fired,
        }
    }
}

/// What `run` prints.
#[derive(Serialize)]
pub(crate) struct Ran<'a> {
    #[serde(flatten)]
    whole: Whole<'a>,
    client: Client,
}

#[derive(Serialize)]
struct Client {
    /// `None` if a signal ended it, ours included.
    exit: Option<i32>,
    timed_out: bool,
}

impl<'a> Ran<'a> {
    pub(crate) fn new(whole: Whole<'a>, left: Left) -> Self {
        let client = match left {
            Left::Exited(status) => Client {
                exit: status.code(),
                timed_out: false,
            },
            Left::TimedOut | Left::Interrupted => Client {
                exit: None,
                timed_out: true,
            },
        };
        Self { whole, client }
    }
}
