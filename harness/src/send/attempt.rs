//! One attempt: a connection, from the greeting to QUIT.

use std::net::SocketAddr;

use super::connection::Connection;
use super::sent::{is_transient_for_rcpt, one_line};
use super::{Attempt, Ending, Message, Mode, Sender, client_tls};
use crate::smtp::{Reply, base64};

/// An attempt under way.
pub(super) struct Attempting<'a> {
    sender: &'a Sender,
    message: &'a Message,
    to: &'a [String],
    tls: Option<String>,
    recipients: Vec<(String, Reply)>,
    /// There is nobody to say QUIT to.
    broken: bool,
}

impl<'a> Attempting<'a> {
    pub(super) fn new(sender: &'a Sender, message: &'a Message, to: &'a [String]) -> Self {
        Self {
            sender,
            message,
            to,
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
        self.envelope(wire, &offered)?;
        self.content(wire, &offered)
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
        let tls = client_tls::connection(self.sender).map_err(Ending::NoTls)?;
        match wire.start_tls(tls) {
            Ok(tls) => {
                self.tls = client_tls::agreed(tls);
                Ok(())
            }
            Err(broken) => {
                self.broken = true;
                Err(Ending::NoTls(broken.to_string()))
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

    fn envelope(&mut self, wire: &mut Connection, offered: &Reply) -> Result<(), Ending> {
        let mut mail = format!("MAIL FROM:<{}>", self.message.from);
        if offered.offers("SIZE") {
            mail += &format!(" SIZE={}", self.message.content().len());
        }
        if self.message.is_international() {
            if !offered.offers("SMTPUTF8") {
                return Err(Ending::Unfit("the server does not offer SMTPUTF8"));
            }
            mail += " SMTPUTF8";
        }
        if self.message.is_8bit() {
            if !offered.offers("8BITMIME") {
                return Err(Ending::Unfit("the server does not offer 8BITMIME"));
            }
            mail += " BODY=8BITMIME";
        }
        let reply = self.ask(wire, "MAIL", &mail)?;
        accepted("MAIL", reply)?;
        for recipient in self.to {
            let reply = self.ask(wire, "RCPT", &format!("RCPT TO:<{recipient}>"))?;
            let over = reply.code == 421;
            self.recipients.push((recipient.clone(), reply.clone()));
            if over {
                return Err(Ending::Deferred("RCPT", reply));
            }
        }
        self.any_recipient()
    }

    /// RFC 5321 §3.3: content goes to whoever was taken, if anybody was.
    fn any_recipient(&self) -> Result<(), Ending> {
        let replies = || self.recipients.iter().map(|(_, reply)| reply);
        if replies().any(Reply::is_positive) {
            return Ok(());
        }
        Err(match replies().find(|reply| is_transient_for_rcpt(reply)) {
            Some(reply) => Ending::Deferred("RCPT", reply.clone()),
            None => match replies().next() {
                Some(reply) => refusal("RCPT", reply.clone()),
                None => Ending::Unfit("the message is for nobody"),
            },
        })
    }

    fn content(&mut self, wire: &mut Connection, offered: &Reply) -> Result<Ending, Ending> {
        let octets = if self.sender.chunking && offered.offers("CHUNKING") {
            let content = self.message.content();
            let mut octets = format!("BDAT {} LAST\r\n", content.len()).into_bytes();
            octets.extend_from_slice(content);
            octets
        } else {
            let reply = self.ask(wire, "DATA", "DATA")?;
            // RFC 5321 §3.3: no content without 3yz.
            if reply.code / 100 != 3 {
                return Err(refusal("DATA", reply));
            }
            self.message.stuffed()
        };
        if let Err(broken) = wire.send(&octets) {
            self.broken = true;
            return Err(Ending::Lost("content", broken.to_string()));
        }
        let reply = self.hear(wire, "content")?;
        accepted("content", reply).map(Ending::Delivered)
    }

    /// QUIT. What becomes of it changes nothing (RFC 5321 §4.1.1.10).
    fn take_leave(&mut self, wire: &mut Connection) {
        if !self.broken && wire.send(b"QUIT\r\n").is_ok() {
            let _ = wire.answer();
        }
    }

    /// Sends a command and hears the reply to it. Nothing is sent ahead of replies, so that what
    /// is there already answers nothing: replies and commands are out of step.
    fn ask(
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

    fn hear(&mut self, wire: &mut Connection, step: &'static str) -> Result<Reply, Ending> {
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
fn accepted(step: &'static str, reply: Reply) -> Result<Reply, Ending> {
    match reply.is_positive() {
        true => Ok(reply),
        false => Err(refusal(step, reply)),
    }
}

fn refusal(step: &'static str, reply: Reply) -> Ending {
    match reply.code / 100 {
        4 => Ending::Deferred(step, reply),
        5 => Ending::Refused(step, reply),
        _ => Ending::Nonsense(
            step,
            format!("`{}` answers nothing there", one_line(&reply)),
        ),
    }
}
