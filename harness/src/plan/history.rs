//! What happened to a fault before: counts, rates and triplets. All of it is bounded.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, SystemTime};

use super::Moment;
use crate::fault::{Fault, Rate};

/// What happened to a fault in all sessions together.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// How often everything matched but the counts.
    matched: u64,
    /// When a match was let pass, as far as the rate looks back; never more than the rate allows.
    passed: VecDeque<SystemTime>,
    /// Who was seen first when, the oldest first.
    triplets: VecDeque<(u64, SystemTime)>,
}

/// What happened in one session, fault by fault.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Vec<OfFault>);

/// What happened to a fault in one session.
#[derive(Clone, Debug, Default)]
pub(super) struct OfFault {
    matched: u64,
    /// How often chance was asked.
    pub(super) tried: u64,
}

/// Triplets that are remembered: an attacker's names push out others, and no more.
const TRIPLETS: usize = 4_096;

impl Tally {
    /// The tally of the fault with this place in the plan.
    pub(super) fn of(&mut self, index: usize) -> &mut OfFault {
        if self.0.len() <= index {
            self.0.resize(index + 1, OfFault::default());
        }
        &mut self.0[index]
    }
}

impl History {
    /// Counts a match, and says whether the fault's turn has come.
    pub(super) fn is_due(
        &mut self,
        fault: &Fault,
        moment: Moment<'_>,
        tally: &mut OfFault,
    ) -> bool {
        let when = &fault.when;
        self.matched += 1;
        tally.matched += 1;
        self.matched > when.skip
            && tally.matched > when.skip_in_session
            && when
                .every
                .is_none_or(|n| (self.matched - when.skip).is_multiple_of(n))
            && when
                .beyond_rate
                .is_none_or(|rate| self.is_beyond(rate, moment.now))
            && when
                .greylisting
                .is_none_or(|wait| self.is_new(moment, wait))
    }

    /// Whether so many were let pass of late; if not, this one is.
    fn is_beyond(&mut self, rate: Rate, now: SystemTime) -> bool {
        while let Some(passed) = self.passed.front()
            && age(*passed, now) >= rate.per
        {
            self.passed.pop_front();
        }
        let beyond = self.passed.len() >= rate.times;
        if !beyond {
            self.passed.push_back(now);
        }
        beyond
    }

    /// Whether client, sender and recipient are new together, or too new.
    fn is_new(&mut self, moment: Moment<'_>, wait: Duration) -> bool {
        let recipient = moment.lines.first().map_or("", String::as_str);
        let mut hasher = DefaultHasher::new();
        // Parameters may differ from one attempt to the next.
        let paths = [path(moment.sender), path(recipient)];
        (moment.from, paths).hash(&mut hasher);
        let triplet = hasher.finish();
        let mut known = self.triplets.iter();
        if let Some((_, first)) = known.find(|(seen, _)| *seen == triplet) {
            return age(*first, moment.now) < wait;
        }
        if self.triplets.len() >= TRIPLETS {
            self.triplets.pop_front();
        }
        self.triplets.push_back((triplet, moment.now));
        true
    }
}

/// How long ago that was; nothing if the clock was set back.
fn age(then: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(then).unwrap_or_default()
}

/// What stands between the angle brackets of MAIL or RCPT, in small letters.
fn path(line: &str) -> String {
    let path = line.split_once('<').map_or(line, |(_, rest)| rest);
    path.split('>').next().unwrap_or(path).to_lowercase()
}
