//! Octets in hex, two digits for each.

use std::fmt::Write as _;

/// `None` for half an octet, or what is no digit.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let digit = |octet: u8| char::from(octet).to_digit(16);
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
        _ => None,
    });
    pairs.collect()
}

/// In upper case.
pub(crate) fn written(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_no_octet_is_not() {
        assert_eq!(read("00fF7a"), Some(vec![0, 0xff, 0x7a]));
        assert_eq!(written(&[0, 0xff, 0x7a]), "00FF7A");
        assert_eq!(read(""), Some(Vec::new()));
        for bad in ["0", "0g", "+1", "0 ", "é"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
