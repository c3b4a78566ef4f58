//! The one clock of a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// What time it is for a server: in its greeting, in its ids. Time-outs on the wire are real
/// whatever the clock says.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mailfault::Clock;
///
/// let clock = Clock::at(SystemTime::UNIX_EPOCH);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), SystemTime::UNIX_EPOCH + Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// `None` follows the machine's clock.
    set_to: Option<SystemTime>,
    /// Nanoseconds added since, shared by all clones.
    advanced: Arc<AtomicU64>,
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still at this time until it is advanced.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        Self {
            set_to: Some(time),
            advanced: Arc::default(),
        }
    }

    /// Moves the clock and all its clones forward.
    pub fn advance(&self, by: Duration) {
        let nanoseconds = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.advanced.fetch_add(nanoseconds, Ordering::SeqCst);
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        let advanced = Duration::from_nanos(self.advanced.load(Ordering::SeqCst));
        self.set_to.unwrap_or_else(SystemTime::now) + advanced
    }
}
