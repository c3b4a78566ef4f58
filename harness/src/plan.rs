//! What goes wrong when: counts the faults of a running server and picks.

use std::net::IpAddr;

use crate::fault::{Action, Fault, Stage};
use crate::persona::mix;

/// The faults of a running server, with what has happened so far.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    installed: Vec<Installed>,
}

/// A fault and its history.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    pub(crate) fault: Fault,
    /// How often everything matched but `skip`.
    matched: u64,
    /// How often it fired.
    pub(crate) fired: u64,
}

/// A moment of a session, as the plan sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) stage: Stage,
    /// What `matching` looks at: the client's line, or the lines of the transaction.
    pub(crate) lines: &'a [String],
    pub(crate) session: u64,
    pub(crate) from: IpAddr,
    pub(crate) inside_tls: bool,
    /// How much of the body was read, in mid-body only.
    pub(crate) octets: Option<u64>,
}

/// What shall happen at a moment.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    /// Edits, in the order in which they were installed.
    pub(crate) edits: Vec<Action>,
    /// What replaces the right thing.
    pub(crate) instead: Option<Action>,
}

impl Plan {
    pub(crate) fn install(&mut self, fault: Fault) {
        self.installed.push(Installed {
            fault,
            matched: 0,
            fired: 0,
        });
    }

    pub(crate) fn clear(&mut self) -> Vec<Installed> {
        std::mem::take(&mut self.installed)
    }

    pub(crate) fn installed(&self) -> &[Installed] {
        &self.installed
    }

    /// Asks what shall happen, and counts it. `tally` is the session's own: how often each
    /// fault's chance was tried in it.
    pub(crate) fn next(&mut self, moment: Moment<'_>, tally: &mut Vec<u64>) -> Decision {
        let mut decision = Decision::default();
        for (index, installed) in self.installed.iter_mut().enumerate() {
            let edits = installed.fault.action.edits();
            if !edits && decision.instead.is_some() || !installed.applies(moment) {
                continue;
            }
            installed.matched += 1;
            if installed.matched <= installed.fault.when.skip
                || !installed.falls(index, moment.session, tally)
            {
                continue;
            }
            installed.fired += 1;
            let action = installed.fault.action.clone();
            match edits {
                true => decision.edits.push(action),
                false => decision.instead = Some(action),
            }
        }
        decision
    }

    /// The next number of body octets, beyond `read`, at which a fault waits.
    pub(crate) fn next_cut(&self, moment: Moment<'_>, read: u64) -> Option<u64> {
        self.installed
            .iter()
            .filter_map(|installed| {
                let after = installed.fault.when.after_octets?;
                let reached = Moment {
                    octets: Some(after),
                    ..moment
                };
                (after > read && installed.applies(reached)).then_some(after)
            })
            .min()
    }
}

impl Installed {
    /// Whether this fault was to fire more often than it did.
    pub(crate) fn is_unfired(&self) -> bool {
        self.fault.count.required && self.fired < self.fault.count.times.unwrap_or(0)
    }

    fn applies(&self, moment: Moment<'_>) -> bool {
        let when = &self.fault.when;
        let spent = self.fault.count.times.is_some_and(|n| self.fired >= n);
        !spent
            && self.fault.stage.covers(moment.stage)
            && when.after_octets == moment.octets
            && when.session.is_none_or(|n| n == moment.session)
            && when.from.is_none_or(|from| from == moment.from)
            && when.inside_tls.is_none_or(|tls| tls == moment.inside_tls)
            && when.matching.as_ref().is_none_or(|text| {
                let text = text.to_lowercase();
                let mut lines = moment.lines.iter();
                lines.any(|line| line.to_lowercase().contains(&text))
            })
    }

    /// Whether chance lets it fire. Depends on seed, session and number of the try alone, so
    /// that parallel sessions do not change each other's luck.
    fn falls(&self, index: usize, session: u64, tally: &mut Vec<u64>) -> bool {
        let Some(chance) = self.fault.count.chance else {
            return true;
        };
        if tally.len() <= index {
            tally.resize(index + 1, 0);
        }
        tally[index] += 1;
        let number = mix(mix(mix(self.fault.count.seed) ^ session) ^ tally[index]);
        // The upper 53 bits make an evenly spread number in [0, 1).
        ((number >> 11) as f64 / (1u64 << 53) as f64) < chance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn moment(stage: Stage, lines: &[String]) -> Moment<'_> {
        Moment {
            stage,
            lines,
            session: 1,
            from: IpAddr::V4(Ipv4Addr::LOCALHOST),
            inside_tls: false,
            octets: None,
        }
    }

    /// Plays `faults` at RCPT `times` times and says which replies came.
    #[track_caller]
    fn check(faults: &[Fault], expected: &[u16]) {
        let mut plan = Plan::default();
        faults.iter().for_each(|fault| plan.install(fault.clone()));
        let lines = ["RCPT TO:<bob@example.test>".to_owned()];
        let mut tally = Vec::new();
        let seen: Vec<u16> = expected
            .iter()
            .map(
                |_| match plan.next(moment(Stage::Rcpt, &lines), &mut tally).instead {
                    Some(Action::Reply(reply)) => reply.code,
                    _ => 0,
                },
            )
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_first_that_matches_wins_and_counts_are_kept() {
        let rcpt = || Fault::at(Stage::Rcpt);
        check(
            &[rcpt().reply("451 a").once(), rcpt().reply("550 b")],
            &[451, 550, 550],
        );
        check(&[rcpt().reply("451 a").times(2)], &[451, 451, 0]);
        check(&[rcpt().skip(1).reply("451 a").once()], &[0, 451, 0]);
        check(&[rcpt().matching("BOB@").reply("550 b")], &[550]);
        check(&[rcpt().matching("carol@").reply("550 b")], &[0]);
        check(&[rcpt().session(2).reply("550 b")], &[0]);
        check(&[rcpt().inside_tls().reply("550 b")], &[0]);
        check(&[Fault::at(Stage::Any).reply("450 c")], &[450]);
        check(&[Fault::at(Stage::Mail).reply("450 c")], &[0]);
    }

    #[test]
    fn a_later_fault_is_not_used_up_by_an_earlier_one() {
        let rcpt = || Fault::at(Stage::Rcpt);
        check(
            &[rcpt().reply("451 a").once(), rcpt().reply("452 b").once()],
            &[451, 452, 0],
        );
    }

    #[test]
    fn edits_add_up_beside_what_replaces() {
        let mut plan = Plan::default();
        plan.install(Fault::at(Stage::Ehlo).hide("STARTTLS"));
        plan.install(Fault::at(Stage::Ehlo).reply("250 x"));
        plan.install(Fault::at(Stage::Ehlo).add("AUTH PLAIN"));
        let decision = plan.next(moment(Stage::Ehlo, &[]), &mut Vec::new());
        assert_eq!(decision.edits.len(), 2);
        assert!(decision.instead.is_some());
    }

    #[test]
    fn chance_is_the_same_for_the_same_session_whatever_runs_beside_it() {
        let play = |order: &[u64]| {
            let mut plan = Plan::default();
            plan.install(Fault::at(Stage::Rcpt).reply("451 a").chance(0.5).seed(7));
            let mut luck = vec![Vec::new(); 3];
            let mut tallies = vec![Vec::new(); 3];
            for &session in order {
                let at = Moment {
                    session,
                    ..moment(Stage::Rcpt, &[])
                };
                let fired = plan
                    .next(at, &mut tallies[session as usize])
                    .instead
                    .is_some();
                luck[session as usize].push(fired);
            }
            luck
        };
        let one_by_one = [[1; 20], [2; 20]].concat();
        let in_turn = [1, 2].repeat(20);
        assert_eq!(play(&one_by_one), play(&in_turn));
        let fired = play(&one_by_one)[1].iter().filter(|fired| **fired).count();
        assert!((3..=17).contains(&fired), "{fired} of 20 at p = 0.5");
    }
}
