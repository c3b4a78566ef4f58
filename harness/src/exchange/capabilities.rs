//! What a receive connector gives to the domain of a client's certificate:
//! `TlsDomainCapabilities`.

use super::log::ClientCertificateStatus;
use super::receive_connector::ReceiveConnector;
use crate::certificate_facts::CertificateFacts;
use crate::judge::is_one_of;

/// What it makes of a certificate. The words of the log for one that was sent are inferred.
pub(super) fn judge(
    connector: &ReceiveConnector,
    leaf: &CertificateFacts,
    trusted: bool,
) -> ClientCertificateStatus {
    let chain = match trusted {
        true => "Valid",
        false => UNTRUSTED,
    };
    let (capabilities, status, domain) = match (wanted(connector, leaf), trusted) {
        (Some((domain, capabilities)), true) => (capabilities.as_str(), "Success", Some(domain)),
        (Some((domain, _)), false) => ("None", UNTRUSTED, Some(domain)),
        (None, _) => ("None", "Success", None),
    };
    ClientCertificateStatus {
        chain: chain.to_owned(),
        capabilities: capabilities.to_owned(),
        status: status.to_owned(),
        domain: domain.cloned(),
    }
}

/// What Windows says of a chain that leads nowhere.
pub(super) const UNTRUSTED: &str = "UntrustedRoot";

/// The domain and the capabilities that the names of a certificate ask for.
pub(super) fn wanted<'a>(
    connector: &'a ReceiveConnector,
    leaf: &CertificateFacts,
) -> Option<&'a (String, String)> {
    let mut all = connector.tls_domain_capabilities.iter();
    all.find(|(domain, _)| is_one_of(leaf.names.iter().chain(&leaf.common_name), domain))
}
