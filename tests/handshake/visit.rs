//! A client on rustls that says the same whatever it meets.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use rustls::ClientConnection;

/// A client inside TLS.
pub(super) struct Visit {
    pub(super) tls: ClientConnection,
    pub(super) stream: TcpStream,
    /// It says nothing more, and leaves, as soon as it would have to wait.
    pub(super) leaves: bool,
}

impl Visit {
    /// All of it, with a good-bye at the end, whatever came before.
    pub(super) fn pay(&mut self, greeted: bool) -> io::Result<()> {
        let done = self.talk(greeted);
        self.tls.send_close_notify();
        // Nobody may be there any more.
        let _ = self.send();
        done
    }

    /// A handshake, a message, and all that is still said.
    fn talk(&mut self, greeted: bool) -> io::Result<()> {
        while self.tls.is_handshaking() {
            self.send()?;
            if self.tls.is_handshaking() {
                self.read()?;
            }
        }
        self.send()?;
        if greeted {
            self.reply()?;
        }
        for line in [
            "EHLO c.test",
            "MAIL FROM:<a@a.test>",
            "RCPT TO:<b@b.test>",
            "DATA",
            "x\r\n.",
            "QUIT",
        ] {
            write!(self.tls.writer(), "{line}\r\n")?;
            self.send()?;
            self.reply()?;
        }
        while self.reply()? > 0 {}
        Ok(())
    }

    /// Some of a reply; 0 at a close_notify.
    fn reply(&mut self) -> io::Result<usize> {
        let mut text = [0; 4096];
        loop {
            match self.tls.reader().read(&mut text) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.read()?,
                done => return done,
            }
        }
    }

    fn read(&mut self) -> io::Result<()> {
        let octets = self.tls.read_tls(&mut self.stream)?;
        let done = self.tls.process_new_packets();
        let sent = self.send();
        done.map_err(io::Error::other)?;
        match octets {
            0 if self.tls.is_handshaking() => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => sent,
        }
    }

    fn send(&mut self) -> io::Result<()> {
        while self.tls.wants_write() {
            match self.tls.write_tls(&mut self.stream) {
                // What was half closed takes nothing more.
                Err(_) if self.leaves => break,
                done => done?,
            };
        }
        if self.leaves {
            let _ = self.stream.shutdown(Shutdown::Write);
        }
        Ok(())
    }
}
