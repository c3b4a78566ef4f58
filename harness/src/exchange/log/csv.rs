//! Lines of comma-separated values, as Exchange writes them.

use std::borrow::Cow;
use std::fmt;

/// Writes a line without its end: a field is quoted only where it must be.
pub(super) fn write<'t>(
    f: &mut fmt::Formatter<'_>,
    fields: impl IntoIterator<Item = &'t str>,
) -> fmt::Result {
    for (place, field) in fields.into_iter().enumerate() {
        if place > 0 {
            f.write_str(",")?;
        }
        if field.contains([',', '"', '\r', '\n']) {
            write!(f, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            f.write_str(field)?;
        }
    }
    Ok(())
}

/// A record of a text: one line, or several where a quoted field holds line ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record<'t> {
    /// The number of its first line, from 1.
    pub(super) line: usize,
    /// As it stands in the text, without its line end.
    pub(super) text: &'t str,
    /// The fields, unless the record cannot be read.
    pub(super) fields: Result<Vec<Cow<'t, str>>, Unreadable>,
}

/// What makes a record unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Something stands behind the quote that ends a field.
    BehindQuote,
    /// A quote is opened and never closed.
    Unclosed,
}

/// The records of a text, empty lines apart. Lines end in LF, with or without CR before it.
///
/// Lines that begin with `#` are records of one field, quotes or not.
pub(super) struct Records<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Records<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            // Some editors put a mark in front.
            rest: text.strip_prefix('\u{feff}').unwrap_or(text),
            line: 1,
        }
    }

    fn take(&mut self, octets: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(octets);
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = rest;
        without_line_end(taken)
    }
}

impl<'t> Iterator for Records<'t> {
    type Item = Record<'t>;

    fn next(&mut self) -> Option<Record<'t>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let line = self.line;
            let first = first_line(self.rest);
            if without_line_end(first).is_empty() {
                self.take(first.len());
                continue;
            }
            if first.starts_with('#') {
                let text = self.take(first.len());
                let fields = Ok(vec![Cow::Borrowed(text)]);
                return Some(Record { line, text, fields });
            }
            let (fields, octets) = match fields(self.rest) {
                Ok((fields, octets)) => (Ok(fields), octets),
                // What follows on the next line may be in order again.
                Err(why) => (Err(why), first.len()),
            };
            let text = self.take(octets);
            return Some(Record { line, text, fields });
        }
    }
}

/// The fields of the first record, and how many octets it takes, its line end included.
fn fields(text: &str) -> Result<(Vec<Cow<'_, str>>, usize), Unreadable> {
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let (field, length) = match rest.strip_prefix('"') {
            Some(inside) => {
                let (field, length) = quoted(inside)?;
                (field, length + 1)
            }
            None => {
                let length = rest.find([',', '\n']).unwrap_or(rest.len());
                let field = match rest[length..].starts_with(',') {
                    true => &rest[..length],
                    // The CR belongs to the line end.
                    false => without_line_end(&rest[..rest.len().min(length + 1)]),
                };
                (Cow::Borrowed(field), length)
            }
        };
        fields.push(field);
        at += length;
        let rest = &text[at..];
        if rest.starts_with(',') {
            at += 1;
            continue;
        }
        return match first_line(rest) {
            "" => Ok((fields, at)),
            end @ ("\n" | "\r\n") => Ok((fields, at + end.len())),
            _ => Err(Unreadable::BehindQuote),
        };
    }
}

/// A quoted field from behind its first quote: what it holds, and how many octets it takes up to
/// and with its last.
fn quoted(text: &str) -> Result<(Cow<'_, str>, usize), Unreadable> {
    let mut at = 0;
    let mut doubled = false;
    loop {
        let quote = at + text[at..].find('"').ok_or(Unreadable::Unclosed)?;
        if text[quote + 1..].starts_with('"') {
            doubled = true;
            at = quote + 2;
            continue;
        }
        let field = &text[..quote];
        let field = match doubled {
            true => Cow::Owned(field.replace("\"\"", "\"")),
            false => Cow::Borrowed(field),
        };
        return Ok((field, quote + 1));
    }
}

/// The first line with its end.
fn first_line(text: &str) -> &str {
    let end = text.find('\n').map_or(text.len(), |at| at + 1);
    &text[..end]
}

fn without_line_end(line: &str) -> &str {
    let Some(line) = line.strip_suffix('\n') else {
        return line;
    };
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn good(text: &str, expected: &[&[&str]]) {
        let records = Records::of(text).map(|record| record.fields.unwrap());
        let records: Vec<Vec<String>> = records
            .map(|fields| fields.into_iter().map(Cow::into_owned).collect())
            .collect();
        assert_eq!(records, expected);
    }

    #[track_caller]
    fn bad(text: &str, line: usize, expected: Unreadable) {
        let record = Records::of(text).find(|record| record.fields.is_err());
        let record = record.expect("everything was read");
        assert_eq!((record.line, record.fields), (line, Err(expected)));
    }

    #[test]
    fn records_are_read_whatever_ends_their_lines() {
        good("a,b\r\nc,d", &[&["a", "b"], &["c", "d"]]);
        good("a,b\n\n\r\nc,\n", &[&["a", "b"], &["c", ""]]);
        good("\u{feff}#a,\"b\r\n,\r\n", &[&["#a,\"b"], &["", ""]]);
        good("a\r\r\n", &[&["a\r"]]);
        good("a\r", &[&["a\r"]]);
        good("", &[]);
    }

    #[test]
    fn quotes_hold_commas_quotes_and_line_ends() {
        good("\"a,\"\"b\"\"\",\"\"", &[&["a,\"b\"", ""]]);
        good("\"a\r\nb\",c\r\nd", &[&["a\r\nb", "c"], &["d"]]);
        // Exchange quotes such a field; what others write is understood all the same.
        good("a\"b,c", &[&["a\"b", "c"]]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        bad("a\n\"b\" c,d", 2, Unreadable::BehindQuote);
        bad("\"a\nb\"\n\nc,\"d", 4, Unreadable::Unclosed);
    }
}
