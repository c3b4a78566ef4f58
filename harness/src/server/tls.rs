//! The server's side of TLS: certificates by name, versions, suites, client certificates.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, RwLock};

use mailfault_certs::{Der, Identity};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::client_certificate::{self, ClientCertificate};
#[cfg(feature = "legacy-tls")]
use super::legacy;
use super::{names, old_names};
use crate::crypto;
use crate::error::Error;
#[cfg(feature = "legacy-tls")]
use crate::fault::Offer;
use crate::fault::TlsVersion;
use crate::wire::Engine;
use crate::wire::records::HEADER;
use crate::wire::sealed;

/// What a user wants of TLS, certificates apart.
#[derive(Clone, Debug)]
pub(crate) struct TlsWish {
    pub(crate) versions: Vec<TlsVersion>,
    pub(crate) cipher_suites: Vec<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) alpn: Vec<String>,
    pub(crate) client_certificate: ClientCertificate,
    pub(crate) max_fragment: Option<usize>,
    /// With what OpenSSL signs the key exchange, where a fault leaves it one scheme.
    #[cfg(feature = "legacy-tls")]
    pub(crate) signature_scheme: Option<String>,
}

impl Default for TlsWish {
    fn default() -> Self {
        Self {
            versions: vec![TlsVersion::Tls12, TlsVersion::Tls13],
            cipher_suites: Vec::new(),
            groups: Vec::new(),
            alpn: Vec::new(),
            client_certificate: ClientCertificate::NotAsked,
            max_fragment: None,
            #[cfg(feature = "legacy-tls")]
            signature_scheme: None,
        }
    }
}

impl TlsWish {
    /// The same with this version or later ones alone.
    fn from(&self, floor: TlsVersion) -> Self {
        let mut wish = self.clone();
        wish.versions.retain(|version| *version >= floor);
        wish
    }
}

/// TLS of one listener.
pub(crate) struct Tls {
    wish: TlsWish,
    /// Nothing where the wish is beyond rustls.
    rustls: Option<Rustls>,
    #[cfg(feature = "legacy-tls")]
    identities: legacy::Identities,
}

/// What rustls serves.
struct Rustls {
    config: Arc<ServerConfig>,
    certificates: Arc<Certificates>,
}

impl Tls {
    pub(crate) fn new(
        wish: &TlsWish,
        identity: &Identity,
        by_name: &BTreeMap<String, Identity>,
    ) -> Result<Self, Error> {
        let beyond_rustls =
            old_names::beyond_rustls(&wish.versions, &wish.cipher_suites, &wish.groups);
        if let (Some(what), false) = (&beyond_rustls, cfg!(feature = "legacy-tls")) {
            return Err(Error::NeedsFeature {
                what: what.clone(),
                feature: "legacy-tls",
            });
        }
        let tls = Self {
            wish: wish.clone(),
            rustls: match beyond_rustls {
                Some(_) => None,
                None => Some(Rustls::new(wish, identity, by_name)?),
            },
            #[cfg(feature = "legacy-tls")]
            identities: legacy::Identities::new(identity, by_name),
        };
        #[cfg(feature = "legacy-tls")]
        if tls.rustls.is_none() {
            names::check(wish)?;
            tls.identities.check(wish)?;
        }
        Ok(tls)
    }

    /// Whether it is OpenSSL that serves, whatever the certificate.
    pub(crate) fn is_old(&self) -> bool {
        self.rustls.is_none()
    }

    /// Serves another certificate from the next handshake on.
    pub(crate) fn set_certificate(&self, identity: &Identity) -> Result<(), Error> {
        if let Some(rustls) = &self.rustls {
            let key = certified_key(identity)?;
            *write(&rustls.certificates.default) = key;
        }
        #[cfg(feature = "legacy-tls")]
        {
            if self.rustls.is_none() {
                legacy::check(&self.wish, identity)?;
            }
            self.identities.set_default(identity);
        }
        Ok(())
    }

    /// The certificate that a client sees which asks for this name; `None` where the chain is
    /// empty.
    pub(crate) fn presents(&self, name: Option<&str>) -> Option<Der> {
        #[cfg(feature = "legacy-tls")]
        return self.identities.of(name).chain().first().cloned();
        #[cfg(not(feature = "legacy-tls"))]
        {
            let key = self.rustls.as_ref()?.certificates.pick(name);
            Some(Der::from(key.cert.first()?.to_vec()))
        }
    }

    /// A new connection of rustls, whatever the client asks for.
    #[cfg(feature = "models")]
    pub(crate) fn of_rustls(&self) -> Result<ServerConnection, Error> {
        let rustls = self.rustls.as_ref();
        let rustls = rustls.ok_or_else(|| bad_tls("old TLS is not spoken here"))?;
        rustls.connection(&self.wish, Serving::Right)
    }

    /// A new connection, for a client that asks for this name and has sent these records.
    pub(crate) fn connection(
        &self,
        serving: Serving,
        sni: Option<&str>,
        records: &[u8],
    ) -> Result<Engine, Error> {
        let floored;
        let wish = match serving {
            Serving::From(floor) => {
                floored = self.wish.from(floor);
                &floored
            }
            _ => &self.wish,
        };
        #[cfg(feature = "legacy-tls")]
        {
            let identity = self.identities.of(sni);
            // OpenSSL does not cut its records, and its handshakes are not cut.
            let whole = matches!(serving, Serving::Right | Serving::From(_));
            if let Serving::Only(offer) = serving {
                let wish = legacy::nothing_but(wish, offer)?;
                return legacy::connection(&wish, &identity, sni);
            }
            if whole && (self.is_old() || legacy::signs_for(wish, &identity, records)) {
                return legacy::connection(wish, &identity, sni);
            }
        }
        #[cfg(not(feature = "legacy-tls"))]
        let _ = (sni, records); // rustls reads them itself
        let Some(rustls) = &self.rustls else {
            return Err(bad_tls("a handshake of old TLS is neither cut nor edited"));
        };
        rustls.connection(wish, serving).map(Engine::rustls)
    }
}

impl Rustls {
    fn new(
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
            certificates,
        })
    }

    fn connection(&self, wish: &TlsWish, serving: Serving) -> Result<ServerConnection, Error> {
        let ordinary = crypto::provider();
        let config = match serving {
            Serving::Right => Arc::clone(&self.config),
            Serving::From(_) => Arc::new(config(wish, &self.certificates, &ordinary)?),
            #[cfg(feature = "legacy-tls")]
            Serving::Only(_) => return Err(bad_tls("rustls has more than that")),
            Serving::ToCut => Arc::new(config(wish, &self.certificates, &sealed::provider())?),
            Serving::InPieces => {
                let mut config = config(wish, &self.certificates, &ordinary)?;
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
    /// With nothing but this.
    #[cfg(feature = "legacy-tls")]
    Only(Offer),
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
    let provider = Arc::new(names::chosen(wish, provider)?);
    let versions: Vec<&'static SupportedProtocolVersion> =
        wish.versions.iter().filter_map(known).collect();
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
    config.max_fragment_size = fragment_size(wish.max_fragment)?;
    Ok(config)
}

/// What of a record may be plaintext, in octets.
pub(crate) const FRAGMENTS: RangeInclusive<usize> = 32..=16_384;

/// The size in the way of rustls, which counts the header of a record as well.
fn fragment_size(most: Option<usize>) -> Result<Option<usize>, Error> {
    match most {
        Some(octets) if !FRAGMENTS.contains(&octets) => {
            Err(bad_tls(format!("{} {octets}", wrong_fragment())))
        }
        _ => Ok(most.map(|octets| octets + HEADER)),
    }
}

/// What is to be said of a size that cannot be.
pub(crate) fn wrong_fragment() -> String {
    let (least, most) = (FRAGMENTS.start(), FRAGMENTS.end());
    format!("a record holds from {least} to {most} octets of plaintext, not")
}

fn known(version: &TlsVersion) -> Option<&'static SupportedProtocolVersion> {
    match version {
        TlsVersion::Tls10 | TlsVersion::Tls11 => None,
        TlsVersion::Tls12 => Some(&rustls::version::TLS12),
        TlsVersion::Tls13 => Some(&rustls::version::TLS13),
    }
}

/// Picks the certificate by SNI. It checks nothing: a key that does not match, or a chain in the
/// wrong order, is served as it is.
struct Certificates {
    default: RwLock<Arc<CertifiedKey>>,
    by_name: BTreeMap<String, Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.pick(hello.server_name()))
    }
}

impl Certificates {
    fn pick(&self, name: Option<&str>) -> Arc<CertifiedKey> {
        // DNS names compare without regard to case (RFC 6066 §3).
        let named = name.and_then(|name| self.by_name.get(&name.to_ascii_lowercase()));
        match named {
            Some(key) => Arc::clone(key),
            None => {
                let default = self.default.read();
                Arc::clone(&default.unwrap_or_else(|poisoned| poisoned.into_inner()))
            }
        }
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
