//! The little of DER (X.690) that a certificate is made of.
//!
//! Written here rather than borrowed, because a faulty certificate is one that a good library refuses to write.

use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) use reader::{Element, Reader};

mod reader;

pub(crate) fn sequence(parts: impl AsRef<[Vec<u8>]>) -> Vec<u8> {
    tlv(0x30, &parts.as_ref().concat())
}

pub(crate) fn set(part: &[u8]) -> Vec<u8> {
    tlv(0x31, part)
}

/// `[number]`, constructed: explicit tags and the constructed choices of GeneralName.
pub(crate) fn context(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0xa0 | number, content)
}

/// `[number] IMPLICIT` over a primitive type.
pub(crate) fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, content)
}

pub(crate) fn boolean(value: bool) -> Vec<u8> {
    tlv(0x01, &[if value { 0xff } else { 0x00 }])
}

/// A positive INTEGER in its shortest form, from big-endian bytes.
pub(crate) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let significant = trimmed(magnitude);
    // X.690 §8.3.3: the first bit is the sign.
    let sign: &[u8] = match significant.first() {
        None => &[0],
        Some(byte) if byte & 0x80 != 0 => &[0],
        Some(_) => &[],
    };
    tlv(0x02, &[sign, significant].concat())
}

/// Big-endian bytes without leading zeros.
pub(crate) fn trimmed(magnitude: &[u8]) -> &[u8] {
    let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
    &magnitude[zeros..]
}

pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[0], bytes].concat())
}

/// A named bit list of at most eight bits, the first in the highest place.
pub(crate) fn named_bits(bits: u8) -> Vec<u8> {
    // X.690 §11.2.2: trailing zero bits are not sent.
    tlv(0x03, &[bits.trailing_zeros() as u8, bits])
}

pub(crate) fn octet_string(bytes: &[u8]) -> Vec<u8> {
    tlv(0x04, bytes)
}

pub(crate) fn null() -> Vec<u8> {
    tlv(0x05, &[])
}

pub(crate) fn oid(arcs: &[u64]) -> Vec<u8> {
    let mut content = Vec::new();
    // X.690 §8.19.4: the first two arcs share one subidentifier.
    base128(&mut content, arcs[0] * 40 + arcs[1]);
    for arc in &arcs[2..] {
        base128(&mut content, *arc);
    }
    tlv(0x06, &content)
}

pub(crate) fn utf8_string(text: &str) -> Vec<u8> {
    tlv(0x0c, text.as_bytes())
}

pub(crate) fn printable_string(text: &str) -> Vec<u8> {
    tlv(0x13, text.as_bytes())
}

pub(crate) fn ia5_string(text: &str) -> Vec<u8> {
    tlv(0x16, text.as_bytes())
}

/// X.680 §41.4: the characters of a PrintableString.
pub(crate) fn is_printable(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte))
}

/// A GeneralizedTime whatever the year.
pub(crate) fn generalized_time(at: SystemTime) -> Vec<u8> {
    let (year, month, day, hour, minute, second) = civil(at);
    let text = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    tlv(0x18, text.as_bytes())
}

/// UTCTime through 2049 and GeneralizedTime beyond, as RFC 5280 §4.1.2.5 asks; seconds are the finest unit of both.
pub(crate) fn time(at: SystemTime) -> Vec<u8> {
    let (year, month, day, hour, minute, second) = civil(at);
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    if (1950..2050).contains(&year) {
        tlv(0x17, format!("{:02}{rest}", year % 100).as_bytes())
    } else {
        tlv(0x18, format!("{year:04}{rest}").as_bytes())
    }
}

/// Whether a certificate can say this time: GeneralizedTime has four digits for the year.
pub(crate) fn can_say(at: SystemTime) -> bool {
    (0..=9999).contains(&civil(at).0)
}

/// Whole seconds since 1970, rounded down.
pub(crate) fn unix_seconds(at: SystemTime) -> i64 {
    match at.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs() as i64,
        Err(before) => {
            let before = before.duration();
            -(before.as_secs() as i64) - i64::from(before.subsec_nanos() > 0)
        }
    }
}

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        length @ 0..=127 => out.push(length as u8),
        length => {
            let octets = length.to_be_bytes();
            let octets = trimmed(&octets);
            out.push(0x80 | octets.len() as u8);
            out.extend_from_slice(octets);
        }
    }
    out.extend_from_slice(content);
    out
}

fn base128(out: &mut Vec<u8>, value: u64) {
    let groups = (64 - value.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let more = if group == 0 { 0 } else { 0x80 };
        out.push((value >> (7 * group)) as u8 & 0x7f | more);
    }
}

/// The date by the proleptic Gregorian calendar, counted in years that begin in March so that a leap day comes last.
fn civil(at: SystemTime) -> (i64, i64, i64, i64, i64, i64) {
    let seconds = unix_seconds(at);
    let (days, second_of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));

    let days = days + 719_468; // from 1970-01-01 to 0000-03-01
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);

    (
        year,
        month,
        day,
        second_of_day / 3_600,
        second_of_day / 60 % 60,
        second_of_day % 60,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_written_as_rfc_5280_asks() {
        #[track_caller]
        fn check(unix: i64, expected: &str) {
            let offset = Duration::from_secs(unix.unsigned_abs());
            let at = if unix < 0 {
                UNIX_EPOCH - offset
            } else {
                UNIX_EPOCH + offset
            };
            let der = time(at);
            assert_eq!(std::str::from_utf8(&der[2..]).unwrap(), expected);
            assert_eq!(der[0], if expected.len() == 13 { 0x17 } else { 0x18 });
        }
        // The expected texts are those of `date -u -d @… +%Y%m%d%H%M%SZ`.
        check(0, "700101000000Z");
        check(-1, "691231235959Z");
        check(951_782_400, "000229000000Z");
        check(1_709_251_199, "240229235959Z");
        check(2_524_607_999, "491231235959Z");
        check(2_524_608_000, "20500101000000Z");
        check(4_107_542_400, "21000301000000Z");
        check(253_402_300_799, "99991231235959Z");
        check(-631_152_001, "19491231235959Z");
    }

    #[test]
    fn lengths_integers_and_oids_take_their_shortest_form() {
        assert_eq!(octet_string(&[7; 127])[..2], [0x04, 0x7f]);
        assert_eq!(octet_string(&[7; 128])[..3], [0x04, 0x81, 0x80]);
        assert_eq!(octet_string(&[7; 256])[..4], [0x04, 0x82, 0x01, 0x00]);
        assert_eq!(integer(&[0, 0, 0x7f]), [0x02, 1, 0x7f]);
        assert_eq!(integer(&[0x80]), [0x02, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [0x02, 1, 0]);
        assert_eq!(
            oid(&[1, 2, 840, 113_549]),
            [0x06, 6, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]
        );
        assert_eq!(named_bits(0b0000_0110), [0x03, 2, 1, 6]);
    }
}
