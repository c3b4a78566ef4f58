//! rustls: the real library, asked.

use rustls::client::verify_server_name;
use rustls::pki_types::ServerName;
use rustls::server::ParsedCertificate;

use super::findings::Findings;
use super::openssl::stopped;
use super::verdict::Verdict;
use crate::send::client_tls::certificate;
use crate::trust::Trust;

/// What a client of rustls with these roots would say: its path, then the name, then the
/// handshake's signature, as `WebPkiServerVerifier` goes about it.
pub(super) fn rustls(name: &str, findings: &Findings) -> Verdict {
    if findings.stopped().is_some() {
        return Verdict::refuse(name, "", stopped(findings));
    }
    let roots = Trust::of_readable(&findings.expectation.roots);
    let now = findings.expectation.now;
    let told = roots
        .server(&findings.evidence.chain, now)
        .and_then(|()| of_name(findings))
        .and_then(|()| findings.evidence.rustls.clone().map_or(Ok(()), Err));
    match told {
        Err(error) => {
            let why = findings.all().iter().filter(|one| !one.is_harmless());
            Verdict::refuse(name, error.to_string(), why).detail("error", format!("{error:?}"))
        }
        Ok(()) => Verdict::deliver(name, ""),
    }
}

fn of_name(findings: &Findings) -> Result<(), rustls::Error> {
    let leaf = findings.evidence.chain.first().map(certificate);
    let leaf = leaf.ok_or(rustls::Error::NoCertificatesPresented)?;
    let leaf = ParsedCertificate::try_from(&leaf)?;
    let name = ServerName::try_from(findings.expectation.name.clone())
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    verify_server_name(&leaf, &name)
}
