//! What writes the rows of one session.

use std::time::SystemTime;

use super::row::{Row, RowEvent};
use super::timestamp;

/// Writes the rows of one session, each with the next number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pen {
    pub(super) connector: String,
    pub(super) session: String,
    pub(super) local: String,
    pub(super) remote: String,
    pub(super) rows: Vec<Row>,
    sequence: u64,
}

impl Pen {
    pub(super) fn new(connector: &str, session: String) -> Self {
        Self {
            connector: connector.to_owned(),
            session,
            local: String::new(),
            remote: String::new(),
            rows: Vec::new(),
            sequence: 0,
        }
    }

    /// Writes a row with data.
    pub(super) fn data(&mut self, time: SystemTime, event: RowEvent, data: impl Into<String>) {
        self.row(time, event, data.into(), String::new());
    }

    /// Writes a row that tells something.
    pub(super) fn tell(
        &mut self,
        time: SystemTime,
        data: impl Into<String>,
        context: impl Into<String>,
    ) {
        self.row(time, RowEvent::Information, data.into(), context.into());
    }

    /// Writes that the connection is gone.
    pub(super) fn disconnect(&mut self, time: SystemTime, why: &str) {
        self.row(time, RowEvent::Disconnect, String::new(), why.to_owned());
    }

    fn row(&mut self, time: SystemTime, event: RowEvent, data: String, context: String) {
        self.rows.push(Row {
            time: timestamp::rounded(time),
            connector: self.connector.clone(),
            session: self.session.clone(),
            sequence: self.sequence,
            local: self.local.clone(),
            remote: self.remote.clone(),
            event,
            data,
            context,
        });
        self.sequence += 1;
    }
}
