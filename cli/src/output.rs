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

/// The text as lines no longer than the terminal is wide, the first one moved to the right by
/// `first` columns, the others by `others`. One line in a pipe; none of an empty text.
pub(crate) fn wrapped(text: &str, first: usize, others: usize) -> String {
    let width = match terminal_size::terminal_size_of(io::stdout()) {
        Some((terminal_size::Width(columns), _)) => usize::from(columns),
        None => usize::MAX,
    };
    wrapped_to(width, text, first, others)
}

fn wrapped_to(width: usize, text: &str, first: usize, others: usize) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut lines = " ".repeat(first);
    let mut column = first;
    for (number, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        if number > 0 && column + 1 + length > width {
            lines += &format!("\n{}", " ".repeat(others));
            column = others;
        } else if number > 0 {
            lines.push(' ');
            column += 1;
        }
        lines += word;
        column += length;
    }
    lines + "\n"
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

#[cfg(test)]
mod tests {
    use super::wrapped_to;

    #[track_caller]
    fn check(width: usize, text: &str, lines: &str) {
        assert_eq!(wrapped_to(width, text, 2, 4), lines);
    }

    #[test]
    fn lines_are_no_longer_than_the_terminal_is_wide() {
        check(80, "certificate has expired", "  certificate has expired\n");
        check(
            17,
            "certificate has expired",
            "  certificate has\n    expired\n",
        );
        check(
            16,
            "certificate has expired",
            "  certificate\n    has expired\n",
        );
        // A word is not cut: somebody will search for it.
        check(4, "certificate has", "  certificate\n    has\n");
        check(usize::MAX, "a  b", "  a b\n");
        check(80, "", "");
    }
}
