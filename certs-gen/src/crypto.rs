//! The choice of cryptography, made here and nowhere else: key generation, signatures, SHA-2, random bytes.
//!
//! Keys cross this border as PKCS#8 and as the bits of their SubjectPublicKeyInfo. A key is read again for each
//! signature: a test mints few certificates, and bytes are easier to keep than two libraries' types.

#[cfg(feature = "graviola")]
#[path = "crypto/graviola.rs"]
mod provider;

#[cfg(all(feature = "ring", not(feature = "graviola")))]
#[path = "crypto/ring.rs"]
mod provider;

#[cfg(feature = "weak")]
mod rfc6979;

#[cfg(feature = "weak")]
pub(crate) mod weak;

#[cfg(not(any(feature = "graviola", feature = "ring")))]
compile_error!(
    "mailfault-certs needs a cryptography provider: feature \"graviola\" (the default) or \"ring\""
);

use crate::key::{F4, KeyKind};
use crate::seed::Draw;

/// A fresh private key.
pub(crate) struct Pair {
    pub(crate) pkcs8: Vec<u8>,
    /// What the BIT STRING of the SubjectPublicKeyInfo holds.
    pub(crate) public: Vec<u8>,
}

/// Panics, with advice, on a machine that the chosen provider does not run on.
///
/// Minting calls it first; a program that would rather fail at its start can call it as well.
///
/// ```
/// mailfault_certs::cpu_check();
/// ```
#[track_caller]
pub fn cpu_check() {
    require(provider::runs_here());
}

#[track_caller]
fn require(supported: bool) {
    let lacks = if cfg!(target_arch = "aarch64") {
        "AES, PMULL or SHA2"
    } else {
        "AVX2, ADX or BMI2"
    };
    assert!(
        supported,
        "this CPU lacks {lacks}\nhint: default-features = false, features = [\"ring\"]"
    );
}

/// A new key, from the seed where the algorithm allows it.
pub(crate) fn generate(kind: KeyKind, draw: &mut Draw) -> Pair {
    match kind {
        KeyKind::Ed25519 => ed25519(draw.bytes()),
        #[cfg(feature = "weak")]
        KeyKind::P256 if draw.is_seeded() => rfc6979::p256(draw),
        #[cfg(feature = "weak")]
        KeyKind::P384 if draw.is_seeded() => rfc6979::p384(draw),
        KeyKind::P256 => provider::p256(),
        KeyKind::P384 => provider::p384(),
        KeyKind::Rsa2048 => rsa(2048, F4),
    }
}

/// An RSA key of so many bits.
pub(crate) fn rsa(bits: usize, exponent: u32) -> Pair {
    match (bits, exponent) {
        (2048 | 4096, F4) => provider::rsa(bits),
        #[cfg(feature = "weak")]
        _ => weak::rsa(bits, exponent),
        #[cfg(not(feature = "weak"))]
        _ => unreachable!("a flaw that needs the feature `weak` is not minted without it"),
    }
}

/// A signature with the hash that belongs to the key: SHA-384 for P-384, none outside of Ed25519, SHA-256 elsewhere.
#[cfg_attr(not(feature = "weak"), allow(unused_variables))]
pub(crate) fn sign(kind: KeyKind, pkcs8: &[u8], repeatable: bool, message: &[u8]) -> Vec<u8> {
    match kind {
        #[cfg(feature = "weak")]
        KeyKind::P256 if repeatable => rfc6979::sign_p256(pkcs8, message),
        #[cfg(feature = "weak")]
        KeyKind::P384 if repeatable => rfc6979::sign_p384(pkcs8, message),
        _ => provider::sign(kind, pkcs8, message),
    }
}

/// RSASSA-PSS with SHA-256 and a salt of 32 octets.
pub(crate) fn sign_pss(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    provider::sign_pss(pkcs8, message)
}

pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    provider::sha256(message)
}

pub(crate) fn sha512(message: &[u8]) -> [u8; 64] {
    provider::sha512(message)
}

/// Bytes from the system's random source.
pub(crate) fn fill(bytes: &mut [u8]) {
    provider::fill(bytes);
}

/// RFC 8410 §7, in version 1: not every reader takes version 2 with its public key.
fn ed25519(seed: [u8; 32]) -> Pair {
    let mut pkcs8 = ED25519_PKCS8.to_vec();
    pkcs8.extend_from_slice(&seed);
    Pair {
        pkcs8,
        public: provider::ed25519_public(&seed),
    }
}

const ED25519_PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

#[cfg(test)]
mod tests {
    #[test]
    fn a_lacking_cpu_is_named_before_anything_breaks() {
        let panic = std::panic::catch_unwind(|| super::require(false)).unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert!(text.starts_with("this CPU lacks "), "{text}");
        assert!(
            text.ends_with("hint: default-features = false, features = [\"ring\"]"),
            "{text}"
        );
    }
}
