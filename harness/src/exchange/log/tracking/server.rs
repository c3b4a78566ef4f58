//! The rows that a server writes about a message.

use std::net::{IpAddr, SocketAddr};
use std::time::SystemTime;

use super::event::TrackingEvent;
use super::row::TrackingRow;
use crate::exchange::log::timestamp;
use crate::report::{Mail, Session};
use crate::smtp::Reply;

/// A server that tracks messages.
///
/// Each of its functions is a row with everything that the message says of itself, and what the
/// server knows; ids that nobody has given are left empty, and every field is public.
///
/// ```
/// use std::time::SystemTime;
/// use mailfault::MockServer;
/// use mailfault::exchange::log::TrackingServer;
/// # use std::io::{BufRead as _, BufReader, Write as _};
///
/// let mock = MockServer::start();
/// // … a client sends a message …
/// # let mut client = std::net::TcpStream::connect(mock.addr()).unwrap();
/// # client.write_all(b"EHLO c.test\r\nMAIL FROM:<alice@contoso.test>\r\nRCPT TO:<bob@fabrikam.test>\r\nDATA\r\nMessage-ID: <1@contoso.test>\r\nSubject: Hello\r\n\r\nx\r\n.\r\nQUIT\r\n").unwrap();
/// # assert!(BufReader::new(client).lines().count() > 5);
/// let local = mock.addr();
/// let report = mock.finish();
/// let server = TrackingServer::new("EX01", local.ip(), "15.02.1118.007");
/// let row = server.received(
///     SystemTime::now(),
///     &report.sessions[0],
///     &report.mail[0],
///     r"EX01\Default Frontend EX01",
/// );
/// assert_eq!(row.event.name(), "RECEIVE");
/// assert_eq!(row.message_subject, "Hello");
/// assert_eq!(row.recipient_address, "bob@fabrikam.test");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TrackingServer {
    /// Its name.
    pub host: String,
    /// Its address.
    pub ip: IpAddr,
    /// The version of its build: `15.01.2375.007`.
    pub version: String,
}

impl TrackingServer {
    /// A server of this name, address and build.
    #[must_use]
    pub fn new(host: impl Into<String>, ip: IpAddr, version: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            ip,
            version: version.into(),
        }
    }

    /// RECEIVE: the message came in by SMTP.
    #[must_use]
    pub fn received(
        &self,
        time: SystemTime,
        session: &Session,
        mail: &Mail,
        connector: &str,
    ) -> TrackingRow {
        let client = session.peer.ip().to_string();
        let began = timestamp::write(session.began);
        TrackingRow {
            client_ip: client.clone(),
            client_hostname: session.client.clone().unwrap_or_default(),
            server_ip: self.ip.to_string(),
            server_hostname: self.host.clone(),
            // The number behind it was 0 in the public logs that show one.
            source_context: format!("{:016X};{began};0", session.id),
            connector: connector.to_owned(),
            directionality: "Incoming".to_owned(),
            original_client_ip: client,
            original_server_ip: self.ip.to_string(),
            ..self.row(time, "SMTP", TrackingEvent::Receive, mail)
        }
    }

    /// DELIVER: it was put into the mailboxes of its recipients.
    #[must_use]
    pub fn delivered(&self, time: SystemTime, mail: &Mail) -> TrackingRow {
        TrackingRow {
            client_hostname: self.host.clone(),
            server_hostname: self.host.clone(),
            ..self.row(time, "STOREDRIVER", TrackingEvent::Deliver, mail)
        }
    }

    /// SEND: it was handed to another server of the organisation, which said this to each
    /// recipient.
    #[must_use]
    pub fn sent(
        &self,
        time: SystemTime,
        mail: &Mail,
        next: &NextHop<'_>,
        said: &Reply,
    ) -> TrackingRow {
        self.handed_over(time, mail, next, said, TrackingEvent::Send)
    }

    /// SENDEXTERNAL: it was handed to somebody else's server, which said this to each recipient.
    #[must_use]
    pub fn sent_external(
        &self,
        time: SystemTime,
        mail: &Mail,
        next: &NextHop<'_>,
        said: &Reply,
    ) -> TrackingRow {
        self.handed_over(time, mail, next, said, TrackingEvent::SendExternal)
    }

    /// DEFER: it is tried again later, for this reason. Where the reason stands is inferred from
    /// the other events.
    #[must_use]
    pub fn deferred(
        &self,
        time: SystemTime,
        mail: &Mail,
        connector: &str,
        why: &str,
    ) -> TrackingRow {
        TrackingRow {
            connector: connector.to_owned(),
            recipient_status: of_each(mail, why),
            ..self.row(time, "SMTP", TrackingEvent::Defer, mail)
        }
    }

    /// FAIL: it is given up, for this reason: `550 4.4.7 QUEUE.Expired;message expired` where the
    /// queue (`QUEUE`) did so, the reply of the other side where SMTP did.
    #[must_use]
    pub fn failed(&self, time: SystemTime, mail: &Mail, source: &str, why: &str) -> TrackingRow {
        TrackingRow {
            recipient_status: of_each(mail, why),
            ..self.row(time, source, TrackingEvent::Fail, mail)
        }
    }

    /// DSN: a notification with this Message-ID was made, from this sender, about a message.
    #[must_use]
    pub fn notified(
        &self,
        time: SystemTime,
        about: &Mail,
        sender: &str,
        message_id: &str,
    ) -> TrackingRow {
        let row = self.row(time, "DSN", TrackingEvent::Dsn, about);
        TrackingRow {
            message_id: in_brackets(message_id),
            reference: row.message_id,
            recipient_address: about.from.clone(),
            recipient_count: Some(1),
            total_bytes: None,
            message_subject: String::new(),
            sender_address: sender.to_owned(),
            return_path: "<>".to_owned(),
            ..row
        }
    }

    /// Any other row about a message.
    #[must_use]
    pub fn row(
        &self,
        time: SystemTime,
        source: &str,
        event: TrackingEvent,
        mail: &Mail,
    ) -> TrackingRow {
        let sender = mail.header("Sender").or_else(|| mail.header("From"));
        let sender = sender.as_deref().map(address);
        TrackingRow {
            message_id: mail.header("Message-ID").unwrap_or_default(),
            recipient_address: mail.to.join(";"),
            total_bytes: Some(mail.content.len() as u64),
            recipient_count: Some(mail.to.len() as u64),
            message_subject: mail.subject().unwrap_or_default(),
            sender_address: sender.unwrap_or(&mail.from).to_owned(),
            return_path: match mail.from.as_str() {
                "" => "<>".to_owned(),
                from => from.to_owned(),
            },
            transport_traffic_type: "Email".to_owned(),
            schema_version: self.version.clone(),
            ..TrackingRow::new(timestamp::rounded(time), source, event)
        }
    }

    fn handed_over(
        &self,
        time: SystemTime,
        mail: &Mail,
        next: &NextHop<'_>,
        said: &Reply,
        event: TrackingEvent,
    ) -> TrackingRow {
        TrackingRow {
            client_ip: self.ip.to_string(),
            client_hostname: self.host.clone(),
            server_ip: next.address.ip().to_string(),
            server_hostname: next.host.to_owned(),
            source_context: next.session.to_owned(),
            connector: next.connector.to_owned(),
            recipient_status: of_each(mail, &format!("{} {}", said.code, said.lines.join(" "))),
            ..self.row(time, "SMTP", event, mail)
        }
    }
}

/// Where a message was handed to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextHop<'a> {
    /// The name of that server.
    pub host: &'a str,
    /// Its address.
    pub address: SocketAddr,
    /// The send connector.
    pub connector: &'a str,
    /// The id of the session, as it stands in the SmtpSend log.
    pub session: &'a str,
}

/// The same status for each recipient.
fn of_each(mail: &Mail, status: &str) -> String {
    vec![status; mail.to.len()].join(";")
}

/// The address in a header field.
fn address(field: &str) -> &str {
    let inside = field
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or(field, |(address, _)| address).trim()
}

fn in_brackets(message_id: &str) -> String {
    format!("<{}>", message_id.trim_matches(['<', '>']))
}
