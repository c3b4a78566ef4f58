// The README shows every feature, so that it is the documentation where they are on.
#![cfg_attr(
    all(feature = "audit", feature = "models"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "audit", feature = "models")),
    doc = "badssl.com for mail, on your own machine; the README says more."
)]
//!
//! # Invariants
//!
//! 1. An event is recorded before the peer can see its effect; after [`MockServer::finish`] everything
//!    is told, the client's last alert among it.
//! 2. The session never decides to misbehave; only the plan of faults does. A server without faults
//!    is correct by RFC 5321, 3207 and 8314.
//! 3. A scenario file and a builder call that say the same thing produce equal values.
//! 4. Servers listen on loopback unless told otherwise in words, every key is thrown away with its
//!    [`Ca`] and what that issued or never was a secret, and nothing is relayed but by an interceptor,
//!    to the server that it was given.
//! 5. No public function is async, and no public signature names another crate's type.
//! 6. Same input, same run: chance comes from one seed, time from one [`Clock`].
//! 7. All state that a peer can grow is bounded: lines, messages, sessions, transcripts, time.

#[cfg(feature = "judge")]
pub use certificate_facts::CertificateFacts;
pub use clock::Clock;
pub use error::Error;
pub use fault::{Action, After, At, Fault, HandshakeFault, LooseEnd, Stage, TlsVersion};
pub use mailfault_certs::Error as CertificateError;
pub use mailfault_certs::{
    Ca, CaBuilder, Control, Crl, Der, DistinguishedName, Flaw, Identity, KeyKind, Leaf, Ocsp, Pem,
    Reason, Requirement,
};
pub use persona::{Limits, Persona, Replies};
pub use report::{
    Alert, ClientHello, Ended, Event, Fetch, Fetched, InClear, Leak, Mail, Outcome, Report,
    Session, Tls, Transcript, What,
};
pub use server::{
    Auth, Builder, ClientCertificate, CrlWish, MockServer, OcspWish, Responder, ResponderWish,
    Revocation, Script,
};
pub use smtp::Reply;
#[cfg(feature = "scenario")]
pub use wording::{ClientVerdict, FlawWordings, Servers, Source, Wording, wordings};

#[cfg(feature = "audit")]
pub mod audit;
#[cfg(feature = "models")]
pub mod cast;
#[cfg(feature = "judge")]
mod certificate_facts;
mod clock;
mod crypto;
mod der;
#[cfg(feature = "scenario")]
mod duration;
#[cfg(feature = "models")]
pub mod eop;
mod error;
#[cfg(feature = "models")]
pub mod exchange;
mod fault;
mod first;
pub mod handshake;
#[cfg(feature = "judge")]
mod hex;
#[cfg(feature = "models")]
pub mod intercept;
#[cfg(feature = "judge")]
pub mod judge;
#[cfg(feature = "models")]
pub mod lab;
mod near;
mod persona;
mod plan;
mod report;
#[cfg(feature = "scenario")]
pub mod scenario;
#[cfg(feature = "scenario")]
mod send;
mod server;
mod session_id;
#[cfg(feature = "models")]
pub mod shell;
mod smtp;
#[cfg(feature = "models")]
pub mod transport;
#[cfg(feature = "judge")]
mod trust;
mod wire;
#[cfg(feature = "scenario")]
mod wording;
