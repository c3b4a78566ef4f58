//! The wish for an Exchange server.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use mailfault_certs::Der;

use super::Exchange;

use super::log::Era;
use super::receive_connector::ReceiveConnector;
use super::rules::Shared;
use super::selection::TieBreak;
use super::send_connector::SendConnector;
use super::settings::{Changes, Observer, Settings};
use super::store::{self, StoredCertificate};
use super::version::Version;
use crate::clock::Clock;
use crate::error::Error;
use crate::fault::TlsVersion;
use crate::near;
use crate::report::Event;
use crate::server::Auth;
use crate::transport::{Product, RetrySchedule, Transport, Voice};

/// The wish for an Exchange server; [`start`](Self::start) makes it one.
///
/// Without a word it is as setup leaves it: its own self-signed certificates, the default receive
/// connectors, the domain of its name as the only accepted domain, and any mailbox in it.
#[derive(Clone)]
#[must_use = "a builder is no server yet; call `start`"]
pub struct ExchangeBuilder {
    version: Version,
    name: String,
    domain: String,
    certificates: Vec<StoredCertificate>,
    setup_certificates: bool,
    internal: Internal,
    connectors: Vec<ReceiveConnector>,
    default_connectors: bool,
    accepted_domains: BTreeSet<String>,
    mailboxes: Option<BTreeSet<String>>,
    auth: Auth,
    changes: Changes,
    tie_break: Option<TieBreak>,
    clock: Clock,
    address: IpAddr,
    era: Option<Era>,
    tls_versions: Option<Vec<TlsVersion>>,
    cipher_suites: Vec<String>,
    trusted_roots: Vec<Der>,
    send_connectors: Vec<SendConnector>,
    observer: Option<Observer>,
    resolve: BTreeMap<String, SocketAddr>,
    mx: BTreeMap<String, Vec<String>>,
    schedule: Option<RetrySchedule>,
    product: Option<Product>,
}

#[derive(Clone, Debug)]
enum Internal {
    OfSetup,
    Thumbprint(Option<String>),
}

impl ExchangeBuilder {
    pub(super) fn new(version: Version) -> Self {
        Self {
            version,
            name: "EX01".to_owned(),
            domain: "contoso.test".to_owned(),
            certificates: Vec::new(),
            setup_certificates: true,
            internal: Internal::OfSetup,
            connectors: Vec::new(),
            default_connectors: true,
            accepted_domains: BTreeSet::new(),
            mailboxes: None,
            auth: Auth::AcceptAny,
            changes: Changes::AfterRestart,
            tie_break: None,
            clock: Clock::system(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            era: None,
            tls_versions: None,
            cipher_suites: Vec::new(),
            trusted_roots: Vec::new(),
            send_connectors: Vec::new(),
            observer: None,
            resolve: BTreeMap::new(),
            mx: BTreeMap::new(),
            schedule: None,
            product: None,
        }
    }

    /// The server's NetBIOS name; `EX01` if nothing is said.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The Active Directory domain, which makes the server's FQDN; `contoso.test` if nothing is
    /// said.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = domain.into();
        self
    }

    /// Puts a certificate into the store, behind those that are there.
    pub fn certificate(mut self, certificate: StoredCertificate) -> Self {
        self.certificates.push(certificate);
        self
    }

    /// Leaves out the certificates that setup makes.
    pub fn without_setup_certificates(mut self) -> Self {
        self.setup_certificates = false;
        self
    }

    /// `InternalTransportCertificateThumbprint`; the self-signed certificate of setup if nothing
    /// is said.
    pub fn internal_transport_certificate(mut self, thumbprint: Option<String>) -> Self {
        self.internal = Internal::Thumbprint(thumbprint);
        self
    }

    /// Adds a receive connector, in place of a default one of the same name.
    pub fn receive_connector(mut self, connector: ReceiveConnector) -> Self {
        self.connectors.push(connector);
        self
    }

    /// Leaves out the receive connectors that setup makes.
    pub fn without_default_connectors(mut self) -> Self {
        self.default_connectors = false;
        self
    }

    /// Adds an accepted domain; `*.contoso.test` has its subdomains in it. The first takes the
    /// place of the server's own domain.
    pub fn accepted_domain(mut self, domain: impl Into<String>) -> Self {
        self.accepted_domains
            .insert(domain.into().to_ascii_lowercase());
        self
    }

    /// Adds a mailbox. With the first, others in the accepted domains do not exist.
    pub fn mailbox(mut self, address: impl Into<String>) -> Self {
        let address = address.into().to_ascii_lowercase();
        self.mailboxes.get_or_insert_default().insert(address);
        self
    }

    /// Whom AUTH believes; everybody if nothing is said.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// When changes take effect; after a restart if nothing is said.
    pub fn changes(mut self, changes: Changes) -> Self {
        self.changes = changes;
        self
    }

    /// Which of several certificates wins; as documented for what is looked for if nothing is
    /// said.
    pub fn tie_break(mut self, tie_break: TieBreak) -> Self {
        self.tie_break = Some(tie_break);
        self
    }

    /// What time it is for the server.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Listens on another loopback address.
    ///
    /// # Panics
    ///
    /// If the address is no loopback address.
    #[track_caller]
    pub fn loopback(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        assert!(
            self.address.is_loopback(),
            "{} is no loopback address; a model listens nowhere else",
            self.address
        );
        self
    }

    /// Calls this with the connector's name, the session's number and every event, before the
    /// client can see its effect. It runs on the connectors' threads and must not block.
    pub fn observe(self, observer: impl Fn(&str, u64, &Event) + Send + Sync + 'static) -> Self {
        self.observe_by(Arc::new(observer))
    }

    pub(crate) fn observe_by(mut self, observer: Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// The versions of TLS that Windows speaks for it. TLS 1.0, which 2010 and 2013 spoke alone at
    /// first, is to be had with the feature `legacy-tls`; without a word TLS 1.2 stands for it.
    /// Without that feature a server of old versions alone is imitated: every handshake ends with
    /// the alert that those get who want a newer one.
    pub fn tls_versions(mut self, versions: impl IntoIterator<Item = TlsVersion>) -> Self {
        self.tls_versions = Some(versions.into_iter().collect());
        self
    }

    /// The cipher suites that Windows takes for it, by their IANA names.
    pub fn cipher_suites<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.cipher_suites = names.into_iter().map(Into::into).collect();
        self
    }

    /// How the protocol logs are laid out, where it is not as is usual for the version.
    pub fn log_era(mut self, era: Era) -> Self {
        self.era = Some(era);
        self
    }

    /// Adds roots that Windows trusts on this server. Without any, nobody's certificate is good
    /// enough for a send connector that validates.
    pub fn trusted_roots(mut self, roots: impl IntoIterator<Item = Der>) -> Self {
        self.trusted_roots.extend(roots);
        self
    }

    /// Adds a send connector.
    pub fn send_connector(mut self, connector: SendConnector) -> Self {
        self.send_connectors.push(connector);
        self
    }

    /// Tells where a host is: a smart host, or a domain that a connector looks up. No other host is
    /// found, and nothing is sent to an address that was not named here.
    pub fn resolve(mut self, host: impl Into<String>, address: SocketAddr) -> Self {
        self.resolve
            .insert(host.into().to_ascii_lowercase(), address);
        self
    }

    /// Tells which hosts take the mail of a domain, the most preferred first, for connectors that
    /// look it up. A domain without any is its own host (RFC 5321 §5.1).
    ///
    /// ```
    /// use mailfault::MockServer;
    /// use mailfault::exchange::{Exchange, SendConnector, Version};
    /// use std::time::Duration;
    ///
    /// let second = MockServer::start();
    /// let server = Exchange::builder(Version::Exchange2019)
    ///     .send_connector(SendConnector::new("To the internet"))
    ///     .mx("fabrikam.test", ["mx1.fabrikam.test", "mx2.fabrikam.test"])
    ///     .resolve("mx2.fabrikam.test", second.addr()) // nobody knows where the first is
    ///     .start();
    /// server.submit("alice@contoso.test", ["bob@fabrikam.test"], "Subject: Hello\r\n\r\nHi.\r\n");
    /// server.advance(Duration::ZERO);
    /// assert_eq!(second.finish().mail.len(), 1);
    /// ```
    pub fn mx<S: Into<String>>(
        mut self,
        domain: impl Into<String>,
        hosts: impl IntoIterator<Item = S>,
    ) -> Self {
        let hosts = hosts.into_iter().map(Into::into).collect();
        self.mx.insert(domain.into().to_ascii_lowercase(), hosts);
        self
    }

    /// When messages are tried again; as a Mailbox server does if nothing is said.
    pub fn retry_schedule(mut self, schedule: RetrySchedule) -> Self {
        self.schedule = Some(schedule);
        self
    }

    /// In whose words queues and notifications speak, where it is not as is usual for the version.
    pub fn speaks_as(mut self, product: Product) -> Self {
        self.product = Some(product);
        self
    }

    /// Changes a receive connector before the start. `name` may leave out the server's name.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such connector.
    pub fn change_receive_connector(
        mut self,
        name: &str,
        change: impl FnOnce(&mut ReceiveConnector),
    ) -> Result<Self, Error> {
        let mut all = self.all_connectors();
        let at = position(&all, name, &self.name)?;
        change(&mut all[at]);
        self.connectors = all;
        self.default_connectors = false;
        Ok(self)
    }

    fn all_connectors(&self) -> Vec<ReceiveConnector> {
        let mut all = match self.default_connectors {
            true => ReceiveConnector::defaults(self.version, &self.name),
            false => Vec::new(),
        };
        for connector in &self.connectors {
            match all.iter_mut().find(|one| one.name == connector.name) {
                Some(old) => *old = connector.clone(),
                None => all.push(connector.clone()),
            }
        }
        all
    }

    /// Starts the server. When this returns, clients can connect to every connector.
    ///
    /// # Panics
    ///
    /// If it cannot be started; [`try_start`](Self::try_start) says so instead.
    #[must_use]
    #[track_caller]
    pub fn start(self) -> Exchange {
        match self.try_start() {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// [`Error::BadSetting`] for a send connector whose properties do not go together,
    /// [`Error::CannotListen`] if no port is to be had, [`Error::BadTls`] for a certificate whose
    /// key cannot be used.
    pub fn try_start(self) -> Result<Exchange, Error> {
        let connectors = self.all_connectors();
        let fqdn = format!("{}.{}", self.name, self.domain);
        let mut certificates = match self.setup_certificates {
            true => store::of_setup(&self.name, &fqdn, self.clock.now()),
            false => Vec::new(),
        };
        let own = certificates.first().map(|one| one.thumbprint().to_owned());
        certificates.extend(self.certificates);
        let shared = Shared::default();
        {
            let mut known = shared.known();
            known.accepted_domains = match self.accepted_domains.is_empty() {
                true => [self.domain.to_ascii_lowercase()].into(),
                false => self.accepted_domains,
            };
            known.mailboxes = self.mailboxes;
            known.hosts = self.resolve;
            known.mx = self.mx;
        }
        for connector in &self.send_connectors {
            connector.check()?;
        }
        let product = self.product.unwrap_or_else(|| self.version.into());
        let mut voice = Voice::new(product, fqdn.clone());
        voice.domains = shared.known().accepted_domains.iter().cloned().collect();
        let schedule = self.schedule.unwrap_or_else(RetrySchedule::mailbox_server);
        let transport = Transport::new(&self.name, voice, schedule, self.clock.clone());
        let settings = Settings {
            era: self.era.unwrap_or(self.version.log_era()),
            tls_versions: self
                .tls_versions
                .unwrap_or_else(|| self.version.tls_versions()),
            cipher_suites: self.cipher_suites,
            trusted_roots: self.trusted_roots,
            began: self.clock.now(),
            observer: self.observer,
            version: self.version,
            name: self.name,
            fqdn,
            clock: self.clock,
            address: self.address,
            auth: self.auth,
            changes: self.changes,
            tie_break: self.tie_break,
            internal_transport_certificate: match self.internal {
                Internal::OfSetup => own,
                Internal::Thumbprint(thumbprint) => thumbprint,
            },
        };
        Exchange::run(
            settings,
            connectors,
            self.send_connectors,
            certificates,
            shared,
            transport,
        )
    }
}

impl std::fmt::Debug for ExchangeBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExchangeBuilder")
            .field("version", &self.version)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A connector by its name, with or without the server's behind it, and with or without
/// `SERVER\` before it.
pub(super) fn position(all: &[ReceiveConnector], name: &str, server: &str) -> Result<usize, Error> {
    let wanted = name.rsplit('\\').next().unwrap_or(name);
    let short = |one: &'_ ReceiveConnector| {
        let short = one.name.strip_suffix(server).map(str::trim_end);
        short.map(str::to_owned)
    };
    let is_short =
        |one: &ReceiveConnector| short(one).is_some_and(|short| short.eq_ignore_ascii_case(wanted));
    let whole = all
        .iter()
        .position(|one| one.name.eq_ignore_ascii_case(wanted));
    whole
        .or_else(|| all.iter().position(is_short))
        .ok_or_else(|| {
            let names = all.iter().map(|one| one.name.clone());
            let names: Vec<_> = names.chain(all.iter().filter_map(short)).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            Error::UnknownName {
                kind: "receive connector",
                given: name.to_owned(),
                near: near::nearest(wanted, &names)
                    .or_else(|| Some(names[..all.len()].join("`, `"))),
            }
        })
}
