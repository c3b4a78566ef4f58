//! Rows of public logs: read and written again as they are, and written by a sender anew.
//!
//! `receive-2017.log` stands on exchangechallengeaccepted (blog of Microsoft, 2017-04-14),
//! `send-2014-*.log` on oddytee.wordpress.com (2014-12-23), `receive-2023.log` and
//! `tracking-2022.log` in the InfoSec-Notes, page on logs of Exchange. Whoever published the older
//! ones took names and endpoints out of them.

mod read;
mod send;
mod tracking;

/// What is read here, file by file.
const RECEIVED: &str = include_str!("receive-2017.log");
const RECEIVED_PACKED: &str = include_str!("receive-2023.log");
const SENT: &str = include_str!("send-2014-delivered.log");
const NOT_SENT: &str = include_str!("send-2014-failed.log");
const TRACKED: &str = include_str!("tracking-2022.log");

/// Rows as they stand in a file.
fn written(rows: &[super::Row]) -> String {
    rows.iter().map(|row| format!("{row}\r\n")).collect()
}
