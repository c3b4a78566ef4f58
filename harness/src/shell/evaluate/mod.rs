//! What a script does.

use std::sync::Arc;

mod command;
mod expression;
mod members;
mod methods;
mod statics;

pub(super) use command::is_called;
pub(super) use members::member;
pub(super) use methods::call as method;
pub(super) use statics::BYTES;

use super::Interpreter;
use super::bounds::{self, Budget};
use super::command::{Console, Host};
use super::failure::Failure;
use super::format;
use super::operators;
use super::parser::Unread;
use super::syntax::{Block, Script, Span, Stage, Statement};
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
}

/// A command and where it stands.
#[derive(Clone, Debug, Default)]
struct Place {
    span: Span,
    typed: String,
    activity: &'static str,
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
                    self.shell.succeeded = !self.failed;
                }
            }
        }
        self.troubles
    }

    /// Prints an error, after which things go on.
    pub(super) fn report(&mut self, failure: &Failure) {
        self.note(failure);
        self.troubles.push(failure.trouble.clone());
        self.console.error(&failure.text());
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

    /// What comes out of a statement, one by one.
    fn statement(&mut self, statement: &Statement) -> Done<Vec<Value>> {
        self.deeper(Span::default(), |session| match statement {
            Statement::Assign {
                name,
                operator,
                value,
                span,
            } => session.assign(name, *operator, value, *span),
            Statement::ForEach { name, over, body } => session.for_each(name, over, body),
            Statement::If {
                branches,
                otherwise,
            } => session.branch(branches, otherwise),
            Statement::Pipeline(stages) => session.pipeline(stages),
        })
    }

    /// A statement as one value: a list stays the list that it is.
    fn value_of(&mut self, statement: &Statement) -> Done<Value> {
        match statement {
            Statement::Pipeline(stages) => match stages.as_slice() {
                [Stage::Expression(expression)] => self.expression(expression),
                _ => Ok(collapsed(self.statement(statement)?)),
            },
            Statement::Assign { name, .. } => {
                self.statement(statement)?;
                Ok(self.shell.variable(name))
            }
            _ => Ok(collapsed(self.statement(statement)?)),
        }
    }

    fn assign(
        &mut self,
        name: &str,
        operator: Option<super::syntax::Binary>,
        value: &Statement,
        span: Span,
    ) -> Done<Vec<Value>> {
        let value = self.value_of(value)?;
        let value = match operator {
            None => value,
            Some(operator) => {
                let old = self.shell.variable(name);
                operators::binary(self, operator, old, value)
                    .map_err(|trouble| self.fail_at(trouble, span))?
            }
        };
        self.set(name, value)
            .map_err(|trouble| self.fail_at(trouble, span))?;
        Ok(Vec::new())
    }

    /// Sets a variable that may be set.
    fn set(&mut self, name: &str, value: Value) -> Result<(), Trouble> {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            // Assigning to `$null` throws a value away.
            "null" => Ok(()),
            "true" | "false" | "?" | "error" | "_" | "psitem" => Err(Trouble {
                message: format!(
                    "Cannot overwrite variable {name} because it is read-only or constant."
                ),
                category: "WriteError",
                target: name.to_owned(),
                exception: "SessionStateUnauthorizedAccessException",
                id: "VariableNotWritable".to_owned(),
            }),
            _ => {
                let weight = bounds::weigh(&value)?;
                self.budget.pay(weight / 16)?;
                self.shell.set(name, value)
            }
        }
    }

    fn for_each(&mut self, name: &str, over: &Statement, body: &Script) -> Done<Vec<Value>> {
        let over = self.value_of(over)?;
        let mut out = Vec::new();
        for item in enumerated(over) {
            self.set(name, item).map_err(|trouble| self.fail(trouble))?;
            out.extend(self.script(body)?);
            self.pay(out.len() / 64)?;
        }
        Ok(out)
    }

    fn branch(&mut self, branches: &[(Statement, Script)], otherwise: &Script) -> Done<Vec<Value>> {
        for (condition, body) in branches {
            if operators::is_true(&self.value_of(condition)?) {
                return self.script(body);
            }
        }
        self.script(otherwise)
    }

    fn pipeline(&mut self, stages: &[Stage]) -> Done<Vec<Value>> {
        let mut values: Option<Vec<Value>> = None;
        for stage in stages {
            let out = match stage {
                Stage::Command(invocation) => self.command(invocation, values.take())?,
                Stage::Expression(expression) => match self.expression(expression)? {
                    // A null is an object in a pipeline, and nothing at its end.
                    Value::Null if stages.len() == 1 => Vec::new(),
                    value => enumerated(value),
                },
            };
            values = Some(out);
        }
        Ok(values.unwrap_or_default())
    }

    /// `$_`
    fn current(&self) -> Value {
        self.current.last().cloned().unwrap_or(Value::Null)
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
