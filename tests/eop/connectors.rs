//! Inbound connectors, met by swaks and smtplib with and without certificates of their own.

use std::path::Path;

use mailfault::eop::{Attribution, AuthAs, MatchedBy, Received, Route};
use mailfault::{Leaf, Pem};
use tempfile::TempDir;

use super::*;
use crate::support::program;

const ELSEWHERE: &str = "carol@example.test";
const ALICE: &str = "alice@contoso.test";
const DENIED: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";
const NO_HEADER: &str = "X-Nothing: -";

/// Who sends: with the organization's certificate below a CA that is trusted.
struct Stage {
    ca: Ca,
    eop: Eop,
}

impl Stage {
    fn new(wish: impl FnOnce(EopBuilder) -> EopBuilder) -> Self {
        let ca = Ca::new();
        let eop = contoso(Ca::new().issue("mx.test"))
            .trusts(ca.roots())
            .inbound_connector(by_certificate());
        let eop = wish(eop).start();
        Self { ca, eop }
    }

    /// A certificate of the organization, whose chain has an intermediate.
    fn own(&self) -> Identity {
        let leaf = Leaf::new("mail.contoso.test").only_names();
        self.ca.intermediate().issue(leaf)
    }

    /// What smtplib was told, if it is installed.
    #[track_caller]
    fn smtplib(&self, to: &str, header: &str, identity: Option<&Identity>) -> Option<String> {
        let python = program::installed("python3")?;
        let home = TempDir::new().unwrap();
        let mut command = program::command(python, home.path());
        command.args([
            "-I",
            concat!(env!("CARGO_MANIFEST_DIR"), "/eop/send_with_certificate.py"),
        ]);
        command.args([&self.eop.addr().port().to_string(), ALICE, to, header]);
        if let Some(identity) = identity {
            command.arg(file(home.path(), &[identity.pem(), identity.key_pem()]));
        }
        Some(program::run(&mut command, b"").said)
    }

    /// What swaks said, if it is installed.
    #[track_caller]
    fn swaks(&self, to: &str, identity: Option<&Identity>) -> Option<String> {
        let swaks = program::installed("swaks")?;
        let home = TempDir::new().unwrap();
        let mut command = program::command(swaks, home.path());
        command.args(["--tls", "--server", "127.0.0.1"]);
        command.args(["--port", &self.eop.addr().port().to_string()]);
        command.args(["--ehlo", "client.test", "--from", ALICE, "--to", to]);
        if let Some(identity) = identity {
            let pem = file(home.path(), &[identity.pem(), identity.key_pem()]);
            command.arg("--tls-cert").arg(&pem);
            command.arg("--tls-key").arg(&pem);
        }
        Some(program::run(&mut command, b"").said)
    }

    fn last(&self) -> Received {
        self.eop.received().pop().unwrap()
    }
}

fn by_certificate() -> InboundConnector {
    InboundConnector {
        tls_sender_certificate_name: Some("*.contoso.test".into()),
        cloud_services_mail_enabled: true,
        ..InboundConnector::on_premises("Inbound from HQ")
    }
}

fn file(home: &Path, texts: &[Pem]) -> std::path::PathBuf {
    let path = home.join("client.pem");
    let text: String = texts.iter().map(Pem::to_string).collect();
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_certificate_of_ones_own_relays() {
    let stage = Stage::new(|eop| eop);
    let Some(said) = stage.smtplib(ELSEWHERE, NO_HEADER, Some(&stage.own())) else {
        return;
    };
    assert_eq!(said, "sent\n");
    let received = stage.last();
    let expected = Attribution::OnPremises {
        connector: "Inbound from HQ".into(),
        by: MatchedBy::Certificate,
        own_domain: true,
    };
    assert_eq!(received.attribution, expected);
    assert_eq!(received.routes, [Ok(Route::Relay)]);
    assert!(received.keeps_organization_headers);
}

#[test]
fn without_it_or_with_another_nothing_is_relayed() {
    let stage = Stage::new(|eop| eop);
    let other_name = stage.ca.issue("mail.fabrikam.test");
    let other_ca = Ca::new().issue("mail.contoso.test");
    let incomplete = stage.own().without_intermediates();
    let all = [None, Some(&other_name), Some(&other_ca), Some(&incomplete)];
    for identity in all {
        let Some(said) = stage.smtplib(ELSEWHERE, NO_HEADER, identity) else {
            return;
        };
        assert!(said.starts_with(DENIED), "{said}");
        // Mail for the organization itself is anybody's to send.
        let said = stage.smtplib("bob@contoso.test", NO_HEADER, identity);
        assert_eq!(said.as_deref(), Some("sent\n"));
        assert_eq!(stage.last().attribution, Attribution::Internet);
    }
}

/// `--tls-cert` sends the leaf and not what stands behind it in the file: the incomplete chain of
/// the support article.
#[test]
fn swaks_sends_no_intermediate_and_is_not_believed() {
    let stage = Stage::new(|eop| eop);
    let below_the_root = stage.ca.issue(Leaf::new("mail.contoso.test"));
    let Some(said) = stage.swaks(ELSEWHERE, Some(&below_the_root)) else {
        return;
    };
    assert!(said.contains("250 2.6.0 "), "{said}");
    assert_eq!(stage.last().connector(), Some("Inbound from HQ"));
    let said = stage.swaks(ELSEWHERE, Some(&stage.own())).unwrap();
    assert!(said.contains(DENIED), "{said}");
    let said = stage.swaks(ELSEWHERE, None).unwrap();
    assert!(said.contains(DENIED), "{said}");
    let sessions = stage.eop.finish().report.sessions;
    let sent =
        |session: &mailfault::Session| session.tls.as_ref().unwrap().client_certificate.len();
    assert_eq!(sessions.iter().map(sent).collect::<Vec<_>>(), [1, 1, 0]);
}

#[test]
fn only_a_hybrid_connector_keeps_the_organizations_headers() {
    let internal = "X-MS-Exchange-Organization-AuthAs: Internal";
    let stage = Stage::new(|eop| eop);
    let own = stage.own();
    let send = |header| stage.smtplib("bob@contoso.test", header, Some(&own));
    if send(internal).is_none() {
        return;
    }
    assert_eq!(stage.last().auth_as, AuthAs::Internal);
    send(NO_HEADER);
    assert_eq!(stage.last().auth_as, AuthAs::Anonymous);
    stage.eop.set_inbound_connector(InboundConnector {
        cloud_services_mail_enabled: false,
        ..by_certificate()
    });
    send(internal);
    assert_eq!(stage.last().auth_as, AuthAs::Anonymous);
    stage.eop.set_inbound_connector(InboundConnector {
        cloud_services_mail_enabled: false,
        treat_messages_as_internal: true,
        ..by_certificate()
    });
    send(NO_HEADER);
    assert_eq!(stage.last().auth_as, AuthAs::Internal);
}

#[test]
fn an_address_of_ones_own_relays_for_ones_own_domains() {
    let by_address = InboundConnector {
        sender_ip_addresses: vec!["127.0.0.0/24".into()],
        ..InboundConnector::on_premises("by address")
    };
    let eop = contoso(Ca::new().issue("mx.test"))
        .inbound_connector(by_address.clone())
        .start();
    assert!(rcpt(&eop, ALICE, ELSEWHERE).starts_with("250"));
    let denied = rcpt(&eop, "dave@other.test", ELSEWHERE);
    assert!(denied.starts_with(DENIED), "{denied}");
    // In 2014 the connector was enough.
    let eop = contoso(Ca::new().issue("mx.test"))
        .profile(Profile::Y2014)
        .inbound_connector(by_address)
        .start();
    assert!(rcpt(&eop, "dave@other.test", ELSEWHERE).starts_with("250"));
}

#[test]
fn a_partner_is_held_to_its_certificate() {
    let stage = Stage::new(|eop| {
        eop.inbound_connector(InboundConnector {
            sender_domains: vec!["contoso.test".into()],
            restrict_domains_to_certificate: true,
            tls_sender_certificate_name: Some("mail.partner.test".into()),
            ..InboundConnector::partner("Partner")
        })
    });
    let right = stage.ca.issue("mail.partner.test");
    let Some(said) = stage.smtplib("bob@contoso.test", NO_HEADER, Some(&right)) else {
        return;
    };
    assert_eq!(said, "sent\n");
    assert_eq!(stage.last().connector(), Some("Partner"));
    for wrong in [None, Some(&stage.ca.issue("mail.other.test"))] {
        let said = stage.smtplib("bob@contoso.test", NO_HEADER, wrong).unwrap();
        assert!(
            said.starts_with("550 5.7.51 TenantInboundAttribution; "),
            "{said}"
        );
    }
}

#[test]
fn a_change_takes_its_time() {
    let clock = then();
    let eop = contoso(Ca::new().issue("mx.test"))
        .clock(clock.clone())
        .propagation(Duration::from_secs(60))
        .start();
    let connector = InboundConnector {
        sender_ip_addresses: vec!["127.0.0.1".into()],
        ..InboundConnector::on_premises("by address")
    };
    eop.set_inbound_connector(connector);
    assert!(rcpt(&eop, ALICE, ELSEWHERE).starts_with(DENIED));
    assert!(eop.tenant().inbound_connectors.is_empty());
    clock.advance(Duration::from_secs(60));
    assert!(rcpt(&eop, ALICE, ELSEWHERE).starts_with("250"));
    eop.remove_inbound_connector("by address");
    assert!(rcpt(&eop, ALICE, ELSEWHERE).starts_with("250"));
    clock.advance(Duration::from_secs(60));
    assert!(rcpt(&eop, ALICE, ELSEWHERE).starts_with(DENIED));
}
