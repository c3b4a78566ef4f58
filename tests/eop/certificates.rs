//! What openssl is shown: subject, issuer, names and chain of each era, and a version of TLS that
//! is not spoken.

use std::path::Path;

use mailfault::eop::{CertificateProfile, Eop, Profile};
use mailfault::{Event, Pem, TlsVersion, What};

use crate::support::program;

/// An MX of a tenant.
const MX: &str = "contoso-test.mail.protection.outlook.com";

/// What `s_client` says who trusts these roots and wants this name.
#[track_caller]
fn said(openssl: &Path, eop: &Eop, roots: &Pem, name: &str, options: &[&str]) -> String {
    let home = tempfile::TempDir::new().unwrap();
    let file = home.path().join("roots.pem");
    roots.write_to(&file).unwrap();
    let mut client = program::command(openssl, home.path());
    client.args(["s_client", "-starttls", "smtp", "-showcerts", "-no-CApath"]);
    client.args(["-connect", &eop.addr().to_string()]);
    client.args(["-verify_hostname", name]);
    client.args(options).arg("-CAfile").arg(&file);
    program::run(&mut client, b"QUIT\r\n").said
}

/// The certificates in what it says, the leaf first.
fn certificates(said: &str) -> Vec<String> {
    let blocks = said.split("-----BEGIN CERTIFICATE-----").skip(1);
    let pem = |block: &str| {
        let (body, _) = block.split_once("-----END CERTIFICATE-----").unwrap();
        format!("-----BEGIN CERTIFICATE-----{body}-----END CERTIFICATE-----\n")
    };
    blocks.map(pem).collect()
}

/// What `openssl x509` reads in a certificate, as RFC 2253 writes names.
#[track_caller]
fn read(openssl: &Path, pem: &str) -> String {
    let home = tempfile::TempDir::new().unwrap();
    let mut reader = program::command(openssl, home.path());
    reader.args([
        "x509", "-noout", "-subject", "-issuer", "-nameopt", "RFC2253",
    ]);
    reader.args(["-serial", "-text", "-certopt", "no_sigdump,no_validity"]);
    program::run(&mut reader, pem.as_bytes()).said
}

const NAMES: &str = "DNS:mail.protection.outlook.com, DNS:*.mail.eo.outlook.com, DNS:*.mail.protection.outlook.com, DNS:outlook.com, DNS:mail.messaging.microsoft.com";

#[track_caller]
fn check(profile: CertificateProfile, subject: &str, issuer: &str, root: &str) -> Option<String> {
    let openssl = program::installed("openssl")?;
    let eop = Eop::builder().certificate_profile(profile).start();
    let said = said(&openssl, &eop, &eop.certificate().roots_pem(), MX, &[]);
    let certificates = certificates(&said);
    assert!(said.contains("Verification: OK"), "{said}");
    assert_eq!(certificates.len(), 2, "{said}");
    let leaf = read(&openssl, &certificates[0]);
    assert!(leaf.contains(&format!("subject={subject}\n")), "{leaf}");
    assert!(leaf.contains(&format!("issuer={issuer}\n")), "{leaf}");
    assert!(leaf.contains(&format!("{NAMES}\n")), "{leaf}");
    assert!(leaf.contains("Public-Key: (2048 bit)"), "{leaf}");
    assert!(leaf.contains("sha256WithRSAEncryption"), "{leaf}");
    let issuing = read(&openssl, &certificates[1]);
    assert!(
        issuing.contains(&format!("subject={issuer}\n")),
        "{issuing}"
    );
    assert!(issuing.contains(&format!("issuer={root}\n")), "{issuing}");
    Some(leaf)
}

#[test]
fn of_2014() {
    let leaf = check(
        CertificateProfile::Y2014,
        "CN=mail.protection.outlook.com,OU=Forefront Online Protection for Exchange,O=Microsoft,L=Redmond,ST=WA,C=US",
        "CN=MSIT Machine Auth CA 2,DC=redmond,DC=corp,DC=microsoft,DC=com",
        "CN=Baltimore CyberTrust Root,OU=CyberTrust,O=Baltimore,C=IE",
    );
    if let Some(leaf) = leaf {
        assert!(leaf.contains("serial=689549F000010000DFBE\n"), "{leaf}");
    }
}

#[test]
fn of_2019() {
    check(
        CertificateProfile::Y2019,
        "CN=mail.protection.outlook.com,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US",
        "CN=GlobalSign Organization Validation CA - SHA256 - G3,O=GlobalSign nv-sa,C=BE",
        "CN=GlobalSign Root CA,OU=Root CA,O=GlobalSign nv-sa,C=BE",
    );
}

#[test]
fn of_today() {
    check(
        CertificateProfile::Today,
        "CN=mail.protection.outlook.com,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US",
        "CN=DigiCert Cloud Services CA-1,O=DigiCert Inc,C=US",
        "CN=DigiCert Global Root CA,OU=www.digicert.com,O=DigiCert Inc,C=US",
    );
}

#[test]
fn each_profile_has_the_certificate_and_the_tls_of_its_years() {
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let versions = [
        (Profile::Y2014, "MSIT Machine Auth CA 2", TlsVersion::Tls12),
        (
            Profile::Today,
            "DigiCert Cloud Services CA-1",
            TlsVersion::Tls13,
        ),
    ];
    for (profile, issuer, version) in versions {
        let eop = Eop::builder().profile(profile).start();
        let said = said(&openssl, &eop, &eop.certificate().roots_pem(), MX, &[]);
        assert!(read(&openssl, &certificates(&said)[0]).contains(issuer));
        let report = eop.finish().report;
        assert_eq!(report.sessions[0].tls.as_ref().unwrap().version, version);
    }
}

/// The case of the partner that expects the organization's own certificate, where EOP has come in
/// between: no name of the organization is in it, and the root does not stay.
#[test]
fn a_partner_that_pins_is_left_behind() {
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let then = Eop::builder().profile(Profile::Y2014).start();
    let now = Eop::builder().start();
    let root = then.certificate().roots_pem();
    let check = |eop: &Eop, name: &str, expected: &str| {
        let said = said(&openssl, eop, &root, name, &[]);
        assert_eq!(certificates(&said).len(), 2, "{said}");
        assert!(said.contains(expected), "{said}");
    };
    check(&then, then.tls_name(), "Verification: OK");
    check(
        &then,
        "BN1BFFO11FD038.mail.protection.outlook.com",
        "Verification: OK",
    );
    check(
        &then,
        "mail.fabrikam.test",
        "Verification error: hostname mismatch",
    );
    let unknown = "Verification error: unable to get local issuer certificate";
    check(&now, now.tls_name(), unknown);
}

/// The refusal in words takes a server that speaks TLS 1.1; this one ends with the alert that its
/// absence brings.
#[test]
fn tls_1_1_ends_with_an_alert() {
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let eop = Eop::builder().start();
    let options = ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"];
    let said = said(&openssl, &eop, &eop.certificate().roots_pem(), MX, &options);
    assert!(certificates(&said).is_empty(), "{said}");
    assert!(said.contains("SSL alert number"), "{said}");
    let report = eop.finish().report;
    let session = &report.sessions[0];
    assert_eq!(session.client_hello.as_ref().unwrap().versions, [0x0302]);
    let alerts = |event: &Event| matches!(event.what, What::AlertFromServer(_));
    assert!(session.transcript.events().iter().any(alerts), "{session}");
}
