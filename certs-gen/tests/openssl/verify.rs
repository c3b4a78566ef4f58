//! `openssl verify` over every flaw: the error numbers that mail software built on OpenSSL reports.

use mailfault_certs::{Ca, Flaw, Identity, KeyKind, Leaf};

use crate::tool::{Directory, openssl};

/// The numbers of the errors, in the order in which they were found; none means that the chain verifies. The first is
/// what s_client, Python and curl stop at; `openssl verify` goes on after some of them.
#[track_caller]
fn check(identity: &Identity, expected: &[u32]) {
    check_with(identity, identity.name(), &[], expected);
}

#[track_caller]
fn check_with(identity: &Identity, name: &str, options: &[&str], expected: &[u32]) {
    let directory = Directory::new();
    let file = |name| directory.path().join(name);
    identity.roots_pem().write_to(file("roots.pem")).unwrap();
    identity.pem().write_to(file("chain.pem")).unwrap();
    let leaf = identity.clone().without_intermediates();
    leaf.pem().write_to(file("leaf.pem")).unwrap();

    let verify = if name.parse::<std::net::IpAddr>().is_ok() {
        "-verify_ip"
    } else {
        "-verify_hostname"
    };
    let mut arguments = vec!["verify", "-purpose", "sslserver", verify, name];
    arguments.extend_from_slice(options);
    // The system's own roots must not have a say.
    arguments.extend_from_slice(&["-no-CAfile", "-no-CApath", "-no-CAstore"]);
    arguments.extend_from_slice(&[
        "-trusted",
        "roots.pem",
        "-untrusted",
        "chain.pem",
        "leaf.pem",
    ]);
    let Some(said) = openssl(directory.path(), &arguments) else {
        return;
    };
    let numbers: Vec<u32> = said
        .lines()
        .filter_map(|line| line.strip_prefix("error "))
        .filter_map(|rest| rest.split(' ').next()?.parse().ok())
        .collect();
    assert_eq!(numbers, expected, "{identity:?}\nopenssl said:\n{said}");
    assert_eq!(said.contains("leaf.pem: OK"), expected.is_empty(), "{said}");
}

#[test]
fn each_flaw_is_called_by_its_number() {
    // 9 not yet valid, 10 expired, 18 self-signed, 20 no issuer, 25 path length, 26 purpose, 62 name, 79 no CA.
    let expected: &[(Flaw, &[u32])] = &[
        (Flaw::Expired, &[10]),
        (Flaw::NotYetValid, &[9]),
        (Flaw::WrongName, &[62]),
        (Flaw::CnOnly, &[]),
        (Flaw::WildcardTooDeep, &[62]),
        (Flaw::WildcardOtherDomain, &[62]),
        (Flaw::SanIpOnly, &[62]),
        (Flaw::SelfSigned, &[18]),
        (Flaw::UntrustedRoot, &[20]),
        (Flaw::MissingIntermediate, &[20]),
        (Flaw::ExpiredIntermediate, &[10]),
        (Flaw::ExpiredRoot, &[10]),
        (Flaw::IntermediateNotCa, &[79, 26]),
        (Flaw::PathlenExceeded, &[25]),
        (Flaw::EkuClientOnly, &[26]),
        (Flaw::KeyMismatch, &[]),
        (Flaw::ExtraUnrelated, &[]),
        (Flaw::ReversedChain, &[]),
        (Flaw::DuplicateLeaf, &[]),
        (Flaw::RootSent, &[]),
    ];
    let named: Vec<_> = expected.iter().map(|(flaw, _)| *flaw).collect();
    assert_eq!(named, Flaw::all(), "a flaw has no expectation");

    let ca = Ca::new();
    for (flaw, numbers) in expected {
        let leaf = Leaf::new("a.mail.contoso.com").flaw(*flaw);
        check(&ca.issue(leaf.clone()), numbers);
        check(&ca.intermediate().issue(leaf), numbers);
    }
}

#[test]
fn flaws_add_up() {
    let ca = Ca::new();
    let leaf = || Leaf::new("mail.contoso.com");
    check(&ca.issue(leaf().expired().wrong_name()), &[62]);
    check(&ca.issue(leaf().expired().missing_intermediate()), &[20]);
    check(&ca.issue(leaf().expired().untrusted_root()), &[20]);
    check(&ca.issue(leaf().expired().self_signed()), &[18, 10]);
    check(&ca.issue(leaf().wrong_name().untrusted_root()), &[20]);
    check(&ca.issue(leaf().untrusted_root().root_sent()), &[19]);
    check(&ca.issue(leaf().untrusted_root()).with_root(), &[19]);
    check(
        &ca.issue(leaf().expired_intermediate().not_yet_valid()),
        &[10, 9],
    );
    check(
        &ca.intermediate().issue(leaf()).without_intermediates(),
        &[20],
    );
}

#[test]
fn healthy_certificates_pass_the_strict_check() {
    #[track_caller]
    fn strict(identity: &Identity, names: &[&str]) {
        for name in names {
            check_with(identity, name, &["-x509_strict", "-check_ss_sig"], &[]);
        }
    }
    for kind in [
        KeyKind::P256,
        KeyKind::P384,
        KeyKind::Ed25519,
        KeyKind::Rsa2048,
    ] {
        let ca = Ca::builder().key(kind).build();
        strict(
            &ca.issue("mx.test"),
            &["mx.test", "localhost", "127.0.0.1", "::1"],
        );
        strict(&ca.intermediate().issue("mx.test"), &["mx.test"]);
    }
    let ca = Ca::new();
    strict(&ca.issue("192.0.2.1"), &["192.0.2.1"]);
    strict(&ca.issue("2001:db8::1"), &["2001:db8::1"]);
    strict(&ca.issue("*.contoso.com"), &["mail.contoso.com"]);
    strict(&ca.issue("mäil.example"), &["xn--mil-qla.example"]);
    strict(
        &ca.issue(Leaf::new("a.test").also("b.test").key(KeyKind::Rsa2048)),
        &["a.test", "b.test"],
    );
    let long = format!("{}.{}.test", "a".repeat(60), "b".repeat(60));
    strict(&ca.issue(long.as_str()), &[long.as_str()]);
}
