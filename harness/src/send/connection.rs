//! A connection of the client: octets in clear or inside TLS, every wait bounded.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustls::ClientConnection;

use super::answer::{Answer, shown};

/// A connection of the client.
pub(crate) struct Connection {
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
    /// What was received and is part of no answer yet.
    received: Vec<u8>,
    time_out: Duration,
}

/// Why a connection can go on no longer.
#[derive(Debug)]
pub(crate) enum Broken {
    Closed,
    Failed(String),
    TimedOut(Duration),
    Tls(rustls::Error),
}

impl Connection {
    pub(crate) fn open(server: SocketAddr, time_out: Duration) -> Result<Self, Broken> {
        let broken = |error| Broken::of(&error, time_out);
        let stream = TcpStream::connect_timeout(&server, time_out).map_err(broken)?;
        // A failure to say so costs 40 ms now and then, and nothing else.
        let _ = stream.set_nodelay(true);
        stream.set_write_timeout(Some(time_out)).map_err(broken)?;
        Ok(Self {
            stream,
            tls: None,
            received: Vec::new(),
            time_out,
        })
    }

    /// The address that it has here.
    #[cfg(feature = "models")]
    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        self.stream.local_addr().ok()
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether the server has said more than it was asked for.
    pub(crate) fn has_more(&self) -> bool {
        !self.received.is_empty()
    }

    /// Begins TLS. What was received in clear until now is thrown away (RFC 3207 §4.2): whoever
    /// sits on the line could have sent it.
    pub(crate) fn start_tls(&mut self, tls: ClientConnection) -> Result<&ClientConnection, Broken> {
        self.received.clear();
        let until = Instant::now() + self.time_out;
        let tls = self.tls.insert(Box::new(tls));
        loop {
            flush(tls, &mut self.stream).map_err(|error| Broken::of(&error, self.time_out))?;
            if !tls.is_handshaking() {
                return Ok(tls);
            }
            read_tls(
                tls,
                &mut self.stream,
                until,
                self.time_out,
                &mut self.received,
            )?;
        }
    }

    /// Sends octets, in pieces that each must have gone in time.
    pub(crate) fn send(&mut self, octets: &[u8]) -> Result<(), Broken> {
        const PIECE: usize = 16 * 1024;
        for piece in octets.chunks(PIECE) {
            match &mut self.tls {
                None => self.stream.write_all(piece),
                Some(tls) => tls
                    .writer()
                    .write_all(piece)
                    .and_then(|()| flush(tls, &mut self.stream)),
            }
            .map_err(|error| Broken::of(&error, self.time_out))?;
        }
        Ok(())
    }

    /// The server's next answer, which must have come in full in time. If it does not, what came
    /// of it is in the text.
    pub(crate) fn answer(&mut self) -> Result<Answer, String> {
        self.next_answer()
            .map_err(|broken| match self.received.as_slice() {
                [] => broken.to_string(),
                begun => format!("{broken}, but for `{}`", shown(begun)),
            })
    }

    /// The same, for who wants to know how it broke; what came of an answer stays
    /// [here](Self::unanswered).
    pub(crate) fn next_answer(&mut self) -> Result<Answer, Broken> {
        let until = Instant::now() + self.time_out;
        loop {
            if let Some((answer, taken)) = Answer::read(&self.received) {
                self.received.drain(..taken);
                return Ok(answer);
            }
            self.fill(until)?;
        }
    }

    /// What was received and is no answer yet.
    #[cfg(feature = "judge")]
    pub(crate) fn unanswered(&self) -> &[u8] {
        &self.received
    }

    fn fill(&mut self, until: Instant) -> Result<(), Broken> {
        match &mut self.tls {
            Some(tls) => read_tls(
                tls,
                &mut self.stream,
                until,
                self.time_out,
                &mut self.received,
            ),
            None => {
                let mut octets = [0; 4 * 1024];
                let count = read(&mut self.stream, &mut octets, until, self.time_out)?;
                self.received.extend_from_slice(&octets[..count]);
                Ok(())
            }
        }
    }

    /// Ends the connection in good order. A close with octets unread would reset it, and take an
    /// alert of ours away from the server.
    pub(crate) fn close(mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            let _ = flush(tls, &mut self.stream);
        }
        if self.stream.shutdown(Shutdown::Write).is_err() {
            return;
        }
        const PATIENCE: Duration = Duration::from_secs(1);
        let until = Instant::now() + self.time_out.min(PATIENCE);
        let mut octets = [0; 4 * 1024];
        while read(&mut self.stream, &mut octets, until, self.time_out).is_ok() {}
    }
}

/// Reads once; at least one octet.
fn read(
    stream: &mut TcpStream,
    octets: &mut [u8],
    until: Instant,
    time_out: Duration,
) -> Result<usize, Broken> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Broken::TimedOut(time_out));
        }
        let count = stream
            .set_read_timeout(Some(left))
            .and_then(|()| stream.read(octets));
        match count {
            Ok(0) => return Err(Broken::Closed),
            Ok(count) => return Ok(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Broken::of(&error, time_out)),
        }
    }
}

/// Reads records until at least one octet of plaintext came, or the handshake made a step.
fn read_tls(
    tls: &mut ClientConnection,
    stream: &mut TcpStream,
    until: Instant,
    time_out: Duration,
    received: &mut Vec<u8>,
) -> Result<(), Broken> {
    let mut octets = [0; 16 * 1024];
    loop {
        let shaking_hands = tls.is_handshaking();
        let count = read(stream, &mut octets, until, time_out)?;
        let mut records = &octets[..count];
        let before = received.len();
        let mut closed = false;
        while !records.is_empty() {
            let taken = tls.read_tls(&mut records).unwrap_or(0);
            let state = tls.process_new_packets().map_err(|error| {
                // Our alert tells the server why; it may have gone already.
                let _ = flush(tls, stream);
                Broken::Tls(error)
            })?;
            take_plaintext(tls, received);
            closed = state.peer_has_closed();
            if taken == 0 || closed {
                break;
            }
        }
        let _ = flush(tls, stream);
        if shaking_hands || received.len() > before {
            return Ok(());
        }
        if closed {
            return Err(Broken::Closed);
        }
    }
}

fn take_plaintext(tls: &mut ClientConnection, received: &mut Vec<u8>) {
    let mut plaintext = [0; 16 * 1024];
    // Nothing more to read now is an error here, and a close is zero.
    while let Ok(count @ 1..) = tls.reader().read(&mut plaintext) {
        received.extend_from_slice(&plaintext[..count]);
    }
}

fn flush(tls: &mut ClientConnection, stream: &mut TcpStream) -> io::Result<()> {
    while tls.wants_write() {
        tls.write_tls(stream)?;
    }
    Ok(())
}

impl Broken {
    fn of(error: &io::Error, time_out: Duration) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::TimedOut(time_out),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the server closed the connection"),
            Self::Failed(why) => f.write_str(why),
            Self::TimedOut(time_out) => write!(f, "no answer within {time_out:?}"),
            Self::Tls(error) => write!(f, "{error}"),
        }
    }
}
