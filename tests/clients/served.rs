//! The server that shows a fault, by the fault's id in the catalogue.

use std::time::Duration;

use mailfault::{Ca, Fault, Flaw, HandshakeFault, Identity, Leaf, MockServer, Stage::*};

use super::errand::NAME;

/// A server with this fault, and its certificate, whose root the client trusts if anybody's.
#[track_caller]
pub(super) fn serve(fault: &str) -> (MockServer, Identity) {
    let identity = match fault.parse::<Flaw>() {
        Ok(flaw) => issue(Leaf::new(NAME).flaw(flaw)),
        Err(_) => issue(Leaf::new(NAME)),
    };
    let server = || MockServer::builder().starttls(identity.clone());
    let with = |fault| server().fault(fault);
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
        "starttls/offered-then-250" => with(Fault::at(StartTls).raw(*b"250 2.0.0 OK\r\n")),
        "starttls/220-multiline" => with(Fault::at(StartTls).reply("220-hold on\n220 go ahead")),
        "starttls/220-no-text" => with(Fault::at(StartTls).raw(*b"220\r\n")),
        "starttls/close-instead-of-reply" => with(Fault::at(StartTls).close()),
        "starttls/220-then-alert-40" => {
            with(Fault::at(Handshake).handshake(HandshakeFault::Alert(40)))
        }
        "starttls/220-then-close-after-client-hello" => {
            with(Fault::at(Handshake).handshake(HandshakeFault::Close))
        }
        "mail/greeting-554" => with(Fault::at(Greeting).reply("554 5.3.2 no service here")),
        "mail/rcpt-450-4.7.1" => {
            with(Fault::at(Rcpt).reply("450 4.7.1 greylisted, try again in 300 seconds"))
        }
        "mail/rcpt-251" => with(Fault::at(Rcpt).reply("251 2.1.5 user not local; will forward")),
        "mail/body-200" => with(Fault::at(Body).reply("200 what")),
        "mail/body-554-5.7.1" => with(Fault::at(Body).reply("554 5.7.1 message refused as spam")),
        "mail/quit-500" => with(Fault::at(Quit).reply("500 5.5.1 what")),
        "net/close-before-greeting" => with(Fault::at(Connect).close()),
        "net/reset-at-rcpt" => with(Fault::at(Rcpt).reset()),
        "net/reset-after-final-dot" => with(Fault::at(Body).reset()),
        "net/close-at-quit" => with(Fault::at(Quit).close()),
        "net/reply-byte-by-byte" => with(Fault::at(Any).drip(1, Duration::ZERO)),
        _ => panic!("no server is known for the fault `{fault}`"),
    };
    (server.start(), identity)
}

/// As the catalogue has it: a root, one issuing CA, the leaf.
pub(super) fn issue(leaf: Leaf) -> Identity {
    // Of the name that the client is told, and no other: not of where it connects to.
    Ca::new().intermediate().issue(leaf.only_names())
}
