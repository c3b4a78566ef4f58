//! A trainee's place: a lab, what its shell printed, and what is known of how far it is.

mod news; // what is new, to whoever shows it
mod work; // what is done: a command that runs, time that passes

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tokio::sync::{Notify, Semaphore, watch};

use super::played::{Grade, Played};
use super::scrollback::{Kind, Scrollback};
pub(crate) use news::{Got, News};
use work::{Vacate, play};

/// A place at which a lab is played, by whoever has its address.
pub(crate) struct Seat {
    lab: OnceLock<Arc<dyn Played>>,
    /// Whether it is one of a class.
    class: bool,
    state: Mutex<State>,
    /// Tells everybody who shows it that something is new.
    changed: watch::Sender<()>,
    /// Tells [`play`] to look at once.
    look: Notify,
    /// Who shows it.
    viewers: AtomicUsize,
    /// How many may ask the lab at a time.
    calls: Semaphore,
}

#[derive(Default)]
struct State {
    lines: Scrollback,
    view: Option<Shown>,
    progress: Progress,
    /// Whether a command runs, or time passes.
    busy: bool,
    /// How often that ended.
    done: usize,
    question: Option<Question>,
    grade: Option<Grade>,
    /// Whether the grade is being found out, and whether it has to be once more.
    checking: bool,
    check_again: bool,
    /// Nothing can be typed, because of this.
    closed: Option<String>,
    /// When it ends, if somebody said when.
    ends: Option<SystemTime>,
}

/// The last view.
#[derive(Clone)]
struct Shown {
    view: Value,
    json: Arc<str>,
    /// What its clock said, and when.
    now: u64,
    at: Instant,
}

struct Question {
    text: String,
    answer: SyncSender<String>,
}

/// How far a trainee is, for the trainer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) name: String,
    pub(crate) commands: usize,
    pub(crate) hints: usize,
    pub(crate) last_command: Option<SystemTime>,
    pub(crate) began: Option<SystemTime>,
    pub(crate) solved: Option<SystemTime>,
}

/// Why something cannot be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Something else is being done.
    Busy,
    /// The trainer has not begun, or has ended it.
    Closed(String),
    /// The lab broke down.
    Failed,
    /// Nobody asked.
    NoQuestion,
    /// Nothing of that name.
    Unknown,
}

/// How many may ask the lab at a time, besides the command that runs.
const CALLS: usize = 4;

/// How many may show a seat at a time: trainee, trainer, a projector, and a reload of each.
const VIEWERS: usize = 8;

/// Further than this, the clock of a page was put and did not just go on.
const CLOCK_WAS_PUT: u64 = 1_500;

impl Seat {
    /// A place for one, without a lab so far.
    pub(crate) fn alone() -> Arc<Self> {
        Self::new(false, None)
    }

    /// A place in a class that has not begun.
    pub(crate) fn in_class(closed: &str) -> Arc<Self> {
        Self::new(true, Some(closed.to_owned()))
    }

    fn new(class: bool, closed: Option<String>) -> Arc<Self> {
        Arc::new(Self {
            lab: OnceLock::new(),
            class,
            state: Mutex::new(State {
                closed,
                ..State::default()
            }),
            changed: watch::Sender::new(()),
            look: Notify::new(),
            viewers: AtomicUsize::new(0),
            calls: Semaphore::new(CALLS),
        })
    }

    /// Puts a lab there, and plays it until the seat is dropped. Needs a runtime to be entered.
    pub(crate) fn begin(self: &Arc<Self>, lab: Arc<dyn Played>) {
        if self.lab.set(lab).is_err() {
            return;
        }
        self.with(|state| state.progress.began = Some(SystemTime::now()));
        tokio::spawn(play(Arc::downgrade(self)));
        self.check();
    }

    /// Whether a lab is there.
    pub(crate) fn has_begun(&self) -> bool {
        self.lab.get().is_some()
    }

    /// Lets nobody type any more, or lets them again.
    pub(crate) fn close(&self, why: Option<String>, ends: Option<SystemTime>) {
        self.with(|state| {
            if why.is_some() {
                // Whoever waits for an answer goes on without.
                state.question = None;
            }
            state.closed = why;
            state.ends = ends;
        });
    }

    /// Runs a line; `false` if it goes on, and nothing was run.
    pub(crate) async fn run(self: &Arc<Self>, line: String) -> Result<bool, Refused> {
        self.occupy(|_| {})?;
        let vacate = Vacate(Arc::clone(self));
        let (lab, text) = (self.lab()?, line.clone());
        let incomplete = tokio::task::spawn_blocking(move || lab.is_incomplete(&text)).await;
        if incomplete.map_err(|_| Refused::Failed)? {
            return Ok(false);
        }
        self.with(|state| {
            let prompt = state.view.as_ref().map(Shown::prompt);
            state.lines.push(Kind::Input, &line, prompt);
            state.progress.commands += 1;
            state.progress.last_command = Some(SystemTime::now());
        });
        self.work(vacate, move |lab, console| lab.run(&line, console));
        Ok(true)
    }

    /// Lets time pass, until something is due if nobody says how much.
    pub(crate) fn wait(self: &Arc<Self>, time: Option<Duration>) -> Result<(), Refused> {
        self.occupy(|state| {
            let text = match time {
                Some(time) => format!("wait {} minutes", time.as_secs() / 60),
                None => "wait until the next attempt".to_owned(),
            };
            state.lines.push(Kind::Note, &text, None);
        })?;
        let vacate = Vacate(Arc::clone(self));
        self.work(vacate, move |lab, _| match time {
            Some(time) => lab.wait(time),
            None => lab.wait_until_next(),
        });
        Ok(())
    }

    /// Answers the question that is asked.
    pub(crate) fn answer(&self, text: String) -> Result<(), Refused> {
        self.with(|state| {
            let question = state.question.take().ok_or(Refused::NoQuestion)?;
            state.lines.push(Kind::Answer, &text, None);
            // Room for one, and there is one.
            let _ = question.answer.try_send(text);
            Ok(())
        })
    }

    /// Opens a hint; `false` if all are open.
    pub(crate) async fn open_hint(&self) -> Result<bool, Refused> {
        self.may_act()?;
        let opened = self.call(|lab| lab.open_hint()).await?;
        self.look.notify_one();
        Ok(opened)
    }

    /// Asks the lab something, where nobody is kept waiting by it.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Played) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let lab = self.lab()?;
        let _permit = self.calls.try_acquire().map_err(|_| Refused::Busy)?;
        let asked = tokio::task::spawn_blocking(move || ask(&*lab)).await;
        asked.map_err(|_| Refused::Failed)
    }

    /// Finds out how far the trainee is.
    pub(crate) fn check(self: &Arc<Self>) {
        let Ok(lab) = self.lab() else { return };
        let under_way = self.with(|state| {
            state.check_again = state.checking;
            std::mem::replace(&mut state.checking, true)
        });
        if under_way {
            return;
        }
        let seat = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                let lab = Arc::clone(&lab);
                let grade = tokio::task::spawn_blocking(move || lab.grade()).await;
                let again = seat.with(|state| {
                    if let Ok(Ok(grade)) = grade {
                        if grade.solved {
                            let solved = &mut state.progress.solved;
                            solved.get_or_insert_with(SystemTime::now);
                        }
                        state.grade = Some(grade);
                    }
                    state.checking = std::mem::take(&mut state.check_again);
                    state.checking
                });
                if !again {
                    return;
                }
            }
        });
    }

    pub(crate) fn rename(&self, name: String) {
        self.with(|state| state.progress.name = name);
    }

    pub(crate) fn progress(&self) -> (Progress, Option<Grade>) {
        let state = self.state();
        (state.progress.clone(), state.grade.clone())
    }

    /// Somebody who shows the seat; `None` if too many do.
    pub(crate) fn viewer(self: &Arc<Self>) -> Option<Viewer> {
        let before = self.viewers.fetch_add(1, Ordering::Relaxed);
        let viewer = Viewer(Arc::clone(self));
        self.look.notify_one();
        (before < VIEWERS).then_some(viewer)
    }

    pub(crate) fn is_viewed(&self) -> bool {
        self.viewers.load(Ordering::Relaxed) > 0
    }

    fn lab(&self) -> Result<Arc<dyn Played>, Refused> {
        match self.lab.get() {
            Some(lab) => Ok(Arc::clone(lab)),
            None => Err(Refused::Closed("the lab has not begun".to_owned())),
        }
    }

    fn may_act(&self) -> Result<(), Refused> {
        match &self.state().closed {
            Some(why) => Err(Refused::Closed(why.clone())),
            None => Ok(()),
        }
    }

    /// Begins something that nothing else is done beside.
    fn occupy(&self, begin: impl FnOnce(&mut State)) -> Result<(), Refused> {
        self.lab()?;
        self.may_act()?;
        self.with(|state| {
            if std::mem::replace(&mut state.busy, true) {
                return Err(Refused::Busy);
            }
            begin(state);
            Ok(())
        })
    }

    /// Keeps a view, if anything but the clock is different.
    fn show(&self, mut view: Value) {
        let now = view.get("now").and_then(Value::as_u64).unwrap_or_default();
        let hints = view["hints"].as_array().into_iter().flatten();
        let hints = hints.filter(|hint| !hint["text"].is_null()).count();
        let at = Instant::now();
        let mut state = self.state();
        state.progress.hints = hints;
        if let Some(shown) = &state.view {
            view["now"] = shown.view["now"].clone();
            let passed = u64::try_from((at - shown.at).as_millis()).unwrap_or(u64::MAX);
            let expected = shown.now.saturating_add(passed);
            if view == shown.view && expected.abs_diff(now) < CLOCK_WAS_PUT {
                return;
            }
            view["now"] = now.into();
        }
        let json = view.to_string().into();
        state.view = Some(Shown {
            view,
            json,
            now,
            at,
        });
        drop(state);
        self.changed.send_replace(());
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.changed.send_replace(());
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    fn prompt(&self) -> String {
        self.view["prompt"].as_str().unwrap_or_default().to_owned()
    }
}

/// Somebody who shows a seat.
pub(crate) struct Viewer(Arc<Seat>);

impl Viewer {
    pub(crate) fn seat(&self) -> &Arc<Seat> {
        &self.0
    }

    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.0.viewers.fetch_sub(1, Ordering::Relaxed);
    }
}
