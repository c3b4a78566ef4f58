//! Python's smtplib, with a context that verifies.

use std::path::PathBuf;

use super::Client;
use super::errand::{CLIENT, Errand, FROM, NAME, PASSWORD, Said, TO, USER};
use crate::support::program;

pub(super) fn found() -> Option<PathBuf> {
    program::find("python3")
}

fn client() -> Option<Client> {
    let python = program::installed("python3")?;
    Some(Client::new("python-smtplib", move |errand: &Errand| {
        let mut command = errand.command(&python);
        // -I: no variable, no directory of the user's or of this script has a say.
        command.args([
            "-I",
            concat!(env!("CARGO_MANIFEST_DIR"), "/clients/send_smtplib.py"),
        ]);
        command.args([
            errand.server.ip().to_string(),
            errand.server.port().to_string(),
        ]);
        command.args([NAME, CLIENT, USER, PASSWORD, FROM, TO]);
        command.arg(errand.roots_file()).arg(errand.content_file());
        Said::by(program::run(&mut command, b""))
    }))
}

#[test]
fn verifying() {
    let Some(smtplib) = client() else {
        return;
    };
    smtplib.check(
        "
        control/starttls                            delivered     -   sent
        tls/expired                                 refused-tls   45  SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired
        tls/self-signed                             refused-tls   48  certificate verify failed: self-signed certificate
        tls/untrusted-root                          refused-tls   48  certificate verify failed: unable to get local issuer certificate
        tls/wrong-name                              refused-tls   42  certificate verify failed: Hostname mismatch, certificate is not valid for 'mail.contoso.test'
        tls/missing-intermediate                    refused-tls   48  certificate verify failed: unable to get local issuer certificate
        starttls/stripped                           refused-tls   -   SMTPNotSupportedError: STARTTLS extension not supported by server.
        starttls/masked                             refused-tls   -   SMTPNotSupportedError: STARTTLS extension not supported by server.
        starttls/offered-then-454                   refused-tls   -   SMTPResponseException: (454, b'4.7.0 TLS not available due to temporary reason')
        starttls/offered-then-502                   refused-tls   -   SMTPResponseException: (502, b'5.5.1 Command not implemented')
        mail/rcpt-450-4.7.1                         refused-smtp  -   (450, b'4.7.1 greylisted
        mail/body-554-5.7.1                         refused-smtp  -   SMTPDataError: (554, b'5.7.1 message refused
        net/reset-after-final-dot                   gave-up       -   SMTPServerDisconnected: Connection unexpectedly closed
        starttls/220-multiline                      delivered     -   sent
        starttls/220-no-text                        delivered     -   sent
        starttls/220-then-alert-40                  refused-tls   -   SSLError: [SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure (_ssl.c:1006)
        starttls/220-then-close-after-client-hello  refused-tls   50  SSLEOFError: [SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:1006)
        starttls/close-instead-of-reply             refused-tls   -   SMTPServerDisconnected: Connection unexpectedly closed
        starttls/offered-then-250                   refused-tls   -   SMTPResponseException: (250, b'2.0.0 OK')
        mail/greeting-554                           refused-smtp  -   SMTPConnectError: (554, b'5.3.2 no service here')
        mail/rcpt-251                               delivered     -   sent
        mail/body-200                               delivered     -   SMTPDataError: (200, b'what')
        mail/quit-500                               delivered     -   sent
        net/close-before-greeting                   gave-up       -   SMTPServerDisconnected: Connection unexpectedly closed
        net/reset-at-rcpt                           gave-up       -   SMTPServerDisconnected: Connection unexpectedly closed
        net/close-at-quit                           delivered     -   SMTPServerDisconnected: Connection unexpectedly closed
        net/reply-byte-by-byte                      delivered     -   sent
        ",
    );
}

#[test]
fn greylisting() {
    if let Some(smtplib) = client() {
        smtplib.check_greylisting("(451, b'4.7.1 greylisted, come back')");
    }
}
