//! What does not go together is said.

use std::time::Duration;

use mailfault::intercept::{
    Appliance, Break, Builder, Interceptor, Keywords, Tampering, Unknown, UpstreamTls,
};
use mailfault::{Ca, Error, Stage};

#[track_caller]
fn check(wish: impl FnOnce(Builder) -> Builder, complaint: &str) {
    let builder = wish(Interceptor::before(([127, 0, 0, 1], 25)));
    match builder.try_start() {
        Err(error @ Error::NoSuchFault { .. }) => assert_eq!(error.to_string(), complaint),
        other => panic!("{other:?}, not {complaint}"),
    }
}

#[test]
fn contradictions_are_told() {
    let identity = || Ca::new().issue("mx.test");
    let refusal = "454 4.7.0 no";
    check(
        |it| it.delete_starttls().mask_starttls(),
        "`delete-starttls` with `mask-keywords` makes no sense: STARTTLS is deleted or masked, not both",
    );
    check(
        |it| it.delete_starttls().delete_starttls(),
        "`delete-starttls` with `delete-starttls` makes no sense: it can be said once",
    );
    check(
        |it| it.refuse_starttls(refusal).delete_starttls(),
        "`refuse-starttls` with `delete-starttls` makes no sense: the client would never send STARTTLS; `hidden-starttls` says what becomes of one that is sent all the same",
    );
    check(
        |it| {
            it.refuse_starttls(refusal)
                .break_after_starttls(Break::Close)
        },
        "`refuse-starttls` with `break-starttls` makes no sense: STARTTLS is refused or broken, not both",
    );
    check(
        |it| it.refuse_ehlo("502 no").mask_starttls(),
        "`refuse-ehlo` with `mask-keywords` makes no sense: there is no EHLO reply to change",
    );
    check(
        |it| it.mask_banner().tamper(Tampering::Greet("220 x".into())),
        "`mask-banner` with `greet` makes no sense: the greeting is masked or the box's own, not both",
    );
    check(
        |it| it.terminate_tls(identity()).mask_starttls(),
        "`mask-keywords` with `terminate-tls` makes no sense: the client would never begin TLS",
    );
    check(
        |it| {
            it.terminate_tls(identity())
                .only_verbs(Tampering::MAILGUARD, Unknown::Mask)
        },
        "`only-verbs` with `terminate-tls` makes no sense: the client's STARTTLS would never be heard",
    );
    check(
        |it| it.resign(Ca::new()).break_after_starttls(Break::Reset),
        "`break-starttls` with `resign` makes no sense: TLS would never begin",
    );
    check(
        |it| it.resign(Ca::new()).terminate_tls(identity()),
        "`terminate-tls` with `resign` makes no sense: the certificate is the box's own or signed again, not both",
    );
    check(
        |it| it.resign(Ca::new()).upstream_tls(UpstreamTls::Clear),
        "`resign` with `upstream-tls` makes no sense: a certificate that is signed again must be read behind the box",
    );
    check(
        |it| {
            it.appliance(Appliance::cisco_asa())
                .terminate_tls(identity())
        },
        "`mask-keywords` with `terminate-tls` makes no sense: the client would never begin TLS",
    );
    let twice = |at| {
        move |it: Builder| {
            it.delay(Stage::Mail, Duration::ZERO)
                .delay(at, Duration::ZERO)
        }
    };
    check(
        twice(Stage::Mail),
        "`delay` with `delay` makes no sense: one wait at one stage",
    );
    let server = mailfault::MockServer::start();
    twice(Stage::Rcpt)(Interceptor::before(server.addr()))
        .try_start()
        .unwrap();
}

#[test]
fn what_makes_no_sense_alone_is_told() {
    check(
        |it| it.upstream_tls(UpstreamTls::Unverified),
        "`upstream-tls` makes no sense: the box does not open TLS; say `terminate_tls` too",
    );
    check(
        Builder::drop_client_certificate,
        "`drop-client-certificate` makes no sense: it is lost where TLS is opened; say `terminate_tls` or `resign` too",
    );
    check(
        |it| {
            it.mask_keywords(Keywords::Only(vec!["SIZE".into()]))
                .hidden_starttls(Unknown::Pass)
        },
        "`hidden-starttls` makes no sense: nothing hides STARTTLS",
    );
    check(
        |it| it.delay(Stage::Tls, Duration::ZERO),
        "`delay` at `tls` makes no sense: nobody says anything there; `ehlo` is the next word that can be held back",
    );
    check(
        |it| it.refuse_starttls("220 come in"),
        "`refuse-starttls` with `220 come in` makes no sense: a refusal begins with 4 or 5",
    );
    check(
        |it| it.tamper(Tampering::Greet("554 no".into())),
        "`greet` with `554 no` makes no sense: a greeting begins with 220",
    );
}

#[test]
fn other_machines_are_named_in_words() {
    let elsewhere = ([192, 0, 2, 1], 25);
    let error = Interceptor::before(elsewhere).try_start().unwrap_err();
    assert_eq!(
        error.to_string(),
        "a box before 192.0.2.1:25 makes no sense: it is no loopback address; `before_remote` goes to other machines"
    );
    Interceptor::before_remote(elsewhere).try_start().unwrap();
}

#[test]
fn a_name_that_no_certificate_can_have_is_told() {
    let appliance = Appliance::barracuda_esg().host("not a name");
    let builder = Interceptor::before(([127, 0, 0, 1], 25)).appliance(appliance);
    let error = builder.try_start().unwrap_err();
    assert!(matches!(error, Error::BadTls { .. }), "{error}");
}
