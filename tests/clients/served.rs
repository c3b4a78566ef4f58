//! The server that shows a fault, by the fault's id in the catalogue.

use mailfault::{Ca, Fault, Flaw, Identity, Leaf, MockServer, Stage::*};

use super::errand::NAME;

/// A server with this fault, and its certificate, whose root the client trusts if anybody's.
#[track_caller]
pub(super) fn serve(fault: &str) -> (MockServer, Identity) {
    let identity = match fault.parse::<Flaw>() {
        Ok(flaw) => issue(Leaf::new(NAME).flaw(flaw)),
        Err(_) => issue(Leaf::new(NAME)),
    };
    let server = || MockServer::builder().starttls(identity.clone());
    // Faults that a client without TLS is to see offer it AUTH in clear, as a trap.
    let trapped = || server().fault(Fault::at(Ehlo).in_clear().add("AUTH PLAIN LOGIN"));
    let server = match fault {
        "control/starttls" => server(),
        _ if fault.starts_with("tls/") => server(),
        "starttls/stripped" => trapped().fault(Fault::at(Ehlo).in_clear().hide("STARTTLS")),
        "starttls/masked" => trapped().fault(Fault::at(Ehlo).in_clear().mask("STARTTLS")),
        "starttls/offered-then-454" => trapped().fault(
            Fault::at(StartTls).reply("454 4.7.0 TLS not available due to temporary reason"),
        ),
        "starttls/offered-then-502" => {
            trapped().fault(Fault::at(StartTls).reply("502 5.5.1 Command not implemented"))
        }
        "mail/rcpt-450-4.7.1" => {
            server().fault(Fault::at(Rcpt).reply("450 4.7.1 greylisted, try again in 300 seconds"))
        }
        "mail/body-554-5.7.1" => {
            server().fault(Fault::at(Body).reply("554 5.7.1 message refused as spam"))
        }
        "net/reset-after-final-dot" => server().fault(Fault::at(Body).reset()),
        _ => panic!("no server is known for the fault `{fault}`"),
    };
    (server.start(), identity)
}

/// As the catalogue has it: a root, one issuing CA, the leaf.
pub(super) fn issue(leaf: Leaf) -> Identity {
    // Of the name that the client is told, and no other: not of where it connects to.
    Ca::new().intermediate().issue(leaf.only_names())
}
