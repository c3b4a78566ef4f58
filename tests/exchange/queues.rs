//! Senders with a life, before real sockets: two days of retries, and what is told of them.

use std::time::{Duration, SystemTime};

use mailfault::exchange::log::{RowEvent, TrackingRow};
use mailfault::exchange::{Exchange, ProtocolLoggingLevel, SendConnector, TransportRole, Version};
use mailfault::transport::{NotificationKind, ProgressKind, QueueStatus, RetrySchedule};
use mailfault::{Ca, Clock, Ended, Fault, MockServer, Stage};

use super::{CONNECTOR, DAY};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const TENANT: &str = "contoso.mail.onmicrosoft.com";
const MAIL: &str = "From: alice@domain.test\r\nTo: bob@contoso.test\r\nSubject: hello\r\nMessage-ID: <1@d5-ex1.d5.test>\r\n\r\nhello\r\n";

/// When each session of the send connector began.
fn attempts(server: &Exchange) -> Vec<SystemTime> {
    let logs = server.smtp_send_log();
    let rows = logs.iter().flat_map(|log| &log.rows);
    let begun = rows.filter(|row| row.context == "attempting to connect");
    begun.map(|row| row.time).collect()
}

fn tracked(server: &Exchange) -> Vec<TrackingRow> {
    let logs = server.message_tracking_log();
    logs.into_iter().flat_map(|log| log.rows).collect()
}

fn count(rows: &[TrackingRow], source: &str, event: &str) -> usize {
    let is = |row: &&TrackingRow| row.source == source && row.event.name() == event;
    rows.iter().filter(is).count()
}

/// Logs have milliseconds.
fn this_second() -> SystemTime {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

/// The case of the orphaned certificate from the first message to the last: it waits for two days,
/// comes back, and what was sent since arrives once the orphan is gone.
#[test]
fn no_credentials_for_two_days_and_then_the_repair() {
    let ca = Ca::new();
    let clock = Clock::at(this_second());
    let start = clock.now();
    let cloud = super::cloud(&ca).clock(clock.clone()).start();
    let (builder, orphan, good) = super::with_an_orphan(&ca);
    let server = builder
        .accepted_domain("domain.test")
        .clock(clock)
        .resolve(TENANT, cloud.addr())
        .start();
    let to = format!("bob@{TENANT}");
    server.submit("alice@domain.test", [&to], MAIL);

    server.advance(Duration::ZERO);
    let queue = &server.queues()[0];
    assert_eq!(queue.identity, r"D5-EX1\1");
    assert_eq!((queue.status, queue.message_count), (QueueStatus::Retry, 1));
    assert_eq!(queue.next_hop_domain, TENANT);
    assert_eq!(queue.tls_domain, "mail.protection.outlook.com");
    assert_eq!(queue.next_retry_time, Some(start + MINUTE));
    assert_eq!(
        queue.last_error,
        format!(
            "451 4.4.0 Primary target IP address responded with: \"421 4.4.1 Connection timed out.\" Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts. The last endpoint attempted was {}",
            cloud.addr()
        )
    );

    server.play_until(start + 4 * HOUR);
    let inbox = server.mailbox("alice@domain.test");
    assert_eq!(inbox.len(), 1);
    assert_eq!(
        inbox[0].subject().as_deref(),
        Some("Delivery delayed:hello")
    );
    assert_eq!(inbox[0].from, "");

    let progress = server.play_until(start + 48 * HOUR);
    let ProgressKind::Failed {
        status,
        notification,
        ..
    } = &progress.last().unwrap().kind
    else {
        panic!("{:?}", progress.last());
    };
    assert_eq!(status, "550 4.4.7 QUEUE.Expired; message expired");
    let notification = notification.as_ref().unwrap();
    assert_eq!(notification.kind, NotificationKind::Failure);
    let inbox = server.mailbox("ALICE@domain.test");
    assert_eq!(inbox[1].subject().as_deref(), Some("Undeliverable: hello"));
    assert_eq!(inbox[1].content, notification.content);
    let schedule = RetrySchedule::mailbox_server().attempts();
    let expected: Vec<_> = schedule.iter().map(|after| start + *after).collect();
    assert_eq!(attempts(&server), expected);
    assert_eq!(server.queued_messages(), []);
    let rows = tracked(&server);
    assert_eq!(count(&rows, "SMTP", "DEFER"), 295);
    assert_eq!(count(&rows, "QUEUE", "FAIL"), 1);
    assert_eq!(count(&rows, "DSN", "DSN"), 2);
    assert_eq!(count(&rows, "STOREDRIVER", "DELIVER"), 2);
    let failed = rows.iter().find(|row| row.event.name() == "FAIL").unwrap();
    assert_eq!(
        failed.recipient_status,
        "550 4.4.7 QUEUE.Expired; message expired"
    );

    // Another message waits when the administrator finds the orphan.
    server.submit("alice@domain.test", [&to], MAIL);
    server.advance(5 * MINUTE);
    let filter = format!("NextHopDomain -eq '{TENANT}' -and Status -eq 'Retry'");
    server.remove_certificate(orphan.thumbprint()).unwrap();
    let progress = server.retry_queue(&filter).unwrap();
    assert!(
        matches!(progress[0].kind, ProgressKind::Deferred { .. }),
        "{progress:?}"
    );
    server.restart_service(TransportRole::HubTransport).unwrap();
    let progress = server.retry_queue(&filter).unwrap();
    let ProgressKind::Delivered(reply) = &progress[0].kind else {
        panic!("{progress:?}");
    };
    assert!(
        reply.lines[0].contains("Queued mail for delivery"),
        "{reply}"
    );
    let log = server.smtp_send_log().pop().unwrap();
    let last: Vec<_> = log
        .rows
        .iter()
        .rev()
        .take_while(|row| row.event != RowEvent::Connect)
        .collect();
    assert!(
        last.iter()
            .any(|row| row.data == format!("BDAT {} LAST", MAIL.len()))
    );
    assert!(last.iter().any(|row| row.data == good.thumbprint()));
    assert_eq!(count(&tracked(&server), "SMTP", "SENDEXTERNAL"), 1);

    let report = cloud.finish();
    let (last, failed) = report.sessions.split_last().unwrap();
    // The second message waited with its queue, which was tried once more and once by hand.
    assert_eq!(failed.len(), 295 + 2);
    for session in failed {
        assert_eq!(session.ended, Some(Ended::ByClient));
        assert!(session.client_hello.is_none() && session.in_clear().is_empty());
    }
    assert_eq!(
        last.tls.as_ref().unwrap().client_certificate[0].thumbprint(),
        good.thumbprint()
    );
    assert_eq!(report.mail.len(), 1);
    // The peer's clock is the same one.
    assert_eq!(last.began, start + 2 * DAY + 5 * MINUTE);
}

/// A server that sends to `fabrikam.test`, which is there.
fn to_fabrikam(version: Version, clock: &Clock, peer: &MockServer) -> Exchange {
    Exchange::builder(version)
        .clock(clock.clone())
        .send_connector(SendConnector::new("To the internet"))
        .resolve("fabrikam.test", peer.addr())
        .start()
}

#[test]
fn what_is_greylisted_comes_a_quarter_of_an_hour_later() {
    let clock = Clock::at(this_second());
    let start = clock.now();
    let greylisting = Fault::at(Stage::Rcpt).reply("451 4.7.1 greylisted").once();
    let peer = MockServer::builder().fault(greylisting).start();
    let server = to_fabrikam(Version::Exchange2019, &clock, &peer);
    server.submit("alice@contoso.test", ["bob@fabrikam.test"], MAIL);
    server.advance(MINUTE);
    let message = &server.queued_messages()[0];
    assert_eq!(
        message.last_error.split(';').next(),
        Some("[{LED=451 4.7.1 greylisted}")
    );
    // The connection was good: it is the message that waits.
    assert_eq!(server.queues()[0].status, QueueStatus::Ready);
    let progress = server.advance(HOUR);
    assert_eq!(progress.len(), 1);
    assert_eq!(progress[0].at, start + 15 * MINUTE);
    assert!(matches!(progress[0].kind, ProgressKind::Delivered(_)));
    assert_eq!(peer.finish().sessions.len(), 2);
}

#[test]
fn recipients_are_told_apart() {
    let clock = Clock::at(this_second());
    let peer = MockServer::builder()
        .fault(
            Fault::at(Stage::Rcpt)
                .matching("full@")
                .reply("452 4.2.2 mailbox full")
                .once(),
        )
        .fault(
            Fault::at(Stage::Rcpt)
                .matching("unknown@")
                .reply("550 5.1.1 user unknown"),
        )
        .start();
    let server = to_fabrikam(Version::Exchange2013, &clock, &peer);
    let to = [
        "bob@fabrikam.test",
        "full@fabrikam.test",
        "unknown@fabrikam.test",
        "carol@contoso.test",
    ];
    assert_eq!(server.submit("alice@contoso.test", to, MAIL).len(), 1);
    server.advance(HOUR);
    let report = peer.finish();
    let taken: Vec<_> = report.mail.iter().map(|mail| mail.to.join(",")).collect();
    assert_eq!(taken, ["bob@fabrikam.test", "full@fabrikam.test"]);
    let inbox = server.mailbox("alice@contoso.test");
    assert_eq!(inbox.len(), 1);
    let text = inbox[0].text();
    assert!(
        text.contains(
            "Final-Recipient: rfc822;unknown@fabrikam.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        ),
        "{text}"
    );
    assert!(text.contains("Remote-MTA: dns;fabrikam.test\r\n"), "{text}");
    assert_eq!(text.matches("Final-Recipient").count(), 1);
    assert_eq!(server.mailbox("carol@contoso.test").len(), 1);
    let rows = tracked(&server);
    let events: Vec<_> = rows
        .iter()
        .map(|row| format!("{} {}", row.event, row.recipient_address))
        .collect();
    assert_eq!(
        events,
        [
            "RECEIVE bob@fabrikam.test;full@fabrikam.test;unknown@fabrikam.test;carol@contoso.test",
            "DELIVER carol@contoso.test",
            "SENDEXTERNAL bob@fabrikam.test",
            "DEFER full@fabrikam.test",
            "FAIL unknown@fabrikam.test",
            "DSN alice@contoso.test",
            "DELIVER alice@contoso.test",
            "SENDEXTERNAL full@fabrikam.test",
        ]
    );
}

#[test]
fn a_smart_host_that_is_down_is_passed_over() {
    let clock = Clock::at(this_second());
    let down = MockServer::start();
    let nobody = down.addr();
    drop(down.finish());
    let peer = MockServer::start();
    let mut connector = SendConnector::new("By relay");
    connector.smart_hosts = vec!["one.test".to_owned(), "two.test".to_owned()];
    let server = Exchange::builder(Version::Exchange2016)
        .clock(clock)
        .send_connector(connector)
        .resolve("one.test", nobody)
        .resolve("TWO.test", peer.addr())
        .start();
    server.submit("alice@contoso.test", ["bob@fabrikam.test"], MAIL);
    assert_eq!(
        server.queues()[0].delivery_type.to_string(),
        "SmartHostConnectorDelivery"
    );
    assert_eq!(server.queues()[0].next_hop_domain, "one.test,two.test");
    let progress = server.advance(Duration::ZERO);
    assert!(
        matches!(progress[0].kind, ProgressKind::Delivered(_)),
        "{progress:?}"
    );
    assert_eq!(peer.finish().mail.len(), 1);
}

/// Nothing is looked up, and the sender is a stranger: the report goes out through the queue.
#[test]
fn a_host_that_nobody_named_is_not_found_and_a_stranger_hears_of_it_by_mail() {
    let clock = Clock::at(this_second());
    let peer = MockServer::start();
    let server = to_fabrikam(Version::Exchange2016, &clock, &peer);
    server.submit("eve@fabrikam.test", ["bob@nowhere.test"], MAIL);
    let before_expiry = server.advance(3 * HOUR);
    assert_eq!(peer.mail(), []);
    let error = server.queues()[0].last_error.clone();
    assert!(error.starts_with("[{LED=451 4.4.0 DNS query failed. The error was: SMTPSEND.DNS.NonExistentDomain; nonexistent domain nowhere.test -> DnsDomainDoesNotExist: InfoDomainNonexistent};{MSG=};{FQDN=nowhere.test};{IP=};"), "{error}");
    assert!(
        before_expiry
            .iter()
            .all(|one| matches!(one.kind, ProgressKind::Deferred { .. }))
    );
    server.advance(48 * HOUR);
    let report = peer.finish();
    let subjects: Vec<_> = report
        .mail
        .iter()
        .filter_map(|mail| mail.subject())
        .collect();
    assert_eq!(subjects, ["Delivery delayed:hello", "Undeliverable: hello"]);
    let told = &report.mail[1];
    assert_eq!(
        (told.from.as_str(), told.to.as_slice()),
        ("", ["eve@fabrikam.test".to_owned()].as_slice())
    );
    assert_eq!(
        told.header("From").as_deref(),
        Some("<postmaster@contoso.test>")
    );
    assert!(told.text().contains("Status: 5.4.300\r\nDiagnostic-Code: smtp;550 5.4.300 Message expired -> 451 4.4.0 DNS query failed."));
}

#[test]
fn what_no_connector_is_for_waits_until_one_is() {
    let clock = Clock::at(this_second());
    let peer = MockServer::start();
    let mut connector = SendConnector::new(CONNECTOR);
    connector.address_spaces = vec!["smtp:contoso.mail.onmicrosoft.com;1".to_owned()];
    let server = Exchange::builder(Version::Exchange2019)
        .clock(clock)
        .send_connector(connector)
        .resolve("fabrikam.test", peer.addr())
        .start();
    server.submit("alice@contoso.test", ["bob@fabrikam.test"], MAIL);
    assert_eq!(server.advance(HOUR), []);
    assert_eq!(server.queues()[0].identity, r"EX01\Unreachable");
    let change =
        |connector: &mut SendConnector| connector.address_spaces.push("smtp:*;10".to_owned());
    server.set_send_connector(CONNECTOR, change).unwrap();
    server.restart_service(TransportRole::HubTransport).unwrap();
    server.resubmit_queue(r"EX01\Unreachable").unwrap();
    server
        .suspend_queue("NextHopDomain -like '*kam.test'")
        .unwrap();
    assert_eq!(server.advance(HOUR), []);
    server.resume_queue("Status -eq 'Suspended'").unwrap();
    let progress = server.advance(Duration::ZERO);
    assert!(
        matches!(progress[0].kind, ProgressKind::Delivered(_)),
        "{progress:?}"
    );
    assert!(
        server
            .retry_queue("Statuz -eq 'Retry'")
            .unwrap_err()
            .to_string()
            .contains("did you mean `Status`?")
    );
    assert_eq!(peer.finish().mail.len(), 1);
}

/// A port where nobody listens.
fn closed() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn a_domain_is_looked_up_each_time_and_its_next_host_tried_where_one_cannot_be_talked_to() {
    let clock = Clock::at(this_second());
    let (second, third) = (MockServer::start(), MockServer::start());
    let hosts = [
        "mx1.fabrikam.test",
        "mx2.fabrikam.test",
        "mx3.fabrikam.test",
    ];
    let mut connector = SendConnector::new(CONNECTOR);
    connector.protocol_logging_level = ProtocolLoggingLevel::Verbose;
    let server = Exchange::builder(Version::Exchange2019)
        .clock(clock)
        .send_connector(connector)
        .mx("Fabrikam.test", hosts)
        .resolve(hosts[0], closed())
        .resolve(hosts[1], second.addr())
        .resolve(hosts[2], third.addr())
        // Its own address is not asked for where there are MX records.
        .resolve("fabrikam.test", third.addr())
        .start();
    server.submit("alice@contoso.test", ["bob@fabrikam.test"], MAIL);
    let queue = &server.queues()[0];
    assert_eq!(queue.next_hop_domain, "fabrikam.test");
    let progress = server.advance(Duration::ZERO);
    assert!(
        matches!(progress[0].kind, ProgressKind::Delivered(_)),
        "{progress:?}"
    );
    assert_eq!(attempts(&server).len(), 2);
    let rows = tracked(&server);
    let sent = rows
        .iter()
        .find(|row| row.event.name().starts_with("SEND"))
        .unwrap();
    assert_eq!(sent.server_hostname, hosts[1]);

    // Nobody is there any more, until DNS says who is; then what waits goes.
    server.set_mx("fabrikam.test", [hosts[0]]);
    server.submit("alice@contoso.test", ["bob@fabrikam.test"], MAIL);
    let progress = server.advance(Duration::ZERO);
    assert!(
        matches!(progress[0].kind, ProgressKind::Deferred { .. }),
        "{progress:?}"
    );
    server.set_mx("fabrikam.test", [hosts[2]]);
    server.advance(HOUR);
    // Without any, the domain is its own host.
    server.set_mx("fabrikam.test", [""; 0]);
    server.submit("alice@contoso.test", ["bob@fabrikam.test"], MAIL);
    server.advance(Duration::ZERO);
    assert_eq!(second.finish().mail.len(), 1);
    assert_eq!(third.finish().mail.len(), 2);
}
