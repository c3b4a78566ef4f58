//! What webpki makes of our certificates: the verifier of every rustls client.

use std::collections::BTreeMap;
use std::time::Duration;

use mailfault_certs::{Ca, Control, Flaw, Identity, KeyKind, Leaf};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

mod said;

use said::SAID;

/// The name of webpki's error, `None` if it has nothing to say.
#[track_caller]
fn check(identity: &Identity, expected: Option<&str>) {
    let said = verify(identity).err().map(|error| format!("{error:?}"));
    let name = said
        .as_deref()
        .map(|said| said.split([' ', '(', '{']).next().unwrap());
    assert_eq!(name, expected, "{identity:?}\nwebpki said: {said:?}");
}

fn verify(identity: &Identity) -> Result<(), webpki::Error> {
    let roots: Vec<_> = certificates(identity.roots());
    let anchors: Vec<_> = roots
        .iter()
        .map(anchor_from_trusted_cert)
        .collect::<Result<_, _>>()?;
    let chain = certificates(identity.chain());
    if chain.is_empty() {
        return Ok(());
    }
    let leaf = EndEntityCert::try_from(&chain[0])?;
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        &chain[1..],
        UnixTime::now(),
        KeyUsage::server_auth(),
        None,
        None,
    )?;
    leaf.verify_is_valid_for_subject_name(&ServerName::try_from(identity.name()).unwrap())
}

fn certificates(ders: &[mailfault_certs::Der]) -> Vec<CertificateDer<'_>> {
    ders.iter()
        .map(|der| CertificateDer::from(der.as_bytes()))
        .collect()
}

#[test]
fn each_flaw_is_called_by_its_name() {
    let ca = Ca::new();
    for (flaw, _, error, ..) in SAID.iter().filter(|row| row.0.needs().is_none()) {
        let leaf = Leaf::new("a.mail.contoso.com").flaw(*flaw);
        check(&ca.issue(leaf.clone()), *error);
        check(&ca.intermediate().issue(leaf), *error);
    }
}

#[test]
fn healthy_certificates_verify_whatever_the_keys() {
    let kinds = [
        KeyKind::P256,
        KeyKind::P384,
        KeyKind::Ed25519,
        KeyKind::Rsa2048,
    ];
    for above in kinds {
        let ca = Ca::builder().key(above).build();
        for below in kinds {
            check(
                &ca.intermediate().issue(Leaf::new("mx.test").key(below)),
                None,
            );
        }
    }
    let ca = Ca::new();
    check(&ca.issue("192.0.2.1"), None);
    check(&ca.issue("2001:db8::1"), None);
    check(&ca.issue("mäil.example"), None);
}

#[test]
fn every_control_verifies() {
    let ca = Ca::new();
    for control in Control::all().iter().filter(|one| one.needs().is_none()) {
        for name in ["mx.test", "a.mail.contoso.com"] {
            let leaf = Leaf::new(name).control(*control);
            check(&ca.issue(leaf.clone()), None);
            check(&ca.intermediate().issue(leaf), None);
        }
    }
}

#[test]
fn every_pair_of_flaws_that_can_be_issued_is_refused_if_one_of_the_two_is() {
    let ca = Ca::new();
    let mut refused = BTreeMap::new();
    for flaw in PAIRED {
        let leaf = Leaf::new("mail.contoso.com").flaw(*flaw);
        refused.insert(flaw, verify(&ca.issue(leaf)).is_err());
    }
    for one in PAIRED {
        for other in PAIRED {
            let leaf = Leaf::new("mail.contoso.com").flaw(*one).flaw(*other);
            if leaf.check().is_err() {
                continue;
            }
            let identity = ca.issue(leaf);
            let expected = refused[one] || refused[other];
            assert_eq!(verify(&identity).is_err(), expected, "{one} and {other}");
        }
    }
}

/// All of them would be ten thousand pairs: the usual ones, and some of each kind.
const PAIRED: &[Flaw] = &[
    Flaw::Expired,
    Flaw::NotYetValid,
    Flaw::TimeGeneralizedEarly,
    Flaw::ExpiredAndUntrusted,
    Flaw::WrongName,
    Flaw::CnOnly,
    Flaw::WildcardTooDeep,
    Flaw::WildcardOtherDomain,
    Flaw::SanIpOnly,
    Flaw::SanNonAsciiPlusRight,
    Flaw::SanEmpty,
    Flaw::V1,
    Flaw::SelfSigned,
    Flaw::SelfSignedCa,
    Flaw::UntrustedRoot,
    Flaw::MissingIntermediate,
    Flaw::WrongIntermediate,
    Flaw::ImpostorIntermediate,
    Flaw::IssuerNameMismatch,
    Flaw::AkiMismatch,
    Flaw::ExpiredIntermediate,
    Flaw::ExpiredRoot,
    Flaw::IntermediateNotCa,
    Flaw::IntermediateBcNoncritical,
    Flaw::PathlenExceeded,
    Flaw::NameConstraintsPermitted,
    Flaw::EkuClientOnly,
    Flaw::LeafIsCa,
    Flaw::LeafIsCaTrusted,
    Flaw::UnknownCritical,
    Flaw::KeyMismatch,
    Flaw::P521,
    Flaw::TamperedSignature,
    Flaw::SigalgMismatch,
    Flaw::SerialZero,
    Flaw::DuplicateExtension,
    Flaw::DerEmpty,
    Flaw::ExtraUnrelated,
    Flaw::ReversedChain,
    Flaw::DuplicateLeaf,
    Flaw::RootSent,
];

#[test]
fn a_clock_of_its_own_moves_every_validity() {
    let past = UnixTime::now().as_secs() - 5 * 365 * 86_400;
    let ca = Ca::builder()
        .clock(std::time::UNIX_EPOCH + Duration::from_secs(past))
        .build();
    check(&ca.intermediate().issue("mx.test"), Some("CertExpired"));
    let identity = ca.issue(Leaf::new("mx.test").not_yet_valid());
    assert_eq!(
        identity.not_before(),
        std::time::UNIX_EPOCH + Duration::from_secs(past + 10 * 86_400)
    );
}

#[test]
fn the_line_before_a_key_does_not_hide_it_from_rustls() {
    let identity = Ca::new().issue("mx.test");
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem().as_bytes()).unwrap();
    assert_eq!(key.secret_der(), identity.key().as_bytes());
    let chain: Vec<_> = CertificateDer::pem_slice_iter(identity.pem().as_bytes())
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(chain, certificates(identity.chain()));
}
