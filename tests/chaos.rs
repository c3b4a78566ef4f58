//! Chance: the same seed brings the same faults to the same sessions, whatever runs beside them,
//! and a failure names it.

use std::net::SocketAddr;
use std::time::Duration;

use mailfault::Stage::{Any, Ehlo, Mail, Rcpt};
use mailfault::{Fault, MockServer, What};

use crate::raw_client::RawClient;

/// The faults of each session, in order, where `clients` clients have come in this order and then
/// talk all at the same time.
fn faults_of_sessions(seed: u64, clients: usize) -> Vec<Vec<String>> {
    let server = MockServer::builder()
        .fault(Fault::at(Rcpt).reply("451 chance").chance(0.3).seed(seed))
        .fault(Fault::at(Ehlo).hide("DSN").lot(1, 3).seed(seed))
        .fault(Fault::at(Ehlo).hide("SIZE").lot(2, 3).seed(seed))
        .fault(Fault::at(Any).jitter(Duration::from_millis(3)).seed(seed))
        .fault(
            Fault::at(Any)
                .skip_in_session(20)
                .reset()
                .chance(0.1)
                .seed(seed),
        )
        .start();
    let greeted: Vec<RawClient> = (0..clients)
        .map(|_| RawClient::greeted(server.addr()))
        .collect();
    std::thread::scope(|threads| {
        for mut client in greeted {
            threads.spawn(move || {
                client.say("EHLO c.test");
                for _ in 0..10 {
                    client.say("MAIL FROM:<a@a.test>");
                    client.say("RCPT TO:<b@b.test>");
                    client.say("RSET");
                }
            });
        }
    });
    let report = server.finish();
    let faults = |session: &mailfault::Session| {
        let events = session.transcript.events().iter();
        let faults = events.filter_map(|event| match &event.what {
            What::Fault(told) => Some(told.clone()),
            _ => None,
        });
        faults.collect()
    };
    report.sessions.iter().map(faults).collect()
}

#[test]
fn the_same_seed_is_the_same_chaos_under_parallel_load() {
    let first = faults_of_sessions(7, 8);
    assert_eq!(first, faults_of_sessions(7, 8));
    // Nor does it matter how many come beside them.
    assert_eq!(first[..2], faults_of_sessions(7, 2));
    assert_ne!(first, faults_of_sessions(8, 8));
    let all = first.concat();
    for told in [
        "reply at rcpt (chance 0.3, seed 7)",
        "hide at ehlo (lot 1 of 3, seed 7)",
        "jitter at mail (seed 7)",
    ] {
        assert!(all.iter().any(|fault| fault == told), "{told}: {all:?}");
    }
    assert!(all.iter().any(|fault| fault.starts_with("reset at ")));
}

fn say_mail(server: SocketAddr) {
    RawClient::helloed(server).say("MAIL FROM:<a@a.test>");
}

#[test]
#[should_panic(expected = "fault 1 (`reply` at `mail` (chance 0, seed 42)) fired 0 of 1 times")]
fn a_fault_that_chance_never_chose_names_its_seed() {
    let never = Fault::at(Mail).reply("451 chance").chance(0.0).seed(42);
    let server = MockServer::builder().fault(never.once()).start();
    say_mail(server.addr());
    server.finish();
}

#[test]
#[should_panic(expected = "-- fault: reply at mail (chance 1, seed 42)\nS: 451 chance")]
fn a_failure_shows_the_seed_of_what_chance_chose() {
    let always = Fault::at(Mail).reply("451 chance").chance(1.0).seed(42);
    let server = MockServer::builder()
        .fault(always)
        .fault(Fault::at(Rcpt).reply("550 no").once())
        .start();
    say_mail(server.addr());
    server.finish();
}
