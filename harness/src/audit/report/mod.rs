//! An audit as others read it: one small file for each format.

mod html;
mod json;
mod junit;
mod markdown;
mod terminal;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::{Audited, Grade, ReportCard};
use crate::error::Error;

/// A format for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// One page that needs nothing else: `.html`.
    Html,
    /// One object: `.json`. Its fields stay what they are; there may be more.
    Json,
    /// What CI systems show as tests: `.xml`.
    Junit,
    /// A table for a pull request: `.md`.
    Markdown,
    /// What `Display` prints: `.txt`.
    Text,
}

impl Format {
    /// The format for a file of this name.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if the name ends otherwise.
    pub fn of(path: impl AsRef<Path>) -> Result<Self, Error> {
        let end = path.as_ref().extension().unwrap_or_default();
        end.to_string_lossy().parse()
    }

    pub(super) fn write(self, card: &ReportCard) -> String {
        match self {
            Self::Html => html::write(card),
            Self::Json => json::write(card),
            Self::Junit => junit::write(card),
            Self::Markdown => markdown::write(card),
            Self::Text => card.to_string(),
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self, Error> {
        Ok(match given {
            "html" => Self::Html,
            "json" => Self::Json,
            "xml" => Self::Junit,
            "md" => Self::Markdown,
            "txt" => Self::Text,
            _ => {
                return Err(Error::UnknownName {
                    kind: "format of a report",
                    given: given.to_owned(),
                    near: crate::near::nearest(given, &["html", "json", "xml", "md", "txt"]),
                });
            }
        })
    }
}

/// `5280 6.1.3; 7817 3` as `RFC 5280 6.1.3; RFC 7817 3`; empty if no RFC binds the client.
fn rfc(sections: &str) -> String {
    let one = |part: &str| {
        let number = part.split(' ').next().unwrap_or_default();
        let is_rfc = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        format!("{}{part}", if is_rfc { "RFC " } else { "" })
    };
    match sections.trim() {
        "" | "-" => String::new(),
        sections => sections.split("; ").map(one).collect::<Vec<_>>().join("; "),
    }
}

/// `3 wrong, 1 lenient, 140 right, 20 not judged`.
fn counts(card: &ReportCard) -> String {
    let one = |grade: &Grade| format!("{} {}", card.count(*grade), spoken(*grade));
    Grade::ALL.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A grade within a sentence.
fn spoken(grade: Grade) -> &'static str {
    match grade {
        Grade::NotJudged => "not judged",
        other => other.name(),
    }
}

/// What a case got, in a word or two: `wrong: credentials`.
fn verdict(one: &Audited) -> String {
    match one.severity {
        Some(severity) => format!("{}: {severity}", spoken(one.grade)),
        None => spoken(one.grade).to_owned(),
    }
}

/// What the client says, with its exit code, in a line; empty if it says nothing.
fn said(one: &Audited) -> String {
    let last = one
        .said
        .text
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty());
    let exit = one.said.exit.map(|code| format!("exit {code}"));
    let parts = [exit, last.map(readable)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

/// The text on one line, with what does not print escaped.
fn readable(text: &str) -> String {
    crate::report::readable(text.as_bytes())
}

/// The beginning of a text, by lines, where it is longer than people read.
fn shortened(text: &str, lines: usize) -> String {
    let total = text.lines().count();
    let mut short: String = text.split_inclusive('\n').take(lines).collect();
    if total > lines {
        if !short.ends_with('\n') {
            short.push('\n');
        }
        short += &format!("-- {} more lines\n", total - lines);
    }
    short
}

/// For text and attributes of HTML and XML 1.0; control characters, which XML forbids, become
/// U+FFFD.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\n' | '\t' => write!(f, "{character}")?,
                // Of a line end; XML would make a line end of it where it stands alone.
                '\r' => {}
                '\u{fffe}' | '\u{ffff}' => f.write_str("\u{fffd}")?,
                _ if character.is_control() => f.write_str("\u{fffd}")?,
                _ => write!(f, "{character}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
