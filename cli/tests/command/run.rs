//! `mailfault run`: real clients against scenarios.

use crate::support::{Output, Running, command, has, mailfault};

const SWAKS: [&str; 10] = [
    "swaks",
    "--server",
    "{addr}",
    "--from",
    "{from}",
    "--to",
    "{to}",
    "--tls",
    "--tls-ca-path",
    "{ca}",
];

/// A client that verifies, unless it is told not to: host, port, name, CA file.
const PYTHON: &str = r#"
import smtplib, ssl, sys
host, port, name, ca = sys.argv[1:5]
context = ssl.create_default_context(cafile=ca)
if "trusting" in sys.argv:
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
with smtplib.SMTP(host, int(port), "client.example.test") as smtp:
    smtp._host = name
    smtp.starttls(context=context)
    smtp.sendmail("alice@example.test", ["bob@example.test"], "Subject: hello\r\n\r\nhello\r\n")
"#;

#[track_caller]
fn run(scenario: &str, client: &[&str]) -> Output {
    mailfault([&["run", scenario, "--"], client].concat())
}

fn python(scenario: &str, more: &[&str]) -> Output {
    let client = [
        "python3", "-c", PYTHON, "{host}", "{port}", "{name}", "{ca}",
    ];
    run(scenario, &[&client, more].concat())
}

#[test]
fn swaks_that_verifies_refuses_an_expired_certificate() {
    if !has("swaks") {
        return;
    }
    let output = run("tls/expired", &[&SWAKS[..], &["--tls-verify"]].concat());
    assert_eq!(
        output.stdout,
        "tls/expired: refused-tls, as a correct client should (RFC 5280 6.1.3(a)(2))\n",
        "{output:#?}"
    );
    assert_eq!(output.code, Some(0));
    // What the client itself prints is a note, not data.
    assert!(
        output.stderr.contains("=== Trying 127.0.0.1"),
        "{}",
        output.stderr
    );
}

#[test]
fn swaks_that_does_not_verify_delivers_wrongly() {
    if !has("swaks") {
        return;
    }
    let output = run("tls/expired", &SWAKS);
    let mut lines = output.stdout.lines();
    assert_eq!(
        lines.next(),
        Some(
            "tls/expired: wrongly delivered; the certificate expired ten days ago, and a correct \
             client ends with refused-tls (RFC 5280 6.1.3(a)(2))"
        ),
        "{output:#?}"
    );
    let taken = lines.next().unwrap();
    assert!(
        taken.starts_with("taken inside TLS: from <alice@example.test> to <bob@example.test>, ")
    );
    assert!(
        output
            .stdout
            .contains("\nC: MAIL FROM:<alice@example.test>\n"),
        "{}",
        output.stdout
    );
    assert_eq!(output.code, Some(1));
}

#[test]
fn what_leaked_is_told() {
    if !has("swaks") {
        return;
    }
    let client = "swaks --server {addr} --from {from} --to {to} --auth LOGIN --auth-user a --auth-password b";
    let client: Vec<&str> = client.split(' ').collect();
    let output = run("starttls/stripped", &client);
    let begins = "starttls/stripped: leaked its credentials in clear; ";
    assert!(output.stdout.starts_with(begins), "{output:#?}");
    let leaked = "\nleaked in clear: response to AUTH: YQ== (`a`), response to AUTH: Yg== (`b`), MAIL FROM:<alice@example.test>, ";
    assert!(output.stdout.contains(leaked), "{output:#?}");
    assert_eq!(output.code, Some(1));
}

#[test]
fn python_is_judged_by_what_it_does() {
    if !has("python3") {
        return;
    }
    #[track_caller]
    fn check(scenario: &str, more: &[&str], begins: &str, code: i32) {
        let output = python(scenario, more);
        assert!(output.stdout.starts_with(begins), "{output:#?}");
        assert_eq!(output.code, Some(code), "{output:#?}");
    }
    check(
        "control/p256",
        &[],
        "control/p256: delivered, as a correct client should\n",
        0,
    );
    check(
        "tls/wrong-name",
        &[],
        "tls/wrong-name: refused-tls, as a correct client should",
        0,
    );
    check(
        "tls/cn-only",
        &[],
        "tls/cn-only: delivered, which is lenient, since a correct client should refuse (RFC 9525 2",
        0,
    );
    check(
        "tls/wrong-name",
        &["trusting"],
        "tls/wrong-name: wrongly delivered; ",
        1,
    );
    check(
        "starttls/stripped",
        &[],
        "starttls/stripped: refused-tls, as a correct client should",
        0,
    );
}

#[test]
fn a_control_that_is_refused_is_not_as_expected() {
    if !has("python3") {
        return;
    }
    // Nobody's CA, so that the client distrusts a server at which nothing is wrong.
    let client = [
        "python3",
        "-c",
        PYTHON,
        "{host}",
        "{port}",
        "other.test",
        "{ca}",
    ];
    let output = run("control/p256", &client);
    assert!(output.stdout.starts_with(
        "control/p256: refused-tls; nothing is wrong with this server, and a correct client ends with delivered\n"
    ), "{output:#?}");
    assert_eq!(output.code, Some(1));
}

#[test]
fn the_verdict_is_had_as_json() {
    if !has("python3") {
        return;
    }
    let client = [
        "python3", "-c", PYTHON, "{host}", "{port}", "{name}", "{ca}",
    ];
    let output = mailfault([&["run", "--json", "tls/expired", "--"][..], &client].concat());
    let json = output.json();
    assert_eq!(
        (&json["id"], &json["outcome"]),
        (&"tls/expired".into(), &"refused-tls".into())
    );
    assert_eq!(
        (&json["as_expected"], &json["client"]["exit"]),
        (&true.into(), &1.into())
    );
    assert_eq!(
        json["sessions"][0]["alert"]["name"], "certificate_expired",
        "{json:#}"
    );
    let transcript = json["sessions"][0]["transcript"].as_str().unwrap();
    assert!(transcript.contains("C: STARTTLS\n"), "{transcript}");
    assert_eq!(output.code, Some(0));
}

#[cfg(unix)]
#[test]
fn a_client_is_told_in_its_words_and_in_its_environment() {
    let words = "echo \"{host} {port} {addr} {name} {from} {to}\"; \
                 echo \"$MAILFAULT_HOST $MAILFAULT_PORT $MAILFAULT_ADDR $MAILFAULT_NAME $MAILFAULT_FROM $MAILFAULT_TO\"; \
                 cmp \"{ca}\" \"$MAILFAULT_CA\" && cmp \"{crl}\" \"$MAILFAULT_CRL\" && echo '{unknown}'";
    let output = run("control/p256", &["sh", "-c", words]);
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert_eq!(lines.len(), 4, "{output:#?}");
    assert_eq!(lines[0], lines[1]);
    assert!(
        lines[0].starts_with("127.0.0.1 ")
            && lines[0].ends_with(" mx.test alice@example.test bob@example.test")
    );
    assert_eq!(lines[2], "{unknown}");
    assert_eq!(
        lines[3],
        "note: `sh` exited with 0, though no mail was taken"
    );
    assert_eq!(
        output.stdout,
        "control/p256: never came; nothing is wrong with this server, and a correct client ends with delivered\n\
         nobody connected; is `{addr}`, or `{host}` and `{port}`, in the command?\n"
    );
    assert_eq!(output.code, Some(1));
}

#[cfg(unix)]
#[test]
fn a_client_that_does_not_end_is_ended_with_its_children() {
    // The child has stderr as well: if it lived on, `mailfault` below would wait for it.
    let words = [
        "run",
        "control/p256",
        "--timeout",
        "100ms",
        "--",
        "sh",
        "-c",
        "sleep 600 & wait",
    ];
    let output = mailfault(words);
    assert!(
        output
            .stderr
            .contains("note: `sh` was still running after 100ms, and was ended\n"),
        "{output:#?}"
    );
    assert_eq!(output.code, Some(1));
}

#[test]
fn a_client_that_waits_for_ever_hung_and_did_not_refuse() {
    if !has("python3") {
        return;
    }
    let client = [
        "python3", "-c", PYTHON, "{host}", "{port}", "{name}", "{ca}",
    ];
    let words = [
        &["run", "starttls/220-then-stall", "--timeout", "6s", "--"][..],
        &client,
    ]
    .concat();
    let output = mailfault(words);
    assert!(
        output.stdout.starts_with("starttls/220-then-stall: hung; "),
        "{output:#?}"
    );
    assert_eq!(output.code, Some(1));
}

#[cfg(unix)]
#[test]
fn a_client_that_was_done_with_the_server_is_judged_by_that() {
    if !has("swaks") {
        return;
    }
    // Swaks ends, and what it was started by lives on.
    let script =
        "swaks --server {addr} --tls --tls-verify --tls-ca-path {ca} --to {to} >&2; sleep 600";
    let words = [
        "run",
        "tls/expired",
        "--timeout",
        "6s",
        "--",
        "sh",
        "-c",
        script,
    ];
    let output = mailfault(words);
    assert!(
        output.stdout.starts_with("tls/expired: refused-tls, "),
        "{output:#?}"
    );
    assert!(
        output
            .stderr
            .contains("note: `sh` was still running after 6s"),
        "{output:#?}"
    );
    assert_eq!(output.code, Some(0));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_client_as_well() {
    let words = [
        "run",
        "control/p256",
        "--",
        "sh",
        "-c",
        "echo here; sleep 600 & wait",
    ];
    let mut running = Running::start(command(words));
    assert_eq!(running.stderr_line(), "here\n");
    running.signal(rustix::process::Signal::TERM);
    let output = running.finish();
    assert_eq!(
        output.stderr,
        "error: interrupted before the client was done\n"
    );
    assert_eq!((&*output.stdout, output.code), ("", Some(2)));
}

/// A parent in another language that owns the command, as the README shows it.
#[test]
fn the_example_of_a_parent_works() {
    if !has("python3") {
        return;
    }
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/parent.py");
    let mut python = std::process::Command::new("python3");
    python.args([example, env!("CARGO_BIN_EXE_mailfault")]);
    let output = Running::start(python).finish();
    let said = "the client said: certificate has expired\nthe server saw:  refused-tls\n";
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (Some(0), said),
        "{output:#?}"
    );
}
