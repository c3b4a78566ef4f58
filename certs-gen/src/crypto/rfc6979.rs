//! ECDSA whose nonce comes from the key and the message (RFC 6979), so that a seed gives the same bytes twice.

use p256::ecdsa::signature::Signer;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey};

use super::Pair;
use crate::seed::Draw;

pub(super) fn p256(draw: &mut Draw) -> Pair {
    // A draw may fall outside of 1..n; the next one then serves.
    let key = loop {
        if let Ok(key) = p256::SecretKey::from_slice(&draw.bytes::<32>()) {
            break key;
        }
    };
    Pair {
        pkcs8: key.to_pkcs8_der().expect(OWN_KEY).as_bytes().to_vec(),
        public: key.public_key().to_sec1_bytes().to_vec(),
    }
}

pub(super) fn p384(draw: &mut Draw) -> Pair {
    let key = loop {
        if let Ok(key) = p384::SecretKey::from_slice(&draw.bytes::<48>()) {
            break key;
        }
    };
    Pair {
        pkcs8: key.to_pkcs8_der().expect(OWN_KEY).as_bytes().to_vec(),
        public: key.public_key().to_sec1_bytes().to_vec(),
    }
}

pub(super) fn sign_p256(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    let key = p256::ecdsa::SigningKey::from_pkcs8_der(pkcs8).expect(OWN_KEY);
    let signature: p256::ecdsa::Signature = key.sign(message);
    signature.to_der().as_bytes().to_vec()
}

pub(super) fn sign_p384(pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
    let key = p384::ecdsa::SigningKey::from_pkcs8_der(pkcs8).expect(OWN_KEY);
    let signature: p384::ecdsa::Signature = key.sign(message);
    signature.to_der().as_bytes().to_vec()
}

const OWN_KEY: &str = "the key was made by this crate";
