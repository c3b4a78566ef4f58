//! Keys of certificates.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::algorithm;
use crate::asn1;
use crate::crypto;
use crate::encoding::Der;
use crate::seed::Draw;

/// The algorithm of a key, and with it that of the signatures it makes.
///
/// ```
/// use mailfault_certs::{Ca, KeyKind, Leaf};
///
/// let ca = Ca::builder().key(KeyKind::P384).build();
/// let identity = ca.issue(Leaf::new("mx.test").key(KeyKind::Ed25519));
/// # assert_eq!(identity.names()[0], "mx.test");
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// ECDSA on P-256, with SHA-256.
    #[default]
    P256,
    /// ECDSA on P-384, with SHA-384.
    P384,
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// RSA of 2048 bits, PKCS#1 v1.5 with SHA-256.
    ///
    /// Generated once per process for each role (root, issuing CA, leaf, other) and shared by all authorities of the
    /// process. Half a second in a debug build with graviola, several seconds with feature `ring`.
    Rsa2048,
}

/// What an RSA key is used for, since each role has one key per process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Root,
    Intermediate,
    Leaf,
    /// Strangers: the unknown root, the unrelated CA, the key that does not match.
    Other,
}

/// How a signature is made, where it is not as usual for its key.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Scheme {
    #[default]
    Usual,
    /// MD5, with RSA.
    Md5,
    /// RSASSA-PSS with SHA-256.
    Pss,
    /// SHA-1, with RSA or on P-256.
    Sha1,
}

#[derive(Clone)]
pub(crate) struct Key {
    kind: KeyKind,
    pkcs8: Der,
    public: Vec<u8>,
    repeatable: bool,
    /// RSA that only the `rsa` crate can sign with.
    #[cfg_attr(not(feature = "weak"), allow(dead_code))]
    small: bool,
}

impl Key {
    pub(crate) fn generate(kind: KeyKind, role: Role, draw: &mut Draw) -> Self {
        match kind {
            KeyKind::Rsa2048 => Self::rsa(2048, F4, role),
            _ => Self::new(kind, crypto::generate(kind, draw), draw.is_seeded()),
        }
    }

    /// An RSA key of so many bits, one for each role and process.
    pub(crate) fn rsa(bits: usize, exponent: u32, role: Role) -> Self {
        type Made = BTreeMap<(usize, u32, Role), Arc<OnceLock<Key>>>;
        static MADE: Mutex<Made> = Mutex::new(BTreeMap::new());
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let place = Arc::clone(made.entry((bits, exponent, role)).or_default());
        // Others need not wait for a key that they did not ask for.
        drop(made);
        let make = || {
            let key = Self::new(KeyKind::Rsa2048, crypto::rsa(bits, exponent), false);
            Self {
                small: bits < 2048,
                ..key
            }
        };
        place.get_or_init(make).clone()
    }

    fn new(kind: KeyKind, pair: crypto::Pair, repeatable: bool) -> Self {
        Self {
            kind,
            pkcs8: Der::secret(pair.pkcs8),
            public: pair.public,
            repeatable,
            small: false,
        }
    }

    /// What is handed out is another key, which nothing here is signed with.
    pub(crate) fn replaced_by(self, key: Der) -> Self {
        Self { pkcs8: key, ..self }
    }

    pub(crate) fn pkcs8(&self) -> &Der {
        &self.pkcs8
    }

    pub(crate) fn sign(&self, scheme: Scheme, message: &[u8]) -> Vec<u8> {
        let pkcs8 = self.pkcs8.as_bytes();
        match scheme {
            #[cfg(feature = "weak")]
            Scheme::Md5 => crypto::weak::sign_rsa_md5(pkcs8, message),
            #[cfg(feature = "weak")]
            Scheme::Sha1 if self.kind == KeyKind::P256 => {
                crypto::weak::sign_p256_sha1(pkcs8, message)
            }
            #[cfg(feature = "weak")]
            Scheme::Sha1 => crypto::weak::sign_rsa_sha1(pkcs8, message),
            #[cfg(feature = "weak")]
            Scheme::Usual if self.small => crypto::weak::sign_rsa_sha256(pkcs8, message),
            Scheme::Pss => crypto::sign_pss(pkcs8, message),
            _ => crypto::sign(self.kind, pkcs8, self.repeatable, message),
        }
    }

    /// The AlgorithmIdentifier of this key's signatures (RFC 5758 §3.2, RFC 8410 §3, RFC 4055 §5).
    pub(crate) fn signature_algorithm(&self, scheme: Scheme) -> Vec<u8> {
        match (scheme, self.kind) {
            (Scheme::Md5, _) => algorithm::md5_with_rsa(),
            (Scheme::Pss, _) => algorithm::rsassa_pss_sha256(),
            (Scheme::Sha1, KeyKind::P256) => algorithm::ecdsa_with_sha1(),
            (Scheme::Sha1, _) => algorithm::sha1_with_rsa(),
            (Scheme::Usual, KeyKind::P256) => algorithm::ecdsa_with_sha256(),
            (Scheme::Usual, KeyKind::P384) => algorithm::ecdsa_with_sha384(),
            (Scheme::Usual, KeyKind::Ed25519) => algorithm::ed25519(),
            (Scheme::Usual, KeyKind::Rsa2048) => algorithm::sha256_with_rsa(),
        }
    }

    /// What the BIT STRING of its SubjectPublicKeyInfo holds.
    pub(crate) fn public(&self) -> &[u8] {
        &self.public
    }

    pub(crate) fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The SubjectPublicKeyInfo (RFC 5480 §2, RFC 8410 §4, RFC 3279 §2.3.1).
    pub(crate) fn public_key_info(&self) -> Vec<u8> {
        let elliptic = |curve: &[u64]| {
            asn1::sequence([asn1::oid(&[1, 2, 840, 10045, 2, 1]), asn1::oid(curve)])
        };
        let algorithm = match self.kind {
            KeyKind::P256 => elliptic(&[1, 2, 840, 10045, 3, 1, 7]),
            KeyKind::P384 => elliptic(&[1, 3, 132, 0, 34]),
            KeyKind::Ed25519 => asn1::sequence([asn1::oid(&[1, 3, 101, 112])]),
            KeyKind::Rsa2048 => {
                asn1::sequence([asn1::oid(&[1, 2, 840, 113_549, 1, 1, 1]), asn1::null()])
            }
        };
        asn1::sequence([algorithm, asn1::bit_string(&self.public)])
    }

    /// RFC 5280 §4.2.1.2, method 1.
    pub(crate) fn identifier(&self) -> [u8; 20] {
        sha1_smol::Sha1::from(&self.public).digest().bytes()
    }
}

/// The usual public exponent of RSA keys, the fourth Fermat number.
pub(crate) const F4: u32 = 65_537;
