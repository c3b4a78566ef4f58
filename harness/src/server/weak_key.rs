//! Signatures of a server whose RSA key is none for the provider: too short, or of an odd length.

use std::fmt;
use std::sync::Arc;

use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pkcs8::DecodePrivateKey;
use rsa::pss::Pss;
use rsa::sha2::{Digest, Sha256};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, rand_core::OsRng};
use rustls::sign::{Signer, SigningKey};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};

/// The key, if the provider did not load it, or does not sign with it as it should: graviola 0.4.4
/// leaves one bit of a PSS signature free, whatever the modulus, where one of 2,047 bits needs two
/// (RFC 8017 §9.1.1), so that every other signature is wrong.
pub(super) fn instead_of(
    loaded: Result<Arc<dyn SigningKey>, Error>,
    key: &[u8],
) -> Result<Arc<dyn SigningKey>, Error> {
    match loaded {
        Ok(loaded) if loaded.algorithm() != SignatureAlgorithm::RSA => Ok(loaded),
        Ok(loaded) => Ok(match load(key) {
            Some(own) if own.0.n().bits() % 8 != 0 => Arc::new(own),
            _ => loaded,
        }),
        Err(error) => match load(key) {
            Some(own) => Ok(Arc::new(own)),
            None => Err(error),
        },
    }
}

/// The key, if it is one of RSA, in PKCS#8 or PKCS#1.
fn load(key: &[u8]) -> Option<WeakKey> {
    let pkcs8 = RsaPrivateKey::from_pkcs8_der(key).ok();
    let key = pkcs8.or_else(|| RsaPrivateKey::from_pkcs1_der(key).ok())?;
    Some(WeakKey(Arc::new(key)))
}

struct WeakKey(Arc<RsaPrivateKey>);

impl SigningKey for WeakKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        // RFC 8017 §9.1.1: hash and salt of 32 octets each, two more, and the first bit free.
        let fits_pss = self.0.size() >= 32 + 32 + 2;
        let mut schemes = match fits_pss {
            true => vec![SignatureScheme::RSA_PSS_SHA256],
            false => Vec::new(),
        };
        schemes.push(SignatureScheme::RSA_PKCS1_SHA256);
        let scheme = schemes.into_iter().find(|one| offered.contains(one))?;
        let key = Arc::clone(&self.0);
        Some(Box::new(WeakSigner { key, scheme }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::RSA
    }
}

impl fmt::Debug for WeakKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakKey({} bits)", self.0.n().bits())
    }
}

struct WeakSigner {
    key: Arc<RsaPrivateKey>,
    scheme: SignatureScheme,
}

impl Signer for WeakSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let digest = Sha256::digest(message);
        let signed = match self.scheme {
            SignatureScheme::RSA_PSS_SHA256 => {
                let padding = Pss::new::<Sha256>();
                self.key.sign_with_rng(&mut OsRng, padding, &digest)
            }
            _ => self.key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest),
        };
        signed.map_err(|error| Error::General(error.to_string()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

impl fmt::Debug for WeakSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakSigner({:?})", self.scheme)
    }
}
