//! A process of its own: a user who installs a provider before anything else, as many do in `main`.

use mailfault::{Ca, MockServer, Outcome};
use user_on_plain_rustls::send_secure;

#[test]
fn the_process_provider_is_the_users_to_install() {
    let ca = Ca::new();
    let server = MockServer::builder().starttls(ca.issue("mx.test")).start();
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .expect("mailfault must leave the process's provider alone");
    send_secure(server.addr(), "mx.test", ca.pem().as_str()).unwrap();
    assert_eq!(server.finish().outcome(), Outcome::Delivered);
}
