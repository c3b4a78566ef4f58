//! What goes wrong when: counts the faults of a running server and picks.

use std::net::IpAddr;
use std::time::SystemTime;

use crate::fault::{Action, Fault, Stage};
use history::History;
pub(crate) use history::Tally;

mod history;
mod luck;

/// The faults of a running server, with what has happened so far.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    installed: Vec<Installed>,
}

/// A fault and its history.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    pub(crate) fault: Fault,
    history: History,
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
    /// How many sessions the client's address had open when this one began, itself included.
    pub(crate) connections: usize,
    /// The line of MAIL, if there was one.
    pub(crate) sender: &'a str,
    pub(crate) now: SystemTime,
}

/// What shall happen at a moment.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    /// Edits, in the order in which they were installed.
    pub(crate) edits: Vec<Action>,
    /// What replaces the right thing.
    pub(crate) instead: Option<Action>,
    /// What comes behind it.
    pub(crate) then: Option<Action>,
    /// What fired, in words, for the transcript.
    pub(crate) told: Vec<String>,
}

impl Plan {
    pub(crate) fn install(&mut self, fault: Fault) {
        self.installed.push(Installed {
            fault,
            history: History::default(),
            fired: 0,
        });
    }

    pub(crate) fn clear(&mut self) -> Vec<Installed> {
        std::mem::take(&mut self.installed)
    }

    pub(crate) fn installed(&self) -> &[Installed] {
        &self.installed
    }

    /// Asks what shall happen, and counts it. `tally` is the session's own.
    pub(crate) fn next(&mut self, moment: Moment<'_>, tally: &mut Tally) -> Decision {
        let mut decision = Decision::default();
        for (index, installed) in self.installed.iter_mut().enumerate() {
            let fault = &installed.fault;
            let edits = fault.action.edits();
            let slot = match fault.when.after_reply {
                true => &mut decision.then,
                false => &mut decision.instead,
            };
            if !edits && slot.is_some() || !installed.applies(moment) {
                continue;
            }
            let tally = tally.of(index);
            if !installed.history.is_due(fault, moment, tally)
                || !luck::falls(&fault.count, moment.session, tally)
            {
                continue;
            }
            installed.fired += 1;
            let what = match &fault.action {
                Action::Handshake(fault) => format!("`{fault}`"),
                action => action.name().to_owned(),
            };
            let told = format!("{what} at {}{}", moment.stage, fault.luck());
            decision.told.push(told);
            match luck::settled(fault, moment.session, tally) {
                edit if edits => decision.edits.push(edit),
                action => *slot = Some(action),
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

    /// Whether the moment is one of this fault's, whatever has happened before.
    fn applies(&self, moment: Moment<'_>) -> bool {
        let when = &self.fault.when;
        let spent = self.fault.count.times.is_some_and(|n| self.fired >= n);
        !spent
            && self.fault.stage.covers(moment.stage)
            && when.after_octets == moment.octets
            && when.session.is_none_or(|n| n == moment.session)
            && when
                .every_nth_session
                .is_none_or(|n| moment.session.is_multiple_of(n))
            && when.from.is_none_or(|from| from == moment.from)
            && when
                .beyond_connections
                .is_none_or(|n| moment.connections > n)
            && when.inside_tls.is_none_or(|tls| tls == moment.inside_tls)
            && when.matching.as_ref().is_none_or(|text| {
                let text = text.to_lowercase();
                let mut lines = moment.lines.iter();
                lines.any(|line| line.to_lowercase().contains(&text))
            })
    }
}

#[cfg(test)]
mod tests;
