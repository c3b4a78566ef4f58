//! What Tab offers.

mod place;

use std::collections::BTreeSet;

use super::Interpreter;
use super::bind::COMMON;
use super::builtin;
use super::command::{Command, Host, Parameter, Takes};
use super::evaluate::is_called;
use super::syntax::COMPARISONS;
use super::value::Value;
use place::Place;

/// What a word can be completed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word starts, in bytes; it ends at the cursor.
    pub start: usize,
    /// What it can become, whole.
    pub candidates: Vec<String>,
}

/// How many are offered.
const MOST: usize = 500;

/// Commands of the language that take the names of properties.
const TAKE_PROPERTIES: [&str; 7] = [
    "Format-List",
    "Format-Table",
    "Group-Object",
    "Measure-Object",
    "Select-Object",
    "Sort-Object",
    "Where-Object",
];

pub(super) fn complete(
    shell: &Interpreter,
    host: &dyn Host,
    line: &str,
    cursor: usize,
) -> Completion {
    let before = line.get(..cursor).unwrap_or(line);
    let place = place::of(before);
    let word = &before[place.start..];
    // Inside a string only a variable can be known.
    let dollar = word.rfind('$').filter(|at| {
        let name = &word[at + 1..];
        !word.starts_with('\'')
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || "_:.".contains(c))
    });
    if let Some(at) = dollar {
        return Completion {
            start: place.start + at,
            candidates: of_variable(shell, &word[at + 1..], &place),
        };
    }
    let commands = builtin::with(host.commands());
    let candidates = match place.words.first() {
        None => of_command(&commands, word),
        Some(first) if first.starts_with(['$', '(', '"', '\'']) => of_operator(word),
        Some(first) => match commands.iter().find(|command| is_called(command, first)) {
            Some(command) => of_argument(shell, host, command, &place, word, &commands),
            None => Vec::new(),
        },
    };
    Completion {
        start: place.start,
        candidates: candidates.into_iter().take(MOST).collect(),
    }
}

fn of_command(commands: &[&'static Command], word: &str) -> Vec<String> {
    let names = commands.iter().map(|command| command.name);
    let aliases = commands
        .iter()
        .flat_map(|command| command.aliases.iter().copied())
        // An empty word offers what reads well.
        .filter(|_| !word.is_empty());
    let found = names.chain(aliases).filter(|name| starts(name, word));
    found.map(str::to_owned).collect()
}

fn of_operator(word: &str) -> Vec<String> {
    let names = COMPARISONS.iter().map(|(name, _)| *name);
    let names = names.chain(["and", "or", "not", "xor"]);
    let names = names.map(|name| format!("-{name}"));
    let mut found: Vec<String> = names.filter(|name| starts(name, word)).collect();
    found.sort();
    found
}

/// `$tls` or `$cert.Thumb`, without its `$`.
fn of_variable(shell: &Interpreter, name: &str, place: &Place) -> Vec<String> {
    if let Some((variable, member)) = name.rsplit_once('.') {
        let names = match variable {
            "_" => place.upstream.as_ref().map(|from| shell.seen(from)),
            _ => Some(properties(&shell.variable(variable))),
        };
        let names = names.unwrap_or_default().into_iter();
        return names
            .filter(|name| starts(name, member))
            .map(|name| format!("${variable}.{name}"))
            .collect();
    }
    let own = shell.names().into_iter();
    let fixed = ["_", "Error", "false", "null", "true"].map(str::to_owned);
    let mut all: Vec<String> = own
        .chain(fixed)
        .filter(|known| starts(known, name))
        .map(|known| format!("${known}"))
        .collect();
    all.sort();
    all
}

fn of_argument(
    shell: &Interpreter,
    host: &dyn Host,
    command: &Command,
    place: &Place,
    word: &str,
    commands: &[&'static Command],
) -> Vec<String> {
    if word.starts_with('-') {
        let all = command.parameters.iter().chain(&COMMON);
        let names = all.map(|parameter| format!("-{}", parameter.name));
        return names.filter(|name| starts(name, word)).collect();
    }
    let Some(parameter) = parameter(command, place) else {
        return Vec::new();
    };
    let is_property = ["Property", "FilterScript"].contains(&parameter.name)
        && TAKE_PROPERTIES.contains(&command.name);
    let all: Vec<String> = match parameter.takes {
        _ if is_property => {
            let from = place.upstream.as_deref().unwrap_or_default();
            match from.strip_prefix('$') {
                Some(variable) => properties(&shell.variable(variable)),
                None => shell.seen(from),
            }
        }
        _ if command.name == "Get-Help" => commands
            .iter()
            .map(|command| command.name.to_owned())
            .collect(),
        Takes::Bool => vec!["$true".to_owned(), "$false".to_owned()],
        Takes::OneOf(known) | Takes::SomeOf(known) => {
            known.iter().map(|name| (*name).to_owned()).collect()
        }
        _ => host.complete(command, parameter),
    };
    let quote = word.chars().next().filter(|c| *c == '"' || *c == '\'');
    let plain = word.trim_start_matches(['"', '\'']);
    let begins: Vec<&String> = all.iter().filter(|one| starts(one, plain)).collect();
    let chosen = match begins.is_empty() {
        false => begins,
        // `Default` finds `EX01\Default Frontend EX01`.
        true => all.iter().filter(|one| holds(one, plain)).collect(),
    };
    chosen.into_iter().map(|one| quoted(one, quote)).collect()
}

/// The parameter that the word is for: the one named before it, or the next one by its place.
fn parameter(command: &Command, place: &Place) -> Option<&'static Parameter> {
    let named = |word: &str| {
        let name = word.strip_prefix('-')?.trim_end_matches(':');
        let mut all = command.parameters.iter().chain(&COMMON);
        all.clone()
            .find(|parameter| parameter.name.eq_ignore_ascii_case(name))
            .or_else(|| all.find(|parameter| starts(parameter.name, name) && !name.is_empty()))
    };
    let mut taken = BTreeSet::new();
    let mut open: Option<&'static Parameter> = None;
    let mut plain = 0;
    // After a comma the word belongs to the one before it.
    let before = place.words.len().saturating_sub(usize::from(place.in_list));
    for word in place.words.iter().take(before).skip(1) {
        let value_of = open.take();
        match named(word) {
            Some(parameter) => {
                taken.insert(parameter.name);
                open = Some(parameter).filter(|parameter| parameter.takes != Takes::Switch);
            }
            None if value_of.is_none() => plain += 1,
            None => {}
        }
    }
    if open.is_some() {
        return open;
    }
    let mut places: Vec<&Parameter> = command
        .parameters
        .iter()
        .filter(|parameter| parameter.position.is_some() && !taken.contains(parameter.name))
        .collect();
    places.sort_by_key(|parameter| parameter.position);
    places.get(plain).copied()
}

/// The names of what an object has.
fn properties(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let all = object.properties.iter();
            all.map(|(name, _)| name.to_string()).collect()
        }
        Value::List(all) => all
            .iter()
            .find(|one| matches!(one, Value::Object(_)))
            .map(properties)
            .unwrap_or_default(),
        Value::Table(all) => all.iter().map(|(key, _)| key.clone()).collect(),
        _ => Vec::new(),
    }
}

/// A value as it has to be typed.
fn quoted(text: &str, quote: Option<char>) -> String {
    let plain = !text.contains(|c: char| c.is_whitespace() || "'\"`|;,(){}<>&#@".contains(c));
    match quote {
        None if plain => text.to_owned(),
        Some('\'') => format!("'{}'", text.replace('\'', "''")),
        _ => {
            let escaped = text
                .replace('`', "``")
                .replace('$', "`$")
                .replace('"', "`\"");
            match text.starts_with('$') && plain {
                // `$true` is no text.
                true => text.to_owned(),
                false => format!("\"{escaped}\""),
            }
        }
    }
}

fn starts(whole: &str, start: &str) -> bool {
    whole
        .get(..start.len())
        .is_some_and(|own| own.eq_ignore_ascii_case(start))
}

fn holds(whole: &str, part: &str) -> bool {
    whole.to_lowercase().contains(&part.to_lowercase())
}
