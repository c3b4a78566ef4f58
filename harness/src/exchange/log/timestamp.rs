//! Times as they stand in logs: `2023-01-11T16:00:04.113Z`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) use crate::persona::timestamp as write;

/// A time to the millisecond, as it is written. Times before 1970 become its first instant.
pub(super) fn rounded(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::new(since.as_secs(), since.subsec_millis() * 1_000_000)
}

/// Reads a time; `None` if it is none, or one before 1970.
pub(super) fn read(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (time, milliseconds) = time.split_once('.')?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let [milliseconds] = numbers(milliseconds, '.', [3])?;
    let at = time_of([year, month, day], [hour, minute, second])?;
    Some(at + Duration::from_millis(milliseconds))
}

/// A second of the calendar, from 1970 to 9999; `None` if there is no such.
pub(crate) fn time_of(
    [year, month, day]: [u64; 3],
    [hour, minute, second]: [u64; 3],
) -> Option<SystemTime> {
    let possible = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    let hours = possible.then(|| days_before(year, month, day) * 24 + hour)?;
    Some(UNIX_EPOCH + Duration::from_secs((hours * 60 + minute) * 60 + second))
}

/// Numbers of so many digits each.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u64; N]> {
    let mut parts = text.split(between);
    let mut out = [0; N];
    for (number, digits) in out.iter_mut().zip(digits) {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = is_number.then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(out)
}

fn days_of(year: u64, month: u64) -> u64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The days from the first of 1970 to this one: the way back of `civil` in `persona/render.rs`.
fn days_before(year: u64, month: u64, day: u64) -> u64 {
    // Years begin in March here, so that the leap day is the last of its year.
    let year = year - u64::from(month <= 2);
    let from_march = (month + 9) % 12;
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for seconds in (0..5_000_000_000).step_by(86_399 * 17) {
            let time = UNIX_EPOCH + Duration::new(seconds, 113_000_000);
            assert_eq!(read(&write(time)), Some(time), "{}", write(time));
        }
        let last = "9999-12-31T23:59:59.999Z";
        assert_eq!(read(last).map(write).as_deref(), Some(last));
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in [
            "",
            "Z",
            "2023-01-11",
            "2023-01-11T16:00:04Z",
            "2023-01-11T16:00:04.113",
            "2023-01-11 16:00:04.113Z",
            "2023-1-11T16:00:04.113Z",
            "2023-02-29T16:00:04.113Z",
            "2023-13-01T16:00:04.113Z",
            "2023-00-01T16:00:04.113Z",
            "2023-01-00T16:00:04.113Z",
            "2023-01-11T24:00:04.113Z",
            "2023-01-11T16:60:04.113Z",
            "2023-01-11T16:00:60.113Z",
            "2023-01-11T16:00:04.1130Z",
            "+023-01-11T16:00:04.113Z",
            "1969-12-31T23:59:59.999Z",
            "2023-01-11T16:00:04.113Z ",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(read("2024-02-29T16:00:04.113Z").is_some());
    }
}
