//! What a running box remembers, shared by its sessions and the test.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::bounds::Bounds;
use super::report::{Change, Crossing, Leg, Opaque, Report};
use crate::report::{Ended, Event, Transcript, What};

/// One of the two connections of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Between the client and the box.
    Client,
    /// Between the box and the server.
    Server,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Client, Self::Server];

    pub(super) fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Sees every event when it is recorded.
pub(super) type Observer = Arc<dyn Fn(u64, Side, &Event) + Send + Sync>;

pub(super) struct Ledger {
    state: Mutex<State>,
    quiet: Condvar,
    bounds: Bounds,
    observer: Option<Observer>,
}

#[derive(Default)]
struct State {
    sessions: VecDeque<Arc<Mutex<Crossing>>>,
    opened: u64,
    open: usize,
    forgotten: usize,
}

impl Ledger {
    pub(super) fn new(bounds: Bounds, observer: Option<Observer>) -> Self {
        Self {
            state: Mutex::default(),
            quiet: Condvar::new(),
            bounds,
            observer,
        }
    }

    /// Begins a session; says how many are open, itself included.
    pub(super) fn open(
        self: &Arc<Self>,
        client: SocketAddr,
        server: SocketAddr,
    ) -> (Recorder, usize) {
        let mut state = lock(&self.state);
        state.opened += 1;
        state.open += 1;
        let number = state.opened;
        let session = Arc::new(Mutex::new(Crossing {
            number,
            client: Leg::new(client),
            server: Leg::new(server),
            changes: Vec::new(),
        }));
        state.sessions.push_back(Arc::clone(&session));
        if state.sessions.len() > self.bounds.kept_sessions {
            state.sessions.pop_front();
            state.forgotten += 1;
        }
        let open = state.open;
        drop(state);
        let recorder = Recorder {
            ledger: Arc::clone(self),
            session,
            number,
            began: Instant::now(),
            told: AtomicBool::new(false),
        };
        let implicit_tls = false;
        recorder.record(
            Side::Client,
            What::Connected {
                peer: client,
                implicit_tls,
            },
        );
        (recorder, open)
    }

    pub(super) fn wait_until_quiet(&self, patience: Duration) {
        let state = lock(&self.state);
        let _ = self
            .quiet
            .wait_timeout_while(state, patience, |state| state.open > 0);
    }

    pub(super) fn report(&self) -> Report {
        let state = lock(&self.state);
        Report {
            sessions: state.sessions.iter().map(|one| lock(one).clone()).collect(),
            forgotten: state.forgotten,
        }
    }
}

/// Writes down what happens in one session. When it goes, so does the session.
pub(super) struct Recorder {
    ledger: Arc<Ledger>,
    session: Arc<Mutex<Crossing>>,
    number: u64,
    began: Instant,
    /// The end was told.
    told: AtomicBool,
}

impl Recorder {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn record(&self, side: Side, what: What) {
        let at = self.began.elapsed();
        let seen = self.ledger.observer.as_ref().map(|observer| {
            let what = what.clone();
            (observer, Event { at, what })
        });
        let limit = self.ledger.bounds.transcript;
        lock(&self.session)
            .leg(side)
            .transcript
            .push(at, what, limit);
        if let Some((observer, event)) = seen {
            observer(self.number, side, &event);
        }
    }

    pub(super) fn note(&self, side: Side, text: impl Into<String>) {
        self.record(side, What::Note(text.into()));
    }

    pub(super) fn note_both(&self, text: &str) {
        for side in Side::BOTH {
            self.note(side, text);
        }
    }

    /// Something is other than it would be without the box.
    pub(super) fn changed(&self, change: Change) {
        for side in Side::BOTH {
            self.record(side, What::Fault(change.to_string()));
        }
        let mut session = lock(&self.session);
        // As bounded as the transcript: a client may send a command for hours.
        let limit = self.ledger.bounds.transcript / 256;
        if session.changes.len() < limit {
            session.changes.push(change);
        }
    }

    pub(super) fn leg(&self, side: Side, change: impl FnOnce(&mut Leg)) {
        change(lock(&self.session).leg(side));
    }

    /// How a connection ended; what is said first counts.
    pub(super) fn ended(&self, side: Side, how: Ended) {
        self.leg(side, |leg| {
            leg.ended.get_or_insert(how);
        });
    }

    /// Tells the end of both connections in their transcripts, before anybody can see it.
    pub(super) fn tell_ends(&self) {
        self.told.store(true, Ordering::Relaxed);
        for side in Side::BOTH {
            let mut ended = Ended::StillOpen;
            let mut opaque = Opaque::default();
            self.leg(side, |leg| {
                ended = *leg.ended.get_or_insert(ended);
                opaque = leg.opaque;
            });
            if opaque != Opaque::default() {
                let Opaque {
                    from_client,
                    from_server,
                } = opaque;
                self.note(
                    side,
                    format!("{from_client} octets passed unread to the server, {from_server} to the client"),
                );
            }
            self.record(side, What::Ended(ended));
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if !self.told.load(Ordering::Relaxed) {
            self.tell_ends();
        }
        let mut state = lock(&self.ledger.state);
        state.open -= 1;
        if state.open == 0 {
            self.ledger.quiet.notify_all();
        }
    }
}

impl Crossing {
    fn leg(&mut self, side: Side) -> &mut Leg {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

impl Leg {
    fn new(peer: SocketAddr) -> Self {
        Self {
            peer,
            transcript: Transcript::default(),
            tls: None,
            certificates: Vec::new(),
            alert: None,
            ended: None,
            opaque: Opaque::default(),
        }
    }
}

fn lock<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in somebody's observer must not take the report away.
    one.lock().unwrap_or_else(PoisonError::into_inner)
}
