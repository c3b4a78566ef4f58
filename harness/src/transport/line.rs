//! One queue: what waits in it, and since when.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::destination::{DeliveryType, Destination};
use super::setback::Setback;
use super::submission::Submission;
use super::view::{MessageStatus, Queue, QueueStatus, QueuedMessage};
use super::voice::Voice;

/// A queue.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// `EX01\3`.
    pub(super) identity: String,
    pub(super) destination: Destination,
    pub(super) suspended: bool,
    pub(super) retry: Option<Retry>,
    pub(super) waiting: Vec<Waiting>,
    /// Since when nothing waits.
    pub(super) empty_since: Option<SystemTime>,
    /// The last setback, and when.
    pub(super) last: Option<(Setback, SystemTime)>,
}

/// The queue could not connect.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    /// How often in a row.
    pub(super) failures: u32,
    pub(super) first: SystemTime,
    pub(super) last: SystemTime,
    pub(super) next: SystemTime,
}

/// A message that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) number: u64,
    pub(super) submission: Arc<Submission>,
    pub(super) arrived: SystemTime,
    pub(super) expires: SystemTime,
    /// When its sender is told of the delay; `None` once that is done, or never is.
    pub(super) delay_at: Option<SystemTime>,
    pub(super) suspended: bool,
    /// When it is tried again, where the other side put it off.
    pub(super) next: Option<SystemTime>,
    pub(super) tried: u32,
    pub(super) last: Option<(Setback, SystemTime)>,
}

/// `QueueMaxIdleTime`: how long an empty queue is kept.
const IDLE: Duration = Duration::from_secs(3 * 60);

/// What Microsoft's page on message properties shows.
const NO_CONNECTOR: &str = "A matching connector cannot be found to route the external recipient";

impl Line {
    pub(super) fn new(identity: String, destination: Destination) -> Self {
        Self {
            identity,
            destination,
            suspended: false,
            retry: None,
            waiting: Vec::new(),
            empty_since: None,
            last: None,
        }
    }

    /// Whether the queue is kept.
    pub(super) fn is_there(&self, now: SystemTime) -> bool {
        let idle = self
            .empty_since
            .and_then(|since| now.duration_since(since).ok());
        idle.is_none_or(|idle| idle < IDLE)
    }

    /// When the next attempt is due; `None` if none is.
    pub(super) fn attempt_at(&self) -> Option<SystemTime> {
        if self.suspended || self.destination.delivery_type == DeliveryType::Unreachable {
            return None;
        }
        let waiting = self.waiting.iter().filter(|one| !one.suspended);
        let message = waiting.map(|one| one.next.unwrap_or(one.arrived)).min()?;
        Some(match &self.retry {
            Some(retry) => message.max(retry.next),
            None => message,
        })
    }

    /// When something is due, an attempt or a word to a sender.
    pub(super) fn due_at(&self) -> Option<SystemTime> {
        let told = self.waiting.iter().map(Waiting::told_at).min();
        self.attempt_at().into_iter().chain(told).min()
    }

    /// The messages whose turn it is.
    pub(super) fn ready(&self, now: SystemTime) -> Vec<u64> {
        let waiting = self.waiting.iter();
        let ready = waiting.filter(|one| !one.suspended && one.next.is_none_or(|next| next <= now));
        ready.map(|one| one.number).collect()
    }

    pub(super) fn position(&self, number: u64) -> Option<usize> {
        self.waiting.iter().position(|one| one.number == number)
    }

    /// Takes a message out.
    pub(super) fn remove(&mut self, at: usize, now: SystemTime) -> Waiting {
        let out = self.waiting.remove(at);
        if self.waiting.is_empty() {
            self.empty_since = Some(now);
        }
        out
    }

    pub(super) fn shown(&self, voice: &Voice, now: SystemTime) -> Queue {
        let status = if self.suspended {
            QueueStatus::Suspended
        } else if self.retry.is_some() && !self.waiting.is_empty() {
            QueueStatus::Retry
        } else if self.attempt_at().is_some_and(|at| at <= now) {
            QueueStatus::Active
        } else {
            QueueStatus::Ready
        };
        let retry = self.retry.as_ref();
        let destination = &self.destination;
        Queue {
            identity: self.identity.clone(),
            delivery_type: destination.delivery_type,
            status,
            message_count: self.waiting.len(),
            next_hop_domain: destination.domain.clone(),
            next_hop_connector: destination.connector_guid.clone(),
            next_hop_category: destination.delivery_type.category(),
            tls_domain: destination.tls_domain.clone().unwrap_or_default(),
            retry_count: retry.map_or(0, |retry| retry.failures - 1),
            first_retry_time: retry.map(|retry| retry.first),
            last_retry_time: retry.map(|retry| retry.last),
            next_retry_time: retry.map(|retry| retry.next),
            last_error: last_error(voice, self.last.as_ref(), destination),
        }
    }

    pub(super) fn messages(&self, voice: &Voice) -> Vec<QueuedMessage> {
        let one = |waiting: &Waiting| {
            let submission = &waiting.submission;
            let status = if waiting.suspended {
                MessageStatus::Suspended
            } else if waiting.next.is_some() || self.retry.is_some() {
                MessageStatus::Retry
            } else {
                MessageStatus::Ready
            };
            QueuedMessage {
                identity: format!("{}\\{}", self.identity, waiting.number),
                queue: self.identity.clone(),
                status,
                from_address: match submission.from.as_str() {
                    "" => "<>".to_owned(),
                    from => from.to_owned(),
                },
                recipients: submission.to.clone(),
                subject: submission.subject(),
                internet_message_id: submission.message_id(),
                size: submission.content.len(),
                message_source_name: submission.source_name.clone(),
                date_received: waiting.arrived,
                expiration_time: waiting.expires,
                retry_count: waiting.tried,
                last_error: last_error(voice, waiting.last.as_ref(), &self.destination),
            }
        };
        self.waiting.iter().map(one).collect()
    }
}

impl Waiting {
    /// When its sender is told something.
    fn told_at(&self) -> SystemTime {
        self.delay_at
            .map_or(self.expires, |delay| delay.min(self.expires))
    }

    pub(super) fn last(&self) -> Option<(&Setback, SystemTime)> {
        self.last.as_ref().map(|(setback, at)| (setback, *at))
    }
}

fn last_error(
    voice: &Voice,
    last: Option<&(Setback, SystemTime)>,
    destination: &Destination,
) -> String {
    match last {
        Some((setback, at)) => voice.last_error(setback, *at),
        None if destination.delivery_type == DeliveryType::Unreachable => NO_CONNECTOR.to_owned(),
        None => String::new(),
    }
}
