//! Revocation lists and OCSP answers as OpenSSL reads them.

use std::time::{Duration, SystemTime};

use mailfault_certs::{Ca, Crl, Der, Identity, KeyKind, Leaf, Ocsp, Pem, Reason};

use crate::tool::{Directory, openssl};

/// `openssl verify -crl_check` of the leaf with this list.
fn checked(ca: &Ca, identity: &Identity, list: &Der) -> Option<String> {
    let directory = Directory::new();
    let file = |name| directory.path().join(name);
    ca.pem().write_to(file("root.pem")).unwrap();
    identity.pem().write_to(file("chain.pem")).unwrap();
    list.write_to(file("list.der")).unwrap();
    let convert = [
        "crl", "-inform", "DER", "-in", "list.der", "-out", "list.pem",
    ];
    openssl(directory.path(), &convert)?;
    let arguments = "verify -crl_check -CRLfile list.pem -no-CAfile -no-CApath -no-CAstore -trusted root.pem \
                     -untrusted chain.pem chain.pem";
    openssl(directory.path(), &arguments.split(' ').collect::<Vec<_>>())
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
