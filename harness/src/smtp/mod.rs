//! One SMTP conversation: replies and commands as values, and the loop that holds it.

pub use reply::Reply;

mod reply;
