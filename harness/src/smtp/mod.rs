//! One SMTP conversation: replies and commands as values, and the loop that holds it.

pub(crate) use base64::decode as base64_decode;
#[cfg(feature = "scenario")]
pub(crate) use base64::encode as base64;
pub(crate) use conversation::Conversation;
pub use reply::Reply;
pub(crate) use transaction::read_content;

mod answer;
mod auth;
mod base64;
mod command;
mod conversation;
mod dots;
mod reply;
mod tls;
mod transaction;
