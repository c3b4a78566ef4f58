//! What became of a whole run.

use mailfault::scenario::Scenario;
use mailfault::{Mail, Outcome, Report};
use serde::Serialize;

use super::Over;
use crate::child::Left;

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
    fetches: Vec<Fetch<'a>>,
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
            fetches: report.fetches.iter().map(Fetch::from).collect(),
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

#[derive(Serialize)]
struct Fetch<'a> {
    what: &'static str,
    method: &'a str,
    path: &'a str,
    status: u16,
}

impl<'a> From<&'a mailfault::Fetch> for Fetch<'a> {
    fn from(fetch: &'a mailfault::Fetch) -> Self {
        Self {
            what: fetch.what.name(),
            method: &fetch.method,
            path: &fetch.path,
            status: fetch.status,
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
