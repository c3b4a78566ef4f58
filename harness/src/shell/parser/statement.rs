//! Statements and pipelines.

use super::{Parser, Read, is_name};
use crate::shell::syntax::{Binary, Script, Span, Stage, Statement};

/// What can be said instead of a statement that is not known here.
const STATEMENTS: &str = "pipelines, `$x = …`, `if`, `elseif`, `else` and `foreach ($x in …)` are";

/// What PowerShell has, and this shell has not.
const KEYWORDS: [&str; 22] = [
    "begin",
    "break",
    "class",
    "continue",
    "data",
    "do",
    "dynamicparam",
    "end",
    "enum",
    "filter",
    "for",
    "function",
    "param",
    "process",
    "return",
    "switch",
    "throw",
    "trap",
    "try",
    "until",
    "using",
    "while",
];

impl Parser {
    /// Statements up to a closing bracket, which is left, or to the end.
    pub(super) fn statements(&mut self, close: Option<char>) -> Read<Script> {
        let mut statements = Vec::new();
        self.skip_separators()?;
        while let Some(next) = self.peek() {
            if Some(next) == close {
                break;
            }
            statements.push(self.statement()?);
            let end = self.at;
            self.skip()?;
            let ended = match self.peek() {
                None | Some('\n' | ';') => true,
                Some(next) => Some(next) == close,
            };
            // A block ends its statement by itself.
            if !ended && !self.source[..end].ends_with('}') {
                return Err(self.unexpected());
            }
            self.skip_separators()?;
        }
        Ok(Script { statements })
    }

    pub(super) fn statement(&mut self) -> Read<Statement> {
        let start = self.at;
        let word = self.rest().split(|c: char| !is_name(c)).next();
        let word = word.unwrap_or_default().to_ascii_lowercase();
        // `for-each` and `data.exe` are commands; so are `foreach { … }` in a later stage.
        let behind = self.source[start + word.len()..].chars().next();
        if !behind.is_some_and(|c| "-.\\/:".contains(c)) {
            match word.as_str() {
                "foreach" => return self.for_each(),
                "if" => return self.branches(),
                _ if KEYWORDS.contains(&word.as_str()) => {
                    self.at += word.len();
                    let span = self.since(start);
                    return Err(self.unsupported(span, &format!("`{word}`"), STATEMENTS));
                }
                _ => {}
            }
        }
        if let Some(assignment) = self.assignment()? {
            return Ok(assignment);
        }
        self.pipeline()
    }

    /// `$x = …`; `None` and nothing read if it is none.
    fn assignment(&mut self) -> Read<Option<Statement>> {
        let start = self.at;
        if self.peek() != Some('$') {
            return Ok(None);
        }
        let Some(name) = self.variable_name()? else {
            self.at = start;
            return Ok(None);
        };
        let span = self.since(start);
        self.skip()?;
        let operator = match () {
            () if self.take("+=") => Some(Binary::Add),
            () if self.take("-=") => Some(Binary::Subtract),
            () if self.take("*=") => Some(Binary::Multiply),
            () if self.take("=") => None,
            () if self.take("++") || self.take("--") => {
                let what = format!("`{}`", self.since(start).of(&self.source));
                return Err(self.unsupported(self.since(start), &what, "`$x += 1` is"));
            }
            () => {
                self.at = start;
                return Ok(None);
            }
        };
        self.skip_lines()?;
        if self.peek().is_none() {
            let message = "An expression was expected after '='.";
            return Err(self.unfinished(span, "ExpectedValueExpression", message));
        }
        let value = Box::new(self.nested(Self::statement)?);
        Ok(Some(Statement::Assign {
            name,
            operator,
            value,
            span,
        }))
    }

    pub(super) fn pipeline(&mut self) -> Read<Statement> {
        let mut stages = Vec::new();
        loop {
            let start = self.at;
            if matches!(self.peek(), Some('|')) {
                return Err(self.empty_pipe());
            }
            let stage = self.stage()?;
            if !stages.is_empty() && matches!(stage, Stage::Expression(_)) {
                let message = "Expressions are only allowed as the first element of a pipeline.";
                let span = self.since(start);
                return Err(self.bad(span, "ExpressionsMustBeFirstInPipeline", message));
            }
            stages.push(stage);
            self.skip()?;
            match self.peek() {
                Some('|') if self.peek_at(1) != Some('|') => {
                    let pipe = self.here();
                    self.next();
                    self.skip_lines()?;
                    if self.peek().is_none() {
                        let message = "An empty pipe element is not allowed.";
                        return Err(self.unfinished(pipe, "EmptyPipeElement", message));
                    }
                }
                Some('|' | '&') => {
                    let start = self.at;
                    self.take_while(|c| c == '|' || c == '&');
                    let span = self.since(start);
                    let message = format!(
                        "The token '{}' is not a valid statement separator in this version.",
                        span.of(&self.source)
                    );
                    return Err(self.bad(span, "InvalidEndOfLine", message));
                }
                Some('>' | '<') => return Err(self.redirection(self.at)),
                _ => return Ok(Statement::Pipeline(stages)),
            }
        }
    }

    fn empty_pipe(&self) -> super::Unread {
        let message = "An empty pipe element is not allowed.";
        self.bad(self.here(), "EmptyPipeElement", message)
    }

    pub(super) fn redirection(&mut self, start: usize) -> super::Unread {
        self.take_while(|c| "><&".contains(c) || c.is_ascii_digit());
        let span = self.since(start);
        let what = format!("redirection with `{}`", span.of(&self.source));
        self.unsupported(
            span,
            &what,
            "`| Out-Null` and `-ErrorAction SilentlyContinue` are",
        )
    }

    /// `foreach ($x in …) { … }`
    fn for_each(&mut self) -> Read<Statement> {
        let start = self.at;
        self.take_while(is_name);
        let word = self.since(start);
        self.skip_lines()?;
        let open = self.at;
        if !self.take("(") {
            let message = "Missing opening '(' after keyword 'foreach'.";
            return Err(self.missing(word, "MissingOpenParenthesisAfterKeyword", message));
        }
        self.skip_lines()?;
        let name = match self.peek() {
            Some('$') => self.variable_name()?,
            _ => None,
        };
        let Some(name) = name else {
            let message = "Missing variable name after foreach.";
            return Err(self.missing(word, "MissingVariableNameAfterForeach", message));
        };
        self.skip_lines()?;
        let before = self.at;
        if !self.take_while(is_name).eq_ignore_ascii_case("in") {
            self.at = before;
            let message = "Missing 'in' after variable in foreach loop.";
            return Err(self.missing(word, "MissingInInForeach", message));
        }
        self.skip_lines()?;
        let over = Box::new(self.nested(Self::statement)?);
        self.close(')', open)?;
        let body = self.body(word)?;
        Ok(Statement::ForEach { name, over, body })
    }

    /// `if (…) { … }` and what follows.
    fn branches(&mut self) -> Read<Statement> {
        let mut branches = Vec::new();
        loop {
            let start = self.at;
            self.take_while(is_name);
            let word = self.since(start);
            self.skip_lines()?;
            let open = self.at;
            if !self.take("(") {
                let message = "Missing '(' after 'if' in if statement.";
                return Err(self.missing(word, "MissingOpenParenthesisInIfStatement", message));
            }
            self.skip_lines()?;
            let condition = self.nested(Self::statement)?;
            self.close(')', open)?;
            branches.push((condition, self.body(word)?));
            let end = self.at;
            self.skip_lines()?;
            let word = self.rest().split(|c: char| !is_name(c)).next();
            match word.unwrap_or_default().to_ascii_lowercase().as_str() {
                "elseif" => {}
                "else" => {
                    let start = self.at;
                    self.take_while(is_name);
                    let word = self.since(start);
                    let otherwise = self.body(word)?;
                    return Ok(Statement::If {
                        branches,
                        otherwise,
                    });
                }
                _ => {
                    self.at = end;
                    return Ok(Statement::If {
                        branches,
                        otherwise: Script::default(),
                    });
                }
            }
        }
    }

    /// `{ … }` behind a keyword.
    fn body(&mut self, word: Span) -> Read<Script> {
        self.skip_lines()?;
        let open = self.at;
        if !self.take("{") {
            let message = format!("Missing statement block after '{}'.", word.of(&self.source));
            return Err(self.missing(word, "MissingStatementBlock", &message));
        }
        let body = self.nested(|parser| parser.statements(Some('}')))?;
        self.close('}', open)?;
        Ok(body)
    }

    /// Something has to follow: more input may have it, if there is none yet.
    fn missing(&self, span: Span, id: &str, message: &str) -> super::Unread {
        match self.peek() {
            None => self.unfinished(span, id, message),
            Some(_) => self.bad(span, id, message),
        }
    }
}
