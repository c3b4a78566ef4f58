//! A class: a lab for each trainee, and a trainer who begins and ends it.

pub(crate) mod csv; // the results, for a table
mod files; // how many may be open

pub(crate) use files::allow_many;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use mailfault::cast::Cast;
use mailfault::lab::Lab;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::json::milliseconds;
use super::seat::Seat;
use super::web::Token;

/// A class.
pub(crate) struct Class {
    cast: Cast,
    takes: Duration,
    trainees: Vec<Trainee>,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

/// Somebody in it.
pub(crate) struct Trainee {
    /// From 1.
    pub(crate) number: usize,
    pub(crate) token: Token,
    pub(crate) seed: u64,
    pub(crate) seat: Arc<Seat>,
}

#[derive(Default)]
struct State {
    phase: Phase,
    /// Labs that could not be brought up, and why.
    failed: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Before,
    /// Until then.
    Running(SystemTime),
    Over,
}

const BEFORE: &str = "the trainer has not begun";
const OVER: &str = "the trainer has ended it";

impl Class {
    /// So many seats, each with a lab of its own seed, which comes up when the class begins.
    pub(crate) fn new(
        cast: Cast,
        size: usize,
        first_seed: u64,
        takes: Duration,
    ) -> Result<Arc<Self>, getrandom::Error> {
        let trainees = (0..size).map(|at| {
            Ok(Trainee {
                number: at + 1,
                token: Token::new()?,
                seed: first_seed.wrapping_add(at as u64),
                seat: Seat::in_class(BEFORE),
            })
        });
        Ok(Arc::new(Self {
            cast,
            takes,
            trainees: trainees.collect::<Result<_, _>>()?,
            state: Mutex::default(),
            changed: watch::Sender::new(()),
        }))
    }

    pub(crate) fn trainees(&self) -> &[Trainee] {
        &self.trainees
    }

    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Begins, or goes on. Needs a runtime to be entered.
    pub(crate) fn start(self: &Arc<Self>) {
        match self.phase() {
            Phase::Running(_) => {}
            phase => {
                self.run_until(SystemTime::now() + self.takes);
                if phase == Phase::Before {
                    tokio::spawn(Arc::clone(self).open());
                    tokio::spawn(watch_the_clock(Arc::downgrade(self)));
                }
            }
        }
    }

    /// Ends. Everybody still sees everything.
    pub(crate) fn stop(&self) {
        if matches!(self.phase(), Phase::Running(_)) {
            self.enter(Phase::Over);
        }
    }

    /// Gives them more time; one that is over goes on.
    pub(crate) fn extend(self: &Arc<Self>, time: Duration) {
        match self.phase() {
            Phase::Before => {}
            Phase::Running(ends) => self.run_until(ends + time),
            Phase::Over => self.run_until(SystemTime::now() + time),
        }
    }

    /// How everybody is.
    pub(crate) fn overview(&self) -> Value {
        let (phase, ends) = match self.phase() {
            Phase::Before => ("before", None),
            Phase::Running(ends) => ("running", Some(milliseconds(ends))),
            Phase::Over => ("over", None),
        };
        json!({
            "phase": phase,
            "ends": ends,
            "minutes": self.takes.as_secs() / 60,
            "failed": self.state().failed,
            "trainees": self.trainees.iter().map(overview).collect::<Vec<_>>(),
        })
    }

    /// Brings the labs up one after the other: those who come first need not wait for the last.
    async fn open(self: Arc<Self>) {
        for trainee in &self.trainees {
            let (cast, seed) = (self.cast.clone(), trainee.seed);
            let opened = tokio::task::spawn_blocking(move || Lab::open(&cast, Some(seed))).await;
            match opened {
                Ok(Ok(lab)) => {
                    trainee.seat.begin(Arc::new(lab));
                    self.tell(trainee, self.phase());
                }
                Ok(Err(error)) => self.failed(trainee, &error.to_string()),
                Err(_) => self.failed(trainee, "it broke down"),
            }
        }
    }

    fn failed(&self, trainee: &Trainee, why: &str) {
        let text = format!(
            "the lab of trainee {} did not come up: {why}",
            trainee.number
        );
        trainee.seat.close(Some(text.clone()), None);
        self.state().failed.push(text);
        self.changed.send_replace(());
    }

    fn run_until(&self, ends: SystemTime) {
        self.enter(Phase::Running(ends));
    }

    fn enter(&self, phase: Phase) {
        self.state().phase = phase;
        let begun = self.trainees.iter().filter(|one| one.seat.has_begun());
        begun.for_each(|trainee| self.tell(trainee, phase));
        self.changed.send_replace(());
    }

    fn tell(&self, trainee: &Trainee, phase: Phase) {
        match phase {
            Phase::Before => trainee.seat.close(Some(BEFORE.to_owned()), None),
            Phase::Running(ends) => trainee.seat.close(None, Some(ends)),
            Phase::Over => trainee.seat.close(Some(OVER.to_owned()), None),
        }
    }

    fn phase(&self) -> Phase {
        self.state().phase
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the class when its time is over, as often as it goes on.
async fn watch_the_clock(class: std::sync::Weak<Class>) {
    loop {
        let wait = {
            let Some(class) = class.upgrade() else { return };
            match class.phase() {
                Phase::Running(ends) => match ends.duration_since(SystemTime::now()) {
                    Ok(left) => left.min(Duration::from_secs(1)),
                    Err(_) => {
                        class.stop();
                        continue;
                    }
                },
                _ => Duration::from_secs(1),
            }
        };
        tokio::time::sleep(wait.max(Duration::from_millis(10))).await;
    }
}

fn overview(trainee: &Trainee) -> Value {
    let (progress, grade) = trainee.seat.progress();
    json!({
        "number": trainee.number,
        "token": trainee.token.to_string(),
        "name": progress.name,
        "here": trainee.seat.is_viewed(),
        "seed": trainee.seed,
        "grade": grade,
        "hints": progress.hints,
        "commands": progress.commands,
        "last_command": progress.last_command.map(milliseconds),
        "began": progress.began.map(milliseconds),
        "seconds_to_solved": csv::seconds(&progress),
    })
}
