//! How much a script may want. A trainee never meets these; a fuzzer does.

use super::failure::Failure;
use super::trouble::Trouble;
use super::value::Value;

/// The bytes of a script.
pub(super) const SCRIPT: usize = 256 * 1024;
/// Brackets that are open at once, with what they hold: two or three count for each.
pub(super) const NESTING: usize = 96;
/// Operators or members in a row.
pub(super) const CHAIN: usize = 96;
/// Steps of the evaluator that are under way at once.
pub(super) const DEPTH: usize = 128;
/// Lists in lists.
const LAYERS: usize = 32;
/// The weight of one value, about its bytes.
const VALUE: usize = 4 * 1024 * 1024;
/// The values of one list.
pub(super) const ITEMS: usize = VALUE / 32;
/// How many variables there are.
pub(super) const NAMES: usize = 1_000;
/// How much of an error is remembered, and how many errors of a script are given back.
pub(super) const MESSAGE: usize = 4_096;
pub(super) const TROUBLES: usize = 1_000;
/// The weight of all variables.
pub(super) const VARIABLES: usize = 32 * 1024 * 1024;
/// The bytes of a compiled pattern.
pub(super) const PATTERN: usize = 256 * 1024;
/// The work that one script may cause: about the bytes that it handles.
const WORK: usize = 64 * 1024 * 1024;
/// What a step of the evaluator costs of it.
pub(super) const STEP: usize = 32;
/// The bytes that one script may print.
const OUTPUT: usize = 4 * 1024 * 1024;

const TOO_LARGE: &str = "The value is larger than this shell allows.";

/// What a script has left.
#[derive(Debug)]
pub(super) struct Budget {
    work: usize,
    output: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            work: WORK,
            output: OUTPUT,
        }
    }
}

impl Budget {
    /// Pays for a piece of work.
    pub(super) fn pay(&mut self, work: usize) -> Result<(), Trouble> {
        match self.work.checked_sub(work.max(1)) {
            Some(left) => {
                self.work = left;
                Ok(())
            }
            None => {
                self.work = 0;
                Err(exceeded(
                    "The script does more work than this shell allows.",
                ))
            }
        }
    }

    /// Pays for a line of output.
    pub(super) fn print(&mut self, bytes: usize) -> Result<(), Trouble> {
        match self.output.checked_sub(bytes + 1) {
            Some(left) => {
                self.output = left;
                Ok(())
            }
            None => {
                self.output = 0;
                Err(overfull())
            }
        }
    }
}

/// What a value weighs, or an error if that is too much.
pub(super) fn weigh(value: &Value) -> Result<usize, Trouble> {
    let mut left = VALUE;
    put(value, LAYERS, &mut left)
        .map(|()| VALUE - left)
        .ok_or_else(|| exceeded(TOO_LARGE))
}

/// Takes a value's weight from what is left.
fn put(value: &Value, layers: usize, left: &mut usize) -> Option<()> {
    let layers = layers.checked_sub(1)?;
    let own = match value {
        Value::Text(text) => 32 + text.len(),
        // A block keeps the script that it was in.
        Value::Block(block) => 32 + block.source.len(),
        _ => 32,
    };
    *left = left.checked_sub(own)?;
    match value {
        Value::List(all) => all.iter().try_for_each(|one| put(one, layers, left)),
        Value::Table(all) => all.iter().try_for_each(|(_, one)| put(one, layers, left)),
        Value::Object(object) => {
            let mut all = object.properties.iter();
            all.try_for_each(|(_, one)| put(one, layers, left))
        }
        _ => Some(()),
    }
}

/// What it costs to copy a value or to look at all of it: half its bytes.
pub(super) fn cost(value: &Value) -> usize {
    16 + match value {
        Value::Text(text) => text.len() / 2,
        Value::List(all) => all.iter().map(cost).sum(),
        Value::Table(all) => all.iter().map(|(_, one)| cost(one)).sum(),
        // Objects are shared.
        _ => 0,
    }
}

/// An error if a text or list would become larger than it may.
pub(super) fn fits(bytes: usize) -> Result<(), Trouble> {
    match bytes <= VALUE {
        true => Ok(()),
        false => Err(exceeded(TOO_LARGE)),
    }
}

/// The error of a script that prints too much.
pub(super) fn overfull() -> Trouble {
    exceeded("The script prints more than this shell allows.")
}

/// A bound of ours was met.
pub(super) fn exceeded(message: &str) -> Trouble {
    Trouble::new("InsufficientMemoryException", message).about("LimitsExceeded", "")
}

/// Whether a failure is one that nothing further helps against.
pub(super) fn is_final(failure: &Failure) -> bool {
    failure.trouble.category == "LimitsExceeded"
}
