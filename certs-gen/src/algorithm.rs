//! AlgorithmIdentifiers of signatures (RFC 3279 §2.2, RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3).

use crate::asn1;

pub(crate) fn ecdsa_with_sha256() -> Vec<u8> {
    asn1::sequence([asn1::oid(&[1, 2, 840, 10045, 4, 3, 2])])
}

pub(crate) fn ecdsa_with_sha384() -> Vec<u8> {
    asn1::sequence([asn1::oid(&[1, 2, 840, 10045, 4, 3, 3])])
}

pub(crate) fn ed25519() -> Vec<u8> {
    asn1::sequence([asn1::oid(&[1, 3, 101, 112])])
}

pub(crate) fn sha256_with_rsa() -> Vec<u8> {
    rsa(11)
}

pub(crate) fn sha384_with_rsa() -> Vec<u8> {
    rsa(12)
}

pub(crate) fn md5_with_rsa() -> Vec<u8> {
    rsa(4)
}

pub(crate) fn sha1_with_rsa() -> Vec<u8> {
    rsa(5)
}

pub(crate) fn ecdsa_with_sha1() -> Vec<u8> {
    asn1::sequence([asn1::oid(&[1, 2, 840, 10045, 4, 1])])
}

/// RFC 4055 §3.1: the hash, its use in MGF1, and the length of the salt are parameters.
pub(crate) fn rsassa_pss_sha256() -> Vec<u8> {
    let sha256 = asn1::sequence([asn1::oid(&[2, 16, 840, 1, 101, 3, 4, 2, 1]), asn1::null()]);
    let mgf1 = asn1::oid(&[1, 2, 840, 113_549, 1, 1, 8]);
    let parameters = asn1::sequence([
        asn1::context(0, &sha256),
        asn1::context(1, &asn1::sequence([mgf1, sha256.clone()])),
        asn1::context(2, &asn1::integer(&[32])),
    ]);
    asn1::sequence([asn1::oid(&[1, 2, 840, 113_549, 1, 1, 10]), parameters])
}

/// An OID that nobody has given a meaning.
pub(crate) fn unknown() -> Vec<u8> {
    asn1::sequence([asn1::oid(UNKNOWN)])
}

/// Below 2.25, where everybody may take a number (X.667).
pub(crate) const UNKNOWN: &[u64] = &[2, 25, 7_881_706_601_389_650_028];

/// pkcs-1 with its last number and the NULL that belongs there.
fn rsa(last: u64) -> Vec<u8> {
    asn1::sequence([asn1::oid(&[1, 2, 840, 113_549, 1, 1, last]), asn1::null()])
}
