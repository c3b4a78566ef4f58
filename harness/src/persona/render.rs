//! Placeholders in a persona's texts, filled in.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::smtp::Reply;

/// The facts that placeholders stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) host: &'a str,
    pub(crate) ip: IpAddr,
    pub(crate) client: &'a str,
    pub(crate) now: SystemTime,
    pub(crate) max_size: usize,
    /// The session's id and beginning.
    pub(crate) id: u64,
    pub(crate) started: SystemTime,
    pub(crate) message_id: &'a str,
    pub(crate) internal_id: u64,
    pub(crate) size: usize,
    pub(crate) verb: &'a str,
    pub(crate) address: &'a str,
    pub(crate) limit: usize,
}

impl Facts<'_> {
    /// The reply with every placeholder filled in.
    pub(crate) fn render(&self, reply: &Reply) -> Reply {
        Reply {
            code: reply.code,
            lines: reply
                .lines
                .iter()
                .map(|line| self.line(line).into_owned())
                .collect(),
        }
    }

    /// One text with every placeholder filled in. What is no placeholder stays as it is.
    pub(crate) fn line<'t>(&self, text: &'t str) -> Cow<'t, str> {
        fill(text, |placeholder| self.value(placeholder))
    }

    fn value(&self, placeholder: &str) -> Option<Cow<'_, str>> {
        Some(match placeholder {
            "host" => self.host.into(),
            "ip" => self.ip.to_string().into(),
            "client" => self.client.into(),
            "machine" => self.host.split('.').next().unwrap_or_default().into(),
            "date" => date(self.now).into(),
            "timestamp" => timestamp(self.now).into(),
            "max-size" => self.max_size.to_string().into(),
            "id" => format!("{:016X}", self.id).into(),
            "token" => self.token().into(),
            "message-id" => self.message_id.into(),
            "internal-id" => self.internal_id.to_string().into(),
            "size" => self.size.to_string().into(),
            "seconds" => format!("{:.3}", self.seconds()).into(),
            "rate" => {
                #[allow(clippy::cast_precision_loss)] // three decimals are shown
                let kilobytes = self.size as f64 / 1024.0;
                format!("{:.3}", kilobytes / self.seconds()).into()
            }
            "verb" => self.verb.into(),
            "address" => self.address.into(),
            "limit" => self.limit.to_string().into(),
            _ => return None,
        })
    }

    /// How long the session has lasted; a millisecond at least, so that it can be divided by.
    fn seconds(&self) -> f64 {
        let lasted = self.now.duration_since(self.started).unwrap_or_default();
        lasted.as_secs_f64().max(0.001)
    }

    fn token(&self) -> String {
        let a = mix(self.id);
        format!("{a:016x}{:016x}", mix(a))
    }
}

/// A text with every placeholder, `{name}`, that has a value filled in.
pub(crate) fn fill<'t, 'v>(
    text: &'t str,
    value: impl Fn(&str) -> Option<Cow<'v, str>>,
) -> Cow<'t, str> {
    if !text.contains('{') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let filled = rest
            .find('}')
            .and_then(|close| Some((value(&rest[1..close])?, close)));
        match filled {
            Some((value, close)) => {
                out.push_str(&value);
                rest = &rest[close + 1..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// `Sun, 9 Mar 2025 19:25:28 +0000`: RFC 5322 with the day not padded, as Exchange writes it.
pub(crate) fn date(at: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let seconds = since_1970(at).as_secs();
    let days = seconds / 86_400;
    let (year, month, day) = civil(days);
    let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let (weekday, month) = (DAYS[(days % 7) as usize], MONTHS[month - 1]);
    format!("{weekday}, {day} {month} {year} {h:02}:{m:02}:{s:02} +0000")
}

/// `2025-03-09T19:25:28.000Z`: RFC 3339 in UTC with milliseconds.
pub(crate) fn timestamp(at: SystemTime) -> String {
    let since = since_1970(at);
    let (seconds, milliseconds) = (since.as_secs(), since.subsec_millis());
    let (year, month, day) = civil(seconds / 86_400);
    let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{milliseconds:03}Z")
}

/// Year, month and day of a number of days since 1970, by the Gregorian calendar.
pub(crate) fn civil(days: u64) -> (u64, usize, u64) {
    // Years begin in March here, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month as usize, day)
}

fn since_1970(at: SystemTime) -> Duration {
    at.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// One step of SplitMix64: enough to make ids look different from each other.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_date(seconds: u64, expected: &str) {
        assert_eq!(date(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
    }

    #[test]
    fn dates_are_written_as_exchange_writes_them() {
        check_date(0, "Thu, 1 Jan 1970 00:00:00 +0000");
        check_date(1_741_548_328, "Sun, 9 Mar 2025 19:25:28 +0000");
        check_date(951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000");
        check_date(4_102_444_799, "Thu, 31 Dec 2099 23:59:59 +0000");
    }
}
