//! The sends of a cast with queues, retries and notifications, until each is over.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::send::CONTENT;
use super::sender::Send;
use super::{Cast, Playing};
use crate::error::Error;
use crate::exchange::AttemptEnding;
use crate::judge::{Judge, OnlineEra, Verdict};
use crate::persona::timestamp;
use crate::scenario::place::Text;
use crate::smtp::Reply;
use crate::transport::{
    AttemptOutcome, Cause, Destination, Notification, Outgoing, Product, Progress, ProgressKind,
    RetrySchedule, Setback, Submission, Transport, Voice,
};

/// The life of a message of a cast, from its submission to its end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Life {
    /// Who sent it: a sender, or a server and its send connector.
    pub by: String,
    /// Where it was sent to.
    pub to: String,
    /// Whether it waited in the cloud, whose administrators see more of a setback.
    pub online: bool,
    /// What happened to it, in order.
    pub progress: Vec<Progress>,
}

impl Life {
    /// What its sender was told.
    #[must_use]
    pub fn notifications(&self) -> Vec<&Notification> {
        let all = self.progress.iter();
        all.filter_map(|one| one.kind.notification()).collect()
    }

    /// Why a message was put off, as an administrator of its sender sees it: in the queue, or in
    /// the message trace.
    #[must_use]
    pub fn setback<'a>(&self, progress: &'a Progress) -> &'a str {
        match &progress.kind {
            ProgressKind::Deferred { detail, .. } if self.online => detail,
            ProgressKind::Deferred { error, .. } => error,
            _ => "",
        }
    }

    /// Whether it was taken in the end.
    #[must_use]
    pub fn was_delivered(&self) -> bool {
        let mut all = self.progress.iter();
        all.any(|one| matches!(one.kind, ProgressKind::Delivered(_)))
    }
}

impl fmt::Display for Life {
    /// A line for each thing that happened; attempts that failed alike are told once.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.by, self.to)?;
        let mut rest = self.progress.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let at = timestamp(first.at);
            let deferred = |one: &Progress| match &one.kind {
                ProgressKind::Deferred { error, .. } => Some(words(error).to_owned()),
                _ => None,
            };
            let alike = deferred(first).map_or(0, |error| {
                let same = |one: &&Progress| deferred(one).as_ref() == Some(&error);
                others.iter().take_while(same).count()
            });
            match &first.kind {
                ProgressKind::Submitted => write!(f, "\n  {at} submitted")?,
                ProgressKind::Deferred { .. } if alike == 0 => {
                    write!(f, "\n  {at} deferred: {}", self.setback(first))?;
                }
                ProgressKind::Deferred { .. } => {
                    let last = timestamp(others[alike - 1].at);
                    write!(f, "\n  {at} deferred: {}", self.setback(first))?;
                    write!(f, "\n  … {} times in all, the last at {last}", alike + 1)?;
                }
                ProgressKind::Delayed(_) => write!(f, "\n  {at} delayed: the sender is told")?,
                ProgressKind::Delivered(reply) => {
                    write!(f, "\n  {at} delivered: {}", reply.to_string().trim_end())?;
                }
                ProgressKind::Failed { status, .. } => write!(f, "\n  {at} failed: {status}")?,
                ProgressKind::Removed => write!(f, "\n  {at} removed")?,
            }
            rest = &others[alike..];
        }
        Ok(())
    }
}

/// An error without the times and addresses that differ from attempt to attempt.
fn words(error: &str) -> &str {
    error
        .split(['[', '{', ';'])
        .find(|part| !part.is_empty())
        .unwrap_or(error)
}

impl Cast {
    /// Plays every send of the file with the queue of its sender, for so long on the clock of the
    /// cast: attempts come when they are due, and nothing sleeps. Two days and some more are
    /// enough for everything to be over.
    ///
    /// Senders that have no queue of their own, as clients and judges of certificates, have that
    /// of Exchange Online.
    ///
    /// # Errors
    ///
    /// As [`send_all`](Self::send_all).
    pub fn send_for(&self, playing: &Playing, time: Duration) -> Result<Vec<Life>, Error> {
        let place = Text {
            file: &self.file,
            text: &self.text,
        };
        let until = playing.clock.now() + time;
        let mut lives = Vec::new();
        let mut lines = Vec::new();
        for one in &self.written.send {
            let line = self.line(playing, one.get_ref());
            lines.push(line.map_err(|error| place.bad(one.span().start, error.to_string()))?);
        }
        // Each moment of time comes once: what is due first is played first, whoever's it is.
        loop {
            let due = lines.iter().enumerate();
            let due = due.filter_map(|(at, line)| Some((line.transport.next_at()?, at)));
            let Some((then, at)) = due.min().filter(|(then, _)| *then <= until) else {
                break;
            };
            let Line {
                transport, attempt, ..
            } = &mut lines[at];
            transport.play_until(then, |outgoing| attempt(outgoing));
        }
        for line in lines {
            lives.push(Life {
                by: line.by,
                to: line.to,
                online: line.transport.voice().product.is_online(),
                progress: line.transport.journal().cloned().collect(),
            });
        }
        Ok(lives)
    }

    fn line<'a>(&'a self, playing: &'a Playing, send: &'a Send) -> Result<Line<'a>, Error> {
        match send.by.split_once('/') {
            Some((server, connector)) => self.line_of_exchange(playing, send, server, connector),
            None => self.line_of_sender(playing, send),
        }
    }

    fn line_of_exchange<'a>(
        &'a self,
        playing: &'a Playing,
        send: &'a Send,
        server: &str,
        connector: &'a str,
    ) -> Result<Line<'a>, Error> {
        let (exchange, to) = self.server_and_hop(playing, send, server, connector)?;
        let addr = self.resolve(playing, &to)?;
        let recipient = self.recipient(playing, send, &to);
        let voice = Voice::new(Product::from(exchange.version()), exchange.fqdn());
        let destination = Destination::smart_hosts(connector, [to.clone()]);
        let attempt = {
            let (to, recipient) = (to.clone(), recipient.clone());
            move |_: &Outgoing<'_>| {
                let sent = exchange.send(connector, addr, &send.from, [&recipient], CONTENT);
                let setback =
                    |text: String| Setback::new(Cause::Replied(text)).with(to.clone(), Some(addr));
                match sent.map(|attempt| attempt.ending) {
                    Ok(AttemptEnding::Delivered(reply)) => AttemptOutcome::Delivered(reply),
                    Ok(AttemptEnding::Deferred(text)) => AttemptOutcome::Unreachable(setback(text)),
                    Ok(AttemptEnding::Refused(text)) => AttemptOutcome::Refused {
                        reply: Reply::from(text.as_str()),
                        host: to.clone(),
                    },
                    // The connector was taken away meanwhile.
                    Err(error) => AttemptOutcome::Unreachable(setback(error.to_string())),
                }
            }
        };
        Ok(Line::new(
            send,
            to,
            voice,
            RetrySchedule::mailbox_server(),
            destination,
            recipient,
            playing,
            Box::new(attempt),
        ))
    }

    fn line_of_sender<'a>(
        &'a self,
        playing: &'a Playing,
        send: &'a Send,
    ) -> Result<Line<'a>, Error> {
        let sender = self.sender(&send.by)?;
        let to = send.to.clone().unwrap_or_else(|| sender.to.clone());
        let addr = self.resolve(playing, &to)?;
        let recipient = self.recipient(playing, send, &to);
        let era = match sender.judge()? {
            Judge::Eop(connector) => connector.era,
            _ => OnlineEra::From2023,
        };
        let mut voice = Voice::new(
            Product::ExchangeOnline(era),
            "AM0PR01MB1234.eurprd01.prod.exchangelabs.com",
        );
        "DM6NAM11FT035.eop-nam11.prod.protection.outlook.com".clone_into(&mut voice.front_end);
        let destination = Destination::smart_hosts(&send.by, [to.clone()]);
        let attempt = {
            let (to, recipient) = (to.clone(), recipient.clone());
            move |_: &Outgoing<'_>| match super::send::play(
                playing, sender, send, &to, addr, &recipient,
            ) {
                Ok((verdict, _, answer)) => outcome(&verdict, answer, &to, addr),
                Err(error) => {
                    let cause = Cause::own(error.to_string());
                    AttemptOutcome::Unreachable(Setback::new(cause).with(to.clone(), None))
                }
            }
        };
        Ok(Line::new(
            send,
            to,
            voice,
            RetrySchedule::exchange_online(),
            destination,
            recipient,
            playing,
            Box::new(attempt),
        ))
    }
}

/// What a verdict, and the server's answer to whoever would deliver, make of an attempt.
fn outcome(verdict: &Verdict, answer: Option<Reply>, to: &str, addr: SocketAddr) -> AttemptOutcome {
    match answer {
        Some(reply) if reply.is_positive() => AttemptOutcome::Delivered(reply),
        Some(reply) if reply.is_permanent() => AttemptOutcome::Refused {
            reply,
            host: to.to_owned(),
        },
        Some(reply) => {
            let cause = Cause::own(reply.to_string().trim_end());
            AttemptOutcome::Deferred(Setback::new(cause).with(to, Some(addr)))
        }
        None => {
            let cause = Cause::Own {
                text: verdict.message.clone(),
                message: verdict.told("MSG").unwrap_or_default().to_owned(),
            };
            AttemptOutcome::Unreachable(Setback::new(cause).with(to, Some(addr)))
        }
    }
}

/// A message in its queue, and how it is tried.
struct Line<'a> {
    by: String,
    to: String,
    transport: Transport,
    attempt: Box<dyn FnMut(&Outgoing<'_>) -> AttemptOutcome + 'a>,
}

impl<'a> Line<'a> {
    #[allow(clippy::too_many_arguments)] // each once, and nobody else's
    fn new(
        send: &Send,
        to: String,
        mut voice: Voice,
        schedule: RetrySchedule,
        destination: Destination,
        recipient: String,
        playing: &Playing,
        attempt: Box<dyn FnMut(&Outgoing<'_>) -> AttemptOutcome + 'a>,
    ) -> Self {
        if let Some((_, domain)) = send.from.rsplit_once('@') {
            voice.domains.push(domain.to_owned());
        }
        let server = voice
            .server
            .split('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        let mut transport = Transport::new(server, voice, schedule, playing.clock.clone());
        transport.submit(
            destination,
            Submission::new(&send.from, [recipient], CONTENT),
        );
        Self {
            by: send.by.clone(),
            to,
            transport,
            attempt,
        }
    }
}
