//! The message trace of Exchange Online, out of what happened.

use std::fmt;
use std::time::SystemTime;

use super::guid::guid;
use super::progress::{Progress, ProgressKind};
use crate::eop::{MessageTrace, Status};

/// A row of `Get-MessageTraceDetail`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceDetail {
    /// `Date`.
    pub date: SystemTime,
    /// `Event`.
    pub event: TraceEvent,
    /// `Action`; empty for all that is told here.
    pub action: String,
    /// `Detail`: for a deferral `Reason: [{LED=…`. What stands there for a failure is inferred
    /// from it.
    pub detail: String,
    /// `MessageTraceId`, a GUID.
    pub message_trace_id: String,
    /// `MessageId`.
    pub message_id: String,
    /// `SenderAddress`.
    pub sender_address: String,
    /// `RecipientAddress`.
    pub recipient_address: String,
}

/// What happened, in the words of Microsoft's page on message trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TraceEvent {
    /// It was put off.
    Defer,
    /// It was not delivered.
    Fail,
    /// It came in.
    Receive,
    /// It was handed over.
    Send,
}

impl fmt::Display for TraceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Defer => "Defer",
            Self::Fail => "Fail",
            Self::Receive => "Receive",
            Self::Send => "Send",
        })
    }
}

/// The rows of `Get-MessageTraceDetail`, one for each recipient.
pub fn message_trace_detail<'a>(
    journal: impl IntoIterator<Item = &'a Progress>,
) -> Vec<TraceDetail> {
    let rows = journal.into_iter().flat_map(|progress| {
        let told = told(&progress.kind);
        let rows = progress.recipients.iter().map(move |recipient| {
            let (event, detail) = told.clone()?;
            Some(row(progress, recipient, event, detail))
        });
        rows.flatten()
    });
    rows.collect()
}

fn told(kind: &ProgressKind) -> Option<(TraceEvent, String)> {
    Some(match kind {
        ProgressKind::Deferred { detail, .. } => (TraceEvent::Defer, detail.clone()),
        ProgressKind::Delivered(_) => (TraceEvent::Send, String::new()),
        ProgressKind::Failed { status, .. } => (
            TraceEvent::Fail,
            format!("Reason: [{{LED={status}}};{{MSG=}};{{FQDN=}};{{IP=}};{{LRT=}}]"),
        ),
        ProgressKind::Submitted => (TraceEvent::Receive, String::new()),
        ProgressKind::Delayed(_) | ProgressKind::Removed => return None,
    })
}

fn row(progress: &Progress, recipient: &str, event: TraceEvent, detail: String) -> TraceDetail {
    TraceDetail {
        date: progress.at,
        event,
        action: String::new(),
        detail,
        message_trace_id: guid(&["trace", &progress.queue, &progress.message.to_string()]),
        message_id: progress.submission.message_id(),
        sender_address: progress.submission.from.clone(),
        recipient_address: recipient.to_owned(),
    }
}

/// The rows of `Get-MessageTrace`: each message and recipient, and what became of it so far. A
/// message that waits is pending.
pub fn message_trace<'a>(journal: impl IntoIterator<Item = &'a Progress>) -> Vec<MessageTrace> {
    let mut rows: Vec<(u64, MessageTrace)> = Vec::new();
    for progress in journal {
        for recipient in &progress.recipients {
            let status = match &progress.kind {
                ProgressKind::Delivered(_) => Some(Status::Delivered),
                ProgressKind::Failed { .. } | ProgressKind::Removed => Some(Status::Failed),
                ProgressKind::Submitted => Some(Status::Pending),
                ProgressKind::Deferred { .. } | ProgressKind::Delayed(_) => None,
            };
            let known = rows.iter_mut().find(|(message, row)| {
                *message == progress.message && row.recipient_address == *recipient
            });
            match (known, status) {
                (Some((_, row)), Some(status)) => row.status = status,
                (None, Some(status)) => {
                    let row = MessageTrace::of_sent(progress, recipient, status);
                    rows.push((progress.message, row));
                }
                (_, None) => {}
            }
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}
