//! Whole audits: of clients that are released, of one that is wrong in every way that it can be, and of some that cannot
//! even deliver to a healthy server.

use std::time::Duration;

use mailfault::Der;
use mailfault::audit::{Audit, Grade, ReportCard, RevocationCheck};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::raw_client::RawClient;
use lettre::{JOBS, with_rustls};

mod bad_client; // what an audit must find
mod lettre; // in this process, with both of its TLS libraries
mod limbo; // the test cases of x509-limbo
mod programs; // clients that are started once for each case

/// Each line is a case and its grade, with the severity where it is wrong.
#[track_caller]
fn check_all(card: &ReportCard, expected: &[(&str, &str)]) {
    let seen: Vec<_> = expected
        .iter()
        .map(|(id, _)| (*id, grade(card, id)))
        .collect();
    let seen: Vec<_> = seen.iter().map(|(id, grade)| (*id, &**grade)).collect();
    assert_eq!(seen, expected, "{card:#}");
}

#[track_caller]
fn check(card: &ReportCard, id: &str, expected: &str) {
    check_all(card, &[(id, expected)]);
}

#[track_caller]
fn grade(card: &ReportCard, id: &str) -> String {
    let one = card
        .case(id)
        .unwrap_or_else(|| panic!("no case {id}\n{card}"));
    match one.severity {
        Some(severity) => format!("{}: {severity}", one.grade),
        None => one.grade.to_string(),
    }
}

/// The ids of what is wrong, in the order of the catalogue; and the client is one that can deliver.
#[track_caller]
fn check_wrong(card: &ReportCard, expected: &[&str]) {
    assert_eq!(card.stopped, None, "{card}");
    let controls = card.controls.iter().all(|one| one.grade == Grade::Right);
    assert!(controls, "{card}");
    let wrong = card.all().filter(|one| one.grade == Grade::Wrong);
    let wrong: Vec<_> = wrong.map(|one| one.id.as_str()).collect();
    assert_eq!(wrong, expected, "{card:#}");
}

/// lettre never looks, and only a client that is said to is judged by it.
#[test]
fn revocation_is_judged_where_the_client_is_said_to_check_it() {
    let audit = Audit::of_verifying_client().only("revocation/*").jobs(JOBS);
    let card = audit.run(with_rustls);
    card.assert_clean();
    let judged = card
        .cases
        .iter()
        .filter(|one| one.grade != Grade::NotJudged);
    assert_eq!(judged.count(), 0, "{card}");

    let card = audit
        .clone()
        .checks_revocation([RevocationCheck::Crl])
        .run(with_rustls);
    let all = [
        ("control/p256", "right"),
        ("revocation/crl-revoked", "wrong: credentials"),
        ("revocation/crl-intermediate-revoked", "wrong: credentials"),
        ("revocation/crl-expired", "lenient"),
        ("revocation/crl-remove-from-crl", "not-judged"),
        ("revocation/crl-404", "not-judged"),
        ("revocation/crl-slow", "not-judged"),
        ("revocation/ocsp-revoked", "not-judged"),
    ];
    check_all(&card, &all);

    let card = audit
        .checks_revocation([RevocationCheck::Staple])
        .run(with_rustls);
    let all = [
        ("revocation/crl-revoked", "not-judged"),
        ("revocation/ocsp-revoked", "wrong: credentials"),
        ("revocation/ocsp-unknown", "lenient"),
        ("revocation/must-staple-missing", "lenient"),
        ("revocation/ocsp-slow", "not-judged"),
    ];
    check_all(&card, &all);
}

#[test]
fn every_bad_habit_is_found() {
    let audit = Audit::of_verifying_client()
        .client("a bad client")
        .jobs(JOBS);
    let mut audit = audit.time_out(Duration::from_secs(4));
    let expected = [
        ("tls/expired", "wrong: credentials"),
        ("tls/wrong-name", "wrong: credentials"),
        ("tls/self-signed", "wrong: credentials"),
        ("tls/key-mismatch", "wrong: credentials"),
        ("tls/cn-only", "lenient"),
        ("tls/expired-root", "not-judged"),
        ("tls/reversed-chain", "right"),
        ("starttls/stripped", "wrong: credentials"),
        ("starttls/masked", "wrong: content"),
        ("starttls/ehlo-refused", "wrong: envelope"),
        ("starttls/auth-before-tls", "right"),
        ("starttls/response-injection", "wrong: content"),
        ("handshake/junk", "wrong: content"),
        ("handshake/alert-40-after-client-hello", "wrong: content"),
        ("mail/body-code-only", "wrong: double"),
        ("mail/body-554-5.7.1", "right"),
        ("net/stall-at-rcpt", "wrong: hung"),
    ];
    for (id, _) in expected {
        audit = audit.only(id);
    }
    let card = audit.run(bad_client::send);
    assert!(!card.is_clean());
    check_all(&card, &expected);
}

#[test]
fn an_opportunistic_client_with_bad_habits_is_judged_by_what_it_may_do() {
    let audit = Audit::of_opportunistic_client()
        .client("a bad client")
        .jobs(JOBS);
    let audit = audit.time_out(Duration::from_secs(4));
    let expected = [
        ("tls/expired", "right"),
        ("starttls/stripped", "wrong: credentials"),
        ("handshake/junk", "right"),
        ("starttls/response-injection", "wrong: content"),
        ("mail/body-code-only", "wrong: double"),
    ];
    let card = expected
        .iter()
        .fold(audit, |audit, (id, _)| audit.only(*id))
        .run(bad_client::send);
    check_all(&card, &expected);
}

#[test]
fn a_client_that_cannot_deliver_to_a_healthy_server_is_not_audited() {
    let card = Audit::of_verifying_client().run(|_| Err::<(), _>("no route to host"));
    assert!(card.cases.is_empty());
    assert!(!card.is_clean());
    let text = card.to_string();
    assert!(text.contains("stopped: the client could not deliver to a healthy server (control/p256): nobody connected"), "{text}");
    assert!(text.contains("the client says: no route to host"), "{text}");
}

#[test]
fn a_client_that_goes_on_in_clear_at_a_healthy_server_is_not_audited() {
    let card = Audit::of_opportunistic_client().run(|case| {
        let mut client = RawClient::helloed(case.addr());
        client.say("MAIL FROM:<alice@example.test>");
        client.say("RCPT TO:<bob@example.test>");
        client.say("DATA");
        client.say("hello\r\n.")
    });
    let stopped = card.stopped.as_deref().unwrap_or_default();
    assert!(stopped.ends_with("it went on in clear"), "{card}");
    check(&card, "control/p256", "wrong: content");
}

#[test]
fn a_client_that_panics_or_hangs_spoils_nothing() {
    let audit = Audit::of_verifying_client()
        .only("tls/expired")
        .only("tls/wrong-name");
    let card = audit.time_out(Duration::from_secs(4)).run(|case| {
        match case.id() {
            "tls/expired" => panic!("no idea what to do"),
            // Nobody sends through here: it waits until its time is up.
            "tls/wrong-name" => {
                let mut client = RawClient::helloed(case.addr());
                client.rest().map(|_| ()).map_err(|error| error.to_string())
            }
            _ => with_rustls(case),
        }
    });
    let expired = card.case("tls/expired").unwrap();
    assert_eq!(expired.said.text, "panicked: no idea what to do");
    check(&card, "tls/expired", "not-judged");
    check(&card, "tls/wrong-name", "wrong: hung");
    let hung = card.case("tls/wrong-name").unwrap();
    assert!(
        hung.remarks[0].starts_with("was still running after 4s"),
        "{:?}",
        hung.remarks
    );
}

#[test]
fn what_is_skipped_is_told_and_a_pattern_that_means_nothing_is_an_error() {
    let audit = Audit::of_verifying_client()
        .jobs(JOBS)
        .only("tls/wrong-name*");
    let card = audit
        .clone()
        .skip("wrong-name", "known, see our issue 7")
        .run(with_rustls);
    let ids: Vec<_> = card.cases.iter().map(|one| &*one.id).collect();
    assert_eq!(ids, ["tls/wrong-name", "tls/wrong-name-and-untrusted"]);
    assert_eq!(card.cases[0].reason, "skipped: known, see our issue 7");
    let error = audit
        .skip("tls/expird", "")
        .try_run(with_rustls)
        .unwrap_err();
    assert!(
        error.to_string().contains("did you mean `tls/expired`?"),
        "{error}"
    );
}

#[test]
fn a_recipient_who_was_refused_for_good_is_tried_once() {
    let audit = Audit::of_opportunistic_client().only("mail/rcpt-550-5.1.1");
    let card = audit.run(|case| {
        if case.id() != "mail/rcpt-550-5.1.1" {
            return with_rustls(case);
        }
        let root = CertificateDer::from_pem_slice(case.roots().as_bytes()).unwrap();
        let mut client = RawClient::inside_tls(case.addr(), &Der::from(root.to_vec()));
        client.say("MAIL FROM:<alice@example.test>");
        client.say("RCPT TO:<bob@example.test>");
        Err(client.say("RCPT TO:<bob@example.test>"))
    });
    check(&card, "mail/rcpt-550-5.1.1", "lenient");
}
