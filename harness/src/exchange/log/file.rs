//! What all log files have in common: the header, and rows whose fields it names.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use super::csv::{self, Record, Records, Unreadable};
use super::timestamp;
use crate::error::Error;

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Header {
    pub(super) log_type: Option<String>,
    pub(super) version: Option<String>,
    pub(super) date: Option<SystemTime>,
}

/// What a kind of log has in each row.
pub(super) struct Columns {
    /// The names, in the order in which they are written.
    pub(super) names: &'static [&'static str],
    /// Those without which a row says nothing.
    pub(super) needed: &'static [&'static str],
}

/// A row of a file: its fields in the order of [`Columns::names`], empty where the file has no
/// such column.
pub(super) struct Fields<'t> {
    place: Place<'t>,
    names: &'static [&'static str],
    values: Vec<Cow<'t, str>>,
}

/// Where something stands, for errors.
#[derive(Clone, Copy)]
struct Place<'t> {
    file: &'t str,
    line: usize,
}

/// Reads a file, and gives each of its rows away. A file without `#Fields` has its fields in the
/// documented order.
pub(super) fn read<'t>(
    file: &'t str,
    text: &'t str,
    columns: &Columns,
    mut each: impl FnMut(&Fields<'t>) -> Result<(), Error>,
) -> Result<Header, Error> {
    let mut header = Header::default();
    let mut order: Vec<usize> = (0..columns.names.len()).collect();
    for record in Records::of(text) {
        let line = record.line;
        let place = Place { file, line };
        if let Some(said) = record.text.strip_prefix('#') {
            // A service that is started again writes its header anew, into the same file too.
            let (name, value) = said.split_once(':').unwrap_or((said, ""));
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "log-type" => header.log_type = Some(value.to_owned()),
                "version" => header.version = Some(value.to_owned()),
                "date" => header.date = Some(place.date(value)?),
                "fields" => order = place.order(value, columns)?,
                _ => {}
            }
            continue;
        }
        each(&place.fields(record, &order, columns.names)?)?;
    }
    Ok(header)
}

/// Writes a header.
pub(super) fn write_header(
    f: &mut fmt::Formatter<'_>,
    log_type: &str,
    version: &str,
    date: SystemTime,
    names: &[&str],
) -> fmt::Result {
    let date = timestamp::write(date);
    let fields = names.join(",");
    write!(f, "#Software: Microsoft Exchange Server\r\n")?;
    write!(f, "#Version: {version}\r\n")?;
    write!(f, "#Log-type: {log_type}\r\n")?;
    write!(f, "#Date: {date}\r\n")?;
    write!(f, "#Fields: {fields}\r\n")
}

/// Writes a row, without its line end.
pub(super) fn write_row<'t>(
    f: &mut fmt::Formatter<'_>,
    fields: impl IntoIterator<Item = &'t str>,
) -> fmt::Result {
    csv::write(f, fields)
}

impl<'t> Place<'t> {
    fn date(self, value: &str) -> Result<SystemTime, Error> {
        timestamp::read(value)
            .ok_or_else(|| self.bad(format!("{} is no time", quoted(value)), TIME_MEND))
    }

    /// For each column of the file, which of ours it is.
    fn order(self, value: &str, columns: &Columns) -> Result<Vec<usize>, Error> {
        let mut order = Vec::new();
        for name in value.split(',').map(str::trim) {
            let place = columns.names.iter().position(|known| *known == name);
            let Some(place) = place else {
                let why = format!("unknown field {}", quoted(name));
                let known = columns.names.join(",");
                return Err(self.bad(why, format!("take that column out; known are `{known}`")));
            };
            if order.contains(&place) {
                let why = format!("the field {} is named twice", quoted(name));
                return Err(self.bad(why, "name each column once"));
            }
            order.push(place);
        }
        let has = |name: &&&str| order.iter().any(|place| columns.names[*place] == **name);
        match columns.needed.iter().find(|name| !has(name)) {
            None => Ok(order),
            Some(missing) => {
                let why = format!("`#Fields` names no `{missing}`");
                Err(self.bad(why, "a log cannot be read without that column"))
            }
        }
    }

    fn fields(
        self,
        record: Record<'t>,
        order: &[usize],
        names: &'static [&'static str],
    ) -> Result<Fields<'t>, Error> {
        let given = record.fields.map_err(|why| match why {
            Unreadable::BehindQuote => self.bad(
                format!("text behind a closing quote in {}", quoted(record.text)),
                "a quote inside a quoted field is written twice: `\"\"`",
            ),
            Unreadable::Unclosed => self.bad(
                format!("a quote is never closed in {}", quoted(record.text)),
                "the file may be cut off; take the last row out",
            ),
        })?;
        if given.len() != order.len() {
            let (count, expected) = (given.len(), order.len());
            let record = quoted(record.text);
            return Err(self.bad(
                format!("{count} fields instead of {expected} in {record}"),
                "a row ends behind its last field, which may be empty; a field with a comma is quoted",
            ));
        }
        let mut values = vec![Cow::Borrowed(""); names.len()];
        for (value, place) in given.into_iter().zip(order) {
            values[*place] = value;
        }
        Ok(Fields {
            place: self,
            names,
            values,
        })
    }

    fn bad(self, why: impl Into<String>, mend: impl Into<String>) -> Error {
        Error::BadLog {
            file: self.file.to_owned(),
            line: self.line,
            why: why.into(),
            mend: mend.into(),
        }
    }
}

const TIME_MEND: &str = "write it as `2023-01-11T16:00:04.113Z`";

impl Fields<'_> {
    pub(super) fn text(&self, name: &str) -> String {
        self.value(name).to_owned()
    }

    pub(super) fn time(&self, name: &str) -> Result<SystemTime, Error> {
        let read = timestamp::read(self.value(name));
        read.ok_or_else(|| self.bad(name, "no time", TIME_MEND))
    }

    pub(super) fn number(&self, name: &str) -> Result<u64, Error> {
        let value = self.value(name);
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        let read = value.parse().ok().filter(|_| digits);
        read.ok_or_else(|| self.bad(name, "no number", "write it in digits, as `0`"))
    }

    /// What a name stands for.
    pub(super) fn one_of<T>(
        &self,
        name: &str,
        known: impl IntoIterator<Item = T>,
        text: impl Fn(&T) -> &str,
    ) -> Result<T, Error> {
        let value = self.value(name);
        let known: Vec<T> = known.into_iter().collect();
        let words: Vec<&str> = known.iter().map(&text).collect();
        let mend = format!("write one of `{}`", words.join("`, `"));
        let found = known.into_iter().find(|one| text(one) == value);
        found.ok_or_else(|| self.bad(name, "not known", mend))
    }

    fn value(&self, name: &str) -> &str {
        let place = self.names.iter().position(|known| *known == name);
        place.map_or("", |place| &self.values[place])
    }

    fn bad(&self, name: &str, what: &str, mend: impl Into<String>) -> Error {
        let value = quoted(self.value(name));
        self.place.bad(format!("{name} {value} is {what}"), mend)
    }
}

/// The text in backticks; of a long one the beginning, so that an error stays one that can be
/// read.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 120;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", text[..end].escape_debug()),
        None => format!("`{}`", text.escape_debug()),
    }
}
