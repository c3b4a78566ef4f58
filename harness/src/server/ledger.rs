//! What a running server remembers, shared by its sessions and the test.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::persona::Limits;
use crate::plan::Plan;
use crate::report::{Alert, Ended, Event, Fetch, InClear, Leak, Mail, Report, Session, What};

/// Sees every event when it is recorded.
pub(crate) type Observer = Arc<dyn Fn(u64, &Event) + Send + Sync>;

/// What a running server remembers.
pub(crate) struct Ledger {
    state: Mutex<State>,
    changed: Condvar,
    observer: Option<Observer>,
    limits: Limits,
}

#[derive(Default)]
pub(crate) struct State {
    sessions: VecDeque<Arc<Mutex<Session>>>,
    /// How many sessions there have been.
    opened: u64,
    /// How many are open.
    open: usize,
    /// How many threads wait for a change.
    waiting: usize,
    /// How many of them each address has.
    open_from: BTreeMap<IpAddr, usize>,
    mail: VecDeque<Mail>,
    mail_octets: usize,
    fetches: VecDeque<Fetch>,
    /// How many messages were taken, forgotten ones included.
    pub(crate) taken: u64,
    forgotten: usize,
    pub(crate) plan: Plan,
    /// Faults that were taken out again, and how often each had fired.
    pub(crate) retired: Vec<(crate::fault::Fault, u64)>,
    /// What scripts said when they panicked.
    pub(crate) panics: Vec<String>,
}

impl Ledger {
    pub(crate) fn new(limits: Limits, observer: Option<Observer>) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            observer,
            limits,
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic in somebody's observer must not take the report away.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session. Says how many are open, itself included, and how many of them the
    /// client's address has.
    pub(crate) fn open(
        self: &Arc<Self>,
        peer: SocketAddr,
        implicit_tls: bool,
    ) -> (Recorder, usize, usize) {
        let mut state = self.state();
        state.opened += 1;
        state.open += 1;
        let number = state.opened;
        let session = Session::new(number, peer, implicit_tls);
        let session = Arc::new(Mutex::new(session));
        state.sessions.push_back(Arc::clone(&session));
        if state.sessions.len() > self.limits.kept_sessions {
            state.sessions.pop_front();
            state.forgotten += 1;
        }
        let open = state.open;
        let open_from = state.open_from.entry(peer.ip()).or_default();
        *open_from += 1;
        let open_from = *open_from;
        drop(state);
        let recorder = Recorder {
            ledger: Arc::clone(self),
            session,
            number,
            from: peer.ip(),
            began: Instant::now(),
        };
        recorder.record(What::Connected { peer, implicit_tls });
        (recorder, open, open_from)
    }

    /// Keeps a message that is about to be taken.
    pub(crate) fn keep(&self, mail: Mail) {
        let mut state = self.state();
        state.taken += 1;
        state.mail_octets += mail.content.len();
        state.mail.push_back(mail);
        while state.mail_octets > self.limits.kept_mail && state.mail.len() > 1 {
            if let Some(oldest) = state.mail.pop_front() {
                state.mail_octets -= oldest.content.len();
                state.forgotten += 1;
            }
        }
        self.tell(&state);
    }

    /// Keeps what was asked of a responder.
    pub(crate) fn fetched(&self, fetch: Fetch) {
        let mut state = self.state();
        state.fetches.push_back(fetch);
        if state.fetches.len() > self.limits.kept_sessions {
            state.fetches.pop_front();
            state.forgotten += 1;
        }
    }

    /// Waits until no session is open; says whether that came to pass in time.
    pub(crate) fn wait_until_quiet(&self, patience: Duration) -> bool {
        self.wait(patience, |state| state.open == 0)
    }

    /// Waits until so many messages were taken.
    pub(crate) fn wait_for_mail(&self, count: u64, patience: Duration) -> bool {
        self.wait(patience, |state| state.taken >= count)
    }

    fn wait(&self, patience: Duration, done: impl Fn(&State) -> bool) -> bool {
        let mut state = self.state();
        state.waiting += 1;
        let (mut state, _) = self
            .changed
            .wait_timeout_while(state, patience, |state| !done(state))
            .unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        done(&state)
    }

    /// Wakes those who wait. Nobody does most of the time, and the operating system would be
    /// asked all the same.
    fn tell(&self, state: &State) {
        if state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    pub(crate) fn mail(&self) -> Vec<Mail> {
        self.state().mail.iter().cloned().collect()
    }

    /// The session of this number, unless it was forgotten.
    pub(crate) fn session(&self, number: u64) -> Option<Session> {
        let state = self.state();
        let mut sessions = state.sessions.iter();
        let session = sessions.find(|one| lock(one).number == number)?;
        Some(lock(session).clone())
    }

    /// Everything so far.
    pub(crate) fn report(&self) -> Report {
        let state = self.state();
        let installed = state.plan.installed();
        let live = installed.iter().map(|one| (one.fault.clone(), one.fired));
        Report {
            mail: state.mail.iter().cloned().collect(),
            sessions: state.sessions.iter().map(|one| lock(one).clone()).collect(),
            faults: state.retired.iter().cloned().chain(live).collect(),
            fetches: state.fetches.iter().cloned().collect(),
            forgotten: state.forgotten,
        }
    }
}

/// Writes down what happens in one session. When it goes, so does the session.
pub(crate) struct Recorder {
    ledger: Arc<Ledger>,
    session: Arc<Mutex<Session>>,
    number: u64,
    from: IpAddr,
    began: Instant,
}

impl Recorder {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn record(&self, what: What) {
        let at = self.began.elapsed();
        let seen = self.ledger.observer.as_ref().map(|observer| {
            let what = what.clone();
            (observer, Event { at, what })
        });
        let limit = self.ledger.limits.transcript;
        lock(&self.session).transcript.push(at, what, limit);
        // Who is told may look at the session, and finds the event there.
        if let Some((observer, event)) = seen {
            observer(self.number, &event);
        }
    }

    pub(crate) fn note(&self, text: impl Into<String>) {
        self.record(What::Note(text.into()));
    }

    pub(crate) fn alert_from_client(&self, alert: Alert) {
        // close_notify and user_canceled end a connection in good order.
        if !matches!(alert.0, 0 | 90) {
            self.change(|session| session.alert = Some(alert));
        }
        self.record(What::AlertFromClient(alert));
    }

    pub(crate) fn in_clear(&self, what: Leak, text: impl Into<String>) {
        let limit = self.ledger.limits.recipients.saturating_add(100);
        self.change(|session| {
            // Bounded: a client may leak for hours.
            if session.in_clear.len() < limit {
                let text = text.into();
                session.in_clear.push(InClear { what, text });
            }
        });
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Session)) {
        change(&mut lock(&self.session));
    }

    pub(crate) fn ended(&self, how: Ended) {
        self.change(|session| session.ended = Some(how));
        self.record(What::Ended(how));
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if lock(&self.session).ended.is_none() {
            self.ended(Ended::StillOpen);
        }
        let mut state = self.ledger.state();
        state.open -= 1;
        if let Some(open) = state.open_from.get_mut(&self.from) {
            *open -= 1;
            if *open == 0 {
                state.open_from.remove(&self.from);
            }
        }
        self.ledger.tell(&state);
    }
}

fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}
