//! A lab that a script drives: the lines of a file, or of stdin.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use mailfault::lab::Lab;
use mailfault::shell::Console;

use crate::error::Error;
use crate::output;

/// Runs the lines of a file, `-` for stdin. A question is answered by the next line.
pub(super) fn run(lab: &Lab, script: &Path) -> Result<(), Error> {
    match script == Path::new("-") {
        true => lines(lab, io::stdin().lock()),
        false => {
            let file = File::open(script).map_err(|error| Error::system("read", script, &error))?;
            lines(lab, BufReader::new(file))
        }
    }
}

/// No line that somebody types is longer.
const LONGEST: u64 = 1 << 20;

fn lines(lab: &Lab, reader: impl BufRead) -> Result<(), Error> {
    let mut script = Script {
        reader,
        trouble: None,
    };
    let mut begun = String::new();
    while let Some(line) = script.next()? {
        if !begun.is_empty() {
            begun.push('\n');
        }
        begun.push_str(&line);
        if lab.is_incomplete(&begun) {
            continue;
        }
        let whole = std::mem::take(&mut begun);
        output::line(format!("{}{whole}", lab.prompt()))?;
        if lab.is_left_by(&whole) {
            return Ok(());
        }
        lab.catch_up();
        lab.run(&whole, &mut script)?;
        if let Some(error) = script.trouble.take() {
            return Err(error.into());
        }
    }
    match begun.trim().is_empty() {
        true => Ok(()),
        // The shell says what is missing.
        false => Ok(lab.run(&begun, &mut script)?),
    }
}

struct Script<R> {
    reader: R,
    trouble: Option<io::Error>,
}

impl<R: BufRead> Script<R> {
    fn next(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let read = io::Read::take(&mut self.reader, LONGEST).read_until(b'\n', &mut line)?;
        let text = String::from_utf8_lossy(&line);
        Ok((read > 0).then(|| text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn show(&mut self, text: &str) {
        if let Err(error) = output::line(text) {
            self.trouble.get_or_insert(error);
        }
    }
}

impl<R: BufRead> Console for Script<R> {
    fn print(&mut self, line: &str) {
        self.show(line);
    }

    fn warn(&mut self, text: &str) {
        self.show(&format!("WARNING: {text}"));
    }

    fn error(&mut self, text: &str) {
        self.show(text);
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        let answer = self.next().ok().flatten();
        self.show(&format!(
            "{question}{}",
            answer.as_deref().unwrap_or_default()
        ));
        answer
    }
}
