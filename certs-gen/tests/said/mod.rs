//! What two verifiers say of each flaw here, and what was measured of the clients built on them.

use mailfault_certs::Flaw;

/// A flaw; the errors of `openssl verify`; webpki's error; and what `openssl s_client` 3.0 and rustls 0.23 (ring) did
/// over the network: the number of the first error, `accepts`, `refuses`, or nothing where it was not measured.
pub(crate) type Row = (
    Flaw,
    &'static [u32],
    Option<&'static str>,
    &'static str,
    &'static str,
);

const ACCEPTS: &[u32] = &[];

/// OpenSSL cannot read the certificate.
pub(crate) const UNREADABLE: &[u32] = &[u32::MAX];

/// There is nothing to verify.
pub(crate) const NOTHING_SENT: &[u32] = &[u32::MAX - 1];

// 7 signature, 9 not yet valid, 10 expired, 13 and 14 form of a time, 18 and 19 self-signed, 20 no issuer, 25 path
// length, 26 purpose, 32 no keyCertSign, 34 critical extension, 47 and 48 name constraints, 62 name, 64 address,
// 66 weak key, 67 weak key above, 68 weak digest, 79 no CA, 94 explicit curve.
#[rustfmt::skip]
pub(crate) const SAID: &[Row] = &[
    (Flaw::Expired, &[10], Some("CertExpired"), "10", "refuses"),
    (Flaw::NotYetValid, &[9], Some("CertNotValidYet"), "9", "refuses"),
    (Flaw::ValidityInverted, &[9], Some("InvalidCertValidity"), "9", "refuses"),
    (Flaw::TimeFractional, &[14], Some("BadDerTime"), "14", "refuses"),
    (Flaw::TimeGarbage, &[13], Some("BadDerTime"), "", ""),
    (Flaw::TimeGeneralizedEarly, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::RenewedOldServed, &[10], Some("CertExpired"), "", ""),
    (Flaw::ExpiredAndWrongName, &[62], Some("CertExpired"), "62", "refuses"),
    (Flaw::ExpiredAndUntrusted, &[20], Some("CertExpired"), "20", "refuses"),
    (Flaw::ExpiredAndMissingIntermediate, &[20], Some("CertExpired"), "20", "refuses"),
    (Flaw::ExpiredSelfSigned, &[18, 10], Some("CertExpired"), "18", "refuses"),
    (Flaw::WrongNameAndUntrusted, &[20], Some("UnknownIssuer"), "20", "refuses"),
    (Flaw::WrongName, &[62], Some("CertNotValidForName"), "", ""),
    (Flaw::CnOnly, ACCEPTS, Some("CertNotValidForName"), "accepts", "refuses"),
    (Flaw::CnRightSanWrong, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::WildcardCnOnly, ACCEPTS, Some("CertNotValidForName"), "", ""),
    (Flaw::WildcardTooDeep, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::WildcardForParent, &[62], Some("CertNotValidForName"), "", ""),
    (Flaw::WildcardOtherDomain, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::WildcardPartialLabel, ACCEPTS, Some("CertNotValidForName"), "", ""),
    (Flaw::WildcardMiddleLabel, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::WildcardDouble, &[62], Some("CertNotValidForName"), "", ""),
    (Flaw::WildcardTld, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::WildcardBare, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::SanIpOnly, &[62], Some("CertNotValidForName"), "", ""),
    (Flaw::IpNoIpSan, &[64], Some("CertNotValidForName"), "64", "refuses"),
    (Flaw::IpAsDnsSan, &[64], Some("CertNotValidForName"), "64", "refuses"),
    (Flaw::IpOther, &[64], Some("CertNotValidForName"), "", ""),
    (Flaw::SanEmailOnly, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::SanEmailOnlyCnRight, ACCEPTS, Some("CertNotValidForName"), "accepts", "refuses"),
    (Flaw::SanUriOnly, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::SanShortNameOnly, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::SanTrailingDot, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::SanLeadingDot, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::SanNulByte, &[62], Some("CertNotValidForName"), "", ""),
    (Flaw::SanNonAscii, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::SanNonAsciiPlusRight, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::SanEmpty, ACCEPTS, Some("CertNotValidForName"), "", ""),
    (Flaw::SanEmptyDns, &[62], Some("CertNotValidForName"), "62", "refuses"),
    (Flaw::SanMalformed, &[20], Some("BadDer"), "20", "refuses"),
    (Flaw::San5000, ACCEPTS, Some("TrailingData"), "refuses", "refuses"),
    (Flaw::SelfSigned, &[18], Some("UnknownIssuer"), "18", "refuses"),
    (Flaw::SelfSignedCa, &[18], Some("CaUsedAsEndEntity"), "18", "refuses"),
    (Flaw::SelfSignedExchangeSetup, &[18, 62], Some("UnknownIssuer"), "18", "refuses"),
    (Flaw::UntrustedRoot, &[20], Some("UnknownIssuer"), "", ""),
    (Flaw::UntrustedRootSent, &[19], Some("UnknownIssuer"), "19", "refuses"),
    (Flaw::MissingIntermediate, &[20], Some("UnknownIssuer"), "20", "refuses"),
    (Flaw::WrongIntermediate, &[20], Some("UnknownIssuer"), "", ""),
    (Flaw::NoLeafFirst, &[26, 62], Some("CaUsedAsEndEntity"), "26", "refuses"),
    (Flaw::ImpostorIntermediate, &[7], Some("InvalidSignatureForPublicKey"), "", ""),
    (Flaw::ImpostorIntermediateAki, &[20], Some("InvalidSignatureForPublicKey"), "", ""),
    (Flaw::ImpostorRoot, &[20], Some("InvalidSignatureForPublicKey"), "20", "refuses"),
    (Flaw::IssuerNameMismatch, &[20], Some("UnknownIssuer"), "20", "refuses"),
    (Flaw::IssuerEmpty, &[20], Some("UnknownIssuer"), "20", "refuses"),
    (Flaw::AkiMismatch, &[20], None, "20", "accepts"),
    (Flaw::PartialChainTrusted, &[2], None, "", ""),
    (Flaw::ExpiredIntermediate, &[10], Some("CertExpired"), "10", "refuses"),
    (Flaw::FutureIntermediate, &[9], Some("CertNotValidYet"), "", ""),
    (Flaw::ExpiredRoot, &[10], None, "", ""),
    (Flaw::IntermediateNotCa, &[79, 26], Some("EndEntityUsedAsCa"), "", ""),
    (Flaw::IntermediateNoBc, &[79], Some("EndEntityUsedAsCa"), "", ""),
    (Flaw::IntermediateNoBcNoKu, &[79, 26], Some("EndEntityUsedAsCa"), "79", "refuses"),
    (Flaw::IntermediateNoCertsign, &[79, 26, 32], None, "79", "accepts"),
    (Flaw::IntermediateBcNoncritical, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::LeafIssuedByLeaf, &[79, 26, 32], Some("EndEntityUsedAsCa"), "79", "refuses"),
    (Flaw::PathlenExceeded, &[25], Some("PathLenConstraintViolated"), "", ""),
    (Flaw::NameConstraintsPermitted, &[47], Some("NameConstraintViolation"), "47", "refuses"),
    (Flaw::NameConstraintsExcluded, &[48], Some("NameConstraintViolation"), "", ""),
    (Flaw::NameConstraintsLeadingDot, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::IntermediateEku, &[26], Some("RequiredEkuNotFoundContext"), "26", "refuses"),
    (Flaw::PolicyRequired, ACCEPTS, Some("UnsupportedCriticalExtension"), "accepts", "refuses"),
    (Flaw::IntermediateUnknownCritical, &[34], Some("UnsupportedCriticalExtension"), "", ""),
    (Flaw::V1Intermediate, &[79, 26], Some("UnsupportedCertVersion"), "", ""),
    (Flaw::LongChain8, ACCEPTS, Some("MaximumPathDepthExceeded"), "", ""),
    (Flaw::LongChain12, ACCEPTS, Some("MaximumPathDepthExceeded"), "", ""),
    (Flaw::LongChain20, ACCEPTS, Some("MaximumPathDepthExceeded"), "accepts", "refuses"),
    (Flaw::TamperedIntermediate, &[7], Some("InvalidSignatureForPublicKey"), "7", "refuses"),
    (Flaw::EkuClientOnly, &[26], Some("RequiredEkuNotFoundContext"), "26", "refuses"),
    (Flaw::EkuEmailOnly, &[26], Some("RequiredEkuNotFoundContext"), "26", "refuses"),
    (Flaw::EkuCodeSigning, &[26], Some("RequiredEkuNotFoundContext"), "26", "refuses"),
    (Flaw::EkuAny, &[26], Some("RequiredEkuNotFoundContext"), "26", "refuses"),
    (Flaw::EkuEmpty, &[26], Some("EmptyEkuExtension"), "26", "refuses"),
    (Flaw::KuEnciphermentOnly, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::KuAgreementOnly, ACCEPTS, None, "", ""),
    (Flaw::KuCertsignOnLeaf, ACCEPTS, None, "", ""),
    (Flaw::LeafIsCa, ACCEPTS, Some("CaUsedAsEndEntity"), "accepts", "refuses"),
    (Flaw::LeafIsCaTrusted, ACCEPTS, Some("CaUsedAsEndEntity"), "accepts", "refuses"),
    (Flaw::UnknownCritical, &[34], Some("UnsupportedCriticalExtension"), "", ""),
    (Flaw::CtPoison, &[34], Some("UnsupportedCriticalExtension"), "", ""),
    (Flaw::Leaf60k, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::KeyMismatch, ACCEPTS, None, "", ""),
    (Flaw::KeyMismatchRsa, ACCEPTS, None, "", ""),
    (Flaw::TamperedSignature, &[7], Some("InvalidSignatureForPublicKey"), "7", "refuses"),
    (Flaw::TamperedTbs, &[7], Some("InvalidSignatureForPublicKey"), "7", "refuses"),
    (Flaw::SignatureEmpty, &[7], Some("InvalidSignatureForPublicKey"), "7", "refuses"),
    (Flaw::SigalgMismatch, &[7], Some("SignatureAlgorithmMismatch"), "7", "refuses"),
    (Flaw::SigalgUnknown, &[20], Some("UnsupportedSignatureAlgorithmContext"), "20", "refuses"),
    (Flaw::SigalgWrongFamily, &[20], Some("UnsupportedSignatureAlgorithmForPublicKeyContext"), "20", "refuses"),
    (Flaw::Md5, &[68], Some("UnsupportedSignatureAlgorithmContext"), "", ""),
    (Flaw::Sha1, &[68], Some("UnsupportedSignatureAlgorithmContext"), "68", "refuses"),
    (Flaw::Sha1Ecdsa, &[68], Some("UnsupportedSignatureAlgorithmContext"), "", ""),
    (Flaw::Sha1Intermediate, &[68], Some("UnsupportedSignatureAlgorithmContext"), "68", "refuses"),
    (Flaw::Rsa512, &[66], None, "66", "refuses"),
    (Flaw::Rsa1024, &[66], None, "", ""),
    (Flaw::Rsa1024Intermediate, &[67], Some("InvalidSignatureForPublicKey"), "67", "refuses"),
    (Flaw::Rsa1024Root, &[67], Some("InvalidSignatureForPublicKey"), "67", "refuses"),
    (Flaw::Rsa2047, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::RsaPssKey, ACCEPTS, None, "accepts", "refuses"),
    (Flaw::P521, ACCEPTS, None, "accepts", "refuses"),
    (Flaw::Ed448, ACCEPTS, None, "accepts", "refuses"),
    (Flaw::Dsa, ACCEPTS, None, "", ""),
    (Flaw::P192, &[66], None, "66", "refuses"),
    (Flaw::P224, ACCEPTS, None, "", ""),
    (Flaw::Secp256k1, ACCEPTS, None, "refuses", "refuses"),
    (Flaw::Brainpool, ACCEPTS, None, "refuses", "refuses"),
    (Flaw::ExplicitCurve, &[94], None, "", ""),
    (Flaw::V1, ACCEPTS, Some("UnsupportedCertVersion"), "accepts", "refuses"),
    (Flaw::V1WithExtensions, ACCEPTS, Some("UnsupportedCertVersion"), "accepts", "refuses"),
    (Flaw::V4, ACCEPTS, Some("UnsupportedCertVersion"), "", ""),
    (Flaw::DuplicateExtension, &[20], Some("ExtensionValueInvalid"), "", ""),
    (Flaw::DuplicateExtensionDiffers, &[20], Some("ExtensionValueInvalid"), "", ""),
    (Flaw::ExtensionsEmpty, ACCEPTS, Some("CertNotValidForName"), "accepts", "refuses"),
    (Flaw::SerialZero, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::SerialNegative, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::Serial21Octets, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::Serial200Octets, ACCEPTS, None, "", ""),
    (Flaw::SerialNonminimal, UNREADABLE, None, "refuses", "accepts"),
    (Flaw::BooleanNotDer, ACCEPTS, Some("BadDer"), "accepts", "refuses"),
    (Flaw::CriticalFalseEncoded, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::SubjectEmptySanNoncritical, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::DerTrailingGarbage, ACCEPTS, Some("TrailingData"), "refuses", "refuses"),
    (Flaw::DerTruncated, UNREADABLE, Some("TrailingData"), "refuses", "refuses"),
    (Flaw::DerNonminimalLength, ACCEPTS, Some("TrailingData"), "", ""),
    (Flaw::BerIndefinite, ACCEPTS, Some("TrailingData"), "accepts", "refuses"),
    (Flaw::DerGarbage, UNREADABLE, Some("TrailingData"), "", ""),
    (Flaw::DerEmpty, UNREADABLE, Some("BadDer"), "", ""),
    (Flaw::ExtraUnrelated, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::ReversedChain, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::DuplicateLeaf, ACCEPTS, None, "accepts", "accepts"),
    (Flaw::ChainOver64k, ACCEPTS, None, "accepts", "refuses"),
    (Flaw::EmptyChain, NOTHING_SENT, None, "refuses", "refuses"),
    (Flaw::RootSent, ACCEPTS, None, "accepts", "accepts"),
];

/// Where a client on the network says another thing than the verifier on its own, and why.
pub(crate) const OVER_THE_NETWORK: &[(Flaw, &str)] = &[
    (
        Flaw::Brainpool,
        "the key does not go with the signature in the handshake",
    ),
    (Flaw::ChainOver64k, "rustls takes messages of 64 KiB"),
    (
        Flaw::DerTrailingGarbage,
        "s_client compares the lengths in the message, `verify` reads the PEM as far as it goes",
    ),
    (Flaw::Ed448, "rustls offers no scheme for the key"),
    (Flaw::EmptyChain, "there is nothing to verify"),
    (Flaw::P192, "rustls verifies no signature with the key"),
    (Flaw::P521, "rustls on ring offers no scheme for the key"),
    (
        Flaw::Rsa512,
        "the key is too short for a signature of TLS 1.3",
    ),
    (Flaw::RsaPssKey, "rustls offers no scheme for the key"),
    (Flaw::San5000, "OpenSSL limits the length of the message"),
    (
        Flaw::Secp256k1,
        "the key does not go with the signature in the handshake",
    ),
];

#[test]
fn every_flaw_is_expected_to_be_said_something_of() {
    let named: Vec<_> = SAID.iter().map(|row| row.0).collect();
    assert_eq!(named, Flaw::all());
}

#[test]
fn what_was_measured_over_the_network_is_said_here_too() {
    for (flaw, openssl, webpki, s_client, rustls) in SAID {
        let openssl_agrees = match *s_client {
            "" => true,
            "accepts" => openssl.is_empty(),
            "refuses" => !openssl.is_empty(),
            number => openssl.first().map(u32::to_string).as_deref() == Some(number),
        };
        let webpki_agrees = match *rustls {
            "" => true,
            said => webpki.is_none() == (said == "accepts"),
        };
        let known = OVER_THE_NETWORK.iter().find(|(known, _)| known == flaw);
        assert_eq!(
            openssl_agrees && webpki_agrees,
            known.is_none(),
            "{flaw}: {known:?}"
        );
    }
}
