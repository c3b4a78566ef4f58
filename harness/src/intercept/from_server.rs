//! What the server says: replies, each to the command that it answers.

use std::net::IpAddr;

use super::connection::Hears;
use super::ehlo::masked_banner;
use super::ledger::Side;
use super::recognise::{code, lists, reply_end, text};
use super::relay::{Expected, Phase, Relay};
use super::report::Change;
use crate::fault::Stage;
use crate::report::What;

impl Relay {
    /// Lets through what the server has said, a reply at a time. Says whether it did.
    pub(super) fn hear_server(&mut self) -> bool {
        if !self.client.has_room() {
            return false;
        }
        if let Some(Expected::Own { stage, .. }) = self.expected.front() {
            let stage = *stage;
            if self.holds_back(stage) {
                return false;
            }
            self.say_own();
            return true;
        }
        match self.phase {
            Phase::Opaque { .. } => return self.pass_unread(Side::Server),
            // Its octets are TLS's.
            Phase::ServerHandshake(_) => return false,
            _ if self.server.received.is_empty() => return false,
            _ => {}
        }
        let most = self.rules.bounds.reply;
        let found = reply_end(&self.server.received, self.looked_at);
        self.looked_at = found.err().unwrap_or_default();
        match found.ok() {
            Some(end) if end <= most || self.transparent => self.hear_reply(end),
            None if self.server.hears != Hears::More
                && (self.server.received.len() <= most || self.transparent) =>
            {
                // The last words of a server that has left.
                self.hear_reply(self.server.received.len())
            }
            None if self.server.received.len() <= most && !self.server.is_full() => false,
            None if self.transparent && !self.server.is_full() => false,
            _ if self.transparent => {
                self.recorder
                    .note_both("a reply without an end: what follows passes unread");
                self.go_opaque(false);
                true
            }
            _ => {
                let why = format!(
                    "the server's reply is longer than {most} octets, and the box ends the session"
                );
                self.give_up(&why);
                true
            }
        }
    }

    /// Says what the box says itself.
    fn say_own(&mut self) {
        if let Some(Expected::Own {
            reply, opens_tls, ..
        }) = self.expected.pop_front()
        {
            self.say(&reply);
            if opens_tls {
                self.begin_handshake(None);
            }
        }
    }

    /// Tells the client something that is in line nowhere else.
    pub(super) fn say(&mut self, reply: &[u8]) {
        self.recorder
            .record(Side::Client, What::Server(reply.to_vec()));
        self.client.send(reply);
    }

    fn hear_reply(&mut self, end: usize) -> bool {
        let reply = self.server.received[..end].to_vec();
        let code = code(&reply);
        // What is no reply answers nothing.
        let stage = match (code, self.expected.front()) {
            (Some(_), Some(Expected::Server(stage))) => Some(*stage),
            _ => None,
        };
        if self.holds_back(stage.unwrap_or(Stage::Any)) {
            return false;
        }
        if stage.is_some() {
            self.expected.pop_front();
        }
        self.looked_at = 0;
        self.recorder
            .record(Side::Server, What::Server(reply.clone()));
        match stage {
            Some(Stage::Greeting) => {
                let now = self.greeting(&reply, code);
                self.pass_reply(Stage::Greeting, &reply, now);
            }
            Some(Stage::Ehlo) if code == Some(250) => {
                self.server_offers_tls = lists(&reply, "STARTTLS");
                let now = match self.transparent {
                    true => reply.clone(),
                    false => {
                        let facts = self.rules.facts(
                            self.recorder.number(),
                            self.client_ip(),
                            &self.client_name,
                            self.started,
                        );
                        self.rules
                            .editing(self.client.is_tls(), facts)
                            .apply(&reply)
                    }
                };
                self.pass_reply(Stage::Ehlo, &reply, now);
            }
            Some(Stage::StartTls) => self.hear_starttls(&reply, code),
            Some(stage) => {
                self.pass_reply(stage, &reply, reply.clone());
                match (stage, code) {
                    (Stage::Data, Some(354)) => self.begin_content(),
                    (Stage::Auth, Some(334)) => self.phase = Phase::Challenge,
                    (Stage::Auth | Stage::Data, _) => self.phase = Phase::Commands,
                    _ => {}
                }
            }
            None => self.pass_reply(Stage::Any, &reply, reply.clone()),
        }
        true
    }

    fn greeting(&self, reply: &[u8], code: Option<u16>) -> Vec<u8> {
        let rules = &self.rules;
        match rules.own_greeting() {
            Some(own) if code == Some(220) => {
                let number = self.recorder.number();
                let facts = rules.facts(number, self.client_ip(), "", self.started);
                facts.render(own).to_string().into_bytes()
            }
            _ if rules.masks_banner() && code.is_some() => masked_banner(reply),
            _ => reply.to_vec(),
        }
    }

    fn hear_starttls(&mut self, reply: &[u8], code: Option<u16>) {
        self.phase = Phase::Commands;
        if code != Some(220) {
            return self.pass_reply(Stage::StartTls, reply, reply.to_vec());
        }
        if self.rules.opens.is_some() {
            return self.shake_hands_with_server(reply.to_vec());
        }
        self.pass_reply(Stage::StartTls, reply, reply.to_vec());
        match self.rules.breaks_starttls().cloned() {
            Some(how) => self.break_starttls(&how),
            None => self.go_opaque(true),
        }
    }

    /// Passes the first reply on, in these words.
    fn pass_reply(&mut self, at: Stage, reply: &[u8], now: Vec<u8>) {
        if now == reply {
            self.recorder.record(Side::Client, What::Server(now));
            return self.forward(Side::Server, reply.len());
        }
        let (was, is) = (text(reply), text(&now));
        self.recorder.changed(Change::Reply { at, was, now: is });
        self.server.received.drain(..reply.len());
        self.say(&now);
    }

    pub(super) fn client_ip(&self) -> IpAddr {
        self.client_address.ip()
    }
}
