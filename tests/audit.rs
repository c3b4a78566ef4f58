//! Whole audits of clients in this process: one that is right, one that is wrong in every way that it can be, and one
//! that cannot even deliver to a healthy server.

use std::time::Duration;

use ::lettre::transport::smtp::authentication::Credentials;
use ::lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use ::lettre::{Message, SmtpTransport, Transport};
use mailfault::audit::{Audit, Case, Grade, ReportCard, RevocationCheck};

use crate::raw_client::RawClient;

mod bad_client;

/// Most of an audit is waiting for a server that says nothing.
const JOBS: usize = 24;

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

/// lettre, as its documentation says it: TLS demanded, one root trusted.
fn lettre(case: &Case) -> Result<(), String> {
    let root = Certificate::from_pem(case.roots().as_bytes()).map_err(|error| error.to_string())?;
    let tls = TlsParameters::builder(case.name().to_owned()).add_root_certificate(root);
    let tls = tls.build().map_err(|error| error.to_string())?;
    let tls = match case.addr() == case.implicit_addr().unwrap_or(case.addr())
        && case.implicit_addr().is_some()
    {
        true => Tls::Wrapper(tls),
        false => Tls::Required(tls),
    };
    let client = SmtpTransport::builder_dangerous(case.host())
        .port(case.port())
        .tls(tls)
        .credentials(Credentials::new(
            "alice".to_owned(),
            "correct horse".to_owned(),
        ))
        .timeout(Some(Duration::from_secs(4)))
        .build();
    let message = Message::builder()
        .from(case.from().parse().expect("an address"))
        .to(case.to().parse().expect("an address"))
        .body("hello\r\n".to_owned())
        .expect("a message");
    client
        .send(&message)
        .map(|_| ())
        .map_err(|error| error.to_string())
}

#[test]
fn lettre_has_the_defects_that_are_known_and_no_others() {
    let card = Audit::of_verifying_client()
        .client("lettre")
        .jobs(JOBS)
        .skip(
            "starttls/response-injection",
            "other people's software, not ours to judge here",
        )
        // Both are wrong as well (hung), and take as long as a case may.
        .skip(
            "mail/ehlo-10000-lines",
            "it reads a reply anew with every line that comes",
        )
        .skip(
            "net/drip-endless",
            "it bounds the wait for an octet, not for a reply",
        )
        .run(lettre);
    let wrong = card.all().filter(|one| one.grade == Grade::Wrong);
    let wrong: Vec<_> = wrong.map(|one| one.id.as_str()).collect();
    // webpki does not look at an authority's keyUsage.
    assert_eq!(wrong, ["tls/intermediate-no-certsign"], "{card:#}");
    // Its parser wants a space behind the code, and small letters are not its keyword.
    check(&card, "starttls/220-no-text", "not-judged");
    check(&card, "starttls/offered-lowercase", "not-judged");
    // It takes any 2yz for STARTTLS.
    check(&card, "starttls/offered-then-250", "lenient");
    check(&card, "tls/expired", "right");
    check(&card, "starttls/stripped", "right");
    check(&card, "mail/auth-535-5.7.8", "right");
    check(&card, "handshake/junk", "right");
    check(&card, "net/reset-after-final-dot", "right");
}

/// lettre never looks, and only a client that is said to is judged by it.
#[test]
fn revocation_is_judged_where_the_client_is_said_to_check_it() {
    let audit = Audit::of_verifying_client().only("revocation/*").jobs(JOBS);
    let card = audit.run(lettre);
    card.assert_clean();
    let judged = card
        .cases
        .iter()
        .filter(|one| one.grade != Grade::NotJudged);
    assert_eq!(judged.count(), 0, "{card}");

    let card = audit
        .clone()
        .checks_revocation([RevocationCheck::Crl])
        .run(lettre);
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
        .run(lettre);
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
fn lettre_over_implicit_tls_does_nothing_wrong() {
    let audit = Audit::of_verifying_client().jobs(JOBS).over_implicit_tls();
    let card = audit
        .only("tls/expired*")
        .only("tls/wrong-name*")
        .only("handshake/*-on-connect")
        .run(lettre);
    card.assert_clean();
    check(&card, "tls/expired", "right");
    check(&card, "handshake/close-on-connect", "right");
    assert_eq!(
        card.count(Grade::Wrong) + card.count(Grade::Lenient),
        0,
        "{card}"
    );
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
            _ => lettre(case),
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
        .run(lettre);
    let ids: Vec<_> = card.cases.iter().map(|one| &*one.id).collect();
    assert_eq!(ids, ["tls/wrong-name", "tls/wrong-name-and-untrusted"]);
    assert_eq!(card.cases[0].reason, "skipped: known, see our issue 7");
    let error = audit.skip("tls/expird", "").try_run(lettre).unwrap_err();
    assert!(
        error.to_string().contains("did you mean `tls/expired`?"),
        "{error}"
    );
}
