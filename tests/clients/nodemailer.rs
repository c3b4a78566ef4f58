//! nodemailer, from `MAILFAULT_NODE_MODULES` or from `node_modules` beside these tests.

use std::path::{Path, PathBuf};

use super::Client;
use super::errand::{CLIENT, Errand, FROM, NAME, PASSWORD, Said, TO, USER};
use crate::support::program;

pub(crate) fn found() -> Option<PathBuf> {
    let modules = std::env::var_os("MAILFAULT_NODE_MODULES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules"),
        PathBuf::from,
    );
    program::find("node")?;
    // Absolute, since the client runs elsewhere; nothing where there is none.
    modules.join("nodemailer").canonicalize().ok()
}

fn client(column: &'static str, mode: &'static str) -> Option<Client> {
    let Some(nodemailer) = found() else {
        program::skip(
            "nodemailer",
            "node is not in PATH, or the module is not there",
        );
        return None;
    };
    let node = program::find("node")?;
    Some(Client::new(column, move |errand: &Errand| {
        let mut command = errand.command(&node);
        command.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/clients/send_nodemailer.js"
        ));
        command.arg(&nodemailer).arg(mode);
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
    let Some(nodemailer) = client("nodemailer requireTLS", "requireTLS") else {
        return;
    };
    nodemailer.check(
        "
        control/starttls                            delivered     -   250 2.
        tls/expired                                 refused-tls   -   ESOCKET: certificate has expired
        tls/self-signed                             refused-tls   -   ESOCKET: self-signed certificate
        tls/untrusted-root                          refused-tls   -   ESOCKET: unable to get local issuer certificate
        tls/wrong-name                              refused-tls   -   Hostname/IP does not match certificate's altnames
        tls/missing-intermediate                    refused-tls   -   ESOCKET: unable to verify the first certificate
        starttls/stripped                           refused-tls   -   ETLS: Error upgrading connection with STARTTLS: 502 5.5.1
        starttls/masked                             refused-tls   -   ETLS: Error upgrading connection with STARTTLS: 502 5.5.1
        starttls/offered-then-454                   refused-tls   -   ETLS: Error upgrading connection with STARTTLS: 454 4.7.0
        starttls/offered-then-502                   refused-tls   -   ETLS: Error upgrading connection with STARTTLS: 502 5.5.1
        mail/rcpt-450-4.7.1                         refused-smtp  -   EENVELOPE: Can't send mail - all recipients were rejected: 450 4.7.1 greylisted
        mail/body-554-5.7.1                         refused-smtp  -   EMESSAGE: Message failed: 554 5.7.1
        net/reset-after-final-dot                   gave-up       -   ESOCKET: read ECONNRESET
        starttls/220-multiline                      delivered     -   250
        starttls/220-no-text                        delivered     -   250
        starttls/220-then-alert-40                  refused-tls   -   sslv3 alert handshake failure
        starttls/220-then-close-after-client-hello  refused-tls   -   ESOCKET: Client network socket disconnected before secure TLS connection was established
        starttls/close-instead-of-reply             refused-tls   -   ECONNECTION: Connection closed unexpectedly
        starttls/offered-then-250                   delivered     -   250
        mail/greeting-554                           refused-smtp  -   EPROTOCOL: Invalid greeting. response=554 5.3.2 no service here: 554 5.3.2 no service here
        mail/rcpt-251                               delivered     -   250
        mail/body-200                               delivered     -   200 what
        mail/quit-500                               delivered     -   250
        net/close-before-greeting                   gave-up       -   ECONNECTION: Connection closed unexpectedly
        # ECONNRESET, or ECONNECTION where the reply to the pipelined MAIL arrives with the reset.
        net/reset-at-rcpt                           gave-up       -   ECONN
        net/close-at-quit                           delivered     -   250
        net/reply-byte-by-byte                      delivered     -   250
        ",
    );
}

#[test]
fn opportunistic() {
    let Some(nodemailer) = client("nodemailer (opportunistic)", "opportunistic") else {
        return;
    };
    nodemailer.check(
        "
        control/starttls           delivered           -   250 2.
        tls/expired                refused-tls         -   ESOCKET: certificate has expired
        starttls/stripped          leaked-credentials  -   250 2.
        starttls/offered-then-502  refused-tls         -   ETLS: Error upgrading connection with STARTTLS: 502 5.5.1
        ",
    );
}

#[test]
fn greylisting() {
    if let Some(nodemailer) = client("nodemailer requireTLS", "requireTLS") {
        nodemailer.check_greylisting("451 4.7.1 greylisted");
    }
}
