//! `Format-Table`.

use super::WIDTH;
use super::wrap::{cut, padded, wrapped};
use crate::shell::text;
use crate::shell::value::{Object, Value};

/// The columns of a table.
#[derive(Clone, Debug, Default)]
pub(in crate::shell) struct Cells {
    columns: Vec<Column>,
}

#[derive(Clone, Debug)]
struct Column {
    title: String,
    property: String,
    /// `None` shares what is left.
    width: Option<usize>,
    /// `None` asks the first value: numbers go to the right.
    right: Option<bool>,
}

/// How the columns share the width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::shell) struct Layout {
    /// Each has what it needs.
    pub(in crate::shell) auto_size: bool,
    /// Long values go on in the next line.
    pub(in crate::shell) wrap: bool,
    /// There are no headings.
    pub(in crate::shell) bare: bool,
}

impl Cells {
    /// The columns of an object's kind; its properties where the kind has none.
    pub(in crate::shell) fn of_view(object: &Object) -> Self {
        if object.kind.columns.is_empty() {
            let names = object.properties.iter().map(|(name, _)| name.to_string());
            return Self::named(names);
        }
        let columns = object.kind.columns.iter().map(|column| Column {
            title: column.title.to_owned(),
            property: column.property.to_owned(),
            width: column.width,
            right: Some(column.right),
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// A column for each of these properties.
    pub(in crate::shell) fn named(names: impl IntoIterator<Item = String>) -> Self {
        let columns = names.into_iter().map(|name| Column {
            title: name.clone(),
            property: name,
            width: None,
            right: None,
        });
        Self {
            columns: columns.collect(),
        }
    }
}

/// A table as it is printed.
#[derive(Debug, Default)]
pub(in crate::shell) struct Table {
    pub(in crate::shell) lines: Vec<String>,
    /// The columns that had no place.
    pub(in crate::shell) removed: Vec<String>,
}

impl Table {
    /// What is said of the columns that had no place.
    pub(in crate::shell) fn warning(&self) -> Option<String> {
        match self.removed.as_slice() {
            [] => None,
            [one] => Some(format!(
                "column \"{one}\" does not fit into the display and was removed."
            )),
            several => Some(format!(
                "{} columns do not fit into the display and were removed.",
                several.len()
            )),
        }
    }
}

/// Objects as the rows of a table.
pub(in crate::shell) fn table(values: &[Value], cells: &Cells, layout: Layout) -> Table {
    let columns = &cells.columns;
    if values.is_empty() || columns.is_empty() {
        return Table::default();
    }
    let at = |value: &Value, column: &Column| match value {
        Value::Object(object) => object.property(&column.property).cloned(),
        other => Some(crate::shell::evaluate::member(other, &column.property)),
    };
    let rows: Vec<Vec<Value>> = values
        .iter()
        .map(|value| {
            let row = columns.iter().map(|column| at(value, column));
            row.map(Option::unwrap_or_default).collect()
        })
        .collect();
    let right: Vec<bool> = columns
        .iter()
        .enumerate()
        .map(|(nth, column)| {
            let numeric = matches!(rows[0][nth], Value::Int(_) | Value::Real(_));
            column.right.unwrap_or(numeric)
        })
        .collect();
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(text::in_view).collect())
        .collect();
    // Where nobody says how wide columns are, Windows PowerShell 5 looks at what it has so far.
    let nobody = columns.iter().all(|column| column.width.is_none());
    let widths = match layout.auto_size || nobody {
        true => fitting(columns, &rows),
        false => shared(columns),
    };
    let mut out = vec![String::new()];
    let titles: Vec<String> = columns.iter().map(|column| column.title.clone()).collect();
    if !layout.bare {
        let rules: Vec<String> = titles
            .iter()
            .zip(&widths)
            .map(|(title, width)| "-".repeat(title.chars().count().min(*width)))
            .collect();
        // Headings are stacked where they do not fit.
        out.extend(wrapped_row(&titles, &widths, &right));
        out.push(line(&rules, &widths, &right));
    }
    for row in &rows {
        if layout.wrap {
            out.extend(wrapped_row(row, &widths, &right));
        } else {
            out.push(line(row, &widths, &right));
        }
    }
    out.extend([String::new(), String::new()]);
    let removed = titles.into_iter().zip(&widths);
    let removed = removed.filter(|(_, width)| **width == 0);
    Table {
        lines: out,
        removed: removed.map(|(title, _)| title).collect(),
    }
}

/// A line of cells; a column of no width has no place.
fn line(cells: &[String], widths: &[usize], right: &[bool]) -> String {
    let cells = cells.iter().zip(widths).zip(right);
    let cells = cells.filter(|((_, width), _)| **width > 0);
    let cells: Vec<String> = cells
        .map(|((cell, width), right)| padded(&cut(cell, *width, *right), *width, *right))
        .collect();
    cells.join(" ").trim_end().to_owned()
}

fn wrapped_row(cells: &[String], widths: &[usize], right: &[bool]) -> Vec<String> {
    let columns: Vec<Vec<String>> = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| wrapped(cell, *width))
        .collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or_default();
    (0..height)
        .map(|nth| {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| column.get(nth).cloned().unwrap_or_default())
                .collect();
            line(&cells, widths, right)
        })
        .collect()
}

/// The widths that are asked for; the other columns share what is left.
fn shared(columns: &[Column]) -> Vec<usize> {
    let asked: usize = columns.iter().filter_map(|column| column.width).sum();
    let open = columns
        .iter()
        .filter(|column| column.width.is_none())
        .count();
    let left = WIDTH.saturating_sub(asked + columns.len() - 1);
    let share = (left / open.max(1)).max(1);
    let widths = columns.iter().map(|column| column.width.unwrap_or(share));
    trimmed(widths.collect())
}

/// The widths that the values need.
fn fitting(columns: &[Column], rows: &[Vec<String>]) -> Vec<usize> {
    let widths = columns.iter().enumerate().map(|(nth, column)| {
        let longest = |text: &str| text.lines().map(|line| line.chars().count()).max();
        let needed = rows.iter().filter_map(|row| longest(&row[nth])).max();
        needed.unwrap_or(0).max(column.title.chars().count()).max(1)
    });
    trimmed(widths.collect())
}

/// Widths that fit into the window: the last column gives way first, and goes if it has to.
fn trimmed(mut widths: Vec<usize>) -> Vec<usize> {
    let mut last = widths.len();
    while last > 0 {
        let total: usize = widths[..last].iter().sum::<usize>() + last - 1;
        let excess = total.saturating_sub(WIDTH);
        if excess == 0 {
            break;
        }
        last -= 1;
        widths[last] = widths[last].saturating_sub(excess);
        if widths[last] > 0 {
            break;
        }
    }
    widths
}
