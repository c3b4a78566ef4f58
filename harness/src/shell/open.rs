//! The shell as others use it: opened on a cast that runs.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use super::command::{Console, Host};
use super::desk::Desk;
use super::{Completion, Interpreter};
use crate::cast::{Fix, Stage};
use crate::error::Error;

/// A management shell, open on a cast that runs.
///
/// ```
/// use std::sync::Arc;
/// use mailfault::cast::{Cast, Stage};
/// use mailfault::shell::{Shell, Transcript};
///
/// let cast = Cast::named("exchange-null-tls-certificate-name")?;
/// let stage = Arc::new(Stage::open(cast, |player| player)?);
/// let mut shell = Shell::open(stage);
/// let mut seen = Transcript::new();
/// shell.run("Get-OutboundConnector | fl TlsSettings", &mut seen);
/// assert!(seen.text().contains("TlsSettings : DomainValidation"));
/// # Ok::<(), mailfault::Error>(())
/// ```
pub struct Shell {
    interpreter: Interpreter,
    desk: Desk,
}

impl Shell {
    /// Opens it at the first Exchange server of the cast; without one at whoever there is.
    #[must_use]
    pub fn open(stage: Arc<Stage>) -> Self {
        let mut interpreter = Interpreter::default();
        let versions = stage.playing().exchanges().next();
        let folder = versions.map_or("V15", |(_, server)| server.version().generation().folder());
        // Presets are far below what variables may hold.
        let _ = interpreter.set(
            "env:ExchangeInstallPath",
            format!("C:\\Program Files\\Microsoft\\Exchange Server\\{folder}\\"),
        );
        Self {
            interpreter,
            desk: Desk::at_first(stage),
        }
    }

    /// Runs a line, or a script of several. Says how many commands failed.
    pub fn run(&mut self, text: &str, console: &mut dyn Console) -> usize {
        self.interpreter.run(&mut self.desk, console, text).len()
    }

    /// What stands before a line.
    #[must_use]
    pub fn prompt(&self) -> String {
        self.desk.prompt()
    }

    /// Whether a text is not whole yet: a quote, a bracket or a pipe is open.
    #[must_use]
    pub fn is_incomplete(text: &str) -> bool {
        Interpreter::is_incomplete(text)
    }

    /// What the word before the cursor, a place in octets, can be completed to.
    #[must_use]
    pub fn complete(&self, line: &str, cursor: usize) -> Completion {
        self.interpreter.complete(&self.desk, line, cursor)
    }

    /// Whether it is where it was opened.
    pub(crate) fn is_at_home(&self) -> bool {
        self.desk.is_at_home()
    }

    /// How often something was changed.
    pub(crate) fn changes(&self) -> usize {
        self.desk.changes()
    }

    /// Makes the fix of a case, step by step, as an administrator would type it. Says what was
    /// typed and what came.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] with the place of a step whose member is not there, or one of whose
    /// commands fails.
    pub fn fix(stage: &Arc<Stage>) -> Result<Transcript, Error> {
        let mut shell = Self::open(Arc::clone(stage));
        let mut transcript = Transcript::new();
        for (at, step) in stage.cast().fixes().enumerate() {
            let made = shell.make(step, &mut transcript);
            made.map_err(|why| stage.cast().misfixed(at, why))?;
        }
        Ok(transcript)
    }

    /// Types what others did before the trainee of a lab comes.
    pub(crate) fn prepare(stage: &Arc<Stage>, lines: &str) -> Result<(), Error> {
        let mut shell = Self::open(Arc::clone(stage));
        let step = Fix {
            on: None,
            run: lines.to_owned(),
        };
        let made = shell.make(&step, &mut Transcript::new());
        made.map_err(|why| stage.cast().misprepared(&why))
    }

    fn make(&mut self, step: &Fix, transcript: &mut Transcript) -> Result<(), String> {
        if let Some(member) = &step.on {
            let gone = self.desk.go_to(member);
            gone.map_err(|trouble| trouble.message)?;
        }
        for line in lines(&step.run) {
            transcript.print(&format!("{}{line}", self.prompt()));
            let failed = self.interpreter.run(&mut self.desk, transcript, &line);
            if let Some(trouble) = failed.first() {
                return Err(format!("`{line}`: {}", trouble.message));
            }
        }
        Ok(())
    }
}

/// The lines of a script, those that belong together joined; empty ones are left out.
pub(crate) fn lines(script: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut begun = String::new();
    for line in script.lines() {
        if !begun.is_empty() {
            begun.push('\n');
        }
        begun.push_str(line);
        if begun.trim().is_empty() || begun.trim_start().starts_with('#') {
            begun.clear();
        } else if !Shell::is_incomplete(&begun) {
            all.push(std::mem::take(&mut begun));
        }
    }
    if !begun.trim().is_empty() {
        all.push(begun);
    }
    all
}

impl fmt::Debug for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shell")
            .field("prompt", &self.prompt())
            .finish_non_exhaustive()
    }
}

/// A console that writes everything down, and answers questions with what it was given: first
/// answers, then `Y`.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    lines: Vec<String>,
    answers: VecDeque<String>,
    errors: usize,
}

impl Transcript {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers the next question with this.
    #[must_use]
    pub fn answering(mut self, answer: impl Into<String>) -> Self {
        self.answers.push_back(answer.into());
        self
    }

    /// Everything that was printed.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// How many errors there were.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }
}

impl Console for Transcript {
    fn print(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    fn warn(&mut self, text: &str) {
        self.lines.push(format!("WARNING: {text}"));
    }

    fn error(&mut self, text: &str) {
        self.errors += 1;
        self.lines.push(text.to_owned());
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        let answer = self.answers.pop_front().unwrap_or_else(|| "Y".to_owned());
        self.lines.push(format!("{question}{answer}"));
        Some(answer)
    }
}
