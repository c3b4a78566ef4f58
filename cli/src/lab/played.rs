//! A lab as its page sees it: what it can be asked, and its answers as they cross the wire.

use std::time::Duration;

use mailfault::lab::{self, Lab};
pub(crate) use mailfault::shell::{Completion, Console};
use serde::Serialize;
use serde_json::{Value, json};

use super::report;

/// A lab that is being played. Every call may take its time, so that none is made where others wait.
///
/// Tests have another one, which breaks down, floods its shell and has hostile names.
pub(crate) trait Played: Send + Sync + 'static {
    /// By which number the same lab can be had again.
    fn seed(&self) -> Option<u64>;

    /// What the customer wrote: `from`, `subject`, `text`.
    fn ticket(&self) -> Value;

    /// Everything that is seen: see [`super::json::view`].
    fn view(&self) -> Value;

    /// Runs a line of the shell.
    fn run(&self, line: &str, console: &mut dyn Console);

    /// Whether the line goes on.
    fn is_incomplete(&self, line: &str) -> bool;

    /// What could be meant, before an octet of the line.
    fn complete(&self, line: &str, cursor: usize) -> Completion;

    /// Lets time pass.
    fn wait(&self, time: Duration);

    /// Lets time pass until something is due.
    fn wait_until_next(&self);

    /// Plays what is due by the clock on the wall.
    fn catch_up(&self);

    /// The text of a log file.
    fn log(&self, host: &str, path: &str) -> Option<String>;

    /// What a row of a log, or an error, means.
    fn explain(&self, row: &str) -> Vec<String>;

    /// Opens the next hint; `false` if all are open.
    fn open_hint(&self) -> bool;

    /// How far the trainee is. It sends mail to see.
    fn grade(&self) -> Result<Grade, String>;

    /// The report, in the format that a file name's end says.
    fn report(&self, format: Format) -> Result<String, String>;
}

impl Played for Lab {
    fn seed(&self) -> Option<u64> {
        self.seed()
    }

    fn ticket(&self) -> Value {
        let ticket = self.ticket();
        json!({ "from": ticket.from, "subject": ticket.subject, "text": ticket.text })
    }

    fn view(&self) -> Value {
        super::json::view(&self.view())
    }

    fn run(&self, line: &str, console: &mut dyn Console) {
        if self.is_left_by(line) {
            return console.print("a page is left by closing it; the lab stays as it is");
        }
        if let Err(error) = self.run(line, console) {
            console.error(&error.to_string());
        }
    }

    fn is_incomplete(&self, line: &str) -> bool {
        self.is_incomplete(line)
    }

    fn complete(&self, line: &str, cursor: usize) -> Completion {
        self.complete(line, cursor)
    }

    fn wait(&self, time: Duration) {
        self.wait(time);
    }

    fn wait_until_next(&self) {
        self.wait_until_next();
    }

    fn catch_up(&self) {
        self.catch_up();
    }

    fn log(&self, host: &str, path: &str) -> Option<String> {
        self.log(host, path)
    }

    fn explain(&self, row: &str) -> Vec<String> {
        self.explain(row)
    }

    fn open_hint(&self) -> bool {
        self.open_hint().is_some()
    }

    fn grade(&self) -> Result<Grade, String> {
        match self.grade() {
            Ok(grade) => Ok(grade.into()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn report(&self, format: Format) -> Result<String, String> {
        let report = self.report().map_err(|error| error.to_string())?;
        Ok(report::text(&report, format))
    }
}

/// How far a trainee is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Grade {
    pub(crate) mail_flows: bool,
    pub(crate) solved: bool,
    pub(crate) sends: Vec<SendState>,
    pub(crate) policy_broken: Vec<String>,
    /// All of it in a sentence.
    pub(crate) summary: &'static str,
}

/// What becomes of a message that somebody sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SendState {
    pub(crate) by: String,
    pub(crate) to: String,
    /// Whether it ends as it should, nearly always by arriving.
    pub(crate) good: bool,
    /// `deliver`, `defer`.
    pub(crate) seen: &'static str,
    pub(crate) words: String,
}

impl From<lab::Grade> for Grade {
    fn from(grade: lab::Grade) -> Self {
        let summary = grade.summary();
        let sends = grade.arrivals.into_iter().map(|one| SendState {
            by: one.by,
            to: one.to,
            good: one.good,
            seen: one.seen.name(),
            words: one.words,
        });
        Self {
            mail_flows: grade.mail_flows,
            solved: grade.solved,
            sends: sends.collect(),
            policy_broken: grade.policy_broken,
            summary,
        }
    }
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Html,
    Json,
    Markdown,
}

impl Format {
    /// The format of a file of this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "html" => Some(Self::Html),
            "json" => Some(Self::Json),
            "md" => Some(Self::Markdown),
            _ => None,
        }
    }
}
