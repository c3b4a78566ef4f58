//! What a client must offer, by the numbers of IANA's registries, as OpenSSL calls it.

use openssl::error::ErrorStack;
use openssl::ssl::{Ssl, SslContextBuilder, SslMethod};

use super::bad;
use crate::error::Error;
use crate::fault::{Offer, TlsVersion};
use crate::server::tls::{TlsWish, bad_tls};

/// The wish for a server that has nothing but what a client must offer.
pub(in crate::server) fn nothing_but(wish: &TlsWish, offer: Offer) -> Result<TlsWish, Error> {
    let mut wish = wish.clone();
    let unknown = |what: &str, number: u16| bad_tls(format!("OpenSSL has no {what} {number:04x}"));
    match offer {
        Offer::Cipher(number) => {
            let name = suite(number).map_err(bad)?;
            wish.cipher_suites = vec![name.ok_or_else(|| unknown("cipher suite", number))?];
        }
        Offer::Group(number) => {
            let name = named(&GROUPS, number).ok_or_else(|| unknown("group", number))?;
            wish.groups = vec![name];
        }
        Offer::SignatureScheme(number) => {
            let name = named(&SCHEMES, number);
            wish.signature_scheme = Some(name.ok_or_else(|| unknown("signature scheme", number))?);
        }
        Offer::Version(number) => {
            let mut all = TlsVersion::ALL.into_iter();
            let version = all.find(|version| version.on_the_wire() == number);
            wish.versions = vec![version.ok_or_else(|| unknown("version", number))?];
        }
    }
    Ok(wish)
}

/// The suite of this number, by its IANA name, if OpenSSL has it.
fn suite(number: u16) -> Result<Option<String>, ErrorStack> {
    let context = SslContextBuilder::new(SslMethod::tls_server())?.build();
    let known = Ssl::new(&context)?.bytes_to_cipher_list(&number.to_be_bytes(), false)?;
    let suite = known.suites.iter().next();
    Ok(suite.and_then(|suite| suite.standard_name().map(str::to_owned)))
}

fn named(names: &[(u16, &str)], number: u16) -> Option<String> {
    let found = names.iter().find(|(known, _)| *known == number);
    found.map(|(_, name)| (*name).to_owned())
}

/// Groups by their numbers, but for those of the finite fields, which only TLS 1.3 negotiates.
#[rustfmt::skip]
const GROUPS: [(u16, &str); 11] = [
    (0x0013, "secp192r1"), (0x0015, "secp224r1"), (0x0016, "secp256k1"), (0x0017, "secp256r1"),
    (0x0018, "secp384r1"), (0x0019, "secp521r1"), (0x001a, "brainpoolP256r1"),
    (0x001b, "brainpoolP384r1"), (0x001c, "brainpoolP512r1"), (0x001d, "x25519"), (0x001e, "x448"),
];

/// Signature schemes by their numbers.
#[rustfmt::skip]
const SCHEMES: [(u16, &str); 13] = [
    (0x0201, "rsa_pkcs1_sha1"), (0x0203, "ecdsa_sha1"), (0x0401, "rsa_pkcs1_sha256"),
    (0x0501, "rsa_pkcs1_sha384"), (0x0601, "rsa_pkcs1_sha512"),
    (0x0403, "ecdsa_secp256r1_sha256"), (0x0503, "ecdsa_secp384r1_sha384"),
    (0x0603, "ecdsa_secp521r1_sha512"), (0x0804, "rsa_pss_rsae_sha256"),
    (0x0805, "rsa_pss_rsae_sha384"), (0x0806, "rsa_pss_rsae_sha512"), (0x0807, "ed25519"),
    (0x0808, "ed448"),
];
