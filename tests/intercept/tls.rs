//! TLS that ends in the box, and which certificate is shown.

use std::time::{Duration, Instant};

use mailfault::intercept::{Appliance, Builder, Change, Crossing, Interceptor, UpstreamTls};
use mailfault::{
    Ca, ClientCertificate, DistinguishedName, Ended, Leaf, MockServer, Outcome, Stage,
};

use crate::raw_client::{RawClient, client_config};

/// Sends a message inside TLS.
#[track_caller]
fn send(client: &mut RawClient) {
    for line in [
        "MAIL FROM:<a@a.test>",
        "RCPT TO:<b@b.test>",
        "DATA",
        "x\r\n.",
        "QUIT",
    ] {
        let reply = client.say(line);
        assert!(reply.starts_with(['2', '3']), "{line}: {reply}");
    }
}

#[track_caller]
fn only(interceptor: Interceptor) -> Crossing {
    let mut sessions = interceptor.finish().sessions;
    assert_eq!(sessions.len(), 1);
    sessions.remove(0)
}

#[test]
fn tls_ends_in_the_box_and_mail_goes_on_in_clear() {
    let server = MockServer::start();
    let ca = Ca::new();
    let identity = ca.issue("mx.test");
    let interceptor = Interceptor::before(server.addr())
        .terminate_tls(identity.clone())
        .start();
    let mut client = RawClient::helloed(interceptor.addr());
    assert!(client.say("STARTTLS").starts_with("220 "));
    let mut client = client.tls(client_config(ca.der())).unwrap();
    let ehlo = client.say("EHLO c.test");
    assert!(!ehlo.contains("STARTTLS"), "{ehlo}");
    assert!(client.say("STARTTLS").starts_with("503 "));
    send(&mut client);
    assert_eq!(client.rest().unwrap(), "", "with close_notify");
    drop(client);

    let crossing = only(interceptor);
    assert_eq!(crossing.client.certificates, identity.chain());
    assert!(crossing.client.tls.is_some() && crossing.server.tls.is_none());
    let subject = "CN=mx.test".to_owned();
    assert!(
        crossing.changes.contains(&Change::Terminated { subject }),
        "{crossing}"
    );
    let report = server.finish();
    assert_eq!(report.outcome(), Outcome::DeliveredInClear);
    let heard = report.sessions[0].transcript.to_string();
    assert!(
        !heard.contains("STARTTLS") && heard.contains("EHLO mx.test"),
        "{heard}"
    );
}

#[test]
fn tls_ends_in_the_box_and_begins_again_behind_it() {
    let (outside, inside) = (Ca::new(), Ca::new());
    let server = MockServer::builder()
        .starttls(inside.issue("mx.test"))
        .start();
    for tls in [
        UpstreamTls::Unverified,
        UpstreamTls::Verified {
            name: "mx.test".to_owned(),
            roots: inside.roots().to_vec(),
        },
    ] {
        let interceptor = Interceptor::before(server.addr())
            .terminate_tls(outside.issue("mx.test"))
            .upstream_tls(tls)
            .start();
        send(&mut RawClient::inside_tls(
            interceptor.addr(),
            outside.der(),
        ));
        let crossing = only(interceptor);
        assert!(crossing.client.tls.is_some() && crossing.server.tls.is_some());
        assert_ne!(crossing.client.certificates, crossing.server.certificates);
    }
    let report = server.finish();
    assert_eq!(report.mail.len(), 2);
    assert!(report.mail.iter().all(|mail| mail.inside_tls));
}

#[test]
fn a_server_that_is_not_trusted_ends_it() {
    let (outside, inside) = (Ca::new(), Ca::new());
    let server = MockServer::builder()
        .starttls(inside.issue("mx.test"))
        .start();
    let interceptor = Interceptor::before(server.addr())
        .terminate_tls(outside.issue("mx.test"))
        .upstream_tls(UpstreamTls::Verified {
            name: "other.test".to_owned(),
            roots: inside.roots().to_vec(),
        })
        .start();
    let mut client = RawClient::helloed(interceptor.addr());
    assert!(client.say("STARTTLS").starts_with("454 4.7.0 "));
    assert_eq!(client.rest().unwrap(), "");
    drop(client);
    let crossing = only(interceptor);
    assert_eq!(crossing.server.ended, Some(Ended::ByTls), "{crossing}");
    let session = &server.finish().sessions[0];
    assert!(session.alert.is_some(), "{session}");
}

#[test]
fn a_server_without_starttls_cannot_be_gone_on_to() {
    let server = MockServer::start();
    let interceptor = Interceptor::before(server.addr())
        .terminate_tls(Ca::new().issue("mx.test"))
        .upstream_tls(UpstreamTls::Unverified)
        .start();
    let mut client = RawClient::greeted(interceptor.addr());
    let ehlo = client.say("EHLO c.test");
    assert!(!ehlo.contains("STARTTLS"), "{ehlo}");
    assert!(client.say("STARTTLS").starts_with("454 4.7.0 "));
    assert!(
        client.say("NOOP").starts_with("250 "),
        "and the session goes on"
    );
}

#[test]
fn what_the_server_shows_is_signed_again() {
    let inspector = Ca::builder()
        .name(DistinguishedName::new().common_name("Fortinet_CA_SSL"))
        .build();
    let theirs = Ca::new().issue(Leaf::new("mx.test").also("other.test"));
    let server = MockServer::builder().starttls(theirs.clone()).start();
    let interceptor = Interceptor::before(server.addr())
        .resign(inspector.clone())
        .start();
    for _ in 0..2 {
        // Whoever trusts the inspector sees nothing wrong.
        send(&mut RawClient::inside_tls(
            interceptor.addr(),
            inspector.der(),
        ));
    }
    let report = interceptor.finish();
    assert_eq!(report.shown().len(), 1, "it is signed once");
    let crossing = &report.sessions[0];
    assert_eq!(crossing.server.certificates, theirs.chain());
    let change = Change::Resigned {
        subject: "CN=mx.test".to_owned(),
        issuer: "CN=Fortinet_CA_SSL".to_owned(),
    };
    assert!(crossing.changes.contains(&change), "{crossing}");
    assert_eq!(crossing.changes.len(), 1, "nothing else is seen of it");
    let report = server.finish();
    assert!(report.mail.iter().all(|mail| mail.inside_tls) && report.mail.len() == 2);
    assert_eq!(report.sessions[0].client.as_deref(), Some("c.test"));
}

#[test]
fn a_client_certificate_is_lost_in_the_box() {
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .client_certificate(ClientCertificate::Asked)
        .start();
    let interceptor = Interceptor::before(server.addr())
        .terminate_tls(ca.issue("mx.test"))
        .upstream_tls(UpstreamTls::Unverified)
        .drop_client_certificate()
        .start();
    let own = ca.issue("client.test");
    let mut client = RawClient::helloed(interceptor.addr());
    assert!(client.say("STARTTLS").starts_with("220 "));
    let mut client = client.tls(super::clients::showing(ca.der(), &own)).unwrap();
    assert!(client.say("EHLO c.test").starts_with("250"));
    send(&mut client);
    drop(client);
    let crossing = only(interceptor);
    let lost = Change::ClientCertificateDropped(own.leaf().clone());
    assert!(crossing.changes.contains(&lost), "{crossing}");
    let seen = crossing.client.tls.unwrap().client_certificate;
    assert_eq!(seen, own.chain());
    let behind = server.finish().sessions.remove(0).tls.unwrap();
    assert!(behind.client_certificate.is_empty());
}

#[test]
fn the_certificate_can_be_swapped_while_it_runs() {
    let server = MockServer::start();
    let barracuda = Appliance::barracuda_esg().host("mx.test");
    let interceptor = Interceptor::before(server.addr())
        .appliance(barracuda)
        .start();
    let ca = Ca::new();

    // As it is delivered, nobody has a reason to trust it.
    let mut client = RawClient::greeted(interceptor.addr());
    assert!(client.say("EHLO c.test").contains("STARTTLS"));
    assert!(client.say("STARTTLS").starts_with("220 "));
    let error = client
        .tls(client_config(ca.der()))
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("certificate"), "{error}");

    interceptor.set_certificate(&ca.issue("mx.test"));
    send(&mut RawClient::inside_tls(interceptor.addr(), ca.der()));
    let report = interceptor.finish();
    assert!(report.sessions[0].client.alert.is_some(), "{report}");
    assert_eq!(report.sessions[0].client.ended, Some(Ended::ByTls));
    assert_eq!(server.finish().mail.len(), 1);
}

#[test]
fn a_barracuda_leaves_its_marks() {
    let server = MockServer::start();
    let interceptor = Interceptor::before(server.addr())
        .appliance(Appliance::barracuda_esg())
        .start();
    let mut client = RawClient::connect(interceptor.addr());
    let greeting = client.reply();
    let token = greeting
        .strip_prefix("220 barracuda.contoso.test ESMTP (")
        .expect(&greeting);
    assert_eq!(token.trim_end().len(), 33, "{greeting}");
    let ehlo = client.say("EHLO c.test");
    assert!(
        ehlo.starts_with(
            "250-barracuda.contoso.test Hello c.test [127.0.0.1], pleased to meet you\r\n"
        ),
        "{ehlo}"
    );
    assert!(ehlo.contains("SIZE 100000000"), "{ehlo}");
    send(&mut client);
    drop(client);
    drop(interceptor);
    let report = server.finish();
    let mail = &report.mail[0];
    let header = |name: &str| {
        let text = mail.text();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} in {text}"))
            .to_owned()
    };
    assert_eq!(header("X-Barracuda-Connect: "), "UNKNOWN[127.0.0.1]");
    assert_eq!(header("X-Barracuda-Envelope-From: "), "a@a.test");
    assert!(
        header("\tby ")
            .starts_with("barracuda.contoso.test (Spam & Virus Firewall) with ESMTP id ")
    );
    assert!(!header("X-ASG-Debug-ID: ").is_empty() && !header("X-Barracuda-URL: ").is_empty());
    assert!(mail.text().ends_with("\r\nx\r\n"));
}

#[test]
fn the_answer_to_a_client_hello_is_held_back() {
    const WAIT: Duration = Duration::from_millis(50);
    let ca = Ca::new();
    let server = MockServer::builder().starttls(ca.issue("mx.test")).start();
    let check = |builder: Builder| {
        let interceptor = builder.delay(Stage::Handshake, WAIT).start();
        let mut client = RawClient::helloed(interceptor.addr());
        assert!(client.say("STARTTLS").starts_with("220 "));
        let began = Instant::now();
        drop(client.tls(client_config(ca.der())).unwrap());
        assert!(began.elapsed() >= WAIT);
        let delayed = Change::Delayed {
            at: Stage::Handshake,
            wait: WAIT,
        };
        let crossing = only(interceptor);
        assert!(crossing.changes.contains(&delayed), "{crossing}");
    };
    check(Interceptor::before(server.addr()));
    check(Interceptor::before(server.addr()).terminate_tls(ca.issue("mx.test")));
    check(Interceptor::before(server.addr()).resign(ca.clone()));
}

/// What was sent in clear behind STARTTLS is not obeyed inside TLS.
#[test]
fn nothing_is_injected_behind_starttls() {
    let ca = Ca::new();
    let server = MockServer::start();
    let interceptor = Interceptor::before(server.addr())
        .terminate_tls(ca.issue("mx.test"))
        .start();
    let mut client = RawClient::helloed(interceptor.addr());
    client.send("STARTTLS\r\nMAIL FROM:<evil@a.test>\r\n");
    assert!(client.reply().starts_with("220 "));
    let mut client = client.tls(client_config(ca.der())).unwrap();
    assert!(client.say("EHLO c.test").starts_with("250"));
    send(&mut client);
    drop(client);
    let crossing = only(interceptor);
    assert!(
        crossing
            .to_string()
            .contains("octets that were sent behind STARTTLS are thrown away"),
        "{crossing}"
    );
    assert_eq!(server.finish().mail[0].from, "a@a.test");
}
