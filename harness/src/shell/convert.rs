//! Values to what a parameter takes.

use std::time::SystemTime;

use super::command::{Parameter, Takes};
use super::operators;
use super::text;
use super::trouble::Trouble;
use super::value::Value;

/// A value as what a parameter takes.
pub(super) fn convert(
    parameter: &Parameter,
    value: Value,
    now: SystemTime,
) -> Result<Value, Trouble> {
    if parameter.mandatory {
        refuse_empty(parameter, &value)?;
    }
    if value == Value::Null && !matches!(parameter.takes, Takes::Bool | Takes::Switch) {
        return Ok(Value::Null);
    }
    let plain = |to: &str, error: &str| transformation(parameter, &value, to, error);
    match parameter.takes {
        Takes::Any => Ok(value),
        Takes::Bool => match value {
            Value::Bool(_) => Ok(value),
            Value::Int(number) => Ok(Value::Bool(number != 0)),
            Value::Real(number) => Ok(Value::Bool(number != 0.0)),
            Value::Null => Err(not_boolean(parameter, "")),
            other => Err(not_boolean(parameter, text::type_name(&other))),
        },
        Takes::Switch => match value {
            Value::Bool(_) => Ok(value),
            Value::Int(number) => Ok(Value::Bool(number != 0)),
            other => Err(Trouble {
                message: format!(
                    "Cannot convert '{}' to the type 'System.Management.Automation.\
                     SwitchParameter' required by parameter '{}'.",
                    text::type_name(&other),
                    parameter.name
                ),
                ..binding("ParameterBindingException", "CannotConvertArgument")
            }),
        },
        Takes::Text => match value {
            Value::List(mut all) if all.len() == 1 => {
                Ok(Value::Text(text::in_string(&all.remove(0))))
            }
            Value::List(_) | Value::Table(_) => Err(transformed(
                parameter,
                "Cannot convert value to type System.String.",
            )),
            other => Ok(Value::Text(text::in_string(&other))),
        },
        Takes::Int => match &value {
            Value::Int(_) => Ok(value),
            other => operators::int(other)
                .map(Value::Int)
                .ok_or_else(|| plain("System.Int32", "Input string was not in a correct format.")),
        },
        Takes::Span => span(&value).ok_or_else(|| {
            plain(
                "System.TimeSpan",
                "String was not recognized as a valid TimeSpan.",
            )
        }),
        Takes::Time => time(&value, now).ok_or_else(|| {
            plain(
                "System.DateTime",
                "String was not recognized as a valid DateTime.",
            )
        }),
        Takes::OneOf(known) => match &value {
            Value::List(all) if all.len() != 1 => Err(transformed(
                parameter,
                &format!("Cannot convert value to type {}.", parameter.name),
            )),
            one => of_known(parameter, known, text::in_string(one).trim()),
        },
        Takes::SomeOf(known) => {
            let mut out = Vec::new();
            for part in super::evaluate::enumerated(value) {
                for name in text::in_string(&part).split(',') {
                    out.push(of_known(parameter, known, name.trim())?);
                }
            }
            Ok(Value::List(out))
        }
        Takes::Texts => match value {
            Value::Table(all) => changes(parameter, all),
            other => Ok(texts(other)),
        },
    }
}

/// Each as a text.
fn texts(value: Value) -> Value {
    let all = super::evaluate::enumerated(value).into_iter();
    let texts = all.filter(|one| *one != Value::Null).map(|one| match one {
        Value::Text(_) => one,
        other => Value::Text(text::in_string(&other)),
    });
    Value::List(texts.collect())
}

/// `@{Add=…; Remove=…}`
fn changes(parameter: &Parameter, all: Vec<(String, Value)>) -> Result<Value, Trouble> {
    let known = ["Add", "Remove", "Replace"];
    let mut out = Vec::new();
    for (key, value) in all {
        let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(&key)) else {
            return Err(transformed(
                parameter,
                &format!("`{key}` changes nothing; `Add` and `Remove` do."),
            ));
        };
        out.push(((*name).to_owned(), texts(value)));
    }
    Ok(Value::Table(out))
}

/// A date that is one, or a text that says one.
pub(super) fn as_time(value: &Value) -> Option<SystemTime> {
    match value {
        Value::Time(at) => Some(*at),
        Value::Text(text) => text::read_time(text),
        _ => None,
    }
}

/// The same; a time without a date is one of today.
pub(super) fn time(value: &Value, now: SystemTime) -> Option<Value> {
    if let Some(at) = as_time(value) {
        return Some(Value::Time(at));
    }
    let today = text::format_time(now, "M/d/yyyy");
    match value {
        Value::Text(clock) if clock.contains(':') => {
            text::read_time(&format!("{today} {clock}")).map(Value::Time)
        }
        _ => None,
    }
}

/// A span that is one, or a text that says one.
pub(super) fn span(value: &Value) -> Option<Value> {
    match value {
        Value::Span(_) | Value::Back(_) => Some(value.clone()),
        Value::Text(text) => text::read_span(text).map(Value::Span),
        _ => None,
    }
}

/// One of the names that there are, or the start of one.
fn of_known(parameter: &Parameter, known: &[&'static str], given: &str) -> Result<Value, Trouble> {
    let exact = known.iter().find(|name| name.eq_ignore_ascii_case(given));
    let starts = |name: &&&'static str| {
        name.get(..given.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(given))
    };
    let mut begun = known.iter().filter(starts);
    let begun = match (begun.next(), begun.next()) {
        (Some(one), None) if !given.is_empty() => Some(one),
        _ => None,
    };
    match exact.or(begun) {
        Some(name) => Ok((*name).into()),
        // Microsoft's name of the type is not known here; the parameter's stands for it.
        None => Err(transformation(
            parameter,
            &Value::from(given),
            parameter.name,
            &format!(
                "Unable to match the identifier name {given} to a valid enumerator name. Specify \
                 one of the following enumerator names and try again: {}",
                known.join(", ")
            ),
        )),
    }
}

fn refuse_empty(parameter: &Parameter, value: &Value) -> Result<(), Trouble> {
    let (why, id) = match value {
        Value::Null => ("it is null", "Null"),
        Value::Text(text) if text.is_empty() => ("it is an empty string", "EmptyString"),
        Value::List(all) if all.is_empty() => ("it is an empty array", "EmptyArray"),
        _ => return Ok(()),
    };
    Err(Trouble {
        message: format!(
            "Cannot bind argument to parameter '{}' because {why}.",
            parameter.name
        ),
        category: "InvalidData",
        ..binding(
            "ParameterBindingValidationException",
            &format!("ParameterArgumentValidationError{id}NotAllowed"),
        )
    })
}

fn not_boolean(parameter: &Parameter, given: &str) -> Trouble {
    transformed(
        parameter,
        &format!(
            "Cannot convert value \"{given}\" to type \"System.Boolean\". Boolean parameters \
             accept only Boolean values and numbers, such as $True, $False, 1 or 0."
        ),
    )
}

fn transformation(parameter: &Parameter, value: &Value, to: &str, error: &str) -> Trouble {
    transformed(
        parameter,
        &format!(
            "Cannot convert value \"{}\" to type \"{to}\". Error: \"{error}\"",
            text::in_string(value)
        ),
    )
}

fn transformed(parameter: &Parameter, why: &str) -> Trouble {
    Trouble {
        message: format!(
            "Cannot process argument transformation on parameter '{}'. {why}",
            parameter.name
        ),
        category: "InvalidData",
        ..binding(
            "ParameterBindingArgumentTransformationException",
            "ParameterArgumentTransformationError",
        )
    }
}

/// An error of binding, without its sentence.
pub(super) fn binding(exception: &'static str, id: &str) -> Trouble {
    Trouble {
        message: String::new(),
        category: "InvalidArgument",
        target: String::new(),
        exception,
        id: id.to_owned(),
    }
}

/// The error of a parameter that cannot be left out.
pub(super) fn missing_parameter(names: &str) -> Trouble {
    Trouble {
        message: format!(
            "Cannot process command because of one or more missing mandatory parameters: {names}."
        ),
        ..binding("ParameterBindingException", "MissingMandatoryParameter")
    }
}
