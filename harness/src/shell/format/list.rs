//! `Format-List`.

use super::WIDTH;
use super::wrap::{padded, wrapped};
use crate::shell::text;
use crate::shell::value::{Object, Value};

/// Objects as lists of their properties: those that are named, or those that their kind shows.
pub(in crate::shell) fn list(
    values: &[Value],
    names: Option<&[Vec<(String, Value)>]>,
) -> Vec<String> {
    let mut out = Vec::new();
    for (nth, value) in values.iter().enumerate() {
        let lines: Vec<(String, Value)> = match (value, names) {
            (_, Some(named)) => named.get(nth).cloned().unwrap_or_default(),
            (Value::Object(object), None) => shown(object),
            (other, None) => vec![(String::new(), other.clone())],
        };
        // Each has an empty line before it, the first one more.
        if nth == 0 {
            out.push(String::new());
        }
        out.push(String::new());
        out.extend(entry(&lines));
    }
    if !out.is_empty() {
        out.extend(std::iter::repeat_n(String::new(), 3));
    }
    out
}

/// What a list shows where no properties are named.
pub(in crate::shell) fn shown(object: &Object) -> Vec<(String, Value)> {
    if object.kind.list.is_empty() {
        let all = object.properties.iter();
        return all
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect();
    }
    let names = object.kind.list.iter();
    names
        .filter_map(|name| Some(((*name).to_owned(), object.property(name)?.clone())))
        .collect()
}

/// The properties of one object.
fn entry(lines: &[(String, Value)]) -> Vec<String> {
    let width = lines.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or_default().min(WIDTH / 2);
    let mut out = Vec::new();
    for (name, value) in lines {
        let text = text::in_view(value);
        if name.is_empty() {
            out.extend(wrapped(&text, WIDTH));
            continue;
        }
        let name = padded(name, width, false);
        let room = WIDTH - width - 3;
        for (nth, part) in wrapped(&text, room).into_iter().enumerate() {
            let line = match nth {
                0 => format!("{name} : {part}"),
                _ => format!("{}{part}", " ".repeat(width + 3)),
            };
            out.push(line.trim_end().to_owned());
        }
    }
    out
}
