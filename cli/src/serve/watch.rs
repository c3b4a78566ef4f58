//! What happens in the server, as a queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mailfault::{Event, Report, What};
use tokio::sync::{Notify, mpsc};

/// What is shown.
pub(super) enum Message {
    /// Something happened in the session of this number.
    Event(u64, Event),
    /// All is over.
    End(Report),
}

/// Puts what happens into the queue. It never makes the server wait: what does not fit is counted.
#[derive(Clone)]
pub(super) struct Watcher {
    queue: mpsc::Sender<Message>,
    lost: Arc<AtomicU64>,
    ended: Arc<Notify>,
}

/// A queue, bounded: whoever reads stdout may be slower than a client, or may not read at all.
pub(super) fn queue() -> (Watcher, mpsc::Receiver<Message>) {
    const WAITING: usize = 16_384;
    let (queue, messages) = mpsc::channel(WAITING);
    let watcher = Watcher {
        queue,
        lost: Arc::default(),
        ended: Arc::default(),
    };
    (watcher, messages)
}

impl Watcher {
    pub(super) fn observer(&self) -> impl Fn(u64, &Event) + Send + Sync + 'static {
        let Self { queue, lost, ended } = self.clone();
        move |number, event| {
            let message = Message::Event(number, event.clone());
            if queue.try_send(message).is_err() {
                lost.fetch_add(1, Ordering::Relaxed);
            }
            if matches!(event.what, What::Ended(_)) {
                ended.notify_one();
            }
        }
    }

    /// Waits until a session has ended.
    pub(super) async fn a_session_ended(&self) {
        self.ended.notified().await;
    }

    /// Says that all is over, when there is room for it.
    pub(super) async fn end(&self, report: Report) {
        // A queue that nobody empties any more is no news.
        let _ = self.queue.send(Message::End(report)).await;
    }

    /// How many events did not fit.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}
