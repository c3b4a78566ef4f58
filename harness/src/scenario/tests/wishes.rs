//! `[server]` and `[client]`: what they say, and what works where they say nothing.

use std::time::Duration;

use mailfault_certs::{Control, Flaw, KeyKind, Reason};

use super::*;
use crate::fault::{LooseEnd, TlsVersion};
use crate::persona::Persona;
use crate::server::{Auth, ClientCertificate, CrlWish, OcspWish, ResponderWish, Revocation};

#[test]
fn what_a_file_does_not_say_works() {
    let wish = server("");
    assert_eq!(wish.persona, Persona::plain());
    assert_eq!(wish.tls, TlsWish::StartTls);
    assert_eq!(wish.auth, Auth::AcceptAny);
    assert_eq!(wish.client_certificate, ClientCertificate::NotAsked);
    assert_eq!(wish.tls_versions, [TlsVersion::Tls12, TlsVersion::Tls13]);
    let certificate = CertificateWish {
        flaws: vec![],
        control: None,
        name: "mx.test".into(),
        names: vec!["mx.test".into()],
        only_names: false,
        key: KeyKind::P256,
        intermediate: true,
        given: None,
    };
    assert_eq!(wish.certificate, certificate);
    let expired = CertificateWish {
        flaws: vec![Flaw::Expired],
        name: "a.test".into(),
        names: vec!["a.test".into()],
        ..certificate
    };
    assert_eq!(
        server("host = 'a.test'\ncertificate = 'expired'").certificate,
        expired
    );
    assert_eq!(
        server("host = 'a.test'\ncertificate = ['tls/expired']").certificate,
        expired
    );
    assert_eq!(
        server("certificate = { flaw = 'expired', name = 'a.test' }").certificate,
        expired
    );
    let five_above = CertificateWish {
        flaws: vec![],
        control: Some(Control::LongChain5),
        ..expired
    };
    for written in [
        "host = 'a.test'\ncertificate = 'long-chain-5'",
        "host = 'a.test'\ncertificate = 'control/long-chain-5'",
        "certificate = { control = 'long-chain-5', name = 'a.test' }",
    ] {
        assert_eq!(server(written).certificate, five_above);
    }
}

#[test]
fn a_client_does_what_the_file_asks_and_one_message_otherwise() {
    let client = |text: &str| {
        let text = format!("{HEAD}{text}");
        Scenario::parse("case.toml", &text).unwrap().client
    };
    assert_eq!(client(""), ClientWish::default());
    let asked = ClientWish {
        sessions: 2,
        messages: 3,
        keeps_open: 4,
        recipients: 1,
        chunks: 5,
        pipelining: true,
        smuggles: Some(LooseEnd::CrCr),
        tls: Some(TlsWish::None),
        ends: Some(Outcome::GaveUp),
    };
    let text = "[client]\nsessions = 2\nmessages = 3\nkeeps-open = 4\nrecipients = 1\nchunks = 5\n\
                pipelining = true\nsmuggles = 'cr.cr'\ntls = 'none'\nends = 'gave-up'";
    assert_eq!(client(text), asked);
}

#[test]
fn a_persona_table_changes_the_persona_that_it_is_based_on() {
    let wish = server(
        "limits = { recipients = 5 }\npersona = { based-on = 'exchange-2016', banner = '220 hi', \
         replies = { noop = '250 yes' }, limits = { errors = 2, idle = '9s' } }",
    );
    let mut expected = Persona::exchange_2016();
    expected.banner = "220 hi".into();
    expected.replies.noop = "250 yes".into();
    expected.limits.errors = 2;
    expected.limits.idle = Duration::from_secs(9);
    expected.limits.recipients = 5;
    assert_eq!(wish.persona, expected);
    let plain = server("persona = { host = 'a.test' }").persona;
    assert_eq!(plain, Persona::plain().host("a.test"));
}

#[test]
fn what_is_said_of_revocation_is_what_the_builder_says() {
    let wish = server(
        "[server.revocation]\ncrl = 'revoked superseded'\ncrl-server = 'slow 5s'\nocsp = 'good'\n\
         ocsp-server = 'status 500'\nstaple = 'tampered'\nmust-staple = true",
    );
    let expected = Revocation::new()
        .crl(CrlWish::Revoked(Reason::Superseded))
        .crl_server(ResponderWish::Slow(Duration::from_secs(5)))
        .ocsp(OcspWish::Good)
        .ocsp_server(ResponderWish::Status(500))
        .staple(OcspWish::Tampered)
        .must_staple();
    assert_eq!(wish.revocation, expected);
    assert_eq!(server("").revocation, Revocation::new());
    check_bad(
        "[server.revocation]\ncrl-server = 'junk'",
        "case.toml:4:14: `crl-server` gives nothing out without `crl`",
    );
    check_bad(
        "[server]\ncertificate = { intermediate = false }\nrevocation = { crl = 'intermediate-revoked' }",
        "case.toml:5:22: there is no intermediate between root and leaf that could be revoked",
    );
    check_bad(
        "[server.revocation]\nstaple = 'revoced'",
        "case.toml:4:10: unknown OCSP answer `revoced`; did you mean `revoked`?",
    );
}

#[test]
fn old_tls_is_understood_in_every_build_and_needs_its_feature() {
    let old =
        server("tls-versions = ['1.0', '1.1']\ncipher-suites = ['TLS_RSA_WITH_AES_128_CBC_SHA']");
    assert_eq!(old.tls_versions, [TlsVersion::Tls10, TlsVersion::Tls11]);
    assert_eq!(server("max-fragment = 512").max_fragment, Some(512));

    let feature = (!cfg!(feature = "legacy-tls")).then_some("legacy-tls");
    let named = |id| Scenario::named(id).unwrap();
    let (small, imitated, odd) = (
        named("handshake/dhe-1024"),
        named("handshake/static-rsa-only"),
        named("tls/p521"),
    );
    assert_eq!((small.needs(), small.imitated()), (feature, None));
    for scenario in [imitated, odd] {
        assert_eq!((scenario.needs(), scenario.imitated()), (None, feature));
        assert!(scenario.is_of_legacy_tls());
    }
    assert!(
        !named("tls/dsa").is_of_legacy_tls(),
        "TLS 1.3 has no scheme for it"
    );
    let started = small.builder().0.try_start();
    match feature {
        None => drop(started.unwrap().finish()),
        Some(_) => assert!(matches!(
            started.unwrap_err(),
            crate::Error::NeedsFeature {
                feature: "legacy-tls",
                ..
            }
        )),
    }
}
