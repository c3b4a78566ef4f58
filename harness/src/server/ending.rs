//! How a server ends: first nobody new is let in, then everything ends.

use tokio::sync::{mpsc, watch};

/// What everything that runs on a server's thread knows of the server's end.
#[derive(Clone)]
pub(crate) struct Ending {
    /// Turns true when nobody new is let in.
    pub(crate) closing: watch::Receiver<bool>,
    /// Turns true when every session ends.
    pub(crate) end: watch::Receiver<bool>,
    /// Held by what must end before the runtime may.
    _alive: mpsc::Sender<()>,
}

/// Tells a server to end.
#[derive(Debug)]
pub(super) struct Teller {
    closing: watch::Sender<bool>,
    end: watch::Sender<bool>,
}

/// The two sides, and what ends when every clone of the second has gone.
pub(super) fn ending() -> (Teller, Ending, mpsc::Receiver<()>) {
    let (closing, closing_seen) = watch::channel(false);
    let (end, end_seen) = watch::channel(false);
    let (alive, gone) = mpsc::channel(1);
    let ending = Ending {
        closing: closing_seen,
        end: end_seen,
        _alive: alive,
    };
    (Teller { closing, end }, ending, gone)
}

impl Teller {
    /// Lets nobody new in. A thread that is gone already needs no word.
    pub(super) fn close(&self) {
        let _ = self.closing.send(true);
    }

    /// Ends every session.
    pub(super) fn end(&self) {
        let _ = self.end.send(true);
    }
}

impl Ending {
    /// Ready when nobody new is let in.
    pub(crate) async fn closing(&mut self) {
        let _ = self.closing.wait_for(|closing| *closing).await;
    }

    /// Ready when every session ends.
    pub(crate) async fn end(&mut self) {
        let _ = self.end.wait_for(|end| *end).await;
    }
}
