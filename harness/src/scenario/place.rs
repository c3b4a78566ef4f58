//! Places in a file, and errors that name them.

use crate::error::Error;
use crate::near::nearest;

/// A file's name and text, to say where in it something is wrong.
pub(crate) struct Text<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

impl Text<'_> {
    /// An error at this octet of the text.
    pub(crate) fn bad(&self, at: usize, why: impl Into<String>) -> Error {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        // A hint has a line of its own where there is one; a place in a file is one line.
        let why = why.into().replace("\nhint: ", "; ").replace('\n', ", ");
        Error::BadScenario {
            place: format!("{}:{line}:{column}", self.file),
            why,
        }
    }

    /// What the TOML parser or one of our types found.
    pub(crate) fn unreadable(&self, error: &toml::de::Error) -> Error {
        let span = error.span().unwrap_or(0..0);
        let mut why = in_our_words(error.message());
        let there = self
            .text
            .get(span.clone())
            .and_then(|text| text.lines().next());
        // What is wrong is quoted, unless the message does so already.
        if let Some(there) = there.filter(|there| !there.is_empty() && !why.contains('`')) {
            why = format!("{why}: `{there}`");
        }
        self.bad(span.start, why)
    }
}

/// Serde lists every key that could have stood there; the nearest is what the reader wants.
fn in_our_words(message: &str) -> String {
    if let Some(key) = message.strip_prefix("missing field ") {
        return format!("the key {key} is missing");
    }
    let Some((key, known)) = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split_once('`'))
    else {
        return message.to_owned();
    };
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    match nearest(key, &known) {
        Some(near) => format!("unknown key `{key}`; did you mean `{near}`?"),
        None => format!("unknown key `{key}`; known here: {}", known.join(", ")),
    }
}
