//! The client's check that a certificate was not revoked.
//!
//! It asks wherever the certificate says that there is somebody to ask, looks at what is stapled, and goes on with good
//! news alone: RFC 5280 §6.3.3 leaves to the client what it makes of no news, and one that goes on shows nothing of a
//! responder that fails. Lists are judged by webpki; what it does not look at, and OCSP, here.

mod answer; // an OCSP answer, judged
mod certificate; // what a certificate says of its revocation
mod fetch; // HTTP, as far as it takes
mod list; // what webpki does not look at in a list

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use certificate::Certificate;
#[cfg(feature = "models")]
use mailfault_certs::Der;

/// The lists at the addresses that these certificates name, as far as they are to be had on this
/// machine; each is asked for once, and waited for a moment.
#[cfg(feature = "models")]
pub(crate) fn lists(chain: &[Der]) -> Vec<Der> {
    let read = |der: &Der| Certificate::read(der.as_bytes().to_vec());
    let mut urls: Vec<String> = Vec::new();
    for url in chain.iter().filter_map(read).flat_map(|one| one.crl_urls()) {
        if urls.len() < MOST_LISTS && !urls.contains(&url) && fetch::is_on_loopback(&url) {
            urls.push(url);
        }
    }
    let fetched = urls.iter().filter_map(|url| fetch::list(url, MOMENT).ok());
    fetched.map(Der::from).collect()
}

#[cfg(feature = "models")]
const MOMENT: Duration = Duration::from_secs(5);

/// More than any chain needs.
#[cfg(feature = "models")]
const MOST_LISTS: usize = 16;

/// Verifies as webpki does, and then asks.
#[derive(Debug)]
pub(super) struct Verifier {
    roots: Arc<RootCertStore>,
    /// Without lists: who is no good anyway is not worth a question.
    plain: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
    /// The OCSP request about the certificate that is expected.
    request: Vec<u8>,
    time_out: Duration,
    why: Arc<Why>,
}

/// Why a certificate was refused for its revocation, in words; the alert tells the server.
#[derive(Debug, Default)]
pub(super) struct Why(OnceLock<String>);

impl Why {
    pub(super) fn get(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

impl Verifier {
    pub(super) fn new(
        roots: RootCertStore,
        provider: Arc<CryptoProvider>,
        request: Vec<u8>,
        time_out: Duration,
    ) -> Result<Self, String> {
        let roots = Arc::new(roots);
        let plain = verifier(&roots, &provider, Vec::new())?;
        Ok(Self {
            roots,
            plain,
            provider,
            request,
            time_out,
            why: Arc::default(),
        })
    }

    pub(super) fn why(&self) -> Arc<Why> {
        Arc::clone(&self.why)
    }

    /// Everything that the chain and the staple say, or why the certificate is no good.
    fn check(
        &self,
        chain: &[&CertificateDer<'_>],
        name: &ServerName<'_>,
        staple: &[u8],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        // What cannot be read says nothing; webpki has taken it all the same.
        let read = |der: &&CertificateDer<'_>| Certificate::read(der.as_ref().to_vec());
        let chain_read: Vec<Certificate> = chain.iter().filter_map(read).collect();
        let Some(leaf) = chain_read.first() else {
            return Ok(());
        };
        let judge = answer::Judge {
            leaf,
            issuer_keys: self.issuer_keys(leaf, &chain_read),
            algorithms: self.provider.signature_verification_algorithms.all,
            now,
        };
        match staple {
            // RFC 7633 §4.2.3.1.
            [] if leaf.must_staple() => {
                return Err(Refusal::staple(
                    "the certificate demands a staple, and there is none",
                ));
            }
            [] => {}
            // RFC 6066 §8: who asked for a staple must check it.
            staple => judge
                .judge(staple)
                .map_err(|refusal| refusal.about("the staple"))?,
        }
        for url in leaf.ocsp_urls() {
            let fetched = fetch::ocsp(&url, &self.request, self.time_out);
            let answer = fetched.map_err(|why| Refusal::unknown(format!("{url}: {why}")))?;
            judge
                .judge(&answer)
                .map_err(|refusal| refusal.about(&url))?;
        }
        self.check_lists(chain, &chain_read, name, now)
    }

    fn check_lists(
        &self,
        chain: &[&CertificateDer<'_>],
        chain_read: &[Certificate],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let urls: Vec<String> = chain_read.iter().flat_map(Certificate::crl_urls).collect();
        if urls.is_empty() {
            return Ok(());
        }
        let mut lists = Vec::new();
        for url in &urls {
            let about = |why: String| Refusal::unknown(format!("{url}: {why}"));
            let list = fetch::list(url, self.time_out).map_err(about)?;
            list::check(&list, now).map_err(about)?;
            lists.push(CertificateRevocationListDer::from(list));
        }
        let unreadable = |why| Refusal::unknown(format!("{}: {why}", urls.join(", ")));
        let verifier = verifier(&self.roots, &self.provider, lists).map_err(unreadable)?;
        let (leaf, intermediates) = chain.split_first().expect("a chain that was read");
        let intermediates: Vec<CertificateDer<'_>> =
            intermediates.iter().map(|der| (*der).clone()).collect();
        let verified = verifier.verify_server_cert(leaf, &intermediates, name, &[], now);
        let lists = urls.join(", ");
        verified
            .map(|_| ())
            .map_err(|error| Refusal { error, why: lists })
    }

    /// Whoever may have signed the leaf, by name: somebody in the chain, or a root.
    fn issuer_keys(&self, leaf: &Certificate, chain: &[Certificate]) -> Vec<Vec<u8>> {
        let issuer = leaf.issuer();
        let above = chain.iter().skip(1);
        let above = above.filter(|above| above.subject() == issuer);
        let above = above.filter_map(|above| above.public_key().map(<[u8]>::to_vec));
        // A root's name and key have no tag around them in webpki's keeping.
        let root_name = issuer.and_then(crate::der::whole);
        let roots = self
            .roots
            .roots
            .iter()
            .filter(|root| root_name.is_some_and(|name| root.subject.as_ref() == name.content));
        above
            .chain(roots.map(|root| root.subject_public_key_info.to_vec()))
            .collect()
    }
}

fn verifier(
    roots: &Arc<RootCertStore>,
    provider: &Arc<CryptoProvider>,
    lists: Vec<CertificateRevocationListDer<'static>>,
) -> Result<Arc<WebPkiServerVerifier>, String> {
    // The whole chain, and what is unknown is refused: as it is by default.
    WebPkiServerVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(provider))
        .with_crls(lists)
        .enforce_revocation_expiration()
        .build()
        .map_err(|error| error.to_string())
}

/// Why a certificate is no good: for the alert, and in words.
#[derive(Debug)]
pub(super) struct Refusal {
    error: Error,
    why: String,
}

impl Refusal {
    /// RFC 5280 §6.3.3: the status is UNDETERMINED.
    fn unknown(why: impl Into<String>) -> Self {
        Self {
            error: CertificateError::UnknownRevocationStatus.into(),
            why: why.into(),
        }
    }

    fn revoked(why: impl Into<String>) -> Self {
        Self {
            error: CertificateError::Revoked.into(),
            why: why.into(),
        }
    }

    /// RFC 6066 §8: bad_certificate_status_response.
    fn staple(why: impl Into<String>) -> Self {
        Self {
            error: CertificateError::InvalidOcspResponse.into(),
            why: why.into(),
        }
    }

    fn about(mut self, what: &str) -> Self {
        self.why = format!("{what}: {}", self.why);
        self
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // With no list at hand webpki asks for none.
        let verified =
            self.plain
                .verify_server_cert(end_entity, intermediates, server_name, &[], now)?;
        let chain: Vec<_> = std::iter::once(end_entity).chain(intermediates).collect();
        match self.check(&chain, server_name, ocsp_response, now) {
            Ok(()) => Ok(verified),
            Err(refusal) => {
                let _ = self.why.0.set(refusal.why);
                Err(refusal.error)
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.plain
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.plain
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.plain.supported_verify_schemes()
    }
}
