//! Words of faults that take their time, and that a hostile or a patient client must not turn
//! into a session without an end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mailfault::Stage::{Any, Auth, Body, Connect, Data, Greeting, Mail};
use mailfault::{Builder, Ca, Ended, Fault, Limits, MockServer, Report};

use crate::raw_client::RawClient;

const MAIL: &str = "MAIL FROM:<a@a.test>";
const RCPT: &str = "RCPT TO:<b@b.test>";

/// A server whose sessions are over soon.
fn short_lived() -> Builder {
    MockServer::builder().limits(Limits {
        session: Duration::from_millis(300),
        ..Limits::default()
    })
}

/// Plays a fault against a client that says `lines` and waits for ever.
#[track_caller]
fn outlast(fault: Fault, lines: &[&str]) -> Report {
    let server = short_lived().fault(fault).start();
    let mut client = RawClient::helloed(server.addr());
    for line in lines {
        client.send(format!("{line}\r\n"));
    }
    let _ = client.rest();
    let report = server.finish();
    let ended = report.sessions[0].ended;
    assert_eq!(ended, Some(Ended::TooLong), "{report}");
    report
}

#[test]
fn a_reply_without_an_end_ends_with_the_client() {
    const EVERY: Duration = Duration::from_millis(5);
    let ca = Ca::new();
    for inside_tls in [false, true] {
        let server = MockServer::builder()
            .starttls(ca.issue("mx.test"))
            .fault(Fault::at(Mail).endless(EVERY))
            .start();
        let mut client = match inside_tls {
            true => RawClient::inside_tls(server.addr(), ca.der()),
            false => RawClient::helloed(server.addr()),
        };
        let began = Instant::now();
        client.send(format!("{MAIL}\r\n"));
        let mut octets = [0; 14];
        client.read_exact(&mut octets).unwrap();
        assert_eq!(&octets, b"250 ..........");
        assert!(began.elapsed() >= EVERY * 10);
        client.half_close();
        drop(client);
        let session = &server.finish().sessions[0];
        assert_eq!(session.ended, Some(Ended::ByClient), "{session}");
    }
}

#[test]
fn a_reply_without_an_end_ends_with_the_session() {
    let report = outlast(Fault::at(Mail).endless(Duration::from_millis(1)), &[MAIL]);
    // What drips is told once, not octet by octet.
    assert!(report.sessions[0].transcript.events().len() < 20);
}

/// A server that is never satisfied, and a client that always has an answer.
#[test]
fn an_exchange_without_an_end_ends_with_the_session() {
    let server = short_lived()
        .fault(Fault::at(Auth).reply("334 bW9yZQ=="))
        .start();
    let mut client = RawClient::helloed(server.addr());
    let mut reply = client.say("AUTH PLAIN AHUAcA==");
    while reply.starts_with("334") {
        reply = client.say("AHUAcA==");
    }
    assert!(reply.starts_with("421") || reply.is_empty(), "{reply}");
    drop(client);
    assert_eq!(server.finish().sessions[0].ended, Some(Ended::TooLong));
}

#[test]
fn cr_and_lf_come_apart() {
    const WAIT: Duration = Duration::from_millis(20);
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .fault(Fault::at(Any).split_crlf(WAIT))
        .start();
    let began = Instant::now();
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    let mut octets = [0; 200];
    let read = stream.read(&mut octets).unwrap();
    assert_eq!(octets[read - 1], b'\r');
    let read = stream.read(&mut octets).unwrap();
    assert_eq!(&octets[..read], b"\n");
    assert!(began.elapsed() >= WAIT);
    drop(stream);
    let began = Instant::now();
    let mut client = RawClient::inside_tls(server.addr(), ca.der());
    assert!(began.elapsed() >= WAIT * 4);
    assert_eq!(client.say("NOOP"), "250 2.0.0 ok\r\n");
    drop(client);
    let transcript = server.finish().sessions[1].transcript.to_string();
    assert!(transcript.contains("\nS: 250 2.0.0 ok\n"), "{transcript}");
}

/// Sends a message of `octets` octets or so; says how long that took.
#[track_caller]
fn deliver(client: &mut RawClient, octets: usize) -> Duration {
    for line in [MAIL, RCPT, "DATA"] {
        assert!(client.say(line).starts_with(['2', '3']), "{line}");
    }
    let began = Instant::now();
    client.send("x".repeat(octets));
    assert!(client.say("\r\n.").starts_with("250"));
    began.elapsed()
}

#[test]
fn a_throttle_slows_what_is_read() {
    let ca = Ca::new();
    let throttle = Fault::at(Data).throttle(100, Duration::from_millis(10));
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .fault(throttle)
        .start();
    let mut clear = RawClient::helloed(server.addr());
    assert!(deliver(&mut clear, 1_000) >= Duration::from_millis(100));
    let mut inside = RawClient::inside_tls(server.addr(), ca.der());
    assert!(deliver(&mut inside, 1_000) >= Duration::from_millis(100));
    drop((clear, inside));
    assert_eq!(server.finish().mail.len(), 2);
}

#[test]
fn a_throttle_does_not_outlast_the_session() {
    let throttle = Fault::at(Mail).throttle(1, Duration::from_secs(3_600));
    outlast(throttle, &[MAIL, RCPT, RCPT]);
}

/// Neither a stall nor a delay of the same session is any longer for a throttle.
#[test]
fn a_stall_is_bounded_behind_a_throttle() {
    let server = short_lived()
        .fault(Fault::at(Greeting).throttle(1, Duration::from_secs(3_600)))
        .fault(Fault::at(Greeting).after_reply().stall())
        .start();
    let mut client = RawClient::connect(server.addr());
    client.send("EHLO c.test\r\n");
    let _ = client.rest();
    assert_eq!(server.finish().sessions[0].ended, Some(Ended::TooLong));
}

#[test]
fn a_budget_is_spent_to_the_octet() {
    const HELLO: &str = "EHLO c.test\r\n";
    let server = MockServer::builder()
        .fault(Fault::at(Connect).budget(100))
        .start();
    let mut client = RawClient::connect(server.addr());
    client.send(HELLO);
    let seen = client.rest().unwrap();
    assert_eq!(seen.len() + HELLO.len(), 100, "{seen}");
    let report = server.finish();
    assert_eq!(report.sessions[0].ended, Some(Ended::ByServer), "{report}");
}

#[test]
fn a_budget_is_spent_by_the_client_and_inside_tls_as_well() {
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .fault(Fault::at(Mail).budget(200))
        .start();
    for inside_tls in [false, true] {
        let mut client = match inside_tls {
            true => RawClient::inside_tls(server.addr(), ca.der()),
            false => RawClient::helloed(server.addr()),
        };
        for line in [MAIL, RCPT, "DATA"] {
            client.say(line);
        }
        client.send(vec![b'a'; 1_000]);
        client.half_close();
        assert!(client.rest().unwrap_or_default().is_empty());
    }
    let report = server.finish();
    for session in &report.sessions {
        assert_eq!(session.ended, Some(Ended::ByServer), "{session}");
    }
    assert!(report.mail.is_empty());
}

/// More than the operating systems hold between the two.
const A_LOT: usize = 64 * 1024 * 1024;

#[test]
fn a_window_that_fills_stops_the_client() {
    let stop = Fault::at(Body).after_octets(10).stop_reading();
    let server = MockServer::builder().fault(stop).start();
    let mut client = RawClient::helloed(server.addr());
    for line in [MAIL, RCPT, "DATA"] {
        client.say(line);
    }
    let RawClient::Clear(stream) = &mut client else {
        unreachable!()
    };
    let in_vain = Some(Duration::from_millis(200));
    stream.set_write_timeout(in_vain).unwrap();
    stream.write_all(&vec![b'a'; A_LOT]).unwrap_err();
    // It leaves behind more than the server will ever read, and is seen to go all the same.
    drop(client);
    let session = &server.finish().sessions[0];
    let transcript = session.transcript.to_string();
    assert!(
        transcript.contains("(10 octets of content)"),
        "{transcript}"
    );
    let left = [Some(Ended::ByClient), Some(Ended::ByClientReset)];
    assert!(left.contains(&session.ended), "{session}");
}

#[test]
fn a_client_that_leaves_is_seen_by_a_server_that_does_not_read() {
    let server = MockServer::builder()
        .fault(Fault::at(Connect).stop_reading())
        .start();
    let mut client = RawClient::connect(server.addr());
    client.send("EHLO c.test\r\n");
    client.half_close();
    // What was not read makes a reset of the server's close.
    assert_eq!(client.rest().unwrap_or_default(), "");
    assert_eq!(server.finish().sessions[0].ended, Some(Ended::ByClient));
    outlast(Fault::at(Mail).stop_reading(), &[MAIL, "NOOP"]);
}

/// A server whose window is full, or throttled to nothing, ends at once when it is told to.
#[test]
fn a_session_that_reads_nothing_does_not_keep_the_server() {
    for fault in [
        Fault::at(Mail).stop_reading(),
        Fault::at(Mail).throttle(1, Duration::from_secs(3_600)),
        Fault::at(Mail).endless(Duration::from_secs(3_600)),
        Fault::at(Mail).half_close(),
    ] {
        let patience = Duration::from_millis(100);
        let server = MockServer::builder()
            .patience(patience)
            .fault(fault)
            .start();
        let mut client = RawClient::helloed(server.addr());
        client.send(format!("{MAIL}\r\n{RCPT}\r\n"));
        let report = server.finish();
        assert_eq!(report.sessions[0].ended, Some(Ended::StillOpen), "{report}");
    }
}
