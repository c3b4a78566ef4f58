//! Base64 of AUTH responses (RFC 4648 §4, with padding, as RFC 4954 §4 asks).

/// The octets, or `None` if the text is not base64.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(4) {
        return None;
    }
    let digits = text.trim_end_matches('=');
    if bytes.len() - digits.len() > 2 {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3);
    let (mut buffer, mut bits) = (0u32, 0);
    for byte in digits.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((buffer >> bits) as u8);
        }
    }
    Some(out)
}

/// The text of octets, padded.
#[cfg(feature = "scenario")]
pub(crate) fn encode(octets: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(octets.len().div_ceil(3) * 4);
    for three in octets.chunks(3) {
        let octet = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = octet(0) << 16 | octet(1) << 8 | octet(2);
        for digit in 0..4 {
            out.push(match digit <= three.len() {
                true => char::from(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize]),
                false => '=',
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(decode(text).as_deref(), expected.map(str::as_bytes));
    }

    #[test]
    fn base64_is_read_and_nothing_else() {
        check("", Some(""));
        check("AHVzZXIAcGFzcw==", Some("\0user\0pass"));
        check("dXNlcjE=", Some("user1"));
        check("dXNlcjEy", Some("user12"));
        check("dXNlcjE", None);
        check("dXN lcjE=", None);
        check("====", None);
        check("ü===", None);
    }
    #[cfg(feature = "scenario")]
    #[test]
    fn what_is_written_is_read() {
        for octets in [
            "",
            "\0user\0pass",
            "user1",
            "user12",
            "user123",
            "\u{7ff}~?",
        ] {
            let text = encode(octets.as_bytes());
            assert_eq!(decode(&text).as_deref(), Some(octets.as_bytes()), "{text}");
        }
        assert_eq!(encode(b"\0user\0pass"), "AHVzZXIAcGFzcw==");
    }
}
