//! What the logs say of handshakes, of certificates, and of how it ended.

use std::net::SocketAddr;

use mailfault::exchange::log::{ClientCertificateStatus, Era, LogKind, ProtocolLog, Row};
use mailfault::exchange::log::{ReceiveContext, RowEvent, receive_rows};
use mailfault::{
    Ca, CertificateFacts, ClientCertificate, DistinguishedName, Fault, Identity, Leaf, MockServer,
    Persona, Session, Stage,
};

use super::{clock, rows};
use crate::raw_client::{RawClient, client_config};
use crate::support::program;

/// What `SERVER1` presents of old: the certificate that its setup made.
fn of_setup() -> Identity {
    let subject = DistinguishedName::new().common_name("SERVER1");
    let leaf = Leaf::new("SERVER1").also("SERVER1.domain.test");
    Ca::new().issue(leaf.only_names().subject(subject).self_signed())
}

/// Exchange 2013 with one keyword more than by default.
fn server_of_2017() -> Persona {
    let mut persona = Persona::exchange_2013().host("SERVER1.domain.test");
    persona.ehlo.insert(4, "XORAR".to_owned());
    persona
}

fn of_context<'r>(rows: &'r [Row], context: &str) -> &'r Row {
    let found = rows.iter().find(|row| row.context == context);
    found.unwrap_or_else(|| panic!("no {context} in {rows:#?}"))
}

/// The public log of 14 April 2017 begins with row 20 and ends with row 25.
#[test]
fn the_certificate_of_setup_is_logged_as_in_2017() {
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let identity = of_setup();
    let server = MockServer::builder()
        .persona(server_of_2017())
        .starttls(identity.clone())
        .clock(clock())
        .start();
    let local = server.addr();
    let home = tempfile::tempdir().unwrap();
    let mut command = program::command(openssl, home.path());
    command.args([
        "s_client",
        "-starttls",
        "smtp",
        "-connect",
        &local.to_string(),
    ]);
    let said = program::run(&mut command, b"").said;
    // Without it the code says `0 (ok)` for a connection without TLS too.
    assert!(said.contains("-----BEGIN CERTIFICATE-----"), "{said}");
    let report = server.finish();
    let rows = rows(&report.sessions[0], local, Era::PerLine);
    let six: Vec<_> = rows[20..26]
        .iter()
        .map(|row| {
            (
                row.sequence,
                row.event.sign(),
                row.data.as_str(),
                row.context.as_str(),
            )
        })
        .collect();
    let (serial, thumbprint) = (identity.serial(), identity.thumbprint());
    let names = "SERVER1;SERVER1.domain.test";
    assert_eq!(
        six,
        [
            (20, "*", "", "Sending certificate"),
            (21, "*", "CN=SERVER1", "Certificate subject"),
            (22, "*", "CN=SERVER1", "Certificate issuer name"),
            (23, "*", serial.as_str(), "Certificate serial number"),
            (24, "*", thumbprint.as_str(), "Certificate thumbprint"),
            (25, "*", names, "Certificate alternate names"),
        ]
    );
    assert_eq!(rows[0].connector, r"SERVER1\Default Frontend SERVER1");
    assert!(
        rows[26]
            .context
            .starts_with("TLS protocol SP_PROT_TLS1_3_SERVER")
    );
    assert_eq!(rows.last().unwrap().context, "Remote");
    let log = ProtocolLog::by_file(LogKind::SmtpReceive, "15.0.0.0", rows);
    assert_eq!(log[0].file_name(1), "RECV2017041417-1.LOG");
}

#[test]
fn a_client_certificate_is_logged() {
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let ca = Ca::new();
    let own = ca.issue(Leaf::new("mail.protection.outlook.test").only_names());
    let server = MockServer::builder()
        .persona(Persona::exchange_2019())
        .starttls(of_setup())
        .client_certificate(ClientCertificate::Asked)
        .start();
    let local = server.addr();
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let certificate = write("cert.pem", own.pem().to_string());
    let key = write("key.pem", own.key_pem().to_string());
    let mut command = program::command(openssl, home.path());
    command.args([
        "s_client",
        "-starttls",
        "smtp",
        "-quiet",
        "-connect",
        &local.to_string(),
    ]);
    command.arg("-cert").arg(certificate).arg("-key").arg(key);
    let said = program::run(&mut command, b"EHLO c.test\r\nQUIT\r\n").said;
    assert!(said.contains("\n221 "), "{said}");
    let report = server.finish();

    let old = rows(&report.sessions[0], local, Era::PerLine);
    let from = old
        .iter()
        .position(|row| row.context == "Remote certificate")
        .unwrap();
    assert_eq!(old[from + 4].data, own.thumbprint());
    assert!(
        old[from + 6].context.starts_with("TLS protocol"),
        "{old:#?}"
    );

    let mut context = ReceiveContext::new("c", local);
    let packed = receive_rows(&report.sessions[0], &context);
    let what = "Remote certificate Subject Issuer name Serial number Thumbprint Not before Not after Subject alternate names";
    let row = of_context(&packed, what);
    assert!(
        row.data.starts_with(" CN=mail.protection.outlook.test "),
        "{row}"
    );
    assert!(row.data.contains(&own.thumbprint()), "{row}");
    // Nobody has said what became of it.
    assert!(
        !packed
            .iter()
            .any(|row| row.context.contains("TlsDomainCapabilities"))
    );

    context.client_certificate = Some(ClientCertificateStatus {
        chain: "ok".to_owned(),
        capabilities: "some".to_owned(),
        status: "given".to_owned(),
        domain: Some("outlook.test".to_owned()),
    });
    let judged = receive_rows(&report.sessions[0], &context);
    of_context(&judged, "Client certificate chain validation status: 'ok'");
    of_context(
        &judged,
        "TlsDomainCapabilities='some'; Status='given'; Domain='outlook.test'",
    );
}

/// The last rows of a session that came to nothing.
#[track_caller]
fn check_end(session: &Session, local: SocketAddr, expected: &[&str]) {
    let rows = rows(session, local, Era::PerLine);
    let last = rows.len() - expected.len();
    let contexts: Vec<&str> = rows[last..]
        .iter()
        .map(|row| row.context.as_str())
        .collect();
    assert_eq!(contexts, expected, "{session}");
    assert_eq!(rows.last().unwrap().event, RowEvent::Disconnect);
}

#[test]
fn a_handshake_that_fails_is_logged_behind_the_certificate() {
    let names = "Certificate alternate names";
    let failed = "TLS negotiation failed with error SocketError";
    let server = MockServer::builder()
        .persona(Persona::exchange_2013())
        .starttls(of_setup())
        .start();
    let local = server.addr();
    let begun = || {
        let mut client = RawClient::helloed(local);
        client.say("STARTTLS");
        client
    };
    // It trusts nobody, and says so with an alert.
    assert!(begun().tls(client_config(Ca::new().der())).is_err());
    // It leaves without a word, before it has seen the certificate.
    drop(begun());
    let report = server.finish();
    check_end(&report.sessions[0], local, &[names, failed, "Remote"]);
    check_end(&report.sessions[1], local, &["", failed, "Remote"]);

    // What the connector would have presented is logged as soon as TLS is asked for.
    let mut context = ReceiveContext::new("c", local).era(Era::PerLine);
    context.certificate = CertificateFacts::read(of_setup().leaf());
    let rows = receive_rows(&report.sessions[1], &context);
    assert_eq!(of_context(&rows, names).data, "SERVER1;SERVER1.domain.test");
}

#[test]
fn who_ended_a_session_is_logged() {
    let check = |fault: Option<Fault>, lines: &[&str], expected: &str| {
        let server = MockServer::builder().faults(fault).start();
        let local = server.addr();
        let mut client = RawClient::greeted(local);
        lines.iter().for_each(|line| drop(client.say(line)));
        drop(client);
        check_end(&server.finish().sessions[0], local, &[expected]);
    };
    check(None, &["EHLO c.test"], "Remote");
    check(None, &["QUIT"], "Local");
    check(
        Some(Fault::at(Stage::Ehlo).close()),
        &["EHLO c.test"],
        "Local",
    );
    check(
        Some(Fault::at(Stage::Ehlo).reset()),
        &["EHLO c.test"],
        "Local",
    );
    check(
        Some(Fault::at(Stage::Ehlo).reply("421 4.3.2 Service not available")),
        &["EHLO c.test"],
        "Local",
    );
}
