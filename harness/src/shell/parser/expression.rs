//! Expressions: operators by their precedence.

use super::{Parser, Read, is_dash};
use crate::shell::syntax::{Binary, Comparison, Expression, Kind, Unary};

/// Operators that PowerShell has, and this shell has not.
const MISSING: [&str; 11] = [
    "band", "bnot", "bor", "bxor", "shl", "shr", "f", "is", "isnot", "as", "isplit",
];

/// What is said where one of them stands.
const OPERATORS: &str = "the comparisons, `-and`, `-or`, `-xor`, `-not`, `-join`, `-split`, \
                         `-replace`, `..` and arithmetic are";

/// Steps over an operator of a level, if one is next.
type Level = fn(&mut Parser) -> Read<Option<Binary>>;

/// From what binds least to what binds most.
const LEVELS: [Level; 5] = [
    Parser::logical,
    Parser::comparison,
    Parser::sum,
    Parser::product,
    Parser::range,
];

impl Parser {
    pub(super) fn expression(&mut self) -> Read<Expression> {
        self.nested(|parser| parser.level(0))
    }

    fn level(&mut self, level: usize) -> Read<Expression> {
        let Some(operator) = LEVELS.get(level) else {
            return self.list();
        };
        let mut left = self.level(level + 1)?;
        // A chain grows to the left, and is walked that deep when it is worked out.
        for links in 0.. {
            let before = self.at;
            self.skip()?;
            let start = self.at;
            let Some(found) = operator(self)? else {
                self.at = before;
                break;
            };
            let span = self.since(start);
            if links >= crate::shell::bounds::CHAIN {
                let message = "The expression is too long.";
                return Err(self.bad(span, "NestedTooDeep", message));
            }
            self.skip_lines()?;
            if self.peek().is_none_or(|c| ")}];|".contains(c)) {
                let message = format!(
                    "You must provide a value expression following the '{}' operator.",
                    span.of(&self.source)
                );
                let id = "ExpectedValueExpression";
                return Err(match self.peek() {
                    None => self.unfinished(span, id, &message),
                    Some(_) => self.bad(span, id, message),
                });
            }
            let right = self.level(level + 1)?;
            let span = left.span.to(right.span);
            left = Expression {
                kind: Kind::Binary(found, Box::new(left), Box::new(right)),
                span,
            };
        }
        Ok(left)
    }

    /// The name of an operator that begins with a hyphen, in lower case; it is left where it is.
    fn dashed(&self) -> Option<String> {
        let mut rest = self.rest().chars();
        if !rest.next().is_some_and(is_dash) {
            return None;
        }
        let name: String = rest
            .take_while(char::is_ascii_alphabetic)
            .take(16)
            .collect();
        (!name.is_empty()).then(|| name.to_ascii_lowercase())
    }

    /// Steps over such an operator.
    fn take_dashed(&mut self, name: &str) {
        self.next();
        self.at += name.len();
    }

    fn logical(&mut self) -> Read<Option<Binary>> {
        let Some(name) = self.dashed() else {
            return Ok(None);
        };
        let found = match name.as_str() {
            "and" => Binary::And,
            "or" => Binary::Or,
            "xor" => Binary::Xor,
            _ => return Ok(None),
        };
        self.take_dashed(&name);
        Ok(Some(found))
    }

    fn comparison(&mut self) -> Read<Option<Binary>> {
        let Some(name) = self.dashed() else {
            return Ok(None);
        };
        if let Some((comparison, case)) = Comparison::written(&name) {
            self.take_dashed(&name);
            return Ok(Some(Binary::Compare(comparison, case)));
        }
        if MISSING.contains(&name.as_str()) {
            let what = format!("the operator `-{name}`");
            return Err(self.unsupported(self.here(), &what, OPERATORS));
        }
        Ok(None)
    }

    fn sum(&mut self) -> Read<Option<Binary>> {
        match self.peek() {
            Some('+') => {
                self.next();
                Ok(Some(Binary::Add))
            }
            Some(c) if is_dash(c) && self.dashed().is_none() => {
                self.next();
                Ok(Some(Binary::Subtract))
            }
            _ => Ok(None),
        }
    }

    fn product(&mut self) -> Read<Option<Binary>> {
        let found = match self.peek() {
            Some('*') => Binary::Multiply,
            Some('/') => Binary::Divide,
            Some('%') => Binary::Remainder,
            _ => return Ok(None),
        };
        self.next();
        Ok(Some(found))
    }

    fn range(&mut self) -> Read<Option<Binary>> {
        Ok(self.take("..").then_some(Binary::Range))
    }

    /// `a, b, c`
    fn list(&mut self) -> Read<Expression> {
        let start = self.at;
        let mut all = vec![self.unary()?];
        loop {
            let end = self.at;
            self.skip()?;
            let comma = self.here();
            if !self.take(",") {
                self.at = end;
                break;
            }
            self.skip_lines()?;
            if self.peek().is_none_or(|c| ")}];|".contains(c)) {
                let (id, message) = (
                    "MissingExpressionAfterToken",
                    "Missing expression after ','.",
                );
                return Err(match self.peek() {
                    None => self.unfinished(comma, id, message),
                    Some(_) => self.bad(comma, id, message),
                });
            }
            all.push(self.unary()?);
        }
        Ok(self.listed(all, start))
    }

    /// What stood between commas, since a place: one value is itself.
    pub(super) fn listed(&self, mut all: Vec<Expression>, start: usize) -> Expression {
        match all.pop() {
            Some(one) if all.is_empty() => one,
            last => {
                all.extend(last);
                Expression {
                    kind: Kind::List(all),
                    span: self.since(start),
                }
            }
        }
    }

    fn unary(&mut self) -> Read<Expression> {
        let start = self.at;
        let operator = match self.peek() {
            Some('!') => Some(Unary::Not),
            Some(',') => Some(Unary::List),
            Some('+') => Some(Unary::Plus),
            Some(c) if is_dash(c) => match self.dashed().as_deref() {
                None => Some(Unary::Minus),
                Some("not") => Some(Unary::Not),
                Some("join") => Some(Unary::Join),
                Some("split") => Some(Unary::Split),
                Some(_) => None,
            },
            _ => None,
        };
        let Some(operator) = operator else {
            return self.with_members();
        };
        match self.dashed() {
            Some(name) => self.take_dashed(&name),
            None => {
                self.next();
            }
        }
        self.skip()?;
        if self.peek().is_none() {
            let message = "Missing expression after unary operator.";
            let span = self.since(start);
            return Err(self.unfinished(span, "MissingExpressionAfterOperator", message));
        }
        let operand = self.nested(Self::unary)?;
        Ok(Expression {
            kind: Kind::Unary(operator, Box::new(operand)),
            span: self.since(start),
        })
    }
}
