//! Why an attempt came to nothing.

use std::net::SocketAddr;

/// Why an attempt came to nothing, and who the other side was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setback {
    /// Why.
    pub cause: Cause,
    /// The name of the other side, as it was looked up; empty where there was none.
    pub host: String,
    /// Its address; `None` where none was found.
    pub address: Option<SocketAddr>,
}

/// Why an attempt came to nothing. Each [`Product`](super::Product) has its own words for it:
/// [`Voice`](super::Voice).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The connection was lost, for the reason that stands behind `Connection dropped due to`:
    /// `TimedOut`, `SocketError`.
    Dropped(String),
    /// There was no connection, for this reason of Winsock: 10060 for a time-out, 10061 where
    /// nobody listens.
    NotConnected(u32),
    /// What the sender says of its own, with nothing around it.
    Own {
        /// The text of an SMTP reply: `450 4.7.320 Certificate validation failed`.
        text: String,
        /// What Exchange Online shows as `MSG` or `Message`: `SubjectMismatch`. May be empty.
        message: String,
    },
    /// The other side's reply, or what the sender took in its place, as `451 5.7.3 STARTTLS is
    /// required to send mail`, which is never on the wire.
    Replied(String),
}

impl Cause {
    /// Words of the sender's own that need no more.
    #[must_use]
    pub fn own(text: impl Into<String>) -> Self {
        Self::Own {
            text: text.into(),
            message: String::new(),
        }
    }
}

impl Setback {
    /// A setback with nobody in particular.
    #[must_use]
    pub fn new(cause: Cause) -> Self {
        Self {
            cause,
            host: String::new(),
            address: None,
        }
    }

    /// The same, with the other side's name and address.
    #[must_use]
    pub fn with(mut self, host: impl Into<String>, address: Option<SocketAddr>) -> Self {
        self.host = host.into();
        self.address = address;
        self
    }
}
