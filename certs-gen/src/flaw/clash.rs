//! Which flaws cannot be seen together.

use super::Flaw;

impl Flaw {
    /// Why no certificate can show both; `None` if one can.
    pub(crate) fn clash(self, other: Self) -> Option<&'static str> {
        self.hides(other).or_else(|| other.hides(self))
    }

    /// Why `other` could not be seen beside this one.
    fn hides(self, other: Self) -> Option<&'static str> {
        match (self, other) {
            _ if self.is_about_names() && other.is_about_names() && self != other => {
                Some("both say which names the certificate carries")
            }
            (Self::Expired, Self::NotYetValid) => Some("both say when the certificate is valid"),
            (Self::SelfSigned, Self::DuplicateLeaf | Self::ExtraUnrelated) => None,
            (Self::SelfSigned, _) if other.is_about_chain() => {
                Some("a self-signed certificate has no authority above it")
            }
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
            _ => None,
        }
    }
}
