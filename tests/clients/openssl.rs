//! `openssl s_client`, which does not know SMTP beyond STARTTLS: the conversation inside TLS is
//! handed to it as text, in one piece (RFC 2920) and with BDAT (RFC 3030), as nothing waits for 354.

use std::path::PathBuf;

use super::Client;
use super::errand::{CLIENT, Errand, FROM, NAME, Said, TO, content};
use crate::support::program;

pub(super) fn found() -> Option<PathBuf> {
    program::find("openssl")
}

fn client(column: &'static str) -> Option<Client> {
    let openssl = program::installed("openssl")?;
    let client = Client::new(column, move |errand: &Errand| {
        let mut command = errand.command(&openssl);
        command.args(["s_client", "-starttls", "smtp", "-quiet", "-name", CLIENT]);
        command.args(["-connect", &errand.server.to_string()]);
        command.args(["-servername", NAME, "-verify_hostname", NAME]);
        command.args([
            "-verify_return_error",
            "-no-CApath",
            "-no-CAstore",
            "-CAfile",
        ]);
        command.arg(errand.roots_file());
        let content = content();
        let conversation = format!(
            "EHLO {CLIENT}\r\nMAIL FROM:<{FROM}>\r\nRCPT TO:<{TO}>\r\nBDAT {} LAST\r\n{content}QUIT\r\n",
            content.len()
        );
        let finished = program::run(&mut command, conversation.as_bytes());
        let replies = |digit| {
            finished
                .said
                .lines()
                .any(|line: &str| line.starts_with(digit))
        };
        let taken = !replies('4') && !replies('5') && finished.said.contains("\n221 ");
        Said::by(finished).only_if(taken)
    });
    Some(client.anonymous())
}

#[test]
fn verifying() {
    let Some(openssl) = client("openssl s_client -starttls") else {
        return;
    };
    openssl.check(
        "
        control/starttls                            delivered    -
        tls/expired                                 refused-tls  45  num=10:certificate has expired
        tls/self-signed                             refused-tls  48  num=18:self-signed certificate
        tls/untrusted-root                          refused-tls  48  num=20:unable to get local issuer certificate
        tls/wrong-name                              refused-tls  42  num=62:hostname mismatch
        tls/missing-intermediate                    refused-tls  48  num=20:unable to get local issuer certificate
        # It goes on to TLS whatever the server said, and meets the server's SMTP.
        starttls/stripped                           refused-tls  -   wrong version number
        starttls/masked                             refused-tls  -   wrong version number
        starttls/offered-then-454                   refused-tls  -   wrong version number
        starttls/offered-then-502                   refused-tls  -   wrong version number
        net/reset-after-final-dot                   gave-up      -   errno=104
        starttls/220-multiline                      delivered    -
        starttls/220-no-text                        delivered    -
        starttls/220-then-alert-40                  refused-tls  -   sslv3 alert handshake failure
        starttls/220-then-close-after-client-hello  refused-tls  50  error:0A000126:SSL routines:ssl3_read_n:unexpected eof while reading
        starttls/close-instead-of-reply             refused-tls  50  error:0A000126:SSL routines:ssl3_read_n:unexpected eof while reading
        starttls/offered-then-250                   delivered    -
        ",
    );
}

#[test]
fn greylisting() {
    if let Some(openssl) = client("openssl s_client -starttls") {
        openssl.check_greylisting("451 4.7.1 greylisted");
    }
}
