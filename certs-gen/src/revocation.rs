//! What an authority says of certificates that it issued: lists (RFC 5280 §5) and answers (RFC 6960).

use std::time::SystemTime;

use crate::asn1;
use crate::ca::Ca;
use crate::key::Scheme;
use crate::recipe::DAY;

mod crl;
mod ocsp;

pub use crl::Crl;
pub use ocsp::Ocsp;

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

impl Reason {
    /// All of them, by their numbers.
    pub const ALL: [Self; 9] = [
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::RemoveFromCrl,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    /// Its name in words: `key-compromise`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyCompromise => "key-compromise",
            Self::CaCompromise => "ca-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::CertificateHold => "certificate-hold",
            Self::RemoveFromCrl => "remove-from-crl",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
            Self::AaCompromise => "aa-compromise",
        }
    }
}

impl Ca {
    /// SEQUENCE of what is signed, how, and the signature.
    fn signed(&self, body: Vec<u8>) -> Vec<u8> {
        let signature = self.key().sign(Scheme::Usual, &body);
        let algorithm = self.key().signature_algorithm(Scheme::Usual);
        asn1::sequence([body, algorithm, asn1::bit_string(&signature)])
    }

    /// From a day ago for a week more.
    fn usual_updates(&self) -> (SystemTime, SystemTime) {
        (self.now() - DAY, self.now() + 7 * DAY)
    }
}

fn enumerated(value: u8) -> Vec<u8> {
    asn1::tlv(0x0a, &[value])
}
