//! `Where-Object` and `ForEach-Object`.

use super::{Builtin, command};
use crate::shell::command::{Call, Command, Parameter, Takes};
use crate::shell::evaluate::{Done, Session, collapsed, enumerated, member, method};
use crate::shell::operators;
use crate::shell::syntax::Comparison;
use crate::shell::text;
use crate::shell::trouble::Trouble;
use crate::shell::value::Value;

const INPUT: Parameter = Parameter::new("InputObject", Takes::Any).object();

pub(super) const WHERE_OBJECT: Builtin = Builtin {
    command: &WHERE,
    run: filter,
};

/// An operator as a switch.
const fn operator(name: &'static str) -> Parameter {
    Parameter::new(name, Takes::Switch)
}

static WHERE: Command = command(
    "Where-Object",
    &["where", "?"],
    "Gives on the objects for which a condition holds.",
    &[
        Parameter::new("FilterScript", Takes::Any)
            .also(&["Property"])
            .at(0)
            .needed(),
        Parameter::new("Value", Takes::Any).at(1),
        operator("EQ").also(&["IEQ"]),
        operator("NE").also(&["INE"]),
        operator("GT").also(&["IGT"]),
        operator("GE").also(&["IGE"]),
        operator("LT").also(&["ILT"]),
        operator("LE").also(&["ILE"]),
        operator("Like").also(&["ILike"]),
        operator("NotLike").also(&["INotLike"]),
        operator("Match").also(&["IMatch"]),
        operator("NotMatch").also(&["INotMatch"]),
        operator("Contains").also(&["IContains"]),
        operator("NotContains").also(&["INotContains"]),
        operator("In").also(&["IIn"]),
        operator("NotIn").also(&["INotIn"]),
        operator("CEQ"),
        operator("CNE"),
        operator("CLike"),
        operator("CMatch"),
        operator("CContains"),
        operator("Not"),
        INPUT,
    ],
    &[
        "Get-Queue | where {$_.Status -eq \"Retry\" -and $_.MessageCount -gt 0}",
        "Get-Queue | where Status -eq Retry",
        "Get-ExchangeCertificate | ? Services -match SMTP",
    ],
);

fn filter(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let condition = call.value("FilterScript").cloned().unwrap_or(Value::Null);
    let Value::Block(block) = condition else {
        return by_property(session, call, &text::in_string(&condition), values);
    };
    let mut kept = Vec::new();
    for value in values {
        let fits = collapsed(session.block(&block, value.clone())?);
        if operators::is_true(&fits) {
            kept.push(value);
        }
    }
    Ok(kept)
}

/// `where Status -eq Retry`
fn by_property(
    session: &mut Session<'_>,
    call: &Call,
    property: &str,
    values: Vec<Value>,
) -> Done<Vec<Value>> {
    let given = call
        .given
        .iter()
        .find(|(name, value)| **value == Value::Bool(true) && Comparison::written(name).is_some());
    let comparison = given.and_then(|(name, _)| Comparison::written(name));
    let wanted = call.value("Value").cloned();
    if comparison.is_some() != wanted.is_some() {
        let message = match comparison {
            None => "The command needs an operator, as in `where Status -eq Retry`.",
            Some(_) => "The operator needs a value, as in `where Status -eq Retry`.",
        };
        let trouble = Trouble {
            id: "OperatorNotSpecified,Microsoft.PowerShell.Commands.WhereObjectCommand".to_owned(),
            ..Trouble::new("PSArgumentException", message).about("InvalidArgument", "")
        };
        return Err(session.fail(trouble));
    }
    let not = call.bool("Not") == Some(true);
    let mut kept = Vec::new();
    for value in values {
        let own = member(&value, property);
        let fits = match (comparison, &wanted) {
            (Some((comparison, case)), Some(wanted)) => {
                operators::compared(session, comparison, case, &own, wanted)
                    .map_err(|trouble| session.fail(trouble))?
            }
            _ => own,
        };
        if operators::is_true(&fits) != not {
            kept.push(value);
        }
    }
    Ok(kept)
}

pub(super) const FOR_EACH_OBJECT: Builtin = Builtin {
    command: &FOR_EACH,
    run: for_each,
};

static FOR_EACH: Command = command(
    "ForEach-Object",
    &["foreach", "%"],
    "Does something with each object, or gives on a property of each.",
    &[
        Parameter::new("Process", Takes::Any)
            .also(&["MemberName"])
            .at(0)
            .needed(),
        Parameter::new("ArgumentList", Takes::Any)
            .also(&["Args"])
            .at(1)
            .rest(),
        Parameter::new("Begin", Takes::Any),
        Parameter::new("End", Takes::Any),
        INPUT,
    ],
    &[
        "Get-ExchangeCertificate | % {\"$($_.Thumbprint) $($_.NotAfter)\"}",
        "Get-Queue | % LastError",
    ],
);

fn for_each(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let mut out = around(session, call.value("Begin"))?;
    let arguments = call.value("ArgumentList").cloned().map(enumerated);
    let process = call.value("Process").cloned().unwrap_or(Value::Null);
    if matches!((&process, &arguments), (Value::Block(_), Some(_))) {
        let what = "more than one block without names";
        let instead = "`-Begin {…} -Process {…} -End {…}` is";
        return Err(session.fail(Trouble::unsupported(what, instead)));
    }
    for value in values {
        match &process {
            Value::Block(block) => out.extend(session.block(block, value)?),
            name => {
                let name = text::in_string(name);
                let found = member(&value, &name);
                let is_method = arguments.is_some()
                    || found == Value::Null && !matches!(value, Value::Object(_) | Value::Null);
                let result = match is_method {
                    true => {
                        let arguments = arguments.as_deref().unwrap_or_default();
                        method(session, &value, &name, arguments)
                            .map_err(|trouble| session.fail(trouble))?
                    }
                    false => found,
                };
                out.extend(enumerated(result));
            }
        }
        session.pay(out.len() / 64)?;
    }
    out.extend(around(session, call.value("End"))?);
    Ok(out)
}

/// `-Begin` and `-End`
fn around(session: &mut Session<'_>, block: Option<&Value>) -> Done<Vec<Value>> {
    match block {
        Some(Value::Block(block)) => session.block(block, Value::Null),
        _ => Ok(Vec::new()),
    }
}
