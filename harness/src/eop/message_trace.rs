//! The rows of the message trace.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::time::SystemTime;

use super::{Refusal, Route};
use crate::report::Mail;
use crate::transport::Progress;

/// A row of the message trace: a message and one of its recipients, as `Get-MessageTrace` shows
/// them. What is refused in the session has no row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageTrace {
    /// `Received`, by the server's clock.
    pub received: SystemTime,
    /// `SenderAddress`; empty for a bounce.
    pub sender_address: String,
    /// `RecipientAddress`.
    pub recipient_address: String,
    /// `Subject`, as it was sent.
    pub subject: String,
    /// `MessageId`, with its angle brackets; empty where the message has none.
    pub message_id: String,
    /// `Status`.
    pub status: Status,
    /// `FromIP`.
    pub from_ip: IpAddr,
    /// `Size`, in octets.
    pub size: usize,
}

impl MessageTrace {
    /// The row of a message that was sent. `FromIP` is unspecified where nobody said where it came
    /// from.
    pub(crate) fn of_sent(progress: &Progress, recipient: &str, status: Status) -> Self {
        let submission = &progress.submission;
        Self {
            received: progress.at,
            sender_address: submission.from.clone(),
            recipient_address: recipient.to_owned(),
            subject: bounded(&submission.subject()),
            message_id: bounded(&submission.message_id()),
            status,
            from_ip: submission
                .source_ip
                .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            size: submission.content.len(),
        }
    }
}

/// What became of a message for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It is in the mailbox.
    Delivered,
    /// It will not be delivered: a fault let in what the rules refuse.
    Failed,
    /// It is to be passed on, which the receiving model does not do; or it waits in a queue.
    Pending,
}

impl fmt::Display for Status {
    /// As the trace prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delivered => "Delivered",
            Self::Failed => "Failed",
            Self::Pending => "Pending",
        })
    }
}

/// The rows of a message, one for each recipient.
pub(super) fn rows(
    mail: &Mail,
    routes: &[Result<Route, Refusal>],
    from_ip: IpAddr,
    received: SystemTime,
) -> Vec<MessageTrace> {
    let subject = bounded(&mail.subject().unwrap_or_default());
    let message_id = bounded(&mail.header("Message-ID").unwrap_or_default());
    let rows = mail.to.iter().zip(routes);
    let row = |(recipient, route): (&String, &Result<_, _>)| MessageTrace {
        received,
        sender_address: mail.from.clone(),
        recipient_address: recipient.clone(),
        subject: subject.clone(),
        message_id: message_id.clone(),
        status: match route {
            Ok(Route::Mailbox) => Status::Delivered,
            Ok(Route::InternalRelay | Route::Relay) => Status::Pending,
            Err(_) => Status::Failed,
        },
        from_ip,
        size: mail.content.len(),
    };
    rows.map(row).collect()
}

/// A header field may be as long as a message, and there is a row for each recipient. RFC 5322
/// §2.1.1 has no line longer than this.
fn bounded(text: &str) -> String {
    text.chars().take(998).collect()
}
