//! Every defect by name.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

mod clash;
mod facts;

/// A defect of a certificate, of its chain, or of the key behind it.
///
/// Ids are those of the catalogue: `tls/expired`. Sections are cited as `5280 6.1.3`: RFC 5280, section 6.1.3. What
/// clients say was measured; clients and versions that are not named were not.
///
/// ```
/// use mailfault_certs::{Flaw, Requirement};
///
/// let flaw: Flaw = "tls/expired".parse()?;
/// assert_eq!(flaw, Flaw::Expired);
/// assert_eq!(flaw.requirement(), Requirement::Refuse);
/// assert_eq!(flaw.summary(), "the certificate expired ten days ago");
/// # Ok::<(), mailfault_certs::Error>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// The validity of the leaf ended ten days ago.
    ///
    /// RFC 5280 6.1.3(a)(2). OpenSSL 3.0 says error 10, `certificate has expired`, and so do curl 7.88, Python 3.11
    /// and 3.13, Node 20 and 24 and Postfix 3.7 in their own wording. Go 1.19 has one sentence for this and for
    /// [`NotYetValid`](Self::NotYetValid); rustls 0.23 tells both times. Postfix under `may` and swaks under
    /// `--tls-optional` deliver.
    Expired,

    /// The validity of the leaf begins in ten days: a server's clock, or a client's, is wrong.
    ///
    /// RFC 5280 6.1.3(a)(2). OpenSSL 3.0 says error 9, `certificate is not yet valid`. Every verifying client
    /// measured refuses; GnuTLS 3.7 and Node tell it from an expired one, Go 1.19 and Java 17 do not.
    NotYetValid,

    /// SAN and CN name `other.<domain>` and nothing else.
    ///
    /// RFC 9525 6.3, 6.6; 7817 3. OpenSSL 3.0 says error 62, `hostname mismatch`, if it was given a name to verify;
    /// webpki 0.103, hence rustls, `CertNotValidForName` with the names it found.
    WrongName,

    /// No subjectAltName; the common name is right. RFC 9525 §2 forbids clients to look there, RFC 7817 §3 still
    /// allows it to mail clients.
    ///
    /// RFC 9525 2 (but 7817 3(4)). Clients disagree: OpenSSL 3.0, curl 7.88, Python 3.11 and 3.13, Node 20 and 24,
    /// GnuTLS 3.7, Java 17 and Postfix 3.7 accept; Go 1.19 (`certificate relies on legacy Common Name field, use
    /// SANs instead`) and rustls 0.23 refuse.
    CnOnly,

    /// SAN and CN are `*.<domain>` for `a.mail.<domain>`: the wildcard would have to stand for two labels. A name
    /// of two labels has no such domain; its certificate carries `*.<name>`, which would have to stand for none.
    ///
    /// RFC 9525 6.3. OpenSSL 3.0 says error 62, Go 1.19 `certificate is valid for *.fixture.test, not
    /// a.mail.fixture.test`. Every client measured refuses.
    WildcardTooDeep,

    /// SAN and CN are `*.other.test`, the certificate of a hosting company that forgot a customer.
    ///
    /// RFC 9525 6.3. OpenSSL 3.0 says error 62, Java 17 `No subject alternative DNS name matching … found`. Every
    /// client measured refuses.
    WildcardOtherDomain,

    /// The SAN holds the iPAddress 127.0.0.1 where a name is due. The CN is `127.0.0.1` too: OpenSSL goes by the CN
    /// unless a dNSName is present, and would accept the right one.
    ///
    /// RFC 9525 6.2, 6.6. `openssl verify` 3.0 says error 62; webpki 0.103 says `CertNotValidForName`.
    SanIpOnly,

    /// Signed by its own key, no CA, right names; nobody trusts it.
    ///
    /// RFC 5280 6.1. OpenSSL 3.0 says error 18, `self-signed certificate`, Node `DEPTH_ZERO_SELF_SIGNED_CERT`.
    /// GnuTLS 3.7, Java 17, Go 1.19 and rustls 0.23 (`UnknownIssuer`) say what they say of an unknown CA.
    SelfSigned,

    /// Leaf and intermediate of an unknown root, which is not sent.
    /// [`Identity::with_root`](crate::Identity::with_root) or [`RootSent`](Self::RootSent) sends it.
    ///
    /// RFC 5280 6.1. `openssl verify` 3.0 says error 20, `unable to get local issuer certificate`; when the root is
    /// sent too, 19, `self-signed certificate in certificate chain`, as do the clients built on OpenSSL. Go 1.19
    /// says `certificate signed by unknown authority`, rustls 0.23 `UnknownIssuer`, either way.
    UntrustedRoot,

    /// The leaf alone is sent, the issuing CA never is. Clients that fetch it by themselves (AIA) find no address
    /// in the leaf.
    ///
    /// RFC 8446 4.4.2; 5280 6.1. OpenSSL 3.0 says error 20, `unable to get local issuer certificate`, Node
    /// `UNABLE_TO_VERIFY_LEAF_SIGNATURE`, Postfix 3.7 `untrusted issuer`. Every verifying client measured refuses,
    /// opportunistic nodemailer 10 and lettre 0.11 included.
    MissingIntermediate,

    /// The issuing CA expired ten days ago; the leaf is current.
    ///
    /// RFC 5280 6.1.3(a)(2). OpenSSL 3.0 says error 10 at depth 1. Every client measured refuses, few say which
    /// certificate it is; Postfix 3.7 says `CA certificate verification failed`.
    ExpiredIntermediate,

    /// The trusted root itself expired; all below it is current. The root is one made for this identity: trust
    /// [`Identity::roots`](crate::Identity::roots), not [`Ca::pem`](crate::Ca::pem).
    ///
    /// RFC 5280 6.1, 6.1.1(d). The validity of a trust anchor is no part of that
    /// algorithm. OpenSSL 3.0 refuses with error 10 at depth 2, and so does GnuTLS 3.7; webpki 0.103 accepts.
    ExpiredRoot,

    /// The issuing certificate says CA:FALSE: whoever may get a certificate could sign others.
    ///
    /// RFC 5280 6.1.4(k). `openssl verify` 3.0 says error 79, `invalid CA certificate`; webpki 0.103 says
    /// `EndEntityUsedAsCa`.
    IntermediateNotCa,

    /// A second issuing CA below one of pathLen 0.
    ///
    /// RFC 5280 6.1.4(l)-(m). `openssl verify` 3.0 says error 25, `path length constraint exceeded`; webpki 0.103
    /// says `PathLenConstraintViolated`.
    PathlenExceeded,

    /// The extendedKeyUsage is clientAuth alone.
    ///
    /// RFC 5280 4.2.1.12. OpenSSL 3.0 says error 26, `unsuitable certificate purpose`, Go 1.19 `incompatible key
    /// usage`, rustls 0.23 `InvalidPurposeContext`. Every verifying client measured refuses.
    EkuClientOnly,

    /// The server signs the handshake with another key: a renewal of which one half was installed. The certificate
    /// verifies; only a handshake shows the flaw.
    ///
    /// RFC 8446 4.4.3. rustls 0.23 says `BadSignature` and sends alert 51, decrypt_error, under TLS 1.2 and 1.3.
    KeyMismatch,

    /// Unrelated CAs stand in the middle and at the end of a chain that is right.
    ///
    /// RFC 8446 4.4.2. Every client measured accepts, from OpenSSL 3.0 and GnuTLS 3.7 to Go 1.19, Java 17 and
    /// rustls 0.23.
    ExtraUnrelated,

    /// Leaf, root, intermediate. RFC 8446 §4.4.2 tells clients to be prepared for any order.
    ///
    /// RFC 8446 4.4.2. Every client measured accepts.
    ReversedChain,

    /// The leaf is sent twice, as a careless `cat` leaves it in the file.
    ///
    /// RFC 8446 4.4.2. Every client measured accepts.
    DuplicateLeaf,

    /// The root is sent too: superfluous and legal.
    ///
    /// RFC 8446 4.4.2 (the root may be omitted). Every client measured accepts.
    RootSent,
}

/// What a correct client has to do that demands TLS and verifies it (RFC 8314 §5.2, RFC 8461 §4.2, RFC 7672).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requirement {
    /// It must let no mail and no credentials leave.
    Refuse,
    /// It should refuse; one that does not is lenient rather than wrong.
    ShouldRefuse,
    /// No standard decides.
    Either,
    /// It is legal, though odd: a refusal is a false alarm.
    Accept,
}

impl Flaw {
    /// Every flaw, in the order of the variants.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The id in the catalogue: `tls/expired`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.facts().id
    }

    /// The flaw of an id, with or without the part before the slash.
    ///
    /// ```
    /// use mailfault_certs::Flaw;
    ///
    /// assert_eq!(Flaw::from_id("tls/expired"), Some(Flaw::Expired));
    /// assert_eq!(Flaw::from_id("root-sent"), Some(Flaw::RootSent));
    /// assert_eq!(Flaw::from_id("control/expired"), None);
    /// ```
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        ALL.iter().copied().find(|flaw| {
            let short = flaw.id().split_once('/').map(|(_, short)| short);
            flaw.id() == id || short == Some(id)
        })
    }

    /// What is wrong, in one line.
    #[must_use]
    pub fn summary(self) -> &'static str {
        self.facts().summary
    }

    /// Where it is judged: RFC numbers and sections, as in `5280 6.1.3(a)(2)`.
    #[must_use]
    pub fn rfc(self) -> &'static str {
        self.facts().rfc
    }

    /// What a verifying client has to do about it.
    #[must_use]
    pub fn requirement(self) -> Requirement {
        self.facts().requirement
    }

    /// How it is made.
    #[must_use]
    pub fn construction(self) -> &'static str {
        self.facts().construction
    }

    /// Whether it decides which names the certificate carries.
    pub(crate) fn is_about_names(self) -> bool {
        matches!(
            self,
            Self::WrongName
                | Self::CnOnly
                | Self::WildcardTooDeep
                | Self::WildcardOtherDomain
                | Self::SanIpOnly
        )
    }

    /// Whether it shows in what stands above the leaf, so that there has to be an intermediate.
    pub(crate) fn is_about_chain(self) -> bool {
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
                | Self::RootSent
        )
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Flaw {
    type Err = Error;

    fn from_str(id: &str) -> Result<Self, Error> {
        Self::from_id(id).ok_or_else(|| Error::UnknownFlaw(id.to_owned()))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Refuse => "refuse",
            Self::ShouldRefuse => "should refuse",
            Self::Either => "either",
            Self::Accept => "accept",
        })
    }
}

const ALL: &[Flaw] = &[
    Flaw::Expired,
    Flaw::NotYetValid,
    Flaw::WrongName,
    Flaw::CnOnly,
    Flaw::WildcardTooDeep,
    Flaw::WildcardOtherDomain,
    Flaw::SanIpOnly,
    Flaw::SelfSigned,
    Flaw::UntrustedRoot,
    Flaw::MissingIntermediate,
    Flaw::ExpiredIntermediate,
    Flaw::ExpiredRoot,
    Flaw::IntermediateNotCa,
    Flaw::PathlenExceeded,
    Flaw::EkuClientOnly,
    Flaw::KeyMismatch,
    Flaw::ExtraUnrelated,
    Flaw::ReversedChain,
    Flaw::DuplicateLeaf,
    Flaw::RootSent,
];
