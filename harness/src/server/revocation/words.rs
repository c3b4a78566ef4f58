//! What can be said of a certificate's revocation, and how.

use std::fmt;
use std::time::Duration;

use mailfault_certs::Reason;

/// What the list of an authority says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CrlWish {
    /// It ended ten days ago; the certificate is not on it.
    Expired,
    /// Nothing is on it.
    Good,
    /// Somebody signed it who is called as the authority is, and has another key.
    Impostor,
    /// The certificate of the authority is on the list of the one above it.
    IntermediateRevoked(Reason),
    /// It begins in five days; the certificate is not on it.
    NotYetValid,
    /// The certificate is on it, and it says that it is about authorities alone.
    OtherScope,
    /// The certificate is on it. With [`Reason::RemoveFromCrl`] it is there to say that it no longer is, which belongs
    /// into lists of changes.
    Revoked(Reason),
    /// Its signature is damaged.
    Tampered,
    /// It is that of another authority.
    WrongIssuer,
}

/// What an OCSP answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OcspWish {
    /// All is well, as of three weeks ago until ten days ago.
    Expired,
    /// All is well.
    Good,
    /// The responder failed: `internalError`.
    InternalError,
    /// It is no answer but 64 octets, the same each time.
    Malformed,
    /// All is well with another certificate of the same authority.
    OtherCertificate,
    /// The certificate was revoked.
    Revoked(Reason),
    /// All is well, and the signature is damaged.
    Tampered,
    /// The responder is busy: `tryLater`.
    TryLater,
    /// The responder is not for this certificate: `unauthorized`.
    Unauthorized,
    /// The authority does not know the certificate.
    Unknown,
    /// All is well, says somebody who has no right to.
    WrongSigner,
}

/// How a responder answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponderWish {
    /// 200, and a web page that is none of what was asked for, as a captive portal sends it.
    Junk,
    /// Well, after so long.
    Slow(Duration),
    /// With this HTTP status, and a web page that says so.
    Status(u16),
    /// Not at all: its port is closed.
    Unreachable,
    /// Well.
    #[default]
    Works,
}

impl fmt::Display for CrlWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "expired",
            Self::Good => "good",
            Self::Impostor => "impostor",
            Self::IntermediateRevoked(reason) => {
                return write!(f, "intermediate-revoked {}", reason.name());
            }
            Self::NotYetValid => "not-yet-valid",
            Self::OtherScope => "other-scope",
            Self::Revoked(reason) => return write!(f, "revoked {}", reason.name()),
            Self::Tampered => "tampered",
            Self::WrongIssuer => "wrong-issuer",
        })
    }
}

impl fmt::Display for OcspWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "expired",
            Self::Good => "good",
            Self::InternalError => "internal-error",
            Self::Malformed => "malformed",
            Self::OtherCertificate => "other-certificate",
            Self::Revoked(reason) => return write!(f, "revoked {}", reason.name()),
            Self::Tampered => "tampered",
            Self::TryLater => "try-later",
            Self::Unauthorized => "unauthorized",
            Self::Unknown => "unknown",
            Self::WrongSigner => "wrong-signer",
        })
    }
}

impl fmt::Display for ResponderWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Junk => f.write_str("junk"),
            Self::Slow(wait) => write!(f, "slow {wait:?}"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Unreachable => f.write_str("unreachable"),
            Self::Works => f.write_str("works"),
        }
    }
}
