//! Every defect by name.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

mod clash;
mod facts;
mod kind;

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

    /// The validity ends ten days ago and begins in ten days.
    ///
    /// RFC 5280 6.1.3(a)(2). OpenSSL 3.0 says error 9, `certificate is not yet valid`; rustls 0.23 says `Expired`.
    ValidityInverted,

    /// notAfter is the GeneralizedTime `20491231235959.5Z`: the fraction is forbidden, the time itself is ahead.
    ///
    /// RFC 5280 4.1.2.5.2. OpenSSL 3.0 says error 14, `format error in certificate's notAfter field`; rustls 0.23 says
    /// `BadEncoding`. Clients disagree: of those measured, Java 17 accepts.
    TimeFractional,

    /// notBefore is the UTCTime `991332256199Z`: a thirteenth month, a 32nd day.
    ///
    /// RFC 5280 4.1.2.5.1, 6.1.3(a)(2). `openssl verify` 3.0 says error 13, `format error in certificate's notBefore
    /// field`; webpki 0.103 says `BadDerTime`.
    TimeGarbage,

    /// Both times are GeneralizedTimes, where an issuer has to write UTCTime until 2049.
    ///
    /// RFC 5280 4.1.2.5 (issuer rule). OpenSSL 3.0 accepts; rustls 0.23 accepts.
    TimeGeneralizedEarly,

    /// Two certificates have the same issuer, subject and names, and the server picked the one that expired ten days
    /// ago. [`Identity::renewed`](crate::Identity::renewed) is the other one.
    ///
    /// RFC 5280 6.1.3(a)(2). `openssl verify` 3.0 says error 10, `certificate has expired`; webpki 0.103 says
    /// `CertExpired`.
    RenewedOldServed,

    /// [`Expired`](Self::Expired) and [`WrongName`](Self::WrongName) at once: which one does a client name?
    ///
    /// OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says `ExpiredContext`.
    ExpiredAndWrongName,

    /// [`Expired`](Self::Expired) and [`UntrustedRoot`](Self::UntrustedRoot) at once.
    ///
    /// OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23 says `ExpiredContext`.
    ExpiredAndUntrusted,

    /// [`Expired`](Self::Expired) and [`MissingIntermediate`](Self::MissingIntermediate) at once.
    ///
    /// OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23 says `ExpiredContext`.
    ExpiredAndMissingIntermediate,

    /// [`Expired`](Self::Expired) and [`SelfSigned`](Self::SelfSigned) at once: the forgotten certificate of the
    /// set-up.
    ///
    /// OpenSSL 3.0 says error 18, `self-signed certificate`; rustls 0.23 says `ExpiredContext`.
    ExpiredSelfSigned,

    /// [`WrongName`](Self::WrongName) and [`UntrustedRoot`](Self::UntrustedRoot) at once.
    ///
    /// OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23 says `UnknownIssuer`.
    WrongNameAndUntrusted,

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

    /// The common name is right, the SAN names `other.<domain>`: where there is a dNSName, nobody may look at the
    /// common name.
    ///
    /// RFC 9525 2. OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says `NotValidForNameContext`.
    CnRightSanWrong,

    /// No SAN; the common name is `*.<domain>`.
    ///
    /// RFC 9525 2 (but 7817 3(4)-(5)). `openssl verify` 3.0 accepts; webpki 0.103 says `CertNotValidForName`.
    WildcardCnOnly,

    /// SAN and CN are `*.<domain>` for `a.mail.<domain>`: the wildcard would have to stand for two labels. A name
    /// of two labels has no such domain; its certificate carries `*.<name>`, which would have to stand for none.
    ///
    /// RFC 9525 6.3. OpenSSL 3.0 says error 62, Go 1.19 `certificate is valid for *.fixture.test, not
    /// a.mail.fixture.test`. Every client measured refuses.
    WildcardTooDeep,

    /// SAN and CN are `*.<name>` for the name itself.
    ///
    /// RFC 9525 6.3. `openssl verify` 3.0 says error 62, `hostname mismatch`; webpki 0.103 says `CertNotValidForName`.
    WildcardForParent,

    /// SAN and CN are `*.other.test`, the certificate of a hosting company that forgot a customer.
    ///
    /// RFC 9525 6.3. OpenSSL 3.0 says error 62, Java 17 `No subject alternative DNS name matching … found`. Every
    /// client measured refuses.
    WildcardOtherDomain,

    /// SAN and CN are `ma*.<domain>` for `mail.<domain>`: the first half of the host and a star.
    ///
    /// RFC 9525 6.3; 7817 3(5) (6125 6.4.3 allowed it). `openssl verify` 3.0 accepts; webpki 0.103 says
    /// `CertNotValidForName`.
    WildcardPartialLabel,

    /// SAN and CN are `mail.*.test` for `mail.<domain>`: the second label is the star.
    ///
    /// RFC 9525 6.3. OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says `NotValidForNameContext`. Clients
    /// disagree: of those measured, Java 17 accepts.
    WildcardMiddleLabel,

    /// SAN and CN are `*.*.<domain>`.
    ///
    /// RFC 9525 6.3. `openssl verify` 3.0 says error 62, `hostname mismatch`; webpki 0.103 says `CertNotValidForName`.
    WildcardDouble,

    /// SAN and CN are `*.test`. A wildcard stands for one label, so that [`Identity::name`](crate::Identity::name) is
    /// the last two labels of the name wished for.
    ///
    /// RFC 9525 7.1 (public suffixes: out of scope there, 6.3 would match; plain sense). OpenSSL 3.0 says error 62,
    /// `hostname mismatch`; rustls 0.23 says `NotValidForNameContext`. Clients disagree: of those measured, Java 17 and
    /// Go 1.19 accept.
    WildcardTld,

    /// SAN and CN are `*`.
    ///
    /// RFC 9525 6.3. OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says `NotValidForNameContext`.
    WildcardBare,

    /// The SAN holds the iPAddress 127.0.0.1 where a name is due. The CN is `127.0.0.1` too: OpenSSL goes by the CN
    /// unless a dNSName is present, and would accept the right one.
    ///
    /// RFC 9525 6.2, 6.6. `openssl verify` 3.0 says error 62; webpki 0.103 says `CertNotValidForName`.
    SanIpOnly,

    /// The SAN has a dNSName and no iPAddress. [`Identity::name`](crate::Identity::name) is the address wished for, or
    /// 127.0.0.1.
    ///
    /// RFC 9525 6.2, 6.4. OpenSSL 3.0 says error 64, `IP address mismatch`; rustls 0.23 says `NotValidForNameContext`.
    IpNoIpSan,

    /// The SAN has the address as a dNSName. [`Identity::name`](crate::Identity::name) is the address wished for, or
    /// 127.0.0.1.
    ///
    /// RFC 9525 6.2, 6.4. OpenSSL 3.0 says error 64, `IP address mismatch`; rustls 0.23 says `NotValidForNameContext`.
    IpAsDnsSan,

    /// The SAN has the iPAddress 10.0.0.1. [`Identity::name`](crate::Identity::name) is the address wished for, or
    /// 127.0.0.1.
    ///
    /// RFC 9525 6.4. `openssl verify` 3.0 says error 64, `IP address mismatch`; webpki 0.103 says
    /// `CertNotValidForName`.
    IpOther,

    /// The SAN has the rfc822Name `postmaster@<domain>` alone, the common name is another host's.
    ///
    /// RFC 9525 1.5, 6.2, 6.6. OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says
    /// `NotValidForNameContext`.
    SanEmailOnly,

    /// The SAN has the rfc822Name `postmaster@<domain>` alone, the common name is right.
    ///
    /// RFC 9525 2 (but 7817 3(4)). OpenSSL 3.0 accepts; rustls 0.23 says `NotValidForNameContext`. Clients disagree:
    /// all measured accept but Go 1.19 and rustls 0.23.
    SanEmailOnlyCnRight,

    /// The SAN has the URI `smtp://<name>` alone, the common name is another host's.
    ///
    /// RFC 9525 6.2, 6.5; 7817 3(3) (URI-ID MUST NOT be used for mail). OpenSSL 3.0 says error 62, `hostname mismatch`;
    /// rustls 0.23 says `NotValidForNameContext`.
    SanUriOnly,

    /// SAN and CN are `mail` for `mail.<domain>`: an internal name, as a server gives itself before it has a public
    /// one.
    ///
    /// RFC 9525 6.3. OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says `NotValidForNameContext`.
    SanShortNameOnly,

    /// The SAN is the dNSName `<name>.`, the common name is another host's.
    ///
    /// RFC 5280 4.2.1.6 (not preferred name syntax). OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says
    /// `NotValidForNameContext`. Clients disagree: of those measured, curl 7.88 and Node 20 and 24 accept.
    SanTrailingDot,

    /// The SAN is the dNSName `.<domain>`, the common name is another host's.
    ///
    /// RFC 5280 4.2.1.6; 9525 6.3. OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says
    /// `NotValidForNameContext`.
    SanLeadingDot,

    /// The SAN is the dNSName `<name>\0.evil.test`, which a careless C program reads as `<name>`; the common name is
    /// another host's.
    ///
    /// RFC 9525 6.3; 5280 4.2.1.6. `openssl verify` 3.0 says error 62, `hostname mismatch`; webpki 0.103 says
    /// `CertNotValidForName`.
    SanNulByte,

    /// The SAN is the dNSName `mäil.<domain>` in UTF-8, where an A-label is due; the common name is another host's.
    ///
    /// RFC 5280 7.2; 9525 2, 6.3 (A-labels). OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says
    /// `NotValidForNameContext`.
    SanNonAscii,

    /// The SAN is the dNSName `mäil.<domain>` in UTF-8 and, after it, the right one.
    ///
    /// RFC 5280 7.2. OpenSSL 3.0 accepts; rustls 0.23 accepts. Clients disagree: all measured accept but Go 1.19.
    SanNonAsciiPlusRight,

    /// The SAN is an empty SEQUENCE, the common name is right.
    ///
    /// RFC 5280 4.2.1.6 (SIZE 1..MAX); 9525 2. `openssl verify` 3.0 accepts; webpki 0.103 says `CertNotValidForName`.
    SanEmpty,

    /// The SAN is one dNSName without an octet, the common name is another host's.
    ///
    /// RFC 5280 4.2.1.6; 9525 6.3, 6.6. OpenSSL 3.0 says error 62, `hostname mismatch`; rustls 0.23 says
    /// `NotValidForNameContext`.
    SanEmptyDns,

    /// The SAN is `30 7f 78 78`, a length of 127 octets of which two follow; the common name is right.
    ///
    /// RFC 5280 4.2.1.6; 9525 2. OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23 says
    /// `BadEncoding`. Clients disagree: of those measured, Java 17 accepts.
    SanMalformed,

    /// 5,000 dNSNames, the right one last: the Certificate message is larger than most clients take.
    ///
    /// RFC 5280 4.2.1.6. OpenSSL 3.0 says `excessive message size`; rustls 0.23 says `HandshakePayloadTooLarge`.
    /// Clients disagree: of those measured, GnuTLS 3.7 accepts.
    San5000,

    /// Signed by its own key, no CA, right names; nobody trusts it.
    ///
    /// RFC 5280 6.1. OpenSSL 3.0 says error 18, `self-signed certificate`, Node `DEPTH_ZERO_SELF_SIGNED_CERT`.
    /// GnuTLS 3.7, Java 17, Go 1.19 and rustls 0.23 (`UnknownIssuer`) say what they say of an unknown CA.
    SelfSigned,

    /// Signed by its own key, CA:TRUE, right names; nobody trusts it.
    ///
    /// RFC 5280 6.1. OpenSSL 3.0 says error 18, `self-signed certificate`; rustls 0.23 says `CaUsedAsEndEntity`.
    SelfSignedCa,

    /// RSA-2048, signed by its own key, CN `EX01`, SAN `EX01` and `EX01.<domain>`, keyUsage digitalSignature and
    /// keyEncipherment, five years from a year ago. Exchange falls back to such a certificate when it finds no other.
    ///
    /// RFC 5280 6.1. OpenSSL 3.0 says error 18, `self-signed certificate`; rustls 0.23 says `UnknownIssuer`.
    SelfSignedExchangeSetup,

    /// Leaf and intermediate of an unknown root, which is not sent.
    /// [`Identity::with_root`](crate::Identity::with_root) or [`RootSent`](Self::RootSent) sends it.
    ///
    /// RFC 5280 6.1. `openssl verify` 3.0 says error 20, `unable to get local issuer certificate`; when the root is
    /// sent too, 19, `self-signed certificate in certificate chain`, as do the clients built on OpenSSL. Go 1.19
    /// says `certificate signed by unknown authority`, rustls 0.23 `UnknownIssuer`, either way.
    UntrustedRoot,

    /// [`UntrustedRoot`](Self::UntrustedRoot) and [`RootSent`](Self::RootSent) at once.
    ///
    /// RFC 5280 6.1. OpenSSL 3.0 says error 19, `self-signed certificate in certificate chain`; rustls 0.23 says
    /// `UnknownIssuer`.
    UntrustedRootSent,

    /// The leaf alone is sent, the issuing CA never is. Clients that fetch it by themselves (AIA) find no address
    /// in the leaf.
    ///
    /// RFC 8446 4.4.2; 5280 6.1. OpenSSL 3.0 says error 20, `unable to get local issuer certificate`, Node
    /// `UNABLE_TO_VERIFY_LEAF_SIGNATURE`, Postfix 3.7 `untrusted issuer`. Every verifying client measured refuses,
    /// opportunistic nodemailer 10 and lettre 0.11 included.
    MissingIntermediate,

    /// The leaf and an intermediate of an unrelated root: a bundle of last year, or of another vendor.
    ///
    /// RFC 5280 6.1.3(a)(4). `openssl verify` 3.0 says error 20, `unable to get local issuer certificate`; webpki 0.103
    /// says `UnknownIssuer`.
    WrongIntermediate,

    /// Intermediate, leaf.
    ///
    /// RFC 8446 4.4.2 (first MUST be the sender's). OpenSSL 3.0 says error 26, `unsuitable certificate purpose`; rustls
    /// 0.23 says `CaUsedAsEndEntity`.
    NoLeafFirst,

    /// An intermediate of the same root with the right name and another key is sent; the leaf has no
    /// authorityKeyIdentifier to tell them apart.
    ///
    /// RFC 5280 6.1.3(a)(1). `openssl verify` 3.0 says error 7, `certificate signature failure`; webpki 0.103 says
    /// `InvalidSignatureForPublicKey`.
    ImpostorIntermediate,

    /// As [`ImpostorIntermediate`](Self::ImpostorIntermediate), and the leaf's authorityKeyIdentifier points to the
    /// true key.
    ///
    /// RFC 5280 6.1.3(a)(1). `openssl verify` 3.0 says error 20, `unable to get local issuer certificate`; webpki 0.103
    /// says `InvalidSignatureForPublicKey`.
    ImpostorIntermediateAki,

    /// The intermediate is signed by a root with the name of the trusted one and a key of its own, which is not sent.
    ///
    /// RFC 5280 6.1.3(a)(1). OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23 says
    /// `BadSignature`.
    ImpostorRoot,

    /// Signed by the issuing CA; the issuer's name is another.
    ///
    /// RFC 5280 6.1.3(a)(4). OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23 says
    /// `UnknownIssuer`.
    IssuerNameMismatch,

    /// Signed by the issuing CA; the issuer's name is an empty SEQUENCE.
    ///
    /// RFC 5280 4.1.2.4, 6.1.3(a)(4). OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23
    /// says `UnknownIssuer`.
    IssuerEmpty,

    /// The authorityKeyIdentifier matches nobody; names and signature are right.
    ///
    /// RFC 5280 4.2.1.1 (a hint). OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23
    /// accepts. Clients disagree: of those measured, Java 17, Go 1.19 and rustls 0.23 accept.
    AkiMismatch,

    /// The leaf alone is sent, and what a client is told to trust ([`Identity::roots`](crate::Identity::roots)) is the
    /// intermediate, which is no root.
    ///
    /// RFC 5280 6.1.1(d). `openssl verify` 3.0 says error 2; webpki 0.103 accepts.
    PartialChainTrusted,

    /// The issuing CA expired ten days ago; the leaf is current.
    ///
    /// RFC 5280 6.1.3(a)(2). OpenSSL 3.0 says error 10 at depth 1. Every client measured refuses, few say which
    /// certificate it is; Postfix 3.7 says `CA certificate verification failed`.
    ExpiredIntermediate,

    /// The issuing CA is valid from ten days ahead; the leaf is current.
    ///
    /// RFC 5280 6.1.3(a)(2). `openssl verify` 3.0 says error 9, `certificate is not yet valid`; webpki 0.103 says
    /// `CertNotValidYet`.
    FutureIntermediate,

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

    /// The issuing certificate has keyUsage keyCertSign and no basicConstraints.
    ///
    /// RFC 5280 6.1.4(k). `openssl verify` 3.0 says error 79, `invalid CA certificate`; webpki 0.103 says
    /// `EndEntityUsedAsCa`.
    IntermediateNoBc,

    /// The issuing certificate has neither basicConstraints nor keyUsage.
    ///
    /// RFC 5280 6.1.4(k). OpenSSL 3.0 says error 79, `invalid CA certificate`; rustls 0.23 says `EndEntityUsedAsCa`.
    IntermediateNoBcNoKu,

    /// The issuing CA has CA:TRUE and keyUsage digitalSignature alone.
    ///
    /// RFC 5280 6.1.4(n). OpenSSL 3.0 says error 79, `invalid CA certificate`; rustls 0.23 accepts. Clients disagree:
    /// of those measured, rustls 0.23 accepts.
    IntermediateNoCertsign,

    /// The issuing CA has CA:TRUE in an extension that is not critical.
    ///
    /// RFC 5280 4.2.1.9 (issuer rule). OpenSSL 3.0 accepts; rustls 0.23 accepts. Clients disagree: all measured accept
    /// but `openssl -x509_strict` and Python 3.13.
    IntermediateBcNoncritical,

    /// A certificate for the same names, good in itself, signs the leaf: without this check, whoever has a certificate
    /// has them all.
    ///
    /// RFC 5280 6.1.4(k). OpenSSL 3.0 says error 79, `invalid CA certificate`; rustls 0.23 says `EndEntityUsedAsCa`.
    LeafIssuedByLeaf,

    /// A second issuing CA below one of pathLen 0.
    ///
    /// RFC 5280 6.1.4(l)-(m). `openssl verify` 3.0 says error 25, `path length constraint exceeded`; webpki 0.103
    /// says `PathLenConstraintViolated`.
    PathlenExceeded,

    /// The issuing CA's nameConstraints permits `allowed.test` alone.
    ///
    /// RFC 5280 6.1.3(b). OpenSSL 3.0 says error 47, `permitted subtree violation`; rustls 0.23 says
    /// `NameConstraintViolation`.
    NameConstraintsPermitted,

    /// The issuing CA's nameConstraints excludes `<domain>`.
    ///
    /// RFC 5280 6.1.3(c). `openssl verify` 3.0 says error 48, `excluded subtree violation`; webpki 0.103 says
    /// `NameConstraintViolation`.
    NameConstraintsExcluded,

    /// The issuing CA's nameConstraints permits `.<domain>`; the dot has a meaning for URIs and mail addresses, and
    /// none for DNS names. The certificate has the name wished for alone.
    ///
    /// RFC 5280 4.2.1.10 (dot defined for URI and mail names, not for DNS). OpenSSL 3.0 accepts; rustls 0.23 accepts.
    NameConstraintsLeadingDot,

    /// The issuing CA's extendedKeyUsage is clientAuth.
    ///
    /// RFC 5280 4.2.1.12 (nesting by convention). OpenSSL 3.0 says error 26, `unsuitable certificate purpose`; rustls
    /// 0.23 says `InvalidPurposeContext`. Clients disagree: of those measured, Java 17 accepts.
    IntermediateEku,

    /// The issuing CA's policyConstraints, critical, has requireExplicitPolicy 0.
    ///
    /// RFC 5280 6.1.3(f), 6.1.4(i). OpenSSL 3.0 accepts; rustls 0.23 says `UnsupportedCriticalExtension`. Clients
    /// disagree: all measured accept but GnuTLS 3.7, Java 17, Go 1.19 and rustls 0.23.
    PolicyRequired,

    /// The issuing CA has a critical extension with an OID that nobody knows.
    ///
    /// RFC 5280 6.1.4(o). `openssl verify` 3.0 says error 34, `unhandled critical extension`; webpki 0.103 says
    /// `UnsupportedCriticalExtension`.
    IntermediateUnknownCritical,

    /// The issuing CA has no version field and no extensions.
    ///
    /// RFC 5280 6.1.4(k). `openssl verify` 3.0 says error 79, `invalid CA certificate`; webpki 0.103 says
    /// `UnsupportedCertVersion`.
    V1Intermediate,

    /// Eight intermediates between root and leaf.
    ///
    /// RFC 5280 6.1. `openssl verify` 3.0 accepts; webpki 0.103 says `MaximumPathDepthExceeded`.
    LongChain8,

    /// Twelve intermediates between root and leaf.
    ///
    /// RFC 5280 6.1. `openssl verify` 3.0 accepts; webpki 0.103 says `MaximumPathDepthExceeded`.
    LongChain12,

    /// Twenty intermediates between root and leaf.
    ///
    /// RFC 5280 6.1. OpenSSL 3.0 accepts; rustls 0.23 says `MaximumPathDepthExceeded`. Clients disagree: all measured
    /// accept but GnuTLS 3.7, Java 17, rustls 0.23 and Postfix 3.7.
    LongChain20,

    /// The last octet of the intermediate's signature is flipped.
    ///
    /// RFC 5280 6.1.3(a)(1). OpenSSL 3.0 says error 7, `certificate signature failure`; rustls 0.23 says
    /// `BadSignature`.
    TamperedIntermediate,

    /// The extendedKeyUsage is clientAuth alone.
    ///
    /// RFC 5280 4.2.1.12. OpenSSL 3.0 says error 26, `unsuitable certificate purpose`, Go 1.19 `incompatible key
    /// usage`, rustls 0.23 `InvalidPurposeContext`. Every verifying client measured refuses.
    EkuClientOnly,

    /// The extendedKeyUsage is emailProtection alone: an S/MIME certificate on a mail server.
    ///
    /// RFC 5280 4.2.1.12. OpenSSL 3.0 says error 26, `unsuitable certificate purpose`; rustls 0.23 says
    /// `InvalidPurposeContext`.
    EkuEmailOnly,

    /// The extendedKeyUsage is codeSigning alone.
    ///
    /// RFC 5280 4.2.1.12. OpenSSL 3.0 says error 26, `unsuitable certificate purpose`; rustls 0.23 says
    /// `InvalidPurposeContext`.
    EkuCodeSigning,

    /// The extendedKeyUsage is anyExtendedKeyUsage alone.
    ///
    /// RFC 5280 4.2.1.12 (MAY reject). OpenSSL 3.0 says error 26, `unsuitable certificate purpose`; rustls 0.23 says
    /// `InvalidPurposeContext`. Clients disagree: of those measured, GnuTLS 3.7, Java 17 and Go 1.19 accept.
    EkuAny,

    /// The extendedKeyUsage is an empty SEQUENCE.
    ///
    /// RFC 5280 4.2.1.12 (SIZE 1..MAX). OpenSSL 3.0 says error 26, `unsuitable certificate purpose`; rustls 0.23 says
    /// `EmptyEkuExtension`. Clients disagree: of those measured, GnuTLS 3.7 and Go 1.19 accept.
    EkuEmpty,

    /// The keyUsage is keyEncipherment alone, as for TLS without ECDHE; every handshake of today signs.
    ///
    /// RFC 8446 4.4.2.2 (binds the sender); 5280 4.2.1.3. OpenSSL 3.0 accepts; rustls 0.23 accepts. Clients disagree:
    /// all measured accept but GnuTLS 3.7 and Java 17.
    KuEnciphermentOnly,

    /// The keyUsage is keyAgreement alone.
    ///
    /// RFC 8446 4.4.2.2 (binds the sender). `openssl verify` 3.0 accepts; webpki 0.103 accepts.
    KuAgreementOnly,

    /// The keyUsage has keyCertSign too, with CA:FALSE.
    ///
    /// RFC 5280 4.2.1.3, 4.2.1.9 (issuer rule). `openssl verify` 3.0 accepts; webpki 0.103 accepts.
    KuCertsignOnLeaf,

    /// The leaf has CA:TRUE.
    ///
    /// RFC 5280 6.1 (not checked for the target). OpenSSL 3.0 accepts; rustls 0.23 says `CaUsedAsEndEntity`. Clients
    /// disagree: all measured accept but rustls 0.23.
    LeafIsCa,

    /// Signed by its own key, CA:TRUE, and what a client is told to trust
    /// ([`Identity::roots`](crate::Identity::roots)): a usual set-up of servers on premises.
    ///
    /// RFC 5280 6.1. OpenSSL 3.0 accepts; rustls 0.23 says `CaUsedAsEndEntity`. Clients disagree: all measured accept
    /// but rustls 0.23.
    LeafIsCaTrusted,

    /// A critical extension with an OID that nobody knows.
    ///
    /// RFC 5280 6.1.5(f), 4.2. `openssl verify` 3.0 says error 34, `unhandled critical extension`; webpki 0.103 says
    /// `UnsupportedCriticalExtension`.
    UnknownCritical,

    /// The critical poison of Certificate Transparency, with which a precertificate is kept out of use.
    ///
    /// RFC 6962 3.1; 5280 4.2. `openssl verify` 3.0 says error 34, `unhandled critical extension`; webpki 0.103 says
    /// `UnsupportedCriticalExtension`.
    CtPoison,

    /// A non-critical extension of 60,000 octets that nobody knows.
    ///
    /// RFC 5280 4.2. OpenSSL 3.0 accepts; rustls 0.23 accepts. Clients disagree: all measured accept but Java 17.
    Leaf60k,

    /// The server signs the handshake with another key: a renewal of which one half was installed. The certificate
    /// verifies; only a handshake shows the flaw.
    ///
    /// RFC 8446 4.4.3. rustls 0.23 says `BadSignature` and sends alert 51, decrypt_error, under TLS 1.2 and 1.3.
    KeyMismatch,

    /// As [`KeyMismatch`](Self::KeyMismatch), with RSA-2048: a check of the kind of key alone does not find it.
    ///
    /// RFC 8446 4.4.3. `openssl verify` 3.0 accepts; webpki 0.103 accepts.
    KeyMismatchRsa,

    /// The last octet of the leaf's signature is flipped.
    ///
    /// RFC 5280 6.1.3(a)(1). OpenSSL 3.0 says error 7, `certificate signature failure`; rustls 0.23 says
    /// `BadSignature`.
    TamperedSignature,

    /// One letter of the subject was changed after signing.
    ///
    /// RFC 5280 6.1.3(a)(1). OpenSSL 3.0 says error 7, `certificate signature failure`; rustls 0.23 says
    /// `BadSignature`.
    TamperedTbs,

    /// The signature is a BIT STRING without an octet.
    ///
    /// RFC 5280 6.1.3(a)(1). OpenSSL 3.0 says error 7, `certificate signature failure`; rustls 0.23 says
    /// `BadSignature`.
    SignatureEmpty,

    /// Inside of what is signed stands the right algorithm, beside the signature the same with another hash.
    ///
    /// RFC 5280 4.1.1.2. OpenSSL 3.0 says error 7, `certificate signature failure`; rustls 0.23 says
    /// `SignatureAlgorithmMismatch`.
    SigalgMismatch,

    /// An OID that nobody knows in both places.
    ///
    /// RFC 5280 6.1.3(a)(1). OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23 says
    /// `UnsupportedSignatureAlgorithmContext`.
    SigalgUnknown,

    /// sha256WithRSA is claimed for an ECDSA signature, or ecdsa-with-SHA256 for one of RSA.
    ///
    /// RFC 5280 6.1.3(a)(1). OpenSSL 3.0 says error 20, `unable to get local issuer certificate`; rustls 0.23 says
    /// `UnsupportedSignatureAlgorithmForPublicKeyContext`.
    SigalgWrongFamily,

    /// The leaf is signed md5WithRSA by an issuing CA with RSA-2048.
    ///
    /// RFC 8446 4.4.2.4 (bad_certificate). `openssl verify` 3.0 says error 68, `CA signature digest algorithm too
    /// weak`; webpki 0.103 says `UnsupportedSignatureAlgorithmContext`.
    Md5,

    /// The leaf is signed sha1WithRSA by an issuing CA with RSA-2048.
    ///
    /// RFC 8446 4.4.2.4 (RECOMMENDED). OpenSSL 3.0 says error 68, `CA signature digest algorithm too weak`; rustls 0.23
    /// says `UnsupportedSignatureAlgorithmContext`. Clients disagree: of those measured, Java 17 accepts.
    Sha1,

    /// The leaf is signed ecdsa-with-SHA1 by an issuing CA with P-256.
    ///
    /// RFC 8446 4.4.2.4 (RECOMMENDED). `openssl verify` 3.0 says error 68, `CA signature digest algorithm too weak`;
    /// webpki 0.103 says `UnsupportedSignatureAlgorithmContext`.
    Sha1Ecdsa,

    /// The issuing CA is signed sha1WithRSA by a root of its own, with RSA-2048: trust
    /// [`Identity::roots`](crate::Identity::roots).
    ///
    /// RFC 8446 4.4.2.4 (RECOMMENDED). OpenSSL 3.0 says error 68, `CA signature digest algorithm too weak`; rustls 0.23
    /// says `UnsupportedSignatureAlgorithmContext`. Clients disagree: of those measured, Java 17 accepts.
    Sha1Intermediate,

    /// An RSA-512 leaf key. It is too short for a PSS signature, so that no client can finish a handshake under TLS
    /// 1.3.
    ///
    /// RFC 9325 4.5. OpenSSL 3.0 says error 66, `EE certificate key too weak`; rustls 0.23 finishes no handshake.
    /// Clients disagree: of those measured, Go 1.19 accepts.
    Rsa512,

    /// An RSA-1024 leaf key.
    ///
    /// RFC 9325 4.5. `openssl verify` 3.0 says error 66, `EE certificate key too weak`; webpki 0.103 accepts.
    Rsa1024,

    /// The issuing CA has an RSA-1024 key.
    ///
    /// RFC 9325 4.5. OpenSSL 3.0 says error 67, `CA certificate key too weak`; rustls 0.23 says `BadSignature`. Clients
    /// disagree: of those measured, Node 20, GnuTLS 3.7, Java 17, Go 1.19 and Postfix 3.7 accept.
    Rsa1024Intermediate,

    /// A trusted root with an RSA-1024 key: trust [`Identity::roots`](crate::Identity::roots).
    ///
    /// RFC 9325 4.5. OpenSSL 3.0 says error 67, `CA certificate key too weak`; rustls 0.23 says `BadSignature`. Clients
    /// disagree: of those measured, Node 20, GnuTLS 3.7, Java 17, Go 1.19 and Postfix 3.7 accept.
    Rsa1024Root,

    /// An RSA-2047 leaf key.
    ///
    /// RFC 9325 4.5. OpenSSL 3.0 accepts; rustls 0.23 accepts. Clients disagree: all measured accept but rustls 0.23
    /// with aws-lc-rs.
    Rsa2047,

    /// The SubjectPublicKeyInfo has the algorithm id-RSASSA-PSS, without parameters.
    ///
    /// RFC 8446 4.2.3. OpenSSL 3.0 accepts; rustls 0.23 offers no scheme for it. Clients disagree: all measured accept
    /// but Go 1.19 and rustls 0.23.
    RsaPssKey,

    /// A P-521 leaf key; the server signs with another:
    /// [`Identity::serves_foreign_key`](crate::Identity::serves_foreign_key).
    ///
    /// RFC 8446 4.2.3. OpenSSL 3.0 accepts; rustls 0.23 offers no scheme for it. Clients disagree: all measured accept
    /// but rustls 0.23 with ring.
    P521,

    /// An Ed448 leaf key; the server signs with another:
    /// [`Identity::serves_foreign_key`](crate::Identity::serves_foreign_key).
    ///
    /// RFC 8446 4.2.3. OpenSSL 3.0 accepts; rustls 0.23 offers no scheme for it. Clients disagree: all measured accept
    /// but Go 1.19 and rustls 0.23.
    Ed448,

    /// A DSA-2048 leaf key; the server signs with another:
    /// [`Identity::serves_foreign_key`](crate::Identity::serves_foreign_key).
    ///
    /// RFC 8446 4.2.3. `openssl verify` 3.0 accepts; webpki 0.103 accepts; no
    /// handshake ends well.
    Dsa,

    /// A prime192v1 leaf key; the server signs with another:
    /// [`Identity::serves_foreign_key`](crate::Identity::serves_foreign_key).
    ///
    /// RFC 8422 5.1.1; 9325 4.5. OpenSSL 3.0 says error 66, `EE certificate key too weak`; rustls 0.23 says
    /// `UnsupportedSignatureAlgorithmForPublicKeyContext`.
    P192,

    /// A P-224 leaf key; the server signs with another:
    /// [`Identity::serves_foreign_key`](crate::Identity::serves_foreign_key).
    ///
    /// RFC 8446 4.2.3; 8422 5.1.1 (deprecated). `openssl verify` 3.0 accepts; webpki 0.103 accepts; no
    /// handshake ends well.
    P224,

    /// A secp256k1 leaf key; the server signs with another:
    /// [`Identity::serves_foreign_key`](crate::Identity::serves_foreign_key).
    ///
    /// RFC 8446 4.2.3; 8422 5.1.1 (deprecated). OpenSSL 3.0 says `wrong curve`; rustls 0.23 says
    /// `UnsupportedSignatureAlgorithmForPublicKeyContext`.
    Secp256k1,

    /// A brainpoolP256r1 leaf key; the server signs with another:
    /// [`Identity::serves_foreign_key`](crate::Identity::serves_foreign_key).
    ///
    /// RFC 8734 4; 8446 4.4.3 (only if offered). OpenSSL 3.0 says `wrong curve`; rustls 0.23 says
    /// `UnsupportedSignatureAlgorithmForPublicKeyContext`.
    Brainpool,

    /// A P-256 leaf key with explicit parameters (RFC 5480 §2.1.1 forbids them); the server signs with it.
    ///
    /// RFC 5480 2.1.1 (MUST NOT). `openssl verify` 3.0 says error 94, `Certificate public key has explicit ECC
    /// parameters`; webpki 0.103 accepts.
    ExplicitCurve,

    /// No version field and no extensions; the common name is right.
    ///
    /// RFC 9525 2 (but 7817 3(4)); 5280 4.1.2.1. OpenSSL 3.0 accepts; rustls 0.23 says `UnsupportedCertVersion`.
    /// Clients disagree: all measured accept but Go 1.19 and rustls 0.23.
    V1,

    /// No version field, which means version 1, and yet extensions.
    ///
    /// RFC 5280 4.1.2.1, 4.1.2.9. OpenSSL 3.0 accepts; rustls 0.23 says `UnsupportedCertVersion`. Clients disagree: of
    /// those measured, OpenSSL 3.0, curl 7.88, Python 3.11, Node 20 and 24, pyOpenSSL on OpenSSL 4.0 and Postfix 3.7
    /// accept.
    V1WithExtensions,

    /// The version field says 3, which would be version 4.
    ///
    /// RFC 5280 4.1.2.1. `openssl verify` 3.0 accepts; webpki 0.103 says `UnsupportedCertVersion`.
    V4,

    /// The SAN twice, with equal content.
    ///
    /// RFC 5280 4.2. `openssl verify` 3.0 says error 20, `unable to get local issuer certificate`; webpki 0.103 says
    /// `ExtensionValueInvalid`.
    DuplicateExtension,

    /// The SAN twice: the right names, then `other.test`.
    ///
    /// RFC 5280 4.2. `openssl verify` 3.0 says error 20, `unable to get local issuer certificate`; webpki 0.103 says
    /// `ExtensionValueInvalid`.
    DuplicateExtensionDiffers,

    /// The extensions are an empty SEQUENCE; the common name is right.
    ///
    /// RFC 5280 4.1 (SIZE 1..MAX); 9525 2 (but 7817 3(4)). OpenSSL 3.0 accepts; rustls 0.23 says
    /// `NotValidForNameContext`. Clients disagree: all measured accept but `openssl -x509_strict`, Python 3.13, Go 1.19
    /// and rustls 0.23.
    ExtensionsEmpty,

    /// Serial number 0.
    ///
    /// RFC 5280 4.1.2.2 (handle gracefully). OpenSSL 3.0 accepts; rustls 0.23 accepts.
    SerialZero,

    /// Serial number -123, `02 01 85`.
    ///
    /// RFC 5280 4.1.2.2. OpenSSL 3.0 accepts; rustls 0.23 accepts.
    SerialNegative,

    /// A serial number of 21 octets, one more than an issuer may use.
    ///
    /// RFC 5280 4.1.2.2 (20 is the duty). OpenSSL 3.0 accepts; rustls 0.23 accepts.
    Serial21Octets,

    /// A serial number of 200 octets.
    ///
    /// RFC 5280 4.1.2.2. `openssl verify` 3.0 accepts; webpki 0.103 accepts.
    Serial200Octets,

    /// The INTEGER has a leading octet of zeros that it does not need.
    ///
    /// OpenSSL 3.0 says `illegal padding`; rustls 0.23 accepts. Clients disagree: of those measured, GnuTLS 3.7, Java
    /// 17 and rustls 0.23 accept.
    SerialNonminimal,

    /// The keyUsage is critical with a BOOLEAN of 02.
    ///
    /// OpenSSL 3.0 accepts; rustls 0.23 says `BadEncoding`. Clients disagree: all measured accept but Go 1.19 and
    /// rustls 0.23.
    BooleanNotDer,

    /// The SAN says `critical FALSE`, which is the default and has to be left out.
    ///
    /// OpenSSL 3.0 accepts; rustls 0.23 accepts.
    CriticalFalseEncoded,

    /// The subject is empty, and the SAN, which then has to be critical, is not.
    ///
    /// RFC 5280 4.1.2.6 (issuer rule). OpenSSL 3.0 accepts; rustls 0.23 accepts. Clients disagree: all measured accept
    /// but `openssl -x509_strict`, Python 3.13 and Java 17.
    SubjectEmptySanNoncritical,

    /// Nine octets after the Certificate, inside of its entry in the message.
    ///
    /// RFC 8446 4.4.2; X.690. OpenSSL 3.0 says `cert length mismatch`; rustls 0.23 says `BadEncoding`. Clients
    /// disagree: of those measured, Java 17 accepts.
    DerTrailingGarbage,

    /// The first half of the DER.
    ///
    /// RFC 8446 4.4.2, 6.2 (bad_certificate). OpenSSL 3.0 says `too long`; rustls 0.23 says `BadEncoding`.
    DerTruncated,

    /// The outer SEQUENCE has the length `83 00 …`.
    ///
    /// `openssl verify` 3.0 accepts; webpki 0.103 says `TrailingData`.
    DerNonminimalLength,

    /// The outer SEQUENCE has an indefinite length, which BER knows and DER does not.
    ///
    /// OpenSSL 3.0 accepts; rustls 0.23 says `BadEncoding`. Clients disagree: all measured accept but GnuTLS 3.7, Go
    /// 1.19 and rustls 0.23.
    BerIndefinite,

    /// 600 random octets, seeded if the authority is.
    ///
    /// RFC 8446 4.4.2, 6.2 (bad_certificate). `openssl` 3.0 cannot read it; webpki 0.103 says `TrailingData`.
    DerGarbage,

    /// `30 00`.
    ///
    /// RFC 8446 4.4.2, 6.2 (bad_certificate). `openssl` 3.0 cannot read it; webpki 0.103 says `BadDer`.
    DerEmpty,

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

    /// The right chain, padded with three big unrelated certificates: the Certificate message is longer than 64 KiB.
    ///
    /// RFC 8446 4.4.2 (limit 2^24-1). OpenSSL 3.0 accepts; rustls 0.23 says `HandshakePayloadTooLarge`. Clients
    /// disagree: all measured accept but Java 17, Go 1.19 and rustls 0.23.
    ChainOver64k,

    /// A Certificate message without a certificate.
    ///
    /// RFC 8446 4.4.2.4 (decode_error). OpenSSL 3.0 says `length mismatch`; rustls 0.23 says `NoCertificatesPresented`.
    EmptyChain,

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

    /// The feature that has to be turned on before it can be minted: `Some("weak")` for small RSA keys and for MD5 and
    /// SHA-1 in signatures, where this build has that feature off; `None` if all is there.
    ///
    /// ```
    /// use mailfault_certs::{Error, Flaw, Leaf};
    ///
    /// let checked = Leaf::new("mx.test").flaw(Flaw::Md5).check();
    /// match Flaw::Md5.needs() {
    ///     Some(feature) => assert_eq!(
    ///         checked.unwrap_err().to_string(),
    ///         format!("`tls/md5` needs the feature `{feature}`, which is off in this build"),
    ///     ),
    ///     None => assert!(checked.is_ok()),
    /// }
    /// ```
    #[must_use]
    pub fn needs(self) -> Option<&'static str> {
        let weak = matches!(
            self,
            Self::Md5
                | Self::Rsa1024
                | Self::Rsa1024Intermediate
                | Self::Rsa1024Root
                | Self::Rsa2047
                | Self::Rsa512
                | Self::Sha1
                | Self::Sha1Ecdsa
                | Self::Sha1Intermediate
        );
        (weak && !cfg!(feature = "weak")).then_some("weak")
    }

    /// Whether the certificate holds a key of a kind that only a server on OpenSSL can sign with: see
    /// [`Identity::serves_foreign_key`](crate::Identity::serves_foreign_key).
    ///
    /// ```
    /// use mailfault_certs::Flaw;
    ///
    /// assert!(Flaw::P521.shows_foreign_key() && !Flaw::Expired.shows_foreign_key());
    /// ```
    #[must_use]
    pub fn shows_foreign_key(self) -> bool {
        crate::public_key::foreign(self).is_some()
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
    Flaw::ValidityInverted,
    Flaw::TimeFractional,
    Flaw::TimeGarbage,
    Flaw::TimeGeneralizedEarly,
    Flaw::RenewedOldServed,
    Flaw::ExpiredAndWrongName,
    Flaw::ExpiredAndUntrusted,
    Flaw::ExpiredAndMissingIntermediate,
    Flaw::ExpiredSelfSigned,
    Flaw::WrongNameAndUntrusted,
    Flaw::WrongName,
    Flaw::CnOnly,
    Flaw::CnRightSanWrong,
    Flaw::WildcardCnOnly,
    Flaw::WildcardTooDeep,
    Flaw::WildcardForParent,
    Flaw::WildcardOtherDomain,
    Flaw::WildcardPartialLabel,
    Flaw::WildcardMiddleLabel,
    Flaw::WildcardDouble,
    Flaw::WildcardTld,
    Flaw::WildcardBare,
    Flaw::SanIpOnly,
    Flaw::IpNoIpSan,
    Flaw::IpAsDnsSan,
    Flaw::IpOther,
    Flaw::SanEmailOnly,
    Flaw::SanEmailOnlyCnRight,
    Flaw::SanUriOnly,
    Flaw::SanShortNameOnly,
    Flaw::SanTrailingDot,
    Flaw::SanLeadingDot,
    Flaw::SanNulByte,
    Flaw::SanNonAscii,
    Flaw::SanNonAsciiPlusRight,
    Flaw::SanEmpty,
    Flaw::SanEmptyDns,
    Flaw::SanMalformed,
    Flaw::San5000,
    Flaw::SelfSigned,
    Flaw::SelfSignedCa,
    Flaw::SelfSignedExchangeSetup,
    Flaw::UntrustedRoot,
    Flaw::UntrustedRootSent,
    Flaw::MissingIntermediate,
    Flaw::WrongIntermediate,
    Flaw::NoLeafFirst,
    Flaw::ImpostorIntermediate,
    Flaw::ImpostorIntermediateAki,
    Flaw::ImpostorRoot,
    Flaw::IssuerNameMismatch,
    Flaw::IssuerEmpty,
    Flaw::AkiMismatch,
    Flaw::PartialChainTrusted,
    Flaw::ExpiredIntermediate,
    Flaw::FutureIntermediate,
    Flaw::ExpiredRoot,
    Flaw::IntermediateNotCa,
    Flaw::IntermediateNoBc,
    Flaw::IntermediateNoBcNoKu,
    Flaw::IntermediateNoCertsign,
    Flaw::IntermediateBcNoncritical,
    Flaw::LeafIssuedByLeaf,
    Flaw::PathlenExceeded,
    Flaw::NameConstraintsPermitted,
    Flaw::NameConstraintsExcluded,
    Flaw::NameConstraintsLeadingDot,
    Flaw::IntermediateEku,
    Flaw::PolicyRequired,
    Flaw::IntermediateUnknownCritical,
    Flaw::V1Intermediate,
    Flaw::LongChain8,
    Flaw::LongChain12,
    Flaw::LongChain20,
    Flaw::TamperedIntermediate,
    Flaw::EkuClientOnly,
    Flaw::EkuEmailOnly,
    Flaw::EkuCodeSigning,
    Flaw::EkuAny,
    Flaw::EkuEmpty,
    Flaw::KuEnciphermentOnly,
    Flaw::KuAgreementOnly,
    Flaw::KuCertsignOnLeaf,
    Flaw::LeafIsCa,
    Flaw::LeafIsCaTrusted,
    Flaw::UnknownCritical,
    Flaw::CtPoison,
    Flaw::Leaf60k,
    Flaw::KeyMismatch,
    Flaw::KeyMismatchRsa,
    Flaw::TamperedSignature,
    Flaw::TamperedTbs,
    Flaw::SignatureEmpty,
    Flaw::SigalgMismatch,
    Flaw::SigalgUnknown,
    Flaw::SigalgWrongFamily,
    Flaw::Md5,
    Flaw::Sha1,
    Flaw::Sha1Ecdsa,
    Flaw::Sha1Intermediate,
    Flaw::Rsa512,
    Flaw::Rsa1024,
    Flaw::Rsa1024Intermediate,
    Flaw::Rsa1024Root,
    Flaw::Rsa2047,
    Flaw::RsaPssKey,
    Flaw::P521,
    Flaw::Ed448,
    Flaw::Dsa,
    Flaw::P192,
    Flaw::P224,
    Flaw::Secp256k1,
    Flaw::Brainpool,
    Flaw::ExplicitCurve,
    Flaw::V1,
    Flaw::V1WithExtensions,
    Flaw::V4,
    Flaw::DuplicateExtension,
    Flaw::DuplicateExtensionDiffers,
    Flaw::ExtensionsEmpty,
    Flaw::SerialZero,
    Flaw::SerialNegative,
    Flaw::Serial21Octets,
    Flaw::Serial200Octets,
    Flaw::SerialNonminimal,
    Flaw::BooleanNotDer,
    Flaw::CriticalFalseEncoded,
    Flaw::SubjectEmptySanNoncritical,
    Flaw::DerTrailingGarbage,
    Flaw::DerTruncated,
    Flaw::DerNonminimalLength,
    Flaw::BerIndefinite,
    Flaw::DerGarbage,
    Flaw::DerEmpty,
    Flaw::ExtraUnrelated,
    Flaw::ReversedChain,
    Flaw::DuplicateLeaf,
    Flaw::ChainOver64k,
    Flaw::EmptyChain,
    Flaw::RootSent,
];
