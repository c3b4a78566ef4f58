//! How values look, in a window of 120 columns. Blanks at the ends of lines, which PowerShell
//! prints, are left out.

mod list;
mod table;
mod wrap;

pub(super) use list::list;
pub(super) use table::{Cells, Layout};
use table::{Table, table};
pub(super) use wrap::wrapped;

use super::builtin::{MATCH, MEMBER};
use super::evaluate::{Done, Session};
use super::text;
use super::value::{Kind, Object, Value};

/// What is used of a window of 120 columns: the last one stays free.
pub(super) const WIDTH: usize = 119;

/// What `Format-List` and `Format-Table` give on: lines that are only printed.
pub(super) static FORMATTED: Kind = Kind {
    name: "Microsoft.PowerShell.Commands.Internal.Format.FormatEntryData",
    columns: &[],
    list: &[],
    listed: false,
};

/// Lines as an object of a pipeline.
pub(super) fn formatted(lines: Vec<String>) -> Value {
    Object::new(&FORMATTED, FORMATTED.name, [("Lines", lines.into())]).into()
}

/// Prints values as they look where nobody says how.
pub(super) fn print(session: &mut Session<'_>, values: &[Value]) -> Done<()> {
    for line in lines(session, values)? {
        session.print(&line)?;
    }
    Ok(())
}

/// The lines of values: objects of a kind together, texts as they are.
pub(super) fn lines(session: &mut Session<'_>, values: &[Value]) -> Done<Vec<String>> {
    let mut out = Vec::new();
    let mut rest = values;
    while let Some(first) = rest.first() {
        let together = match first {
            Value::Object(object) if !std::ptr::eq(object.kind, &raw const FORMATTED) => rest
                .iter()
                .take_while(|value| is_like(object, value))
                .count(),
            _ => 1,
        };
        let (group, behind) = rest.split_at(together);
        rest = behind;
        let before = out.len();
        match first {
            Value::Null => {}
            Value::Object(object) if std::ptr::eq(object.kind, &raw const FORMATTED) => {
                if let Some(Value::List(lines)) = object.property("Lines") {
                    out.extend(lines.iter().map(text::in_string));
                }
            }
            Value::Object(object) if std::ptr::eq(object.kind, &raw const MATCH) => {
                out.push(String::new());
                for found in group {
                    out.extend(text::in_view(found).split('\n').map(str::to_owned));
                }
                out.extend([String::new(), String::new()]);
            }
            Value::Object(object) if is_table(object) => {
                if let Some(name) = type_of_members(object) {
                    out.extend([String::new(), String::new(), format!("   TypeName: {name}")]);
                }
                let cells = Cells::of_view(object);
                out.extend(rows(session, group, &cells, Layout::default()));
            }
            Value::Object(_) => out.extend(list(group, None)),
            Value::List(all) => {
                let inner = session.in_list(|session| lines(session, all))?;
                out.extend(inner);
            }
            Value::Table(all) => out.extend(of_table(session, all)),
            Value::Time(at) => {
                let long = text::format_time(*at, "dddd, MMMM d, yyyy h:mm:ss tt");
                out.extend([String::new(), long, String::new()]);
            }
            other => {
                let text = text::in_view(other);
                out.extend(
                    text.split('\n')
                        .map(|line| line.trim_end_matches('\r').to_owned()),
                );
            }
        }
        let bytes: usize = out[before..].iter().map(String::len).sum();
        session.pay(bytes + out.len() - before)?;
    }
    Ok(out)
}

/// The lines of a table. A column that has no place is told of.
pub(super) fn rows(
    session: &mut Session<'_>,
    values: &[Value],
    cells: &Cells,
    layout: Layout,
) -> Vec<String> {
    let table: Table = table(values, cells, layout);
    if let Some(warning) = table.warning() {
        session.console.warn(&warning);
    }
    table.lines
}

/// Members are shown under the type that has them.
fn type_of_members(object: &Object) -> Option<String> {
    let is_member = std::ptr::eq(object.kind, &raw const MEMBER);
    let name = object.property("TypeName").filter(|_| is_member)?;
    Some(text::in_string(name))
}

/// Whether a value goes on in the table or list that an object began.
fn is_like(first: &Object, value: &Value) -> bool {
    let Value::Object(other) = value else {
        return false;
    };
    // Objects that somebody selected have the columns of the first.
    std::ptr::eq(first.kind, other.kind)
        && type_of_members(first) == type_of_members(other)
        && (!first.kind.columns.is_empty() || is_table(first) == is_table(other))
}

/// Whether an object is shown as a table: its kind says so, or it has few properties.
fn is_table(object: &Object) -> bool {
    if object.kind.columns.is_empty() {
        return !object.kind.listed && object.properties.len() <= 4;
    }
    !object.kind.listed
}

/// `Name` and `Value`, as a hashtable is shown.
fn of_table(session: &mut Session<'_>, all: &[(String, Value)]) -> Vec<String> {
    static ENTRY: Kind = Kind {
        name: "System.Collections.DictionaryEntry",
        columns: &[
            super::value::Column::of("Name", 30),
            super::value::Column::rest("Value"),
        ],
        list: &[],
        listed: false,
    };
    let entries: Vec<Value> = all
        .iter()
        .map(|(key, value)| {
            let properties = [("Name", key.as_str().into()), ("Value", value.clone())];
            Object::new(&ENTRY, ENTRY.name, properties).into()
        })
        .collect();
    match entries.first() {
        Some(Value::Object(first)) => {
            let cells = Cells::of_view(first);
            rows(session, &entries, &cells, Layout::default())
        }
        _ => Vec::new(),
    }
}
