//! Data to stdout, notes to stderr; neither panics when its reader leaves.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

/// Writes text to stdout, at once: a reader at the other end of a pipe waits for it.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Writes a line to stdout.
pub(crate) fn line(text: impl AsRef<str>) -> io::Result<()> {
    print(&format!("{}\n", text.as_ref()))
}

/// Writes a value as one line of JSON to stdout.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    line(serde_json::to_string(value)?)
}

/// Writes a line to stderr. That nobody reads it is nobody's failure.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A line on a terminal that the next one overwrites; nothing in a pipe.
pub(crate) fn progress(text: &str) {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K{text}");
    }
}

/// Rows of two columns, the second one aligned.
pub(crate) fn table<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    let width = rows.iter().map(|(first, _)| first.chars().count()).max();
    let width = width.unwrap_or_default();
    rows.iter()
        .map(|(first, second)| format!("{first:width$}  {second}\n"))
        .collect()
}

/// The text with every line moved to the right.
pub(crate) fn indent(text: &str) -> String {
    text.lines()
        .map(|line| match line {
            "" => "\n".to_owned(),
            _ => format!("    {line}\n"),
        })
        .collect()
}
