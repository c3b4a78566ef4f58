//! What Tab offers.

use super::Interpreter;
use super::command::Host;

/// What a word can be completed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word starts, in bytes; it ends at the cursor.
    pub start: usize,
    /// What it can become, whole.
    pub candidates: Vec<String>,
}

pub(super) fn complete(_: &Interpreter, _: &dyn Host, _: &str, cursor: usize) -> Completion {
    Completion {
        start: cursor,
        candidates: Vec::new(),
    }
}
