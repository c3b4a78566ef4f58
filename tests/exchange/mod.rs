//! The model of Exchange: it chooses, and clients that we did not write see what it chose.

mod certificates;
mod logs;
mod notifications;
mod queues;
mod rules;
mod validation;

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use mailfault::exchange::{
    Exchange, ExchangeBuilder, ProtocolLoggingLevel, SendConnector, Service, StoredCertificate,
    TlsCertificateName, Version,
};
use mailfault::{Ca, ClientCertificate, DistinguishedName, Leaf, MockServer, Persona};

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

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const CONNECTOR: &str = "Outbound to Office 365";

/// The wish for an Exchange 2013 with a certificate and the orphan of its renewal, as in the support case.
fn with_an_orphan(ca: &Ca) -> (ExchangeBuilder, StoredCertificate, StoredCertificate) {
    let subject = DistinguishedName::new()
        .common_name("mail.domain.test")
        .organizational_unit("Domain Control Validated");
    let issued = |since: u32, days: u32| {
        let from = SystemTime::now() - since * DAY;
        let leaf = Leaf::new("mail.domain.test")
            .also("domain.test")
            .only_names();
        let leaf = leaf.subject(subject.clone()).valid(from, from + days * DAY);
        StoredCertificate::new(ca.issue(leaf))
    };
    let orphan = issued(400, 365).without_private_key();
    let good = issued(10, 365).enabled_for([Service::Iis, Service::Smtp]);
    let mut connector = SendConnector::to_office_365("contoso.mail.onmicrosoft.com");
    connector.tls_certificate_name = Some(TlsCertificateName::of(&good.facts));
    connector.protocol_logging_level = ProtocolLoggingLevel::Verbose;
    let builder = Exchange::builder(Version::Exchange2013)
        .name("D5-EX1")
        .domain("d5.test")
        .certificate(orphan.clone())
        .certificate(good.clone())
        .trusted_roots(ca.roots().to_vec())
        .send_connector(connector);
    (builder, orphan, good)
}

/// The wish for a server that says what EOP says, with the certificate that everybody knows.
fn cloud(ca: &Ca) -> mailfault::Builder {
    let subject = DistinguishedName::new()
        .common_name("mail.protection.outlook.com")
        .organizational_unit("Forefront Online Protection for Exchange")
        .organization("Microsoft");
    let leaf = Leaf::new("mail.protection.outlook.com")
        .only_names()
        .subject(subject);
    MockServer::builder()
        .persona(Persona::eop())
        .starttls(ca.issue(leaf))
        .client_certificate(ClientCertificate::Asked)
}
