//! Keys of other kinds than this crate makes: the public half for the certificate, and the private one for a server
//! that can sign with it.
//!
//! Most are constants, made once with OpenSSL, so that they are the same in every build and a DSA key costs no seconds.
//! Nobody should trust them, and nobody can be made to: what vouches for them is an authority that is thrown away.

use crate::asn1;
use crate::encoding::Der;
use crate::flaw::Flaw;

/// The SubjectPublicKeyInfo of a flaw of keys that nothing here can sign with.
pub(crate) fn foreign(flaw: Flaw) -> Option<&'static [u8]> {
    Some(match flaw {
        Flaw::Brainpool => include_bytes!("public_key/brainpool.der"),
        Flaw::Dsa => include_bytes!("public_key/dsa.der"),
        Flaw::Ed448 => include_bytes!("public_key/ed448.der"),
        Flaw::P192 => include_bytes!("public_key/p192.der"),
        Flaw::P224 => include_bytes!("public_key/p224.der"),
        Flaw::P521 => include_bytes!("public_key/p521.der"),
        Flaw::Secp256k1 => include_bytes!("public_key/secp256k1.der"),
        _ => return None,
    })
}

/// The private half of what [`foreign`] and [`pss`] put into a certificate, in PKCS#8; `generated` is the key that the
/// certificate would have without the flaw.
pub(crate) fn own(flaw: Flaw, generated: &Der) -> Option<Der> {
    let pkcs8: &[u8] = match flaw {
        Flaw::Brainpool => include_bytes!("private_key/brainpool.der"),
        Flaw::Dsa => include_bytes!("private_key/dsa.der"),
        Flaw::Ed448 => include_bytes!("private_key/ed448.der"),
        Flaw::P192 => include_bytes!("private_key/p192.der"),
        Flaw::P224 => include_bytes!("private_key/p224.der"),
        Flaw::P521 => include_bytes!("private_key/p521.der"),
        Flaw::RsaPssKey => return pss_private(generated.as_bytes()).map(Der::secret),
        Flaw::Secp256k1 => include_bytes!("private_key/secp256k1.der"),
        _ => return None,
    };
    Some(Der::secret(pkcs8.to_vec()))
}

/// A key on P-256 that writes its curve out (SEC 1, C.2), which RFC 5480 §2.1.1 forbids.
pub(crate) fn explicit_p256(named: &[u8]) -> Vec<u8> {
    let prime_field = asn1::oid(&[1, 2, 840, 10045, 1, 1]);
    let order = [
        &[0xff; 4][..],
        &[0; 4],
        &[0xff; 8],
        b"\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
    ];
    let prime = [&[0xff; 4][..], &[0, 0, 0, 1], &[0; 12], &[0xff; 12]].concat();
    let mut a = prime.clone();
    a[31] -= 3;
    let curve = asn1::sequence([
        asn1::integer(&[1]),
        asn1::sequence([prime_field, asn1::integer(&prime)]),
        asn1::sequence([asn1::octet_string(&a), asn1::octet_string(B)]),
        asn1::octet_string(BASE_POINT),
        asn1::integer(&order.concat()),
        asn1::integer(&[1]),
    ]);
    // The uncompressed point is the tail.
    let point = &named[named.len() - 65..];
    let elliptic = asn1::oid(&[1, 2, 840, 10045, 2, 1]);
    asn1::sequence([asn1::sequence([elliptic, curve]), asn1::bit_string(point)])
}

/// An RSA key that is for RSASSA-PSS alone (RFC 4055 §3.1), with any parameters.
pub(crate) fn pss(rsa: &[u8]) -> Vec<u8> {
    asn1::sequence([pss_algorithm(), asn1::bit_string(rsa)])
}

/// The private half of such a key, out of one of RSA for all that there is (RFC 5958 §2): all but the algorithm stays.
fn pss_private(rsa: &[u8]) -> Option<Vec<u8>> {
    let any = asn1::sequence([asn1::oid(&[1, 2, 840, 113_549, 1, 1, 1]), asn1::null()]);
    let at = rsa.windows(any.len()).position(|part| part == any)?;
    let key = rsa[at + any.len()..].to_vec();
    Some(asn1::sequence([asn1::integer(&[0]), pss_algorithm(), key]))
}

/// id-RSASSA-PSS (RFC 4055 §3.1).
fn pss_algorithm() -> Vec<u8> {
    asn1::sequence([asn1::oid(&[1, 2, 840, 113_549, 1, 1, 10])])
}

/// SEC 2, 2.4.2: b of secp256r1.
const B: &[u8] = b"\x5a\xc6\x35\xd8\xaa\x3a\x93\xe7\xb3\xeb\xbd\x55\x76\x98\x86\xbc\
    \x65\x1d\x06\xb0\xcc\x53\xb0\xf6\x3b\xce\x3c\x3e\x27\xd2\x60\x4b";

/// SEC 2, 2.4.2: G of secp256r1, uncompressed.
const BASE_POINT: &[u8] = b"\x04\
    \x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\
    \x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\
    \x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\
    \x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5";
