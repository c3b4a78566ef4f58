//! When a message is tried again, and when it is given up: as data.

use std::time::Duration;

/// The intervals of a sender: properties of `Set-TransportService`, and keys of
/// `EdgeTransport.exe.config`, in Microsoft's defaults.
///
/// ```
/// use std::time::Duration;
/// use mailfault::transport::RetrySchedule;
///
/// let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
/// let attempts = RetrySchedule::mailbox_server().attempts();
/// assert_eq!(attempts[..12], [0, 1, 2, 3, 4, 9, 14, 19, 24, 29, 34, 44].map(minutes));
/// assert_eq!(attempts.last(), Some(&minutes(2874))); // the message expires at 2880
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetrySchedule {
    /// What comes first: so many retries at this interval, then so many at the next.
    pub first: Vec<(u32, Duration)>,
    /// The interval of all retries after those: `OutboundConnectionFailureRetryInterval`.
    pub then: Duration,
    /// `MessageRetryInterval`: when a message is tried again that the other side put off, while
    /// the queue goes on.
    pub message_retry: Duration,
    /// `DelayNotificationTimeout`: when the sender is told of the delay; `None` never tells.
    pub delay_notification: Option<Duration>,
    /// `MessageExpirationTimeout`.
    pub expiration: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

impl RetrySchedule {
    /// The Transport service of a Mailbox server, and a Hub Transport server of 2010: 4 glitch
    /// retries of a minute, 6 transient ones of five minutes, then every ten minutes, for two
    /// days. From Microsoft's page on message intervals.
    #[must_use]
    pub fn mailbox_server() -> Self {
        Self {
            first: vec![(4, MINUTE), (6, 5 * MINUTE)],
            then: 10 * MINUTE,
            message_retry: 15 * MINUTE,
            delay_notification: Some(4 * HOUR),
            expiration: 48 * HOUR,
        }
    }

    /// An Edge Transport server: 4 of a minute, 6 of ten minutes, then every half-hour. From the
    /// same page.
    #[must_use]
    pub fn edge_server() -> Self {
        Self {
            first: vec![(4, MINUTE), (6, 10 * MINUTE)],
            then: 30 * MINUTE,
            ..Self::mailbox_server()
        }
    }

    /// Exchange Online: twice after a quarter of an hour, then every hour, for a day, as Microsoft
    /// documents it for DANE. That it holds for connectors, and that nobody is told of a delay,
    /// is uncertain.
    #[must_use]
    pub fn exchange_online() -> Self {
        Self {
            first: vec![(2, 15 * MINUTE)],
            then: HOUR,
            message_retry: 15 * MINUTE,
            delay_notification: None,
            expiration: 24 * HOUR,
        }
    }

    /// Exchange Online in 2018, when messages expired after two days, as public reports of the
    /// time show. Its intervals are not known: those of today stand in for them, uncertain.
    #[must_use]
    pub fn exchange_online_2018() -> Self {
        Self {
            expiration: 48 * HOUR,
            ..Self::exchange_online()
        }
    }

    /// How long a queue waits after so many failed attempts in a row, from 1.
    #[must_use]
    pub fn wait_after(&self, failures: u32) -> Duration {
        let mut passed: u32 = 0;
        for (count, interval) in &self.first {
            passed = passed.saturating_add(*count);
            if failures <= passed {
                return at_least_a_second(*interval);
            }
        }
        at_least_a_second(self.then)
    }

    /// How long a message waits that the other side put off.
    #[must_use]
    pub fn message_wait(&self) -> Duration {
        at_least_a_second(self.message_retry)
    }

    /// When a message is tried whose next hop never answers, counted from its arrival: the
    /// schedule as a list, up to where it expires.
    #[must_use]
    pub fn attempts(&self) -> Vec<Duration> {
        let mut at = Duration::ZERO;
        let mut all = Vec::new();
        for failures in 1.. {
            if at >= self.expiration {
                break;
            }
            all.push(at);
            at += self.wait_after(failures);
        }
        all
    }
}

/// Without a bound a schedule of zeros would never let time pass; a second is the least that
/// Microsoft's settings take.
fn at_least_a_second(interval: Duration) -> Duration {
    interval.max(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first attempts and the last, in minutes, and how many there are.
    #[track_caller]
    fn check(schedule: &RetrySchedule, first: &[u64], last: u64, count: usize) {
        let all: Vec<_> = schedule
            .attempts()
            .iter()
            .map(|at| at.as_secs() / 60)
            .collect();
        assert_eq!(all[..first.len()], *first);
        assert_eq!((all.last(), all.len()), (Some(&last), count));
    }

    #[test]
    fn attempts_are_when_microsoft_documents_them() {
        let mailbox = [0, 1, 2, 3, 4, 9, 14, 19, 24, 29, 34, 44, 54, 64];
        check(&RetrySchedule::mailbox_server(), &mailbox, 2874, 295);
        let edge = [0, 1, 2, 3, 4, 14, 24, 34, 44, 54, 64, 94, 124];
        check(&RetrySchedule::edge_server(), &edge, 2854, 104);
        let online = [0, 15, 30, 90, 150, 210];
        check(&RetrySchedule::exchange_online(), &online, 1410, 26);
        check(&RetrySchedule::exchange_online_2018(), &online, 2850, 50);
    }

    #[test]
    fn time_passes_even_where_a_schedule_says_zero() {
        let schedule = RetrySchedule {
            first: vec![(3, Duration::ZERO)],
            then: Duration::ZERO,
            message_retry: Duration::ZERO,
            delay_notification: None,
            expiration: Duration::from_secs(10),
        };
        assert_eq!(schedule.attempts().len(), 10);
        assert_eq!(schedule.message_wait(), Duration::from_secs(1));
    }
}
