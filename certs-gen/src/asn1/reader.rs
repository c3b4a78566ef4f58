//! Reading what others wrote: the way back from DER (X.690), as far as a certificate needs it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What is left to read of some octets.
pub(crate) struct Reader<'a> {
    left: &'a [u8],
}

/// One element.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    /// With its tag and its length.
    pub(crate) whole: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self { left: octets }
    }

    /// The next element, whatever it is; `None` where there is none, or none that is whole.
    pub(crate) fn any(&mut self) -> Option<Element<'a>> {
        let [tag, first, rest @ ..] = self.left else {
            return None;
        };
        let (length, behind) = match first {
            0..=0x7f => (usize::from(*first), rest),
            // Four octets of length are 4 GiB; nobody sends more.
            0x81..=0x84 => {
                let (octets, behind) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = octets
                    .iter()
                    .fold(0u64, |all, octet| all << 8 | u64::from(*octet));
                (usize::try_from(length).ok()?, behind)
            }
            _ => return None,
        };
        let content = behind.get(..length)?;
        let header = self.left.len() - behind.len();
        let (whole, left) = self.left.split_at(header + length);
        self.left = left;
        let tag = *tag;
        Some(Element {
            tag,
            content,
            whole,
        })
    }

    /// The next element if it has this tag; else it is left where it is.
    pub(crate) fn optional(&mut self, tag: u8) -> Option<Element<'a>> {
        match self.left.first() {
            Some(next) if *next == tag => self.any(),
            _ => None,
        }
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        self.any()
    }
}

impl<'a> Element<'a> {
    /// What is inside.
    pub(crate) fn inside(&self) -> Reader<'a> {
        Reader::new(self.content)
    }

    /// The text of one of the string types; `None` where it is none that a name is written in.
    pub(crate) fn text(&self) -> Option<String> {
        match self.tag {
            // UTF8String, PrintableString, IA5String
            0x0c | 0x13 | 0x16 => Some(String::from_utf8_lossy(self.content).into_owned()),
            // TeletexString, read as Latin-1 as everybody does
            0x14 => Some(
                self.content
                    .iter()
                    .map(|octet| char::from(*octet))
                    .collect(),
            ),
            // BMPString
            0x1e => {
                let units = self.content.chunks_exact(2);
                let units: Vec<u16> = units
                    .map(|unit| u16::from_be_bytes([unit[0], unit[1]]))
                    .collect();
                Some(String::from_utf16_lossy(&units))
            }
            _ => None,
        }
    }

    /// UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 has them: with seconds, in UTC.
    pub(crate) fn time(&self) -> Option<SystemTime> {
        let digits = self.content.strip_suffix(b"Z")?;
        let (year, rest) = match (self.tag, digits.len()) {
            (0x17, 12) => {
                let year = number(&digits[..2])?;
                (
                    if year < 50 { 2000 + year } else { 1900 + year },
                    &digits[2..],
                )
            }
            (0x18, 14) => (number(&digits[..4])?, &digits[4..]),
            _ => return None,
        };
        let mut parts = rest.chunks(2).map(number);
        let mut part = |range: std::ops::RangeInclusive<i64>| {
            parts.next()?.filter(|value| range.contains(value))
        };
        let (month, day) = (part(1..=12)?, part(1..=31)?);
        let (hour, minute, second) = (part(0..=23)?, part(0..=59)?, part(0..=60)?);
        let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
        let distance = Duration::from_secs(seconds.unsigned_abs());
        match seconds {
            0.. => UNIX_EPOCH.checked_add(distance),
            _ => UNIX_EPOCH.checked_sub(distance),
        }
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    let digits = std::str::from_utf8(digits).ok()?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

/// Days since 1970, in years that begin in March so that a leap day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let month = (month + 9) % 12;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468 // from 0000-03-01 to 1970-01-01
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1;

    #[test]
    fn times_that_were_written_are_read_again() {
        for unix in [
            0,
            951_782_400,
            1_709_251_199,
            2_524_607_999,
            2_524_608_000,
            253_402_300_799,
        ] {
            let at = UNIX_EPOCH + Duration::from_secs(unix);
            let written = asn1::time(at);
            assert_eq!(
                Reader::new(&written).any().and_then(|one| one.time()),
                Some(at)
            );
        }
        let before = UNIX_EPOCH - Duration::from_secs(631_152_001);
        let written = asn1::time(before);
        assert_eq!(
            Reader::new(&written).any().and_then(|one| one.time()),
            Some(before)
        );
        for wrong in [
            "7013010000Z",
            "701301000000Z",
            "700101000000",
            "+00101000000Z",
        ] {
            let written = asn1::tlv(0x17, wrong.as_bytes());
            assert_eq!(
                Reader::new(&written).any().and_then(|one| one.time()),
                None,
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_is_not_whole_is_not_read() {
        let whole = asn1::sequence([asn1::octet_string(&[7; 300]), asn1::null()]);
        for length in 0..whole.len() {
            assert!(Reader::new(&whole[..length]).any().is_none(), "{length}");
        }
        let mut inside = Reader::new(&whole).any().unwrap().inside();
        assert!(inside.optional(0x30).is_none());
        assert_eq!(inside.any().unwrap().content, [7; 300]);
        assert_eq!(inside.optional(0x05).unwrap().whole, [5, 0]);
        assert!(inside.any().is_none());
        assert!(
            Reader::new(&[0x30, 0x80, 0, 0]).any().is_none(),
            "no length of its own"
        );
        assert!(
            Reader::new(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff])
                .any()
                .is_none()
        );
    }
}
