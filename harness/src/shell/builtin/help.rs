//! `Get-Help` and `Get-Command`.

use super::{Builtin, command, find, with};
use crate::near::nearest;
use crate::shell::command::{Call, Command, FromPipeline, Parameter, Takes};
use crate::shell::evaluate::{Done, Session, is_called};
use crate::shell::format::wrapped;
use crate::shell::pattern::{has_wildcards, wildcard};
use crate::shell::trouble::Trouble;
use crate::shell::value::{Column, Kind, Object, Value};

pub(super) const GET_HELP: Builtin = Builtin {
    command: &HELP,
    run: help,
};

static HELP: Command = command(
    "Get-Help",
    &["help", "man"],
    "Says what a command does and takes; without a name, which commands there are.",
    &[
        Parameter::new("Name", Takes::Text).at(0).piped(),
        Parameter::new("Examples", Takes::Switch),
        Parameter::new("Detailed", Takes::Switch),
        Parameter::new("Full", Takes::Switch),
        Parameter::new("Parameter", Takes::Text),
    ],
    &["man Get-Queue", "Get-Help *Connector*"],
);

pub(super) const GET_COMMAND: Builtin = Builtin {
    command: &COMMAND,
    run: commands,
};

static COMMAND: Command = command(
    "Get-Command",
    &["gcm"],
    "Lists the commands that there are.",
    &[Parameter::new("Name", Takes::Texts).at(0)],
    &["Get-Command *Certificate*"],
);

/// A command in a list.
static LISTED: Kind = Kind {
    name: "System.Management.Automation.CommandInfo",
    columns: &[
        Column::of("CommandType", 15),
        Column::of("Name", 32),
        Column::rest("Synopsis"),
    ],
    list: &[],
    listed: false,
};

fn listed(command: &Command) -> Value {
    let kind = match (command.words, find(command.name)) {
        (true, _) => "Application",
        // What the Exchange Management Shell brings are functions that call the server.
        (false, None) => "Function",
        (false, Some(_)) => "Cmdlet",
    };
    let properties = [
        ("CommandType", kind.into()),
        ("Name", command.name.into()),
        ("Synopsis", command.synopsis.into()),
    ];
    Object::new(&LISTED, command.name, properties).into()
}

fn commands(session: &mut Session<'_>, call: &Call, _: Vec<Value>) -> Done<Vec<Value>> {
    let all = with(session.host.commands());
    let names = call.texts("Name").unwrap_or_else(|| vec!["*".to_owned()]);
    let mut out = Vec::new();
    for pattern in &names {
        session.pay(all.len() * pattern.len().max(1))?;
        let mut found = all
            .iter()
            .filter(|command| match has_wildcards(pattern) {
                true => wildcard(pattern, command.name, false),
                false => is_called(command, pattern),
            })
            .peekable();
        if found.peek().is_none() && !has_wildcards(pattern) {
            let trouble = Trouble {
                message: format!(
                    "The term '{pattern}' is not recognized as the name of a cmdlet, function, \
                     script file, or operable program. Check the spelling of the name, or if a \
                     path was included, verify that the path is correct and try again."
                ),
                category: "ObjectNotFound",
                target: pattern.clone(),
                exception: "CommandNotFoundException",
                id: "CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand"
                    .to_owned(),
            };
            let failure = session.fail(trouble);
            session.settled(failure)?;
        }
        out.extend(found.map(|command| listed(command)));
    }
    Ok(out)
}

fn help(session: &mut Session<'_>, call: &Call, _: Vec<Value>) -> Done<Vec<Value>> {
    let all = with(session.host.commands());
    let name = call.text("Name").unwrap_or("*");
    if has_wildcards(name) {
        session.pay(all.len() * name.len())?;
        let found = all.iter();
        let found = found.filter(|command| wildcard(name, command.name, false));
        return Ok(found.map(|command| listed(command)).collect());
    }
    let Some(command) = all.iter().find(|command| is_called(command, name)) else {
        let known: Vec<&str> = all.iter().map(|command| command.name).collect();
        let trouble = Trouble {
            message: format!("Get-Help could not find {name} in a help file in this session."),
            category: "ResourceUnavailable",
            target: String::new(),
            exception: "HelpNotFoundException",
            id: "HelpNotFound,Microsoft.PowerShell.Commands.GetHelpCommand".to_owned(),
        };
        let near = (name.len() < 80).then(|| nearest(name, &known)).flatten();
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        let failure = session.fail(trouble);
        return Err(Box::new(failure.hint(hint)));
    };
    let lines = if call.bool("Examples") == Some(true) {
        let mut lines = section("NAME", &[command.name.to_owned()]);
        lines.extend(examples(command));
        lines
    } else if let Some(pattern) = call.text("Parameter") {
        let all = command.parameters.iter();
        all.filter(|parameter| wildcard(pattern, parameter.name, false))
            .flat_map(about)
            .collect()
    } else {
        page(command)
    };
    Ok(lines.into_iter().map(Value::Text).collect())
}

/// Everything about a command.
fn page(command: &Command) -> Vec<String> {
    let mut out = vec![String::new()];
    out.extend(section("NAME", &[command.name.to_owned()]));
    out.extend(section("SYNOPSIS", &[command.synopsis.to_owned()]));
    out.extend(section("SYNTAX", &[syntax(command)]));
    if !command.notes.is_empty() {
        let notes: Vec<String> = command
            .notes
            .iter()
            .map(|note| (*note).to_owned())
            .collect();
        out.extend(section("DESCRIPTION", &notes));
    }
    if !command.parameters.is_empty() {
        out.push("PARAMETERS".to_owned());
        out.extend(command.parameters.iter().flat_map(about));
    }
    if !command.aliases.is_empty() {
        out.extend(section("ALIASES", &[command.aliases.join(", ")]));
    }
    out.extend(examples(command));
    out
}

fn section(title: &str, paragraphs: &[String]) -> Vec<String> {
    let mut out = vec![title.to_owned()];
    for paragraph in paragraphs {
        let lines = wrapped(paragraph, 110).into_iter();
        out.extend(lines.map(|line| format!("    {line}")));
        out.push(String::new());
    }
    out
}

fn examples(command: &Command) -> Vec<String> {
    let mut out = Vec::new();
    for (nth, example) in command.examples.iter().enumerate() {
        out.push(format!(
            "    -------------------------- EXAMPLE {} --------------------------",
            nth + 1
        ));
        out.push(String::new());
        out.push(format!("    PS C:\\>{example}"));
        out.push(String::new());
    }
    out
}

/// `Get-Queue [[-Identity] <String>] [-Filter <String>] [<CommonParameters>]`
fn syntax(command: &Command) -> String {
    if command.words {
        return format!("{} [<arguments>]", command.name);
    }
    let mut out = command.name.to_owned();
    for parameter in command.parameters {
        let name = match parameter.position {
            Some(_) => format!("[-{}]", parameter.name),
            None => format!("-{}", parameter.name),
        };
        let whole = match type_of(parameter) {
            None => name,
            Some(of) => format!("{name} <{of}>"),
        };
        out += &match parameter.mandatory {
            true => format!(" {whole}"),
            false => format!(" [{whole}]"),
        };
    }
    out + " [<CommonParameters>]"
}

fn type_of(parameter: &Parameter) -> Option<String> {
    Some(match parameter.takes {
        Takes::Switch => return None,
        Takes::Bool => "Boolean".to_owned(),
        Takes::Text => "String".to_owned(),
        Takes::Int => "Int32".to_owned(),
        Takes::Span => "TimeSpan".to_owned(),
        Takes::Time => "DateTime".to_owned(),
        Takes::OneOf(known) => known.join(" | "),
        Takes::SomeOf(known) => format!("{{{}}}[]", known.join(" | ")),
        Takes::Texts => "String[]".to_owned(),
        Takes::Any => "Object".to_owned(),
    })
}

/// A parameter as `-Full` has it.
fn about(parameter: &Parameter) -> Vec<String> {
    let of = type_of(parameter).map(|of| format!(" <{of}>"));
    let position = match parameter.position {
        Some(place) => place.to_string(),
        None => "named".to_owned(),
    };
    let pipeline = match parameter.from_pipeline {
        FromPipeline::No => "false",
        FromPipeline::Property => "true (ByPropertyName)",
        FromPipeline::Value => "true (ByValue)",
    };
    let mut lines = vec![
        format!("    -{}{}", parameter.name, of.unwrap_or_default()),
        format!(
            "        Required?                    {}",
            parameter.mandatory
        ),
        format!("        Position?                    {position}"),
        format!("        Accept pipeline input?       {pipeline}"),
    ];
    if !parameter.aliases.is_empty() {
        lines.push(format!(
            "        Aliases                      {}",
            parameter.aliases.join(", ")
        ));
    }
    lines.push(String::new());
    lines
}
