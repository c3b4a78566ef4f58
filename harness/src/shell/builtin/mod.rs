//! The commands of the language itself.

mod content;
mod filter;
mod help;
mod inspect;
mod output;
mod properties;
mod search;
mod select;
mod sort;
mod view;

pub(super) use inspect::MEMBER;
pub(super) use search::MATCH;

use super::command::{Call, Command, Parameter};
use super::evaluate::{Done, Session, is_called};
use super::value::Value;

/// A command, and what it does with what comes through the pipeline.
#[derive(Debug)]
pub(super) struct Builtin {
    pub(super) command: &'static Command,
    pub(super) run: fn(&mut Session<'_>, &Call, Vec<Value>) -> Done<Vec<Value>>,
}

static ALL: [Builtin; 20] = [
    output::CLEAR_HOST,
    filter::FOR_EACH_OBJECT,
    view::FORMAT_LIST,
    view::FORMAT_TABLE,
    help::GET_COMMAND,
    content::GET_CONTENT,
    inspect::GET_DATE,
    help::GET_HELP,
    inspect::GET_MEMBER,
    inspect::GET_VARIABLE,
    sort::GROUP_OBJECT,
    sort::MEASURE_OBJECT,
    output::OUT_NULL,
    output::OUT_STRING,
    select::SELECT_OBJECT,
    search::SELECT_STRING,
    sort::SORT_OBJECT,
    filter::WHERE_OBJECT,
    output::WRITE_HOST,
    output::WRITE_OUTPUT,
];

/// Cmdlets that PowerShell has, that somebody may try here, and that are not here.
const MISSING: [&str; 27] = [
    "Add-Content",
    "Compare-Object",
    "ConvertFrom-Json",
    "ConvertTo-Csv",
    "ConvertTo-Html",
    "ConvertTo-Json",
    "Enter-PSSession",
    "Export-Clixml",
    "Export-Csv",
    "Format-Custom",
    "Format-Wide",
    "Get-History",
    "Import-Csv",
    "Import-Module",
    "Invoke-Command",
    "Invoke-Expression",
    "New-Object",
    "New-PSSession",
    "Out-File",
    "Out-GridView",
    "Read-Host",
    "Remove-Variable",
    "Set-Content",
    "Set-Variable",
    "Start-Transcript",
    "Tee-Object",
    "Write-Error",
];

/// What a command of a name is, if it is one of these.
pub(super) fn find(name: &str) -> Option<&'static Builtin> {
    ALL.iter().find(|builtin| is_called(builtin.command, name))
}

/// Whether PowerShell has it, and this shell has not.
pub(super) fn is_missing(name: &str) -> bool {
    MISSING.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// These commands with a host's, by name; where both have one it is the host's.
pub(super) fn with(mut commands: Vec<&'static Command>) -> Vec<&'static Command> {
    let own = ALL.iter().map(|builtin| builtin.command);
    let own: Vec<_> = own
        .filter(|own| !commands.iter().any(|command| is_called(command, own.name)))
        .collect();
    commands.extend(own);
    commands.sort_by_key(|command| command.name.to_ascii_lowercase());
    commands
}

/// A command that takes parameters, with all that its help can be without.
const fn command(
    name: &'static str,
    aliases: &'static [&'static str],
    synopsis: &'static str,
    parameters: &'static [Parameter],
    examples: &'static [&'static str],
) -> Command {
    Command {
        name,
        aliases,
        synopsis,
        notes: &[],
        examples,
        parameters,
        words: false,
    }
}
