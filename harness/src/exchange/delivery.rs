//! One attempt of a send connector to deliver a message, as its SmtpSend log tells it.

use std::net::SocketAddr;
use std::time::Duration;

use mailfault_certs::{Der, Identity};

use super::log::{Disconnect, Negotiated, Row, SendLog};
use super::selection::Selection;
use super::send_connector::SendConnector;
use super::store::StoredCertificate;
use crate::certificate_facts::CertificateFacts;
use crate::judge::{self, Evidence, ExchangeSend, Expectation, Findings};
use crate::report::header;
use crate::send::{Broken, Connection, Message, client_tls, revocation_lists};
use crate::smtp::Reply;
use crate::transport::Cause;

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Attempt {
    /// How it ended.
    pub ending: AttemptEnding,
    /// How the client certificate was chosen; `None` where TLS did not begin, or none was to be
    /// chosen.
    pub selection: Option<Selection>,
    /// The chain that the server presented, leaf first.
    pub presented: Vec<Der>,
    /// Its SmtpSend log, whether or not the connector writes one.
    pub rows: Vec<Row>,
    /// Why it was not delivered, as a queue tells it; `None` where it was.
    pub cause: Option<Cause>,
    /// Whether it came to the message. Before that a queue waits with all that is in it.
    pub began_message: bool,
    /// The recipients that the server did not take, and what it said to each.
    pub left: Vec<(String, Reply)>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AttemptEnding {
    /// The server took the message with this reply, for every recipient but those that are
    /// [`left`](Attempt::left).
    Delivered(Reply),
    /// It is to be tried again; the text is that of an SMTP reply, the server's or, where there
    /// was none, Exchange's own.
    Deferred(String),
    /// It never will be; the text is the server's reply.
    Refused(String),
}

impl Attempt {
    /// Whether the message was taken, for anybody.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        matches!(self.ending, AttemptEnding::Delivered(_))
    }
}

/// Everything that an attempt needs.
pub(super) struct Attempting<'a> {
    pub(super) connector: &'a SendConnector,
    /// What the server calls itself.
    pub(super) host: &'a str,
    pub(super) message: &'a Message,
    /// The client certificate, and how it was chosen.
    pub(super) certificate: Option<(Selection, Option<&'a StoredCertificate>)>,
    /// What Windows trusts.
    pub(super) roots: &'a [Der],
    pub(super) to: SocketAddr,
    pub(super) now: std::time::SystemTime,
    pub(super) record: u64,
    pub(super) log: SendLog,
    pub(super) presented: Vec<Der>,
    pub(super) began_message: bool,
    pub(super) left: Vec<(String, Reply)>,
}

/// A reason to stop: what becomes of the message, why, and who hangs up.
struct Stop {
    ending: AttemptEnding,
    cause: Cause,
    hangup: Hangup,
}

impl Stop {
    /// To be tried again, in words of the sender's own in place of a reply.
    fn deferred(text: impl Into<String>, hangup: Hangup) -> Self {
        let text = text.into();
        Self {
            cause: Cause::Replied(text.clone()),
            ending: AttemptEnding::Deferred(text),
            hangup,
        }
    }
}

enum Hangup {
    /// QUIT first.
    Politely,
    /// At once.
    AtOnce,
    /// The other side has left.
    Gone(Disconnect),
}

const STARTTLS_REQUIRED: &str = "451 5.7.3 STARTTLS is required to send mail";

/// The time that a server gets for each answer. Real ones wait longer; nobody here should.
const PATIENCE: Duration = Duration::from_secs(30);

impl Attempting<'_> {
    pub(super) fn run(mut self) -> Attempt {
        let to = self.to;
        self.log.attempting(to);
        let patience = PATIENCE.min(self.connector.connection_inactivity_timeout);
        let (ending, cause) = match Connection::open(to, patience) {
            Err(broken) => {
                let code = match broken {
                    Broken::TimedOut(_) => 10060,
                    _ => 10061,
                };
                self.log.could_not_connect(code);
                let ending = AttemptEnding::Deferred("421 4.2.1 Unable to connect".to_owned());
                (ending, Some(Cause::NotConnected(code)))
            }
            Ok(mut wire) => {
                if let Some(local) = wire.local_addr() {
                    self.log.connected(local);
                }
                let (ending, cause, hangup) = match self.converse(&mut wire) {
                    Ok(reply) => (AttemptEnding::Delivered(reply), None, Hangup::Politely),
                    Err(stop) => (stop.ending, Some(stop.cause), stop.hangup),
                };
                let how = self.hang_up(&mut wire, hangup);
                wire.close();
                self.log.disconnected(how);
                (ending, cause)
            }
        };
        Attempt {
            ending,
            cause,
            began_message: self.began_message,
            left: self.left,
            selection: self.certificate.map(|(selection, _)| selection),
            presented: self.presented,
            rows: self.log.into_rows(),
        }
    }

    fn hang_up(&mut self, wire: &mut Connection, hangup: Hangup) -> Disconnect {
        match hangup {
            Hangup::AtOnce => Disconnect::Local,
            Hangup::Gone(how) => how,
            Hangup::Politely => {
                // What becomes of QUIT changes nothing (RFC 5321 §4.1.1.10).
                let _ = self.say(wire, "QUIT").and_then(|()| self.hear(wire));
                Disconnect::Local
            }
        }
    }

    fn converse(&mut self, wire: &mut Connection) -> Result<Reply, Stop> {
        let greeting = self.hear(wire)?;
        positive(greeting)?;
        let mut offered = self.hello(wire)?;
        let starttls = offered.offers("STARTTLS") && !self.connector.ignore_starttls;
        if starttls {
            offered = self.secure(wire)?;
        } else if self.connector.require_tls {
            // This text is never on the wire: the sender makes it.
            return Err(Stop::deferred(STARTTLS_REQUIRED, Hangup::Politely));
        }
        self.transact(wire, &offered)
    }

    fn hello(&mut self, wire: &mut Connection) -> Result<Reply, Stop> {
        let reply = self.ask(wire, &format!("EHLO {}", self.host))?;
        if !reply.is_permanent() || self.connector.require_tls {
            return positive(reply);
        }
        let reply = self.ask(wire, &format!("HELO {}", self.host))?;
        positive(reply)?;
        Ok(Reply::new(250, ""))
    }

    /// STARTTLS, the handshake, what the connector asks of the certificate, and EHLO again.
    fn secure(&mut self, wire: &mut Connection) -> Result<Reply, Stop> {
        let reply = self.ask(wire, "STARTTLS")?;
        if reply.code != 220 {
            return match self.connector.require_tls {
                true => Err(Stop::deferred(STARTTLS_REQUIRED, Hangup::Politely)),
                false => self.hello(wire),
            };
        }
        let identity = self.own_certificate()?;
        let tls = client_tls::accepting_any(identity.as_ref());
        let tls = tls.map_err(|_| self.no_tls("UnknownCredentials", Hangup::AtOnce))?;
        let begun = wire.start_tls(tls).map(|tls| {
            let chain = tls.peer_certificates().unwrap_or_default();
            let chain: Vec<Der> = chain.iter().map(|one| Der::from(one.to_vec())).collect();
            let seen = client_tls::negotiated(tls);
            let seen = seen.map(|(version, cipher_suite, group)| judge::Negotiated {
                version,
                cipher_suite,
                group,
            });
            (seen, chain)
        });
        let (seen, chain) = match begun {
            Ok(begun) => begun,
            // Which word Exchange has for an alert, and which for a connection that is gone, is
            // inferred.
            Err(Broken::Tls(_)) => return Err(self.no_tls("ConnectionAborted", Hangup::AtOnce)),
            Err(_) => {
                let gone = Hangup::Gone(Disconnect::RemoteSocketError);
                return Err(self.no_tls("SocketError", gone));
            }
        };
        self.presented = chain;
        let facts = self.presented.first().and_then(CertificateFacts::read);
        if let (Some(seen), Some(facts)) = (&seen, &facts) {
            let negotiated = Negotiated {
                protocol: seen.version.into(),
                cipher_suite: seen.cipher_suite.clone(),
                group: seen.group.clone(),
                key_bits: 2048,
            };
            self.log.secured(&negotiated, facts);
        }
        match self.objection(seen) {
            Some(text) => Err(Stop::deferred(text, Hangup::AtOnce)),
            None => self.hello(wire),
        }
    }

    /// Tells which certificate is sent. One without a private key is told as well; then Windows
    /// has no credentials for it, and not an octet of TLS goes out.
    fn own_certificate(&mut self) -> Result<Option<Identity>, Stop> {
        let Some((_, chosen)) = &self.certificate else {
            return Ok(None);
        };
        let Some(chosen) = *chosen else {
            let text = "454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not be found.";
            // In the queue it stands alone.
            return Err(Stop {
                cause: Cause::own(text),
                ..Stop::deferred(text, Hangup::AtOnce)
            });
        };
        self.log.sending_certificate(&chosen.facts);
        match chosen.has_private_key {
            true => Ok(Some(chosen.presented())),
            false => Err(self.no_tls("NoCredentials", Hangup::AtOnce)),
        }
    }

    fn no_tls(&mut self, error: &str, hangup: Hangup) -> Stop {
        self.log.tls_failed(error);
        let stop = Stop::deferred(
            format!("451 4.4.0 TLS negotiation failed with error {error}"),
            hangup,
        );
        match error.ends_with("Credentials") {
            // The log has the reason and the queue has not: KB4495258 shows this for
            // NoCredentials and KB4051498 for UnknownCredentials, both until 2016.
            true => Stop {
                cause: Cause::Replied("421 4.4.1 Connection timed out".to_owned()),
                ..stop
            },
            false => stop,
        }
    }

    /// What the connector has against the server's certificate, in the words of the queue.
    /// Lists are looked at where they are to be had (learn.microsoft.com, Set-SendConnector); what
    /// comes of it where they are not is not documented, and here it is nothing.
    fn objection(&self, tls: Option<judge::Negotiated>) -> Option<String> {
        let judge = ExchangeSend::from(self.connector);
        judge.asks()?;
        let recipient = self.message.to.first().and_then(|to| to.rsplit_once('@'));
        let domain = recipient.map_or("", |(_, domain)| domain);
        let mut expectation = Expectation::new(domain)
            .trusting(self.roots)
            .recipient_domain(domain)
            .at(self.now);
        expectation.crls = revocation_lists(&self.presented);
        let seen = Evidence::of_handshake(self.to, tls, self.presented.clone());
        let verdict = judge.judge(&Findings::of(&seen, &expectation));
        (!verdict.would_deliver()).then_some(verdict.message)
    }

    fn transact(&mut self, wire: &mut Connection, offered: &Reply) -> Result<Reply, Stop> {
        let message = self.message;
        let content = message.content();
        let id = header(content, "Message-ID").unwrap_or_default();
        self.log.sending_message(self.record, &id);
        let mut mail = format!("MAIL FROM:<{}>", message.from);
        if offered.offers("SIZE") {
            mail += &format!(" SIZE={}", content.len());
        }
        if message.is_8bit() && offered.offers("8BITMIME") {
            mail += " BODY=8BITMIME";
        }
        let recipients = message.to.iter().map(|to| match offered.offers("DSN") {
            true => format!("RCPT TO:<{to}> ORCPT=rfc822;{to}"),
            false => format!("RCPT TO:<{to}>"),
        });
        let commands: Vec<String> = std::iter::once(mail).chain(recipients).collect();
        self.began_message = true;
        // Exchange sends MAIL and RCPT as a pipeline, and the content once they were answered.
        let mut replies = self
            .ask_all(wire, &commands, offered.offers("PIPELINING"))?
            .into_iter();
        if let Some(reply) = replies.next() {
            positive(reply)?;
        }
        let answered = message.to.iter().cloned().zip(replies);
        self.left = answered.filter(|(_, reply)| !reply.is_positive()).collect();
        if self.left.len() == message.to.len()
            && let Some((_, reply)) = self.left.first()
        {
            return Err(refusal(reply.clone()));
        }
        let reply = match offered.offers("CHUNKING") {
            true => {
                self.say(wire, &format!("BDAT {} LAST", content.len()))?;
                wire.send(content).map_err(|broken| lost(&broken))?;
                self.hear(wire)?
            }
            false => {
                let reply = self.ask(wire, "DATA")?;
                if reply.code != 354 {
                    return Err(refusal(reply));
                }
                wire.send(&message.stuffed())
                    .map_err(|broken| lost(&broken))?;
                self.hear(wire)?
            }
        };
        positive(reply)
    }

    fn ask_all(
        &mut self,
        wire: &mut Connection,
        commands: &[String],
        at_once: bool,
    ) -> Result<Vec<Reply>, Stop> {
        if !at_once {
            return commands
                .iter()
                .map(|command| self.ask(wire, command))
                .collect();
        }
        for command in commands {
            self.log.sent(command);
        }
        let batch: String = commands
            .iter()
            .map(|command| format!("{command}\r\n"))
            .collect();
        wire.send(batch.as_bytes())
            .map_err(|broken| lost(&broken))?;
        commands.iter().map(|_| self.hear(wire)).collect()
    }

    fn ask(&mut self, wire: &mut Connection, command: &str) -> Result<Reply, Stop> {
        self.say(wire, command)?;
        self.hear(wire)
    }

    fn say(&mut self, wire: &mut Connection, command: &str) -> Result<(), Stop> {
        self.log.sent(command);
        let line = format!("{command}\r\n");
        wire.send(line.as_bytes()).map_err(|broken| lost(&broken))
    }

    fn hear(&mut self, wire: &mut Connection) -> Result<Reply, Stop> {
        let gone = |_| Stop {
            cause: Cause::Dropped("SocketError".to_owned()),
            ..Stop::deferred(
                "421 4.4.2 Connection dropped due to SocketError",
                Hangup::Gone(Disconnect::Remote),
            )
        };
        let answer = wire.answer().map_err(gone)?;
        match answer.reply() {
            Some(reply) => {
                self.log.received_reply(&reply);
                Ok(reply)
            }
            None => Err(gone(String::new())),
        }
    }
}

fn lost(broken: &Broken) -> Stop {
    let (why, how) = match broken {
        Broken::TimedOut(_) => ("TimedOut", Disconnect::Local),
        _ => ("SocketError", Disconnect::RemoteSocketError),
    };
    Stop {
        cause: Cause::Dropped(why.to_owned()),
        ..Stop::deferred(
            format!("421 4.4.2 Connection dropped due to {why}"),
            Hangup::Gone(how),
        )
    }
}

fn positive(reply: Reply) -> Result<Reply, Stop> {
    match reply.is_positive() {
        true => Ok(reply),
        false => Err(refusal(reply)),
    }
}

fn refusal(reply: Reply) -> Stop {
    let text = reply.to_string().trim_end().to_owned();
    let stop = Stop {
        // Queues show the lines of a reply in one, with the code of each.
        cause: Cause::Replied(text.replace("\r\n", " ")),
        ..Stop::deferred(text.clone(), Hangup::Politely)
    };
    match reply.is_permanent() {
        true => Stop {
            ending: AttemptEnding::Refused(text),
            ..stop
        },
        false => stop,
    }
}
