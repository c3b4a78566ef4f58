//! The model of Exchange: it chooses, and clients that we did not write see what it chose.

mod certificates;
mod logs;
mod rules;

use std::net::SocketAddr;
use std::path::Path;

use crate::support::program;

/// The thumbprint of the certificate that `openssl s_client` is shown behind STARTTLS; nothing
/// where it was shown none.
#[track_caller]
pub(crate) fn seen_by_openssl(openssl: &Path, addr: SocketAddr) -> Option<String> {
    let home = tempfile::TempDir::new().unwrap();
    let mut client = program::command(openssl, home.path());
    client.args([
        "s_client",
        "-starttls",
        "smtp",
        "-connect",
        &addr.to_string(),
    ]);
    let said = program::run(&mut client, b"QUIT\r\n").said;
    // It says `Verify return code: 0 (ok)` where there was no TLS at all; the certificate is the
    // proof.
    let begin = said.find("-----BEGIN CERTIFICATE-----")?;
    let end = said.find("-----END CERTIFICATE-----")?;
    let pem = format!("{}-----END CERTIFICATE-----\n", &said[begin..end]);
    let mut reader = program::command(openssl, home.path());
    reader.args(["x509", "-noout", "-fingerprint", "-sha1"]);
    let read = program::run(&mut reader, pem.as_bytes()).said;
    let (_, fingerprint) = read.trim().split_once('=').unwrap();
    Some(fingerprint.replace(':', ""))
}
