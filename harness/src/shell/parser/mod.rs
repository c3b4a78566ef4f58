//! From text to syntax. There are no tokens: what a character means depends on whether a command's
//! words or an expression are being read, as in PowerShell.

use std::sync::Arc;

mod command;
mod expression;
mod primary;
pub(super) use primary::number;
mod statement;
mod strings;
mod trivia;

use super::bounds;
use super::failure::Failure;
use super::syntax::{Script, Span};
use super::trouble::Trouble;

/// Reads a script.
pub(super) fn parse(source: &Arc<str>) -> Result<Script, Unread> {
    let mut parser = Parser {
        source: Arc::clone(source),
        at: 0,
        depth: 0,
    };
    if source.len() > bounds::SCRIPT {
        return Err(parser.bad(
            Span::default(),
            "ScriptTooLong",
            format!("The script is longer than {} bytes.", bounds::SCRIPT),
        ));
    }
    let script = parser.statements(None)?;
    match parser.peek() {
        None => Ok(script),
        Some(_) => Err(parser.unexpected()),
    }
}

/// Why a script could not be read.
#[derive(Debug)]
pub(super) struct Unread {
    /// Whether another line could still make it right.
    pub(super) incomplete: bool,
    pub(super) failure: Box<Failure>,
}

struct Parser {
    source: Arc<str>,
    /// In bytes, always between two characters.
    at: usize,
    /// How many brackets are open.
    depth: usize,
}

type Read<T> = Result<T, Unread>;

impl Parser {
    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character that many behind the next one.
    fn peek_at(&self, nth: usize) -> Option<char> {
        self.rest().chars().nth(nth)
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Steps over a text if it is next.
    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Steps over all characters of a kind.
    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &str {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.next();
        }
        &self.source[start..self.at]
    }

    /// From a place to where we are.
    fn since(&self, start: usize) -> Span {
        Span {
            start,
            end: self.at,
        }
    }

    /// The next character, or an empty place at the end.
    fn here(&self) -> Span {
        Span {
            start: self.at,
            end: self.at + self.peek().map_or(0, char::len_utf8),
        }
    }

    /// Reads something inside a bracket, unless too many are open.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= bounds::NESTING {
            return Err(self.bad(
                self.here(),
                "NestedTooDeep",
                format!("More than {} brackets are open.", bounds::NESTING),
            ));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Steps over a closing bracket, blanks before it.
    fn close(&mut self, bracket: char, open: usize) -> Read<()> {
        self.skip_lines()?;
        if self.peek() == Some(bracket) {
            self.next();
            return Ok(());
        }
        if self.peek().is_some() {
            return Err(self.unexpected());
        }
        let (id, message) = match bracket {
            ')' => (
                "MissingEndParenthesisInExpression",
                "Missing closing ')' in expression.",
            ),
            ']' => ("MissingEndSquareBracket", "Missing ] at end of index."),
            _ => (
                "MissingEndCurlyBrace",
                "Missing closing '}' in statement block or type definition.",
            ),
        };
        let open = Span {
            start: open,
            end: open + 1,
        };
        Err(self.unfinished(open, id, message))
    }

    /// What is next cannot stand there.
    fn unexpected(&self) -> Unread {
        let start = self.at;
        let rest = self.rest();
        let word = rest
            .find(|c: char| c.is_whitespace() || "(){}[];|,".contains(c))
            .filter(|end| *end > 0);
        let first = self.peek().map_or(0, char::len_utf8);
        let bracket = self.peek().is_some_and(|c| "(){}[];|,".contains(c));
        let length = match word {
            _ if bracket => first,
            Some(end) => end,
            None => rest.len(),
        };
        let span = Span {
            start,
            end: start + length,
        };
        if span.start == span.end {
            return self.unfinished(span, "UnexpectedToken", "The input ends too early.");
        }
        self.bad(
            span,
            "UnexpectedToken",
            format!(
                "Unexpected token '{}' in expression or statement.",
                span.of(&self.source)
            ),
        )
    }

    /// What is there is wrong; nothing that follows can help, unless nothing follows yet.
    fn bad(&self, span: Span, id: &str, message: impl Into<String>) -> Unread {
        let trouble = Trouble {
            message: message.into(),
            category: "ParserError",
            target: String::new(),
            exception: "ParentContainsErrorRecordException",
            id: id.to_owned(),
        };
        self.unread(trouble, span)
    }

    /// More has to follow.
    fn unfinished(&self, span: Span, id: &str, message: &str) -> Unread {
        Unread {
            incomplete: true,
            ..self.bad(span, id, message)
        }
    }

    /// It is right in PowerShell.
    fn unsupported(&self, span: Span, what: &str, instead: &str) -> Unread {
        self.unread(Trouble::unsupported(what, instead), span)
    }

    fn unread(&self, trouble: Trouble, span: Span) -> Unread {
        Unread {
            incomplete: false,
            failure: Box::new(Failure::unread(trouble, &self.source, span)),
        }
    }
}

/// What PowerShell takes for a double quote.
fn is_double_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201C}' | '\u{201D}' | '\u{201E}')
}

/// What PowerShell takes for a single quote.
fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}')
}

/// What PowerShell takes for a hyphen: word processors make dashes of them.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

/// What stands in a variable's name.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
