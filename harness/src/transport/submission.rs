//! What is given to a queue, and what a queue gives to whoever connects for it.

use std::net::IpAddr;
use std::time::SystemTime;

use super::destination::Destination;
use crate::report::header;

/// A message that is to be sent: an envelope and a content.
///
/// ```
/// use mailfault::transport::Submission;
///
/// let message = Submission::new(
///     "alice@contoso.test",
///     ["bob@fabrikam.test"],
///     "Subject: Hello\r\n\r\nHi.\r\n",
/// );
/// assert_eq!(message.subject(), "Hello");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Submission {
    /// The reverse-path, without angle brackets; empty for a notification, of which nobody is
    /// told when it cannot be delivered (RFC 5321 §4.5.5).
    pub from: String,
    /// The recipients, without angle brackets.
    pub to: Vec<String>,
    /// Header and body.
    pub content: Vec<u8>,
    /// The component that handed it over, as `Get-Message` shows it: `SMTP:Default EX01`.
    pub source_name: String,
    /// The machine that it came from.
    pub source_host: String,
    /// Its address.
    pub source_ip: Option<IpAddr>,
}

impl Submission {
    /// A message from somewhere.
    #[must_use]
    pub fn new<S: Into<String>>(
        from: impl Into<String>,
        to: impl IntoIterator<Item = S>,
        content: impl AsRef<[u8]>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into_iter().map(Into::into).collect(),
            content: content.as_ref().to_vec(),
            source_name: String::new(),
            source_host: String::new(),
            source_ip: None,
        }
    }

    /// The subject, as it was sent; empty where there is none.
    #[must_use]
    pub fn subject(&self) -> String {
        header(&self.content, "Subject").unwrap_or_default()
    }

    /// The Message-ID with its angle brackets; empty where there is none.
    #[must_use]
    pub fn message_id(&self) -> String {
        header(&self.content, "Message-ID").unwrap_or_default()
    }
}

/// A message whose turn it is: what an attempt is to deliver, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outgoing<'a> {
    /// The message's number in the queues of this server.
    pub number: u64,
    /// Where it goes.
    pub destination: &'a Destination,
    /// The message, with those recipients that still wait.
    pub submission: &'a Submission,
    /// How often it was tried before.
    pub tried: u32,
    /// When it came in.
    pub arrived: SystemTime,
}
