//! A reply as a value, so that a fault can edit it before it is sent.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// What a server answers: a code and one or more lines of text (RFC 5321 §4.2).
///
/// ```
/// use mailfault::Reply;
///
/// let reply = Reply::from("550 5.1.1 no such user");
/// assert_eq!(reply.code, 550);
/// assert!(reply.is_permanent());
/// assert_eq!(reply.to_string(), "550 5.1.1 no such user\r\n");
///
/// let two = Reply::from("220-one moment\n220 ready");
/// assert_eq!(two.to_string(), "220-one moment\r\n220 ready\r\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reply {
    /// The three digits. Codes that RFC 5321 does not know are allowed: faults need them.
    pub code: u16,
    /// The text of each line, without code, separator and line end. Never empty.
    pub lines: Vec<String>,
}

impl Reply {
    /// A reply of one line.
    #[must_use]
    pub fn new(code: u16, text: impl Into<String>) -> Self {
        Self {
            code,
            lines: vec![text.into()],
        }
    }

    /// Adds a line at the end.
    #[must_use]
    pub fn line(mut self, text: impl Into<String>) -> Self {
        self.lines.push(text.into());
        self
    }

    /// 2yz: done.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// 4yz: try again later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.code / 100 == 4
    }

    /// 5yz: do not try again.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }

    /// Whether an EHLO reply lists `keyword`; keywords are case-insensitive (RFC 5321 §2.4).
    #[must_use]
    pub fn offers(&self, keyword: &str) -> bool {
        self.parameters_of(keyword).is_some()
    }

    /// What an EHLO reply says behind `keyword`; `None` if it does not list it.
    #[must_use]
    pub fn parameters_of(&self, keyword: &str) -> Option<&str> {
        self.lines.iter().skip(1).find_map(|line| {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            word.eq_ignore_ascii_case(keyword).then_some(rest)
        })
    }

    /// Removes every EHLO line of `keyword`.
    pub(crate) fn hide(&mut self, keyword: &str) {
        let mut first = true;
        self.lines
            .retain(|line| std::mem::take(&mut first) || !is_keyword(line, keyword));
    }

    /// Overwrites `keyword` in place as a PIX or ASA does: `STARTTLS` becomes `XXXXXXXA`.
    ///
    /// The length stays, so that TCP sequence numbers behind the box still hold.
    pub(crate) fn mask(&mut self, keyword: &str) {
        for line in self.lines.iter_mut().skip(1) {
            if is_keyword(line, keyword) {
                let masked = "X".repeat(keyword.len().saturating_sub(1)) + "A";
                line.replace_range(..keyword.len(), &masked);
            }
        }
    }

    /// Puts lines in front of the last until there are so many.
    pub(crate) fn fill_up(&mut self, count: usize) {
        if let Some(last) = self.lines.pop() {
            let missing = count.saturating_sub(self.lines.len() + 1);
            let filling = (1..=missing).map(|number| format!("X-{number}"));
            self.lines.extend(filling);
            self.lines.push(last);
        }
    }

    /// Makes the last line so many octets long, its end included.
    pub(crate) fn lengthen(&mut self, octets: usize) {
        // The code, what separates it, and CRLF.
        const AROUND: usize = 6;
        if let Some(last) = self.lines.last_mut() {
            let text = octets.saturating_sub(AROUND);
            if last.len() < text && !last.is_empty() {
                last.push(' ');
            }
            last.push_str(&"x".repeat(text.saturating_sub(last.len())));
        }
    }

    /// The bytes that go out.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        let last = self.lines.len().saturating_sub(1);
        let code = format!("{:03}", self.code);
        let octets = self.lines.iter().map(|text| code.len() + text.len() + 3);
        out.reserve(octets.sum());
        for (i, text) in self.lines.iter().enumerate() {
            out.extend_from_slice(code.as_bytes());
            // RFC 5321 §4.2.1: a hyphen on every line but the last. A last line without text
            // ends right behind the code, which receivers must accept (§4.2).
            // A challenge keeps its space even without text (RFC 4954 §4).
            match (i < last, text.is_empty() && self.code != 334) {
                (true, _) => out.push(b'-'),
                (false, false) => out.push(b' '),
                (false, true) => {}
            }
            out.extend_from_slice(text.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }
}

fn is_keyword(line: &str, keyword: &str) -> bool {
    line.split(' ')
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case(keyword))
}

impl fmt::Display for Reply {
    /// The reply as it goes out, line ends included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::new();
        self.write_to(&mut bytes);
        f.write_str(&String::from_utf8_lossy(&bytes))
    }
}

impl FromStr for Reply {
    type Err = Error;

    /// Reads `550 5.1.1 no such user`; several lines stand one below the other, each with the
    /// same code.
    fn from_str(given: &str) -> Result<Self, Error> {
        let bad = |why: &str| Error::BadReply {
            given: given.to_owned(),
            why: why.to_owned(),
        };
        let mut code = None;
        let mut lines = Vec::new();
        for line in given.trim_end_matches(['\r', '\n']).split('\n') {
            let line = line.trim_end_matches('\r');
            let digits = line
                .get(..3)
                .ok_or_else(|| bad("it is too short for a code"))?;
            let this = match digits.parse::<u16>() {
                Ok(number) if digits.bytes().all(|b| b.is_ascii_digit()) => number,
                _ => return Err(bad("it must begin with three digits, as in `550 5.1.1 no`")),
            };
            if *code.get_or_insert(this) != this {
                return Err(bad(
                    "its lines have different codes; write those bytes as `raw` instead",
                ));
            }
            let text = match line.as_bytes().get(3) {
                None => "",
                Some(b' ' | b'-') => &line[4..],
                Some(_) => return Err(bad("a space or a hyphen must follow the code")),
            };
            lines.push(text.to_owned());
        }
        Ok(Self {
            code: code.unwrap_or_default(),
            lines,
        })
    }
}

impl From<&str> for Reply {
    /// As [`FromStr`], for a text that stands in the test's own code.
    ///
    /// # Panics
    ///
    /// If the text is no reply.
    #[track_caller]
    fn from(given: &str) -> Self {
        match given.parse() {
            Ok(reply) => reply,
            Err(error) => panic!("{error}"),
        }
    }
}

#[cfg(feature = "scenario")]
impl<'de> serde::Deserialize<'de> for Reply {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_bad(given: &str, why: &str) {
        let error = given.parse::<Reply>().unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn what_is_no_reply_is_explained() {
        check_bad("55", "too short");
        check_bad("5x0 no", "three digits");
        check_bad("+50 no", "three digits");
        check_bad("550.no", "space or a hyphen");
        check_bad("250-a\n550 b", "different codes");
        check_bad("ü50 b", "three digits");
    }

    #[test]
    fn a_code_alone_has_no_space_behind_it() {
        assert_eq!(Reply::from("250").to_string(), "250\r\n");
    }

    #[test]
    fn keywords_are_found_hidden_and_masked_in_any_case() {
        let mut ehlo = Reply::from("250-STARTTLS is my name\n250-starttls\n250 SIZE 10");
        assert!(ehlo.offers("STARTTLS"));
        assert_eq!(ehlo.parameters_of("size"), Some("10"));
        let mut masked = ehlo.clone();
        masked.mask("STARTTLS");
        assert_eq!(masked.lines[1], "XXXXXXXA");
        ehlo.hide("STARTTLS");
        assert_eq!(ehlo.lines, ["STARTTLS is my name", "SIZE 10"]);
    }
}
