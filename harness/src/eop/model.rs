//! The running model.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use mailfault_certs::{Der, Identity};

use super::builder::EopBuilder;
use super::certificate::NAME;
use super::state::{Change, Shared};
use super::{
    AcceptedDomain, InboundConnector, MessageTrace, Received, Reception, Recipients, Tenant,
};
use crate::clock::Clock;
use crate::fault::Fault;
use crate::report::{Mail, Report};
use crate::server::MockServer;

/// Exchange Online Protection, taking mail on a port of this machine. The module's documentation
/// has an example.
#[derive(Debug)]
pub struct Eop {
    server: MockServer,
    shared: Arc<Shared>,
    clock: Clock,
    propagation: Duration,
    identity: Identity,
}

impl Eop {
    /// Begins the wish for one.
    pub fn builder() -> EopBuilder {
        EopBuilder::default()
    }

    pub(super) fn new(
        server: MockServer,
        shared: Arc<Shared>,
        clock: Clock,
        propagation: Duration,
        identity: Identity,
    ) -> Self {
        Self {
            server,
            shared,
            clock,
            propagation,
            identity,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// The name that a client should verify, whatever host it asked for:
    /// `mail.protection.outlook.com`.
    #[must_use]
    pub fn tls_name(&self) -> &'static str {
        NAME
    }

    /// What it shows.
    #[must_use]
    pub fn certificate(&self) -> &Identity {
        &self.identity
    }

    /// What a client has to trust.
    #[must_use]
    pub fn roots(&self) -> &[Der] {
        self.identity.roots()
    }

    /// The organization as it is now; changes that are still under way are not in it.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        let now = self.clock.now();
        self.shared.lock().tenant(now).clone()
    }

    /// Adds an inbound connector, or changes the one of that name. It has its effect when
    /// [`EopBuilder::propagation`] is over, and from the next command on: a message under way is
    /// judged at each of its commands by what is true then.
    pub fn set_inbound_connector(&self, connector: InboundConnector) {
        self.plan(Change::Set(Box::new(connector)));
    }

    /// Takes an inbound connector away, in the same time.
    pub fn remove_inbound_connector(&self, name: &str) {
        self.plan(Change::Remove(name.to_owned()));
    }

    /// Adds a domain that the organization takes mail for, or changes the one of that name:
    /// `Set-AcceptedDomain`. In the same time.
    pub fn set_accepted_domain(&self, domain: AcceptedDomain) {
        self.plan(Change::AcceptedDomain(domain));
    }

    /// Who has a mailbox, from the next synchronization of the directory on. In the same time.
    pub fn set_recipients(&self, recipients: Recipients) {
        self.plan(Change::Recipients(recipients));
    }

    /// Takes mail from this address again, although it is banned: what a request at Microsoft's
    /// delist portal ends with. At once.
    pub fn delist(&self, address: impl Into<IpAddr>) {
        self.shared.lock().delist(address.into());
    }

    fn plan(&self, change: Change) {
        let at: SystemTime = self.clock.now() + self.propagation;
        self.shared.lock().plan(at, change);
    }

    /// The messages that were taken so far.
    #[must_use]
    pub fn mail(&self) -> Vec<Mail> {
        self.server.mail()
    }

    /// The messages that were taken so far, and how each came.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        let mail = self.server.mail();
        self.shared.lock().received(mail)
    }

    /// Waits until `count` messages were taken.
    ///
    /// # Panics
    ///
    /// If fewer came in time; the text holds the transcripts.
    #[must_use]
    #[track_caller]
    pub fn wait_for_mail(&self, count: usize, patience: Duration) -> Vec<Received> {
        let mail = self.server.wait_for_mail(count, patience);
        self.shared.lock().received(mail)
    }

    /// The rows of the message trace so far, the oldest first.
    #[must_use]
    pub fn message_trace(&self) -> Vec<MessageTrace> {
        self.shared.lock().trace()
    }

    /// What happened so far; see [`MockServer::report`].
    #[must_use]
    pub fn report(&self) -> Report {
        self.server.report()
    }

    /// Installs another fault, behind those that are there.
    pub fn add_fault(&self, fault: Fault) {
        self.server.add_fault(fault);
    }

    /// Waits until no session is open, ends the server, and says what happened.
    ///
    /// # Panics
    ///
    /// If a fault with a count fired less often than it should have; see
    /// [`MockServer::finish`].
    #[allow(clippy::must_use_candidate)] // its check may be all that a test wants
    #[track_caller]
    pub fn finish(self) -> Reception {
        let report = self.server.finish();
        let state = self.shared.lock();
        Reception {
            received: state.received(report.mail.clone()),
            message_trace: state.trace(),
            report,
        }
    }
}
