//! Time passes: attempts, delays, and what is given up.

use std::sync::Arc;
use std::time::SystemTime;

use super::filter::QueueFilter;
use super::line::Retry;
use super::notification::{self, Notification, Subject, Why};
use super::outcome::AttemptOutcome;
use super::progress::{Progress, ProgressKind};
use super::queues::Transport;
use super::setback::{Cause, Setback};
use super::submission::{Outgoing, Submission};
use crate::smtp::Reply;

impl Transport {
    /// Plays what is due until then, and leaves the clock there. `attempt` is asked to deliver
    /// each message whose turn it is, and the clock stands at the time of the attempt while it
    /// does. Says what happened.
    pub fn play_until(
        &mut self,
        until: SystemTime,
        mut attempt: impl FnMut(&Outgoing<'_>) -> AttemptOutcome,
    ) -> Vec<Progress> {
        let before = self.told;
        while let Some(due) = self.next_at().filter(|due| *due <= until) {
            self.wait_until(due);
            self.play(due.max(self.clock.now()), &mut attempt);
        }
        self.wait_until(until);
        self.since(before)
    }

    /// Connects at once for the queues that wait to be tried again: `Retry-Queue`. One that is
    /// not in `Retry` is left as it is. The attempt counts, and the next comes as late as if it
    /// had been due; that is not documented but for the second.
    pub fn retry_queue(
        &mut self,
        filter: &QueueFilter,
        mut attempt: impl FnMut(&Outgoing<'_>) -> AttemptOutcome,
    ) -> Vec<Progress> {
        let before = self.told;
        let now = self.clock.now();
        for at in 0..self.lines.len() {
            let line = &self.lines[at];
            let waits = line.retry.is_some() && !line.suspended;
            if waits && filter.is_for(&line.shown(&self.voice, now)) {
                self.attempt(at, &mut attempt);
            }
        }
        self.since(before)
    }

    fn wait_until(&self, then: SystemTime) {
        if let Ok(wait) = then.duration_since(self.clock.now()) {
            self.clock.advance(wait);
        }
    }

    fn since(&self, before: u64) -> Vec<Progress> {
        let new = usize::try_from(self.told - before).unwrap_or(usize::MAX);
        let old = self.journal.len().saturating_sub(new);
        self.journal.iter().skip(old).cloned().collect()
    }

    /// Everything that is due now.
    fn play(&mut self, now: SystemTime, attempt: &mut impl FnMut(&Outgoing<'_>) -> AttemptOutcome) {
        for at in 0..self.lines.len() {
            self.give_up(at, now);
            self.tell_of_delays(at, now);
            if self.lines[at].attempt_at().is_some_and(|due| due <= now) {
                self.attempt(at, attempt);
            }
        }
    }

    /// Messages whose time is over.
    fn give_up(&mut self, at: usize, now: SystemTime) {
        while let Some(index) = self.lines[at]
            .waiting
            .iter()
            .position(|one| one.expires <= now)
        {
            let waiting = &self.lines[at].waiting[index];
            let status = self.voice.expired(waiting.last()).text;
            let recipients = waiting.submission.to.clone();
            let notification = self.notification(at, index, &recipients, Why::Expired);
            let kind = ProgressKind::Failed {
                source: "QUEUE",
                status,
                notification,
            };
            self.tell(at, index, kind);
            self.lines[at].remove(index, now);
        }
    }

    fn tell_of_delays(&mut self, at: usize, now: SystemTime) {
        for index in 0..self.lines[at].waiting.len() {
            let waiting = &mut self.lines[at].waiting[index];
            if waiting.delay_at.is_none_or(|due| due > now) {
                continue;
            }
            waiting.delay_at = None;
            let (until, recipients) = (waiting.expires, waiting.submission.to.clone());
            let why = Why::Delayed { until };
            let notification = self.notification(at, index, &recipients, why);
            self.tell(at, index, ProgressKind::Delayed(notification));
        }
    }

    /// The turn of a queue: its messages in order, until it cannot connect.
    fn attempt(&mut self, at: usize, attempt: &mut impl FnMut(&Outgoing<'_>) -> AttemptOutcome) {
        for number in self.lines[at].ready(self.clock.now()) {
            let Some(index) = self.lines[at].position(number) else {
                continue;
            };
            let line = &self.lines[at];
            let waiting = &line.waiting[index];
            let outcome = attempt(&Outgoing {
                number,
                destination: &line.destination,
                submission: &waiting.submission,
                tried: waiting.tried,
                arrived: waiting.arrived,
            });
            let now = self.clock.now();
            self.lines[at].waiting[index].tried += 1;
            match outcome {
                AttemptOutcome::Unreachable(setback) => {
                    self.put_off_queue(at, &setback, now);
                    return;
                }
                AttemptOutcome::Delivered(reply) => {
                    self.tell(at, index, ProgressKind::Delivered(reply));
                    self.lines[at].remove(index, now);
                }
                AttemptOutcome::Deferred(setback) => self.put_off(at, index, setback, now),
                AttemptOutcome::Refused { reply, host } => {
                    let everybody = self.lines[at].waiting[index].submission.to.clone();
                    self.refuse(at, index, &everybody, &reply, &host);
                    self.lines[at].remove(index, now);
                }
                AttemptOutcome::Partly { reply, left, host } => {
                    self.deliver_partly((at, index), reply, left, &host);
                }
            }
            let line = &mut self.lines[at];
            line.retry = None;
        }
    }

    /// The queue could not connect: everything in it waits.
    fn put_off_queue(&mut self, at: usize, setback: &Setback, now: SystemTime) {
        let line = &mut self.lines[at];
        let before = line.retry;
        let failures = before.map_or(1, |retry| retry.failures.saturating_add(1));
        let next = now + self.schedule.wait_after(failures);
        line.retry = Some(Retry {
            failures,
            first: before.map_or(now, |retry| retry.first),
            last: now,
            next,
        });
        line.last = Some((setback.clone(), now));
        let kind = self.deferred(setback, now, next);
        for index in 0..self.lines[at].waiting.len() {
            self.lines[at].waiting[index].last = Some((setback.clone(), now));
            self.tell(at, index, kind.clone());
        }
    }

    /// The other side put one message off.
    fn put_off(&mut self, at: usize, index: usize, setback: Setback, now: SystemTime) {
        let next = now + self.schedule.message_wait();
        let kind = self.deferred(&setback, now, next);
        let waiting = &mut self.lines[at].waiting[index];
        waiting.next = Some(next);
        waiting.last = Some((setback, now));
        self.tell(at, index, kind);
    }

    fn deferred(&self, setback: &Setback, now: SystemTime, next: SystemTime) -> ProgressKind {
        ProgressKind::Deferred {
            error: self.voice.description(setback, now),
            detail: self.voice.trace_detail(setback, now),
            next,
        }
    }

    fn refuse(&mut self, at: usize, index: usize, who: &[String], reply: &Reply, host: &str) {
        let notification = self.notification(at, index, who, Why::Refused { reply, host });
        let status = format!("{} {}", reply.code, reply.lines.join(" "));
        let kind = ProgressKind::Failed {
            source: "SMTP",
            status,
            notification,
        };
        self.tell_of(at, index, who.to_vec(), kind);
    }

    /// Some recipients have it; the others wait, or are given up.
    fn deliver_partly(
        &mut self,
        (at, index): (usize, usize),
        reply: Option<Reply>,
        left: Vec<(String, Reply)>,
        host: &str,
    ) {
        let now = self.clock.now();
        let mut taken = self.lines[at].waiting[index].submission.to.clone();
        taken.retain(|one| !left.iter().any(|(other, _)| other == one));
        if let Some(reply) = reply {
            self.tell_of(at, index, taken, ProgressKind::Delivered(reply));
        }
        let (later, never): (Vec<_>, Vec<_>) = left
            .into_iter()
            .partition(|(_, reply)| !reply.is_permanent());
        for (recipient, reply) in never {
            self.refuse(at, index, &[recipient], &reply, host);
        }
        let Some((_, reply)) = later.first() else {
            self.lines[at].remove(index, now);
            return;
        };
        let text = format!("{} {}", reply.code, reply.lines.join(" "));
        let address = self.lines[at].waiting[index]
            .last()
            .and_then(|(last, _)| last.address);
        let setback = Setback::new(Cause::own(text)).with(host, address);
        let waiting = &mut self.lines[at].waiting[index];
        let mut submission = Submission::clone(&waiting.submission);
        submission.to = later.into_iter().map(|(recipient, _)| recipient).collect();
        waiting.submission = Arc::new(submission);
        self.put_off(at, index, setback, now);
    }

    /// Nobody is told of a message that has no sender (RFC 5321 §4.5.5).
    fn notification(
        &self,
        at: usize,
        index: usize,
        recipients: &[String],
        why: Why<'_>,
    ) -> Option<Notification> {
        let line = &self.lines[at];
        let waiting = &line.waiting[index];
        if waiting.submission.from.is_empty() {
            return None;
        }
        let subject = Subject {
            number: waiting.number,
            submission: &waiting.submission,
            recipients,
            arrived: waiting.arrived,
            next_hop: &line.destination.domain,
            last: waiting.last(),
        };
        Some(notification::notify(
            &self.voice,
            &subject,
            why,
            self.clock.now(),
        ))
    }
}
