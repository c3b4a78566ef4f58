//! The parts of a report as MIME (RFC 2045, 2046).

use crate::smtp::base64;

/// The lines of a header.
#[derive(Default)]
pub(super) struct Header(String);

/// How much of a message's header is shown: `MaxHeaderSize`.
const SHOWN: usize = 256 * 1024;

impl Header {
    /// A field, folded where it is long, and as an encoded word (RFC 2047) where it is not ASCII.
    pub(super) fn field(&mut self, name: &str, value: &str) {
        let value = match value.is_ascii() {
            true => folded(name.len() + 2, value),
            false => encoded_words(value),
        };
        self.0 += &format!("{name}: {value}\r\n");
    }

    /// Lines as they are.
    pub(super) fn raw(&mut self, lines: &str) {
        self.0 += lines;
    }

    pub(super) fn end(self) -> String {
        self.0 + "\r\n"
    }
}

/// Breaks a value before a blank where a line would be longer than 78 (RFC 5322 §2.1.1). Anything
/// that would end the field is left out.
fn folded(mut column: usize, value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    for (at, word) in value.split([' ', '\r', '\n', '\t']).enumerate() {
        if at > 0 {
            if column + 1 + word.len() > 78 {
                out.push_str("\r\n");
                column = 0;
            }
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.len();
    }
    out
}

/// At most 75 characters each, never cut inside a character.
fn encoded_words(value: &str) -> String {
    const OCTETS: usize = 45;
    let mut words = Vec::new();
    let mut word = String::new();
    for character in value.chars().filter(|character| !character.is_control()) {
        if word.len() + character.len_utf8() > OCTETS {
            words.push(std::mem::take(&mut word));
        }
        word.push(character);
    }
    words.push(word);
    let encoded = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", base64(word.as_bytes())));
    encoded.collect::<Vec<_>>().join("\r\n ")
}

/// Parts between boundaries, each with its own header.
pub(super) fn parts(boundary: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend(format!("--{boundary}\r\n").into_bytes());
        out.extend(part);
        out.extend(b"\r\n");
    }
    out.extend(format!("--{boundary}--\r\n").into_bytes());
    out
}

/// Text and HTML.
pub(super) fn alternative(boundary: &str, plain: &str, html: &str) -> Vec<u8> {
    let mut out = format!(
        "Content-Type: multipart/alternative; differences=Content-Type;\r\n\tboundary=\"{boundary}\"\r\n\r\n"
    )
    .into_bytes();
    let texts = [text_part("plain", plain), text_part("html", html)];
    out.extend(parts(boundary, &texts));
    out
}

fn text_part(kind: &str, text: &str) -> Vec<u8> {
    let charset = if text.is_ascii() { "us-ascii" } else { "utf-8" };
    let body = quoted_printable(text);
    format!(
        "Content-Type: text/{kind}; charset=\"{charset}\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The message that could not be delivered.
pub(super) fn message_part(content: &[u8]) -> Vec<u8> {
    let mut out = b"Content-Type: message/rfc822\r\n".to_vec();
    if !content.is_ascii() {
        out.extend(b"Content-Transfer-Encoding: 8bit\r\n");
    }
    out.extend(b"\r\n");
    out.extend(content);
    out
}

/// Its header alone.
pub(super) fn headers_part(content: &[u8]) -> Vec<u8> {
    let mut out = b"Content-Type: text/rfc822-headers\r\n\r\n".to_vec();
    out.extend(header_of(content));
    out.extend(b"\r\n");
    out
}

/// The header of a message as text, without the empty line behind it.
pub(super) fn header_text(content: &[u8]) -> String {
    String::from_utf8_lossy(header_of(content)).replace("\r\n", "\n")
}

fn header_of(content: &[u8]) -> &[u8] {
    let end = |between: &[u8]| {
        let at = content
            .windows(between.len())
            .position(|window| window == between);
        at.map(|at| at + between.len() / 2)
    };
    let end = end(b"\r\n\r\n").or_else(|| end(b"\n\n"));
    let header = &content[..end.unwrap_or(content.len())];
    &header[..header.len().min(SHOWN)]
}

/// RFC 2045 §6.7, in lines of at most 76. Lines of `text` end in LF.
fn quoted_printable(text: &str) -> String {
    const ROOM: usize = 75; // one is kept for the soft line break
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push_str("\r\n");
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mut column = 0;
        for (at, octet) in line.bytes().enumerate() {
            let is_last = at + 1 == line.len();
            let plain = match octet {
                b'=' => false,
                b' ' | b'\t' => !is_last,
                octet => octet.is_ascii_graphic(),
            };
            let width = if plain { 1 } else { 3 };
            if column + width > ROOM + usize::from(is_last) {
                out.push_str("=\r\n");
                column = 0;
            }
            match plain {
                true => out.push(char::from(octet)),
                false => out.push_str(&format!("={octet:02X}")),
            }
            column += width;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(quoted_printable(text), expected);
    }

    #[test]
    fn quoted_printable_keeps_lines_short_and_blanks_at_their_end() {
        check("a=b\nGrüße \n", "a=3Db\r\nGr=C3=BC=C3=9Fe=20\r\n");
        check(&"x".repeat(76), &"x".repeat(76));
        check(&"x".repeat(77), &format!("{}=\r\nxx", "x".repeat(75)));
        let long = quoted_printable(&"é".repeat(100));
        assert!(long.lines().all(|line| line.len() <= 76), "{long}");
    }

    #[test]
    fn header_fields_fold_and_cannot_be_broken_out_of() {
        let mut header = Header::default();
        header.field("Subject", "Undeliverable: a\r\nBcc: everybody");
        header.field("X", &"word ".repeat(30));
        header.field("Subject", "Undeliverable: Grüße");
        let text = header.end();
        assert!(!text.contains("\r\nBcc"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 78), "{text}");
        assert!(
            text.contains("Subject: =?utf-8?B?VW5kZWxpdmVyYWJsZTogR3LDvMOfZQ==?=\r\n"),
            "{text}"
        );
    }

    #[test]
    fn the_header_of_a_message_ends_at_its_empty_line() {
        assert_eq!(header_text(b"A: 1\r\nB: 2\r\n\r\nbody"), "A: 1\nB: 2\n");
        assert_eq!(header_text(b"A: 1\n\nbody"), "A: 1\n");
        assert_eq!(header_text(b"A: 1"), "A: 1");
    }
}
