//! What a script does.

use std::sync::Arc;

mod call;
mod command;
mod expression;
mod members;
mod methods;
mod statement;
mod statics;

pub(super) use command::is_called;
pub(super) use members::member;
pub(super) use methods::call as method;
pub(super) use statics::BYTES;

use super::Interpreter;
use super::bind::Common;
use super::bounds::{self, Budget};
use super::command::{Console, Host};
use super::failure::Failure;
use super::format;
use super::parser::Unread;
use super::syntax::{Block, Script, Span};
use super::trouble::Trouble;
use super::value::Value;

/// How a step ended. An error ends the statement that it is in.
pub(super) type Done<T> = Result<T, Box<Failure>>;

/// One run of a script.
pub(super) struct Session<'a> {
    pub(super) shell: &'a mut Interpreter,
    pub(super) host: &'a mut dyn Host,
    pub(super) console: &'a mut dyn Console,
    pub(super) budget: Budget,
    /// The text that is being run: a block brings its own.
    source: Arc<str>,
    /// `$_`, the innermost last.
    current: Vec<Value>,
    /// How deep we are in.
    depth: usize,
    /// The command that is being run.
    place: Place,
    /// What went wrong so far.
    troubles: Vec<Trouble>,
    /// Whether anything went wrong in this statement.
    failed: bool,
    /// Whether there was more to say of errors than there is room.
    overfull: bool,
}

/// A command and where it stands.
#[derive(Clone, Debug, Default)]
struct Place {
    span: Span,
    typed: String,
    activity: &'static str,
    common: Common,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        shell: &'a mut Interpreter,
        host: &'a mut dyn Host,
        console: &'a mut dyn Console,
        source: Arc<str>,
    ) -> Self {
        Self {
            shell,
            host,
            console,
            budget: Budget::default(),
            source,
            current: Vec::new(),
            depth: 0,
            place: Place::default(),
            troubles: Vec::new(),
            failed: false,
            overfull: false,
        }
    }

    /// Runs what was read, prints what comes out, and gives back what went wrong.
    pub(super) fn run(mut self, script: Result<Script, Unread>) -> Vec<Trouble> {
        match script {
            Err(unread) => self.report(&unread.failure),
            Ok(script) => {
                for statement in &script.statements {
                    self.failed = false;
                    let ended = self
                        .statement(statement)
                        .and_then(|values| format::print(&mut self, &values));
                    if let Err(failure) = ended {
                        self.report(&failure);
                        if failure.ends_all || bounds::is_final(&failure) {
                            break;
                        }
                    }
                    if self.overfull {
                        let failure = self.fail(bounds::overfull());
                        self.report(&failure);
                        break;
                    }
                    self.shell.succeeded = !self.failed;
                }
            }
        }
        self.troubles
    }

    /// Prints an error, after which things go on.
    pub(super) fn report(&mut self, failure: &Failure) {
        self.note(failure);
        let is_final = bounds::is_final(failure);
        if self.troubles.len() < bounds::TROUBLES || is_final {
            self.troubles.push(failure.trouble.clone());
        }
        let text = failure.text();
        // To say where it was, the script is walked through.
        let paid = self.budget.pay(self.source.len());
        let paid = paid.and_then(|()| self.budget.print(text.len()));
        self.overfull |= paid.is_err();
        if !self.overfull || is_final {
            self.console.error(&text);
        }
    }

    /// Remembers an error, without a word.
    fn note(&mut self, failure: &Failure) {
        self.failed = true;
        self.shell.remember(failure);
    }

    /// Prints a line.
    pub(super) fn print(&mut self, line: &str) -> Done<()> {
        let paid = self.budget.print(line.len());
        paid.map_err(|trouble| self.fail(trouble))?;
        self.console.print(line);
        Ok(())
    }

    /// An error of the command that is being run.
    pub(super) fn fail(&self, trouble: Trouble) -> Box<Failure> {
        let Place {
            span,
            typed,
            activity,
            ..
        } = &self.place;
        Box::new(Failure::new(trouble, &self.source, *span).of(typed, activity))
    }

    /// An error of an expression.
    pub(super) fn fail_at(&self, trouble: Trouble, span: Span) -> Box<Failure> {
        Box::new(Failure::new(trouble, &self.source, span))
    }

    /// Pays for work.
    pub(super) fn pay(&mut self, work: usize) -> Done<()> {
        let paid = self.budget.pay(work);
        paid.map_err(|trouble| self.fail(trouble))
    }

    /// Does something one step deeper in.
    fn deeper<T>(&mut self, span: Span, step: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        let paid = self.budget.pay(bounds::STEP);
        paid.map_err(|trouble| self.fail_at(trouble, span))?;
        if self.depth >= bounds::DEPTH {
            let trouble = bounds::exceeded("The script is nested too deep.");
            return Err(self.fail_at(trouble, span));
        }
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        result
    }

    /// Does something that goes into a list in a list.
    pub(super) fn in_list<T>(&mut self, step: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        self.deeper(self.place.span, step)
    }

    fn script(&mut self, script: &Script) -> Done<Vec<Value>> {
        let mut out = Vec::new();
        for statement in &script.statements {
            out.extend(self.statement(statement)?);
            self.pay(out.len() / 64)?;
        }
        Ok(out)
    }

    /// Runs a block with its `$_`.
    pub(super) fn block(&mut self, block: &Arc<Block>, item: Value) -> Done<Vec<Value>> {
        let source = std::mem::replace(&mut self.source, Arc::clone(&block.source));
        let place = std::mem::take(&mut self.place);
        self.current.push(item);
        let result = self.deeper(block.span, |session| session.script(&block.script));
        self.current.pop();
        self.place = place;
        self.source = source;
        result
    }
}

/// The values of a list, or the one that it is.
pub(super) fn enumerated(value: Value) -> Vec<Value> {
    match value {
        Value::List(all) => all,
        one => vec![one],
    }
}

/// What a pipeline's values are together: nothing, one, or a list.
pub(super) fn collapsed(mut values: Vec<Value>) -> Value {
    match values.pop() {
        None => Value::Null,
        Some(one) if values.is_empty() => one,
        Some(last) => {
            values.push(last);
            Value::List(values)
        }
    }
}
