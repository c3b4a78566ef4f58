//! badssl.com for mail.

pub use clock::Clock;
pub use error::Error;
pub use fault::{Action, At, Fault, HandshakeFault, Stage, TlsVersion};
pub use mailfault_certs::{
    Ca, CaBuilder, Der, DistinguishedName, Flaw, Identity, KeyKind, Leaf, Pem, Requirement,
};
pub use persona::{Limits, Persona, Replies};
pub use report::{
    Alert, ClientHello, Ended, Event, InClear, Leak, Mail, Outcome, Report, Session, Tls,
    Transcript, What,
};
pub use server::{Auth, Builder, ClientCertificate, MockServer, Script};
pub use smtp::Reply;

mod clock;
mod crypto;
#[cfg(feature = "scenario")]
mod duration;
mod error;
mod fault;
mod first;
mod near;
mod persona;
mod plan;
mod report;
#[cfg(feature = "scenario")]
pub mod scenario;
mod server;
mod smtp;
mod wire;
