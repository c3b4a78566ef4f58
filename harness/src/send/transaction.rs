//! One message: its envelope and its content.

use super::Ending;
use super::attempt::{Attempting, accepted, refusal};
use super::connection::Connection;
use super::sent::is_transient_for_rcpt;
use crate::fault::LooseEnd;
use crate::smtp::Reply;

impl Attempting<'_> {
    pub(super) fn transact(
        &mut self,
        wire: &mut Connection,
        offered: &Reply,
    ) -> Result<Ending, Ending> {
        let mail = self.mail_command(offered)?;
        if self.sender.pipelining && offered.offers("PIPELINING") {
            return self.all_at_once(wire, &mail);
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
        self.any_recipient()?;
        if self.sender.chunks > 0 && offered.offers("CHUNKING") {
            return self.chunks(wire);
        }
        let reply = self.ask(wire, "DATA", "DATA")?;
        // RFC 5321 §3.3: no content without 3yz.
        match reply.code / 100 {
            3 => self.content(wire),
            _ => Err(refusal("DATA", reply)),
        }
    }

    fn mail_command(&self, offered: &Reply) -> Result<String, Ending> {
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
        Ok(mail)
    }

    /// RFC 2920 §3.1: the envelope and DATA in one segment, and then the replies in order.
    fn all_at_once(&mut self, wire: &mut Connection, mail: &str) -> Result<Ending, Ending> {
        let mut lines = format!("{mail}\r\n");
        for recipient in self.to {
            lines += &format!("RCPT TO:<{recipient}>\r\n");
        }
        self.send(wire, "MAIL", format!("{lines}DATA\r\n").as_bytes())?;
        let mail = self.hear(wire, "MAIL")?;
        for recipient in self.to {
            let reply = self.hear(wire, "RCPT")?;
            self.recipients.push((recipient.clone(), reply));
        }
        let data = self.hear(wire, "DATA")?;
        let wanted = accepted("MAIL", mail).and_then(|_| self.any_recipient());
        match (data.code / 100, wanted) {
            (3, Ok(())) => self.content(wire),
            (_, Ok(())) => Err(refusal("DATA", data)),
            (3, Err(ending)) => {
                // The server waits for content that nobody is to get: a lone dot.
                self.send(wire, "content", b".\r\n")?;
                self.hear(wire, "content")?;
                Err(ending)
            }
            (_, Err(ending)) => Err(ending),
        }
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

    fn content(&mut self, wire: &mut Connection) -> Result<Ending, Ending> {
        if let Some(end) = self.sender.smuggles {
            return self.smuggle(wire, end);
        }
        self.send(wire, "content", &self.message.stuffed())?;
        let reply = self.hear(wire, "content")?;
        accepted("content", reply).map(Ending::Delivered)
    }

    /// RFC 3030 §2: the content in chunks, each answered before the next.
    fn chunks(&mut self, wire: &mut Connection) -> Result<Ending, Ending> {
        let content = self.message.content();
        let size = content.len().div_ceil(self.sender.chunks).max(1);
        let mut left = content;
        loop {
            let (chunk, rest) = left.split_at(size.min(left.len()));
            let last = if rest.is_empty() { " LAST" } else { "" };
            let mut octets = format!("BDAT {}{last}\r\n", chunk.len()).into_bytes();
            octets.extend_from_slice(chunk);
            self.send(wire, "content", &octets)?;
            let reply = self.hear(wire, "content")?;
            if rest.is_empty() {
                return accepted("content", reply).map(Ending::Delivered);
            }
            if !reply.is_positive() {
                // RFC 3030 §2: the transaction is over, and only RSET may follow.
                if reply.code != 421 {
                    self.ask(wire, "RSET", "RSET")?;
                }
                return Err(refusal("content", reply));
            }
            left = rest;
        }
    }

    /// Sends a message with a second one in it, behind an end that is none (RFC 5321 §4.1.1.4),
    /// and counts the replies: a server that takes the bait answers commands that nobody gave.
    fn smuggle(&mut self, wire: &mut Connection, end: LooseEnd) -> Result<Ending, Ending> {
        let recipient = self.to.first().map_or("", String::as_str);
        let second = format!(
            "MAIL FROM:<mallory@example.test>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n\
             Subject: smuggled\r\n\r\nThis message came within another.\r\n.\r\n"
        );
        let mut octets = self.message.stuffed();
        octets.truncate(octets.len() - b".\r\n".len());
        octets.extend_from_slice(b"The first message ends here, if the server is wrong:");
        octets.extend_from_slice(end.octets());
        octets.extend_from_slice(second.as_bytes());
        self.send(wire, "content", &octets)?;
        let reply = accepted("content", self.hear(wire, "content")?)?;
        self.send(wire, "QUIT", b"QUIT\r\n")?;
        self.broken = true;
        // Bounded: the second message is five commands' worth of replies.
        const MOST: usize = 10;
        let replies = (0..MOST).map_while(|_| wire.answer().ok()?.reply());
        let unasked = replies.take_while(|reply| reply.code != 221).count();
        match unasked {
            0 => Ok(Ending::Delivered(reply)),
            _ => {
                let why =
                    format!("it obeyed what stood in the content: {unasked} replies too many");
                Err(Ending::Nonsense("content", why))
            }
        }
    }

    fn send(
        &mut self,
        wire: &mut Connection,
        step: &'static str,
        octets: &[u8],
    ) -> Result<(), Ending> {
        wire.send(octets).map_err(|broken| {
            self.broken = true;
            Ending::Lost(step, broken.to_string())
        })
    }
}
