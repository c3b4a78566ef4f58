//! The client's side of TLS: rustls and webpki, with a provider that is named.

use std::sync::Arc;

use mailfault_certs::{Der, Identity};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::Sender;
use super::revocation::{Verifier, Why};
use crate::crypto;

/// A connection that speaks TLS 1.2 and 1.3, trusts the sender's roots, and takes no certificate
/// that is not for the sender's name, or was revoked; and why it was not taken in that case.
pub(super) fn connection(sender: &Sender) -> Result<(ClientConnection, Arc<Why>), String> {
    let mut roots = RootCertStore::empty();
    for root in &sender.roots {
        roots.add(certificate(root)).map_err(in_words)?;
    }
    let request = sender.ocsp_request.clone();
    let verifier = Verifier::new(roots, crypto::provider(), request, sender.time_out)?;
    let why = verifier.why();
    let builder = ClientConfig::builder_with_provider(crypto::provider())
        .with_protocol_versions(&[&rustls::version::TLS12, &rustls::version::TLS13])
        .map_err(in_words)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match &sender.identity {
        Some(identity) => {
            let (chain, key) = chain_and_key(identity);
            builder
                .with_client_auth_cert(chain, key)
                .map_err(in_words)?
        }
        None => builder.with_no_client_auth(),
    };
    // A resumed session would show no certificate.
    config.resumption = rustls::client::Resumption::disabled();
    let name = ServerName::try_from(sender.name.clone())
        .map_err(|_| format!("`{}` is neither a host name nor an address", sender.name))?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(in_words)?;
    Ok((connection, why))
}

/// What was agreed on, in words.
pub(super) fn agreed(tls: &ClientConnection) -> Option<String> {
    let version = match tls.protocol_version()? {
        rustls::ProtocolVersion::TLSv1_3 => "TLS 1.3",
        _ => "TLS 1.2",
    };
    let suite = crate::server::suite_name(tls.negotiated_cipher_suite()?.suite());
    Some(format!("{version} with {suite}"))
}

fn certificate(der: &Der) -> CertificateDer<'static> {
    CertificateDer::from(der.as_bytes().to_vec())
}

fn chain_and_key(identity: &Identity) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let chain = identity.chain().iter().map(certificate).collect();
    let key = PrivatePkcs8KeyDer::from(identity.key().as_bytes().to_vec());
    (chain, PrivateKeyDer::Pkcs8(key))
}

fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
