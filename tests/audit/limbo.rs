//! The test cases of x509-limbo, in a file of its form: graded by the result that it expects.

use mailfault::audit::{Audit, Limbo};
use mailfault::{Ca, Identity, Leaf};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::check_all;
use super::lettre::with_rustls;
use crate::support::program;

/// A test case about this identity, with its key in this text.
fn testcase(id: &str, identity: &Identity, key: Option<&str>, expected: &str) -> Value {
    let chain = identity.pem();
    let mut chain = chain
        .as_str()
        .split_inclusive("-----END CERTIFICATE-----\n");
    json!({
        "id": id,
        "description": "",
        "validation_kind": "SERVER",
        "trusted_certs": [identity.roots_pem().as_str()],
        "peer_certificate": chain.next(),
        "untrusted_intermediates": chain.collect::<Vec<_>>(),
        "peer_certificate_key": key,
        "expected_result": expected,
        "expected_peer_name": {"kind": "DNS", "value": "example.com"},
    })
}

/// The key in the form that belongs to its kind alone, as the suite writes keys: SEC 1 or PKCS#1.
fn traditional(identity: &Identity) -> String {
    let Some(openssl) = program::installed("openssl") else {
        return identity.key_pem().as_str().to_owned();
    };
    let home = TempDir::new().expect("a temporary directory");
    let mut command = program::command(openssl, home.path());
    command.args(["pkey", "-traditional"]);
    let key = program::run(&mut command, identity.key_pem().as_bytes());
    assert!(key.said.contains(" PRIVATE KEY"), "{key:?}");
    key.said
}

#[test]
fn a_client_is_graded_by_what_the_suite_expects() {
    let ca = Ca::new().intermediate();
    let good = ca.issue("example.com");
    let rsa = ca.issue(Leaf::new("example.com").key(mailfault::KeyKind::Rsa2048));
    let expired = ca.issue(Leaf::new("example.com").expired());
    let wrong_name = ca.issue("example.org");
    let file = json!({"version": 1, "testcases": [
        testcase("a::good", &good, Some(&traditional(&good)), "SUCCESS"),
        testcase("a::rsa", &rsa, Some(&traditional(&rsa)), "SUCCESS"),
        testcase("a::expired", &expired, Some(&traditional(&expired)), "FAILURE"),
        testcase("a::wrong-name", &wrong_name, Some(&traditional(&wrong_name)), "FAILURE"),
        testcase("a::must-fail", &good, Some(&traditional(&good)), "FAILURE"),
        testcase("a::must-not-fail", &expired, Some(&traditional(&expired)), "SUCCESS"),
        testcase("a::no-key", &good, None, "SUCCESS"),
        // Signed with a key that is none of the certificate.
        testcase("a::other-key", &good, Some(rsa.key_pem().as_str()), "FAILURE"),
    ]});
    let limbo = Limbo::parse("limbo.json", &file.to_string()).unwrap();
    assert_eq!(limbo.len(), 8);
    let card = Audit::of_verifying_client()
        .limbo(limbo)
        .only("limbo/*")
        .run(with_rustls);
    check_all(
        &card,
        &[
            ("limbo/a::good", "right"),
            ("limbo/a::rsa", "right"),
            ("limbo/a::expired", "right"),
            ("limbo/a::wrong-name", "right"),
            ("limbo/a::must-fail", "wrong: credentials"),
            ("limbo/a::must-not-fail", "not-judged"),
            ("limbo/a::no-key", "not-judged"),
            ("limbo/a::other-key", "right"),
        ],
    );
    let reason = |id: &str| {
        card.case(id)
            .map(|one| one.reason.clone())
            .unwrap_or_default()
    };
    assert!(
        card.case("limbo/a::must-not-fail")
            .unwrap()
            .refuses_a_healthy_server()
    );
    assert_eq!(
        reason("limbo/a::no-key"),
        "its certificate comes without a key"
    );
    assert_eq!(card.cases.len(), 8, "{card}");
}
