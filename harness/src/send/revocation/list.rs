//! What webpki does not look at in a revocation list: when it begins.

use rustls::pki_types::UnixTime;

use crate::der::{self, Element, SEQUENCE};

/// Whether the list has begun (RFC 5280 §5.1.2.4). That it has ended, and who signed it, webpki says.
pub(super) fn check(list: &[u8], now: UnixTime) -> Result<(), String> {
    let begins = begins(list).ok_or("it is no revocation list")?;
    match begins <= now.as_secs() {
        true => Ok(()),
        false => Err("the list is not valid yet".to_owned()),
    }
}

fn begins(list: &[u8]) -> Option<u64> {
    let list = der::whole(list)?.tagged(SEQUENCE)?;
    let body = list.children().next()?.tagged(SEQUENCE)?;
    body.children().find_map(time)
}

/// A UTCTime or a GeneralizedTime in seconds since 1970; one before that is in 1970.
pub(super) fn time(element: Element<'_>) -> Option<u64> {
    let text = std::str::from_utf8(element.content).ok()?;
    let text = text.strip_suffix('Z')?;
    let (year, rest) = match element.tag {
        UTC_TIME => {
            let year: u64 = text.get(..2)?.parse().ok()?;
            // RFC 5280 §4.1.2.5.1.
            (year + if year < 50 { 2000 } else { 1900 }, text.get(2..)?)
        }
        GENERALIZED_TIME => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    if rest.len() != 10 || !rest.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| rest[at..at + 2].parse::<u64>().ok();
    let (month, day) = (part(0)?, part(2)?);
    let second = part(4)? * 3600 + part(6)? * 60 + part(8)?;
    Some(days(year, month, day)? * 86_400 + second)
}

/// Days since 1970 by the Gregorian calendar, in years that begin in March so that a leap day comes last.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month > 2 {
        year
    } else {
        year.checked_sub(1)?
    };
    let from_march = (month + 9) % 12;
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let since_0000 = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year;
    Some(since_0000.saturating_sub(719_468))
}

const GENERALIZED_TIME: u8 = 0x18;
const UTC_TIME: u8 = 0x17;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        #[track_caller]
        fn check(tag: u8, text: &str, expected: Option<u64>) {
            let der = [&[tag, text.len() as u8], text.as_bytes()].concat();
            assert_eq!(time(der::whole(&der).unwrap()), expected, "{text}");
        }
        // The seconds are those of `date -u -d … +%s`.
        check(UTC_TIME, "000229000000Z", Some(951_782_400));
        check(UTC_TIME, "240229235959Z", Some(1_709_251_199));
        check(UTC_TIME, "700101000000Z", Some(0));
        check(UTC_TIME, "500101000000Z", Some(0));
        check(GENERALIZED_TIME, "21000301000000Z", Some(4_107_542_400));
        check(GENERALIZED_TIME, "99991231235959Z", Some(253_402_300_799));
        check(GENERALIZED_TIME, "2100030100000Z", None);
        check(UTC_TIME, "001329000000Z", None);
        check(UTC_TIME, "0002290000+0Z", None);
        check(0x04, "000229000000Z", None);
    }
}
