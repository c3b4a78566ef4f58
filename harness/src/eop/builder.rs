//! The wish for an EOP.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mailfault_certs::{Der, Identity};

use super::rules::Rules;
use super::state::Shared;
use super::{
    AcceptedDomain, CertificateProfile, Eop, InboundConnector, IpRange, Profile, Recipients,
    Refusal, Tenant,
};
use crate::clock::Clock;
use crate::error::Error;
use crate::fault::{Fault, TlsVersion};
use crate::report::Event;
use crate::server::{self, Auth, ClientCertificate, Keeper, Policy};
use crate::smtp::Reply;
use crate::trust::Trust;

/// The wish for an EOP; [`start`](Self::start) makes it one.
///
/// Without a word it is that of today, for an organization that takes mail for nobody.
#[derive(Debug)]
#[must_use = "a builder is no server yet; call `start`"]
pub struct EopBuilder {
    profile: Profile,
    certificate: Certificate,
    host: Option<String>,
    tenant: Tenant,
    propagation: Duration,
    trusted: Vec<Der>,
    banned: Vec<IpRange>,
    throttled: Vec<IpRange>,
    least_tls: TlsVersion,
    submission: Option<Auth>,
    words: BTreeMap<Refusal, Reply>,
    clock: Clock,
    server: server::Builder,
}

#[derive(Debug)]
enum Certificate {
    OfTheProfile,
    Of(CertificateProfile),
    Own(Box<Identity>),
}

impl Default for EopBuilder {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            certificate: Certificate::OfTheProfile,
            host: None,
            tenant: Tenant::default(),
            propagation: Duration::ZERO,
            trusted: Vec::new(),
            banned: Vec::new(),
            throttled: Vec::new(),
            least_tls: TlsVersion::Tls12,
            submission: None,
            words: BTreeMap::new(),
            clock: Clock::system(),
            server: server::Builder::default(),
        }
    }
}

impl EopBuilder {
    /// How it talks, and what it shows unless something else is said.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Shows the certificate of other years than it talks like.
    pub fn certificate_profile(mut self, profile: CertificateProfile) -> Self {
        self.certificate = Certificate::Of(profile);
        self
    }

    /// Shows this certificate instead of an imitation of Microsoft's.
    pub fn certificate(mut self, identity: Identity) -> Self {
        self.certificate = Certificate::Own(Box::new(identity));
        self
    }

    /// The name of the machine that answers, instead of one from a capture:
    /// `DM6NAM11FT035.mail.protection.outlook.com`.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// The organization, all at once.
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenant = tenant;
        self
    }

    /// A domain that the organization takes mail for.
    pub fn accepted_domain(mut self, domain: AcceptedDomain) -> Self {
        self.tenant.accepted_domains.push(domain);
        self
    }

    /// Who has a mailbox; everybody if nothing is said.
    pub fn recipients(mut self, recipients: Recipients) -> Self {
        self.tenant.recipients = recipients;
        self
    }

    /// An inbound connector, in the place of one of the same name.
    pub fn inbound_connector(mut self, connector: InboundConnector) -> Self {
        self.tenant.set_inbound_connector(connector);
        self
    }

    /// How long a change of the connectors takes to have an effect, by the clock; at once if
    /// nothing is said. Microsoft says that it takes some time.
    pub fn propagation(mut self, time: Duration) -> Self {
        self.propagation = time;
        self
    }

    /// Roots that Microsoft trusts: a client's certificate that leads to none of them is as good
    /// as none.
    pub fn trusts(mut self, roots: &[Der]) -> Self {
        self.trusted.extend_from_slice(roots);
        self
    }

    /// Refuses mail from these addresses for good.
    pub fn bans(mut self, addresses: impl Into<IpRange>) -> Self {
        self.banned.push(addresses.into());
        self
    }

    /// Puts off mail from these addresses.
    pub fn throttles(mut self, addresses: impl Into<IpRange>) -> Self {
        self.throttled.push(addresses.into());
        self
    }

    /// The oldest version of TLS in which mail is taken; 1.2 if nothing is said. What the server
    /// does not speak at all never gets so far: the handshake ends with an alert.
    pub fn least_tls(mut self, version: TlsVersion) -> Self {
        self.least_tls = version;
        self
    }

    /// Takes mail from users only, as `smtp.office365.com` does, and offers them AUTH inside TLS.
    pub fn client_submission(mut self, users: Auth) -> Self {
        self.submission = Some(users);
        self
    }

    /// Refuses in other words, in which the placeholders of a [`Persona`](crate::Persona) may
    /// stand.
    pub fn says(mut self, refusal: Refusal, words: impl Into<Reply>) -> Self {
        self.words.insert(refusal, words.into());
        self
    }

    /// What time it is: in greetings, ids and traces, for certificates and for changes under way.
    /// The certificate that is shown is valid by this clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Listens on this port; 0, a free one, if nothing is said.
    pub fn port(mut self, port: u16) -> Self {
        self.server = self.server.port(port);
        self
    }

    /// Installs a fault: the last word over what the rules say.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.server = self.server.fault(fault);
        self
    }

    /// Calls this with the session's number and every event; see
    /// [`Builder::observe`](crate::Builder::observe).
    pub fn observe(mut self, observer: impl Fn(u64, &Event) + Send + Sync + 'static) -> Self {
        self.server = self.server.observe(observer);
        self
    }

    /// Starts it. When this returns, clients can connect.
    ///
    /// # Panics
    ///
    /// If it cannot be started; [`try_start`](Self::try_start) says so instead.
    #[must_use]
    #[track_caller]
    pub fn start(self) -> Eop {
        match self.try_start() {
            Ok(eop) => eop,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts it. When this returns, clients can connect.
    ///
    /// # Errors
    ///
    /// [`Error::CannotListen`] if the port is taken, [`Error::BadTls`] for a certificate that TLS
    /// refuses, a trusted root among them.
    pub fn try_start(self) -> Result<Eop, Error> {
        let now = self.clock.now();
        let identity = match self.certificate {
            Certificate::OfTheProfile => self.profile.certificate().mint(now),
            Certificate::Of(profile) => profile.mint(now),
            Certificate::Own(identity) => *identity,
        };
        let mut persona = self.profile.persona();
        if let Some(host) = self.host {
            persona.host = host;
        }
        let submission = self.submission.is_some();
        if submission {
            // As smtp.office365.com lists it. XOAUTH2 is listed and not spoken.
            persona.ehlo_tls.retain(|line| !line.starts_with("AUTH"));
            let before = persona.ehlo_tls.iter().position(|line| line == "8BITMIME");
            let at = before.unwrap_or(persona.ehlo_tls.len());
            persona.ehlo_tls.insert(at, "AUTH LOGIN XOAUTH2".to_owned());
        }
        let shared = Arc::new(Shared::new(self.tenant));
        let rules = Arc::new(Rules {
            profile: self.profile,
            shared: Arc::clone(&shared),
            trust: Trust::new(&self.trusted)?,
            banned: self.banned,
            throttled: self.throttled,
            least_tls: self.least_tls,
            submission,
            words: self.words,
        });
        let kept = Arc::clone(&rules);
        let policy: Policy = Arc::new(move |question| rules.objection(question));
        let keeper: Keeper = Arc::new(move |mail, question| kept.keep(mail, question));
        // On port 25 AUTH was listed in 2014; that it let anybody in is nowhere said.
        let users = self.submission.unwrap_or(Auth::Refuse);
        let server = self
            .server
            .persona(persona)
            .starttls(identity.clone())
            .tls_versions(self.profile.tls_versions())
            .client_certificate(ClientCertificate::Asked)
            .auth(users)
            .clock(self.clock.clone())
            .policy(policy)
            .keeper(keeper)
            .try_start()?;
        Ok(Eop::new(
            server,
            shared,
            self.clock,
            self.propagation,
            identity,
        ))
    }
}
