//! Old TLS for real, served by OpenSSL: what clients that speak it get, and what our report says.

use mailfault::handshake::Offer;
use mailfault::{
    After, Builder, Ca, ClientCertificate, Error, Fault, HandshakeFault, Identity, KeyKind, Leaf,
    MockServer, Outcome, Stage::Handshake, TlsVersion,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::raw_client::{RawClient, client_builder, client_config};
use crate::support::program;
use client::SClient;

mod bounds; // time, and bytes that no client should send
mod catalogue; // the scenarios that other builds imitate
mod client; // `openssl s_client`
mod clients; // curl, Python, swaks and GnuTLS
mod seen; // alerts, names and certificates of clients, in the report

/// What an Exchange of 2014 spoke, by its logs.
fn exchange_of_2014(identity: Identity) -> Builder {
    MockServer::builder()
        .starttls(identity)
        .tls_versions([TlsVersion::Tls10])
        .cipher_suites(["TLS_RSA_WITH_AES_128_CBC_SHA"])
}

fn rsa(ca: &Ca) -> Identity {
    ca.issue(Leaf::new("mx.test").key(KeyKind::Rsa2048))
}

#[test]
fn mail_is_delivered_over_tls_1_0() {
    let ca = Ca::new();
    let server = exchange_of_2014(rsa(&ca)).start();
    let client = SClient::new(&ca).with(&["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    let Some(said) = client.deliver(&server) else {
        return;
    };
    for line in [
        "Protocol  : TLSv1\n",
        "Cipher    : AES128-SHA\n",
        "Verify return code: 0 (ok)",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let report = server.finish();
    assert_eq!(report.mail[0].to, ["b@b.test"]);
    assert!(report.mail[0].inside_tls);
    let session = &report.sessions[0];
    let tls = session.tls.as_ref().unwrap();
    assert_eq!(tls.version, TlsVersion::Tls10);
    assert_eq!(tls.cipher_suite, "TLS_RSA_WITH_AES_128_CBC_SHA");
    assert_eq!(
        (tls.group.as_str(), tls.sni.as_deref()),
        ("", Some("mx.test"))
    );
    assert_eq!(session.alert, None);
    assert_eq!(session.outcome(), Outcome::Delivered);
    assert!(
        session
            .client_hello
            .as_ref()
            .unwrap()
            .offers(TlsVersion::Tls10)
    );
    let told = "TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA\n";
    assert!(session.transcript.to_string().contains(told), "{session}");
}

/// Version, suite, group.
#[test]
fn versions_suites_and_groups_can_be_pinned() {
    #[track_caller]
    fn check(version: TlsVersion, suite: &str, group: &str, key: KeyKind, options: &[&str]) {
        let ca = Ca::new();
        let mut builder = MockServer::builder()
            .starttls(ca.issue(Leaf::new("mx.test").key(key)))
            .tls_versions([version])
            .cipher_suites([suite]);
        if !group.is_empty() {
            builder = builder.groups([group]);
        }
        let server = builder.start();
        let client = SClient::new(&ca).with(&["-cipher", "ALL:@SECLEVEL=0"]);
        let Some(said) = client.with(options).deliver(&server) else {
            return;
        };
        let report = server.finish();
        let tls = report.sessions[0].tls.as_ref();
        let tls = tls.unwrap_or_else(|| panic!("{suite}: {said}\n{}", report.sessions[0]));
        let seen = (tls.version, tls.cipher_suite.as_str(), tls.group.as_str());
        assert_eq!(seen, (version, suite, group), "{said}");
        assert_eq!(report.mail.len(), 1, "{said}");
    }
    use KeyKind::{P256, Rsa2048};
    use TlsVersion::{Tls10, Tls11, Tls12};
    let old = "TLS_RSA_WITH_AES_128_CBC_SHA";
    check(
        Tls10,
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "secp256r1",
        P256,
        &["-tls1"],
    );
    check(
        Tls10,
        "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
        "modp1024",
        Rsa2048,
        &["-tls1"],
    );
    check(Tls11, old, "", Rsa2048, &["-tls1_1"]);
    check(
        Tls12,
        "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256",
        "",
        Rsa2048,
        &[],
    );
    check(
        Tls12,
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "secp521r1",
        Rsa2048,
        &[],
    );
    let named = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    check(
        Tls12,
        named,
        "secp256k1",
        Rsa2048,
        &["-tls1_2", "-groups", "secp256k1"],
    );
    check(
        Tls12,
        "TLS_DHE_RSA_WITH_AES_128_CCM_8",
        "ffdhe2048",
        Rsa2048,
        &[],
    );
}

#[test]
fn what_openssl_lacks_is_named_before_a_client_comes() {
    #[track_caller]
    fn check(builder: Builder, why: &str) {
        let error = builder.try_start().unwrap_err();
        assert_eq!(error.to_string(), why);
    }
    let ca = Ca::new();
    let old = || MockServer::builder().starttls(rsa(&ca));
    check(
        exchange_of_2014(rsa(&ca)).cipher_suites(["TLS_RSA_WITH_AES_128_CBC_SHB"]),
        "unknown cipher suite `TLS_RSA_WITH_AES_128_CBC_SHB`\nhint: did you mean \
         `TLS_RSA_WITH_AES_128_CBC_SHA`?",
    );
    check(
        old()
            .tls_versions([TlsVersion::Tls10])
            .groups(["secp521r2"]),
        "unknown group `secp521r2`\nhint: did you mean `secp521r1`?",
    );
    check(
        old()
            .tls_versions([TlsVersion::Tls10])
            .cipher_suites(["TLS_AES_128_GCM_SHA256"]),
        "cannot set up TLS: no version of TLS has all that is asked for",
    );
    check(
        exchange_of_2014(rsa(&ca)).max_fragment(512),
        "cannot set up TLS: OpenSSL does not let the size of records be chosen",
    );
    check(
        exchange_of_2014(rsa(&ca).with_chain(vec![])),
        "cannot set up TLS: OpenSSL serves no empty chain",
    );
    check(
        exchange_of_2014(rsa(&ca).with_key_of(&ca.issue("other.test"))),
        "cannot set up TLS: OpenSSL serves no key that is not the certificate's",
    );
    check(
        exchange_of_2014(rsa(&ca))
            .fault(Fault::at(Handshake).handshake(After::Certificate.alert(48))),
        "`alert 48 after-certificate` in old TLS makes no sense: its handshake is neither cut nor edited",
    );
    // Most builds of OpenSSL have no 3DES.
    match old()
        .cipher_suites(["TLS_RSA_WITH_3DES_EDE_CBC_SHA"])
        .try_start()
    {
        Ok(server) => drop(server.finish()),
        Err(error) => assert_eq!(
            error.to_string(),
            "cannot set up TLS: the OpenSSL of this machine has no `TLS_RSA_WITH_3DES_EDE_CBC_SHA`"
        ),
    }
}

#[test]
fn faults_that_leave_the_handshake_whole_work_here_as_well() {
    let ca = Ca::new();
    for fault in [
        HandshakeFault::Edit(mailfault::handshake::Edit::ByteByByte),
        HandshakeFault::NoCloseNotify,
        HandshakeFault::VersionFloor(TlsVersion::Tls10),
        HandshakeFault::Requires(Offer::Version(0x0301)),
    ] {
        let server = exchange_of_2014(rsa(&ca))
            .fault(Fault::at(Handshake).handshake(fault.clone()).once())
            .start();
        let client = SClient::new(&ca).with(&["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
        match client.deliver(&server) {
            Some(said) => assert_eq!(server.finish().mail.len(), 1, "{fault}: {said}"),
            None => drop(server.stop()),
        }
    }
    // And those that come before it.
    let server = exchange_of_2014(rsa(&ca))
        .fault(
            Fault::at(Handshake)
                .handshake(HandshakeFault::Alert(80))
                .once(),
        )
        .start();
    let mut client = RawClient::helloed(server.addr());
    assert!(client.say("STARTTLS").starts_with("220"));
    let error = client.tls(client_config(ca.der())).err().unwrap();
    assert!(error.to_string().contains("InternalError"), "{error}");
    drop(server.finish());
}

/// OpenSSL serves rustls, too: with TLS 1.3, which it speaks beside the old versions.
#[test]
fn old_and_new_versions_stand_side_by_side() {
    let ca = Ca::new();
    let all = [TlsVersion::Tls10, TlsVersion::Tls12, TlsVersion::Tls13];
    let server = MockServer::builder()
        .starttls(ca.issue("mx.test"))
        .client_certificate(ClientCertificate::Asked)
        .alpn(["smtp"])
        .tls_versions(all)
        .start();
    let me = Ca::new().issue("client.test");
    for versions in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let mut config = client_builder(&[versions], ca.der());
        config.alpn_protocols = vec![b"imap".to_vec(), b"smtp".to_vec()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(me.key().as_bytes().to_vec()));
        let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
        let chain = vec![me.leaf().as_bytes().to_vec().into()];
        let key = rustls::sign::SingleCertAndKey::from(rustls::sign::CertifiedKey::new(chain, key));
        config.client_auth_cert_resolver = std::sync::Arc::new(key);
        let mut client = RawClient::helloed(server.addr());
        assert!(client.say("STARTTLS").starts_with("220"));
        let mut client = client.tls(config).unwrap();
        // More than a record, both ways.
        let long = format!("NOOP {}", "x".repeat(1_500));
        assert!(client.say("EHLO c.test").starts_with("250"));
        assert!(client.say("MAIL FROM:<a@a.test>").starts_with("250"));
        assert!(client.say("RCPT TO:<b@b.test>").starts_with("250"));
        assert!(client.say("DATA").starts_with("354"));
        client.send(format!("{}\r\n", "x".repeat(900)).repeat(100));
        assert!(client.say(".").starts_with("250"));
        assert!(client.say(&long).starts_with("2"));
        assert!(client.say("QUIT").starts_with("221"));
    }
    let report = server.finish();
    assert_eq!(report.mail.len(), 2);
    for (session, version) in report
        .sessions
        .iter()
        .zip([TlsVersion::Tls13, TlsVersion::Tls12])
    {
        let tls = session.tls.as_ref().unwrap();
        assert_eq!(tls.version, version);
        assert_eq!(tls.group, "X25519");
        assert_eq!(tls.alpn.as_deref(), Some("smtp"));
        assert_eq!(tls.client_certificate, [me.leaf().clone()]);
    }
}

#[test]
fn a_script_shows_an_odd_key_as_well() {
    if program::installed("openssl").is_none() {
        return;
    }
    let ca = Ca::new();
    let odd = ca.issue(Leaf::new("mx.test").flaw(mailfault::Flaw::Ed448));
    let server = MockServer::script(move |wire| {
        wire.reply("220 mx.test");
        wire.expect("EHLO");
        wire.reply("250 STARTTLS");
        wire.expect("STARTTLS");
        wire.reply("220 go ahead");
        assert!(wire.start_tls(&odd));
        wire.expect("QUIT");
        wire.reply("221 bye");
    });
    let said = SClient::new(&ca).say(&server, "QUIT\r\n").unwrap();
    assert!(said.contains("Peer signature type: ed448"), "{said}");
    drop(server.finish());
}

#[test]
fn errors_of_a_listener_name_what_is_wrong() {
    let error = exchange_of_2014(
        Ca::new()
            .issue("mx.test")
            .with_chain(vec![b"junk".to_vec().into()]),
    );
    let error = error.try_start().unwrap_err();
    assert!(matches!(error, Error::BadTls { .. }), "{error}");
    assert!(
        !error.to_string().contains(".c:"),
        "no places in another's source: {error}"
    );
}
