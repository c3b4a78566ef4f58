//! Queues and messages as `Get-Queue` and `Get-Message` show them.

use std::fmt;
use std::time::SystemTime;

use super::destination::DeliveryType;
use super::times::shown;

/// A queue, with the properties of `Get-Queue`. `Display` prints them as `Format-List` does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Queue {
    /// `Identity`: `EX01\3`.
    pub identity: String,
    /// `DeliveryType`.
    pub delivery_type: DeliveryType,
    /// `Status`.
    pub status: QueueStatus,
    /// `MessageCount`.
    pub message_count: usize,
    /// `NextHopDomain`.
    pub next_hop_domain: String,
    /// `NextHopConnector`, a GUID.
    pub next_hop_connector: String,
    /// `NextHopCategory`.
    pub next_hop_category: &'static str,
    /// `TlsDomain`; empty where there is none.
    pub tls_domain: String,
    /// `RetryCount`: the attempts since the queue is in `Retry`. Whether the one that brought it
    /// there counts is not said; here it does not.
    pub retry_count: u32,
    /// `FirstRetryTime`.
    pub first_retry_time: Option<SystemTime>,
    /// `LastRetryTime`.
    pub last_retry_time: Option<SystemTime>,
    /// `NextRetryTime`.
    pub next_retry_time: Option<SystemTime>,
    /// `LastError`.
    pub last_error: String,
}

/// The status of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueueStatus {
    /// Messages are being sent.
    Active,
    /// A connection is being made. Nobody can look here while it is.
    Connecting,
    /// Nothing is to be done.
    Ready,
    /// The last connection failed, and the next waits.
    Retry,
    /// An administrator holds it.
    Suspended,
}

impl fmt::Display for QueueStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "Active",
            Self::Connecting => "Connecting",
            Self::Ready => "Ready",
            Self::Retry => "Retry",
            Self::Suspended => "Suspended",
        })
    }
}

impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(
            f,
            &[
                ("Identity", self.identity.clone()),
                ("DeliveryType", self.delivery_type.to_string()),
                ("NextHopDomain", self.next_hop_domain.clone()),
                ("TlsDomain", self.tls_domain.clone()),
                ("NextHopConnector", self.next_hop_connector.clone()),
                ("Status", self.status.to_string()),
                ("MessageCount", self.message_count.to_string()),
                ("LastError", self.last_error.clone()),
                ("RetryCount", self.retry_count.to_string()),
                ("LastRetryTime", time(self.last_retry_time)),
                ("NextRetryTime", time(self.next_retry_time)),
                ("FirstRetryTime", time(self.first_retry_time)),
                ("NextHopCategory", self.next_hop_category.to_owned()),
            ],
        )
    }
}

/// A message in a queue, with the properties of `Get-Message`. `Display` prints them as
/// `Format-List` does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueuedMessage {
    /// `Identity`: `EX01\3\17`.
    pub identity: String,
    /// `Queue`.
    pub queue: String,
    /// `Status`.
    pub status: MessageStatus,
    /// `FromAddress`; `<>` for a notification.
    pub from_address: String,
    /// `Recipients`, the addresses alone.
    pub recipients: Vec<String>,
    /// `Subject`.
    pub subject: String,
    /// `InternetMessageId`.
    pub internet_message_id: String,
    /// `Size` in octets.
    pub size: usize,
    /// `MessageSourceName`.
    pub message_source_name: String,
    /// `DateReceived`.
    pub date_received: SystemTime,
    /// `ExpirationTime`.
    pub expiration_time: SystemTime,
    /// `RetryCount`: how often it was tried.
    pub retry_count: u32,
    /// `LastError`.
    pub last_error: String,
}

/// The status of a message in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageStatus {
    /// It waits to be sent.
    Ready,
    /// It waits for the next attempt.
    Retry,
    /// An administrator holds it.
    Suspended,
}

impl fmt::Display for MessageStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready => "Ready",
            Self::Retry => "Retry",
            Self::Suspended => "Suspended",
        })
    }
}

impl fmt::Display for QueuedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(
            f,
            &[
                ("Identity", self.identity.clone()),
                ("Subject", self.subject.clone()),
                ("InternetMessageId", self.internet_message_id.clone()),
                ("FromAddress", self.from_address.clone()),
                ("Status", self.status.to_string()),
                ("Size", format!("{} B", self.size)),
                ("MessageSourceName", self.message_source_name.clone()),
                ("DateReceived", shown(self.date_received)),
                ("ExpirationTime", shown(self.expiration_time)),
                ("LastError", self.last_error.clone()),
                ("RetryCount", self.retry_count.to_string()),
                ("Queue", self.queue.clone()),
                ("Recipients", format!("{{{}}}", self.recipients.join(", "))),
            ],
        )
    }
}

fn time(at: Option<SystemTime>) -> String {
    at.map_or_else(String::new, shown)
}

/// Names and values, the colons below each other.
fn list(f: &mut fmt::Formatter<'_>, lines: &[(&str, String)]) -> fmt::Result {
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in lines {
        writeln!(f, "{}", format!("{name:width$} : {value}").trim_end())?;
    }
    Ok(())
}
