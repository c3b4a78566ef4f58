//! What happens in the server, as a queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mailfault::Event;
use tokio::sync::mpsc;

/// An event, and the number of its session.
type Happened = (u64, Event);

/// Puts what happens into the queue. It never makes the server wait: what does not fit is counted.
#[derive(Clone)]
pub(super) struct Watcher {
    queue: mpsc::Sender<Happened>,
    lost: Arc<AtomicU64>,
}

/// A queue for events, bounded: a terminal may be slower than a client.
pub(super) fn queue() -> (Watcher, mpsc::Receiver<Happened>) {
    const WAITING: usize = 16_384;
    let (queue, events) = mpsc::channel(WAITING);
    let lost = Arc::default();
    (Watcher { queue, lost }, events)
}

impl Watcher {
    pub(super) fn observer(&self) -> impl Fn(u64, &Event) + Send + Sync + 'static {
        let Self { queue, lost } = self.clone();
        move |number, event| {
            if queue.try_send((number, event.clone())).is_err() {
                lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// How many events did not fit.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}
