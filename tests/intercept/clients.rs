//! swaks, openssl, curl and Python before a box that tampers.

use mailfault::{Der, Identity};
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::raw_client::client_config;

/// A rustls client that trusts this root and shows this certificate.
pub(super) fn showing(root: &Der, own: &Identity) -> ClientConfig {
    let chain = own.chain().iter();
    let chain = chain
        .map(|one| CertificateDer::from(one.as_bytes().to_vec()))
        .collect();
    let key = PrivatePkcs8KeyDer::from(own.key().as_bytes().to_vec());
    let key = rustls::crypto::ring::sign::any_supported_type(&key.into()).unwrap();
    let mut config = client_config(root);
    let certified = rustls::sign::CertifiedKey::new(chain, key);
    config.client_auth_cert_resolver =
        std::sync::Arc::new(rustls::sign::SingleCertAndKey::from(certified));
    config
}
