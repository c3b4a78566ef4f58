//! A lab: a broken mail flow to investigate and repair, as in production.
//!
//! Nothing in it is scripted. The systems are the models of a [cast](crate::cast), whatever is
//! changed has its true effect, and whether it is repaired is found out by sending.
//!
//! ```
//! use mailfault::cast::Cast;
//! use mailfault::lab::Lab;
//! use mailfault::shell::Transcript;
//!
//! let lab = Lab::open(&Cast::named("exchange-null-tls-certificate-name")?, None)?;
//! assert!(!lab.grade()?.solved);
//!
//! let mut seen = Transcript::new();
//! lab.run("Get-ReceiveConnector \"SERVER1\\Default Frontend SERVER1\" | fl Tls*", &mut seen)?;
//! assert!(seen.text().contains("TlsCertificateName"));
//! # Ok::<(), mailfault::Error>(())
//! ```

pub use grade::{Arrival, Grade};
pub use report::{LabReport, Proof};
pub use timeline::{Deed, Moment};
pub use view::{
    Hint, LastSession, Link, LogFile, Message, MessageState, Node, QueueRow, Role, TraceRow, View,
};

mod explain;
mod grade;
mod look;
mod policy;
mod report;
mod timeline;
mod variation;
mod view;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::cast::{Cast, LabText, SendResult, Stage};
use crate::error::Error;
use crate::shell::{Completion, Console, Shell};
use policy::Settings;

/// A lab that runs.
#[derive(Debug)]
pub struct Lab {
    id: String,
    seed: Option<u64>,
    text: LabText,
    story: String,
    stage: Arc<Stage>,
    /// How everything was configured at the beginning.
    before: Settings,
    began: Instant,
    shell: Mutex<Shell>,
    state: Mutex<State>,
}

/// What somebody has done so far.
#[derive(Debug, Default)]
struct State {
    hints: usize,
    timeline: Vec<Moment>,
    /// The line in which each piece of evidence was shown first.
    seen: Vec<Option<String>>,
    /// The last grade, after how many changes it was given, and when by the lab's clock.
    graded: Option<(Grade, usize, SystemTime)>,
}

/// How much of a timeline is kept: more than anybody types.
const KEPT: usize = 10_000;

/// For how long a grade holds where nothing was changed: to find out is to send, and that fills
/// the logs that somebody reads.
const SAME: Duration = Duration::from_secs(60);

/// What a customer writes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ticket {
    /// Who writes.
    pub from: String,
    /// What it is about.
    pub subject: String,
    /// What they write.
    pub text: String,
}

impl Lab {
    /// Brings a case up as a lab, with other names if a seed is given.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] if the file has no `[lab]`, or its variation makes no sense.
    pub fn open(cast: &Cast, seed: Option<u64>) -> Result<Self, Error> {
        let missing = || Error::BadScenario {
            place: cast.id.clone(),
            why: "it is no lab: the file has no table `[lab]` with a ticket".to_owned(),
        };
        let lab = cast.lab().ok_or_else(missing)?;
        let cast = match seed {
            None => cast.clone(),
            Some(seed) => {
                let text = variation::varied(cast.text(), lab, seed);
                let varied = Cast::parse(&format!("{}.toml", cast.id), &text)?;
                varied.under_the_name(&cast.id)
            }
        };
        let text = cast.lab().ok_or_else(missing)?.clone();
        let (id, story) = (cast.id.clone(), cast.story.clone().unwrap_or_default());
        let cast = cast.without(&text.without)?;
        let stage = Arc::new(Stage::open(cast, |player| player)?);
        Shell::prepare(&stage, &text.before)?;
        stage.catch_up();
        Ok(Self {
            id,
            seed,
            story,
            before: policy::settings(stage.playing()),
            began: Instant::now(),
            shell: Mutex::new(Shell::open(Arc::clone(&stage))),
            state: Mutex::new(State {
                seen: vec![None; text.evidence.len()],
                ..State::default()
            }),
            text,
            stage,
        })
    }

    /// The casts of the catalogue that are labs.
    #[must_use]
    pub fn all() -> Vec<Cast> {
        let mut all = Cast::all();
        all.retain(|cast| cast.lab().is_some());
        all
    }

    /// The case's name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What its names were made of, if a seed was given.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// The systems, running.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// What the customer writes.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        Ticket {
            from: self.text.from.clone(),
            subject: self.text.subject.clone(),
            text: self.text.ticket.trim().to_owned(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shell(&self) -> MutexGuard<'_, Shell> {
        self.shell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs what was typed into the management shell. Two do not type at once: the second waits.
    /// `ticket`, `hint` and `grade` are the lab's own.
    ///
    /// # Errors
    ///
    /// As [`grade`](Self::grade).
    pub fn run(&self, line: &str, console: &mut dyn Console) -> Result<(), Error> {
        match line.trim().to_ascii_lowercase().as_str() {
            "" => return Ok(()),
            "ticket" => {
                print(console, &self.ticket().to_string());
                return Ok(());
            }
            "hint" => {
                match self.open_hint().and_then(|hint| hint.text) {
                    Some(text) => print(console, &text),
                    None => console.print("there is no other hint"),
                }
                return Ok(());
            }
            "grade" => {
                let grade = self.grade()?;
                print(console, &grade.to_string());
                return Ok(());
            }
            _ => {}
        }
        let mut heard = Heard {
            console,
            said: String::new(),
            failed: false,
        };
        let mut shell = self.shell();
        let before = shell.changes();
        shell.run(line, &mut heard);
        let changed = shell.changes() != before;
        drop(shell);
        let deed = match (changed, heard.failed) {
            (true, _) => Deed::Changed,
            (false, true) => Deed::Failed,
            (false, false) => Deed::Looked,
        };
        let said = std::mem::take(&mut heard.said);
        self.note(deed, line, &said);
        Ok(())
    }

    /// Whether a line leaves the lab: `exit` where the shell was opened, `quit` anywhere.
    #[must_use]
    pub fn is_left_by(&self, line: &str) -> bool {
        match line.trim().to_ascii_lowercase().as_str() {
            "quit" => true,
            "exit" => self.shell().is_at_home(),
            _ => false,
        }
    }

    /// Writes down what was done, and which evidence was shown by it.
    fn note(&self, deed: Deed, text: &str, said: &str) {
        let mut state = self.state();
        let mut evidence = Vec::new();
        for (at, one) in self.text.evidence.iter().enumerate() {
            if state.seen[at].is_none()
                && let Some(line) = shown_in(said, &one.text)
            {
                state.seen[at] = Some(line);
                evidence.push(one.shows.clone());
            }
        }
        if state.timeline.len() < KEPT {
            state.timeline.push(Moment {
                after: self.began.elapsed(),
                at: self.stage.now(),
                deed,
                text: text.trim().chars().take(1_000).collect(),
                evidence,
            });
        }
    }

    /// Whether a line is not whole yet, and the shell asks for more.
    #[must_use]
    pub fn is_incomplete(&self, line: &str) -> bool {
        Shell::is_incomplete(line)
    }

    /// What can stand at a place of a line.
    #[must_use]
    pub fn complete(&self, line: &str, cursor: usize) -> Completion {
        self.shell().complete(line, cursor)
    }

    /// What stands before a line.
    #[must_use]
    pub fn prompt(&self) -> String {
        self.shell().prompt()
    }

    /// Plays what is due by now: the clock of a lab runs with that of the machine.
    pub fn catch_up(&self) {
        self.stage.catch_up();
    }

    /// Lets so much time pass, at once.
    pub fn wait(&self, time: Duration) {
        self.stage.wait(time);
        self.note(Deed::Changed, &format!("(waited {} s)", time.as_secs()), "");
    }

    /// Lets time pass until something is due. Says whether something was.
    pub fn wait_until_next(&self) -> bool {
        let Some(next) = self.stage.next_at() else {
            return false;
        };
        self.stage.play_until(next.max(self.stage.now()));
        self.note(Deed::Changed, "(waited for the next attempt)", "");
        true
    }

    /// A log file, by its host and path as [`View::logs`] has them.
    #[must_use]
    pub fn log(&self, host: &str, path: &str) -> Option<String> {
        let text = look::log(&self.stage, host, path)?;
        self.note(Deed::Looked, &format!("(read {path} on {host})"), &text);
        Some(text)
    }

    /// What a row of a log, or an error, means: a sentence each.
    #[must_use]
    pub fn explain(&self, line: &str) -> Vec<String> {
        explain::explain(line)
    }

    /// Opens the next hint; `None` if there is none left.
    pub fn open_hint(&self) -> Option<Hint> {
        let number = {
            let mut state = self.state();
            if state.hints >= self.text.hints.len() {
                return None;
            }
            state.hints += 1;
            state.hints
        };
        self.note(Deed::Hint, &number.to_string(), "");
        Some(Hint {
            text: self.text.hints.get(number - 1).cloned(),
        })
    }

    /// The hints: those that were opened have their text.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let opened = self.state().hints;
        let all = self.text.hints.iter().enumerate();
        all.map(|(at, text)| Hint {
            text: (at < opened).then(|| text.clone()),
        })
        .collect()
    }

    /// Everything that there is to be seen.
    #[must_use]
    pub fn view(&self) -> View {
        look::view(&self.stage, self.hints(), self.prompt())
    }

    /// Finds out whether mail flows, by sending, and whether it was bought with security.
    ///
    /// # Errors
    ///
    /// As [`Cast::send_all`].
    pub fn grade(&self) -> Result<Grade, Error> {
        let (changes, now) = (self.shell().changes(), self.stage.now());
        if let Some((grade, after, at)) = &self.state().graded
            && *after == changes
            && now.duration_since(*at).is_ok_and(|since| since < SAME)
        {
            return Ok(grade.clone());
        }
        let arrivals = self.stage.prove()?;
        let settings = policy::settings(self.stage.playing());
        let mail_flows = arrivals.iter().all(SendResult::is_as_expected);
        let broken = policy::broken(&self.before, &settings, &self.text, mail_flows);
        let grade = Grade::new(&arrivals, broken);
        self.state().graded = Some((grade.clone(), changes, now));
        Ok(grade)
    }

    /// What was done, and what became of it.
    ///
    /// # Errors
    ///
    /// As [`grade`](Self::grade).
    pub fn report(&self) -> Result<LabReport, Error> {
        let grade = self.grade()?;
        let state = self.state();
        let cause = self.text.cause.as_ref().unwrap_or(&self.story);
        Ok(LabReport {
            lab: self.id.clone(),
            seed: self.seed,
            grade,
            hints_used: state.hints,
            hints: self.text.hints.len(),
            time: self.began.elapsed(),
            timeline: state.timeline.clone(),
            cause: cause.trim().to_owned(),
            evidence: self
                .text
                .evidence
                .iter()
                .zip(&state.seen)
                .map(|(one, seen)| Proof {
                    text: one.text.clone(),
                    shows: one.shows.clone(),
                    seen: seen.is_some(),
                    line: look::line_with(&self.stage, &one.text).or_else(|| seen.clone()),
                })
                .collect(),
        })
    }
}

/// Prints a text of several lines.
fn print(console: &mut dyn Console, text: &str) {
    for line in text.lines() {
        console.print(line);
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "From:    {}", self.from)?;
        writeln!(f, "Subject: {}\n", self.subject)?;
        writeln!(f, "{}", self.text)
    }
}

/// The line in which a text was shown; `None` if it was not. A list wraps long values, so that
/// white space does not count, and then the text stands for its line.
fn shown_in(said: &str, wanted: &str) -> Option<String> {
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    if let Some(line) = said.lines().find(|line| line.contains(wanted)) {
        return Some(line.trim().chars().take(1_000).collect());
    }
    plain(said)
        .contains(&plain(wanted))
        .then(|| wanted.to_owned())
}

/// A console that listens to what is said to another.
struct Heard<'a> {
    console: &'a mut dyn Console,
    said: String,
    failed: bool,
}

/// How much is listened to; evidence is near the beginning of whatever shows it.
const HEARD: usize = 1 << 20;

impl Heard<'_> {
    fn hear(&mut self, text: &str) {
        if self.said.len() < HEARD {
            self.said.push_str(text);
            self.said.push('\n');
        }
    }
}

impl Console for Heard<'_> {
    fn print(&mut self, line: &str) {
        self.hear(line);
        self.console.print(line);
    }

    fn warn(&mut self, text: &str) {
        self.hear(text);
        self.console.warn(text);
    }

    fn error(&mut self, text: &str) {
        self.failed = true;
        self.console.error(text);
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        self.console.ask(question)
    }
}
