//! Each refusal, word for word, and that what is not refused is taken.

use mailfault::eop::{
    AuthAs, EopBuilder, InboundConnector, IpRange, Profile, Refusal, Route, Status, Tenant,
};
use mailfault::{Auth, Ca, Fault, Stage, TlsVersion};

use super::{END, contoso, rcpt, then};
use crate::raw_client::{RawClient, client_builder, client_config};

const BOB: &str = "bob@contoso.test";
const ELSEWHERE: &str = "carol@example.test";
const PARTNER: &str = "alice@fabrikam.test";

fn today() -> EopBuilder {
    contoso(Ca::new().issue("mx.test")).clock(then())
}

/// The reply to RCPT, today and in 2014; what is expected is without the end.
#[track_caller]
fn check(wish: impl Fn(EopBuilder) -> EopBuilder, from: &str, to: &str, expected: &str) {
    let said = rcpt(&wish(today()).start(), from, to);
    assert_eq!(said, format!("{expected} {END}\r\n"));
    let eop = wish(today()).profile(Profile::Y2014).start();
    assert_eq!(rcpt(&eop, from, to), format!("{expected}\r\n"));
}

#[test]
fn relaying_for_strangers() {
    let denied = "550 5.7.64 TenantAttribution; Relay Access Denied";
    check(|eop| eop, PARTNER, ELSEWHERE, denied);
    check(|eop| eop, "alice@contoso.test", ELSEWHERE, denied);
}

#[test]
fn nobody_of_that_name() {
    let to = "nobody@contoso.test";
    let eop = today().start();
    assert_eq!(
        rcpt(&eop, PARTNER, to),
        format!("550 5.4.1 Recipient address rejected: Access denied. AS(201806281) {END}\r\n")
    );
    let eop = today().profile(Profile::Y2014).start();
    assert_eq!(
        rcpt(&eop, PARTNER, to),
        "550 5.4.1 [nobody@contoso.test]: Recipient address rejected: Access denied\r\n"
    );
    let no_edge_blocking = |eop: EopBuilder| {
        eop.tenant(Tenant {
            directory_based_edge_blocking: false,
            ..today().start().tenant()
        })
    };
    check(
        no_edge_blocking,
        PARTNER,
        to,
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    );
}

#[test]
fn a_recipients_address_is_repeated_as_it_was_said() {
    let eop = today().profile(Profile::Y2014).start();
    assert_eq!(
        rcpt(&eop, PARTNER, "{id}@contoso.test"),
        "550 5.4.1 [{id}@contoso.test]: Recipient address rejected: Access denied\r\n"
    );
}

#[test]
fn addresses_that_are_banned_or_send_too_much() {
    check(
        |eop| eop.bans("127.0.0.0/24"),
        PARTNER,
        BOB,
        "550 5.7.606 Access denied, banned sending IP [127.0.0.1]. To request removal from this list please visit https://sender.office.com/ and follow the directions. For more information please go to  http://go.microsoft.com/fwlink/?LinkID=526655 (AS16012609)",
    );
    check(
        |eop| eop.throttles("127.0.0.1"),
        PARTNER,
        BOB,
        "451 4.7.500 Server busy. Please try again later from [127.0.0.1]. (AS77712344)",
    );
}

#[test]
fn a_partner_from_the_wrong_address() {
    let restricted = |addresses: Vec<IpRange>| {
        move |eop: EopBuilder| {
            eop.inbound_connector(InboundConnector {
                sender_domains: vec!["fabrikam.test".into()],
                require_tls: false,
                restrict_domains_to_ip_addresses: true,
                sender_ip_addresses: addresses.clone(),
                ..InboundConnector::partner("Fabrikam")
            })
        }
    };
    check(
        restricted(vec!["192.0.2.0/24".into()]),
        PARTNER,
        BOB,
        "550 5.7.51 TenantInboundAttribution; There is a partner connector configured that matched the message's recipient domain. The connector had either the RestrictDomainsToIPAddresses or RestrictDomainsToCertificate set",
    );
    let right = restricted(vec!["127.0.0.1".into()]);
    let said = rcpt(&right(today()).start(), PARTNER, BOB);
    assert_eq!(said, "250 2.1.5 Recipient OK\r\n");
    // Nobody else's mail is held to it.
    let wrong = restricted(vec!["192.0.2.0/24".into()]);
    let said = rcpt(&wrong(today()).start(), "dave@other.test", BOB);
    assert_eq!(said, "250 2.1.5 Recipient OK\r\n");
}

#[test]
fn a_partner_without_tls() {
    let ca = Ca::new();
    let eop = contoso(ca.issue("mx.test"))
        .clock(then())
        .inbound_connector(InboundConnector {
            sender_domains: vec!["fabrikam.test".into()],
            ..InboundConnector::partner("Fabrikam")
        })
        .start();
    let mut client = RawClient::helloed(eop.addr());
    assert_eq!(
        client.say(&format!("MAIL FROM:<{PARTNER}>")),
        format!("451 5.7.3 Must issue a STARTTLS command first {END}\r\n")
    );
    assert!(client.say("STARTTLS").starts_with("220"));
    // The certificate is valid by the machine's clock, which the client looks at.
    let mut client = client.tls(client_config(ca.der())).unwrap();
    client.say("EHLO c.test");
    let said = client.say(&format!("MAIL FROM:<{PARTNER}>"));
    assert_eq!(said, "250 2.1.0 Sender OK\r\n");
}

#[test]
fn a_version_of_tls_that_is_too_old() {
    let ca = Ca::new();
    let eop = contoso(ca.issue("mx.test"))
        .clock(then())
        .least_tls(TlsVersion::Tls13)
        .start();
    let mut client = RawClient::helloed(eop.addr());
    assert!(client.say("STARTTLS").starts_with("220"));
    let config = client_builder(&[&rustls::version::TLS12], ca.der());
    let mut client = client.tls(config).unwrap();
    assert!(client.say("EHLO c.test").starts_with("250"));
    assert_eq!(
        client.say(&format!("MAIL FROM:<{PARTNER}>")),
        format!(
            "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls. {END}\r\n"
        )
    );
    assert_eq!(client.rest().unwrap(), "");
}

#[test]
fn only_users_send_where_users_send() {
    let ca = Ca::new();
    let eop = contoso(ca.issue("mx.test"))
        .clock(then())
        .client_submission(Auth::Accept {
            user: "alice@contoso.test".into(),
            password: "secret".into(),
        })
        .start();
    let mut client = RawClient::inside_tls(eop.addr(), ca.der());
    assert_eq!(
        client.say("MAIL FROM:<alice@contoso.test>"),
        format!(
            "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM {END}\r\n"
        )
    );
    assert!(
        client
            .say("EHLO c.test")
            .contains("250-AUTH LOGIN XOAUTH2\r\n")
    );
    client.say("AUTH LOGIN YWxpY2VAY29udG9zby50ZXN0");
    assert!(client.say("c2VjcmV0").starts_with("235"));
    client.say("MAIL FROM:<alice@contoso.test>");
    client.say(&format!("RCPT TO:<{ELSEWHERE}>"));
    client.say("BDAT 0 LAST");
    client.say("QUIT");
    let reception = eop.finish();
    assert_eq!(reception.received[0].auth_as, AuthAs::Internal);
    assert_eq!(reception.received[0].routes, [Ok(Route::Relay)]);
}

#[test]
fn other_words() {
    let eop = today()
        .says(
            Refusal::RelayDenied,
            "550 5.7.64 Relay Access Denied ATTR36 {machine}",
        )
        .start();
    let said = rcpt(&eop, PARTNER, ELSEWHERE);
    assert_eq!(
        said,
        "550 5.7.64 Relay Access Denied ATTR36 AMS0EPF0000019A\r\n"
    );
}

#[test]
fn what_is_taken_is_told() {
    let eop = today().start();
    let mut client = RawClient::helloed(eop.addr());
    client.say(&format!("MAIL FROM:<{PARTNER}>"));
    client.say(&format!("RCPT TO:<{BOB}>"));
    client.say("RCPT TO:<nobody@contoso.test>");
    client.say("RCPT TO:<bob@shared.test>");
    client.say("RCPT TO:<nobody@shared.test>");
    client.say("DATA");
    let content = "Message-ID: <1@fabrikam.test>\r\nSubject: hi\r\nX-MS-Exchange-Organization-AuthAs: Internal\r\n\r\nhello\r\n";
    assert!(client.say(&format!("{content}.")).starts_with("250 2.6.0"));
    assert_eq!(eop.received().len(), 1);
    client.say("QUIT");

    let reception = eop.finish();
    let received = &reception.received[0];
    assert_eq!(received.mail, reception.report.mail[0]);
    assert_eq!(received.mail.number, 1);
    assert_eq!(received.connector(), None);
    assert_eq!(received.auth_as, AuthAs::Anonymous);
    let routes = [Route::Mailbox, Route::Mailbox, Route::InternalRelay].map(Ok);
    assert_eq!(received.routes, routes);

    let trace = &reception.message_trace;
    let recipients: Vec<_> = trace
        .iter()
        .map(|row| row.recipient_address.as_str())
        .collect();
    assert_eq!(recipients, [BOB, "bob@shared.test", "nobody@shared.test"]);
    let statuses: Vec<_> = trace.iter().map(|row| row.status).collect();
    assert_eq!(
        statuses,
        [Status::Delivered, Status::Delivered, Status::Pending]
    );
    let row = &trace[0];
    assert_eq!(row.received, then().now());
    assert_eq!(row.sender_address, PARTNER);
    assert_eq!(row.subject, "hi");
    assert_eq!(row.message_id, "<1@fabrikam.test>");
    assert_eq!(row.from_ip.to_string(), "127.0.0.1");
    assert_eq!(row.size, content.len());
}

#[test]
fn a_fault_has_the_last_word_and_the_model_tells_what_it_would_have_said() {
    let eop = today()
        .fault(Fault::at(Stage::Rcpt).reply("250 2.1.5 so be it").once())
        .start();
    let mut client = RawClient::helloed(eop.addr());
    client.say(&format!("MAIL FROM:<{PARTNER}>"));
    assert!(
        client
            .say(&format!("RCPT TO:<{ELSEWHERE}>"))
            .starts_with("250")
    );
    client.say("BDAT 0 LAST");
    client.say("QUIT");
    let reception = eop.finish();
    let refused = Err(Refusal::RelayDenied);
    assert_eq!(reception.received[0].routes, [refused]);
    assert_eq!(reception.message_trace[0].status, Status::Failed);
}
