//! `openssl s_client` and `openssl ocsp`.

use std::process::Command;

use mailfault::Fetched;
use mailfault::TlsVersion;
use mailfault::scenario::Scenario;

use super::{Served, table};
use crate::support::program::{self, Finished};

/// `openssl` in the directory of what is served.
fn openssl(served: &Served, arguments: &str) -> Option<Finished> {
    let openssl = program::installed("openssl")?;
    let mut command: Command = program::command(openssl, served.home());
    command.args(arguments.split_whitespace());
    Some(program::run(&mut command, b"QUIT\r\n"))
}

/// Over STARTTLS, with nothing to trust but the root.
fn s_client(served: &Served, options: &str) -> Option<Finished> {
    s_client_trusting("ca.pem", served, options)
}

/// The same with another file of what is trusted, which may have lists in it.
fn s_client_trusting(file: &str, served: &Served, options: &str) -> Option<Finished> {
    let addr = served.addr();
    openssl(
        served,
        &format!(
            "s_client -starttls smtp -connect {addr} -CAfile {file} -no-CApath -no-CAstore \
             -verify_return_error {options}"
        ),
    )
}

/// The first thing that verification found, and `0` if it found nothing.
fn verdict(finished: &Finished) -> String {
    let line = finished
        .said
        .lines()
        .find_map(|line| line.strip_prefix("verify error:num="));
    let protocol = finished.said.contains("New, TLSv1.");
    match line {
        Some(line) => line.to_owned(),
        // `Verify return code: 0` is printed even where no TLS ever began.
        None if protocol => "0".to_owned(),
        None => finished.said.clone(),
    }
}

const LISTS: &str = "
    control/crl-good             0
    crl-revoked                  23:certificate revoked
    crl-revoked-certificate-hold 23:certificate revoked
    crl-expired                  12:CRL has expired
    crl-not-yet-valid            11:CRL is not yet valid
    crl-wrong-issuer             3:unable to get certificate CRL
    crl-impostor                 3:unable to get certificate CRL
    crl-tampered                 8:CRL signature failure
    crl-intermediate-revoked     0
    crl-leaf-under-intermediate  23:certificate revoked
    crl-remove-from-crl          0
    crl-idp-other-scope          44:different CRL scope
";

#[test]
fn lists_from_a_file_say_what_they_should() {
    for (id, expected) in table(LISTS) {
        let served = Served::new(&id);
        let Some(finished) = s_client(&served, "-crl_check -CRL crl.pem") else {
            return;
        };
        assert_eq!(verdict(&finished), expected, "{id}\n{finished:?}");
        assert!(served.stop().fetches.is_empty());
    }
    let whole = Served::new("revocation/crl-intermediate-revoked");
    let Some(finished) = s_client_trusting("ca-and-crl.pem", &whole, "-crl_check_all") else {
        return;
    };
    assert_eq!(verdict(&finished), "23:certificate revoked", "{finished:?}");
    assert!(finished.said.contains("depth=1"), "{finished:?}");
}

/// The lists that come with every other certificate are good ones.
#[test]
fn every_chain_has_its_lists() {
    for id in ["control/p256", "control/long-chain-6", "control/starttls"] {
        let served = Served::new(id);
        let Some(finished) = s_client_trusting("ca-and-crl.pem", &served, "-crl_check_all") else {
            return;
        };
        assert_eq!(verdict(&finished), "0", "{id}\n{finished:?}");
    }
}

/// It takes the address out of the certificate, and fetches the list by itself. At a closed port it would try for ever.
#[test]
fn lists_are_given_out_where_the_certificate_says() {
    let more = "
        crl-junk              3:unable to get certificate CRL
        crl-404               3:unable to get certificate CRL
    ";
    for (id, expected) in table(LISTS).chain(table(more)) {
        let served = Served::new(&id);
        let Some(finished) = s_client(&served, "-crl_check -crl_download") else {
            return;
        };
        assert_eq!(verdict(&finished), expected, "{id}\n{finished:?}");
        let fetches = served.stop().fetches;
        let lists = fetches.iter().filter(|fetch| fetch.what == Fetched::Crl);
        let paths: Vec<_> = lists.map(|fetch| &*fetch.path).collect();
        assert_eq!(paths.first(), Some(&"/issuer.crl"), "{id}");
    }
    let whole = Served::new("revocation/crl-intermediate-revoked");
    let Some(finished) = s_client(&whole, "-crl_check_all -crl_download") else {
        return;
    };
    assert_eq!(verdict(&finished), "23:certificate revoked", "{finished:?}");
    let fetches = whole.stop().fetches;
    assert!(
        fetches.iter().any(|fetch| fetch.path == "/root.crl"),
        "{fetches:?}"
    );
}

/// What is stapled, as it is printed; in TLS 1.2 and 1.3, which carry it in different messages.
#[test]
fn staples_come_as_they_were_made() {
    let staples = "
        control/ocsp-good        Cert Status: good
        control/must-staple-good Cert Status: good
        ocsp-revoked             Revocation Reason: keyCompromise (0x1)
        ocsp-unknown             Cert Status: unknown
        ocsp-expired             Cert Status: good
        ocsp-wrong-signer        Cert Status: good
        ocsp-other-certificate   Cert Status: good
        ocsp-tampered            Cert Status: good
        ocsp-try-later           OCSP Response Status: trylater (0x3)
        ocsp-malformed           asn1 encoding routines
        must-staple-missing      OCSP response: no response sent
        must-staple-revoked      Cert Status: revoked
        must-staple-malformed    asn1 encoding routines
    ";
    for (id, expected) in table(staples) {
        for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
            let served = Served::changed(&id, |scenario| {
                scenario.server.tls_versions = vec![version];
            });
            let Some(finished) = s_client(&served, "-status") else {
                return;
            };
            let seen = finished.said.contains(expected);
            assert!(seen, "{id} {version:?}: {expected}\n{}", finished.said);
            let report = served.stop();
            let hello = report.sessions[0].client_hello.as_ref();
            assert!(hello.is_some_and(|hello| hello.status_request), "{id}");
        }
    }
}

/// Who does not ask for a staple gets none.
#[test]
fn staples_come_to_those_who_ask() {
    let served = Served::new("control/ocsp-good");
    let Some(finished) = s_client(&served, "-tlsextdebug") else {
        return;
    };
    assert_eq!(verdict(&finished), "0", "{finished:?}");
    assert!(!finished.said.contains("status request"), "{finished:?}");
    let report = served.stop();
    let hello = report.sessions[0].client_hello.as_ref();
    assert!(hello.is_some_and(|hello| !hello.status_request));
}

/// What `openssl ocsp` makes of the staple of a scenario, given to it as a file: the signature, the time, and whom it is
/// about.
#[test]
fn staples_are_wrong_in_the_way_that_they_say() {
    let staples = "
        control/ocsp-good        leaf.pem: good
        control/ocsp-good        Response verify OK
        ocsp-revoked             Reason: keyCompromise
        ocsp-revoked             Response verify OK
        ocsp-unknown             leaf.pem: unknown
        ocsp-unknown             Response verify OK
        ocsp-expired             WARNING: Status times invalid
        ocsp-expired             Response verify OK
        ocsp-wrong-signer        Response Verify Failure
        ocsp-wrong-signer        leaf.pem: good
        ocsp-other-certificate   leaf.pem: ERROR: No Status found
        ocsp-other-certificate   Response verify OK
        ocsp-tampered            Response Verify Failure
        ocsp-tampered            leaf.pem: good
        ocsp-try-later           Responder Error: trylater (3)
        ocsp-malformed           Error reading OCSP response
    ";
    for (id, expected) in table(staples) {
        let served = Served::new(&id);
        let staple = served.identity.staple().expect("a staple");
        std::fs::write(served.file("staple.der"), staple).expect("a file");
        let Some(finished) = openssl(
            &served,
            "ocsp -issuer issuer.pem -cert leaf.pem -respin staple.der -CAfile ca.pem -no-CApath -no-CAstore \
             -verify_other issuer.pem",
        ) else {
            return;
        };
        assert!(
            finished.said.contains(expected),
            "{id}: {expected}\n{}",
            finished.said
        );
    }
}

/// `openssl ocsp` asks by POST, with a nonce, at the address in the certificate.
#[test]
fn the_responder_answers_who_asks() {
    #[track_caller]
    fn check(ocsp: &str, expected: &str) {
        let text = format!("[server.revocation]\nocsp = \"{ocsp}\"");
        let text = format!("summary = \"x\"\nexpect = \"delivered\"\n{text}");
        let scenario = Scenario::parse("x.toml", &text).expect(ocsp);
        let served = Served::changed("control/p256", |changed| *changed = scenario);
        let certificate = openssl(&served, "x509 -in leaf.pem -noout -ocsp_uri");
        let Some(certificate) = certificate else {
            return;
        };
        let url = certificate.said.trim().to_owned();
        assert_eq!(Some(&*url), served.server.ocsp_url());
        let asking = format!(
            "ocsp -issuer issuer.pem -cert leaf.pem -url {url} -CAfile ca.pem -no-CApath -no-CAstore \
             -verify_other issuer.pem"
        );
        let finished = openssl(&served, &asking).expect("openssl");
        assert!(
            finished.said.contains(expected),
            "{ocsp}: {expected}\n{}",
            finished.said
        );
        let fetches = served.stop().fetches;
        let fetch = fetches.first().expect("a fetch");
        assert_eq!((fetch.what, &*fetch.method), (Fetched::Ocsp, "POST"));
    }
    check("good", "leaf.pem: good");
    check("good", "Response verify OK");
    // Answers are signed beforehand, as RFC 5019 has it.
    check("good", "WARNING: no nonce in response");
    check("revoked superseded", "Reason: superseded");
    check("unknown", "leaf.pem: unknown");
    check("try-later", "Responder Error: trylater (3)");
    check("internal-error", "Responder Error: internalerror (2)");
    check("unauthorized", "Responder Error: unauthorized (6)");
    check("tampered", "Response Verify Failure");
}
