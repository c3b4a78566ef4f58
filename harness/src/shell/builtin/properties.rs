//! What `-Property` names: properties, wildcards, and what a block works out.

use std::sync::Arc;

use crate::shell::bounds::cost;
use crate::shell::evaluate::{Done, Session, collapsed, enumerated, member};
use crate::shell::pattern::{has_wildcards, wildcard};
use crate::shell::syntax::Block;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

/// One thing that `-Property` names.
pub(super) enum Wanted {
    /// `@{Name="Days"; Expression={…}}`, or a block alone.
    Computed(String, Arc<Block>),
    /// `Fqdn`, `*Tls*`, and under which heading.
    Named(String, String),
}

/// What an argument of `-Property` names.
pub(super) fn wanted(session: &Session<'_>, value: Option<&Value>) -> Done<Vec<Wanted>> {
    let mut all = Vec::new();
    for one in enumerated(value.cloned().unwrap_or(Value::List(Vec::new()))) {
        all.push(match one {
            Value::Block(block) => Wanted::Computed(block.text().to_owned(), block),
            Value::Table(table) => of_table(session, &table)?,
            other => {
                let name = text::in_string(&other);
                Wanted::Named(name.clone(), name)
            }
        });
    }
    Ok(all)
}

fn of_table(session: &Session<'_>, table: &[(String, Value)]) -> Done<Wanted> {
    let of = |keys: &[&str]| {
        let found = table
            .iter()
            .find(|(key, _)| keys.iter().any(|known| known.eq_ignore_ascii_case(key)));
        found.map(|(_, value)| value)
    };
    let keys = ["name", "n", "label", "l", "expression", "e"];
    let unknown = table
        .iter()
        .find(|(key, _)| !keys.iter().any(|known| known.eq_ignore_ascii_case(key)));
    if let Some((key, _)) = unknown {
        let what = format!("`{key}` in a computed property");
        return Err(session.fail(Trouble::unsupported(&what, "`Name` and `Expression` are")));
    }
    let name = of(&["name", "n", "label", "l"]).map(text::in_string);
    match of(&["expression", "e"]) {
        Some(Value::Block(block)) => {
            let name = name.unwrap_or_else(|| block.text().to_owned());
            Ok(Wanted::Computed(name, Arc::clone(block)))
        }
        Some(property) => {
            let property = text::in_string(property);
            Ok(Wanted::Named(
                name.unwrap_or_else(|| property.clone()),
                property,
            ))
        }
        None => Err(session.fail(
            Trouble::new(
                "NotSupportedException",
                "The value of a key is missing. A computed property needs the key `Expression`.",
            )
            .about("InvalidArgument", ""),
        )),
    }
}

/// The properties of a value that are wanted, in the order in which they are named. What it has
/// not is null, or left out.
pub(super) fn of(
    session: &mut Session<'_>,
    value: &Value,
    wanted: &[Wanted],
    keep_missing: bool,
) -> Done<Vec<(String, Value)>> {
    let mut out: Vec<(String, Value)> = Vec::new();
    let own = all(value);
    for one in wanted {
        session.pay(own.len())?;
        match one {
            Wanted::Computed(name, block) => {
                let worked_out = collapsed(session.block(block, value.clone())?);
                out.push((name.clone(), worked_out));
            }
            Wanted::Named(_, pattern) if has_wildcards(pattern) => {
                for (name, found) in &own {
                    session.pay(pattern.len() + name.len())?;
                    let known = out
                        .iter()
                        .any(|(known, _)| known.eq_ignore_ascii_case(name));
                    if !known && wildcard(pattern, name, false) {
                        out.push((name.clone(), found.clone()));
                    }
                }
            }
            Wanted::Named(title, property) => {
                let found = own
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(property));
                match found {
                    // A heading that was not asked for otherwise is spelt as the property is.
                    Some((name, found)) if title == property => {
                        out.push((name.clone(), found.clone()));
                    }
                    Some((_, found)) => out.push((title.clone(), found.clone())),
                    None if keep_missing => {
                        out.push((title.clone(), member(value, property)));
                    }
                    None => {}
                }
            }
        }
        let copied = out.last().map_or(1, |(_, value)| cost(value));
        session.pay(copied)?;
    }
    Ok(out)
}

/// Every property of a value.
pub(super) fn all(value: &Value) -> Vec<(String, Value)> {
    let of = |names: &[&str]| -> Vec<(String, Value)> {
        let named = names.iter();
        named
            .map(|name| ((*name).to_owned(), member(value, name)))
            .collect()
    };
    match value {
        Value::Object(object) => {
            let all = object.properties.iter();
            all.map(|(name, value)| (name.to_string(), value.clone()))
                .collect()
        }
        Value::Table(all) => all.clone(),
        Value::Text(_) => of(&["Length"]),
        Value::Time(_) => of(&[
            "Date",
            "Day",
            "DayOfWeek",
            "Hour",
            "Minute",
            "Month",
            "Second",
            "TimeOfDay",
            "Year",
        ]),
        Value::Span(_) | Value::Back(_) => of(&[
            "Days",
            "Hours",
            "Minutes",
            "Seconds",
            "Milliseconds",
            "TotalDays",
            "TotalHours",
            "TotalMinutes",
            "TotalSeconds",
            "TotalMilliseconds",
        ]),
        _ => Vec::new(),
    }
}
