//! `mailfault audit`: a client through the catalogue.

use serde_json::Value;

use crate::support::{Output, has, mailfault};

/// A client that verifies, unless it is told not to: host, port, name, CA file.
const PYTHON: &str = r#"
import smtplib, ssl, socket, sys
host, port, name, ca = sys.argv[1:5]
context = ssl.create_default_context(cafile=ca)
if "trusting" in sys.argv:
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
class Client(smtplib.SMTP):
    def _get_socket(self, name, port, timeout):
        return socket.create_connection((host, port), timeout)
with Client(name, int(port), "client.example.test", timeout=10) as smtp:
    smtp.starttls(context=context)
    smtp.sendmail("alice@example.test", ["bob@example.test"], "Subject: hello\r\n\r\nhello\r\n")
"#;

const ONLY: [&str; 4] = ["--only", "tls/expired", "--only", "starttls/stripped"];

fn python(options: &[&str], more: &[&str]) -> Output {
    let client = [
        "--", "python3", "-c", PYTHON, "{host}", "{port}", "{name}", "{ca}",
    ];
    mailfault([&["audit"], &ONLY[..], options, &client, more].concat())
}

fn case<'a>(card: &'a Value, id: &str) -> &'a Value {
    let cases = card["cases"].as_array().expect("an array of cases");
    cases
        .iter()
        .find(|case| case["id"] == id)
        .unwrap_or_else(|| panic!("no {id} in {card:#}"))
}

/// Python takes lists from a file, and checks them where it is told to.
#[test]
fn a_client_that_checks_lists_is_right_and_one_that_does_not_is_wrong() {
    if !has("python3") {
        return;
    }
    let checking = PYTHON.replace(
        "class Client",
        "context.load_verify_locations(cafile=sys.argv[5])\n\
         context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN\nclass Client",
    );
    let audit = |client: &str| {
        let words = "audit --json --revocation crl --only revocation/crl-revoked --only tls/expired \
                     --only revocation/crl-intermediate-revoked --only revocation/ocsp-revoked -- python3 -c";
        let client = [client, "{host}", "{port}", "{name}", "{ca}", "{crl}"];
        let output = mailfault(words.split_whitespace().chain(client));
        let card: Value = serde_json::from_str(&output.stdout).expect("a report card");
        (output.code, card)
    };
    let grades = |card: &Value| {
        [
            "revocation/crl-revoked",
            "revocation/crl-intermediate-revoked",
            "revocation/ocsp-revoked",
        ]
        .map(|id| {
            case(card, id)["grade"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
    };
    let (code, card) = audit(&checking);
    assert_eq!(code, Some(0), "{card:#}");
    assert_eq!(grades(&card), ["right", "right", "not-judged"], "{card:#}");
    let (code, card) = audit(PYTHON);
    assert_eq!(code, Some(1), "{card:#}");
    assert_eq!(grades(&card), ["wrong", "wrong", "not-judged"], "{card:#}");
}

#[test]
fn a_client_that_verifies_is_clean() {
    if !has("python3") {
        return;
    }
    let output = python(&[], &[]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let mut lines = output.stdout.lines();
    assert_eq!(
        lines.next(),
        Some("audit of python3, a client of the kind `verifying`")
    );
    let last = lines.last().unwrap_or_default();
    assert!(
        last.starts_with("0 wrong, 0 lenient, 6 right, 0 not judged in "),
        "{last}"
    );
    // Progress is for terminals.
    assert_eq!(output.stderr, "");
}

#[test]
fn a_client_that_trusts_everybody_is_not_and_every_report_says_so() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let files = ["html", "json", "xml", "md", "txt"].map(|end| file(&format!("card.{end}")));
    let mut options = vec!["--json", "--name", "a trusting client"];
    for file in &files {
        options.extend(["--report", file]);
    }
    let output = python(&options, &["trusting"]);
    assert_eq!(output.code, Some(1), "{output:#?}");
    let card = output.json();
    assert_eq!(card["client"], "a trusting client");
    assert_eq!(card["kind"], "verifying");
    assert_eq!(card["clean"], false);
    assert_eq!(card["stopped"], Value::Null);
    assert_eq!(card["controls"].as_array().map(Vec::len), Some(4));
    let expired = case(&card, "tls/expired");
    assert_eq!(expired["grade"], "wrong");
    assert_eq!(expired["severity"], "content");
    assert_eq!(expired["outcome"], "delivered");
    assert_eq!(expired["required"], "must refuse");
    assert_eq!(expired["exit"], 0);
    assert!(
        expired["transcript"]
            .as_str()
            .is_some_and(|text| text.contains("C: "))
    );
    let stripped = case(&card, "starttls/stripped");
    assert_eq!(stripped["grade"], "right");
    assert_eq!(stripped["exit"], 1);
    let said = stripped["client_said"].as_str().unwrap_or_default();
    assert!(said.contains("SMTPNotSupportedError"), "{said}");
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a report");
        assert!(text.contains("tls/expired"), "{file}: {text}");
    }
    assert_eq!(
        std::fs::read_to_string(file("card.json")).ok(),
        Some(output.stdout)
    );
}

#[test]
fn a_client_that_cannot_deliver_to_a_healthy_server_is_not_judged() {
    let output = mailfault(["audit", "--only", "tls/expired", "--", "echo", "not here"]);
    assert_eq!(output.code, Some(2), "{output:#?}");
    let stopped =
        "the client could not deliver to a healthy server (control/p256): nobody connected";
    assert!(
        output.stdout.contains(&format!("stopped: {stopped}\n")),
        "{output:#?}"
    );
    assert!(
        output
            .stdout
            .contains("the client says: exit 0: not here\n"),
        "{output:#?}"
    );
    assert_eq!(output.stderr, format!("error: {stopped}\n"));
}

#[cfg(unix)]
#[test]
fn a_client_that_does_not_end_is_ended() {
    let output = mailfault([
        "audit",
        "--timeout",
        "500ms",
        "--",
        "sh",
        "-c",
        "echo waiting; sleep 600",
    ]);
    // Were it not ended, whoever shares its pipes would wait for it.
    assert_eq!(output.code, Some(2), "{output:#?}");
    assert!(
        output.stdout.contains("the client says: waiting\n"),
        "{output:#?}"
    );
    assert!(
        output.stdout.contains("was still running after 500ms\n"),
        "{output:#?}"
    );
}

#[test]
fn what_cannot_be_run_is_said() {
    #[track_caller]
    fn check(words: &[&str], message: &str) {
        let output = mailfault([&["audit"], words].concat());
        assert_eq!(output.stderr.trim_end(), message, "{words:?}");
        assert_eq!((&*output.stdout, output.code), ("", Some(2)), "{words:?}");
    }
    check(
        &[],
        "error: no command to run\nhint: write it behind `--`, as in `mailfault audit -- swaks --server {addr} --to {to}`",
    );
    check(
        &["--", "no-such-client"],
        "error: cannot run `no-such-client`: not found\nhint: is it installed, and in PATH?",
    );
    check(
        &["--only", "tls/exipred", "--", "true"],
        "error: unknown case `tls/exipred`\nhint: did you mean `tls/expired`?",
    );
    check(
        &["--skip", "nothing-like-it", "--", "true"],
        "error: unknown case `nothing-like-it`\nhint: `mailfault list` shows what there is",
    );
    check(
        &["--report", "card.pdf", "--", "true"],
        "error: `card.pdf` is no format of a report\nhint: a report ends in .html, .json, .xml, .md or .txt",
    );
}

#[test]
fn a_file_of_x509_limbo_that_is_none_is_told_before_anything_is_played() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("limbo.json");
    std::fs::write(&file, "{\n  \"version\": 2,\n  \"testcases\": []\n}").expect("a file");
    let file = file.display().to_string();
    let output = mailfault(["audit", "--limbo", &file, "--", "true"]);
    assert_eq!(output.code, Some(2), "{output:#?}");
    let expected = format!(
        "error: {file}: version 2 of the schema is not known here, version 1 is\n\
         hint: `limbo.json` comes from https://github.com/C2SP/x509-limbo\n"
    );
    assert_eq!(output.stderr, expected);
}
