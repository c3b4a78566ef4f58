//! The certificate store of a server: `LocalMachine\My`.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime};

use mailfault_certs::{Ca, DistinguishedName, Identity, KeyKind, Leaf};

use crate::certificate_facts::CertificateFacts;
use crate::judge::covers;

/// What a certificate is enabled for: the property `Services` of `Get-ExchangeCertificate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Service {
    /// Internet Information Services.
    Iis,
    /// IMAP4.
    Imap,
    /// POP3.
    Pop,
    /// The transport services.
    Smtp,
    /// Unified Messaging.
    Um,
    /// The Microsoft Federation Gateway.
    Federation,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Iis,
        Self::Imap,
        Self::Pop,
        Self::Smtp,
        Self::Um,
        Self::Federation,
    ];
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Iis => "IIS",
            Self::Imap => "IMAP",
            Self::Pop => "POP",
            Self::Smtp => "SMTP",
            Self::Um => "UM",
            Self::Federation => "Federation",
        })
    }
}

/// A certificate in a server's store.
///
/// ```
/// use mailfault::exchange::{Service, StoredCertificate};
/// use mailfault::{Ca, Leaf};
///
/// let public = Ca::new().issue(Leaf::new("hybrid.contoso.test").only_names());
/// let stored = StoredCertificate::new(public).enabled_for([Service::Iis, Service::Smtp]);
/// assert!(stored.has_private_key);
/// assert!(!stored.is_self_signed());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredCertificate {
    /// What is presented, with its key.
    pub identity: Identity,
    /// What it says.
    pub facts: CertificateFacts,
    /// The name that Windows shows beside it.
    pub friendly_name: String,
    /// What it is enabled for.
    pub services: BTreeSet<Service>,
    /// Whether its private key is in the store as well. Without it `Get-ExchangeCertificate` does
    /// not list the certificate; the MMC does.
    pub has_private_key: bool,
    /// Whether the certificates between it and its root are in the store of intermediate
    /// authorities. Without them it is presented alone.
    pub has_intermediates: bool,
    /// Whether Windows cannot build a chain for it, or knows it to be revoked.
    pub chain_is_bad: bool,
}

impl StoredCertificate {
    /// A certificate with its key, enabled for nothing.
    ///
    /// # Panics
    ///
    /// If what was issued is no certificate, as with a flaw that breaks its encoding: no store
    /// would take it.
    #[must_use]
    #[track_caller]
    pub fn new(identity: Identity) -> Self {
        match Self::try_new(identity) {
            Some(stored) => stored,
            None => panic!("what was issued is no certificate; no certificate store takes it"),
        }
    }

    /// As [`new`](Self::new); `None` if what was issued is no certificate.
    #[must_use]
    pub fn try_new(identity: Identity) -> Option<Self> {
        Some(Self {
            facts: CertificateFacts::read(identity.leaf())?,
            identity,
            friendly_name: String::new(),
            services: BTreeSet::new(),
            has_private_key: true,
            has_intermediates: true,
            chain_is_bad: false,
        })
    }

    /// Enables it for these services as well: `Enable-ExchangeCertificate`.
    #[must_use]
    pub fn enabled_for(mut self, services: impl IntoIterator<Item = Service>) -> Self {
        self.services.extend(services);
        self
    }

    /// Gives it a name.
    #[must_use]
    pub fn friendly_name(mut self, name: impl Into<String>) -> Self {
        self.friendly_name = name.into();
        self
    }

    /// Takes the private key away: the orphan that stays behind when a renewal went wrong.
    #[must_use]
    pub fn without_private_key(mut self) -> Self {
        self.has_private_key = false;
        self
    }

    /// Takes the certificates above it away, as where somebody imported the certificate alone.
    #[must_use]
    pub fn without_intermediates(mut self) -> Self {
        self.has_intermediates = false;
        self
    }

    /// Makes Windows distrust its chain.
    #[must_use]
    pub fn with_bad_chain(mut self) -> Self {
        self.chain_is_bad = true;
        self
    }

    /// The SHA-1 of the certificate in 40 upper-case digits.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.facts.thumbprint
    }

    /// Whether it names itself as its issuer.
    #[must_use]
    pub fn is_self_signed(&self) -> bool {
        self.facts.is_self_signed()
    }

    /// Whether its subject or its subjectAltName has this name; `*` stands for one label.
    #[must_use]
    pub fn is_for(&self, name: &str) -> bool {
        let common_name = self.facts.common_name.iter();
        let mut names = self.facts.names.iter().chain(common_name);
        names.any(|pattern| covers(pattern, name))
    }

    /// What Windows presents: with the certificates above it, as far as it has them.
    pub(crate) fn presented(&self) -> Identity {
        let identity = self.identity.clone();
        match self.has_intermediates {
            true => identity,
            false => identity.without_intermediates(),
        }
    }

    /// Whether its private key can be used by the transport services.
    pub(crate) fn smtp_can_use_it(&self) -> bool {
        self.has_private_key && self.services.contains(&Service::Smtp)
    }
}

/// The certificates that the setup of Exchange leaves behind, as Microsoft documents them: the
/// self-signed one of the server (`Microsoft Exchange`), the one for server-to-server
/// authentication, and that of the Web Management service, which is not Exchange's own.
pub(crate) fn of_setup(server: &str, fqdn: &str, now: SystemTime) -> Vec<StoredCertificate> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let ca = Ca::builder().clock(now).build();
    let named = |name: &str| DistinguishedName::new().common_name(name);
    let setup = Leaf::new(fqdn)
        .subject(named(server))
        .flaw(mailfault_certs::Flaw::SelfSignedExchangeSetup);
    let own = |name: &str, days: u32| {
        // No host has this name; it only keeps the certificate from being for one.
        let leaf = Leaf::new(name.replace(' ', "-"))
            .subject(named(name))
            .key(KeyKind::Rsa2048)
            .only_names()
            .valid(now - 365 * DAY, now - 365 * DAY + days * DAY)
            .self_signed();
        StoredCertificate::new(ca.issue(leaf))
    };
    vec![
        StoredCertificate::new(ca.issue(setup))
            .friendly_name("Microsoft Exchange")
            .enabled_for([Service::Imap, Service::Pop, Service::Iis, Service::Smtp]),
        own("Microsoft Exchange Server Auth Certificate", 1_800)
            .friendly_name("Microsoft Exchange Server Auth Certificate")
            .enabled_for([Service::Smtp]),
        own(&format!("WMSvc-SHA2-{server}"), 3_650).friendly_name("WMSVC-SHA2"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        #[track_caller]
        fn check(pattern: &str, name: &str, expected: bool) {
            let stored = StoredCertificate::new(Ca::new().issue(Leaf::new(pattern).only_names()));
            assert_eq!(stored.is_for(name), expected, "{pattern} for {name}");
        }
        check("mail.contoso.test", "MAIL.contoso.test", true);
        check("*.contoso.test", "mail.contoso.test", true);
        check("*.contoso.test", "a.mail.contoso.test", false);
        check("*.contoso.test", "contoso.test", false);
    }

    #[test]
    fn setup_leaves_three_certificates() {
        let now = SystemTime::now();
        let all = of_setup("SERVER1", "SERVER1.domain.com", now);
        let subjects: Vec<_> = all
            .iter()
            .map(|one| one.facts.subject.to_string())
            .collect();
        assert_eq!(
            subjects,
            [
                "CN=SERVER1",
                "CN=Microsoft Exchange Server Auth Certificate",
                "CN=WMSvc-SHA2-SERVER1"
            ]
        );
        assert!(all.iter().all(StoredCertificate::is_self_signed));
        assert_eq!(all[0].facts.names, ["SERVER1", "SERVER1.domain.com"]);
        assert!(all[0].is_for("server1.domain.com"));
        assert!(!all[0].is_for("hybrid.domain.com"));
    }
}
