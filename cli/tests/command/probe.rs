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
fn what_dns_says_is_held_against_the_server() {
    let eop = ["--as", "eop-opportunistic", "--json"];
    let asked = |dns: &[&str]| probe("control/p256", &[&eop, dns].concat());
    let stranger = format!("3 1 1 {}", "AB".repeat(32));
    let output = asked(&["--tlsa", &stranger]);
    assert_eq!(output.code, Some(1), "{output:#?}");
    let told = output.json();
    assert_eq!(told["verdicts"][0]["code"], "450 4.7.323");
    assert_eq!(told["tlsa"][0]["record"], stranger);
    assert_eq!(told["tlsa"][0]["right"], false);
    // The advice is a record that is right, beside others, a line each as `dig` prints them.
    let mut words = told["verdicts"][0]["change"][0]
        .as_str()
        .unwrap()
        .split(['`', ' ']);
    let hex = words.find(|word| word.len() == 64).unwrap();
    let lines = format!("{stranger}\n3 1 1 {} {}\n", &hex[..56], &hex[56..]);
    let told = asked(&["--tlsa", &lines]).json();
    assert_eq!(told["tlsa"].as_array().unwrap().len(), 2);
    // This server has another key again, and advice of its own.
    assert_eq!(told["tlsa"][1]["right"], false);

    let output = asked(&["--dnssec-bogus"]);
    assert_eq!(output.json()["verdicts"][0]["code"], "450 4.7.324");
    let told = asked(&["--mta-sts", "enforce other.test"]).json();
    assert_eq!(told["verdicts"][0]["code"], "450 4.4.8");
    assert_eq!(told["mta_sts"]["mode"], "enforce");
    assert_eq!(told["mta_sts"]["mx"][0], "other.test");
    assert_eq!(asked(&["--mta-sts", "testing other.test"]).code, Some(0));

    let output = probe(
        "control/p256",
        &["--as", "eop-opportunistic", "--tlsa", &stranger],
    );
    for part in ["Do the TLSA records stand", "_25._tcp.", "4.7.323"] {
        assert!(output.stdout.contains(part), "{}", output.stdout);
    }
}

#[test]
fn of_a_judge_who_asks_dns_it_is_said_how_to_tell_it() {
    let shown = |judge| mailfault(["show", judge]).stdout;
    assert!(shown("eop").contains("--tlsa"));
    assert!(shown("eop-opportunistic").contains("--mta-sts"));
    assert!(!shown("openssl").contains("--tlsa"));
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
    check(&["127.0.0.1:25", "--tlsa", "3 1 1"], "is no `3 1 1 HEX`");
    check(&["127.0.0.1:25", "--tlsa", ""], "is no `3 1 1 HEX`");
    check(&["127.0.0.1:25", "--mta-sts", "enforced"], "is no mode");
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
