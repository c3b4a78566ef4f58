//! Whole audits of clients in this process: one that is right, one that is wrong in every way that it can be, and one
//! that cannot even deliver to a healthy server.

use std::time::Duration;

use ::lettre::transport::smtp::authentication::Credentials;
use ::lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use ::lettre::{Message, SmtpTransport, Transport};
use mailfault::audit::{Audit, Case, Grade, ReportCard};

/// Most of an audit is waiting for a server that says nothing.
const JOBS: usize = 24;

#[track_caller]
fn check(card: &ReportCard, id: &str, expected: &str) {
    let one = card
        .case(id)
        .unwrap_or_else(|| panic!("no case {id}\n{card}"));
    let seen = match one.severity {
        Some(severity) => format!("{}: {severity}", one.grade),
        None => one.grade.to_string(),
    };
    assert_eq!(seen, expected, "{id}: {}\n{}", one.reason, one.transcript());
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
        .timeout(Some(Duration::from_secs(5)))
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
fn lettre_does_nothing_wrong() {
    let card = Audit::of_verifying_client()
        .client("lettre")
        .jobs(JOBS)
        .run(lettre);
    card.assert_clean();
    check(&card, "tls/expired", "right");
    check(&card, "starttls/stripped", "right");
    println!("{card}");
    println!(
        "{:?}",
        card.all()
            .max_by_key(|one| one.took)
            .map(|one| (&one.id, one.took))
    );
    assert_eq!(card.case("control/p256").unwrap().grade, Grade::Right);
}
