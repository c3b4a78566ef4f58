//! Clients that are started once for each case: curl, swaks, nodemailer, Python's smtplib.

use std::process::Command;

use mailfault::audit::{Audit, Case, ReportCard, Said};
use tempfile::TempDir;

use super::lettre::NOT_OURS;
use super::{check, check_wrong};
use crate::support::program::{self, Finished};

/// A client: the command for a case, with a folder in which `roots.pem` and `message.eml` are.
#[derive(Clone, Copy)]
struct Client {
    program: &'static str,
    arguments: fn(&mut Command, &Case),
}

impl Client {
    /// Runs it for a case.
    fn send(self, case: &Case) -> Said {
        let home = TempDir::new().expect("a temporary directory");
        let roots = case.roots().write_to(home.path().join("roots.pem"));
        roots.expect("the roots as a file");
        let message =
            "From: alice@example.test\r\nTo: bob@example.test\r\nSubject: hello\r\n\r\nhello\r\n";
        std::fs::write(home.path().join("message.eml"), message).expect("the message as a file");
        let mut command = program::command(self.program, home.path());
        (self.arguments)(&mut command, case);
        let Finished { code, said, .. } = program::run(&mut command, b"");
        Said {
            sent: code.map(|code| code == 0),
            text: said,
            exit: code,
        }
    }
}

fn seconds(case: &Case) -> String {
    case.patience().as_secs().to_string()
}

const CURL: Client = Client {
    program: "curl",
    arguments: |command, case| {
        let (name, port) = (case.name(), case.port());
        command.args([
            "-q",
            "--silent",
            "--show-error",
            "--ssl-reqd",
            "--cacert",
            "roots.pem",
        ]);
        command.args(["--url", &format!("smtp://{name}:{port}/client.test")]);
        command.args(["--connect-to", &format!("{name}:{port}:{}", case.addr())]);
        command.args([
            "--user",
            "alice:correct horse",
            "--max-time",
            &seconds(case),
        ]);
        command.args(["--mail-from", case.from(), "--mail-rcpt", case.to()]);
        command.args(["--upload-file", "message.eml"]);
    },
};

fn swaks(command: &mut Command, case: &Case) {
    let port = case.port().to_string();
    command.args([
        "--server",
        case.host(),
        "--port",
        &port,
        "--ehlo",
        "client.test",
    ]);
    command.args([
        "--from",
        case.from(),
        "--to",
        case.to(),
        "--data",
        "@message.eml",
    ]);
    command.args([
        "--tls-sni",
        case.name(),
        "--tls-ca-path",
        "roots.pem",
        "--tls",
    ]);
    command.args(["--timeout", &seconds(case)]);
}

const SWAKS: Client = Client {
    program: "swaks",
    arguments: |command, case| {
        swaks(command, case);
        command.arg("--tls-verify");
    },
};

const SWAKS_TRUSTING: Client = Client {
    program: "swaks",
    arguments: swaks,
};

fn python(command: &mut Command, case: &Case) {
    command.args([
        "-I",
        concat!(env!("CARGO_MANIFEST_DIR"), "/clients/send_smtplib.py"),
    ]);
    command.args([
        case.host(),
        &case.port().to_string(),
        case.name(),
        "client.test",
    ]);
    command.args([
        "alice",
        "correct horse",
        case.from(),
        case.to(),
        "roots.pem",
        "message.eml",
    ]);
    command.arg(seconds(case));
}

const PYTHON: Client = Client {
    program: "python3",
    arguments: python,
};

const PYTHON_TRUSTING: Client = Client {
    program: "python3",
    arguments: |command, case| {
        python(command, case);
        command.arg("trusting");
    },
};

const NODEMAILER: Client = Client {
    program: "node",
    arguments: |command, case| {
        let module = crate::clients::nodemailer::found().expect("looked for before");
        command.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/clients/send_nodemailer.js"
        ));
        command
            .arg(module)
            .args(["requireTLS", case.host(), &case.port().to_string()]);
        command.args([case.name(), "client.test", "alice", "correct horse"]);
        command.args([case.from(), case.to(), "roots.pem", "message.eml"]);
        command.arg(case.patience().as_millis().to_string());
    },
};

/// An audit of these cases, since each starts a process; nothing where the client is not installed.
fn audit(client: Client, only: &[&str], skip: &[(&str, &str)]) -> Option<ReportCard> {
    program::installed(client.program)?;
    let mut audit = Audit::of_verifying_client()
        .client(client.program)
        .skip(NOT_OURS.0, NOT_OURS.1);
    audit = only.iter().fold(audit, |audit, id| audit.only(*id));
    audit = skip
        .iter()
        .fold(audit, |audit, (id, why)| audit.skip(*id, *why));
    Some(audit.run(move |case| client.send(case)))
}

/// OpenSSL looks at no policies unless it is told to, and goes by the common name where a subjectAltName has nothing
/// in it.
const OPENSSL: [&str; 2] = ["tls/policy-required", "tls/san-empty"];

#[test]
fn curl_has_the_defects_of_openssl_and_no_others() {
    // It waits two minutes for these replies, whatever --max-time says.
    let two_minutes = "its wait is bounded, and too long for a test";
    let skip = ["net/stall-after-final-dot", "net/stall-at-quit"].map(|id| (id, two_minutes));
    if let Some(card) = audit(CURL, &[], &skip) {
        check_wrong(&card, &OPENSSL);
        // Small letters are not its keyword.
        check(&card, "starttls/offered-lowercase", "not-judged");
        check(&card, "starttls/stripped", "right");
        check(&card, "handshake/junk", "right");
        check(&card, "mail/body-code-only", "right");
    }
}

#[test]
fn smtplib_that_verifies_has_the_defects_of_openssl_and_no_others() {
    let only = [
        "tls/e*",
        "tls/policy-*",
        "tls/san-*",
        "starttls/*",
        "net/*",
        "handshake/sni-*",
    ];
    if let Some(card) = audit(PYTHON, &only, &[]) {
        check_wrong(&card, &OPENSSL);
        // It does not look at what stands behind the 220.
        check(&card, "starttls/junk-injection", "lenient");
        check(&card, "handshake/sni-default-certificate", "right");
        check(&card, "net/stall-at-quit", "right");
    }
}

#[test]
fn smtplib_that_verifies_nothing_takes_every_certificate() {
    if let Some(card) = audit(
        PYTHON_TRUSTING,
        &["tls/d*", "tls/e*", "tls/s*", "tls/w*", "starttls/stripped"],
        &[],
    ) {
        check_trusting(&card);
        check(&card, "tls/expired", "wrong: credentials");
        check(&card, "starttls/stripped", "right");
    }
}

#[test]
fn nodemailer_has_the_defects_of_openssl_and_one_of_node() {
    if crate::clients::nodemailer::found().is_none() {
        return program::skip(
            "nodemailer",
            "node is not in PATH, or the module is not there",
        );
    }
    let only = [
        "tls/e*",
        "tls/policy-*",
        "tls/san-*",
        "tls/wildcard-*",
        "starttls/*",
    ];
    if let Some(card) = audit(NODEMAILER, &only, &[]) {
        // RFC 6125 allowed a wildcard within a label, as RFC 9525 does no longer.
        check_wrong(
            &card,
            &[OPENSSL[0], OPENSSL[1], "tls/wildcard-partial-label"],
        );
        // It takes any 2yz for STARTTLS, and does not look at what stands behind the reply.
        check(&card, "starttls/offered-then-250", "lenient");
        check(&card, "starttls/junk-injection", "lenient");
    }
}

#[test]
fn swaks_that_verifies_does_not_look_at_the_name() {
    let only = [
        "tls/cn-*",
        "tls/e*",
        "tls/ip-*",
        "tls/policy-*",
        "tls/san-*",
        "tls/w*",
        "starttls/*",
        "handshake/sni-*",
    ];
    let skip = [(
        "starttls/220-then-stall",
        "--timeout does not bound its handshake",
    )];
    let Some(card) = audit(SWAKS, &only, &skip) else {
        return;
    };
    let about_the_name = [
        "tls/cn-right-san-wrong",
        "tls/ip-as-dns-san",
        "tls/ip-no-ip-san",
        "tls/ip-other",
        OPENSSL[0],
        "tls/san-email-only",
        OPENSSL[1],
        "tls/san-empty-dns",
        "tls/san-ip-only",
        "tls/san-leading-dot",
        "tls/san-non-ascii",
        "tls/san-nul-byte",
        "tls/san-short-name-only",
        "tls/san-uri-only",
        "tls/wildcard-bare",
        "tls/wildcard-double",
        "tls/wildcard-for-parent",
        "tls/wildcard-middle-label",
        "tls/wildcard-other-domain",
        "tls/wildcard-partial-label",
        "tls/wildcard-too-deep",
        "tls/wrong-name",
        "handshake/sni-default-certificate",
    ];
    check_wrong(&card, &about_the_name);
    // It does not log in.
    check(&card, "tls/wrong-name", "wrong: content");
    check(&card, "tls/expired", "right");
    check(&card, "starttls/stripped", "right");
}

#[test]
fn swaks_that_verifies_nothing_takes_every_certificate() {
    let only = [
        "tls/expired*",
        "tls/*-intermediate",
        "tls/der-*",
        "tls/wrong-*",
        "tls/self-*",
    ];
    if let Some(card) = audit(SWAKS_TRUSTING, &only, &[]) {
        check_trusting(&card);
        check(&card, "tls/self-signed", "wrong: content");
    }
}

/// A client that looks at no certificate takes each that must be refused, but where no handshake comes about.
#[track_caller]
fn check_trusting(card: &ReportCard) {
    const NO_HANDSHAKE: [&str; 12] = [
        // Nothing that could be read as a certificate.
        "tls/der-empty",
        "tls/der-garbage",
        "tls/der-trailing-garbage",
        "tls/der-truncated",
        "tls/empty-chain",
        // The signature of the handshake is by another key than that of the certificate.
        "tls/key-mismatch",
        "tls/key-mismatch-rsa",
        "tls/no-leaf-first",
        // A key with which OpenSSL agrees on nothing.
        "tls/dsa",
        "tls/p192",
        "tls/p224",
        "tls/secp256k1",
    ];
    let to_refuse = card
        .cases
        .iter()
        .filter(|one| one.required == "must refuse");
    let (broken, taken): (Vec<_>, Vec<_>) = to_refuse
        .map(|one| &*one.id)
        .filter(|id| id.starts_with("tls/"))
        .partition(|id| NO_HANDSHAKE.contains(id));
    assert!(taken.len() > 10 && !broken.is_empty(), "{card}");
    check_wrong(card, &taken);
}
