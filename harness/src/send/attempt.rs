//! One attempt: a connection, from the greeting to QUIT.

use std::net::SocketAddr;

use super::connection::Connection;
use super::sent::one_line;
use super::{Attempt, Ending, Message, Mode, Sender, client_tls};
use crate::smtp::{Reply, base64};

/// An attempt under way.
pub(super) struct Attempting<'a> {
    pub(super) sender: &'a Sender,
    pub(super) message: &'a Message,
    pub(super) to: &'a [String],
    /// How often the message is to be sent.
    messages: usize,
    /// How often it was delivered.
    delivered: usize,
    tls: Option<String>,
    pub(super) recipients: Vec<(String, Reply)>,
    /// There is nobody to say QUIT to.
    pub(super) broken: bool,
}

impl<'a> Attempting<'a> {
    pub(super) fn new(
        sender: &'a Sender,
        message: &'a Message,
        to: &'a [String],
        messages: usize,
    ) -> Self {
        Self {
            sender,
            message,
            to,
            messages,
            delivered: 0,
            tls: None,
            recipients: Vec::new(),
            broken: false,
        }
    }

    pub(super) fn run(mut self, server: SocketAddr) -> Attempt {
        let ending = match Connection::open(server, self.sender.time_out) {
            Err(broken) => Ending::Lost("connect", broken.to_string()),
            Ok(mut connection) => {
                let ending = self.converse(&mut connection);
                let ending = ending.unwrap_or_else(|ending| ending);
                self.take_leave(&mut connection);
                connection.close();
                ending
            }
        };
        Attempt {
            tls: self.tls,
            recipients: self.recipients,
            ending,
            delivered: self.delivered,
            wanted: self.to.to_vec(),
        }
    }

    fn converse(&mut self, wire: &mut Connection) -> Result<Ending, Ending> {
        if self.sender.mode == Mode::Implicit {
            self.start_tls(wire)?;
        }
        // RFC 5321 §4.3.1: not a word before the last line of the greeting.
        let greeting = self.hear(wire, "greeting")?;
        accepted("greeting", greeting)?;
        let mut offered = self.hello(wire)?;
        if self.sender.mode == Mode::StartTls {
            self.starttls(wire, &offered)?;
            // RFC 3207 §4.2: what was offered before TLS no longer counts.
            offered = self.hello(wire)?;
        }
        self.log_in(wire, &offered)?;
        loop {
            self.recipients.clear();
            let ending = self.transact(wire, &offered)?;
            self.delivered += 1;
            if self.delivered >= self.messages {
                return Ok(ending);
            }
        }
    }

    /// EHLO. HELO has no extensions, and so is of use only where STARTTLS is not to come.
    fn hello(&mut self, wire: &mut Connection) -> Result<Reply, Ending> {
        const NAME: &str = "client.example.test";
        let reply = self.ask(wire, "EHLO", &format!("EHLO {NAME}"))?;
        let due = self.sender.mode == Mode::StartTls && !wire.is_tls();
        if !reply.is_permanent() || due {
            return accepted("EHLO", reply);
        }
        let reply = self.ask(wire, "HELO", &format!("HELO {NAME}"))?;
        accepted("HELO", reply).map(|_| Reply::new(250, ""))
    }

    fn starttls(&mut self, wire: &mut Connection, offered: &Reply) -> Result<(), Ending> {
        if !offered.offers("STARTTLS") {
            return Err(Ending::NoTls("STARTTLS is not offered".to_owned()));
        }
        let reply = self.ask(wire, "STARTTLS", "STARTTLS")?;
        // RFC 3207 §4: 220 and no other.
        match reply.code {
            220 => self.start_tls(wire),
            _ if reply.is_transient() => Err(Ending::Deferred("STARTTLS", reply)),
            _ => {
                let why = format!("STARTTLS is answered with {}", one_line(&reply));
                Err(Ending::NoTls(why))
            }
        }
    }

    fn start_tls(&mut self, wire: &mut Connection) -> Result<(), Ending> {
        let (tls, why) = client_tls::connection(self.sender).map_err(Ending::NoTls)?;
        match wire.start_tls(tls) {
            Ok(tls) => {
                self.tls = client_tls::agreed(tls);
                Ok(())
            }
            Err(broken) => {
                self.broken = true;
                let why = why.get().map(|why| format!(" ({why})"));
                let why = why.unwrap_or_default();
                Err(Ending::NoTls(format!("{broken}{why}")))
            }
        }
    }

    fn log_in(&mut self, wire: &mut Connection, offered: &Reply) -> Result<(), Ending> {
        let Some(credentials) = &self.sender.credentials else {
            return Ok(());
        };
        let mechanisms = offered.parameters_of("AUTH").unwrap_or_default();
        let mut mechanisms = mechanisms.split_ascii_whitespace();
        // RFC 8314 §4.1: no password in clear.
        if !wire.is_tls() || !mechanisms.any(|word| word.eq_ignore_ascii_case("PLAIN")) {
            return Ok(());
        }
        // RFC 4616 §2.
        let response = format!("\0{}\0{}", credentials.user, credentials.password);
        let command = format!("AUTH PLAIN {}", base64(response.as_bytes()));
        let reply = self.ask(wire, "AUTH", &command)?;
        if reply.code == 334 {
            // Everything was said already. RFC 4954 §4: `*` gives up.
            self.ask(wire, "AUTH", "*")?;
        }
        accepted("AUTH", reply).map(|_| ())
    }

    /// QUIT. What becomes of it changes nothing (RFC 5321 §4.1.1.10).
    fn take_leave(&mut self, wire: &mut Connection) {
        if !self.broken && wire.send(b"QUIT\r\n").is_ok() {
            let _ = wire.answer();
        }
    }

    /// Sends a command and hears the reply to it. Nothing is sent ahead of replies, so that what
    /// is there already answers nothing: replies and commands are out of step.
    pub(super) fn ask(
        &mut self,
        wire: &mut Connection,
        step: &'static str,
        command: &str,
    ) -> Result<Reply, Ending> {
        if wire.has_more() {
            let why = "the server answered before it was asked".to_owned();
            return Err(Ending::Nonsense(step, why));
        }
        if let Err(broken) = wire.send(format!("{command}\r\n").as_bytes()) {
            self.broken = true;
            return Err(Ending::Lost(step, broken.to_string()));
        }
        self.hear(wire, step)
    }

    pub(super) fn hear(
        &mut self,
        wire: &mut Connection,
        step: &'static str,
    ) -> Result<Reply, Ending> {
        let answer = wire.answer().map_err(|why| {
            self.broken = true;
            Ending::Lost(step, why)
        })?;
        if let Some(reply) = answer.reply() {
            // RFC 5321 §3.8: behind 421 the server closes.
            self.broken |= reply.code == 421;
            return Ok(reply);
        }
        let complaint = answer.complaint().unwrap_or("it is no SMTP reply");
        Err(Ending::Nonsense(step, format!("{complaint}: `{answer}`")))
    }
}

/// A reply of 2yz; the first digit alone decides (RFC 5321 §4.2, §4.3.2).
pub(super) fn accepted(step: &'static str, reply: Reply) -> Result<Reply, Ending> {
    match reply.is_positive() {
        true => Ok(reply),
        false => Err(refusal(step, reply)),
    }
}

pub(super) fn refusal(step: &'static str, reply: Reply) -> Ending {
    match reply.code / 100 {
        4 => Ending::Deferred(step, reply),
        5 => Ending::Refused(step, reply),
        _ => Ending::Nonsense(
            step,
            format!("`{}` answers nothing there", one_line(&reply)),
        ),
    }
}
