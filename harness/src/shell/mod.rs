//! The small subset of PowerShell in which a case's fix is written and a trainee works.
//!
//! [`Shell`] is a management shell on a cast that runs: Exchange's cmdlets, those of Exchange
//! Online and of Windows as far as mail asks for them, over the models. Names, properties and their
//! order, and errors are Microsoft's; whatever is not supported says so, and names what is.
//!
//! Of the language there are pipelines, `$variables`, strings with `$(…)`, here-strings, `@()`,
//! `@{}`, members and methods of text and dates, the comparison, pattern and arithmetic operators,
//! `if` and `foreach`; `Format-List`, `Format-Table`, `Where-Object`, `Select-Object`,
//! `Sort-Object`, `Group-Object`, `Measure-Object`, `ForEach-Object`, `Select-String`,
//! `Get-Content`, `Get-Help` and `Get-Command`. There are no functions, loops with conditions,
//! redirections or jobs. `man NAME` tells of each command.
//!
//! ```
//! use std::sync::Arc;
//! use mailfault::cast::{Cast, Stage};
//! use mailfault::shell::{Shell, Transcript};
//!
//! let stage = Stage::open(Cast::named("barracuda-in-front")?, |player| player)?;
//! let mut shell = Shell::open(Arc::new(stage));
//! let mut seen = Transcript::new();
//! shell.run("Get-OutboundConnector | fl SmartHosts,TlsSettings", &mut seen);
//! assert!(seen.text().contains("TlsSettings : DomainValidation"));
//!
//! shell.run("Get-Nothing", &mut seen);
//! assert!(seen.text().contains("The term 'Get-Nothing' is not recognized as the name of a cmdlet"));
//! # Ok::<(), mailfault::Error>(())
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

mod cmdlets;
pub(crate) mod command;
pub(crate) mod desk;
mod open;
pub(crate) mod trouble;
pub(crate) mod value;

mod bind; // the words of a command to its parameters
mod bounds; // how much a script may want
mod builtin; // the commands of the language itself
mod complete; // what Tab offers
mod convert; // values to what a parameter takes
mod evaluate; // what a script does
mod failure; // an error and its place
mod format; // lists and tables
mod operators; // `-eq`, `-like`, `+`
mod parser; // from text to syntax
mod pattern; // regular expressions and wildcards
mod syntax; // what was typed, understood
mod text; // values as text

#[cfg(test)]
mod tests;

pub use command::Console;
pub use complete::Completion;
pub use open::{Shell, Transcript};

use command::Host;
use evaluate::Session;
use failure::Failure;
use trouble::Trouble;
use value::Value;

/// How many errors `$Error` remembers.
const ERRORS: usize = 32;

/// A shell: its variables, and what went wrong in it.
#[derive(Debug, Default)]
pub(crate) struct Interpreter {
    /// By names in lower case, with their weights.
    variables: BTreeMap<String, (Value, usize)>,
    /// The newest first.
    errors: VecDeque<String>,
    /// `$?`
    succeeded: bool,
    /// The properties of what commands gave out last, by their names: Tab knows them then.
    seen: BTreeMap<&'static str, Vec<String>>,
}

impl Interpreter {
    /// Sets a variable: `x`, `env:ExchangeInstallPath`.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), Trouble> {
        let value = value.into();
        let weight = bounds::weigh(&value)?;
        let name = name.to_ascii_lowercase();
        let others = self.variables.iter().filter(|(known, _)| **known != name);
        let others: usize = others.map(|(name, (_, weight))| name.len() + weight).sum();
        if self.variables.len() >= bounds::NAMES && !self.variables.contains_key(&name) {
            return Err(bounds::exceeded(
                "There are more variables than this shell allows.",
            ));
        }
        if others + name.len() + weight > bounds::VARIABLES {
            return Err(bounds::exceeded(
                "The variables hold more than this shell allows.",
            ));
        }
        self.variables.insert(name, (value, weight));
        Ok(())
    }

    /// Runs a line, or a script of many. What went wrong was printed, and is given back.
    pub(crate) fn run(
        &mut self,
        host: &mut dyn Host,
        console: &mut dyn Console,
        text: &str,
    ) -> Vec<Trouble> {
        let source: Arc<str> = text.into();
        Session::new(self, host, console, Arc::clone(&source)).run(parser::parse(&source))
    }

    /// Whether a text waits for more: for a bracket, a quote, what follows a pipe.
    pub(crate) fn is_incomplete(text: &str) -> bool {
        parser::parse(&text.into()).is_err_and(|unread| unread.incomplete)
    }

    /// What the word before the cursor, a place in bytes, can be completed to.
    pub(crate) fn complete(&self, host: &dyn Host, line: &str, cursor: usize) -> Completion {
        complete::complete(self, host, line, cursor)
    }

    /// A variable's value; what was never set is null.
    fn variable(&self, name: &str) -> Cow<'_, Value> {
        let lower = name.to_ascii_lowercase();
        Cow::Owned(match lower.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "?" => Value::Bool(self.succeeded),
            "error" => Value::List(self.errors.iter().cloned().map(Value::Text).collect()),
            _ => match self.variables.get(&lower) {
                Some((value, _)) => return Cow::Borrowed(value),
                None => Value::Null,
            },
        })
    }

    /// The properties of what a command of this name gave out last.
    fn seen(&self, name: &str) -> Vec<String> {
        let mut all = self.seen.iter();
        all.find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, names)| names.clone())
            .unwrap_or_default()
    }

    /// Every variable's name, in lower case.
    fn names(&self) -> Vec<String> {
        self.variables.keys().cloned().collect()
    }

    fn remember(&mut self, failure: &Failure) {
        let message = failure.trouble.message.chars().take(bounds::MESSAGE);
        self.errors.push_front(message.collect());
        self.errors.truncate(ERRORS);
    }
}
