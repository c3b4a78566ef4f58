//! Each tampering, line by line.

use std::time::{Duration, Instant};

use mailfault::intercept::{
    Bounds, Break, Builder, Change, Crossing, Interceptor, Tampering, Unknown,
};
use mailfault::{Ca, Ended, Identity, MockServer, Outcome, Report, Stage};

use crate::raw_client::RawClient;

/// What a box and the server behind it saw of one client.
struct Seen {
    crossing: Crossing,
    server: Report,
}

fn identity() -> Identity {
    Ca::new().issue("mx.test")
}

/// A client talks to a server with STARTTLS through this box.
#[track_caller]
fn through(tampered: impl FnOnce(Builder) -> Builder, client: impl FnOnce(&mut RawClient)) -> Seen {
    let server = MockServer::builder().starttls(identity()).start();
    let interceptor = tampered(Interceptor::before(server.addr())).start();
    let mut connection = RawClient::connect(interceptor.addr());
    client(&mut connection);
    drop(connection);
    let mut sessions = interceptor.finish().sessions;
    assert_eq!(sessions.len(), 1);
    Seen {
        crossing: sessions.remove(0),
        server: server.finish(),
    }
}

/// Each line that the client says, and how the reply to it begins.
#[track_caller]
fn talk(client: &mut RawClient, lines: &[(&str, &str)]) {
    for (line, reply) in lines {
        let heard = match *line {
            "" => client.reply(),
            line => client.say(line),
        };
        assert!(heard.starts_with(reply), "{line}: {heard:?}, not {reply:?}");
    }
}

const MESSAGE: [(&str, &str); 5] = [
    ("MAIL FROM:<a@a.test>", "250"),
    ("RCPT TO:<b@b.test>", "250"),
    ("DATA", "354"),
    ("Subject: x\r\n\r\nSTARTTLS\r\n..\r\nQUIT\r\n.", "250"),
    ("QUIT", "221"),
];

#[test]
fn a_box_that_is_told_nothing_changes_nothing() {
    let seen = through(
        |it| it,
        |client| {
            talk(client, &[("", "220 "), ("EHLO c.test", "250-")]);
            talk(client, &MESSAGE);
            assert_eq!(client.rest().unwrap(), "");
        },
    );
    assert!(seen.crossing.changes.is_empty());
    assert_eq!(
        seen.server.mail[0].content,
        b"Subject: x\r\n\r\nSTARTTLS\r\n.\r\nQUIT\r\n"
    );
    let (client, server) = (&seen.crossing.client, &seen.crossing.server);
    assert_eq!(
        client.transcript.from_client(),
        server.transcript.from_client()
    );
    assert_eq!(
        client.transcript.from_server(),
        server.transcript.from_server()
    );
    let own = &seen.server.sessions[0].transcript;
    assert_eq!(server.transcript.from_client(), own.from_client());
    assert_eq!(server.transcript.from_server(), own.from_server());
    assert_eq!(
        (server.ended, client.ended),
        (Some(Ended::ByServer), Some(Ended::ByServer))
    );
}

#[test]
fn starttls_is_deleted_and_refused_all_the_same() {
    let seen = through(Builder::delete_starttls, |client| {
        talk(client, &[("", "220 ")]);
        assert!(!client.say("EHLO c.test").contains("STARTTLS"));
        talk(
            client,
            &[("STARTTLS", "502 "), ("NOOP", "250 "), ("QUIT", "221")],
        );
    });
    assert!(
        !seen.server.sessions[0]
            .transcript
            .to_string()
            .contains("C: STARTTLS")
    );
    assert!(
        matches!(&seen.crossing.changes[0], Change::Reply { at: Stage::Ehlo, was, .. } if was.contains("STARTTLS"))
    );
    assert!(
        matches!(&seen.crossing.changes[1], Change::Answered { command, .. } if command == "STARTTLS")
    );
}

#[test]
fn starttls_that_was_masked_is_masked_again_when_it_is_sent() {
    let seen = through(Builder::mask_starttls, |client| {
        talk(client, &[("", "220 ")]);
        let heard = client.say("EHLO c.test");
        assert!(
            heard.contains("XXXXXXXA\r\n") && !heard.contains("STARTTLS"),
            "{heard}"
        );
        talk(client, &[("STARTTLS", "500 "), ("QUIT", "221")]);
    });
    assert!(
        seen.server.sessions[0]
            .transcript
            .to_string()
            .contains("C: XXXXXXXX\n")
    );
    let told = |leg: &mailfault::intercept::Leg| leg.transcript.from_server().len();
    assert_eq!(
        told(&seen.crossing.client),
        told(&seen.crossing.server),
        "in place"
    );
}

#[test]
fn starttls_that_was_hidden_may_pass() {
    let seen = through(
        |it| it.delete_starttls().hidden_starttls(Unknown::Pass),
        |client| {
            talk(
                client,
                &[("", "220 "), ("EHLO c.test", "250"), ("STARTTLS", "220 ")],
            )
        },
    );
    assert!(
        seen.server.sessions[0]
            .transcript
            .to_string()
            .contains("C: STARTTLS")
    );
}

#[test]
fn a_refused_ehlo_makes_clients_say_helo() {
    let seen = through(
        |it| it.refuse_ehlo("502 5.5.1 command not implemented"),
        |client| {
            talk(
                client,
                &[
                    ("", "220 "),
                    ("EHLO c.test", "502 5.5.1 "),
                    ("HELO c.test", "250 "),
                ],
            );
            talk(client, &MESSAGE);
        },
    );
    assert!(
        !seen.server.sessions[0]
            .transcript
            .to_string()
            .contains("EHLO")
    );
    assert_eq!(seen.server.sessions[0].outcome(), Outcome::DeliveredInClear);
}

#[test]
fn a_banner_is_masked_in_place() {
    let seen = through(Builder::mask_banner, |client| {
        let banner = client.reply();
        assert!(banner.starts_with("220 ***"), "{banner}");
        assert!(
            banner.bytes().all(|octet| b"20 *\r\n".contains(&octet)),
            "{banner}"
        );
        talk(client, &[("QUIT", "221")]);
    });
    let own = seen.server.sessions[0].transcript.from_server();
    let client = seen.crossing.client.transcript.from_server();
    assert_eq!(own.len(), client.len());
}

#[test]
fn starttls_is_offered_and_refused() {
    let seen = through(
        |it| it.refuse_starttls("454 4.3.3 TLS not available"),
        |client| {
            talk(client, &[("", "220 ")]);
            assert!(client.say("EHLO c.test").contains("STARTTLS"));
            talk(client, &[("STARTTLS", "454 4.3.3 "), ("QUIT", "221")]);
        },
    );
    assert!(
        !seen.server.sessions[0]
            .transcript
            .to_string()
            .contains("C: STARTTLS")
    );
}

#[test]
fn verbs_that_a_pix_does_not_know_are_overwritten() {
    let seen = through(
        |it| it.only_verbs(Tampering::MAILGUARD, Unknown::Mask),
        |client| {
            talk(
                client,
                &[
                    ("", "220 "),
                    ("EHLO c.test", "500 "),
                    ("HELO c.test", "250 "),
                ],
            );
            talk(client, &[("vrfy bob", "500 ")]);
            talk(client, &MESSAGE);
        },
    );
    let heard = seen.server.sessions[0].transcript.to_string();
    assert!(
        heard.contains("C: XXXX c.test\n") && heard.contains("C: XXXX bob\n"),
        "{heard}"
    );
    assert_eq!(seen.server.mail.len(), 1);
}

#[test]
fn verbs_that_are_not_known_may_be_answered_in_their_turn() {
    let answer = Unknown::Answer("500 Command unrecognized".into());
    let seen = through(
        |it| it.only_verbs(Tampering::MAILGUARD, answer),
        |client| {
            talk(client, &[("", "220 "), ("HELO c.test", "250 ")]);
            // Ahead of replies: the box's own comes between those of the server.
            client
                .send("MAIL FROM:<a@a.test>\r\nVRFY x\r\nRCPT TO:<b@b.test>\r\nETRN x\r\nQUIT\r\n");
            let replies: Vec<String> = (0..5).map(|_| client.reply()[..4].to_owned()).collect();
            assert_eq!(replies, ["250 ", "500 ", "250 ", "500 ", "221 "]);
        },
    );
    assert!(
        !seen.server.sessions[0]
            .transcript
            .to_string()
            .contains("VRFY")
    );
}

#[test]
fn mail_in_clear_is_refused_where_tls_is_required() {
    let seen = through(
        |it| it.require_tls("553 This route requires encryption (TLS)"),
        |client| {
            talk(
                client,
                &[
                    ("", "220 "),
                    ("EHLO c.test", "250"),
                    ("MAIL FROM:<a@a.test>", "553 This route "),
                ],
            );
            talk(client, &[("QUIT", "221")]);
        },
    );
    assert!(seen.server.sessions[0].in_clear().is_empty());
}

#[test]
fn behind_the_220_comes_what_is_no_tls() {
    #[track_caller]
    fn check(how: Break, rest: Result<&str, ()>, ended: Ended) {
        let wish = how.clone();
        let seen = through(
            |it| it.break_after_starttls(wish),
            |client| {
                talk(
                    client,
                    &[("", "220 "), ("EHLO c.test", "250"), ("STARTTLS", "220 ")],
                );
                if rest.is_ok() {
                    client.send([22, 3, 1, 0, 5]);
                }
                assert_eq!(client.rest().map_err(|_| ()), rest.map(str::to_owned));
            },
        );
        assert_eq!(seen.crossing.client.ended, Some(ended));
        assert_eq!(seen.crossing.changes, [Change::Broke(how)]);
        assert!(seen.server.sessions[0].tls.is_none());
    }
    check(
        Break::Garbage(b"no TLS\r\n".to_vec()),
        Ok("no TLS\r\n"),
        Ended::ByServer,
    );
    check(Break::Close, Ok(""), Ended::ByServer);
    check(Break::Reset, Err(()), Ended::ByServerReset);
}

#[test]
fn a_word_is_held_back_as_long_as_was_said() {
    const WAIT: Duration = Duration::from_millis(50);
    for (at, before) in [
        (Stage::Connect, ""),
        (Stage::Greeting, ""),
        (Stage::Ehlo, "EHLO c.test"),
        (Stage::StartTls, "EHLO c.test|STARTTLS"),
        (Stage::Mail, "EHLO c.test|MAIL FROM:<a@a.test>"),
        (Stage::Quit, "QUIT"),
    ] {
        let seen = through(
            |it| it.delay(at, WAIT),
            |client| {
                let began = Instant::now();
                assert!(client.reply().starts_with("220"));
                for line in before.split_terminator('|') {
                    assert!(client.say(line).starts_with('2'), "{at}: {line}");
                }
                assert!(began.elapsed() >= WAIT, "{at}");
            },
        );
        assert_eq!(seen.crossing.changes, [Change::Delayed { at, wait: WAIT }]);
    }
}

/// The lower bound of a wait that nobody waits for: the client's leaving ends it.
#[test]
fn a_client_that_leaves_is_not_waited_for() {
    let seen = through(
        |it| {
            it.delay(Stage::Greeting, Duration::from_secs(500))
                .patience(Duration::from_secs(20))
        },
        |_| {},
    );
    assert_eq!(seen.crossing.client.ended, Some(Ended::ByClient));
}

#[test]
fn headers_are_put_in_front_of_content() {
    let templates = ["X-Box: {sender} by {host}{for}"];
    let seen = through(
        |it| it.add_headers(templates).host("box.test"),
        |client| {
            talk(client, &[("", "220 "), ("EHLO c.test", "250")]);
            talk(client, &MESSAGE[..4]);
            // And the same in chunks.
            let chunks = (
                "MAIL FROM:<c@a.test>",
                "BDAT 5\r\nA: b\r",
                "BDAT 1 LAST\r\n\n",
            );
            talk(
                client,
                &[
                    (chunks.0, "250"),
                    ("RCPT TO:<d@b.test>", "250"),
                    ("RCPT TO:<e@b.test>", "250"),
                ],
            );
            client.send(format!("{}{}", chunks.1, chunks.2));
            talk(client, &[("", "250"), ("", "250"), ("QUIT", "221")]);
        },
    );
    let mail = seen.server.mail.iter();
    let contents: Vec<String> = mail.map(|one| one.text().into_owned()).collect();
    assert_eq!(
        contents,
        [
            "X-Box: a@a.test by box.test for <b@b.test>\r\nSubject: x\r\n\r\nSTARTTLS\r\n.\r\nQUIT\r\n",
            "X-Box: c@a.test by box.test\r\nA: b\r\n",
        ]
    );
    assert_eq!(
        seen.server.sessions[0].client.as_deref(),
        Some("box.test"),
        "a station has a name"
    );
}

#[test]
fn the_clients_answers_to_a_challenge_are_no_commands() {
    let answer = Unknown::Answer("500 Command unrecognized".into());
    let server = MockServer::start();
    let interceptor = Interceptor::before(server.addr())
        .only_verbs(["EHLO", "AUTH", "QUIT"], answer)
        .start();
    let mut client = RawClient::greeted(interceptor.addr());
    talk(
        &mut client,
        &[
            ("EHLO c.test", "250"),
            ("AUTH LOGIN", "334"),
            ("bWU=", "334"),
            ("c2VjcmV0", "235"),
        ],
    );
    talk(&mut client, &[("NOOP", "500 "), ("QUIT", "221")]);
    drop(client);
    assert_eq!(interceptor.finish().sessions[0].changes.len(), 1);
    assert_eq!(server.finish().sessions.len(), 1);
}

/// What must be understood is bounded, and its end is clear.
#[test]
fn a_line_that_is_too_long_ends_the_session() {
    let bounds = || Bounds {
        line: 1_000,
        reply: 2_000,
        ..Bounds::default()
    };
    let seen = through(
        |it| it.delete_starttls().bounds(bounds()),
        |client| {
            talk(client, &[("", "220 ")]);
            client.send(vec![b'a'; 200_000]);
            assert!(matches!(client.rest().as_deref(), Ok("") | Err(_)));
        },
    );
    let told = seen.crossing.client.transcript.to_string();
    assert!(
        told.contains("longer than 1000 octets, and the box ends the session"),
        "{told}"
    );

    let server = MockServer::script(|wire| {
        for _ in 0..1_000 {
            wire.reply("220-hello");
        }
    });
    let interceptor = Interceptor::before(server.addr())
        .mask_banner()
        .bounds(bounds())
        .start();
    let mut client = RawClient::connect(interceptor.addr());
    assert!(matches!(client.rest().as_deref(), Ok("") | Err(_)));
    drop(client);
    let report = interceptor.finish();
    assert!(
        report
            .to_string()
            .contains("reply is longer than 2000 octets"),
        "{report}"
    );
}

#[test]
fn a_server_that_is_not_there_is_seen_not_to_be() {
    let server = MockServer::builder().refuse_connections().start();
    let interceptor = Interceptor::before(server.addr()).start();
    let mut client = RawClient::connect(interceptor.addr());
    client.rest().unwrap_err();
    let session = &interceptor.finish().sessions[0];
    assert_eq!(session.server.ended, Some(Ended::ByServerReset));
    assert!(
        session
            .to_string()
            .contains("the server cannot be reached: "),
        "{session}"
    );
}

#[test]
fn more_sessions_than_fit_are_let_go() {
    let server = MockServer::start();
    let bounds = Bounds {
        concurrent: 1,
        ..Bounds::default()
    };
    let interceptor = Interceptor::before(server.addr()).bounds(bounds).start();
    let mut first = RawClient::greeted(interceptor.addr());
    assert!(matches!(
        RawClient::connect(interceptor.addr()).rest().as_deref(),
        Ok("")
    ));
    talk(&mut first, &[("QUIT", "221")]);
    drop(first);
    let report = interceptor.finish();
    assert!(
        report.sessions[1].to_string().contains("too many sessions"),
        "{report}"
    );
}
