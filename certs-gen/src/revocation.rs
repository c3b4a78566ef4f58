//! What an authority says of certificates that it issued: lists (RFC 5280 §5) and answers (RFC 6960).

use std::time::SystemTime;

use crate::asn1;
use crate::ca::Ca;
use crate::certificate::AUTHORITY_KEY_IDENTIFIER;
use crate::draft::Extension;
use crate::encoding::Der;
use crate::identity::Identity;
use crate::key::Scheme;
use crate::recipe::DAY;

/// Why a certificate was revoked (RFC 5280 §5.3.1), by its number there.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Somebody else has the key.
    KeyCompromise = 1,
    /// Somebody else has the authority's key.
    CaCompromise = 2,
    /// The name or the owner is another now.
    AffiliationChanged = 3,
    /// There is a newer one.
    Superseded = 4,
    /// It is needed no more.
    CessationOfOperation = 5,
    /// On hold; it may come back.
    CertificateHold = 6,
    /// For lists of changes only: it came back.
    RemoveFromCrl = 8,
    /// A right that it granted was taken away.
    PrivilegeWithdrawn = 9,
    /// Somebody else has the key of an attribute authority.
    AaCompromise = 10,
}

/// A revocation list, as it is to be signed by [`Ca::crl`].
///
/// Unless told otherwise it was issued a day ago and holds for a week more.
///
/// ```
/// use mailfault_certs::{Ca, Crl, Reason};
///
/// let ca = Ca::new().intermediate();
/// let stolen = ca.issue("mx.test");
/// let list = ca.crl(Crl::new().revoke(&stolen, Reason::KeyCompromise));
/// assert!(list.as_bytes().len() > 100);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Crl {
    revoked: Vec<(Vec<u8>, Reason)>,
    updates: Option<(SystemTime, SystemTime)>,
}

impl Crl {
    /// A list of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more certificate, revoked a day ago.
    #[must_use]
    pub fn revoke(mut self, identity: &Identity, reason: Reason) -> Self {
        self.revoked.push((identity.serial.clone(), reason));
        self
    }

    /// Another thisUpdate and nextUpdate.
    #[must_use]
    pub fn valid(mut self, from: SystemTime, to: SystemTime) -> Self {
        self.updates = Some((from, to));
        self
    }
}

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
            serial: identity.serial.clone(),
            status,
            updates: None,
        }
    }
}

/// What this authority says of certificates: its own, or, for a test, another's.
impl Ca {
    /// Signs a list.
    #[must_use]
    pub fn crl(&self, crl: Crl) -> Der {
        let revoked_at = asn1::time(self.now() - DAY);
        let entries = crl.revoked.iter().map(|(serial, reason)| {
            let reason = Extension::new(REASON_CODE, false, enumerated(*reason as u8));
            let extensions = asn1::sequence([reason.der()]);
            asn1::sequence([asn1::integer(serial), revoked_at.clone(), extensions])
        });
        let entries: Vec<_> = entries.collect();
        let authority_key = asn1::sequence([asn1::implicit(0, &self.key().identifier())]);
        let extensions = asn1::sequence([
            Extension::new(AUTHORITY_KEY_IDENTIFIER, false, authority_key).der(),
            Extension::new(CRL_NUMBER, false, asn1::integer(&[1])).der(),
        ]);
        let (from, to) = crl.updates.unwrap_or_else(|| self.usual_updates());
        let mut fields = vec![
            asn1::integer(&[1]), // version 2
            self.key().signature_algorithm(Scheme::Usual),
            self.subject().der(),
            asn1::time(from),
            asn1::time(to),
        ];
        // RFC 5280 §5.1.2.6: absent where nothing was revoked.
        if !entries.is_empty() {
            fields.push(asn1::sequence(entries));
        }
        fields.push(asn1::context(0, &extensions));
        self.signed(asn1::sequence(fields)).into()
    }

    /// Signs an answer, with its own key and not by a responder.
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
        let sha1 = |bytes: &[u8]| sha1_smol::Sha1::from(bytes).digest().bytes();
        let certificate = asn1::sequence([
            asn1::sequence([asn1::oid(&[1, 3, 14, 3, 2, 26]), asn1::null()]),
            asn1::octet_string(&sha1(&self.subject().der())),
            asn1::octet_string(&self.key().identifier()),
            asn1::integer(&ocsp.serial),
        ]);
        let single = asn1::sequence([
            certificate,
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

    /// SEQUENCE of what is signed, how, and the signature.
    fn signed(&self, body: Vec<u8>) -> Vec<u8> {
        let signature = self.key().sign(Scheme::Usual, &body);
        let algorithm = self.key().signature_algorithm(Scheme::Usual);
        asn1::sequence([body, algorithm, asn1::bit_string(&signature)])
    }

    fn usual_updates(&self) -> (SystemTime, SystemTime) {
        (self.now() - DAY, self.now() + 7 * DAY)
    }
}

fn enumerated(value: u8) -> Vec<u8> {
    asn1::tlv(0x0a, &[value])
}

const CRL_NUMBER: &[u64] = &[2, 5, 29, 20];
const REASON_CODE: &[u64] = &[2, 5, 29, 21];
