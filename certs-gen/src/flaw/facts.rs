//! What is known of each flaw, as a table.

use super::{Flaw, Requirement};

pub(super) struct Facts {
    pub(super) id: &'static str,
    pub(super) requirement: Requirement,
    pub(super) rfc: &'static str,
    pub(super) summary: &'static str,
    pub(super) construction: &'static str,
}

impl Flaw {
    pub(super) fn facts(self) -> &'static Facts {
        match self {
            Self::Expired => &Facts {
                id: "tls/expired",
                requirement: Requirement::Refuse,
                rfc: "5280 6.1.3(a)(2)",
                summary: "the certificate expired ten days ago",
                construction: "notBefore 100 days ago, notAfter 10 days ago",
            },
            Self::NotYetValid => &Facts {
                id: "tls/not-yet-valid",
                requirement: Requirement::Refuse,
                rfc: "5280 6.1.3(a)(2)",
                summary: "the certificate is valid from ten days ahead",
                construction: "notBefore in 10 days, notAfter in 100 days",
            },
            Self::WrongName => &Facts {
                id: "tls/wrong-name",
                requirement: Requirement::Refuse,
                rfc: "9525 6.3, 6.6; 7817 3",
                summary: "the certificate is for another host of the domain",
                construction: "SAN and CN are `other.<domain>`, nothing else",
            },
            Self::CnOnly => &Facts {
                id: "tls/cn-only",
                requirement: Requirement::ShouldRefuse,
                rfc: "9525 2 (but 7817 3(4))",
                summary: "the right name stands in the common name alone, without a subjectAltName",
                construction: "no SAN; CN is the right name",
            },
            Self::WildcardTooDeep => &Facts {
                id: "tls/wildcard-too-deep",
                requirement: Requirement::Refuse,
                rfc: "9525 6.3",
                summary: "a wildcard that would have to stand for two labels",
                construction: "SAN and CN are `*.<domain>` for `a.mail.<domain>`",
            },
            Self::WildcardOtherDomain => &Facts {
                id: "tls/wildcard-other-domain",
                requirement: Requirement::Refuse,
                rfc: "9525 6.3",
                summary: "a wildcard for another domain",
                construction: "SAN and CN are `*.other.test`",
            },
            Self::SanIpOnly => &Facts {
                id: "tls/san-ip-only",
                requirement: Requirement::Refuse,
                rfc: "9525 6.2, 6.6",
                summary: "the certificate is for an IP address, the client has a name",
                construction: "SAN is iPAddress 127.0.0.1, CN `127.0.0.1`; the reference is a DNS name",
            },
            Self::SelfSigned => &Facts {
                id: "tls/self-signed",
                requirement: Requirement::Refuse,
                rfc: "5280 6.1",
                summary: "the certificate is signed by its own key",
                construction: "self-signed, CA:FALSE, right SAN, not trusted",
            },
            Self::UntrustedRoot => &Facts {
                id: "tls/untrusted-root",
                requirement: Requirement::Refuse,
                rfc: "5280 6.1",
                summary: "the chain leads to a root that nobody trusts",
                construction: "leaf and intermediate of an unknown root, the root not sent",
            },
            Self::MissingIntermediate => &Facts {
                id: "tls/missing-intermediate",
                requirement: Requirement::Refuse,
                rfc: "8446 4.4.2; 5280 6.1",
                summary: "the server forgot to send the intermediate",
                construction: "the leaf alone is sent, the issuing CA never",
            },
            Self::ExpiredIntermediate => &Facts {
                id: "tls/expired-intermediate",
                requirement: Requirement::Refuse,
                rfc: "5280 6.1.3(a)(2)",
                summary: "the issuing CA expired, the leaf did not",
                construction: "the issuing CA's notAfter 10 days ago, the leaf current",
            },
            Self::ExpiredRoot => &Facts {
                id: "tls/expired-root",
                requirement: Requirement::Either,
                rfc: "5280 6.1, 6.1.1(d)",
                summary: "the root expired, though it is trusted and all below it is current",
                construction: "a root of its own, notAfter 10 days ago, is what a client is told to trust",
            },
            Self::IntermediateNotCa => &Facts {
                id: "tls/intermediate-not-ca",
                requirement: Requirement::Refuse,
                rfc: "5280 6.1.4(k)",
                summary: "the leaf is signed by a certificate that is no CA",
                construction: "the issuing certificate has CA:FALSE, though keyUsage keyCertSign",
            },
            Self::PathlenExceeded => &Facts {
                id: "tls/pathlen-exceeded",
                requirement: Requirement::Refuse,
                rfc: "5280 6.1.4(l)-(m)",
                summary: "a CA stands below one that allows none",
                construction: "a second issuing CA below one of pathLen 0",
            },
            Self::EkuClientOnly => &Facts {
                id: "tls/eku-client-only",
                requirement: Requirement::Refuse,
                rfc: "5280 4.2.1.12",
                summary: "the certificate is for TLS clients",
                construction: "extendedKeyUsage clientAuth only",
            },
            Self::KeyMismatch => &Facts {
                id: "tls/key-mismatch",
                requirement: Requirement::Refuse,
                rfc: "8446 4.4.3",
                summary: "the server signs with a key that is not the certificate's",
                construction: "another key of the same kind signs the handshake",
            },
            Self::ExtraUnrelated => &Facts {
                id: "tls/extra-unrelated",
                requirement: Requirement::Accept,
                rfc: "8446 4.4.2",
                summary: "two certificates are sent that have nothing to do with the chain",
                construction: "an unrelated CA before the intermediate and one at the end",
            },
            Self::ReversedChain => &Facts {
                id: "tls/reversed-chain",
                requirement: Requirement::Accept,
                rfc: "8446 4.4.2",
                summary: "the chain above the leaf is upside down",
                construction: "leaf, root, intermediate",
            },
            Self::DuplicateLeaf => &Facts {
                id: "tls/duplicate-leaf",
                requirement: Requirement::Accept,
                rfc: "8446 4.4.2",
                summary: "the leaf is sent twice",
                construction: "leaf, leaf, intermediate",
            },
            Self::RootSent => &Facts {
                id: "control/root-sent",
                requirement: Requirement::Accept,
                rfc: "8446 4.4.2 (the root may be omitted)",
                summary: "the root is sent too",
                construction: "leaf, intermediate, root",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flaw_is_listed_once_and_found_by_its_ids() {
        for (place, flaw) in Flaw::all().iter().enumerate() {
            assert_eq!(*flaw as usize, place, "{flaw} is out of order in Flaw::all");
            let (_, short) = flaw.id().split_once('/').unwrap();
            assert_eq!(Flaw::from_id(flaw.id()), Some(*flaw));
            assert_eq!(Flaw::from_id(short), Some(*flaw));
            assert_eq!(flaw.id().parse(), Ok(*flaw));
        }
        assert_eq!(
            "tls/exprd".parse::<Flaw>().unwrap_err().to_string(),
            "unknown flaw `tls/exprd`"
        );
    }

    #[test]
    fn an_id_is_its_variant_in_lower_case() {
        for flaw in Flaw::all() {
            let (_, short) = flaw.id().split_once('/').unwrap();
            assert_eq!(format!("{flaw:?}").to_lowercase(), short.replace('-', ""));
        }
    }
}
