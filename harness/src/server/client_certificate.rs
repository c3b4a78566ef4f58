//! What the server wants of the client's certificate.

use std::sync::Arc;

use mailfault_certs::Der;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme,
};

use super::tls::{bad_tls, certificate};
use crate::error::Error;

/// What the server wants of the client's certificate. What it got is in
/// [`Tls::client_certificate`](crate::Tls::client_certificate).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ClientCertificate {
    /// None is asked for.
    #[default]
    NotAsked,
    /// One is asked for; any is taken, and none as well.
    Asked,
    /// One must be sent; any is taken. Without one: alert 116, `certificate_required`, in
    /// TLS 1.3, and 40, `handshake_failure`, in TLS 1.2.
    Required,
    /// One must be sent that one of these authorities issued.
    RequiredFrom(Vec<Der>),
    /// Exactly this one must be sent.
    Pinned(Der),
    /// One is asked for, and every one that comes is refused: alert 48, `unknown_ca`.
    Refused,
}

/// The verifier for a wish; `None` where no certificate is asked for.
pub(super) fn verifier(
    wish: &ClientCertificate,
    provider: Arc<CryptoProvider>,
) -> Result<Option<Arc<dyn ClientCertVerifier>>, Error> {
    let own = |mandatory, accepts| {
        let provider = Arc::clone(&provider);
        Some(Arc::new(Verifier {
            mandatory,
            accepts,
            provider,
        }) as Arc<dyn ClientCertVerifier>)
    };
    Ok(match wish {
        ClientCertificate::NotAsked => None,
        ClientCertificate::Asked => own(false, Accepts::Any),
        ClientCertificate::Required => own(true, Accepts::Any),
        ClientCertificate::Pinned(der) => own(true, Accepts::Only(certificate(der))),
        ClientCertificate::Refused => own(false, Accepts::None),
        ClientCertificate::RequiredFrom(authorities) => {
            let mut roots = RootCertStore::empty();
            for authority in authorities {
                roots.add(certificate(authority)).map_err(bad_tls)?;
            }
            Some(
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .build()
                    .map_err(bad_tls)?,
            )
        }
    })
}

#[derive(Debug)]
struct Verifier {
    mandatory: bool,
    accepts: Accepts,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
enum Accepts {
    Any,
    Only(CertificateDer<'static>),
    None,
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let accepted = match &self.accepts {
            Accepts::Any => true,
            Accepts::Only(pinned) => pinned == end_entity,
            Accepts::None => false,
        };
        match accepted {
            true => Ok(ClientCertVerified::assertion()),
            false => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
