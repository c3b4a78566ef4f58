//! Message tracking: what became of each message, across sessions.

pub use event::TrackingEvent;
pub use row::TrackingRow;
pub use server::{NextHop, TrackingServer};

mod event;
mod row;
mod server;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use super::file;
use super::place::Generation;
use super::protocol_log::by_stamp;
use crate::error::Error;
use row::COLUMNS;

/// Which service tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrackingKind {
    /// `MSGTRKMD`: Mailbox Transport Delivery.
    Delivery,
    /// `MSGTRKMA`: approvals and rejections in moderated transport.
    Moderation,
    /// `MSGTRKMS`: Mailbox Transport Submission.
    Submission,
    /// `MSGTRK`: Transport.
    Transport,
}

impl TrackingKind {
    /// The longer names first, as one is the beginning of the others.
    const ALL: [Self; 4] = [
        Self::Delivery,
        Self::Moderation,
        Self::Submission,
        Self::Transport,
    ];

    fn prefix(self) -> &'static str {
        match self {
            Self::Delivery => "MSGTRKMD",
            Self::Moderation => "MSGTRKMA",
            Self::Submission => "MSGTRKMS",
            Self::Transport => "MSGTRK",
        }
    }
}

/// A message tracking log: what one file holds.
///
/// `Display` writes the file, with CRLF at the end of each line, and with the fields that its
/// version has: 2010 knows no `network-message-id`, and the last three came after 2013.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mailfault::exchange::log::{TrackingEvent, TrackingKind, TrackingLog, TrackingRow};
///
/// // Mon, 19 Sep 2022 15:02:29 UTC
/// let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_663_599_749);
/// let mut row = TrackingRow::new(time, "SMTP", TrackingEvent::Receive);
/// row.message_subject = "Hello, world".into();
/// let logs = TrackingLog::by_file(TrackingKind::Transport, "15.01.2375.007", [row]);
/// assert_eq!(logs[0].file_name(1), "MSGTRK2022091915-1.LOG");
/// let text = logs[0].to_string();
/// assert!(text.contains(",SMTP,RECEIVE,,,,,,,,,,\"Hello, world\","), "{text}");
/// assert_eq!(TrackingLog::parse("MSGTRK2022091915-1.LOG", &text).unwrap(), logs[0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TrackingLog {
    /// Which service's it is.
    pub kind: TrackingKind,
    /// What stands behind `#Version:`. Unlike in protocol logs it is the version of the build:
    /// `15.01.2375.007`.
    pub version: String,
    /// When the file was begun.
    pub date: SystemTime,
    /// What happened, in order.
    pub rows: Vec<TrackingRow>,
}

impl TrackingLog {
    /// The folder of these logs below the folder that holds `V14` or `V15`, with slashes; all
    /// roles of a server share it.
    #[must_use]
    pub fn folder(generation: Generation) -> String {
        let folder = generation.folder();
        format!("{folder}/TransportRoles/Logs/MessageTracking")
    }

    /// Distributes rows over files, each row into that of its hour, or of its day in logs of
    /// version 14. The files are in the order of time; each is dated with its first row.
    pub fn by_file(
        kind: TrackingKind,
        version: &str,
        rows: impl IntoIterator<Item = TrackingRow>,
    ) -> Vec<Self> {
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

    /// The name of the file: `MSGTRK2022091915-1.LOG`.
    #[must_use]
    pub fn file_name(&self, number: u32) -> String {
        let stamp = Generation::of_log_version(&self.version).stamp(self.date);
        format!("{}{stamp}-{number}.LOG", self.kind.prefix())
    }

    /// Reads a file: a real one or ours. Its name says which service's it is; `MSGTRK` is assumed
    /// where it does not.
    ///
    /// # Errors
    ///
    /// [`Error::BadLog`] with file and line, what is wrong there, and how it can be mended.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, Error> {
        let mut rows = Vec::new();
        let header = file::read(file_name, text, &COLUMNS, |fields| {
            rows.push(TrackingRow::read(fields)?);
            Ok(())
        })?;
        if let Some(said) = &header.log_type
            && !said.eq_ignore_ascii_case(LOG_TYPE)
        {
            return Err(Error::BadLog {
                file: file_name.to_owned(),
                line: 1,
                why: format!("the file says that it is a {}", file::quoted(said)),
                mend: format!("this reads a {LOG_TYPE}"),
            });
        }
        let date = header.date.or_else(|| rows.first().map(|row| row.time));
        Ok(Self {
            kind: kind_by_name(file_name),
            version: header
                .version
                .unwrap_or_else(|| Generation::V15.log_version().to_owned()),
            date: date.unwrap_or(UNIX_EPOCH),
            rows,
        })
    }
}

impl fmt::Display for TrackingLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = names(&self.version);
        file::write_header(f, LOG_TYPE, &self.version, self.date, &names)?;
        for row in &self.rows {
            let values = row.values();
            let all = COLUMNS.names.iter().zip(&values);
            let written = all.filter(|(name, _)| names.contains(name));
            file::write_row(f, written.map(|(_, value)| value.as_ref()))?;
            f.write_str("\r\n")?;
        }
        Ok(())
    }
}

const LOG_TYPE: &str = "Message Tracking Log";

/// The fields that logs of this version have, as public ones show.
fn names(version: &str) -> Vec<&'static str> {
    const SINCE_2016: [&str; 3] = ["transport-traffic-type", "log-id", "schema-version"];
    const SINCE_2013: &str = "network-message-id";
    let old = Generation::of_log_version(version) == Generation::V14;
    let of_2013 = version.starts_with("15.00.");
    let has = |name: &&&str| match **name {
        SINCE_2013 => !old,
        name => !(old || of_2013) || !SINCE_2016.contains(&name),
    };
    COLUMNS.names.iter().filter(has).copied().collect()
}

fn kind_by_name(file_name: &str) -> TrackingKind {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.to_ascii_uppercase();
    let mut kinds = TrackingKind::ALL.into_iter();
    let found = kinds.find(|kind| name.starts_with(kind.prefix()));
    found.unwrap_or(TrackingKind::Transport)
}
