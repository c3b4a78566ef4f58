//! Lists of what was revoked (RFC 5280 §5).

use std::time::SystemTime;

use super::{Reason, enumerated};
use crate::asn1;
use crate::ca::Ca;
use crate::certificate::AUTHORITY_KEY_IDENTIFIER;
use crate::draft::Extension;
use crate::encoding::Der;
use crate::identity::Identity;
use crate::key::Scheme;
use crate::recipe::DAY;

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
    revoked: Vec<Entry>,
    updates: Option<(SystemTime, SystemTime)>,
    only_authorities: bool,
}

/// A certificate on the list.
#[derive(Clone, Debug)]
struct Entry {
    serial: Vec<u8>,
    reason: Reason,
    /// A day ago, if nothing is said.
    at: Option<SystemTime>,
}

impl Crl {
    /// A list of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more certificate, revoked a day ago.
    #[must_use]
    pub fn revoke(self, identity: &Identity, reason: Reason) -> Self {
        self.entry(&identity.serial, reason, None)
    }

    /// One more certificate, revoked at this time.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use mailfault_certs::{Ca, Crl, Reason};
    ///
    /// let ca = Ca::new();
    /// let stolen = ca.issue("mx.test");
    /// let then = SystemTime::now() - Duration::from_secs(3 * 24 * 60 * 60);
    /// let list = |crl: Crl| ca.crl(crl);
    /// assert_ne!(
    ///     list(Crl::new().revoke_at(&stolen, Reason::Superseded, then)),
    ///     list(Crl::new().revoke(&stolen, Reason::Superseded)),
    /// );
    /// ```
    #[must_use]
    pub fn revoke_at(self, identity: &Identity, reason: Reason, at: SystemTime) -> Self {
        self.entry(&identity.serial, reason, Some(at))
    }

    /// The certificate of an authority, revoked a day ago: for the list of the one above it.
    #[must_use]
    pub fn revoke_authority(self, ca: &Ca, reason: Reason) -> Self {
        self.entry(ca.serial(), reason, None)
    }

    fn entry(mut self, serial: &[u8], reason: Reason, at: Option<SystemTime>) -> Self {
        let serial = serial.to_vec();
        self.revoked.push(Entry { serial, reason, at });
        self
    }

    /// Another scope: the list is about certificates of authorities alone, as a critical issuingDistributionPoint
    /// says (RFC 5280 §5.2.5).
    #[must_use]
    pub fn only_authorities(mut self) -> Self {
        self.only_authorities = true;
        self
    }

    /// Another thisUpdate and nextUpdate.
    #[must_use]
    pub fn valid(mut self, from: SystemTime, to: SystemTime) -> Self {
        self.updates = Some((from, to));
        self
    }
}

impl Ca {
    /// Signs a list, of certificates of its own or, for a test, of another's.
    #[must_use]
    pub fn crl(&self, crl: Crl) -> Der {
        let entries = crl.revoked.iter().map(|entry| {
            let at = asn1::time(entry.at.unwrap_or_else(|| self.now() - DAY));
            let reason = Extension::new(REASON_CODE, false, enumerated(entry.reason as u8));
            let extensions = asn1::sequence([reason.der()]);
            asn1::sequence([asn1::integer(&entry.serial), at, extensions])
        });
        let entries: Vec<_> = entries.collect();
        let authority_key = asn1::sequence([asn1::implicit(0, &self.key().identifier())]);
        let mut extensions = vec![
            Extension::new(AUTHORITY_KEY_IDENTIFIER, false, authority_key).der(),
            Extension::new(CRL_NUMBER, false, asn1::integer(&[1])).der(),
        ];
        if crl.only_authorities {
            let only_authorities = asn1::sequence([asn1::implicit(2, &[0xff])]);
            let point = Extension::new(ISSUING_DISTRIBUTION_POINT, true, only_authorities);
            extensions.push(point.der());
        }
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
        fields.push(asn1::context(0, &asn1::sequence(extensions)));
        self.signed(asn1::sequence(fields)).into()
    }
}

const CRL_NUMBER: &[u64] = &[2, 5, 29, 20];
const ISSUING_DISTRIBUTION_POINT: &[u64] = &[2, 5, 29, 28];
const REASON_CODE: &[u64] = &[2, 5, 29, 21];
