//! Bytes that no client should send: no panic, no hang, bounded memory.

use std::time::Duration;

use mailfault::{Ca, Limits, MockServer, Report};
use proptest::prelude::*;

use crate::raw_client::{RawClient, client_config};

/// Sends bytes, ends the sending side, and reads to the end. A panic of the server's thread
/// would leave the session open.
#[track_caller]
fn check(bytes: &[u8]) -> Report {
    let server = MockServer::builder()
        .starttls(Ca::new().issue("mx.test"))
        .start();
    let mut client = RawClient::connect(server.addr());
    client.send(bytes);
    client.half_close();
    // A reset is an answer too: the server may close while bytes are on their way.
    let _ = client.rest();
    drop(client);
    let report = server.finish();
    let ended = report.sessions[0].ended;
    assert!(
        ended.is_some() && ended != Some(mailfault::Ended::StillOpen),
        "{report}"
    );
    report
}

#[test]
fn a_corpus_of_bad_bytes_is_survived() {
    let corpus: &[&[u8]] = &[
        b"",
        b"\n",
        b"\r",
        b"\r\r\r\n",
        b"\0\0\0\0\r\n",
        b"EHLO",
        b"EHLO x",
        b"EHLO x\rQUIT\r\n",
        b"EHLO x\nMAIL FROM:<a@b>\n",
        b"EHLO \xff\xfe\r\n",
        b"EHLO x\r\nMAIL FROM:<\xff@b>\r\n",
        b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n",
        b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\n.\r.\r\n\r\n.",
        b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nBDAT 18446744073709551615\r\nx",
        b"EHLO x\r\nBDAT 5\r\nab",
        b"EHLO x\r\nSTARTTLS\r\n\x16\x03\x01\xff\xff",
        b"EHLO x\r\nSTARTTLS\r\n\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
        b"EHLO x\r\nSTARTTLS\r\n\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"AUTH PLAIN\r\n\0\0\0\r\n",
        b"EHLO x\r\nAUTH LOGIN\r\n=\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ];
    for bytes in corpus {
        check(bytes);
    }
}

#[test]
fn a_line_of_ten_megabytes_is_refused_in_bounded_memory() {
    let mut bytes = b"EHLO x\r\n".to_vec();
    bytes.resize(10 * 1024 * 1024, b'a');
    bytes.extend(b"\r\nQUIT\r\n");
    let report = check(&bytes);
    let transcript = &report.sessions[0].transcript;
    let from_server = String::from_utf8(transcript.from_server()).unwrap();
    assert!(
        from_server.contains("500 5.5.2 line too long"),
        "{from_server}"
    );
    assert!(from_server.ends_with("221 2.0.0 bye\r\n"), "{from_server}");
    assert!(transcript.from_client().len() < 8 * 1024);
}

#[test]
fn a_line_without_an_end_is_kept_in_bounded_memory() {
    let report = check(&vec![b'a'; 10 * 1024 * 1024]);
    assert!(report.sessions[0].transcript.from_client().len() < 8 * 1024);
}

#[test]
fn a_message_over_the_limit_is_read_and_not_kept() {
    let limits = Limits {
        message: 1_000,
        ..Limits::default()
    };
    let server = MockServer::builder().limits(limits).start();
    let mut client = RawClient::helloed(server.addr());
    client.say("MAIL FROM:<a@a.test>");
    client.say("RCPT TO:<b@b.test>");
    client.say("DATA");
    client.send(vec![b'a'; 10 * 1024 * 1024]);
    assert!(client.say("\r\n.").starts_with("552"));
    drop(client);
    assert!(server.finish().mail.is_empty());
}

#[test]
fn a_talkative_session_has_a_bounded_transcript() {
    let limits = Limits {
        transcript: 10_000,
        ..Limits::default()
    };
    let server = MockServer::builder().limits(limits).start();
    let mut client = RawClient::helloed(server.addr());
    for _ in 0..1_000 {
        client.say("NOOP");
    }
    drop(client);
    let transcript = &server.finish().sessions[0].transcript;
    assert!(transcript.events().len() < 200);
    assert!(transcript.to_string().contains("events left out"));
}

#[test]
fn more_sessions_and_mail_than_are_kept_are_counted() {
    let limits = Limits {
        kept_sessions: 3,
        kept_mail: 10,
        ..Limits::default()
    };
    let server = MockServer::builder().limits(limits).start();
    for _ in 0..5 {
        let mut client = RawClient::helloed(server.addr());
        for line in [
            "MAIL FROM:<a@a.test>",
            "RCPT TO:<b@b.test>",
            "DATA",
            "12345\r\n.",
            "QUIT",
        ] {
            client.say(line);
        }
    }
    let report = server.finish();
    assert_eq!(report.sessions.len(), 3);
    assert_eq!(report.sessions[0].number, 3);
    assert_eq!(report.mail.len(), 1);
    assert_eq!(report.forgotten, 2 + 4);
}

#[test]
fn a_client_that_reads_nothing_is_let_go() {
    let limits = Limits {
        idle: Duration::from_millis(100),
        errors: usize::MAX,
        ..Limits::default()
    };
    let server = MockServer::builder().limits(limits).start();
    let mut client = RawClient::connect(server.addr());
    // The replies fill every buffer between the two, and the server stops reading; bounded by
    // its patience with a peer that takes nothing.
    let lines = b"HELP\r\n".repeat(100_000);
    for _ in 0..20 {
        client.send(&lines);
    }
    drop(client);
    server.finish();
}

/// Inside TLS the same bytes are met by the same bounds.
#[test]
fn bad_bytes_inside_tls_are_survived() {
    let ca = Ca::new();
    let server = MockServer::builder().starttls(ca.issue("mx.test")).start();
    let mut client = RawClient::inside_tls(server.addr(), ca.der());
    client.send(vec![b'a'; 1024 * 1024]);
    client.send(b"\0\n\r\r\n");
    assert!(client.reply().starts_with("500"));
    drop(client);
    server.finish();
}

/// A TLS connection whose socket is cut, or into which somebody writes in clear.
#[test]
fn a_tls_connection_that_breaks_is_told() {
    let ca = Ca::new();
    let server = MockServer::builder()
        .implicit_tls(ca.issue("mx.test"))
        .start();
    let client = RawClient::connect(server.addr())
        .tls(client_config(ca.der()))
        .unwrap();
    let RawClient::Tls(stream) = client else {
        unreachable!()
    };
    let (_, socket) = stream.into_parts();
    let mut socket = RawClient::Clear(socket);
    socket.send(b"QUIT\r\n in clear");
    let _ = socket.rest();
    drop(socket);
    let session = &server.finish().sessions[0];
    assert!(
        session.transcript.to_string().contains("TLS failed"),
        "{session}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        check(&bytes);
    }

    /// Words of the protocol in any order reach further than chance bytes do.
    #[test]
    fn any_words_are_survived(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        check(&words.concat());
    }

    /// Broken handshakes, at every depth.
    #[test]
    fn any_handshake_is_survived(tail in prop::collection::vec(any::<u8>(), 0..600), length in any::<u16>()) {
        let mut bytes = b"EHLO x\r\nSTARTTLS\r\n".to_vec();
        // The server throws away what comes with STARTTLS; a second write follows it.
        let server = MockServer::builder().starttls(Ca::new().issue("mx.test")).start();
        let mut client = RawClient::connect(server.addr());
        client.send(&bytes);
        for _ in 0..3 {
            client.reply();
        }
        bytes = [&[22, 3, 1], &length.to_be_bytes()[..], &[1, 0], &length.to_be_bytes()[..], &tail].concat();
        client.send(&bytes);
        client.half_close();
        let _ = client.rest();
        drop(client);
        let report = server.finish();
        prop_assert!(report.sessions[0].tls.is_none());
    }
}

const WORDS: &[&[u8]] = &[
    b"EHLO x\r\n",
    b"HELO x\r\n",
    b"MAIL FROM:<a@b.c>\r\n",
    b"RCPT TO:<a@b.c>\r\n",
    b"DATA\r\n",
    b".\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b".",
    b"BDAT 3\r\n",
    b"BDAT 0 LAST\r\n",
    b"abc",
    b"RSET\r\n",
    b"AUTH PLAIN\r\n",
    b"AUTH LOGIN dQ==\r\n",
    b"*\r\n",
    b"AHUAcA==\r\n",
    b"NOOP",
    b"QUIT",
    b"STARTTLS",
    b"\0",
    b"\xff",
    b" ",
    b"MAIL FROM:<",
    b">",
];
