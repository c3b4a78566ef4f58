//! The cases from the field: met by real clients, mended as an administrator would, and met again.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use mailfault::cast::{Cast, Playing};
use mailfault::eop::{AcceptedDomain, Recipients};
use mailfault::exchange::{
    AuthMechanism, PermissionGroup, Service, StoredCertificate, TlsCertificateName, TransportEvent,
    TransportRole,
};
use mailfault::intercept::Tampering;
use mailfault::judge::{Decision, Tlsa};
use mailfault::transport::ProgressKind;
use mailfault::{CertificateFacts, Clock, TlsVersion};

use crate::casts::{play, smtplib, swaks};
use crate::exchange::seen_by_openssl;
use crate::support::program;

const FRONT_END: &str = "ex01/Default Frontend";

type Mend = fn(&Playing);

/// The mend of each case, after which each of its messages goes.
const MENDS: [(&str, Mend); 24] = [
    ("eop-banned-address", |cast| {
        let cloud = cast.eop("cloud").unwrap();
        cloud.delist(std::net::Ipv4Addr::LOCALHOST);
    }),
    ("eop-client-certificate-not-sent", |cast| {
        let name = name_of(cast, "public");
        let ex01 = cast.exchange("ex01").unwrap();
        let connector = "To the Internet by way of the cloud";
        ex01.set_send_connector(connector, |one| one.tls_certificate_name = Some(name))
            .unwrap();
        restart(cast);
    }),
    ("eop-client-chain-incomplete", complete_the_chain),
    ("eop-inbound-address-changed", |cast| {
        let cloud = cast.eop("cloud").unwrap();
        let mut connector = cloud.tenant().inbound_connectors[0].clone();
        let ours = std::net::Ipv4Addr::LOCALHOST.into();
        connector.sender_ip_addresses.push(ours);
        cloud.set_inbound_connector(connector);
    }),
    ("eop-mta-sts-names-old-mx", |cast| {
        cast.set_dns("contoso.test", |dns| {
            let policy = dns.mta_sts.as_mut().unwrap();
            policy.mx.push("mx.contoso.test".to_owned());
        });
    }),
    ("eop-partner-certificate-renamed", |cast| {
        let cloud = cast.eop("cloud").unwrap();
        let mut connector = cloud.tenant().inbound_connectors[0].clone();
        connector.tls_sender_certificate_name = Some("gateway.fabrikam.test".to_owned());
        cloud.set_inbound_connector(connector);
    }),
    ("eop-recipient-not-synchronized", |cast| {
        let both = ["bob@contoso.test", "newcomer@contoso.test"];
        let cloud = cast.eop("cloud").unwrap();
        cloud.set_recipients(Recipients::known(both));
    }),
    ("eop-tlsa-not-renewed", |cast| {
        let renewed = cast.certificate("renewed").unwrap().leaf();
        let record = Tlsa::of(renewed, 3, 1, 1).unwrap();
        cast.set_dns("mx.contoso.test", |dns| dns.tlsa.push(record));
    }),
    ("exchange-anonymous-users-removed", |cast| {
        let ex01 = cast.exchange("ex01").unwrap();
        ex01.set_receive_connector("Default Frontend", |one| {
            one.permission_groups
                .insert(PermissionGroup::AnonymousUsers);
        })
        .unwrap();
        restart(cast);
    }),
    ("exchange-auth-mechanism-without-tls", |cast| {
        let ex01 = cast.exchange("ex01").unwrap();
        ex01.set_receive_connector("Default Frontend", |one| {
            one.auth_mechanism.insert(AuthMechanism::Tls);
        })
        .unwrap();
        restart(cast);
    }),
    ("exchange-back-pressure", |cast| {
        cast.exchange("ex01").unwrap().set_back_pressure(false);
    }),
    ("exchange-certificate-not-enabled-for-smtp", |cast| {
        let thumbprint = cast.certificate("public").unwrap().thumbprint();
        let ex01 = cast.exchange("ex01").unwrap();
        ex01.enable_certificate(&thumbprint, [Service::Smtp])
            .unwrap();
        restart(cast);
    }),
    ("exchange-component-inactive", |cast| {
        let ex01 = cast.exchange("ex01").unwrap();
        ex01.set_component_state(TransportRole::FrontendTransport, true);
    }),
    ("exchange-message-rate-limit", |cast| {
        let ex01 = cast.exchange("ex01").unwrap();
        ex01.set_receive_connector("Applications", |one| one.message_rate_limit = None)
            .unwrap();
        restart(cast);
    }),
    ("exchange-missing-intermediate", complete_the_chain),
    ("exchange-relay-without-the-right", |cast| {
        let ex01 = cast.exchange("ex01").unwrap();
        ex01.set_receive_connector("Relay", |one| one.anonymous_relay = true)
            .unwrap();
        restart(cast);
    }),
    ("exchange-requires-tls-of-everybody", |cast| {
        let ex01 = cast.exchange("ex01").unwrap();
        ex01.set_receive_connector("Default Frontend", |one| one.require_tls = false)
            .unwrap();
        restart(cast);
    }),
    ("exchange-tls10-only", |cast| {
        let ex01 = cast.exchange("ex01").unwrap();
        ex01.set_tls_versions([TlsVersion::Tls10, TlsVersion::Tls11, TlsVersion::Tls12]);
        restart(cast);
    }),
    ("exchange-wildcard-one-label-short", |cast| {
        show_another(cast, "branch");
    }),
    ("firewall-strips-starttls-outbound", |cast| {
        let firewall = cast.interceptor("firewall").unwrap();
        firewall.set_tampering(Vec::clear).unwrap();
    }),
    ("fortimail-greylists", |cast| {
        let exempt = |one: &mut Tampering| {
            if let Tampering::Greylist(rule) = one {
                rule.exempt.push("contoso.test".to_owned());
            }
        };
        let gateway = cast.interceptor("gateway").unwrap();
        gateway
            .set_tampering(|all| all.iter_mut().for_each(exempt))
            .unwrap();
    }),
    ("hybrid-certificate-expired", |cast| {
        show_another(cast, "renewed");
    }),
    ("hybrid-nocredentials-orphan-certificate", |cast| {
        let orphan = cast.certificate("orphan").unwrap().thumbprint();
        cast.exchange("ex01")
            .unwrap()
            .remove_certificate(&orphan)
            .unwrap();
        restart(cast);
    }),
    ("hybrid-send-connector-names-no-certificate", |cast| {
        let name = name_of(cast, "renewed");
        let ex01 = cast.exchange("ex01").unwrap();
        ex01.set_send_connector("Outbound to Office 365", |one| {
            one.tls_certificate_name = Some(name);
        })
        .unwrap();
        restart(cast);
    }),
];

#[track_caller]
fn mend(id: &str, cast: &Playing) {
    let (_, mend) = MENDS.iter().find(|(known, _)| *known == id).unwrap();
    mend(cast);
}

fn name_of(cast: &Playing, certificate: &str) -> TlsCertificateName {
    let certificate = cast.certificate(certificate).unwrap();
    TlsCertificateName::of(&CertificateFacts::read(certificate.leaf()).unwrap())
}

fn restart(cast: &Playing) {
    let ex01 = cast.exchange("ex01").unwrap();
    for role in [
        TransportRole::FrontendTransport,
        TransportRole::HubTransport,
    ] {
        ex01.restart_service(role).unwrap();
    }
}

fn complete_the_chain(cast: &Playing) {
    let thumbprint = cast.certificate("public").unwrap().thumbprint();
    let ex01 = cast.exchange("ex01").unwrap();
    ex01.import_intermediates(&thumbprint).unwrap();
    restart(cast);
}

/// Imports a certificate, enables it for SMTP and gives its name to the connector.
fn show_another(cast: &Playing, certificate: &str) {
    let ex01 = cast.exchange("ex01").unwrap();
    let stored = StoredCertificate::new(cast.certificate(certificate).unwrap().clone());
    ex01.import_certificate(stored.enabled_for([Service::Smtp]))
        .unwrap();
    let name = name_of(cast, certificate);
    ex01.set_receive_connector("Default Frontend", |one| {
        one.tls_certificate_name = Some(name)
    })
    .unwrap();
    restart(cast);
}

#[test]
fn every_case_is_mended_and_then_each_message_goes() {
    for (id, mend) in MENDS {
        let cast = Cast::named(id).unwrap();
        let playing = cast.start().unwrap();
        let before = cast.send_all(&playing).unwrap();
        let stays = |seen| matches!(seen, Decision::Defer | Decision::Refuse);
        assert!(before.iter().any(|result| stays(result.seen)), "{id}");
        mend(&playing);
        for (before, after) in before.iter().zip(cast.send_all(&playing).unwrap()) {
            // What a tenant makes of a server that shows no certificate is no fault of the case.
            let is_meant =
                ["ex01/Without a certificate", "ex01/In clear"].contains(&before.by.as_str());
            assert!(!stays(after.seen) || is_meant, "{id}: {after}");
        }
    }
}

/// What s_client says with the roots of the cast, for this name. As the cloud it has no old TLS.
#[track_caller]
fn s_client(cast: &Playing, addr: SocketAddr, name: &str) -> Option<String> {
    let openssl = program::installed("openssl")?;
    let home = tempfile::TempDir::new().unwrap();
    let roots = home.path().join("roots.pem");
    cast.roots_pem().write_to(&roots).unwrap();
    let mut client = program::command(openssl, home.path());
    client.args(["s_client", "-starttls", "smtp", "-verify_hostname", name]);
    client.args(["-connect", &addr.to_string()]);
    client.args(["-no_tls1", "-no_tls1_1"]);
    client.args(["-no-CApath", "-no-CAstore", "-CAfile"]);
    Some(program::run(client.arg(roots), b"QUIT\r\n").said)
}

#[test]
fn openssl_sees_what_is_wrong_with_a_certificate_and_after_the_mend_nothing() {
    let all = [
        (
            "hybrid-certificate-expired",
            "hybrid.contoso.test",
            "10 (certificate has expired)",
        ),
        (
            "exchange-missing-intermediate",
            "hybrid.contoso.test",
            "21 (unable to verify the first certificate)",
        ),
        (
            "exchange-wildcard-one-label-short",
            "mx.branch.contoso.test",
            "62 (hostname mismatch)",
        ),
    ];
    for (id, name, code) in all {
        let cast = play(id);
        let addr = cast.address(FRONT_END).unwrap();
        let Some(said) = s_client(&cast, addr, name) else {
            return;
        };
        let seen = format!("Verify return code: {code}");
        assert!(said.contains(&seen), "{id}: {said}");
        mend(id, &cast);
        let said = s_client(&cast, addr, name).unwrap();
        assert!(
            said.contains("Verify return code: 0 (ok)") && said.contains("BEGIN CERTIFICATE"),
            "{id}: {said}"
        );
    }
}

#[test]
fn the_application_log_tells_of_what_expired_and_of_what_is_missing() {
    for (id, event) in [
        ("hybrid-certificate-expired", 12016),
        ("exchange-certificate-not-enabled-for-smtp", 12014),
    ] {
        let events = play(id).events();
        let mut told = events.iter().map(|(_, entry)| entry.event.id());
        assert!(told.any(|one| one == event), "{id}: {events:?}");
    }
    // Where there is no STARTTLS to look for a certificate for, none is missed.
    let events = play("exchange-auth-mechanism-without-tls").events();
    let of_front_end = |event: &TransportEvent| match event {
        TransportEvent::NoCertificate { connector, .. } => connector.contains("Default Frontend"),
        _ => false,
    };
    assert!(!events.iter().any(|(_, entry)| of_front_end(&entry.event)));
}

#[test]
fn openssl_gets_an_alert_from_old_tls_and_a_certificate_after_the_mend() {
    let cast = play("exchange-tls10-only");
    let addr = cast.address(FRONT_END).unwrap();
    let name = "hybrid.contoso.test";
    let Some(said) = s_client(&cast, addr, name) else {
        return;
    };
    assert!(said.contains("no peer certificate available"), "{said}");
    assert!(said.contains("alert protocol version"), "{said}");
    mend("exchange-tls10-only", &cast);
    let said = s_client(&cast, addr, name).unwrap();
    assert!(
        said.contains("New, TLSv1.2, Cipher is") && said.contains("Verify return code: 0 (ok)"),
        "{said}"
    );
}

/// Where swaks connects to in a case, to whom it sends, and what it is told before the mend.
const TOLD: [(&str, &str, &str, &str); 11] = [
    (
        "eop-banned-address",
        "cloud",
        "bob@fabrikam.test",
        "550 5.7.606 Access denied, banned sending IP [127.0.0.1].",
    ),
    (
        "eop-recipient-not-synchronized",
        "cloud",
        "newcomer@contoso.test",
        "550 5.4.1 Recipient address rejected: Access denied.",
    ),
    (
        "exchange-anonymous-users-removed",
        FRONT_END,
        "bob@contoso.test",
        "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
    ),
    (
        "exchange-auth-mechanism-without-tls",
        FRONT_END,
        "bob@contoso.test",
        "Host did not advertise STARTTLS",
    ),
    (
        "exchange-back-pressure",
        FRONT_END,
        "bob@contoso.test",
        "452 4.3.1 Insufficient system resources",
    ),
    (
        "exchange-certificate-not-enabled-for-smtp",
        FRONT_END,
        "bob@contoso.test",
        "Host did not advertise STARTTLS",
    ),
    (
        "exchange-component-inactive",
        FRONT_END,
        "bob@contoso.test",
        "421 4.3.2 Service not active",
    ),
    (
        "exchange-relay-without-the-right",
        "ex01/Relay",
        "eve@elsewhere.test",
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
    ),
    (
        "firewall-strips-starttls-outbound",
        "firewall",
        "bob@contoso.mail.onmicrosoft.com",
        "Host did not advertise STARTTLS",
    ),
    (
        "hybrid-certificate-expired",
        FRONT_END,
        "bob@contoso.test",
        "",
    ),
    (
        "exchange-missing-intermediate",
        FRONT_END,
        "bob@contoso.test",
        "",
    ),
];

#[test]
fn swaks_is_told_what_the_case_says_and_delivers_after_the_mend() {
    for (id, at, to, told) in TOLD {
        let cast = play(id);
        let addr = cast.address(at).unwrap();
        let Some(before) = swaks(addr, to) else {
            return;
        };
        // Whoever does not look at certificates notices nothing of a bad one.
        assert_eq!(before.code == Some(0), told.is_empty(), "{id}");
        assert!(before.said.contains(told), "{id}: {}", before.said);
        mend(id, &cast);
        let after = swaks(addr, to).unwrap();
        assert_eq!(after.code, Some(0), "{id}: {}", after.said);
    }
}

#[test]
fn swaks_is_stopped_at_the_third_message_of_a_minute() {
    let id = "exchange-message-rate-limit";
    let cast = play(id);
    let addr = cast.address("ex01/Applications").unwrap();
    for _ in 0..2 {
        let Some(sent) = swaks(addr, "bob@contoso.test") else {
            return;
        };
        assert_eq!(sent.code, Some(0), "{}", sent.said);
    }
    let third = swaks(addr, "bob@contoso.test").unwrap();
    let told = "421 4.4.2 Message submission rate for this client has exceeded";
    assert!(third.said.contains(told), "{}", third.said);
    mend(id, &cast);
    let sent = swaks(addr, "bob@contoso.test").unwrap();
    assert_eq!(sent.code, Some(0), "{}", sent.said);
}

#[test]
fn python_is_known_by_its_certificate_if_the_chain_is_whole_and_the_name_is_right() {
    let cast = play("eop-client-chain-incomplete");
    let cloud = cast.address("cloud").unwrap();
    let whole = cast.certificate("public").unwrap();
    let alone = whole.clone().without_intermediates();
    let Some(said) = smtplib(cloud, "eve@elsewhere.test", &alone) else {
        return;
    };
    let denied = "550 5.7.64 TenantAttribution; Relay Access Denied [";
    assert!(said.starts_with(denied), "{said}");
    let said = smtplib(cloud, "eve@elsewhere.test", whole).unwrap();
    assert_eq!(said, "sent\n");

    let cast = play("eop-client-certificate-not-sent");
    let cloud = cast.address("cloud").unwrap();
    if let Some(finished) = swaks(cloud, "eve@elsewhere.test") {
        assert!(finished.said.contains(denied), "{}", finished.said);
    }
    let public = cast.certificate("public").unwrap();
    let said = smtplib(cloud, "eve@elsewhere.test", public).unwrap();
    assert_eq!(said, "sent\n");
}

#[test]
fn openssl_sees_the_name_of_eop_where_the_name_of_the_organization_was() {
    let cast = play("eop-presents-its-own-certificate");
    let (own, eop) = ("mail.fabrikam.test", "mail.protection.outlook.com");
    for (at, shown, other) in [
        ("before/Default MAIL", own, eop),
        ("eop-2014", eop, own),
        ("eop-today", eop, own),
    ] {
        let addr = cast.address(at).unwrap();
        let Some(said) = s_client(&cast, addr, shown) else {
            return;
        };
        assert!(said.contains("Verify return code: 0 (ok)"), "{at}: {said}");
        let said = s_client(&cast, addr, other).unwrap();
        let mismatch = "Verify return code: 62 (hostname mismatch)";
        assert!(said.contains(mismatch), "{at}: {said}");
    }
}

/// What the partner changes: the name that its send connector expects.
#[test]
fn a_partner_who_expects_the_name_of_eop_delivers_to_eop_of_both_times() {
    let id = "eop-presents-its-own-certificate";
    let cast = Cast::named(id).unwrap();
    let playing = cast.start().unwrap();
    let partner = playing.exchange("partner").unwrap();
    partner
        .set_send_connector("To Fabrikam", |one| {
            one.tls_domain = Some("mail.protection.outlook.com".to_owned());
        })
        .unwrap();
    partner
        .restart_service(TransportRole::HubTransport)
        .unwrap();
    let results = cast.send_all(&playing).unwrap();
    let seen = results.iter().filter(|one| one.by == "partner/To Fabrikam");
    let seen: Vec<_> = seen.map(|one| one.seen).collect();
    assert_eq!(
        seen,
        [Decision::Defer, Decision::Deliver, Decision::Deliver]
    );
}

#[test]
fn what_a_gateway_greylists_comes_when_its_time_has_come() {
    let cast = Cast::named("fortimail-greylists").unwrap();
    let clock = Clock::at(SystemTime::now());
    let playing = cast.player().clock(clock).start().unwrap();
    let gateway = playing.address("gateway").unwrap();
    if let Some(finished) = swaks(gateway, "bob@contoso.test") {
        let told = "451 4.3.2 Please try again later";
        assert!(finished.said.contains(told), "{}", finished.said);
    }
    let lives = cast
        .send_for(&playing, Duration::from_secs(24 * 60 * 60))
        .unwrap();
    let by_the_gateway = &lives[0];
    assert!(by_the_gateway.was_delivered(), "{by_the_gateway}");
    let put_off =
        |one: &&mailfault::transport::Progress| matches!(one.kind, ProgressKind::Deferred { .. });
    assert!(by_the_gateway.progress.iter().filter(put_off).count() > 1);
    let inside = &lives[2];
    assert!(inside.progress.iter().find(put_off).is_none(), "{inside}");
}

#[test]
fn the_certificate_that_was_enabled_is_the_one_that_is_shown() {
    let id = "exchange-certificate-not-enabled-for-smtp";
    let cast = play(id);
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    mend(id, &cast);
    let addr = cast.address(FRONT_END).unwrap();
    let public = cast.certificate("public").unwrap().thumbprint();
    assert_eq!(seen_by_openssl(&openssl, addr), Some(public));
}

/// Directory-Based Edge Blocking is for authoritative domains alone.
#[test]
fn an_internal_relay_takes_mail_for_those_who_are_not_in_the_directory() {
    let cast = Cast::named("eop-recipient-not-synchronized").unwrap();
    let playing = cast.start().unwrap();
    let cloud = playing.eop("cloud").unwrap();
    cloud.set_accepted_domain(AcceptedDomain::internal_relay("contoso.test"));
    let results = cast.send_all(&playing).unwrap();
    assert!(results.iter().all(|one| one.seen == Decision::Deliver));
}
