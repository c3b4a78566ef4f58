//! The properties of a model as a table: what `Get-` shows of them, and what `Set-` takes.

use std::time::Duration;

use super::super::command::{Call, Parameter, Takes};
use super::super::trouble::Trouble;
use super::super::value::Value;

/// A property of a model.
#[derive(Debug)]
pub(super) struct Property<T: 'static> {
    pub(super) name: &'static str,
    pub(super) get: fn(&T) -> Value,
    pub(super) set: Option<Setter<T>>,
}

/// What a parameter takes, and how it changes the model.
#[derive(Debug)]
pub(super) struct Setter<T: 'static> {
    takes: Takes,
    /// Says which type the value cannot be converted to.
    change: fn(&mut T, &Value) -> Result<(), &'static str>,
}

impl<T> Property<T> {
    /// One that can be read.
    pub(super) const fn read(name: &'static str, get: fn(&T) -> Value) -> Self {
        Self {
            name,
            get,
            set: None,
        }
    }

    /// One that can be changed.
    pub(super) const fn new(
        name: &'static str,
        get: fn(&T) -> Value,
        takes: Takes,
        change: fn(&mut T, &Value) -> Result<(), &'static str>,
    ) -> Self {
        Self {
            name,
            get,
            set: Some(Setter { takes, change }),
        }
    }
}

/// A property that is true or false, by the field that holds it.
macro_rules! flag {
    ($name:literal, $field:ident) => {
        Property::new(
            $name,
            |one| Value::Bool(one.$field),
            Takes::Bool,
            |one, value| {
                one.$field = *value == Value::Bool(true);
                Ok(())
            },
        )
    };
}

/// A text that may be absent.
macro_rules! words {
    ($name:literal, $field:ident) => {
        Property::new(
            $name,
            |one| one.$field.clone().into(),
            Takes::Text,
            |one, value| {
                one.$field = text(value);
                Ok(())
            },
        )
    };
}

/// Several texts.
macro_rules! lines {
    ($name:literal, $field:ident) => {
        Property::new(
            $name,
            |one| list(&one.$field),
            Takes::Texts,
            |one, value| {
                one.$field = Change::meant(value).of(&one.$field);
                Ok(())
            },
        )
    };
}

/// A count, or `Unlimited`.
macro_rules! limit {
    ($name:literal, $field:ident) => {
        Property::new(
            $name,
            |one| shown_unlimited(one.$field),
            Takes::Any,
            |one, value| {
                one.$field = unlimited(value)?;
                Ok(())
            },
        )
    };
}

/// A count.
macro_rules! tally {
    ($name:literal, $field:ident) => {
        Property::new(
            $name,
            |one| number(one.$field),
            Takes::Int,
            |one, value| {
                one.$field = count(value)?;
                Ok(())
            },
        )
    };
}

/// A number of octets.
macro_rules! octets {
    ($name:literal, $field:ident) => {
        Property::new(
            $name,
            |one| shown_size(one.$field),
            Takes::Any,
            |one, value| {
                one.$field = size(value)?;
                Ok(())
            },
        )
    };
}

/// A duration.
macro_rules! time {
    ($name:literal, $field:ident) => {
        Property::new(
            $name,
            |one| Value::Span(one.$field),
            Takes::Span,
            |one, value| {
                one.$field = span(value)?;
                Ok(())
            },
        )
    };
}

/// `ProtocolLoggingLevel` of a connector.
macro_rules! logging {
    () => {
        Property::new(
            "ProtocolLoggingLevel",
            |one| Value::from(one.protocol_logging_level.name()),
            Takes::OneOf(&["None", "Verbose"]),
            |one, value| {
                let level = ProtocolLoggingLevel::named(&text(value).unwrap_or_default());
                one.protocol_logging_level =
                    level.map_err(|_| "Microsoft.Exchange.Data.ProtocolLoggingLevel")?;
                Ok(())
            },
        )
    };
}

/// `TlsCertificateName` of a connector.
macro_rules! certificate_name {
    () => {
        Property::new(
            "TlsCertificateName",
            |one| {
                let name = one.tls_certificate_name.as_ref();
                name.map(ToString::to_string).into()
            },
            Takes::Text,
            |one, value| {
                let parsed = text(value).map(|text| text.parse());
                one.tls_certificate_name = parsed
                    .transpose()
                    .map_err(|_| "Microsoft.Exchange.Data.SmtpX509Identifier")?;
                Ok(())
            },
        )
    };
}

pub(super) use {certificate_name, flag, limit, lines, logging, octets, tally, time, words};

/// Everything that `Get-` shows of a model.
pub(super) fn shown<T>(table: &[Property<T>], of: &T) -> Vec<(&'static str, Value)> {
    table.iter().map(|one| (one.name, (one.get)(of))).collect()
}

/// The parameters of `Set-`: these first, and one for each property that can be changed.
pub(super) fn parameters<T>(
    first: impl IntoIterator<Item = Parameter>,
    table: &[Property<T>],
) -> &'static [Parameter] {
    let settable = table.iter().filter_map(|one| {
        let set = one.set.as_ref()?;
        Some(Parameter::new(one.name, set.takes))
    });
    // Made once for each cmdlet, and needed as long as the program runs.
    Box::leak(first.into_iter().chain(settable).collect())
}

/// Changes a model as `Set-` was told.
pub(super) fn apply<T>(table: &[Property<T>], call: &Call, of: &mut T) -> Result<(), Trouble> {
    for one in table {
        let (Some(set), Some(value)) = (&one.set, call.value(one.name)) else {
            continue;
        };
        (set.change)(of, value).map_err(|type_name| cannot_convert(one.name, value, type_name))?;
    }
    Ok(())
}

/// What PowerShell says of a value that is not what a parameter takes.
pub(super) fn cannot_convert(parameter: &str, value: &Value, type_name: &str) -> Trouble {
    let given = match value {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::List(_) => "System.Object[]".to_owned(),
        _ => String::new(),
    };
    Trouble::new(
        "ParameterBindingArgumentTransformationException",
        format!(
            "Cannot process argument transformation on parameter '{parameter}'. Cannot convert value \"{given}\" to type \"{type_name}\"."
        ),
    )
    .about("InvalidData", "")
}

/// A text, `None` for null and for an empty one.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// Texts, one or several.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) if !text.is_empty() => vec![text.clone()],
        Value::List(all) => all.iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

/// Texts as a value.
pub(super) fn list(all: &[String]) -> Value {
    Value::List(all.iter().map(|one| Value::from(one.as_str())).collect())
}

/// A number, or `None` for `Unlimited`.
pub(super) fn unlimited(value: &Value) -> Result<Option<usize>, &'static str> {
    const TYPE: &str = "Microsoft.Exchange.Data.Unlimited`1[System.Int32]";
    match value {
        Value::Int(number) => usize::try_from(*number).map(Some).map_err(|_| TYPE),
        Value::Text(text) if text.eq_ignore_ascii_case("unlimited") => Ok(None),
        Value::Text(text) => text.trim().parse().map(Some).map_err(|_| TYPE),
        _ => Err(TYPE),
    }
}

/// The same, to be shown.
pub(super) fn shown_unlimited(limit: Option<usize>) -> Value {
    match limit {
        Some(limit) => number(limit),
        None => Value::from("Unlimited"),
    }
}

/// A count.
pub(super) fn count(value: &Value) -> Result<usize, &'static str> {
    unlimited(value).ok().flatten().ok_or("System.Int32")
}

/// A number, to be shown.
pub(super) fn number(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A duration.
pub(super) fn span(value: &Value) -> Result<Duration, &'static str> {
    match value {
        Value::Span(span) => Ok(*span),
        _ => Err("Microsoft.Exchange.Data.EnhancedTimeSpan"),
    }
}

/// A size: `50MB`, `50 MB (52,428,800 bytes)`, a number of octets.
pub(super) fn size(value: &Value) -> Result<usize, &'static str> {
    const TYPE: &str = "Microsoft.Exchange.Data.ByteQuantifiedSize";
    let text = match value {
        Value::Int(number) => return usize::try_from(*number).map_err(|_| TYPE),
        Value::Text(text) => text.split('(').next().unwrap_or_default().trim(),
        _ => return Err(TYPE),
    };
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (digits, unit) = text.split_at(digits);
    let factor = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        _ => return Err(TYPE),
    };
    let number: usize = digits.parse().map_err(|_| TYPE)?;
    number.checked_mul(factor).ok_or(TYPE)
}

/// A size as Exchange shows it: `36 MB (37,748,736 bytes)`.
pub(super) fn shown_size(octets: usize) -> Value {
    let units = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
    let unit = units.into_iter().find(|(factor, _)| octets >= *factor);
    let (factor, name) = unit.unwrap_or((1, "B"));
    let tenths = octets * 10 / factor;
    let rounded = match tenths % 10 {
        0 => (tenths / 10).to_string(),
        tenth => format!("{}.{tenth}", tenths / 10),
    };
    let digits = octets.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    Value::from(format!("{rounded} {name} ({grouped} bytes)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown_as_exchange_does() {
        let shown = |octets| match shown_size(octets) {
            Value::Text(text) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(shown(37_748_736), "36 MB (37,748,736 bytes)");
        assert_eq!(shown(262_144), "256 KB (262,144 bytes)");
        assert_eq!(
            size(&Value::from("36 MB (37,748,736 bytes)")),
            Ok(37_748_736)
        );
        assert_eq!(size(&Value::from("50MB")), Ok(52_428_800));
        assert_eq!(size(&Value::Int(5)), Ok(5));
        assert!(size(&Value::from("much")).is_err());
        assert!(size(&Value::from("99999999999999999999GB")).is_err());
    }
}
