//! What expressions come to.

use std::borrow::Cow;

use super::{Done, Session, collapsed};
use crate::shell::bounds;
use crate::shell::operators;
use crate::shell::syntax::{Binary, Expression, Kind, Piece, Span, Unary};
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

impl Session<'_> {
    pub(in crate::shell) fn expression(&mut self, expression: &Expression) -> Done<Value> {
        let span = expression.span;
        let value = self.deeper(span, |session| session.worked_out(expression))?;
        // What is put together here can grow; what was there before was weighed then.
        let grown = !matches!(
            expression.kind,
            Kind::Literal(_) | Kind::Variable(_) | Kind::Block(_) | Kind::Parentheses(_)
        );
        if grown {
            let weight = bounds::weigh(&value);
            let paid = weight.and_then(|weight| self.budget.pay(weight / 16));
            paid.map_err(|trouble| self.fail_at(trouble, span))?;
        }
        Ok(value)
    }

    fn worked_out(&mut self, expression: &Expression) -> Done<Value> {
        let span = expression.span;
        match &expression.kind {
            Kind::Array(script) => Ok(Value::List(self.script(script)?)),
            Kind::Bare(pieces) | Kind::Template(pieces) => self.template(pieces),
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right, span),
            Kind::Block(block) => Ok(Value::Block(block.clone())),
            Kind::Cast(name, value) => {
                let value = self.expression(value)?;
                let now = self.host.now();
                super::statics::cast(name, value, now)
                    .map_err(|trouble| self.fail_at(trouble, span))
            }
            Kind::Index(value, index) => {
                let index = self.expression(index)?;
                let value = self.looked_at(value)?;
                let found = super::members::index(&value, &index);
                found.map_err(|trouble| self.fail_at(trouble, span))
            }
            Kind::List(all) => {
                let mut values = Vec::with_capacity(all.len());
                for one in all {
                    values.push(self.expression(one)?);
                }
                Ok(Value::List(values))
            }
            Kind::Literal(value) => {
                self.pay(bounds::cost(value))?;
                Ok(value.clone())
            }
            Kind::Member(value, member) => {
                let member = text::in_string(&self.expression(member)?);
                let value = self.looked_at(value)?;
                Ok(super::members::member(&value, &member))
            }
            Kind::Method(value, name, arguments) => {
                let value = self.expression(value)?;
                let arguments = self.all(arguments)?;
                super::methods::call(self, &value, name, &arguments)
                    .map_err(|trouble| self.fail_at(trouble, span))
            }
            Kind::Parentheses(statement) => self.value_of(statement),
            Kind::Static(type_name, member, arguments) => {
                let arguments = match arguments {
                    Some(arguments) => Some(self.all(arguments)?),
                    None => None,
                };
                super::statics::member(self, type_name, member, arguments.as_deref())
                    .map_err(|trouble| self.fail_at(trouble, span))
            }
            Kind::Sub(script) => Ok(collapsed(self.script(script)?)),
            Kind::Table(entries) => self.table(entries),
            Kind::Unary(operator, operand) => self.unary(*operator, operand, span),
            Kind::Variable(name) => {
                let cost = bounds::cost(&self.variable(name));
                self.pay(cost)?;
                Ok(self.variable(name).into_owned())
            }
        }
    }

    /// A value that is only looked at: a variable's is not copied.
    fn looked_at(&mut self, expression: &Expression) -> Done<Cow<'_, Value>> {
        match &expression.kind {
            Kind::Variable(name) => {
                let length = match &*self.variable(name) {
                    Value::List(all) => all.len(),
                    _ => 1,
                };
                self.pay(length)?;
                Ok(self.variable(name))
            }
            _ => Ok(Cow::Owned(self.expression(expression)?)),
        }
    }

    fn variable(&self, name: &str) -> Cow<'_, Value> {
        if name == "_" || name.eq_ignore_ascii_case("psitem") {
            return match self.current.last() {
                Some(value) => Cow::Borrowed(value),
                None => Cow::Owned(Value::Null),
            };
        }
        self.shell.variable(name)
    }

    fn all(&mut self, expressions: &[Expression]) -> Done<Vec<Value>> {
        let mut values = Vec::with_capacity(expressions.len());
        for expression in expressions {
            values.push(self.expression(expression)?);
        }
        Ok(values)
    }

    fn template(&mut self, pieces: &[Piece]) -> Done<Value> {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => out += text,
                Piece::Expression(expression) => {
                    let value = self.expression(expression)?;
                    out += &text::in_string(&value);
                    self.pay(out.len() / 16)?;
                }
            }
        }
        Ok(Value::Text(out))
    }

    fn table(&mut self, entries: &[(Expression, crate::shell::syntax::Statement)]) -> Done<Value> {
        let mut table: Vec<(String, Value)> = Vec::new();
        for (key, value) in entries {
            let span = key.span;
            let key = text::in_string(&self.expression(key)?);
            let value = self.value_of(value)?;
            if table
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(&key))
            {
                let trouble = Trouble {
                    message: format!("Duplicate keys '{key}' are not allowed in hash literals."),
                    category: "ParserError",
                    target: String::new(),
                    exception: "ParentContainsErrorRecordException",
                    id: "DuplicateKeyInHashLiteral".to_owned(),
                };
                return Err(self.fail_at(trouble, span));
            }
            self.pay(table.len())?;
            table.push((key, value));
        }
        Ok(Value::Table(table))
    }

    fn binary(
        &mut self,
        operator: Binary,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Done<Value> {
        let left = self.expression(left)?;
        match operator {
            Binary::And if !operators::is_true(&left) => return Ok(Value::Bool(false)),
            Binary::Or if operators::is_true(&left) => return Ok(Value::Bool(true)),
            _ => {}
        }
        let right = self.expression(right)?;
        operators::binary(self, operator, left, right)
            .map_err(|trouble| self.fail_at(trouble, span))
    }

    fn unary(&mut self, operator: Unary, operand: &Expression, span: Span) -> Done<Value> {
        let value = self.expression(operand)?;
        let result = match operator {
            Unary::Join => operators::joined(&value, "").map(Value::Text),
            Unary::List => Ok(Value::List(vec![value])),
            Unary::Minus => operators::binary(self, Binary::Subtract, Value::Int(0), value),
            Unary::Not => Ok(Value::Bool(!operators::is_true(&value))),
            Unary::Plus => operators::binary(self, Binary::Add, Value::Int(0), value),
            Unary::Split => operators::joined(&value, " ").and_then(|text| {
                let words = text.split_whitespace().map(Value::from);
                let words: Vec<Value> = words.take(bounds::ITEMS).collect();
                bounds::fits(words.len() * 32)?;
                Ok(Value::List(words))
            }),
        };
        result.map_err(|trouble| self.fail_at(trouble, span))
    }
}
