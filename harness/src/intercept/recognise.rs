//! What octets are: where a reply ends, and what an EHLO line lists.

/// Where the reply at the beginning of these octets ends (RFC 5321 §4.2.1). If its end has not come:
/// where the line begins that has none, so that nobody need look at the lines before again.
/// A line that is no reply is one by itself.
pub(super) fn reply_end(octets: &[u8], looked_at: usize) -> Result<usize, usize> {
    let mut begin = looked_at;
    loop {
        let line = &octets[begin..];
        let end = begin + memchr::memchr(b'\n', line).ok_or(begin)? + 1;
        let continued = code(line).is_some() && line[3] == b'-';
        if !continued {
            return Ok(end);
        }
        begin = end;
    }
}

/// The code of a reply; `None` if it is none.
pub(super) fn code(reply: &[u8]) -> Option<u16> {
    match reply {
        [
            a @ b'0'..=b'9',
            b @ b'0'..=b'9',
            c @ b'0'..=b'9',
            b' ' | b'-' | b'\r' | b'\n',
            ..,
        ] => {
            let digit = |octet: &u8| u16::from(octet - b'0');
            Some(digit(a) * 100 + digit(b) * 10 + digit(c))
        }
        _ => None,
    }
}

/// The lines of a reply, each with its end.
pub(super) fn lines(reply: &[u8]) -> Vec<&[u8]> {
    reply.split_inclusive(|octet| *octet == b'\n').collect()
}

/// The keyword of a line of an EHLO reply, which stands behind the code and what follows it.
pub(super) fn keyword(line: &[u8]) -> &[u8] {
    let text = line.get(4..).unwrap_or_default();
    // `AUTH=LOGIN` is how servers of the last century wrote it.
    let end = text.iter().position(|octet| b" =\r\n".contains(octet));
    &text[..end.unwrap_or(text.len())]
}

/// Whether an EHLO reply lists this keyword.
pub(super) fn lists(reply: &[u8], wanted: &str) -> bool {
    let mut keywords = lines(reply).into_iter().skip(1).map(keyword);
    keywords.any(|one| one.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Whether these octets begin a TLS connection: a handshake record of TLS 1.0 or later, which is
/// no command.
pub(super) fn begins_tls(octets: &[u8]) -> bool {
    matches!(octets, [22, 3, ..])
}

/// Octets as one line of text, without the last line end.
pub(super) fn text(octets: &[u8]) -> String {
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    let octets = octets.strip_suffix(b"\r").unwrap_or(octets);
    String::from_utf8_lossy(octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(octets: &[u8], end: Option<usize>, first: Option<u16>) {
        let whole = reply_end(octets, 0);
        assert_eq!((whole.ok(), code(octets)), (end, first));
        // And octet by octet.
        let mut looked_at = 0;
        let found = (0..=octets.len()).find_map(|length| {
            let found = reply_end(&octets[..length], looked_at);
            looked_at = found.err().unwrap_or_default();
            found.ok()
        });
        assert_eq!(found, end);
    }

    #[test]
    fn a_reply_ends_where_it_says() {
        check(b"250 ok\r\nmore", Some(8), Some(250));
        check(b"250\r\n", Some(5), Some(250));
        check(b"250-a\r\n250-b\r\n250 c\r\n354 x", Some(21), Some(250));
        check(b"250-a\r\n250", None, Some(250));
        check(b"250-a\r\nb\r\n", Some(10), Some(250));
        check(b"SSH-2.0-x\r\n", Some(11), None);
        check(b"250 ok", None, Some(250));
        check(b"25", None, None);
        check(b"", None, None);
    }

    #[test]
    fn keywords_are_found_in_any_form() {
        let reply = b"250-STARTTLS.test\r\n250-auth=LOGIN\r\n250-SIZE 10\r\n250 StartTls\r\n";
        assert!(lists(reply, "AUTH") && lists(reply, "size") && lists(reply, "STARTTLS"));
        assert!(!lists(reply, "STARTTLS.test") && !lists(reply, "LOGIN"));
        assert!(
            !lists(b"250 STARTTLS\r\n", "STARTTLS"),
            "the first line is a greeting"
        );
    }
}
