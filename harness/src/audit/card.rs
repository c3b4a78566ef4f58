//! What became of an audit.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::grade::{Demand, Judgement, REFUSES};
use super::{ClientKind, Format, Grade, Said, Severity};
use crate::report::{Outcome, Report, What};
use crate::scenario::Scenario;

/// What became of a client in an audit: a row for each case, with its transcript.
///
/// `Display` prints what went wrong, what was lenient, and what could not be judged;
/// the alternate form (`{:#}`) adds the transcripts of what was wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReportCard {
    /// What the client is called.
    pub client: String,
    /// What it was judged as.
    pub kind: ClientKind,
    /// The healthy servers that came first.
    pub controls: Vec<Audited>,
    /// All others, in the order of the catalogue.
    pub cases: Vec<Audited>,
    /// Why the audit ended with the controls, if it did.
    pub stopped: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// What became of a client at one case.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Audited {
    /// Its name in the catalogue: `tls/expired`.
    pub id: String,
    /// What is wrong with the server, in a line.
    pub summary: String,
    /// The grade.
    pub grade: Grade,
    /// What was given away, or done otherwise, where the client is wrong.
    pub severity: Option<Severity>,
    /// Why it got that grade: what it did, or why it was not judged.
    pub reason: String,
    /// How it ended, as the server saw it.
    pub outcome: Outcome,
    /// What a client of this kind does there: `must refuse`.
    pub required: String,
    /// The sections of the RFCs that say so: `5280 6.1.3`.
    pub rfc: String,
    /// What is worth knowing and decides nothing.
    pub remarks: Vec<String>,
    /// What the client itself says.
    pub said: Said,
    /// What the server saw.
    pub report: Report,
    /// How long it took.
    pub took: Duration,
}

impl ReportCard {
    /// Whether the client did nothing wrong. What is lenient is clean.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.stopped.is_none() && self.count(Grade::Wrong) == 0
    }

    /// Panics unless the client did nothing wrong; the text is the report card with the
    /// transcripts of what was wrong.
    ///
    /// # Panics
    ///
    /// If a case was wrong, or if the client could not deliver to a healthy server.
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "the audit is not clean\n{self:#}");
    }

    /// Controls and cases, in the order in which they were played.
    pub fn all(&self) -> impl Iterator<Item = &Audited> {
        self.controls.iter().chain(&self.cases)
    }

    /// The case of this id.
    #[must_use]
    pub fn case(&self, id: &str) -> Option<&Audited> {
        self.all().find(|one| one.id == id)
    }

    /// How many controls and cases have this grade.
    #[must_use]
    pub fn count(&self, grade: Grade) -> usize {
        self.all().filter(|one| one.grade == grade).count()
    }

    /// The report in a format for others to read.
    #[must_use]
    pub fn to(&self, format: Format) -> String {
        format.write(self)
    }

    /// Writes the report to a file; its format is that of the name's end (see [`Format`]).
    ///
    /// # Errors
    ///
    /// If the name's end is no format, or the file cannot be written.
    pub fn write_to(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        let format = Format::of(path).map_err(io::Error::other)?;
        std::fs::write(path, self.to(format))
    }
}

impl Audited {
    pub(super) fn new(
        scenario: &Scenario,
        demand: &Demand,
        judged: Judgement,
        report: Report,
        said: Said,
    ) -> Self {
        let outcome = report.outcome();
        Self {
            id: scenario.id.clone(),
            summary: scenario.summary.clone(),
            grade: judged.grade,
            severity: judged.severity,
            reason: judged.reason,
            outcome,
            required: demand.words(),
            rfc: scenario.rfc.clone(),
            remarks: remarks(&report, &said),
            said,
            report,
            took: Duration::ZERO,
        }
    }

    /// The conversations as lines: `C:` what the client said, `S:` what the server said, `--`
    /// what happened.
    #[must_use]
    pub fn transcript(&self) -> String {
        match self.report.sessions.is_empty() {
            true => String::new(),
            false => self.report.to_string(),
        }
    }

    /// Whether nothing was wrong with the server, and the client would not have it.
    #[must_use]
    pub fn refuses_a_healthy_server(&self) -> bool {
        self.grade == Grade::NotJudged && self.reason == REFUSES
    }
}

/// What is worth knowing beside the grade.
fn remarks(report: &Report, said: &Said) -> Vec<String> {
    let mut remarks = Vec::new();
    let taken = !report.mail.is_empty();
    match said.sent {
        Some(true) if !taken => {
            remarks.push("says that it sent, though the server took nothing");
        }
        Some(false) if taken => {
            remarks.push("says that it failed, though the server took the message");
        }
        _ => {}
    }
    if report.mail.iter().any(|mail| mail.has_bare_line_ends()) {
        remarks.push("sends bare CR or LF in the content (RFC 5321 2.3.8)");
    }
    let mut events = report
        .sessions
        .iter()
        .flat_map(|session| session.transcript.events());
    if events
        .any(|event| matches!(&event.what, What::Note(note) if note.contains("ahead of replies")))
    {
        remarks.push("sends ahead of replies where PIPELINING is not offered (RFC 2920 3.1)");
    }
    remarks.into_iter().map(str::to_owned).collect()
}
