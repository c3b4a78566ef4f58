//! The bytes of one connection, in clear or inside TLS, recorded.
//!
//! Everything is recorded before the peer can see its effect. Waiting is bounded by the limits
//! of the server, and an idle connection owns no buffer: octets are read into one that all
//! connections of a thread share.

use std::cell::RefCell;
use std::io;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

pub(crate) use client_hello::Progress;
pub(crate) use engine::Engine;
pub(crate) use flight::Flight;
#[cfg(feature = "legacy-tls")]
pub(crate) use openssl::OpenSsl;

use crate::first::first;
use crate::persona::Limits;
use crate::report::{Ended, What};
use crate::server::Recorder;

mod client_hello;
mod engine;
mod flight;
pub(crate) mod forged;
#[cfg(feature = "legacy-tls")]
mod openssl;
mod pace;
pub(crate) mod records;
pub(crate) mod sealed;
mod tls;

/// One connection.
pub(crate) struct Wire {
    stream: TcpStream,
    tls: Option<Engine>,
    /// What was received and not yet taken: plaintext, or TLS records before TLS has begun.
    received: Vec<u8>,
    /// Plaintext that waits to go out with the next [`flush`](Self::flush).
    waiting: Vec<u8>,
    /// TLS records that wait to go out.
    records: Vec<u8>,
    /// How much goes out at a time, and the wait before each piece.
    drip: Option<(usize, Duration)>,
    /// What becomes of the server's part of the handshake, while there is one.
    flight: Option<Flight>,
    /// How fast it is read, and how much may cross.
    pace: pace::Pace,
    /// TLS broke; nothing more is decrypted.
    broken: bool,
    /// TLS says nothing more: a fault has ended it for the client.
    muted: bool,
    /// The connection ends without close_notify.
    no_close_notify: bool,
    pub(crate) recorder: Recorder,
    idle: Duration,
    until: Instant,
    /// Turns true when the server lets nobody new in.
    closing: watch::Receiver<bool>,
}

/// A line as it came.
pub(crate) struct Line {
    /// With its line end; cut if it was too long.
    pub(crate) raw: Vec<u8>,
    pub(crate) too_long: bool,
}

/// A connection can go on no longer.
pub(crate) type Lost = Ended;

/// An idle session keeps no buffer that is larger: commands and most replies fit, a handshake
/// does not.
const KEPT: usize = 512;

thread_local! {
    /// Where every connection of this thread reads to.
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; 64 * 1024].into());
}

impl Wire {
    pub(crate) fn new(
        stream: TcpStream,
        recorder: Recorder,
        limits: &Limits,
        closing: watch::Receiver<bool>,
    ) -> Self {
        // A reply that waits for Nagle costs 40 ms; a failure to say so costs nothing else.
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            tls: None,
            received: Vec::new(),
            waiting: Vec::new(),
            records: Vec::new(),
            drip: None,
            flight: None,
            pace: pace::Pace::default(),
            broken: false,
            muted: false,
            no_close_notify: false,
            recorder,
            idle: limits.idle,
            until: Instant::now() + limits.session,
            closing,
        }
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether the client has sent more than was taken so far.
    pub(crate) fn has_more(&self) -> bool {
        !self.received.is_empty()
    }

    /// Throws away what was received and not taken; says how much it was.
    pub(crate) fn discard_received(&mut self) -> usize {
        std::mem::take(&mut self.received).len()
    }

    /// What was received and not taken.
    pub(crate) fn received(&self) -> &[u8] {
        &self.received
    }

    /// Takes what was received and not taken.
    pub(crate) fn take_received(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.received)
    }

    /// Puts octets in front of what was received.
    pub(crate) fn put_back(&mut self, octets: Vec<u8>) {
        self.received.splice(..0, octets);
    }

    /// Puts bytes in line; they go out when the client's next line is awaited, or with
    /// [`flush`](Self::flush). One write for a batch of replies.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.recorder.record(What::Server(bytes.to_vec()));
        self.waiting.extend_from_slice(bytes);
    }

    /// The same for TLS records written by hand, which are told in words.
    pub(crate) fn send_unrecorded(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// Sends what follows in pieces, each after a wait; `None` ends that.
    pub(crate) async fn set_drip(&mut self, drip: Option<(usize, Duration)>) -> Result<(), Lost> {
        if self.drip != drip {
            self.flush().await?;
            self.drip = drip;
        }
        Ok(())
    }

    /// Reads the next line. A longer one than `limit` is thrown away up to its end.
    pub(crate) async fn line(&mut self, limit: usize) -> Result<Line, Lost> {
        let mut looked_at = 0;
        let mut too_long = None;
        loop {
            let found = memchr::memchr(b'\n', &self.received[looked_at..]);
            if let Some(end) = found.map(|at| looked_at + at + 1) {
                let fits = end <= limit && too_long.is_none();
                let raw = match too_long.take() {
                    Some(beginning) => beginning,
                    None => self.received[..end.min(limit)].to_vec(),
                };
                self.consume(end);
                self.recorder.record(What::Client(raw.clone()));
                return Ok(Line {
                    raw,
                    too_long: !fits,
                });
            }
            looked_at = self.received.len();
            if looked_at > limit {
                // Bounded memory: of a line without an end only the beginning is kept.
                too_long.get_or_insert_with(|| self.received[..limit].to_vec());
                self.received.clear();
                looked_at = 0;
            }
            self.fill().await?;
        }
    }

    /// Some of what the client sends, at most `most` octets, as it comes.
    pub(crate) async fn some(&mut self, most: usize) -> Result<&[u8], Lost> {
        if self.received.is_empty() {
            self.fill().await?;
        }
        Ok(&self.received[..self.received.len().min(most)])
    }

    /// Takes octets that [`some`](Self::some) has shown.
    pub(crate) fn consume(&mut self, count: usize) {
        if count == self.received.len() {
            match self.received.capacity() > KEPT {
                true => self.received = Vec::new(),
                false => self.received.clear(),
            }
        } else {
            self.received.drain(..count);
        }
    }

    /// Reads up to the end of a ClientHello, which stays in line for TLS.
    pub(crate) async fn client_hello(&mut self) -> Result<Progress, Lost> {
        loop {
            match client_hello::read(&self.received) {
                Progress::Partial => self.fill().await?,
                progress => return Ok(progress),
            }
        }
    }

    /// Sends everything that waits.
    pub(crate) async fn flush(&mut self) -> Result<(), Lost> {
        if let Some(tls) = &mut self.tls {
            if !self.waiting.is_empty() {
                if self.drip.is_some() {
                    return self.drip_tls().await;
                }
                tls.write(&self.waiting);
                self.waiting.clear();
            }
            tls.take_records(&mut self.records);
        } else if !self.waiting.is_empty() {
            std::mem::swap(&mut self.records, &mut self.waiting);
        }
        if self.muted {
            self.records.clear();
        }
        let records = std::mem::take(&mut self.records);
        if self.flight.is_some() && !records.is_empty() {
            return self.fly(records).await;
        }
        if !records.is_empty() {
            self.write(&records).await?;
        }
        // Kept for the next reply, unless it has grown.
        if records.capacity() <= KEPT {
            self.records = records;
            self.records.clear();
        }
        Ok(())
    }

    /// Ends the connection in good order: everything that waits goes out, then FIN, and what the
    /// client still sends is read, so that the operating system does not reset the connection
    /// under the last reply.
    pub(crate) async fn close(&mut self) {
        if self.pace.is_spent() {
            self.fall_silent();
        }
        if let (Some(tls), false) = (&mut self.tls, self.broken) {
            tls.write(&self.waiting);
            self.waiting.clear();
            // Before the handshake is done there is nothing to close.
            if !self.no_close_notify && !self.muted && !tls.is_handshaking() {
                tls.send_close_notify();
            }
        }
        if self.flush().await.is_err() || self.stream.shutdown().await.is_err() {
            return;
        }
        self.drain().await;
    }

    /// Ends the connection with a TCP reset.
    pub(crate) fn reset(&mut self) {
        // Without lingering, the close that follows when `self` is dropped sends RST.
        let _ = self.stream.set_zero_linger();
    }

    /// Says nothing and reads on until the client leaves.
    pub(crate) async fn stall(&mut self) -> Lost {
        loop {
            self.received.clear();
            match self.read(self.until).await {
                Ok(()) => self.note_alert(),
                Err(Ended::Idle) => return Ended::TooLong,
                Err(lost) => return lost,
            }
        }
    }

    /// The next line that the client sends to a server that says nothing; an error when it has
    /// left.
    pub(crate) async fn overhear(&mut self, limit: usize) -> Result<Vec<u8>, Lost> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.received) {
                let line = self.received[..=end].to_vec();
                self.consume(line.len());
                self.recorder.record(What::Client(line.clone()));
                return Ok(line);
            }
            if self.received.len() > limit {
                self.received.clear();
            }
            match self.read(self.until).await {
                Ok(()) => {}
                Err(Ended::Idle) => return Err(Ended::TooLong),
                Err(lost) => return Err(lost),
            }
        }
    }

    /// Waits, unless the client leaves or the session's time is over before that.
    pub(crate) async fn wait(&mut self, wait: Duration) -> Result<(), Lost> {
        self.flush().await?;
        let end = Instant::now() + wait;
        loop {
            // What comes meanwhile stays in line, as far as a client sends ahead of replies.
            const AHEAD: usize = 1024 * 1024;
            if self.received.len() > AHEAD {
                tokio::time::sleep_until(end.min(self.until).into()).await;
            } else if let Err(lost) = self.read(end.min(self.until)).await
                && lost != Ended::Idle
            {
                return Err(lost);
            }
            if Instant::now() >= self.until {
                return Err(Ended::TooLong);
            }
            if Instant::now() >= end {
                return Ok(());
            }
        }
    }

    /// Reads more, after everything that waits was sent.
    async fn fill(&mut self) -> Result<(), Lost> {
        self.flush().await?;
        let idle_until = Instant::now() + self.idle;
        match self.read(idle_until.min(self.until)).await {
            Err(Ended::Idle) if Instant::now() >= self.until => Err(Ended::TooLong),
            done => done,
        }
    }

    /// Reads once; [`Ended::Idle`] if nothing came until then.
    async fn read(&mut self, until: Instant) -> Result<(), Lost> {
        let most = self.pace_reading(until).await?;
        let left = until.saturating_duration_since(Instant::now());
        loop {
            match timeout(left, self.stream.readable()).await {
                Err(_) => return Err(Ended::Idle),
                Ok(Err(_)) => return Err(Ended::ByClientReset),
                Ok(Ok(())) => {}
            }
            let read = SCRATCH.with_borrow_mut(|scratch| {
                let most = most.min(scratch.len());
                let count = match self.stream.try_read(&mut scratch[..most]) {
                    Ok(0) => return Err(Ended::ByClient),
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                    Err(_) => return Err(Ended::ByClientReset),
                };
                self.pace.has_read(count);
                match self.tls {
                    Some(_) => self.decrypt(&scratch[..count])?,
                    None => self.received.extend_from_slice(&scratch[..count]),
                }
                Ok(true)
            })?;
            if read {
                return Ok(());
            }
        }
    }

    /// Sends what waits in pieces, each a TLS record of its own.
    async fn drip_tls(&mut self) -> Result<(), Lost> {
        let Some((octets, every)) = self.drip.take() else {
            return Ok(());
        };
        let waiting = std::mem::take(&mut self.waiting);
        for piece in waiting.chunks(octets) {
            Box::pin(self.wait(every)).await?;
            self.waiting.extend_from_slice(piece);
            Box::pin(self.flush()).await?;
        }
        self.drip = Some((octets, every));
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        let (octets, every) = match (self.drip, self.is_tls()) {
            (Some(drip), false) => drip,
            _ => (bytes.len(), Duration::ZERO),
        };
        for piece in bytes.chunks(octets) {
            if self.drip.is_some() && !self.is_tls() {
                let drip = self.drip.take();
                Box::pin(self.wait(every)).await?;
                self.drip = drip;
            }
            let left = self.until.saturating_duration_since(Instant::now());
            let allowed = self.pace.allowed(piece);
            match timeout(left.min(self.idle), self.stream.write_all(allowed)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(Ended::ByClientReset),
                Err(_) if Instant::now() >= self.until => return Err(Ended::TooLong),
                Err(_) => return Err(Ended::Idle),
            }
            if allowed.len() < piece.len() {
                return Err(Ended::ByServer);
            }
        }
        Ok(())
    }

    /// Reads what the client still sends, its last alert among it, for a short while; when the
    /// server is being ended, only what is there already.
    async fn drain(&mut self) {
        const PATIENCE: Duration = Duration::from_secs(1);
        const MOST: usize = 64;
        const MOST_IN_CLEAR: usize = 64 * 1024;
        let until = Instant::now() + PATIENCE;
        let mut closing = self.closing.clone();
        let mut in_clear = Vec::new();
        for _ in 0..MOST {
            self.received.clear();
            let read = {
                let read = std::pin::pin!(self.read(until));
                let closing = std::pin::pin!(closing.wait_for(|closing| *closing));
                first(read, closing).await
            };
            let read = match read {
                Some(read) => read,
                None => {
                    // The runtime looks at its sockets meanwhile.
                    tokio::task::yield_now().await;
                    self.read(Instant::now()).await
                }
            };
            // Where the server never began TLS, or answered with records by hand, the client's alert
            // comes in clear, perhaps in pieces.
            if self.tls.is_none() && in_clear.len() <= MOST_IN_CLEAR {
                in_clear.extend_from_slice(&self.received);
                if let Some(alert) = records::alert_in(&in_clear) {
                    self.recorder.alert_from_client(alert);
                    in_clear.clear();
                }
            }
            if read.is_err() {
                return;
            }
        }
    }
}
