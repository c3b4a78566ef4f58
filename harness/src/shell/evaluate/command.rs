//! Commands: found, bound and run.

use super::{Done, Place, Session};
use crate::near::nearest;
use crate::shell::bind::{self, Bound, Common, OnError, Unbound, Word};
use crate::shell::builtin::{self, Builtin};
use crate::shell::command::{Call, Command, Console, Parameter};
use crate::shell::convert::{convert, missing_parameter};
use crate::shell::failure::Failure;
use crate::shell::syntax::{Argument, Expression, Invocation, Kind};
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

/// A command, and who does it.
enum Found {
    Builtin(&'static Builtin),
    Host(&'static Command),
}

impl Session<'_> {
    /// Runs a command on what came through the pipeline, if it is not the first in it.
    pub(super) fn command(
        &mut self,
        invocation: &Invocation,
        input: Option<Vec<Value>>,
    ) -> Done<Vec<Value>> {
        let Some(found) = self.found(&invocation.name) else {
            return Err(self.not_found(invocation));
        };
        let command = match &found {
            Found::Builtin(builtin) => builtin.command,
            Found::Host(command) => command,
        };
        let place = Place {
            span: invocation.span,
            typed: invocation.name.clone(),
            activity: command.name,
        };
        let words = self.words(invocation)?;
        let outer = std::mem::replace(&mut self.place, place);
        let result = self.deeper(invocation.span, |session| match found {
            Found::Builtin(builtin) => session.builtin(builtin, words, input.unwrap_or_default()),
            Found::Host(command) if command.words => session.program(command, words),
            Found::Host(command) => session.cmdlet(command, words, input),
        });
        self.place = outer;
        result
    }

    fn found(&self, name: &str) -> Option<Found> {
        let of_host = self.host.commands();
        let find = |name: &str| {
            let host = of_host.iter().find(|command| is_called(command, name));
            let own = || builtin::find(name).map(Found::Builtin);
            host.map(|command| Found::Host(command)).or_else(own)
        };
        // As PowerShell does, last of all.
        find(name).or_else(|| find(&format!("Get-{name}")))
    }

    fn not_found(&self, invocation: &Invocation) -> Box<Failure> {
        let name = &invocation.name;
        if builtin::is_missing(name) {
            let instead = "`Get-Command` lists what is";
            let trouble = Trouble::unsupported(&format!("`{name}`"), instead);
            return Box::new(self.fail_at(trouble, invocation.name_span).of(name, ""));
        }
        let trouble = Trouble {
            message: format!(
                "The term '{name}' is not recognized as the name of a cmdlet, function, script \
                 file, or operable program. Check the spelling of the name, or if a path was \
                 included, verify that the path is correct and try again."
            ),
            category: "ObjectNotFound",
            target: name.clone(),
            exception: "CommandNotFoundException",
            id: "CommandNotFoundException".to_owned(),
        };
        let commands = builtin::with(self.host.commands());
        let known: Vec<&str> = commands.iter().map(|command| command.name).collect();
        // Names are long: a miss by two letters is nearer than by case.
        let folded = known
            .iter()
            .find(|known| nearest(&name.to_lowercase(), &[&known.to_lowercase()]).is_some());
        let near = (name.len() < 80).then_some(folded).flatten();
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        let failure = *self.fail_at(trouble, invocation.name_span);
        Box::new(failure.of(name, "").hint(hint))
    }

    /// The arguments, worked out.
    fn words(&mut self, invocation: &Invocation) -> Done<Vec<Word>> {
        let mut words = Vec::with_capacity(invocation.arguments.len());
        for argument in &invocation.arguments {
            words.push(match argument {
                Argument::Named { name, value, span } => Word::Named {
                    name: name.clone(),
                    value: match value {
                        Some(value) => Some(self.expression(value)?),
                        None => None,
                    },
                    span: *span,
                },
                Argument::Plain(expression) => Word::Plain {
                    value: self.expression(expression)?,
                    bare: is_bare(expression),
                    span: expression.span,
                },
            });
        }
        Ok(words)
    }

    fn bound(&mut self, command: &'static Command, words: Vec<Word>) -> Done<Bound> {
        bind::bind(command, words, self.host.now()).map_err(|unbound| {
            let Unbound {
                trouble,
                span,
                hint,
            } = unbound;
            let trouble = named(trouble, command);
            let span = span.unwrap_or(self.place.span);
            let failure = *self.fail_at(trouble, span);
            Box::new(failure.of(&self.place.typed, command.name).hint(hint))
        })
    }

    fn builtin(
        &mut self,
        builtin: &'static Builtin,
        words: Vec<Word>,
        input: Vec<Value>,
    ) -> Done<Vec<Value>> {
        let command = builtin.command;
        let Bound { given, common } = self.bound(command, words)?;
        let missing = bind::missing(command, &given);
        let call = Call {
            command,
            given: self.asked(command, given, &missing)?,
            words: Vec::new(),
        };
        self.pay(input.len())?;
        match (builtin.run)(self, &call, input) {
            Err(failure) => self.settled(failure, common).map(|()| Vec::new()),
            out => out,
        }
    }

    /// A program that takes words.
    fn program(&mut self, command: &'static Command, words: Vec<Word>) -> Done<Vec<Value>> {
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
            given: Default::default(),
            words: texts,
        };
        Ok(self.invoked(&call, Common::default())?.unwrap_or_default())
    }

    /// A command of the host: once, or once for each object of the pipeline.
    fn cmdlet(
        &mut self,
        command: &'static Command,
        words: Vec<Word>,
        input: Option<Vec<Value>>,
    ) -> Done<Vec<Value>> {
        let Bound { given, common } = self.bound(command, words)?;
        let Some(input) = input else {
            let missing = bind::missing(command, &given);
            let call = Call {
                command,
                given: self.asked(command, given, &missing)?,
                words: Vec::new(),
            };
            return Ok(self.invoked(&call, common)?.unwrap_or_default());
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
                self.settled(failure, common)?;
                continue;
            }
            let call = Call {
                command,
                given,
                words: Vec::new(),
            };
            out.extend(self.invoked(&call, common)?.unwrap_or_default());
            self.pay(out.len() / 64)?;
        }
        Ok(out)
    }

    /// Asks for what is missing, as PowerShell does.
    fn asked(
        &mut self,
        command: &'static Command,
        mut given: std::collections::BTreeMap<&'static str, Value>,
        missing: &[&'static Parameter],
    ) -> Done<std::collections::BTreeMap<&'static str, Value>> {
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
    fn invoked(&mut self, call: &Call, common: Common) -> Done<Option<Vec<Value>>> {
        self.pay(256)?;
        let result = if common.without_warnings {
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
                self.settled(failure, common).map(|()| None)
            }
        }
    }

    /// An error after which the pipeline goes on, unless it was told not to.
    fn settled(&mut self, mut failure: Box<Failure>, common: Common) -> Done<()> {
        if crate::shell::bounds::is_final(&failure) || failure.ends_all {
            return Err(failure);
        }
        match common.errors {
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

/// Whether a command has this name.
pub(in crate::shell) fn is_called(command: &Command, name: &str) -> bool {
    let mut names = std::iter::once(&command.name).chain(command.aliases);
    names.any(|own| own.eq_ignore_ascii_case(name))
}

fn is_bare(expression: &Expression) -> bool {
    matches!(expression.kind, Kind::Bare(_))
}

fn missing_parameters(missing: &[&'static Parameter]) -> Trouble {
    let names: Vec<&str> = missing.iter().map(|parameter| parameter.name).collect();
    missing_parameter(&names.join(" "))
}

/// The id of a binding error ends with the command, or its class if it is PowerShell's own.
fn named(trouble: Trouble, command: &Command) -> Trouble {
    if trouble.category == "NotImplemented" {
        return trouble;
    }
    let class = match builtin::find(command.name) {
        Some(_) => format!(
            "Microsoft.PowerShell.Commands.{}Command",
            command.name.replace('-', "")
        ),
        None => command.name.to_owned(),
    };
    Trouble {
        id: format!("{},{class}", trouble.id),
        ..trouble
    }
}
