//! gnutls-cli, which looks at a staple by itself, and knows what must-staple means.

use super::{Served, table};
use crate::support::program;

#[test]
fn staples() {
    let Some(gnutls) = program::installed("gnutls-cli") else {
        return;
    };
    let staples = "
        control/ocsp-good        - Status: The certificate is trusted.
        control/must-staple-good - Status: The certificate is trusted.
        ocsp-revoked             The certificate chain is revoked.
        ocsp-expired             The revocation or OCSP data are old and have been superseded.
        ocsp-wrong-signer        The received OCSP status response is invalid.
        ocsp-other-certificate   The received OCSP status response is invalid.
        ocsp-tampered            The received OCSP status response is invalid.
        ocsp-malformed           The received OCSP status response is invalid.
        must-staple-missing      the OCSP status is missing.
        must-staple-revoked      The certificate chain is revoked.
    ";
    for (id, expected) in table(staples) {
        let served = Served::new(&id);
        let name = served.identity.name();
        let mut command = program::command(&gnutls, served.home());
        command.args(["--starttls-proto", "smtp", "--x509cafile", "ca.pem"]);
        command.args(["--verify-hostname", name, "--sni-hostname", name]);
        command.args([
            "--port",
            &served.server.addr().port().to_string(),
            "127.0.0.1",
        ]);
        let finished = program::run(&mut command, b"QUIT\r\n");
        assert!(
            finished.said.contains(expected),
            "{id}: {expected}\n{}",
            finished.said
        );
        assert_eq!(finished.code == Some(0), id.starts_with("control/"), "{id}");
    }
}
