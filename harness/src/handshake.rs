//! The parts of a [`HandshakeFault`](crate::HandshakeFault).

pub use crate::fault::{Edit, End, Offer, Records, ServerHello};
