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
    check("judges", "eop");
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
fn what_this_build_makes_of_old_tls_is_said() {
    let (imitated, signed, needed) = match cfg!(feature = "legacy-tls") {
        true => (
            "served by OpenSSL, and not imitated",
            "signed by OpenSSL with its own key",
            "served by OpenSSL, and not imitated",
        ),
        false => (
            "imitated; the feature `legacy-tls` serves it",
            "imitated; the feature `legacy-tls` serves it",
            "not to be had: it needs the feature `legacy-tls`",
        ),
    };
    shows("handshake/tls10-only", &["in this build", imitated]);
    shows("tls/ed448", &["in this build", signed]);
    shows("handshake/dhe-1024", &["in this build", needed]);
    let plain = mailfault(["show", "tls/expired"]).stdout;
    assert!(!plain.contains("in this build"), "{plain}");
    let json = mailfault(["show", "handshake/tls10-only", "--json"]).json();
    let feature = match cfg!(feature = "legacy-tls") {
        true => serde_json::Value::Null,
        false => "legacy-tls".into(),
    };
    assert_eq!(
        (&json["imitated_without"], &json["needs"]),
        (&feature, &serde_json::Value::Null)
    );
}

#[test]
fn what_clients_say_is_shown_the_observed_before_the_documented() {
    shows(
        "tls/expired",
        &[
            "\nWhat clients did and said, as observed:\n\n  refused\n",
            "    openssl s_client 3.0.19, openssl s_client -x509_strict 3.0.19\n      \
             verify error:num=10:certificate has expired;",
            "    node tls 20.20.2 and 24.21.0\n      CERT_HAS_EXPIRED: certificate has expired\n",
            "  accepted\n",
            "    swaks --tls-optional 20201014.0\n",
            "    Schannel\n      SEC_E_CERT_EXPIRED (0x80090328) - The received certificate has expired.\n      \
             (from learn.microsoft.com, SSPI Status Codes;",
        ],
    );
    shows("control/root-sent", &["  accepted\n"]);
    let text = mailfault(["show", "tls/expired"]).stdout;
    let [observed, documented, file] =
        ["as observed", "nobody here has observed", "as a file"].map(|part| text.find(part));
    assert!(observed < documented && documented < file, "{text}");
    let unknown = mailfault(["show", "mail/recipient-chooses"]);
    assert!(!unknown.stdout.contains("What clients"), "{unknown:?}");
}

#[test]
fn what_is_shown_is_there_as_json() {
    let shown = mailfault(["show", "tls/self-signed", "--json"]).json();
    assert_eq!(shown["id"], "tls/self-signed");
    assert_eq!(shown["verifying"], "refuse");
    let wordings = shown["wordings"].as_array().unwrap();
    let of = |client: &str| wordings.iter().find(|one| one["client"] == client).unwrap();
    let openssl = of("openssl s_client");
    assert_eq!(openssl["version"], "3.0.19");
    assert_eq!(openssl["verdict"], "refused");
    assert_eq!(openssl["uncertain"], false);
    assert!(openssl["observed_with"].is_string() && openssl["document"].is_null());
    let schannel = of("Schannel");
    assert!(schannel["observed_with"].is_null() && schannel["document"].is_string());
    assert!(schannel["server_saw"].is_null());

    let flaw = mailfault(["show", "tls/expired", "--json"]).json();
    assert!(!flaw["wordings"].as_array().unwrap().is_empty());
    let persona = mailfault(["show", "exchange-2016", "--json"]).json();
    assert!(
        persona["ehlo"]
            .as_array()
            .unwrap()
            .contains(&"X-ANONYMOUSTLS".into())
    );
}

#[test]
fn a_file_is_shown_with_what_clients_say_of_its_flaw() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.toml");
    let text =
        "summary = \"mine\"\nexpect = \"refused-tls\"\n[server]\ncertificate = \"expired\"\n";
    std::fs::write(&file, text).unwrap();
    let output = mailfault(["show".as_ref(), file.as_os_str()]);
    assert!(output.stdout.contains("CERT_HAS_EXPIRED"), "{output:?}");
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

#[test]
fn what_an_opportunistic_client_may_do_is_shown_where_others_refuse() {
    #[track_caller]
    fn check(name: &str, word: &str, text: Option<&str>) {
        let json = mailfault(["show", name, "--json"]).json();
        assert_eq!(json["opportunistic"], word, "{name}");
        let shown = mailfault(["show", name]).stdout;
        let mut lines = shown.lines().map(str::trim_start);
        let line = lines.find_map(|line| line.strip_prefix("an opportunistic one"));
        assert_eq!(line.map(str::trim), text, "{name}");
    }
    let over_tls = "may deliver over TLS, whatever the certificate, or defer";
    check("tls/expired", "must-use-tls", Some(over_tls));
    let in_clear = "may deliver, without TLS if need be, or defer";
    check("handshake/junk", "may-deliver-in-clear", Some(in_clear));
    check("control/p256", "must-use-tls", None);
}
