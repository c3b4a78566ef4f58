//! The lists and answers that are wished for, made: signed by whom, about what.

use std::time::Duration;

use mailfault_certs::{Ca, Crl, Der, Identity, Ocsp, Reason};

use super::{CrlWish, OcspWish};
use crate::der;
use crate::persona::mix;

impl CrlWish {
    /// The lists of the authorities above, from who signed the certificate up to the root.
    pub(super) fn made(self, identity: &Identity) -> Vec<Der> {
        let issuer = identity.authority();
        let now = issuer.now();
        let revoked = |reason| Crl::new().revoke(identity, reason);
        let mut lists = identity.crls();
        let list = match self {
            Self::Expired => issuer.crl(Crl::new().valid(now - 20 * DAY, now - 10 * DAY)),
            Self::Good => return lists,
            Self::Impostor => issuer.impostor().crl(Crl::new()),
            Self::IntermediateRevoked(reason) => {
                if let (Some(parent), Some(list)) = (issuer.parent(), lists.get_mut(1)) {
                    *list = parent.crl(Crl::new().revoke_authority(issuer, reason));
                }
                return lists;
            }
            Self::NotYetValid => issuer.crl(Crl::new().valid(now + 5 * DAY, now + 12 * DAY)),
            Self::OtherScope => issuer.crl(revoked(Reason::KeyCompromise).only_authorities()),
            Self::Revoked(reason) => issuer.crl(revoked(reason)),
            Self::Tampered => damaged(issuer.crl(Crl::new()).as_bytes()).into(),
            Self::WrongIssuer => Ca::new().crl(Crl::new()),
        };
        lists[0] = list;
        lists
    }
}

impl OcspWish {
    /// The answer about this certificate.
    pub(super) fn made(self, identity: &Identity) -> Vec<u8> {
        let issuer = identity.authority();
        let now = issuer.now();
        let good = || Ocsp::good(identity);
        match self {
            Self::Expired => issuer.ocsp(good().valid(now - 20 * DAY, now - 10 * DAY)),
            Self::Good => issuer.ocsp(good()),
            Self::InternalError => no_answer(2),
            Self::Malformed => malformed(),
            Self::OtherCertificate => issuer.ocsp(Ocsp::good(&issuer.issue("other.test"))),
            Self::Revoked(reason) => issuer.ocsp(Ocsp::revoked(identity, reason)),
            Self::Tampered => damaged(&issuer.ocsp(good())),
            Self::TryLater => no_answer(3),
            Self::Unauthorized => no_answer(6),
            Self::Unknown => issuer.ocsp(Ocsp::unknown(identity)),
            Self::WrongSigner => Ca::new().ocsp(good()),
        }
    }
}

/// What a responder gives out.
#[derive(Clone, Debug)]
pub(super) enum Made {
    /// Lists, each at its path.
    Lists(Vec<(String, Der)>),
    /// What is said of the certificate with this serial number.
    Answer { serial: Vec<u8>, answer: Vec<u8> },
}

impl Made {
    pub(super) fn answer(wish: OcspWish, identity: &Identity) -> Self {
        Self::Answer {
            serial: asked(&identity.ocsp_request())
                .and_then(|mut serials| serials.pop())
                .unwrap_or_default(),
            answer: wish.made(identity),
        }
    }

    /// What is answered to an OCSP request. Answers are signed beforehand, as by responders of RFC 5019, and so echo no
    /// nonce; what such a one does not know is `unauthorized` (RFC 5019 §2.2.3).
    pub(super) fn to_request(serial: &[u8], answer: &[u8], request: &[u8]) -> Vec<u8> {
        match asked(request) {
            None => no_answer(1),
            Some(asked) if asked.iter().any(|asked| asked == serial) => answer.to_vec(),
            Some(_) => no_answer(6),
        }
    }
}

/// The serial numbers that an OCSPRequest asks about (RFC 6960 §4.1.1).
fn asked(request: &[u8]) -> Option<Vec<Vec<u8>>> {
    let request = der::whole(request)?.tagged(der::SEQUENCE)?;
    let body = request.children().next()?.tagged(der::SEQUENCE)?;
    let list = body.children().find(|part| part.tag == der::SEQUENCE)?;
    let serials = list.children().map(|request| {
        let certificate = request.children().next()?;
        let serial = certificate.children().nth(3)?.tagged(INTEGER)?;
        Some(serial.content.to_vec())
    });
    serials.collect()
}

/// An OCSPResponse that is a status and nothing more (RFC 6960 §2.3).
fn no_answer(status: u8) -> Vec<u8> {
    vec![0x30, 0x03, 0x0a, 0x01, status]
}

/// The last octet is one of the signature's.
fn damaged(signed: &[u8]) -> Vec<u8> {
    let mut damaged = signed.to_vec();
    if let Some(last) = damaged.last_mut() {
        *last ^= 1;
    }
    damaged
}

/// 64 octets by chance, and always the same chance.
fn malformed() -> Vec<u8> {
    let mut seed = 6960;
    let eight = std::iter::repeat_with(|| {
        seed = mix(seed);
        seed.to_be_bytes()
    });
    eight.take(8).flatten().collect()
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const INTEGER: u8 = 0x02;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_responder_speaks_of_what_it_knows() {
        let ca = Ca::new();
        let (identity, other) = (ca.issue("mx.test"), ca.issue("mx.test"));
        let made = Made::answer(OcspWish::Good, &identity);
        let Made::Answer { serial, answer } = made else {
            panic!("no answer");
        };
        #[track_caller]
        fn check(said: &[u8], expected: &[u8]) {
            assert_eq!(said, expected);
        }
        let say = |request: &[u8]| Made::to_request(&serial, &answer, request);
        check(&say(&identity.ocsp_request()), &answer);
        check(&say(&other.ocsp_request()), &no_answer(6));
        check(&say(b""), &no_answer(1));
        check(&say(b"\x30\x00"), &no_answer(1));
        let request = identity.ocsp_request();
        check(&say(&request[..request.len() - 1]), &no_answer(1));
    }
}
