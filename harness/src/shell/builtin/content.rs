//! `Get-Content`.

use super::{Builtin, command};
use crate::shell::command::{Call, Command, Parameter, Takes};
use crate::shell::evaluate::{BYTES, Done, Session};
use crate::shell::text;
use crate::shell::value::{Object, Value};

pub(super) const GET_CONTENT: Builtin = Builtin {
    command: &CONTENT,
    run: content,
};

static CONTENT: Command = command(
    "Get-Content",
    &["gc", "cat", "type"],
    "Gives the lines of files.",
    &[
        Parameter::new("Path", Takes::Texts)
            .also(&["LiteralPath", "FullName", "PSPath"])
            .at(0)
            .piped(),
        Parameter::new("Tail", Takes::Int).also(&["Last"]),
        Parameter::new("TotalCount", Takes::Int).also(&["First", "Head"]),
        Parameter::new("Raw", Takes::Switch),
        Parameter::new(
            "Encoding",
            Takes::OneOf(&[
                "ASCII", "Byte", "Default", "OEM", "String", "Unicode", "UTF8",
            ]),
        ),
        Parameter::new("ReadCount", Takes::Int),
    ],
    &["Get-Content C:\\Logs\\*.log -Tail 20"],
);

fn content(session: &mut Session<'_>, call: &Call, values: Vec<Value>) -> Done<Vec<Value>> {
    let mut out = Vec::new();
    let count = |name: &str| {
        call.int(name)
            .map(|count| usize::try_from(count).unwrap_or(0))
    };
    for path in paths(session, call, &values)? {
        for (path, body) in files(session, &path)? {
            if call.text("Encoding") == Some("Byte") {
                let properties = [("Path", path.into()), ("Text", body.into())];
                out.push(Object::new(&BYTES, BYTES.name, properties).into());
                continue;
            }
            if call.bool("Raw") == Some(true) {
                out.push(Value::Text(body));
                continue;
            }
            let lines: Vec<&str> = body.lines().collect();
            let lines = match (count("TotalCount"), count("Tail")) {
                (Some(first), _) => &lines[..first.min(lines.len())],
                (None, Some(last)) => &lines[lines.len() - last.min(lines.len())..],
                (None, None) => &lines,
            };
            out.extend(lines.iter().map(|line| Value::from(*line)));
            session.pay(lines.len() * 32)?;
        }
    }
    Ok(out)
}

/// The paths that are named, or those of the files that came through the pipeline.
pub(super) fn paths(session: &mut Session<'_>, call: &Call, values: &[Value]) -> Done<Vec<String>> {
    if let Some(paths) = call.texts("Path") {
        return Ok(paths);
    }
    let own = |value: &Value| match value {
        Value::Object(object) => {
            let mut names = ["FullName", "Path"].iter();
            names
                .find_map(|name| object.property(name))
                .map(text::in_string)
        }
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    let paths: Vec<String> = values.iter().filter_map(own).collect();
    if paths.is_empty() && values.is_empty() {
        let missing = crate::shell::convert::missing_parameter("Path");
        return Err(session.fail(missing));
    }
    Ok(paths)
}

/// The files of a path. A path that leads to none is an error, after which the others follow.
pub(super) fn files(session: &mut Session<'_>, path: &str) -> Done<Vec<(String, String)>> {
    match session.host.files(path) {
        Ok(files) => {
            let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
            session.pay(bytes / 4)?;
            Ok(files)
        }
        Err(trouble) => {
            let failure = session.fail(trouble);
            session.settled(failure)?;
            Ok(Vec::new())
        }
    }
}
