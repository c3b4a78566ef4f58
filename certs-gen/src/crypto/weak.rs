//! What good libraries refuse, and mostly rightly so: odd RSA keys, SHA-1 and MD5 in signatures.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::pkcs8::DecodePrivateKey;
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::sha2::Sha256;
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey};
use sha1::{Digest, Sha1};

use super::Pair;

/// Of any size, and with any public exponent.
///
/// 8,192 bits are no secret: to look for such primes takes a minute, so that they are those of two groups that every
/// TLS library knows, RFC 3526 §5 and RFC 7919 A.3.
pub(crate) fn rsa(bits: usize, exponent: u32) -> Pair {
    let exponent = BigUint::from(exponent);
    let key = match bits {
        8192 => RsaPrivateKey::from_p_q(
            BigUint::from_bytes_be(include_bytes!("rfc3526_4096.prime")),
            BigUint::from_bytes_be(include_bytes!("rfc7919_4096.prime")),
            exponent,
        ),
        _ => RsaPrivateKey::new_with_exp(&mut rsa::rand_core::OsRng, bits, &exponent),
    };
    let key = key.expect("the system has a random source");
    let public = key.to_public_key().to_pkcs1_der().expect(OWN_KEY);
    Pair {
        pkcs8: key.to_pkcs8_der().expect(OWN_KEY).as_bytes().to_vec(),
        public: public.as_bytes().to_vec(),
    }
}

pub(crate) fn sign_rsa_sha256(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    sign(
        pkcs8,
        Pkcs1v15Sign::new::<Sha256>(),
        &Sha256::digest(message),
    )
}

pub(crate) fn sign_rsa_sha1(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    sign(pkcs8, Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(message))
}

pub(crate) fn sign_rsa_md5(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    let digest = md5::Md5::digest(message);
    sign(pkcs8, Pkcs1v15Sign::new::<md5::Md5>(), &digest)
}

pub(crate) fn sign_p256_sha1(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    let key = p256::ecdsa::SigningKey::from_pkcs8_der(pkcs8).expect(OWN_KEY);
    let signature: p256::ecdsa::Signature =
        key.sign_prehash(&Sha1::digest(message)).expect(OWN_KEY);
    signature.to_der().as_bytes().to_vec()
}

fn sign(pkcs8: &[u8], scheme: Pkcs1v15Sign, digest: &[u8]) -> Vec<u8> {
    let key = RsaPrivateKey::from_pkcs8_der(pkcs8).expect(OWN_KEY);
    key.sign(scheme, digest)
        .expect("the key is long enough for the hash")
}

const OWN_KEY: &str = "the key was made by this crate";
