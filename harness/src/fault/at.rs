//! A fault in the making: where and when, and then the action.

use std::net::IpAddr;
use std::time::Duration;

use super::{Action, Count, Fault, Rate, Stage, When};
use crate::error::Error;

/// A fault that still lacks its action: where, and when.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a stage alone is no fault; add an action, as `.reply(\"550 no\")`"]
pub struct At {
    pub(super) stage: Stage,
    pub(super) when: When,
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

    /// Not the first `n` times in each session that everything else matches.
    pub fn skip_in_session(mut self, n: u64) -> Self {
        self.when.skip_in_session = n;
        self
    }

    /// Only every `n`th time that everything else matches.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    #[track_caller]
    pub fn every(mut self, n: u64) -> Self {
        assert!(n > 0, "no time is the zeroth");
        self.when.every = Some(n);
        self
    }

    /// Only in every `n`th session of the server: `n`, 2 `n` and so on.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    #[track_caller]
    pub fn every_nth_session(mut self, n: u64) -> Self {
        assert!(n > 0, "sessions are counted from 1");
        self.when.every_nth_session = Some(n);
        self
    }

    /// Only beyond a rate: where everything else has matched, and was let pass, `times` times
    /// within `per`. All clients count together; the time is that of the server's
    /// [`Clock`](crate::Clock).
    pub fn beyond_rate(mut self, times: usize, per: Duration) -> Self {
        self.when.beyond_rate = Some(Rate { times, per });
        self
    }

    /// Only in sessions that began while the client's address had `n` others open.
    pub fn beyond_connections(mut self, n: usize) -> Self {
        self.when.beyond_connections = Some(n);
        self
    }

    /// At [`Stage::Rcpt`]: as long as client, sender and recipient have not been seen together
    /// before, or not for that long (RFC 6647 §2.4). The time is that of the server's
    /// [`Clock`](crate::Clock), and only the last 4,096 triplets are remembered.
    ///
    /// ```
    /// use std::time::Duration;
    /// use mailfault::{Fault, Stage::*};
    ///
    /// let five_minutes = Duration::from_secs(300);
    /// let greylist = Fault::at(Rcpt).greylisting(five_minutes).reply("450 4.7.1 greylisted");
    /// # let _ = greylist;
    /// ```
    pub fn greylisting(mut self, wait: Duration) -> Self {
        self.when.greylisting = Some(wait);
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

    /// Behind the reply, which goes out first: for what ends the conversation, as
    /// [`Action::Close`].
    pub fn after_reply(mut self) -> Self {
        self.when.after_reply = true;
        self
    }

    /// At [`Stage::Body`]: as soon as `n` octets of content were read, not after all of it. A
    /// reply that is sent then is the only one.
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
        self.check_conditions(&action)?;
        Ok(Fault {
            stage: self.stage,
            when: self.when,
            action,
            count: Count::default(),
        })
    }

    /// Says why these conditions cannot be met at this stage, or not by this action.
    fn check_conditions(&self, action: &Action) -> Result<(), Error> {
        let stage = self.stage;
        let in_mid_body = action.cuts()
            || matches!(
                action,
                Action::Delay(_) | Action::Jitter(_) | Action::Raw(_) | Action::Reply(_)
            );
        let (condition, why) = match &self.when {
            When {
                after_octets: Some(_),
                ..
            } if stage != Stage::Body => (
                "after octets",
                "only the body has octets to count; use the stage `body`",
            ),
            When {
                after_octets: Some(_),
                ..
            } if !in_mid_body => (
                "after octets",
                "in mid-body there is no reply to edit; use `close`, `reset`, `stall`, `delay`, \
                 or `reply` for one that comes too early",
            ),
            When {
                after_reply: true, ..
            } if !stage.has_reply() => ("after the reply", "no reply is due there"),
            When {
                after_reply: true, ..
            } if !action.cuts() => (
                "after the reply",
                "only what ends the conversation can follow a reply; use `close`, `half-close`, \
                 `reset`, `stall` or `stop-reading`",
            ),
            When {
                after_reply: true,
                after_octets: Some(_),
                ..
            } => (
                "after octets and the reply",
                "the content is not answered before its end",
            ),
            When {
                greylisting: Some(_),
                ..
            } if stage != Stage::Rcpt => (
                "by greylisting",
                "client, sender and recipient are known at the stage `rcpt`",
            ),
            _ => return Ok(()),
        };
        Err(Error::NoSuchFault {
            given: format!("`{}` {condition} at `{stage}`", action.name()),
            why: why.to_owned(),
        })
    }
}
