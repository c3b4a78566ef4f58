//! Each flaw as a word in the wish.

use super::Leaf;
use crate::flaw::Flaw;

/// A method for each flaw that is met often: `Leaf::new("mx.test").expired()`. All others are said by name:
/// `Leaf::new("mx.test").flaw(Flaw::TimeGarbage)`.
impl Leaf {
    /// The certificate expired ten days ago: [`Flaw::Expired`].
    #[must_use]
    pub fn expired(self) -> Self {
        self.flaw(Flaw::Expired)
    }

    /// The certificate is valid from ten days ahead: [`Flaw::NotYetValid`].
    #[must_use]
    pub fn not_yet_valid(self) -> Self {
        self.flaw(Flaw::NotYetValid)
    }

    /// The certificate is for another host of the domain: [`Flaw::WrongName`].
    #[must_use]
    pub fn wrong_name(self) -> Self {
        self.flaw(Flaw::WrongName)
    }

    /// The right name stands in the common name alone, without a subjectAltName: [`Flaw::CnOnly`].
    #[must_use]
    pub fn cn_only(self) -> Self {
        self.flaw(Flaw::CnOnly)
    }

    /// A wildcard that would have to stand for two labels: [`Flaw::WildcardTooDeep`].
    #[must_use]
    pub fn wildcard_too_deep(self) -> Self {
        self.flaw(Flaw::WildcardTooDeep)
    }

    /// A wildcard for another domain: [`Flaw::WildcardOtherDomain`].
    #[must_use]
    pub fn wildcard_other_domain(self) -> Self {
        self.flaw(Flaw::WildcardOtherDomain)
    }

    /// The certificate is for an IP address, the client has a name: [`Flaw::SanIpOnly`].
    #[must_use]
    pub fn san_ip_only(self) -> Self {
        self.flaw(Flaw::SanIpOnly)
    }

    /// The certificate is signed by its own key: [`Flaw::SelfSigned`].
    #[must_use]
    pub fn self_signed(self) -> Self {
        self.flaw(Flaw::SelfSigned)
    }

    /// The chain leads to a root that nobody trusts: [`Flaw::UntrustedRoot`].
    #[must_use]
    pub fn untrusted_root(self) -> Self {
        self.flaw(Flaw::UntrustedRoot)
    }

    /// The server forgot to send the intermediate: [`Flaw::MissingIntermediate`].
    #[must_use]
    pub fn missing_intermediate(self) -> Self {
        self.flaw(Flaw::MissingIntermediate)
    }

    /// The issuing CA expired, the leaf did not: [`Flaw::ExpiredIntermediate`].
    #[must_use]
    pub fn expired_intermediate(self) -> Self {
        self.flaw(Flaw::ExpiredIntermediate)
    }

    /// The root expired, though it is trusted and all below it is current: [`Flaw::ExpiredRoot`].
    #[must_use]
    pub fn expired_root(self) -> Self {
        self.flaw(Flaw::ExpiredRoot)
    }

    /// The leaf is signed by a certificate that is no CA: [`Flaw::IntermediateNotCa`].
    #[must_use]
    pub fn intermediate_not_ca(self) -> Self {
        self.flaw(Flaw::IntermediateNotCa)
    }

    /// A CA stands below one that allows none: [`Flaw::PathlenExceeded`].
    #[must_use]
    pub fn pathlen_exceeded(self) -> Self {
        self.flaw(Flaw::PathlenExceeded)
    }

    /// The certificate is for TLS clients: [`Flaw::EkuClientOnly`].
    #[must_use]
    pub fn eku_client_only(self) -> Self {
        self.flaw(Flaw::EkuClientOnly)
    }

    /// The server signs with a key that is not the certificate's: [`Flaw::KeyMismatch`].
    #[must_use]
    pub fn key_mismatch(self) -> Self {
        self.flaw(Flaw::KeyMismatch)
    }

    /// Two certificates are sent that have nothing to do with the chain: [`Flaw::ExtraUnrelated`].
    #[must_use]
    pub fn extra_unrelated(self) -> Self {
        self.flaw(Flaw::ExtraUnrelated)
    }

    /// The chain above the leaf is upside down: [`Flaw::ReversedChain`].
    #[must_use]
    pub fn reversed_chain(self) -> Self {
        self.flaw(Flaw::ReversedChain)
    }

    /// The leaf is sent twice: [`Flaw::DuplicateLeaf`].
    #[must_use]
    pub fn duplicate_leaf(self) -> Self {
        self.flaw(Flaw::DuplicateLeaf)
    }

    /// The root is sent too: [`Flaw::RootSent`].
    #[must_use]
    pub fn root_sent(self) -> Self {
        self.flaw(Flaw::RootSent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_another_flaw() {
        let leaf = Leaf::new("mx.test")
            .expired()
            .not_yet_valid()
            .wrong_name()
            .cn_only()
            .wildcard_too_deep()
            .wildcard_other_domain()
            .san_ip_only()
            .self_signed()
            .untrusted_root()
            .missing_intermediate()
            .expired_intermediate()
            .expired_root()
            .intermediate_not_ca()
            .pathlen_exceeded()
            .eku_client_only()
            .key_mismatch()
            .extra_unrelated()
            .reversed_chain()
            .duplicate_leaf()
            .root_sent();
        assert_eq!(leaf.flaws.len(), 20);
        assert!(
            leaf.flaws.is_sorted(),
            "the words are in the order of Flaw::all"
        );
    }
}
