//! A conversation written by hand, for what no fault describes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use mailfault_certs::Identity;
use tokio::runtime::Handle;

use super::tls::{Serving, Tls, TlsWish};
use super::{Ending, House};
use crate::first::first;
use crate::report::Ended;
use crate::smtp::read_content;
use crate::wire::{Lost, Wire};

/// What holds every session of a server by script.
pub(crate) type Session = Arc<dyn Fn(&mut Script) + Send + Sync>;

/// The server's side of one session, line by line, in a function that blocks.
///
/// ```
/// use mailfault::MockServer;
///
/// let server = MockServer::script(|wire| {
///     wire.reply("220 mx.test");
///     wire.expect("EHLO");
///     wire.send(b"250-mx.test\r\n250 STARTTLS\n"); // a bare LF
/// });
/// # std::net::TcpStream::connect(server.addr()).unwrap();
/// # server.stop();
/// ```
///
/// When the function returns, the connection is closed. When the client has left, sending does
/// nothing and reading gives `None`. A panic in the function, as of a failed
/// [`expect`](Self::expect), is told by [`MockServer::finish`](crate::MockServer::finish).
pub struct Script {
    wire: Wire,
    runtime: Handle,
    ending: Ending,
    ended: Option<Ended>,
}

/// Holds one session on a thread of its own. It must be called in the server's runtime.
pub(super) fn begin(house: &Arc<House>, session: Session, wire: Wire, ending: Ending) {
    let (house, runtime) = (Arc::clone(house), Handle::current());
    tokio::task::spawn_blocking(move || {
        let mut script = Script {
            wire,
            runtime,
            ending,
            ended: None,
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| session(&mut script))) {
            let number = script.wire.recorder.number();
            let text = format!(
                "the script panicked in session {number}: {}",
                text_of(&*panic)
            );
            script.wire.recorder.note(text.clone());
            house.ledger.state().panics.push(text);
        }
        script.finish();
    });
}

impl Script {
    /// Sends a line; its end is added.
    pub fn reply(&mut self, line: &str) {
        self.send(format!("{line}\r\n").as_bytes());
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        self.wire.send(bytes);
        self.drive(async |wire| wire.flush().await);
    }

    /// The client's next line, without its end; `None` if the client has left.
    pub fn line(&mut self) -> Option<String> {
        const LIMIT: usize = 64 * 1024;
        let line = self.drive(async |wire| wire.line(LIMIT).await)?;
        let text = String::from_utf8_lossy(&line.raw);
        Some(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// The client's next line, which must begin with this text, in any case.
    ///
    /// # Panics
    ///
    /// If it begins otherwise, or the client has left.
    #[track_caller]
    pub fn expect(&mut self, beginning: &str) -> String {
        match self.line() {
            Some(line) if starts_with(&line, beginning) => line,
            Some(line) => panic!("expected `{beginning}`, and the client said `{line}`"),
            None => panic!("expected `{beginning}`, and the client has left"),
        }
    }

    /// The content behind DATA, dots unstuffed; `None` if the client has left before its end.
    pub fn content(&mut self) -> Option<Vec<u8>> {
        self.drive(async |wire| read_content(wire).await)
    }

    /// Does the server's side of a TLS handshake; says whether it was completed.
    ///
    /// # Panics
    ///
    /// If the identity's key cannot be used.
    pub fn start_tls(&mut self, identity: &Identity) -> bool {
        let tls = Tls::new(
            &TlsWish::default(),
            identity,
            &std::collections::BTreeMap::new(),
        );
        let connection = match tls.and_then(|tls| tls.connection(Serving::Right, None, &[])) {
            Ok(connection) => connection,
            Err(error) => panic!("{error}"),
        };
        self.drive(async |wire| wire.start_tls(connection, None).await)
            .is_some()
    }

    /// Waits, unless the client leaves before that.
    pub fn wait(&mut self, wait: Duration) {
        self.drive(async |wire| wire.wait(wait).await);
    }

    /// Ends the connection with a TCP reset.
    pub fn reset(&mut self) {
        self.wire.reset();
        self.ended.get_or_insert(Ended::ByServerReset);
    }

    /// Does something on the wire unless it is over, or the server ends meanwhile.
    fn drive<T>(&mut self, act: impl AsyncFnOnce(&mut Wire) -> Result<T, Lost>) -> Option<T> {
        if self.ended.is_some() {
            return None;
        }
        let Self {
            wire,
            runtime,
            ending,
            ..
        } = self;
        let done = runtime.block_on(async {
            let act = std::pin::pin!(act(wire));
            let end = std::pin::pin!(ending.end());
            first(act, end).await
        });
        match done {
            Some(Ok(value)) => Some(value),
            // With the server its sockets end too, whichever is seen first.
            Some(Err(lost)) if !*self.ending.end.borrow() => {
                self.ended = Some(lost);
                None
            }
            _ => {
                self.ended = Some(Ended::StillOpen);
                None
            }
        }
    }

    fn finish(mut self) {
        let how = self.ended.unwrap_or(Ended::ByServer);
        self.wire.recorder.ended(how);
        if self.ended.is_none() {
            self.drive(async |wire| {
                wire.close().await;
                Ok(())
            });
        }
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

fn starts_with(line: &str, beginning: &str) -> bool {
    let start = line.get(..beginning.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "no text".to_owned())
}
