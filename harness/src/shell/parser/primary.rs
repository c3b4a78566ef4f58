//! What operators work on: variables, numbers, brackets, and their members.

use std::sync::Arc;

use super::{Parser, Read, is_double_quote, is_name, is_single_quote};
use crate::shell::syntax::{Block, Expression, Kind};
use crate::shell::value::Value;

impl Parser {
    /// A value with its `.Members`, `[indices]` and `.Methods()`.
    pub(super) fn with_members(&mut self) -> Read<Expression> {
        let start = self.at;
        let mut value = self.primary()?;
        for links in 0.. {
            if links >= crate::shell::bounds::CHAIN {
                return Err(self.bad(self.here(), "NestedTooDeep", "The expression is too long."));
            }
            let open = self.at;
            let kind = match (self.peek(), self.peek_at(1)) {
                (Some('.'), Some(next)) if starts_member(next) => {
                    self.next();
                    let before = self.at;
                    let member = self.member_name()?;
                    let called = self.peek() == Some('(');
                    match (&member.kind, called) {
                        (Kind::Literal(Value::Text(name)), true) => {
                            let name = name.clone();
                            let arguments = self.arguments()?;
                            Kind::Method(Box::new(value), name, arguments)
                        }
                        (_, true) => {
                            let span = self.since(before);
                            let instead = "a method that is written out is";
                            return Err(self.unsupported(span, "a computed method name", instead));
                        }
                        (_, false) => Kind::Member(Box::new(value), Box::new(member)),
                    }
                }
                (Some('['), _) => {
                    self.next();
                    self.skip_lines()?;
                    let index = self.expression()?;
                    self.close(']', open)?;
                    Kind::Index(Box::new(value), Box::new(index))
                }
                _ => break,
            };
            let span = self.since(start);
            value = Expression { kind, span };
        }
        Ok(value)
    }

    fn member_name(&mut self) -> Read<Expression> {
        let start = self.at;
        if self.peek().is_some_and(is_name) {
            let name = self.take_while(is_name).to_owned();
            return Ok(Expression {
                kind: Kind::Literal(Value::Text(name)),
                span: self.since(start),
            });
        }
        self.nested(Self::primary)
    }

    /// `(a, b)` behind a method.
    fn arguments(&mut self) -> Read<Vec<Expression>> {
        let open = self.at;
        self.take("(");
        self.skip_lines()?;
        if self.peek() == Some(')') {
            self.next();
            return Ok(Vec::new());
        }
        let all = self.expression()?;
        self.close(')', open)?;
        Ok(match all.kind {
            Kind::List(all) => all,
            _ => vec![all],
        })
    }

    fn primary(&mut self) -> Read<Expression> {
        let start = self.at;
        let kind = match (self.peek(), self.peek_at(1)) {
            (Some('$'), Some('(')) => {
                self.next();
                Kind::Sub(self.script(')')?)
            }
            (Some('$'), _) => match self.variable_name()? {
                Some(name) => Kind::Variable(name),
                None => return Err(self.unexpected()),
            },
            (Some('@'), Some('(')) => {
                self.next();
                Kind::Array(self.script(')')?)
            }
            (Some('@'), Some('{')) => {
                self.next();
                self.table()?
            }
            (Some('@'), Some(quote)) if is_double_quote(quote) || is_single_quote(quote) => {
                self.here_string()?
            }
            (Some('('), _) => {
                self.next();
                self.skip_lines()?;
                if self.peek() == Some(')') {
                    let message = "An expression was expected after '('.";
                    return Err(self.bad(self.here(), "ExpectedExpression", message));
                }
                if self.peek().is_none() {
                    self.close(')', start)?;
                }
                let inner = self.nested(Self::statement)?;
                self.close(')', start)?;
                Kind::Parentheses(Box::new(inner))
            }
            (Some('{'), _) => {
                let script = self.script('}')?;
                Kind::Block(Arc::new(Block {
                    script,
                    source: Arc::clone(&self.source),
                    span: self.since(start),
                }))
            }
            (Some('['), _) => self.typed()?,
            (Some(c), _) if is_double_quote(c) || is_single_quote(c) => self.string()?,
            (Some(c), _) if c.is_ascii_digit() || c == '.' => self.number_literal()?,
            _ => return Err(self.unexpected()),
        };
        let span = self.since(start);
        Ok(Expression { kind, span })
    }

    /// A bracket, statements, and its end.
    pub(super) fn script(&mut self, close: char) -> Read<crate::shell::syntax::Script> {
        let open = self.at;
        self.next();
        let script = self.nested(|parser| parser.statements(Some(close)))?;
        self.close(close, open)?;
        Ok(script)
    }

    /// `{ Key = value; … }`, after its `@`.
    fn table(&mut self) -> Read<Kind> {
        let open = self.at;
        self.next();
        let mut entries = Vec::new();
        loop {
            self.skip_separators()?;
            if self.peek().is_none_or(|c| c == '}') {
                self.close('}', open)?;
                return Ok(Kind::Table(entries));
            }
            let start = self.at;
            let key = if self.peek().is_some_and(is_name) {
                let name = self.take_while(is_name).to_owned();
                Expression {
                    kind: Kind::Literal(Value::Text(name)),
                    span: self.since(start),
                }
            } else {
                self.nested(Self::primary)?
            };
            self.skip()?;
            if !self.take("=") {
                let message = "Missing '=' operator after key in hash literal.";
                let id = "MissingEqualsInHashLiteral";
                return Err(match self.peek() {
                    None => self.unfinished(key.span, id, message),
                    Some(_) => self.bad(key.span, id, message),
                });
            }
            self.skip_lines()?;
            if self.peek().is_none() {
                self.close('}', open)?;
            }
            entries.push((key, self.nested(Self::statement)?));
            self.skip()?;
            if self.peek().is_some_and(|c| !"\n;}".contains(c)) {
                return Err(self.unexpected());
            }
        }
    }

    /// `[type]value` and `[type]::Member`.
    fn typed(&mut self) -> Read<Kind> {
        let open = self.at;
        self.next();
        let name = self
            .take_while(|c| is_name(c) || c == '.')
            .to_ascii_lowercase();
        let array = self.take("[]");
        self.close(']', open)?;
        let name = if array { name + "[]" } else { name };
        if self.take("::") {
            let member = self.take_while(is_name).to_owned();
            let arguments = match self.peek() {
                Some('(') => Some(self.arguments()?),
                _ => None,
            };
            return Ok(Kind::Static(name, member, arguments));
        }
        self.skip()?;
        if self.peek().is_none_or(|c| ")}];|,\n".contains(c)) {
            let what = format!("the type `[{name}]` as a value");
            let instead = "`[type]value` is";
            return Err(self.unsupported(self.since(open), &what, instead));
        }
        let value = self.nested(Self::with_members)?;
        Ok(Kind::Cast(name, Box::new(value)))
    }

    fn number_literal(&mut self) -> Read<Kind> {
        let start = self.at;
        self.take_while(|c| c.is_ascii_digit());
        if self.peek() == Some('.') && self.peek_at(1).is_some_and(|c| c.is_ascii_digit()) {
            self.next();
        }
        self.take_while(|c| c.is_ascii_alphanumeric());
        let span = self.since(start);
        match number(span.of(&self.source)) {
            Some(value) => Ok(Kind::Literal(value)),
            None => {
                self.at = start;
                Err(self.unexpected())
            }
        }
    }
}

/// What the name of a member begins with; `..` is a range.
fn starts_member(c: char) -> bool {
    is_name(c) || c == '$' || c == '(' || is_double_quote(c) || is_single_quote(c)
}

/// A number as it is written: `5`, `-5`, `2.5`, `0x1F`, `10MB`.
pub(in crate::shell) fn number(text: &str) -> Option<Value> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let lower = digits.to_ascii_lowercase();
    if let Some(hex) = lower.strip_prefix("0x") {
        let plain = !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
        let value = plain.then(|| i64::from_str_radix(hex, 16).ok()).flatten()?;
        return Some(Value::Int(if negative { -value } else { value }));
    }
    let units = [("kb", 10), ("mb", 20), ("gb", 30), ("tb", 40)];
    let unit = units.iter().find_map(|(name, bits)| {
        let digits = lower.strip_suffix(name)?;
        Some((digits, 1_i64 << bits))
    });
    let (digits, factor) = unit.unwrap_or((&lower, 1));
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        let value = digits.parse::<i64>().ok()?.checked_mul(factor)?;
        return Some(Value::Int(if negative { -value } else { value }));
    }
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value = plain.then(|| digits.parse::<f64>().ok()).flatten()?;
    #[allow(clippy::cast_precision_loss)] // a power of two
    let value = value * factor as f64;
    Some(Value::Real(if negative { -value } else { value }))
}
