//! Every stage × action that makes sense, observed by a client.

use std::time::{Duration, Instant};

use mailfault::HandshakeFault as Break;
use mailfault::Stage::{
    Any, Auth, Body, Chunk, Connect, Data, Ehlo, Greeting, Handshake, Mail, Quit, Rcpt, StartTls,
};
use mailfault::{At, Ca, Ended, Fault, MockServer, Outcome, Report, Stage, TlsVersion};

use crate::raw_client::{RawClient, client_builder, client_config};

/// The stages at which a reply is due.
const WITH_REPLY: [Stage; 11] = [
    Greeting, Ehlo, StartTls, Auth, Mail, Rcpt, Data, Chunk, Body, Quit, Any,
];

/// What a client says to bring a session to a stage, and what brings the reply of that stage.
fn way_to(stage: Stage) -> (&'static [&'static str], &'static str) {
    const MAIL: &str = "MAIL FROM:<a@a.test>";
    const RCPT: &str = "RCPT TO:<b@b.test>";
    match stage {
        Connect | Greeting => (&[], ""),
        Ehlo => (&[], "EHLO c.test\r\n"),
        StartTls => (&["EHLO c.test"], "STARTTLS\r\n"),
        // The stage comes with the ClientHello; a plain line is taken for a bad one.
        Handshake => (&["EHLO c.test", "STARTTLS"], "no hello"),
        Auth => (&["EHLO c.test"], "AUTH PLAIN AHUAcA==\r\n"),
        Mail => (&["EHLO c.test"], "MAIL FROM:<a@a.test>\r\n"),
        Rcpt => (&["EHLO c.test", MAIL], "RCPT TO:<b@b.test>\r\n"),
        Data => (&["EHLO c.test", MAIL, RCPT], "DATA\r\n"),
        Chunk => (&["EHLO c.test", MAIL, RCPT], "BDAT 1\r\nx"),
        Body => (&["EHLO c.test", MAIL, RCPT, "DATA"], "x\r\n.\r\n"),
        Quit => (&["EHLO c.test"], "QUIT\r\n"),
        _ => (&[], "NOOP\r\n"),
    }
}

/// A server with one fault; with TLS where the stage needs it.
fn server(stage: Stage, fault: Fault) -> MockServer {
    let builder = MockServer::builder().fault(fault);
    match stage {
        StartTls | Handshake => builder.starttls(Ca::new().issue("mx.test")).start(),
        _ => builder.start(),
    }
}

/// Brings a client to a stage and sends what is due there.
fn client_at(stage: Stage, server: &MockServer) -> RawClient {
    let mut client = RawClient::connect(server.addr());
    if !matches!(stage, Connect | Greeting) {
        assert!(client.reply().starts_with("220"));
    }
    let (before, now) = way_to(stage);
    for line in before {
        let reply = client.say(line);
        assert!(reply.starts_with(['2', '3']), "{line}: {reply}");
    }
    client.send(now);
    client
}

/// `NOOP` is at no stage but `Any`; there the fault must not hit the greeting.
fn at(stage: Stage) -> At {
    match stage {
        Any => Fault::at(Any).matching("noop"),
        _ => Fault::at(stage),
    }
}

/// Plays a fault at a stage and says what the client saw from there to the end.
fn play(stage: Stage, fault: Fault) -> (std::io::Result<String>, Report) {
    let server = server(stage, fault.once());
    let mut client = client_at(stage, &server);
    let seen = client.rest();
    (seen, server.finish())
}

#[test]
fn close_ends_the_connection_in_good_order_at_every_stage() {
    for stage in WITH_REPLY.into_iter().chain([Connect, Handshake]) {
        let (seen, report) = play(stage, at(stage).close());
        assert_eq!(seen.unwrap(), "", "{stage}");
        assert_eq!(report.sessions[0].ended, Some(Ended::ByServer), "{stage}");
    }
}

#[test]
fn reset_drops_the_connection_at_every_stage() {
    for stage in WITH_REPLY.into_iter().chain([Connect, Handshake]) {
        let (seen, report) = play(stage, at(stage).reset());
        let error = seen.expect_err(stage.name());
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{stage}");
        assert_eq!(
            report.sessions[0].ended,
            Some(Ended::ByServerReset),
            "{stage}"
        );
    }
}

/// The server says nothing, and the session ends when the client leaves.
#[test]
fn stall_says_nothing_at_every_stage_until_the_client_leaves() {
    for stage in WITH_REPLY.into_iter().chain([Connect, Handshake]) {
        let server = server(stage, at(stage).stall().once());
        let mut client = client_at(stage, &server);
        client.half_close();
        assert_eq!(client.rest().unwrap(), "", "{stage}");
        let report = server.finish();
        assert_eq!(report.sessions[0].ended, Some(Ended::ByClient), "{stage}");
    }
}

#[test]
fn delay_comes_before_the_reply_at_every_stage() {
    const WAIT: Duration = Duration::from_millis(30);
    for stage in WITH_REPLY.into_iter().chain([Connect]) {
        let server = server(stage, at(stage).delay(WAIT).once());
        let began = Instant::now();
        let mut client = client_at(stage, &server);
        let reply = client.reply();
        // The lower bound proves that the delay was honoured; there is no upper one.
        assert!(began.elapsed() >= WAIT, "{stage}");
        assert!(reply.starts_with(['2', '3']), "{stage}: {reply}");
        drop(client);
        server.finish();
    }
}

#[test]
fn delay_at_the_handshake_lets_it_succeed_later() {
    const WAIT: Duration = Duration::from_millis(30);
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .fault(Fault::at(Handshake).delay(WAIT).once())
        .start();
    let began = Instant::now();
    let client = RawClient::inside_tls(server.addr(), ca.der());
    assert!(began.elapsed() >= WAIT);
    drop(client);
    assert!(server.finish().sessions[0].tls.is_some());
}

#[test]
fn reply_is_sent_instead_at_every_stage_that_has_one() {
    for stage in WITH_REPLY {
        let server = server(
            stage,
            at(stage).reply("450-4.7.1 not\n450 4.7.1 now").once(),
        );
        let mut client = client_at(stage, &server);
        assert_eq!(
            client.reply(),
            "450-4.7.1 not\r\n450 4.7.1 now\r\n",
            "{stage}"
        );
        drop(client);
        server.finish();
    }
}

#[test]
fn a_421_closes_the_connection_at_every_stage() {
    for stage in WITH_REPLY {
        let (seen, report) = play(stage, at(stage).reply("421 4.3.2 closing"));
        assert_eq!(seen.unwrap(), "421 4.3.2 closing\r\n", "{stage}");
        assert_eq!(report.sessions[0].ended, Some(Ended::ByServer), "{stage}");
    }
}

#[test]
fn raw_bytes_go_out_as_they_are_at_every_stage_that_has_a_reply() {
    for stage in WITH_REPLY {
        let server = server(stage, at(stage).raw(b"2\xff0 odd\n").once());
        let mut client = client_at(stage, &server);
        assert_eq!(client.reply(), "2\u{fffd}0 odd\n", "{stage}");
        drop(client);
        server.finish();
    }
}

#[test]
fn drip_sends_the_whole_reply_in_pieces_at_every_stage_that_has_one() {
    const EVERY: Duration = Duration::from_millis(1);
    for stage in WITH_REPLY {
        let server = server(stage, at(stage).drip(3, EVERY).once());
        let began = Instant::now();
        let mut client = client_at(stage, &server);
        let reply = client.reply();
        let pieces = reply.len().div_ceil(3) as u32;
        assert!(began.elapsed() >= EVERY * pieces, "{stage}");
        assert!(reply.ends_with("\r\n"), "{stage}: {reply}");
        drop(client);
        server.finish();
    }
}

#[test]
fn drip_works_inside_tls_and_ends_with_its_reply() {
    const EVERY: Duration = Duration::from_millis(2);
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .fault(Fault::at(Mail).drip(1, EVERY).once())
        .start();
    let mut client = RawClient::inside_tls(server.addr(), ca.der());
    let began = Instant::now();
    let reply = client.say("MAIL FROM:<a@a.test>");
    assert_eq!(reply, "250 2.1.0 sender ok\r\n");
    assert!(began.elapsed() >= EVERY * reply.len() as u32);
    assert_eq!(
        client.say("RCPT TO:<b@b.test>"),
        "250 2.1.5 recipient ok\r\n"
    );
    drop(client);
    server.finish();
}

/// What is hidden or masked is refused as well; what is concealed works.
#[test]
fn what_is_hidden_from_ehlo_is_refused_and_what_is_concealed_is_not() {
    #[track_caller]
    fn check(fault: Fault, listed: Option<&str>, answer: &str) {
        let server = MockServer::builder()
            .starttls(Ca::new().issue("mx.test"))
            .fault(fault)
            .start();
        let mut client = RawClient::greeted(server.addr());
        let ehlo = client.say("EHLO c.test");
        assert!(!ehlo.contains("STARTTLS"), "{ehlo}");
        if let Some(listed) = listed {
            assert!(ehlo.contains(listed), "{ehlo}");
        }
        let reply = client.say("STARTTLS");
        assert!(reply.starts_with(answer), "{reply}");
        drop(client);
        server.finish();
    }
    check(Fault::at(Ehlo).hide("starttls"), None, "502 5.5.1");
    check(
        Fault::at(Ehlo).mask("STARTTLS"),
        Some("XXXXXXXA"),
        "502 5.5.1",
    );
    check(Fault::at(Ehlo).conceal("STARTTLS"), None, "220 2.0.0");
}

#[test]
fn what_is_added_to_ehlo_is_honoured() {
    let server = MockServer::builder()
        .starttls(Ca::new().issue("mx.test"))
        .fault(Fault::at(Ehlo).in_clear().add("AUTH PLAIN"))
        .start();
    let mut client = RawClient::greeted(server.addr());
    let ehlo = client.say("EHLO c.test");
    assert!(ehlo.ends_with("250 AUTH PLAIN\r\n"), "{ehlo}");
    assert!(client.say("AUTH PLAIN AHUAcA==").starts_with("235"));
    assert!(client.say("QUIT").starts_with("221"));
    let report = server.finish();
    assert_eq!(report.outcome(), Outcome::LeakedCredentials);
    assert_eq!(report.sessions[0].in_clear()[0].text, "AUTH PLAIN AHUAcA==");
}

#[test]
fn a_code_has_its_effect() {
    /// Sends a message; the reply to `line` must begin with `code`.
    #[track_caller]
    fn check(fault: Fault, lines: &[(&str, &str)], delivered: bool) {
        let server = MockServer::builder().fault(fault).start();
        let mut client = RawClient::helloed(server.addr());
        for (line, code) in lines {
            let reply = client.say(line);
            assert!(reply.starts_with(code), "{line}: {reply}");
        }
        drop(client);
        assert_eq!(server.finish().mail.len() == 1, delivered);
    }
    const MAIL: (&str, &str) = ("MAIL FROM:<a@a.test>", "250");
    const RCPT: (&str, &str) = ("RCPT TO:<b@b.test>", "250");
    const DATA: (&str, &str) = ("DATA", "354");
    const DOT: (&str, &str) = ("x\r\n.", "250");
    check(
        Fault::at(Rcpt).reply("550 no").once(),
        &[MAIL, ("RCPT TO:<b@b.test>", "550"), ("DATA", "503")],
        false,
    );
    check(
        Fault::at(Rcpt).reply("450 no").once(),
        &[MAIL, ("RCPT TO:<b@b.test>", "450"), RCPT, DATA, DOT],
        true,
    );
    check(
        Fault::at(Rcpt).reply("251 forwarded"),
        &[MAIL, ("RCPT TO:<b@b.test>", "251"), DATA, DOT],
        true,
    );
    check(
        Fault::at(Mail).reply("451 no").once(),
        &[
            ("MAIL FROM:<a@a.test>", "451"),
            ("RCPT TO:<b@b.test>", "503"),
            MAIL,
            RCPT,
            DATA,
            DOT,
        ],
        true,
    );
    check(
        Fault::at(Data).reply("250 what"),
        &[MAIL, RCPT, ("DATA", "250"), ("NOOP", "250")],
        false,
    );
    check(
        Fault::at(Data).reply("451 no"),
        &[MAIL, RCPT, ("DATA", "451"), ("NOOP", "250")],
        false,
    );
    check(
        Fault::at(Body).reply("451 no"),
        &[MAIL, RCPT, DATA, ("x\r\n.", "451")],
        false,
    );
    check(
        Fault::at(Body).reply("200 what"),
        &[MAIL, RCPT, DATA, ("x\r\n.", "200")],
        true,
    );
    check(
        Fault::at(Body).raw("250\r\n"),
        &[MAIL, RCPT, DATA, DOT],
        true,
    );
    check(
        Fault::at(Ehlo).skip(1).reply("550 no"),
        &[("EHLO again.test", "550"), ("MAIL FROM:<a@a.test>", "503")],
        false,
    );
    check(
        Fault::at(Quit).reply("500 what"),
        &[("QUIT", "500"), MAIL, RCPT, DATA, DOT],
        true,
    );
}

#[test]
fn mid_body_faults_come_after_so_many_octets() {
    #[track_caller]
    fn check(fault: Fault, ended: Ended) {
        let server = server(Data, fault.once());
        let mut client = client_at(Data, &server);
        assert!(client.reply().starts_with("354"));
        client.send("0123456789\r\n0123456789\r\n.\r\n");
        client.half_close();
        match client.rest() {
            Ok(seen) => assert_eq!(seen, ""),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
        let report = server.finish();
        assert_eq!(report.sessions[0].ended, Some(ended));
        assert!(report.mail.is_empty());
        let transcript = report.sessions[0].transcript.to_string();
        assert!(
            transcript.contains("C: (10 octets of content)"),
            "{transcript}"
        );
    }
    check(Fault::at(Body).after_octets(10).close(), Ended::ByServer);
    check(
        Fault::at(Body).after_octets(10).reset(),
        Ended::ByServerReset,
    );
    check(Fault::at(Body).after_octets(10).stall(), Ended::ByClient);
}

/// What a client makes of each way to break a handshake, with STARTTLS and with implicit TLS.
#[test]
fn handshake_faults_are_seen_by_a_client() {
    #[track_caller]
    fn check(fault: Break, seen: &str) {
        let ca = Ca::new();
        for implicit in [false, true] {
            let builder =
                MockServer::builder().fault(Fault::at(Handshake).handshake(fault.clone()).once());
            let identity = ca.issue("mx.test");
            let server = match implicit {
                true => builder.implicit_tls(identity).start(),
                false => builder.starttls(identity).start(),
            };
            let mut client = RawClient::connect(server.addr());
            if !implicit {
                assert!(client.reply().starts_with("220"));
                assert!(client.say("EHLO c.test").starts_with("250"));
                assert!(client.say("STARTTLS").starts_with("220"));
            }
            let error = client
                .tls(client_config(ca.der()))
                .err()
                .unwrap()
                .to_string();
            assert!(error.contains(seen), "{fault:?}: {error}");
            let session = &server.finish().sessions[0];
            assert_eq!(session.outcome(), Outcome::RefusedTls, "{session}");
            assert_eq!(
                session.client_hello.as_ref().unwrap().sni.as_deref(),
                Some("mx.test")
            );
        }
    }
    check(Break::Alert(40), "HandshakeFailure");
    check(Break::Alert(80), "InternalError");
    check(Break::Alert(112), "UnrecognisedName");
    check(Break::Close, "end of file");
    check(Break::Reset, "reset");
    check(Break::Junk, "InvalidContentType");
    check(
        Break::Plaintext("454 4.7.0 TLS not available".into()),
        "InvalidContentType",
    );
}

#[test]
fn a_silent_handshake_waits_until_the_client_leaves() {
    let server = server(
        Handshake,
        Fault::at(Handshake).handshake(Break::Silence).once(),
    );
    let mut client = client_at(Handshake, &server);
    client.send(b"\x16\x03\x01\x00\x02\x01\x00");
    client.send([0; 300]);
    client.half_close();
    assert_eq!(client.rest().unwrap(), "");
    assert_eq!(server.finish().sessions[0].ended, Some(Ended::ByClient));
}

#[test]
fn a_version_floor_refuses_older_clients_and_no_others() {
    let ca = Ca::new();
    let floor = Fault::at(Handshake).handshake(Break::VersionFloor(TlsVersion::Tls13));
    let server = MockServer::builder()
        .implicit_tls(ca.issue("mx.test"))
        .fault(floor)
        .start();
    let old = client_builder(&[&rustls::version::TLS12], ca.der());
    let error = RawClient::connect(server.addr()).tls(old).err().unwrap();
    assert!(error.to_string().contains("ProtocolVersion"), "{error}");
    let new = client_config(ca.der());
    let mut client = RawClient::connect(server.addr()).tls(new).unwrap();
    assert!(client.reply().starts_with("220"));
    drop(client);
    let report = server.finish();
    assert!(
        report.sessions[0]
            .transcript
            .to_string()
            .contains("protocol_version (70)")
    );
    assert!(report.sessions[1].tls.is_some());
}

/// RFC 3207 was answered with 220, and then the server speaks in clear as if nothing had been.
#[test]
fn raw_bytes_at_the_handshake_leave_the_session_in_clear() {
    let server = server(
        Handshake,
        Fault::at(Handshake).raw("500 5.5.1 what\r\n").once(),
    );
    let mut client = client_at(Handshake, &server);
    assert_eq!(client.reply(), "500 5.5.1 what\r\n");
    assert!(client.say("EHLO c.test").starts_with("250"));
    assert!(client.say("MAIL FROM:<a@a.test>").starts_with("250"));
    drop(client);
    let session = &server.finish().sessions[0];
    assert_eq!(session.in_clear().len(), 1);
}

#[test]
fn faults_can_be_changed_while_the_server_runs() {
    let server = MockServer::start();
    let mut client = RawClient::helloed(server.addr());
    server.add_fault(Fault::at(Mail).reply("451 not yet"));
    assert!(client.say("MAIL FROM:<a@a.test>").starts_with("451"));
    server.clear_faults();
    assert!(client.say("MAIL FROM:<a@a.test>").starts_with("250"));
    drop(client);
    let report = server.finish();
    assert_eq!(report.faults[0].1, 1);
}

#[test]
#[should_panic(expected = "fault 1 (`reply` at `rcpt`) fired 0 of 1 times")]
fn a_fault_that_never_fired_fails_the_test() {
    let server = MockServer::builder()
        .fault(Fault::at(Rcpt).reply("550 no").once())
        .start();
    let _ = RawClient::helloed(server.addr()).say("QUIT");
    server.finish();
}

#[test]
#[should_panic(expected = "C: QUIT")]
fn a_dropped_server_tells_the_transcript_of_what_did_not_fire() {
    let server = MockServer::builder()
        .fault(Fault::at(Rcpt).reply("550 no").once())
        .start();
    let _ = RawClient::helloed(server.addr()).say("QUIT");
    drop(server);
}

#[test]
#[should_panic(expected = "`hide` at `quit` makes no sense")]
fn a_fault_that_makes_no_sense_is_refused_when_it_is_built() {
    let _ = Fault::at(Quit).hide("STARTTLS");
}

#[test]
fn the_same_seed_makes_the_same_chances() {
    let play = |seed| {
        let fault = Fault::at(Mail).reply("451 chance").chance(0.5).seed(seed);
        let server = MockServer::builder().fault(fault).start();
        let mut client = RawClient::helloed(server.addr());
        let replies: String = (0..40)
            .map(|_| {
                let reply = client.say("MAIL FROM:<a@a.test>");
                client.say("RSET");
                if reply.starts_with("451") { 'x' } else { '.' }
            })
            .collect();
        drop(client);
        server.finish();
        replies
    };
    assert_eq!(play(7), play(7));
    assert_ne!(play(7), play(8));
}
