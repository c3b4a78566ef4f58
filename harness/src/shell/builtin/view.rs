//! `Format-List` and `Format-Table`.

use super::properties;
use super::{Builtin, command};
use crate::shell::command::{Call, Command, Parameter, Takes};
use crate::shell::evaluate::{Done, Session};
use crate::shell::format::{self, Cells, Layout};
use crate::shell::value::{Kind, Name, Object, Value};

const PROPERTY: Parameter = Parameter::new("Property", Takes::Any).at(0);
const INPUT: Parameter = Parameter::new("InputObject", Takes::Any).object();

pub(super) const FORMAT_LIST: Builtin = Builtin {
    command: &LIST,
    run: list,
};

static LIST: Command = command(
    "Format-List",
    &["fl"],
    "Shows objects as lists of their properties, one to a line.",
    &[PROPERTY, INPUT],
    &[
        "Get-ReceiveConnector | fl",
        "Get-ReceiveConnector | fl Name,*Tls*,Fqdn",
    ],
);

pub(super) const FORMAT_TABLE: Builtin = Builtin {
    command: &TABLE,
    run: table,
};

static TABLE: Command = command(
    "Format-Table",
    &["ft"],
    "Shows objects as the rows of a table.",
    &[
        PROPERTY,
        Parameter::new("AutoSize", Takes::Switch),
        Parameter::new("Wrap", Takes::Switch),
        Parameter::new("HideTableHeaders", Takes::Switch),
        INPUT,
    ],
    &[
        "Get-Queue | ft Identity,Status,LastError -Wrap",
        "Get-ExchangeCertificate | ft -AutoSize",
    ],
);

/// What objects become when their properties were chosen.
pub(super) static SELECTED: Kind = Kind {
    name: "System.Management.Automation.PSCustomObject",
    columns: &[],
    list: &[],
    listed: false,
};

/// What is shown: what came through the pipeline, or `-InputObject`.
fn input(call: &Call, input: Vec<Value>) -> Vec<Value> {
    match call.value("InputObject") {
        Some(value) if input.is_empty() => crate::shell::evaluate::enumerated(value.clone()),
        _ => input,
    }
}

fn list(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let values = input(call, values);
    let wanted = properties::wanted(session, call.value("Property"))?;
    let lines = if wanted.is_empty() {
        let mut lines = Vec::new();
        // What is no object is shown as it is.
        let (objects, plain): (Vec<Value>, Vec<Value>) = values
            .into_iter()
            .partition(|value| matches!(value, Value::Object(_)));
        lines.extend(format::lines(session, &plain)?);
        lines.extend(format::list(&objects, None));
        lines
    } else {
        let mut named = Vec::with_capacity(values.len());
        for value in &values {
            named.push(properties::of(session, value, &wanted, false)?);
        }
        format::list(&values, Some(&named))
    };
    printed(session, lines)
}

fn table(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let values = input(call, values);
    let wanted = properties::wanted(session, call.value("Property"))?;
    let given = |name: &str| call.bool(name).unwrap_or(false);
    let layout = Layout {
        auto_size: given("AutoSize"),
        wrap: given("Wrap"),
        bare: given("HideTableHeaders"),
    };
    if wanted.is_empty() {
        let lines = match values.first() {
            Some(Value::Object(first)) => {
                format::rows(session, &values, &Cells::of_view(first), layout)
            }
            _ => format::lines(session, &values)?,
        };
        return printed(session, lines);
    }
    let mut rows = Vec::with_capacity(values.len());
    let mut names: Vec<String> = Vec::new();
    for (nth, value) in values.iter().enumerate() {
        let row = properties::of(session, value, &wanted, true)?;
        // The first object says what the columns are.
        if nth == 0 {
            names = row.iter().map(|(name, _)| name.clone()).collect();
        }
        rows.push(selected(row));
    }
    let lines = format::rows(session, &rows, &Cells::named(names), layout);
    printed(session, lines)
}

fn printed(session: &mut Session<'_>, lines: Vec<String>) -> Done<Vec<Value>> {
    let bytes: usize = lines.iter().map(String::len).sum();
    session.pay(bytes + lines.len())?;
    Ok(match lines.is_empty() {
        true => Vec::new(),
        false => vec![format::formatted(lines)],
    })
}

/// An object of chosen properties.
pub(super) fn selected(properties: Vec<(String, Value)>) -> Value {
    let texts: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::shell::text::in_string(value)))
        .collect();
    let properties = properties.into_iter();
    Object {
        kind: &SELECTED,
        text: format!("@{{{}}}", texts.join("; ")),
        properties: properties
            .map(|(name, value)| (Name::Owned(name), value))
            .collect(),
    }
    .into()
}
