//! The send side: what a sender writes down as it goes.

use std::net::SocketAddr;

use super::authentication::{Authentication, CHALLENGE, Replied};
use super::certificate::{self, REMOTE, SENDING};
use super::era::Era;
use super::pen::Pen;
use super::reply;
use super::row::{Row, RowEvent};
use super::tls_sentence::{Negotiated, Side, tls_sentence};
use crate::certificate_facts::CertificateFacts;
use crate::clock::Clock;
use crate::smtp::Reply;

/// The protocol log of one session of a send connector, written as it goes. Each row is dated
/// with what the clock says when it is written.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mailfault::exchange::log::{Disconnect, Era, SendLog, session_id};
/// use mailfault::{Clock, Reply};
///
/// // Tue, 23 Dec 2014 20:08:01 UTC
/// let clock = Clock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_419_365_281));
/// let id = session_id(clock.now(), 1);
/// let mut log = SendLog::new("Outbound to Office 365", id, Era::PerLine, clock);
/// log.attempting("192.0.2.25:25".parse().unwrap());
/// log.connected("10.0.0.1:50000".parse().unwrap());
/// log.received_reply(&Reply::from("220 mx.test ready"));
/// log.sent("QUIT");
/// log.disconnected(Disconnect::Remote);
///
/// let rows = log.rows();
/// assert_eq!(rows[0].context, "attempting to connect");
/// assert_eq!((rows[0].local.as_str(), rows[1].local.as_str()), ("", "10.0.0.1:50000"));
/// assert_eq!(rows[4].to_string().split_once(",4,").unwrap().1, "10.0.0.1:50000,192.0.2.25:25,-,,Remote");
/// ```
#[derive(Clone, Debug)]
pub struct SendLog {
    pen: Pen,
    era: Era,
    clock: Clock,
    authentication: Authentication,
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disconnect {
    /// The server whose log it is.
    Local,
    /// The other side, in good order.
    Remote,
    /// The other side, by a reset.
    RemoteSocketError,
}

impl Disconnect {
    /// What stands in the row.
    #[must_use]
    pub fn context(self) -> &'static str {
        match self {
            Self::Local => "Local",
            Self::Remote => "Remote",
            Self::RemoteSocketError => "Remote(SocketError)",
        }
    }
}

impl SendLog {
    /// Begins the log of a session with this id ([`session_id`](super::session_id)).
    #[must_use]
    pub fn new(connector: &str, session: impl Into<String>, era: Era, clock: Clock) -> Self {
        Self {
            pen: Pen::new(connector, session.into()),
            era,
            clock,
            authentication: Authentication::default(),
        }
    }

    /// The server is about to connect to this address.
    pub fn attempting(&mut self, remote: SocketAddr) {
        self.pen.remote = remote.to_string();
        self.tell("", "attempting to connect");
    }

    /// It could not, for this reason of Winsock: 10060 for a time-out, 10061 where nobody
    /// listens. Public logs go on behind the second number with the domain, in words that are
    /// not known.
    pub fn could_not_connect(&mut self, code: u32) {
        let context =
            format!("Failed to connect. Winsock error code: {code}, Win32 error code: {code}");
        self.tell("", context);
    }

    /// It is connected, from this address of its own.
    pub fn connected(&mut self, local: SocketAddr) {
        self.pen.local = local.to_string();
        self.pen.data(self.clock.now(), RowEvent::Connect, "");
    }

    /// The other side said this.
    pub fn received_reply(&mut self, reply: &Reply) {
        let now = self.clock.now();
        for lines in reply::read(reply.to_string().as_bytes()) {
            match self.authentication.replied(reply::code(&lines)) {
                Replied::Challenge => self.pen.data(now, RowEvent::Receive, CHALLENGE),
                _ => reply::write(&mut self.pen, now, RowEvent::Receive, self.era, lines),
            }
        }
    }

    /// The server said this line. Credentials are left out.
    pub fn sent(&mut self, line: &str) {
        if let Some(shown) = self.authentication.shown(line.as_bytes()) {
            self.pen.data(self.clock.now(), RowEvent::Send, shown);
        }
    }

    /// The server is about to present this certificate.
    pub fn sending_certificate(&mut self, one: &CertificateFacts) {
        certificate::write(&mut self.pen, self.clock.now(), self.era, SENDING, one);
    }

    /// TLS could not be had: `NoCredentials` where the server cannot use its own certificate,
    /// `SocketError` where the other side broke off.
    pub fn tls_failed(&mut self, error: &str) {
        self.tell("", format!("TLS negotiation failed with error {error}"));
    }

    /// TLS is there, and the other side presented this certificate.
    pub fn secured(&mut self, negotiated: &Negotiated, remote: &CertificateFacts) {
        let now = self.clock.now();
        certificate::write(&mut self.pen, now, self.era, REMOTE, remote);
        let sentence = tls_sentence(negotiated, Side::Client);
        self.pen.tell(now, "", sentence);
        certificate::write_received(&mut self.pen, now, remote);
    }

    /// What the server may send on: `SendRoutingHeaders`.
    pub fn session_permissions(&mut self, permissions: &str) {
        self.tell(permissions, "Set Session Permissions");
    }

    /// The other side did not take the server's credentials.
    pub fn authentication_failed(&mut self) {
        self.tell("", "Outbound Authentication failed with LogonDenied");
    }

    /// The message that comes next: its number in the queue, and its Message-ID with or without
    /// angle brackets.
    pub fn sending_message(&mut self, record: u64, message_id: &str) {
        let message_id = message_id.trim_matches(['<', '>']);
        self.tell(
            "",
            format!("sending message with RecordId {record} and InternetMessageId <{message_id}>"),
        );
    }

    /// What comes is passed on from a session of this id.
    pub fn proxying(&mut self, session: &str) {
        self.tell(
            "",
            format!("Proxying inbound session with session id {session}"),
        );
    }

    /// Anything else that the reader should know.
    pub fn tell(&mut self, data: impl Into<String>, context: impl Into<String>) {
        self.pen.tell(self.clock.now(), data, context);
    }

    /// The connection is gone.
    pub fn disconnected(&mut self, how: Disconnect) {
        self.pen.disconnect(self.clock.now(), how.context());
    }

    /// What was written so far.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.pen.rows
    }

    /// Everything that was written.
    #[must_use]
    pub fn into_rows(self) -> Vec<Row> {
        self.pen.rows
    }
}
