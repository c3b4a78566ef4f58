//! The server without faults, by its RFCs.

use mailfault::{Auth, Fault, Limits, MockServer, Outcome, Persona, Stage};

use crate::raw_client::RawClient;

/// Plays a dialogue: each line, and how the reply to it must begin. A line may hold several
/// commands, whose replies are then read one by one: `"A\r\nB"` with `"250|250"`.
#[track_caller]
fn check(server: MockServer, dialogue: &[(&str, &str)]) -> mailfault::Report {
    let mut client = RawClient::greeted(server.addr());
    for (line, replies) in dialogue {
        client.send(format!("{line}\r\n"));
        for expected in replies.split('|').filter(|expected| !expected.is_empty()) {
            let reply = client.reply();
            assert!(
                reply.starts_with(expected),
                "{line:?}: {reply:?}, not {expected:?}"
            );
        }
    }
    drop(client);
    server.finish()
}

const EHLO: (&str, &str) = ("EHLO c.test", "250");
const MAIL: (&str, &str) = ("MAIL FROM:<a@a.test>", "250 2.1.0");
const RCPT: (&str, &str) = ("RCPT TO:<b@b.test>", "250 2.1.5");

/// RFC 5321 §4.1.4.
#[test]
fn commands_out_of_order_are_refused() {
    check(
        MockServer::start(),
        &[
            ("MAIL FROM:<a@a.test>", "503 5.5.1"),
            ("HELO c.test", "250 mx.test"),
            ("RCPT TO:<b@b.test>", "503 5.5.1"),
            ("DATA", "503 5.5.1"),
            MAIL,
            MAIL_TWICE,
            ("DATA", "503 5.5.1"),
            RCPT,
            ("RSET", "250 2.0.0"),
            ("RCPT TO:<b@b.test>", "503"),
            MAIL,
            EHLO, // ends the transaction, RFC 5321 §4.1.4
            ("RCPT TO:<b@b.test>", "503"),
        ],
    );
}

const MAIL_TWICE: (&str, &str) = ("MAIL FROM:<a@a.test>", "503 5.5.1");

/// RFC 5321 §4.1.1, §4.3.2, §7.3.
#[test]
fn other_commands_are_answered() {
    check(
        MockServer::start(),
        &[
            EHLO,
            ("NOOP", "250 2.0.0"),
            ("NOOP ignored", "250 2.0.0"),
            ("VRFY postmaster", "252 2.5.2"),
            ("EXPN list", "252 2.5.2"),
            ("HELP", "214 2.0.0"),
            ("FOO", "500 5.5.2"),
            ("", "500 5.5.2"),
            ("EHLO", "501 5.5.4"),
            ("DATA x", "501 5.5.4"),
            ("MAIL FROM a", "501 5.5.4"),
            ("MAIL FROM:<a", "501 5.1.3"),
            ("STARTTLS", "502 5.5.1"),
            ("quit", "221 2.0.0"),
        ],
    );
}

#[test]
fn a_message_arrives_as_it_was_sent() {
    let report = check(
        MockServer::start(),
        &[
            EHLO,
            ("MAIL FROM:<> SIZE=20 BODY=8BITMIME RET=HDRS ENVID=x", "250"),
            ("RCPT TO:<postmaster> NOTIFY=NEVER", "250"),
            ("RCPT TO:<\"b c\"@b.test> ORCPT=rfc822;x", "250"),
            ("DATA", "354"),
            ("Subject: hi\r\n\r\n..dot\r\n.", "250 2.0.0 accepted as 1"),
            ("QUIT", "221"),
        ],
    );
    let mail = &report.mail[0];
    assert_eq!(mail.from, "");
    assert_eq!(mail.to, ["postmaster", "\"b c\"@b.test"]);
    assert_eq!(
        mail.parameters,
        ["SIZE=20", "BODY=8BITMIME", "RET=HDRS", "ENVID=x"]
    );
    assert_eq!(
        mail.recipient_parameters,
        [["NOTIFY=NEVER"], ["ORCPT=rfc822;x"]]
    );
    assert_eq!(mail.content, b"Subject: hi\r\n\r\n.dot\r\n");
    assert_eq!(mail.subject().as_deref(), Some("hi"));
    assert_eq!(report.outcome(), Outcome::DeliveredInClear);
    let leaked: Vec<_> = report.sessions[0]
        .in_clear()
        .iter()
        .map(|one| one.what)
        .collect();
    use mailfault::Leak::{Content, Envelope};
    assert_eq!(leaked, [Envelope, Envelope, Envelope, Content]);
}

/// RFC 2920: a whole transaction in one segment, answered in order.
#[test]
fn pipelined_commands_are_answered_in_order() {
    let report = check(
        MockServer::start(),
        &[
            EHLO,
            (
                "MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nRCPT TO:<bad>\r\nDATA",
                "250 2.1.0|250 2.1.5|501 5.1.3|354",
            ),
            (
                "x\r\n.\r\nMAIL FROM:<c@c.test>\r\nQUIT",
                "250 2.0.0|250 2.1.0|221",
            ),
        ],
    );
    assert_eq!(report.mail.len(), 1);
    let transcript = report.sessions[0].transcript.to_string();
    assert!(!transcript.contains("ahead of replies"), "{transcript}");
}

#[test]
fn sending_ahead_without_pipelining_is_noted() {
    let server = MockServer::builder()
        .fault(Fault::at(Stage::Ehlo).hide("PIPELINING"))
        .start();
    let report = check(server, &[EHLO, ("NOOP\r\nNOOP\r\nNOOP", "250|250|250")]);
    let transcript = report.sessions[0].transcript.to_string();
    assert_eq!(
        transcript.matches("ahead of replies").count(),
        1,
        "{transcript}"
    );
}

/// RFC 3030 §2.
#[test]
fn chunks_make_a_message() {
    let report = check(
        MockServer::start(),
        &[
            EHLO,
            ("BDAT 3 LAST\r\nabc", "503|500"), // the octets are read, then the CRLF is a line
            MAIL,
            ("BDAT 1\r\na", "503|500"),
            RCPT,
            ("BDAT 8\r\nab\r\n.\r\nc", "250 2.0.0 8 octets|500"),
            ("RCPT TO:<c@c.test>", "503"),
            ("DATA", "503"),
            ("BDAT 0 LAST", "250 2.0.0 accepted"),
            ("BDAT x", "501 5.5.4"),
            ("BDAT 99999999999999999999", "501 5.5.4"),
        ],
    );
    assert_eq!(report.mail[0].content, b"ab\r\n.\r\nc");
}

#[test]
fn chunks_are_refused_where_they_were_not_offered() {
    let server = MockServer::builder()
        .fault(Fault::at(Stage::Ehlo).hide("CHUNKING"))
        .start();
    let report = check(
        server,
        &[EHLO, MAIL, RCPT, ("BDAT 4 LAST\r\nQUIT", "502 5.5.1|500")],
    );
    assert!(report.mail.is_empty());
}

/// RFC 5321 §4.1.1.11, RFC 1870, RFC 6152, RFC 6531, RFC 3461.
#[test]
fn parameters_are_taken_only_where_their_extension_was_offered() {
    #[track_caller]
    fn refused(hidden: &str, line: &str, reply: &str) {
        let server = MockServer::builder()
            .fault(Fault::at(Stage::Ehlo).hide(hidden))
            .start();
        check(server, &[EHLO, (line, reply)]);
        check(MockServer::start(), &[EHLO, (line, "250")]);
    }
    refused(
        "SIZE",
        "MAIL FROM:<a@a.test> SIZE=1",
        "555 5.5.4 unsupported parameter SIZE",
    );
    refused(
        "8BITMIME",
        "MAIL FROM:<a@a.test> BODY=8BITMIME",
        "555 5.5.4",
    );
    refused("DSN", "MAIL FROM:<a@a.test> RET=FULL", "555 5.5.4");
    refused("SMTPUTF8", "MAIL FROM:<ä@a.test> SMTPUTF8", "555 5.5.4");
    check(
        MockServer::start(),
        &[
            EHLO,
            ("MAIL FROM:<ä@a.test>", "553 5.6.7"),
            ("MAIL FROM:<a@a.test> BODY=BINARYMIME", "501 5.5.4"),
            ("MAIL FROM:<a@a.test> SIZE=x", "501 5.5.4"),
            (
                "MAIL FROM:<a@a.test> SIZE=99999999999999999999999",
                "501 5.5.4",
            ),
            ("MAIL FROM:<a@a.test> RET=SOME", "501 5.5.4"),
            (
                "MAIL FROM:<a@a.test> XFOO=1",
                "555 5.5.4 unsupported parameter XFOO",
            ),
            MAIL,
            ("RCPT TO:<b@b.test> NOTIFY=SOMETIMES", "501 5.5.4"),
            ("RCPT TO:<ä@b.test>", "553 5.6.7"),
        ],
    );
    // After HELO there are no extensions at all.
    check(
        MockServer::start(),
        &[
            ("HELO c.test", "250"),
            ("MAIL FROM:<a@a.test> SIZE=1", "555"),
        ],
    );
    // A product with private extensions takes their parameters.
    let exchange = MockServer::builder()
        .persona(Persona::exchange_2016())
        .start();
    check(
        exchange,
        &[
            EHLO,
            ("MAIL FROM:<a@a.test> SIZE=1 XOORG=contoso.com", "250"),
        ],
    );
}

/// RFC 4954.
#[test]
fn auth_by_its_rfc() {
    let server = || {
        MockServer::builder().auth(Auth::Accept {
            user: "u".into(),
            password: "p".into(),
        })
    };
    check(
        server().start(),
        &[
            ("AUTH PLAIN AHUAcA==", "503 5.5.1"), // before EHLO
            EHLO,
            ("AUTH PLAIN AHUAeA==", "535 5.7.8"),
            ("AUTH PLAIN", "334 \r\n"),
            ("AHUAcA==", "235 2.7.0"),
            ("AUTH PLAIN AHUAcA==", "503 5.5.1"), // twice
        ],
    );
    check(
        server().start(),
        &[
            EHLO,
            ("AUTH LOGIN", "334 VXNlcm5hbWU6\r\n"),
            ("dQ==", "334 UGFzc3dvcmQ6\r\n"),
            ("eA==", "535 5.7.8"),
            ("AUTH LOGIN dQ==", "334 UGFzc3dvcmQ6"),
            ("cA==", "235 2.7.0"),
        ],
    );
    check(
        server().require_auth().start(),
        &[
            EHLO,
            ("MAIL FROM:<a@a.test>", "530 5.7.0"),
            ("AUTH PLAIN", "334"),
            ("*", "501 5.7.0"),
            ("AUTH PLAIN !", "501 5.5.2"),
            ("AUTH CRAM-MD5", "504 5.5.4"),
            ("AUTH", "501 5.5.4"),
            ("auth plain AHUAcA==", "235"),
            MAIL,
        ],
    );
    check(
        MockServer::builder().auth(Auth::Refuse).start(),
        &[EHLO, ("AUTH PLAIN AHUAcA==", "535")],
    );
    check(MockServer::start(), &[EHLO, ("AUTH PLAIN AHUAcA==", "235")]);
}

#[test]
fn who_is_logged_in_stands_with_the_message() {
    let report = check(
        MockServer::start(),
        &[
            EHLO,
            ("AUTH PLAIN AHUAcA==", "235"),
            MAIL,
            RCPT,
            ("DATA", "354"),
            ("x\r\n.", "250"),
        ],
    );
    assert_eq!(report.mail[0].user.as_deref(), Some("u"));
    assert_eq!(report.outcome(), Outcome::LeakedCredentials);
}

/// RFC 5321 §4.5.3, each bound with the reply of a real server.
#[test]
fn every_bound_has_its_reply() {
    let limited = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        MockServer::builder().limits(limits).start()
    };
    let long = "NOOP ".to_owned() + &"x".repeat(3_000);
    check(
        MockServer::start(),
        &[
            EHLO,
            (&long, "500 5.5.2 line too long, the limit is 2048"),
            ("NOOP", "250"),
        ],
    );
    check(
        limited(|limits| limits.errors = 2),
        &[("FOO", "500"), ("FOO", "500"), ("FOO", "421 4.7.0")],
    );
    check(
        limited(|limits| limits.recipients = 1),
        &[
            EHLO,
            MAIL,
            RCPT,
            (
                "RCPT TO:<c@c.test>",
                "452 4.5.3 too many recipients, the limit is 1",
            ),
        ],
    );
    let report = check(
        limited(|limits| limits.message = 10),
        &[
            ("EHLO c.test", "250"),
            ("MAIL FROM:<a@a.test> SIZE=11", "552 5.3.4"),
            ("MAIL FROM:<a@a.test> SIZE=10", "250"),
            RCPT,
            ("DATA", "354"),
            ("0123456789\r\n.", "552 5.3.4"),
            MAIL,
            RCPT,
            ("BDAT 11 LAST\r\n01234567890", "552 5.3.4|500"),
        ],
    );
    assert!(report.mail.is_empty());
    let ehlo = String::from_utf8(report.sessions[0].transcript.from_server()).unwrap();
    assert!(ehlo.contains("250-SIZE 10\r\n"), "{ehlo}");
}

#[test]
fn a_silent_client_is_told_and_let_go() {
    let limits = Limits {
        idle: std::time::Duration::from_millis(30),
        ..Limits::default()
    };
    let server = MockServer::builder().limits(limits).start();
    let mut client = RawClient::greeted(server.addr());
    assert_eq!(
        client.rest().unwrap(),
        "421 4.4.2 idle for too long, closing\r\n"
    );
    assert_eq!(server.finish().outcome(), Outcome::Hung);
}

#[test]
fn a_session_that_lasts_too_long_is_told_and_let_go() {
    let limits = Limits {
        session: std::time::Duration::from_millis(50),
        ..Limits::default()
    };
    let server = MockServer::builder().limits(limits).start();
    let mut client = RawClient::greeted(server.addr());
    let last =
        std::iter::repeat_with(|| client.say("NOOP")).find(|reply| !reply.starts_with("250"));
    assert_eq!(
        last.as_deref(),
        Some("421 4.4.2 session lasted too long, closing\r\n")
    );
    drop(client);
    assert_eq!(server.finish().outcome(), Outcome::Hung);
}

#[test]
fn too_many_sessions_are_told_so() {
    let limits = Limits {
        concurrent: 1,
        ..Limits::default()
    };
    let server = MockServer::builder().limits(limits).start();
    let first = RawClient::greeted(server.addr());
    let mut second = RawClient::connect(server.addr());
    assert!(second.rest().unwrap().starts_with("421 4.3.2"));
    drop(first);
    server.finish();
}

#[test]
fn a_bare_lf_is_refused_and_noted_and_a_product_may_take_it() {
    let server = MockServer::start();
    let mut client = RawClient::greeted(server.addr());
    client.send("NOOP\n");
    assert!(
        client
            .reply()
            .starts_with("500 5.5.2 line does not end in CRLF")
    );
    drop(client);
    let transcript = server.finish().sessions[0].transcript.to_string();
    assert!(
        transcript.contains("C: NOOP\\n\n-- the line above ends in a bare LF"),
        "{transcript}"
    );

    let mut persona = Persona::plain();
    persona.accepts_bare_lf = true;
    let server = MockServer::builder().persona(persona).start();
    let mut client = RawClient::greeted(server.addr());
    client.send("NOOP\n");
    assert!(client.reply().starts_with("250"));
}

#[test]
fn background_mail_is_waited_for() {
    let server = MockServer::start();
    let addr = server.addr();
    let client = std::thread::spawn(move || {
        let mut client = RawClient::helloed(addr);
        for line in [
            "MAIL FROM:<a@a.test>",
            "RCPT TO:<b@b.test>",
            "DATA",
            "x\r\n.",
        ] {
            client.say(line);
        }
    });
    let mail = server.wait_for_mail(1, std::time::Duration::from_secs(20));
    assert_eq!(mail[0].to, ["b@b.test"]);
    client.join().unwrap();
    server.finish();
}

#[test]
#[should_panic(expected = "0 of 1 messages came within 1ms")]
fn mail_that_does_not_come_fails_the_test() {
    let server = MockServer::start();
    let _ = server.wait_for_mail(1, std::time::Duration::from_millis(1));
}

#[test]
fn a_script_holds_a_conversation_by_hand() {
    let server = MockServer::script(|wire| {
        wire.reply("220 odd");
        wire.expect("ehlo");
        wire.send(b"250-odd\r\n250 STARTTLS\n");
        assert_eq!(wire.line().as_deref(), Some("DATA"));
        wire.reply("354 go");
        assert_eq!(wire.content().unwrap(), b".x\r\n");
        wire.reply("250 ok");
        assert_eq!(wire.line(), None);
    });
    let mut client = RawClient::connect(server.addr());
    assert_eq!(client.reply(), "220 odd\r\n");
    assert_eq!(client.say("EHLO c.test"), "250-odd\r\n250 STARTTLS\n");
    assert_eq!(client.say("DATA"), "354 go\r\n");
    assert_eq!(client.say("..x\r\n."), "250 ok\r\n");
    drop(client);
    assert_eq!(server.finish().sessions.len(), 1);
}

#[test]
#[should_panic(expected = "expected `QUIT`, and the client said `NOOP`")]
fn a_script_that_expected_otherwise_fails_the_test() {
    let server = MockServer::script(|wire| {
        wire.expect("QUIT");
    });
    let mut client = RawClient::connect(server.addr());
    client.send("NOOP\r\n");
    assert_eq!(client.rest().unwrap(), "");
    server.finish();
}

/// A script that waits for a client that never speaks ends with its server.
#[test]
fn a_script_ends_with_its_server() {
    let server = MockServer::script(|wire| while wire.line().is_some() {});
    let client = RawClient::connect(server.addr());
    let report = server.stop();
    assert_eq!(report.outcome(), Outcome::Hung);
    drop(client);
}

/// A client that holds its connection open cannot hold up the end of a test.
#[test]
fn an_open_session_does_not_hold_up_the_end() {
    let server = MockServer::builder()
        .patience(std::time::Duration::from_millis(10))
        .start();
    let client = RawClient::helloed(server.addr());
    let report = server.finish();
    assert_eq!(report.sessions[0].ended, Some(mailfault::Ended::StillOpen));
    assert_eq!(report.outcome(), Outcome::Hung);
    drop(client);
}
