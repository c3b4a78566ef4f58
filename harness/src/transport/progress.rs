//! What happens to messages on their way.

use std::sync::Arc;
use std::time::SystemTime;

use super::notification::Notification;
use super::submission::Submission;
use crate::smtp::Reply;

/// Something that happened to a message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// When, by the clock of the transport.
    pub at: SystemTime,
    /// The queue: `EX01\3`.
    pub queue: String,
    /// Its connector's name.
    pub connector: String,
    /// The message's number.
    pub message: u64,
    /// The message, with the recipients that it then had.
    pub submission: Arc<Submission>,
    /// The recipients that it happened to.
    pub recipients: Vec<String>,
    /// What happened.
    pub kind: ProgressKind,
}

/// What happened to a message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ProgressKind {
    /// It was put off.
    Deferred {
        /// Why, as a notification says it.
        error: String,
        /// The same as the detail of a message trace.
        detail: String,
        /// When it is tried again.
        next: SystemTime,
    },
    /// Its sender was told that it takes longer; nobody was where it has no sender.
    Delayed(Option<Notification>),
    /// It was taken, with this reply.
    Delivered(Reply),
    /// It was given up.
    Failed {
        /// The component that gave it up, as message tracking has it: `QUEUE`, `SMTP`.
        source: &'static str,
        /// With these words.
        status: String,
        /// What its sender was told; nothing where it has none.
        notification: Option<Notification>,
    },
    /// An administrator took it out.
    Removed,
    /// It came in.
    Submitted,
}

impl ProgressKind {
    /// The notification that was made of it.
    #[must_use]
    pub fn notification(&self) -> Option<&Notification> {
        match self {
            Self::Delayed(notification) | Self::Failed { notification, .. } => {
                notification.as_ref()
            }
            _ => None,
        }
    }
}
