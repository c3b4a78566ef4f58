//! curl, which checks the whole chain where it is given lists, and staples where it is told to.

use super::{Served, table};
use crate::support::program;

#[track_caller]
fn check(text: &str, options: &[&str]) {
    let Some(curl) = program::installed("curl") else {
        return;
    };
    for (id, expected) in table(text) {
        let served = Served::new(&id);
        let mut command = program::command(&curl, served.home());
        let name = served.identity.name();
        let port = served.server.addr().port();
        // -q comes first: no .curlrc.
        command
            .args(["-q", "-sS", "--ssl-reqd", "--cacert", "ca.pem"])
            .args(options);
        command.args(["--connect-to", &format!("::{}", served.addr())]);
        command.args(["--url", &format!("smtp://{name}:{port}/client.test")]);
        command.args(["--mail-from", "a@client.test", "--mail-rcpt", "b@mx.test"]);
        command.args(["--upload-file", "ca.pem"]);
        let finished = program::run(&mut command, b"");
        let said = finished.said.lines().next().unwrap_or_default();
        match expected {
            "-" => assert_eq!((said, finished.code), ("", Some(0)), "{id}"),
            words => assert!(said.starts_with(words), "{id}: {words}\n{said}"),
        }
        let delivered = !served.stop().mail.is_empty();
        assert_eq!(delivered, expected == "-", "{id}");
    }
}

#[test]
fn lists_from_a_file() {
    let lists = "
        control/crl-good            -
        control/p256                -
        crl-revoked                 curl: (60) SSL certificate problem: certificate revoked
        crl-expired                 curl: (60) SSL certificate problem: CRL has expired
        crl-not-yet-valid           curl: (60) SSL certificate problem: CRL is not yet valid
        crl-wrong-issuer            curl: (60) SSL certificate problem: unable to get certificate CRL
        crl-tampered                curl: (
        crl-intermediate-revoked    curl: (60) SSL certificate problem: certificate revoked
        crl-leaf-under-intermediate curl: (60) SSL certificate problem: certificate revoked
    ";
    check(lists, &["--crlfile", "crl.pem"]);
}

#[test]
fn staples() {
    let staples = "
        control/ocsp-good        -
        control/must-staple-good -
        ocsp-revoked             curl: (91) SSL certificate revocation reason: keyCompromise (1)
        ocsp-unknown             curl: (91) SSL server certificate status verification FAILED
        ocsp-expired             curl: (91) OCSP response has expired
        ocsp-wrong-signer        curl: (91) OCSP response verification failed
        ocsp-other-certificate   curl: (91) Could not find certificate ID in OCSP response
        ocsp-tampered            curl: (91) OCSP response verification failed
        ocsp-malformed           curl: (91) Invalid OCSP response
        ocsp-try-later           curl: (91) Invalid OCSP response status: trylater (3)
        must-staple-missing      curl: (91) No OCSP response received
        must-staple-revoked      curl: (91) SSL certificate revocation reason: keyCompromise (1)
        must-staple-malformed    curl: (91) Invalid OCSP response
    ";
    check(staples, &["--cert-status"]);
}
