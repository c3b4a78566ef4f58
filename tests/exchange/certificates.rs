//! Each documented step of the choice of a certificate: the model makes it, openssl sees it.

use std::time::{Duration, SystemTime};

use mailfault::exchange::{
    AuthMechanism, Changes, Exchange, ReceiveConnector, Service, StoredCertificate, TieBreak,
    TlsCertificateName, TransportRole, Version,
};
use mailfault::{Ca, DistinguishedName, KeyKind, Leaf};

use super::seen_by_openssl;
use crate::raw_client::{RawClient, client_config};
use crate::support::program;

const FRONT_END: &str = "Default Frontend";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A certificate of a CA for `host`, valid from so many days ago for so many days.
fn public(ca: &Ca, host: &str, since: u32, days: u32) -> StoredCertificate {
    let from = SystemTime::now() - since * DAY;
    let subject = DistinguishedName::new()
        .common_name(host)
        .organization("Contoso, Inc.");
    let leaf = Leaf::new(host)
        .only_names()
        .subject(subject)
        .valid(from, from + days * DAY);
    StoredCertificate::new(ca.issue(leaf)).enabled_for([Service::Iis, Service::Smtp])
}

fn named(server: &Exchange, certificate: &StoredCertificate) {
    let name = TlsCertificateName::of(&certificate.facts);
    server
        .set_receive_connector(FRONT_END, |one| one.tls_certificate_name = Some(name))
        .unwrap();
}

fn restart(server: &Exchange) {
    server
        .restart_service(TransportRole::FrontendTransport)
        .unwrap();
}

/// The numbers of the events about certificates.
fn told(server: &Exchange) -> Vec<u32> {
    let events = server.events();
    let events = events
        .iter()
        .filter(|one| one.role == TransportRole::FrontendTransport);
    events.map(|one| one.event.id()).collect()
}

/// What openssl is shown is what the model says that it chose.
#[track_caller]
fn check(server: &Exchange, expected: Option<&StoredCertificate>) {
    let chosen = server
        .selection(FRONT_END)
        .unwrap()
        .and_then(|one| one.chosen);
    assert_eq!(
        chosen.as_deref(),
        expected.map(StoredCertificate::thumbprint)
    );
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let seen = seen_by_openssl(&openssl, server.addr(FRONT_END));
    assert_eq!(seen, chosen);
}

/// The case of the null `TlsCertificateName`: the public certificate is there, is enabled, and is
/// not for the server's internal name.
#[test]
fn without_a_name_the_internal_fqdn_decides_until_the_service_is_restarted() {
    let public = public(&Ca::new(), "hybrid.domain.test", 1, 90);
    let server = Exchange::builder(Version::Exchange2013)
        .name("SERVER1")
        .domain("domain.test")
        .certificate(public.clone())
        .start();
    let own = &server.certificates()[0];
    assert_eq!(own.facts.subject.to_string(), "CN=SERVER1");
    assert_eq!(own.facts.issuer.to_string(), "CN=SERVER1");
    assert_eq!(own.facts.names, ["SERVER1", "SERVER1.domain.test"]);
    check(&server, Some(own));

    named(&server, &public);
    check(&server, Some(own));

    restart(&server);
    check(&server, Some(&public));
}

#[test]
fn where_changes_take_effect_at_once_no_restart_is_needed() {
    let public = public(&Ca::new(), "hybrid.domain.test", 1, 90);
    let server = Exchange::builder(Version::Exchange2016)
        .certificate(public.clone())
        .changes(Changes::AtOnce)
        .start();
    let addr = server.addr(FRONT_END);
    named(&server, &public);
    check(&server, Some(&public));
    assert_eq!(server.addr(FRONT_END), addr);
}

#[test]
fn without_tls_in_auth_mechanism_there_is_no_starttls() {
    let server = Exchange::builder(Version::Exchange2016)
        .change_receive_connector(FRONT_END, |one| {
            one.auth_mechanism.remove(&AuthMechanism::Tls);
        })
        .unwrap()
        .start();
    let mut client = RawClient::greeted(server.addr(FRONT_END));
    let reply = client.say("EHLO client.test");
    assert!(
        !reply.contains("STARTTLS") && reply.contains("X-ANONYMOUSTLS"),
        "{reply}"
    );
    assert_eq!(client.say("STARTTLS"), "500 5.3.3 Unrecognized command\r\n");
    assert_eq!(server.selection(FRONT_END).unwrap(), None);
    drop(client);
    check(&server, None);
}

/// The twin of the null name: the certificate was renewed by another CA, and the name is stale.
#[test]
fn with_nothing_eligible_starttls_is_gone_and_12014_is_told() {
    let (old, new) = (
        public(&Ca::new(), "mail.test", 300, 365),
        public(&Ca::new(), "mail.test", 1, 365),
    );
    let server = Exchange::builder(Version::Exchange2016)
        .certificate(old.clone())
        .certificate(new)
        .start();
    named(&server, &old);
    restart(&server);
    check(&server, Some(&old));
    assert!(!told(&server).contains(&12014));

    server.remove_certificate(old.thumbprint()).unwrap();
    restart(&server);
    let reply = RawClient::greeted(server.addr(FRONT_END)).say("EHLO client.test");
    assert!(!reply.contains("STARTTLS"), "{reply}");
    check(&server, None);
    let events = server.events();
    let event = events.iter().find(|one| one.event.id() == 12014).unwrap();
    let name = TlsCertificateName::of(&old.facts);
    let text = event.event.to_string();
    let begin = format!(
        "Microsoft Exchange could not find a certificate that contains the domain name {name} in the personal store on the local computer. Therefore, it is unable to support the STARTTLS SMTP verb for the connector Default Frontend EX01 with a FQDN parameter of {name}. "
    );
    assert!(text.starts_with(&begin), "{text}");
    assert_eq!(event.source(), "MSExchangeFrontEndTransport");
}

#[test]
fn an_expired_certificate_is_shown_and_12016_is_told() {
    let expired = public(&Ca::new(), "ex01.contoso.test", 400, 365);
    let server = Exchange::builder(Version::Exchange2019)
        .without_setup_certificates()
        .certificate(expired.clone())
        .start();
    check(&server, Some(&expired));
    let events = server.events();
    let event = events.iter().find(|one| one.event.id() == 12016).unwrap();
    assert!(
        event
            .event
            .to_string()
            .contains("certificate for the FQDN of EX01.contoso.test."),
        "{event}"
    );
    // Nobody said which certificate is for servers.
    assert!(told(&server).contains(&12012));
}

#[test]
fn one_that_expires_soon_is_told_with_the_hours_that_are_left() {
    let soon = public(&Ca::new(), "ex01.contoso.test", 360, 370);
    let server = Exchange::builder(Version::Exchange2019)
        .certificate(soon.clone())
        .start();
    check(&server, Some(&soon));
    let events = server.events();
    let event = events.iter().find(|one| one.event.id() == 12018).unwrap();
    let hours = format!("thumbprint: {}, hours remaining: 239.", soon.thumbprint());
    assert!(event.event.to_string().contains(&hours), "{event}");
}

#[test]
fn for_a_host_a_certificate_of_a_ca_comes_first_and_then_the_newest() {
    let ca = Ca::new();
    let (old, new) = (
        public(&ca, "ex01.contoso.test", 30, 400),
        public(&ca, "ex01.contoso.test", 2, 90),
    );
    let server = Exchange::builder(Version::Exchange2016)
        .certificate(old)
        .certificate(new.clone())
        .start();
    check(&server, Some(&new));
}

#[test]
fn for_a_name_the_one_that_expires_last_wins_unless_told_otherwise() {
    let ca = Ca::new();
    let (long, short) = (
        public(&ca, "mail.test", 30, 400),
        public(&ca, "mail.test", 2, 90),
    );
    let start = |by: Option<TieBreak>| {
        let builder = Exchange::builder(Version::Exchange2016)
            .certificate(short.clone())
            .certificate(long.clone());
        let server = by
            .map_or(builder.clone(), |by| builder.tie_break(by))
            .start();
        named(&server, &long);
        restart(&server);
        server
    };
    check(&start(None), Some(&long));
    check(&start(Some(TieBreak::NewestValidFrom)), Some(&short));
    check(&start(Some(TieBreak::StoreOrder)), Some(&short));
}

#[test]
fn an_orphan_is_not_eligible_on_a_receive_connector() {
    let ca = Ca::new();
    let orphan = public(&ca, "mail.test", 300, 900).without_private_key();
    let renewed = public(&ca, "mail.test", 1, 365);
    let server = Exchange::builder(Version::Exchange2013)
        .certificate(orphan)
        .certificate(renewed.clone())
        .start();
    named(&server, &renewed);
    restart(&server);
    check(&server, Some(&renewed));
}

#[test]
fn a_certificate_that_smtp_was_not_enabled_for_is_taken_once_it_is() {
    let mut public = public(&Ca::new(), "ex01.contoso.test", 1, 90);
    public.services.clear();
    let server = Exchange::builder(Version::Exchange2016)
        .certificate(public.clone())
        .start();
    let own = server.certificates()[0].clone();
    check(&server, Some(&own));
    server
        .enable_certificate(public.thumbprint(), [Service::Smtp])
        .unwrap();
    restart(&server);
    check(&server, Some(&public));
}

#[test]
fn exchange_2010_knows_no_name() {
    let public = public(&Ca::new(), "mail.test", 1, 90);
    let mut connector = ReceiveConnector::defaults(Version::Exchange2010, "EX01").remove(0);
    connector.tls_certificate_name = Some(TlsCertificateName::of(&public.facts));
    let server = Exchange::builder(Version::Exchange2010)
        .receive_connector(connector)
        .certificate(public)
        .start();
    let chosen = server.selection("Default").unwrap().unwrap().chosen;
    assert_eq!(
        chosen.as_deref(),
        Some(server.certificates()[0].thumbprint())
    );
}

#[test]
fn x_anonymoustls_has_the_certificate_for_servers() {
    let ca = Ca::new();
    let internal = StoredCertificate::new(ca.issue(Leaf::new("mx.test").key(KeyKind::P256)));
    let server = Exchange::builder(Version::Exchange2016)
        .internal_transport_certificate(Some(internal.thumbprint().to_owned()))
        .certificate(internal.clone())
        .start();
    let mut client = RawClient::helloed(server.addr(FRONT_END));
    assert_eq!(
        client.say("X-ANONYMOUSTLS"),
        "220 2.0.0 SMTP server ready\r\n"
    );
    let mut client = client.tls(client_config(ca.der())).unwrap();
    let reply = client.say("EHLO ex02.contoso.test");
    assert!(reply.contains("X-EXPS EXCHANGEAUTH GSSAPI NTLM"), "{reply}");
    assert!(reply.contains("X-EXCHANGEAUTH SHA256"), "{reply}");
    drop(client);
    server.stop();
    let session = &server.sessions(FRONT_END).unwrap()[0];
    let presented = session.presented.as_ref().unwrap();
    assert_eq!(presented.thumbprint(), internal.thumbprint());
}

#[test]
fn without_the_certificate_for_servers_x_anonymoustls_is_gone() {
    let server = Exchange::builder(Version::Exchange2016)
        .internal_transport_certificate(Some("00".repeat(20)))
        .start();
    let reply = RawClient::greeted(server.addr(FRONT_END)).say("EHLO client.test");
    assert!(
        reply.contains("STARTTLS") && !reply.contains("X-ANONYMOUSTLS"),
        "{reply}"
    );
    assert!(told(&server).contains(&12013));
}
