//! What is done at a seat: a command that runs, time that passes.

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::{Question, Seat};
use crate::lab::played::{Console, Played};
use crate::lab::scrollback::Kind;

/// How often what is seen may change on a page.
const BETWEEN_VIEWS: Duration = Duration::from_millis(500);

/// How often the lab is played at least.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// How long a question waits for an answer.
const PATIENCE: Duration = Duration::from_secs(300);

impl Seat {
    /// Does it, and looks afterwards at what came of it.
    pub(super) fn work(
        self: &Arc<Self>,
        vacate: Vacate,
        work: impl FnOnce(&dyn Played, &mut dyn Console) + Send + 'static,
    ) {
        let seat = Arc::clone(self);
        tokio::spawn(async move {
            let Ok(lab) = seat.lab() else { return };
            let mut printer = Printer(Arc::clone(&seat));
            let done = tokio::task::spawn_blocking(move || {
                work(&*lab, &mut printer);
                lab.view()
            });
            match done.await {
                Ok(view) => seat.show(view),
                Err(_) => seat.with(|state| {
                    let what = "the lab broke down over this, which is a defect of mailfault";
                    state.lines.push(Kind::Error, what, None);
                }),
            }
            drop(vacate);
            seat.check();
        });
    }
}

/// Plays what is due, as long as somebody has the seat.
pub(super) async fn play(seat: Weak<Seat>) {
    loop {
        let Some(here) = seat.upgrade() else { return };
        let (open, viewed) = (here.may_act().is_ok(), here.is_viewed());
        if (open || viewed)
            && let Ok(lab) = here.lab()
        {
            let looked = tokio::task::spawn_blocking(move || {
                if open {
                    lab.catch_up();
                }
                viewed.then(|| lab.view())
            });
            if let Ok(Some(view)) = looked.await {
                here.show(view);
            }
        }
        tokio::time::sleep(BETWEEN_VIEWS).await;
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_LOOKS - BETWEEN_VIEWS) => {}
            () = here.look.notified() => {}
        }
    }
}

/// Frees the seat for the next command, however this one ended.
pub(super) struct Vacate(pub(super) Arc<Seat>);

impl Drop for Vacate {
    fn drop(&mut self) {
        self.0.with(|state| {
            state.busy = false;
            state.done += 1;
            state.question = None;
        });
        self.0.look.notify_one();
    }
}

/// The console of a command: the seat's lines.
struct Printer(Arc<Seat>);

impl Console for Printer {
    fn print(&mut self, line: &str) {
        self.0
            .with(|state| state.lines.push(Kind::Output, line, None));
    }

    fn warn(&mut self, text: &str) {
        self.0
            .with(|state| state.lines.push(Kind::Warning, text, None));
    }

    fn error(&mut self, text: &str) {
        self.0
            .with(|state| state.lines.push(Kind::Error, text, None));
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        let (answer, answered) = sync_channel(1);
        self.0.with(|state| {
            state.lines.push(Kind::Question, question, None);
            state.question = match &state.closed {
                None => Some(Question {
                    text: question.to_owned(),
                    answer,
                }),
                Some(_) => None,
            };
        });
        let answer = answered.recv_timeout(PATIENCE).ok();
        self.0.with(|state| state.question = None);
        answer
    }
}
