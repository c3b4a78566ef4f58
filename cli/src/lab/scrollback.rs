//! What the shell printed so far, as much of it as is kept.

use std::collections::VecDeque;

use serde::Serialize;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The answer to a question.
    Answer,
    Error,
    /// What was typed.
    Input,
    /// What the page did: time that passed.
    Note,
    Output,
    Question,
    Warning,
}

/// A line, or a few that belong together.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    /// From 1, without a gap.
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// The prompt behind which something was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt: Option<String>,
}

/// The last lines. What a command may print is not ours to bound, so what is kept is.
#[derive(Debug, Default)]
pub(crate) struct Scrollback {
    lines: VecDeque<Line>,
    octets: usize,
    last: u64,
}

/// How many lines are kept.
const LINES: usize = 4_000;

/// How many octets are kept, of all lines together and of each.
const OCTETS: usize = 1 << 20;
const OCTETS_OF_A_LINE: usize = 64 << 10;

impl Scrollback {
    pub(crate) fn push(&mut self, kind: Kind, text: &str, prompt: Option<String>) {
        let text = match text.len() > OCTETS_OF_A_LINE {
            true => format!("{}…", &text[..floor(text, OCTETS_OF_A_LINE)]),
            false => text.to_owned(),
        };
        self.last += 1;
        self.octets += text.len();
        self.lines.push_back(Line {
            number: self.last,
            kind,
            text,
            prompt,
        });
        while self.lines.len() > LINES || self.octets > OCTETS {
            let Some(gone) = self.lines.pop_front() else {
                break;
            };
            self.octets -= gone.text.len();
        }
    }

    /// The lines behind the one of this number, as far as they are kept.
    pub(crate) fn behind(&self, number: u64) -> impl Iterator<Item = &Line> {
        let first = self.last + 1 - self.lines.len() as u64;
        let known = number.saturating_add(1).saturating_sub(first);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        self.lines.iter().skip(known)
    }
}

/// Where a text can be cut, at this octet or before.
pub(crate) fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Kind, LINES, OCTETS, OCTETS_OF_A_LINE, Scrollback};

    #[test]
    fn readers_get_what_they_have_not_got() {
        let mut lines = Scrollback::default();
        assert_eq!(lines.behind(0).count(), 0);
        for text in ["a", "b", "c"] {
            lines.push(Kind::Output, text, None);
        }
        let behind =
            |number| -> Vec<u64> { lines.behind(number).map(|line| line.number).collect() };
        assert_eq!(behind(0), [1, 2, 3]);
        assert_eq!(behind(2), [3]);
        assert!(behind(3).is_empty());
        // Of another server, before this one was started.
        assert!(behind(u64::MAX).is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut lines = Scrollback::default();
        for _ in 0..LINES + 10 {
            lines.push(Kind::Output, "x", None);
        }
        assert_eq!(lines.behind(0).count(), LINES);
        assert_eq!(lines.behind(0).next().unwrap().number, 11);

        let long = "é".repeat(OCTETS_OF_A_LINE);
        for _ in 0..40 {
            lines.push(Kind::Output, &long, None);
        }
        let kept: usize = lines.behind(0).map(|line| line.text.len()).sum();
        assert!(kept <= OCTETS && kept > OCTETS / 2, "{kept}");
    }
}
