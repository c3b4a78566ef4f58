//! `Sort-Object`, `Group-Object` and `Measure-Object`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Builtin, command, properties};
use crate::shell::bounds::cost;
use crate::shell::command::{Call, Command, Parameter, Takes};
use crate::shell::evaluate::{Done, Session, member};
use crate::shell::operators::real;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::{Column, Kind, Object, Value};

const PROPERTY: Parameter = Parameter::new("Property", Takes::Any).at(0);
const INPUT: Parameter = Parameter::new("InputObject", Takes::Any).object();

pub(super) const SORT_OBJECT: Builtin = Builtin {
    command: &SORT,
    run: sort,
};

static SORT: Command = command(
    "Sort-Object",
    &["sort"],
    "Sorts objects by properties, or values by themselves.",
    &[
        PROPERTY,
        Parameter::new("Descending", Takes::Switch),
        Parameter::new("Unique", Takes::Switch),
        INPUT,
    ],
    &["Get-ExchangeCertificate | sort NotAfter -Descending"],
);

fn sort(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let mut keyed = keys(session, call, values)?;
    session.pay(keyed.len() * 64)?;
    let descending = call.bool("Descending") == Some(true);
    // Equal ones stay as they were, either way.
    keyed.sort_by(|(left, _), (right, _)| match descending {
        true => right.cmp(left),
        false => left.cmp(right),
    });
    if call.bool("Unique") == Some(true) {
        keyed.dedup_by(|(left, _), (right, _)| left == right);
    }
    Ok(keyed.into_iter().map(|(_, value)| value).collect())
}

/// By what values are sorted or grouped.
fn keys(
    session: &mut Session<'_>,
    call: &Call,
    values: Vec<Value>,
) -> Done<Vec<(Vec<Key>, Value)>> {
    let wanted = properties::wanted(session, call.value("Property"))?;
    let mut keyed = Vec::with_capacity(values.len());
    for value in values {
        session.pay(cost(&value))?;
        let keys = if wanted.is_empty() {
            vec![Key::of(&value)]
        } else {
            let all = properties::of(session, &value, &wanted, true)?;
            all.iter().map(|(_, value)| Key::of(value)).collect()
        };
        keyed.push((keys, value));
    }
    Ok(keyed)
}

/// A place in an order that holds for all values.
#[derive(Debug, PartialEq, PartialOrd, Eq, Ord)]
enum Key {
    Null,
    Bool(bool),
    Number(Number),
    Time(std::time::SystemTime),
    Text(String),
}

#[derive(Debug, PartialEq)]
struct Number(f64);

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Key {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(_) | Value::Real(_) => Self::Number(Number(real(value).unwrap_or(0.0))),
            Value::Span(span) => Self::Number(Number(span.as_secs_f64())),
            Value::Back(span) => Self::Number(Number(-span.as_secs_f64())),
            Value::Time(at) => Self::Time(*at),
            other => Self::Text(text::in_string(other).to_lowercase()),
        }
    }
}

pub(super) const GROUP_OBJECT: Builtin = Builtin {
    command: &GROUP,
    run: group,
};

static GROUP: Command = command(
    "Group-Object",
    &["group"],
    "Puts objects together that have the same properties, and counts them.",
    &[PROPERTY, Parameter::new("NoElement", Takes::Switch), INPUT],
    &["Get-Queue | group Status -NoElement"],
);

/// What a group is.
static GROUPED: Kind = Kind {
    name: "Microsoft.PowerShell.Commands.GroupInfo",
    columns: &[
        Column {
            right: true,
            ..Column::of("Count", 5)
        },
        Column::of("Name", 25),
        Column::rest("Group"),
    ],
    list: &[],
    listed: false,
};

/// What a group is without its objects.
static COUNTED: Kind = Kind {
    name: "Microsoft.PowerShell.Commands.GroupInfoNoElement",
    columns: &[
        Column {
            right: true,
            ..Column::of("Count", 5)
        },
        Column::rest("Name"),
    ],
    list: &[],
    listed: false,
};

fn group(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let wanted = properties::wanted(session, call.value("Property"))?;
    let mut groups: BTreeMap<Vec<Key>, usize> = BTreeMap::new();
    // In the order in which they came.
    let mut found: Vec<(String, Vec<Value>)> = Vec::new();
    for (key, value) in keys(session, call, values)? {
        let next = found.len();
        let place = *groups.entry(key).or_insert(next);
        if place == next {
            let name = match wanted.is_empty() {
                true => text::in_string(&value),
                false => {
                    let all = properties::of(session, &value, &wanted, true)?;
                    let texts: Vec<String> = all
                        .iter()
                        .map(|(_, value)| text::in_string(value))
                        .collect();
                    texts.join(", ")
                }
            };
            found.push((name, Vec::new()));
        }
        found[place].1.push(value);
    }
    let alone = call.bool("NoElement") == Some(true);
    let out = found.into_iter().map(|(name, all)| {
        let count = Value::Int(i64::try_from(all.len()).unwrap_or(i64::MAX));
        match alone {
            true => {
                let properties = [("Count", count), ("Name", name.into())];
                Object::new(&COUNTED, COUNTED.name, properties).into()
            }
            false => {
                let properties = [
                    ("Count", count),
                    ("Name", name.into()),
                    ("Group", Value::List(all)),
                ];
                Object::new(&GROUPED, GROUPED.name, properties).into()
            }
        }
    });
    Ok(out.collect())
}

pub(super) const MEASURE_OBJECT: Builtin = Builtin {
    command: &MEASURE,
    run: measure,
};

static MEASURE: Command = command(
    "Measure-Object",
    &["measure"],
    "Counts objects, and adds up a property.",
    &[
        Parameter::new("Property", Takes::Text).at(0),
        Parameter::new("Average", Takes::Switch),
        Parameter::new("Maximum", Takes::Switch),
        Parameter::new("Minimum", Takes::Switch),
        Parameter::new("Sum", Takes::Switch),
        INPUT,
    ],
    &["Get-Queue | measure MessageCount -Sum"],
);

/// What was counted.
static MEASURED: Kind = Kind {
    name: "Microsoft.PowerShell.Commands.GenericMeasureInfo",
    columns: &[],
    list: &[],
    listed: true,
};

fn measure(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let asked = |name: &str| call.bool(name) == Some(true);
    let property = call.text("Property");
    let measured: Vec<Value> = match property {
        None => values,
        Some(name) => {
            let all = values.iter().map(|value| member(value, name));
            all.filter(|value| *value != Value::Null).collect()
        }
    };
    if let Some(name) = property.filter(|_| measured.is_empty()) {
        let trouble = Trouble {
            message: format!(
                "The property \"{name}\" cannot be found in the input for any objects."
            ),
            category: "InvalidArgument",
            target: String::new(),
            exception: "PSArgumentException",
            id: "GenericMeasurePropertyNotFound,Microsoft.PowerShell.Commands.MeasureObjectCommand"
                .to_owned(),
        };
        return Err(session.fail(trouble));
    }
    let numbers: Vec<f64> = measured.iter().filter_map(real).collect();
    let sum: f64 = numbers.iter().sum();
    #[allow(clippy::cast_precision_loss)] // objects that fit into memory
    let average = (!numbers.is_empty()).then(|| sum / numbers.len() as f64);
    let shown = |name: &str, number: Option<f64>| match number {
        Some(number) if asked(name) => Value::Real(number),
        _ => Value::Null,
    };
    let properties = [
        (
            "Count",
            Value::Int(i64::try_from(measured.len()).unwrap_or(i64::MAX)),
        ),
        ("Average", shown("Average", average)),
        ("Sum", shown("Sum", average.map(|_| sum))),
        (
            "Maximum",
            shown("Maximum", numbers.iter().copied().reduce(f64::max)),
        ),
        (
            "Minimum",
            shown("Minimum", numbers.iter().copied().reduce(f64::min)),
        ),
        ("Property", property.map(str::to_owned).into()),
    ];
    Ok(vec![
        Object::new(&MEASURED, MEASURED.name, properties).into(),
    ])
}
