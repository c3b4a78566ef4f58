//! TLS that ends in the box: the client's, and one of its own behind.

use mailfault_certs::Der;

use super::connection::Hears;
use super::ledger::Side;
use super::relay::{Expected, Finish, Handshake, Phase, Relay};
use super::report::Change;
use super::rules::Certificate;
use crate::fault::Stage;
use crate::report::What;
use crate::smtp::Reply;
use crate::wire::agreed;

impl Relay {
    /// Whether this command begins TLS that ends in the box.
    pub(super) fn opens_tls_for(&self, verb: &str) -> bool {
        verb == "STARTTLS" && self.rules.opens.is_some() && !self.client.is_tls()
    }

    /// The client has sent STARTTLS.
    pub(super) fn open_tls(&mut self, line: &[u8]) {
        let Some(opens) = &self.rules.opens else {
            return;
        };
        if opens.upstream.is_none() {
            self.client.received.drain(..line.len());
            self.phase = Phase::Held;
            self.expected.push_back(Expected::Own {
                reply: self.rules.replies.starttls.to_string().into_bytes(),
                stage: Stage::StartTls,
                opens_tls: true,
            });
        } else if self.server_offers_tls {
            self.phase = Phase::Held;
            self.expected.push_back(Expected::Server(Stage::StartTls));
            self.pass_line(line, line.to_vec());
        } else {
            self.answer(line, "STARTTLS", "STARTTLS", not_available());
        }
    }

    /// The server has said `220`: its TLS comes first, for its certificate may be what the client
    /// is shown.
    pub(super) fn shake_hands_with_server(&mut self, reply: Vec<u8>) {
        // RFC 3207 §4.2: whoever sits on the line could have sent what stands behind it.
        self.throw_away_behind_starttls(Side::Server, reply.len());
        let opens = self.rules.opens.as_ref();
        let connection = opens
            .and_then(|opens| opens.upstream.as_ref())
            .map(|one| one.connection());
        match connection {
            Some(Ok(connection)) => {
                self.server.start_tls(connection.into(), &self.recorder);
                self.phase = Phase::ServerHandshake(reply);
            }
            Some(Err(error)) => self.say_not_available(&error.to_string()),
            None => {}
        }
    }

    fn throw_away_behind_starttls(&mut self, side: Side, reply: usize) {
        let connection = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        let behind = connection.received.len().saturating_sub(reply);
        connection.received.clear();
        if behind > 0 {
            let note = format!("{behind} octets that were sent behind STARTTLS are thrown away");
            self.recorder.note(side, note);
        }
    }

    /// The client was told to begin TLS, before a server that showed this certificate.
    pub(super) fn begin_handshake(&mut self, server: Option<&Der>) {
        self.throw_away_behind_starttls(Side::Client, 0);
        let shown = self.rules.opens.as_ref().map(|opens| opens.shown(server));
        match shown {
            Some(Ok(shown)) => {
                self.phase = Phase::Handshake(Handshake {
                    shown,
                    began: false,
                });
            }
            Some(Err(why)) => self.give_up(&format!("there is no certificate to show: {why}")),
            None => {}
        }
    }

    /// Goes on with handshakes. Says whether something came of it.
    pub(super) fn shake_hands(&mut self) -> bool {
        match &self.phase {
            Phase::ServerHandshake(_) => self.hear_server_handshake(),
            Phase::Handshake(handshake) if handshake.began => self.hear_handshake(),
            Phase::Handshake(_) if self.client.received.is_empty() => false,
            Phase::Handshake(_) => {
                if self.holds_back(Stage::Handshake) {
                    return false;
                }
                self.answer_client_hello();
                true
            }
            _ => false,
        }
    }

    fn hear_server_handshake(&mut self) -> bool {
        if self.server.hears != Hears::More {
            self.say_not_available("the server's TLS could not be begun");
            return true;
        }
        let Some(tls) = self.server.tls().filter(|tls| !tls.is_handshaking()) else {
            return false;
        };
        let chain = chain(tls);
        let leaf = chain.first().cloned();
        self.tell_tls(Side::Server, chain);
        if let Phase::ServerHandshake(reply) = std::mem::replace(&mut self.phase, Phase::Held) {
            self.say(&reply);
            self.begin_handshake(leaf.as_ref());
        }
        true
    }

    fn answer_client_hello(&mut self) {
        let Phase::Handshake(handshake) = &mut self.phase else {
            return;
        };
        handshake.began = true;
        match handshake.shown.connection() {
            Ok(connection) => self.client.start_tls(connection.into(), &self.recorder),
            Err(error) => self.give_up(&error.to_string()),
        }
    }

    fn hear_handshake(&mut self) -> bool {
        let Some(tls) = self.client.tls().filter(|tls| !tls.is_handshaking()) else {
            return false;
        };
        let certificate = chain(tls).into_iter().next();
        if let Phase::Handshake(handshake) = std::mem::replace(&mut self.phase, Phase::Commands) {
            let identity = &handshake.shown.identity;
            self.tell_tls(Side::Client, identity.chain().to_vec());
            let subject = identity.subject().to_string();
            let opens = self.rules.opens.as_ref().map(|opens| &opens.certificate);
            self.recorder.changed(match opens {
                Some(Certificate::Resigned { .. }) => Change::Resigned {
                    subject,
                    issuer: identity.issuer().to_string(),
                },
                _ => Change::Terminated { subject },
            });
        }
        if let Some(certificate) = certificate {
            self.recorder
                .changed(Change::ClientCertificateDropped(certificate));
        }
        true
    }

    /// A handshake is over.
    fn tell_tls(&mut self, side: Side, certificates: Vec<Der>) {
        let (connection, sni) = match side {
            Side::Client => (&self.client, true),
            Side::Server => (&self.server, false),
        };
        let agreed = connection.tls().and_then(|tls| {
            let sni = match tls {
                rustls::Connection::Server(tls) if sni => tls.server_name(),
                _ => None,
            };
            agreed(tls, sni)
        });
        if let Some(tls) = agreed {
            let text = format!("{} with {}, {}", tls.version, tls.cipher_suite, tls.group);
            self.recorder.leg(side, |leg| {
                leg.tls = Some(tls);
                leg.certificates = certificates;
            });
            self.recorder.record(side, What::Tls(text));
        }
    }

    /// STARTTLS comes to nothing, and the server is lost with it.
    fn say_not_available(&mut self, why: &str) {
        self.recorder.note_both(why);
        let reply = not_available();
        self.recorder.changed(Change::Answered {
            command: "STARTTLS".to_owned(),
            reply: reply.clone(),
        });
        self.say(reply.to_string().as_bytes());
        self.finish(Finish::Close);
    }
}

/// RFC 3207 §4.
fn not_available() -> Reply {
    Reply::new(454, "4.7.0 TLS not available due to temporary reason")
}

/// What the other end has shown, the leaf first.
fn chain(tls: &rustls::CommonState) -> Vec<Der> {
    let certificates = tls.peer_certificates().unwrap_or_default();
    certificates
        .iter()
        .map(|one| Der::from(one.to_vec()))
        .collect()
}
