//! Statements and pipelines.

use super::{Done, Session, collapsed, enumerated};
use crate::shell::bounds;
use crate::shell::operators;
use crate::shell::syntax::{Binary, Script, Span, Stage, Statement};
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

impl Session<'_> {
    /// What comes out of a statement, one by one.
    pub(super) fn statement(&mut self, statement: &Statement) -> Done<Vec<Value>> {
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
    pub(super) fn value_of(&mut self, statement: &Statement) -> Done<Value> {
        match statement {
            Statement::Pipeline(stages) => match stages.as_slice() {
                [Stage::Expression(expression)] => self.expression(expression),
                _ => Ok(collapsed(self.statement(statement)?)),
            },
            Statement::Assign { name, .. } => {
                self.statement(statement)?;
                Ok(self.shell.variable(name).into_owned())
            }
            _ => Ok(collapsed(self.statement(statement)?)),
        }
    }

    fn assign(
        &mut self,
        name: &str,
        operator: Option<Binary>,
        value: &Statement,
        span: Span,
    ) -> Done<Vec<Value>> {
        let value = self.value_of(value)?;
        let value = match operator {
            None => value,
            Some(operator) => {
                let old = self.shell.variable(name).into_owned();
                self.pay(bounds::cost(&old))?;
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
            self.pay(bounds::STEP + out.len() / 64)?;
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
}
