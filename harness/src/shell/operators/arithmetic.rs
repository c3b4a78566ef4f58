//! Numbers, dates and lists put together.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::persona::civil;
use crate::shell::bounds;
use crate::shell::evaluate::Session;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

/// `left + right`
pub(super) fn add(session: &mut Session<'_>, left: Value, right: Value) -> Result<Value, Trouble> {
    match (left, right) {
        (Value::Null, right) => Ok(right),
        (Value::List(mut all), right) => {
            session.budget.pay(all.len())?;
            match right {
                Value::List(more) => all.extend(more),
                one => all.push(one),
            }
            Ok(Value::List(all))
        }
        (Value::Text(left), right) => {
            let right = text::in_string(&right);
            session.budget.pay(left.len() + right.len())?;
            Ok(Value::Text(left + &right))
        }
        (Value::Table(mut left), Value::Table(right)) => {
            session.budget.pay(left.len() * right.len())?;
            for (key, value) in right {
                if left
                    .iter()
                    .any(|(known, _)| known.eq_ignore_ascii_case(&key))
                {
                    let message =
                        format!("Item has already been added. Key in dictionary: '{key}'");
                    return Err(Trouble::new("ArgumentException", message));
                }
                left.push((key, value));
            }
            Ok(Value::Table(left))
        }
        (Value::Time(at), Value::Span(by)) => shifted(at, by, false).map(Value::Time),
        (Value::Time(at), Value::Back(by)) => shifted(at, by, true).map(Value::Time),
        (left @ (Value::Span(_) | Value::Back(_)), right) => spans(&left, &right, 1),
        (left, right) => numbers("op_Addition", &left, &right, i64::checked_add, |a, b| a + b),
    }
}

/// `left - right`
pub(in crate::shell) fn subtract(left: &Value, right: &Value) -> Result<Value, Trouble> {
    match (left, right) {
        (Value::Time(left), Value::Time(right)) => Ok(match left.duration_since(*right) {
            Ok(span) => Value::Span(span),
            Err(before) => Value::Back(before.duration()),
        }),
        (Value::Time(at), Value::Span(by)) => shifted(*at, *by, true).map(Value::Time),
        (Value::Time(at), Value::Back(by)) => shifted(*at, *by, false).map(Value::Time),
        (Value::Span(_) | Value::Back(_), _) => spans(left, right, -1),
        _ => numbers("op_Subtraction", left, right, i64::checked_sub, |a, b| {
            a - b
        }),
    }
}

pub(super) fn multiply(
    session: &mut Session<'_>,
    left: &Value,
    right: &Value,
) -> Result<Value, Trouble> {
    match (left, int(right)) {
        (Value::Text(text), Some(times)) => {
            let times = usize::try_from(times).unwrap_or(0);
            bounds::fits(text.len().saturating_mul(times))?;
            session.budget.pay(text.len() * times)?;
            Ok(text.repeat(times).into())
        }
        _ => numbers("op_Multiply", left, right, i64::checked_mul, |a, b| a * b),
    }
}

pub(super) fn divide(left: &Value, right: &Value) -> Result<Value, Trouble> {
    let whole = |a: i64, b: i64| (a.checked_rem(b)? == 0).then(|| a.checked_div(b)).flatten();
    not_zero(right)?;
    numbers("op_Division", left, right, whole, |a, b| a / b)
}

pub(super) fn remainder(left: &Value, right: &Value) -> Result<Value, Trouble> {
    not_zero(right)?;
    numbers("op_Modulus", left, right, i64::checked_rem, |a, b| a % b)
}

fn not_zero(value: &Value) -> Result<(), Trouble> {
    if real(value) != Some(0.0) {
        return Ok(());
    }
    Err(Trouble {
        message: "Attempted to divide by zero.".to_owned(),
        category: "NotSpecified",
        target: String::new(),
        exception: "RuntimeException",
        id: "RuntimeException".to_owned(),
    })
}

/// `from..to`
pub(super) fn range(session: &mut Session<'_>, from: &Value, to: &Value) -> Result<Value, Trouble> {
    let (Some(from), Some(to)) = (int(from), int(to)) else {
        return Err(no_operator("op_Range", from));
    };
    let length = usize::try_from(from.abs_diff(to)).unwrap_or(usize::MAX);
    bounds::fits(length.saturating_mul(32))?;
    session.budget.pay(length.saturating_mul(16))?;
    let all: Vec<Value> = match from <= to {
        true => (from..=to).map(Value::Int).collect(),
        false => (to..=from).rev().map(Value::Int).collect(),
    };
    Ok(Value::List(all))
}

/// A number's value, or that of a text that is one.
pub(in crate::shell) fn real(value: &Value) -> Option<f64> {
    #[allow(clippy::cast_precision_loss)] // PowerShell loses it, too
    match value {
        Value::Null => Some(0.0),
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Int(number) => Some(*number as f64),
        Value::Real(number) => Some(*number),
        Value::Text(text) => {
            let text = text.trim();
            let plain = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            plain.then(|| text.parse().ok()).flatten()
        }
        _ => None,
    }
}

/// A whole number, or a text that is one.
pub(in crate::shell) fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Text(text) => match text.trim().parse() {
            Ok(number) => Some(number),
            Err(_) => rounded(real(value)?),
        },
        other => rounded(real(other)?),
    }
}

/// Halves go to the even number, as in .NET.
fn rounded(number: f64) -> Option<i64> {
    let number = number.round_ties_even();
    #[allow(clippy::cast_possible_truncation)] // it is in range
    (number.abs() < 9e15).then_some(number as i64)
}

fn numbers(
    operator: &str,
    left: &Value,
    right: &Value,
    whole: fn(i64, i64) -> Option<i64>,
    broken: fn(f64, f64) -> f64,
) -> Result<Value, Trouble> {
    let exact = |value: &Value| match value {
        Value::Real(_) => None,
        Value::Text(text) => text.trim().parse().ok(),
        other => int(other),
    };
    let integer = exact(left).zip(exact(right));
    if let Some(result) = integer.and_then(|(left, right)| whole(left, right)) {
        return Ok(Value::Int(result));
    }
    let (Some(a), Some(b)) = (real(left), real(right)) else {
        return Err(no_operator(operator, left));
    };
    Ok(Value::Real(broken(a, b)))
}

fn no_operator(operator: &str, value: &Value) -> Trouble {
    Trouble {
        message: format!(
            "Method invocation failed because [{}] does not contain a method named '{operator}'.",
            text::type_name(value)
        ),
        category: "InvalidOperation",
        target: operator.to_owned(),
        exception: "RuntimeException",
        id: "MethodNotFound".to_owned(),
    }
}

/// Two spans together, the second with a sign.
fn spans(left: &Value, right: &Value, sign: i32) -> Result<Value, Trouble> {
    let seconds = |value: &Value| match value {
        Value::Span(span) => Some(span.as_secs_f64()),
        Value::Back(span) => Some(-span.as_secs_f64()),
        _ => None,
    };
    let (Some(a), Some(b)) = (seconds(left), seconds(right)) else {
        return Err(no_operator("op_Addition", left));
    };
    let sum = a + b * f64::from(sign);
    let span = Duration::try_from_secs_f64(sum.abs()).map_err(|_| no_such_date())?;
    Ok(if sum < 0.0 {
        Value::Back(span)
    } else {
        Value::Span(span)
    })
}

/// The last instant that there is, the end of the year 9999.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// A date, later or earlier. Here dates begin in 1970.
pub(in crate::shell) fn shifted(
    at: SystemTime,
    by: Duration,
    earlier: bool,
) -> Result<SystemTime, Trouble> {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let then = match earlier {
        true => since.checked_sub(by),
        false => since.checked_add(by),
    };
    let then = then.filter(|then| *then <= LAST).ok_or_else(no_such_date)?;
    UNIX_EPOCH.checked_add(then).ok_or_else(no_such_date)
}

/// The same day of another month, or the last that it has.
pub(in crate::shell) fn add_months(at: SystemTime, months: i64) -> Option<SystemTime> {
    let since = at.duration_since(UNIX_EPOCH).ok()?;
    let seconds = since.as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    let all = i64::try_from(year * 12 + month as u64 - 1).ok()?;
    let all = u64::try_from(all.checked_add(months)?).ok()?;
    let (year, month) = (all / 12, all % 12 + 1);
    let clock = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60];
    let fits = |day| crate::exchange::log::time_of([year, month, day], clock);
    (day.min(28)..=day).rev().find_map(fits)
}

/// The error of a date that there is not.
pub(in crate::shell) fn no_such_date() -> Trouble {
    Trouble::new(
        "MethodInvocationException",
        "The added or subtracted value results in an un-representable DateTime.",
    )
}

/// One of .NET's formats that are named by a letter, as a custom one; others as they are.
pub(in crate::shell) fn standard_format(format: &str) -> &str {
    match format {
        "d" => "M/d/yyyy",
        "D" => "dddd, MMMM d, yyyy",
        "f" => "dddd, MMMM d, yyyy h:mm tt",
        "F" => "dddd, MMMM d, yyyy h:mm:ss tt",
        "g" => "M/d/yyyy h:mm tt",
        "G" => "M/d/yyyy h:mm:ss tt",
        "o" | "O" => "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
        "r" | "R" => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        "s" => "yyyy-MM-dd'T'HH:mm:ss",
        "t" => "h:mm tt",
        "T" => "h:mm:ss tt",
        "u" => "yyyy-MM-dd HH:mm:ss'Z'",
        other => other,
    }
}
