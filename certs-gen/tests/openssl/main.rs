//! What OpenSSL makes of our certificates: a verifier and a parser that we did not write.
//!
//! Without OpenSSL the tests say so and pass; with `MAILFAULT_REQUIRE_CLIENTS=1` they fail.

mod facts;
mod revocation;
#[path = "../said/mod.rs"]
mod said;
mod tool;
mod verify;
