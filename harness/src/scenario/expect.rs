//! How a scenario should end, and what kind it is.

use mailfault_certs::Requirement;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::words::{explain, words};
use crate::report::Outcome;

words! {
    /// Whether a correct client may find anything wrong.
    Kind, "kind",
    /// A server that works: a client that refuses it is broken, or limited.
    Control = "control",
    /// A server with a fault.
    Fault = "fault",
}

words! {
    /// What a client may do that takes the TLS that it can get (RFC 7435).
    Opportunistic, "answer of an opportunistic client",
    /// Deliver without TLS on a connection that never was to become TLS, deliver over TLS, or
    /// defer.
    MayDeliverInClear = "may-deliver-in-clear",
    /// Deliver over this TLS, whatever the certificate, or defer.
    MustUseTls = "must-use-tls",
    /// Give nothing away, as a verifying client.
    Refuse = "refuse",
}

/// An outcome by its name.
pub(super) struct Expected(pub(super) Outcome);

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = String::deserialize(from)?;
        word.parse().map(Self).map_err(|_| {
            let known = Outcome::ALL.map(Outcome::name);
            D::Error::custom(explain("outcome", &word, &known))
        })
    }
}

/// What a client must make of it, as the catalogue says it, with a hyphen for the space.
pub(super) struct Verifying(pub(super) Requirement);

impl<'de> Deserialize<'de> for Verifying {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = String::deserialize(from)?;
        Ok(Self(match word.as_str() {
            "accept" => Requirement::Accept,
            "either" => Requirement::Either,
            "refuse" => Requirement::Refuse,
            "should-refuse" => Requirement::ShouldRefuse,
            _ => {
                let known = ["accept", "either", "refuse", "should-refuse"];
                return Err(D::Error::custom(explain("requirement", &word, &known)));
            }
        }))
    }
}
