//! Faults as data: where, when, what, how often.
//!
//! A [`Fault`] says what was asked for and never counts; the [`Plan`](crate::plan::Plan) of a
//! running server does. Adding a kind of misbehaviour is one variant of [`Action`] and one
//! `match` arm in the conversation.

use std::net::IpAddr;
use std::time::Duration;

pub use action::{Action, HandshakeFault, TlsVersion};
pub use stage::Stage;

use crate::error::Error;
use crate::smtp::Reply;

mod action;
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
    pub(crate) inside_tls: Option<bool>,
    pub(crate) after_octets: Option<u64>,
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

    /// The seed of [`chance`](Self::chance); 0 if none is given.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.count.seed = seed;
        self
    }
}

/// A fault that still lacks its action: where, and when.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a stage alone is no fault; add an action, as `.reply(\"550 no\")`"]
pub struct At {
    stage: Stage,
    when: When,
}

impl At {
    /// Only where the client's line contains this text, in any case: `bob@`, `SIZE=`. At DATA
    /// and at the body the lines of MAIL and RCPT count, at the handshake the SNI name.
    pub fn matching(mut self, text: impl Into<String>) -> Self {
        self.when.matching = Some(text.into());
        self
    }

    /// Only in the `n`th session of the server, from 1.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    #[track_caller]
    pub fn session(mut self, n: u64) -> Self {
        assert!(n > 0, "sessions are counted from 1");
        self.when.session = Some(n);
        self
    }

    /// Only for clients from this address.
    pub fn from(mut self, client: impl Into<IpAddr>) -> Self {
        self.when.from = Some(client.into());
        self
    }

    /// Not the first `n` times that everything else matches.
    pub fn skip(mut self, n: u64) -> Self {
        self.when.skip = n;
        self
    }

    /// Only in clear: before STARTTLS, or where there is none.
    pub fn in_clear(mut self) -> Self {
        self.when.inside_tls = Some(false);
        self
    }

    /// Only inside TLS.
    pub fn inside_tls(mut self) -> Self {
        self.when.inside_tls = Some(true);
        self
    }

    /// At [`Stage::Body`]: as soon as `n` octets of content were read, not after all of it.
    pub fn after_octets(mut self, n: u64) -> Self {
        self.when.after_octets = Some(n);
        self
    }

    /// Makes it a fault, or says why this action makes no sense here.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchFault`] if the action can do nothing at this stage.
    pub fn action(self, action: Action) -> Result<Fault, Error> {
        action.check_at(self.stage)?;
        self.check_after_octets(&action)?;
        Ok(Fault {
            stage: self.stage,
            when: self.when,
            action,
            count: Count::default(),
        })
    }

    /// [`Action::Add`].
    ///
    /// # Panics
    ///
    /// As do all of these, if the action makes no sense at the stage: the text says why.
    #[allow(clippy::should_implement_trait)] // it adds a line, not a number
    #[track_caller]
    pub fn add(self, line: impl Into<String>) -> Fault {
        self.must(Action::Add(line.into()))
    }

    /// [`Action::Close`].
    #[track_caller]
    #[must_use]
    pub fn close(self) -> Fault {
        self.must(Action::Close)
    }

    /// [`Action::Conceal`].
    #[track_caller]
    pub fn conceal(self, keyword: impl Into<String>) -> Fault {
        self.must(Action::Conceal(keyword.into()))
    }

    /// [`Action::Delay`].
    #[track_caller]
    #[must_use]
    pub fn delay(self, wait: Duration) -> Fault {
        self.must(Action::Delay(wait))
    }

    /// [`Action::Drip`].
    #[track_caller]
    #[must_use]
    pub fn drip(self, octets: usize, every: Duration) -> Fault {
        self.must(Action::Drip { octets, every })
    }

    /// [`Action::Handshake`].
    #[track_caller]
    #[must_use]
    pub fn handshake(self, fault: HandshakeFault) -> Fault {
        self.must(Action::Handshake(fault))
    }

    /// [`Action::Hide`].
    #[track_caller]
    pub fn hide(self, keyword: impl Into<String>) -> Fault {
        self.must(Action::Hide(keyword.into()))
    }

    /// [`Action::Mask`].
    #[track_caller]
    pub fn mask(self, keyword: impl Into<String>) -> Fault {
        self.must(Action::Mask(keyword.into()))
    }

    /// [`Action::Raw`].
    #[track_caller]
    pub fn raw(self, bytes: impl Into<Vec<u8>>) -> Fault {
        self.must(Action::Raw(bytes.into()))
    }

    /// [`Action::Reply`].
    #[track_caller]
    pub fn reply(self, reply: impl Into<Reply>) -> Fault {
        self.must(Action::Reply(reply.into()))
    }

    /// [`Action::Reset`].
    #[track_caller]
    #[must_use]
    pub fn reset(self) -> Fault {
        self.must(Action::Reset)
    }

    /// [`Action::Stall`].
    #[track_caller]
    #[must_use]
    pub fn stall(self) -> Fault {
        self.must(Action::Stall)
    }

    #[track_caller]
    fn must(self, action: Action) -> Fault {
        match self.action(action) {
            Ok(fault) => fault,
            Err(error) => panic!("{error}"),
        }
    }

    fn check_after_octets(&self, action: &Action) -> Result<(), Error> {
        let cuts = matches!(
            action,
            Action::Close | Action::Reset | Action::Stall | Action::Delay(_)
        );
        let why = match (self.when.after_octets, self.stage) {
            (None, _) => return Ok(()),
            (Some(_), Stage::Body) if cuts => return Ok(()),
            (Some(_), Stage::Body) => {
                "no reply is due in mid-body; use `close`, `reset`, `stall` or `delay`"
            }
            (Some(_), _) => "only the body has octets to count; use the stage `body`",
        };
        Err(Error::NoSuchFault {
            given: format!("`{}` after octets at `{}`", action.name(), self.stage),
            why: why.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stage: Stage, action: Action, why: &str) {
        match Fault::at(stage).action(action) {
            Err(error) => assert!(error.to_string().contains(why), "{error}"),
            Ok(fault) => panic!("{fault:?} should have been refused"),
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_an_explanation() {
        let hide = || Action::Hide("STARTTLS".into());
        check(Stage::Quit, hide(), "only the EHLO reply lists keywords");
        check(Stage::Any, hide(), "only the EHLO reply lists keywords");
        check(Stage::Ehlo, Action::Hide("AUTH LOGIN".into()), "one word");
        check(Stage::Ehlo, Action::Add("A\r\nB".into()), "one line");
        check(
            Stage::Connect,
            Action::Reply("250 ok".into()),
            "no reply is due",
        );
        check(
            Stage::Handshake,
            Action::Reply("250 ok".into()),
            "no reply is due",
        );
        check(
            Stage::Connect,
            Action::Raw(vec![1]),
            "use the stage `greeting`",
        );
        check(
            Stage::Ehlo,
            Action::Handshake(HandshakeFault::Junk),
            "`handshake`",
        );
        let drip = |octets| Action::Drip {
            octets,
            every: Duration::ZERO,
        };
        check(Stage::Handshake, drip(1), "could drip");
        check(Stage::Rcpt, drip(0), "never end");
    }

    #[test]
    fn octets_are_counted_in_the_body_only() {
        let error = Fault::at(Stage::Mail).after_octets(1).action(Action::Close);
        assert!(error.unwrap_err().to_string().contains("only the body"));
        let error = Fault::at(Stage::Body)
            .after_octets(1)
            .action(Action::Reply("250 ok".into()));
        assert!(error.unwrap_err().to_string().contains("mid-body"));
    }

    #[test]
    fn equal_words_give_equal_values() {
        let fault = || {
            Fault::at(Stage::Rcpt)
                .matching("bob@")
                .skip(1)
                .reply("550 no")
                .once()
        };
        assert_eq!(fault(), fault());
        assert_ne!(fault(), fault().at_most(1));
    }
}
