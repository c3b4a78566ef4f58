//! What a send connector asks of a server's certificate: the sender with a queue and the judge of
//! the same name say the same.

use mailfault::exchange::{AttemptEnding, Exchange, SendConnector, TlsAuthLevel, Version};
use mailfault::judge::{ExchangeSend, Expectation, Findings, Probe};
use mailfault::{Ca, CrlWish, Fetched, Identity, Leaf, MockServer, Reason, Responder, Revocation};

use TlsAuthLevel::{CertificateValidation, DomainValidation, EncryptionOnly};

const TO: &str = "bob@contoso.test";

type Asks<'a> = (Option<TlsAuthLevel>, Option<&'a str>);

/// Whether a connector with this level delivers to a server with this certificate.
#[track_caller]
fn check(ca: &Ca, identity: &Identity, asks: Asks<'_>, delivers: bool) {
    check_with(ca, (identity, None), asks, delivers);
}

/// The same with somebody who says whether the certificate was revoked.
#[track_caller]
fn check_with(
    ca: &Ca,
    (identity, responder): (&Identity, Option<Responder>),
    (level, domain): Asks<'_>,
    delivers: bool,
) {
    let lists = identity.crls();
    let asked = responder.is_some();
    let mut cloud = MockServer::builder().starttls(identity.clone());
    if let Some(responder) = responder {
        cloud = cloud.responder(responder);
    }
    let cloud = cloud.start();
    let mut connector = SendConnector::new("Out");
    connector.require_tls = level.is_some();
    connector.tls_auth_level = level;
    connector.tls_domain = domain.map(str::to_owned);
    let judge = ExchangeSend::from(&connector);
    let server = Exchange::builder(Version::Exchange2016)
        .trusted_roots(ca.roots().to_vec())
        .send_connector(connector)
        .start();

    let evidence = Probe::new(cloud.addr()).name("contoso.test").run();
    let mut expectation = Expectation::new("contoso.test")
        .trusting(ca.roots())
        .recipient_domain("contoso.test");
    if asked {
        expectation.crls = lists;
    }
    let verdict = judge.judge(&Findings::of(&evidence, &expectation));
    let attempt = server.send(
        "Out",
        cloud.addr(),
        "alice@fabrikam.test",
        [TO],
        "\r\nhello\r\n",
    );
    let attempt = attempt.unwrap();
    let what = format!("{level:?} {domain:?} {identity:?}");
    assert_eq!(verdict.would_deliver(), delivers, "{what}: {verdict:?}");
    let fetches = cloud.stop().fetches;
    let of_lists = fetches.iter().filter(|one| one.what == Fetched::Crl);
    let looks = matches!(level, Some(CertificateValidation | DomainValidation));
    assert_eq!(of_lists.count() > 0, asked && looks, "{what}: {fetches:?}");
    match attempt.ending {
        AttemptEnding::Delivered(_) => assert!(delivers, "{what}"),
        AttemptEnding::Deferred(text) => {
            assert!(!delivers, "{what}: {text}");
            assert_eq!(text, verdict.message, "{what}");
        }
        AttemptEnding::Refused(text) => panic!("{what}: {text}"),
        _ => unreachable!(),
    }
}

#[test]
fn a_connector_delivers_where_its_judge_would() {
    let ca = Ca::new();
    let named = |name: &str| ca.issue(Leaf::new(name).only_names());
    let (mail, right) = (named("mail.contoso.test"), named("contoso.test"));
    let star = named("*.contoso.test");
    let expired = ca.issue(Leaf::new("contoso.test").only_names().expired());
    let stranger = Ca::new().issue(Leaf::new("contoso.test").only_names());
    let alone = ca.issue(Leaf::new("contoso.test").only_names().self_signed());

    for bad in [&expired, &stranger, &alone] {
        check(&ca, bad, (None, None), true);
        check(&ca, bad, (Some(EncryptionOnly), None), true);
        check(&ca, bad, (Some(CertificateValidation), None), false);
        check(&ca, bad, (Some(DomainValidation), None), false);
    }
    check(&ca, &mail, (Some(CertificateValidation), None), true);
    // The recipient's domain, where no other is said.
    check(&ca, &right, (Some(DomainValidation), None), true);
    check(&ca, &mail, (Some(DomainValidation), None), false);
    let mail_host = (Some(DomainValidation), Some("mail.contoso.test"));
    check(&ca, &mail, mail_host, true);
    check(&ca, &star, mail_host, true);
    check(&ca, &right, mail_host, false);
    let any_host = (Some(DomainValidation), Some("*.contoso.test"));
    check(&ca, &mail, any_host, true);
    check(&ca, &star, any_host, true);
    check(&ca, &right, any_host, false);
}

#[test]
fn what_is_revoked_is_refused_by_a_connector_that_looks() {
    let ca = Ca::new();
    let leaf = || Leaf::new("contoso.test").only_names();
    let all = [
        (CrlWish::Revoked(Reason::KeyCompromise), false),
        (CrlWish::Good, true),
        // Whether it is revoked is unknown.
        (CrlWish::Expired, true),
    ];
    for (wish, delivers) in all {
        let looks = [
            (CertificateValidation, delivers),
            (DomainValidation, delivers),
        ];
        for (level, delivers) in looks.into_iter().chain([(EncryptionOnly, true)]) {
            let (identity, responder) = Revocation::new().crl(wish).issue(&ca, leaf());
            let shown = (&identity, Some(responder));
            check_with(&ca, shown, (Some(level), None), delivers);
        }
    }
}
