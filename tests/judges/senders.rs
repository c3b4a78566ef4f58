//! EOP and Exchange as they send: who is served, and every form of the words.

use std::time::{Duration, SystemTime};

use mailfault::exchange::SendConnector;
use mailfault::judge::{
    Decision, EopOutbound, ExchangeSend, Expectation, Findings, Judge, OnlineEra, Probe,
    TlsSettings,
};
use mailfault::{Ca, DistinguishedName, Identity, Leaf, MockServer};

/// What is found at a server with this certificate.
fn findings(identity: Identity, expectation: &Expectation) -> Findings {
    let server = MockServer::builder().starttls(identity).start();
    let evidence = Probe::new(server.addr()).name(&*expectation.name).run();
    Findings::of(&evidence, expectation)
}

/// The server of a case from the field: a hybrid server that shows the certificate of its setup.
fn wrong_certificate() -> (Findings, String, u16) {
    let ca = Ca::new();
    let leaf = Leaf::new("ex01.contoso.test")
        .subject(DistinguishedName::new().common_name("ExchangeServer01"))
        .only_names()
        .self_signed();
    let identity = ca.issue(leaf);
    let thumbprint = identity.thumbprint();
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_492_175_237_429);
    // Judged when it is from, where it would be too young: only the name is looked at.
    let expectation = Expectation::new("hybrid.contoso.test")
        .trusting(&[ca.der().clone()])
        .at(at);
    let findings = findings(identity, &expectation);
    let port = findings.evidence().address.port();
    (findings, thumbprint, port)
}

#[test]
fn every_era_has_its_own_form() {
    let (findings, thumbprint, port) = wrong_certificate();
    let led = |era: OnlineEra| {
        let mut eop = EopOutbound::with(TlsSettings::DomainValidation);
        eop.tls_domain = Some("hybrid.contoso.test".to_owned());
        eop.front_end = "FE.eop-EUR01.prod.protection.outlook.com".to_owned();
        eop.era = era;
        let verdict = eop.judge(&findings);
        assert_eq!(verdict.decision, Decision::Defer);
        assert_eq!(verdict.code.as_deref(), Some("450 4.7.320"));
        assert_eq!(verdict.message, "450 4.7.320 Certificate validation failed");
        verdict.told("LED").unwrap().to_owned()
    };
    assert_eq!(
        led(OnlineEra::Early2017),
        "[{LED=450 4.7.320 Certificate validation failed};{MSG=SubjectMismatch};{FQDN=hybrid.contoso.test};{IP=127.0.0.1};{LRT=4/14/2017 1:07:17 PM}]. OutboundProxyTargetIP: 127.0.0.1. OutboundProxyTargetHostName: hybrid.contoso.test"
    );
    let last =
        format!("[LastAttemptedServerName=hybrid.contoso.test] [LastAttemptedIP=127.0.0.1:{port}]");
    assert_eq!(
        led(OnlineEra::Late2017),
        format!(
            "450 4.7.320 Certificate validation failed [Message=SubjectMismatch] {last} [FE.eop-EUR01.prod.protection.outlook.com]"
        )
    );
    for era in [OnlineEra::From2018, OnlineEra::From2020] {
        assert_eq!(
            led(era),
            format!(
                "450 4.7.320 Certificate validation failed [Message=SubjectMismatch] {last} [FE.eop-EUR01.prod.protection.outlook.com](SubjectMismatch)"
            )
        );
    }
    assert_eq!(
        led(OnlineEra::From2023),
        format!(
            "450 4.7.320 Certificate validation failed [Message=SubjectMismatch Expected Subject: hybrid.contoso.test. Presented Subject: CN=ExchangeServer01. Thumbprint: {thumbprint}.] {last} [SmtpSecurity=-1;-1] [FE.eop-EUR01.prod.protection.outlook.com 2017-04-14T13:07:17.429Z 08DD2CB85E2FE9DB]"
        )
    );
}

#[test]
fn the_order_of_name_and_chain_is_a_setting() {
    let (findings, ..) = wrong_certificate();
    let mut eop = EopOutbound::with(TlsSettings::DomainValidation);
    let message = |eop: &EopOutbound| {
        let verdict = eop.judge(&findings);
        assert!(
            verdict
                .uncertain
                .iter()
                .any(|what| what.contains("where both are bad")),
            "{verdict:?}"
        );
        verdict
            .told("MSG")
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(message(&eop), "SubjectMismatch");
    eop.chain_first = true;
    assert_eq!(message(&eop), "UntrustedRoot");
}

/// What each of EOP's settings, and of Exchange's, makes of a certificate: the word in `MSG`, or
/// nothing if mail goes.
#[track_caller]
fn check(identity: Identity, expectation: &Expectation, by_ca: &str, by_domain: &str) {
    let findings = findings(identity, expectation);
    let word = |judge: &str| {
        let verdict = Judge::named(judge).unwrap().judge(&findings);
        let message = verdict.told("MSG").unwrap_or_default();
        message.split(' ').next().unwrap_or_default().to_owned()
    };
    assert_eq!(word("eop-opportunistic"), "");
    assert_eq!(word("eop-encryption-only"), "");
    assert_eq!(word("eop-certificate-validation"), by_ca);
    assert_eq!(word("eop"), by_domain);
    let delivers = |judge: ExchangeSend| judge.judge(&findings).would_deliver();
    assert!(delivers(ExchangeSend::new()));
    assert!(delivers(ExchangeSend::with(TlsSettings::EncryptionOnly)));
    assert_eq!(
        delivers(ExchangeSend::with(TlsSettings::CertificateValidation)),
        by_ca.is_empty()
    );
    assert_eq!(
        delivers(ExchangeSend::with(TlsSettings::DomainValidation)),
        by_domain.is_empty()
    );
}

#[test]
fn connectors_look_at_what_they_are_set_to() {
    let ca = Ca::new();
    let name = "mx.contoso.test";
    let trusting = Expectation::new(name).trusting(&[ca.der().clone()]);
    let blind = Expectation::new(name);
    let leaf = || Leaf::new(name).only_names();
    check(ca.issue(leaf()), &trusting, "", "");
    check(ca.issue(leaf()), &blind, "UntrustedRoot", "UntrustedRoot");
    check(
        ca.issue(leaf().expired()),
        &trusting,
        "CertificateExpired",
        "CertificateExpired",
    );
    check(
        ca.issue(leaf().self_signed()),
        &trusting,
        "UntrustedRoot",
        "UntrustedRoot",
    );
    check(
        ca.issue(Leaf::new("other.test").only_names()),
        &trusting,
        "",
        "SubjectMismatch",
    );
    check(
        ca.intermediate().issue(leaf()).without_intermediates(),
        &trusting,
        "UntrustedRoot",
        "UntrustedRoot",
    );
}

#[test]
fn a_send_connector_is_judged_by_its_own_properties() {
    let connector = SendConnector::to_office_365("contoso.mail.onmicrosoft.com");
    let judge = ExchangeSend::from(&connector);
    assert_eq!(judge.tls_auth_level, Some(TlsSettings::DomainValidation));
    assert_eq!(
        judge.tls_domain.as_deref(),
        Some("mail.protection.outlook.com")
    );
    let ca = Ca::new();
    let identity = ca.issue(Leaf::new("mail.fabrikam.test").only_names());
    let expectation = Expectation::new("mail.fabrikam.test").trusting(&[ca.der().clone()]);
    let verdict = judge.judge(&findings(identity, &expectation));
    assert_eq!(verdict.message, "454 4.7.5 Certificate validation failure");
    assert_eq!(verdict.code.as_deref(), Some("454 4.7.5"));
}

#[test]
fn the_matrix_of_a_partner_who_pinned_a_name() {
    use mailfault::eop::CertificateProfile;
    #[track_caller]
    fn row(profile: CertificateProfile, pinned: &str, delivers: &[(&str, bool)]) {
        let now = SystemTime::now();
        let identity = profile.mint(now);
        let roots = identity.roots().to_vec();
        let root = mailfault::CertificateFacts::read(&roots[0])
            .unwrap()
            .thumbprint;
        let old = CertificateProfile::Y2014.mint(now);
        let old_root = mailfault::CertificateFacts::read(&old.roots()[0])
            .unwrap()
            .thumbprint;
        let expectation = Expectation::new("fabrikam-com.mail.protection.outlook.com")
            .trusting(&roots)
            .recipient_domain("fabrikam.com");
        let findings = findings(identity, &expectation);
        for (judge, expected) in delivers {
            let judge = judge
                .replace("PINNED", pinned)
                .replace("ROOT", &root)
                .replace("BALTIMORE", &old_root);
            let verdict = Judge::named(&judge).unwrap().judge(&findings);
            assert_eq!(verdict.would_deliver(), *expected, "{judge}: {verdict:#?}");
        }
    }
    for profile in [CertificateProfile::Y2014, CertificateProfile::Today] {
        row(
            profile,
            "mail.fabrikam.com",
            &[
                ("opportunistic", true),
                ("ca-only", true),
                ("pinned-name=PINNED", false),
                ("pinned-name=mail.protection.outlook.com", true),
                ("pinned-name", true),
                ("recipient-domain", false),
                ("root-pin=ROOT", true),
                ("root-pin=BALTIMORE", false),
                ("mat-exact", false),
            ],
        );
    }
}
