use std::time::{Duration, Instant};

use mailfault_certs::{Ca, Flaw, Leaf};

use super::*;
use crate::fault::{Fault, HandshakeFault, Stage, TlsVersion};
use crate::report::{Ended, Outcome, Report};
use crate::server::{Auth, Builder, ClientCertificate, MockServer};

/// How long the client waits where it is meant to wait in vain.
const SHORT: Duration = Duration::from_secs(1);

fn message() -> Message {
    Message::new("a@x.test", ["bob@x.test"], "Subject: x\n\n.x\ny")
}

/// Sends to a server, and compares what the client says of it with the beginnings of its lines.
#[track_caller]
fn check_with(builder: Builder, sender: &Sender, message: &Message, expected: &[&str]) -> Report {
    let server = builder.start();
    let addr = match sender.mode {
        Mode::Implicit => server.implicit_addr().expect("there is implicit TLS"),
        _ => server.addr(),
    };
    let began = Instant::now();
    let sent = sender.send(addr, message);
    let took = began.elapsed();
    let report = server.stop();
    let told: Vec<String> = sent.attempts.iter().map(ToString::to_string).collect();
    let as_expected = told.len() == expected.len()
        && told
            .iter()
            .zip(expected)
            .all(|(told, begin)| told.starts_with(begin));
    assert!(
        as_expected,
        "expected {expected:?}, was told {told:?}\n{report}"
    );
    assert!(took < Duration::from_secs(8), "it took {took:?}\n{report}");
    report
}

fn starttls() -> (Builder, Sender) {
    let identity = Ca::new().issue("mx.test");
    let sender = Sender::verifying(Mode::StartTls, "mx.test", identity.roots());
    (MockServer::builder().starttls(identity), sender)
}

/// The same for a server with STARTTLS and faults.
#[track_caller]
fn check(faults: impl IntoIterator<Item = Fault>, expected: &str) -> Report {
    let (builder, sender) = starttls();
    check_with(builder.faults(faults), &sender, &message(), &[expected])
}

#[track_caller]
fn check_in_vain(faults: impl IntoIterator<Item = Fault>, expected: &str) {
    let (builder, sender) = starttls();
    let sender = Sender {
        time_out: SHORT,
        ..sender
    };
    let report = check_with(builder.faults(faults), &sender, &message(), &[expected]);
    assert_eq!(report.sessions[0].ended, Some(Ended::ByClient), "{report}");
}

#[test]
fn a_message_is_delivered_as_it_is() {
    let report = check([], "delivered: 250 2.0.0 accepted as 1");
    assert_eq!(report.mail[0].content, b"Subject: x\r\n\r\n.x\r\ny\r\n");
    assert_eq!(report.mail[0].parameters, ["SIZE=21"]);
    assert_eq!(report.sessions[0].ended, Some(Ended::ByServer));
}

#[test]
fn replies_count_by_their_first_digit() {
    let at = |stage, reply: &str| [Fault::at(stage).reply(reply)];
    check(at(Stage::Greeting, "421 busy"), "deferred at greeting: 421");
    check(at(Stage::Greeting, "554 no"), "refused at greeting: 554");
    check(at(Stage::Greeting, "220-a\n220-b\n220 c"), "delivered");
    check(at(Stage::Greeting, "220"), "delivered");
    check(at(Stage::Ehlo, "550 no"), "refused at EHLO: 550");
    check(at(Stage::Mail, "451 later"), "deferred at MAIL: 451");
    check(at(Stage::Rcpt, "550 nobody"), "refused at RCPT: 550 nobody");
    check(at(Stage::Rcpt, "251 will forward"), "delivered");
    check(at(Stage::Rcpt, "354 go on"), "no sense at RCPT");
    check(at(Stage::Rcpt, "552 too many"), "deferred at RCPT: 552");
    check(at(Stage::Data, "250 ok"), "no sense at DATA");
    check(at(Stage::Data, "554 no"), "refused at DATA: 554");
    check(at(Stage::Body, "452 full"), "deferred at content: 452");
    check(at(Stage::Body, "200 what"), "delivered: 200 what");
    check(at(Stage::Quit, "500 what"), "delivered");
}

#[test]
fn what_is_no_reply_is_no_delivery() {
    let raw = |bytes: &[u8]| [Fault::at(Stage::Body).raw(bytes)];
    check(
        raw(b"hello there\r\n"),
        "no sense at content: it is no SMTP reply",
    );
    check(
        raw(b"250-a\r\n550 b\r\n"),
        "no sense at content: its lines have",
    );
    check(raw(b"250 ok\r\n250 ok\r\n"), "delivered");
    check(raw(b"250 ok\n"), "delivered");
    check(
        [Fault::at(Stage::Body).close()],
        "lost at content: the server closed",
    );
    check([Fault::at(Stage::Quit).reset()], "delivered");
    // The rest answers the next command, and nothing can be believed any more.
    let early = Fault::at(Stage::Ehlo)
        .inside_tls()
        .raw("250 x\r\n250 y\r\n");
    check([early], "no sense at MAIL: the server answered before");
    let endless = b"250-KEYWORD\r\n".repeat(10_000);
    let endless = Fault::at(Stage::Ehlo).in_clear().raw(endless);
    check([endless], "no sense at EHLO: it is too long");
}

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
fn no_wait_is_endless() {
    let every = Duration::from_millis(200);
    let stall = |stage| [Fault::at(stage).stall()];
    check_in_vain(
        stall(Stage::Greeting),
        "lost at greeting: no answer within 1s",
    );
    check_in_vain(stall(Stage::Body), "lost at content: no answer within 1s");
    let silence = Fault::at(Stage::Handshake).handshake(HandshakeFault::Silence);
    check_in_vain([silence], "no TLS: no answer within 1s");
    // A reply counts as a whole: octets that trickle in do not stretch the time.
    let trickle = Fault::at(Stage::Ehlo).drip(1, every);
    check_in_vain([trickle], "lost at EHLO: no answer within 1s, but for `250");
    let no_end = Fault::at(Stage::Ehlo).raw("250-a\r\n250-STARTTLS\r\n");
    check_in_vain(
        [no_end],
        "lost at EHLO: no answer within 1s, but for `250-a\\r\\n250-",
    );
}

#[test]
fn a_drip_is_waited_for() {
    let drip = Fault::at(Stage::Any).drip(16, Duration::from_millis(1));
    check([drip], "delivered");
}

#[test]
fn a_server_that_does_not_read_is_left() {
    let server = MockServer::script(|wire| {
        wire.reply("220 mx.test");
        for reply in ["250 mx.test", "250 ok", "250 ok", "354 go on"] {
            let _ = wire.line();
            wire.reply(reply);
        }
        wire.wait(Duration::from_secs(600));
    });
    let sender = Sender {
        time_out: SHORT,
        ..Sender::in_clear()
    };
    let large = Message::new("a@x.test", ["bob@x.test"], vec![b'a'; 16 << 20]);
    let sent = sender.send(server.addr(), &large);
    let _ = server.stop();
    let told = sent.attempts[0].to_string();
    assert!(
        told.starts_with("lost at content: no answer within 1s"),
        "{told}"
    );
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

#[test]
fn helo_will_do_where_tls_is_not_to_come() {
    let unknown = || Fault::at(Stage::Ehlo).matching("EHLO").reply("500 what");
    let builder = MockServer::builder().fault(unknown());
    check_with(builder, &Sender::in_clear(), &message(), &["delivered"]);
    let (builder, sender) = starttls();
    let inside = Fault::at(Stage::Ehlo).matching("EHLO").inside_tls();
    let builder = builder.fault(inside.reply("500 what"));
    let report = check_with(builder, &sender, &message(), &["delivered"]);
    assert!(report.mail[0].parameters.is_empty());
}

#[test]
fn extensions_are_used_where_they_are_offered() {
    let umlauts = Message::new("ä@x.test", ["bob@x.test"], "Subject: x\n\nü");
    let (builder, sender) = starttls();
    let sender = Sender {
        chunking: true,
        ..sender
    };
    let report = check_with(builder, &sender, &umlauts, &["delivered"]);
    assert_eq!(
        report.mail[0].parameters,
        ["SIZE=18", "SMTPUTF8", "BODY=8BITMIME"]
    );
    assert_eq!(report.mail[0].text(), "Subject: x\r\n\r\nü\r\n");
    let said = report.sessions[0].transcript.from_client();
    assert!(
        String::from_utf8_lossy(&said).contains("BDAT 18 LAST\r\n"),
        "{report}"
    );

    let without = |keyword: &str, expected: &str| {
        let (builder, sender) = starttls();
        let builder = builder.fault(Fault::at(Stage::Ehlo).hide(keyword));
        check_with(builder, &sender, &umlauts, &[expected]);
    };
    without("SMTPUTF8", "not sent: the server does not offer SMTPUTF8");
    without("8BITMIME", "not sent: the server does not offer 8BITMIME");
    without("CHUNKING", "delivered");
}

#[test]
fn what_is_deferred_is_tried_once_more() {
    let again = |fault: Fault, to: &[&str], expected: &[&str]| {
        let (builder, sender) = starttls();
        let sender = Sender {
            retry: true,
            ..sender
        };
        let message = Message::new("a@x.test", to.iter().copied(), "x");
        check_with(builder.fault(fault), &sender, &message, expected)
    };
    let two = ["bob@x.test", "carol@x.test"];
    let greylisted = || Fault::at(Stage::Rcpt).reply("451 4.7.1 greylisted");
    let report = again(
        greylisted().at_most(2),
        &two,
        &["deferred at RCPT", "delivered"],
    );
    assert_eq!(report.mail[0].to, two);
    // Whoever was taken is not written to twice.
    let report = again(greylisted().once(), &two, &["delivered", "delivered"]);
    let to: Vec<&[String]> = report.mail.iter().map(|mail| mail.to.as_slice()).collect();
    assert_eq!(to, [["carol@x.test"], ["bob@x.test"]]);
    again(
        greylisted(),
        &two,
        &["deferred at RCPT", "deferred at RCPT"],
    );
    let unknown = Fault::at(Stage::Rcpt).reply("550 nobody").at_most(1);
    again(unknown, &two[..1], &["refused at RCPT"]);
    let busy = Fault::at(Stage::Greeting).reply("421 busy").once();
    again(busy, &two, &["deferred at greeting", "delivered"]);
    let not_now = Fault::at(Stage::StartTls).reply("454 not now").once();
    again(not_now, &two, &["deferred at STARTTLS", "delivered"]);
}
