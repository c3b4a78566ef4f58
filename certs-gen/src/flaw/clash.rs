//! Which flaws cannot be seen together.

use super::Flaw;
use super::kind::Part;

impl Flaw {
    /// Why no certificate can show both; `None` if one can.
    pub(crate) fn clash(self, other: Self) -> Option<&'static str> {
        self.hides(other).or_else(|| other.hides(self))
    }

    /// Why `other` could not be seen beside this one.
    fn hides(self, other: Self) -> Option<&'static str> {
        match (self, other) {
            _ if self == other => None,
            _ if self.part() == Part::Several => {
                Some("it is two flaws already, which can be said one by one")
            }
            _ if self.part() == Part::Whole => {
                Some("nothing else of the certificate can be relied on")
            }
            (Self::V1 | Self::ExtensionsEmpty, _)
                if matches!(other.part(), Part::Usage | Part::Form)
                    || other == Self::AkiMismatch =>
            {
                Some("a certificate without extensions says no more")
            }
            _ if self.part() == Part::Names && other.part() == Part::Names => {
                Some("both say which names the certificate carries")
            }
            _ if self.part() == Part::Validity && other.part() == Part::Validity => {
                Some("both say when the certificate is valid")
            }
            (Self::SelfSignedExchangeSetup, _)
                if matches!(other.part(), Part::Validity | Part::Key | Part::Usage) =>
            {
                Some("the certificate of the set-up is always the same")
            }
            (_, Self::DuplicateLeaf | Self::ExtraUnrelated | Self::ChainOver64k)
                if self.is_self_signed() =>
            {
                None
            }
            _ if self.is_self_signed()
                && (other.part() == Part::Above || other.is_about_chain()) =>
            {
                Some("a self-signed certificate has no authority above it")
            }
            (Self::SubjectEmptySanNoncritical, _) if other.part() == Part::Names => {
                Some("both say which names the certificate carries")
            }
            _ if self.is_about_chain() && other.is_about_chain() => self.hides_in_chain(other),
            _ if self.part() == other.part() && !self.is_about_chain() => {
                Some("both are about the same part of the certificate")
            }
            _ => None,
        }
    }

    fn hides_in_chain(self, other: Self) -> Option<&'static str> {
        match (self, other) {
            (Self::UntrustedRoot, Self::ExpiredRoot) => {
                Some("whether an unknown root is still valid is never asked")
            }
            (
                Self::MissingIntermediate,
                Self::ExpiredIntermediate | Self::IntermediateNotCa | Self::PathlenExceeded,
            ) => Some("nobody sees what is wrong with an intermediate that is not sent"),
            (Self::MissingIntermediate, Self::ReversedChain) => {
                Some("without an intermediate there is nothing to reverse")
            }
            (Self::ReversedChain, Self::RootSent) => {
                Some("a reversed chain has the root in it already")
            }
            _ if self.goes_with_other_chains() && other.goes_with_other_chains() => None,
            _ => Some("both say what stands above the certificate"),
        }
    }

    /// Whether it leaves enough of the chain as it was for another flaw to show there.
    fn goes_with_other_chains(self) -> bool {
        matches!(
            self,
            Self::UntrustedRoot
                | Self::MissingIntermediate
                | Self::ExpiredIntermediate
                | Self::ExpiredRoot
                | Self::IntermediateNotCa
                | Self::PathlenExceeded
                | Self::ExtraUnrelated
                | Self::ReversedChain
                | Self::DuplicateLeaf
                | Self::ChainOver64k
                | Self::RootSent
        )
    }
}
