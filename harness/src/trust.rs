//! Whether a chain leads to a trusted root. Paths and signatures are checked by rustls-webpki.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mailfault_certs::Der;
use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;

use crate::crypto;
use crate::error::Error;
use crate::server::{bad_tls, certificate};

/// The roots that somebody trusts.
#[derive(Debug)]
pub(crate) struct Trust {
    roots: RootCertStore,
}

impl Trust {
    pub(crate) fn new(roots: &[Der]) -> Result<Self, Error> {
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(certificate(root)).map_err(bad_tls)?;
        }
        Ok(Self { roots: store })
    }

    /// Whether a server's chain, leaf first, leads to one of the roots at this time.
    pub(crate) fn has_server(&self, chain: &[Der], now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let now = UnixTime::since_unix_epoch(now);
        let mut chain = chain.iter().map(certificate);
        let Some(leaf) = chain.next() else {
            return false;
        };
        let intermediates: Vec<CertificateDer<'_>> = chain.collect();
        let algorithms = crypto::provider().signature_verification_algorithms.all;
        ParsedCertificate::try_from(&leaf).is_ok_and(|leaf| {
            let (roots, between) = (&self.roots, &intermediates);
            verify_server_cert_signed_by_trust_anchor(&leaf, roots, between, now, algorithms)
                .is_ok()
        })
    }
}
