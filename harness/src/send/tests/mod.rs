//! The client against servers that do not behave.

mod many;
mod replies;
mod secure;
mod waits;

use std::time::Duration;

use mailfault_certs::Ca;

use super::{Message, Mode, Sender};
use crate::fault::Fault;
use crate::report::{Ended, Report};
use crate::server::{Builder, MockServer};

/// How long the client waits where it is meant to wait in vain.
const SHORT: Duration = Duration::from_secs(1);

fn message() -> Message {
    Message::new("a@x.test", ["bob@x.test"], "Subject: x\n\n.x\ny")
}

/// Sends to a server, and compares what the client says of it with the beginnings of its lines.
#[track_caller]
fn check_with(builder: Builder, sender: &Sender, message: &Message, expected: &[&str]) -> Report {
    let server = builder.start();
    let addr = match sender.mode {
        Mode::Implicit => server.implicit_addr().expect("there is implicit TLS"),
        _ => server.addr(),
    };
    let sent = sender.send(addr, message);
    let report = server.stop();
    let told: Vec<String> = sent.attempts.iter().map(ToString::to_string).collect();
    let as_expected = told.len() == expected.len()
        && told
            .iter()
            .zip(expected)
            .all(|(told, begin)| told.starts_with(begin));
    assert!(
        as_expected,
        "expected {expected:?}, was told {told:?}\n{report}"
    );
    report
}

fn starttls() -> (Builder, Sender) {
    let identity = Ca::new().issue("mx.test");
    let sender = Sender::verifying(Mode::StartTls, "mx.test", identity.roots());
    (MockServer::builder().starttls(identity), sender)
}

/// The same for a server with STARTTLS and faults.
#[track_caller]
fn check(faults: impl IntoIterator<Item = Fault>, expected: &str) -> Report {
    let (builder, sender) = starttls();
    check_with(builder.faults(faults), &sender, &message(), &[expected])
}

#[track_caller]
fn check_in_vain(faults: impl IntoIterator<Item = Fault>, expected: &str) {
    let (builder, sender) = starttls();
    let sender = Sender {
        time_out: SHORT,
        ..sender
    };
    let report = check_with(builder.faults(faults), &sender, &message(), &[expected]);
    assert_eq!(report.sessions[0].ended, Some(Ended::ByClient), "{report}");
}
