//! Queues by property: whatever becomes of the attempts, and whatever administrators do.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use mailfault::transport::{
    AttemptOutcome, Cause, Destination, Outgoing, Product, ProgressKind, QueueFilter,
    RetrySchedule, Setback, Submission, Transport, Voice,
};
use mailfault::{Clock, Reply};
use proptest::prelude::*;

/// What an attempt comes to.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Deferred,
    Delivered,
    Partly,
    Refused,
    Unreachable,
}

/// What an administrator does, and after how many minutes.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Resubmit,
    Resume,
    Retry,
    Submit,
    Suspend,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let one = prop_oneof![
        1 => Just(Fate::Deferred),
        1 => Just(Fate::Delivered),
        1 => Just(Fate::Partly),
        1 => Just(Fate::Refused),
        8 => Just(Fate::Unreachable),
    ];
    prop::collection::vec(one, 1..40)
}

fn deeds() -> impl Strategy<Value = Vec<(Deed, u64)>> {
    let one = prop_oneof![
        1 => Just(Deed::Resubmit),
        1 => Just(Deed::Resume),
        1 => Just(Deed::Retry),
        3 => Just(Deed::Submit),
        1 => Just(Deed::Suspend),
    ];
    prop::collection::vec((one, 0u64..600), 1..20)
}

fn answer(outgoing: &Outgoing<'_>, fate: Fate) -> AttemptOutcome {
    let to = &outgoing.submission.to;
    let last = to.last().cloned().unwrap();
    match fate {
        Fate::Deferred => AttemptOutcome::Deferred(Setback::new(Cause::own("451 4.7.1 later"))),
        Fate::Delivered => AttemptOutcome::Delivered(Reply::new(250, "2.6.0 Queued")),
        Fate::Partly if to.len().is_multiple_of(2) => AttemptOutcome::Partly {
            reply: Some(Reply::new(250, "2.6.0 Queued")),
            left: vec![(last, Reply::new(452, "4.2.2 full"))],
            host: "mx.test".to_owned(),
        },
        Fate::Partly => AttemptOutcome::Partly {
            reply: None,
            left: to
                .iter()
                .map(|one| (one.clone(), Reply::new(550, "5.1.1 unknown")))
                .collect(),
            host: String::new(),
        },
        Fate::Refused => AttemptOutcome::Refused {
            reply: Reply::new(554, "5.7.1 no"),
            host: "mx.test".to_owned(),
        },
        Fate::Unreachable => AttemptOutcome::Unreachable(Setback::new(Cause::NotConnected(10061))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_recipient_has_one_fate_and_time_never_goes_back(
        fates in fates(),
        deeds in deeds(),
        product in prop::sample::select(&Product::ALL[..]),
    ) {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
        let clock = Clock::at(start);
        let voice = Voice::new(product, "ex01.contoso.test");
        let schedule = RetrySchedule::mailbox_server();
        let expiration = schedule.expiration;
        let mut transport = Transport::new("EX01", voice, schedule, clock.clone());
        let mut fates = fates.into_iter().cycle();
        let mut late = None;
        let mut attempt = |outgoing: &Outgoing<'_>| {
            // Nothing is tried whose time is over, and nobody is tried for nobody.
            if outgoing.arrived + expiration <= clock.now() || outgoing.submission.to.is_empty() {
                late = Some(outgoing.number);
            }
            answer(outgoing, fates.next().unwrap())
        };
        let mut submitted = BTreeMap::new();
        for (number, (deed, minutes)) in deeds.into_iter().enumerate() {
            let everything = QueueFilter::all();
            match deed {
                Deed::Resubmit => transport.resubmit(&everything, |_| Destination::domain("B", "b.test")),
                Deed::Resume => transport.resume_queue(&everything),
                Deed::Retry => drop(transport.retry_queue(&everything, &mut attempt)),
                Deed::Submit => {
                    let to: Vec<_> = (0..=number % 4).map(|n| format!("user{n}@a.test")).collect();
                    let message = Submission::new("alice@c.test", to.clone(), "Subject: x\r\n\r\ny\r\n");
                    let destination = Destination::domain("A", format!("a{}.test", number % 3));
                    submitted.insert(transport.submit(destination, message), to);
                }
                Deed::Suspend => transport.suspend_queue(&everything),
            }
            transport.play_until(clock.now() + Duration::from_secs(minutes * 60), &mut attempt);
        }
        // In the end everything has left, one way or the other.
        transport.play_until(clock.now() + 2 * expiration, &mut attempt);
        prop_assert_eq!(late, None);
        prop_assert!(transport.messages().is_empty());
        prop_assert_eq!(transport.next_at(), None);

        let mut ends: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        let mut before = start;
        for one in transport.journal() {
            prop_assert!(before <= one.at);
            before = one.at;
            if let ProgressKind::Delivered(_) | ProgressKind::Failed { .. } = one.kind {
                ends.entry(one.message).or_default().extend(one.recipients.clone());
            }
            if let ProgressKind::Failed { notification, .. } = &one.kind {
                prop_assert!(notification.is_some());
            }
        }
        for all in ends.values_mut() {
            all.sort();
        }
        prop_assert_eq!(ends, submitted);
    }
}
