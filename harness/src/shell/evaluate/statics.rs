//! `[type]value` and `[type]::Member`.

use std::time::SystemTime;

use super::Session;
use crate::shell::convert;
use crate::shell::operators;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::{Kind, Object, Value};

/// What else there is where a type is not known.
const TYPES: &str = "`[string]`, `[int]`, `[double]`, `[bool]`, `[datetime]`, `[timespan]`, \
                     `[array]`, `[string[]]`, `[byte[]]` and `[void]` are";
const STATICS: &str = "`[datetime]::Now`, `UtcNow` and `Today`, `[string]::Join`, \
                       `IsNullOrEmpty` and `IsNullOrWhiteSpace`, and \
                       `[System.IO.File]::ReadAllBytes`, `ReadAllLines` and `ReadAllText` are";

/// What a file's bytes are here: an object with their path and their text.
pub(in crate::shell) static BYTES: Kind = Kind {
    name: "System.Byte[]",
    columns: &[],
    list: &[],
    listed: false,
};

/// A value as one of a type.
pub(super) fn cast(name: &str, value: Value, now: SystemTime) -> Result<Value, Trouble> {
    let plain = name.strip_prefix("system.").unwrap_or(name);
    let fails = |to: &str, why: &str| Trouble {
        message: format!(
            "Cannot convert value \"{}\" to type \"{to}\". Error: \"{why}\"",
            text::in_string(&value)
        ),
        category: "InvalidArgument",
        target: String::new(),
        exception: "RuntimeException",
        id: "InvalidCast".to_owned(),
    };
    match plain {
        "string" => Ok(Value::Text(text::in_string(&value))),
        "int" | "int32" | "int64" | "long" => operators::int(&value)
            .map(Value::Int)
            .ok_or_else(|| fails("System.Int32", "Input string was not in a correct format.")),
        "double" | "single" | "float" | "decimal" => operators::real(&value)
            .map(Value::Real)
            .ok_or_else(|| fails("System.Double", "Input string was not in a correct format.")),
        "bool" | "boolean" => Ok(Value::Bool(operators::is_true(&value))),
        "datetime" => convert::time(&value, now).ok_or_else(|| {
            fails(
                "System.DateTime",
                "String was not recognized as a valid DateTime.",
            )
        }),
        "timespan" => convert::span(&value).ok_or_else(|| {
            fails(
                "System.TimeSpan",
                "String was not recognized as a valid TimeSpan.",
            )
        }),
        "array" | "object[]" => Ok(Value::List(super::enumerated(value))),
        "string[]" => {
            let all = super::enumerated(value);
            let texts = all.iter().map(|one| Value::Text(text::in_string(one)));
            Ok(Value::List(texts.collect()))
        }
        "void" => Ok(Value::Null),
        // The bytes of a file are one value here.
        "byte[]" | "object" | "psobject" => Ok(value),
        _ => Err(Trouble::unsupported(&format!("the type `[{name}]`"), TYPES)),
    }
}

/// `[type]::Member` and `[type]::Method(…)`
pub(super) fn member(
    session: &mut Session<'_>,
    type_name: &str,
    member: &str,
    arguments: Option<&[Value]>,
) -> Result<Value, Trouble> {
    let plain = type_name.strip_prefix("system.").unwrap_or(type_name);
    let arguments_given = arguments.unwrap_or_default();
    let first = || {
        arguments_given
            .first()
            .map(text::in_string)
            .unwrap_or_default()
    };
    match (plain, member.to_ascii_lowercase().as_str()) {
        ("datetime", "now" | "utcnow") => Ok(Value::Time(session.host.now())),
        ("datetime", "today") => Ok(super::members::member(
            &Value::Time(session.host.now()),
            "Date",
        )),
        ("string", "isnullorempty") => Ok(first().is_empty().into()),
        ("string", "isnullorwhitespace") => Ok(first().trim().is_empty().into()),
        ("string", "join") => {
            let rest: Vec<Value> = arguments_given
                .iter()
                .skip(1)
                .flat_map(|value| super::enumerated(value.clone()))
                .collect();
            Ok(operators::joined(&Value::List(rest), &first())?.into())
        }
        ("io.file", "readallbytes") => {
            let (path, text) = file(session, &first())?;
            let properties = [("Path", path.into()), ("Text", text.into())];
            Ok(Object::new(&BYTES, BYTES.name, properties).into())
        }
        ("io.file", "readalltext") => Ok(file(session, &first())?.1.into()),
        ("io.file", "readalllines") => {
            let (_, text) = file(session, &first())?;
            Ok(Value::List(text.lines().map(Value::from).collect()))
        }
        _ => {
            let what = format!("`[{type_name}]::{member}`");
            Err(Trouble::unsupported(&what, STATICS))
        }
    }
}

/// The one file of a path.
fn file(session: &mut Session<'_>, path: &str) -> Result<(String, String), Trouble> {
    let mut files = session.host.files(path)?;
    if files.len() != 1 {
        let message = format!("Could not find file '{path}'.");
        return Err(Trouble::new("FileNotFoundException", message));
    }
    let (path, text) = files.remove(0);
    session.budget.pay(text.len())?;
    Ok((path, text))
}
