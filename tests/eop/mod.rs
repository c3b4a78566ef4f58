//! The model of EOP: it decides, and clients that we did not write are told.

mod certificates; // what openssl is shown
mod connectors; // swaks and smtplib with certificates of their own
mod conversations; // whole conversations, held against a snapshot
mod refusals; // each refusal, word for word

use std::time::{Duration, SystemTime};

use mailfault::eop::{AcceptedDomain, Eop, EopBuilder, InboundConnector, Profile, Recipients};
use mailfault::{Ca, Clock, Identity};

use crate::raw_client::RawClient;

/// Sun, 9 Mar 2025 19:25:28 UTC.
fn then() -> Clock {
    Clock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_741_548_328))
}

/// An organization with a domain in the cloud and one that is shared. It shows a certificate that
/// is quick to make, as these tests are not about it.
fn contoso(identity: Identity) -> EopBuilder {
    Eop::builder()
        .certificate(identity)
        .accepted_domain(AcceptedDomain::authoritative("contoso.test"))
        .accepted_domain(AcceptedDomain::internal_relay("shared.test"))
        .recipients(Recipients::known(["bob@contoso.test", "bob@shared.test"]))
}

/// The end of a refusal by the machine of [`then`], in its first session.
const END: &str = "[AMS0EPF0000019A.eop-nam06.prod.protection.outlook.com 2025-03-09T19:25:28.000Z 08DD5F4026348401]";

/// What is said to RCPT in a conversation in clear.
#[track_caller]
fn rcpt(eop: &Eop, from: &str, to: &str) -> String {
    let mut client = RawClient::helloed(eop.addr());
    let mail = client.say(&format!("MAIL FROM:<{from}>"));
    assert!(mail.starts_with("250"), "{mail}");
    client.say(&format!("RCPT TO:<{to}>"))
}
