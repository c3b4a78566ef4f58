//! Revocation lists and OCSP answers as OpenSSL reads them.

use std::time::{Duration, SystemTime};

use mailfault_certs::{Ca, Crl, Der, Identity, KeyKind, Leaf, Ocsp, Pem, Reason};

use crate::tool::{Directory, openssl};

/// `openssl verify -crl_check` of the leaf with this list.
fn checked(ca: &Ca, identity: &Identity, list: &Der) -> Option<String> {
    let identity = identity.clone().with_crls(vec![list.clone()]);
    checked_by("-crl_check", ca, &identity)
}

/// `openssl verify` with the identity's own lists.
fn checked_by(option: &str, ca: &Ca, identity: &Identity) -> Option<String> {
    let directory = Directory::new();
    let file = |name| directory.path().join(name);
    ca.pem().write_to(file("root.pem")).unwrap();
    identity.pem().write_to(file("chain.pem")).unwrap();
    identity.crls_pem().write_to(file("lists.pem")).unwrap();
    let arguments = format!(
        "verify {option} -CRLfile lists.pem -no-CAfile -no-CApath -no-CAstore -trusted root.pem \
         -untrusted chain.pem chain.pem"
    );
    openssl(directory.path(), &arguments.split(' ').collect::<Vec<_>>())
}

#[test]
fn lists_of_the_whole_chain_are_there_from_the_start() {
    let root = Ca::new();
    let ca = root.intermediate_with_crl_at("http://127.0.0.1:1/root.crl");
    let identity = ca.issue("mx.test");
    let check = |identity: &Identity, expected: &str| {
        if let Some(said) = checked_by("-crl_check_all", &root, identity) {
            assert!(said.contains(expected), "expected {expected}\n{said}");
        }
    };
    check(&identity, "chain.pem: OK");
    let only_own = identity.clone().with_crls(vec![ca.crl(Crl::new())]);
    check(
        &only_own,
        "error 3 at 1 depth lookup: unable to get certificate CRL",
    );
    let revoked = root.crl(Crl::new().revoke_authority(&ca, Reason::CaCompromise));
    let revoked = identity
        .clone()
        .with_crls(vec![ca.crl(Crl::new()), revoked]);
    check(&revoked, "error 23 at 1 depth lookup: certificate revoked");
    let impostor = ca.impostor().crl(Crl::new());
    let forged = identity
        .clone()
        .with_crls(vec![impostor, root.crl(Crl::new())]);
    // The list says whose key signed it, and that is nobody's.
    check(
        &forged,
        "error 3 at 0 depth lookup: unable to get certificate CRL",
    );
    let mut damaged = ca.crl(Crl::new()).as_bytes().to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    let damaged = identity
        .clone()
        .with_crls(vec![damaged.into(), root.crl(Crl::new())]);
    check(&damaged, "error 8 at 0 depth lookup: CRL signature failure");
    let list = Crl::new().revoke(&identity, Reason::KeyCompromise);
    let list = vec![ca.crl(list.only_authorities()), root.crl(Crl::new())];
    check(
        &identity.with_crls(list),
        "error 44 at 0 depth lookup: different CRL scope",
    );
}

#[test]
fn a_list_revokes_what_is_on_it() {
    for kind in [KeyKind::P256, KeyKind::Ed25519] {
        let root = Ca::builder().key(kind).build();
        let ca = root.intermediate();
        let (good, stolen) = (ca.issue("mx.test"), ca.issue("mx.test"));
        let check = |identity: &Identity, list: &Crl, expected: &str| {
            if let Some(said) = checked(&root, identity, &ca.crl(list.clone())) {
                assert!(said.contains(expected), "expected {expected}\n{said}");
            }
        };
        let list = Crl::new().revoke(&stolen, Reason::KeyCompromise);
        check(&good, &Crl::new(), "chain.pem: OK");
        check(&good, &list, "chain.pem: OK");
        check(
            &stolen,
            &list,
            "error 23 at 0 depth lookup: certificate revoked",
        );
        let day = Duration::from_secs(86_400);
        let now = SystemTime::now();
        let old = Crl::new().valid(now - 20 * day, now - 10 * day);
        check(&good, &old, "error 12 at 0 depth lookup: CRL has expired");
    }
}

#[test]
fn an_answer_says_what_was_asked() {
    let directory = Directory::new();
    let file = |name| directory.path().join(name);
    let root = Ca::new();
    let ca = root.intermediate();
    let identity = ca.issue(Leaf::new("mx.test").must_staple());
    let issuer = identity.clone().with_chain(identity.chain()[1..].to_vec());
    issuer.pem().write_to(file("issuer.pem")).unwrap();
    let leaf: Pem = identity.clone().without_intermediates().pem();
    leaf.write_to(file("leaf.pem")).unwrap();
    root.pem().write_to(file("root.pem")).unwrap();
    let check = |answer: Ocsp, expected: &str| {
        std::fs::write(file("answer.der"), ca.ocsp(answer)).unwrap();
        let arguments = "ocsp -issuer issuer.pem -cert leaf.pem -respin answer.der -no-CAfile -no-CApath \
                         -no-CAstore -CAfile root.pem -verify_other issuer.pem";
        let arguments = arguments.replace("-no-CAfile ", "");
        let arguments: Vec<_> = arguments.split_whitespace().collect();
        if let Some(said) = openssl(directory.path(), &arguments) {
            assert!(said.contains("Response verify OK"), "{said}");
            assert!(said.contains(expected), "expected {expected}\n{said}");
        }
    };
    check(Ocsp::good(&identity), "leaf.pem: good");
    let revoked = Ocsp::revoked(&identity, Reason::KeyCompromise);
    check(revoked, "leaf.pem: revoked");
    check(Ocsp::unknown(&identity), "leaf.pem: unknown");
}

#[test]
fn a_certificate_says_where_to_ask() {
    let directory = Directory::new();
    let leaf = Leaf::new("mx.test")
        .crl_at("http://127.0.0.1:1/list.crl")
        .ocsp_at("http://127.0.0.1:1/ocsp")
        .must_staple();
    let identity = Ca::new().issue(leaf);
    identity
        .pem()
        .write_to(directory.path().join("leaf.pem"))
        .unwrap();
    let arguments = ["x509", "-in", "leaf.pem", "-noout", "-text"];
    let Some(said) = openssl(directory.path(), &arguments) else {
        return;
    };
    for line in [
        "URI:http://127.0.0.1:1/list.crl",
        "OCSP - URI:http://127.0.0.1:1/ocsp",
        "TLS Feature: \n                status_request",
    ] {
        assert!(said.contains(line), "missing: {line}\nin: {said}");
    }
}
