//! A receive connector that runs: a server with the certificate that the connector chose.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::SystemTime;

use super::event_log::TransportEvent;
use super::receive_connector::{AuthMechanism, ReceiveConnector};
use super::rules::{self, Shared};
use super::selection::{self, Selection, TieBreak, Wanted};
use super::settings::Settings;
use super::store::StoredCertificate;
use super::talk::{self, Within};
use crate::error::Error;
use crate::fault::{Fault, HandshakeFault, Offer, Stage, TlsVersion};
use crate::report::{Mail, Session, What};
use crate::server::{ClientCertificate, MockServer, Port};
use crate::trust::Trust;

/// A receive connector that runs, or ran.
#[derive(Debug)]
pub(super) struct Listener {
    /// As it was when the service read it last.
    pub(super) connector: ReceiveConnector,
    /// Where it listens, also while its service is stopped.
    pub(super) addr: SocketAddr,
    /// How the certificate of STARTTLS was chosen; `None` without `Tls` in `AuthMechanism`.
    pub(super) selection: Option<Selection>,
    server: Option<MockServer>,
    /// Its port, so that nobody takes it while the service is started again; `None` while it is
    /// stopped.
    door: Option<TcpListener>,
    /// The sessions and the mail of the times before the last start.
    past: Vec<Run>,
}

/// What happened between a start and a stop.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) connector: ReceiveConnector,
    pub(super) sessions: Vec<Session>,
    pub(super) mail: Vec<Mail>,
}

impl Listener {
    /// Starts a connector, where it ran before if it did.
    pub(super) fn start(
        settings: &Settings,
        connector: &ReceiveConnector,
        store: &[StoredCertificate],
        (shared, trust): (&Arc<Shared>, &Arc<Trust>),
        before: Option<&mut Self>,
    ) -> Result<Self, Error> {
        let now = settings.clock.now();
        let role = connector.transport_role;
        let tell = |event| shared.known().events.write(now, role, event);
        let host = connector.fqdn.as_ref().unwrap_or(&settings.fqdn);
        let mut persona = talk::persona(settings.version, connector, host);

        let selection = connector
            .authenticates_by(AuthMechanism::Tls)
            .then(|| select(settings, connector, host, store));
        let chosen = |thumbprint: &str| store.iter().find(|one| one.thumbprint() == thumbprint);
        let starttls = selection
            .as_ref()
            .and_then(|one| chosen(one.chosen.as_deref()?));
        if let Some(selection) = &selection
            && let Some(event) = told_of(selection, connector, host, starttls, now)
        {
            tell(event);
        }
        let internal = internal(settings, connector, store, now, &tell);

        let mut builder = MockServer::builder().clock(settings.clock.clone());
        let usable = starttls.filter(|one| one.has_private_key);
        match usable {
            Some(one) => builder = builder.starttls(one.presented()),
            None => persona.ehlo.retain(|line| line != "STARTTLS"),
        }
        match internal {
            Some(one) => {
                let inside = talk::ehlo(settings.version, connector, Within::AnonymousTls);
                builder = builder.anonymous_tls(one.presented(), inside);
            }
            None => persona.ehlo.retain(|line| line != "X-ANONYMOUSTLS"),
        }
        if connector.require_tls {
            builder = builder.require_tls();
        }
        if connector.domain_secure_enabled || !connector.tls_domain_capabilities.is_empty() {
            builder = builder.client_certificate(ClientCertificate::Asked);
        }
        let door = open(settings.address, before)?;
        let port = Port::again(&door).map_err(|error| Error::CannotListen {
            address: settings.address.to_string(),
            why: error.to_string(),
            taken: false,
        })?;
        let (spoken, old) = spoken(&settings.tls_versions);
        if let Some(old) = old {
            let requires = HandshakeFault::Requires(Offer::Version(old.on_the_wire()));
            builder = builder.fault(Fault::at(Stage::Handshake).handshake(requires));
        }
        let server = builder
            .bound(port)
            .loopback(settings.address)
            .auth(settings.auth.clone())
            .tls_versions(spoken)
            .cipher_suites(&settings.cipher_suites)
            .observe(watch(connector, settings, shared))
            .policy(rules::policy(settings.version, connector, shared, trust))
            .persona(persona)
            .try_start()?;
        Ok(Self {
            connector: connector.clone(),
            addr: server.addr(),
            selection,
            server: Some(server),
            door: Some(door),
            past: Vec::new(),
        })
    }

    /// Stops it; what happened is kept, and whoever connects is refused.
    pub(super) fn stop(&mut self) {
        self.door = None;
        self.pause();
    }

    /// Stops it, and lets those who connect wait until it is started again.
    pub(super) fn pause(&mut self) {
        if let Some(server) = self.server.take() {
            let report = server.stop();
            self.past.push(Run {
                connector: self.connector.clone(),
                sessions: report.sessions,
                mail: report.mail,
            });
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.server.is_some()
    }

    /// Takes over what happened before.
    pub(super) fn remember(&mut self, before: Self) {
        self.past = before.past;
    }

    /// Everything so far, the oldest first.
    pub(super) fn runs(&self) -> Vec<Run> {
        let mut runs = self.past.clone();
        if let Some(server) = &self.server {
            let report = server.report();
            runs.push(Run {
                connector: self.connector.clone(),
                sessions: report.sessions,
                mail: report.mail,
            });
        }
        runs
    }
}

/// The port of the connector that ran before, or a free one.
fn open(address: IpAddr, before: Option<&mut Listener>) -> Result<TcpListener, Error> {
    let port = match before {
        None => 0,
        Some(before) => match before.door.take() {
            Some(door) => return Ok(door),
            None => before.addr.port(),
        },
    };
    Port::listener(SocketAddr::new(address, port))
}

/// The versions of TLS that this build speaks of these, and the newest where it speaks none: that
/// is imitated.
fn spoken(versions: &[TlsVersion]) -> (Vec<TlsVersion>, Option<TlsVersion>) {
    let speaks =
        |version: &&TlsVersion| cfg!(feature = "legacy-tls") || **version >= TlsVersion::Tls12;
    let spoken: Vec<TlsVersion> = versions.iter().filter(speaks).copied().collect();
    match versions.iter().max() {
        // What is set up is never spoken.
        Some(newest) if spoken.is_empty() => (vec![TlsVersion::Tls12], Some(*newest)),
        _ => (spoken, None),
    }
}

/// Steps 2 to 6 of the documented choice.
fn select(
    settings: &Settings,
    connector: &ReceiveConnector,
    host: &str,
    store: &[StoredCertificate],
) -> Selection {
    let now = settings.clock.now();
    // Exchange 2010 has no such property.
    let name = connector.tls_certificate_name.as_ref();
    let name = name.filter(|_| settings.version.has_front_end());
    match name {
        Some(name) => selection::inbound(
            store,
            &Wanted::Named(name),
            settings.tie_break.unwrap_or(TieBreak::NewestExpiry),
            now,
        ),
        None => selection::inbound(
            store,
            &Wanted::Host(host),
            settings.tie_break.unwrap_or(TieBreak::NewestValidFrom),
            now,
        ),
    }
}

/// How long before its end a certificate is told to expire soon. How long Exchange takes is not
/// documented; its Health Checker warns as early.
const SOON: std::time::Duration = std::time::Duration::from_secs(60 * 24 * 60 * 60);

/// What the choice makes the service write to the Application log.
fn told_of(
    selection: &Selection,
    connector: &ReceiveConnector,
    host: &str,
    chosen: Option<&StoredCertificate>,
    now: SystemTime,
) -> Option<TransportEvent> {
    let named = selection.wanted.starts_with("<I>");
    let fqdn = if named { &selection.wanted } else { host };
    let Some(chosen) = chosen else {
        return Some(TransportEvent::NoCertificate {
            name: selection.wanted.clone(),
            connector: connector.name.clone(),
            fqdn: fqdn.to_owned(),
        });
    };
    if selection.expired {
        let fqdn = fqdn.to_owned();
        return Some(TransportEvent::CertificateExpired { fqdn });
    }
    let hours = hours_left(chosen, now)?;
    Some(TransportEvent::CertificateExpiresSoon {
        subject: chosen.facts.subject.to_string(),
        thumbprint: chosen.thumbprint().to_owned(),
        hours,
    })
}

/// The hours until a certificate expires, if they are few.
fn hours_left(certificate: &StoredCertificate, now: SystemTime) -> Option<u64> {
    let left = certificate.facts.not_after.duration_since(now).ok()?;
    (left < SOON).then_some(left.as_secs() / 3_600)
}

/// The certificate of X-ANONYMOUSTLS.
fn internal<'a>(
    settings: &Settings,
    connector: &ReceiveConnector,
    store: &'a [StoredCertificate],
    now: SystemTime,
    tell: &impl Fn(TransportEvent),
) -> Option<&'a StoredCertificate> {
    let wanted = connector.authenticates_by(AuthMechanism::ExchangeServer)
        && !connector.suppress_x_anonymous_tls;
    if !wanted {
        return None;
    }
    let Some(thumbprint) = &settings.internal_transport_certificate else {
        tell(TransportEvent::InternalCertificateNotSet);
        return None;
    };
    let found = store.iter().find(|one| one.thumbprint() == thumbprint);
    let thumbprint = thumbprint.clone();
    let Some(found) = found.filter(|one| one.has_private_key) else {
        tell(TransportEvent::InternalCertificateMissing { thumbprint });
        return None;
    };
    if !found.facts.is_valid_at(now) {
        // It is advertised all the same.
        tell(TransportEvent::InternalCertificateExpired { thumbprint });
    } else if let Some(hours) = hours_left(found, now) {
        tell(TransportEvent::InternalCertificateExpiresSoon { thumbprint, hours });
    }
    Some(found)
}

/// Writes down what the rules do not see: logins that failed, and the limit on all connections.
fn watch(
    connector: &ReceiveConnector,
    settings: &Settings,
    shared: &Arc<Shared>,
) -> impl Fn(u64, &crate::report::Event) + Send + Sync + 'static {
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    let (name, role) = (connector.name.clone(), connector.transport_role);
    let (clock, shared) = (settings.clock.clone(), Arc::clone(shared));
    let too_many = talk::persona(settings.version, connector, "")
        .replies
        .too_many_sessions;
    let mut bytes = Vec::new();
    too_many.write_to(&mut bytes);
    let observer = settings.observer.clone();
    let per_source = connector.max_inbound_connection_per_source.is_some();
    let peers: Mutex<BTreeMap<u64, SocketAddr>> = Mutex::default();
    move |session, event| {
        let mut peers = peers
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let told = match &event.what {
            What::Connected { peer, .. } => {
                peers.insert(session, *peer);
                None
            }
            What::Ended(_) => {
                peers.remove(&session);
                None
            }
            What::Server(said) if said.starts_with(b"535 ") => {
                let peer = peers.get(&session);
                peer.map(|peer| TransportEvent::InboundAuthenticationFailed {
                    error: "LogonDenied".to_owned(),
                    connector: name.clone(),
                    // The name of the mechanism in this event was not captured.
                    mechanism: "Login".to_owned(),
                    ip: peer.ip(),
                })
            }
            What::Server(said) if !per_source && *said == bytes => {
                let connector = name.clone();
                Some(TransportEvent::TooManyConnections { connector })
            }
            _ => None,
        };
        drop(peers);
        if let Some(observer) = &observer {
            observer(&name, session, event);
        }
        if let Some(event) = told {
            shared.known().events.write(clock.now(), role, event);
        }
    }
}
