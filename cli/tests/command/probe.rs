//! `mailfault probe`: what it tells of a server, and its exit codes.

use std::net::TcpListener;

use serde_json::Value;

use crate::support::{Output, Running, command, mailfault};

/// A probe of a scenario's server, with the root that it wants trusted.
#[track_caller]
fn probe(scenario: &str, more: &[&str]) -> Output {
    let mut serving = command(["serve", scenario, "--port", "0", "--json", "--until-eof"]);
    serving.stdin(std::process::Stdio::piped());
    let mut serving = Running::start(serving);
    let ready: Value = serde_json::from_str(&serving.line()).expect("a ready line");
    let server = &ready["servers"][0];
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let (addr, name, ca) = (
        text(&server["addr"]),
        text(&server["tls_name"]),
        text(&ready["ca"]),
    );
    let output = mailfault([&["probe", &addr, "--name", &name, "--ca", &ca], more].concat());
    drop(serving);
    output
}

#[test]
fn a_healthy_server_is_told_to_be_one() {
    let output = probe("control/p256", &["--as", "openssl", "--as", "eop"]);
    assert_eq!((output.code, &*output.stderr), (Some(0), ""), "{output:#?}");
    for part in [
        "nothing is wrong",
        "Verify return code: 0 (ok)",
        "handshake",
        "SHA-1",
    ] {
        assert!(
            output.stdout.contains(part),
            "no `{part}` in:\n{}",
            output.stdout
        );
    }
    assert!(
        !output.stdout.contains("What to change"),
        "{}",
        output.stdout
    );
}

#[test]
fn judges_decide_the_exit_code() {
    let output = probe("tls/expired", &["--as", "openssl"]);
    assert_eq!(output.code, Some(1), "{output:#?}");
    assert!(
        output
            .stdout
            .contains("Verify return code: 10 (certificate has expired)")
    );
    assert!(output.stdout.contains("What to change"));
    assert_eq!(
        probe("tls/expired", &["--as", "opportunistic"]).code,
        Some(0)
    );
    assert_eq!(probe("tls/expired", &[]).code, Some(1));
    assert_eq!(
        probe("tls/cn-only", &["--as", "openssl", "--as", "go"]).code,
        Some(1)
    );
}

#[test]
fn everything_is_told_as_json() {
    let output = probe("tls/wrong-name", &["--as", "eop", "--json"]);
    assert_eq!(output.code, Some(1), "{output:#?}");
    let told = output.json();
    assert_eq!(told["verdicts"][0]["code"], "450 4.7.320");
    let details = &told["verdicts"][0]["details"];
    assert!(
        details["MSG"]
            .as_str()
            .unwrap()
            .starts_with("SubjectMismatch"),
        "{details}"
    );
    assert_eq!(told["names"][0]["right"], false);
    assert_eq!(told["tls"]["version"], "TLS 1.3");
    assert_eq!(told["steps"][0]["stage"], "connect");
    let findings = told["findings"].as_array().unwrap();
    assert!(
        findings[0]["what"]
            .as_str()
            .unwrap()
            .starts_with("it is not for")
    );
    assert!(!told["chain"][0]["thumbprint"].as_str().unwrap().is_empty());
}

#[test]
fn what_cannot_be_probed_says_why() {
    #[track_caller]
    fn check(words: &[&str], expected: &str) {
        let output = mailfault([&["probe"], words].concat());
        assert_eq!((output.code, &*output.stdout), (Some(2), ""), "{output:#?}");
        assert!(output.stderr.contains(expected), "{}", output.stderr);
    }
    check(&["mail.contoso.test"], "is no host and port\nhint: ");
    check(&["127.0.0.1:25", "--as", "opensll"], "openssl");
    check(
        &["127.0.0.1:25", "--ca", "no-such-file.pem"],
        "cannot read `no-such-file.pem`",
    );
}

#[test]
fn a_closed_port_is_a_verdict_too() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    drop(listener);
    let output = mailfault(["probe", &addr, "--as", "eop"]);
    assert_eq!(output.code, Some(1), "{output:#?}");
    assert!(
        output.stdout.contains("450 4.4.316 Connection refused"),
        "{}",
        output.stdout
    );
}
