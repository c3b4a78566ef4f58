//! The names of parameters.

use super::{Unbound, parameters};
use crate::near::nearest;
use crate::shell::command::{Command, Parameter, Takes};
use crate::shell::convert::binding;
use crate::shell::trouble::Trouble;

const ACTIONS: Takes = Takes::OneOf(&["SilentlyContinue", "Stop", "Continue", "Ignore"]);

/// What every command takes, as far as it is known here.
pub(in crate::shell) static COMMON: [Parameter; 4] = [
    Parameter::new("ErrorAction", ACTIONS).also(&["ea"]),
    Parameter::new("WarningAction", ACTIONS).also(&["wa"]),
    Parameter::new("Verbose", Takes::Switch).also(&["vb"]),
    Parameter::new("Debug", Takes::Switch).also(&["db"]),
];

/// What every command of PowerShell takes, and none here.
const MISSING: [&str; 6] = [
    "ErrorVariable",
    "WarningVariable",
    "OutVariable",
    "OutBuffer",
    "PipelineVariable",
    "InformationAction",
];

/// The parameter of a name, of an alias, or of the start of one.
pub(super) fn find(command: &Command, name: &str) -> Result<&'static Parameter, Unbound> {
    let all = || parameters(command).chain(COMMON.iter());
    let names = |parameter: &'static Parameter| {
        std::iter::once(parameter.name).chain(parameter.aliases.iter().copied())
    };
    let exact = all().find(|parameter| names(parameter).any(|own| own.eq_ignore_ascii_case(name)));
    if let Some(parameter) = exact {
        return Ok(parameter);
    }
    let begins = |own: &str| {
        own.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let begun: Vec<_> = all()
        .filter(|parameter| !name.is_empty() && names(parameter).any(begins))
        .collect();
    match begun.as_slice() {
        [one] => Ok(one),
        [] => Err(not_found(command, name)),
        several => {
            let matches: Vec<String> = several.iter().map(|one| format!("-{}", one.name)).collect();
            Err(Unbound::from(Trouble {
                message: format!(
                    "Parameter cannot be processed because the parameter name '{name}' is \
                     ambiguous. Possible matches include: {}.",
                    matches.join(" ")
                ),
                ..binding("ParameterBindingException", "AmbiguousParameter")
            }))
        }
    }
}

fn not_found(command: &Command, name: &str) -> Unbound {
    if MISSING.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        let instead = "`-ErrorAction` and `-WarningAction` are";
        return Trouble::unsupported(&format!("`-{name}`"), instead).into();
    }
    let known: Vec<&str> = parameters(command)
        .map(|parameter| parameter.name)
        .collect();
    Unbound {
        hint: nearest(name, &known).map(|near| format!("did you mean `-{near}`?")),
        ..Unbound::from(Trouble {
            message: format!("A parameter cannot be found that matches parameter name '{name}'."),
            ..binding("ParameterBindingException", "NamedParameterNotFound")
        })
    }
}
