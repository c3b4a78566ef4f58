//! The scenarios that other builds imitate, and the certificates whose keys they cannot use.

use mailfault::scenario::Scenario;
use mailfault::{Outcome, TlsVersion};

use super::client::SClient;

const ANY: &[&str] = &["-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"];

/// What `openssl s_client` gets with options that let it: version, suite, group.
#[rustfmt::skip]
const SERVED: &[(&str, &[&str], TlsVersion, &str, &str)] = &[
    ("handshake/anon-cipher-only", &["-tls1_2"], TlsVersion::Tls12, "TLS_DH_anon_WITH_AES_128_CBC_SHA", "ffdhe2048"),
    ("handshake/camellia-only", &[], TlsVersion::Tls12, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", ""),
    ("handshake/cbc-only", &[], TlsVersion::Tls12, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "X25519"),
    ("handshake/dhe-1024", &[], TlsVersion::Tls12, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "modp1024"),
    ("handshake/dhe-2048", &[], TlsVersion::Tls12, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "ffdhe2048"),
    ("handshake/group-p521-only", &[], TlsVersion::Tls13, "TLS_AES_256_GCM_SHA384", "secp521r1"),
    ("handshake/group-p521-only", &["-tls1_2"], TlsVersion::Tls12, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "secp521r1"),
    ("handshake/group-secp256k1-only", &["-groups", "secp256k1:P-256"], TlsVersion::Tls12, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "secp256k1"),
    ("handshake/group-x448-only", &[], TlsVersion::Tls13, "TLS_AES_256_GCM_SHA384", "X448"),
    ("handshake/null-cipher-only", &["-tls1_2"], TlsVersion::Tls12, "TLS_RSA_WITH_NULL_SHA256", ""),
    ("handshake/sigalg-sha1-only", &[], TlsVersion::Tls12, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "X25519"),
    ("handshake/static-rsa-gcm-only", &[], TlsVersion::Tls12, "TLS_RSA_WITH_AES_128_GCM_SHA256", ""),
    ("handshake/static-rsa-only", &["-tls1_2"], TlsVersion::Tls12, "TLS_RSA_WITH_AES_128_CBC_SHA", ""),
    ("handshake/tls10-only", &[], TlsVersion::Tls10, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "X25519"),
    ("handshake/tls11-only", &[], TlsVersion::Tls11, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "X25519"),
];

/// The types of signature with which `openssl s_client` is shown odd keys.
#[rustfmt::skip]
const SIGNED: &[(&str, &[&str], &str)] = &[
    ("tls/brainpool", &["-tls1_2", "-groups", "brainpoolP256r1:P-256"], "ECDSA"),
    ("tls/dsa", &["-tls1_2"], "DSA"),
    ("tls/ed448", &[], "ed448"),
    ("tls/ed448", &["-tls1_2"], "ed448"),
    ("tls/p192", &["-tls1_2", "-groups", "P-192:P-256"], "ECDSA"),
    ("tls/p224", &["-tls1_2", "-groups", "P-224:P-256"], "ECDSA"),
    ("tls/p521", &[], "ECDSA"),
    ("tls/p521", &["-tls1_2"], "ECDSA"),
    ("tls/rsa-pss-key", &[], "RSA-PSS"),
    ("tls/secp256k1", &["-tls1_2", "-groups", "secp256k1:P-256"], "ECDSA"),
];

/// What it says with its own defaults, and the alert of its that our report tells; nothing where it
/// finds nothing wrong. The server's own alert is told by the client: it has number 40. What it has no
/// scheme for it gets signed with another key, and says so.
#[rustfmt::skip]
const BY_DEFAULT: &[(&str, &str, u8)] = &[
    ("handshake/anon-cipher-only", "SSL alert number 40", 0),
    ("handshake/camellia-only", "SSL alert number 40", 0),
    ("handshake/cbc-only", "", 0),
    ("handshake/dhe-1024", "dh key too small", 40),
    ("handshake/dhe-2048", "", 0),
    ("handshake/group-p521-only", "", 0),
    ("handshake/group-secp256k1-only", "SSL alert number 40", 0),
    ("handshake/group-x448-only", "", 0),
    ("handshake/null-cipher-only", "SSL alert number 40", 0),
    ("handshake/sigalg-sha1-only", "SSL alert number 40", 0),
    ("handshake/static-rsa-gcm-only", "", 0),
    ("handshake/static-rsa-only", "", 0),
    ("handshake/tls10-only", "legacy sigalg disallowed or unsupported", 80),
    ("handshake/tls11-only", "legacy sigalg disallowed or unsupported", 80),
    ("tls/dsa", "wrong signature type", 47),
    ("tls/ed448", "", 0),
    ("tls/p192", "EE certificate key too weak", 42),
    ("tls/p224", "wrong curve", 47),
    ("tls/p521", "", 0),
    ("tls/rsa-pss-key", "", 0),
    ("tls/secp256k1", "wrong curve", 47),
];

fn played(id: &str, options: &[&str]) -> Option<(String, mailfault::Report)> {
    let mut scenario = Scenario::named(id).unwrap();
    // Where there is TLS 1.3, nobody signs with DSA.
    if (id, options.is_empty()) == ("tls/dsa", false) {
        scenario.server.tls_versions = vec![TlsVersion::Tls12];
    }
    let (builder, identity) = scenario.builder();
    let server = builder.start();
    let client = SClient::trusting(&identity.roots_pem()).with(options);
    Some((client.deliver(&server)?, server.finish()))
}

#[test]
fn what_others_imitate_is_served() {
    for (id, options, version, suite, group) in SERVED {
        let Some((said, report)) = played(id, &[ANY, options].concat()) else {
            return;
        };
        let session = &report.sessions[0];
        let tls = session.tls.as_ref();
        let tls = tls.unwrap_or_else(|| panic!("{id}: {said}\n{session}"));
        let seen = (tls.version, tls.cipher_suite.as_str(), tls.group.as_str());
        assert_eq!(seen, (*version, *suite, *group), "{id}: {said}");
        assert_eq!(session.outcome(), Outcome::Delivered, "{id}: {said}");
    }
}

#[test]
fn odd_keys_sign_for_themselves() {
    for (id, options, signature) in SIGNED {
        let Some((said, report)) = played(id, &[ANY, options].concat()) else {
            return;
        };
        let told = format!("Peer signature type: {signature}\n");
        assert!(said.contains(&told), "{id}: {said}\n{}", report.sessions[0]);
        assert_eq!(report.mail.len(), 1, "{id}: {said}");
    }
}

#[test]
fn openssl_judges_them_as_it_did_before() {
    for (id, error, alert) in BY_DEFAULT {
        let Some((said, report)) = played(id, &[]) else {
            return;
        };
        let session = &report.sessions[0];
        let told = session.alert.map_or(0, |alert| alert.0);
        assert!(said.contains(error), "{id}: {said}");
        assert_eq!(told, *alert, "{id}: {said}\n{session}");
        let delivered = session.outcome() == Outcome::Delivered;
        assert_eq!(delivered, error.is_empty(), "{id}: {said}\n{session}");
    }
}

#[test]
fn nothing_is_imitated_and_nothing_is_left_out() {
    for scenario in Scenario::all() {
        assert_eq!(
            (scenario.imitated(), scenario.needs()),
            (None, None),
            "{}",
            scenario.id
        );
        let here = SERVED.iter().any(|row| row.0 == scenario.id);
        let requires = scenario.faults.iter().any(|fault| match fault.action() {
            mailfault::Action::Handshake(fault) => fault.to_string().starts_with("requires "),
            _ => false,
        });
        let old = requires || scenario.id == "handshake/dhe-1024";
        assert_eq!(here, old, "{}", scenario.id);
    }
}
