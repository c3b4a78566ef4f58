//! `Get-Member`, `Get-Variable` and `Get-Date`.

use super::{Builtin, command, properties};
use crate::shell::bounds;
use crate::shell::command::{Call, Command, Parameter, Takes};
use crate::shell::evaluate::{Done, Session};
use crate::shell::operators::standard_format;
use crate::shell::pattern::wildcard;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::{Column, Kind, Object, Value};

pub(super) const GET_MEMBER: Builtin = Builtin {
    command: &MEMBERS,
    run: members,
};

static MEMBERS: Command = command(
    "Get-Member",
    &["gm"],
    "Shows of what type objects are, and which properties they have.",
    &[
        Parameter::new("Name", Takes::Texts).at(0),
        Parameter::new("MemberType", Takes::Text),
        Parameter::new("InputObject", Takes::Any).object(),
    ],
    &["Get-Queue | gm"],
);

/// A property of a type.
pub(in crate::shell) static MEMBER: Kind = Kind {
    name: "Microsoft.PowerShell.Commands.MemberDefinition",
    columns: &[
        Column::of("Name", 36),
        Column::of("MemberType", 10),
        Column::rest("Definition"),
    ],
    list: &[],
    listed: false,
};

fn members(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let values = match call.value("InputObject") {
        Some(value) if values.is_empty() => vec![value.clone()],
        _ => values,
    };
    if values.is_empty() {
        let trouble = Trouble {
            message: "You must specify an object for the Get-Member cmdlet.".to_owned(),
            category: "CloseError",
            target: String::new(),
            exception: "InvalidOperationException",
            id: "NoObjectInGetMember,Microsoft.PowerShell.Commands.GetMemberCommand".to_owned(),
        };
        return Err(session.fail(trouble));
    }
    let names = call.texts("Name");
    let kind = call.text("MemberType").unwrap_or("*");
    let mut seen: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for value in &values {
        let type_name = text::type_name(value);
        session.pay(seen.len())?;
        if seen.contains(&type_name) {
            continue;
        }
        seen.push(type_name);
        let mut all = properties::all(value);
        all.sort_by_key(|(name, _)| name.to_lowercase());
        for (name, value) in all {
            let wanted = names
                .as_ref()
                .is_none_or(|names| names.iter().any(|pattern| wildcard(pattern, &name, false)));
            if !wanted || !wildcard(kind, "Property", false) && kind != "Properties" {
                continue;
            }
            let of = match text::type_name(&value).rsplit('.').next() {
                Some("") | None => "Object",
                Some(name) => name,
            };
            let definition = format!("{of} {name} {{get;set;}}");
            let properties = [
                ("TypeName", type_name.into()),
                ("Name", name.into()),
                ("MemberType", "Property".into()),
                ("Definition", definition.into()),
            ];
            out.push(Object::new(&MEMBER, MEMBER.name, properties).into());
        }
    }
    Ok(out)
}

pub(super) const GET_VARIABLE: Builtin = Builtin {
    command: &VARIABLE,
    run: variables,
};

static VARIABLE: Command = command(
    "Get-Variable",
    &["gv"],
    "Shows the variables that were set.",
    &[
        Parameter::new("Name", Takes::Texts).at(0),
        Parameter::new("ValueOnly", Takes::Switch),
    ],
    &["Get-Variable tls*"],
);

/// A variable.
static VARIABLES: Kind = Kind {
    name: "System.Management.Automation.PSVariable",
    columns: &[Column::of("Name", 30), Column::rest("Value")],
    list: &[],
    listed: false,
};

fn variables(session: &mut Session<'_>, call: &Call, _: Vec<Value>) -> Done<Vec<Value>> {
    let names = call.texts("Name").unwrap_or_else(|| vec!["*".to_owned()]);
    let mut out = Vec::new();
    for name in session.shell.names() {
        let value = session.shell.variable(&name).into_owned();
        session.pay(names.len() * 64 + bounds::cost(&value))?;
        let wanted = names.iter().any(|pattern| wildcard(pattern, &name, false));
        if name.contains(':') || !wanted {
            continue;
        }
        out.push(match call.bool("ValueOnly") {
            Some(true) => value,
            _ => {
                let properties = [("Name", name.into()), ("Value", value)];
                Object::new(&VARIABLES, VARIABLES.name, properties).into()
            }
        });
    }
    Ok(out)
}

pub(super) const GET_DATE: Builtin = Builtin {
    command: &DATE,
    run: date,
};

static DATE: Command = command(
    "Get-Date",
    &[],
    "Gives the time here, in UTC.",
    &[
        Parameter::new("Date", Takes::Time).at(0).piped(),
        Parameter::new("Format", Takes::Text),
    ],
    &["(Get-Date).AddDays(30)", "Get-Date -Format yyyy-MM-dd"],
);

fn date(session: &mut Session<'_>, call: &Call, _: Vec<Value>) -> Done<Vec<Value>> {
    let at = match call.value("Date") {
        Some(Value::Time(at)) => *at,
        _ => session.host.now(),
    };
    Ok(vec![match call.text("Format") {
        Some(format) => text::format_time(at, standard_format(format)).into(),
        None => Value::Time(at),
    }])
}
