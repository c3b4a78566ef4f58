//! Whether a chain leads to a trusted root. Paths and signatures are checked by rustls-webpki.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mailfault_certs::Der;
use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;

use crate::crypto;
use crate::server::certificate;
#[cfg(feature = "models")]
use {crate::error::Error, crate::server::bad_tls, rustls::server::WebPkiClientVerifier};

/// The roots that somebody trusts.
#[derive(Debug)]
pub(crate) struct Trust {
    roots: Arc<RootCertStore>,
}

impl Trust {
    /// Of roots that may be no certificates those that are.
    pub(crate) fn of_readable(roots: &[Der]) -> Self {
        let mut store = RootCertStore::empty();
        for root in roots {
            // A root that webpki cannot read is none for it.
            let _ = store.add(certificate(root));
        }
        Self {
            roots: Arc::new(store),
        }
    }

    /// Whether a chain, leaf first, leads to one of the roots at this time, and is for a server; if
    /// it does not, the first thing that webpki finds.
    pub(crate) fn server(&self, chain: &[Der], now: SystemTime) -> Result<(), rustls::Error> {
        let (leaf, between) = split(chain);
        let leaf = leaf.ok_or(rustls::Error::NoCertificatesPresented)?;
        let leaf = ParsedCertificate::try_from(&leaf)?;
        let algorithms = crypto::provider().signature_verification_algorithms.all;
        let (roots, now) = (&self.roots, unix_time(now));
        verify_server_cert_signed_by_trust_anchor(&leaf, roots, &between, now, algorithms)
    }
}

#[cfg(feature = "models")]
impl Trust {
    pub(crate) fn new(roots: &[Der]) -> Result<Self, Error> {
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(certificate(root)).map_err(bad_tls)?;
        }
        Ok(Self {
            roots: Arc::new(store),
        })
    }

    /// Whether a chain leads to one of the roots and is for a server.
    pub(crate) fn has_server(&self, chain: &[Der], now: SystemTime) -> bool {
        self.server(chain, now).is_ok()
    }

    /// Whether it leads there and is for a server or for a client.
    pub(crate) fn has_either(&self, chain: &[Der], now: SystemTime) -> bool {
        self.has_server(chain, now) || self.has_client(chain, now)
    }

    /// The same for a client.
    pub(crate) fn has_client(&self, chain: &[Der], now: SystemTime) -> bool {
        let (leaf, between) = split(chain);
        let roots = Arc::clone(&self.roots);
        // It cannot be built without a root.
        let verifier = WebPkiClientVerifier::builder_with_provider(roots, crypto::provider());
        leaf.is_some_and(|leaf| {
            verifier.build().is_ok_and(|verifier| {
                verifier
                    .verify_client_cert(&leaf, &between, unix_time(now))
                    .is_ok()
            })
        })
    }
}

fn split(
    chain: &[Der],
) -> (
    Option<CertificateDer<'static>>,
    Vec<CertificateDer<'static>>,
) {
    let mut chain = chain.iter().map(certificate);
    (chain.next(), chain.collect())
}

fn unix_time(at: SystemTime) -> UnixTime {
    UnixTime::since_unix_epoch(at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO))
}
