//! curl, which writes mail for `smtp://` and verifies by itself whether TLS is required or not.

use std::path::PathBuf;

use super::Client;
use super::errand::{CLIENT, Errand, FROM, NAME, PASSWORD, Said, TO, USER};
use crate::support::program;

pub(super) fn found() -> Option<PathBuf> {
    program::find("curl")
}

fn client(column: &'static str, option: &'static str) -> Option<Client> {
    let curl = program::installed("curl")?;
    Some(Client::new(column, move |errand: &Errand| {
        let port = errand.server.port();
        let mut command = errand.command(&curl);
        // -q comes first: no .curlrc.
        command.args(["-q", "--silent", "--show-error", option]);
        command.args(["--url", &format!("smtp://{NAME}:{port}/{CLIENT}")]);
        command.args(["--connect-to", &format!("{NAME}:{port}:{}", errand.server)]);
        command.args(["--user", &format!("{USER}:{PASSWORD}")]);
        command.args(["--mail-from", FROM, "--mail-rcpt", TO, "--cacert"]);
        command
            .arg(errand.roots_file())
            .arg("--upload-file")
            .arg(errand.content_file());
        Said::by(program::run(&mut command, b""))
    }))
}

#[test]
fn verifying() {
    let Some(curl) = client("curl --ssl-reqd", "--ssl-reqd") else {
        return;
    };
    curl.check(
        "
        control/starttls                            delivered     -
        tls/expired                                 refused-tls   45  curl: (60) SSL certificate problem: certificate has expired
        tls/self-signed                             refused-tls   48  curl: (60) SSL certificate problem: self-signed certificate
        tls/untrusted-root                          refused-tls   48  curl: (60) SSL certificate problem: unable to get local issuer certificate
        tls/wrong-name                              refused-tls   -   curl: (60) SSL: no alternative certificate subject name matches target host name
        tls/missing-intermediate                    refused-tls   48  curl: (60) SSL certificate problem: unable to get local issuer certificate
        starttls/stripped                           refused-tls   -   curl: (64) STARTTLS not supported.
        starttls/masked                             refused-tls   -   curl: (64) STARTTLS not supported.
        starttls/offered-then-454                   refused-tls   -   curl: (64) STARTTLS denied, code 454
        starttls/offered-then-502                   refused-tls   -   curl: (64) STARTTLS denied, code 502
        mail/rcpt-450-4.7.1                         refused-smtp  -   curl: (55) RCPT failed: 450
        mail/body-554-5.7.1                         refused-smtp  -   curl: (8) Weird server reply
        net/reset-after-final-dot                   gave-up       -   curl: (56)
        starttls/220-multiline                      delivered     -
        starttls/220-no-text                        delivered     -
        starttls/220-then-alert-40                  refused-tls   -   curl: (35)
        starttls/220-then-close-after-client-hello  refused-tls   -   curl: (35)
        starttls/close-instead-of-reply             refused-tls   -   curl: (56)
        starttls/offered-then-250                   refused-tls   -   curl: (64) STARTTLS denied, code 250
        mail/greeting-554                           refused-smtp  -   curl: (8) Got unexpected smtp-server response: 554
        mail/rcpt-251                               delivered     -
        mail/body-200                               delivered     -   curl: (8) Weird server reply
        mail/quit-500                               delivered     -
        net/close-before-greeting                   gave-up       -   curl: (56)
        net/reset-at-rcpt                           gave-up       -   curl: (56) Recv failure: Connection reset by peer
        net/close-at-quit                           delivered     -
        net/reply-byte-by-byte                      delivered     -
        ",
    );
}

#[test]
fn opportunistic() {
    let Some(curl) = client("curl --ssl (opportunistic)", "--ssl") else {
        return;
    };
    curl.check(
        "
        control/starttls           delivered           -
        tls/expired                refused-tls         45  curl: (60) SSL certificate problem: certificate has expired
        starttls/stripped          leaked-credentials  -
        starttls/offered-then-502  leaked-credentials  -
        ",
    );
}

#[test]
fn greylisting() {
    if let Some(curl) = client("curl --ssl-reqd", "--ssl-reqd") {
        curl.check_greylisting("curl: (55) RCPT failed: 451");
    }
}
