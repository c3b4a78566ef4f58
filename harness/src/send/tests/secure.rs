//! TLS, certificates and credentials.

use mailfault_certs::{Ca, Flaw, Identity, Leaf};

use super::*;
use crate::fault::{Fault, HandshakeFault, Stage, TlsVersion};
use crate::report::Outcome;
use crate::send::Credentials;
use crate::server::{Auth, ClientCertificate, MockServer};

#[test]
fn without_tls_nothing_is_sent() {
    let refused = |fault, expected| {
        let report = check([fault], expected);
        assert_eq!(report.outcome(), Outcome::RefusedTls, "{report}");
        assert!(report.sessions[0].in_clear().is_empty(), "{report}");
    };
    let stripped = Fault::at(Stage::Ehlo).hide("STARTTLS");
    refused(stripped, "no TLS: STARTTLS is not offered");
    let at = |reply: &str| Fault::at(Stage::StartTls).reply(reply);
    refused(at("454 4.7.0 not now"), "deferred at STARTTLS: 454");
    refused(at("502 what"), "no TLS: STARTTLS is answered with 502");
    refused(at("250 ok"), "no TLS: STARTTLS is answered with 250");
    let broken = |fault| Fault::at(Stage::Handshake).handshake(fault);
    refused(
        broken(HandshakeFault::Alert(40)),
        "no TLS: received fatal alert",
    );
    refused(broken(HandshakeFault::Junk), "no TLS");
    let plain = HandshakeFault::Plaintext("250 ok".to_owned());
    refused(broken(plain), "no TLS");
    refused(broken(HandshakeFault::Close), "no TLS: the server closed");
    // Whoever sent the 220 before it was asked for, it answers nothing.
    let early = "250-mx.test\r\n250 STARTTLS\r\n220 go on\r\n";
    let early = Fault::at(Stage::Ehlo).in_clear().raw(early);
    refused(early, "no sense at STARTTLS: the server answered before");
    // HELO would do in clear, and is of no use here.
    let unknown = Fault::at(Stage::Ehlo).matching("EHLO").reply("502 what");
    check([unknown], "refused at EHLO: 502");
}

#[test]
fn what_is_said_in_clear_does_not_count_inside_tls() {
    let injected = "220 go on\r\n250-mx.test\r\n250 AUTH PLAIN\r\n";
    let injected = Fault::at(Stage::StartTls).raw(injected);
    let report = check([injected.clone()], "delivered: 250 2.0.0 accepted as 1");
    assert_eq!(report.outcome(), Outcome::Delivered);
    let silent = Fault::at(Stage::Ehlo).inside_tls().stall();
    check_in_vain([injected, silent], "lost at EHLO: no answer");
}

#[test]
fn certificates_are_verified() {
    let ca = Ca::new();
    let check = |leaf: Leaf, name: &str, expected: &str| {
        let identity = ca.issue(leaf);
        let sender = Sender::verifying(Mode::Implicit, name, identity.roots());
        let builder = MockServer::builder().implicit_tls(identity);
        check_with(builder, &sender, &message(), &[expected]);
    };
    let leaf = || Leaf::new("mx.test");
    check(leaf(), "mx.test", "delivered");
    check(leaf(), "127.0.0.1", "delivered");
    check(leaf(), "other.test", "no TLS: invalid peer certificate");
    check(leaf(), "no name", "no TLS: `no name` is neither");
    check(
        leaf().flaw(Flaw::Expired),
        "mx.test",
        "no TLS: invalid peer certificate",
    );
    check(
        leaf().flaw(Flaw::SelfSigned),
        "mx.test",
        "no TLS: invalid peer certificate",
    );
    check(
        leaf().flaw(Flaw::KeyMismatch),
        "mx.test",
        "no TLS: invalid peer certificate",
    );
}

#[test]
fn both_versions_of_tls_are_spoken() {
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let (builder, sender) = starttls();
        let report = check_with(
            builder.tls_versions([version]),
            &sender,
            &message(),
            &["delivered"],
        );
        let tls = report.sessions[0].tls.as_ref().expect("there was TLS");
        assert_eq!(tls.version, version);
    }
}

#[test]
fn client_certificates_are_shown_where_one_is_asked_for() {
    let own = Ca::new().issue("client.test");
    let check = |wish: ClientCertificate, identity: Option<Identity>, expected: &str| {
        let (builder, sender) = starttls();
        let builder = builder.client_certificate(wish);
        let sender = Sender { identity, ..sender };
        check_with(builder, &sender, &message(), &[expected]);
    };
    check(ClientCertificate::Required, Some(own.clone()), "delivered");
    check(
        ClientCertificate::Required,
        None,
        "lost at EHLO: received fatal",
    );
    check(ClientCertificate::Asked, None, "delivered");
    check(
        ClientCertificate::Refused,
        Some(own),
        "lost at EHLO: received fatal",
    );
}

#[test]
fn credentials_go_out_inside_tls_only() {
    let logs_in = |sender| Sender {
        credentials: Some(Credentials {
            user: "bob".to_owned(),
            password: "open sesame".to_owned(),
        }),
        ..sender
    };
    let auth = |password: &str| Auth::Accept {
        user: "bob".to_owned(),
        password: password.to_owned(),
    };
    let (builder, sender) = starttls();
    let (builder, sender) = (builder.auth(auth("open sesame")), logs_in(sender));
    let report = check_with(builder, &sender, &message(), &["delivered"]);
    assert_eq!(report.mail[0].user.as_deref(), Some("bob"));

    let (builder, sender) = starttls();
    let (builder, sender) = (builder.auth(auth("other")), logs_in(sender));
    check_with(builder, &sender, &message(), &["refused at AUTH: 535"]);

    let (builder, sender) = starttls();
    let challenged = Fault::at(Stage::Auth).reply("334 again");
    let (builder, sender) = (builder.fault(challenged), logs_in(sender));
    check_with(
        builder,
        &sender,
        &message(),
        &["no sense at AUTH: `334 again`"],
    );

    let sender = logs_in(Sender::in_clear());
    let report = check_with(MockServer::builder(), &sender, &message(), &["delivered"]);
    assert_eq!(report.outcome(), Outcome::DeliveredInClear, "{report}");
}
