//! One row of a protocol log.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use super::file::{self, Columns, Fields};
use super::timestamp;
use crate::error::Error;

/// One row of a protocol log.
///
/// `Display` writes it as it stands in the file, without a line end; [`FromStr`] reads it back.
///
/// ```
/// use mailfault::exchange::log::{Row, RowEvent};
///
/// let line = r"2017-04-14T17:00:41.125Z,SERVER1\Default Frontend SERVER1,08D479E14521204D,21,10.0.0.1:25,192.0.2.7:50000,*,CN=SERVER1,Certificate subject";
/// let row: Row = line.parse().unwrap();
/// assert_eq!(row.event, RowEvent::Information);
/// assert_eq!((row.sequence, row.data.as_str()), (21, "CN=SERVER1"));
/// assert_eq!(row.to_string(), line);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// When it happened; milliseconds are written, and what is smaller is not.
    pub time: SystemTime,
    /// The connector: `SERVER1\Default Frontend SERVER1` where mail is received, the name of the
    /// send connector where it is sent.
    pub connector: String,
    /// The session's id: 16 upper-case hex digits.
    pub session: String,
    /// The row's number in its session, from 0.
    pub sequence: u64,
    /// Address and port of the server whose log it is; empty before it has one.
    pub local: String,
    /// Address and port of the other side.
    pub remote: String,
    /// What kind of thing happened.
    pub event: RowEvent,
    /// What was said, or found out.
    pub data: String,
    /// What that is.
    pub context: String,
}

/// What kind of thing a row tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowEvent {
    /// `+`: the connection is there.
    Connect,
    /// `-`: it is gone.
    Disconnect,
    /// `*`: something that the reader should know.
    Information,
    /// `<`: the other side said this.
    Receive,
    /// `>`: this server said this.
    Send,
}

impl RowEvent {
    const ALL: [Self; 5] = [
        Self::Connect,
        Self::Disconnect,
        Self::Information,
        Self::Receive,
        Self::Send,
    ];

    /// The sign that stands for it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Connect => "+",
            Self::Disconnect => "-",
            Self::Information => "*",
            Self::Receive => "<",
            Self::Send => ">",
        }
    }
}

impl fmt::Display for RowEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sign())
    }
}

/// The fields of a protocol log.
pub(super) const COLUMNS: Columns = Columns {
    names: &[
        "date-time",
        "connector-id",
        "session-id",
        "sequence-number",
        "local-endpoint",
        "remote-endpoint",
        "event",
        "data",
        "context",
    ],
    needed: &["date-time", "session-id", "sequence-number", "event"],
};

impl Row {
    /// Reads rows as they are quoted in a mail or a blog: with a header, or without one.
    ///
    /// # Errors
    ///
    /// [`Error::BadLog`] with file and line.
    pub fn read_all(file: &str, text: &str) -> Result<Vec<Self>, Error> {
        let mut rows = Vec::new();
        file::read(file, text, &COLUMNS, |fields| {
            rows.push(Self::read(fields)?);
            Ok(())
        })?;
        Ok(rows)
    }

    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        Ok(Self {
            time: fields.time("date-time")?,
            connector: fields.text("connector-id"),
            session: fields.text("session-id"),
            sequence: fields.number("sequence-number")?,
            local: fields.text("local-endpoint"),
            remote: fields.text("remote-endpoint"),
            event: fields.one_of("event", RowEvent::ALL, |event| event.sign())?,
            data: fields.text("data"),
            context: fields.text("context"),
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = timestamp::write(self.time);
        let sequence = self.sequence.to_string();
        let fields = [
            time.as_str(),
            &self.connector,
            &self.session,
            &sequence,
            &self.local,
            &self.remote,
            self.event.sign(),
            &self.data,
            &self.context,
        ];
        file::write_row(f, fields)
    }
}

impl FromStr for Row {
    type Err = Error;

    /// Reads one row, its fields in the documented order.
    fn from_str(line: &str) -> Result<Self, Error> {
        let mut rows = Self::read_all("row", line)?;
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            (row, _) => Err(Error::BadLog {
                file: "row".to_owned(),
                line: 1,
                why: match row {
                    None => "there is no row".to_owned(),
                    Some(_) => "there is more than one row".to_owned(),
                },
                mend: "read many rows with `Row::read_all`".to_owned(),
            }),
        }
    }
}
