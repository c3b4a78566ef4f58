//! A cast on its way to the stage: by which clock, and who watches.

use std::fmt;
use std::sync::Arc;

use super::{Cast, Playing};
use crate::clock::Clock;
use crate::error::Error;
use crate::report::Event;

/// Something that happened in a session of a member of a cast.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Happening<'a> {
    /// The member's name in the file.
    pub member: &'a str,
    /// Which way in it was, where the member has several: the connector's name.
    pub connector: &'a str,
    /// The session's number, from 1 for each way in and after each restart.
    pub session: u64,
    /// What happened.
    pub event: &'a Event,
}

/// Sees everything that happens in a cast.
pub(super) type Watcher = Arc<dyn Fn(Happening<'_>) + Send + Sync>;

/// A cast on its way to the stage; [`start`](Self::start) brings it up.
#[must_use = "a player has not begun; call `start`"]
pub struct Player<'a> {
    cast: &'a Cast,
    pub(super) clock: Clock,
    pub(super) watcher: Option<Watcher>,
}

impl<'a> Player<'a> {
    pub(super) fn new(cast: &'a Cast) -> Self {
        Self {
            cast,
            clock: Clock::system(),
            watcher: None,
        }
    }

    /// What time it is for every member.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Calls this with everything that happens, before the client can see its effect. It runs on
    /// the members' threads and must not block.
    pub fn observe(mut self, watcher: impl Fn(Happening<'_>) + Send + Sync + 'static) -> Self {
        self.watcher = Some(Arc::new(watcher));
        self
    }

    /// Brings every member up, each on ports of its own.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] with file, line and column of the member that cannot be what the
    /// file says; [`Error::CannotListen`] if there is no port.
    pub fn start(self) -> Result<Playing, Error> {
        self.cast.bring_up(&self)
    }

    /// What a member tells its watcher, under its name.
    pub(super) fn watch(&self, member: &str) -> Option<crate::exchange::Observer> {
        let (watcher, member) = (Arc::clone(self.watcher.as_ref()?), member.to_owned());
        Some(Arc::new(move |connector: &str, session, event: &Event| {
            watcher(Happening {
                member: &member,
                connector,
                session,
                event,
            });
        }))
    }
}

impl fmt::Debug for Player<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Player")
            .field("cast", &self.cast.id)
            .finish_non_exhaustive()
    }
}
