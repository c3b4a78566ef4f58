//! DANE and MTA-STS before EOP: the digests against openssl's, and each of Microsoft's words.

use std::process::Command;
use std::time::{Duration, SystemTime};

use mailfault::judge::{
    Decision, EopOutbound, Expectation, Findings, MtaStsMode, OnlineEra, Probe, SmtpDaneMode,
    TlsSettings, Tlsa, TlsaFit, Verdict, Wrong,
};
use mailfault::{Ca, Identity, Leaf, MockServer};

const HOST: &str = "mx.contoso.test";

/// What a shell prints of a certificate in the file `$1`, without its end of line.
fn shell(script: &str, certificate: &Identity) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificate.pem");
    certificate.pem().write_to(&file).unwrap();
    let output = Command::new("sh")
        .args(["-ec", script, "sh"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn digests_are_those_of_the_openssl_command_line() {
    const CERTIFICATE: &str = "openssl x509 -in \"$1\" -outform der";
    const KEY: &str = "openssl x509 -in \"$1\" -noout -pubkey | openssl pkey -pubin -outform der";
    let ca = Ca::new();
    for leaf in [
        Leaf::new(HOST),
        Leaf::new(HOST).key(mailfault::KeyKind::Rsa2048),
        Leaf::new(HOST).key(mailfault::KeyKind::Ed25519),
    ] {
        let identity = ca.issue(leaf);
        for (selector, octets) in [(0, CERTIFICATE), (1, KEY)] {
            for (matching, digest) in [
                (0, "od -An -v -tx1 | tr -d ' \\n'"),
                (1, "sha256sum | cut -d' ' -f1"),
                (2, "sha512sum | cut -d' ' -f1"),
            ] {
                let hex = shell(&format!("{octets} | {digest}"), &identity);
                let read: Tlsa = format!("3 {selector} {matching} {hex}").parse().unwrap();
                assert_eq!(Tlsa::of(identity.leaf(), 3, selector, matching), Some(read));
            }
        }
    }
}

/// A host, its authority and what it presents.
struct Case {
    ca: Ca,
    identity: Identity,
}

impl Case {
    fn new(leaf: Leaf) -> Self {
        let ca = Ca::new();
        let identity = ca.issue(leaf);
        // An authority of usage 2 must be sent.
        let chain = vec![identity.leaf().clone(), ca.der().clone()];
        let identity = identity.with_chain(chain);
        Self { ca, identity }
    }

    fn healthy() -> Self {
        Self::new(Leaf::new(HOST).only_names())
    }

    fn record(&self, usage: u8) -> Tlsa {
        match usage {
            0 | 2 => Tlsa::of(self.ca.der(), usage, 0, 1).unwrap(),
            _ => Tlsa::of(self.identity.leaf(), usage, 1, 1).unwrap(),
        }
    }

    /// What is found, with DNS as `dns` says. Nobody trusts the authority.
    fn findings(&self, dns: impl FnOnce(Expectation) -> Expectation) -> Findings {
        let server = MockServer::builder()
            .starttls(self.identity.clone())
            .start();
        let evidence = Probe::new(server.addr()).name(HOST).run();
        let expectation = Expectation::new(HOST).recipient_domain("contoso.test");
        Findings::of(&evidence, &dns(expectation))
    }
}

/// A record for somebody else.
fn stranger() -> Tlsa {
    Tlsa::of(Ca::new().issue(HOST).leaf(), 3, 1, 1).unwrap()
}

#[track_caller]
fn delivers(findings: &Findings) -> Verdict {
    let verdict = EopOutbound::new().judge(findings);
    assert_eq!(verdict.decision, Decision::Deliver, "{verdict:?}");
    verdict
}

#[track_caller]
fn waits(findings: &Findings, message: &str) -> Verdict {
    let verdict = EopOutbound::new().judge(findings);
    assert_eq!(verdict.decision, Decision::Defer, "{verdict:?}");
    assert_eq!(verdict.message, message);
    let code = message.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(verdict.code.as_deref(), Some(code.as_str()));
    assert!(!verdict.decided_by.is_empty(), "{verdict:?}");
    verdict
}

const INVALID: &str = "450 4.7.323 tlsa-invalid: The domain failed DANE validation.";
const EXPIRED: &str =
    "450 4.7.322 certificate-expired: Destination mail server's certificate is expired.";
const NO_STARTTLS: &str =
    "450 4.7.321 starttls-not-supported: Destination mail server must support TLS to receive mail.";

#[test]
fn a_record_that_is_right_is_enough_and_one_of_several() {
    let case = Case::healthy();
    for usage in [2, 3] {
        let findings = case.findings(|dns| dns.tlsa(stranger()).tlsa(case.record(usage)));
        let verdict = delivers(&findings);
        assert_eq!(verdict.uncertain, [""; 0]);
        let fits: Vec<_> = findings.tlsa().iter().map(|one| one.fit).collect();
        let fit = match usage {
            2 => TlsaFit::Authority(1),
            _ => TlsaFit::Certificate,
        };
        assert_eq!(fits, [TlsaFit::Nothing, fit]);
    }
}

#[test]
fn no_record_that_is_right_is_tlsa_invalid_and_says_which_would_be() {
    let case = Case::healthy();
    let verdict = waits(&case.findings(|dns| dns.tlsa(stranger())), INVALID);
    let right = format!("_25._tcp.{HOST}. IN TLSA {}", case.record(3));
    assert!(verdict.change[0].contains(&right), "{:?}", verdict.change);
    // Who is not of the chain that is sent vouches for nothing.
    let other = Tlsa::of(Ca::new().der(), 2, 0, 1).unwrap();
    waits(&case.findings(|dns| dns.tlsa(other)), INVALID);
    // Nor one who is, and was not sent.
    let alone = Case {
        identity: case
            .identity
            .clone()
            .with_chain(vec![case.identity.leaf().clone()]),
        ca: case.ca.clone(),
    };
    let trusting = |dns: Expectation| dns.trusting(&[case.ca.der().clone()]);
    let findings = alone.findings(|dns| trusting(dns).tlsa(case.record(2)));
    waits(&findings, INVALID);
    // The same without records goes.
    delivers(&alone.findings(trusting));
}

#[test]
fn records_that_cannot_be_used_demand_tls_and_no_more() {
    let case = Case::healthy();
    delivers(&case.findings(|dns| dns.tlsa(case.record(0)).tlsa(case.record(1))));
    let server = MockServer::start();
    let evidence = Probe::new(server.addr()).name(HOST).run();
    for usage in [0, 1, 2, 3] {
        let dns = Expectation::new(HOST).tlsa(case.record(usage));
        waits(&Findings::of(&evidence, &dns), NO_STARTTLS);
    }
    let verdict = EopOutbound::new().judge(&Findings::of(&evidence, &Expectation::new(HOST)));
    assert_eq!(verdict.decision, Decision::DeliverInClear);
}

#[test]
fn a_server_that_nobody_reaches_is_told_as_ever() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let evidence = Probe::new(address).name(HOST).run();
    let findings = Findings::of(&evidence, &Expectation::new(HOST).tlsa(stranger()));
    waits(&findings, "450 4.4.316 Connection refused");
}

#[test]
fn an_expired_certificate_is_told_whatever_the_usage_unless_it_is_said_otherwise() {
    let case = Case::new(Leaf::new(HOST).only_names().expired());
    let by_authority = case.findings(|dns| dns.tlsa(case.record(2)));
    let told = waits(&by_authority, EXPIRED).uncertain;
    assert!(
        !told.iter().any(|what| what.contains("usage 3")),
        "{told:?}"
    );
    let by_leaf = case.findings(|dns| dns.tlsa(case.record(3)));
    let told = waits(&by_leaf, EXPIRED).uncertain;
    assert!(told.iter().any(|what| what.contains("usage 3")), "{told:?}");
    let mut by_rfc = EopOutbound::new();
    by_rfc.expiry_beside_dane_ee = false;
    assert!(by_rfc.judge(&by_leaf).would_deliver());
    assert!(!by_rfc.judge(&by_authority).would_deliver());
    // Microsoft counts one that is not valid yet among what is told as invalid.
    let later = SystemTime::now() - Duration::from_secs(20 * 365 * 86_400);
    let healthy = Case::healthy();
    let early = healthy.findings(|dns| dns.tlsa(healthy.record(2)).at(later));
    waits(&early, INVALID);
}

#[test]
fn the_name_counts_below_an_authority_and_not_beside_the_certificate_itself() {
    let case = Case::new(Leaf::new("ex01.corp.contoso.test").only_names());
    let by_authority = case.findings(|dns| dns.tlsa(case.record(2)));
    waits(
        &by_authority,
        "450 4.7.325 certificate-host-mismatch: Remote certificate MUST have a common name or subject alternative name matching the hostname (DANE)",
    );
    let verdict = delivers(&case.findings(|dns| dns.tlsa(case.record(3))));
    assert_eq!(verdict.uncertain.len(), 1);
    // RFC 7672 §3.2.2: the recipient's domain will do.
    let domain = Case::new(Leaf::new("contoso.test").only_names());
    delivers(&domain.findings(|dns| dns.tlsa(domain.record(2))));
}

#[test]
fn dnssec_that_is_broken_is_told_before_all_else() {
    let case = Case::healthy();
    let findings = case.findings(|dns| dns.tlsa(case.record(3)).dnssec_bogus());
    waits(
        &findings,
        "450 4.7.324 dnssec-invalid: Destination domain returned invalid DNSSEC records",
    );
    assert!(EopOutbound::new().stays_away(findings.expectation()));
}

#[test]
fn a_connector_may_demand_dane_or_not_ask_for_it_and_before_2020_nobody_did() {
    let case = Case::healthy();
    let wrong = case.findings(|dns| dns.tlsa(stranger()));
    let without = case.findings(|dns| dns);
    let mut eop = EopOutbound::new();
    eop.smtp_dane_mode = SmtpDaneMode::None;
    assert!(eop.judge(&wrong).would_deliver());
    eop.smtp_dane_mode = SmtpDaneMode::Mandatory;
    let verdict = eop.judge(&without);
    assert_eq!(verdict.decision, Decision::Defer);
    assert_eq!(verdict.decided_by[0].wrong, Wrong::NoTlsa);
    assert!(
        eop.judge(&case.findings(|dns| dns.tlsa(case.record(3))))
            .would_deliver()
    );
    let mut old = EopOutbound::new();
    old.era = OnlineEra::From2018;
    assert!(old.judge(&wrong).would_deliver());
    // What the connector asks of the certificate stays asked.
    let both = EopOutbound::with(TlsSettings::CertificateValidation);
    let verdict = both.judge(&case.findings(|dns| dns.tlsa(case.record(3))));
    assert_eq!(verdict.code.as_deref(), Some("450 4.4.317"));
}

#[test]
fn other_judges_do_not_ask_dns() {
    let ca = Ca::new();
    let identity = ca.issue(Leaf::new(HOST).only_names());
    let server = MockServer::builder().starttls(identity).start();
    let evidence = Probe::new(server.addr()).name(HOST).run();
    let quiet = Expectation::new(HOST).trusting(&[ca.der().clone()]);
    let policy = "enforce other.test".parse().unwrap();
    let loud = quiet.clone().tlsa(stranger()).mta_sts(policy);
    let (quiet, loud) = (
        Findings::of(&evidence, &quiet),
        Findings::of(&evidence, &loud),
    );
    assert_eq!(loud.all().len(), quiet.all().len() + 2);
    for judge in mailfault::judge::Judge::all() {
        if !judge.name().starts_with("eop") {
            assert_eq!(judge.judge(&loud), judge.judge(&quiet), "{}", judge.name());
        }
    }
}

#[test]
fn a_policy_names_the_hosts_and_demands_a_certificate_for_them() {
    let case = Case::healthy();
    let trusting = |dns: Expectation| dns.trusting(&[case.ca.der().clone()]);
    let policy = |dns: Expectation, text: &str| dns.mta_sts(text.parse().unwrap());
    let with = |text: &str| case.findings(|dns| policy(trusting(dns), text));
    delivers(&with("enforce mx.contoso.test"));
    delivers(&with("enforce *.contoso.test"));
    delivers(&with("testing old.contoso.test"));
    delivers(&with("none"));
    let elsewhere = with("enforce old.contoso.test");
    let verdict = waits(
        &elsewhere,
        "450 4.4.8 MX hosts of contoso.test failed MTA-STS validation",
    );
    assert!(verdict.change[0].contains("`mx: mx.contoso.test`"));
    let mut careless = EopOutbound::new();
    assert!(careless.stays_away(elsewhere.expectation()));
    careless.mta_sts_mode = MtaStsMode::None;
    assert!(careless.judge(&elsewhere).would_deliver());
    assert!(!careless.stays_away(elsewhere.expectation()));

    let untrusted = case.findings(|dns| policy(dns, "enforce *.contoso.test"));
    let failed = "450 4.7.5 Remote certificate failed MTA-STS validation. Reason:";
    waits(&untrusted, &format!("{failed} UntrustedRoot"));
    let other = Case::new(Leaf::new("ex01.corp.contoso.test").only_names());
    let findings = other.findings(|dns| {
        let trusting = dns.trusting(&[other.ca.der().clone()]);
        policy(trusting, "enforce *.contoso.test")
    });
    waits(&findings, &format!("{failed} SubjectMismatch"));
    let both = case.findings(|dns| policy(dns, "enforce *.contoso.test").tlsa(case.record(3)));
    let verdict = waits(&both, &format!("{failed} UntrustedRoot"));
    let told = verdict.uncertain;
    assert!(
        told.iter().any(|what| what.contains("where DANE is right")),
        "{told:?}"
    );
}

#[test]
fn a_policy_keeps_mail_from_a_server_without_tls() {
    let server = MockServer::start();
    let evidence = Probe::new(server.addr()).name(HOST).run();
    let dns = Expectation::new(HOST).mta_sts("enforce *.contoso.test".parse().unwrap());
    let verdict = waits(
        &Findings::of(&evidence, &dns),
        "450 4.4.317 Cannot connect to remote server",
    );
    let said = verdict.told("MSG");
    assert_eq!(said, Some("451 5.7.3 STARTTLS is required to send mail"));
}
