//! Commands, run: those of the language, programs, and the host's cmdlets.

use std::collections::BTreeMap;

use super::command::named;
use super::{Done, Session};
use crate::shell::bind::{self, Bound, OnError, Word};
use crate::shell::bounds;
use crate::shell::builtin::Builtin;
use crate::shell::command::{Call, Command, Console, Parameter};
use crate::shell::convert::{convert, missing_parameter};
use crate::shell::failure::Failure;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

impl Session<'_> {
    pub(super) fn builtin(
        &mut self,
        builtin: &'static Builtin,
        words: Vec<Word>,
        input: Vec<Value>,
    ) -> Done<Vec<Value>> {
        let command = builtin.command;
        let Bound { given, common } = self.bound(command, words)?;
        self.place.common = common;
        let missing = bind::missing(command, &given);
        let call = Call {
            command,
            given: self.asked(command, given, &missing)?,
            words: Vec::new(),
        };
        self.pay(input.len())?;
        match (builtin.run)(self, &call, input) {
            Err(failure) => self.settled(failure).map(|()| Vec::new()),
            out => out,
        }
    }

    /// A program that takes words.
    pub(super) fn program(
        &mut self,
        command: &'static Command,
        words: Vec<Word>,
    ) -> Done<Vec<Value>> {
        let mut texts = Vec::new();
        for word in words {
            match word {
                Word::Named { name, value, .. } => {
                    let value = value.map(|value| format!(":{}", text::in_string(&value)));
                    texts.push(format!("-{name}{}", value.unwrap_or_default()));
                }
                Word::Plain { value, .. } => {
                    let all = super::enumerated(value);
                    texts.extend(all.iter().map(text::in_string));
                }
            }
        }
        let call = Call {
            command,
            given: BTreeMap::new(),
            words: texts,
        };
        Ok(self.invoked(&call)?.unwrap_or_default())
    }

    /// A command of the host: once, or once for each object of the pipeline.
    pub(super) fn cmdlet(
        &mut self,
        command: &'static Command,
        words: Vec<Word>,
        input: Option<Vec<Value>>,
    ) -> Done<Vec<Value>> {
        let Bound { given, common } = self.bound(command, words)?;
        self.place.common = common;
        let Some(input) = input else {
            let missing = bind::missing(command, &given);
            let call = Call {
                command,
                given: self.asked(command, given, &missing)?,
                words: Vec::new(),
            };
            return Ok(self.invoked(&call)?.unwrap_or_default());
        };
        let mut out = Vec::new();
        for object in input {
            let mut given = given.clone();
            let fits = bind::from_pipeline(command, &mut given, &object, self.host.now());
            let trouble = match fits {
                Ok(true) => {
                    let missing = bind::missing(command, &given);
                    (!missing.is_empty()).then(|| missing_parameters(&missing))
                }
                Ok(false) => Some(bind::not_bound(&object)),
                Err(trouble) => Some(trouble),
            };
            if let Some(trouble) = trouble {
                let failure = self.fail(named(trouble, command));
                let failure = Box::new(failure.of(command.name, command.name));
                self.settled(failure)?;
                continue;
            }
            let call = Call {
                command,
                given,
                words: Vec::new(),
            };
            out.extend(self.invoked(&call)?.unwrap_or_default());
            self.pay(out.len() / 64)?;
        }
        Ok(out)
    }

    /// Asks for what is missing, as PowerShell does.
    fn asked(
        &mut self,
        command: &'static Command,
        mut given: BTreeMap<&'static str, Value>,
        missing: &[&'static Parameter],
    ) -> Done<BTreeMap<&'static str, Value>> {
        for (nth, parameter) in missing.iter().enumerate() {
            let question = match nth {
                0 => format!(
                    "\ncmdlet {} at command pipeline position 1\nSupply values for the following \
                     parameters:\n{}: ",
                    command.name, parameter.name
                ),
                _ => format!("{}: ", parameter.name),
            };
            let Some(answer) = self.console.ask(&question) else {
                let trouble = missing_parameters(&missing[nth..]);
                return Err(self.fail(named(trouble, command)));
            };
            let answer = Value::Text(answer.trim_end_matches(['\r', '\n']).to_owned());
            let value = convert(parameter, answer, self.host.now());
            let value = value.map_err(|trouble| self.fail(named(trouble, command)))?;
            given.insert(parameter.name, value);
        }
        Ok(given)
    }

    /// Has the host do it. An error is printed, and nothing came out then.
    fn invoked(&mut self, call: &Call) -> Done<Option<Vec<Value>>> {
        self.pay(256)?;
        if self.overfull {
            return Err(self.fail(bounds::overfull()));
        }
        let result = if self.place.common.without_warnings {
            let mut quiet = Quiet(self.console);
            self.host.invoke(call, &mut quiet)
        } else {
            self.host.invoke(call, self.console)
        };
        match result {
            Ok(values) => {
                self.pay(values.len())?;
                if let Some(Value::Object(first)) = values.first() {
                    let names = first.properties.iter().map(|(name, _)| name.to_string());
                    self.shell.seen.insert(call.command.name, names.collect());
                }
                Ok(Some(values))
            }
            Err(trouble) => {
                let failure = self.fail(trouble);
                self.settled(failure).map(|()| None)
            }
        }
    }

    /// An error after which the pipeline goes on, unless it was told not to.
    pub(in crate::shell) fn settled(&mut self, mut failure: Box<Failure>) -> Done<()> {
        if bounds::is_final(&failure) || failure.ends_all {
            return Err(failure);
        }
        match self.place.common.errors {
            OnError::Continue => self.report(&failure),
            OnError::SilentlyContinue => self.note(&failure),
            OnError::Stop => {
                failure.ends_all = true;
                return Err(failure);
            }
        }
        Ok(())
    }
}

/// A console that takes no warnings.
struct Quiet<'a>(&'a mut dyn Console);

impl Console for Quiet<'_> {
    fn print(&mut self, line: &str) {
        self.0.print(line);
    }

    fn warn(&mut self, _: &str) {}

    fn error(&mut self, text: &str) {
        self.0.error(text);
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        self.0.ask(question)
    }
}

fn missing_parameters(missing: &[&'static Parameter]) -> Trouble {
    let names: Vec<&str> = missing.iter().map(|parameter| parameter.name).collect();
    missing_parameter(&names.join(" "))
}
