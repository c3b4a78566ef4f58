//! lettre, in this process, as its documentation says it: TLS demanded, one root trusted. With rustls, and with
//! native-tls, which is OpenSSL here.

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters, TlsParametersBuilder};
use lettre::{Message, SmtpTransport, Transport};
use mailfault::audit::{Audit, Case, Grade};

use super::{check, check_wrong};

/// Nearly all of an audit is waiting for servers that say nothing.
pub(super) const JOBS: usize = 48;

/// What is left out of audits of other people's releases, and why.
pub(super) const NOT_OURS: (&str, &str) = (
    "starttls/response-injection",
    "other people's software, not ours to judge here",
);

pub(super) fn with_rustls(case: &Case) -> Result<(), String> {
    send(case, TlsParametersBuilder::build_rustls)
}

fn with_native_tls(case: &Case) -> Result<(), String> {
    send(case, TlsParametersBuilder::build_native)
}

type Build = fn(TlsParametersBuilder) -> Result<TlsParameters, lettre::transport::smtp::Error>;

fn send(case: &Case, build: Build) -> Result<(), String> {
    let root = Certificate::from_pem(case.roots().as_bytes()).map_err(|error| error.to_string())?;
    let tls = TlsParameters::builder(case.name().to_owned()).add_root_certificate(root);
    let tls = build(tls).map_err(|error| error.to_string())?;
    let tls = match case.implicit_addr() == Some(case.addr()) {
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
        .timeout(Some(case.patience()))
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

fn audit() -> Audit {
    Audit::of_verifying_client()
        .client("lettre")
        .jobs(JOBS)
        .skip(NOT_OURS.0, NOT_OURS.1)
}

#[test]
fn with_rustls_it_has_the_defects_that_are_known_and_no_others() {
    // Both take as long as a case may, and have a test of their own.
    let card = HANGS
        .iter()
        .fold(audit(), |audit, id| audit.skip(*id, "it hangs"));
    let card = card.run(with_rustls);
    // webpki does not look at an authority's keyUsage.
    check_wrong(&card, &["tls/intermediate-no-certsign"]);
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

#[test]
fn with_native_tls_it_has_the_defects_that_are_known_and_no_others() {
    let card = HANGS
        .iter()
        .fold(audit(), |audit, id| audit.skip(*id, "it hangs"));
    let card = card.run(with_native_tls);
    // OpenSSL looks at no policies unless it is told to, and goes by the common name where a subjectAltName has
    // nothing in it.
    check_wrong(&card, &["tls/policy-required", "tls/san-empty"]);
    check(&card, "tls/expired", "right");
    check(&card, "starttls/offered-then-250", "lenient");
}

/// It reads a reply anew with every line that comes, and bounds the wait for an octet, not for a reply.
const HANGS: [&str; 2] = ["mail/ehlo-10000-lines", "net/drip-endless"];

#[test]
fn it_hangs_where_a_reply_does_not_end() {
    let audit = HANGS.iter().fold(audit(), |audit, id| audit.only(*id));
    let card = audit
        .time_out(std::time::Duration::from_secs(4))
        .run(with_rustls);
    check_wrong(&card, &HANGS);
    for id in HANGS {
        check(&card, id, "wrong: hung");
    }
}

#[test]
fn over_implicit_tls_it_does_nothing_wrong() {
    let card = audit()
        .over_implicit_tls()
        .only("tls/expired*")
        .only("tls/wrong-name*")
        .only("handshake/*-on-connect")
        .run(with_rustls);
    card.assert_clean();
    check(&card, "tls/expired", "right");
    check(&card, "handshake/close-on-connect", "right");
    assert_eq!(
        card.count(Grade::Wrong) + card.count(Grade::Lenient),
        0,
        "{card}"
    );
}
