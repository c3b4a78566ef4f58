//! What connectors refuse, and in which words.

use std::time::{Duration, SystemTime};

use mailfault::exchange::{Exchange, ReceiveConnector, TransportRole, Version};
use mailfault::{Auth, Clock};

use crate::raw_client::RawClient;

const FRONT_END: &str = "Default Frontend";

/// A server whose connectors do not make one wait.
fn start(change: impl FnOnce(&mut ReceiveConnector)) -> Exchange {
    let at_once = |one: &mut ReceiveConnector| {
        one.tarpit_interval = Duration::ZERO;
        change(one);
    };
    let builder = Exchange::builder(Version::Exchange2016).mailbox("bob@contoso.test");
    builder
        .change_receive_connector(FRONT_END, at_once)
        .unwrap()
        .start()
}

/// Says the lines behind EHLO, the last of which is answered so.
#[track_caller]
fn check(server: &Exchange, connector: &str, lines: &[&str], expected: &str) {
    let mut client = RawClient::helloed(server.addr(connector));
    let replies: Vec<_> = lines.iter().map(|line| client.say(line)).collect();
    assert_eq!(
        replies.last().map(String::as_str),
        Some(format!("{expected}\r\n").as_str())
    );
}

#[test]
fn relaying_and_unknown_mailboxes_are_refused() {
    let server = start(|_| {});
    let mail = "MAIL FROM:<alice@fabrikam.test>";
    check(&server, FRONT_END, &[mail], "250 2.1.0 Sender OK");
    check(
        &server,
        FRONT_END,
        &[mail, "RCPT TO:<Bob@Contoso.test>"],
        "250 2.1.5 Recipient OK",
    );
    check(
        &server,
        FRONT_END,
        &[mail, "RCPT TO:<eve@elsewhere.test>"],
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
    );
    check(
        &server,
        FRONT_END,
        &[mail, "RCPT TO:<nobody@contoso.test>"],
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    );
    check(
        &server,
        "Client Frontend",
        &[mail],
        "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
    );
}

#[test]
fn a_connector_for_relaying_relays() {
    let server = start(|one| one.anonymous_relay = true);
    let lines = [
        "MAIL FROM:<app@contoso.test>",
        "RCPT TO:<eve@elsewhere.test>",
    ];
    check(&server, FRONT_END, &lines, "250 2.1.5 Recipient OK");
}

#[test]
fn tls_that_is_required_is_asked_for() {
    let server = start(|one| one.require_tls = true);
    check(
        &server,
        FRONT_END,
        &["MAIL FROM:<alice@fabrikam.test>"],
        "451 5.7.3 Must issue a STARTTLS command first",
    );
}

#[test]
fn back_pressure_and_inactive_components_say_so() {
    let server = start(|_| {});
    server.set_back_pressure(true);
    let mail = "MAIL FROM:<alice@fabrikam.test>";
    check(
        &server,
        FRONT_END,
        &[mail],
        "452 4.3.1 Insufficient system resources",
    );
    server.set_back_pressure(false);
    check(&server, FRONT_END, &[mail], "250 2.1.0 Sender OK");
    server.set_component_state(TransportRole::FrontendTransport, false);
    let greeting = RawClient::connect(server.addr(FRONT_END)).reply();
    assert_eq!(greeting, "421 4.3.2 Service not active\r\n");
}

#[test]
fn a_stopped_service_takes_no_connection_and_a_restarted_one_does_where_it_did() {
    let server = start(|_| {});
    let addr = server.addr(FRONT_END);
    server.stop_service(TransportRole::FrontendTransport);
    assert!(!server.service_is_running(TransportRole::FrontendTransport));
    assert!(server.service_is_running(TransportRole::HubTransport));
    std::net::TcpStream::connect(addr).unwrap_err();
    server
        .restart_service(TransportRole::FrontendTransport)
        .unwrap();
    assert_eq!(server.addr(FRONT_END), addr);
    RawClient::greeted(addr);
}

/// Whoever connects meanwhile waits, and nobody else gets the port.
#[test]
fn a_service_keeps_its_port_while_it_is_started_again() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let server = start(|_| {});
    let addr = server.addr(FRONT_END);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let thief = scope.spawn(|| {
            let mut thefts = 0;
            while !done.load(Ordering::Relaxed) {
                thefts += usize::from(std::net::TcpListener::bind(addr).is_ok());
                RawClient::greeted(addr).say("QUIT");
            }
            thefts
        });
        for _ in 0..5 {
            server
                .restart_service(TransportRole::FrontendTransport)
                .unwrap();
        }
        done.store(true, Ordering::Relaxed);
        assert_eq!(thief.join().unwrap(), 0);
    });
}

#[test]
fn too_many_messages_in_a_minute_are_too_many() {
    let clock = Clock::at(SystemTime::now());
    let server = Exchange::builder(Version::Exchange2016)
        .clock(clock.clone())
        .change_receive_connector(FRONT_END, |one| one.message_rate_limit = Some(2))
        .unwrap()
        .start();
    let mail = "MAIL FROM:<alice@fabrikam.test>";
    let over =
        "421 4.4.2 Message submission rate for this client has exceeded the configured limit";
    check(
        &server,
        FRONT_END,
        &[mail, "RSET", mail],
        "250 2.1.0 Sender OK",
    );
    check(&server, FRONT_END, &[mail], over);
    clock.advance(Duration::from_secs(61));
    check(&server, FRONT_END, &[mail], "250 2.1.0 Sender OK");
}

#[test]
fn too_many_connections_of_one_source_are_told_and_logged() {
    let server = start(|one| one.max_inbound_connection_per_source = Some(1));
    let _first = RawClient::greeted(server.addr(FRONT_END));
    let greeting = RawClient::connect(server.addr(FRONT_END)).reply();
    assert_eq!(
        greeting,
        "421 4.3.2 The maximum number of concurrent server connections has exceeded a per-source limit, closing transmission channel\r\n"
    );
    let events = server.events();
    let event = events.iter().find(|one| one.event.id() == 1021).unwrap();
    assert_eq!(
        event.event.to_string(),
        "Receive connector 'Default Frontend EX01' rejected an incoming connection from IP address '127.0.0.1'. The maximum number of connections per source ('1') for this connector has been reached by this source IP address."
    );
}

#[test]
fn a_login_that_fails_is_logged_and_the_third_is_the_last() {
    let server = Exchange::builder(Version::Exchange2016)
        .auth(Auth::Refuse)
        .change_receive_connector(FRONT_END, |one| {
            use mailfault::exchange::AuthMechanism::BasicAuthRequireTls;
            one.auth_mechanism.remove(&BasicAuthRequireTls);
            one.tarpit_interval = Duration::ZERO;
        })
        .unwrap()
        .start();
    let mut client = RawClient::helloed(server.addr(FRONT_END));
    for _ in 0..3 {
        assert_eq!(client.say("AUTH LOGIN Ym9i"), "334 UGFzc3dvcmQ6\r\n");
        assert_eq!(
            client.say("c2VjcmV0"),
            "535 5.7.3 Authentication unsuccessful\r\n"
        );
    }
    assert!(client.reply().starts_with("421 4.7.0 "));
    let events = server.events();
    let failed = events.iter().filter(|one| one.event.id() == 1035);
    assert_eq!(failed.count(), 3);
}

#[test]
fn a_refusal_takes_its_time() {
    let wait = Duration::from_millis(200);
    let server = start(|one| one.tarpit_interval = wait);
    let began = std::time::Instant::now();
    let lines = [
        "MAIL FROM:<alice@fabrikam.test>",
        "RCPT TO:<nobody@contoso.test>",
    ];
    check(
        &server,
        FRONT_END,
        &lines,
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    );
    assert!(began.elapsed() >= wait);
}

#[test]
fn a_message_that_went_in_circles_is_refused() {
    let server = start(|one| one.max_hop_count = 3);
    let mut client = RawClient::helloed(server.addr(FRONT_END));
    for (hops, code) in [
        (3, "250 2.6.0"),
        (4, "554 5.4.6 Hop count exceeded - possible mail loop"),
    ] {
        client.say("MAIL FROM:<alice@fabrikam.test>");
        client.say("RCPT TO:<bob@contoso.test>");
        assert!(client.say("DATA").starts_with("354"));
        let hops = "Received: from a by b\r\n".repeat(hops);
        client.send(format!(
            "{hops}Subject: round\r\n\r\nReceived: no header\r\n"
        ));
        let reply = client.say(".");
        assert!(reply.starts_with(code), "{reply}");
    }
    let mail = server.mail();
    assert_eq!(
        (mail.len(), mail[0].connector.as_str()),
        (1, "Default Frontend EX01")
    );
}
