//! TLS as the server speaks it: which certificate, which version, whose.

use mailfault::{Ca, ClientCertificate, Ended, Error, Leaf, MockServer, Outcome, TlsVersion};
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::raw_client::{RawClient, client_builder, client_config};

/// Says EHLO, QUIT and goes.
fn visit(mut client: RawClient) {
    assert!(client.say("EHLO c.test").starts_with("250"));
    assert!(client.say("QUIT").starts_with("221"));
}

/// STARTTLS up to the point where the handshake comes.
fn before_tls(server: &MockServer) -> RawClient {
    let mut client = RawClient::helloed(server.addr());
    assert!(client.say("STARTTLS").starts_with("220"));
    client
}

#[test]
fn both_ways_into_tls_work_side_by_side() {
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .implicit_tls(ca.issue("mx.test"))
        .start();
    visit(RawClient::inside_tls(server.addr(), ca.der()));
    let implicit = server.implicit_addr().unwrap();
    let mut client = RawClient::connect(implicit)
        .tls(client_config(ca.der()))
        .unwrap();
    assert!(client.reply().starts_with("220"));
    visit(client);
    let report = server.finish();
    assert!(!report.sessions[0].implicit_tls && report.sessions[1].implicit_tls);
    assert!(report.sessions.iter().all(|session| session.tls.is_some()));
}

#[test]
fn implicit_tls_alone_is_the_only_port() {
    let server = MockServer::builder()
        .implicit_tls(Ca::new().issue("mx.test"))
        .start();
    assert_eq!(Some(server.addr()), server.implicit_addr());
}

#[test]
fn versions_and_suites_can_be_pinned() {
    #[track_caller]
    fn check(version: TlsVersion, suite: &str, group: &str) {
        let ca = Ca::new();
        let server = MockServer::builder()
            .starttls(ca.issue("mx.test"))
            .tls_versions([version])
            .cipher_suites([suite])
            .groups([group])
            .start();
        visit(RawClient::inside_tls(server.addr(), ca.der()));
        let report = server.finish();
        let tls = report.sessions[0].tls.as_ref().unwrap();
        assert_eq!(
            (tls.version, tls.cipher_suite.as_str(), tls.group.as_str()),
            (version, suite, group)
        );
        assert_eq!(tls.sni.as_deref(), Some("mx.test"));
    }
    check(TlsVersion::Tls13, "TLS_AES_128_GCM_SHA256", "X25519");
    check(
        TlsVersion::Tls13,
        "TLS_CHACHA20_POLY1305_SHA256",
        "secp256r1",
    );
    check(
        TlsVersion::Tls12,
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "secp384r1",
    );
}

#[test]
fn a_pinned_version_refuses_the_other() {
    #[track_caller]
    fn check(version: TlsVersion, client: &'static rustls::SupportedProtocolVersion) {
        let ca = Ca::new();
        let server = MockServer::builder()
            .starttls(ca.issue("mx.test"))
            .tls_versions([version])
            .start();
        let error = before_tls(&server)
            .tls(client_builder(&[client], ca.der()))
            .err()
            .unwrap();
        assert!(error.to_string().contains("ProtocolVersion"), "{error}");
        assert_eq!(server.finish().sessions[0].outcome(), Outcome::RefusedTls);
    }
    check(TlsVersion::Tls13, &rustls::version::TLS12);
    check(TlsVersion::Tls12, &rustls::version::TLS13);
}

#[test]
fn names_that_are_not_known_are_told_with_the_nearest() {
    let builder = || MockServer::builder().starttls(Ca::new().issue("mx.test"));
    let error = builder()
        .cipher_suites(["TLS_AES_128_GCM_SHA265"])
        .try_start()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown cipher suite `TLS_AES_128_GCM_SHA265`\nhint: did you mean `TLS_AES_128_GCM_SHA256`?"
    );
    let error = builder()
        .groups(["P-256"])
        .try_start()
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("unknown group `P-256`\nhint: did you mean `X25519MLKEM768`, `X25519`"),
        "{error}"
    );
    // TLS 1.3 with a suite of TLS 1.2 alone cannot be.
    let error = builder()
        .tls_versions([TlsVersion::Tls13])
        .cipher_suites(["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"])
        .try_start()
        .unwrap_err();
    assert!(matches!(error, Error::BadTls { .. }), "{error}");
}

#[test]
fn each_name_has_its_certificate() {
    let (ca, other) = (Ca::new(), Ca::new());
    let server = MockServer::builder()
        .starttls(other.issue("default.test"))
        .certificate_for("MX.test", ca.issue("mx.test"))
        .start();
    // The client asks for mx.test and trusts only the authority of that certificate.
    visit(RawClient::inside_tls(server.addr(), ca.der()));
    let error = before_tls(&server)
        .tls(client_config(other.der()))
        .err()
        .unwrap();
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    let report = server.finish();
    assert_eq!(report.sessions[1].alert.unwrap().name(), "unknown_ca");
}

#[test]
fn the_certificate_can_be_changed_while_the_server_runs() {
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue(Leaf::new("mx.test").expired()))
        .start();
    let error = before_tls(&server)
        .tls(client_config(ca.der()))
        .err()
        .unwrap();
    assert!(error.to_string().contains("certificate expired"), "{error}");
    server.set_certificate(&ca.issue("mx.test"));
    visit(RawClient::inside_tls(server.addr(), ca.der()));
    let report = server.finish();
    assert_eq!(report.sessions[0].outcome(), Outcome::RefusedTls);
    assert_eq!(
        report.sessions[0].alert.unwrap().to_string(),
        "certificate_expired (45)"
    );
    assert_eq!(report.sessions[0].ended, Some(Ended::ByTls));
    assert!(report.sessions[1].tls.is_some());
}

#[test]
#[should_panic(expected = "this server has no TLS")]
fn a_server_without_tls_has_no_certificate_to_change() {
    MockServer::start().set_certificate(&Ca::new().issue("mx.test"));
}

/// The client's certificate chain, as a rustls client presents it.
fn with_certificate(
    root: &mailfault::Der,
    version: &'static rustls::SupportedProtocolVersion,
    client: &mailfault::Identity,
) -> ClientConfig {
    let mut config = client_builder(&[version], root);
    let chain = client
        .chain()
        .iter()
        .map(|der| CertificateDer::from(der.as_bytes().to_vec()));
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(client.key().as_bytes().to_vec()));
    let key = rustls::crypto::ring::default_provider()
        .key_provider
        .load_private_key(key)
        .unwrap();
    let certified = rustls::sign::CertifiedKey::new(chain.collect(), key);
    config.client_auth_cert_resolver =
        std::sync::Arc::new(rustls::sign::SingleCertAndKey::from(certified));
    config
}

#[test]
fn a_client_certificate_is_asked_for_and_judged() {
    let (ca, client_ca) = (Ca::new(), Ca::new());
    let client = client_ca.issue(Leaf::new("client.test").eku_client_only());
    let other = Ca::new().issue(Leaf::new("client.test").eku_client_only());
    // Whether the session gets as far as its greeting, with this certificate and without.
    let check = |wish: ClientCertificate, shown: Option<&mailfault::Identity>, passes: bool| {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let server = MockServer::builder()
                .implicit_tls(ca.issue("mx.test"))
                .client_certificate(wish.clone())
                .start();
            let config = match shown {
                Some(shown) => with_certificate(ca.der(), version, shown),
                None => client_builder(&[version], ca.der()),
            };
            // In TLS 1.3 the client has finished before the server judges.
            let greeted = match RawClient::connect(server.addr()).tls(config) {
                Ok(mut client) => client.reply().starts_with("220"),
                Err(_) => false,
            };
            assert_eq!(greeted, passes, "{wish:?} {version:?}");
            let report = server.finish();
            let session = &report.sessions[0];
            if passes {
                let seen = &session.tls.as_ref().unwrap().client_certificate;
                let expected = shown
                    .map(|shown| shown.chain().to_vec())
                    .unwrap_or_default();
                assert_eq!(
                    *seen,
                    if wish == ClientCertificate::NotAsked {
                        Vec::new()
                    } else {
                        expected
                    }
                );
            } else {
                assert!(
                    session.tls.is_none() && session.alert.is_none(),
                    "{session}"
                );
                assert!(
                    session.transcript.to_string().contains("TLS failed"),
                    "{session}"
                );
            }
        }
    };
    use ClientCertificate::{Asked, NotAsked, Pinned, Refused, Required, RequiredFrom};
    check(NotAsked, Some(&client), true);
    check(Asked, None, true);
    check(Asked, Some(&client), true);
    check(Required, None, false);
    check(Required, Some(&client), true);
    check(
        RequiredFrom(client_ca.roots().to_vec()),
        Some(&client),
        true,
    );
    check(
        RequiredFrom(client_ca.roots().to_vec()),
        Some(&other),
        false,
    );
    check(Pinned(client.leaf().clone()), Some(&client), true);
    check(Pinned(client.leaf().clone()), Some(&other), false);
    check(Refused, Some(&client), false);
    check(Refused, None, true);
}

/// CVE-2011-0411: what was sent behind STARTTLS in the same breath must not be obeyed inside TLS.
#[test]
fn commands_behind_starttls_are_thrown_away() {
    let ca = Ca::new();
    let server = MockServer::builder().starttls(ca.issue("mx.test")).start();
    let mut client = RawClient::helloed(server.addr());
    client.send("STARTTLS\r\nEHLO evil.test\r\nMAIL FROM:<evil@evil.test>\r\n");
    assert!(client.reply().starts_with("220"));
    let mut client = client.tls(client_config(ca.der())).unwrap();
    // The first reply inside TLS answers what is said inside TLS, and MAIL comes too early.
    assert!(client.say("MAIL FROM:<a@a.test>").starts_with("503"));
    assert!(client.say("EHLO c.test").starts_with("250"));
    drop(client);
    let report = server.finish();
    let transcript = report.sessions[0].transcript.to_string();
    assert!(
        transcript.contains("44 octets that were sent behind STARTTLS are thrown away"),
        "{transcript}"
    );
    assert!(!transcript.contains("evil"), "{transcript}");
    assert_eq!(report.sessions[0].client.as_deref(), Some("c.test"));
}

/// RFC 3207 §4.2: what was said before TLS is forgotten.
#[test]
fn what_was_said_before_tls_is_forgotten() {
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .require_tls()
        .start();
    let mut client = RawClient::helloed(server.addr());
    assert!(client.say("MAIL FROM:<a@a.test>").starts_with("530 5.7.0"));
    assert!(client.say("AUTH PLAIN AHUAcA==").starts_with("538 5.7.11"));
    assert!(client.say("STARTTLS").starts_with("220"));
    let mut client = client.tls(client_config(ca.der())).unwrap();
    assert!(client.say("MAIL FROM:<a@a.test>").starts_with("503"));
    let ehlo = client.say("EHLO c.test");
    assert!(
        ehlo.contains("AUTH PLAIN LOGIN") && !ehlo.contains("STARTTLS"),
        "{ehlo}"
    );
    assert!(client.say("STARTTLS").starts_with("503 5.5.1"));
    assert!(client.say("AUTH PLAIN AHUAcA==").starts_with("235"));
    drop(client);
    assert_eq!(server.finish().outcome(), Outcome::LeakedCredentials);
}

/// The connection ends inside TLS with close_notify, as RFC 8446 §6.1 asks.
#[test]
fn a_close_inside_tls_is_a_clean_one() {
    let ca = Ca::new();
    let server = MockServer::builder().starttls(ca.issue("mx.test")).start();
    let mut client = RawClient::inside_tls(server.addr(), ca.der());
    assert!(client.say("QUIT").starts_with("221"));
    // rustls tells an end without close_notify as an error.
    assert_eq!(client.rest().unwrap(), "");
    drop(client);
    server.finish();
}

/// A client that refuses sends its alert and leaves at once; looking at the server right then
/// misses it nearly always, and `finish` never may.
#[test]
fn the_last_alert_of_a_client_is_always_told() {
    let ca = Ca::new();
    let expired = ca.issue(Leaf::new("mx.test").expired());
    for _ in 0..100 {
        let server = MockServer::builder().implicit_tls(expired.clone()).start();
        let client = RawClient::connect(server.addr());
        assert!(client.tls(client_config(ca.der())).is_err());
        let report = server.finish();
        assert_eq!(
            report.sessions[0].alert,
            Some(mailfault::Alert(45)),
            "{report}"
        );
    }
}

/// RFC 5246 §7.4.6: without a client certificate TLS 1.2 ends in 40; TLS 1.3 has an alert for it.
#[test]
fn a_missing_client_certificate_has_the_alert_of_its_version() {
    #[track_caller]
    fn check(version: &'static rustls::SupportedProtocolVersion, alert: &str) {
        let ca = Ca::new();
        let server = MockServer::builder()
            .implicit_tls(ca.issue("mx.test"))
            .client_certificate(ClientCertificate::Required)
            .start();
        let client = RawClient::connect(server.addr());
        // In TLS 1.3 the client has finished before the server judges.
        let error = match client.tls(client_builder(&[version], ca.der())) {
            Ok(mut client) => client.rest().unwrap_err(),
            Err(error) => error,
        };
        assert!(error.to_string().contains(alert), "{error}");
        server.finish();
    }
    check(&rustls::version::TLS12, "HandshakeFailure");
    check(&rustls::version::TLS13, "CertificateRequired");
}
