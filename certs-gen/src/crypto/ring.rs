//! ring, for machines that graviola does not run on. It cannot generate RSA keys, so the `rsa` crate does.

use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding,
    RsaKeyPair,
};
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::EncodePrivateKey;

use super::{ED25519_PKCS8, Pair};
use crate::key::KeyKind;

pub(super) fn runs_here() -> bool {
    true
}

pub(super) fn p256() -> Pair {
    ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING)
}

pub(super) fn p384() -> Pair {
    ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING)
}

pub(super) fn rsa(bits: usize) -> Pair {
    let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, bits).expect(RANDOM);
    let public = key.to_public_key().to_pkcs1_der().expect(OWN_KEY);
    Pair {
        pkcs8: key.to_pkcs8_der().expect(OWN_KEY).as_bytes().to_vec(),
        public: public.as_bytes().to_vec(),
    }
}

pub(super) fn ed25519_public(seed: &[u8; 32]) -> Vec<u8> {
    let key = Ed25519KeyPair::from_seed_unchecked(seed).expect(OWN_KEY);
    key.public_key().as_ref().to_vec()
}

pub(super) fn sign(kind: KeyKind, pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    match kind {
        KeyKind::P256 => sign_ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8, message),
        KeyKind::P384 => sign_ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING, pkcs8, message),
        KeyKind::Ed25519 => Ed25519KeyPair::from_seed_unchecked(&pkcs8[ED25519_PKCS8.len()..])
            .expect(OWN_KEY)
            .sign(message)
            .as_ref()
            .to_vec(),
        KeyKind::Rsa2048 => sign_rsa(&RSA_PKCS1_SHA256, pkcs8, message),
    }
}

pub(super) fn sign_pss(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    sign_rsa(&RSA_PSS_SHA256, pkcs8, message)
}

fn sign_rsa(padding: &'static dyn RsaEncoding, pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    let key = RsaKeyPair::from_pkcs8(pkcs8).expect(OWN_KEY);
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(padding, &SystemRandom::new(), message, &mut signature)
        .expect(RANDOM);
    signature
}

pub(super) fn sha256(message: &[u8]) -> [u8; 32] {
    ring::digest::digest(&ring::digest::SHA256, message)
        .as_ref()
        .try_into()
        .expect("SHA-256 has 32 bytes")
}

pub(super) fn sha512(message: &[u8]) -> [u8; 64] {
    ring::digest::digest(&ring::digest::SHA512, message)
        .as_ref()
        .try_into()
        .expect("SHA-512 has 64 bytes")
}

pub(super) fn fill(bytes: &mut [u8]) {
    SystemRandom::new().fill(bytes).expect(RANDOM);
}

fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm) -> Pair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect(RANDOM);
    let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).expect(OWN_KEY);
    Pair {
        public: key.public_key().as_ref().to_vec(),
        pkcs8: pkcs8.as_ref().to_vec(),
    }
}

fn sign_ecdsa(algorithm: &'static EcdsaSigningAlgorithm, pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    let random = SystemRandom::new();
    EcdsaKeyPair::from_pkcs8(algorithm, pkcs8, &random)
        .expect(OWN_KEY)
        .sign(&random, message)
        .expect(RANDOM)
        .as_ref()
        .to_vec()
}

const RANDOM: &str = "the system has a random source";
const OWN_KEY: &str = "the key was made by this crate";
