//! What we say of a certificate against what `openssl x509` reads in it.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mailfault_certs::{Ca, DistinguishedName, Flaw, Identity, KeyKind, Leaf};

use crate::tool::{Directory, openssl};

/// One line of `openssl x509`, without the label before the first `=`.
fn x509(directory: &Path, identity: &Identity, what: &[&str]) -> Option<String> {
    identity
        .leaf()
        .write_to(directory.join("leaf.der"))
        .unwrap();
    let mut arguments = vec!["x509", "-inform", "DER", "-in", "leaf.der", "-noout"];
    arguments.extend_from_slice(what);
    let said = openssl(directory, &arguments)?;
    let (_, value) = said
        .split_once('=')
        .unwrap_or_else(|| panic!("openssl said: {said}"));
    Some(value.trim_end().to_owned())
}

#[test]
fn thumbprints_and_serial_numbers_are_those_that_openssl_prints() {
    let directory = Directory::new();
    let check = |leaf: Leaf| {
        let identity = Ca::new().issue(leaf);
        let facts: [(&[&str], String); 3] = [
            (&["-fingerprint", "-sha1"], identity.thumbprint()),
            (&["-fingerprint", "-sha256"], identity.sha256_thumbprint()),
            (&["-serial"], identity.serial()),
        ];
        for (what, ours) in facts {
            let Some(theirs) = x509(directory.path(), &identity, what) else {
                return;
            };
            assert_eq!(theirs.replace(':', ""), ours, "{what:?}");
        }
    };
    check(Leaf::new("mx.test"));
    check(Leaf::new("mx.test").serial([0x0a]));
    check(Leaf::new("mx.test").serial([0x80, 0, 1]));
    check(Leaf::new("mx.test").serial([0, 0, 0x7f]));
    check(Leaf::new("mx.test").serial([0]));
}

#[test]
fn the_validity_is_the_one_told() {
    let directory = Directory::new();
    let check = |from: u64, to: u64, expected: &str| {
        let at = |seconds| UNIX_EPOCH + Duration::new(seconds, 999_999_999);
        let identity = Ca::new().issue(Leaf::new("mx.test").valid(at(from), at(to)));
        assert_eq!(
            identity.not_before(),
            UNIX_EPOCH + Duration::from_secs(from)
        );
        assert_eq!(identity.not_after(), UNIX_EPOCH + Duration::from_secs(to));
        if let Some(dates) = x509(
            directory.path(),
            &identity,
            &["-dates", "-dateopt", "iso_8601"],
        ) {
            assert_eq!(dates.replace("\nnotAfter=", " / "), expected);
        }
    };
    check(
        0,
        951_782_400,
        "1970-01-01 00:00:00Z / 2000-02-29 00:00:00Z",
    );
    check(
        2_524_607_999,
        2_524_608_000,
        "2049-12-31 23:59:59Z / 2050-01-01 00:00:00Z",
    );
    check(
        1_709_251_199,
        253_402_300_799,
        "2024-02-29 23:59:59Z / 9999-12-31 23:59:59Z",
    );
}

#[test]
fn names_are_written_the_most_general_first() {
    let directory = Directory::new();
    let check = |name: DistinguishedName, expected: &str| {
        let ca = Ca::builder().name(name.clone()).build();
        let identity = ca.issue(Leaf::new("mx.test").subject(name.clone()));
        assert_eq!((identity.subject(), identity.issuer()), (&name, &name));
        for what in ["-subject", "-issuer"] {
            let options = [what, "-nameopt", "utf8,sep_comma_plus_space,sname"];
            if let Some(theirs) = x509(directory.path(), &identity, &options) {
                assert_eq!(theirs, expected);
            }
        }
    };
    check(
        DistinguishedName::new()
            .common_name("mail.contoso.com")
            .organizational_unit("Mail")
            .organizational_unit("IT")
            .organization("Contoso \"Tea\" & Sons")
            .locality("Zürich")
            .state("ZH")
            .country("CH"),
        "C=CH, ST=ZH, L=Zürich, O=Contoso \"Tea\" & Sons, OU=IT, OU=Mail, CN=mail.contoso.com",
    );
    check(
        DistinguishedName::new()
            .common_name("contoso-CA")
            .domain_component("contoso")
            .domain_component("com"),
        "DC=com, DC=contoso, CN=contoso-CA",
    );
}

#[test]
fn a_certificate_says_what_the_catalogue_promises() {
    let directory = Directory::new();
    let now = SystemTime::now();
    let identity = Ca::new().issue(Leaf::new("mx.test").only_names());
    assert!(identity.not_before() < now && now < identity.not_after());
    identity
        .leaf()
        .write_to(directory.path().join("leaf.der"))
        .unwrap();
    let arguments = [
        "x509",
        "-inform",
        "DER",
        "-in",
        "leaf.der",
        "-noout",
        "-ext",
        "keyUsage,extendedKeyUsage,basicConstraints,subjectAltName",
    ];
    let Some(said) = openssl(directory.path(), &arguments) else {
        return;
    };
    for line in [
        "X509v3 Key Usage: critical\n    Digital Signature",
        "X509v3 Basic Constraints: critical\n    CA:FALSE",
        "X509v3 Extended Key Usage: \n    TLS Web Server Authentication",
        "X509v3 Subject Alternative Name: \n    DNS:mx.test\n",
    ] {
        assert!(said.contains(line), "missing: {line}\nin: {said}");
    }
}

#[test]
fn keys_are_read_and_belong_to_their_certificates_unless_they_should_not() {
    let directory = Directory::new();
    let file = |name| directory.path().join(name);
    let check = |identity: &Identity, belongs: bool| {
        identity.key_pem().write_to(file("key.pem")).unwrap();
        identity.pem().write_to(file("chain.pem")).unwrap();
        let said = [
            openssl(directory.path(), &["pkey", "-in", "key.pem", "-pubout"]),
            openssl(
                directory.path(),
                &["x509", "-in", "chain.pem", "-noout", "-pubkey"],
            ),
        ];
        let [Some(of_key), Some(of_certificate)] = said else {
            return;
        };
        assert!(of_key.starts_with("-----BEGIN PUBLIC KEY-----"), "{of_key}");
        assert_eq!(of_key == of_certificate, belongs, "{identity:?}");
    };
    for kind in [
        KeyKind::P256,
        KeyKind::P384,
        KeyKind::Ed25519,
        KeyKind::Rsa2048,
    ] {
        let ca = Ca::builder().key(kind).build();
        check(&ca.issue("mx.test"), true);
        check(&ca.issue(Leaf::new("mx.test").key_mismatch()), false);
    }
    let ca = Ca::new();
    let other = ca.issue("other.test");
    check(&ca.issue("mx.test").with_key_of(&other), false);
    // The same with a line of text before the key: what people do with such files.
    let combined = format!("{}{}", other.key_pem(), other.pem());
    std::fs::write(file("combined.pem"), combined).unwrap();
    if let Some(said) = openssl(
        directory.path(),
        &["pkey", "-in", "combined.pem", "-noout", "-check"],
    ) {
        assert!(said.contains("Key is valid"), "{said}");
    }
}

#[test]
fn odd_keys_belong_to_their_certificates_as_well() {
    let directory = Directory::new();
    let ca = Ca::new();
    let mut odd = 0;
    for flaw in Flaw::all().iter().filter(|flaw| flaw.needs().is_none()) {
        let identity = ca.issue(Leaf::new("mx.test").flaw(*flaw));
        let Some(own) = identity.own_key() else {
            assert!(!identity.serves_foreign_key(), "{flaw}");
            continue;
        };
        odd += 1;
        own.write_to(directory.path().join("own.der")).unwrap();
        let leaf = directory.path().join("leaf.der");
        identity.leaf().write_to(leaf).unwrap();
        let pkey = ["pkey", "-inform", "DER", "-in", "own.der", "-pubout"];
        let x509 = [
            "x509", "-inform", "DER", "-in", "leaf.der", "-noout", "-pubkey",
        ];
        let of_key = openssl(directory.path(), &pkey);
        assert_eq!(of_key, openssl(directory.path(), &x509), "{flaw}");
    }
    assert_eq!(odd, 8);
}
