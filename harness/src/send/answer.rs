//! What a server said, as it said it.

use std::fmt;

use crate::report::readable;
use crate::smtp::Reply;

/// One answer, whatever it is: reading never fails, and every octet is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The octets, line ends included.
    pub(crate) raw: Vec<u8>,
    pub(crate) lines: Vec<Line>,
    /// It was longer than anybody should have to read, and its rest is not here.
    pub(crate) overlong: bool,
}

/// A line of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The three digits; `None` if it does not begin with them.
    pub(crate) code: Option<u16>,
    /// What follows them: a space, a hyphen or nothing in a reply by RFC 5321 §4.2.
    pub(crate) separator: Option<u8>,
    /// What follows that; octets that are no UTF-8 become U+FFFD.
    pub(crate) text: String,
}

/// RFC 5321 §4.5.3.1.5 gives a reply line 512 octets; servers write more.
const LINE: usize = 8 * 1024;
/// The octets of an answer in all.
const OCTETS: usize = 64 * 1024;
/// Its lines; an EHLO reply has about twenty.
const LINES: usize = 1_000;

impl Answer {
    /// Reads the first answer in `bytes`, and says how many octets it has; `None` if its end has
    /// not come yet and there may be one.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut lines = Vec::new();
        let mut taken = 0;
        let mut overlong = false;
        loop {
            let rest = &bytes[taken..];
            let end = rest.iter().position(|octet| *octet == b'\n');
            let length = end.map_or(rest.len(), |at| at + 1);
            if length > LINE || taken + length > OCTETS || lines.len() >= LINES {
                overlong = true;
            } else {
                end?;
                taken += length;
                lines.push(Line::read(&rest[..length]));
            }
            // RFC 5321 §4.2.1: a hyphen, and there is more.
            if overlong || !lines.last().is_some_and(Line::is_continued) {
                break;
            }
        }
        let answer = Self {
            raw: bytes[..taken].to_vec(),
            lines,
            overlong,
        };
        Some((answer, taken))
    }

    /// The answer as a reply, if it is one: three digits on every line, the same on all
    /// (RFC 5321 §4.2.1). Line ends are not looked at.
    pub(crate) fn reply(&self) -> Option<Reply> {
        let code = self.lines.first()?.code?;
        let sound = |line: &Line| line.code == Some(code) && line.is_separated();
        (!self.overlong && self.lines.iter().all(sound)).then(|| Reply {
            code,
            lines: self.lines.iter().map(|line| line.text.clone()).collect(),
        })
    }

    /// What is wrong with it, if it is no reply.
    pub(crate) fn complaint(&self) -> Option<&'static str> {
        let codes = || self.lines.iter().map(|line| line.code);
        if self.overlong {
            Some("it is too long")
        } else if !self.lines.iter().all(Line::is_separated) {
            Some("it is no SMTP reply")
        } else if codes().any(|code| code != self.lines[0].code) {
            Some("its lines have different codes")
        } else {
            None
        }
    }
}

impl Line {
    fn read(raw: &[u8]) -> Self {
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (code, rest) = match line {
            [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
                let digit = |octet: &u8| u16::from(octet - b'0');
                (Some(digit(a) * 100 + digit(b) * 10 + digit(c)), rest)
            }
            _ => (None, line),
        };
        let (separator, text) = match (code, rest) {
            (Some(_), [separator, text @ ..]) => (Some(*separator), text),
            _ => (None, rest),
        };
        Self {
            code,
            separator,
            text: String::from_utf8_lossy(text).into_owned(),
        }
    }

    fn is_continued(&self) -> bool {
        self.code.is_some() && self.separator == Some(b'-')
    }

    fn is_separated(&self) -> bool {
        self.code.is_some() && matches!(self.separator, None | Some(b' ' | b'-'))
    }
}

impl fmt::Display for Answer {
    /// The octets on one line, cut where a reader has seen enough.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.raw))
    }
}

/// Octets from a server on one line.
pub(crate) fn shown(raw: &[u8]) -> String {
    const SHOWN: usize = 200;
    let text = raw.trim_ascii_end();
    let cut = if text.len() > SHOWN { "…" } else { "" };
    readable(&text[..text.len().min(SHOWN)]) + cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: impl AsRef<[u8]>, code: Option<u16>, complaint: Option<&str>, left: &str) {
        let bytes = bytes.as_ref();
        let (answer, taken) = Answer::read(bytes).expect("the answer has an end");
        assert_eq!(answer.reply().map(|reply| reply.code), code, "{answer}");
        assert_eq!(answer.complaint(), complaint, "{answer}");
        assert_eq!(answer.raw, bytes[..taken]);
        assert_eq!(String::from_utf8_lossy(&bytes[taken..]), left);
    }

    #[test]
    fn an_answer_is_read_whatever_it_is() {
        check("250 ok\r\n", Some(250), None, "");
        check("250\r\n", Some(250), None, "");
        check("250-a\r\n250-b\r\n250 c\r\n354 x", Some(250), None, "354 x");
        check("250-a\r\n250\r\n", Some(250), None, "");
        check("250-a\n250 b\n", Some(250), None, "");
        check(b"250 angenommen, tsch\xfc\xdf\r\n", Some(250), None, "");
        check("999 x\r\n", Some(999), None, "");
        let mixed = Some("its lines have different codes");
        check("250-a\r\n550 b\r\n", None, mixed, "");
        let none = Some("it is no SMTP reply");
        check("SSH-2.0-OpenSSH_9.2\r\n", None, none, "");
        check("\r\n250 ok\r\n", None, none, "250 ok\r\n");
        check("250x\r\n", None, none, "");
        check("25\r\n", None, none, "");
        check("250-a\r\nb\r\n", None, none, "");
    }

    #[test]
    fn an_answer_is_bounded() {
        let long = Some("it is too long");
        let (answer, _) = Answer::read(&[b'2'; LINE + 1]).expect("no end is waited for");
        assert_eq!((answer.complaint(), answer.lines.len()), (long, 0));
        let (answer, _) = Answer::read(&b"250-a\r\n".repeat(10_000)).expect("the same");
        assert_eq!((answer.complaint(), answer.lines.len()), (long, LINES));
        let line = format!("250-{}\r\n", "a".repeat(1_000));
        let (answer, _) = Answer::read(line.repeat(1_000).as_bytes()).expect("the same");
        assert!(answer.complaint() == long && answer.raw.len() <= OCTETS);
    }

    #[test]
    fn what_has_no_end_yet_is_waited_for() {
        for beginning in ["", "2", "250 ok", "250-a\r\n", "250-a\r\n250 b\r"] {
            assert_eq!(Answer::read(beginning.as_bytes()), None, "{beginning}");
        }
    }
}
