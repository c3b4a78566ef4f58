//! The server that shows a fault, by the fault's id in the catalogue: its scenario, as it is shipped.

use mailfault::scenario::Scenario;
use mailfault::{Ca, Identity, Leaf, MockServer};

use super::errand::NAME;

/// A server with this fault, and its certificate, whose root the client trusts if anybody's.
#[track_caller]
pub(super) fn serve(fault: &str) -> (MockServer, Identity) {
    let id = match fault {
        // Measured under this name; in the catalogue once for STARTTLS and implicit TLS.
        "starttls/220-then-close-after-client-hello" => "handshake/close-after-client-hello",
        _ => fault,
    };
    let mut scenario = Scenario::named(id).unwrap_or_else(|error| panic!("{error}"));
    // Of the name that the client is told, and no other: not of where it connects to.
    scenario.server.certificate.name = NAME.to_owned();
    scenario.server.certificate.names = vec![NAME.to_owned()];
    scenario.server.certificate.only_names = true;
    let (server, identity) = scenario.builder();
    (server.start(), identity)
}

/// A certificate that a client should accept: a root, one issuing CA, the leaf.
pub(super) fn healthy() -> Identity {
    Ca::new().intermediate().issue(Leaf::new(NAME).only_names())
}
