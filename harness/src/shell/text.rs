//! Values as text.

use std::time::{Duration, SystemTime};

use super::value::Value;
use crate::persona::civil;
use crate::transport::american_time;

/// What a value becomes in a string.
pub(super) fn in_string(value: &Value) -> String {
    match value {
        Value::List(all) => {
            let texts: Vec<String> = all.iter().map(in_string).collect();
            texts.join(" ")
        }
        // In strings dates have their digits, whatever the system's language is.
        Value::Time(at) => format_time(*at, "MM/dd/yyyy HH:mm:ss"),
        other => plain(other),
    }
}

/// What a value is in a line of a list or a cell of a table.
pub(super) fn in_view(value: &Value) -> String {
    match value {
        Value::List(all) => enumerated(all.iter().map(in_view)),
        Value::Table(all) => enumerated(all.iter().map(|(key, _)| key.clone())),
        other => plain(other),
    }
}

/// `$FormatEnumerationLimit`, as the Exchange Management Shell sets it.
const ENUMERATION: usize = 16;

fn enumerated(texts: impl ExactSizeIterator<Item = String>) -> String {
    let more = texts.len() > ENUMERATION;
    let mut shown: Vec<String> = texts.take(ENUMERATION).collect();
    if more {
        return format!("{{{}...}}", shown.join(", "));
    }
    if shown.len() == 1 {
        return format!("{{{}}}", shown.remove(0));
    }
    format!("{{{}}}", shown.join(", "))
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Time(at) => american_time(*at),
        Value::Real(number) => real(*number),
        Value::Span(span) => of_span(*span),
        Value::Back(span) => format!("-{}", of_span(*span)),
        Value::List(_) => "System.Object[]".to_owned(),
        Value::Table(_) => "System.Collections.Hashtable".to_owned(),
        Value::Block(block) => block.text().to_owned(),
        Value::Object(object) => object.text.clone(),
    }
}

/// 15 significant digits, without zeros at the end.
fn real(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// `00:05:00`, `1.00:00:00`, `00:00:00.5000000`
fn of_span(span: Duration) -> String {
    let seconds = span.as_secs();
    let days = match seconds / 86_400 {
        0 => String::new(),
        days => format!("{days}."),
    };
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let fraction = match span.subsec_nanos() / 100 {
        0 => String::new(),
        ticks => format!(".{ticks:07}"),
    };
    format!("{days}{hour:02}:{minute:02}:{second:02}{fraction}")
}

/// A date by one of .NET's custom formats, in English and UTC. What is no letter of a format stays.
pub(super) fn format_time(at: SystemTime, format: &str) -> String {
    const DAYS: [&str; 7] = [
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
    ];
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let seconds = since.as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let weekday = DAYS[(seconds / 86_400 % 7) as usize];
    let month_name = MONTHS[month - 1];
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let quoted = rest[1..].split('\'').next().unwrap_or_default();
            out += quoted;
            rest = rest.get(quoted.len() + 2..).unwrap_or_default();
            continue;
        }
        let run = rest.chars().take_while(|c| *c == first).count();
        let number = |value: u64| match run {
            1 => value.to_string(),
            _ => format!("{value:02}"),
        };
        match first {
            'y' if run == 2 => out += &format!("{:02}", year % 100),
            'y' => out += &format!("{year:04}"),
            'M' if run > 3 => out += month_name,
            'M' if run == 3 => out += &month_name[..3],
            'M' => out += &number(month as u64),
            'd' if run > 3 => out += weekday,
            'd' if run == 3 => out += &weekday[..3],
            'd' => out += &number(day),
            'H' => out += &number(hour),
            'h' => out += &number((hour + 11) % 12 + 1),
            'm' => out += &number(minute),
            's' => out += &number(second),
            'f' => {
                let digits = format!("{:09}", since.subsec_nanos());
                out += &digits[..run.min(7)];
            }
            't' => out += &(if hour < 12 { "AM" } else { "PM" })[..run.min(2)],
            'z' => out += "+00:00",
            '\\' => {
                out.extend(rest.chars().nth(1));
                let length = rest.chars().take(2).map(char::len_utf8).sum::<usize>();
                rest = &rest[length..];
                continue;
            }
            other => out.extend(std::iter::repeat_n(other, run)),
        }
        rest = &rest[run * first.len_utf8()..];
    }
    out
}

/// The name of a value's type, as .NET has it.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "",
        Value::Bool(_) => "System.Boolean",
        Value::Int(_) => "System.Int32",
        Value::Text(_) => "System.String",
        Value::Time(_) => "System.DateTime",
        Value::Real(_) => "System.Double",
        Value::Span(_) | Value::Back(_) => "System.TimeSpan",
        Value::List(_) => "System.Object[]",
        Value::Table(_) => "System.Collections.Hashtable",
        Value::Block(_) => "System.Management.Automation.ScriptBlock",
        Value::Object(object) => object.kind.name,
    }
}

/// A date as it is read: `11/21/2026`, `11/21/2026 5:52:36 PM`, `2026-11-21T17:52:36Z`.
pub(super) fn read_time(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    let split = text.find([' ', 'T']).unwrap_or(text.len());
    let (date, time) = (&text[..split], text.get(split + 1..).unwrap_or_default());
    let numbers = |text: &str, between: char| -> Option<Vec<u64>> {
        let plain = |part: &str| {
            let digits = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse().ok()).flatten()
        };
        text.split(between).map(plain).collect()
    };
    let (year, month, day) = match (numbers(date, '/').as_deref(), numbers(date, '-').as_deref()) {
        (Some([month, day, year]), _) | (_, Some([year, month, day])) => (*year, *month, *day),
        _ => return None,
    };
    let upper = time.trim().to_ascii_uppercase();
    let clock = upper.trim_end_matches("AM").trim_end_matches("PM");
    let half = upper[clock.len()..].to_owned();
    let clock = clock.trim().trim_end_matches('Z');
    let clock = clock.split('.').next().unwrap_or_default();
    let (hour, minute, second) = match numbers(clock, ':').as_deref() {
        _ if clock.is_empty() => (0, 0, 0),
        Some([hour]) if !half.is_empty() => (*hour, 0, 0),
        Some([hour, minute]) => (*hour, *minute, 0),
        Some([hour, minute, second]) => (*hour, *minute, *second),
        _ => return None,
    };
    let hour = match half.as_str() {
        "AM" if (1..=12).contains(&hour) => hour % 12,
        "PM" if (1..=12).contains(&hour) => hour % 12 + 12,
        "" => hour,
        _ => return None,
    };
    crate::exchange::log::time_of([year, month, day], [hour, minute, second])
}

/// A span as it is read: `00:05:00`, `1.00:00:00`, `5` for five days.
pub(super) fn read_span(text: &str) -> Option<Duration> {
    let digits = |text: &str| -> Option<u64> {
        let plain = (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten()
    };
    let text = text.trim();
    if let Some(days) = digits(text) {
        return Some(Duration::from_secs(days * 86_400));
    }
    let (first, rest) = text.split_once(':')?;
    let (days, hours) = match first.split_once('.') {
        Some((days, hours)) => (digits(days)?, digits(hours)?),
        None => (0, digits(first)?),
    };
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "0"));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let (minutes, whole) = (digits(minutes)?, digits(seconds)?);
    if hours > 23 || minutes > 59 || whole > 59 || fraction.len() > 7 {
        return None;
    }
    let ticks = digits(fraction)? * 10_u64.pow(7 - u32::try_from(fraction.len()).ok()?);
    let seconds = ((days * 24 + hours) * 60 + minutes) * 60 + whole;
    Some(Duration::from_secs(seconds) + Duration::from_nanos(ticks * 100))
}
