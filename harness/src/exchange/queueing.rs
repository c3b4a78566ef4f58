//! The queues of a server: what is submitted, tried again, given up and delivered at home.

use std::net::SocketAddr;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::delivery::{Attempt, AttemptEnding};
use super::log::{TrackingEvent, TrackingRow};
use super::{Exchange, Version, routing};
use crate::error::Error;
use crate::report::Mail;
use crate::send::Message;
use crate::smtp::Reply;
use crate::transport::{
    AttemptOutcome, Cause, DeliveryType, Destination, Outgoing, Progress, ProgressKind, Queue,
    QueueFilter, QueuedMessage, Setback, Submission, Transport,
};

/// The queues, and what was delivered at home.
#[derive(Debug)]
pub(super) struct Queueing {
    pub(super) transport: Transport,
    delivered: Vec<Mail>,
}

impl Queueing {
    pub(super) fn new(transport: Transport) -> Self {
        Self {
            transport,
            delivered: Vec::new(),
        }
    }

    /// Puts a message into the mailboxes of these recipients.
    fn deliver(&mut self, submission: &Submission) -> Mail {
        let mail = mail_of(submission, self.delivered.len() as u64 + 1);
        self.delivered.push(mail.clone());
        mail
    }
}

impl Exchange {
    /// Nothing that holds [`State`](super::State) may wait for this: attempts ask for it.
    pub(super) fn queueing(&self) -> MutexGuard<'_, Queueing> {
        self.queueing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a message from a mailbox: `from` sends it, with these recipients.
    ///
    /// Those in an accepted domain have it at once, whether or not there is such a mailbox. For the
    /// others it goes into a queue for each destination, by the send connector whose address space
    /// is nearest to the domain; nothing is sent before time is [played](Self::play_until), though
    /// it need not pass. Says the numbers of what was queued.
    ///
    /// ```
    /// use mailfault::MockServer;
    /// use mailfault::exchange::{Exchange, SendConnector, Version};
    /// use std::time::Duration;
    ///
    /// let peer = MockServer::start();
    /// let server = Exchange::builder(Version::Exchange2019)
    ///     .send_connector(SendConnector::new("To the internet"))
    ///     .resolve("fabrikam.test", peer.addr())
    ///     .start();
    /// server.submit("alice@contoso.test", ["bob@fabrikam.test"], "Subject: Hello\r\n\r\nHi.\r\n");
    /// assert_eq!(server.queues()[0].next_hop_domain, "fabrikam.test");
    /// server.advance(Duration::ZERO);
    /// assert_eq!(peer.finish().mail[0].subject().as_deref(), Some("Hello"));
    /// ```
    pub fn submit<S: Into<String>>(
        &self,
        from: &str,
        to: impl IntoIterator<Item = S>,
        content: impl AsRef<[u8]>,
    ) -> Vec<u64> {
        let message = Message::new(from, to, content);
        let mut submission = Submission::new(from, message.to.clone(), message.content());
        submission.source_name = "STOREDRIVER".to_owned();
        submission.source_host = self.settings.fqdn.clone();
        submission.source_ip = Some(self.settings.address);
        let mail = mail_of(&submission, 0);
        let source = TrackingEvent::Receive;
        let row = self.server().row(self.now(), "STOREDRIVER", source, &mail);
        self.track(vec![row]);
        self.put_in_line(submission)
    }

    /// Delivers at home, and queues for elsewhere.
    fn put_in_line(&self, submission: Submission) -> Vec<u64> {
        let domain = |to: &str| {
            to.rsplit_once('@')
                .map_or("", |(_, domain)| domain)
                .to_owned()
        };
        let (home, away): (Vec<_>, Vec<_>) = {
            let known = self.shared.known();
            let mut to = submission.to.iter().cloned();
            to.by_ref()
                .partition(|to| known.accepts(&domain(to).to_ascii_lowercase()))
        };
        let mut groups: Vec<(Destination, Vec<String>)> = Vec::new();
        {
            let state = self.state();
            for to in away {
                let destination = routing::destination(state.sending.loaded(), &domain(&to));
                match groups.iter_mut().find(|(one, _)| *one == destination) {
                    Some((_, all)) => all.push(to),
                    None => groups.push((destination, vec![to])),
                }
            }
        }
        if !home.is_empty() {
            self.deliver_at_home(&Submission {
                to: home,
                ..submission.clone()
            });
        }
        let mut queueing = self.queueing();
        let queued = groups.into_iter().map(|(destination, to)| {
            let submission = Submission {
                to,
                ..submission.clone()
            };
            queueing.transport.submit(destination, submission)
        });
        queued.collect()
    }

    fn deliver_at_home(&self, submission: &Submission) {
        let mail = self.queueing().deliver(submission);
        let row = self.server().delivered(self.now(), &mail);
        self.track(vec![row]);
    }

    /// By which send connector mail for this address leaves, as the Transport service has read
    /// them; `None` if by none, or if it does not leave.
    #[must_use]
    pub fn connector_for(&self, address: &str) -> Option<String> {
        let (_, domain) = address.rsplit_once('@')?;
        if self.shared.known().accepts(&domain.to_ascii_lowercase()) {
            return None;
        }
        let destination = routing::destination(self.state().sending.loaded(), domain);
        Some(destination.connector).filter(|name| !name.is_empty())
    }

    /// What is in a mailbox: what connectors took for it first, then what was submitted here, and
    /// the notifications.
    #[must_use]
    pub fn mailbox(&self, address: &str) -> Vec<Mail> {
        let is_for = |mail: &Mail| mail.to.iter().any(|to| to.eq_ignore_ascii_case(address));
        let mut all: Vec<_> = self.mail().into_iter().map(|one| one.mail).collect();
        all.extend(self.queueing().delivered.iter().cloned());
        all.retain(is_for);
        all
    }

    /// The queues: `Get-Queue`.
    #[must_use]
    pub fn queues(&self) -> Vec<Queue> {
        self.queueing().transport.queues()
    }

    /// The messages in them: `Get-Message`.
    #[must_use]
    pub fn queued_messages(&self) -> Vec<QueuedMessage> {
        self.queueing().transport.messages()
    }

    /// What happened to messages in queues so far, the oldest first.
    #[must_use]
    pub fn progress(&self) -> Vec<Progress> {
        self.queueing().transport.journal().cloned().collect()
    }

    /// When something is due in a queue; `None` if nothing ever is.
    #[must_use]
    pub fn next_at(&self) -> Option<SystemTime> {
        self.queueing().transport.next_at()
    }

    /// Lets time pass until then: each attempt is made when it is due, notifications are
    /// delivered, and the clock is left there. Nothing sleeps. Says what happened.
    pub fn play_until(&self, until: SystemTime) -> Vec<Progress> {
        let mut all = Vec::new();
        loop {
            let mut queueing = self.queueing();
            let due = queueing.transport.next_at().filter(|due| *due <= until);
            // One moment at a time: what is told then may have to be sent in turn.
            let then = due.unwrap_or(until);
            let progress = queueing
                .transport
                .play_until(then, |outgoing| self.deliver(outgoing));
            drop(queueing);
            self.after(&progress);
            all.extend(progress);
            if due.is_none() {
                return all;
            }
        }
    }

    /// Lets so much time pass: [`play_until`](Self::play_until).
    pub fn advance(&self, by: Duration) -> Vec<Progress> {
        self.play_until(self.now() + by)
    }

    /// Tries at once what waits to be tried again: `Retry-Queue`, with the identity of a queue or
    /// a filter.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] or [`Error::BadSetting`] for a filter that makes no sense.
    pub fn retry_queue(&self, filter: &str) -> Result<Vec<Progress>, Error> {
        let filter: QueueFilter = filter.parse()?;
        let mut queueing = self.queueing();
        let attempt = |outgoing: &Outgoing<'_>| self.deliver(outgoing);
        let progress = queueing.transport.retry_queue(&filter, attempt);
        drop(queueing);
        self.after(&progress);
        Ok(progress)
    }

    /// Routes what is in these queues anew: `Retry-Queue -Resubmit`.
    ///
    /// # Errors
    ///
    /// As [`retry_queue`](Self::retry_queue).
    pub fn resubmit_queue(&self, filter: &str) -> Result<(), Error> {
        let filter: QueueFilter = filter.parse()?;
        let connectors = self.state().sending.loaded().to_vec();
        self.queueing().transport.resubmit(&filter, |submission| {
            let first = submission.to.first().and_then(|to| to.rsplit_once('@'));
            routing::destination(&connectors, first.map_or("", |(_, domain)| domain))
        });
        Ok(())
    }

    /// Holds queues: `Suspend-Queue`.
    ///
    /// # Errors
    ///
    /// As [`retry_queue`](Self::retry_queue).
    pub fn suspend_queue(&self, filter: &str) -> Result<(), Error> {
        let filter = filter.parse()?;
        self.queueing().transport.suspend_queue(&filter);
        Ok(())
    }

    /// Lets them go on: `Resume-Queue`.
    ///
    /// # Errors
    ///
    /// As [`retry_queue`](Self::retry_queue).
    pub fn resume_queue(&self, filter: &str) -> Result<(), Error> {
        let filter = filter.parse()?;
        self.queueing().transport.resume_queue(&filter);
        Ok(())
    }

    /// Takes a message out of its queue without a word: `Remove-Message -WithNDR $false`. Says
    /// whether it was there.
    pub fn remove_message(&self, number: u64) -> bool {
        self.queueing().transport.remove_message(number)
    }

    /// One turn of a message: each of its hosts in order, until one can be talked to.
    fn deliver(&self, outgoing: &Outgoing<'_>) -> AttemptOutcome {
        let submission = outgoing.submission;
        let message = Message::new(&submission.from, submission.to.clone(), &submission.content);
        let mut last = None;
        for host in &self.hosts_of(outgoing.destination) {
            let connector = &outgoing.destination.connector;
            let outcome = match self.address_of(host) {
                None => AttemptOutcome::Unreachable(self.not_found(host)),
                Some(address) => {
                    let attempt = self.attempt(connector, Some(host), address, &message);
                    attempt.map_or_else(
                        |error| {
                            let cause = Cause::own(error.to_string());
                            AttemptOutcome::Unreachable(Setback::new(cause))
                        },
                        |attempt| outcome(attempt, host, address, submission.to.len()),
                    )
                }
            };
            match outcome {
                AttemptOutcome::Unreachable(_) => last = Some(outcome),
                outcome => return outcome,
            }
        }
        last.unwrap_or_else(|| AttemptOutcome::Unreachable(self.not_found("")))
    }

    /// Whom to connect to, the first one first. A domain is looked up each time.
    fn hosts_of(&self, destination: &Destination) -> Vec<String> {
        let known = self.shared.known();
        let found = match destination.delivery_type {
            DeliveryType::DnsConnectorDelivery => known.mx.get(&destination.domain),
            _ => None,
        };
        let found = found.filter(|hosts| !hosts.is_empty());
        found.unwrap_or(&destination.hosts).clone()
    }

    /// Where a host is, as far as anybody said.
    fn address_of(&self, host: &str) -> Option<SocketAddr> {
        let hosts = &self.shared.known().hosts;
        hosts.get(&host.to_ascii_lowercase()).copied()
    }

    /// Nobody said where the host is. The words of 2016 were seen in a notification, those of 2010
    /// in a queue.
    fn not_found(&self, host: &str) -> Setback {
        let text = match self.settings.version {
            Version::Exchange2010 => "451 4.4.0 DNS query failed".to_owned(),
            Version::Exchange2013 => format!(
                "451 4.4.0 DNS query failed. The error was: SMTPSEND.DNS.NonExistentDomain; nonexistent domain {host}"
            ),
            _ => format!(
                "451 4.4.0 DNS query failed. The error was: SMTPSEND.DNS.NonExistentDomain; nonexistent domain {host} -> DnsDomainDoesNotExist: InfoDomainNonexistent"
            ),
        };
        Setback::new(Cause::own(text.trim_end())).with(host, None)
    }

    /// What follows from what happened: message tracking, and notifications on their way.
    fn after(&self, progress: &[Progress]) {
        for one in progress {
            let about = Mail {
                to: one.recipients.clone(),
                ..mail_of(&one.submission, one.message)
            };
            let mut rows = Vec::new();
            if let ProgressKind::Failed {
                source: "QUEUE",
                status,
                ..
            } = &one.kind
            {
                rows.push(self.server().failed(one.at, &about, "QUEUE", status));
            }
            let notification = one.kind.notification();
            if let Some(told) = notification {
                let (sender, id) = (&told.from, &told.message_id);
                rows.push(self.server().notified(one.at, &about, sender, id));
            }
            self.track(rows);
            if let Some(told) = notification {
                let mut submission = Submission::new("", [&told.to], &told.content);
                submission.source_name = "DSN".to_owned();
                submission.source_host = self.settings.fqdn.clone();
                self.put_in_line(submission);
            }
        }
    }

    fn server(&self) -> super::log::TrackingServer {
        self.tracking_server(self.settings.address)
    }

    fn now(&self) -> SystemTime {
        self.settings.clock.now()
    }

    fn track(&self, rows: Vec<TrackingRow>) {
        if !rows.is_empty() {
            self.state().keep(None, rows);
        }
    }
}

/// What a queue makes of an attempt.
fn outcome(attempt: Attempt, host: &str, address: SocketAddr, recipients: usize) -> AttemptOutcome {
    let setback = |cause| Setback::new(cause).with(host, Some(address));
    if !attempt.left.is_empty() && recipients > 1 {
        let reply = match attempt.ending {
            AttemptEnding::Delivered(reply) => Some(reply),
            _ => None,
        };
        return AttemptOutcome::Partly {
            reply,
            left: attempt.left,
            host: host.to_owned(),
        };
    }
    match (attempt.ending, attempt.cause) {
        (AttemptEnding::Delivered(reply), _) => AttemptOutcome::Delivered(reply),
        (AttemptEnding::Refused(text), _) => AttemptOutcome::Refused {
            reply: text.parse().unwrap_or_else(|_| Reply::new(550, text)),
            host: host.to_owned(),
        },
        (AttemptEnding::Deferred(_), Some(Cause::Replied(text))) if attempt.began_message => {
            AttemptOutcome::Deferred(setback(Cause::own(text)))
        }
        (AttemptEnding::Deferred(text), cause) => {
            AttemptOutcome::Unreachable(setback(cause.unwrap_or_else(|| Cause::own(text))))
        }
    }
}

fn mail_of(submission: &Submission, number: u64) -> Mail {
    Mail {
        number,
        session: 0,
        from: submission.from.clone(),
        to: submission.to.clone(),
        parameters: Vec::new(),
        recipient_parameters: Vec::new(),
        user: None,
        inside_tls: false,
        content: submission.content.clone(),
    }
}
