//! What somebody did in a lab, and what they had seen by then.

use std::time::{Duration, SystemTime};

/// Something that was done in a lab.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Moment {
    /// How long after the beginning, by the clock on the wall.
    pub after: Duration,
    /// What time it was in the lab.
    pub at: SystemTime,
    /// What was done.
    pub deed: Deed,
    /// What was typed; the number of a hint.
    pub text: String,
    /// What of the case's evidence was shown for the first time: what each shows.
    pub evidence: Vec<String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deed {
    /// Somebody looked.
    Looked,
    /// Something was changed, or time passed.
    Changed,
    /// What was typed was not understood, or could not be done.
    Failed,
    /// A hint was opened.
    Hint,
}

impl Deed {
    /// Its word in a report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Looked => "looked",
            Self::Changed => "changed",
            Self::Failed => "failed",
            Self::Hint => "hint",
        }
    }
}
