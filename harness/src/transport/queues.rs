//! The queues of a server, and what administrators do with them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use super::destination::{DeliveryType, Destination};
use super::filter::QueueFilter;
use super::line::{Line, Waiting};
use super::progress::{Progress, ProgressKind};
use super::schedule::RetrySchedule;
use super::submission::Submission;
use super::view::{Queue, QueuedMessage};
use super::voice::Voice;
use crate::clock::Clock;

/// The queues of a server.
///
/// Nothing happens by itself: [`play_until`](Self::play_until) moves the clock from one attempt
/// to the next, and asks for each what came of it.
#[derive(Clone, Debug)]
pub struct Transport {
    /// The server's NetBIOS name.
    name: String,
    pub(super) voice: Voice,
    pub(super) schedule: RetrySchedule,
    pub(super) clock: Clock,
    pub(super) lines: Vec<Line>,
    queues: u64,
    messages: u64,
    pub(super) journal: VecDeque<Progress>,
    /// How much was ever written down, what was forgotten since included.
    pub(super) told: u64,
}

/// How much of what happened is kept; the oldest is forgotten.
const KEPT: usize = 100_000;

impl Transport {
    /// The empty queues of a server with this NetBIOS name.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        voice: Voice,
        schedule: RetrySchedule,
        clock: Clock,
    ) -> Self {
        Self {
            name: name.into(),
            voice,
            schedule,
            clock,
            lines: Vec::new(),
            queues: 0,
            messages: 0,
            journal: VecDeque::new(),
            told: 0,
        }
    }

    /// Whose words are spoken.
    #[must_use]
    pub fn voice(&self) -> &Voice {
        &self.voice
    }

    /// Its schedule.
    #[must_use]
    pub fn schedule(&self) -> &RetrySchedule {
        &self.schedule
    }

    /// Puts a message in the queue to this destination, which is made if there is none, and
    /// says which number it got. It is tried when time is played, even if none passes.
    pub fn submit(&mut self, destination: Destination, submission: Submission) -> u64 {
        let now = self.clock.now();
        self.lines.retain(|line| line.is_there(now));
        let at = self.line_to(destination);
        self.messages += 1;
        let delay_at = self.schedule.delay_notification.map(|delay| now + delay);
        let line = &mut self.lines[at];
        line.empty_since = None;
        line.waiting.push(Waiting {
            number: self.messages,
            submission: Arc::new(submission),
            arrived: now,
            expires: now + self.schedule.expiration,
            delay_at,
            suspended: false,
            next: None,
            tried: 0,
            last: None,
        });
        let last = line.waiting.len() - 1;
        self.tell(at, last, ProgressKind::Submitted);
        self.messages
    }

    /// The queue to a destination; a new one if there is none.
    fn line_to(&mut self, destination: Destination) -> usize {
        let mut lines = self.lines.iter();
        if let Some(at) = lines.position(|line| line.destination == destination) {
            return at;
        }
        let identity = self.identity(destination.delivery_type);
        self.lines.push(Line::new(identity, destination));
        self.lines.len() - 1
    }

    fn identity(&mut self, delivery_type: DeliveryType) -> String {
        if delivery_type == DeliveryType::Unreachable {
            return format!("{}\\Unreachable", self.name);
        }
        self.queues += 1;
        format!("{}\\{}", self.name, self.queues)
    }

    /// The queues, as `Get-Queue` shows them. An empty one is gone after three minutes.
    #[must_use]
    pub fn queues(&self) -> Vec<Queue> {
        let now = self.clock.now();
        let lines = self.lines.iter().filter(|line| line.is_there(now));
        lines.map(|line| line.shown(&self.voice, now)).collect()
    }

    /// The messages that wait, as `Get-Message` shows them, queue by queue.
    #[must_use]
    pub fn messages(&self) -> Vec<QueuedMessage> {
        let lines = self.lines.iter();
        lines.flat_map(|line| line.messages(&self.voice)).collect()
    }

    /// What happened so far, the oldest first. The last 100,000 are kept.
    pub fn journal(&self) -> impl Iterator<Item = &Progress> {
        self.journal.iter()
    }

    /// When something is due next; `None` if nothing ever is.
    #[must_use]
    pub fn next_at(&self) -> Option<SystemTime> {
        self.lines.iter().filter_map(Line::due_at).min()
    }

    /// Holds the queues: `Suspend-Queue`. Messages come in, and expire, and do not leave.
    pub fn suspend_queue(&mut self, filter: &QueueFilter) {
        self.set_suspended(filter, true);
    }

    /// Lets them go on: `Resume-Queue`.
    pub fn resume_queue(&mut self, filter: &QueueFilter) {
        self.set_suspended(filter, false);
    }

    fn set_suspended(&mut self, filter: &QueueFilter, suspended: bool) {
        let now = self.clock.now();
        for line in &mut self.lines {
            if filter.is_for(&line.shown(&self.voice, now)) {
                line.suspended = suspended;
            }
        }
    }

    /// Holds a message: `Suspend-Message`. Says whether it was there.
    pub fn suspend_message(&mut self, number: u64) -> bool {
        self.with_message(number, |waiting| waiting.suspended = true)
    }

    /// Lets it go on: `Resume-Message`. Says whether it was there.
    pub fn resume_message(&mut self, number: u64) -> bool {
        self.with_message(number, |waiting| waiting.suspended = false)
    }

    fn with_message(&mut self, number: u64, change: impl FnOnce(&mut Waiting)) -> bool {
        let mut waiting = self.lines.iter_mut().flat_map(|line| &mut line.waiting);
        let found = waiting.find(|one| one.number == number);
        found.map(change).is_some()
    }

    /// Takes a message out without a word: `Remove-Message -WithNDR $false`. The words of the
    /// notification that there is otherwise are not public. Says whether it was there.
    pub fn remove_message(&mut self, number: u64) -> bool {
        let position = |(at, line): (usize, &Line)| Some((at, line.position(number)?));
        let Some((at, index)) = self.lines.iter().enumerate().find_map(position) else {
            return false;
        };
        self.tell(at, index, ProgressKind::Removed);
        let now = self.clock.now();
        self.lines[at].remove(index, now);
        true
    }

    /// Routes the messages of these queues anew, by their first recipient: `Retry-Queue
    /// -Resubmit`. Each keeps its number and its age.
    pub fn resubmit(
        &mut self,
        filter: &QueueFilter,
        mut route: impl FnMut(&Submission) -> Destination,
    ) {
        let now = self.clock.now();
        let mut taken = Vec::new();
        for line in &mut self.lines {
            if filter.is_for(&line.shown(&self.voice, now)) && !line.waiting.is_empty() {
                taken.append(&mut line.waiting);
                line.empty_since = Some(now);
            }
        }
        for mut waiting in taken {
            let destination = route(&waiting.submission);
            let at = self.line_to(destination);
            waiting.next = None;
            let line = &mut self.lines[at];
            line.empty_since = None;
            line.waiting.push(waiting);
        }
    }

    pub(super) fn tell(&mut self, at: usize, index: usize, kind: ProgressKind) {
        let recipients = self.lines[at].waiting[index].submission.to.clone();
        self.tell_of(at, index, recipients, kind);
    }

    pub(super) fn tell_of(
        &mut self,
        at: usize,
        index: usize,
        recipients: Vec<String>,
        kind: ProgressKind,
    ) {
        let line = &self.lines[at];
        let waiting = &line.waiting[index];
        self.journal.push_back(Progress {
            at: self.clock.now(),
            queue: line.identity.clone(),
            connector: line.destination.connector.clone(),
            message: waiting.number,
            submission: Arc::clone(&waiting.submission),
            recipients,
            kind,
        });
        self.told += 1;
        if self.journal.len() > KEPT {
            self.journal.pop_front();
        }
    }
}
