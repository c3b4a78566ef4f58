//! `[exchange.NAME]`: an Exchange server.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::Certificates;
use super::{receive_connector, send_connector};
use crate::clock::Clock;
use crate::error::Error;
use crate::exchange::{
    Changes, Exchange, Observer, ReceiveConnector, Service, StoredCertificate, TieBreak,
    TransportRole, Version,
};
use crate::near::nearest;
use crate::scenario::tls_version;

/// A server as a file describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    version: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    domain: Option<String>,
    #[serde(default)]
    accepted_domains: Vec<String>,
    #[serde(default)]
    mailboxes: Vec<String>,
    #[serde(default)]
    changes: Option<String>,
    #[serde(default)]
    tie_break: Option<String>,
    #[serde(default)]
    setup_certificates: Option<bool>,
    #[serde(default)]
    tls_versions: Vec<String>,
    #[serde(default)]
    cipher_suites: Vec<String>,
    /// The name of a certificate of the cast, or `none`.
    #[serde(default)]
    internal_transport_certificate: Option<String>,
    #[serde(default)]
    back_pressure: bool,
    /// Components that are not active.
    #[serde(default)]
    inactive: Vec<String>,
    #[serde(default)]
    certificate: Vec<Stored>,
    /// Those that setup makes, changed.
    #[serde(default, rename = "ReceiveConnector")]
    receive_connector: BTreeMap<String, Spanned<receive_connector::Written>>,
    /// Others.
    #[serde(default, rename = "NewReceiveConnector")]
    new_receive_connector: BTreeMap<String, Spanned<receive_connector::Written>>,
    #[serde(default, rename = "SendConnector")]
    send_connector: BTreeMap<String, Spanned<send_connector::Written>>,
}

/// `[[exchange.NAME.certificate]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Stored {
    #[serde(rename = "use")]
    which: String,
    #[serde(default)]
    services: Vec<String>,
    #[serde(default)]
    private_key: Option<bool>,
    /// Whether the certificates above it are in the store of intermediate authorities.
    #[serde(default)]
    intermediates: Option<bool>,
    #[serde(default)]
    friendly_name: Option<String>,
    #[serde(default)]
    bad_chain: bool,
}

impl Written {
    /// Takes a send connector away. Says whether there was one.
    pub(super) fn take_send_connector(&mut self, name: &str) -> bool {
        self.send_connector.remove(name).is_some()
    }

    /// Starts it. An error comes with its place in the file, if it is not that of the server.
    pub(super) fn start(
        &self,
        certificates: &Certificates,
        clock: &Clock,
        observer: Option<Observer>,
    ) -> Result<Exchange, Misplaced> {
        let version = version(&self.version)?;
        let mut builder = Exchange::builder(version).clock(clock.clone());
        let server = self.name.clone().unwrap_or_else(|| "EX01".to_owned());
        builder = builder.name(&server);
        if let Some(domain) = &self.domain {
            builder = builder.domain(domain);
        }
        for domain in &self.accepted_domains {
            builder = builder.accepted_domain(domain);
        }
        for address in &self.mailboxes {
            builder = builder.mailbox(address);
        }
        if let Some(word) = &self.changes {
            let known = [
                ("after-restart", Changes::AfterRestart),
                ("at-once", Changes::AtOnce),
            ];
            builder = builder.changes(one_of("time for changes", word, &known)?);
        }
        if let Some(word) = &self.tie_break {
            let known = [
                ("newest-valid-from", TieBreak::NewestValidFrom),
                ("newest-expiry", TieBreak::NewestExpiry),
                ("store-order", TieBreak::StoreOrder),
            ];
            builder = builder.tie_break(one_of("tie-break", word, &known)?);
        }
        if !self.tls_versions.is_empty() {
            let versions = self.tls_versions.iter().map(|text| {
                tls_version(text).map_err(|why| Error::BadSetting {
                    what: "tls-versions",
                    why,
                })
            });
            builder = builder.tls_versions(versions.collect::<Result<Vec<_>, _>>()?);
        }
        builder = builder.cipher_suites(&self.cipher_suites);
        if self.setup_certificates == Some(false) {
            builder = builder.without_setup_certificates();
        }
        match self.internal_transport_certificate.as_deref() {
            None => {}
            Some("none") => builder = builder.internal_transport_certificate(None),
            Some(name) => {
                let thumbprint = certificates.named(name)?.thumbprint();
                builder = builder.internal_transport_certificate(Some(thumbprint));
            }
        }
        for stored in &self.certificate {
            builder = builder.certificate(stored.meant(certificates)?);
        }
        for (name, written) in &self.new_receive_connector {
            let misplaced = |error| Misplaced(Some(written.span().start), error);
            let mut connector = ReceiveConnector::new(name);
            let applied = written.get_ref().apply(&mut connector, certificates);
            applied.map_err(misplaced)?;
            builder = builder.receive_connector(connector);
        }
        for (name, written) in &self.receive_connector {
            let misplaced = |error| Misplaced(Some(written.span().start), error);
            let mut applied = Ok(());
            let changed = builder.change_receive_connector(name, |connector| {
                applied = written.get_ref().apply(connector, certificates);
            });
            builder = changed.map_err(misplaced)?;
            applied.map_err(misplaced)?;
        }
        for (name, written) in &self.send_connector {
            let connector = written.get_ref().meant(name, certificates);
            let misplaced = |error| Misplaced(Some(written.span().start), error);
            builder = builder.send_connector(connector.map_err(misplaced)?);
        }
        builder = builder.trusted_roots(certificates.roots().iter().cloned());
        if let Some(observer) = observer {
            builder = builder.observe_by(observer);
        }
        let running = builder.try_start()?;
        running.set_back_pressure(self.back_pressure);
        for role in &self.inactive {
            running.set_component_state(TransportRole::named(role)?, false);
        }
        Ok(running)
    }
}

/// An error, and where in the file it is if that is known better than by the member's table.
pub(super) struct Misplaced(pub(super) Option<usize>, pub(super) Error);

impl From<Error> for Misplaced {
    fn from(error: Error) -> Self {
        Self(None, error)
    }
}

impl Stored {
    fn meant(&self, certificates: &Certificates) -> Result<StoredCertificate, Error> {
        let identity = certificates.named(&self.which)?.clone();
        let mut stored = StoredCertificate::try_new(identity).ok_or_else(|| Error::BadSetting {
            what: "certificate",
            why: format!(
                "`{}` cannot be read, and no certificate store takes it",
                self.which
            ),
        })?;
        let known: Vec<_> = Service::ALL.map(|one| (one.to_string(), one)).into();
        let known: Vec<_> = known
            .iter()
            .map(|(name, one)| (name.as_str(), *one))
            .collect();
        for word in &self.services {
            stored = stored.enabled_for([one_of("service", word, &known)?]);
        }
        if self.private_key == Some(false) {
            stored = stored.without_private_key();
        }
        if self.intermediates == Some(false) {
            stored = stored.without_intermediates();
        }
        if self.bad_chain {
            stored = stored.with_bad_chain();
        }
        Ok(match &self.friendly_name {
            Some(name) => stored.friendly_name(name),
            None => stored,
        })
    }
}

fn version(word: &str) -> Result<Version, Error> {
    let known = Version::ALL.map(|version| (version.name(), version));
    one_of("version of Exchange", word, &known)
}

/// The value of a word, whatever its case.
pub(super) fn one_of<T: Clone>(
    kind: &'static str,
    word: &str,
    known: &[(&str, T)],
) -> Result<T, Error> {
    let found = known
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word));
    found.map(|(_, value)| value.clone()).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        Error::UnknownName {
            kind,
            given: word.to_owned(),
            near: nearest(word, &names).or_else(|| Some(names.join("`, `"))),
        }
    })
}
