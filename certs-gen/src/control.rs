//! Healthy certificates that a client may stumble over, by name.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::flaw::Requirement;

/// A certificate with which nothing is wrong: a client that refuses it raises a false alarm, or is limited.
///
/// Ids are those of the catalogue: `control/san-uppercase`. Every client measured accepts all of them: OpenSSL 3.0,
/// curl 7.88, Python 3.11 and 3.13, Node 20 and 24, GnuTLS 3.7, Java 17, Go 1.19, rustls 0.23, Postfix 3.7.
/// `control/root-sent` is minted as [`Flaw::RootSent`](crate::Flaw::RootSent).
///
/// ```
/// use mailfault_certs::{Ca, Control, Leaf};
///
/// let identity = Ca::new().issue(Leaf::new("mx.test").control(Control::SanUppercase));
/// assert_eq!(identity.name(), "mx.test");
/// assert_eq!(identity.names(), ["MX.TEST"]);
/// assert_eq!(identity.control(), Some(Control::SanUppercase));
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Control {
    /// P-256; root, intermediate, leaf.
    ///
    /// RFC 8446 9.1.
    P256,

    /// RSA-2048 all the way, below a root of its own unless the authority is of RSA. Trust
    /// [`Identity::roots`](crate::Identity::roots).
    ///
    /// RFC 9325 4.5.
    Rsa2048,

    /// RSA-4096 leaf.
    ///
    /// RFC 8446 4.2.3.
    Rsa4096,

    /// RSA-8192 leaf. Needs the feature `weak`. Its primes are no secret, since to find others takes a minute.
    ///
    /// RFC 8446 4.2.3.
    Rsa8192,

    /// RSA-2048 leaf, public exponent 3. Needs the feature `weak`.
    ///
    /// RFC 8017 3.1.
    RsaExponent3,

    /// Leaf signed RSASSA-PSS by an issuing CA with RSA-2048.
    ///
    /// RFC 8446 4.2.3; 4055 3.
    RsaPssSigned,

    /// P-384 leaf.
    ///
    /// RFC 8446 4.2.3.
    P384,

    /// Ed25519 leaf.
    ///
    /// RFC 8446 4.2.3; 8410.
    Ed25519,

    /// A root of its own, signed sha1WithRSA, is what a client is told to trust. Needs the feature `weak`; trust
    /// [`Identity::roots`](crate::Identity::roots).
    ///
    /// RFC 8446 4.4.2.4 (trust anchors are exempt).
    Sha1Root,

    /// Leaf directly under the root.
    ///
    /// RFC 5280 6.1.
    NoIntermediate,

    /// Self-signed CA:FALSE leaf, itself the trust anchor. Trust [`Identity::roots`](crate::Identity::roots).
    ///
    /// RFC 5280 6.1.1(d).
    SelfSignedTrusted,

    /// SAN and CN are `*.<domain>` for `mail.<domain>`. A name of two labels has no such domain: then
    /// [`Identity::name`](crate::Identity::name) is `mail.<name>`.
    ///
    /// RFC 9525 6.3.
    Wildcard,

    /// SAN in capitals.
    ///
    /// RFC 9525 6.3 (ASCII case does not count).
    SanUppercase,

    /// SAN `_mx_1.<domain>` and the right one.
    ///
    /// RFC 9525 6.3.
    SanUnderscore,

    /// Rfc822Name, URI, iPAddress and dNSName together.
    ///
    /// RFC 5280 4.2.1.6.
    SanManyKinds,

    /// CN unrelated, SAN right.
    ///
    /// RFC 9525 2.
    CnUnrelated,

    /// Empty subject, SAN critical.
    ///
    /// RFC 5280 4.1.2.6.
    SubjectEmpty,

    /// SAN `xn--mil-qla.<domain>`, which is the name to verify. [`Identity::name`](crate::Identity::name) is that one.
    ///
    /// RFC 9525 2, 6.3; 5280 7.2.
    Idn,

    /// IPAddress SAN for an IP reference. [`Identity::name`](crate::Identity::name) is the address wished for, or
    /// 127.0.0.1.
    ///
    /// RFC 9525 6.4.
    IpSan,

    /// 100 names, the right one last.
    ///
    /// RFC 5280 4.2.1.6.
    San100,

    /// 1,000 names, the right one last.
    ///
    /// RFC 5280 4.2.1.6.
    San1000,

    /// Five intermediates between root and leaf.
    ///
    /// RFC 5280 6.1.
    LongChain5,

    /// Six intermediates between root and leaf.
    ///
    /// RFC 5280 6.1.
    LongChain6,

    /// The root's name and key, signed by an unknown root, is sent last.
    ///
    /// RFC 8446 4.4.2.
    CrossSigned,

    /// As `control/cross-signed`, and the cross certificate expired ten days ago (AddTrust, 2020).
    ///
    /// RFC 8446 4.4.2; 5280 6.1.
    CrossSignedExpired,

    /// NameConstraints permits `<domain>`.
    ///
    /// RFC 5280 4.2.1.10.
    NameConstraints,

    /// NameConstraints excludes all addresses, the leaf has a dNSName only.
    ///
    /// RFC 5280 4.2.1.10.
    NameConstraintsIp,

    /// Unknown extension, not critical.
    ///
    /// RFC 5280 4.2.
    UnknownNoncritical,

    /// Leaf without basicConstraints.
    ///
    /// RFC 5280 4.2.1.9.
    NoBasicConstraints,

    /// Leaf without authorityKeyIdentifier and subjectKeyIdentifier.
    ///
    /// RFC 5280 4.2.1.1, 4.2.1.2.
    NoAki,

    /// Leaf without extendedKeyUsage.
    ///
    /// RFC 5280 4.2.1.12.
    EkuAbsent,

    /// Ten-year leaf.
    ///
    /// RFC 5280 4.1.2.5.
    Validity10Years,

    /// A good staple, signed by the issuing CA.
    ///
    /// RFC 6066 8; 6960 2.2.
    OcspGood,

    /// TLS feature status_request, and a good staple.
    ///
    /// RFC 7633 4.2.3.1; 6066 8.
    MustStapleGood,

    /// NotAfter 99991231235959Z.
    ///
    /// RFC 5280 4.1.2.5.
    Year9999,
}

struct Facts {
    id: &'static str,
    rfc: &'static str,
    summary: &'static str,
    construction: &'static str,
}

impl Control {
    /// Every control, in the order of the variants.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The id in the catalogue: `control/san-uppercase`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.facts().id
    }

    /// The control of an id, with or without the part before the slash.
    ///
    /// ```
    /// use mailfault_certs::Control;
    ///
    /// assert_eq!(Control::from_id("control/no-aki"), Some(Control::NoAki));
    /// assert_eq!(Control::from_id("no-aki"), Some(Control::NoAki));
    /// assert_eq!(Control::from_id("tls/no-aki"), None);
    /// ```
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        ALL.iter().copied().find(|control| {
            let short = control.id().split_once('/').map(|(_, short)| short);
            control.id() == id || short == Some(id)
        })
    }

    /// What is unusual, in one line.
    #[must_use]
    pub fn summary(self) -> &'static str {
        self.facts().summary
    }

    /// What allows it: RFC numbers and sections, as in `5280 4.2.1.6`.
    #[must_use]
    pub fn rfc(self) -> &'static str {
        self.facts().rfc
    }

    /// What a verifying client has to do about it: accept, always.
    #[must_use]
    pub fn requirement(self) -> Requirement {
        Requirement::Accept
    }

    /// How it is made.
    #[must_use]
    pub fn construction(self) -> &'static str {
        self.facts().construction
    }

    /// Whether a good OCSP answer is stapled.
    #[must_use]
    pub fn staples(self) -> bool {
        matches!(self, Self::OcspGood | Self::MustStapleGood)
    }

    /// The feature that has to be turned on before it can be minted, where this build has it off; see
    /// [`Flaw::needs`](crate::Flaw::needs).
    #[must_use]
    pub fn needs(self) -> Option<&'static str> {
        let weak = matches!(self, Self::Rsa8192 | Self::RsaExponent3 | Self::Sha1Root);
        (weak && !cfg!(feature = "weak")).then_some("weak")
    }

    /// Whether it decides which names the certificate carries.
    pub(crate) fn is_about_names(self) -> bool {
        matches!(
            self,
            Self::CnUnrelated
                | Self::Idn
                | Self::IpSan
                | Self::NameConstraints
                | Self::NameConstraintsIp
                | Self::San100
                | Self::San1000
                | Self::SanManyKinds
                | Self::SanUnderscore
                | Self::SanUppercase
                | Self::SubjectEmpty
                | Self::Wildcard
        )
    }

    fn facts(self) -> &'static Facts {
        match self {
            Self::P256 => &Facts {
                id: "control/p256",
                rfc: "8446 9.1",
                summary: "a P-256 certificate below an intermediate",
                construction: "P-256; root, intermediate, leaf",
            },
            Self::Rsa2048 => &Facts {
                id: "control/rsa-2048",
                rfc: "9325 4.5",
                summary: "RSA keys of 2,048 bits, from root to leaf",
                construction: "RSA-2048 all the way, below a root of its own unless the authority is of RSA",
            },
            Self::Rsa4096 => &Facts {
                id: "control/rsa-4096",
                rfc: "8446 4.2.3",
                summary: "the key has 4,096 bits",
                construction: "RSA-4096 leaf",
            },
            Self::Rsa8192 => &Facts {
                id: "control/rsa-8192",
                rfc: "8446 4.2.3",
                summary: "the key has 8,192 bits",
                construction: "RSA-8192 leaf",
            },
            Self::RsaExponent3 => &Facts {
                id: "control/rsa-exponent-3",
                rfc: "8017 3.1",
                summary: "the key has the public exponent 3",
                construction: "RSA-2048 leaf, public exponent 3",
            },
            Self::RsaPssSigned => &Facts {
                id: "control/rsa-pss-signed",
                rfc: "8446 4.2.3; 4055 3",
                summary: "the certificate is signed with RSASSA-PSS",
                construction: "leaf signed RSASSA-PSS by an issuing CA with RSA-2048",
            },
            Self::P384 => &Facts {
                id: "control/p384",
                rfc: "8446 4.2.3",
                summary: "a P-384 certificate",
                construction: "P-384 leaf",
            },
            Self::Ed25519 => &Facts {
                id: "control/ed25519",
                rfc: "8446 4.2.3; 8410",
                summary: "an Ed25519 certificate",
                construction: "Ed25519 leaf",
            },
            Self::Sha1Root => &Facts {
                id: "control/sha1-root",
                rfc: "8446 4.4.2.4 (trust anchors are exempt)",
                summary: "the trusted root is signed with SHA-1, by itself",
                construction: "a root of its own, signed sha1WithRSA, is what a client is told to trust",
            },
            Self::NoIntermediate => &Facts {
                id: "control/no-intermediate",
                rfc: "5280 6.1",
                summary: "the certificate is signed by the root itself",
                construction: "leaf directly under the root",
            },
            Self::SelfSignedTrusted => &Facts {
                id: "control/self-signed-trusted",
                rfc: "5280 6.1.1(d)",
                summary: "the certificate is signed by its own key and trusted",
                construction: "self-signed CA:FALSE leaf, itself the trust anchor",
            },
            Self::Wildcard => &Facts {
                id: "control/wildcard",
                rfc: "9525 6.3",
                summary: "a wildcard that covers the name",
                construction: "SAN and CN are `*.<domain>` for `mail.<domain>`",
            },
            Self::SanUppercase => &Facts {
                id: "control/san-uppercase",
                rfc: "9525 6.3 (ASCII case does not count)",
                summary: "the name in the certificate is written in capitals",
                construction: "SAN in capitals",
            },
            Self::SanUnderscore => &Facts {
                id: "control/san-underscore",
                rfc: "9525 6.3",
                summary: "another name in the certificate holds an underscore",
                construction: "SAN `_mx_1.<domain>` and the right one",
            },
            Self::SanManyKinds => &Facts {
                id: "control/san-many-kinds",
                rfc: "5280 4.2.1.6",
                summary: "the certificate has names of four kinds",
                construction: "rfc822Name, URI, iPAddress and dNSName together",
            },
            Self::CnUnrelated => &Facts {
                id: "control/cn-unrelated",
                rfc: "9525 2",
                summary: "the common name has nothing to do with the name",
                construction: "CN unrelated, SAN right",
            },
            Self::SubjectEmpty => &Facts {
                id: "control/subject-empty",
                rfc: "5280 4.1.2.6",
                summary: "the subject is empty, and the subjectAltName is critical",
                construction: "empty subject, SAN critical",
            },
            Self::Idn => &Facts {
                id: "control/idn",
                rfc: "9525 2, 6.3; 5280 7.2",
                summary: "an internationalized name, as an A-label",
                construction: "SAN `xn--mil-qla.<domain>`, which is the name to verify",
            },
            Self::IpSan => &Facts {
                id: "control/ip-san",
                rfc: "9525 6.4",
                summary: "the client goes by the address, which the certificate has",
                construction: "iPAddress SAN for an IP reference",
            },
            Self::San100 => &Facts {
                id: "control/san-100",
                rfc: "5280 4.2.1.6",
                summary: "the certificate has 100 names",
                construction: "100 names, the right one last",
            },
            Self::San1000 => &Facts {
                id: "control/san-1000",
                rfc: "5280 4.2.1.6",
                summary: "the certificate has 1,000 names",
                construction: "1,000 names, the right one last",
            },
            Self::LongChain5 => &Facts {
                id: "control/long-chain-5",
                rfc: "5280 6.1",
                summary: "five intermediates",
                construction: "five intermediates between root and leaf",
            },
            Self::LongChain6 => &Facts {
                id: "control/long-chain-6",
                rfc: "5280 6.1",
                summary: "six intermediates",
                construction: "six intermediates between root and leaf",
            },
            Self::CrossSigned => &Facts {
                id: "control/cross-signed",
                rfc: "8446 4.4.2",
                summary: "the root is also sent as signed by a root that nobody knows",
                construction: "the root's name and key, signed by an unknown root, is sent last",
            },
            Self::CrossSignedExpired => &Facts {
                id: "control/cross-signed-expired",
                rfc: "8446 4.4.2; 5280 6.1",
                summary: "the root is also sent as signed by another, and that has expired",
                construction: "as `control/cross-signed`, and the cross certificate expired ten days ago (AddTrust, 2020)",
            },
            Self::NameConstraints => &Facts {
                id: "control/name-constraints",
                rfc: "5280 4.2.1.10",
                summary: "the issuing CA may sign for this domain alone",
                construction: "nameConstraints permits `<domain>`",
            },
            Self::NameConstraintsIp => &Facts {
                id: "control/name-constraints-ip",
                rfc: "5280 4.2.1.10",
                summary: "the issuing CA may sign for no address, and the certificate has none",
                construction: "nameConstraints excludes all addresses, the leaf has a dNSName only",
            },
            Self::UnknownNoncritical => &Facts {
                id: "control/unknown-noncritical",
                rfc: "5280 4.2",
                summary: "the certificate has an extension that nobody knows",
                construction: "unknown extension, not critical",
            },
            Self::NoBasicConstraints => &Facts {
                id: "control/no-basic-constraints",
                rfc: "5280 4.2.1.9",
                summary: "the certificate has no basicConstraints",
                construction: "leaf without basicConstraints",
            },
            Self::NoAki => &Facts {
                id: "control/no-aki",
                rfc: "5280 4.2.1.1, 4.2.1.2",
                summary: "the certificate has no key identifiers",
                construction: "leaf without authorityKeyIdentifier and subjectKeyIdentifier",
            },
            Self::EkuAbsent => &Facts {
                id: "control/eku-absent",
                rfc: "5280 4.2.1.12",
                summary: "the certificate has no extendedKeyUsage",
                construction: "leaf without extendedKeyUsage",
            },
            Self::Validity10Years => &Facts {
                id: "control/validity-10-years",
                rfc: "5280 4.1.2.5",
                summary: "the certificate is valid for ten years",
                construction: "ten-year leaf",
            },
            Self::OcspGood => &Facts {
                id: "control/ocsp-good",
                rfc: "6066 8; 6960 2.2",
                summary: "an OCSP answer is stapled, and all is well",
                construction: "a good staple, signed by the issuing CA",
            },
            Self::MustStapleGood => &Facts {
                id: "control/must-staple-good",
                rfc: "7633 4.2.3.1; 6066 8",
                summary: "the certificate demands a staple, and a good one is there",
                construction: "TLS feature status_request, and a good staple",
            },
            Self::Year9999 => &Facts {
                id: "control/year-9999",
                rfc: "5280 4.1.2.5",
                summary: "the certificate has no end that anybody will see",
                construction: "notAfter 99991231235959Z",
            },
        }
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Control {
    type Err = Error;

    fn from_str(id: &str) -> Result<Self, Error> {
        Self::from_id(id).ok_or_else(|| Error::UnknownControl(id.to_owned()))
    }
}

const ALL: &[Control] = &[
    Control::P256,
    Control::Rsa2048,
    Control::Rsa4096,
    Control::Rsa8192,
    Control::RsaExponent3,
    Control::RsaPssSigned,
    Control::P384,
    Control::Ed25519,
    Control::Sha1Root,
    Control::NoIntermediate,
    Control::SelfSignedTrusted,
    Control::Wildcard,
    Control::SanUppercase,
    Control::SanUnderscore,
    Control::SanManyKinds,
    Control::CnUnrelated,
    Control::SubjectEmpty,
    Control::Idn,
    Control::IpSan,
    Control::San100,
    Control::San1000,
    Control::LongChain5,
    Control::LongChain6,
    Control::CrossSigned,
    Control::CrossSignedExpired,
    Control::NameConstraints,
    Control::NameConstraintsIp,
    Control::UnknownNoncritical,
    Control::NoBasicConstraints,
    Control::NoAki,
    Control::EkuAbsent,
    Control::Validity10Years,
    Control::OcspGood,
    Control::MustStapleGood,
    Control::Year9999,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flaw::Flaw;

    #[test]
    fn every_control_is_listed_once_and_found_by_its_ids() {
        for (place, control) in Control::all().iter().enumerate() {
            assert_eq!(*control as usize, place, "{control} is out of order in ALL");
            let (_, short) = control.id().split_once('/').unwrap();
            assert_eq!(Control::from_id(short), Some(*control));
            assert_eq!(control.id().parse(), Ok(*control));
            assert_eq!(Flaw::from_id(short), None, "{control} is a flaw as well");
            let variant = format!("{control:?}").to_lowercase();
            assert_eq!(variant, short.replace('-', ""));
        }
        let error = "control/p265".parse::<Control>().unwrap_err();
        assert_eq!(error.to_string(), "unknown control `control/p265`");
    }
}
