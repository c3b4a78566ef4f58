//! One of the two connections of a session: octets in clear or inside TLS, in both directions at
//! once, never more than a buffer of them.

use std::cell::RefCell;
use std::io::{self, BufRead as _, Write as _};
use std::pin::Pin;
use std::task::{Context, Waker};

use rustls::AlertDescription;
use tokio::io::AsyncWrite as _;
use tokio::net::TcpStream;

use super::ledger::{Recorder, Side};
use crate::report::{Alert, Ended, What};

/// One of the two connections.
pub(super) struct Connection {
    stream: TcpStream,
    side: Side,
    tls: Option<Box<rustls::Connection>>,
    /// What came and was not taken; what is inside TLS once TLS was opened.
    pub(super) received: Vec<u8>,
    /// How much of that was passed on before it was understood.
    pub(super) passed: usize,
    outgoing: Vec<u8>,
    /// How much of that has gone.
    gone: usize,
    pub(super) hears: Hears,
    says: Says,
    buffer: usize,
}

/// What can still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hears {
    More,
    /// The other end said FIN, inside TLS perhaps with close_notify before.
    Closed {
        close_notify: bool,
    },
    /// The other end said RST, or is gone.
    Reset,
    /// TLS broke.
    TlsBroke,
}

/// What can still go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    More,
    /// FIN, once what waits has gone.
    Closing,
    Closed,
}

thread_local! {
    /// Where every connection of this thread reads to.
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; 16 * 1024].into());
}

impl Connection {
    pub(super) fn new(stream: TcpStream, side: Side, buffer: usize) -> Self {
        // What waits for Nagle costs 40 ms; a failure to say so costs nothing else.
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            side,
            tls: None,
            received: Vec::new(),
            passed: 0,
            outgoing: Vec::new(),
            gone: 0,
            hears: Hears::More,
            says: Says::More,
            buffer,
        }
    }

    /// Nothing more comes, and all that came was taken.
    pub(super) fn is_drained(&self) -> bool {
        self.hears != Hears::More && self.received.is_empty()
    }

    /// Nothing more goes, and all that should has gone.
    pub(super) fn is_done_saying(&self) -> bool {
        self.says == Says::Closed
    }

    /// Whether more may be put in line: the peer reads as fast as it is written to.
    pub(super) fn has_room(&self) -> bool {
        self.waiting().len() < self.buffer
    }

    /// The buffer is full, and nothing more is read.
    pub(super) fn is_full(&self) -> bool {
        self.received.len() >= self.buffer
    }

    /// Everything that was put in line has gone.
    pub(super) fn has_nothing_waiting(&self) -> bool {
        self.waiting().is_empty()
    }

    fn waiting(&self) -> &[u8] {
        &self.outgoing[self.gone..]
    }

    fn wants_to_read(&self) -> bool {
        self.hears == Hears::More && !self.is_full()
    }

    fn wants_to_write(&self) -> bool {
        self.says != Says::Closed && !self.waiting().is_empty()
    }

    /// Whether something can be read or written, of what there is to read or write; if not, the
    /// task is woken when it can.
    pub(super) fn poll_ready(&self, context: &mut Context<'_>) -> bool {
        let read = self.wants_to_read() && self.stream.poll_read_ready(context).is_ready();
        let write = self.wants_to_write() && self.stream.poll_write_ready(context).is_ready();
        read || write
    }

    /// Reads what there is, up to a full buffer. Says whether anything came.
    pub(super) fn read(&mut self, recorder: &Recorder) -> bool {
        let mut moved = false;
        while self.wants_to_read() {
            let read = SCRATCH.with_borrow_mut(|scratch| {
                let read = self.stream.try_read(scratch);
                if let Ok(count @ 1..) = read {
                    match self.tls {
                        Some(_) => self.decrypt(&scratch[..count], recorder),
                        None => self.received.extend_from_slice(&scratch[..count]),
                    }
                }
                read
            });
            match read {
                Ok(0) => self.hear_end(
                    Hears::Closed {
                        close_notify: false,
                    },
                    recorder,
                ),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => self.hear_end(Hears::Reset, recorder),
            }
            moved = true;
        }
        moved
    }

    fn hear_end(&mut self, hears: Hears, recorder: &Recorder) {
        if self.hears == Hears::More {
            self.hears = hears;
        }
        let how = match (self.side, self.hears) {
            (_, Hears::TlsBroke) => Ended::ByTls,
            (Side::Client, Hears::Reset) => Ended::ByClientReset,
            (Side::Client, _) => Ended::ByClient,
            (Side::Server, Hears::Reset) => Ended::ByServerReset,
            (Side::Server, _) => Ended::ByServer,
        };
        recorder.ended(self.side, how);
    }

    /// Puts octets in line.
    pub(super) fn send(&mut self, octets: &[u8]) {
        if self.says != Says::More {
            return;
        }
        match &mut self.tls {
            Some(tls) => {
                let _ = tls.writer().write_all(octets);
                self.take_records();
            }
            None => self.outgoing.extend_from_slice(octets),
        }
    }

    /// Opens TLS; what was received is its beginning.
    pub(super) fn start_tls(&mut self, tls: rustls::Connection, recorder: &Recorder) {
        let mut tls = Box::new(tls);
        // What waits is bounded by `has_room`.
        tls.set_buffer_limit(None);
        self.tls = Some(tls);
        self.passed = 0;
        let beginning = std::mem::take(&mut self.received);
        self.take_records();
        self.decrypt(&beginning, recorder);
    }

    pub(super) fn tls(&self) -> Option<&rustls::Connection> {
        self.tls.as_deref()
    }

    pub(super) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    fn take_records(&mut self) {
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() && tls.write_tls(&mut self.outgoing).is_ok() {}
        }
    }

    fn decrypt(&mut self, mut records: &[u8], recorder: &Recorder) {
        while let (Some(tls), false) = (&mut self.tls, records.is_empty()) {
            let taken = tls.read_tls(&mut records).unwrap_or(0);
            let state = tls.process_new_packets();
            while let Ok(plaintext @ [_, ..]) = tls.reader().fill_buf() {
                let count = plaintext.len();
                self.received.extend_from_slice(plaintext);
                tls.reader().consume(count);
            }
            match state {
                Err(error) => {
                    self.tls_broke(&error, recorder);
                    break;
                }
                Ok(state) if state.peer_has_closed() => {
                    self.hear_end(Hears::Closed { close_notify: true }, recorder);
                    break;
                }
                Ok(_) if taken == 0 => break,
                Ok(_) => {}
            }
        }
        self.take_records();
    }

    fn tls_broke(&mut self, error: &rustls::Error, recorder: &Recorder) {
        match error {
            // Good-bye in mid-handshake (RFC 8446 §6.1) says nothing of what is wrong.
            rustls::Error::AlertReceived(
                AlertDescription::CloseNotify | AlertDescription::UserCanceled,
            ) => {}
            rustls::Error::AlertReceived(alert) => {
                let alert = Alert(u8::from(*alert));
                recorder.leg(self.side, |leg| leg.alert = Some(alert));
                recorder.record(
                    self.side,
                    match self.side {
                        Side::Client => What::AlertFromClient(alert),
                        Side::Server => What::AlertFromServer(alert),
                    },
                );
            }
            _ => recorder.record(self.side, What::TlsFailed(error.to_string())),
        }
        self.hear_end(Hears::TlsBroke, recorder);
    }

    /// Writes what waits, as far as the peer takes it. Says whether anything went.
    pub(super) fn flush(&mut self, recorder: &Recorder) -> bool {
        let mut moved = false;
        while self.wants_to_write() {
            match self.stream.try_write(&self.outgoing[self.gone..]) {
                Ok(count) => {
                    self.gone += count;
                    moved = true;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return moved,
                Err(_) => {
                    self.hear_end(Hears::Reset, recorder);
                    self.hears = Hears::Reset;
                    self.says = Says::Closed;
                }
            }
        }
        self.outgoing.clear();
        self.gone = 0;
        if self.says == Says::Closing {
            self.says = Says::Closed;
            // For TCP this never waits.
            let mut context = Context::from_waker(Waker::noop());
            let _ = Pin::new(&mut self.stream).poll_shutdown(&mut context);
            moved = true;
        }
        moved
    }

    /// FIN, behind what waits; inside TLS with close_notify if that is wanted.
    pub(super) fn close(&mut self, close_notify: bool) {
        if self.says != Says::More {
            return;
        }
        if let (Some(tls), true) = (&mut self.tls, close_notify)
            && !tls.is_handshaking()
        {
            tls.send_close_notify();
        }
        self.take_records();
        self.says = Says::Closing;
    }

    /// RST, when it is dropped.
    pub(super) fn reset(&mut self) {
        // Without lingering, the close that follows when `self` is dropped sends RST.
        let _ = self.stream.set_zero_linger();
        self.says = Says::Closed;
    }
}
