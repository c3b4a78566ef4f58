//! What a judge makes of it all.

use std::fmt;

use super::finding::Finding;

/// What a judge makes of a server, in the judge's own words.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// Who judges: the name in [`Judge::all`](super::Judge::all).
    pub judge: String,
    /// Whether mail would go.
    pub decision: Decision,
    /// The code by which its users know the error: `20`, `450 4.7.320`, `0x800B0101`.
    pub code: Option<String>,
    /// The exact words, of an error or of success; empty if it says nothing of note.
    pub message: String,
    /// What else it tells who asks: the name of a field, and what is in it.
    pub details: Vec<(&'static str, String)>,
    /// The findings that decided.
    pub decided_by: Vec<Finding>,
    /// What about this verdict nobody of us could look up.
    pub uncertain: Vec<String>,
    /// What to change so that mail goes.
    pub change: Vec<String>,
}

/// Whether mail would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decision {
    /// Inside TLS.
    Deliver,
    /// Without TLS.
    DeliverInClear,
    /// It is kept, and tried again.
    Defer,
    /// It is not sent.
    Refuse,
}

impl Decision {
    /// Its name in JSON: `deliver`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::DeliverInClear => "deliver-in-clear",
            Self::Defer => "defer",
            Self::Refuse => "refuse",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Verdict {
    pub(super) fn deliver(judge: &str, message: impl Into<String>) -> Self {
        Self {
            judge: judge.to_owned(),
            decision: Decision::Deliver,
            code: None,
            message: message.into(),
            details: Vec::new(),
            decided_by: Vec::new(),
            uncertain: Vec::new(),
            change: Vec::new(),
        }
    }

    pub(super) fn in_clear(judge: &str) -> Self {
        Self {
            decision: Decision::DeliverInClear,
            ..Self::deliver(judge, "")
        }
    }

    pub(super) fn refuse<'a>(
        judge: &str,
        message: impl Into<String>,
        decided_by: impl IntoIterator<Item = &'a Finding>,
    ) -> Self {
        let decided_by: Vec<Finding> = decided_by.into_iter().cloned().collect();
        let mut change: Vec<String> = Vec::new();
        for advice in decided_by.iter().filter_map(Finding::advice) {
            if !change.contains(&advice) {
                change.push(advice);
            }
        }
        Self {
            decision: Decision::Refuse,
            decided_by,
            change,
            ..Self::deliver(judge, message)
        }
    }

    pub(super) fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    pub(super) fn detail(mut self, what: &'static str, text: impl Into<String>) -> Self {
        self.details.push((what, text.into()));
        self
    }

    pub(super) fn uncertain(mut self, what: impl Into<String>) -> Self {
        self.uncertain.push(what.into());
        self
    }

    /// Whether mail would go, inside TLS or without.
    #[must_use]
    pub fn would_deliver(&self) -> bool {
        matches!(self.decision, Decision::Deliver | Decision::DeliverInClear)
    }

    /// What a detail says.
    #[must_use]
    pub fn told(&self, what: &str) -> Option<&str> {
        let mut details = self.details.iter();
        let (_, text) = details.find(|(name, _)| *name == what)?;
        Some(text)
    }
}
