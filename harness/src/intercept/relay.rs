//! One session: what each side says goes to the other, as the rules want it.
//!
//! One task holds both connections. It reads what there is, lets through what may pass, writes what
//! can be written, and waits for more; a buffer that is full stops the reading from the side that
//! fills it, and nothing else. Nothing here waits but [`Relay::wait`].

use std::collections::VecDeque;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout, timeout_at};

use super::connection::{Connection, Hears};
use super::headers::Envelope;
use super::ledger::{Recorder, Side};
use super::report::Change;
use super::rules::{Rules, Shown};
use super::tampering::Break;
use crate::fault::Stage;
use crate::report::{Ended, What};
use crate::smtp::Dots;

/// One session.
pub(super) struct Relay {
    pub(super) rules: Arc<Rules>,
    pub(super) client_address: SocketAddr,
    pub(super) client: Connection,
    pub(super) server: Connection,
    pub(super) recorder: Recorder,
    pub(super) phase: Phase,
    /// The replies that are due, in order.
    pub(super) expected: VecDeque<Expected>,
    pub(super) envelope: Envelope,
    /// How many messages have begun.
    pub(super) messages: u64,
    /// Octets of the content that is under way.
    pub(super) content: u64,
    /// What the client called itself.
    pub(super) client_name: String,
    /// Whether the server's last EHLO reply listed STARTTLS.
    pub(super) server_offers_tls: bool,
    pub(super) started: SystemTime,
    /// Nothing is changed, so that nothing has to be understood before it passes.
    pub(super) transparent: bool,
    /// How much of what the server said is known to hold no end of a reply.
    pub(super) looked_at: usize,
    /// Until when a word is held back.
    release: Option<Instant>,
    pub(super) finish: Option<Finish>,
    until: Instant,
}

/// What the client's next octets are.
#[derive(Debug)]
pub(super) enum Phase {
    /// The answer to a challenge of AUTH, which is no command.
    Challenge,
    /// A BDAT chunk with so many octets left.
    Chunk(u64),
    /// Commands.
    Commands,
    /// Content behind DATA.
    Content(Dots),
    /// Nobody's business: TLS that is not opened, or no SMTP at all.
    Opaque { held_back: bool },
    /// Known when the reply that is due has come.
    Held,
    /// A ClientHello, which will not be answered as it should.
    ToBeBroken(Vec<u8>),
    /// A ClientHello, for this certificate.
    Handshake(Handshake),
    /// Thrown away while the box shakes hands with the server; then this reply is due.
    ServerHandshake(Vec<u8>),
}

/// A handshake with the client, and whether it has begun.
pub(super) struct Handshake {
    pub(super) shown: Arc<Shown>,
    pub(super) began: bool,
}

impl std::fmt::Debug for Handshake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handshake")
            .field("began", &self.began)
            .finish_non_exhaustive()
    }
}

/// A reply that is due.
#[derive(Debug)]
pub(super) enum Expected {
    /// From the box itself.
    Own {
        reply: Vec<u8>,
        stage: Stage,
        opens_tls: bool,
    },
    /// From the server.
    Server(Stage),
}

/// How a session ends by the box's will, once what waits has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    Close,
    Reset,
}

/// More commands than anybody sends ahead; beyond it they wait.
pub(super) const MOST_EXPECTED: usize = 4_096;

impl Relay {
    /// Holds a session from the accepted connection to its end.
    pub(super) async fn hold(
        rules: Arc<Rules>,
        client: TcpStream,
        client_address: SocketAddr,
        server_address: SocketAddr,
        recorder: Recorder,
    ) {
        let bounds = &rules.bounds;
        let until = Instant::now() + bounds.session;
        if let Some(wait) = rules.delay(Stage::Connect) {
            recorder.changed(Change::Delayed {
                at: Stage::Connect,
                wait,
            });
            sleep_until((Instant::now() + wait).min(until).into()).await;
        }
        let connected = timeout(bounds.connect, TcpStream::connect(server_address)).await;
        let server = match connected {
            Ok(Ok(server)) => server,
            failed => {
                let why = match failed {
                    Ok(Err(error)) => error.to_string(),
                    _ => format!("no answer within {:?}", bounds.connect),
                };
                recorder.note_both(&format!("the server cannot be reached: {why}"));
                for side in Side::BOTH {
                    recorder.ended(side, Ended::ByServerReset);
                }
                recorder.tell_ends();
                // As the client would have seen it without the box.
                let _ = client.set_zero_linger();
                return;
            }
        };
        let peer = server_address;
        recorder.record(
            Side::Server,
            What::Connected {
                peer,
                implicit_tls: false,
            },
        );
        let buffer = bounds.buffer.max(bounds.line).max(bounds.reply);
        let relay = Self {
            client_address,
            client: Connection::new(client, Side::Client, buffer),
            server: Connection::new(server, Side::Server, buffer),
            recorder,
            phase: Phase::Commands,
            expected: VecDeque::from([Expected::Server(Stage::Greeting)]),
            envelope: Envelope::default(),
            messages: 0,
            content: 0,
            client_name: String::new(),
            server_offers_tls: false,
            started: rules.clock.now(),
            transparent: rules.are_none(),
            looked_at: 0,
            release: None,
            finish: None,
            until,
            rules,
        };
        relay.run().await;
    }

    async fn run(mut self) {
        let mut idle_until = Instant::now() + self.rules.bounds.idle;
        while !self.is_over() {
            let mut moved = self.client.read(&self.recorder) | self.server.read(&self.recorder);
            while self.step() {
                moved = true;
            }
            moved |= self.client.flush(&self.recorder) | self.server.flush(&self.recorder);
            if moved {
                idle_until = Instant::now() + self.rules.bounds.idle;
                // What has gone may have made room for more; and others want their turn.
                tokio::task::yield_now().await;
                continue;
            }
            if let Err(ended) = self.wait(idle_until).await {
                for side in Side::BOTH {
                    self.recorder.ended(side, ended);
                }
                self.finish = Some(Finish::Close);
                self.client.close(true);
                self.server.close(true);
                self.client.flush(&self.recorder);
                self.server.flush(&self.recorder);
                break;
            }
        }
        self.end().await;
    }

    /// Waits until something can be read or written, or a word that was held back may go.
    async fn wait(&mut self, idle_until: Instant) -> Result<(), Ended> {
        let until = idle_until.min(self.until);
        let until = self
            .release
            .map_or(until, |release| release.min(self.until));
        let ready = poll_fn(|context| {
            // Both, or the second would not wake the task.
            let client = self.client.poll_ready(context);
            let server = self.server.poll_ready(context);
            match client || server {
                true => std::task::Poll::Ready(()),
                false => std::task::Poll::Pending,
            }
        });
        if timeout_at(until.into(), ready).await.is_ok() {
            return Ok(());
        }
        match self.release {
            _ if Instant::now() >= self.until => Err(Ended::TooLong),
            Some(_) => Ok(()),
            None => Err(Ended::Idle),
        }
    }

    /// Lets through what may pass now. Says whether anything did.
    fn step(&mut self) -> bool {
        if self.finish.is_some() {
            return false;
        }
        let moved = self.shake_hands() || self.hear_server() || self.hear_client();
        let moved = self.pass_early() || moved;
        self.pass_ends();
        moved
    }

    /// Where nothing is changed, what is not understood yet passes all the same.
    fn pass_early(&mut self) -> bool {
        if !self.transparent {
            return false;
        }
        let mut moved = false;
        for side in Side::BOTH {
            let (from, to) = self.pair(side);
            if to.has_room() && from.received.len() > from.passed {
                to.send(&from.received[from.passed..]);
                from.passed = from.received.len();
                moved = true;
            }
        }
        moved
    }

    /// Passes so many octets on as they are, those apart that have passed already.
    pub(super) fn forward(&mut self, from: Side, count: usize) {
        let (from, to) = self.pair(from);
        let early = from.passed.min(count);
        to.send(&from.received[early..count]);
        from.passed -= early;
        from.received.drain(..count);
    }

    fn pair(&mut self, from: Side) -> (&mut Connection, &mut Connection) {
        match from {
            Side::Client => (&mut self.client, &mut self.server),
            Side::Server => (&mut self.server, &mut self.client),
        }
    }

    /// When one side has said its last, and it has passed, the other hears so.
    fn pass_ends(&mut self) {
        let shakes_hands = matches!(self.phase, Phase::Handshake(_) | Phase::ServerHandshake(_));
        let own_is_due = matches!(self.expected.front(), Some(Expected::Own { .. }));
        for side in Side::BOTH {
            let waits = side == Side::Server && (own_is_due || shakes_hands);
            let (from, _) = self.pair(side);
            if !from.is_drained() || (waits && from.hears != Hears::Reset) {
                continue;
            }
            let close_notify = match from.hears {
                Hears::Closed { close_notify } => close_notify || !from.is_tls(),
                Hears::Reset => return self.finish(Finish::Reset),
                Hears::TlsBroke => return self.finish(Finish::Close),
                Hears::More => continue,
            };
            self.close(side.other(), close_notify);
        }
        if shakes_hands && self.client.hears != Hears::More {
            self.finish(Finish::Close);
        }
    }

    fn close(&mut self, side: Side, close_notify: bool) {
        let (connection, how) = match side {
            Side::Client => (&mut self.client, Ended::ByServer),
            Side::Server => (&mut self.server, Ended::ByClient),
        };
        self.recorder.ended(side, how);
        connection.close(close_notify);
    }

    /// Ends the session by the box's will.
    pub(super) fn finish(&mut self, how: Finish) {
        self.finish = Some(how);
        match how {
            Finish::Close => {
                for side in Side::BOTH {
                    self.close(side, true);
                }
            }
            Finish::Reset => {
                self.recorder.ended(Side::Client, Ended::ByServerReset);
                self.recorder.ended(Side::Server, Ended::ByClientReset);
            }
        }
    }

    fn is_over(&self) -> bool {
        let said_all = self.client.is_done_saying() && self.server.is_done_saying();
        match self.finish {
            Some(Finish::Close) => said_all,
            Some(Finish::Reset) => {
                self.client.has_nothing_waiting() || self.client.hears == Hears::Reset
            }
            None => said_all && self.client.is_drained() && self.server.is_drained(),
        }
    }

    async fn end(mut self) {
        self.release = None;
        self.recorder.tell_ends();
        if self.finish == Some(Finish::Reset) {
            self.client.reset();
            self.server.reset();
            return;
        }
        // What is still sent is read for a moment, so that the operating system does not reset the
        // connection under the last reply.
        const PATIENCE: Duration = Duration::from_secs(1);
        let until = Instant::now() + PATIENCE;
        while self.client.hears == Hears::More || self.server.hears == Hears::More {
            self.client.received.clear();
            self.server.received.clear();
            if self.wait(until).await.is_err() {
                break;
            }
            self.client.read(&self.recorder);
            self.server.read(&self.recorder);
        }
    }

    /// Whether the word at this stage is held back; when it may go, it must go at once.
    pub(super) fn holds_back(&mut self, stage: Stage) -> bool {
        let gone = self.client.hears != Hears::More;
        match (self.release, self.rules.delay(stage)) {
            (Some(release), _) if Instant::now() < release && !gone => true,
            (None, Some(wait)) if !gone => {
                self.recorder.changed(Change::Delayed { at: stage, wait });
                self.release = Some(Instant::now() + wait);
                true
            }
            _ => {
                self.release = None;
                false
            }
        }
    }

    /// From here on octets pass unread, in both directions.
    pub(super) fn go_opaque(&mut self, held_back: bool) {
        self.phase = Phase::Opaque { held_back };
        self.expected.clear();
    }

    /// Passes everything that came, and counts it.
    pub(super) fn pass_unread(&mut self, from: Side) -> bool {
        let (connection, to) = self.pair(from);
        let count = connection.received.len();
        if count == 0 || !to.has_room() {
            return false;
        }
        self.forward(from, count);
        for side in Side::BOTH {
            self.recorder.leg(side, |leg| match from {
                Side::Client => leg.opaque.from_client += count as u64,
                Side::Server => leg.opaque.from_server += count as u64,
            });
        }
        true
    }

    /// Says why, and ends.
    pub(super) fn give_up(&mut self, why: &str) {
        self.recorder.note_both(why);
        self.finish(Finish::Close);
    }

    /// Breaks the connection behind the `220` to STARTTLS, which is in line.
    pub(super) fn break_starttls(&mut self, how: &Break) {
        self.recorder.changed(Change::Broke(how.clone()));
        match how {
            Break::Garbage(octets) => self.phase = Phase::ToBeBroken(octets.clone()),
            Break::Close => self.finish(Finish::Close),
            Break::Reset => self.finish(Finish::Reset),
        }
    }
}
