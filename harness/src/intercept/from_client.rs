//! What the client says: commands, content, chunks, and what is none of the box's business.

use super::connection::Hears;
use super::ledger::Side;
use super::recognise::{begins_tls, text};
use super::relay::{Expected, MOST_EXPECTED, Phase, Relay};
use super::report::Change;
use super::tampering::Unknown;

use crate::fault::Stage;
use crate::report::What;
use crate::smtp::{Command, Dots, Reply, parse_command, verb};

impl Relay {
    /// Lets through what the client has said, a line or a piece at a time. Says whether it did.
    pub(super) fn hear_client(&mut self) -> bool {
        if self.client.received.is_empty() || !self.server.has_room() {
            return false;
        }
        match &mut self.phase {
            Phase::Challenge | Phase::Commands => self.hear_line(),
            Phase::Chunk(left) => {
                let count = self
                    .client
                    .received
                    .len()
                    .min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= count as u64;
                let done = *left == 0;
                self.hear_content(count, done);
                true
            }
            Phase::Content(dots) => {
                // The octets pass as they are; how they are without their dots is nobody's business.
                let mut unstuffed = Vec::new();
                let (count, done) = dots.take(&self.client.received, &mut unstuffed);
                self.hear_content(count, done);
                if done {
                    self.expected.push_back(Expected::Server(Stage::Body));
                }
                true
            }
            Phase::Held => self.wait_no_longer(),
            Phase::Opaque { held_back } => {
                if std::mem::take(held_back) && self.holds_back(Stage::Handshake) {
                    self.phase = Phase::Opaque { held_back: true };
                    return false;
                }
                self.pass_unread(Side::Client)
            }
            Phase::ToBeBroken(garbage) => {
                let garbage = std::mem::take(garbage);
                self.client.received.clear();
                self.recorder
                    .record(Side::Client, What::Server(garbage.clone()));
                self.client.send(&garbage);
                self.finish(super::relay::Finish::Close);
                true
            }
            // Its octets are TLS's, or come too early.
            Phase::Handshake(_) | Phase::ServerHandshake(_) => false,
        }
    }

    fn hear_line(&mut self) -> bool {
        // A server that says nothing first is spoken to with TLS.
        let says_nothing = matches!(
            self.expected.front(),
            Some(Expected::Server(Stage::Greeting))
        );
        if says_nothing && begins_tls(&self.client.received) {
            self.recorder
                .note_both("TLS from the first octet passes unread");
            self.go_opaque(true);
            return true;
        }
        if self.expected.len() >= MOST_EXPECTED {
            return self.wait_no_longer();
        }
        let most = self.rules.bounds.line;
        let found = memchr::memchr(b'\n', &self.client.received).map(|at| at + 1);
        match found {
            Some(end) if end <= most || self.transparent => {
                let line = self.client.received[..end].to_vec();
                self.command(line);
                true
            }
            None if self.client.hears != Hears::More
                && (self.client.received.len() <= most || self.transparent) =>
            {
                // The last words of a client that has left.
                let rest = self.client.received.clone();
                self.recorder
                    .record(Side::Client, What::Client(rest.clone()));
                self.pass_line(&rest.clone(), rest);
                true
            }
            None if self.client.received.len() <= most => false,
            None if self.transparent && !self.client.is_full() => false,
            _ if self.transparent => {
                self.recorder
                    .note_both("a line without an end: what follows passes unread");
                self.go_opaque(false);
                true
            }
            _ => {
                let why = format!(
                    "the client's line is longer than {most} octets, and the box ends the session"
                );
                self.give_up(&why);
                true
            }
        }
    }

    /// A line that the client has sent, with its end.
    fn command(&mut self, line: Vec<u8>) {
        self.recorder
            .record(Side::Client, What::Client(line.clone()));
        if matches!(self.phase, Phase::Challenge) {
            self.phase = Phase::Held;
            self.expected.push_back(Expected::Server(Stage::Auth));
            return self.pass_line(&line.clone(), line);
        }
        let said = text(&line);
        let verb = verb(&said);
        let in_clear = !self.client.is_tls();
        if let Some(reply) = self.answer_of_its_own(&verb, in_clear) {
            return self.answer(&line, &said, &verb, reply);
        }
        if self.opens_tls_for(&verb) {
            return self.open_tls(&line);
        }
        match self.fate_of(&verb, in_clear) {
            Some(Unknown::Answer(reply)) => return self.answer(&line, &said, &verb, reply),
            Some(Unknown::Mask) => {
                let mut masked = line.clone();
                let end = masked.iter().position(|octet| b" \r\n".contains(octet));
                masked[..end.unwrap_or(line.len())].fill(b'X');
                self.recorder.changed(Change::Command {
                    was: said,
                    now: text(&masked),
                });
                // To the server, and hence to the box, it is nothing that anything follows.
                self.expected.push_back(Expected::Server(Stage::Any));
                return self.pass_line(&line, masked);
            }
            Some(Unknown::Pass) | None => {}
        }
        if let Some(reply) = self.greylisted(&verb, &said) {
            return self.answer(&line, &said, &verb, reply);
        }
        self.pass_command(line, &said, &verb);
    }

    /// What is said to a recipient of somebody who has to come again.
    fn greylisted(&self, verb: &str, said: &str) -> Option<Reply> {
        let rule = self.rules.greylist().filter(|_| verb == "RCPT")?;
        let Command::Rcpt(path) = parse_command(said) else {
            return None;
        };
        let triplet = (
            self.client_ip(),
            self.envelope.sender.as_str(),
            path.address.as_str(),
        );
        let now = self.rules.clock.now();
        let puts_off = self.rules.triplets.puts_off(rule, triplet, now);
        puts_off.then(|| rule.reply.clone())
    }

    /// What the box says itself, whatever the server would.
    fn answer_of_its_own(&self, verb: &str, in_clear: bool) -> Option<Reply> {
        let rules = &self.rules;
        let reply = match verb {
            "EHLO" => rules.refuses_ehlo()?,
            "MAIL" if in_clear => rules.requires_tls()?,
            "STARTTLS" if in_clear => rules.refuses_starttls()?,
            "STARTTLS" if rules.opens.is_some() => &rules.replies.tls_twice,
            // It begins TLS as STARTTLS does, and the box does not speak it.
            "X-ANONYMOUSTLS" if rules.opens.is_some() => &rules.replies.not_offered,
            _ => return None,
        };
        Some(reply.clone())
    }

    /// What becomes of a command that the box does not know, or wants to be unknown.
    fn fate_of(&self, verb: &str, in_clear: bool) -> Option<Unknown> {
        let hidden = match verb {
            "STARTTLS" if in_clear => self.rules.hidden_starttls(),
            _ => None,
        };
        hidden.or_else(|| self.rules.unknown(verb).cloned())
    }

    /// Passes a command on, and settles what follows it.
    fn pass_command(&mut self, line: Vec<u8>, said: &str, verb: &str) {
        let mut now = line.clone();
        let stage = match verb {
            "EHLO" | "HELO" => {
                self.client_name = said
                    .split_once(' ')
                    .map_or("", |(_, name)| name)
                    .trim()
                    .to_owned();
                if self.rules.says_own_name {
                    now = format!("{verb} {}\r\n", self.rules.host).into_bytes();
                    self.recorder.changed(Change::Command {
                        was: said.to_owned(),
                        now: text(&now),
                    });
                }
                Stage::Ehlo
            }
            "AUTH" | "X-EXPS" => Stage::Auth,
            "STARTTLS" | "X-ANONYMOUSTLS" => Stage::StartTls,
            "QUIT" => Stage::Quit,
            _ => match parse_command(said) {
                Command::Mail(path) => {
                    self.envelope = super::headers::Envelope {
                        sender: path.address,
                        ..Default::default()
                    };
                    Stage::Mail
                }
                Command::Rcpt(path) => {
                    self.envelope.recipient = path.address;
                    self.envelope.recipients += 1;
                    Stage::Rcpt
                }
                Command::Data => Stage::Data,
                Command::Bdat { size, last } => return self.begin_chunk(line, size, last),
                _ => Stage::Any,
            },
        };
        // What the client sends ahead of these replies is a command, content or TLS: they say which.
        if matches!(stage, Stage::Auth | Stage::Data | Stage::StartTls) {
            self.phase = Phase::Held;
        }
        self.expected.push_back(Expected::Server(stage));
        self.pass_line(&line, now);
    }

    /// RFC 3030 §2: so many octets follow at once, whatever the reply will be.
    fn begin_chunk(&mut self, line: Vec<u8>, size: usize, last: bool) {
        self.expected.push_back(Expected::Server(match last {
            true => Stage::Body,
            false => Stage::Chunk,
        }));
        if size > 0 {
            self.phase = Phase::Chunk(size as u64);
        }
        let headers = self.headers();
        match headers.is_empty() {
            true => self.pass_line(&line.clone(), line),
            false => {
                let last = if last { " LAST" } else { "" };
                let now = format!("BDAT {}{last}\r\n", size + headers.len());
                self.recorder.changed(Change::Command {
                    was: text(&line),
                    now: text(now.as_bytes()),
                });
                self.pass_line(&line, now.into_bytes());
                self.add_headers(&headers);
            }
        }
    }

    fn hear_content(&mut self, count: usize, done: bool) {
        self.content += count as u64;
        self.forward(Side::Client, count);
        if done {
            let octets = std::mem::take(&mut self.content);
            for side in Side::BOTH {
                self.recorder.record(side, What::Content(octets));
            }
            self.phase = Phase::Commands;
        }
    }

    /// What waits for replies that will not come, or longer than there is room, passes unread.
    fn wait_no_longer(&mut self) -> bool {
        let in_vain = self.server.is_drained() || (self.transparent && self.client.is_full());
        if in_vain {
            self.recorder
                .note_both("the reply that tells what follows did not come: it passes unread");
            self.go_opaque(false);
        }
        in_vain
    }

    /// Passes the first line on, in these words.
    pub(super) fn pass_line(&mut self, line: &[u8], now: Vec<u8>) {
        self.recorder
            .record(Side::Server, What::Client(now.clone()));
        if now == line {
            return self.forward(Side::Client, line.len());
        }
        self.client.received.drain(..line.len());
        self.server.send(&now);
    }

    /// Answers the first line, once the replies before have come.
    pub(super) fn answer(&mut self, line: &[u8], said: &str, verb: &str, reply: Reply) {
        self.client.received.drain(..line.len());
        let stage = match verb {
            "EHLO" => Stage::Ehlo,
            "STARTTLS" | "X-ANONYMOUSTLS" => Stage::StartTls,
            "MAIL" => Stage::Mail,
            "RCPT" => Stage::Rcpt,
            _ => Stage::Any,
        };
        self.recorder.changed(Change::Answered {
            command: said.to_owned(),
            reply: reply.clone(),
        });
        self.expected.push_back(Expected::Own {
            reply: reply.to_string().into_bytes(),
            stage,
            opens_tls: false,
        });
    }

    /// What goes in front of the message that begins here; empty where it has begun already.
    pub(super) fn headers(&mut self) -> String {
        let Some(templates) = self.rules.headers() else {
            return String::new();
        };
        if std::mem::replace(&mut self.envelope.began, true) {
            return String::new();
        }
        self.messages += 1;
        let scene = super::headers::Scene {
            host: &self.rules.host,
            ip: self.client_ip(),
            client: &self.client_name,
            now: self.rules.clock.now(),
            session: self.recorder.number(),
            message: self.messages,
        };
        scene.render(templates, &self.envelope)
    }

    pub(super) fn add_headers(&mut self, headers: &str) {
        self.recorder
            .changed(Change::HeadersAdded(headers.to_owned()));
        self.recorder
            .record(Side::Server, What::Content(headers.len() as u64));
        self.server.send(headers.as_bytes());
    }

    /// Content behind DATA begins.
    pub(super) fn begin_content(&mut self) {
        self.phase = Phase::Content(Dots::default());
        let headers = self.headers();
        if !headers.is_empty() {
            self.add_headers(&headers);
        }
    }
}
