//! `Select-String`.

use super::content::{files, paths};
use super::{Builtin, command};
use crate::shell::command::{Call, Command, Parameter, Takes};
use crate::shell::evaluate::{Done, Session, enumerated};
use crate::shell::operators::int;
use crate::shell::pattern::Pattern;
use crate::shell::text;
use crate::shell::value::{Kind, Object, Value};

pub(super) const SELECT_STRING: Builtin = Builtin {
    command: &STRING,
    run: search,
};

static STRING: Command = command(
    "Select-String",
    &["sls"],
    "Finds the lines in which a pattern occurs, in files or in what comes through the pipeline.",
    &[
        Parameter::new("Pattern", Takes::Texts).at(0).needed(),
        Parameter::new("Path", Takes::Texts)
            .also(&["LiteralPath"])
            .at(1),
        Parameter::new("AllMatches", Takes::Switch),
        Parameter::new("CaseSensitive", Takes::Switch),
        Parameter::new("Context", Takes::Any),
        Parameter::new("List", Takes::Switch),
        Parameter::new("NotMatch", Takes::Switch),
        Parameter::new("Quiet", Takes::Switch),
        Parameter::new("SimpleMatch", Takes::Switch),
        Parameter::new("InputObject", Takes::Any).object(),
    ],
    &[
        "Select-String -Path C:\\Logs\\*.log -Pattern STARTTLS -Context 2",
        "Get-Content C:\\Logs\\recv.log | sls \"454 4.7.0\" -SimpleMatch",
    ],
);

/// A line that was found.
pub(in crate::shell) static MATCH: Kind = Kind {
    name: "Microsoft.PowerShell.Commands.MatchInfo",
    columns: &[],
    list: &[],
    listed: false,
};

/// What is looked for, and how.
struct Search {
    patterns: Vec<(String, Pattern)>,
    not: bool,
    /// Lines before and behind.
    context: (usize, usize),
    first_only: bool,
}

fn search(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let asked = |name: &str| call.bool(name) == Some(true);
    let case = asked("CaseSensitive");
    let mut patterns = Vec::new();
    for text in call.texts("Pattern").unwrap_or_default() {
        let pattern = match asked("SimpleMatch") {
            true => Pattern::plain(&text, case),
            false => Pattern::new(&text, case),
        };
        patterns.push((text, pattern.map_err(|trouble| session.fail(trouble))?));
    }
    let search = Search {
        patterns,
        not: asked("NotMatch"),
        context: context(call.value("Context")),
        first_only: asked("List"),
    };
    let mut out = Vec::new();
    let is_file = |value: &Value| match value {
        Value::Object(object) => object.property("FullName").is_some(),
        _ => false,
    };
    if call.has("Path") || values.iter().any(is_file) {
        for path in paths(session, call, &values)? {
            for (path, body) in files(session, &path)? {
                let lines: Vec<&str> = body.lines().collect();
                out.extend(search.lines(session, Some(&path), &lines)?);
            }
        }
    } else {
        let values = match call.value("InputObject") {
            Some(value) if values.is_empty() => enumerated(value.clone()),
            _ => values,
        };
        let texts: Vec<String> = values.iter().map(text::in_string).collect();
        let lines: Vec<&str> = texts.iter().map(String::as_str).collect();
        out = search.lines(session, None, &lines)?;
    }
    if asked("Quiet") {
        return Ok(vec![Value::Bool(!out.is_empty())]);
    }
    Ok(out)
}

/// `-Context 2` or `-Context 2,5`
fn context(value: Option<&Value>) -> (usize, usize) {
    let numbers = value
        .map(|value| enumerated(value.clone()))
        .unwrap_or_default();
    let number = |nth: usize| {
        let number = int(numbers.get(nth)?)?;
        usize::try_from(number).ok()
    };
    let before = number(0).unwrap_or(0);
    (before, number(1).unwrap_or(before))
}

impl Search {
    /// The lines that are found, of a file or of what was piped.
    fn lines(
        &self,
        session: &mut Session<'_>,
        path: Option<&str>,
        lines: &[&str],
    ) -> Done<Vec<Value>> {
        let mut found = Vec::new();
        for (nth, line) in lines.iter().enumerate() {
            let work: usize = self
                .patterns
                .iter()
                .map(|(_, one)| one.work(line.len()))
                .sum();
            session.pay(work)?;
            let hit = self
                .patterns
                .iter()
                .find(|(_, pattern)| pattern.is_match(line));
            if hit.is_some() == self.not {
                continue;
            }
            let pattern = hit.or(self.patterns.first()).map(|(text, _)| text.as_str());
            let object = self.object(path, lines, nth, pattern.unwrap_or_default());
            session.pay(128 + object.text.len())?;
            found.push(object.into());
            if self.first_only && path.is_some() {
                break;
            }
        }
        Ok(found)
    }

    fn object(&self, path: Option<&str>, lines: &[&str], nth: usize, pattern: &str) -> Object {
        let (before, behind) = self.context;
        let shown = |at: usize| match path {
            Some(path) => format!("{path}:{}:{}", at + 1, lines[at]),
            None => lines[at].to_owned(),
        };
        let from = nth.saturating_sub(before);
        let to = nth.saturating_add(behind).min(lines.len() - 1);
        let text = if self.context == (0, 0) {
            shown(nth)
        } else {
            let around = (from..=to).map(|at| {
                let mark = if at == nth { "> " } else { "  " };
                format!("{mark}{}", shown(at))
            });
            around.collect::<Vec<String>>().join("\n")
        };
        let path = path.unwrap_or("InputStream");
        let file_name = path.rsplit(['\\', '/']).next().unwrap_or_default();
        let number = i64::try_from(nth + 1).unwrap_or(i64::MAX);
        let properties = [
            ("LineNumber", Value::Int(number)),
            ("Line", lines[nth].into()),
            ("Filename", file_name.into()),
            ("Path", path.into()),
            ("Pattern", pattern.into()),
        ];
        Object::new(&MATCH, text, properties)
    }
}
