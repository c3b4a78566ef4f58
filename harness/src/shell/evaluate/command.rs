//! Commands: found, bound and run.

use super::{Done, Place, Session};
use crate::near::nearest;
use crate::shell::bind::{self, Bound, Unbound, Word};
use crate::shell::builtin::{self, Builtin};
use crate::shell::command::Command;
use crate::shell::failure::Failure;
use crate::shell::syntax::{Argument, Expression, Invocation, Kind};
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
            common: Default::default(),
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

    pub(super) fn bound(&mut self, command: &'static Command, words: Vec<Word>) -> Done<Bound> {
        bind::bind(command, words, self.host.now()).map_err(|unbound| {
            let Unbound {
                trouble,
                span,
                hint,
            } = unbound;
            let trouble = named(*trouble, command);
            let span = span.unwrap_or(self.place.span);
            let failure = *self.fail_at(trouble, span);
            // Here PowerShell says the full name, even where an alias was typed.
            Box::new(failure.of(command.name, command.name).hint(hint))
        })
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

/// The id of a binding error ends with the command, or its class if it is PowerShell's own.
pub(super) fn named(trouble: Trouble, command: &Command) -> Trouble {
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
