//! Servers that come to no TLS: each gives clear evidence, in bounded time.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use mailfault::judge::{Decision, Evidence, Expectation, Findings, Judge, Probe, Trouble};
use mailfault::scenario::Scenario;
use mailfault::{Ca, MockServer, Stage};

/// A server that does this with its one connection.
fn server(act: impl FnOnce(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        if let Ok((stream, _)) = listener.accept() {
            act(stream);
        }
    });
    address
}

fn until_it_leaves(mut stream: TcpStream) {
    let mut octets = [0; 1024];
    while stream.read(&mut octets).is_ok_and(|count| count > 0) {}
}

fn look(address: SocketAddr) -> Evidence {
    // Only who is silent is waited for so long.
    Probe::new(address)
        .time_out(Duration::from_millis(500))
        .run()
}

/// What a judge makes of it.
#[track_caller]
fn check(evidence: &Evidence, judge: &str, decision: Decision, message: &str) {
    let findings = Findings::of(evidence, &Expectation::new("mx.test"));
    let verdict = Judge::named(judge).expect("a judge").judge(&findings);
    assert_eq!(
        (verdict.decision, verdict.message.as_str()),
        (decision, message),
        "{evidence:#?}"
    );
    assert!(!verdict.would_deliver() || verdict.change.is_empty());
}

#[test]
fn a_closed_port_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let evidence = look(address);
    assert!(
        matches!(evidence.trouble, Some(Trouble::Unreachable(_))),
        "{evidence:?}"
    );
    check(
        &evidence,
        "eop",
        Decision::Defer,
        "450 4.4.316 Connection refused",
    );
    check(
        &evidence,
        "exchange",
        Decision::Defer,
        "421 4.2.1 Unable to connect",
    );
}

#[test]
fn a_silent_server_is_silent() {
    let evidence = look(server(until_it_leaves));
    assert!(
        matches!(evidence.trouble, Some(Trouble::Silent(Stage::Greeting, _))),
        "{evidence:?}"
    );
    check(
        &evidence,
        "eop",
        Decision::Defer,
        "450 4.4.315 Connection timed out",
    );
    check(
        &evidence,
        "dotnet",
        Decision::Refuse,
        "The operation has timed out.",
    );
}

#[test]
fn a_web_server_is_recognised() {
    let evidence = look(server(|mut stream| {
        let mut octets = [0; 1024];
        let _ = stream.read(&mut octets);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        until_it_leaves(stream);
    }));
    assert_eq!(evidence.trouble, Some(Trouble::SpeaksHttp));
    check(&evidence, "opportunistic", Decision::Refuse, "");
}

#[test]
fn a_port_with_implicit_tls_is_recognised() {
    let identity = Ca::new().issue("mx.test");
    let server = MockServer::builder().implicit_tls(identity).start();
    let evidence = look(server.implicit_addr().unwrap_or(server.addr()));
    assert_eq!(evidence.trouble, Some(Trouble::WantsTlsFirst));
    let findings = Findings::of(&evidence, &Expectation::new("mx.test"));
    let advice = findings.all()[0].advice().unwrap();
    assert!(advice.contains("implicit TLS"), "{advice}");
}

#[test]
fn another_protocol_is_no_smtp() {
    let evidence = look(server(|mut stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
        until_it_leaves(stream);
    }));
    assert_eq!(
        evidence.trouble,
        Some(Trouble::NotSmtp(
            Stage::Greeting,
            "SSH-2.0-OpenSSH_9.2".to_owned()
        ))
    );
}

#[test]
fn a_server_that_closes_has_closed() {
    let evidence = look(server(drop));
    assert!(
        matches!(evidence.trouble, Some(Trouble::Closed(Stage::Greeting))),
        "{evidence:?}"
    );
    check(
        &evidence,
        "eop",
        Decision::Defer,
        "450 4.4.318 Connection was closed abruptly",
    );
}

#[test]
fn a_server_that_never_ends_its_banner_is_cut_off() {
    let evidence = look(server(
        |mut stream| {
            while stream.write_all(b"220-hello\r\n").is_ok() {}
        },
    ));
    assert!(
        matches!(evidence.trouble, Some(Trouble::NotSmtp(Stage::Greeting, _))),
        "{evidence:?}"
    );
    assert!(evidence.transcript.to_string().len() < 1_000_000);
}

#[test]
fn a_server_without_tls_is_for_those_who_do_without() {
    let server = MockServer::start();
    let evidence = look(server.addr());
    assert_eq!(evidence.trouble, Some(Trouble::NoStartTls));
    assert!(evidence.speaks_smtp() && !evidence.is_encrypted());
    check(&evidence, "opportunistic", Decision::DeliverInClear, "");
    check(&evidence, "eop-opportunistic", Decision::DeliverInClear, "");
    check(
        &evidence,
        "exchange-opportunistic",
        Decision::DeliverInClear,
        "",
    );
    check(
        &evidence,
        "eop",
        Decision::Defer,
        "450 4.4.317 Cannot connect to remote server",
    );
    check(
        &evidence,
        "exchange",
        Decision::Defer,
        "451 5.7.3 STARTTLS is required to send mail",
    );
    check(
        &evidence,
        "dotnet-framework",
        Decision::Refuse,
        "Server does not support secure connections.",
    );
    check(&evidence, "rustls", Decision::Refuse, "");
}

#[test]
fn broken_starttls_is_told_apart() {
    #[track_caller]
    fn of(id: &str, eop: &str, in_clear: bool) {
        let scenario = Scenario::named(id).expect("a scenario");
        let (builder, _) = scenario.builder();
        let evidence = look(builder.start().addr());
        let findings = Findings::of(&evidence, &Expectation::new("mx.test"));
        let verdict = Judge::named("eop").unwrap().judge(&findings);
        assert_eq!(verdict.told("MSG"), Some(eop), "{id}: {evidence:#?}");
        let opportunistic = Judge::named("opportunistic").unwrap().judge(&findings);
        assert_eq!(
            opportunistic.decision == Decision::DeliverInClear,
            in_clear,
            "{id}"
        );
    }
    const REQUIRED: &str = "451 5.7.3 STARTTLS is required to send mail";
    of("starttls/stripped", REQUIRED, true);
    of("starttls/offered-then-454", REQUIRED, true);
    const FAILED: &str = "451 4.4.0 TLS negotiation failed with error ConnectionAborted";
    of("handshake/alert-40-after-client-hello", FAILED, true);
    of(
        "handshake/close-after-client-hello",
        "451 4.4.0 TLS negotiation failed with error SocketError",
        true,
    );
}
