//! The wish for a server.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mailfault_certs::Identity;

use super::House;
use super::client_certificate::ClientCertificate;
use super::ledger::{Ledger, Observer};
use super::listener::Port;
use super::mock_server::{MockServer, Settings};
use super::revocation::Responder;
use super::tls::{Tls, TlsWish};
use crate::clock::Clock;
use crate::error::Error;
use crate::fault::{Action, Fault, TlsVersion};
use crate::persona::{Limits, Persona};
use crate::report::Event;

/// The wish for a server; [`start`](Self::start) makes it one.
///
/// Without a word it is a healthy server in clear, on a free port of 127.0.0.1.
#[must_use = "a builder is no server yet; call `start`"]
pub struct Builder {
    persona: Persona,
    starttls: Option<Identity>,
    implicit: Option<Identity>,
    anonymous: Option<(Identity, Vec<String>)>,
    by_name: BTreeMap<String, Identity>,
    tls: TlsWish,
    auth: Auth,
    require_tls: bool,
    require_auth: bool,
    refuse_connections: bool,
    faults: Vec<Fault>,
    clock: Clock,
    address: IpAddr,
    port: u16,
    /// A port that is bound already, in the place of that.
    bound: Option<Port>,
    implicit_port: u16,
    patience: Duration,
    observer: Option<Observer>,
    policy: Option<super::policy::Policy>,
    keeper: Option<super::policy::Keeper>,
    script: Option<super::script::Session>,
    responders: Vec<Responder>,
    /// Why there can be no server, whatever else was wished for.
    cannot: Option<Error>,
}

/// Whom AUTH believes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// Everybody.
    #[default]
    AcceptAny,
    /// This user with this password, and nobody else.
    Accept {
        /// The name, compared octet by octet.
        user: String,
        /// The password, compared octet by octet.
        password: String,
    },
    /// Nobody: `535`.
    Refuse,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            persona: Persona::plain(),
            starttls: None,
            implicit: None,
            anonymous: None,
            by_name: BTreeMap::new(),
            tls: TlsWish::default(),
            auth: Auth::AcceptAny,
            require_tls: false,
            require_auth: false,
            refuse_connections: false,
            faults: Vec::new(),
            clock: Clock::system(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            bound: None,
            implicit_port: 0,
            patience: Duration::from_secs(2),
            observer: None,
            policy: None,
            keeper: None,
            script: None,
            responders: Vec::new(),
            cannot: None,
        }
    }
}

impl Builder {
    /// How the server talks; [`Persona::plain`] if nothing is said.
    pub fn persona(mut self, persona: Persona) -> Self {
        self.persona = persona;
        self
    }

    /// What the server puts up with, instead of the persona's own limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.persona.limits = limits;
        self
    }

    /// Offers STARTTLS with this certificate (RFC 3207).
    pub fn starttls(mut self, identity: Identity) -> Self {
        self.starttls = Some(identity);
        self
    }

    /// Listens for implicit TLS with this certificate (RFC 8314 §3.3), on a port of its own: see
    /// [`MockServer::implicit_addr`]. Without [`starttls`](Self::starttls) it is the only port.
    pub fn implicit_tls(mut self, identity: Identity) -> Self {
        self.implicit = Some(identity);
        self
    }

    /// Shows this certificate to a client that asks for `name` (SNI), in any case.
    pub fn certificate_for(mut self, name: impl Into<String>, identity: Identity) -> Self {
        self.by_name.insert(name.into(), identity);
        self
    }

    /// Has these responders for revocation ([`Revocation::issue`](crate::Revocation::issue)): they answer from the
    /// start of the server to its end, and what they were asked is in its report.
    pub fn responder(mut self, responder: Responder) -> Self {
        self.responders.push(responder);
        self
    }

    /// The versions of TLS that are spoken; 1.2 and 1.3 if nothing is said.
    ///
    /// Those before, and the suites and groups of their time, are served by OpenSSL, without its
    /// ideas of what is safe. That takes the feature `legacy-tls`; without it the server does not
    /// start, and the error names the feature.
    ///
    /// ```
    /// use mailfault::{Ca, KeyKind, Leaf, MockServer, TlsVersion};
    ///
    /// // An Exchange of 2014, as its logs show it.
    /// let server = MockServer::builder()
    ///     .starttls(Ca::new().issue(Leaf::new("mx.test").key(KeyKind::Rsa2048)))
    ///     .tls_versions([TlsVersion::Tls10])
    ///     .cipher_suites(["TLS_RSA_WITH_AES_128_CBC_SHA"])
    ///     .try_start();
    /// match server {
    ///     Ok(server) => drop(server.finish()),
    ///     Err(error) => assert_eq!(
    ///         error.to_string(),
    ///         "TLS 1.0 needs the feature `legacy-tls`, which is off in this build"
    ///     ),
    /// }
    /// ```
    pub fn tls_versions(mut self, versions: impl IntoIterator<Item = TlsVersion>) -> Self {
        self.tls.versions = versions.into_iter().collect();
        self
    }

    /// The cipher suites that are taken, by their IANA names: `TLS_AES_128_GCM_SHA256`; of old TLS
    /// with the feature `legacy-tls`: `TLS_RSA_WITH_AES_128_CBC_SHA`.
    pub fn cipher_suites<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.tls.cipher_suites = names.into_iter().map(Into::into).collect();
        self
    }

    /// The groups of the key exchange that are taken, by name: `X25519`, `secp256r1`; with the
    /// feature `legacy-tls` also `secp521r1`, `x448`, `secp256k1` and others, and `ffdhe2048`
    /// (RFC 7919) and `modp1024` (RFC 2409 §6.2) for DHE.
    pub fn groups<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.tls.groups = names.into_iter().map(Into::into).collect();
        self
    }

    /// The application protocols that the server takes (RFC 7301); none if nothing is said.
    pub fn alpn<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.tls.alpn = names.into_iter().map(Into::into).collect();
        self
    }

    /// At most so many octets of plaintext go into a TLS record, from 32 to 16,384; as many as TLS
    /// allows if nothing is said. A message of the handshake, too, is then in as many records as it
    /// needs (RFC 8446 §5.1).
    pub fn max_fragment(mut self, octets: usize) -> Self {
        self.tls.max_fragment = Some(octets);
        self
    }

    /// What is wanted of the client's certificate.
    pub fn client_certificate(mut self, wish: ClientCertificate) -> Self {
        self.tls.client_certificate = wish;
        self
    }

    /// Whom AUTH believes; everybody if nothing is said.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Refuses MAIL in clear with `530` (RFC 3207 §4).
    pub fn require_tls(mut self) -> Self {
        self.require_tls = true;
        self
    }

    /// Refuses MAIL before AUTH with `530` (RFC 4954 §6).
    pub fn require_auth(mut self) -> Self {
        self.require_auth = true;
        self
    }

    /// Keeps its ports closed: they are the server's own, so that nobody else takes them, and
    /// whoever connects is refused by the operating system.
    pub fn refuse_connections(mut self) -> Self {
        self.refuse_connections = true;
        self
    }

    /// Installs a fault. Of those that replace a reply the first that matches wins.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Installs faults, in this order.
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    /// What time it is for the server: in its greeting and its ids.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Listens on a port that is bound already.
    #[cfg_attr(not(feature = "models"), allow(dead_code))]
    pub(crate) fn bound(mut self, port: Port) -> Self {
        self.bound = Some(port);
        self
    }

    /// Listens on this port; 0, a free one, if nothing is said.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Listens for implicit TLS on this port; 0, a free one, if nothing is said.
    pub fn implicit_port(mut self, port: u16) -> Self {
        self.implicit_port = port;
        self
    }

    /// Listens on another loopback address: `127.0.0.2`, `::1`.
    ///
    /// # Panics
    ///
    /// If the address is no loopback address; see [`exposed_on`](Self::exposed_on).
    #[track_caller]
    pub fn loopback(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        assert!(
            self.address.is_loopback(),
            "{} is no loopback address; `exposed_on` listens where others can connect",
            self.address
        );
        self
    }

    /// Listens where others can connect. A server of this library believes everybody and shows
    /// worthless certificates: do this in a closed network only.
    pub fn exposed_on(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// How long [`MockServer::finish`] waits for sessions to end; 2 s if nothing is said.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Calls this with the session's number and every event, when it is recorded and before the
    /// client can see its effect. It runs on the server's thread and must not block.
    pub fn observe(mut self, observer: impl Fn(u64, &Event) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// The certificate of X-ANONYMOUSTLS, which is that of STARTTLS if nothing is said, and what
    /// EHLO lists behind it.
    #[cfg(feature = "models")]
    pub(crate) fn anonymous_tls(mut self, identity: Identity, ehlo: Vec<String>) -> Self {
        self.anonymous = Some((identity, ehlo));
        self
    }

    /// What else a healthy server refuses.
    #[cfg(feature = "models")]
    pub(crate) fn policy(mut self, policy: super::policy::Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// What sees every message that is taken.
    #[cfg(feature = "models")]
    pub(crate) fn keeper(mut self, keeper: super::policy::Keeper) -> Self {
        self.keeper = Some(keeper);
        self
    }

    /// There is something amiss already, which `try_start` shall tell.
    #[cfg(feature = "scenario")]
    pub(crate) fn cannot(mut self, error: Error) -> Self {
        self.cannot = Some(error);
        self
    }

    pub(super) fn script(mut self, session: super::script::Session) -> Self {
        self.script = Some(session);
        self
    }

    /// Starts the server. When this returns, clients can connect.
    ///
    /// # Panics
    ///
    /// If the server cannot be started; [`try_start`](Self::try_start) says so instead.
    #[must_use]
    #[track_caller]
    pub fn start(self) -> MockServer {
        match self.try_start() {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts the server. When this returns, clients can connect.
    ///
    /// # Errors
    ///
    /// [`Error::CannotListen`] if the port is taken or the address is not this machine's,
    /// [`Error::UnknownName`] for a suite or group that is not known, [`Error::NeedsFeature`] for old
    /// TLS in a build without it, [`Error::NoSuchFault`] for a fault that is not to be had there,
    /// [`Error::BadTls`] for a combination that TLS refuses.
    pub fn try_start(self) -> Result<MockServer, Error> {
        if let Some(error) = self.cannot {
            return Err(error);
        }
        let tls = |identity: &Identity| Tls::new(&self.tls, identity, &self.by_name);
        let starttls = self.starttls.as_ref().map(tls).transpose()?;
        let implicit = self.implicit.as_ref().map(tls).transpose()?;
        if [&starttls, &implicit]
            .into_iter()
            .flatten()
            .any(Tls::is_old)
        {
            self.faults.iter().try_for_each(possible_in_old_tls)?;
        }
        let (anonymous, ehlo_anonymous) = self.anonymous.unzip();
        let anonymous = anonymous.as_ref().map(tls).transpose()?;
        let clock = self.clock;
        let limits = self.persona.limits.clone();
        let ledger = Arc::new(Ledger::new(limits, clock.clone(), self.observer));
        for fault in self.faults {
            ledger.state().plan.install(fault);
        }
        let bind = |port| {
            let address = SocketAddr::new(self.address, port);
            match self.refuse_connections {
                true => Port::closed(address),
                false => Port::open(address),
            }
        };
        let implicit_port = match (&implicit, &starttls) {
            (None, _) => None,
            // The only port may be asked for with either word.
            (Some(_), None) if self.implicit_port == 0 => Some(bind(self.port)?),
            (Some(_), _) => Some(bind(self.implicit_port)?),
        };
        let port = match implicit.is_some() && starttls.is_none() {
            true => None,
            false => Some(self.bound.map_or_else(|| bind(self.port), Ok)?),
        };
        let house = Arc::new(House {
            persona: self.persona,
            ledger,
            starttls,
            implicit,
            anonymous,
            ehlo_anonymous,
            auth: self.auth,
            require_tls: self.require_tls,
            require_auth: self.require_auth,
            clock,
            policy: self.policy,
            keeper: self.keeper,
            script: self.script,
        });
        MockServer::run(Settings {
            house,
            port,
            implicit_port,
            patience: self.patience,
            responders: self.responders,
        })
    }
}

/// OpenSSL's handshakes cannot be cut or edited.
fn possible_in_old_tls(fault: &Fault) -> Result<(), Error> {
    match fault.action() {
        Action::Handshake(broken) if broken.edits() => Err(Error::NoSuchFault {
            given: format!("`{broken}` in old TLS"),
            why: "its handshake is neither cut nor edited".to_owned(),
        }),
        _ => Ok(()),
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("persona", &self.persona.name)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
