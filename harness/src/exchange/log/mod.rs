//! The logs that Exchange writes, byte for byte: protocol logs and message tracking.
//!
//! Everything is plain data: nothing here opens a socket, reads a clock or touches a file. A
//! played [`Session`](crate::Session) becomes rows with [`receive_rows`]; a sender writes its own
//! as it goes, with [`SendLog`]; rows become files with [`ProtocolLog`], which reads them back as
//! well, and real ones with them.
//!
//! ```
//! use mailfault::MockServer;
//! use mailfault::exchange::log::{LogKind, ProtocolLog, ReceiveContext, receive_rows};
//!
//! let server = MockServer::start();
//! let local = server.addr();
//! // … a client sends to it …
//! # drop(std::net::TcpStream::connect(local));
//! let report = server.finish();
//! let context = ReceiveContext::new(r"EX01\Default Frontend EX01", local);
//! let rows = report.sessions.iter().flat_map(|session| receive_rows(session, &context));
//! for log in ProtocolLog::by_file(LogKind::SmtpReceive, "15.0.0.0", rows) {
//!     let again = ProtocolLog::parse(&log.file_name(1), &log.to_string()).unwrap();
//!     assert_eq!(again, log);
//! }
//! ```
//!
//! What the formats look like was read in Microsoft's documentation (pages `protocol-logging` and
//! `message-tracking`) and in public logs. What neither shows is inferred, and says so where it
//! stands.

pub use era::Era;
pub use place::{Generation, LogRole};
pub use protocol_log::{LogKind, ProtocolLog};
pub use receive::{ClientCertificateStatus, ReceiveContext, receive_rows};
pub use row::{Row, RowEvent};
pub use send::{Disconnect, SendLog};
pub(crate) use timestamp::time_of;
pub use tls_sentence::{Negotiated, Protocol, Side, tls_sentence};
pub use tracking::{
    NextHop, TrackingEvent, TrackingKind, TrackingLog, TrackingRow, TrackingServer,
};

mod authentication;
mod certificate;
mod csv;
mod era;
mod file;
mod pen;
mod place;
mod protocol_log;
mod receive;
mod reply;
mod row;
mod send;
mod timestamp;
mod tls_sentence;
mod tracking;

#[cfg(test)]
mod tests;

use std::time::SystemTime;

/// The id of a session, as it stands in a log: 16 upper-case hex digits, counted from the time at
/// which the service began.
///
/// Sessions of a [`MockServer`](crate::MockServer) have theirs already
/// ([`Session::id`](crate::Session::id)); this is for those that somebody else begins, as a send
/// connector does.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mailfault::exchange::log::session_id;
///
/// let began = SystemTime::UNIX_EPOCH + Duration::from_secs(1_419_361_418);
/// assert_eq!(session_id(began, 1), "08D1ECFA4AFCA101");
/// ```
#[must_use]
pub fn session_id(service_began: SystemTime, number: u64) -> String {
    format!(
        "{:016X}",
        crate::session_id::session_id(service_began, number)
    )
}
