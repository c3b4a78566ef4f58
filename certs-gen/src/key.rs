//! Keys of certificates.

use std::sync::OnceLock;

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
#[derive(Clone, Copy)]
pub(crate) enum Role {
    Root,
    Intermediate,
    Leaf,
    /// Strangers: the unknown root, the unrelated CA, the key that does not match.
    Other,
}

#[derive(Clone)]
pub(crate) struct Key {
    kind: KeyKind,
    pkcs8: Der,
    public: Vec<u8>,
    repeatable: bool,
}

impl Key {
    pub(crate) fn generate(kind: KeyKind, role: Role, draw: &mut Draw) -> Self {
        static RSA: [OnceLock<Key>; 4] = [const { OnceLock::new() }; 4];
        match kind {
            KeyKind::Rsa2048 => RSA[role as usize]
                .get_or_init(|| Self::fresh(kind, draw))
                .clone(),
            _ => Self::fresh(kind, draw),
        }
    }

    fn fresh(kind: KeyKind, draw: &mut Draw) -> Self {
        let pair = crypto::generate(kind, draw);
        Self {
            kind,
            pkcs8: Der::secret(pair.pkcs8),
            public: pair.public,
            repeatable: draw.is_seeded(),
        }
    }

    pub(crate) fn pkcs8(&self) -> &Der {
        &self.pkcs8
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        crypto::sign(self.kind, self.pkcs8.as_bytes(), self.repeatable, message)
    }

    /// The AlgorithmIdentifier of this key's signatures (RFC 5758 §3.2, RFC 8410 §3, RFC 4055 §5).
    pub(crate) fn signature_algorithm(&self) -> Vec<u8> {
        match self.kind {
            KeyKind::P256 => asn1::sequence([asn1::oid(&[1, 2, 840, 10045, 4, 3, 2])]),
            KeyKind::P384 => asn1::sequence([asn1::oid(&[1, 2, 840, 10045, 4, 3, 3])]),
            KeyKind::Ed25519 => asn1::sequence([asn1::oid(&[1, 3, 101, 112])]),
            KeyKind::Rsa2048 => {
                asn1::sequence([asn1::oid(&[1, 2, 840, 113_549, 1, 1, 11]), asn1::null()])
            }
        }
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
