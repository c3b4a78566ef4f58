//! The receive side: a played session becomes the log of it.

mod session;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;

use super::era::Era;
use super::row::Row;
use crate::certificate_facts::CertificateFacts;
use crate::report::Session;

/// What a session does not know of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiveContext {
    /// `SERVER1\Default Frontend SERVER1`.
    pub connector: String,
    /// Where the connector listens.
    pub local: SocketAddr,
    /// How the log is laid out.
    pub era: Era,
    /// What the client may do before it logs in, as `Set Session Permissions` says it. As it
    /// stands for a connector that takes mail from anybody.
    pub permissions: String,
    /// The certificate of the connector. What the client was shown goes first; this one stands
    /// in the log of a client that asked for TLS and left before it was shown any.
    pub certificate: Option<CertificateFacts>,
    /// What Exchange made of the client's certificate, if it sent one. Only newer versions say
    /// so, and `None` leaves it out.
    pub client_certificate: Option<ClientCertificateStatus>,
}

impl ReceiveContext {
    /// A connector that takes mail from anybody, of a new version.
    #[must_use]
    pub fn new(connector: impl Into<String>, local: SocketAddr) -> Self {
        Self {
            connector: connector.into(),
            local,
            era: Era::Packed,
            permissions: "SMTPSubmit SMTPAcceptAnySender SMTPAcceptAuthoritativeDomainSender AcceptRoutingHeaders".to_owned(),
            certificate: None,
            client_certificate: None,
        }
    }

    /// The same with another layout.
    #[must_use]
    pub fn era(mut self, era: Era) -> Self {
        self.era = era;
        self
    }
}

/// What Exchange made of a client's certificate. Of a client without one it is known what is
/// written: chain `EmptyCertificate`, capabilities `None`, status `NoRemoteCertificate`. With one,
/// the words are whoever's who decides.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientCertificateStatus {
    /// What became of its chain.
    pub chain: String,
    /// What `TlsDomainCapabilities` of the connector gives to its domain.
    pub capabilities: String,
    /// Whether they were given.
    pub status: String,
    /// The domain, if there is one.
    pub domain: Option<String>,
}

impl ClientCertificateStatus {
    /// Of a client that sent no certificate.
    #[must_use]
    pub fn none() -> Self {
        Self {
            chain: "EmptyCertificate".to_owned(),
            capabilities: "None".to_owned(),
            status: "NoRemoteCertificate".to_owned(),
            domain: None,
        }
    }
}

impl fmt::Display for ClientCertificateStatus {
    /// `TlsDomainCapabilities='None'; Status='NoRemoteCertificate'`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (capabilities, status) = (&self.capabilities, &self.status);
        write!(
            f,
            "TlsDomainCapabilities='{capabilities}'; Status='{status}'"
        )?;
        match &self.domain {
            Some(domain) => write!(f, "; Domain='{domain}'"),
            None => Ok(()),
        }
    }
}

/// The protocol log of a session that was played. Content of messages is not in it, and nothing
/// that a client proves itself with.
///
/// ```
/// use std::io::{BufRead as _, BufReader, Write as _};
/// use std::net::TcpStream;
/// use mailfault::{MockServer, Persona};
/// use mailfault::exchange::log::{ReceiveContext, receive_rows};
///
/// let server = MockServer::builder().persona(Persona::exchange_2016()).start();
/// let mut client = TcpStream::connect(server.addr()).unwrap();
/// client.write_all(b"QUIT\r\n").unwrap();
/// let lines = BufReader::new(client.try_clone().unwrap()).lines();
/// assert_eq!(lines.count(), 2);
///
/// let context = ReceiveContext::new(r"EX01\Default Frontend EX01", server.addr());
/// let report = server.finish();
/// let rows = receive_rows(&report.sessions[0], &context);
/// let said: Vec<_> = rows.iter().map(|row| row.event.sign()).collect();
/// assert_eq!(said, ["+", "*", ">", "<", ">", "-"]);
/// assert_eq!(rows[4].data, "221 2.0.0 Service closing transmission channel");
/// assert_eq!(rows[5].context, "Local");
/// ```
#[must_use]
pub fn receive_rows(session: &Session, context: &ReceiveContext) -> Vec<Row> {
    session::Telling::new(session, context).tell()
}
