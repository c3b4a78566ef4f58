//! The sends of a cast, played: each through a real session, judged in the sender's own words.

use std::fmt;
use std::net::SocketAddr;

use super::sender::{self, Send, Sender};
use super::{Cast, Playing};
use crate::certificate_facts::CertificateFacts;
use crate::error::Error;
use crate::exchange::{Attempt, AttemptEnding, Exchange};
use crate::judge::{Decision, Expectation, Findings, Judge, Probe, Trouble, Verdict};
use crate::scenario::place::Text;
use crate::smtp::Reply;

/// What became of a message that a cast sends.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SendResult {
    /// Who sent it: a sender, or a server and its send connector.
    pub by: String,
    /// Where it was sent to.
    pub to: String,
    /// What became of it.
    pub seen: Decision,
    /// The sender's own words; of a message that was taken the server's reply.
    pub message: String,
    /// What else the sender tells: the name of a field, and what is in it.
    pub details: Vec<(String, String)>,
    /// The thumbprint of the certificate that the sender was shown.
    pub presented: Option<String>,
    /// What to change, where the sender would not deliver.
    pub change: Vec<String>,
    /// What the file expects.
    pub expected: Decision,
    /// How it differs from what the file expects, a line each.
    pub complaints: Vec<String>,
}

impl SendResult {
    /// Whether it ended as the file says, in the words that the file says.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        self.complaints.is_empty()
    }
}

impl fmt::Display for SendResult {
    /// Who, where to, what became of it, and in which words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}: {}", self.by, self.to, self.seen)?;
        if !self.message.is_empty() {
            write!(f, "\n  {}", self.message.replace('\n', "\n  "))?;
        }
        for (name, text) in &self.details {
            write!(f, "\n  {name}: {text}")?;
        }
        if let Some(thumbprint) = &self.presented {
            write!(f, "\n  certificate that was shown: {thumbprint}")?;
        }
        for change in &self.change {
            write!(f, "\n  to change: {change}")?;
        }
        for complaint in &self.complaints {
            write!(f, "\n  NOT AS EXPECTED: {complaint}")?;
        }
        Ok(())
    }
}

/// The message, by the number of the send.
pub(super) fn content(from: &str, number: usize) -> String {
    format!(
        "From: {from}\r\nSubject: a message of the cast\r\nMessage-ID: <{number}@cast.test>\r\n\r\nhello\r\n"
    )
}

impl Cast {
    /// Whether the file has sends.
    #[must_use]
    pub fn sends(&self) -> usize {
        self.written.send.len()
    }

    /// Plays every send of the file, in order, in a cast that runs.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] with file, line and column of a send that names nobody.
    pub fn send_all(&self, playing: &Playing) -> Result<Vec<SendResult>, Error> {
        let send = |send: &Send| self.send_one(playing, send);
        self.send_each(send, |send, result| complaints(result, send))
    }

    /// The same, once the fix was made: every message is delivered, but where the file says
    /// otherwise by `after-fix`. A sender that was told to send to nobody says so.
    ///
    /// # Errors
    ///
    /// As [`send_all`](Self::send_all).
    pub fn send_after_fix(&self, playing: &Playing) -> Result<Vec<SendResult>, Error> {
        let send = |send: &Send| match self.send_one(playing, send) {
            Err(error) => Ok(nowhere(playing, send, &error)),
            sent => sent,
        };
        self.send_each(send, |send, result| {
            let expected = send.after_fix.as_ref().map(|word| word.get_ref().as_str());
            result.expected = sender::decision(expected.unwrap_or(Decision::Deliver.name()))
                .unwrap_or(Decision::Deliver);
            differs(result).into_iter().collect()
        })
    }

    fn send_each(
        &self,
        play: impl Fn(&Send) -> Result<SendResult, Error>,
        complaints: impl Fn(&Send, &mut SendResult) -> Vec<String>,
    ) -> Result<Vec<SendResult>, Error> {
        let place = Text {
            file: &self.file,
            text: &self.text,
        };
        let sends = self.written.send.iter().map(|one| {
            let send = one.get_ref();
            let mut result = play(send);
            if let Ok(result) = &mut result {
                result.complaints = complaints(send, result);
            }
            result.map_err(|error| match error {
                error @ Error::BadScenario { .. } => error,
                other => place.bad(one.span().start, other.to_string()),
            })
        });
        sends.collect()
    }

    fn send_one(&self, playing: &Playing, send: &Send) -> Result<SendResult, Error> {
        let expected = sender::decision(send.expect.get_ref())?;
        let mut result = match send.by.split_once('/') {
            Some((server, connector)) => self.by_connector(playing, send, server, connector)?,
            None => self.by_sender(playing, send)?,
        };
        result.expected = expected;
        Ok(result)
    }

    fn by_sender(&self, playing: &Playing, send: &Send) -> Result<SendResult, Error> {
        let sender = playing.sender(&send.by)?;
        let to = send.to.as_ref().unwrap_or(&sender.to);
        let hops = self.hops(playing, to)?;
        let recipient = self.recipient(playing, send, to);
        let Played {
            verdict,
            shown,
            answer: taken,
            ..
        } = play(playing, &sender, send, &hops, &recipient)?;
        // A judge who would deliver is answered by the server.
        let refusal = taken.as_ref().filter(|reply| !reply.is_positive());
        let seen = match refusal {
            None => verdict.decision,
            Some(reply) if reply.is_permanent() => Decision::Refuse,
            Some(_) => Decision::Defer,
        };
        let details = verdict.details.into_iter();
        Ok(SendResult {
            by: send.by.clone(),
            to: to.clone(),
            seen,
            message: match taken {
                Some(reply) => reply.to_string().trim_end().to_owned(),
                None => verdict.message,
            },
            details: details
                .map(|(name, text)| (name.to_owned(), text))
                .collect(),
            presented: shown,
            change: verdict.change,
            expected: seen,
            complaints: Vec::new(),
        })
    }

    /// Sends a message at once as this sender, past every queue: to this recipient, or as the
    /// sender's first message of the file.
    pub(crate) fn try_sender(
        &self,
        playing: &Playing,
        by: &str,
        recipient: Option<&str>,
    ) -> Result<SendResult, Error> {
        let mut all = self.written.send.iter().map(toml::Spanned::get_ref);
        let mut send = match all.find(|send| send.by == by) {
            Some(send) => send.clone(),
            None => Send::by(by),
        };
        // Where it goes is what the sender is told now.
        send.to = None;
        if let Some(recipient) = recipient {
            send.recipient = Some(recipient.to_owned());
        }
        self.by_sender(playing, &send)
    }

    fn by_connector(
        &self,
        playing: &Playing,
        send: &Send,
        server: &str,
        connector: &str,
    ) -> Result<SendResult, Error> {
        let (exchange, to) = self.server_and_hop(playing, send, server, connector)?;
        let recipient = self.recipient(playing, send, &to);
        let (attempt, _) = self.attempt(playing, send, exchange, connector, &to, &recipient)?;
        let (seen, message) = match attempt.ending {
            AttemptEnding::Delivered(reply) => (Decision::Deliver, reply.to_string()),
            AttemptEnding::Deferred(text) => (Decision::Defer, text),
            AttemptEnding::Refused(text) => (Decision::Refuse, text),
        };
        let presented = attempt.presented.first();
        let chosen = attempt.selection.and_then(|selection| selection.chosen);
        let details = chosen.map(|thumbprint| ("client certificate".to_owned(), thumbprint));
        Ok(SendResult {
            by: send.by.clone(),
            to,
            seen,
            message: message.trim_end().to_owned(),
            details: details.into_iter().collect(),
            presented: presented.map(mailfault_certs::Der::thumbprint),
            change: Vec::new(),
            expected: seen,
            complaints: Vec::new(),
        })
    }

    /// An attempt of a send connector past its queue, at each host in order until one can be
    /// talked to, and which one that was.
    pub(super) fn attempt(
        &self,
        playing: &Playing,
        send: &Send,
        exchange: &Exchange,
        connector: &str,
        to: &str,
        recipient: &str,
    ) -> Result<(Attempt, (String, SocketAddr)), Error> {
        let mut hops = self.hops(playing, to)?.into_iter().peekable();
        loop {
            let Some(hop) = hops.next() else {
                return Err(Error::BadSetting {
                    what: "send",
                    why: format!("`{to}` leads nowhere"),
                });
            };
            let content = content(&send.from, 1);
            let attempt = exchange.send(connector, hop.1, &send.from, [recipient], content)?;
            let was_put_off = matches!(attempt.ending, AttemptEnding::Deferred(_));
            if !was_put_off || attempt.began_message || hops.peek().is_none() {
                return Ok((attempt, hop));
            }
        }
    }

    /// The server of a send connector, and where the message goes.
    pub(super) fn server_and_hop<'a>(
        &self,
        playing: &'a Playing,
        send: &Send,
        server: &str,
        connector: &str,
    ) -> Result<(&'a Exchange, String), Error> {
        let Some(exchange) = playing.exchange(server) else {
            let known: Vec<_> = playing.exchange.keys().map(String::as_str).collect();
            return Err(Error::UnknownName {
                kind: "Exchange server",
                given: server.to_owned(),
                near: crate::near::nearest(server, &known),
            });
        };
        let connectors = exchange.send_connectors();
        let configured = connectors.iter().find(|one| one.name == connector);
        let smart_host = configured.and_then(|one| one.smart_hosts.first());
        let domain = send.recipient.as_ref().and_then(|to| to.rsplit_once('@'));
        let domain = domain.map(|(_, domain)| domain.to_owned());
        let domain = domain.filter(|domain| !playing.dns(domain).mx.is_empty());
        match send.to.as_ref().or(smart_host).or(domain.as_ref()) {
            Some(to) => Ok((exchange, to.clone())),
            None => Err(Error::BadSetting {
                what: "send",
                why: format!(
                    "`{}` has no smart host, and the recipient's domain is not in `[mx]`; say `to`",
                    send.by
                ),
            }),
        }
    }

    /// Whom the message is for: whom the file says, or somebody whom the member takes mail for.
    pub(super) fn recipient(&self, playing: &Playing, send: &Send, to: &str) -> String {
        if let Some(recipient) = &send.recipient {
            return recipient.clone();
        }
        let mx = playing.dns(to).mx;
        let host = mx.first().map_or(to, String::as_str);
        let member = self.written.hosts.get(host).map_or(host, String::as_str);
        let member = member.split('/').next().unwrap_or(member);
        let members = playing.members();
        let of_itself = members.iter().find(|one| one.name == member);
        let own = of_itself.map(|one| one.recipient.clone());
        // Behind a box it is the server's to say.
        let behind = members.iter().find(|one| !one.connectors.is_empty());
        match own {
            Some(recipient) if !recipient.ends_with("@example.test") => recipient,
            own => behind
                .map(|one| one.recipient.clone())
                .or(own)
                .unwrap_or_default(),
        }
    }
}

/// What becomes of a message whose sender was told to send to a host that is not there.
fn nowhere(playing: &Playing, send: &Send, error: &Error) -> SendResult {
    let sender = playing.sender(&send.by);
    let to = sender.as_ref().map_or("", |sender| sender.to.as_str());
    let message = match &sender {
        Ok(sender) if sender.is_online() => "450 4.4.312 DNS query failed".to_owned(),
        Ok(_) => error.to_string(),
        Err(_) => "451 4.4.0 DNS query failed".to_owned(),
    };
    SendResult {
        by: send.by.clone(),
        to: send.to.clone().unwrap_or_else(|| to.to_owned()),
        seen: Decision::Defer,
        message,
        details: vec![("error".to_owned(), error.to_string())],
        presented: None,
        change: Vec::new(),
        expected: Decision::Defer,
        complaints: Vec::new(),
    }
}

/// What a sender made of a host.
pub(super) struct Played {
    pub(super) verdict: Verdict,
    /// The thumbprint of the certificate that was shown.
    pub(super) shown: Option<String>,
    /// What the server said to the message, or to the recipient.
    pub(super) answer: Option<Reply>,
    pub(super) host: String,
    pub(super) addr: SocketAddr,
    /// Whether it answered at all.
    spoke: bool,
}

impl Played {
    /// Whether another host of the domain is worth a try (RFC 5321 §5.1): there is nobody here, or
    /// the message waits for the sender's own reasons.
    fn leads_on(&self) -> bool {
        self.answer.is_none() && (!self.spoke || self.verdict.decision == Decision::Defer)
    }
}

/// Looks at each host in order, judges, and delivers if the judge would; until there is somebody.
pub(super) fn play(
    playing: &Playing,
    sender: &Sender,
    send: &Send,
    hops: &[(String, SocketAddr)],
    recipient: &str,
) -> Result<Played, Error> {
    let mut last = None;
    for (host, addr) in hops {
        let played = play_at(playing, sender, send, host, *addr, recipient)?;
        if !played.leads_on() {
            return Ok(played);
        }
        last = Some(played);
    }
    last.ok_or_else(|| Error::BadSetting {
        what: "send",
        why: format!("`{}` leads nowhere", sender.to),
    })
}

fn play_at(
    playing: &Playing,
    sender: &Sender,
    send: &Send,
    host: &str,
    addr: SocketAddr,
    recipient: &str,
) -> Result<Played, Error> {
    let judge = &sender.judge;
    let name = sender.expects.as_deref().unwrap_or(host);
    let domain = recipient.rsplit_once('@').map_or("", |(_, domain)| domain);
    let expectation = Expectation::new(name)
        .trusting(&[playing.roots(), &sender.trusts].concat())
        .at(playing.clock.now())
        .mx_name(host)
        .recipient_domain(domain);
    let expectation = playing.with_dns(expectation, host, domain);
    let played = |verdict, shown, answer, spoke| Played {
        verdict,
        shown,
        answer,
        host: host.to_owned(),
        addr,
        spoke,
    };
    if let Judge::Eop(connector) = judge
        && let Some(verdict) = connector.without_looking(addr, &expectation)
    {
        return Ok(played(verdict, None, None, false));
    }
    let mut probe = Probe::new(addr).name(name).helo("mail.fabrikam.test");
    if let Some(certificate) = &sender.client_certificate {
        probe = probe.client_certificate(playing.certificate(certificate)?.clone());
    }
    let mut verdict = None;
    let evidence = probe.deliver(&send.from, &[recipient], content(&send.from, 1), |seen| {
        let judged = judge.judge(&Findings::of(seen, &sender.expectation(&expectation, seen)));
        let would = judged.would_deliver();
        verdict = Some(judged);
        would
    });
    // A session that did not come so far is judged by how far it came.
    let verdict = verdict.unwrap_or_else(|| judge.judge(&Findings::of(&evidence, &expectation)));
    let shown = evidence.chain.first().and_then(CertificateFacts::read);
    let spoke = evidence.speaks_smtp();
    // A recipient that is refused ends the matter before there is content to be taken.
    let answer = match (evidence.taken, evidence.trouble) {
        (None, Some(Trouble::Refused(_, reply))) if verdict.would_deliver() => Some(reply),
        (taken, _) => taken,
    };
    Ok(played(
        verdict,
        shown.map(|facts| facts.thumbprint),
        answer,
        spoke,
    ))
}

fn differs(result: &SendResult) -> Option<String> {
    let differs = result.seen != result.expected;
    differs.then(|| format!("`{}` was expected", result.expected))
}

pub(super) fn complaints(result: &SendResult, send: &Send) -> Vec<String> {
    let mut complaints: Vec<_> = differs(result).into_iter().collect();
    if let Some(message) = send
        .message
        .as_ref()
        .filter(|message| **message != result.message)
    {
        complaints.push(format!("the words should be `{message}`"));
    }
    for (name, part) in &send.details {
        let mut told = result.details.iter();
        let told = match name.as_str() {
            // A reply of the cloud ends in machine, time and session, which nobody can know.
            "message" => Some(&result.message),
            name => told.find(|(known, _)| known == name).map(|(_, text)| text),
        };
        if !told.is_some_and(|text| text.contains(part.as_str())) {
            complaints.push(format!("{name} should hold `{part}`"));
        }
    }
    complaints
}
