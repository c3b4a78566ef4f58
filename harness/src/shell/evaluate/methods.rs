//! Methods of values: those that administrators use.

use std::time::{Duration, SystemTime};

use super::Session;
use crate::shell::bounds;
use crate::shell::operators;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

/// What else there is where a method is not known.
const OF_TEXT: &str = "`Contains`, `EndsWith`, `IndexOf`, `LastIndexOf`, `PadLeft`, `PadRight`, \
                       `Replace`, `Split`, `StartsWith`, `Substring`, `ToLower`, `ToString`, \
                       `ToUpper`, `Trim`, `TrimEnd` and `TrimStart` are";
const OF_TIME: &str = "`AddDays`, `AddHours`, `AddMinutes`, `AddMonths`, `AddSeconds`, \
                       `AddYears`, `Subtract`, `ToLocalTime`, `ToString` and `ToUniversalTime` are";

/// Calls a method.
pub(in crate::shell) fn call(
    session: &mut Session<'_>,
    value: &Value,
    name: &str,
    arguments: &[Value],
) -> Result<Value, Trouble> {
    let lower = name.to_ascii_lowercase();
    match (value, lower.as_str()) {
        (Value::Null, _) => Err(Trouble {
            message: "You cannot call a method on a null-valued expression.".to_owned(),
            category: "InvalidOperation",
            target: String::new(),
            exception: "RuntimeException",
            id: "InvokeMethodOnNull".to_owned(),
        }),
        (Value::List(all), "contains") => {
            let wanted = one(arguments, name)?;
            session.budget.pay(all.len())?;
            Ok(Value::Bool(all.contains(wanted)))
        }
        (Value::List(all), _) if lower != "tostring" => {
            let mut results = Vec::new();
            for value in all {
                session.budget.pay(1)?;
                results.extend(super::enumerated(call_one(
                    session, value, name, arguments,
                )?));
            }
            Ok(super::collapsed(results))
        }
        _ => call_one(session, value, name, arguments),
    }
}

fn call_one(
    session: &mut Session<'_>,
    value: &Value,
    name: &str,
    arguments: &[Value],
) -> Result<Value, Trouble> {
    let lower = name.to_ascii_lowercase();
    match (value, lower.as_str()) {
        (_, "equals") => Ok(Value::Bool(value == one(arguments, name)?)),
        (Value::Time(at), _) => of_time(*at, name, &lower, arguments),
        (value, "tostring") if arguments.is_empty() => Ok(match value {
            Value::Time(_) | Value::Object(_) => text::in_view(value).into(),
            value => text::in_string(value).into(),
        }),
        (Value::Text(text), _) => of_text(session, text, name, &lower, arguments),
        (Value::Table(all), "containskey" | "contains") => {
            let key = text::in_string(one(arguments, name)?);
            let mut keys = all.iter();
            Ok(keys
                .any(|(known, _)| known.eq_ignore_ascii_case(&key))
                .into())
        }
        _ => Err(Trouble::unsupported(
            &format!("the method `{name}` of {}", text::type_name(value)),
            "`ToString` and `Equals` are",
        )),
    }
}

fn of_text(
    session: &mut Session<'_>,
    text: &str,
    name: &str,
    lower: &str,
    arguments: &[Value],
) -> Result<Value, Trouble> {
    session.budget.pay(text.len())?;
    let argument = |nth: usize| arguments.get(nth).map(text::in_string);
    let first = || argument(0).ok_or_else(|| overload(name, arguments));
    let set = || argument(0).unwrap_or_default();
    let trimmed = |c: char| match set() {
        set if set.is_empty() => c.is_whitespace(),
        set => set.contains(c),
    };
    let place = |found: Option<usize>| match found {
        Some(at) => i64::try_from(text[..at].chars().count()).unwrap_or(i64::MAX),
        None => -1,
    };
    Ok(match lower {
        "contains" => text.contains(&first()?).into(),
        "startswith" => text.starts_with(&first()?).into(),
        "endswith" => text.ends_with(&first()?).into(),
        "indexof" => Value::Int(place(text.find(&first()?))),
        "lastindexof" => Value::Int(place(text.rfind(&first()?))),
        "tolower" | "tolowerinvariant" => text.to_lowercase().into(),
        "toupper" | "toupperinvariant" => text.to_uppercase().into(),
        "trim" => text.trim_matches(trimmed).into(),
        "trimstart" => text.trim_start_matches(trimmed).into(),
        "trimend" => text.trim_end_matches(trimmed).into(),
        "replace" => {
            let (Some(old), Some(new)) = (argument(0), argument(1)) else {
                return Err(overload(name, arguments));
            };
            if old.is_empty() {
                return Err(exception(
                    name,
                    arguments,
                    "String cannot be of zero length.",
                ));
            }
            let most = text.len() / old.len() * new.len() + text.len();
            bounds::fits(most)?;
            session.budget.pay(most)?;
            text.replace(&old, &new).into()
        }
        "split" => {
            let separators = first()?;
            let separates = |c: char| match separators.is_empty() {
                true => c.is_whitespace(),
                false => separators.contains(c),
            };
            let parts = text.split(separates).take(bounds::ITEMS + 1);
            let parts: Vec<Value> = parts.map(Value::from).collect();
            bounds::fits(parts.len() * 32)?;
            session.budget.pay(parts.len() * 32)?;
            Value::List(parts)
        }
        "substring" => substring(text, name, arguments)?.into(),
        "padleft" | "padright" => {
            let width = int(arguments, 0).ok_or_else(|| overload(name, arguments))?;
            let width = usize::try_from(width).unwrap_or(0).min(4_096);
            let missing = width.saturating_sub(text.chars().count());
            let with = argument(1).and_then(|with| with.chars().next());
            let padding: String = std::iter::repeat_n(with.unwrap_or(' '), missing).collect();
            match lower {
                "padleft" => (padding + text).into(),
                _ => (text.to_owned() + &padding).into(),
            }
        }
        _ => {
            let what = format!("the method `{name}` of System.String");
            return Err(Trouble::unsupported(&what, OF_TEXT));
        }
    })
}

fn substring(text: &str, name: &str, arguments: &[Value]) -> Result<String, Trouble> {
    let start = int(arguments, 0).ok_or_else(|| overload(name, arguments))?;
    let count = text.chars().count();
    let length = match arguments.len() {
        1 => usize::try_from(start)
            .ok()
            .and_then(|start| count.checked_sub(start)),
        _ => int(arguments, 1).and_then(|length| usize::try_from(length).ok()),
    };
    let start = usize::try_from(start).ok();
    let fits =
        |start: usize, length: usize| start.checked_add(length).is_some_and(|end| end <= count);
    match (start, length) {
        (Some(start), Some(length)) if fits(start, length) => {
            Ok(text.chars().skip(start).take(length).collect())
        }
        _ => Err(exception(
            name,
            arguments,
            "Index and length must refer to a location within the string.",
        )),
    }
}

fn of_time(at: SystemTime, name: &str, lower: &str, arguments: &[Value]) -> Result<Value, Trouble> {
    let unit = match lower {
        "adddays" => 86_400.0,
        "addhours" => 3_600.0,
        "addminutes" => 60.0,
        "addseconds" => 1.0,
        "addmonths" | "addyears" => {
            let count = int(arguments, 0).ok_or_else(|| overload(name, arguments))?;
            let months = if lower == "addyears" {
                count.saturating_mul(12)
            } else {
                count
            };
            return operators::add_months(at, months)
                .map(Value::Time)
                .ok_or_else(operators::no_such_date);
        }
        "tolocaltime" | "touniversaltime" => return Ok(Value::Time(at)),
        "toshortdatestring" => return Ok(text::format_time(at, "M/d/yyyy").into()),
        "subtract" => return operators::subtract(&Value::Time(at), one(arguments, name)?),
        "tostring" => {
            return Ok(match arguments.first().map(text::in_string) {
                None => text::in_view(&Value::Time(at)).into(),
                Some(format) => text::format_time(at, operators::standard_format(&format)).into(),
            });
        }
        _ => {
            let what = format!("the method `{name}` of System.DateTime");
            return Err(Trouble::unsupported(&what, OF_TIME));
        }
    };
    let count = operators::real(one(arguments, name)?).ok_or_else(|| overload(name, arguments))?;
    let seconds = count * unit;
    let by = Duration::try_from_secs_f64(seconds.abs()).map_err(|_| operators::no_such_date())?;
    operators::shifted(at, by, seconds < 0.0).map(Value::Time)
}

fn int(arguments: &[Value], nth: usize) -> Option<i64> {
    match arguments.get(nth)? {
        Value::Int(number) => Some(*number),
        other => text::in_string(other).trim().parse().ok(),
    }
}

fn one<'v>(arguments: &'v [Value], name: &str) -> Result<&'v Value, Trouble> {
    arguments.first().ok_or_else(|| overload(name, arguments))
}

fn overload(name: &str, arguments: &[Value]) -> Trouble {
    Trouble {
        message: format!(
            "Cannot find an overload for \"{name}\" and the argument count: \"{}\".",
            arguments.len()
        ),
        category: "NotSpecified",
        target: String::new(),
        exception: "MethodException",
        id: "MethodCountCouldNotFindBest".to_owned(),
    }
}

fn exception(name: &str, arguments: &[Value], message: &str) -> Trouble {
    Trouble {
        message: format!(
            "Exception calling \"{name}\" with \"{}\" argument(s): \"{message}\"",
            arguments.len()
        ),
        category: "NotSpecified",
        target: String::new(),
        exception: "MethodInvocationException",
        id: "ArgumentException".to_owned(),
    }
}
