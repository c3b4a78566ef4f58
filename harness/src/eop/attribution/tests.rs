//! The table: which connector, for which client.

use std::net::Ipv4Addr;

use super::super::AcceptedDomain;
use super::*;

const HQ: &str = "192.0.2.7";
const ELSEWHERE: &str = "203.0.113.9";

fn tenant(connectors: impl IntoIterator<Item = InboundConnector>) -> Tenant {
    Tenant {
        accepted_domains: vec![AcceptedDomain::authoritative("contoso.test")],
        inbound_connectors: connectors.into_iter().collect(),
        ..Tenant::default()
    }
}

fn by_certificate(pattern: &str) -> InboundConnector {
    InboundConnector {
        tls_sender_certificate_name: Some(pattern.to_owned()),
        ..InboundConnector::on_premises("by certificate")
    }
}

fn by_address(range: &str) -> InboundConnector {
    InboundConnector {
        sender_ip_addresses: vec![range.into()],
        ..InboundConnector::on_premises("by address")
    }
}

fn partner(domain: &str) -> InboundConnector {
    InboundConnector {
        sender_domains: vec![domain.to_owned()],
        ..InboundConnector::partner(domain)
    }
}

/// In clear, from somewhere.
fn from(ip: &str, sender: &str) -> Arrival {
    Arrival::new(ip.parse::<Ipv4Addr>().unwrap(), sender)
}

/// Inside TLS, with a certificate of these names that is believed.
fn with(names: &[&str], sender: &str) -> Arrival {
    Arrival {
        tls: Some(TlsVersion::Tls12),
        certificate: Some(SenderCertificate {
            common_name: names.first().map(|name| (*name).to_owned()),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            trusted: true,
        }),
        ..from(ELSEWHERE, sender)
    }
}

fn untrusted(mut arrival: Arrival) -> Arrival {
    if let Some(certificate) = &mut arrival.certificate {
        certificate.trusted = false;
    }
    arrival
}

/// In one line: `on-premises NAME by certificate, own domain`.
fn told(attribution: &Attribution) -> String {
    match attribution {
        Attribution::Internet => "internet".to_owned(),
        Attribution::OnPremises {
            connector,
            by,
            own_domain,
        } => {
            let own = if *own_domain { ", own domain" } else { "" };
            format!("{connector}, {by:?}{own}")
        }
        Attribution::Partner { connector } => format!("partner {connector}"),
        Attribution::Restricted {
            connector,
            restriction,
        } => format!("partner {connector}, not {restriction:?}"),
        Attribution::Submission { user } => format!("user {user}"),
    }
}

#[track_caller]
fn check(tenant: &Tenant, arrival: &Arrival, expected: &str) {
    assert_eq!(told(&tenant.attribute(arrival)), expected);
}

#[test]
fn without_connectors_it_is_the_internet() {
    let nobody = tenant([]);
    check(&nobody, &from(HQ, "alice@contoso.test"), "internet");
    let named = with(&["mail.contoso.test"], "alice@contoso.test");
    check(&nobody, &named, "internet");
}

#[test]
fn ones_own_servers_are_known_by_their_certificate() {
    let tenant = tenant([by_certificate("mail.contoso.test")]);
    let sender = "alice@contoso.test";
    let found = "by certificate, Certificate, own domain";
    check(&tenant, &with(&["mail.contoso.test"], sender), found);
    check(&tenant, &with(&["MAIL.Contoso.test"], sender), found);
    let second_name = ["autodiscover.contoso.test", "mail.contoso.test"];
    check(&tenant, &with(&second_name, sender), found);
    check(&tenant, &with(&["mx.contoso.test"], sender), "internet");
    check(&tenant, &with(&["*.contoso.test"], sender), "internet");
    let incomplete = untrusted(with(&["mail.contoso.test"], sender));
    check(&tenant, &incomplete, "internet");
    check(&tenant, &from(HQ, sender), "internet");
}

#[test]
fn a_connector_may_have_a_wildcard() {
    let tenant = tenant([by_certificate("*.contoso.test")]);
    let sender = "alice@contoso.test";
    let found = "by certificate, Certificate, own domain";
    check(&tenant, &with(&["mail.contoso.test"], sender), found);
    check(&tenant, &with(&["*.contoso.test"], sender), found);
    check(&tenant, &with(&["contoso.test"], sender), found);
    check(&tenant, &with(&["notcontoso.test"], sender), "internet");
}

#[test]
fn ones_own_servers_are_known_by_their_address() {
    let tenant = tenant([by_address("192.0.2.0/24")]);
    let found = "by address, Address, own domain";
    check(&tenant, &from(HQ, "alice@contoso.test"), found);
    check(&tenant, &from(ELSEWHERE, "alice@contoso.test"), "internet");
}

#[test]
fn a_certificate_comes_before_an_address() {
    let tenant = tenant([by_address(ELSEWHERE), by_certificate("mail.contoso.test")]);
    let both = with(&["mail.contoso.test"], "alice@contoso.test");
    check(&tenant, &both, "by certificate, Certificate, own domain");
    let other = with(&["mx.test"], "alice@contoso.test");
    check(&tenant, &other, "by address, Address, own domain");
}

#[test]
fn relaying_takes_ones_own_domain_in_certificate_or_sender() {
    let known = tenant([by_certificate("*.relay.test"), by_address(HQ)]);
    let elsewhere = "carol@example.test";
    check(&known, &from(HQ, elsewhere), "by address, Address");
    check(&known, &from(HQ, ""), "by address, Address");
    let foreign = with(&["mail.relay.test"], elsewhere);
    check(&known, &foreign, "by certificate, Certificate");
    let own = with(&["mail.relay.test"], "alice@contoso.test");
    check(&known, &own, "by certificate, Certificate, own domain");
    // A bounce has no sender: the certificate alone speaks for it.
    let bounce = tenant([by_certificate("mail.contoso.test")]);
    check(
        &bounce,
        &with(&["mail.contoso.test"], ""),
        "by certificate, Certificate, own domain",
    );
    // What is not believed does not speak for anybody.
    let tenant = tenant([by_address(ELSEWHERE)]);
    let unbelieved = untrusted(with(&["mail.contoso.test"], elsewhere));
    check(&tenant, &unbelieved, "by address, Address");
}

#[test]
fn what_is_disabled_or_for_other_domains_is_not_there() {
    let disabled = InboundConnector {
        enabled: false,
        ..by_address(HQ)
    };
    let sender = "alice@contoso.test";
    check(&tenant([disabled]), &from(HQ, sender), "internet");
    let associated = InboundConnector {
        associated_accepted_domains: vec!["Contoso.test".to_owned()],
        ..by_address(HQ)
    };
    let tenant = tenant([associated]);
    let found = "by address, Address, own domain";
    check(&tenant, &from(HQ, sender), found);
    check(&tenant, &from(HQ, "a@fabrikam.test"), "internet");
    check(&tenant, &from(HQ, ""), "internet");
}

#[test]
fn a_partner_is_known_by_its_domain() {
    let without_tls = InboundConnector {
        require_tls: false,
        ..partner("fabrikam.test")
    };
    let tenant = tenant([without_tls]);
    let arrival = from(ELSEWHERE, "a@Fabrikam.test");
    check(&tenant, &arrival, "partner fabrikam.test");
    check(&tenant, &from(ELSEWHERE, "a@x.fabrikam.test"), "internet");
    check(&tenant, &from(ELSEWHERE, ""), "internet");
}

#[test]
fn of_several_partners_the_closest_is_taken() {
    let tenant = tenant(
        ["*", "*.test", "*.fabrikam.test", "mx.fabrikam.test"].map(|domain| InboundConnector {
            require_tls: false,
            ..partner(domain)
        }),
    );
    let check = |sender, expected| check(&tenant, &from(ELSEWHERE, sender), expected);
    check("a@mx.fabrikam.test", "partner mx.fabrikam.test");
    check("a@fabrikam.test", "partner *.fabrikam.test");
    check("a@contoso.test", "partner *.test");
    check("a@example.org", "partner *");
    check("", "partner *");
}

#[test]
fn a_partner_may_be_held_to_tls() {
    let tenant = tenant([partner("fabrikam.test")]);
    let clear = from(ELSEWHERE, "a@fabrikam.test");
    check(&tenant, &clear, "partner fabrikam.test, not Tls");
    let encrypted = with(&[], "a@fabrikam.test");
    check(&tenant, &encrypted, "partner fabrikam.test");
}

#[test]
fn a_partner_may_be_held_to_the_subject_of_its_certificate() {
    let tenant = tenant([InboundConnector {
        restrict_domains_to_certificate: true,
        tls_sender_certificate_name: Some("*.fabrikam.test".to_owned()),
        ..partner("fabrikam.test")
    }]);
    let sender = "a@fabrikam.test";
    let refused = "partner fabrikam.test, not Certificate";
    let right = with(&["mail.fabrikam.test"], sender);
    check(&tenant, &right, "partner fabrikam.test");
    check(&tenant, &untrusted(right), refused);
    check(&tenant, &with(&["mail.other.test"], sender), refused);
    let only_an_alternative = ["mail.other.test", "mail.fabrikam.test"];
    check(&tenant, &with(&only_an_alternative, sender), refused);
    let mut none = with(&[], sender);
    none.certificate = None;
    check(&tenant, &none, refused);
}

#[test]
fn a_partner_may_be_held_to_its_addresses() {
    let tenant = tenant([InboundConnector {
        require_tls: false,
        restrict_domains_to_ip_addresses: true,
        sender_ip_addresses: vec![HQ.into()],
        ..partner("*")
    }]);
    check(&tenant, &from(HQ, "a@fabrikam.test"), "partner *");
    let refused = "partner *, not Address";
    check(&tenant, &from(ELSEWHERE, "a@fabrikam.test"), refused);
}

#[test]
fn a_condition_without_its_value_is_met_by_nobody() {
    let tenant = tenant([InboundConnector {
        restrict_domains_to_certificate: true,
        ..partner("*")
    }]);
    let refused = "partner *, not Certificate";
    check(&tenant, &with(&["mail.fabrikam.test"], "a@b.test"), refused);
}

#[test]
fn ones_own_connector_comes_before_a_partners() {
    let tenant = tenant([partner("*"), by_address(HQ)]);
    let own = "by address, Address, own domain";
    check(&tenant, &from(HQ, "alice@contoso.test"), own);
}

#[test]
fn a_user_needs_no_connector() {
    let tenant = tenant([partner("*")]);
    let mut arrival = from(ELSEWHERE, "alice@contoso.test");
    arrival.user = Some("alice".to_owned());
    check(&tenant, &arrival, "user alice");
}
