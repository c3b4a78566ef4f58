//! How EOP talks, by era.

use super::CertificateProfile;
use crate::fault::TlsVersion;
use crate::persona::{Persona, sign_as_eop};
use crate::smtp::Reply;

/// How EOP talks: banner, EHLO lists, the end of its refusals, versions of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// As in the protocol logs of 2014: [`Persona::eop_2014`], refusals without an end of their
    /// own, TLS 1.2 and nothing newer. The logs show TLS 1.0, which is not spoken here: 1.2
    /// stands in for it.
    Y2014,
    /// As today: [`Persona::eop`], refusals that end in machine, time and session, TLS 1.2 and
    /// 1.3.
    #[default]
    Today,
}

impl Profile {
    /// Its banner, lists and replies.
    #[must_use]
    pub fn persona(self) -> Persona {
        match self {
            Self::Y2014 => Persona::eop_2014(),
            Self::Today => Persona::eop(),
        }
    }

    /// The certificate of the same years.
    #[must_use]
    pub fn certificate(self) -> CertificateProfile {
        match self {
            Self::Y2014 => CertificateProfile::Y2014,
            Self::Today => CertificateProfile::Today,
        }
    }

    pub(super) fn tls_versions(self) -> Vec<TlsVersion> {
        match self {
            Self::Y2014 => vec![TlsVersion::Tls12],
            Self::Today => vec![TlsVersion::Tls12, TlsVersion::Tls13],
        }
    }

    /// Whether relaying takes a certificate or a sender of the organization's own domains, beside
    /// a connector: since July 2017, by Microsoft's notice of March 2016.
    pub(super) fn relays_own_domains_only(self) -> bool {
        match self {
            Self::Y2014 => false,
            Self::Today => true,
        }
    }

    /// A refusal as it ends in these years.
    pub(super) fn ended(self, mut refusal: Reply) -> Reply {
        if self == Self::Today {
            sign_as_eop(&mut refusal);
        }
        refusal
    }
}
