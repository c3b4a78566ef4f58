//! A box whose administrator changes what it does, and one that greylists.

use std::time::{Duration, SystemTime};

use mailfault::intercept::{Change, Greylist, Interceptor, Tampering};
use mailfault::{Ca, Clock, MockServer, Reply};

use crate::raw_client::RawClient;

/// Says EHLO and no more; whether STARTTLS was offered.
#[track_caller]
fn is_offered_starttls(interceptor: &Interceptor) -> bool {
    let mut client = RawClient::greeted(interceptor.addr());
    client.say("EHLO client.test").contains("STARTTLS")
}

#[test]
fn what_is_changed_holds_for_the_sessions_that_come() {
    let identity = Ca::new().issue("mx.test");
    let server = MockServer::builder().starttls(identity).start();
    let interceptor = Interceptor::before(server.addr()).delete_starttls().start();
    let mut before = RawClient::greeted(interceptor.addr());
    assert!(!is_offered_starttls(&interceptor));
    interceptor.set_tampering(Vec::clear).unwrap();
    assert!(interceptor.tampering().is_empty());
    assert!(is_offered_starttls(&interceptor));
    // One that was there before is treated as before.
    assert!(!before.say("EHLO client.test").contains("STARTTLS"));
    interceptor
        .set_tampering(|all| all.push(Tampering::DeleteStartTls))
        .unwrap();
    assert!(!is_offered_starttls(&interceptor));
}

#[test]
fn what_does_not_go_together_changes_nothing() {
    let identity = Ca::new().issue("mx.test");
    let server = MockServer::builder().starttls(identity.clone()).start();
    let passing = Interceptor::before(server.addr()).mask_starttls().start();
    let error = passing.set_tampering(|all| all.push(Tampering::DeleteStartTls));
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("deleted or masked, not both")
    );
    assert_eq!(passing.tampering().len(), 1);
    let opening = Interceptor::before(server.addr())
        .terminate_tls(identity)
        .start();
    let error = opening.set_tampering(|all| all.push(Tampering::DeleteStartTls));
    assert!(error.unwrap_err().to_string().contains("terminate-tls"));
    let for_good = Greylist::new("550 5.7.1 go away", Duration::from_secs(60));
    let error = opening.set_tampering(|all| all.push(Tampering::Greylist(for_good)));
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("who is to come again is told so with a 4")
    );
}

const LATER: &str = "451 4.3.2 Please try again later";

/// MAIL and RCPT; the reply to RCPT.
#[track_caller]
fn asks(interceptor: &Interceptor, from: &str, to: &str) -> String {
    let mut client = RawClient::helloed(interceptor.addr());
    assert!(
        client
            .say(&format!("MAIL FROM:<{from}>"))
            .starts_with("250")
    );
    let reply = client.say(&format!("RCPT TO:<{to}>"));
    client.say("QUIT");
    reply
}

#[test]
fn a_triplet_is_put_off_and_taken_when_it_comes_again() {
    let clock = Clock::at(SystemTime::now());
    let server = MockServer::start();
    let interceptor = Interceptor::before(server.addr())
        .clock(clock.clone())
        .greylist(Greylist::new(LATER, Duration::from_secs(600)).exempting(["contoso.test"]))
        .start();
    let later = Reply::from(LATER).to_string();
    assert_eq!(asks(&interceptor, "a@a.test", "b@b.test"), later);
    assert!(asks(&interceptor, "a@contoso.test", "b@b.test").starts_with("250"));
    clock.advance(Duration::from_secs(599));
    assert_eq!(asks(&interceptor, "a@a.test", "b@b.test"), later);
    clock.advance(Duration::from_secs(1));
    assert!(asks(&interceptor, "a@a.test", "b@b.test").starts_with("250"));
    assert_eq!(asks(&interceptor, "a@a.test", "c@b.test"), later);
    let sessions = interceptor.finish().sessions;
    let answered = |change: &Change| matches!(change, Change::Answered { .. });
    let put_off = sessions.iter().map(|one| one.changes.iter().any(answered));
    assert_eq!(
        put_off.collect::<Vec<_>>(),
        [true, false, true, false, true]
    );
    // The server never heard of those who have to come again.
    let heard = server.finish().sessions;
    assert!(!heard[0].transcript.to_string().contains("RCPT"));
    assert!(heard[1].transcript.to_string().contains("RCPT"));
}

#[test]
fn of_a_pipeline_each_recipient_has_its_reply_in_its_place() {
    let server = MockServer::start();
    let clock = Clock::at(SystemTime::now());
    let interceptor = Interceptor::before(server.addr())
        .clock(clock.clone())
        .greylist(Greylist::new(LATER, Duration::from_secs(60)))
        .start();
    asks(&interceptor, "a@a.test", "known@b.test");
    clock.advance(Duration::from_secs(60));
    let mut client = RawClient::helloed(interceptor.addr());
    client
        .send("MAIL FROM:<a@a.test>\r\nRCPT TO:<new@b.test>\r\nRCPT TO:<known@b.test>\r\nNOOP\r\n");
    let replies: Vec<_> = (0..4).map(|_| client.reply()).collect();
    let codes: Vec<_> = replies.iter().map(|reply| &reply[..3]).collect();
    assert_eq!(codes, ["250", "451", "250", "250"], "{replies:?}");
}
