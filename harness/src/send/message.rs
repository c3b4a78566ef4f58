//! What is sent.

/// A message with its envelope.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The reverse-path, without angle brackets.
    pub(crate) from: String,
    /// The forward-paths, without angle brackets.
    pub(crate) to: Vec<String>,
    /// Header and body; every line ends in CRLF.
    content: Vec<u8>,
}

impl Message {
    /// A message; the line ends of `content` are made CRLF, whatever they were, for a client must
    /// not send a CR or an LF alone (RFC 5321 §2.3.8).
    pub(crate) fn new<S: Into<String>>(
        from: &str,
        to: impl IntoIterator<Item = S>,
        content: impl AsRef<[u8]>,
    ) -> Self {
        Self {
            from: from.to_owned(),
            to: to.into_iter().map(Into::into).collect(),
            content: with_crlf(content.as_ref()),
        }
    }

    /// The octets as BDAT sends them, and as SIZE counts them (RFC 1870 §5).
    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }

    /// The octets as DATA sends them: dots doubled at the beginning of a line, and the end
    /// (RFC 5321 §4.5.2).
    pub(crate) fn stuffed(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.content.len() + 64);
        for line in self.content.split_inclusive(|octet| *octet == b'\n') {
            if line.first() == Some(&b'.') {
                out.push(b'.');
            }
            out.extend_from_slice(line);
        }
        out.extend_from_slice(b".\r\n");
        out
    }

    pub(crate) fn is_8bit(&self) -> bool {
        !self.content.is_ascii()
    }

    /// Whether an address, or a header field, needs SMTPUTF8 (RFC 6531 §3.2).
    pub(crate) fn is_international(&self) -> bool {
        let header = self.content.windows(4).position(|at| at == b"\r\n\r\n");
        let header = &self.content[..header.unwrap_or(self.content.len())];
        let mut addresses = self.to.iter().chain([&self.from]);
        !header.is_ascii() || addresses.any(|address| !address.is_ascii())
    }
}

fn with_crlf(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 64);
    let mut octets = content.iter().copied().peekable();
    while let Some(octet) = octets.next() {
        match octet {
            b'\r' => {
                octets.next_if_eq(&b'\n');
                out.extend_from_slice(b"\r\n");
            }
            b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(octet),
        }
    }
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, stuffed: &str) {
        let message = Message::new("a@x.test", ["b@x.test"], content);
        assert_eq!(String::from_utf8_lossy(&message.stuffed()), stuffed);
    }

    #[test]
    fn lines_end_in_crlf_and_dots_are_doubled() {
        check("a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd\r\n.\r\n");
        check(".\n..\nx.", "..\r\n...\r\nx.\r\n.\r\n");
        check("\n.\n", "\r\n..\r\n.\r\n");
        check("", ".\r\n");
        check("a\r.\r\nb", "a\r\n..\r\nb\r\n.\r\n");
    }

    #[test]
    fn what_a_message_needs_is_known() {
        let needs = |from, content: &str| {
            let message = Message::new(from, ["b@x.test"], content);
            (message.is_8bit(), message.is_international())
        };
        assert_eq!(needs("a@x.test", "Subject: x\n\nx"), (false, false));
        assert_eq!(needs("a@x.test", "Subject: x\n\nü"), (true, false));
        assert_eq!(needs("a@x.test", "Subject: ü\n\nx"), (true, true));
        assert_eq!(needs("ü@x.test", "Subject: x\n\nx"), (false, true));
    }
}
