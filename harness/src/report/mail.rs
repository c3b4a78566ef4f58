//! A message that was taken.

use std::borrow::Cow;

/// A message that the server took: its content was answered with 2yz.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mail {
    /// Its number among all messages that the server took, from 1.
    pub number: u64,
    /// The number of its session, from 1.
    pub session: u64,
    /// The reverse-path of MAIL, without angle brackets; empty for a bounce.
    pub from: String,
    /// The forward-paths of RCPT that were taken, without angle brackets.
    pub to: Vec<String>,
    /// The parameters of MAIL as the client wrote them: `SIZE=100`, `BODY=8BITMIME`.
    pub parameters: Vec<String>,
    /// The parameters of each RCPT, in the order of `to`: `NOTIFY=NEVER`.
    pub recipient_parameters: Vec<Vec<String>>,
    /// Who was logged in, if anybody.
    pub user: Option<String>,
    /// Whether it came inside TLS.
    pub inside_tls: bool,
    /// The content as it was sent, dots unstuffed; lines end as the client ended them.
    pub content: Vec<u8>,
}

impl Mail {
    /// The content as text; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.content)
    }

    /// The first header field of this name, in any case, unfolded (RFC 5322 §2.2.3).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        header(&self.content, name)
    }

    /// The subject, as it was sent.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        self.header("Subject")
    }

    /// Whether the content holds an LF without CR before it, or a CR without LF behind it, which
    /// a client must not send (RFC 5321 §2.3.8).
    #[must_use]
    pub fn has_bare_line_ends(&self) -> bool {
        let bytes = &self.content;
        bytes.iter().enumerate().any(|(i, byte)| match byte {
            b'\n' => i == 0 || bytes[i - 1] != b'\r',
            b'\r' => bytes.get(i + 1) != Some(&b'\n'),
            _ => false,
        })
    }
}

/// The first header field of this name in a message, unfolded.
pub(crate) fn header(content: &[u8], name: &str) -> Option<String> {
    let mut lines = content
        .split(|byte| *byte == b'\n')
        .map(|line| String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned());
    let mut value = lines
        .by_ref()
        .take_while(|line| !line.is_empty())
        .find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field
                .trim_end()
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })?;
    for line in lines.take_while(|line| line.starts_with([' ', '\t'])) {
        value.push(' ');
        value.push_str(line.trim());
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, expected: Option<&str>) {
        assert_eq!(header(content.as_bytes(), "subject").as_deref(), expected);
    }

    #[test]
    fn header_fields_are_found_and_unfolded() {
        check(
            "From: a\r\nSubject: one\r\n two\r\nTo: b\r\n\r\nx",
            Some("one two"),
        );
        check("SUBJECT : x\n\ny", Some("x"));
        check("From: a\r\n\r\nSubject: in the body", None);
        check("", None);
    }
}
