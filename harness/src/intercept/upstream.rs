//! TLS on the far side of the box, where it is the client.

use std::net::IpAddr;
use std::sync::Arc;

use mailfault_certs::Der;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use crate::error::Error;

/// How a box that opens TLS goes on to the server behind it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum UpstreamTls {
    /// In clear.
    #[default]
    Clear,
    /// With STARTTLS of its own when the client sends one; whatever certificate is shown is taken.
    Unverified,
    /// The same, with a certificate for this name that one of these authorities issued, and no
    /// other.
    Verified {
        /// The name, or the address, that the certificate must be for.
        name: String,
        /// The authorities that are trusted.
        roots: Vec<Der>,
    },
}

/// Makes connections.
pub(super) struct Upstream {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Upstream {
    /// Nothing where the box goes on in clear.
    pub(super) fn new(wish: &UpstreamTls, server: IpAddr) -> Result<Option<Self>, Error> {
        let provider = crate::crypto::provider();
        let (verifier, name): (Arc<dyn ServerCertVerifier>, _) = match wish {
            UpstreamTls::Clear => return Ok(None),
            // An address is no name that SNI could say: whose certificate it is does not matter.
            UpstreamTls::Unverified => {
                let verifier = Arc::new(TakesAny(Arc::clone(&provider)));
                (verifier, ServerName::IpAddress(server.into()))
            }
            UpstreamTls::Verified { name, roots } => {
                let mut store = RootCertStore::empty();
                for root in roots {
                    let root = CertificateDer::from(root.as_bytes().to_vec());
                    store.add(root).map_err(bad)?;
                }
                let verifier = WebPkiServerVerifier::builder_with_provider(
                    Arc::new(store),
                    Arc::clone(&provider),
                );
                let name = ServerName::try_from(name.clone())
                    .map_err(|_| bad(format!("`{name}` is neither a host name nor an address")))?;
                (verifier.build().map_err(bad)?, name)
            }
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS12, &rustls::version::TLS13])
            .map_err(bad)?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        // A resumed session would show no certificate to sign again.
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Some(Self {
            config: Arc::new(config),
            name,
        }))
    }

    pub(super) fn connection(&self) -> Result<ClientConnection, Error> {
        ClientConnection::new(Arc::clone(&self.config), self.name.clone()).map_err(bad)
    }
}

fn bad(why: impl std::fmt::Display) -> Error {
    Error::BadTls {
        why: why.to_string(),
    }
}

/// Takes every certificate, and only asks that whoever shows it has its key.
#[derive(Debug)]
struct TakesAny(Arc<CryptoProvider>);

impl ServerCertVerifier for TakesAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
