//! TLS that takes any certificate, and writes down what it was shown.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mailfault_certs::{Der, Identity};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme};

use super::certificate::{Read, Signed};
use crate::crypto::provider;
use crate::send::client_tls::chain_and_key;

/// What a handshake showed, as far as it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Leaf first, as it was sent.
    pub(super) chain: Vec<Der>,
    pub(super) staple: Option<Vec<u8>>,
    /// The scheme by which the handshake is signed, if it is not by the key in the certificate.
    pub(super) bad_signature: Option<String>,
    /// What rustls itself would say of the signature.
    pub(super) rustls: Option<rustls::Error>,
    pub(super) client_certificate_asked: bool,
}

/// What sees a handshake.
#[derive(Debug)]
pub(super) struct Recorder {
    provider: Arc<CryptoProvider>,
    identity: Option<Arc<CertifiedKey>>,
    seen: Mutex<Seen>,
}

impl Recorder {
    /// A connection, with SNI if this is a host name, and what will see its handshake.
    pub(super) fn connection(
        name: Option<&str>,
        identity: Option<&Identity>,
    ) -> Result<(ClientConnection, Arc<Self>), String> {
        let provider = provider();
        let identity = identity.map(|identity| {
            let (chain, key) = chain_and_key(identity);
            let key = provider.key_provider.load_private_key(key);
            key.map(|key| Arc::new(CertifiedKey::new(chain, key)))
        });
        let recorder = Arc::new(Self {
            provider: Arc::clone(&provider),
            identity: identity.transpose().map_err(in_words)?,
            seen: Mutex::default(),
        });
        let verifier: Arc<dyn ServerCertVerifier> = recorder.clone();
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS12, &rustls::version::TLS13])
            .map_err(in_words)?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_cert_resolver(recorder.clone());
        // A resumed session would show no certificate.
        config.resumption = Resumption::disabled();
        let name = name.and_then(|name| ServerName::try_from(name.to_owned()).ok());
        config.enable_sni = name.is_some();
        let unnamed = || ServerName::try_from("unnamed.invalid").map_err(in_words);
        let name = name.map_or_else(unnamed, Ok)?;
        let connection = ClientConnection::new(Arc::new(config), name).map_err(in_words)?;
        Ok((connection, recorder))
    }

    pub(super) fn seen(&self) -> Seen {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the certificate's key signed the handshake. One that it did not sign goes on: it is
    /// a finding like others, and nothing is told to whoever is there. The certificate may be one
    /// that webpki would not read.
    fn look(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        by: &DigitallySignedStruct,
        told: Result<HandshakeSignatureValid, Error>,
    ) {
        self.lock().rustls = told.err();
        let Some(read) = Read::new(&Der::from(certificate.to_vec())) else {
            return;
        };
        let mapping = self.provider.signature_verification_algorithms.mapping;
        let known = mapping.iter().find(|(scheme, _)| *scheme == by.scheme);
        let algorithms = known.map(|(_, algorithms)| *algorithms);
        let bad = match read.signed_handshake(algorithms, message, by.signature()) {
            Signed::Badly => Some(format!("{:?}", by.scheme)),
            Signed::Well | Signed::Unverified => None,
        };
        self.lock().bad_signature = bad;
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let der = |one: &CertificateDer<'_>| Der::from(one.to_vec());
        let mut seen = self.lock();
        seen.chain = std::iter::once(end_entity)
            .chain(intermediates)
            .map(der)
            .collect();
        seen.staple = (!ocsp_response.is_empty()).then(|| ocsp_response.to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let told = crypto::verify_tls12_signature(message, cert, dss, algorithms);
        self.look(message, cert, dss, told);
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let told = crypto::verify_tls13_signature(message, cert, dss, algorithms);
        self.look(message, cert, dss, told);
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let mut schemes = algorithms.supported_schemes();
        // What cannot be verified here is still worth seeing.
        for scheme in [
            SignatureScheme::ECDSA_NISTP521_SHA512,
            SignatureScheme::RSA_PKCS1_SHA1,
            SignatureScheme::ECDSA_SHA1_Legacy,
        ] {
            if !schemes.contains(&scheme) {
                schemes.push(scheme);
            }
        }
        schemes
    }
}

impl ResolvesClientCert for Recorder {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.lock().client_certificate_asked = true;
        self.identity.clone()
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
