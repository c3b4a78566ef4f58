//! Whether values are equal, and which comes first. The value on the left says as what both are
//! compared.

use std::cmp::Ordering;

use super::arithmetic::real;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

/// Whether two values are equal.
pub(in crate::shell) fn equal(left: &Value, right: &Value, case: bool) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::Bool(left), right) => *left == super::is_true(right),
        (Value::Object(left), Value::Object(right)) => {
            left == right || same(&left.text, &right.text, case) && !left.text.is_empty()
        }
        (Value::Table(_) | Value::Block(_) | Value::List(_), _) => left == right,
        _ => ordered(left, right, case) == Some(Ordering::Equal),
    }
}

fn same(left: &str, right: &str, case: bool) -> bool {
    by_text(left, right, case).is_eq()
}

/// Which comes first; `None` if they cannot be compared.
fn ordered(left: &Value, right: &Value, case: bool) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Null, _) => Some(Ordering::Less),
        (_, Value::Null) => Some(Ordering::Greater),
        (Value::Bool(left), right) => Some(left.cmp(&super::is_true(right))),
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Int(_) | Value::Real(_), _) => real(left)?.partial_cmp(&real(right)?),
        (Value::Time(left), _) => {
            let right = crate::shell::convert::as_time(right)?;
            Some(left.cmp(&right))
        }
        (Value::Span(_) | Value::Back(_), _) => {
            let seconds = |value: &Value| match value {
                Value::Span(span) => Some(span.as_secs_f64()),
                Value::Back(span) => Some(-span.as_secs_f64()),
                other => crate::shell::convert::span(other).map(|value| match value {
                    Value::Span(span) => span.as_secs_f64(),
                    _ => 0.0,
                }),
            };
            seconds(left)?.partial_cmp(&seconds(right)?)
        }
        _ => Some(by_text(
            &text::in_string(left),
            &text::in_string(right),
            case,
        )),
    }
}

/// Texts, without their case unless it matters.
fn by_text(left: &str, right: &str, case: bool) -> Ordering {
    if case {
        return left.cmp(right);
    }
    let lower = |text: &'_ str| {
        text.chars()
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    lower(left).cmp(&lower(right))
}

/// Which comes first, or PowerShell's error.
pub(super) fn ordered_or(left: &Value, right: &Value, case: bool) -> Result<Ordering, Trouble> {
    ordered(left, right, case).ok_or_else(|| Trouble {
        message: format!(
            "Could not compare \"{}\" to \"{}\". Error: \"Cannot convert value \"{}\" to type \
             \"{}\".\"",
            text::in_string(left),
            text::in_string(right),
            text::in_string(right),
            text::type_name(left)
        ),
        category: "InvalidOperation",
        target: String::new(),
        exception: "RuntimeException",
        id: "ComparisonFailure".to_owned(),
    })
}
