//! The same faults, seen by `openssl s_client`. Stalls are not among them: it has no patience of its
//! own that could end.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use mailfault::Session;
use mailfault::scenario::{Scenario, TlsWish};

use crate::support::program;

use super::{ALERTS, POINTS, Seen, check_report, named};

const CUT: Seen = ("unexpected eof while reading", 50);
const RESET: Seen = ("errno=", 0);
const NO_TLS: Seen = ("wrong version number", 0);
const REFUSED: Seen = ("SSL alert number 40", 0);
const FINE: Seen = ("", 0);

/// What OpenSSL 3.0 makes of each, with TLS 1.2 alone and with all that it has.
#[rustfmt::skip]
const OPENSSL: &[(&str, Seen, Seen)] = &[
    // This one first: it must pass before any that is cut can be believed.
    ("byte-by-byte", FINE, FINE),
    ("alert-then-plaintext-454", REFUSED, REFUSED),
    ("anon-cipher-only", REFUSED, REFUSED),
    ("application-data-first", ("unexpected message", 10), ("unexpected message", 10)),
    ("camellia-only", REFUSED, REFUSED),
    ("cbc-only", FINE, FINE),
    ("ccs-first", ("unexpected message", 10), ("unexpected message", 10)),
    ("client-cert-rejected", FINE, FINE),
    ("client-cert-requested", FINE, FINE),
    ("client-cert-required-12", REFUSED, REFUSED),
    ("client-cert-required-13", ("tlsv1 alert protocol version", 0), ("tlsv13 alert certificate required", 0)),
    ("close-after-certificate", CUT, CUT),
    ("close-after-client-hello", CUT, CUT),
    ("close-after-finished", CUT, CUT),
    ("close-after-server-hello", CUT, CUT),
    ("close-on-connect", CUT, CUT),
    ("dhe-1024", ("dh key too small", 40), ("dh key too small", 40)),
    ("dhe-2048", FINE, FINE),
    ("downgrade-sentinel", CUT, ("inappropriate fallback", 47)),
    ("empty-records", ("record too small", 10), ("record too small", 10)),
    ("flight-cut-close", CUT, CUT),
    ("flight-cut-reset", RESET, RESET),
    ("group-p521-only", FINE, FINE),
    ("group-secp256k1-only", REFUSED, REFUSED),
    ("group-x448-only", FINE, FINE),
    ("hello-request-first", CUT, CUT),
    ("hello-retry-loop", ("unsolicited extension", 110), ("unexpected message", 10)),
    ("junk", NO_TLS, NO_TLS),
    ("no-close-notify", CUT, CUT),
    ("no-renegotiation-info", ("unsafe legacy renegotiation disabled", 40), ("unsafe legacy renegotiation disabled", 40)),
    ("null-cipher", ("unknown cipher returned", 47), ("unknown cipher returned", 47)),
    ("null-cipher-only", REFUSED, REFUSED),
    ("plaintext-454", NO_TLS, NO_TLS),
    ("plaintext-500", NO_TLS, NO_TLS),
    ("plaintext-http", NO_TLS, NO_TLS),
    ("record-1-doubled", ("unexpected message", 10), ("bad record type", 10)),
    ("record-2-dropped", ("unexpected message", 10), FINE),
    ("record-2-flipped", ("certificate verify failed", 51), ("invalid ccs message", 47)),
    ("record-3-dropped", ("unexpected message", 10), ("decryption failed or bad record mac", 20)),
    ("record-3-flipped", ("bad signature", 51), ("decryption failed or bad record mac", 20)),
    ("record-too-long", ("packet length too long", 22), ("packet length too long", 22)),
    ("record-type-99", ("unexpected message", 10), ("unexpected message", 10)),
    ("record-version-0909", NO_TLS, NO_TLS),
    ("reset-after-certificate", RESET, RESET),
    ("reset-after-client-hello", RESET, RESET),
    ("reset-after-finished", RESET, RESET),
    ("reset-after-server-hello", RESET, RESET),
    ("reset-on-connect", RESET, RESET),
    ("server-hello-malformed", ("length mismatch", 50), ("length mismatch", 50)),
    ("server-hello-ssl3", ("unsupported protocol", 70), ("unsupported protocol", 70)),
    ("server-hello-tls10", ("unsupported protocol", 70), CUT),
    ("server-hello-tls11", ("unsupported protocol", 70), CUT),
    ("server-hello-truncated", CUT, CUT),
    ("server-random-flipped", ("bad signature", 51), ("decryption failed or bad record mac", 20)),
    ("session-id-echoed", CUT, CUT),
    ("sigalg-sha1-only", REFUSED, REFUSED),
    ("smtp-greeting-on-tls-port", NO_TLS, NO_TLS),
    ("sni-default-certificate", ("certificate verify failed", 42), ("certificate verify failed", 42)),
    ("sni-unknown-fatal", ("tlsv1 unrecognized name", 0), ("tlsv1 unrecognized name", 0)),
    ("sni-unknown-warning", FINE, FINE),
    ("static-rsa-gcm-only", FINE, FINE),
    ("static-rsa-only", FINE, FINE),
    ("tls10-only", OLD_VERSION.0, OLD_VERSION.1),
    ("tls11-only", OLD_VERSION.0, OLD_VERSION.1),
    ("unoffered-cipher", ("unknown cipher returned", 47), ("unknown cipher returned", 47)),
    ("unoffered-group", ("unsolicited extension", 110), ("bad key share", 47)),
    ("unsolicited-extension", CUT, CUT),
    ("warning-0-after-client-hello", ("New, (NONE)", 0), ("New, (NONE)", 0)),
    ("warning-112-after-client-hello", CUT, CUT),
    ("warning-90-after-client-hello", CUT, CUT),
    ("zeros", NO_TLS, NO_TLS),
];

/// Where a server really speaks an old version, it is the client that refuses it: for its number, or
/// for the signature that was all it knew.
const OLD_VERSION: (Seen, Seen) = match cfg!(feature = "legacy-tls") {
    true => (
        ("unsupported protocol", 70),
        ("legacy sigalg disallowed or unsupported", 80),
    ),
    false => (
        ("tlsv1 alert protocol version", 0),
        ("tlsv1 alert protocol version", 0),
    ),
};

const OLD: &[&str] = &["-tls1_2"];
const NEW: &[&str] = &[];

#[test]
fn every_handshake_fault_is_seen_by_openssl() {
    let Some(exact) = installed() else { return };
    for (name, old, new) in OPENSSL {
        let scenario = named(name);
        if scenario.needs().is_some() {
            continue;
        }
        check(&scenario, OLD, *old, exact);
        check(&scenario, NEW, *new, exact);
    }
}

#[test]
fn every_alert_at_every_point_is_seen_by_openssl() {
    let Some(_) = installed() else { return };
    for point in POINTS {
        for (code, _) in ALERTS {
            let scenario = named(&format!("alert-{code}-{point}"));
            let (said, session) = play(&scenario, NEW);
            // TLS 1.3 takes this one for a good-bye, of whatever level it is (RFC 8446 §6.1).
            let (alert, its_own) = match (code, point) {
                (90, "after-server-hello" | "after-certificate" | "after-finished") => CUT,
                _ => (&*format!("SSL alert number {code}\n"), 0),
            };
            assert!(said.contains(alert), "{}: {said}\n{session}", scenario.id);
            check_report(&scenario, &session, its_own);
        }
        let scenario = named(&format!("alert-48-{point}"));
        let (said, session) = play(&scenario, OLD);
        let alert = "SSL alert number 48\n";
        assert!(said.contains(alert), "{}: {said}\n{session}", scenario.id);
    }
}

/// Plays a scenario; what the client says and what our report says must be as expected.
#[track_caller]
fn check(scenario: &Scenario, options: &[&str], (error, alert): Seen, exact: bool) {
    let (said, session) = play(scenario, options);
    let failed = said.contains(":error:") || said.contains("errno=") || said.contains("(NONE)");
    let as_expected = match error {
        "" => !failed && session.tls.is_some(),
        _ => failed && (!exact || said.contains(error)),
    };
    let id = &scenario.id;
    assert!(
        as_expected,
        "{id}, {options:?}: {said}\nnot {error}\n{session}"
    );
    if exact {
        check_report(scenario, &session, alert);
    }
}

/// Whether the OpenSSL here is the one whose words the table holds; nothing if there is none.
#[track_caller]
fn installed() -> Option<bool> {
    let openssl = program::installed("openssl")?;
    let output = Command::new(openssl).arg("version").output().unwrap();
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    if !version.starts_with("OpenSSL 3.") {
        program::skip("openssl", &format!("it is {version}"));
        return None;
    }
    Some(version.starts_with("OpenSSL 3.0."))
}

/// Plays a scenario against `openssl s_client`; all that it said, and our report.
fn play(scenario: &Scenario, options: &[&str]) -> (String, Session) {
    let mut scenario = scenario.clone();
    // Only a client that hangs gets that far.
    scenario.server.persona.limits.idle = Duration::from_secs(5);
    let (builder, identity) = scenario.builder();
    let server = builder.start();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    identity.roots_pem().write_to(&root).unwrap();
    let name = &scenario.server.certificate.name;
    let mut client = Command::new("openssl");
    client
        .args([
            "s_client",
            "-connect",
            &server.addr().to_string(),
            "-ign_eof",
        ])
        .args(options)
        .args(["-servername", name, "-verify_hostname", name])
        .arg("-verify_return_error")
        .arg("-CAfile")
        .arg(&root);
    if scenario.server.tls == TlsWish::StartTls {
        client.args(["-starttls", "smtp"]);
    }
    let mut client = client
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = client.stdin.take().unwrap();
    // It may have left by then.
    let _ = stdin.write_all(b"QUIT\r\n");
    drop(stdin);
    let output = client.wait_with_output().unwrap();
    let said = [output.stderr, output.stdout].concat();
    let mut report = server.finish();
    assert_eq!(report.sessions.len(), 1, "{}", scenario.id);
    (
        String::from_utf8_lossy(&said).into_owned(),
        report.sessions.remove(0),
    )
}
