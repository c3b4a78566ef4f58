//! The content of a message behind DATA: dots unstuffed, its end found.

use crate::fault::LooseEnd;

/// Finds the end of the content, `CRLF . CRLF` and nothing else unless a fault says so, and
/// removes the dots that the client added (RFC 5321 §4.1.1.4, §4.5.2).
#[derive(Debug, Default)]
pub(crate) struct Dots {
    state: State,
    /// What else is taken for the end.
    loose: Vec<LooseEnd>,
    /// The last octets, for those; the CRLF of the DATA command counts.
    tail: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// At the beginning of a line. The CRLF of the DATA command counts as one, so that an empty
    /// message ends with its first dot.
    #[default]
    LineStart,
    /// Behind a dot at the beginning of a line.
    Dot,
    /// Behind that dot and a CR.
    DotCr,
    /// Within a line.
    Text {
        /// Whether the last octet was a CR.
        cr: bool,
    },
}

impl Dots {
    /// Ends at these as well.
    pub(crate) fn until(loose: Vec<LooseEnd>) -> Self {
        Self {
            state: State::default(),
            loose,
            tail: b"\r\n".to_vec(),
        }
    }

    /// Takes octets into `content`. Says how many were taken, and whether the end was among them.
    pub(crate) fn take(&mut self, octets: &[u8], content: &mut Vec<u8>) -> (usize, bool) {
        if self.loose.is_empty() {
            return self.take_strictly(octets, content);
        }
        // Octet by octet: what is vulnerable need not be fast.
        for (at, octet) in octets.iter().enumerate() {
            let (_, end) = self.take_strictly(&[*octet], content);
            if end {
                return (at + 1, true);
            }
            if let Some(end) = self.loose_end(*octet) {
                // The last line is a dot and no content; at the beginning of a line it is gone.
                let left = [&end[1..], &end[2..]]
                    .into_iter()
                    .find_map(|tail| content.strip_suffix(tail))
                    .map_or(content.len(), <[u8]>::len);
                content.truncate(left);
                return (at + 1, true);
            }
        }
        (octets.len(), false)
    }

    /// The loose end of which this octet is the last, if it is one.
    fn loose_end(&mut self, octet: u8) -> Option<&'static [u8]> {
        const LONGEST: usize = 4;
        if self.tail.len() == LONGEST {
            self.tail.remove(0);
        }
        self.tail.push(octet);
        let mut ends = self.loose.iter().map(|end| end.octets());
        ends.find(|end| self.tail.ends_with(end))
    }

    fn take_strictly(&mut self, octets: &[u8], content: &mut Vec<u8>) -> (usize, bool) {
        let mut at = 0;
        while at < octets.len() {
            self.state = match (self.state, octets[at]) {
                (State::LineStart, b'.') => {
                    at += 1;
                    State::Dot
                }
                (State::LineStart, _) => State::Text { cr: false },
                (State::Dot, b'\r') => {
                    at += 1;
                    State::DotCr
                }
                (State::Dot, _) => State::Text { cr: false },
                (State::DotCr, b'\n') => return (at + 1, true),
                (State::DotCr, _) => {
                    content.push(b'\r');
                    State::Text { cr: true }
                }
                (State::Text { cr }, _) => {
                    let rest = &octets[at..];
                    let end = memchr::memchr(b'\n', rest);
                    let line = &rest[..end.map_or(rest.len(), |end| end + 1)];
                    content.extend_from_slice(line);
                    at += line.len();
                    match (end, line) {
                        (Some(0), _) if cr => State::LineStart,
                        (Some(_), [.., b'\r', b'\n']) => State::LineStart,
                        // A bare LF begins no line, or `LF . CRLF` would smuggle a message.
                        (Some(_), _) => State::Text { cr: false },
                        (None, _) => State::Text {
                            cr: line.last() == Some(&b'\r'),
                        },
                    }
                }
            };
        }
        (at, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wire: &[u8], expected: Option<(&[u8], &[u8])>) {
        check_until(&[], wire, expected);
    }

    /// Feeds `wire` in pieces of every size; the content and what is left must be the same.
    #[track_caller]
    fn check_until(ends: &[LooseEnd], wire: &[u8], expected: Option<(&[u8], &[u8])>) {
        for size in 1..=wire.len() {
            let (mut dots, mut content, mut taken) = (Dots::until(ends.into()), Vec::new(), 0);
            let ended = wire.chunks(size).any(|piece| {
                let (count, end) = dots.take(piece, &mut content);
                taken += count;
                end
            });
            let seen = ended.then_some((content.as_slice(), &wire[taken..]));
            assert_eq!(seen, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn content_ends_at_crlf_dot_crlf_and_nowhere_else() {
        check(b"a\r\n.\r\nQUIT\r\n", Some((b"a\r\n", b"QUIT\r\n")));
        check(b".\r\n", Some((b"", b"")));
        check(b"\r\n.\r\n", Some((b"\r\n", b"")));
        check(b"a\n.\nb\n.\r\nc\r.\r\n", None);
        check(b"a\r\n.\nb\r\n.\r\n", Some((b"a\r\n\nb\r\n", b"")));
        check(b"a\r\n.\rb\r\n.\r\n", Some((b"a\r\n\rb\r\n", b"")));
        check(b"a\r\n.\r\r\n.\r\n", Some((b"a\r\n\r\r\n", b"")));
        check(b"a.\r\n", None);
    }

    #[test]
    fn one_dot_is_taken_off_a_stuffed_line() {
        check(b"..a\r\n...\r\n.\r\n", Some((b".a\r\n..\r\n", b"")));
        check(b".a\r\n.\r\n", Some((b"a\r\n", b"")));
    }

    #[test]
    fn a_vulnerable_server_ends_content_elsewhere_too() {
        use LooseEnd::{CrCr, LfCrlf, LfLf};
        let all = LooseEnd::ALL;
        let text = b"a\n.\nb\r\n.\r\n";
        check_until(&[LfLf], text, Some((b"a\n", b"b\r\n.\r\n")));
        check_until(&[LfCrlf, CrCr], text, Some((b"a\n.\nb\r\n", b"")));
        check_until(&[LfLf], b"a\r\n.\nb", Some((b"a\r\n", b"b")));
        check_until(&[LfCrlf], b"a\n.\r\nb", Some((b"a\n", b"b")));
        check_until(&[CrCr], b"a\r.\rb", Some((b"a\r", b"b")));
        check_until(&[LfLf], b".\nb", Some((b"", b"b")));
        check_until(&all, b"..\r\n.a\r\n.\r\nb", Some((b".\r\na\r\n", b"b")));
        check_until(&all, b"a.\nb\n..\nc", None);
    }
}
