//! curl, Python, swaks and GnuTLS against an Exchange of 2014.

use mailfault::{Ca, Outcome, TlsVersion};

use super::{exchange_of_2014, rsa};
use crate::support::program;

/// Runs a client against such a server, with its address, port and the file of its root in place of
/// `{host}`, `{port}` and `{ca}`; what it said, and what the server saw.
#[track_caller]
fn run(
    name: &str,
    arguments: &[&str],
    input: &str,
) -> Option<(program::Finished, mailfault::Report)> {
    let client = program::installed(name)?;
    let ca = Ca::new();
    let server = exchange_of_2014(rsa(&ca)).start();
    let folder = tempfile::TempDir::new().unwrap();
    ca.pem().write_to(folder.path().join("ca.pem")).unwrap();
    let mut command = program::command(client, folder.path());
    let port = server.addr().port().to_string();
    command.args(arguments.iter().map(|one| one.replace("{port}", &port)));
    let finished = program::run(&mut command, input.as_bytes());
    Some((finished, server.finish()))
}

/// A modern client in its own opinion of what is safe.
#[track_caller]
fn refused((finished, report): (program::Finished, mailfault::Report), error: &str) {
    let session = &report.sessions[0];
    assert!(
        finished.said.contains(error),
        "{}\n{session}",
        finished.said
    );
    assert_eq!(session.outcome(), Outcome::RefusedTls, "{session}");
    assert!(report.mail.is_empty());
}

#[track_caller]
fn delivered((finished, report): (program::Finished, mailfault::Report)) {
    let session = &report.sessions[0];
    assert_eq!(
        session.outcome(),
        Outcome::Delivered,
        "{}\n{session}",
        finished.said
    );
    let tls = session.tls.as_ref().unwrap();
    assert_eq!(tls.version, TlsVersion::Tls10);
    assert_eq!(tls.cipher_suite, "TLS_RSA_WITH_AES_128_CBC_SHA");
    assert_eq!(report.mail[0].to, ["b@b.test"]);
}

const PYTHON: &str = "
import smtplib, ssl, sys
context = ssl.create_default_context(cafile='ca.pem')
context.check_hostname = True
if sys.argv[2] == 'old':
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers('ALL:@SECLEVEL=0')
client = smtplib.SMTP('127.0.0.1', int(sys.argv[1]), local_hostname='c.test')
client.starttls(context=context)
client.sendmail('a@a.test', ['b@b.test'], 'hello')
client.quit()
";

#[test]
fn python() {
    let way = |how| {
        run(
            "python3",
            &["-W", "ignore", "-c", PYTHON, "{port}", how],
            "",
        )
    };
    if let Some(seen) = way("as it is") {
        refused(seen, "TLSV1_ALERT_PROTOCOL_VERSION");
    }
    if let Some(seen) = way("old") {
        delivered(seen);
    }
}

#[test]
fn curl() {
    let url = [
        "-sS",
        "smtp://127.0.0.1:{port}/c.test",
        "--ssl-reqd",
        "--cacert",
        "ca.pem",
    ];
    let mail = [
        "--mail-from",
        "a@a.test",
        "--mail-rcpt",
        "b@b.test",
        "-T",
        "-",
    ];
    let way = |more: &[&str]| run("curl", &[&url[..], &mail, more].concat(), "hello\r\n");
    if let Some(seen) = way(&["--tlsv1.2"]) {
        refused(seen, "alert protocol version");
    }
    let old = [
        "--tlsv1.0",
        "--tls-max",
        "1.0",
        "--ciphers",
        "ALL:@SECLEVEL=0",
    ];
    if let Some(seen) = way(&old) {
        delivered(seen);
    }
}

#[test]
fn swaks() {
    let to = ["--server", "127.0.0.1:{port}", "--tls", "--helo", "c.test"];
    let mail = ["--from", "a@a.test", "--to", "b@b.test"];
    let way = |more: &[&str]| run("swaks", &[&to[..], &mail, more].concat(), "");
    if let Some(seen) = way(&["--tls-protocol", "tlsv1_2+"]) {
        refused(seen, "TLS startup failed");
    }
    let old = ["--tls-protocol", "tlsv1", "--tls-cipher", "ALL:@SECLEVEL=0"];
    if let Some(seen) = way(&old) {
        delivered(seen);
    }
}

#[test]
fn gnutls() {
    let priority = "NORMAL:-VERS-ALL:+VERS-TLS1.0:+RSA:%PROFILE_VERY_WEAK";
    let options = [
        "--starttls-proto=smtp",
        "--x509cafile=ca.pem",
        "--priority",
        priority,
    ];
    let name = [
        "--sni-hostname=mx.test",
        "--verify-hostname=mx.test",
        "-p",
        "{port}",
        "127.0.0.1",
    ];
    let Some((finished, report)) = run("gnutls-cli", &[&options[..], &name].concat(), "QUIT\r\n")
    else {
        return;
    };
    let said = &finished.said;
    assert!(
        said.contains("(TLS1.0-X.509)-(RSA)-(AES-128-CBC)-(SHA1)"),
        "{said}"
    );
    let session = &report.sessions[0];
    let tls = session.tls.as_ref().unwrap();
    assert_eq!(tls.version, TlsVersion::Tls10, "{session}");
    assert_eq!(tls.cipher_suite, "TLS_RSA_WITH_AES_128_CBC_SHA");
}
