//! Whether a lab is solved.

use std::fmt;

use crate::cast::SendResult;
use crate::judge::Decision;

/// Whether mail flows, and what was given up for it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Grade {
    /// Whether it is repaired: mail flows, and no policy is broken.
    pub solved: bool,
    /// Whether every message of the case arrives that should.
    pub mail_flows: bool,
    /// What became of each message that was sent to find out.
    pub arrivals: Vec<Arrival>,
    /// The policies that are broken, a sentence each.
    pub policy_broken: Vec<String>,
}

/// What became of a message that was sent to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arrival {
    /// Who sent it.
    pub by: String,
    /// Where to.
    pub to: String,
    /// Whether it ended as it should: nearly always by arriving.
    pub good: bool,
    /// What became of it: `deliver`, `defer`.
    pub seen: Decision,
    /// The sender's words, or the server's reply.
    pub words: String,
}

impl Grade {
    pub(super) fn new(results: &[SendResult], policy_broken: Vec<String>) -> Self {
        let arrivals: Vec<_> = results
            .iter()
            .map(|one| Arrival {
                by: one.by.clone(),
                to: one.to.clone(),
                good: one.is_as_expected(),
                seen: one.seen,
                words: one.message.clone(),
            })
            .collect();
        let mail_flows = arrivals.iter().all(|one| one.good);
        Self {
            solved: mail_flows && policy_broken.is_empty(),
            mail_flows,
            arrivals,
            policy_broken,
        }
    }

    /// The grade in a sentence.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        match (self.mail_flows, self.policy_broken.is_empty()) {
            (true, true) => "solved: mail flows, and no policy is broken",
            (true, false) => "mail flows, policy broken",
            (false, true) => "not solved: mail does not flow",
            (false, false) => "not solved: mail does not flow, and policy is broken",
        }
    }
}

impl fmt::Display for Grade {
    /// A line for each message, the policies that are broken, and the sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in &self.arrivals {
            let good = if one.good { "good" } else { "NOT GOOD" };
            writeln!(f, "{good}: {} to {}: {}", one.by, one.to, one.seen)?;
            if !one.good {
                writeln!(f, "  {}", one.words.replace('\n', "\n  "))?;
            }
        }
        for broken in &self.policy_broken {
            writeln!(f, "policy broken: {broken}")?;
        }
        write!(f, "{}", self.summary())
    }
}
