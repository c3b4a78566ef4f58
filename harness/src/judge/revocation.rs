//! Whether certificates are revoked: by lists that are at hand, and by the staple.

use std::time::SystemTime;

use mailfault_certs::Der;
use x509_parser::der_parser::asn1_rs::{Any, FromDer as _};
use x509_parser::prelude::{ASN1Time, CertificateRevocationList, ReasonCode, RevokedCertificate};

use super::certificate::Read;
use super::expectation::Expectation;
use super::finding::Wrong;
use super::path::Path;

/// What is found, with the place in the path.
pub(super) fn findings(
    path: &Path,
    expectation: &Expectation,
    staple: Option<&[u8]>,
) -> Vec<(usize, Wrong)> {
    let mut found = Vec::new();
    let leaf = &path.links[0].certificate;
    match staple {
        Some(staple) => found.extend(by_staple(staple, leaf).map(|wrong| (0, wrong))),
        None if leaf.extensions.must_staple => found.push((0, Wrong::StapleMissing)),
        None => {}
    }
    if !expectation.looks_at_lists() {
        return found;
    }
    for (depth, pair) in path.links.windows(2).enumerate() {
        let (one, issuer) = (&pair[0].certificate, &pair[1].certificate);
        let wrong = by_lists(one, issuer, &expectation.crls, expectation.now);
        found.extend(wrong.map(|wrong| (depth, wrong)));
    }
    found
}

fn by_lists(one: &Read, issuer: &Read, lists: &[Der], now: SystemTime) -> Option<Wrong> {
    let mut why = "its issuer's list is not at hand";
    for crl in readable(lists).filter(|crl| one.is_issued_under(crl.issuer().as_raw())) {
        if !issuer.signed_list(&crl) {
            why = "its issuer's list is signed by another key";
            continue;
        }
        let seconds = |time: x509_parser::time::ASN1Time| time.timestamp();
        let now = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
            });
        if crl.next_update().is_some_and(|next| seconds(next) < now) {
            why = "its issuer's list has expired";
            continue;
        }
        return entry(&crl, one).map(|_| Wrong::Revoked(BY_LIST));
    }
    Some(Wrong::RevocationUnknown(why.to_owned()))
}

const BY_LIST: &str = "its issuer's revocation list";

fn readable(lists: &[Der]) -> impl Iterator<Item = CertificateRevocationList<'_>> {
    lists
        .iter()
        .filter_map(|list| Some(CertificateRevocationList::from_der(list.as_bytes()).ok()?.1))
}

fn entry<'a>(
    crl: &'a CertificateRevocationList<'_>,
    one: &Read,
) -> Option<&'a RevokedCertificate<'a>> {
    let mut revoked = crl.iter_revoked_certificates();
    revoked.find(|entry| entry.raw_serial() == one.serial)
}

/// What a list says of a certificate that is on it.
pub(super) struct Entry {
    /// The name of the reason in RFC 5280, if there is one.
    pub(super) reason: Option<ReasonCode>,
    pub(super) at: ASN1Time,
}

/// What the lists at hand say of the certificate at this depth.
pub(super) fn entry_of(path: &Path, depth: usize, expectation: &Expectation) -> Option<Entry> {
    let one = &path.links.get(depth)?.certificate;
    let issuer = &path.links.get(depth + 1)?.certificate;
    readable(&expectation.crls)
        .filter(|crl| one.is_issued_under(crl.issuer().as_raw()) && issuer.signed_list(crl))
        .find_map(|crl| {
            let entry = entry(&crl, one)?;
            Some(Entry {
                reason: entry.reason_code().map(|(_, reason)| reason),
                at: entry.revocation_date,
            })
        })
}

/// What the staple says of this certificate. Its signature is not looked at: what it says against
/// a server is believed, what it says for it changes nothing.
fn by_staple(staple: &[u8], leaf: &Read) -> Option<Wrong> {
    let unknown = |why: &str| Some(Wrong::RevocationUnknown(why.to_owned()));
    match status(staple, &leaf.serial) {
        Some(Status::Good) => None,
        Some(Status::Revoked) => Some(Wrong::Revoked("the OCSP staple")),
        Some(Status::Unknown) => unknown("the OCSP staple does not know it"),
        None => unknown("the OCSP staple is no answer about it"),
    }
}

enum Status {
    Good,
    Revoked,
    Unknown,
}

/// RFC 6960 §4.2.1.
fn status(staple: &[u8], serial: &[u8]) -> Option<Status> {
    let (_, response) = Any::from_der(staple).ok()?;
    // The first says that there is an answer, the second is it.
    let parts = elements(response.data)?;
    let typed = elements(parts.get(1)?.data)?;
    let basic = elements(typed.first()?.data)?;
    let (_, basic) = Any::from_der(basic.get(1)?.data).ok()?;
    let signed = elements(basic.data)?;
    let data = elements(signed.first()?.data)?;
    let sequence = |any: &&Any<'_>| any.header.tag().0 == 16;
    let answers = elements(data.iter().rfind(sequence)?.data)?;
    for answer in answers {
        let parts = elements(answer.data)?;
        let id = elements(parts.first()?.data)?;
        if id.get(3)?.data != serial {
            continue;
        }
        return Some(match parts.get(1)?.header.tag().0 {
            0 => Status::Good,
            1 => Status::Revoked,
            _ => Status::Unknown,
        });
    }
    None
}

/// The elements of a sequence; more than anybody needs are an error.
fn elements(mut octets: &[u8]) -> Option<Vec<Any<'_>>> {
    let mut found = Vec::new();
    while !octets.is_empty() && found.len() < 64 {
        let (rest, any) = Any::from_der(octets).ok()?;
        found.push(any);
        octets = rest;
    }
    octets.is_empty().then_some(found)
}
