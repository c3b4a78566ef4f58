//! What the report says of clients of old TLS: their alerts, names and certificates.

use mailfault::{Ca, ClientCertificate, Ended, Identity, Leaf, Outcome};

use super::client::SClient;
use super::{exchange_of_2014, rsa};
use crate::raw_client::{RawClient, client_config};

#[test]
fn a_modern_client_is_refused_with_alert_70() {
    let ca = Ca::new();
    let server = exchange_of_2014(rsa(&ca)).start();
    let mut client = RawClient::helloed(server.addr());
    assert!(client.say("STARTTLS").starts_with("220"));
    let error = client.tls(client_config(ca.der())).err().unwrap();
    assert!(error.to_string().contains("ProtocolVersion"), "{error}");
    let session = &server.finish().sessions[0];
    assert_eq!(session.outcome(), Outcome::RefusedTls);
    let transcript = session.transcript.to_string();
    let told =
        "-- TLS failed: unsupported protocol\n-- alert from the server: protocol_version (70)";
    assert!(transcript.contains(told), "{transcript}");
}

#[test]
fn the_alert_of_a_client_is_told() {
    // It trusts somebody else.
    let server = exchange_of_2014(rsa(&Ca::new())).start();
    let client = SClient::new(&Ca::new()).with(&["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    let Some(said) = client.deliver(&server) else {
        return;
    };
    assert!(
        said.contains("unable to get local issuer certificate"),
        "{said}"
    );
    let session = &server.finish().sessions[0];
    assert_eq!(session.alert.map(|alert| alert.0), Some(48), "{session}");
    assert_eq!(session.ended, Some(Ended::ByTls));
    assert_eq!(session.outcome(), Outcome::RefusedTls);
}

#[test]
fn who_leaves_without_a_word_is_told_so() {
    let server = exchange_of_2014(rsa(&Ca::new())).start();
    let mut client = RawClient::helloed(server.addr());
    assert!(client.say("STARTTLS").starts_with("220"));
    drop(client);
    let session = &server.finish().sessions[0];
    assert_eq!(
        (session.alert, session.ended),
        (None, Some(Ended::ByClient))
    );
    assert_eq!(session.outcome(), Outcome::RefusedTls);
}

#[test]
fn each_name_has_its_certificate() {
    let (ca, other) = (Ca::new(), Ca::new());
    let server = exchange_of_2014(rsa(&other))
        .certificate_for("MX.test", rsa(&ca))
        .start();
    let client = SClient::new(&ca).with(&["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    if client.deliver(&server).is_some() {
        assert_eq!(server.report().mail.len(), 1);
    }
    // Another one from now on, for those that ask for no name that is known.
    server.set_certificate(&rsa(&ca));
    let client = SClient::new(&ca).named("other.test");
    if let Some(said) = client
        .with(&["-tls1", "-cipher", "ALL:@SECLEVEL=0"])
        .deliver(&server)
    {
        assert!(said.contains("hostname mismatch"), "{said}");
    }
    drop(server.finish());
}

#[test]
fn client_certificates_are_asked_for_and_judged() {
    let ca = Ca::new();
    let client = |ca: &Ca| ca.issue(Leaf::new("client.test").eku_client_only());
    let (client, stranger) = (client(&ca), client(&Ca::new()));
    // Whether mail is taken, the certificates that are told, and the server's alert.
    #[track_caller]
    fn check(wish: ClientCertificate, sent: Option<&Identity>, taken: bool, alert: Option<u8>) {
        let ca = Ca::new();
        let server = exchange_of_2014(rsa(&ca))
            .client_certificate(wish.clone())
            .start();
        let mut client = SClient::new(&ca).with(&["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
        if let Some(identity) = sent {
            client = client.showing(identity);
        }
        let Some(said) = client.deliver(&server) else {
            return;
        };
        let report = server.finish();
        let session = &report.sessions[0];
        assert_eq!(
            report.mail.len(),
            usize::from(taken),
            "{wish:?}: {said}\n{session}"
        );
        if let Some(tls) = &session.tls {
            let leaf = sent.map(|identity| identity.leaf());
            assert_eq!(tls.client_certificate.first(), leaf, "{wish:?}");
        }
        let sent = session
            .transcript
            .events()
            .iter()
            .find_map(|event| match event.what {
                mailfault::What::AlertFromServer(alert) => Some(alert.0),
                _ => None,
            });
        assert_eq!(sent, alert, "{wish:?}: {said}\n{session}");
    }
    use ClientCertificate::{Asked, Pinned, Refused, Required, RequiredFrom};
    let from = || RequiredFrom(vec![ca.der().clone()]);
    check(Asked, None, true, None);
    check(Asked, Some(&stranger), true, None);
    check(Required, Some(&stranger), true, None);
    check(Required, None, false, Some(40));
    check(from(), Some(&client), true, None);
    check(from(), Some(&stranger), false, Some(48));
    check(Pinned(client.leaf().clone()), Some(&client), true, None);
    check(
        Pinned(client.leaf().clone()),
        Some(&stranger),
        false,
        Some(48),
    );
    check(Refused, None, true, None);
    check(Refused, Some(&client), false, Some(48));
}
