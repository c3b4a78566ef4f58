//! A cast that runs with its mail flow: what an administrator finds.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::flow::Seen;
use super::{Cast, Fix, LabText, Life, MailFlow, Player, Playing, SendResult};
use crate::error::Error;
use crate::scenario::place::Text;

/// A cast that runs, its messages on their way.
///
/// ```
/// use mailfault::Clock;
/// use mailfault::cast::{Cast, Stage};
/// use std::time::Duration;
///
/// let cast = Cast::named("exchange-null-tls-certificate-name")?;
/// let stage = Stage::open(cast, |player| player.clock(Clock::system()))?;
/// stage.wait(Duration::from_secs(600));
/// let lives = stage.lives();
/// assert!(!lives[0].was_delivered());
/// assert!(lives[1].was_delivered());
/// # Ok::<(), mailfault::Error>(())
/// ```
#[derive(Debug)]
pub struct Stage {
    cast: Cast,
    playing: Playing,
    flow: Mutex<MailFlow>,
}

impl Stage {
    /// Brings a cast up, as `how` says, and submits each of its sends.
    ///
    /// # Errors
    ///
    /// As [`Player::start`] and [`Cast::send_all`].
    pub fn open(
        cast: Cast,
        how: impl for<'a> FnOnce(Player<'a>) -> Player<'a>,
    ) -> Result<Self, Error> {
        let playing = how(cast.player()).start()?;
        let flow = Mutex::new(cast.mail_flow(&playing)?);
        Ok(Self {
            cast,
            playing,
            flow,
        })
    }

    /// The cast, as its file describes it.
    #[must_use]
    pub fn cast(&self) -> &Cast {
        &self.cast
    }

    /// The cast, as it runs.
    #[must_use]
    pub fn playing(&self) -> &Playing {
        &self.playing
    }

    /// What time it is there.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.playing.clock.now()
    }

    fn flow(&self) -> MutexGuard<'_, MailFlow> {
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays what is due by now, where the clock goes on by itself.
    pub fn catch_up(&self) {
        self.play_until(self.now());
    }

    /// Lets so much time pass: attempts are made when they are due, and nothing sleeps.
    pub fn wait(&self, time: Duration) {
        self.play_until(self.now() + time);
    }

    /// The same until then.
    pub fn play_until(&self, until: SystemTime) {
        self.flow().play_until(&self.cast, &self.playing, until);
    }

    /// When something is due next; `None` if no message waits.
    #[must_use]
    pub fn next_at(&self) -> Option<SystemTime> {
        self.flow().next_at(&self.playing)
    }

    /// Submits every send of the file once more.
    ///
    /// # Errors
    ///
    /// As [`Cast::send_all`].
    pub fn submit_again(&self) -> Result<(), Error> {
        let mut flow = self.flow();
        for _ in 0..self.cast.sends() {
            flow.submit(&self.cast, &self.playing)?;
        }
        Ok(())
    }

    /// What happened to each message so far.
    #[must_use]
    pub fn lives(&self) -> Vec<Life> {
        self.flow().lives(&self.playing)
    }

    /// What the last attempt of each message saw.
    pub(crate) fn seen(&self) -> Vec<Option<Seen>> {
        self.flow().seen()
    }

    /// Sends once more, at once and past every queue, as everything is configured now: what the
    /// file expects after its fix is what counts.
    ///
    /// # Errors
    ///
    /// As [`Cast::send_all`].
    pub fn prove(&self) -> Result<Vec<SendResult>, Error> {
        self.cast.send_after_fix(&self.playing)
    }
}

impl Cast {
    /// The case without what its lab does not have.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] for a name that is nobody's.
    pub(crate) fn without(&self, names: &[String]) -> Result<Self, Error> {
        let mut rest = self.clone();
        let members = &mut rest.written;
        for name in names {
            let gone = match name.split_once('/') {
                Some((server, connector)) => {
                    let server = members.exchange.get_mut(server);
                    server.is_some_and(|one| one.get_mut().take_send_connector(connector))
                }
                None => {
                    members.eop.remove(name).is_some()
                        | members.exchange.remove(name).is_some()
                        | members.interceptor.remove(name).is_some()
                        | members.sender.remove(name).is_some()
                }
            };
            if !gone {
                let why = format!("`without` names `{name}`, which the case does not have");
                return Err(self.bad_lab(why));
            }
        }
        let is_gone = |name: &str| {
            let member = name.split('/').next().unwrap_or(name);
            names.iter().any(|gone| gone == name || gone == member)
        };
        members.hosts.retain(|_, member| !is_gone(member));
        let hosts = &self.written.hosts;
        members.send.retain(|send| {
            let send = send.get_ref();
            let to = send.to.as_ref();
            let to = to.map(|to| hosts.get(to).unwrap_or(to).as_str());
            !is_gone(&send.by) && !to.is_some_and(is_gone)
        });
        Ok(rest)
    }

    /// What it needs to be a lab, if it is one.
    #[must_use]
    pub fn lab(&self) -> Option<&LabText> {
        self.written.lab.as_ref()
    }

    /// The hosts of the file, and who answers for each.
    pub fn hosts(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.written.hosts.iter();
        all.map(|(host, member)| (host.as_str(), member.as_str()))
    }

    /// The members before which a box stands.
    pub fn before(&self, interceptor: &str) -> Vec<String> {
        let written = self.written.interceptor.get(interceptor);
        written.map_or_else(Vec::new, |one| one.get_ref().before().to_vec())
    }

    /// A line of the lab's `before` that cannot be typed.
    pub(crate) fn misprepared(&self, why: &str) -> Error {
        self.bad_lab(format!("`before`: {why}"))
    }

    /// What is wrong with the lab, with its place in the file.
    fn bad_lab(&self, why: String) -> Error {
        let place = Text {
            file: &self.file,
            text: &self.text,
        };
        place.bad(self.text.find("\n[lab]").map_or(0, |at| at + 1), why)
    }

    /// A step of the fix that cannot be made, with its place in the file.
    pub(crate) fn misfixed(&self, step: usize, why: String) -> Error {
        let place = Text {
            file: &self.file,
            text: &self.text,
        };
        let at = self.written.fix.get(step).map_or(0, |fix| fix.span().start);
        place.bad(at, why)
    }

    /// The steps of the fix, in the order in which they are made.
    pub fn fixes(&self) -> impl Iterator<Item = &Fix> {
        self.written.fix.iter().map(toml::Spanned::get_ref)
    }
}
