//! Commands that print, or keep from printing.

use super::{Builtin, command};
use crate::shell::command::{Call, Command, Parameter, Takes};
use crate::shell::evaluate::{Done, Session, enumerated};
use crate::shell::format;
use crate::shell::operators::joined;
use crate::shell::value::Value;

const INPUT: Parameter = Parameter::new("InputObject", Takes::Any).object();

pub(super) const OUT_NULL: Builtin = Builtin {
    command: &NULL,
    run: |_, _, _| Ok(Vec::new()),
};

static NULL: Command = command(
    "Out-Null",
    &[],
    "Throws away what comes through the pipeline.",
    &[INPUT],
    &["Get-Queue | Out-Null"],
);

pub(super) const OUT_STRING: Builtin = Builtin {
    command: &STRING,
    run: string,
};

static STRING: Command = command(
    "Out-String",
    &[],
    "Gives on what would be printed, as text.",
    &[Parameter::new("Stream", Takes::Switch), INPUT],
    &["Get-Queue | fl | Out-String -Stream | Select-String LastError"],
);

fn string(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let lines = format::lines(session, &values)?;
    if call.bool("Stream") == Some(true) {
        return Ok(lines.into_iter().map(Value::Text).collect());
    }
    Ok(vec![Value::Text(lines.join("\n"))])
}

pub(super) const WRITE_HOST: Builtin = Builtin {
    command: &HOST,
    run: host,
};

static HOST: Command = Command {
    notes: &["Colours can be asked for, and are not shown."],
    ..command(
        "Write-Host",
        &[],
        "Prints a text; nothing goes on through the pipeline.",
        &[
            Parameter::new("Object", Takes::Any).at(0).rest().object(),
            Parameter::new("Separator", Takes::Text),
            Parameter::new("ForegroundColor", Takes::Text),
            Parameter::new("BackgroundColor", Takes::Text),
        ],
        &["Write-Host \"$($cert.Subject) ends on $($cert.NotAfter)\""],
    )
};

fn host(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let values = match call.value("Object") {
        Some(value) => vec![value.clone()],
        None if values.is_empty() => vec![Value::Null],
        None => values,
    };
    let between = call.text("Separator").unwrap_or(" ");
    for value in values {
        let text = joined(&value, between).map_err(|trouble| session.fail(trouble))?;
        for line in text.split('\n') {
            session.print(line.trim_end_matches('\r'))?;
        }
    }
    Ok(Vec::new())
}

pub(super) const WRITE_OUTPUT: Builtin = Builtin {
    command: &OUTPUT,
    run: output,
};

static OUTPUT: Command = command(
    "Write-Output",
    &["echo", "write"],
    "Gives values on through the pipeline; at its end they are printed.",
    &[Parameter::new("InputObject", Takes::Any)
        .at(0)
        .rest()
        .object()],
    &["echo \"<I>$($cert.Issuer)<S>$($cert.Subject)\""],
);

fn output(_: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    Ok(match call.value("InputObject") {
        Some(value) => enumerated(value.clone()),
        None => values,
    })
}

pub(super) const CLEAR_HOST: Builtin = Builtin {
    command: &CLEAR,
    run: |session, _, _| {
        // Cursor to the corner, and nothing below it.
        session.print("\u{1b}[H\u{1b}[2J")?;
        Ok(Vec::new())
    },
};

static CLEAR: Command = command(
    "Clear-Host",
    &["cls", "clear"],
    "Empties the window.",
    &[],
    &["cls"],
);
