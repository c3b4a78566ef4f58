//! The server's side of TLS: certificates by name, versions, suites, client certificates.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, RwLock};

use mailfault_certs::{Der, Identity};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::client_certificate::{self, ClientCertificate};
use crate::crypto;
use crate::error::Error;
use crate::fault::TlsVersion;
use crate::near;
use crate::wire::sealed;

/// What a user wants of TLS, certificates apart.
#[derive(Clone, Debug)]
pub(crate) struct TlsWish {
    pub(crate) versions: Vec<TlsVersion>,
    pub(crate) cipher_suites: Vec<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) alpn: Vec<String>,
    pub(crate) client_certificate: ClientCertificate,
}

impl Default for TlsWish {
    fn default() -> Self {
        Self {
            versions: vec![TlsVersion::Tls12, TlsVersion::Tls13],
            cipher_suites: Vec::new(),
            groups: Vec::new(),
            alpn: Vec::new(),
            client_certificate: ClientCertificate::NotAsked,
        }
    }
}

/// TLS of one listener.
pub(crate) struct Tls {
    config: Arc<ServerConfig>,
    wish: TlsWish,
    certificates: Arc<Certificates>,
}

impl Tls {
    pub(crate) fn new(
        wish: &TlsWish,
        identity: &Identity,
        by_name: &BTreeMap<String, Identity>,
    ) -> Result<Self, Error> {
        let certificates = Arc::new(Certificates {
            default: RwLock::new(certified_key(identity)?),
            by_name: by_name
                .iter()
                .map(|(name, identity)| Ok((name.to_ascii_lowercase(), certified_key(identity)?)))
                .collect::<Result<_, Error>>()?,
        });
        Ok(Self {
            config: Arc::new(config(wish, &certificates, &crypto::provider())?),
            wish: wish.clone(),
            certificates,
        })
    }

    /// Serves another certificate from the next handshake on.
    pub(crate) fn set_certificate(&self, identity: &Identity) -> Result<(), Error> {
        let key = certified_key(identity)?;
        *write(&self.certificates.default) = key;
        Ok(())
    }

    /// A new connection.
    pub(crate) fn connection(&self, serving: Serving) -> Result<ServerConnection, Error> {
        let ordinary = crypto::provider();
        let config = match serving {
            Serving::Right => Arc::clone(&self.config),
            Serving::From(floor) => {
                let mut wish = self.wish.clone();
                wish.versions.retain(|version| *version >= floor);
                Arc::new(config(&wish, &self.certificates, &ordinary)?)
            }
            Serving::ToCut => {
                Arc::new(config(&self.wish, &self.certificates, &sealed::provider())?)
            }
            Serving::InPieces => {
                let mut config = config(&self.wish, &self.certificates, &ordinary)?;
                // Small enough that the shortest chain needs several.
                config.max_fragment_size = Some(256);
                Arc::new(config)
            }
        };
        ServerConnection::new(config).map_err(bad_tls)
    }
}

/// How a connection is to be served.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Serving {
    Right,
    /// Only with this version or a later one.
    From(TlsVersion),
    /// Such that the handshake can be cut where it is encrypted.
    ToCut,
    /// With the handshake in many records, so that one of them can be lost.
    InPieces,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("wish", &self.wish)
            .finish_non_exhaustive()
    }
}

fn config(
    wish: &TlsWish,
    certificates: &Arc<Certificates>,
    provider: &CryptoProvider,
) -> Result<ServerConfig, Error> {
    let provider = Arc::new(chosen(wish, provider)?);
    let versions: Vec<&'static SupportedProtocolVersion> =
        wish.versions.iter().map(known).collect();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&versions)
        .map_err(bad_tls)?;
    let builder = match client_certificate::verifier(&wish.client_certificate, provider)? {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_cert_resolver(Arc::clone(certificates) as _);
    config.alpn_protocols = wish
        .alpn
        .iter()
        .map(|name| name.clone().into_bytes())
        .collect();
    // A resumed session shows no certificate, and a test is about the certificate.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

fn known(version: &TlsVersion) -> &'static SupportedProtocolVersion {
    match version {
        TlsVersion::Tls12 => &rustls::version::TLS12,
        TlsVersion::Tls13 => &rustls::version::TLS13,
    }
}

/// The provider with the suites and groups that were named; all where none was.
fn chosen(wish: &TlsWish, provider: &CryptoProvider) -> Result<CryptoProvider, Error> {
    let mut provider = provider.clone();
    if !wish.cipher_suites.is_empty() {
        let known = provider.cipher_suites;
        let names: Vec<String> = known
            .iter()
            .map(|suite| suite_name(suite.suite()))
            .collect();
        provider.cipher_suites = pick("cipher suite", &wish.cipher_suites, &names, &known)?;
    }
    if !wish.groups.is_empty() {
        let known = provider.kx_groups;
        let names: Vec<String> = known
            .iter()
            .map(|group| format!("{:?}", group.name()))
            .collect();
        provider.kx_groups = pick("group", &wish.groups, &names, &known)?;
    }
    Ok(provider)
}

fn pick<T: Copy>(
    kind: &'static str,
    wanted: &[String],
    names: &[String],
    known: &[T],
) -> Result<Vec<T>, Error> {
    let find = |wanted: &String| {
        let at = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(wanted));
        at.map(|at| known[at]).ok_or_else(|| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Error::UnknownName {
                kind,
                given: wanted.clone(),
                near: near::nearest(wanted, &names).or_else(|| Some(names.join("`, `"))),
            }
        })
    };
    wanted.iter().map(find).collect()
}

/// A cipher suite by its IANA name; rustls writes `TLS13_` for those of TLS 1.3.
pub(crate) fn suite_name(suite: rustls::CipherSuite) -> String {
    format!("{suite:?}").replacen("TLS13_", "TLS_", 1)
}

/// Picks the certificate by SNI. It checks nothing: a key that does not match, or a chain in the
/// wrong order, is served as it is.
struct Certificates {
    default: RwLock<Arc<CertifiedKey>>,
    by_name: BTreeMap<String, Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // DNS names compare without regard to case (RFC 6066 §3).
        let named = hello
            .server_name()
            .and_then(|name| self.by_name.get(&name.to_ascii_lowercase()));
        Some(match named {
            Some(key) => Arc::clone(key),
            None => {
                let default = self.default.read();
                Arc::clone(&default.unwrap_or_else(|poisoned| poisoned.into_inner()))
            }
        })
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

fn write(key: &RwLock<Arc<CertifiedKey>>) -> std::sync::RwLockWriteGuard<'_, Arc<CertifiedKey>> {
    key.write().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn certified_key(identity: &Identity) -> Result<Arc<CertifiedKey>, Error> {
    let chain = identity.chain().iter().map(certificate).collect();
    let der = identity.key().as_bytes();
    // A key of somebody else's may be in SEC 1 or PKCS#1.
    let key = PrivateKeyDer::try_from(der.to_vec()).map_err(bad_tls)?;
    let loaded = crypto::provider().key_provider.load_private_key(key);
    #[cfg(feature = "weak")]
    let loaded = super::weak_key::instead_of(loaded, der);
    let key = loaded.map_err(bad_tls)?;
    let mut certified = CertifiedKey::new(chain, key);
    certified.ocsp = identity.staple().map(<[u8]>::to_vec);
    Ok(Arc::new(certified))
}

pub(crate) fn certificate(der: &Der) -> CertificateDer<'static> {
    CertificateDer::from(der.as_bytes().to_vec())
}

pub(crate) fn bad_tls(error: impl fmt::Display) -> Error {
    Error::BadTls {
        why: error.to_string(),
    }
}
