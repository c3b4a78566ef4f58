//! `mailfault list` and `mailfault show`.

use std::collections::BTreeSet;

use crate::support::{Running, command, mailfault};

/// Text and JSON name the same things, and this one among them.
#[track_caller]
fn check(noun: &str, one: &str) {
    let text = mailfault(["list", noun]);
    assert_eq!((text.code, &*text.stderr), (Some(0), ""));
    let lines = text.stdout.lines();
    let named: Vec<&str> = lines.filter_map(|line| line.split(' ').next()).collect();
    let json = mailfault(["list", noun, "--json"]).json();
    let rows = json.as_array().unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(named, ids);
    assert!(ids.contains(&one), "{ids:?}");
    assert_eq!(
        ids.iter().collect::<BTreeSet<_>>().len(),
        ids.len(),
        "one stands twice"
    );
    assert!(
        rows.iter()
            .all(|row| !row["summary"].as_str().unwrap().is_empty())
    );
}

#[test]
fn everything_is_listed_as_text_and_as_json() {
    check("scenarios", "control/p256");
    check("faults", "starttls/stripped");
    check("flaws", "tls/expired");
    check("personas", "exchange-2016");
    assert_eq!(
        mailfault(["list"]).stdout,
        mailfault(["list", "scenarios"]).stdout
    );
    assert!(!mailfault(["list", "faults"]).stdout.contains("control/"));
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    for words in [
        &["list"][..],
        &["list", "--json"],
        &["show", "tls/expired"],
        &["serve", "tls/expired", "--port", "0"],
        &["serve", "tls/expired", "--port", "0", "--json"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = command(words);
        command.stdout(writer);
        let output = command
            .stderr(std::process::Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{words:?}");
    }
}

#[track_caller]
fn shows(name: &str, parts: &[&str]) {
    let output = mailfault(["show", name]);
    assert_eq!((output.code, &*output.stderr), (Some(0), ""));
    for part in parts {
        assert!(
            output.stdout.contains(part),
            "no `{part}` in:\n{}",
            output.stdout
        );
    }
}

#[test]
fn a_scenario_is_shown_with_its_flaw_and_its_file() {
    shows(
        "tls/expired",
        &[
            "tls/expired (fault)\nthe certificate expired ten days ago\n",
            "must refuse",
            "refused-tls",
            "RFC 5280 6.1.3(a)(2)",
            "notAfter 10 days ago",
            "    certificate = \"expired\"\n",
            "    mailfault serve tls/expired\n",
            "    mailfault certs DIR --name mx.test --flaw tls/expired\n",
        ],
    );
    shows(
        "control/starttls",
        &["control: nothing is wrong", "    require-tls = true\n"],
    );
}

#[test]
fn a_persona_is_shown_as_it_talks() {
    shows(
        "exchange-2016",
        &[
            "    220 {host} Microsoft ESMTP MAIL Service ready at {date}\n",
            "EHLO in clear:\n",
            "    X-ANONYMOUSTLS\n",
            "EHLO inside TLS:\n",
            "Uncertain",
        ],
    );
}

#[test]
fn every_verb_has_help_with_an_example() {
    for verb in ["list", "show", "certs", "serve", "run", "check"] {
        let output = Running::start(command([verb, "--help"])).finish();
        assert_eq!(output.code, Some(0));
        assert!(
            output
                .stdout
                .contains(&format!("Examples:\n  mailfault {verb}")),
            "{}",
            output.stdout
        );
    }
}
