//! Strings, and the names of variables.

use super::{Parser, Read, Unread, is_double_quote, is_name, is_single_quote};
use crate::shell::syntax::{Expression, Kind, Piece, Span};
use crate::shell::value::Value;

impl Parser {
    /// `"…"` or `'…'`
    pub(super) fn string(&mut self) -> Read<Kind> {
        let open = self.here();
        let quote = self.next().unwrap_or_default();
        if is_single_quote(quote) {
            return self.verbatim(open);
        }
        let pieces = self.pieces(open, |parser| {
            let quoted = parser.peek().is_some_and(is_double_quote);
            if quoted && parser.peek_at(1).is_some_and(is_double_quote) {
                parser.next();
                parser.next();
                return Next::Text('"');
            }
            if quoted {
                parser.next();
                return Next::End;
            }
            Next::More
        })?;
        Ok(template(pieces))
    }

    /// Up to the next single quote; two of them are one.
    fn verbatim(&mut self, open: Span) -> Read<Kind> {
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(self.unterminated(open, "'")),
                Some(c) if is_single_quote(c) => {
                    if !self.peek().is_some_and(is_single_quote) {
                        return Ok(Kind::Literal(Value::Text(text)));
                    }
                    self.next();
                    text.push('\'');
                }
                Some(c) => text.push(c),
            }
        }
    }

    /// `@"` to `"@`, or the same with single quotes.
    pub(super) fn here_string(&mut self) -> Read<Kind> {
        let start = self.at;
        self.next();
        let quote = self.next().unwrap_or_default();
        let open = self.since(start);
        self.take_while(|c| c == ' ' || c == '\t' || c == '\r');
        if !self.take("\n") {
            if self.peek().is_none() {
                return Err(self.unterminated(open, "\"@"));
            }
            let message = "No characters are allowed after a here-string header but before the \
                           end of the line.";
            return Err(self.bad(open, "UnexpectedCharactersAfterHereStringHeader", message));
        }
        let body = self.at;
        if is_double_quote(quote) {
            let pieces = self.pieces(open, |parser| {
                if parser.at == body && parser.take("\"@") {
                    return Next::End;
                }
                let ends = ["\r\n\"@", "\n\"@"];
                if ends.iter().any(|end| parser.take(end)) {
                    return Next::End;
                }
                Next::More
            })?;
            return Ok(template(pieces));
        }
        if self.take("'@") {
            return Ok(Kind::Literal(Value::Text(String::new())));
        }
        let Some(length) = self.rest().find("\n'@") else {
            self.at = self.source.len();
            return Err(self.unterminated(open, "'@"));
        };
        let text = self.rest()[..length].trim_end_matches('\r').to_owned();
        self.at += length + "\n'@".len();
        Ok(Kind::Literal(Value::Text(text)))
    }

    /// What stands in a string that expands things, up to what `next` calls its end.
    fn pieces(&mut self, open: Span, next: impl Fn(&mut Self) -> Next) -> Read<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        loop {
            match next(self) {
                Next::End => break,
                Next::Text(c) => {
                    text.push(c);
                    continue;
                }
                Next::More => {}
            }
            match self.peek() {
                None => return Err(self.unterminated(open, "\"")),
                Some('`') => {
                    self.next();
                    match self.next() {
                        None => return Err(self.unterminated(open, "\"")),
                        Some(c) => text.push(escaped(c)),
                    }
                }
                Some('$') => match self.expansion()? {
                    Some(expression) => {
                        if !text.is_empty() {
                            pieces.push(Piece::Text(std::mem::take(&mut text)));
                        }
                        pieces.push(Piece::Expression(expression));
                    }
                    None => text.push('$'),
                },
                Some(c) => {
                    self.next();
                    text.push(c);
                }
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(pieces)
    }

    /// `$name`, `${name}` or `$(…)` inside a text. `None` steps over a `$` that is nothing else.
    pub(super) fn expansion(&mut self) -> Read<Option<Expression>> {
        let start = self.at;
        let kind = if self.rest().starts_with("$(") {
            self.next();
            Some(Kind::Sub(self.script(')')?))
        } else {
            self.variable_name()?.map(Kind::Variable)
        };
        let span = self.since(start);
        Ok(kind.map(|kind| Expression { kind, span }))
    }

    /// `$name`, `${name}`, `$env:name`. `None` steps over a `$` that is nothing else.
    pub(super) fn variable_name(&mut self) -> Read<Option<String>> {
        let start = self.at;
        self.next();
        if self.take("{") {
            let Some(end) = self.rest().find('}') else {
                let message = "The closing brace of a variable name is missing.";
                return Err(self.unfinished(self.since(start), "MissingEndCurlyBrace", message));
            };
            let name = self.rest()[..end].to_owned();
            self.at += end + 1;
            return Ok(Some(without_scope(&name)));
        }
        if self.peek().is_some_and(|c| "?$^".contains(c)) {
            // `"$?"` and such are asked for by scripts; a lone `$` before a quote is text.
            let name = self.next().map(String::from);
            if name.as_deref() == Some("?") {
                return Ok(name);
            }
            let span = self.since(start);
            let what = format!("`{}`", span.of(&self.source));
            return Err(self.unsupported(span, &what, "`$?` and `$Error` are"));
        }
        let mut name = self.take_while(is_name).to_owned();
        if name.is_empty() {
            return Ok(None);
        }
        if self.peek() == Some(':') && self.peek_at(1).is_some_and(is_name) {
            self.next();
            name.push(':');
            name += self.take_while(is_name);
        } else if self.peek() == Some(':') && self.peek_at(1) != Some(':') {
            self.next();
            let message = "Variable reference is not valid. ':' was not followed by a valid \
                           variable name character. Consider using ${} to delimit the name.";
            let span = self.since(start);
            return Err(self.bad(span, "InvalidVariableReferenceWithDrive", message));
        }
        Ok(Some(without_scope(&name)))
    }

    fn unterminated(&self, open: Span, terminator: &str) -> Unread {
        let message = format!("The string is missing the terminator: {terminator}.");
        self.unfinished(open, "TerminatorExpectedAtEndOfString", &message)
    }
}

/// What comes next in a string.
enum Next {
    End,
    More,
    Text(char),
}

/// A string in which nothing is expanded is known already.
fn template(mut pieces: Vec<Piece>) -> Kind {
    match pieces.pop() {
        None => Kind::Literal(Value::Text(String::new())),
        Some(Piece::Text(text)) if pieces.is_empty() => Kind::Literal(Value::Text(text)),
        Some(last) => {
            pieces.push(last);
            Kind::Template(pieces)
        }
    }
}

/// There is one scope here.
fn without_scope(name: &str) -> String {
    let scopes = ["global:", "script:", "local:", "private:", "variable:"];
    let lower = name.to_ascii_lowercase();
    let scope = scopes.iter().find(|scope| lower.starts_with(*scope));
    name[scope.map_or(0, |scope| scope.len())..].to_owned()
}

/// What a character means behind a backtick.
fn escaped(c: char) -> char {
    match c {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{C}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{B}',
        c => c,
    }
}
