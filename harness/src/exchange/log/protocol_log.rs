//! A protocol log as a file.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use super::file;
use super::place::Generation;
use super::row::{COLUMNS, Row};
use super::timestamp;
use crate::error::Error;

/// Which side's protocol log it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogKind {
    /// What receive connectors took.
    SmtpReceive,
    /// What send connectors sent.
    SmtpSend,
}

impl LogKind {
    const ALL: [Self; 2] = [Self::SmtpReceive, Self::SmtpSend];

    /// What stands behind `#Log-type:`.
    #[must_use]
    pub fn log_type(self) -> &'static str {
        match self {
            Self::SmtpReceive => "SMTP Receive Protocol Log",
            Self::SmtpSend => "SMTP Send Protocol Log",
        }
    }

    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::SmtpReceive => "SmtpReceive",
            Self::SmtpSend => "SmtpSend",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::SmtpReceive => "RECV",
            Self::SmtpSend => "SEND",
        }
    }
}

/// A protocol log: what one file holds.
///
/// `Display` writes the file, with CRLF at the end of each line.
///
/// ```
/// use mailfault::exchange::log::{LogKind, ProtocolLog};
///
/// let text = "#Software: Microsoft Exchange Server\r\n\
///     #Version: 15.0.0.0\r\n\
///     #Log-type: SMTP Receive Protocol Log\r\n\
///     #Date: 2023-01-11T16:00:04.113Z\r\n\
///     #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n\
///     2023-01-11T16:00:02.105Z,EX01\\Default Frontend EX01,08DAF33FEC622784,8,10.10.10.10:25,192.0.2.7:56026,<,EHLO [192.0.2.7],\r\n";
/// let log = ProtocolLog::parse("RECV2023011116-1.LOG", text).unwrap();
/// assert_eq!(log.kind, LogKind::SmtpReceive);
/// assert_eq!(log.rows[0].data, "EHLO [192.0.2.7]");
/// assert_eq!(log.file_name(1), "RECV2023011116-1.LOG");
/// assert_eq!(log.to_string(), text);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ProtocolLog {
    /// Which side's it is.
    pub kind: LogKind,
    /// What stands behind `#Version:`, as [`Generation::log_version`] says it.
    pub version: String,
    /// When the file was begun.
    pub date: SystemTime,
    /// What happened, in order.
    pub rows: Vec<Row>,
}

impl ProtocolLog {
    /// Distributes rows over files, each row into that of its hour, or of its day in logs of
    /// version 14. The files are in the order of time; each is dated with its first row.
    pub fn by_file(kind: LogKind, version: &str, rows: impl IntoIterator<Item = Row>) -> Vec<Self> {
        let generation = Generation::of_log_version(version);
        let parts = by_stamp(generation, rows, |row| row.time);
        let logs = parts.into_iter().map(|(date, rows)| Self {
            kind,
            version: version.to_owned(),
            date,
            rows,
        });
        logs.collect()
    }

    /// The name of the file: `RECV2023011116-1.LOG`, and in logs of version 14, which has one a
    /// day, `RECV20101201-1.LOG`. A file that has become too large is followed by the next number.
    #[must_use]
    pub fn file_name(&self, number: u32) -> String {
        let stamp = Generation::of_log_version(&self.version).stamp(self.date);
        format!("{}{stamp}-{number}.LOG", self.kind.prefix())
    }

    /// Reads a file: a real one or ours, with lines that end in CRLF or LF. Where it does not say
    /// what kind of log it is, its name does.
    ///
    /// # Errors
    ///
    /// [`Error::BadLog`] with file and line, what is wrong there, and how it can be mended.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, Error> {
        let mut rows = Vec::new();
        let header = file::read(file_name, text, &COLUMNS, |fields| {
            rows.push(Row::read(fields)?);
            Ok(())
        })?;
        let bad = |why: String, mend: &str| Error::BadLog {
            file: file_name.to_owned(),
            line: 1,
            why,
            mend: mend.to_owned(),
        };
        let kind = match &header.log_type {
            Some(said) => LogKind::ALL
                .into_iter()
                .find(|kind| kind.log_type().eq_ignore_ascii_case(said))
                .ok_or_else(|| {
                    let why = format!("the file says that it is a {}", file::quoted(said));
                    bad(why, "this reads SMTP Receive and SMTP Send Protocol Logs")
                })?,
            None => kind_by_name(file_name).ok_or_else(|| {
                let why = "neither `#Log-type` nor its name says what the file is".to_owned();
                bad(why, "call it `RECV….LOG` or `SEND….LOG`, as Exchange does")
            })?,
        };
        let date = header.date.or_else(|| rows.first().map(|row| row.time));
        Ok(Self {
            kind,
            version: header
                .version
                .unwrap_or_else(|| Generation::V15.log_version().to_owned()),
            date: date.unwrap_or(UNIX_EPOCH),
            rows,
        })
    }
}

impl fmt::Display for ProtocolLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log_type = self.kind.log_type();
        file::write_header(f, log_type, &self.version, self.date, COLUMNS.names)?;
        self.rows.iter().try_for_each(|row| write!(f, "{row}\r\n"))
    }
}

fn kind_by_name(file_name: &str) -> Option<LogKind> {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let beginning = name.get(..4)?;
    LogKind::ALL
        .into_iter()
        .find(|kind| kind.prefix().eq_ignore_ascii_case(beginning))
}

/// Rows by the file that they belong to, with the time of its first.
pub(super) fn by_stamp<T>(
    generation: Generation,
    rows: impl IntoIterator<Item = T>,
    time: impl Fn(&T) -> SystemTime,
) -> Vec<(SystemTime, Vec<T>)> {
    let mut files: std::collections::BTreeMap<String, Vec<T>> = Default::default();
    for row in rows {
        let stamp = generation.stamp(time(&row));
        files.entry(stamp).or_default().push(row);
    }
    let dated = files.into_values().map(|rows| {
        let first = rows.iter().map(&time).min();
        (timestamp::rounded(first.unwrap_or(UNIX_EPOCH)), rows)
    });
    dated.collect()
}
