//! `-like`, `-match`, `-replace`, `-split` and `-join`.

use crate::shell::bounds;
use crate::shell::evaluate::Session;
use crate::shell::pattern::{Pattern, wildcard};
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

/// Values as one text with something between them.
pub(in crate::shell) fn joined(value: &Value, between: &str) -> Result<String, Trouble> {
    match value {
        Value::List(all) => {
            bounds::fits(all.len().saturating_mul(between.len()))?;
            let texts: Vec<String> = all.iter().map(text::in_string).collect();
            Ok(texts.join(between))
        }
        one => Ok(text::in_string(one)),
    }
}

/// `left -like right`
pub(super) fn like(
    session: &mut Session<'_>,
    left: &Value,
    right: &Value,
    case: bool,
) -> Result<bool, Trouble> {
    let (text, pattern) = (text::in_string(left), text::in_string(right));
    session
        .budget
        .pay(text.len().saturating_mul(pattern.len().max(1)) / 8)?;
    Ok(wildcard(&pattern, &text, case))
}

/// `left -match right`; what was found is `$Matches` then.
pub(super) fn matches(
    session: &mut Session<'_>,
    left: &Value,
    right: &Value,
    case: bool,
) -> Result<bool, Trouble> {
    let text = text::in_string(left);
    let pattern = Pattern::new(&text::in_string(right), case)?;
    session.budget.pay(pattern.work(text.len()))?;
    let Some(groups) = pattern.groups(&text) else {
        return Ok(false);
    };
    session.shell.set("Matches", Value::Table(groups))?;
    Ok(true)
}

/// `left -replace pattern, with`
pub(super) fn replace(
    session: &mut Session<'_>,
    left: &Value,
    right: &Value,
    case: bool,
) -> Result<Value, Trouble> {
    let (pattern, with) = match right {
        Value::List(both) => match both.as_slice() {
            [pattern] => (text::in_string(pattern), String::new()),
            [pattern, with] => (text::in_string(pattern), text::in_string(with)),
            _ => {
                return Err(Trouble::new(
                    "RuntimeException",
                    "The -replace operator allows only two elements to follow it, not \
                     more.",
                )
                .about("InvalidOperation", ""));
            }
        },
        pattern => (text::in_string(pattern), String::new()),
    };
    let pattern = Pattern::new(&pattern, case)?;
    let mut one = |value: &Value| -> Result<Value, Trouble> {
        let text = text::in_string(value);
        session.budget.pay(pattern.work(text.len()))?;
        let replaced = pattern.replace(&text, &with, &mut session.budget)?;
        Ok(replaced.into())
    };
    match left {
        Value::List(all) => Ok(Value::List(all.iter().map(one).collect::<Result<_, _>>()?)),
        single => one(single),
    }
}

/// `left -split pattern, most`
pub(super) fn split(
    session: &mut Session<'_>,
    left: &Value,
    right: &Value,
    case: bool,
) -> Result<Value, Trouble> {
    let (pattern, most) = match right {
        Value::List(both) => (
            both.first().map(text::in_string).unwrap_or_default(),
            both.get(1).and_then(super::int).unwrap_or(0),
        ),
        pattern => (text::in_string(pattern), 0),
    };
    let pattern = Pattern::new(&pattern, case)?;
    let most = usize::try_from(most).unwrap_or(0);
    let mut parts = Vec::new();
    let all = match left {
        Value::List(all) => all.as_slice(),
        single => std::slice::from_ref(single),
    };
    for value in all {
        let text = text::in_string(value);
        session.budget.pay(pattern.work(text.len()))?;
        let more = pattern.split(&text, most)?;
        session.budget.pay(more.len() * 32)?;
        parts.extend(more.into_iter().map(Value::Text));
    }
    Ok(Value::List(parts))
}
