use std::time::Duration;

use super::*;

#[track_caller]
fn check(stage: Stage, action: Action, why: &str) {
    match Fault::at(stage).action(action) {
        Err(error) => assert!(error.to_string().contains(why), "{error}"),
        Ok(fault) => panic!("{fault:?} should have been refused"),
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_an_explanation() {
    let hide = || Action::Hide("STARTTLS".into());
    check(Stage::Quit, hide(), "only the EHLO reply lists keywords");
    check(Stage::Any, hide(), "only the EHLO reply lists keywords");
    check(Stage::Ehlo, Action::Hide("AUTH LOGIN".into()), "one word");
    check(Stage::Ehlo, Action::Add("A\r\nB".into()), "one line");
    check(
        Stage::Connect,
        Action::Reply("250 ok".into()),
        "no reply is due",
    );
    check(
        Stage::Handshake,
        Action::Reply("250 ok".into()),
        "no reply is due",
    );
    check(
        Stage::Ehlo,
        Action::Handshake(HandshakeFault::Junk),
        "`handshake`",
    );
    check(
        Stage::Handshake,
        Action::Handshake(HandshakeFault::Edit(Edit::FlipRecord(0))),
        "counted from 1",
    );
    check(
        Stage::Handshake,
        Action::Handshake(After::Octets(9).alert(40)),
        "use `close`",
    );
    let drip = |octets| Action::Drip {
        octets,
        every: Duration::ZERO,
    };
    check(Stage::Handshake, drip(1), "could drip");
    check(Stage::Rcpt, drip(0), "never end");
    let second = Duration::from_secs(1);
    for stage in [Stage::Connect, Stage::Handshake, Stage::Tls] {
        check(stage, Action::Endless(second), "no reply is due there");
        check(stage, Action::Lines(2), "no reply is due there");
        check(stage, Action::Overlong(2), "no reply is due there");
        check(stage, Action::SplitCrlf(second), "no reply is due there");
    }
    check(
        Stage::Rcpt,
        Action::Endless(Duration::ZERO),
        "wait at least `1ms`",
    );
    check(Stage::Ehlo, Action::Lines(1_000_000), "before a million");
    check(
        Stage::Ehlo,
        Action::HonourPipelined,
        "comes at the stage `starttls`",
    );
    check(
        Stage::Body,
        Action::LooseEnd(LooseEnd::LfLf),
        "use the stage `data`",
    );
    let throttle = Action::Throttle {
        octets: 0,
        per: second,
    };
    check(Stage::Connect, throttle, "use `stop-reading`");
}

#[test]
fn conditions_that_cannot_be_met_are_refused() {
    #[track_caller]
    fn check(at: At, action: Action, why: &str) {
        let error = at.action(action).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    let body = || Fault::at(Stage::Body).after_reply();
    check(body(), Action::Reply("250 ok".into()), "can follow a reply");
    check(body().after_octets(1), Action::Close, "before its end");
    check(
        Fault::at(Stage::Tls).after_reply(),
        Action::Close,
        "no reply is due",
    );
    check(
        Fault::at(Stage::Mail).greylisting(Duration::ZERO),
        Action::Close,
        "at the stage `rcpt`",
    );
}

#[test]
fn a_fault_names_its_seed_where_chance_has_a_say() {
    #[track_caller]
    fn check(fault: Fault, told: &str) {
        assert_eq!(fault.to_string(), told);
    }
    let reset = || Fault::at(Stage::Any).reset();
    check(reset(), "`reset` at `any`");
    check(
        reset().chance(0.5).seed(7),
        "`reset` at `any` (chance 0.5, seed 7)",
    );
    check(
        reset().lot(1, 5).seed(7),
        "`reset` at `any` (lot 1 of 5, seed 7)",
    );
    check(
        Fault::at(Stage::Any).jitter(Duration::ZERO),
        "`jitter` at `any` (seed 0)",
    );
}

#[test]
fn octets_are_counted_in_the_body_only() {
    let error = Fault::at(Stage::Mail).after_octets(1).action(Action::Close);
    assert!(error.unwrap_err().to_string().contains("only the body"));
    let error = Fault::at(Stage::Body)
        .after_octets(1)
        .action(Action::Overlong(9));
    assert!(error.unwrap_err().to_string().contains("mid-body"));
}

#[test]
fn equal_words_give_equal_values() {
    let fault = || {
        Fault::at(Stage::Rcpt)
            .matching("bob@")
            .skip(1)
            .reply("550 no")
            .once()
    };
    assert_eq!(fault(), fault());
    assert_ne!(fault(), fault().at_most(1));
}
