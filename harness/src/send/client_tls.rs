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

/// A connection that takes any certificate and shows this one, as a system does that judges
/// afterwards.
#[cfg(feature = "models")]
pub(crate) fn accepting_any(identity: Option<&Identity>) -> Result<ClientConnection, String> {
    let provider = crypto::provider();
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS12, &rustls::version::TLS13])
        .map_err(in_words)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(any::Any(provider)));
    let mut config = match identity {
        Some(identity) => {
            let (chain, key) = chain_and_key(identity);
            builder
                .with_client_auth_cert(chain, key)
                .map_err(in_words)?
        }
        None => builder.with_no_client_auth(),
    };
    config.resumption = rustls::client::Resumption::disabled();
    config.enable_sni = false;
    // Without SNI the name is not looked at.
    let name = ServerName::try_from("smart.host.invalid").map_err(in_words)?;
    ClientConnection::new(Arc::new(config), name).map_err(in_words)
}

/// Version, cipher suite and group that were agreed on.
#[cfg(feature = "judge")]
pub(crate) fn negotiated(
    tls: &ClientConnection,
) -> Option<(crate::fault::TlsVersion, String, String)> {
    let version = match tls.protocol_version()? {
        rustls::ProtocolVersion::TLSv1_3 => crate::fault::TlsVersion::Tls13,
        _ => crate::fault::TlsVersion::Tls12,
    };
    let suite = crate::server::suite_name(tls.negotiated_cipher_suite()?.suite());
    let group = tls.negotiated_key_exchange_group();
    let group = group.map(|group| format!("{:?}", group.name()));
    Some((version, suite, group.unwrap_or_default()))
}

#[cfg(feature = "models")]
mod any {
    use std::sync::Arc;

    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::crypto::{self, CryptoProvider};
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::{DigitallySignedStruct, Error, SignatureScheme};

    /// Takes any certificate whose key signs the handshake.
    #[derive(Debug)]
    pub(super) struct Any(pub(super) Arc<CryptoProvider>);

    impl ServerCertVerifier for Any {
        fn verify_server_cert(
            &self,
            _end_entity: &CertificateDer<'_>,
            _intermediates: &[CertificateDer<'_>],
            _server_name: &ServerName<'_>,
            _ocsp_response: &[u8],
            _now: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.0.signature_verification_algorithms;
            crypto::verify_tls12_signature(message, cert, dss, algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.0.signature_verification_algorithms;
            crypto::verify_tls13_signature(message, cert, dss, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            let algorithms = &self.0.signature_verification_algorithms;
            algorithms.supported_schemes()
        }
    }
}

pub(crate) fn certificate(der: &Der) -> CertificateDer<'static> {
    CertificateDer::from(der.as_bytes().to_vec())
}

pub(crate) fn chain_and_key(
    identity: &Identity,
) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let chain = identity.chain().iter().map(certificate).collect();
    let key = PrivatePkcs8KeyDer::from(identity.key().as_bytes().to_vec());
    (chain, PrivateKeyDer::Pkcs8(key))
}

fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
