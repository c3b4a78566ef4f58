//! Answers about one certificate, and the question (RFC 6960).

use std::time::SystemTime;

use super::{Reason, enumerated};
use crate::asn1;
use crate::ca::Ca;
use crate::identity::Identity;
use crate::recipe::DAY;

/// An answer about one certificate, as it is to be signed by [`Ca::ocsp`]: what a server staples
/// ([`Identity::with_staple`]).
///
/// Unless told otherwise it was made a day ago and holds for a week more.
///
/// ```
/// use mailfault_certs::{Ca, Ocsp, Reason};
///
/// let ca = Ca::new().intermediate();
/// let identity = ca.issue("mx.test");
/// let answer = ca.ocsp(Ocsp::revoked(&identity, Reason::KeyCompromise));
/// let identity = identity.with_staple(answer.clone());
/// assert_eq!(identity.staple(), Some(answer.as_slice()));
/// ```
#[derive(Clone, Debug)]
pub struct Ocsp {
    /// Who issued it, which need not be who answers.
    issuer: Ca,
    serial: Vec<u8>,
    status: Status,
    updates: Option<(SystemTime, SystemTime)>,
}

#[derive(Clone, Copy, Debug)]
enum Status {
    Good,
    Revoked(Reason),
    Unknown,
}

impl Ocsp {
    /// Nothing is known against it.
    #[must_use]
    pub fn good(identity: &Identity) -> Self {
        Self::new(identity, Status::Good)
    }

    /// It was revoked a day ago.
    #[must_use]
    pub fn revoked(identity: &Identity, reason: Reason) -> Self {
        Self::new(identity, Status::Revoked(reason))
    }

    /// The authority does not know it.
    #[must_use]
    pub fn unknown(identity: &Identity) -> Self {
        Self::new(identity, Status::Unknown)
    }

    /// Another thisUpdate and nextUpdate.
    #[must_use]
    pub fn valid(mut self, from: SystemTime, to: SystemTime) -> Self {
        self.updates = Some((from, to));
        self
    }

    fn new(identity: &Identity, status: Status) -> Self {
        Self {
            issuer: identity.authority.clone(),
            serial: identity.serial.clone(),
            status,
            updates: None,
        }
    }
}

impl Ca {
    /// Signs an answer about a certificate of its own, with its own key and not by a responder. One about another's
    /// certificate is signed by somebody who had no right to.
    #[must_use]
    pub fn ocsp(&self, ocsp: Ocsp) -> Vec<u8> {
        let (from, to) = ocsp.updates.unwrap_or_else(|| self.usual_updates());
        let status = match ocsp.status {
            Status::Good => asn1::implicit(0, &[]),
            Status::Revoked(reason) => {
                let reason = asn1::context(0, &enumerated(reason as u8));
                let at = asn1::generalized_time(self.now() - DAY);
                asn1::context(1, &[at, reason].concat())
            }
            Status::Unknown => asn1::implicit(2, &[]),
        };
        let single = asn1::sequence([
            certificate_id(&ocsp.issuer, &ocsp.serial),
            status,
            asn1::generalized_time(from),
            asn1::context(0, &asn1::generalized_time(to)),
        ]);
        let answers = asn1::sequence([
            asn1::context(1, &self.subject().der()), // the responder, by name
            asn1::generalized_time(from),
            asn1::sequence([single]),
        ]);
        let basic = asn1::sequence([
            asn1::oid(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 1]),
            asn1::octet_string(&self.signed(answers)),
        ]);
        asn1::sequence([enumerated(0), asn1::context(0, &basic)])
    }
}

impl Identity {
    /// What a client asks a responder about it: an OCSPRequest without a nonce (RFC 6960 §4.1).
    #[must_use]
    pub fn ocsp_request(&self) -> Vec<u8> {
        let request = asn1::sequence([certificate_id(&self.authority, &self.serial)]);
        asn1::sequence([asn1::sequence([asn1::sequence([request])])])
    }
}

/// A CertID with SHA-1, which every client knows (RFC 6960 §4.1.1).
fn certificate_id(issuer: &Ca, serial: &[u8]) -> Vec<u8> {
    let sha1 = |bytes: &[u8]| sha1_smol::Sha1::from(bytes).digest().bytes();
    asn1::sequence([
        asn1::sequence([asn1::oid(&[1, 3, 14, 3, 2, 26]), asn1::null()]),
        asn1::octet_string(&sha1(&issuer.subject().der())),
        asn1::octet_string(&issuer.key().identifier()),
        asn1::integer(serial),
    ])
}
