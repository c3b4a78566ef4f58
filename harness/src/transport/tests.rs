//! The queues: when they try, what they say of it, and what they are told.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::{Clock, Reply};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const MAIL: &str = "Message-ID: <1@contoso.test>\r\nSubject: Hello\r\n\r\nHi.\r\n";

/// Tue, 23 Dec 2014 20:08:01 UTC
fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_419_365_281)
}

fn transport(schedule: RetrySchedule) -> (Transport, Clock) {
    let clock = Clock::at(start());
    let mut voice = Voice::new(Product::Exchange2013, "ex01.contoso.test");
    voice.domains.push("contoso.test".to_owned());
    (
        Transport::new("EX01", voice, schedule, clock.clone()),
        clock,
    )
}

fn to(domain: &str) -> Destination {
    Destination::domain("To the internet", domain)
}

fn mail(recipient: &str) -> Submission {
    Submission::new("alice@contoso.test", [recipient], MAIL)
}

fn nobody(outgoing: &Outgoing<'_>) -> AttemptOutcome {
    let setback = Setback::new(Cause::NotConnected(10060));
    AttemptOutcome::Unreachable(setback.with(&outgoing.destination.hosts[0], None))
}

fn taken() -> AttemptOutcome {
    AttemptOutcome::Delivered(Reply::new(250, "2.6.0 Queued mail for delivery"))
}

/// What happened, in a word each.
fn words(progress: &[Progress]) -> Vec<&'static str> {
    let word = |one: &Progress| match one.kind {
        ProgressKind::Deferred { .. } => "deferred",
        ProgressKind::Delayed(_) => "delayed",
        ProgressKind::Delivered(_) => "delivered",
        ProgressKind::Failed { .. } => "failed",
        ProgressKind::Removed => "removed",
        ProgressKind::Submitted => "submitted",
    };
    progress.iter().map(word).collect()
}

fn the_queue(transport: &Transport) -> Queue {
    let queues = transport.queues();
    assert_eq!(queues.len(), 1, "{queues:?}");
    queues.into_iter().next().unwrap()
}

/// Attempts of a queue that nobody answers, held against the schedule as a list.
#[track_caller]
fn check_schedule(schedule: RetrySchedule) {
    let (mut transport, clock) = transport(schedule.clone());
    transport.submit(to("fabrikam.test"), mail("bob@fabrikam.test"));
    let mut attempts = Vec::new();
    let watch = clock.clone();
    let progress = transport.play_until(start() + 100 * HOUR, |outgoing| {
        attempts.push(watch.now().duration_since(start()).unwrap());
        nobody(outgoing)
    });
    assert_eq!(attempts, schedule.attempts());
    assert_eq!(clock.now(), start() + 100 * HOUR);
    let last = progress.last().unwrap();
    assert_eq!(last.at, start() + schedule.expiration);
    assert_eq!(
        words(&progress)
            .iter()
            .filter(|word| **word == "failed")
            .count(),
        1
    );
}

#[test]
fn attempts_are_when_the_schedule_says() {
    check_schedule(RetrySchedule::mailbox_server());
    check_schedule(RetrySchedule::edge_server());
    check_schedule(RetrySchedule::exchange_online());
    check_schedule(RetrySchedule::exchange_online_2018());
}

#[test]
fn a_queue_connects_once_for_all_that_is_in_it_and_each_queue_for_itself() {
    let (mut transport, _) = transport(RetrySchedule::mailbox_server());
    for number in 0..100 {
        transport.submit(
            to("fabrikam.test"),
            mail(&format!("user{number}@fabrikam.test")),
        );
    }
    for number in 0..100 {
        let domain = format!("domain{number}.test");
        transport.submit(to(&domain), mail(&format!("bob@{domain}")));
    }
    let mut attempts = 0;
    let progress = transport.play_until(start() + 48 * HOUR, |outgoing| {
        attempts += 1;
        nobody(outgoing)
    });
    assert_eq!(attempts, 101 * 295);
    let count = |wanted| {
        words(&progress)
            .into_iter()
            .filter(|word| *word == wanted)
            .count()
    };
    assert_eq!(
        (count("delayed"), count("failed"), count("deferred")),
        (200, 200, 200 * 295)
    );
    assert_eq!(transport.messages(), []);
}

#[test]
fn a_queue_shows_what_get_queue_shows() {
    let (mut transport, clock) = transport(RetrySchedule::mailbox_server());
    let number = transport.submit(to("fabrikam.test"), mail("bob@fabrikam.test"));
    assert_eq!(the_queue(&transport).status, QueueStatus::Active);
    transport.play_until(start() + 10 * MINUTE, nobody);
    let queue = the_queue(&transport);
    assert_eq!(queue.identity, r"EX01\1");
    assert_eq!((queue.status, queue.message_count), (QueueStatus::Retry, 1));
    assert_eq!(
        (
            queue.delivery_type.to_string().as_str(),
            queue.next_hop_category
        ),
        ("DnsConnectorDelivery", "External")
    );
    assert_eq!(queue.retry_count, 5);
    let minute = |minute| Some(start() + minute * MINUTE);
    assert_eq!(queue.first_retry_time, minute(0));
    assert_eq!(queue.last_retry_time, minute(9));
    assert_eq!(queue.next_retry_time, minute(14));
    assert!(
        queue
            .last_error
            .starts_with("441 4.4.1 Error encountered while"),
        "{queue}"
    );
    let printed = queue.to_string();
    assert!(
        printed.contains("Identity         : EX01\\1\n"),
        "{printed}"
    );
    assert!(
        printed.contains("NextRetryTime    : 12/23/2014 8:22:01 PM\n"),
        "{printed}"
    );

    let message = &transport.messages()[0];
    assert_eq!(message.identity, format!(r"EX01\1\{number}"));
    assert_eq!(
        (message.status, message.retry_count),
        (MessageStatus::Retry, 6)
    );
    assert_eq!(message.expiration_time, start() + 48 * HOUR);
    assert_eq!(
        (
            message.subject.as_str(),
            message.internet_message_id.as_str()
        ),
        ("Hello", "<1@contoso.test>")
    );
    assert!(
        message
            .to_string()
            .contains("Recipients        : {bob@fabrikam.test}\n"),
        "{message}"
    );

    transport.play_until(start() + 15 * MINUTE, |_| taken());
    let queue = the_queue(&transport);
    assert_eq!(
        (queue.status, queue.message_count, queue.retry_count),
        (QueueStatus::Ready, 0, 0)
    );
    clock.advance(3 * MINUTE);
    assert_eq!(transport.queues(), []);
}

#[test]
fn a_forced_attempt_counts_and_the_next_comes_as_late_as_after_any() {
    let (mut transport, clock) = transport(RetrySchedule::mailbox_server());
    transport.submit(to("fabrikam.test"), mail("bob@fabrikam.test"));
    let filter: QueueFilter = "NextHopDomain -eq 'fabrikam.test' -and Status -eq 'Retry'"
        .parse()
        .unwrap();
    // Not in `Retry`: nothing to force.
    assert_eq!(transport.retry_queue(&filter, |_| taken()), []);
    transport.play_until(start() + 50 * MINUTE, nobody);
    assert_eq!(words(&transport.retry_queue(&filter, nobody)), ["deferred"]);
    assert_eq!(
        the_queue(&transport).next_retry_time,
        Some(start() + 60 * MINUTE)
    );
    let other: QueueFilter = "NextHopDomain -eq 'contoso.test'".parse().unwrap();
    assert_eq!(transport.retry_queue(&other, |_| taken()), []);
    assert_eq!(
        words(&transport.retry_queue(&filter, |_| taken())),
        ["delivered"]
    );
    assert_eq!(clock.now(), start() + 50 * MINUTE);
}

#[test]
fn what_is_put_off_waits_alone_and_what_is_refused_comes_back() {
    let (mut transport, _) = transport(RetrySchedule::mailbox_server());
    for name in ["greylisted", "bob", "unknown", "carol"] {
        transport.submit(to("fabrikam.test"), mail(&format!("{name}@fabrikam.test")));
    }
    let mut tries = Vec::new();
    let mut answer = |outgoing: &Outgoing<'_>| {
        let to = outgoing.submission.to[0].clone();
        tries.push(to.clone());
        if to.starts_with("greylisted") && outgoing.tried == 0 {
            return AttemptOutcome::Deferred(Setback::new(Cause::own("451 4.7.1 greylisted")));
        }
        match to.starts_with("unknown") {
            true => AttemptOutcome::Refused {
                reply: Reply::new(550, "5.1.1 User unknown"),
                host: "mx.fabrikam.test".to_owned(),
            },
            false => taken(),
        }
    };
    let progress = transport.play_until(start(), &mut answer);
    assert_eq!(
        words(&progress),
        ["deferred", "delivered", "failed", "delivered"]
    );
    let notification = progress[2].kind.notification().unwrap();
    assert_eq!(notification.to, "alice@contoso.test");
    assert_eq!(the_queue(&transport).status, QueueStatus::Ready);
    assert_eq!(transport.messages()[0].last_error, "451 4.7.1 greylisted");
    assert_eq!(transport.next_at(), Some(start() + 15 * MINUTE));
    let progress = transport.play_until(start() + HOUR, &mut answer);
    assert_eq!(words(&progress), ["delivered"]);
    assert_eq!(tries.len(), 5);
}

#[test]
fn of_several_recipients_each_has_its_own_fate() {
    let (mut transport, _) = transport(RetrySchedule::mailbox_server());
    let names = ["bob", "full", "unknown"].map(|name| format!("{name}@fabrikam.test"));
    transport.submit(
        to("fabrikam.test"),
        Submission::new("alice@contoso.test", names.clone(), MAIL),
    );
    let progress = transport.play_until(start(), |_| AttemptOutcome::Partly {
        reply: Some(Reply::new(250, "2.6.0 Queued")),
        host: "mx.fabrikam.test".to_owned(),
        left: vec![
            (names[1].clone(), Reply::new(452, "4.2.2 Mailbox full")),
            (names[2].clone(), Reply::new(550, "5.1.1 User unknown")),
        ],
    });
    let told: Vec<_> = progress
        .iter()
        .map(|one| one.recipients.join(","))
        .collect();
    assert_eq!(words(&progress), ["delivered", "failed", "deferred"]);
    assert_eq!(told, [names[0].as_str(), &names[2], &names[1]]);
    let report = progress[1].kind.notification().unwrap();
    let text = String::from_utf8_lossy(&report.content);
    assert!(
        text.contains("Final-Recipient: rfc822;unknown@") && !text.contains("rfc822;bob@"),
        "{text}"
    );
    let progress = transport.play_until(start() + HOUR, |outgoing| {
        assert_eq!(outgoing.submission.to, [names[1].clone()]);
        taken()
    });
    assert_eq!(words(&progress), ["delivered"]);
    let trace = message_trace(transport.journal());
    let rows: Vec<_> = trace.iter().map(|row| row.status.to_string()).collect();
    assert_eq!(rows, ["Delivered", "Delivered", "Failed"]);
}

#[test]
fn what_is_held_does_not_leave_and_grows_old_all_the_same() {
    let (mut transport, _) = transport(RetrySchedule::mailbox_server());
    let one = transport.submit(to("fabrikam.test"), mail("bob@fabrikam.test"));
    let two = transport.submit(to("fabrikam.test"), mail("carol@fabrikam.test"));
    transport.suspend_queue(&QueueFilter::all());
    assert_eq!(the_queue(&transport).status, QueueStatus::Suspended);
    let progress = transport.play_until(start() + 5 * HOUR, |_| taken());
    assert_eq!(words(&progress), ["delayed", "delayed"]);
    transport.resume_queue(&QueueFilter::all());
    assert!(transport.suspend_message(two) && !transport.suspend_message(99));
    let progress = transport.play_until(start() + 6 * HOUR, |_| taken());
    assert_eq!(words(&progress), ["delivered"]);
    assert_eq!(progress[0].message, one);
    assert_eq!(transport.messages()[0].status, MessageStatus::Suspended);
    let progress = transport.play_until(start() + 48 * HOUR, |_| taken());
    assert_eq!(words(&progress), ["failed"]);
}

#[test]
fn nobody_is_told_of_a_message_without_a_sender_or_of_one_that_was_removed() {
    let (mut transport, _) = transport(RetrySchedule::mailbox_server());
    let notification = Submission::new("", ["bob@fabrikam.test"], MAIL);
    transport.submit(to("fabrikam.test"), notification);
    let progress = transport.play_until(start() + 48 * HOUR, nobody);
    assert!(progress.iter().all(|one| one.kind.notification().is_none()));
    let number = transport.submit(to("fabrikam.test"), mail("bob@fabrikam.test"));
    assert!(transport.remove_message(number) && !transport.remove_message(number));
    assert_eq!(transport.next_at(), None);
    assert_eq!(
        transport.journal().last().unwrap().kind,
        ProgressKind::Removed
    );
}

#[test]
fn what_nobody_routes_waits_until_it_is_routed_anew() {
    let (mut transport, _) = transport(RetrySchedule::mailbox_server());
    let number = transport.submit(Destination::unreachable(), mail("bob@fabrikam.test"));
    let progress = transport.play_until(start() + HOUR, |_| unreachable!("nobody connects for it"));
    assert_eq!(progress, []);
    let queue = the_queue(&transport);
    assert_eq!(
        (queue.identity.as_str(), queue.next_hop_domain.as_str()),
        (r"EX01\Unreachable", "Unreachable Domain")
    );
    assert_eq!(
        queue.last_error,
        "A matching connector cannot be found to route the external recipient"
    );
    let filter: QueueFilter = r"EX01\Unreachable".parse().unwrap();
    transport.resubmit(&filter, |_| to("fabrikam.test"));
    let progress = transport.play_until(start() + HOUR, |_| taken());
    assert_eq!(
        (words(&progress), progress[0].message),
        (vec!["delivered"], number)
    );
}

#[test]
fn the_trace_tells_each_attempt_with_its_detail() {
    let clock = Clock::at(start());
    let voice = Voice::new(
        Product::ExchangeOnline(OnlineEra::Early2017),
        "HT1.example.test",
    );
    let mut transport = Transport::new("HT1", voice, RetrySchedule::exchange_online(), clock);
    transport.submit(
        to("contoso.test"),
        Submission::new("bob@fabrikam.test", ["alice@contoso.test"], MAIL),
    );
    let cause = Cause::Own {
        text: "450 4.7.320 Certificate validation failed".to_owned(),
        message: "SubjectMismatch".to_owned(),
    };
    let setback = Setback::new(cause).with("hybrid.contoso.test", "192.0.2.25:25".parse().ok());
    transport.play_until(start() + 20 * MINUTE, |_| {
        AttemptOutcome::Unreachable(setback.clone())
    });
    assert_eq!(
        message_trace(transport.journal())[0].status,
        crate::eop::Status::Pending
    );
    transport.play_until(start() + HOUR, |_| taken());
    let details = message_trace_detail(transport.journal());
    let events: Vec<_> = details.iter().map(|row| row.event.to_string()).collect();
    assert_eq!(events, ["Receive", "Defer", "Defer", "Send"]);
    assert_eq!(
        details[2].detail,
        "Reason: [{LED=450 4.7.320 Certificate validation failed};{MSG=SubjectMismatch};{FQDN=hybrid.contoso.test};{IP=192.0.2.25};{LRT=12/23/2014 8:23:01 PM}]. OutboundProxyTargetIP: 192.0.2.25. OutboundProxyTargetHostName: hybrid.contoso.test"
    );
    assert!(
        details
            .iter()
            .all(|row| row.message_trace_id == details[0].message_trace_id)
    );
    let trace = message_trace(transport.journal());
    assert_eq!(
        (trace.len(), trace[0].status),
        (1, crate::eop::Status::Delivered)
    );
    assert_eq!(trace[0].message_id, "<1@contoso.test>");
}

#[track_caller]
fn check_bad_filter(text: &str, expected: &str) {
    let error = text.parse::<QueueFilter>().unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn a_filter_that_makes_no_sense_is_told_where() {
    check_bad_filter("NextHopDomains -eq 'x'", "did you mean `NextHopDomain`?");
    check_bad_filter("Status -equals 'Retry'", "unknown operator `-equals`");
    check_bad_filter(
        "Status -eq 'Retry' -or Status -eq 'Ready'",
        "`-and` is expected in place of `-or`",
    );
    check_bad_filter("Status -eq 'Retry", "' is not closed");
    check_bad_filter("Status -eq", "write `Property -eq 'value'`");
    check_bad_filter(" {} ", "it is empty");
}

#[test]
fn filters_compare_numbers_as_numbers_and_text_in_any_case() {
    let (mut transport, _) = transport(RetrySchedule::mailbox_server());
    for _ in 0..10 {
        transport.submit(to("fabrikam.test"), mail("bob@fabrikam.test"));
    }
    let queue = the_queue(&transport);
    let holds = |text: &str| text.parse::<QueueFilter>().unwrap().is_for(&queue);
    assert!(holds("{MessageCount -gt 9}") && !holds("MessageCount -lt 9"));
    assert!(holds(
        "nexthopdomain -EQ \"FABRIKAM.test\" -and Status -ne 'Retry'"
    ));
    assert!(holds(
        "NextHopDomain -like '*kam.t*' -and NextHopDomain -like 'fab*'"
    ));
    assert!(!holds("NextHopDomain -like '*kam'") && !holds("NextHopDomain -like 'kam*'"));
    assert!(holds(r"ex01\1") && !holds(r"EX01\2"));
}
