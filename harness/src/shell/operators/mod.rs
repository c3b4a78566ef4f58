//! What operators do.

mod arithmetic;
mod compare;
mod texts;

pub(super) use arithmetic::{
    add_months, int, no_such_date, real, shifted, standard_format, subtract,
};
pub(super) use compare::equal;
pub(super) use texts::joined;

use super::bounds;
use super::evaluate::Session;
use super::syntax::{Binary, Comparison};
use super::trouble::Trouble;
use super::value::Value;

/// Whether a value stands for yes.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Int(number) => *number != 0,
        Value::Real(number) => *number != 0.0,
        Value::Text(text) => !text.is_empty(),
        Value::List(all) => match all.as_slice() {
            [] => false,
            [one] => is_true(one),
            _ => true,
        },
        _ => true,
    }
}

/// What an operator makes of two values.
pub(super) fn binary(
    session: &mut Session<'_>,
    operator: Binary,
    left: Value,
    right: Value,
) -> Result<Value, Trouble> {
    match operator {
        Binary::Add => arithmetic::add(session, left, right),
        Binary::And => Ok((is_true(&left) && is_true(&right)).into()),
        Binary::Compare(comparison, case) => compared(session, comparison, case, &left, &right),
        Binary::Divide => arithmetic::divide(&left, &right),
        Binary::Multiply => arithmetic::multiply(session, &left, &right),
        Binary::Or => Ok((is_true(&left) || is_true(&right)).into()),
        Binary::Range => arithmetic::range(session, &left, &right),
        Binary::Remainder => arithmetic::remainder(&left, &right),
        Binary::Subtract => subtract(&left, &right),
        Binary::Xor => Ok((is_true(&left) != is_true(&right)).into()),
    }
}

/// What a comparison finds: of a list on the left those that fit.
pub(super) fn compared(
    session: &mut Session<'_>,
    comparison: Comparison,
    case: bool,
    left: &Value,
    right: &Value,
) -> Result<Value, Trouble> {
    match comparison {
        Comparison::Join => {
            let text = joined(left, &super::text::in_string(right))?;
            session.budget.pay(text.len())?;
            Ok(text.into())
        }
        Comparison::Split => texts::split(session, left, right, case),
        Comparison::Replace => texts::replace(session, left, right, case),
        Comparison::Contains => contains(session, left, right, case, true),
        Comparison::NotContains => contains(session, left, right, case, false),
        Comparison::In => contains(session, right, left, case, true),
        Comparison::NotIn => contains(session, right, left, case, false),
        _ => match left {
            Value::List(all) => {
                let mut fit = Vec::new();
                for one in all {
                    if holds(session, comparison, case, one, right)? {
                        fit.push(one.clone());
                    }
                }
                Ok(Value::List(fit))
            }
            one => Ok(holds(session, comparison, case, one, right)?.into()),
        },
    }
}

fn contains(
    session: &mut Session<'_>,
    all: &Value,
    one: &Value,
    case: bool,
    wanted: bool,
) -> Result<Value, Trouble> {
    let all = match all {
        Value::List(all) => all.as_slice(),
        single => std::slice::from_ref(single),
    };
    let looked_at = all.len().saturating_mul(bounds::cost(one));
    session.budget.pay(looked_at)?;
    let found = all.iter().any(|known| equal(known, one, case));
    Ok((found == wanted).into())
}

/// Whether a comparison holds for one value.
fn holds(
    session: &mut Session<'_>,
    comparison: Comparison,
    case: bool,
    left: &Value,
    right: &Value,
) -> Result<bool, Trouble> {
    session
        .budget
        .pay(bounds::cost(left) + bounds::cost(right))?;
    let order = || compare::ordered_or(left, right, case);
    Ok(match comparison {
        Comparison::Equal => equal(left, right, case),
        Comparison::NotEqual => !equal(left, right, case),
        Comparison::Greater => order()?.is_gt(),
        Comparison::GreaterOrEqual => order()?.is_ge(),
        Comparison::Less => order()?.is_lt(),
        Comparison::LessOrEqual => order()?.is_le(),
        Comparison::Like => texts::like(session, left, right, case)?,
        Comparison::NotLike => !texts::like(session, left, right, case)?,
        Comparison::Match => texts::matches(session, left, right, case)?,
        Comparison::NotMatch => !texts::matches(session, left, right, case)?,
        // The others take lists as they are, above.
        _ => false,
    })
}
