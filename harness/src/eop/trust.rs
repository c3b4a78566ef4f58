//! Whether a client's chain leads to a root that Microsoft trusts.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mailfault_certs::Der;
use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};

use super::SenderCertificate;
use crate::certificate_facts::CertificateFacts;
use crate::crypto;
use crate::error::Error;
use crate::server::{bad_tls, certificate};

/// The roots that are trusted.
#[derive(Debug)]
pub(super) struct Trust {
    roots: Arc<RootCertStore>,
}

impl Trust {
    pub(super) fn new(roots: &[Der]) -> Result<Self, Error> {
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(certificate(root)).map_err(bad_tls)?;
        }
        Ok(Self {
            roots: Arc::new(store),
        })
    }

    /// What a client's chain, leaf first, says, and whether it is to be believed at this time.
    pub(super) fn examine(&self, chain: &[Der], now: SystemTime) -> Option<SenderCertificate> {
        let facts = CertificateFacts::read(chain.first()?)?;
        Some(SenderCertificate {
            common_name: facts.common_name,
            names: facts.names,
            trusted: self.leads_to_a_root(chain, now),
        })
    }

    fn leads_to_a_root(&self, chain: &[Der], now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let now = UnixTime::since_unix_epoch(now);
        let mut chain = chain.iter().map(certificate);
        let Some(leaf) = chain.next() else {
            return false;
        };
        let intermediates: Vec<CertificateDer<'_>> = chain.collect();
        // Exchange servers send the certificate that they also receive with, so that one for
        // servers is as good as one for clients. That Microsoft asks for neither is uncertain.
        self.is_for_servers(&leaf, &intermediates, now)
            || self.is_for_clients(&leaf, &intermediates, now)
    }

    fn is_for_servers(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> bool {
        let algorithms = crypto::provider().signature_verification_algorithms.all;
        ParsedCertificate::try_from(leaf).is_ok_and(|leaf| {
            verify_server_cert_signed_by_trust_anchor(
                &leaf,
                &self.roots,
                intermediates,
                now,
                algorithms,
            )
            .is_ok()
        })
    }

    fn is_for_clients(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> bool {
        let roots = Arc::clone(&self.roots);
        // It cannot be built without a root.
        WebPkiClientVerifier::builder_with_provider(roots, crypto::provider())
            .build()
            .is_ok_and(|verifier| {
                verifier
                    .verify_client_cert(leaf, intermediates, now)
                    .is_ok()
            })
    }
}

#[cfg(test)]
mod tests {
    use mailfault_certs::{Ca, Identity, Leaf};

    use super::*;

    #[track_caller]
    fn check(ca: &Ca, identity: &Identity, at: SystemTime, expected: bool) {
        let trust = Trust::new(ca.roots()).unwrap();
        let seen = trust.examine(identity.chain(), at).unwrap();
        assert_eq!(seen.trusted, expected);
        assert!(seen.names.contains(&"mail.contoso.test".to_owned()));
    }

    #[test]
    fn a_chain_must_lead_to_a_trusted_root() {
        let (ca, now) = (Ca::new(), SystemTime::now());
        let leaf = || Leaf::new("mail.contoso.test");
        let below = ca.intermediate().issue(leaf());
        check(&ca, &ca.issue(leaf()), now, true);
        check(&ca, &below, now, true);
        check(&ca, &ca.issue(leaf().eku_client_only()), now, true);
        check(&ca, &below.without_intermediates(), now, false);
        check(&ca, &Ca::new().issue(leaf()), now, false);
        check(&ca, &ca.issue(leaf().self_signed()), now, false);
        check(&ca, &ca.issue(leaf().expired()), now, false);
        let in_a_year = now + Duration::from_secs(365 * 24 * 60 * 60);
        check(&ca, &ca.issue(leaf()), in_a_year, false);
    }

    #[test]
    fn nobody_is_trusted_without_roots() {
        let identity = Ca::new().issue("mail.contoso.test");
        let trust = Trust::new(&[]).unwrap();
        let seen = trust.examine(identity.chain(), SystemTime::now());
        assert!(!seen.unwrap().trusted);
    }

    #[test]
    fn what_is_no_certificate_says_nothing() {
        let trust = Trust::new(&[]).unwrap();
        let junk = [Der::from(vec![0x30, 0x00])];
        assert_eq!(trust.examine(&junk, SystemTime::now()), None);
        assert_eq!(trust.examine(&[], SystemTime::now()), None);
    }
}
