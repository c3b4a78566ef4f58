//! What faults can say beyond one stage and one action, observed by a client.

use std::io;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use mailfault::Stage::{
    Auth, Body, Chunk, Connect, Data, Ehlo, Greeting, Mail, Quit, Rcpt, StartTls, Tls,
};
use mailfault::{Ca, Clock, Ended, Fault, LooseEnd, MockServer, Outcome};

use crate::raw_client::{RawClient, client_config};

const MAIL: &str = "MAIL FROM:<a@a.test>";
const RCPT: &str = "RCPT TO:<b@b.test>";
const MINUTE: Duration = Duration::from_secs(60);

/// A conversation with a server: each line, and how the reply to it begins.
#[track_caller]
fn talk(client: &mut RawClient, lines: &[(&str, &str)]) {
    for (line, begin) in lines {
        let reply = client.say(line);
        assert!(reply.starts_with(begin), "{line}: {reply}");
    }
}

/// The same, from the greeting and EHLO to the end.
#[track_caller]
fn session(server: &MockServer, lines: &[(&str, &str)]) {
    talk(&mut RawClient::helloed(server.addr()), lines);
}

#[test]
fn some_faults_wait_for_their_turn() {
    let server = MockServer::builder()
        .fault(Fault::at(Mail).every_nth_session(2).reply("451 even"))
        .fault(Fault::at(Rcpt).every(3).reply("452 third"))
        .fault(Fault::at(Quit).skip_in_session(1).reply("500 twice"))
        .start();
    let odd = [(MAIL, "250"), (RCPT, "250"), (RCPT, "250"), (RCPT, "452")];
    session(&server, &odd);
    session(&server, &[(MAIL, "451")]);
    session(&server, &odd);
    session(&server, &[(MAIL, "451"), ("QUIT", "221")]);
    server.finish();
}

#[test]
fn a_rate_is_one_of_the_servers_clock() {
    let clock = Clock::at(SystemTime::UNIX_EPOCH);
    let limit = Fault::at(Mail).beyond_rate(2, MINUTE);
    let server = MockServer::builder()
        .clock(clock.clone())
        .fault(limit.reply("450 4.7.1 slow down"))
        .start();
    for expected in ["250", "250", "450"] {
        session(&server, &[(MAIL, expected)]);
    }
    clock.advance(MINUTE);
    session(&server, &[(MAIL, "250")]);
    server.finish();
}

#[test]
fn greylisting_is_for_each_triplet_and_passes_with_time() {
    let clock = Clock::at(SystemTime::UNIX_EPOCH);
    let greylist = Fault::at(Rcpt).greylisting(5 * MINUTE);
    let server = MockServer::builder()
        .clock(clock.clone())
        .fault(greylist.reply("450 4.7.1 greylisted"))
        .start();
    let other = "RCPT TO:<c@b.test>";
    session(&server, &[(MAIL, "250"), (RCPT, "450"), (RCPT, "450")]);
    clock.advance(5 * MINUTE);
    session(&server, &[(MAIL, "250"), (RCPT, "250"), (other, "450")]);
    session(&server, &[("MAIL FROM:<z@a.test>", "250"), (RCPT, "450")]);
    server.finish();
}

#[test]
fn connections_are_counted_for_each_address() {
    let full = Fault::at(Greeting).beyond_connections(2);
    let server = MockServer::builder().fault(full.reply("421 full")).start();
    let open = [(); 2].map(|()| RawClient::greeted(server.addr()));
    assert_eq!(RawClient::connect(server.addr()).reply(), "421 full\r\n");
    drop(open);
    let report = server.finish();
    assert_eq!(report.sessions[2].outcome(), Outcome::RefusedSmtp);
}

#[test]
fn a_connection_beyond_the_limit_is_closed_at_once() {
    let full = Fault::at(Connect).beyond_connections(1).close();
    let server = MockServer::builder().fault(full).start();
    let open = RawClient::greeted(server.addr());
    assert_eq!(RawClient::connect(server.addr()).rest().unwrap(), "");
    drop(open);
    server.finish();
}

#[test]
fn a_closed_port_refuses_and_is_nobody_elses() {
    for address in ["127.0.0.1", "::1"] {
        let address: IpAddr = address.parse().unwrap();
        if address.is_ipv6() && std::net::TcpListener::bind((address, 0)).is_err() {
            continue; // this machine has no IPv6
        }
        let server = MockServer::builder()
            .loopback(address)
            .implicit_tls(Ca::new().issue("mx.test"))
            .starttls(Ca::new().issue("mx.test"))
            .refuse_connections()
            .start();
        for port in [Some(server.addr()), server.implicit_addr()] {
            let error = std::net::TcpStream::connect(port.unwrap()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
            assert!(std::net::TcpListener::bind(port.unwrap()).is_err());
        }
        assert_eq!(server.finish().outcome(), Outcome::NeverCame);
    }
}

#[test]
fn replies_grow_long_and_many() {
    let server = MockServer::builder()
        .fault(Fault::at(Greeting).overlong(5_000))
        .fault(Fault::at(Ehlo).lines(10_000))
        .fault(Fault::at(Mail).overlong(3)) // as it is: nothing is cut
        .start();
    let mut client = RawClient::connect(server.addr());
    let greeting = client.reply();
    assert!(greeting.len() == 5_000 && greeting.starts_with("220 mx.test"));
    let ehlo = client.say("EHLO c.test");
    assert_eq!(ehlo.lines().count(), 10_000);
    assert!(ehlo.starts_with("250-mx.test") && ehlo.contains("\r\n250-X-1\r\n"));
    assert_eq!(client.say(MAIL), "250 2.1.0 sender ok\r\n");
    drop(client);
    server.finish();
}

/// Whatever ends a conversation can follow a reply as well.
#[test]
fn what_follows_a_reply_comes_behind_it() {
    let behind = || Fault::at(Mail).after_reply();
    let check = |fault: Fault, leaves: bool, ended: Ended| {
        let server = MockServer::builder().fault(fault).start();
        let mut client = RawClient::helloed(server.addr());
        assert_eq!(client.say(MAIL), "250 2.1.0 sender ok\r\n");
        if leaves {
            client.half_close();
        }
        let _ = client.rest();
        drop(client);
        assert_eq!(server.finish().sessions[0].ended, Some(ended));
    };
    check(behind().close(), false, Ended::ByServer);
    check(behind().half_close(), false, Ended::ByClient);
    check(behind().reset(), false, Ended::ByServerReset);
    check(behind().stall(), true, Ended::ByClient);
    check(behind().stop_reading(), true, Ended::ByClient);
}

/// "Accepted or not": an empty reply, and the end behind it.
#[test]
fn a_message_can_be_taken_and_not_answered() {
    let server = MockServer::builder()
        .fault(Fault::at(Body).raw(""))
        .fault(Fault::at(Body).after_reply().close())
        .start();
    let mut client = RawClient::helloed(server.addr());
    talk(
        &mut client,
        &[(MAIL, "250"), (RCPT, "250"), ("DATA", "354")],
    );
    client.send("x\r\n.\r\n");
    assert_eq!(client.rest().unwrap(), "");
    assert_eq!(server.finish().mail.len(), 1);
}

#[test]
fn the_server_shuts_its_side_and_reads_on() {
    let ca = Ca::new();
    for inside_tls in [false, true] {
        let server = MockServer::builder()
            .starttls(ca.issue("mx.test"))
            .fault(Fault::at(Mail).half_close())
            .start();
        let mut client = match inside_tls {
            true => RawClient::inside_tls(server.addr(), ca.der()),
            false => RawClient::helloed(server.addr()),
        };
        client.send(format!("{MAIL}\r\n"));
        // Inside TLS an end without close_notify would be an error.
        assert_eq!(client.rest().unwrap(), "");
        client.send("NOOP\r\n");
        drop(client);
        assert_eq!(server.finish().sessions[0].ended, Some(Ended::ByClient));
    }
}

#[test]
fn a_reply_can_come_before_the_end_of_the_content() {
    for (reply, kept) in [("250 early", 1), ("554 early", 0)] {
        let early = Fault::at(Body).after_octets(4).reply(reply);
        let server = MockServer::builder().fault(early).start();
        let mut client = RawClient::helloed(server.addr());
        talk(
            &mut client,
            &[(MAIL, "250"), (RCPT, "250"), ("DATA", "354")],
        );
        client.send("12345");
        assert_eq!(client.reply(), format!("{reply}\r\n"));
        client.send("67\r\n.\r\n");
        talk(&mut client, &[("NOOP", "250 2.0.0 ok")]);
        drop(client);
        let mail = server.finish().mail;
        assert_eq!(mail.len(), kept);
        assert!(mail.iter().all(|mail| mail.content == b"1234567\r\n"));
    }
}

#[test]
fn a_vulnerable_server_takes_two_messages_for_one() {
    for end in LooseEnd::ALL {
        let server = MockServer::builder()
            .fault(Fault::at(Data).loose_end(end))
            .start();
        let mut client = RawClient::helloed(server.addr());
        talk(
            &mut client,
            &[(MAIL, "250"), (RCPT, "250"), ("DATA", "354")],
        );
        let dot = end.name().replace("cr", "\r").replace("lf", "\n");
        client.send(format!(
            "one{dot}MAIL FROM:<x@x.test>\r\n{RCPT}\r\nDATA\r\ntwo\r\n.\r\n"
        ));
        let replies: Vec<String> = (0..5).map(|_| client.reply()[..3].to_owned()).collect();
        assert_eq!(
            replies,
            ["250", "250", "250", "354", "250"],
            "{}",
            end.name()
        );
        drop(client);
        let mail = server.finish().mail;
        assert_eq!(mail.len(), 2);
        assert_eq!(mail[1].from, "x@x.test");
        assert_eq!(mail[0].content.trim_ascii_end(), b"one");
    }
}

#[test]
fn content_that_was_asked_for_without_a_recipient_goes_to_nobody() {
    let server = MockServer::builder()
        .fault(Fault::at(Rcpt).reply("550 no"))
        .fault(Fault::at(Data).reply("354 go"))
        .start();
    let lines = [(MAIL, "250"), (RCPT, "550"), ("DATA", "354"), (".", "503")];
    session(&server, &lines);
    assert!(server.finish().mail.is_empty());
}

#[test]
fn a_chunk_in_the_middle_is_refused_and_so_is_the_rest() {
    let full = Fault::at(Chunk).skip_in_session(1).reply("452 4.3.1 full");
    let server = MockServer::builder().fault(full).start();
    let chunks = [("BDAT 3\r\na", "250"), ("BDAT 3\r\nb", "452")];
    let mut client = RawClient::helloed(server.addr());
    talk(&mut client, &[(MAIL, "250"), (RCPT, "250")]);
    talk(&mut client, &chunks);
    talk(&mut client, &[("BDAT 3 LAST\r\nc", "503"), (MAIL, "250")]);
    drop(client);
    assert!(server.finish().mail.is_empty());
}

#[test]
fn a_challenge_too_many_is_answered_or_cancelled() {
    let more = Fault::at(Auth).reply("334 bW9yZQ==").times(3);
    let server = MockServer::builder().fault(more).start();
    const PLAIN: (&str, &str) = ("AUTH PLAIN AHUAcA==", "334 bW9yZQ==");
    session(
        &server,
        &[PLAIN, ("AHUAcA==", "334"), ("*", "501"), ("NOOP", "250")],
    );
    // The last of three; then the server is satisfied.
    session(&server, &[PLAIN, ("AHUAcA==", "235"), ("NOOP", "250")]);
    server.finish();
}

/// A server with this fault at the end of the handshake, and a client that gets there.
fn at_tls(fault: Fault, implicit: bool) -> (MockServer, io::Result<RawClient>) {
    let ca = Ca::new();
    let builder = MockServer::builder().fault(fault);
    let identity = ca.issue("mx.test");
    let server = match implicit {
        true => builder.implicit_tls(identity).start(),
        false => builder.starttls(identity).start(),
    };
    let mut client = RawClient::connect(server.addr());
    if !implicit {
        assert!(client.reply().starts_with("220"));
        talk(&mut client, &[("EHLO c.test", "250"), ("STARTTLS", "220")]);
    }
    (server, client.tls(client_config(ca.der())))
}

#[test]
fn the_moment_behind_a_handshake_is_a_stage() {
    for implicit in [false, true] {
        let (server, client) = at_tls(Fault::at(Tls).close(), implicit);
        assert_eq!(client.unwrap().rest().unwrap(), "");
        let session = &server.finish().sessions[0];
        assert!(session.tls.is_some(), "{session}");
        assert_eq!(session.outcome(), Outcome::RefusedTls, "{session}");

        let (server, client) = at_tls(Fault::at(Tls).reset(), implicit);
        // It may overtake the end of the handshake.
        let error = client.and_then(|mut client| client.rest()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        server.finish();

        let (server, client) = at_tls(Fault::at(Tls).raw("220 again\r\n"), implicit);
        let mut client = client.unwrap();
        assert_eq!(client.reply(), "220 again\r\n");
        if implicit {
            assert!(client.reply().starts_with("220 mx.test"));
        }
        talk(&mut client, &[("EHLO c.test", "250-mx.test")]);
        drop(client);
        server.finish();

        let stall = Fault::at(Tls).matching("MX.test").stall();
        let (server, client) = at_tls(stall, implicit);
        client.unwrap().half_close();
        assert_eq!(server.finish().sessions[0].ended, Some(Ended::ByClient));
    }
}

#[test]
fn commands_in_front_of_tls_are_obeyed_behind_it() {
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .fault(Fault::at(StartTls).honour_pipelined().once())
        .start();
    let injected = || {
        let mut client = RawClient::helloed(server.addr());
        client.send("STARTTLS\r\nNOOP\r\n");
        assert!(client.reply().starts_with("220"));
        let mut client = client.tls(client_config(ca.der())).unwrap();
        client.send("EHLO c.test\r\n");
        client.reply()
    };
    assert!(injected().starts_with("250 2.0.0"), "the reply to NOOP");
    assert!(injected().starts_with("250-"), "and once only");
    let report = server.finish();
    let told = |session: usize, fate: &str| {
        let note = format!("6 octets that were sent behind STARTTLS are {fate}");
        let transcript = report.sessions[session].transcript.to_string();
        assert!(transcript.contains(&note), "{transcript}");
    };
    told(0, "obeyed inside TLS");
    told(1, "thrown away");
}
