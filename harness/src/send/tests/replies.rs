//! What the server says, and what the client makes of it.

use super::*;
use crate::fault::{Fault, Stage};
use crate::report::Ended;
use crate::server::MockServer;

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
fn extensions_are_used_where_they_are_offered() {
    let umlauts = Message::new("ä@x.test", ["bob@x.test"], "Subject: x\n\nü");
    let (builder, sender) = starttls();
    let sender = Sender {
        chunks: 1,
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
