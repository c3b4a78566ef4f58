//! A server's own thread, with a runtime of its own.

use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use super::ending::{Teller, ending};
use super::listener::{self, Door};
use crate::error::Error;

/// The thread, and how it is told to end.
#[derive(Debug)]
pub(crate) struct Thread {
    teller: Teller,
    /// Everybody who waited was let in. The lock is never waited for; it lets threads share a
    /// server.
    closed: Mutex<mpsc::Receiver<()>>,
    handle: JoinHandle<()>,
}

impl Thread {
    /// Opens these doors on a new thread, and does this in its runtime first.
    pub(crate) fn spawn(
        doors: Vec<Door>,
        first: impl FnOnce() + Send + 'static,
    ) -> Result<Self, Error> {
        // Sessions live on the heap; the thread itself needs little.
        const STACK: usize = 512 * 1024;
        let (teller, mut ending, mut gone) = ending();
        // A channel of std: a test's own runtime forbids tokio's to block.
        let (closed_tell, closed) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(no_thread)?;
        let serve = async move {
            first();
            let tasks: Vec<_> = doors
                .into_iter()
                .map(|door| tokio::spawn(listener::accept(door, ending.clone())))
                .collect();
            for task in tasks {
                // An accept loop that failed has let in everybody it could.
                let _ = task.await;
            }
            let _ = closed_tell.send(());
            ending.end().await;
            drop(ending);
            // Scripts have threads of their own, which need the runtime to the last.
            let _ = gone.recv().await;
        };
        let handle = std::thread::Builder::new()
            .name("mailfault".to_owned())
            .stack_size(STACK)
            // The runtime lives and dies on this thread; its death ends every session.
            .spawn(move || runtime.block_on(serve))
            .map_err(no_thread)?;
        Ok(Self {
            teller,
            closed: Mutex::new(closed),
            handle,
        })
    }

    /// Lets nobody new in, waits until it is quiet, and ends what is left.
    pub(crate) fn end<T>(self, wait_until_quiet: impl FnOnce() -> T) {
        self.teller.close();
        let closed = self.closed.into_inner();
        let _ = closed.unwrap_or_else(PoisonError::into_inner).recv();
        wait_until_quiet();
        self.teller.end();
        let _ = self.handle.join();
    }
}

pub(crate) fn no_thread(error: impl std::fmt::Display) -> Error {
    Error::CannotListen {
        address: "loopback".to_owned(),
        why: error.to_string(),
        taken: false,
    }
}
