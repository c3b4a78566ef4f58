//! `openssl verify` over every flaw: the error numbers that mail software built on OpenSSL reports.

use mailfault_certs::{Ca, Control, Der, Identity, KeyKind, Leaf};

use crate::said::{NOTHING_SENT, SAID, UNREADABLE};
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
    let Some((first, rest)) = identity.chain().split_first() else {
        return assert_eq!(expected, NOTHING_SENT);
    };
    let sent = |chain: &[Der]| identity.clone().with_chain(chain.to_vec()).pem();
    sent(std::slice::from_ref(first))
        .write_to(file("leaf.pem"))
        .unwrap();
    sent(rest).write_to(file("chain.pem")).unwrap();

    let verify = if name.parse::<std::net::IpAddr>().is_ok() {
        "-verify_ip"
    } else {
        "-verify_hostname"
    };
    let mut arguments = vec!["verify", "-purpose", "sslserver", verify, name];
    arguments.extend_from_slice(options);
    // The system's own roots must not have a say.
    arguments.extend_from_slice(&["-no-CAfile", "-no-CApath", "-no-CAstore"]);
    // What s_client demands where nothing else is configured: no SHA-1, no RSA below 2,048 bits.
    arguments.extend_from_slice(&["-auth_level", "2", "-trusted", "roots.pem"]);
    if !rest.is_empty() {
        arguments.extend_from_slice(&["-untrusted", "chain.pem"]);
    }
    arguments.push("leaf.pem");
    let Some(said) = openssl(directory.path(), &arguments) else {
        return;
    };
    if expected == UNREADABLE {
        assert!(
            said.contains("Could not read certificate"),
            "{identity:?}\nopenssl said:\n{said}"
        );
        return;
    }
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
    let ca = Ca::new();
    for (flaw, numbers, ..) in SAID.iter().filter(|row| row.0.needs().is_none()) {
        let leaf = Leaf::new("a.mail.contoso.com").flaw(*flaw);
        check(&ca.issue(leaf.clone()), numbers);
        check(&ca.intermediate().issue(leaf), numbers);
    }
}

#[test]
fn every_control_verifies() {
    let ca = Ca::new();
    for control in Control::all().iter().filter(|one| one.needs().is_none()) {
        for name in ["mx.test", "a.mail.contoso.com"] {
            let leaf = Leaf::new(name).control(*control);
            check(&ca.issue(leaf.clone()), &[]);
            check(&ca.intermediate().issue(leaf), &[]);
        }
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
