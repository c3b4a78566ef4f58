//! Blanks, comments and lines that go on.

use super::{Parser, Read};
use crate::shell::syntax::Span;

impl Parser {
    /// Steps over blanks and comments up to the end of the line.
    pub(super) fn skip(&mut self) -> Read<()> {
        loop {
            let before = self.at;
            self.take_while(|c| c.is_whitespace() && c != '\n');
            if self.rest().starts_with("<#") {
                self.comment()?;
            } else if self.peek() == Some('#') {
                self.take_while(|c| c != '\n');
            } else if self.rest().starts_with("`\n") || self.rest().starts_with("`\r\n") {
                self.take("`");
                self.take("\r");
                self.take("\n");
            } else if self.rest() == "`" {
                let message = "The line ends with a backtick, and no other follows.";
                return Err(self.unfinished(self.here(), "IncompleteLine", message));
            }
            if self.at == before {
                return Ok(());
            }
        }
    }

    /// Steps over blanks, comments and ends of lines.
    pub(super) fn skip_lines(&mut self) -> Read<()> {
        loop {
            self.skip()?;
            if !self.take("\n") {
                return Ok(());
            }
        }
    }

    /// Steps over what lies between statements.
    pub(super) fn skip_separators(&mut self) -> Read<()> {
        loop {
            self.skip_lines()?;
            if !self.take(";") {
                return Ok(());
            }
        }
    }

    fn comment(&mut self) -> Read<()> {
        let open = Span {
            start: self.at,
            end: self.at + 2,
        };
        match self.rest().find("#>") {
            Some(end) => {
                self.at += end + 2;
                Ok(())
            }
            None => Err(self.unfinished(
                open,
                "MissingTerminatorMultiLineComment",
                "The terminator '#>' is missing from the multiline comment.",
            )),
        }
    }
}
