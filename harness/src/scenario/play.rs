//! A scenario, played: its server against a client that does everything right.

use std::net::SocketAddr;
use std::time::Duration;

use mailfault_certs::{Ca, Identity, Leaf};

use super::pace::took_no_time;
use super::{Checked, Scenario, TlsWish};
use crate::error::Error;
use crate::fault::Fault;
use crate::report::Report;
use crate::send::{Credentials, Message, Mode, Sender};
use crate::server::{Auth, Builder, ClientCertificate};

impl Scenario {
    /// The same with one more name in the certificate: that under which a client reaches the
    /// server, where it cannot be told another.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] if no certificate can have that name.
    pub fn also_name(mut self, name: impl Into<String>) -> Result<Self, Error> {
        let certificate = &mut self.server.certificate;
        certificate.names.push(name.into());
        match certificate.leaf().check() {
            Ok(()) => Ok(self),
            Err(error) => Err(Error::BadScenario {
                place: self.id,
                why: error.to_string(),
            }),
        }
    }

    /// As [`builder`](Self::builder), with a certificate that this authority issues: for several
    /// servers below one root. The keys above the leaf are the authority's, not the file's, and
    /// a client should trust the identity's roots all the same: a flaw may bring its own.
    pub fn builder_under(&self, ca: &Ca) -> (Builder, Identity) {
        let (builder, identity) = self.server.builder_under(ca);
        (builder.faults(self.faults.iter().cloned()), identity)
    }

    /// Plays it with a client that demands TLS where there is any, verifies, logs in, and tries
    /// again where a delivery is expected; and compares what the server saw with what the file
    /// expects. A fault that never fired is a fault of the file: nobody can see it. One that is to take
    /// time and took none did not fire either.
    ///
    /// A client that waits gives up after 3 s, or 10 s where the server is slow on purpose.
    ///
    /// ```
    /// use mailfault::{Outcome, scenario::Scenario};
    ///
    /// let checked = Scenario::named("tls/expired")?.check()?;
    /// assert!(checked.is_as_expected(), "{checked}");
    /// assert_eq!(checked.seen, Outcome::RefusedTls);
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the server cannot be started: [`Error::CannotListen`], [`Error::UnknownName`] for a
    /// cipher suite or a group, [`Error::BadTls`].
    pub fn check(&self) -> Result<Checked, Error> {
        // A healthy server answers at once, and one that is slow on purpose must not be left.
        let time_out = match self.is_slow() {
            true => Duration::from_secs(10),
            false => SHORT,
        };
        let recipients = [
            "bob@example.test",
            "carol@example.test",
            "dave@example.test",
        ];
        let recipients = &recipients[..self.client.recipients];
        let (client, report) = self.play(recipients, time_out)?;
        let mut seen = fired(&report);
        let others = self.play_for_others(&seen)?;
        for also in others.iter().map(fired) {
            let both = seen.iter_mut().zip(also);
            both.for_each(|(seen, also)| *seen |= also);
        }
        let faults = self.faults.iter().cloned().zip(1..).zip(seen);
        let unseen = faults.filter(|(_, seen)| !seen);
        Ok(Checked {
            id: self.id.clone(),
            // What is known to differ must differ, or the file is no longer true.
            expected: match self.client.ends {
                Some(outcome) => vec![outcome],
                None => self.expect.clone(),
            },
            seen: report.outcome(),
            unseen: unseen.map(|((fault, number), _)| (number, fault)).collect(),
            client,
            report,
            others,
        })
    }

    /// Sends to the recipients whom the faults are about that have not fired: to each a message
    /// of its own, all at the same time.
    fn play_for_others(&self, fired: &[bool]) -> Result<Vec<Report>, Error> {
        let silent = self.faults.iter().zip(fired).filter(|(_, fired)| !**fired);
        let others: Vec<String> = silent
            .filter_map(|(fault, _)| recipient_of(fault))
            .collect();
        std::thread::scope(|threads| {
            let play = |other: &String| self.play(&[other], SHORT).map(|(_, report)| report);
            let plays: Vec<_> = others
                .iter()
                .map(|other| threads.spawn(move || play(other)))
                .collect();
            let ended = plays.into_iter().map(|play| match play.join() {
                Ok(report) => report,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            ended.collect()
        })
    }

    /// Sends what the file's client sends to a server that is not ours, in clear, and says what
    /// became of it: for `mail/smuggling-sender`, whose fault is the message.
    ///
    /// ```
    /// use mailfault::{MockServer, scenario::Scenario};
    ///
    /// let server_under_test = MockServer::start();
    /// let smuggler = Scenario::named("mail/smuggling-sender")?;
    /// let told = smuggler.send_to(server_under_test.addr());
    /// assert!(told.starts_with("attempt 1: delivered"), "{told}");
    /// assert_eq!(server_under_test.mail().len(), 1);
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    #[must_use]
    pub fn send_to(&self, server: SocketAddr) -> String {
        let sender = self.behaving(Sender::in_clear());
        let to = ["bob@example.test"];
        let message = Message::new("alice@example.test", to, CONTENT);
        self.send(&sender, server, &message)
    }

    /// Sends one message, or as many as the file wants, to a fresh server.
    fn play(&self, to: &[&str], time_out: Duration) -> Result<(String, Report), Error> {
        let (builder, identity) = self.builder();
        let server = builder.try_start()?;
        let sender = Sender {
            time_out,
            ..self.client(&identity)
        };
        let message = Message::new("alice@example.test", to.iter().copied(), CONTENT);
        let told = self.send(&sender, server.addr(), &message);
        Ok((told, server.stop()))
    }

    /// Sends as often as the file wants, and says what became of each message.
    fn send(&self, sender: &Sender, server: SocketAddr, message: &Message) -> String {
        let open = sender.keep_open(server, self.client.keeps_open);
        let sessions = 0..self.client.sessions;
        let told = sessions.map(|_| sender.send(server, message).to_string());
        let told = told.collect();
        drop(open);
        told
    }

    /// The same client, which does what the file wants of it.
    fn behaving(&self, sender: Sender) -> Sender {
        Sender {
            chunks: self.client.chunks,
            pipelining: self.client.pipelining,
            messages: self.client.messages,
            smuggles: self.client.smuggles,
            ..sender
        }
    }

    /// The client that the file's expectation is about.
    fn client(&self, identity: &Identity) -> Sender {
        let mode = match self.client.tls.unwrap_or(self.server.tls) {
            TlsWish::None => return self.behaving(Sender::in_clear()),
            TlsWish::Implicit => Mode::Implicit,
            TlsWish::Both | TlsWish::StartTls => Mode::StartTls,
        };
        let name = &self.server.certificate.name;
        let (user, password) = match &self.server.auth {
            Auth::Accept { user, password } => (user.as_str(), password.as_str()),
            _ => ("alice", "correct horse"),
        };
        let refused = self.server.client_certificate == ClientCertificate::Refused;
        self.behaving(Sender {
            retry: self.expect.contains(&crate::Outcome::Delivered),
            credentials: Some(Credentials {
                user: user.to_owned(),
                password: password.to_owned(),
            }),
            ocsp_request: identity.ocsp_request(),
            // Only who shows one can see it refused.
            identity: refused.then(|| Ca::new().issue(Leaf::new("client.example.test"))),
            ..Sender::verifying(mode, name, identity.roots())
        })
    }
}

/// Which faults fired, and took the time that they should.
fn fired(report: &Report) -> Vec<bool> {
    let faults = report.faults.iter();
    let fired = faults.map(|fired| fired.1 > 0 && !took_no_time(fired, report));
    fired.collect()
}

/// How long the client waits where nothing is slow.
const SHORT: Duration = Duration::from_secs(3);

/// The recipient whom a fault is about, where it says so: `bob@`, `<451@`.
fn recipient_of(fault: &Fault) -> Option<String> {
    let text = fault.when.matching.as_deref()?;
    let text = text.rsplit('<').next().unwrap_or(text);
    let (local, domain) = text.split_once('@')?;
    let domain = domain.split('>').next().filter(|domain| !domain.is_empty());
    Some(format!("{local}@{}", domain.unwrap_or("example.test")))
}

/// More than a thousand octets, and lines that begin with a dot, one of which has nothing else.
const CONTENT: &str = concat!(
    "From: Alice <alice@example.test>\r\n",
    "To: Bob <bob@example.test>\r\n",
    "Subject: a message of the reference client\r\n",
    "Date: Fri, 20 Nov 2026 12:00:00 +0000\r\n",
    "Message-ID: <reference@client.example.test>\r\n",
    "\r\n",
    ".\r\n",
    ".A line that begins with a dot, and enough of them to fill a kilobyte:\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
    "the quick brown fox jumps over the lazy dog, and the dog does not mind.\r\n",
);
