//! Replies in a log: a row for each line, or one for all.

use std::time::SystemTime;

use super::era::Era;
use super::pen::Pen;
use super::row::RowEvent;
use crate::report::readable;

/// Writes a reply.
pub(super) fn write(
    pen: &mut Pen,
    time: SystemTime,
    event: RowEvent,
    era: Era,
    reply: Vec<String>,
) {
    if era == Era::Packed && reply.len() > 1 {
        pen.data(time, event, packed(&reply));
        return;
    }
    for line in reply {
        pen.data(time, event, line);
    }
}

/// The replies in what a server sent: lines up to one whose code has no hyphen behind it.
pub(super) fn read(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut replies: Vec<Vec<String>> = Vec::new();
    let mut goes_on = false;
    for line in bytes.split_inclusive(|octet| *octet == b'\n') {
        let line = shown_line(line);
        let continues = line.as_bytes().get(3) == Some(&b'-');
        match replies.last_mut().filter(|_| goes_on) {
            Some(reply) => reply.push(line),
            None => replies.push(vec![line]),
        }
        goes_on = continues;
    }
    replies
}

/// The code of a reply; `None` if it is none.
pub(super) fn code(reply: &[String]) -> Option<u16> {
    reply.last()?.get(..3)?.parse().ok()
}

/// A line as it may stand in a log: without its end, and with what does not print escaped.
pub(super) fn shown_line(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    readable(line.strip_suffix(b"\r").unwrap_or(line))
}

/// A reply of several lines as one: two spaces behind the code, as public logs have it.
fn packed(reply: &[String]) -> String {
    let code = reply.first().and_then(|line| line.get(..3));
    let texts = reply.iter().map(|line| line.get(4..).unwrap_or_default());
    let texts: Vec<&str> = texts.collect();
    format!("{}  {}", code.unwrap_or_default(), texts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_told_apart_whatever_was_sent() {
        #[track_caller]
        fn check(bytes: &[u8], expected: &[&[&str]]) {
            assert_eq!(read(bytes), expected);
        }
        check(
            b"250-a\r\n250 b\r\n221 c\r\n",
            &[&["250-a", "250 b"], &["221 c"]],
        );
        check(b"250-a\r\n250-b", &[&["250-a", "250-b"]]);
        check(b"2\xff\r\n\r\n", &[&["2\\xff"], &[""]]);
        check(b"250-\xc3\xbc", &[&["250-\u{fc}"]]);
        check(b"", &[]);
    }

    #[test]
    fn a_packed_reply_has_two_spaces_behind_its_code() {
        let reply = ["250-a Hello [::1]", "250-", "250 SIZE"].map(str::to_owned);
        assert_eq!(packed(&reply), "250  a Hello [::1]  SIZE");
    }
}
