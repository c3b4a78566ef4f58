//! Faults as data: where, when, what, how often.
//!
//! A [`Fault`] says what was asked for and never counts; the [`Plan`](crate::plan::Plan) of a
//! running server does. Adding a kind of misbehaviour is one variant of [`Action`] and one
//! `match` arm in the conversation.

use std::net::IpAddr;
use std::time::Duration;

pub use action::{Action, LooseEnd, TlsVersion};
pub use at::At;
pub use handshake::{After, Edit, End, HandshakeFault, Offer, Records, ServerHello};
pub use stage::Stage;

mod action;
mod at;
mod handshake;
mod short;
mod stage;

/// One misbehaviour: at which stage, for whom, what, and how often.
///
/// ```
/// use mailfault::{Fault, Stage::*};
///
/// let greylist = Fault::at(Rcpt).reply("451 4.7.1 greylisted").once();
/// let unknown = Fault::at(Rcpt).matching("bob@").reply("550 5.1.1 no such user");
/// let stripped = Fault::at(Ehlo).hide("STARTTLS");
/// # let _ = (greylist, unknown, stripped);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where.
    pub(crate) stage: Stage,
    /// When, and for whom.
    pub(crate) when: When,
    /// What.
    pub(crate) action: Action,
    /// How often.
    pub(crate) count: Count,
}

/// The conditions under which a fault applies; the default applies always.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct When {
    pub(crate) matching: Option<String>,
    pub(crate) session: Option<u64>,
    pub(crate) from: Option<IpAddr>,
    pub(crate) skip: u64,
    pub(crate) skip_in_session: u64,
    pub(crate) every: Option<u64>,
    pub(crate) every_nth_session: Option<u64>,
    pub(crate) beyond_rate: Option<Rate>,
    pub(crate) beyond_connections: Option<usize>,
    pub(crate) greylisting: Option<Duration>,
    pub(crate) inside_tls: Option<bool>,
    pub(crate) after_octets: Option<u64>,
    pub(crate) after_reply: bool,
}

/// So many times in such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) times: usize,
    pub(crate) per: Duration,
}

/// In which sessions a fault fires that fires in some only: the seed gives each session one of
/// `of` lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lot {
    pub(crate) number: u64,
    pub(crate) of: u64,
}

/// How often a fault fires.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Count {
    /// At most so many times.
    pub(crate) times: Option<u64>,
    /// Whether firing less often than `times` fails the test.
    pub(crate) required: bool,
    /// With this probability at each match.
    pub(crate) chance: Option<f64>,
    /// Only in sessions that drew this lot.
    pub(crate) lot: Option<Lot>,
    pub(crate) seed: u64,
}

impl Fault {
    /// Begins a fault at a stage; an action must follow.
    pub fn at(stage: Stage) -> At {
        At {
            stage,
            when: When::default(),
        }
    }

    /// The stage at which it applies.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// What it does.
    #[must_use]
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// Fires the first time only. A test in which it never fires fails when the server ends.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Fires the first `n` times. A test in which it fires less often fails when the server ends.
    #[must_use]
    pub fn times(mut self, n: u64) -> Self {
        self.count.times = Some(n);
        self.count.required = true;
        self
    }

    /// Fires the first `n` times, and it is no failure if it does not.
    #[must_use]
    pub fn at_most(mut self, n: u64) -> Self {
        self.count.times = Some(n);
        self.count.required = false;
        self
    }

    /// Fires with probability `p` (0 to 1) at each match. The choice depends on the seed, the
    /// number of the session and the number of the match in it alone, so that the same sessions
    /// meet the same faults however many run in parallel.
    ///
    /// # Panics
    ///
    /// If `p` is not between 0 and 1.
    #[must_use]
    #[track_caller]
    pub fn chance(mut self, p: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&p),
            "a chance is between 0 and 1, not {p}"
        );
        self.count.chance = Some(p);
        self
    }

    /// Fires only in sessions that draw lot `number` of `of`, from 1. Faults with the same seed
    /// share the draw, so that each session meets one of them, or none if there are fewer faults
    /// than lots. The draw depends on the seed and the number of the session alone.
    ///
    /// ```
    /// use mailfault::{Fault, Stage::*};
    ///
    /// let stripped = Fault::at(Ehlo).hide("STARTTLS").lot(1, 3).seed(7);
    /// let refused = Fault::at(StartTls).reply("454 4.7.0 no").lot(2, 3).seed(7);
    /// // Whoever draws the third lot meets a healthy server.
    /// # let _ = (stripped, refused);
    /// ```
    ///
    /// # Panics
    ///
    /// If `number` is not between 1 and `of`.
    #[must_use]
    #[track_caller]
    pub fn lot(mut self, number: u64, of: u64) -> Self {
        assert!(
            (1..=of).contains(&number),
            "lots are counted from 1, so that there is no lot {number} of {of}"
        );
        self.count.lot = Some(Lot { number, of });
        self
    }

    /// The seed of [`chance`](Self::chance), [`lot`](Self::lot) and [`Action::Jitter`]; 0 if none
    /// is given. It stands in the transcript wherever the fault fired, so that a failure can be
    /// played again.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.count.seed = seed;
        self
    }

    /// What chance has to do with it, for a reader who wants to see it again: empty if nothing.
    pub(crate) fn luck(&self) -> String {
        let Count {
            chance, lot, seed, ..
        } = &self.count;
        let mut words = Vec::new();
        words.extend(chance.map(|p| format!("chance {p}")));
        words.extend(lot.map(|Lot { number, of }| format!("lot {number} of {of}")));
        if words.is_empty() && !matches!(self.action, Action::Jitter(_)) {
            return String::new();
        }
        words.push(format!("seed {seed}"));
        format!(" ({})", words.join(", "))
    }
}

impl std::fmt::Display for Fault {
    /// What it does and where, and the seed if chance has a say.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (action, stage) = (self.action.name(), self.stage);
        write!(f, "`{action}` at `{stage}`{}", self.luck())
    }
}

#[cfg(test)]
mod tests;
