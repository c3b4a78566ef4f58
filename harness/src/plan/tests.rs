use std::net::Ipv4Addr;
use std::time::Duration;

use super::*;

fn moment(stage: Stage, lines: &[String]) -> Moment<'_> {
    Moment {
        stage,
        lines,
        session: 1,
        from: IpAddr::V4(Ipv4Addr::LOCALHOST),
        inside_tls: false,
        octets: None,
        connections: 1,
        sender: "MAIL FROM:<alice@example.test>",
        now: SystemTime::UNIX_EPOCH,
    }
}

/// Plays `faults` at RCPT `times` times and says which replies came.
#[track_caller]
fn check(faults: &[Fault], expected: &[u16]) {
    let mut plan = Plan::default();
    faults.iter().for_each(|fault| plan.install(fault.clone()));
    let lines = ["RCPT TO:<bob@example.test>".to_owned()];
    let mut tally = Tally::default();
    let seen: Vec<u16> = expected
        .iter()
        .map(
            |_| match plan.next(moment(Stage::Rcpt, &lines), &mut tally).instead {
                Some(Action::Reply(reply)) => reply.code,
                _ => 0,
            },
        )
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn the_first_that_matches_wins_and_counts_are_kept() {
    let rcpt = || Fault::at(Stage::Rcpt);
    check(
        &[rcpt().reply("451 a").once(), rcpt().reply("550 b")],
        &[451, 550, 550],
    );
    check(&[rcpt().reply("451 a").times(2)], &[451, 451, 0]);
    check(&[rcpt().skip(1).reply("451 a").once()], &[0, 451, 0]);
    check(&[rcpt().matching("BOB@").reply("550 b")], &[550]);
    check(&[rcpt().matching("carol@").reply("550 b")], &[0]);
    check(&[rcpt().session(2).reply("550 b")], &[0]);
    check(&[rcpt().inside_tls().reply("550 b")], &[0]);
    check(&[Fault::at(Stage::Any).reply("450 c")], &[450]);
    check(&[Fault::at(Stage::Mail).reply("450 c")], &[0]);
}

#[test]
fn turns_are_counted() {
    let rcpt = || Fault::at(Stage::Rcpt);
    check(&[rcpt().every(2).reply("451 a")], &[0, 451, 0, 451]);
    check(
        &[rcpt().skip(1).every(2).reply("451 a")],
        &[0, 0, 451, 0, 451],
    );
    check(&[rcpt().every_nth_session(1).reply("451 a")], &[451]);
    check(&[rcpt().every_nth_session(2).reply("451 a")], &[0, 0]);
    check(&[rcpt().beyond_connections(0).reply("421 a")], &[421]);
    check(&[rcpt().beyond_connections(1).reply("421 a")], &[0]);
    let minute = Duration::from_secs(60);
    check(
        &[rcpt().beyond_rate(2, minute).reply("450 a")],
        &[0, 0, 450, 450],
    );
}

/// Plays one fault at RCPT, each time in a session, at a time, for a recipient.
#[track_caller]
fn play(fault: Fault, moments: &[(u64, u64, &str)], expected: &[bool]) {
    let mut plan = Plan::default();
    plan.install(fault);
    let mut tallies = vec![Tally::default(); 10];
    let fired: Vec<bool> = moments
        .iter()
        .map(|(session, seconds, recipient)| {
            let lines = [format!("RCPT TO:<{recipient}>")];
            let at = Moment {
                session: *session,
                now: SystemTime::UNIX_EPOCH + Duration::from_secs(*seconds),
                ..moment(Stage::Rcpt, &lines)
            };
            let decision = plan.next(at, &mut tallies[*session as usize]);
            decision.instead.is_some()
        })
        .collect();
    assert_eq!(fired, expected);
}

#[test]
fn some_turns_are_counted_in_each_session() {
    let fault = Fault::at(Stage::Rcpt).skip_in_session(1).reply("421 a");
    let moments = [(1, 0, "a"), (2, 0, "a"), (1, 0, "a"), (2, 0, "a")];
    play(fault, &moments, &[false, false, true, true]);
}

#[test]
fn a_rate_looks_back_so_far_and_no_further() {
    let minute = Duration::from_secs(60);
    let fault = Fault::at(Stage::Rcpt).beyond_rate(2, minute).reply("450 a");
    let at = |seconds| (1, seconds, "a");
    let moments = [at(0), at(30), at(59), at(60), at(61), at(91)];
    play(fault, &moments, &[false, false, true, false, true, false]);
}

#[test]
fn greylisting_knows_client_sender_and_recipient_together() {
    let wait = Duration::from_secs(300);
    let fault = Fault::at(Stage::Rcpt).greylisting(wait).reply("450 a");
    let moments = [
        (1, 0, "bob@x.test"),
        (2, 299, "BOB@x.test> NOTIFY=NEVER"),
        (2, 299, "carol@x.test"),
        (3, 300, "bob@x.test"),
        (3, 300, "carol@x.test"),
        (4, 900, "bob@x.test"),
    ];
    play(fault, &moments, &[true, true, true, false, true, false]);
}

#[test]
fn the_table_of_triplets_is_bounded() {
    let fault = Fault::at(Stage::Rcpt)
        .greylisting(Duration::ZERO)
        .reply("450 a");
    let mut plan = Plan::default();
    plan.install(fault);
    let mut tally = Tally::default();
    let mut fires = |number: u32| {
        let lines = [format!("RCPT TO:<{number}@x.test>")];
        let moment = moment(Stage::Rcpt, &lines);
        plan.next(moment, &mut tally).instead.is_some()
    };
    assert!((0..5_000).all(&mut fires));
    assert!(!fires(4_999));
    assert!(fires(0), "the oldest are forgotten");
}

#[test]
fn every_session_draws_one_lot_and_keeps_it() {
    let lot = |number| Fault::at(Stage::Rcpt).reply("451 a").lot(number, 3).seed(7);
    let mut plan = Plan::default();
    (1..=3).for_each(|number| plan.install(lot(number)));
    let mut drawn = [0; 3];
    for session in 1..=30 {
        let mut tally = Tally::default();
        let mut told = |plan: &mut Plan| {
            let at = Moment {
                session,
                ..moment(Stage::Rcpt, &[])
            };
            plan.next(at, &mut tally).told
        };
        let first = told(&mut plan);
        assert_eq!((first.len(), &first), (1, &told(&mut plan)));
        let which = (1..=3).position(|n| first[0].contains(&format!("lot {n} of 3, seed 7")));
        drawn[which.expect("one of them")] += 1;
    }
    assert!(drawn.iter().all(|count| *count >= 3), "{drawn:?}");
}

#[test]
fn jitter_is_a_delay_of_the_seeds_choice() {
    let most = Duration::from_millis(100);
    let waits = |seed| -> Vec<Action> {
        let mut plan = Plan::default();
        plan.install(Fault::at(Stage::Rcpt).jitter(most).seed(seed));
        let mut tally = Tally::default();
        let mut next = || {
            plan.next(moment(Stage::Rcpt, &[]), &mut tally)
                .edits
                .remove(0)
        };
        (0..20).map(|_| next()).collect()
    };
    assert_eq!(waits(7), waits(7));
    assert_ne!(waits(7), waits(8));
    assert!(waits(7).iter().all(|wait| match wait {
        Action::Delay(wait) => *wait < most,
        _ => false,
    }));
}

#[test]
fn what_follows_the_reply_stands_beside_what_replaces_it() {
    let mut plan = Plan::default();
    plan.install(Fault::at(Stage::Rcpt).raw("250 odd\r\n"));
    plan.install(Fault::at(Stage::Rcpt).after_reply().close());
    let decision = plan.next(moment(Stage::Rcpt, &[]), &mut Tally::default());
    assert!(matches!(decision.instead, Some(Action::Raw(_))));
    assert_eq!(decision.then, Some(Action::Close));
}

#[test]
fn a_later_fault_is_not_used_up_by_an_earlier_one() {
    let rcpt = || Fault::at(Stage::Rcpt);
    check(
        &[rcpt().reply("451 a").once(), rcpt().reply("452 b").once()],
        &[451, 452, 0],
    );
}

#[test]
fn edits_add_up_beside_what_replaces() {
    let mut plan = Plan::default();
    plan.install(Fault::at(Stage::Ehlo).hide("STARTTLS"));
    plan.install(Fault::at(Stage::Ehlo).reply("250 x"));
    plan.install(Fault::at(Stage::Ehlo).add("AUTH PLAIN"));
    let decision = plan.next(moment(Stage::Ehlo, &[]), &mut Tally::default());
    assert_eq!(decision.edits.len(), 2);
    assert!(decision.instead.is_some());
}

#[test]
fn chance_is_the_same_for_the_same_session_whatever_runs_beside_it() {
    let play = |order: &[u64]| {
        let mut plan = Plan::default();
        plan.install(Fault::at(Stage::Rcpt).reply("451 a").chance(0.5).seed(7));
        let mut luck = vec![Vec::new(); 3];
        let mut tallies = vec![Tally::default(); 3];
        for &session in order {
            let at = Moment {
                session,
                ..moment(Stage::Rcpt, &[])
            };
            let fired = plan
                .next(at, &mut tallies[session as usize])
                .instead
                .is_some();
            luck[session as usize].push(fired);
        }
        luck
    };
    let one_by_one = [[1; 20], [2; 20]].concat();
    let in_turn = [1, 2].repeat(20);
    assert_eq!(play(&one_by_one), play(&in_turn));
    let fired = play(&one_by_one)[1].iter().filter(|fired| **fired).count();
    assert!((3..=17).contains(&fired), "{fired} of 20 at p = 0.5");
}

#[test]
fn jitter_is_a_delay_of_any_length_up_to_the_one_given() {
    let most = Duration::from_secs(1);
    let mut plan = Plan::default();
    plan.install(Fault::at(Stage::Rcpt).jitter(most).seed(7));
    let mut tally = Tally::default();
    let mut waits: Vec<Duration> = Vec::new();
    for _ in 0..100 {
        let edits = plan.next(moment(Stage::Rcpt, &[]), &mut tally).edits;
        assert!(
            matches!(*edits, [Action::Delay(wait)] if wait < most),
            "{edits:?}"
        );
        waits.extend(edits.iter().filter_map(|edit| match edit {
            Action::Delay(wait) => Some(*wait),
            _ => None,
        }));
    }
    // Spread evenly: half a second each, on the whole.
    let sum: Duration = waits.iter().sum();
    assert!((40..=60).contains(&sum.as_secs()), "{sum:?}");
}
