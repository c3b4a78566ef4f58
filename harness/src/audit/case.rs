//! One server of an audit, and what the client has to know of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mailfault_certs::{Identity, Pem};

use crate::scenario::{Pace, Scenario, TlsWish};
use crate::server::MockServer;

/// One server of an audit, running, and what the client has to know of it.
#[derive(Clone, Debug)]
pub struct Case {
    id: String,
    summary: String,
    required: String,
    rfc: String,
    addr: SocketAddr,
    implicit_addr: Option<SocketAddr>,
    host: String,
    name: String,
    roots: Pem,
    crls: Pem,
    tls: TlsWish,
    patience: Duration,
    over: Arc<AtomicBool>,
}

impl Case {
    pub(super) fn new(
        scenario: &Scenario,
        required: &str,
        server: &MockServer,
        identity: &Identity,
    ) -> Self {
        Self {
            id: scenario.id.clone(),
            summary: scenario.summary.clone(),
            required: required.to_owned(),
            rfc: scenario.rfc.clone(),
            addr: server.addr(),
            implicit_addr: server.implicit_addr(),
            host: server.addr().ip().to_string(),
            name: scenario.server.certificate.name.clone(),
            roots: identity.roots_pem(),
            crls: identity.crls_pem(),
            tls: scenario.server.tls,
            patience: patience(scenario.pace()),
            over: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Its name in the catalogue: `tls/expired`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is wrong with the server, in a line.
    #[must_use]
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// What a client of this kind does there: `must refuse`.
    #[must_use]
    pub fn required(&self) -> &str {
        &self.required
    }

    /// The sections of the RFCs that say so: `5280 6.1.3`.
    #[must_use]
    pub fn rfc(&self) -> &str {
        &self.rfc
    }

    /// Where the server listens: for STARTTLS, or for implicit TLS in an audit
    /// [over implicit TLS](super::Audit::over_implicit_tls).
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where the server listens for implicit TLS, if it does.
    #[must_use]
    pub fn implicit_addr(&self) -> Option<SocketAddr> {
        self.implicit_addr
    }

    /// The address without the port: `127.0.0.1`.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.addr.port()
    }

    /// The name that the client must verify in the certificate.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The root that the client must trust, and no other.
    #[must_use]
    pub fn roots(&self) -> &Pem {
        &self.roots
    }

    /// The revocation lists of the authorities above the certificate, for a client that takes them from a file; they
    /// list nothing, unless that is what the case is about.
    #[must_use]
    pub fn crls(&self) -> &Pem {
        &self.crls
    }

    /// Where TLS is to be had.
    #[must_use]
    pub fn tls(&self) -> TlsWish {
        self.tls
    }

    /// A sender that every server takes.
    #[must_use]
    pub fn from(&self) -> &'static str {
        "alice@example.test"
    }

    /// A recipient that every healthy server takes.
    #[must_use]
    pub fn to(&self) -> &'static str {
        "bob@example.test"
    }

    /// How long a client that does not want to wait in vain should wait for each reply here: long
    /// where the server is slow on purpose, and not at all long where it never answers. RFC 5321
    /// §4.5.3.2 has minutes in mind, and an audit waits as long as the client does.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Whether the case's time is up. A client that can be stopped should stop then; what it does
    /// from now on is not judged.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Release);
    }
}

fn patience(pace: Pace) -> Duration {
    Duration::from_secs(match pace {
        Pace::Silent => 1,
        Pace::Prompt | Pace::Odd => 3,
        Pace::Slow => 10,
    })
}
