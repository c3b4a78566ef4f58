//! Times as Windows in American English shows them, in UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::persona::civil;

/// `9/3/2016 8:05:56 PM`.
pub(crate) fn shown(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = (hour + 11) % 12 + 1;
    format!("{month}/{day}/{year} {hour}:{minute:02}:{second:02} {half}")
}

/// `1 days, 19 hours and 57 minutes`, as a delay is told, the plural in any case.
pub(super) fn left(duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    let (days, hours) = (minutes / 1_440, minutes / 60 % 24);
    format!("{days} days, {hours} hours and {} minutes", minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: u64, expected: &str) {
        assert_eq!(shown(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
    }

    #[test]
    fn the_day_has_twice_twelve_hours() {
        check(1_472_933_156, "9/3/2016 8:05:56 PM");
        check(1_534_723_239, "8/20/2018 12:00:39 AM");
        check(1_527_236_470, "5/25/2018 8:21:10 AM");
        check(1_527_249_600, "5/25/2018 12:00:00 PM");
    }

    #[test]
    fn what_is_left_is_told_in_full_minutes() {
        assert_eq!(
            left(Duration::from_secs(158_279)),
            "1 days, 19 hours and 57 minutes"
        );
        assert_eq!(left(Duration::ZERO), "0 days, 0 hours and 0 minutes");
    }
}
