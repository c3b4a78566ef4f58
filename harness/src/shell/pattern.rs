//! Patterns: wildcards, and regular expressions.

use regex_lite::{Captures, Regex, RegexBuilder};

use super::bounds::{self, Budget};
use super::trouble::Trouble;
use super::value::Value;

/// Whether a text is what a pattern with `*`, `?` and `[a-z]` says.
pub(super) fn wildcard(pattern: &str, text: &str, case: bool) -> bool {
    let fold = |text: &str| -> Vec<char> {
        match case {
            true => text.chars().collect(),
            false => text.chars().flat_map(char::to_lowercase).collect(),
        }
    };
    let (pattern, text) = (parts(&fold(pattern)), fold(text));
    let (mut at, mut part) = (0, 0);
    // Where the last `*` was, and the text that it has swallowed so far.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(part) {
            Some(Part::Any) => {
                star = Some((part, at));
                part += 1;
            }
            Some(one) if one.fits(text[at]) => {
                at += 1;
                part += 1;
            }
            _ => match star {
                Some((place, swallowed)) => {
                    star = Some((place, swallowed + 1));
                    at = swallowed + 1;
                    part = place + 1;
                }
                None => return false,
            },
        }
    }
    pattern[part..].iter().all(|part| matches!(part, Part::Any))
}

/// Whether a text has something in it that only a pattern has.
pub(super) fn has_wildcards(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

enum Part {
    Any,
    Char(char),
    One,
    Set(Vec<(char, char)>),
}

impl Part {
    fn fits(&self, c: char) -> bool {
        match self {
            Self::Any => false,
            Self::Char(own) => *own == c,
            Self::One => true,
            Self::Set(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)),
        }
    }
}

fn parts(pattern: &[char]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(c) = pattern.get(at) {
        at += 1;
        parts.push(match c {
            '*' if matches!(parts.last(), Some(Part::Any)) => continue,
            '*' => Part::Any,
            '?' => Part::One,
            '`' if at < pattern.len() => {
                at += 1;
                Part::Char(pattern[at - 1])
            }
            '[' => match pattern[at..].iter().position(|c| *c == ']') {
                Some(end) if end > 0 => {
                    let set = ranges(&pattern[at..at + end]);
                    at += end + 1;
                    Part::Set(set)
                }
                _ => Part::Char('['),
            },
            c => Part::Char(*c),
        });
    }
    parts
}

fn ranges(set: &[char]) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    let mut rest = set;
    loop {
        rest = match rest {
            [from, '-', to, rest @ ..] => {
                ranges.push((*from, *to));
                rest
            }
            [one, rest @ ..] => {
                ranges.push((*one, *one));
                rest
            }
            [] => return ranges,
        };
    }
}

/// The work of finding and replacing once.
const MATCH: usize = 64;

/// A regular expression.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    length: usize,
}

impl Pattern {
    /// One as .NET has it, as far as the engine here knows it.
    pub(super) fn new(pattern: &str, case: bool) -> Result<Self, Trouble> {
        let regex = RegexBuilder::new(pattern)
            .case_insensitive(!case)
            .size_limit(bounds::PATTERN)
            .nest_limit(32)
            .build();
        match regex {
            Ok(regex) => Ok(Self {
                regex,
                length: pattern.len(),
            }),
            Err(_)
                if ["(?=", "(?!", "(?<=", "(?<!"]
                    .iter()
                    .any(|it| pattern.contains(it)) =>
            {
                let instead = "a pattern without `(?=…)`, `(?!…)` and `(?<=…)` is";
                Err(Trouble::unsupported("looking around in a pattern", instead))
            }
            Err(error) => Err(Trouble::new(
                "RuntimeException",
                format!("parsing \"{pattern}\" - {error}."),
            )
            .about("InvalidOperation", pattern)),
        }
    }

    /// One that stands for itself.
    pub(super) fn plain(text: &str, case: bool) -> Result<Self, Trouble> {
        Self::new(&regex_lite::escape(text), case)
    }

    /// How much work a text of this length is: each step may have to try each place of the pattern.
    pub(super) fn work(&self, length: usize) -> usize {
        length.saturating_mul(self.length.max(8)) / 8 + self.length * 4
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// What was found, by the numbers and names of the groups.
    pub(super) fn groups(&self, text: &str) -> Option<Vec<(String, Value)>> {
        let found = self.regex.captures(text)?;
        let names = self.regex.capture_names().enumerate();
        let groups = names.filter_map(|(number, name)| {
            let key = name.map_or_else(|| number.to_string(), str::to_owned);
            Some((key, found.get(number)?.as_str().into()))
        });
        Some(groups.collect())
    }

    /// The parts between what is found, and the groups that are found; at most so many, all if 0.
    pub(super) fn split(&self, text: &str, most: usize) -> Result<Vec<String>, Trouble> {
        let mut parts = Vec::new();
        let mut from = 0;
        for found in self.regex.captures_iter(text) {
            if most > 0 && parts.len() + 1 >= most {
                break;
            }
            let Some(whole) = found.get(0) else { continue };
            parts.push(text[from..whole.start()].to_owned());
            bounds::fits(parts.len() * 32)?;
            let groups = found.iter().skip(1).flatten();
            parts.extend(groups.map(|group| group.as_str().to_owned()));
            from = whole.end();
        }
        parts.push(text[from..].to_owned());
        Ok(parts)
    }

    /// The text with everything replaced that is found; `$1`, `${name}` and `$&` stand for what
    /// was found.
    pub(super) fn replace(
        &self,
        text: &str,
        with: &str,
        budget: &mut Budget,
    ) -> Result<String, Trouble> {
        let mut out = String::new();
        let mut from = 0;
        for found in self.regex.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            out += &text[from..whole.start()];
            fill(with, &found, &mut out);
            budget.pay(MATCH + with.len() + whole.len())?;
            bounds::fits(out.len())?;
            from = whole.end();
        }
        out += &text[from..];
        Ok(out)
    }
}

/// Puts what stands for a match behind a text.
fn fill(with: &str, found: &Captures<'_>, out: &mut String) {
    let mut rest = with;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = rest[..digits].parse().ok();
        let named = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        if let Some(group) = number.filter(|number| *number < found.len()) {
            out.push_str(found.get(group).map_or("", |group| group.as_str()));
            rest = &rest[digits..];
        } else if let Some((name, behind)) = named {
            let by_number = name.parse().ok().and_then(|number| found.get(number));
            let group = by_number.or_else(|| found.name(name));
            out.push_str(group.map_or("", |group| group.as_str()));
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix('&') {
            out.push_str(found.get(0).map_or("", |whole| whole.as_str()));
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix('$') {
            out.push('$');
            rest = behind;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
}
