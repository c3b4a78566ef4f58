//! Every scenario ends as its file says, and every fault in it can be seen.
#![cfg(feature = "scenario")]

use std::sync::Mutex;

use mailfault::scenario::{Checked, Scenario};
use mailfault::{Ca, Outcome};

#[test]
fn every_scenario_ends_as_its_file_says() {
    let example = Scenario::parse("example.toml", mailfault_scenarios::EXAMPLE);
    let mut waiting = Scenario::all();
    waiting.push(example.expect("the example can be understood"));
    // What this build cannot serve, another one plays.
    waiting.retain(|scenario| scenario.needs().is_none());
    let waiting = Mutex::new(waiting);
    let failures = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = waiting.lock().unwrap().pop();
            let Some(scenario) = next else { return };
            let failure = match scenario.check() {
                Ok(checked) if checked.is_as_expected() => continue,
                Ok(checked) => checked.to_string(),
                Err(error) => format!("{}: {error}\n", scenario.id),
            };
            failures.lock().unwrap().push(failure);
        }
    };
    // Most of them wait for a client to lose its patience, which costs nothing.
    std::thread::scope(|threads| (0..16).for_each(|_| drop(threads.spawn(work))));
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    let count = failures.len();
    assert!(count == 0, "{count} failures\n\n{}", failures.join("\n"));
}

/// Plays a scenario that says this of itself, whatever it expects.
#[track_caller]
fn play(text: &str, seen: Outcome) -> Checked {
    let scenario = format!("summary = \"x\"\nexpect = \"hung\"\n{text}");
    let scenario = Scenario::parse("x.toml", &scenario).unwrap();
    let checked = scenario.check().unwrap();
    assert_eq!(checked.seen, seen, "{checked}");
    checked
}

#[test]
fn the_client_comes_as_the_server_asks() {
    play("", Outcome::Delivered);
    play("[server]\ntls = \"implicit\"", Outcome::Delivered);
    play("[server]\ntls = \"both\"", Outcome::Delivered);
    play("[server]\ntls = \"none\"", Outcome::DeliveredInClear);
    play("[server]\nauth = \"refuse\"", Outcome::RefusedSmtp);
    let auth = "[server]\nrequire-auth = true\nauth = { user = \"u\", password = \"p\" }";
    let checked = play(auth, Outcome::Delivered);
    assert_eq!(checked.report.mail[0].user.as_deref(), Some("u"));
}

#[test]
fn what_is_not_as_expected_is_told_with_the_transcript() {
    let faults = r#"
        [[fault]]
        at    = "quit"
        reply = "221 bye"

        [[fault]]
        at       = "mail"
        matching = "RET="
        close    = true
    "#;
    let told = play(faults, Outcome::Delivered).to_string();
    let begin = "x: expected hung, saw delivered\nfault 2 (`close` at `mail`) never fired\n\
                 attempt 1: delivered: 250 2.0.0 accepted as 1";
    assert!(told.starts_with(begin), "{told}");
    assert!(
        told.contains("C: QUIT\n-- fault: reply at quit\nS: 221 bye\n"),
        "{told}"
    );
}

#[test]
fn a_fault_for_one_recipient_is_seen_by_that_recipient() {
    let fault = "[[fault]]\nat = \"rcpt\"\nmatching = \"<mallory@\"\nclose = true";
    assert!(play(fault, Outcome::Delivered).unseen.is_empty());
}

#[test]
fn a_server_answers_to_one_more_name() {
    let scenario = Scenario::named("control/wildcard").unwrap();
    let ca = Ca::new();
    let also = scenario.clone().also_name("mail.contoso.com").unwrap();
    let (_, identity) = also.builder_under(&ca);
    assert_eq!(identity.names(), ["*.example.test", "mail.contoso.com"]);
    assert_eq!(identity.roots(), ca.roots());
    let error = scenario.also_name("no name").unwrap_err().to_string();
    assert!(error.starts_with("control/wildcard: "), "{error}");
}

/// What the client that plays scenarios says of each fault of revocation: it saw this one and no other.
#[test]
fn every_fault_of_revocation_is_seen_for_what_it_is() {
    let expected = [
        ("crl-404", "the answer has the status 404"),
        ("crl-expired", "certificate revocation list expired"),
        (
            "crl-idp-other-scope",
            "UnsupportedCrlIssuingDistributionPoint",
        ),
        ("crl-impostor", "revocation list: BadSignature"),
        ("crl-intermediate-revoked", "Revoked (http"),
        ("crl-junk", "it is no revocation list"),
        ("crl-leaf-under-intermediate", "Revoked (http"),
        ("crl-not-yet-valid", "the list is not valid yet"),
        ("crl-remove-from-crl", "Revoked (http"),
        ("crl-revoked", "Revoked (http"),
        ("crl-slow", "issuer.crl: no answer within 3s"),
        ("crl-tampered", "revocation list: BadSignature"),
        ("crl-wrong-issuer", "UnknownRevocationStatus (http"),
        ("must-staple-malformed", "the staple: it is no OCSP answer"),
        ("must-staple-missing", "demands a staple, and there is none"),
        ("must-staple-revoked", "the staple: it says that"),
        ("ocsp-expired", "the staple: it has expired"),
        ("ocsp-malformed", "the staple: it is no OCSP answer"),
        (
            "ocsp-other-certificate",
            "the staple: it is about another certificate",
        ),
        (
            "ocsp-responder-error",
            "the responder says internalError (2)",
        ),
        (
            "ocsp-responder-error-http-500",
            "the answer has the status 500",
        ),
        (
            "ocsp-responder-error-unauthorized",
            "the responder says unauthorized (6)",
        ),
        (
            "ocsp-revoked",
            "the staple: it says that the certificate was revoked",
        ),
        ("ocsp-slow", "ocsp: no answer within 3s"),
        ("ocsp-tampered", "the staple: it is not signed by"),
        (
            "ocsp-try-later",
            "the staple: the responder says tryLater (3)",
        ),
        (
            "ocsp-unknown",
            "the staple: it says that the certificate is unknown",
        ),
        ("ocsp-wrong-signer", "the staple: it is not signed by"),
        ("responder-unreachable", "refused"),
    ];
    let all = Scenario::all().into_iter();
    let revocation = all.filter(|one| one.id.starts_with("revocation/"));
    let check = |scenario: Scenario| {
        let (_, short) = scenario.id.split_once('/').unwrap();
        let member = short.starts_with("crl-revoked");
        let (_, seen) = expected
            .iter()
            .find(|(id, _)| *id == short || member && *id == "crl-revoked")
            .unwrap_or_else(|| panic!("{}: what is seen of it?", scenario.id));
        let checked = scenario.check().unwrap();
        assert_eq!(checked.seen, Outcome::RefusedTls, "{checked}");
        assert!(checked.client.contains(seen), "{seen}\n{checked}");
    };
    std::thread::scope(|threads| {
        revocation.for_each(|one| drop(threads.spawn(move || check(one))));
    });
}

/// Who gives out what, and that it was asked for, is in the report before the client goes on.
#[test]
fn the_report_knows_what_was_fetched() {
    #[track_caller]
    fn check(id: &str, expected: &[&str]) {
        let checked = Scenario::named(id).unwrap().check().unwrap();
        let fetches = checked.report.fetches.iter().map(ToString::to_string);
        assert_eq!(fetches.collect::<Vec<_>>(), expected, "{checked}");
    }
    check("control/crl-good", &["crl: GET /issuer.crl: 200"]);
    check("control/ocsp-good", &[]);
    check(
        "revocation/crl-intermediate-revoked",
        &["crl: GET /issuer.crl: 200", "crl: GET /root.crl: 200"],
    );
    check("revocation/crl-404", &["crl: GET /issuer.crl: 404"]);
    let failed = "ocsp: POST /ocsp: 500";
    check("revocation/ocsp-responder-error-http-500", &[failed]);
    check("revocation/responder-unreachable", &[]);
}
