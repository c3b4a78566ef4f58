//! A lab as its page sees it: what it can be asked, and its answers as they cross the wire.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

/// A lab that is being played. Every call may take its time, so that none is made where others wait.
pub(crate) trait Played: Send + Sync + 'static {
    /// By which number the same lab can be had again.
    fn seed(&self) -> u64;

    /// What the customer wrote: `from`, `subject`, `text`.
    fn ticket(&self) -> Value;

    /// Everything that is seen: see [`super::json::view`].
    fn view(&self) -> Value;

    /// Runs a line of the shell.
    fn run(&self, line: &str, console: &mut dyn Console);

    /// Whether the line goes on.
    fn is_incomplete(&self, line: &str) -> bool;

    /// What could be meant, and from which octet on it stands for what is there.
    fn complete(&self, line: &str, cursor: usize) -> (usize, Vec<String>);

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
    fn grade(&self) -> Grade;

    /// The report, in the format that a file name's end says.
    fn report(&self, format: Format) -> String;
}

/// Where a command prints, and who answers its questions.
pub(crate) trait Console {
    /// Takes a line of output.
    fn print(&mut self, line: &str);

    /// Takes a warning, without its `WARNING: `.
    fn warn(&mut self, text: &str);

    /// Takes an error, whole.
    fn error(&mut self, text: &str);

    /// Asks; `None` where nobody answers.
    fn ask(&mut self, question: &str) -> Option<String>;
}

/// How far a trainee is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Grade {
    pub(crate) mail_flows: bool,
    pub(crate) solved: bool,
    pub(crate) sends: Vec<SendState>,
    pub(crate) policy_broken: Vec<String>,
}

/// What becomes of a message that somebody sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SendState {
    pub(crate) who: String,
    pub(crate) arrives: bool,
    pub(crate) words: String,
}

impl Grade {
    /// In a word or three, for lists.
    pub(crate) fn in_words(&self) -> &'static str {
        match (self.solved, self.mail_flows) {
            (true, _) => "solved",
            (false, true) => "mail flows, policy broken",
            (false, false) => "mail does not flow",
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
