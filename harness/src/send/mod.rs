//! The client side of a conversation: a small submission client that does everything right.
//!
//! Scenarios are played with it, so it must be beyond reproach and never wait for ever: it
//! demands TLS and verifies (RFC 8314 §5), or is told that there is no TLS at all. It blocks, so
//! that it needs no runtime; and it reads replies by itself, because a parser that takes the code
//! of the first line alone, or fails at what it does not know, hides what a server did. Where a
//! certificate says how to learn whether it was revoked, the client does (`revocation/`).

mod answer;
mod attempt;
pub(crate) mod client_tls;
mod connection;
mod message;
mod revocation;
mod sent;
#[cfg(test)]
mod tests;
mod transaction;

use std::net::SocketAddr;
use std::time::Duration;

use mailfault_certs::{Der, Identity};

use crate::fault::LooseEnd;
use attempt::Attempting;
pub(crate) use connection::Connection;
pub(crate) use message::Message;
#[cfg(feature = "models")]
pub(crate) use revocation::lists as revocation_lists;
pub(crate) use sent::{Attempt, Ending, Sent};
#[cfg(feature = "judge")]
pub(crate) use {answer::shown, connection::Broken};

/// How a client sends; [`send`](Self::send) does.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    /// Whether TLS is demanded, and how it begins.
    pub(crate) mode: Mode,
    /// The name, or the address, that the certificate must be for.
    pub(crate) name: String,
    /// The roots that are trusted, and no others.
    pub(crate) roots: Vec<Der>,
    /// What to ask an OCSP responder that the certificate names.
    pub(crate) ocsp_request: Vec<u8>,
    /// With whom to log in, where AUTH PLAIN is offered. Never sent in clear (RFC 8314 §4.1).
    pub(crate) credentials: Option<Credentials>,
    /// The client certificate to show where one is asked for.
    pub(crate) identity: Option<Identity>,
    /// Whether to try once more, on a new connection, what was answered with 4yz.
    pub(crate) retry: bool,
    /// How long to wait for one reply, a handshake, or the server to read on.
    pub(crate) time_out: Duration,
    /// Sends the content in so many BDAT chunks where CHUNKING is offered (RFC 3030); with DATA
    /// if none.
    pub(crate) chunks: usize,
    /// Sends MAIL, RCPT and DATA at once where PIPELINING is offered (RFC 2920).
    pub(crate) pipelining: bool,
    /// How often the message is sent, over one connection as far as it lasts.
    pub(crate) messages: usize,
    /// What stands in the content, unstuffed, with a second message behind it: no client's
    /// business but a tester's.
    pub(crate) smuggles: Option<LooseEnd>,
}

/// Whether TLS is demanded, and how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// No TLS: for a server that has none.
    Clear,
    /// TLS from the first octet (RFC 8314 §3.3).
    Implicit,
    /// STARTTLS, and nothing without it (RFC 3207).
    StartTls,
}

/// A name and a password.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl Sender {
    /// A client that demands TLS, knows this name, and trusts these roots.
    pub(crate) fn verifying(mode: Mode, name: &str, roots: &[Der]) -> Self {
        Self {
            mode,
            name: name.to_owned(),
            roots: roots.to_vec(),
            ocsp_request: Vec::new(),
            credentials: None,
            identity: None,
            retry: false,
            time_out: Duration::from_secs(10),
            chunks: 0,
            pipelining: false,
            messages: 1,
            smuggles: None,
        }
    }

    /// A client for a server without TLS.
    pub(crate) fn in_clear() -> Self {
        Self::verifying(Mode::Clear, "", &[])
    }

    /// Sends a message, and says all that became of it.
    pub(crate) fn send(&self, server: SocketAddr, message: &Message) -> Sent {
        let first = Attempting::new(self, message, &message.to, self.messages).run(server);
        let again = first.deferred();
        let left = self.messages.saturating_sub(first.delivered);
        let mut attempts = vec![first];
        // RFC 5321 §4.5.4.1, without the half-hour that an MTA would wait.
        if self.retry && !again.is_empty() {
            attempts.push(Attempting::new(self, message, &again, left.max(1)).run(server));
        }
        Sent { attempts }
    }

    /// Connects so many times and says nothing; the greetings are heard, where they come first.
    /// The connections end when what is returned is dropped.
    pub(crate) fn keep_open(&self, server: SocketAddr, count: usize) -> Vec<impl Sized> {
        let open = |_| {
            let mut connection = Connection::open(server, self.time_out).ok()?;
            if self.mode != Mode::Implicit {
                let _ = connection.answer();
            }
            Some(connection)
        };
        (0..count).filter_map(open).collect()
    }
}
