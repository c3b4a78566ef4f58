//! Properties and elements of values.

use std::time::{Duration, SystemTime};

use crate::persona::civil;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

/// A member of a value; what it has not is null.
pub(in crate::shell) fn member(value: &Value, name: &str) -> Value {
    let count = ["count", "length"].contains(&name.to_ascii_lowercase().as_str());
    match value {
        Value::List(all) if count => size(all.len()),
        Value::List(all) => each(all, name),
        Value::Table(all) => of_table(all, name),
        Value::Text(text) if name.eq_ignore_ascii_case("length") => size(text.chars().count()),
        _ => match own(value, name) {
            Some(found) => found,
            // A single value counts as a list of one.
            None if count => Value::Int(i64::from(*value != Value::Null)),
            None => Value::Null,
        },
    }
}

fn size(size: usize) -> Value {
    Value::Int(i64::try_from(size).unwrap_or(i64::MAX))
}

/// The member of each that has it.
fn each(all: &[Value], name: &str) -> Value {
    let mut found = Vec::new();
    for one in all {
        match own(one, name) {
            Some(Value::List(more)) => found.extend(more),
            Some(value) => found.push(value),
            None => {}
        }
    }
    super::collapsed(found)
}

/// A property of a value that is no list, if it has it.
fn own(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Object(object) => object.property(name).cloned(),
        Value::Table(all) => Some(of_table(all, name)),
        Value::Text(text) => name
            .eq_ignore_ascii_case("length")
            .then(|| size(text.chars().count())),
        Value::Time(at) => of_time(*at, name),
        Value::Span(span) => of_span(*span, 1, name),
        Value::Back(span) => of_span(*span, -1, name),
        _ => None,
    }
}

fn of_table(all: &[(String, Value)], name: &str) -> Value {
    let found = all.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    if let Some((_, value)) = found {
        return value.clone();
    }
    match name.to_ascii_lowercase().as_str() {
        "count" => size(all.len()),
        "keys" => Value::List(all.iter().map(|(key, _)| key.as_str().into()).collect()),
        "values" => Value::List(all.iter().map(|(_, value)| value.clone()).collect()),
        _ => Value::Null,
    }
}

fn of_time(at: SystemTime, name: &str) -> Option<Value> {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let seconds = since.as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    let number = |number: u64| i64::try_from(number).ok().map(Value::Int);
    match name.to_ascii_lowercase().as_str() {
        "year" => number(year),
        "month" => number(month as u64),
        "day" => number(day),
        "hour" => number(seconds / 3_600 % 24),
        "minute" => number(seconds / 60 % 60),
        "second" => number(seconds % 60),
        "millisecond" => number(u64::from(since.subsec_millis())),
        "dayofweek" => Some(Value::Text(text::format_time(at, "dddd"))),
        "date" => {
            let midnight = Duration::from_secs(seconds - seconds % 86_400);
            Some(Value::Time(SystemTime::UNIX_EPOCH + midnight))
        }
        "timeofday" => {
            let day = Duration::from_secs(seconds % 86_400);
            Some(Value::Span(
                day + Duration::from_nanos(since.subsec_nanos().into()),
            ))
        }
        _ => None,
    }
}

fn of_span(span: Duration, sign: i64, name: &str) -> Option<Value> {
    let seconds = span.as_secs();
    let number = |number: u64| i64::try_from(number).ok().map(|n| Value::Int(n * sign));
    #[allow(clippy::cast_precision_loss)] // 1 or -1
    let real = |unit: f64| Some(Value::Real(span.as_secs_f64() / unit * sign as f64));
    match name.to_ascii_lowercase().as_str() {
        "days" => number(seconds / 86_400),
        "hours" => number(seconds / 3_600 % 24),
        "minutes" => number(seconds / 60 % 60),
        "seconds" => number(seconds % 60),
        "milliseconds" => number(u64::from(span.subsec_millis())),
        "totaldays" => real(86_400.0),
        "totalhours" => real(3_600.0),
        "totalminutes" => real(60.0),
        "totalseconds" => real(1.0),
        "totalmilliseconds" => real(0.001),
        _ => None,
    }
}

/// `value[index]`
pub(super) fn index(value: &Value, index: &Value) -> Result<Value, Trouble> {
    if let Value::List(indices) = index {
        let found: Result<Vec<Value>, Trouble> =
            indices.iter().map(|one| self::index(value, one)).collect();
        let found = found?.into_iter().filter(|one| *one != Value::Null);
        return Ok(Value::List(found.collect()));
    }
    if let Value::Table(all) = value {
        return Ok(of_table(all, &text::in_string(index)));
    }
    if *value == Value::Null {
        return Err(Trouble {
            message: "Cannot index into a null array.".to_owned(),
            category: "InvalidOperation",
            target: String::new(),
            exception: "RuntimeException",
            id: "NullArray".to_owned(),
        });
    }
    let at = match index {
        Value::Int(at) => *at,
        other => match text::in_string(other).parse() {
            Ok(at) => at,
            Err(_) => {
                return Err(Trouble {
                    message: format!(
                        "Cannot convert value \"{}\" to type \"System.Int32\". Error: \"Input \
                         string was not in a correct format.\"",
                        text::in_string(other)
                    ),
                    category: "InvalidArgument",
                    target: String::new(),
                    exception: "RuntimeException",
                    id: "InvalidCastFromStringToInteger".to_owned(),
                });
            }
        },
    };
    let length = match value {
        Value::List(all) => all.len(),
        Value::Text(text) => text.chars().count(),
        _ => 1,
    };
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let at = if at < 0 {
        at.saturating_add(length)
    } else {
        at
    };
    let Some(at) = usize::try_from(at).ok().filter(|_| at < length) else {
        return Ok(Value::Null);
    };
    Ok(match value {
        Value::List(all) => all.get(at).cloned().unwrap_or(Value::Null),
        Value::Text(text) => text.chars().nth(at).map(String::from).into(),
        one => one.clone(),
    })
}
