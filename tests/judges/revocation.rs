//! Revoked certificates: by lists and by staples, for those who look.

use mailfault::judge::{Expectation, Findings, Judge, Probe, Wrong};
use mailfault::{Ca, Crl, Der, Identity, MockServer, Ocsp, Reason};

fn findings(ca: &Ca, identity: &Identity, crls: &[Der]) -> Findings {
    let server = MockServer::builder().starttls(identity.clone()).start();
    let evidence = Probe::new(server.addr()).name("mx.test").run();
    let mut expectation = Expectation::new("mx.test").trusting(&[ca.der().clone()]);
    for crl in crls {
        expectation = expectation.crl(crl.clone());
    }
    Findings::of(&evidence, &expectation)
}

fn has(findings: &Findings, wrong: fn(&Wrong) -> bool) -> bool {
    findings.all().iter().any(|finding| wrong(&finding.wrong))
}

#[test]
fn a_list_of_the_issuer_revokes_for_those_who_look() {
    let ca = Ca::new();
    let identity = ca.issue("mx.test");
    let revoking = ca.crl(Crl::new().revoke(&identity, Reason::KeyCompromise));
    let revoked = findings(&ca, &identity, &[revoking]);
    assert!(has(&revoked, |wrong| matches!(wrong, Wrong::Revoked(_))));
    let openssl = Judge::named("openssl").unwrap().judge(&revoked);
    assert_eq!(openssl.code.as_deref(), Some("23"));
    let dotnet = |checks_revocation| Judge::DotNet { checks_revocation }.judge(&revoked);
    // It does not look unless it is told to.
    assert!(dotnet(false).would_deliver());
    assert_eq!(dotnet(true).told("ChainStatus"), Some("Revoked"));

    let clean = findings(&ca, &identity, &[ca.crl(Crl::new())]);
    assert!(clean.all().is_empty(), "{:#?}", clean.all());

    // A list that another authority signed says nothing.
    let other = findings(&ca, &identity, &[Ca::new().crl(Crl::new())]);
    assert!(has(&other, |wrong| matches!(
        wrong,
        Wrong::RevocationUnknown(_)
    )));
    assert_eq!(
        Judge::named("openssl")
            .unwrap()
            .judge(&other)
            .code
            .as_deref(),
        Some("3")
    );
}

#[test]
fn a_staple_is_read() {
    let ca = Ca::new();
    let identity = ca.issue("mx.test");
    let with = |ocsp| findings(&ca, &identity.clone().with_staple(ca.ocsp(ocsp)), &[]);
    let revoked = with(Ocsp::revoked(&identity, Reason::KeyCompromise));
    assert!(has(&revoked, |wrong| *wrong
        == Wrong::Revoked("the OCSP staple")));
    assert!(with(Ocsp::good(&identity)).all().is_empty());
    let unknown = with(Ocsp::unknown(&identity));
    assert!(has(&unknown, |wrong| matches!(
        wrong,
        Wrong::RevocationUnknown(_)
    )));
    let other = with(Ocsp::good(&ca.issue("other.test")));
    assert!(has(&other, |wrong| matches!(
        wrong,
        Wrong::RevocationUnknown(_)
    )));
    let junk = findings(&ca, &identity.clone().with_staple(vec![0x30, 0x84]), &[]);
    assert!(has(&junk, |wrong| matches!(
        wrong,
        Wrong::RevocationUnknown(_)
    )));
}
