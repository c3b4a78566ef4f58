//! A lab at a terminal: line editing, history, completion.

use std::io::{self, IsTerminal as _};

use mailfault::lab::Lab;
use mailfault::shell::Console;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Editor, Helper};

use crate::error::Error;
use crate::output;

/// Whether somebody sits at a terminal.
pub(super) fn is_one() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Reads lines and runs them until somebody leaves.
pub(super) fn run(lab: &Lab) -> Result<(), Error> {
    let mut editor: Editor<Assistant<'_>, DefaultHistory> = Editor::new()
        .map_err(|error| Error::new(format!("this terminal cannot be used: {error}")))?;
    editor.set_helper(Some(Assistant { lab }));
    loop {
        let prompt = lab.prompt();
        match editor.readline(&prompt) {
            Ok(line) => {
                let _ = editor.add_history_entry(line.as_str());
                if lab.is_left_by(&line) {
                    return Ok(());
                }
                lab.catch_up();
                lab.run(&line, &mut Terminal)?;
            }
            // Ctrl-C takes the line back, Ctrl-D leaves.
            Err(ReadlineError::Interrupted) => {}
            Err(_) => return Ok(()),
        }
    }
}

/// Prints to stdout and asks on stdin.
struct Terminal;

impl Console for Terminal {
    fn print(&mut self, line: &str) {
        // That nobody reads is found out at the next prompt.
        let _ = output::line(line);
    }

    fn warn(&mut self, text: &str) {
        let _ = output::line(format!("WARNING: {text}"));
    }

    fn error(&mut self, text: &str) {
        let _ = output::line(text);
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        output::print(question).ok()?;
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer).ok()?;
        (read > 0).then_some(answer)
    }
}

/// Completes words, and asks for more where a line is not whole.
struct Assistant<'a> {
    lab: &'a Lab,
}

impl Completer for Assistant<'_> {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let completion = self.lab.complete(line, cursor);
        Ok((completion.start, completion.candidates))
    }
}

impl Validator for Assistant<'_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match self.lab.is_incomplete(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

impl Hinter for Assistant<'_> {
    type Hint = String;
}

impl Highlighter for Assistant<'_> {}
impl Helper for Assistant<'_> {}
