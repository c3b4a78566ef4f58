//! graviola: needs no C compiler and turns on no feature of rustls, so that it cannot disturb the user's own client.

use graviola::hashing::{Hash, Sha256, Sha384, Sha512};
use graviola::signing::ecdsa::{Curve, P256, P384, SigningKey};
use graviola::signing::eddsa::Ed25519SigningKey;
use graviola::signing::rsa;

use super::{ED25519_PKCS8, Pair};
use crate::key::KeyKind;

pub(super) fn runs_here() -> bool {
    graviola::util::is_cpu_supported()
}

pub(super) fn p256() -> Pair {
    ecdsa::<P256>(65)
}

pub(super) fn p384() -> Pair {
    ecdsa::<P384>(97)
}

pub(super) fn rsa(bits: usize) -> Pair {
    let size = match bits {
        4096 => rsa::KeySize::Rsa4096,
        _ => rsa::KeySize::Rsa2048,
    };
    let key = rsa::SigningKey::generate(size).expect(RANDOM);
    let (mut private, mut public) = ([0; 4096], [0; 1024]);
    Pair {
        pkcs8: key.to_pkcs8_der(&mut private).expect(FITS).to_vec(),
        public: key
            .public_key()
            .to_pkcs1_der(&mut public)
            .expect(FITS)
            .to_vec(),
    }
}

pub(super) fn ed25519_public(seed: &[u8; 32]) -> Vec<u8> {
    let key = Ed25519SigningKey::from_bytes(seed).expect(OWN_KEY);
    key.public_key().as_bytes().to_vec()
}

pub(super) fn sign(kind: KeyKind, pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    let mut signature = [0; 512];
    match kind {
        KeyKind::P256 => SigningKey::<P256>::from_pkcs8_der(pkcs8).and_then(|key| {
            Ok(key
                .sign_asn1::<Sha256>(&[message], &mut signature)?
                .to_vec())
        }),
        KeyKind::P384 => SigningKey::<P384>::from_pkcs8_der(pkcs8).and_then(|key| {
            Ok(key
                .sign_asn1::<Sha384>(&[message], &mut signature)?
                .to_vec())
        }),
        KeyKind::Ed25519 => Ed25519SigningKey::from_bytes(&pkcs8[ED25519_PKCS8.len()..])
            .map(|key| key.sign(message).to_vec()),
        KeyKind::Rsa2048 => rsa::SigningKey::from_pkcs8_der(pkcs8)
            .and_then(|key| Ok(key.sign_pkcs1_sha256(&mut signature, message)?.to_vec())),
    }
    .expect(OWN_KEY)
}

pub(super) fn sign_pss(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    let key = rsa::SigningKey::from_pkcs8_der(pkcs8).expect(OWN_KEY);
    let mut signature = [0; 512];
    let signature = key.sign_pss_sha256(&mut signature, message);
    signature.expect(RANDOM).to_vec()
}

pub(super) fn sha256(message: &[u8]) -> [u8; 32] {
    Sha256::hash(message)
        .as_ref()
        .try_into()
        .expect("SHA-256 has 32 bytes")
}

pub(super) fn sha512(message: &[u8]) -> [u8; 64] {
    Sha512::hash(message)
        .as_ref()
        .try_into()
        .expect("SHA-512 has 64 bytes")
}

pub(super) fn fill(bytes: &mut [u8]) {
    graviola::random::fill(bytes).expect(RANDOM);
}

/// The uncompressed point, `length` bytes, is the tail of the SubjectPublicKeyInfo.
fn ecdsa<C: Curve>(length: usize) -> Pair {
    let key = SigningKey::<C>::generate().expect(RANDOM);
    let (mut private, mut public) = ([0; 256], [0; 256]);
    let spki = key.to_spki_der(&mut public).expect(FITS);
    Pair {
        pkcs8: key.to_pkcs8_der(&mut private).expect(FITS).to_vec(),
        public: spki[spki.len() - length..].to_vec(),
    }
}

const RANDOM: &str = "the system has a random source";
const FITS: &str = "the buffer is larger than the largest key";
const OWN_KEY: &str = "the key was made by this crate";
