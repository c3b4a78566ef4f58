//! A model of an on-premises Exchange server: certificate store, receive connectors, event log.
//!
//! Nothing in it is scripted. A connector *chooses* its certificate by the documented steps, and
//! what a client then sees, and what the Application log says, follows from that choice. Names of
//! properties, texts and defaults are Microsoft's; what is not documented is marked as uncertain
//! where it is said.
//!
//! What is not modelled: NTLM and Kerberos are offered and always refused, X-EXPS is unknown, and
//! whoever begins TLS with X-ANONYMOUSTLS is taken for an Exchange server without further proof.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use builder::ExchangeBuilder;
pub use delivery::{Attempt, AttemptEnding};
pub use event_log::{EventEntry, Level, TransportEvent};
pub use name::TlsCertificateName;
pub use receive_connector::{
    AuthMechanism, PermissionGroup, ProtocolLoggingLevel, ReceiveConnector, SizeEnabled,
    TransportRole,
};
pub use selection::{Selection, TieBreak, Verdict};
pub use send_connector::{SendConnector, TlsAuthLevel};
pub use settings::Changes;
pub(crate) use settings::Observer;
pub use store::{Service, StoredCertificate};
pub use version::Version;

use crate::error::Error;
use crate::fault::TlsVersion;
use crate::near;
use crate::report::{Mail, Session};
use crate::transport::{RetrySchedule, Transport};
use crate::trust::Trust;
use listener::Listener;
use queueing::Queueing;
use rules::Shared;
use sending::Sending;
use settings::Settings;

pub mod log;

mod builder;
mod capabilities;
mod delivery;
mod event_log;
mod listener;
mod log_files;
mod name;
mod queueing;
mod receive_connector;
mod routing;
mod rules;
mod selection;
mod send_connector;
mod sending;
mod settings;
mod store;
mod talk;
mod tracking;
mod version;

/// An Exchange server that runs: each receive connector on a free port of its own.
///
/// ```
/// use mailfault::exchange::{Exchange, Version};
///
/// let server = Exchange::builder(Version::Exchange2016).start();
/// // … a client connects to server.addr("Default Frontend") …
/// let choice = server.selection("Default Frontend").unwrap().unwrap();
/// // Setup's own certificate is the only one for the server's internal name.
/// assert_eq!(choice.chosen.as_deref(), Some(server.certificates()[0].thumbprint()));
/// ```
#[derive(Debug)]
pub struct Exchange {
    settings: Settings,
    shared: Arc<Shared>,
    trust: Arc<Trust>,
    state: Mutex<State>,
    queueing: Mutex<Queueing>,
}

/// What administrators change.
#[derive(Debug)]
struct State {
    connectors: Vec<ReceiveConnector>,
    certificates: Vec<StoredCertificate>,
    sending: Sending,
    /// Those of Windows.
    tls_versions: Vec<TlsVersion>,
    /// `InternalTransportCertificateThumbprint`.
    internal: Option<String>,
    /// In the order of the connectors; `None` for one that is not enabled.
    listeners: Vec<Option<Listener>>,
}

/// A message that a connector took.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// The connector's name.
    pub connector: String,
    /// The message.
    pub mail: Mail,
}

impl Exchange {
    /// Begins the wish for a server.
    pub fn builder(version: Version) -> ExchangeBuilder {
        ExchangeBuilder::new(version)
    }

    fn run(
        settings: Settings,
        connectors: Vec<ReceiveConnector>,
        send_connectors: Vec<SendConnector>,
        certificates: Vec<StoredCertificate>,
        shared: Shared,
        transport: Transport,
    ) -> Result<Self, Error> {
        let shared = Arc::new(shared);
        let trust = Arc::new(Trust::new(&settings.trusted_roots)?);
        let listeners = connectors
            .iter()
            .map(|one| {
                let start =
                    || Listener::start(&settings, one, &certificates, (&shared, &trust), None);
                one.enabled.then(start).transpose()
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            shared,
            trust,
            state: Mutex::new(State {
                sending: Sending::new(send_connectors, &certificates),
                connectors,
                certificates,
                tls_versions: settings.tls_versions.clone(),
                internal: settings.internal_transport_certificate.clone(),
                listeners,
            }),
            settings,
            queueing: Mutex::new(Queueing::new(transport)),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server's NetBIOS name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// The server's FQDN.
    #[must_use]
    pub fn fqdn(&self) -> &str {
        &self.settings.fqdn
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.settings.version
    }

    /// Where a receive connector listens. `connector` may leave out the server's name:
    /// `Default Frontend`.
    ///
    /// # Panics
    ///
    /// If there is no such connector, or it is not enabled; [`addrs`](Self::addrs) lists them.
    #[must_use]
    #[track_caller]
    pub fn addr(&self, connector: &str) -> SocketAddr {
        match self.try_addr(connector) {
            Ok(addr) => addr,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`addr`](Self::addr).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such connector, [`Error::BadSetting`] if it is not
    /// enabled.
    pub fn try_addr(&self, connector: &str) -> Result<SocketAddr, Error> {
        let state = self.state();
        let at = state.position(connector, &self.settings.name)?;
        let listener = state.listeners[at].as_ref();
        listener
            .map(|listener| listener.addr)
            .ok_or_else(|| Error::BadSetting {
                what: "receive connector",
                why: format!("`{connector}` is not enabled, and listens nowhere"),
            })
    }

    /// Every receive connector that is enabled, and where it listens.
    #[must_use]
    pub fn addrs(&self) -> Vec<(String, SocketAddr)> {
        let state = self.state();
        let listeners = state.listeners.iter().flatten();
        listeners
            .map(|one| (one.connector.name.clone(), one.addr))
            .collect()
    }

    /// The receive connectors as they are configured, which need not be as they run.
    #[must_use]
    pub fn receive_connectors(&self) -> Vec<ReceiveConnector> {
        self.state().connectors.clone()
    }

    /// Changes a receive connector: `Set-ReceiveConnector`.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such connector; whatever
    /// [`try_start`](ExchangeBuilder::try_start) says, if the change takes effect at once.
    pub fn set_receive_connector(
        &self,
        name: &str,
        change: impl FnOnce(&mut ReceiveConnector),
    ) -> Result<(), Error> {
        let mut state = self.state();
        let at = state.position(name, &self.settings.name)?;
        change(&mut state.connectors[at]);
        match self.settings.changes {
            Changes::AfterRestart => Ok(()),
            Changes::AtOnce => self.restart_listener(&mut state, at),
        }
    }

    /// The certificates in the store, orphans among them.
    #[must_use]
    pub fn certificates(&self) -> Vec<StoredCertificate> {
        self.state().certificates.clone()
    }

    /// Puts a certificate into the store, in place of the same one: `Import-ExchangeCertificate`.
    ///
    /// # Errors
    ///
    /// Whatever [`try_start`](ExchangeBuilder::try_start) says, if the change takes effect at
    /// once.
    pub fn import_certificate(&self, certificate: StoredCertificate) -> Result<(), Error> {
        self.change_store(|store| {
            let same = |one: &StoredCertificate| one.thumbprint() == certificate.thumbprint();
            match store.iter_mut().find(|one| same(one)) {
                Some(old) => *old = certificate,
                None => store.push(certificate),
            }
            Ok(())
        })
    }

    /// Takes a certificate out of the store: `Remove-ExchangeCertificate`, or the MMC for an
    /// orphan.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such certificate.
    pub fn remove_certificate(&self, thumbprint: &str) -> Result<(), Error> {
        self.change_store(|store| {
            let at = find(store, thumbprint)?;
            store.remove(at);
            Ok(())
        })
    }

    /// Enables a certificate for services as well: `Enable-ExchangeCertificate`.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such certificate.
    pub fn enable_certificate(
        &self,
        thumbprint: &str,
        services: impl IntoIterator<Item = Service>,
    ) -> Result<(), Error> {
        self.change_store(|store| {
            let at = find(store, thumbprint)?;
            store[at].services.extend(services);
            Ok(())
        })
    }

    /// Puts the certificates above one of the store into the store of intermediate authorities, so
    /// that it is presented with them: `Import-Certificate -CertStoreLocation
    /// Cert:\LocalMachine\CA`.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such certificate.
    pub fn import_intermediates(&self, thumbprint: &str) -> Result<(), Error> {
        self.change_store(|store| {
            let at = find(store, thumbprint)?;
            store[at].has_intermediates = true;
            Ok(())
        })
    }

    /// The versions of TLS that Windows has, in the registry below
    /// `SCHANNEL\Protocols`. Windows reads that when it starts: each service has them from its next
    /// start on.
    pub fn set_tls_versions(&self, versions: impl IntoIterator<Item = TlsVersion>) {
        self.state().tls_versions = versions.into_iter().collect();
    }

    /// The versions of TLS that Windows has. A service that was not started again since a change
    /// still has others.
    #[must_use]
    pub fn tls_versions(&self) -> Vec<TlsVersion> {
        self.state().tls_versions.clone()
    }

    fn change_store(
        &self,
        change: impl FnOnce(&mut Vec<StoredCertificate>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut state = self.state();
        change(&mut state.certificates)?;
        if self.settings.changes == Changes::AtOnce {
            for at in 0..state.connectors.len() {
                self.restart_listener(&mut state, at)?;
            }
            state.reload_sending();
        }
        Ok(())
    }

    /// Stops and starts the service that owns these connectors. Each listens where it did, reads
    /// its properties and the store anew, and chooses its certificate again.
    ///
    /// # Errors
    ///
    /// Whatever [`try_start`](ExchangeBuilder::try_start) says.
    pub fn restart_service(&self, role: TransportRole) -> Result<(), Error> {
        let mut state = self.state();
        for at in 0..state.connectors.len() {
            if state.connectors[at].transport_role == role {
                self.restart_listener(&mut state, at)?;
            }
        }
        if role == TransportRole::HubTransport {
            state.reload_sending();
        }
        Ok(())
    }

    /// Stops the service that owns these connectors; whoever connects is refused.
    pub fn stop_service(&self, role: TransportRole) {
        let mut state = self.state();
        let listeners = state.listeners.iter_mut().flatten();
        for listener in listeners.filter(|one| one.connector.transport_role == role) {
            listener.stop();
        }
    }

    /// Whether the service that owns these connectors runs.
    #[must_use]
    pub fn service_is_running(&self, role: TransportRole) -> bool {
        let state = self.state();
        let mut listeners = state.listeners.iter().flatten();
        listeners.any(|one| one.connector.transport_role == role && one.is_running())
    }

    /// Makes a component active or not: `Set-ServerComponentState`. One that is not answers
    /// `421 4.3.2 Service not active`.
    pub fn set_component_state(&self, role: TransportRole, active: bool) {
        let mut known = self.shared.known();
        match active {
            true => known.inactive.remove(&role),
            false => known.inactive.insert(role),
        };
    }

    /// Whether a component is active: `Get-ServerComponentState`.
    #[must_use]
    pub fn component_is_active(&self, role: TransportRole) -> bool {
        !self.shared.known().inactive.contains(&role)
    }

    /// Whether the server is under back pressure.
    #[must_use]
    pub fn is_under_back_pressure(&self) -> bool {
        self.shared.known().back_pressure
    }

    /// Puts the server under back pressure, or takes it off.
    pub fn set_back_pressure(&self, on: bool) {
        self.shared.known().back_pressure = on;
    }

    /// Tells where a host is from now on, as [`resolve`](ExchangeBuilder::resolve) does at the
    /// start.
    pub fn set_host(&self, host: &str, address: SocketAddr) {
        let mut known = self.shared.known();
        known.hosts.insert(host.to_ascii_lowercase(), address);
    }

    /// Tells which hosts take the mail of a domain from now on, as [`mx`](ExchangeBuilder::mx)
    /// does at the start. Without any the domain is its own host again.
    pub fn set_mx<S: Into<String>>(&self, domain: &str, hosts: impl IntoIterator<Item = S>) {
        let hosts: Vec<String> = hosts.into_iter().map(Into::into).collect();
        let mut known = self.shared.known();
        known.mx.insert(domain.to_ascii_lowercase(), hosts);
    }

    /// The Application log, the oldest line first.
    #[must_use]
    pub fn events(&self) -> Vec<EventEntry> {
        self.shared.known().events.entries()
    }

    /// The domains that it takes mail for.
    #[must_use]
    pub fn accepted_domains(&self) -> Vec<String> {
        self.shared
            .known()
            .accepted_domains
            .iter()
            .cloned()
            .collect()
    }

    /// `InternalTransportCertificateThumbprint` of `Get-TransportService`.
    #[must_use]
    pub fn internal_transport_certificate(&self) -> Option<String> {
        self.state().internal.clone()
    }

    /// Uses another certificate between servers, once the services are started again.
    pub fn set_internal_transport_certificate(&self, thumbprint: Option<String>) {
        self.state().internal = thumbprint;
    }

    /// When its queues try again and give up.
    #[must_use]
    pub fn retry_schedule(&self) -> RetrySchedule {
        self.queueing().transport.schedule().clone()
    }

    /// An address that it takes mail for: a mailbox if one is known, else one in its first
    /// accepted domain.
    #[must_use]
    pub fn a_recipient(&self) -> String {
        let known = self.shared.known();
        let mailbox = known.mailboxes.as_ref().and_then(|all| all.first());
        let domain = || known.accepted_domains.first();
        match (mailbox, domain()) {
            (Some(mailbox), _) => mailbox.clone(),
            (None, domain) => {
                let domain =
                    domain.map_or("example.test", |domain| domain.trim_start_matches("*."));
                format!("bob@{domain}")
            }
        }
    }

    /// How a connector chose its certificate when its service read it last; `None` where
    /// `AuthMechanism` has no `Tls`, or the connector is not enabled.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such connector.
    pub fn selection(&self, connector: &str) -> Result<Option<Selection>, Error> {
        let state = self.state();
        let at = state.position(connector, &self.settings.name)?;
        let listener = state.listeners[at].as_ref();
        Ok(listener.and_then(|listener| listener.selection.clone()))
    }

    /// The messages that were taken so far, connector by connector.
    #[must_use]
    pub fn mail(&self) -> Vec<Received> {
        let of_run = |run: listener::Run| {
            let connector = run.connector.name;
            run.mail.into_iter().map(move |mail| Received {
                connector: connector.clone(),
                mail,
            })
        };
        let state = self.state();
        let listeners = state.listeners.iter().flatten();
        listeners
            .flat_map(Listener::runs)
            .flat_map(of_run)
            .collect()
    }

    /// The sessions of a connector so far, those before a restart first; they are numbered anew
    /// after each.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such connector.
    pub fn sessions(&self, connector: &str) -> Result<Vec<Session>, Error> {
        let state = self.state();
        let at = state.position(connector, &self.settings.name)?;
        let runs = state.listeners[at].iter().flat_map(Listener::runs);
        Ok(runs.flat_map(|run| run.sessions).collect())
    }

    /// Waits until no session is open, at most two seconds for each connector, and ends the
    /// server. What happened can still be asked.
    pub fn stop(&self) {
        for listener in self.state().listeners.iter_mut().flatten() {
            listener.stop();
        }
    }

    fn restart_listener(&self, state: &mut State, at: usize) -> Result<(), Error> {
        let mut before = state.listeners[at].take();
        let connector = &state.connectors[at];
        if let Some(before) = &mut before {
            match connector.enabled {
                true => before.pause(),
                false => before.stop(),
            }
        }
        if !connector.enabled {
            state.listeners[at] = before;
            return Ok(());
        }
        let settings = Settings {
            tls_versions: state.tls_versions.clone(),
            internal_transport_certificate: state.internal.clone(),
            ..self.settings.clone()
        };
        let (store, rules) = (&state.certificates, (&self.shared, &self.trust));
        match Listener::start(&settings, connector, store, rules, before.as_mut()) {
            Ok(mut listener) => {
                if let Some(before) = before {
                    listener.remember(before);
                }
                state.listeners[at] = Some(listener);
                Ok(())
            }
            Err(error) => {
                state.listeners[at] = before;
                Err(error)
            }
        }
    }
}

impl State {
    fn reload_sending(&mut self) {
        self.sending.reload(&self.certificates);
    }

    fn position(&self, name: &str, server: &str) -> Result<usize, Error> {
        builder::position(&self.connectors, name, server)
    }
}

/// Upper and lower case are the same, and so are blanks between the digits, as people copy them
/// out of dialogs.
fn find(store: &[StoredCertificate], thumbprint: &str) -> Result<usize, Error> {
    let wanted: String = thumbprint.chars().filter(char::is_ascii_hexdigit).collect();
    let found = store
        .iter()
        .position(|one| one.thumbprint().eq_ignore_ascii_case(&wanted));
    found.ok_or_else(|| {
        let known: Vec<_> = store.iter().map(StoredCertificate::thumbprint).collect();
        Error::UnknownName {
            kind: "certificate",
            given: thumbprint.to_owned(),
            near: near::nearest(&wanted, &known),
        }
    })
}
