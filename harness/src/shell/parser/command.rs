//! Commands: a name and words.

use super::{Parser, Read, is_dash, is_double_quote, is_name, is_single_quote};
use crate::shell::syntax::{Argument, Expression, Invocation, Kind, Piece, Span, Stage};

impl Parser {
    /// One element of a pipeline.
    pub(super) fn stage(&mut self) -> Read<Stage> {
        let Some(first) = self.peek() else {
            return Err(self.unexpected());
        };
        let second = self.peek_at(1);
        let expression = match first {
            '$' | '(' | '@' | '{' | '[' | '!' | ',' | '+' => true,
            c if is_double_quote(c) || is_single_quote(c) => true,
            c if c.is_ascii_digit() => self.is_number(),
            c if is_dash(c) => second.is_some_and(|c| {
                c.is_ascii_digit() || c == '(' || c == '$' || c.is_ascii_alphabetic()
            }),
            '.' => second.is_some_and(|c| c.is_ascii_digit()),
            _ => false,
        };
        if expression {
            return Ok(Stage::Expression(self.expression()?));
        }
        match first {
            '&' => Err(self.unsupported(self.here(), "the call operator `&`", "a bare name is")),
            '.' if second.is_some_and(char::is_whitespace) => {
                let instead = "what the file says can be typed";
                Err(self.unsupported(self.here(), "running a script file", instead))
            }
            ')' | '}' | ']' => Err(self.unexpected()),
            '>' | '<' => Err(self.redirection(self.at)),
            _ => Ok(Stage::Command(self.invocation()?)),
        }
    }

    /// Whether the word that follows is a number, and no command like `7z`.
    fn is_number(&self) -> bool {
        let ends = |c: char| c.is_whitespace() || "|;,(){}[]+-*/%=<>!".contains(c) || is_dash(c);
        let word = self.rest().split(ends).next().unwrap_or_default();
        let first = word.split("..").next().unwrap_or_default();
        super::number(first).is_some()
    }

    fn invocation(&mut self) -> Read<Invocation> {
        let start = self.at;
        let name = self
            .take_while(|c| !ends_word(c) && !is_double_quote(c))
            .to_owned();
        let name_span = self.since(start);
        if name.is_empty() {
            return Err(self.unexpected());
        }
        let mut arguments = Vec::new();
        let mut end = self.at;
        loop {
            let before = self.at;
            self.skip()?;
            match self.peek() {
                None | Some('\n' | ';' | '|' | ')' | '}' | '&') => break,
                Some('>' | '<') => return Err(self.redirection(self.at)),
                Some('1'..='6' | '*') if self.peek_at(1) == Some('>') => {
                    return Err(self.redirection(self.at));
                }
                _ => {}
            }
            arguments.push(self.argument()?);
            end = self.at;
            if self.at == before {
                return Err(self.unexpected());
            }
        }
        self.at = end;
        Ok(Invocation {
            name,
            arguments,
            span: self.since(start),
            name_span,
        })
    }

    fn argument(&mut self) -> Read<Argument> {
        let start = self.at;
        let is_parameter = self.peek().is_some_and(is_dash)
            && self
                .peek_at(1)
                .is_some_and(|c| c.is_alphabetic() || c == '_' || c == '?');
        if !is_parameter {
            return Ok(Argument::Plain(self.values()?));
        }
        self.next();
        let name = self
            .take_while(|c| is_name(c) || c == '-' || c == '?')
            .to_owned();
        if !self.take(":") {
            let span = self.since(start);
            return Ok(Argument::Named {
                name,
                value: None,
                span,
            });
        }
        self.skip()?;
        let value = Some(self.values()?);
        Ok(Argument::Named {
            name,
            value,
            span: self.since(start),
        })
    }

    /// `a,b`: one value or a list of them.
    fn values(&mut self) -> Read<Expression> {
        let start = self.at;
        let mut all = vec![self.word()?];
        loop {
            let end = self.at;
            self.skip()?;
            if !self.take(",") {
                self.at = end;
                break;
            }
            let comma = Span {
                start: self.at - 1,
                end: self.at,
            };
            self.skip_lines()?;
            if self.peek().is_none() {
                let message = "Missing argument in parameter list.";
                return Err(self.unfinished(comma, "MissingArgument", message));
            }
            all.push(self.word()?);
        }
        Ok(self.listed(all, start))
    }

    /// One value among a command's words.
    fn word(&mut self) -> Read<Expression> {
        let start = self.at;
        match self.peek() {
            Some('(' | '{') => return self.with_members(),
            Some('@') if self.peek_at(1).is_some_and(|c| "({'\"".contains(c)) => {
                return self.with_members();
            }
            Some('@') if self.peek_at(1).is_some_and(is_name) => {
                let instead = "parameters by their names are";
                return Err(self.unsupported(self.here(), "splatting", instead));
            }
            Some(c) if is_double_quote(c) || is_single_quote(c) => return self.with_members(),
            Some('$')
                if self
                    .peek_at(1)
                    .is_some_and(|c| is_name(c) || "({?".contains(c)) =>
            {
                let value = self.with_members()?;
                // `$env:ExchangeInstallPath\Logs` is one word.
                if self
                    .peek()
                    .is_none_or(|c| ends_word(c) || is_double_quote(c))
                {
                    return Ok(value);
                }
                self.at = start;
            }
            None | Some(',') => {
                let message = "Missing argument in parameter list.";
                return Err(match self.peek() {
                    None => self.unfinished(self.here(), "MissingArgument", message),
                    Some(_) => self.bad(self.here(), "MissingArgument", message),
                });
            }
            Some(c) if ends_word(c) => return Err(self.unexpected()),
            Some(_) => {}
        }
        let pieces = self.bare_pieces()?;
        Ok(Expression {
            kind: Kind::Bare(pieces),
            span: self.since(start),
        })
    }

    /// A word without quotes around it, in which variables are expanded.
    fn bare_pieces(&mut self) -> Read<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        while let Some(next) = self.peek() {
            if ends_word(next) {
                break;
            }
            if next == '$' {
                match self.expansion()? {
                    Some(expression) => {
                        if !text.is_empty() {
                            pieces.push(Piece::Text(std::mem::take(&mut text)));
                        }
                        pieces.push(Piece::Expression(expression));
                    }
                    None => text.push('$'),
                }
                continue;
            }
            if is_double_quote(next) || is_single_quote(next) {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                let start = self.at;
                let kind = self.string()?;
                let span = self.since(start);
                pieces.push(Piece::Expression(Expression { kind, span }));
                continue;
            }
            self.next();
            if next == '`' {
                match self.next() {
                    Some(escaped) => text.push(escaped),
                    None => {
                        let message = "The line ends with a backtick, and no other follows.";
                        return Err(self.unfinished(self.here(), "IncompleteLine", message));
                    }
                }
            } else {
                text.push(next);
            }
        }
        if !text.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(pieces)
    }
}

/// What ends a word of a command.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || "|;,(){}&<>".contains(c)
}
