//! The sends of a cast with queues, retries and notifications, until each is over.

use std::time::{Duration, SystemTime};

use super::life::Life;
use super::send::{Played, content};
use super::sender::Send;
use super::{Cast, Playing};
use crate::error::Error;
use crate::exchange::AttemptEnding;
use crate::judge::{Decision, Judge, OnlineEra};
use crate::scenario::place::Text;
use crate::smtp::Reply;
use crate::transport::{
    AttemptOutcome, Cause, Destination, Product, Progress, RetrySchedule, Setback, Submission,
    Transport, Voice,
};

/// Every message of a cast on its way: those of an Exchange server wait in its own queues, those
/// of a sender in one of its own. Senders without queues, as clients and judges of certificates,
/// have that of Exchange Online.
#[derive(Debug)]
pub struct MailFlow {
    lines: Vec<Line>,
}

/// A message, and where it waits.
#[derive(Debug)]
struct Line {
    /// Which send of the file it is.
    send: usize,
    by: String,
    to: String,
    waits: Waits,
    /// What the last attempt saw, where the sender is no Exchange server.
    seen: Option<Seen>,
}

/// What an attempt saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The thumbprint of the certificate that was shown.
    pub(crate) thumbprint: Option<String>,
    /// Whether the message went in clear.
    pub(crate) in_clear: bool,
}

#[derive(Debug)]
enum Waits {
    /// In the queue of a sender.
    Here(Box<Transport>),
    /// In the queues of this server, under this number.
    AtServer(String, u64),
}

impl Cast {
    /// Submits every send of the file once. Nothing is sent before time is
    /// [played](MailFlow::play_until).
    ///
    /// # Errors
    ///
    /// As [`send_all`](Self::send_all).
    pub fn mail_flow(&self, playing: &Playing) -> Result<MailFlow, Error> {
        let mut flow = MailFlow { lines: Vec::new() };
        for _ in 0..self.sends() {
            flow.submit(self, playing)?;
        }
        Ok(flow)
    }

    /// Plays every send of the file with the queue of its sender, for so long on the clock of the
    /// cast: attempts come when they are due, and nothing sleeps. Two days and some more are
    /// enough for everything to be over.
    ///
    /// # Errors
    ///
    /// As [`send_all`](Self::send_all).
    pub fn send_for(&self, playing: &Playing, time: Duration) -> Result<Vec<Life>, Error> {
        let mut flow = self.mail_flow(playing)?;
        flow.play_until(self, playing, playing.clock.now() + time);
        Ok(flow.lives(playing))
    }

    fn line(&self, playing: &Playing, at: usize, number: usize) -> Result<Line, Error> {
        let send = self.written.send[at].get_ref();
        let (to, waits) = match send.by.split_once('/') {
            Some((server, connector)) => {
                self.line_of_exchange(playing, send, server, connector, number)?
            }
            None => self.line_of_sender(playing, send, number)?,
        };
        Ok(Line {
            send: at,
            by: send.by.clone(),
            to,
            waits,
            seen: None,
        })
    }

    fn line_of_exchange(
        &self,
        playing: &Playing,
        send: &Send,
        server: &str,
        connector: &str,
        number: usize,
    ) -> Result<(String, Waits), Error> {
        let (exchange, to) = self.server_and_hop(playing, send, server, connector)?;
        let addr = self.resolve(playing, &to)?;
        let recipient = self.recipient(playing, send, &to);
        let is_domain = !playing.dns(&to).mx.is_empty();
        let elsewhere = send.to.as_ref().is_some_and(|to| {
            let all = exchange.send_connectors();
            let mut smart_hosts = all.iter().filter(|one| one.name == connector);
            smart_hosts.any(|one| !one.smart_hosts.is_empty() && !one.smart_hosts.contains(to))
        });
        if elsewhere || exchange.connector_for(&recipient).as_deref() != Some(connector) {
            // Routing would take another way: the file asks for this one all the same.
            let voice = Voice::new(Product::from(exchange.version()), exchange.fqdn());
            let schedule = exchange.retry_schedule();
            let waits = wait_here(
                playing, send, voice, schedule, connector, &to, recipient, number,
            );
            return Ok((to, waits));
        }
        if let (Some(_), Some((_, domain)), false) =
            (&send.to, recipient.rsplit_once('@'), is_domain)
        {
            exchange.set_host(domain, addr);
        }
        let numbers = exchange.submit(&send.from, [&recipient], content(&send.from, number));
        // Whatever a connector is found for is queued.
        let queued = numbers.first().copied().unwrap_or_default();
        Ok((to, Waits::AtServer(server.to_owned(), queued)))
    }

    fn line_of_sender(
        &self,
        playing: &Playing,
        send: &Send,
        number: usize,
    ) -> Result<(String, Waits), Error> {
        let sender = playing.sender(&send.by)?;
        let to = send.to.clone().unwrap_or_else(|| sender.to.clone());
        self.resolve(playing, &to)?;
        let recipient = self.recipient(playing, send, &to);
        let era = match &sender.judge {
            Judge::Eop(connector) => connector.era,
            _ => OnlineEra::From2023,
        };
        let mut voice = Voice::new(
            Product::ExchangeOnline(era),
            "AM0PR01MB1234.eurprd01.prod.exchangelabs.com",
        );
        "DM6NAM11FT035.eop-nam11.prod.protection.outlook.com".clone_into(&mut voice.front_end);
        let schedule = RetrySchedule::exchange_online();
        let connector = &sender.connector;
        let waits = wait_here(
            playing, send, voice, schedule, connector, &to, recipient, number,
        );
        Ok((to, waits))
    }

    /// An attempt by a send connector that routing would not have taken.
    fn attempt_of_connector(
        &self,
        playing: &Playing,
        send: &Send,
        server: &str,
        connector: &str,
    ) -> Result<AttemptOutcome, Error> {
        let (exchange, to) = self.server_and_hop(playing, send, server, connector)?;
        let recipient = self.recipient(playing, send, &to);
        let (attempt, (host, addr)) =
            self.attempt(playing, send, exchange, connector, &to, &recipient)?;
        let setback = |text: String| Setback::new(Cause::Replied(text)).with(&host, Some(addr));
        Ok(match attempt.ending {
            AttemptEnding::Delivered(reply) => AttemptOutcome::Delivered(reply),
            AttemptEnding::Deferred(text) => AttemptOutcome::Unreachable(setback(text)),
            AttemptEnding::Refused(text) => AttemptOutcome::Refused {
                reply: Reply::from(text.as_str()),
                host,
            },
        })
    }

    /// An attempt of a sender, as it is configured now.
    fn attempt_of_sender(&self, playing: &Playing, at: usize) -> (AttemptOutcome, Option<Seen>) {
        let send = self.written.send[at].get_ref();
        let attempt = || {
            if let Some((server, connector)) = send.by.split_once('/') {
                let outcome = self.attempt_of_connector(playing, send, server, connector)?;
                return Ok((outcome, None));
            }
            let sender = playing.sender(&send.by)?;
            let to = send.to.clone().unwrap_or_else(|| sender.to.clone());
            let hops = self.hops(playing, &to)?;
            let recipient = self.recipient(playing, send, &to);
            let played = super::send::play(playing, &sender, send, &hops, &recipient)?;
            let seen = Seen {
                thumbprint: played.shown.clone(),
                in_clear: played.verdict.decision == Decision::DeliverInClear,
            };
            Ok((outcome(played), Some(seen)))
        };
        attempt().unwrap_or_else(|error: Error| {
            let cause = Cause::own(error.to_string());
            let setback = Setback::new(cause).with(&send.by, None);
            (AttemptOutcome::Unreachable(setback), None)
        })
    }
}

impl MailFlow {
    /// Submits the next send of the file, and after the last the first again: somebody writes once
    /// more.
    ///
    /// # Errors
    ///
    /// As [`Cast::send_all`].
    pub fn submit(&mut self, cast: &Cast, playing: &Playing) -> Result<(), Error> {
        let sends = cast.written.send.len();
        if sends == 0 {
            return Ok(());
        }
        let (at, number) = (self.lines.len() % sends, self.lines.len() + 1);
        let place = Text {
            file: &cast.file,
            text: &cast.text,
        };
        let line = cast
            .line(playing, at, number)
            .map_err(|error| place.bad(cast.written.send[at].span().start, error.to_string()))?;
        self.lines.push(line);
        Ok(())
    }

    /// When something is due next; `None` if nothing ever is.
    #[must_use]
    pub fn next_at(&self, playing: &Playing) -> Option<SystemTime> {
        self.next(playing).map(|(then, _)| then)
    }

    fn next(&self, playing: &Playing) -> Option<(SystemTime, Whose)> {
        let lines = self.lines.iter().enumerate();
        let lines = lines.filter_map(|(at, line)| match &line.waits {
            Waits::Here(transport) => Some((transport.next_at()?, Whose::Line(at))),
            Waits::AtServer(..) => None,
        });
        let servers = playing.exchange.iter();
        let servers =
            servers.filter_map(|(name, one)| Some((one.next_at()?, Whose::Server(name.clone()))));
        lines.chain(servers).min()
    }

    /// Lets time pass until then. Each moment comes once: what is due first is played first,
    /// whoever's it is.
    pub fn play_until(&mut self, cast: &Cast, playing: &Playing, until: SystemTime) {
        while let Some((then, whose)) = self.next(playing).filter(|(then, _)| *then <= until) {
            match whose {
                Whose::Server(name) => {
                    playing.exchange[&name].play_until(then);
                }
                Whose::Line(at) => {
                    let Line {
                        send, waits, seen, ..
                    } = &mut self.lines[at];
                    if let Waits::Here(transport) = waits {
                        transport.play_until(then, |_| {
                            let (outcome, saw) = cast.attempt_of_sender(playing, *send);
                            *seen = saw;
                            outcome
                        });
                    }
                }
            }
        }
        if let Ok(rest) = until.duration_since(playing.clock.now()) {
            playing.clock.advance(rest);
        }
    }

    /// What the last attempt of each message saw.
    pub(crate) fn seen(&self) -> Vec<Option<Seen>> {
        self.lines.iter().map(|line| line.seen.clone()).collect()
    }

    /// What happened to each message so far.
    #[must_use]
    pub fn lives(&self, playing: &Playing) -> Vec<Life> {
        let lives = self.lines.iter().map(|line| Life {
            by: line.by.clone(),
            to: line.to.clone(),
            online: match &line.waits {
                Waits::Here(transport) => transport.voice().product.is_online(),
                Waits::AtServer(..) => false,
            },
            progress: line.progress(playing),
        });
        lives.collect()
    }
}

/// Whose turn it is.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Line(usize),
    Server(String),
}

impl Line {
    fn progress(&self, playing: &Playing) -> Vec<Progress> {
        match &self.waits {
            Waits::Here(transport) => transport.journal().cloned().collect(),
            Waits::AtServer(server, number) => {
                let mut all = playing.exchange[server].progress();
                all.retain(|one| one.message == *number);
                all
            }
        }
    }
}

/// Puts a message in a queue of its own.
#[allow(clippy::too_many_arguments)] // each once, and nobody else's
fn wait_here(
    playing: &Playing,
    send: &Send,
    mut voice: Voice,
    schedule: RetrySchedule,
    connector: &str,
    to: &str,
    recipient: String,
    number: usize,
) -> Waits {
    if let Some((_, domain)) = send.from.rsplit_once('@') {
        voice.domains.push(domain.to_owned());
    }
    let name = voice
        .server
        .split('.')
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut transport = Transport::new(name, voice, schedule, playing.clock.clone());
    let destination = match playing.dns(to).mx.is_empty() {
        true => Destination::smart_hosts(connector, [to.to_owned()]),
        false => Destination::domain(connector, to),
    };
    transport.submit(
        destination,
        Submission::new(&send.from, [recipient], content(&send.from, number)),
    );
    Waits::Here(Box::new(transport))
}

/// What a verdict, and the server's answer to whoever would deliver, make of an attempt.
fn outcome(played: Played) -> AttemptOutcome {
    let Played {
        verdict,
        answer,
        host,
        addr,
        ..
    } = played;
    match answer {
        Some(reply) if reply.is_positive() => AttemptOutcome::Delivered(reply),
        Some(reply) if reply.is_permanent() => AttemptOutcome::Refused { reply, host },
        Some(reply) => {
            let cause = Cause::own(reply.to_string().trim_end());
            AttemptOutcome::Deferred(Setback::new(cause).with(host, Some(addr)))
        }
        None => {
            let cause = Cause::Own {
                text: verdict.message.clone(),
                message: verdict.told("MSG").unwrap_or_default().to_owned(),
            };
            AttemptOutcome::Unreachable(Setback::new(cause).with(host, Some(addr)))
        }
    }
}
