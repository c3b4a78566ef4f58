//! The user's own tests, with mailfault as a dev-dependency.

use mailfault::{Ca, Leaf, MockServer, Outcome};
use user_on_plain_rustls::send_secure;

#[test]
fn delivers_to_a_healthy_server() {
    let ca = Ca::new();
    let server = MockServer::builder().starttls(ca.issue("mx.test")).start();
    send_secure(server.addr(), "mx.test", ca.pem().as_str()).unwrap();
    let report = server.finish();
    assert_eq!(report.outcome(), Outcome::Delivered);
    assert_eq!(report.mail[0].to, ["bob@example.test"]);
}

#[test]
fn refuses_an_expired_certificate() {
    let ca = Ca::new();
    let server = MockServer::builder()
        .starttls(ca.issue(Leaf::new("mx.test").expired()))
        .start();
    send_secure(server.addr(), "mx.test", ca.pem().as_str()).unwrap_err();
    let session = &server.finish().sessions[0];
    assert_eq!(session.outcome(), Outcome::RefusedTls);
    assert_eq!(session.alert.unwrap().name(), "certificate_expired");
    assert!(session.in_clear().is_empty());
}
