//! badssl.com for mail.

pub use error::Error;
pub use fault::{Action, At, Fault, HandshakeFault, Stage, TlsVersion};
pub use persona::{Limits, Persona, Replies};
pub use smtp::Reply;

#[cfg(feature = "scenario")]
mod duration;
mod error;
mod fault;
mod near;
mod persona;
#[cfg(feature = "scenario")]
pub mod scenario;
mod smtp;
