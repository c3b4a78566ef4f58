//! Where a flaw shows, which decides what goes with what.

use super::Flaw;

/// The part of an identity that a flaw is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// When the leaf is valid, and how that is written.
    Validity,
    /// Which names the certificate carries.
    Names,
    /// Who signs the leaf.
    Above,
    /// What is sent.
    Sent,
    /// What the key may be used for, and other extensions.
    Usage,
    /// The key.
    Key,
    /// The signature on the leaf.
    Signature,
    /// How a field is written.
    Form,
    /// The bytes as a whole.
    Whole,
    /// Two flaws at once.
    Several,
}

impl Flaw {
    /// What a flaw of two comes down to; itself for all others.
    pub(crate) fn parts(&self) -> &[Self] {
        match self {
            Self::ExpiredAndWrongName => &[Self::Expired, Self::WrongName],
            Self::ExpiredAndUntrusted => &[Self::Expired, Self::UntrustedRoot],
            Self::ExpiredAndMissingIntermediate => &[Self::Expired, Self::MissingIntermediate],
            Self::ExpiredSelfSigned => &[Self::Expired, Self::SelfSigned],
            Self::WrongNameAndUntrusted => &[Self::WrongName, Self::UntrustedRoot],
            Self::UntrustedRootSent => &[Self::UntrustedRoot, Self::RootSent],
            _ => std::slice::from_ref(self),
        }
    }

    pub(crate) fn part(self) -> Part {
        match self {
            Self::Expired
            | Self::NotYetValid
            | Self::ValidityInverted
            | Self::TimeFractional
            | Self::TimeGarbage
            | Self::TimeGeneralizedEarly
            | Self::RenewedOldServed => Part::Validity,

            Self::ExpiredAndWrongName
            | Self::ExpiredAndUntrusted
            | Self::ExpiredAndMissingIntermediate
            | Self::ExpiredSelfSigned
            | Self::WrongNameAndUntrusted
            | Self::UntrustedRootSent => Part::Several,

            Self::WrongName
            | Self::CnOnly
            | Self::CnRightSanWrong
            | Self::WildcardCnOnly
            | Self::WildcardTooDeep
            | Self::WildcardForParent
            | Self::WildcardOtherDomain
            | Self::WildcardPartialLabel
            | Self::WildcardMiddleLabel
            | Self::WildcardDouble
            | Self::WildcardTld
            | Self::WildcardBare
            | Self::SanIpOnly
            | Self::IpNoIpSan
            | Self::IpAsDnsSan
            | Self::IpOther
            | Self::SanEmailOnly
            | Self::SanEmailOnlyCnRight
            | Self::SanUriOnly
            | Self::SanShortNameOnly
            | Self::SanTrailingDot
            | Self::SanLeadingDot
            | Self::SanNulByte
            | Self::SanNonAscii
            | Self::SanNonAsciiPlusRight
            | Self::SanEmpty
            | Self::SanEmptyDns
            | Self::SanMalformed
            | Self::San5000
            | Self::SelfSignedExchangeSetup
            | Self::NameConstraintsLeadingDot
            | Self::V1
            | Self::ExtensionsEmpty => Part::Names,

            Self::SelfSigned
            | Self::SelfSignedCa
            | Self::UntrustedRoot
            | Self::ImpostorIntermediate
            | Self::ImpostorIntermediateAki
            | Self::ImpostorRoot
            | Self::IssuerNameMismatch
            | Self::IssuerEmpty
            | Self::AkiMismatch
            | Self::PartialChainTrusted
            | Self::ExpiredIntermediate
            | Self::FutureIntermediate
            | Self::ExpiredRoot
            | Self::IntermediateNotCa
            | Self::IntermediateNoBc
            | Self::IntermediateNoBcNoKu
            | Self::IntermediateNoCertsign
            | Self::IntermediateBcNoncritical
            | Self::LeafIssuedByLeaf
            | Self::PathlenExceeded
            | Self::NameConstraintsPermitted
            | Self::NameConstraintsExcluded
            | Self::IntermediateEku
            | Self::PolicyRequired
            | Self::IntermediateUnknownCritical
            | Self::V1Intermediate
            | Self::LongChain8
            | Self::LongChain12
            | Self::LongChain20
            | Self::TamperedIntermediate
            | Self::Sha1Intermediate
            | Self::Rsa1024Intermediate
            | Self::Rsa1024Root
            | Self::LeafIsCaTrusted => Part::Above,

            Self::MissingIntermediate
            | Self::WrongIntermediate
            | Self::NoLeafFirst
            | Self::ExtraUnrelated
            | Self::ReversedChain
            | Self::DuplicateLeaf
            | Self::ChainOver64k
            | Self::RootSent => Part::Sent,

            Self::EkuClientOnly
            | Self::EkuEmailOnly
            | Self::EkuCodeSigning
            | Self::EkuAny
            | Self::EkuEmpty
            | Self::KuEnciphermentOnly
            | Self::KuAgreementOnly
            | Self::KuCertsignOnLeaf
            | Self::LeafIsCa
            | Self::UnknownCritical
            | Self::CtPoison
            | Self::Leaf60k => Part::Usage,

            Self::KeyMismatch
            | Self::KeyMismatchRsa
            | Self::Rsa512
            | Self::Rsa1024
            | Self::Rsa2047
            | Self::RsaPssKey
            | Self::P521
            | Self::Ed448
            | Self::Dsa
            | Self::P192
            | Self::P224
            | Self::Secp256k1
            | Self::Brainpool
            | Self::ExplicitCurve => Part::Key,

            Self::TamperedSignature
            | Self::TamperedTbs
            | Self::SignatureEmpty
            | Self::SigalgMismatch
            | Self::SigalgUnknown
            | Self::SigalgWrongFamily
            | Self::Md5
            | Self::Sha1
            | Self::Sha1Ecdsa => Part::Signature,

            Self::V1WithExtensions
            | Self::V4
            | Self::DuplicateExtension
            | Self::DuplicateExtensionDiffers
            | Self::SerialZero
            | Self::SerialNegative
            | Self::Serial21Octets
            | Self::Serial200Octets
            | Self::SerialNonminimal
            | Self::BooleanNotDer
            | Self::CriticalFalseEncoded
            | Self::SubjectEmptySanNoncritical => Part::Form,

            Self::DerTrailingGarbage
            | Self::DerTruncated
            | Self::DerNonminimalLength
            | Self::BerIndefinite
            | Self::DerGarbage
            | Self::DerEmpty
            | Self::EmptyChain => Part::Whole,
        }
    }

    /// Whether it decides which names the certificate carries.
    pub(crate) fn is_about_names(self) -> bool {
        self.part() == Part::Names && self != Self::NameConstraintsLeadingDot
    }

    /// Whether nothing would show unless the common name is the right one.
    pub(crate) fn is_about_common_name(self) -> bool {
        matches!(
            self,
            Self::CnOnly
                | Self::CnRightSanWrong
                | Self::ExtensionsEmpty
                | Self::SanEmailOnlyCnRight
                | Self::SanEmpty
                | Self::SanMalformed
                | Self::V1
                | Self::WildcardCnOnly
        )
    }

    /// Whether it decides when the leaf is valid.
    pub(crate) fn is_about_validity(self) -> bool {
        self.part() == Part::Validity || self == Self::SelfSignedExchangeSetup
    }

    /// Whether the leaf's own key signs it.
    pub(crate) fn is_self_signed(self) -> bool {
        matches!(
            self,
            Self::LeafIsCaTrusted
                | Self::SelfSigned
                | Self::SelfSignedCa
                | Self::SelfSignedExchangeSetup
        )
    }

    /// Whether it shows in what stands above the leaf, so that there has to be an intermediate.
    pub(crate) fn is_about_chain(self) -> bool {
        let chain = matches!(self.part(), Part::Above | Part::Sent);
        chain && !self.is_self_signed() && !self.is_about_issuer_field()
            || self.is_about_issuing_ca()
    }

    /// Whether it needs an issuing CA of its own.
    pub(crate) fn is_about_issuing_ca(self) -> bool {
        let above = self.part() == Part::Above && !self.is_self_signed();
        let given_will_do = matches!(
            self,
            Self::UntrustedRoot
                | Self::ExpiredRoot
                | Self::ImpostorIntermediate
                | Self::ImpostorIntermediateAki
                | Self::PartialChainTrusted
        ) || self.is_about_issuer_field();
        above && !given_will_do
            || matches!(
                self,
                Self::Md5 | Self::NameConstraintsLeadingDot | Self::Sha1 | Self::Sha1Ecdsa
            )
    }

    /// Whether it shows in what the leaf says of its issuer.
    fn is_about_issuer_field(self) -> bool {
        matches!(
            self,
            Self::AkiMismatch | Self::IssuerEmpty | Self::IssuerNameMismatch
        )
    }
}
