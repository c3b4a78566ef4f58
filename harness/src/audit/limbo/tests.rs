//! A file in the form of the suite's own, with certificates of ours.

use mailfault_certs::{Ca, Identity, Reason};
use serde_json::{Value, json};

use super::*;
use crate::server::{CrlWish, OcspWish, Revocation};

/// A test case that expects success of what an authority of ours issued.
fn testcase(id: &str) -> Value {
    let identity = identity();
    let chain: Vec<_> = identity
        .pem()
        .as_str()
        .split_inclusive("-----END CERTIFICATE-----\n")
        .map(str::to_owned)
        .collect();
    json!({
        "id": id,
        "conflicts_with": [],
        "features": [],
        "importance": "undetermined",
        "description": "A leaf below an intermediate.",
        "validation_kind": "SERVER",
        "trusted_certs": [identity.roots_pem().as_str()],
        "untrusted_intermediates": &chain[1..],
        "peer_certificate": chain[0],
        "peer_certificate_key": identity.key_pem().as_str(),
        "validation_time": null,
        "signature_algorithms": [],
        "key_usage": [],
        "extended_key_usage": ["serverAuth"],
        "expected_result": "SUCCESS",
        "expected_peer_name": {"kind": "DNS", "value": "example.com"},
        "expected_peer_names": [],
        "max_chain_depth": null,
        "crls": []
    })
}

fn identity() -> Identity {
    Ca::new().intermediate().issue("example.com")
}

/// The same with other values.
fn with(id: &str, changes: Value) -> Value {
    let mut testcase = testcase(id);
    for (key, value) in changes.as_object().expect("an object") {
        testcase[key] = value.clone();
    }
    testcase
}

fn parse(testcases: &[Value]) -> Result<Limbo, Error> {
    let file = json!({"version": 1, "testcases": testcases});
    Limbo::parse("limbo.json", &file.to_string())
}

#[test]
fn a_test_case_is_a_server_with_its_certificates_and_its_name() {
    let limbo = parse(&[
        testcase("rfc5280::good-chain"),
        with("webpki::bad", json!({"expected_result": "FAILURE"})),
        with(
            "webpki::pedantic",
            json!({"expected_result": "FAILURE", "features": ["pedantic-webpki-eku"]}),
        ),
    ]);
    let cases = limbo.unwrap().into_scenarios();
    let duties: Vec<_> = cases
        .iter()
        .map(|(one, _)| (one.verifying, one.expect[0]))
        .collect();
    let expected = [
        (Some(Requirement::Accept), Outcome::Delivered),
        (Some(Requirement::Refuse), Outcome::RefusedTls),
        (Some(Requirement::ShouldRefuse), Outcome::RefusedTls),
    ];
    assert_eq!(duties, expected);
    let (good, unserved) = &cases[0];
    assert_eq!(unserved, &None);
    assert_eq!(
        (&*good.id, &*good.summary),
        ("limbo/rfc5280::good-chain", "good chain")
    );
    assert_eq!(good.server.certificate.name, "example.com");
    // The reference client, which is on rustls, agrees.
    let checked = good.check().unwrap();
    assert!(checked.is_as_expected(), "{checked}");
    let (bad, _) = &cases[1];
    assert_eq!(bad.check().unwrap().seen, Outcome::Delivered);
    assert_eq!(
        cases[2].0.summary,
        "pedantic (optional: pedantic-webpki-eku)"
    );
}

/// Who made it could sign such a word, and nobody else.
#[test]
fn nothing_is_said_of_the_revocation_of_a_test_case() {
    let limbo = parse(&[testcase("rfc5280::good-chain")]).unwrap();
    let (mut good, _) = limbo.into_scenarios().remove(0);
    good.server.revocation = Revocation::new()
        .crl(CrlWish::Good)
        .staple(OcspWish::Revoked(Reason::KeyCompromise));
    let (builder, identity) = good.builder();
    assert_eq!((identity.crls(), identity.staple()), (vec![], None));
    let server = builder.try_start().unwrap();
    assert_eq!(server.crl_url(), None);
    drop(server.finish());
}

#[test]
fn what_cannot_be_served_is_listed_with_the_reason() {
    #[track_caller]
    fn check(changes: Value, reason: &str) {
        let limbo = parse(&[with("a", changes)]).unwrap();
        let unserved: Vec<_> = limbo.unserved().collect();
        assert_eq!(unserved, [("limbo/a", reason)]);
    }
    check(
        json!({"peer_certificate_key": null}),
        "its certificate comes without a key",
    );
    let dsa = "-----BEGIN DSA PRIVATE KEY-----\nMAA=\n-----END DSA PRIVATE KEY-----\n";
    check(
        json!({"peer_certificate_key": dsa}),
        "nobody here can sign with a key of its kind",
    );
    check(
        json!({"validation_kind": "CLIENT"}),
        "is about the certificate of a client",
    );
    check(
        json!({"validation_time": "2024-01-01T00:00:00+00:00"}),
        "is judged as of 2024-01-01T00:00:00+00:00, and clients have their own clock",
    );
    check(
        json!({"crls": ["x"]}),
        "comes with revocation lists, which the client is not given",
    );
    check(
        json!({"max_chain_depth": 1}),
        "limits the length of the chain, of which the client is not told",
    );
    check(
        json!({"key_usage": ["keyAgreement"]}),
        "limits algorithms or key usages, of which the client is not told",
    );
    check(
        json!({"extended_key_usage": ["clientAuth"]}),
        "is not about servers, by its extended key usage",
    );
    check(
        json!({"trusted_certs": []}),
        "trusts nobody, which is nothing to tell a client",
    );
    check(
        json!({"expected_peer_name": null}),
        "does not say which name to verify",
    );
    let mail = json!({"kind": "RFC822", "value": "a@example.com"});
    check(
        json!({"expected_peer_name": mail}),
        "is about a mail address",
    );
}

#[test]
fn what_cannot_be_understood_is_shown_with_its_place() {
    const HINT: &str = "\nhint: `limbo.json` comes from https://github.com/C2SP/x509-limbo";
    #[track_caller]
    fn check(limbo: Result<Limbo, Error>, message: &str) {
        assert_eq!(limbo.unwrap_err().to_string(), format!("{message}{HINT}"));
    }
    let parse_text = |text| Limbo::parse("limbo.json", text);
    check(
        parse_text("{\n  \"version\": 1,\n"),
        "limbo.json:3:0: EOF while parsing a value",
    );
    check(
        parse_text("{\"version\": 1}"),
        "limbo.json:1:14: missing field `testcases`",
    );
    check(
        parse_text("{\"version\": 2, \"testcases\": []}"),
        "limbo.json: version 2 of the schema is not known here, version 1 is",
    );
    check(
        parse(&[testcase("a"), testcase("a")]),
        "limbo.json: test case `a`: another has the same id",
    );
    check(
        parse(&[with("a", json!({"trusted_certs": ["hello"]}))]),
        "limbo.json: test case `a`: `trusted_certs` holds no certificate in PEM: no items found",
    );
    let error = Limbo::read("no/such/limbo.json").unwrap_err().to_string();
    assert!(
        error.starts_with("no/such/limbo.json: cannot be read: "),
        "{error}"
    );
}
