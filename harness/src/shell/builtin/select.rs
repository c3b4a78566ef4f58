//! `Select-Object`.

use super::view::selected;
use super::{Builtin, command, properties};
use crate::shell::bounds::cost;
use crate::shell::command::{Call, Command, Parameter, Takes};
use crate::shell::evaluate::{Done, Session, enumerated};
use crate::shell::operators::equal;
use crate::shell::pattern::wildcard;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

pub(super) const SELECT_OBJECT: Builtin = Builtin {
    command: &SELECT,
    run: select,
};

static SELECT: Command = command(
    "Select-Object",
    &["select"],
    "Gives on some of the properties, or some of the objects.",
    &[
        Parameter::new("Property", Takes::Any).at(0),
        Parameter::new("ExcludeProperty", Takes::Texts),
        Parameter::new("ExpandProperty", Takes::Text),
        Parameter::new("First", Takes::Int),
        Parameter::new("Last", Takes::Int),
        Parameter::new("Skip", Takes::Int),
        Parameter::new("Unique", Takes::Switch),
        Parameter::new("InputObject", Takes::Any).object(),
    ],
    &[
        "Get-ExchangeCertificate | select Thumbprint,NotAfter",
        "Get-Queue | select -ExpandProperty LastError",
        "Get-ExchangeCertificate | select Subject,@{n=\"Days\";e={($_.NotAfter - (Get-Date)).Days}}",
    ],
);

fn select(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let values = some(call, values);
    let wanted = properties::wanted(session, call.value("Property"))?;
    let excluded = call.texts("ExcludeProperty").unwrap_or_default();
    let mut out: Vec<Value> = Vec::new();
    for value in values {
        if let Some(name) = call.text("ExpandProperty") {
            let all = properties::all(&value);
            let found = all
                .into_iter()
                .find(|(own, _)| own.eq_ignore_ascii_case(name));
            match found {
                Some((_, found)) => out.extend(enumerated(found)),
                None => {
                    let trouble = no_property(name);
                    let failure = session.fail(trouble);
                    session.settled(failure)?;
                }
            }
        } else if wanted.is_empty() {
            out.push(value);
        } else {
            let mut chosen = properties::of(session, &value, &wanted, true)?;
            chosen.retain(|(name, _)| {
                !excluded
                    .iter()
                    .any(|pattern| wildcard(pattern, name, false))
            });
            out.push(selected(chosen));
        }
        session.pay(out.len() / 64)?;
    }
    if call.bool("Unique") == Some(true) {
        let mut once: Vec<Value> = Vec::new();
        for value in out {
            session.pay(once.len().saturating_mul(cost(&value)))?;
            if !once.iter().any(|known| equal(known, &value, true)) {
                once.push(value);
            }
        }
        return Ok(once);
    }
    Ok(out)
}

/// The objects that are left by `-Skip`, `-First` and `-Last`.
fn some(call: &Call, values: Vec<Value>) -> Vec<Value> {
    let given = |name: &str| {
        let number = call.int(name)?;
        usize::try_from(number).ok()
    };
    let skip = given("Skip").unwrap_or(0);
    match (given("First"), given("Last")) {
        (None, None) => values.into_iter().skip(skip).collect(),
        (Some(first), None) => values.into_iter().skip(skip).take(first).collect(),
        (None, Some(last)) => {
            let end = values.len().saturating_sub(skip);
            let start = end.saturating_sub(last);
            values.into_iter().take(end).skip(start).collect()
        }
        (Some(first), Some(last)) => {
            let count = values.len();
            let kept = values.into_iter().enumerate();
            let kept = kept.filter(|(nth, _)| *nth < first || nth.saturating_add(last) >= count);
            kept.map(|(_, value)| value).collect()
        }
    }
}

fn no_property(name: &str) -> Trouble {
    Trouble {
        message: format!("Property \"{name}\" cannot be found."),
        category: "InvalidArgument",
        target: String::new(),
        exception: "PSArgumentException",
        id: "ExpandPropertyNotFound,Microsoft.PowerShell.Commands.SelectObjectCommand".to_owned(),
    }
}
