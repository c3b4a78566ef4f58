//! swaks. Up to 20201014.0, which Debian 12 has, `--tls-verify` looks at the chain and not at the
//! name in the certificate.

use std::path::PathBuf;

use super::Client;
use super::errand::{CLIENT, Errand, FROM, NAME, Said, TO};
use crate::support::program;

pub(super) fn found() -> Option<PathBuf> {
    program::find("swaks")
}

fn client(column: &'static str, options: &'static [&'static str]) -> Option<Client> {
    let swaks = program::installed("swaks")?;
    let client = Client::new(column, move |errand: &Errand| {
        let mut command = errand.command(&swaks);
        command.args(["--server", &errand.server.ip().to_string()]);
        command.args(["--port", &errand.server.port().to_string()]);
        command.args([
            "--ehlo",
            CLIENT,
            "--from",
            FROM,
            "--to",
            TO,
            "--tls-sni",
            NAME,
        ]);
        command
            .args(options)
            .arg("--tls-ca-path")
            .arg(errand.roots_file());
        command
            .arg("--data")
            .arg(format!("@{}", errand.content_file().display()));
        Said::by(program::run(&mut command, b""))
    });
    Some(client.anonymous())
}

const VERIFYING: &[&str] = &["--tls", "--tls-verify"];

#[test]
fn verifying() {
    let Some(swaks) = client("swaks --tls --tls-verify", VERIFYING) else {
        return;
    };
    swaks.check(
        "
        control/starttls                            delivered     -
        tls/expired                                 refused-tls   45  certificate verify failed
        tls/self-signed                             refused-tls   48  certificate verify failed
        tls/untrusted-root                          refused-tls   48  certificate verify failed
        tls/wrong-name                              delivered     -
        tls/missing-intermediate                    refused-tls   48  certificate verify failed
        starttls/stripped                           refused-tls   -   Host did not advertise STARTTLS
        starttls/masked                             refused-tls   -   Host did not advertise STARTTLS
        starttls/offered-then-454                   refused-tls   -   STARTTLS attempted but failed
        starttls/offered-then-502                   refused-tls   -   STARTTLS attempted but failed
        mail/rcpt-450-4.7.1                         refused-smtp  -   450 4.7.1 greylisted
        mail/body-554-5.7.1                         refused-smtp  -   554 5.7.1
        net/reset-after-final-dot                   gave-up       -   Remote host closed connection unexpectedly.
        starttls/220-multiline                      delivered     -
        starttls/220-then-alert-40                  refused-tls   -   TLS startup failed (connect(): error:0A000410:SSL routines::sslv3 alert handshake failure)
        starttls/220-then-close-after-client-hello  refused-tls   50  TLS startup failed (connect(): error:0A000126:SSL routines::unexpected eof while reading)
        starttls/close-instead-of-reply             refused-tls   -   Remote host closed connection unexpectedly.
        starttls/offered-then-250                   refused-tls   -   STARTTLS attempted but failed
        mail/greeting-554                           refused-smtp  -   554 5.3.2 no service here
        mail/rcpt-251                               gave-up       -   251 2.1.5 user not local; will forward
        mail/body-200                               delivered     -   200 what
        mail/quit-500                               delivered     -
        net/close-before-greeting                   gave-up       -   Remote host closed connection unexpectedly.
        net/reset-at-rcpt                           gave-up       -   Remote host closed connection unexpectedly.
        net/close-at-quit                           delivered     -   Remote host closed connection unexpectedly.
        net/reply-byte-by-byte                      delivered     -
        ",
    );
}

#[test]
fn opportunistic() {
    let Some(swaks) = client("swaks --tls-optional", &["--tls-optional"]) else {
        return;
    };
    swaks.check(
        "
        control/starttls           delivered           -
        tls/expired                delivered           -
        starttls/stripped          delivered-in-clear  -
        starttls/offered-then-502  delivered-in-clear  -
        ",
    );
}

#[test]
fn greylisting() {
    if let Some(swaks) = client("swaks --tls --tls-verify", VERIFYING) {
        swaks.check_greylisting("451 4.7.1 greylisted");
    }
}
