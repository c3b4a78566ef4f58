//! Senders with a life: queues, retries, and the notifications that follow.
//!
//! [`Transport`] is the queues of a server, and nothing else: it opens no connection and starts no
//! thread. An attempt is a function that is given to it, and time is a [`Clock`](crate::Clock)
//! that it moves from one attempt to the next, so that two days of retries take no longer than
//! their attempts. The schedule is data ([`RetrySchedule`]), and so are the words of each product
//! ([`Voice`]).
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use mailfault::Clock;
//! use mailfault::transport::{
//!     AttemptOutcome, Cause, Destination, NotificationKind, Product, ProgressKind, RetrySchedule,
//!     Setback, Submission, Transport, Voice,
//! };
//!
//! let clock = Clock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_419_361_418));
//! let mut voice = Voice::new(Product::Exchange2013, "ex01.contoso.test");
//! voice.domains.push("contoso.test".into());
//! let mut transport = Transport::new("EX01", voice, RetrySchedule::mailbox_server(), clock.clone());
//! transport.submit(
//!     Destination::domain("To the internet", "fabrikam.test"),
//!     Submission::new("alice@contoso.test", ["bob@fabrikam.test"], "Subject: Hello\r\n\r\nHi.\r\n"),
//! );
//!
//! // Nobody listens, for two days.
//! let mut attempts = 0;
//! let progress = transport.play_until(clock.now() + Duration::from_secs(2 * 86_400), |outgoing| {
//!     attempts += 1;
//!     let host = &outgoing.destination.hosts[0];
//!     AttemptOutcome::Unreachable(Setback::new(Cause::NotConnected(10061)).with(host, None))
//! });
//! assert_eq!(attempts, 295);
//! let told = progress.iter().filter_map(|one| one.kind.notification());
//! let told: Vec<_> = told.map(|notification| notification.kind).collect();
//! assert_eq!(told, [NotificationKind::Delay, NotificationKind::Failure]);
//! let ProgressKind::Failed { status, .. } = &progress.last().unwrap().kind else { panic!() };
//! assert_eq!(status, "550 4.4.7 QUEUE.Expired; message expired");
//! ```
//!
//! What is not modelled: shadow redundancy, priorities, `IncomingRate` and `OutgoingRate`, the
//! Submission and poison message queues, and several messages over one connection.

pub use destination::{DeliveryType, Destination};
pub use filter::QueueFilter;
pub use notification::{Notification, NotificationKind};
pub use outcome::AttemptOutcome;
pub use product::{OnlineEra, Product};
pub use progress::{Progress, ProgressKind};
pub use queues::Transport;
pub use schedule::RetrySchedule;
pub use setback::{Cause, Setback};
pub use submission::{Outgoing, Submission};
pub(crate) use times::shown as american_time;
pub use trace::{TraceDetail, TraceEvent, message_trace, message_trace_detail};
pub use view::{MessageStatus, Queue, QueueStatus, QueuedMessage};
pub use voice::Voice;

mod destination; // where a queue leads to
mod filter; // which queues a command is for
mod guid; // GUIDs by no chance
mod line; // a queue and what waits in it
mod notification; // what the sender of a message gets to read
mod outcome; // what an attempt came to
mod play; // time passes
mod product; // whose words are spoken
mod progress; // what happened to a message
mod queues; // the queues, and what administrators do with them
mod schedule; // when a message is tried again
mod setback; // why an attempt came to nothing
mod submission; // a message
mod times; // times as Windows shows them
mod trace; // the message trace of Exchange Online
mod view; // what `Get-Queue` and `Get-Message` show
mod voice; // a product on a machine
mod wording; // the words of each product

#[cfg(test)]
mod tests;
