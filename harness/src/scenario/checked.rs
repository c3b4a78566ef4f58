//! What became of a scenario that was played.

use std::fmt;

use crate::fault::Fault;
use crate::report::{Outcome, Report};

/// What became of a scenario that was played; see
/// [`Scenario::check`](super::Scenario::check).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// The scenario's name.
    pub id: String,
    /// How it may end, by its file.
    pub expected: Vec<Outcome>,
    /// How it ended.
    pub seen: Outcome,
    /// The faults that never fired, with their place in the file, from 1.
    pub unseen: Vec<(usize, Fault)>,
    /// What the client said of it, a line for each attempt.
    pub client: String,
    /// What the server saw.
    pub report: Report,
    /// What it saw of messages to the recipients whom a fault is about, each sent by itself.
    pub others: Vec<Report>,
}

impl Checked {
    /// Whether it ended as the file expects, and every fault was to be seen.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        self.expected.contains(&self.seen) && self.unseen.is_empty()
    }
}

impl fmt::Display for Checked {
    /// What was expected and what was seen, then what the client said, then the transcripts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected: Vec<&str> = self.expected.iter().map(|one| one.name()).collect();
        let expected = expected.join(" or ");
        writeln!(f, "{}: expected {expected}, saw {}", self.id, self.seen)?;
        for (number, fault) in &self.unseen {
            writeln!(f, "fault {number} ({fault}) never fired")?;
        }
        write!(f, "{}{}", self.client, self.report)
    }
}
