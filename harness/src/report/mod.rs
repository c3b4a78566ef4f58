//! What happened, as data.

use std::fmt;

pub use alert::Alert;
pub use fetch::{Fetch, Fetched};
pub use mail::Mail;
pub(crate) use mail::header;
pub use outcome::Outcome;
pub use session::{ClientHello, Ended, InClear, Leak, Session, Tls};
pub(crate) use transcript::readable;
pub use transcript::{Event, Transcript, What};

use crate::fault::Fault;

mod alert;
mod fetch;
mod mail;
mod outcome;
mod session;
mod transcript;

/// What a server saw, from its start to its end.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The messages that were taken, in the order in which they were.
    pub mail: Vec<Mail>,
    /// The sessions, in the order in which they began.
    pub sessions: Vec<Session>,
    /// Every fault that was installed, and how often it fired.
    pub faults: Vec<(Fault, u64)>,
    /// What was asked of the server's [responders](crate::Builder::responder), in order.
    pub fetches: Vec<Fetch>,
    /// How many sessions, messages and fetches were forgotten because there were too many
    /// ([`Limits::kept_sessions`](crate::Limits::kept_sessions),
    /// [`kept_mail`](crate::Limits::kept_mail)).
    pub forgotten: usize,
}

impl Report {
    /// The outcome of the whole run: the worst leak if there is one, else a delivery, else what
    /// became of the last session.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        Outcome::of_run(self.sessions.iter().map(Session::outcome))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sessions.is_empty() {
            writeln!(f, "no session")?;
        }
        for session in &self.sessions {
            write!(f, "{session}")?;
        }
        for fetch in &self.fetches {
            writeln!(f, "{fetch}")?;
        }
        Ok(())
    }
}
