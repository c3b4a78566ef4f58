//! The logs of Exchange, of sessions that were really played, and read by others.

mod handshakes; // what the logs say of certificates, and of how it ended
mod played; // a whole session in both layouts, held against files
mod written; // whatever is written is read again, by us and by somebody else's reader

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use mailfault::exchange::log::{Era, ReceiveContext, Row, receive_rows};
use mailfault::{Clock, Session};

/// Fri, 14 Apr 2017 17:00:41 UTC
fn clock() -> Clock {
    Clock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_492_189_241))
}

fn rows(session: &Session, local: SocketAddr, era: Era) -> Vec<Row> {
    let context = ReceiveContext::new(r"SERVER1\Default Frontend SERVER1", local).era(era);
    receive_rows(session, &context)
}
