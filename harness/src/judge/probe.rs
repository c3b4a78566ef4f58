//! The client that looks, and trusts nothing.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mailfault_certs::Identity;

use super::evidence::{Evidence, Negotiated, Step, Trouble};
use super::recorder::Recorder;
use crate::fault::Stage;
use crate::report::{Transcript, What};
use crate::send::{Broken, Connection, Message, client_tls};
use crate::smtp::Reply;

/// A look at a server: connect, greeting, EHLO, STARTTLS, handshake, EHLO, and no further.
///
/// Every certificate is taken, and none is trusted; every wait has an end, and a server that
/// never ends a reply is cut off.
///
/// ```
/// use mailfault::{Ca, Leaf, MockServer, judge::Probe};
///
/// let identity = Ca::new().issue(Leaf::new("mx.test").expired());
/// let server = MockServer::builder().starttls(identity).start();
///
/// let evidence = Probe::new(server.addr()).name("mx.test").run();
/// assert!(evidence.is_encrypted());
/// assert_eq!(evidence.chain.len(), 1);
/// assert_eq!(evidence.trouble, None);
/// ```
#[derive(Clone, Debug)]
pub struct Probe {
    address: SocketAddr,
    implicit: bool,
    name: Option<String>,
    helo: String,
    identity: Option<Identity>,
    time_out: Duration,
}

impl Probe {
    /// A look at this server, with STARTTLS, without SNI, waiting ten seconds for each answer.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            implicit: false,
            name: None,
            helo: "probe.mailfault.invalid".to_owned(),
            identity: None,
            time_out: Duration::from_secs(10),
        }
    }

    /// TLS from the first octet (RFC 8314 §3.3).
    #[must_use]
    pub fn implicit(mut self) -> Self {
        self.implicit = true;
        self
    }

    /// The name to ask for with SNI.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What to call itself in EHLO.
    #[must_use]
    pub fn helo(mut self, host: impl Into<String>) -> Self {
        self.helo = host.into();
        self
    }

    /// The client certificate to show where one is asked for.
    #[must_use]
    pub fn client_certificate(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// How long to wait for the connection, for each answer, and for the handshake.
    #[must_use]
    pub fn time_out(mut self, time_out: Duration) -> Self {
        self.time_out = time_out;
        self
    }

    /// Looks, says QUIT, and tells.
    #[must_use]
    pub fn run(&self) -> Evidence {
        Looking::new(self).run(None::<Delivery<'_, fn(&Evidence) -> bool>>)
    }

    /// Looks, and sends a message if `decide` says so of what was seen: over TLS where there is
    /// any, in clear where there is none.
    ///
    /// ```
    /// use mailfault::{MockServer, judge::Probe};
    ///
    /// let server = MockServer::start();
    /// let evidence = Probe::new(server.addr()).deliver(
    ///     "alice@example.test", &["bob@example.test"], "Subject: hi\n\nhello\n",
    ///     |seen| seen.speaks_smtp(),
    /// );
    /// assert!(evidence.taken.unwrap().is_positive());
    /// assert_eq!(server.mail().len(), 1);
    /// ```
    pub fn deliver(
        &self,
        from: &str,
        to: &[&str],
        content: impl AsRef<[u8]>,
        decide: impl FnOnce(&Evidence) -> bool,
    ) -> Evidence {
        let message = Message::new(from, to.iter().copied(), content);
        Looking::new(self).run(Some(Delivery {
            message: &message,
            decide,
        }))
    }
}

/// A message, and who decides whether it goes.
struct Delivery<'a, D> {
    message: &'a Message,
    decide: D,
}

/// A look under way.
struct Looking<'a> {
    probe: &'a Probe,
    began: Instant,
    evidence: Evidence,
}

/// The transcript's octets.
const LIMIT: usize = 256 * 1024;

impl<'a> Looking<'a> {
    fn new(probe: &'a Probe) -> Self {
        Self {
            probe,
            began: Instant::now(),
            evidence: Evidence::new(probe.address),
        }
    }

    fn run<D: FnOnce(&Evidence) -> bool>(mut self, delivery: Option<Delivery<'_, D>>) -> Evidence {
        let began = Instant::now();
        match Connection::open(self.probe.address, self.probe.time_out) {
            Err(broken) => {
                self.step(Stage::Connect, began, false, broken.to_string());
                self.evidence.trouble = Some(match broken {
                    Broken::TimedOut(time) => Trouble::Silent(Stage::Connect, time),
                    other => Trouble::Unreachable(other.to_string()),
                });
            }
            Ok(mut wire) => {
                let address = self.probe.address;
                self.step(
                    Stage::Connect,
                    began,
                    true,
                    format!("connected to {address}"),
                );
                self.note(format!("connected to {address}"));
                if let Err(trouble) = self.converse(&mut wire, delivery) {
                    self.evidence.trouble = Some(trouble);
                }
                self.take_leave(&mut wire);
                wire.close();
            }
        }
        self.evidence
    }

    fn converse<D: FnOnce(&Evidence) -> bool>(
        &mut self,
        wire: &mut Connection,
        delivery: Option<Delivery<'_, D>>,
    ) -> Result<(), Trouble> {
        let mut without_tls = None;
        if self.probe.implicit {
            self.shake_hands(wire)?;
            self.greeting(wire)?;
        } else {
            self.greeting(wire)?;
            let reply = self.hello(wire, Stage::Ehlo)?;
            self.evidence.ehlo = Some(reply.clone());
            match self.starttls(wire, &reply) {
                Ok(()) => self.shake_hands(wire)?,
                // Without TLS SMTP can go on, which some do.
                Err(trouble @ (Trouble::NoStartTls | Trouble::Refused(..))) => {
                    without_tls = Some(trouble);
                }
                Err(other) => return Err(other),
            }
        }
        if wire.is_tls() {
            let reply = self.hello(wire, Stage::Tls)?;
            self.evidence.ehlo_tls = Some(reply);
        }
        self.evidence.trouble = without_tls;
        if let Some(Delivery { message, decide }) = delivery
            && decide(&self.evidence)
        {
            self.send(wire, message)?;
        }
        match self.evidence.trouble.take() {
            Some(trouble) => Err(trouble),
            None => Ok(()),
        }
    }

    fn greeting(&mut self, wire: &mut Connection) -> Result<(), Trouble> {
        let began = Instant::now();
        let reply = match self.hear(wire, Stage::Greeting, began) {
            Err(silent @ Trouble::Silent(..)) => return Err(self.poke(wire).unwrap_or(silent)),
            other => other?,
        };
        self.evidence.greeting = Some(reply.clone());
        self.accepted(Stage::Greeting, reply).map(|_| ())
    }

    /// A server that waits for the client to speak first is no SMTP server: what it makes of
    /// EHLO tells what it is.
    fn poke(&mut self, wire: &mut Connection) -> Option<Trouble> {
        self.say(wire, Stage::Greeting, &format!("EHLO {}", self.probe.helo))
            .ok()?;
        let said = match wire.next_answer() {
            Ok(answer) => answer.raw,
            Err(_) => wire.unanswered().to_vec(),
        };
        self.server_said(&said);
        match said.as_slice() {
            [] => None,
            // RFC 8446 §5.1: a record with an alert, or a handshake.
            [0x15 | 0x16, 3, ..] => Some(Trouble::WantsTlsFirst),
            _ => Some(of_nonsense(Stage::Greeting, &said)),
        }
    }

    /// EHLO, or HELO for a server that does not know it (RFC 5321 §3.2).
    fn hello(&mut self, wire: &mut Connection, stage: Stage) -> Result<Reply, Trouble> {
        let reply = self.ask(wire, stage, &format!("EHLO {}", self.probe.helo))?;
        if reply.is_permanent() && stage == Stage::Ehlo {
            let reply = self.ask(wire, stage, &format!("HELO {}", self.probe.helo))?;
            // What a reply to HELO says behind its first line is no keyword.
            let reply = self.accepted(stage, reply)?;
            let first = reply.lines.first().cloned().unwrap_or_default();
            return Ok(Reply::new(reply.code, first));
        }
        self.accepted(stage, reply)
    }

    fn starttls(&mut self, wire: &mut Connection, offered: &Reply) -> Result<(), Trouble> {
        if !offered.offers("STARTTLS") {
            return Err(Trouble::NoStartTls);
        }
        let reply = self.ask(wire, Stage::StartTls, "STARTTLS")?;
        self.evidence.starttls = Some(reply.clone());
        // RFC 3207 §4: 220 and no other.
        match reply.code {
            220 => Ok(()),
            _ => Err(Trouble::Refused(Stage::StartTls, reply)),
        }
    }

    fn shake_hands(&mut self, wire: &mut Connection) -> Result<(), Trouble> {
        let began = Instant::now();
        let probe = self.probe;
        let name = probe.name.as_deref();
        let (tls, recorder) =
            Recorder::connection(name, probe.identity.as_ref()).map_err(Trouble::BadHandshake)?;
        let is_host = |name: &&str| name.parse::<std::net::IpAddr>().is_err();
        self.evidence.sni = name.filter(is_host).map(str::to_owned);
        let result = wire.start_tls(tls).map(client_tls::negotiated);
        let seen = recorder.seen();
        self.evidence.chain = seen.chain;
        self.evidence.staple = seen.staple;
        self.evidence.bad_signature = seen.bad_signature;
        self.evidence.rustls = seen.rustls;
        self.evidence.client_certificate_asked = seen.client_certificate_asked;
        let trouble = match result {
            Ok(Some((version, cipher_suite, group))) => {
                let text = format!("{version} with {cipher_suite}");
                self.step(Stage::Handshake, began, true, text.clone());
                self.push(What::Tls(text));
                self.evidence.tls = Some(Negotiated {
                    version,
                    cipher_suite,
                    group,
                });
                return Ok(());
            }
            Ok(None) => Trouble::BadHandshake("nothing was agreed on".to_owned()),
            Err(broken) => of_handshake(broken),
        };
        self.step(Stage::Handshake, began, false, trouble.to_string());
        self.push(What::TlsFailed(trouble.to_string()));
        Err(trouble)
    }

    fn send(&mut self, wire: &mut Connection, message: &Message) -> Result<(), Trouble> {
        let mail = format!("MAIL FROM:<{}>", message.from);
        let reply = self.ask(wire, Stage::Mail, &mail)?;
        self.accepted(Stage::Mail, reply)?;
        for to in &message.to {
            let reply = self.ask(wire, Stage::Rcpt, &format!("RCPT TO:<{to}>"))?;
            self.accepted(Stage::Rcpt, reply)?;
        }
        let reply = self.ask(wire, Stage::Data, "DATA")?;
        if reply.code != 354 {
            return Err(Trouble::Refused(Stage::Data, reply));
        }
        let began = Instant::now();
        let content = message.stuffed();
        wire.send(&content)
            .map_err(|broken| of_broken(Stage::Body, &broken))?;
        self.push(What::Content(content.len() as u64));
        let reply = self.hear(wire, Stage::Body, began)?;
        self.evidence.taken = Some(reply.clone());
        self.accepted(Stage::Body, reply).map(|_| ())
    }

    /// QUIT, where there is somebody to hear it. What becomes of it changes nothing.
    fn take_leave(&mut self, wire: &mut Connection) {
        let hears = matches!(
            self.evidence.trouble,
            None | Some(Trouble::NoStartTls | Trouble::Refused(..))
        );
        if hears
            && self.say(wire, Stage::Quit, "QUIT").is_ok()
            && let Ok(answer) = wire.next_answer()
        {
            self.server_said(&answer.raw);
        }
    }

    fn ask(
        &mut self,
        wire: &mut Connection,
        stage: Stage,
        command: &str,
    ) -> Result<Reply, Trouble> {
        let began = Instant::now();
        self.say(wire, stage, command)?;
        self.hear(wire, stage, began)
    }

    fn say(&mut self, wire: &mut Connection, stage: Stage, command: &str) -> Result<(), Trouble> {
        let line = format!("{command}\r\n");
        self.push(What::Client(line.clone().into_bytes()));
        wire.send(line.as_bytes())
            .map_err(|broken| of_broken(stage, &broken))
    }

    fn hear(
        &mut self,
        wire: &mut Connection,
        stage: Stage,
        began: Instant,
    ) -> Result<Reply, Trouble> {
        let trouble = match wire.next_answer() {
            Ok(answer) => {
                self.server_said(&answer.raw);
                match answer.reply() {
                    Some(reply) => {
                        let passed = reply.code / 100 <= 3;
                        let first = reply.lines.first().cloned().unwrap_or_default();
                        let result = format!("{} {first}", reply.code);
                        self.step(stage, began, passed, result.trim_end().to_owned());
                        return Ok(reply);
                    }
                    None => of_nonsense(stage, &answer.raw),
                }
            }
            Err(Broken::Tls(error)) => of_handshake(Broken::Tls(error)),
            Err(broken) => match wire.unanswered() {
                [] => of_broken(stage, &broken),
                begun => {
                    let begun = begun.to_vec();
                    self.server_said(&begun);
                    match (&broken, of_nonsense(stage, &begun)) {
                        (_, Trouble::SpeaksHttp) => Trouble::SpeaksHttp,
                        _ => of_broken(stage, &broken),
                    }
                }
            },
        };
        self.step(stage, began, false, trouble.to_string());
        Err(trouble)
    }

    /// A reply of 2yz; the first digit alone decides (RFC 5321 §4.2).
    fn accepted(&self, stage: Stage, reply: Reply) -> Result<Reply, Trouble> {
        match reply.is_positive() {
            true => Ok(reply),
            false => Err(Trouble::Refused(stage, reply)),
        }
    }

    fn step(&mut self, stage: Stage, began: Instant, passed: bool, result: String) {
        self.evidence.steps.push(Step {
            stage,
            took: began.elapsed(),
            passed,
            result,
        });
    }

    fn server_said(&mut self, octets: &[u8]) {
        self.push(What::Server(octets.to_vec()));
    }

    fn note(&mut self, text: String) {
        self.push(What::Note(text));
    }

    fn push(&mut self, what: What) {
        let transcript: &mut Transcript = &mut self.evidence.transcript;
        transcript.push(self.began.elapsed(), what, LIMIT);
    }
}

fn of_broken(stage: Stage, broken: &Broken) -> Trouble {
    match broken {
        Broken::TimedOut(time) => Trouble::Silent(stage, *time),
        _ => Trouble::Closed(stage),
    }
}

fn of_nonsense(stage: Stage, said: &[u8]) -> Trouble {
    // 1.0 and 1.1 alike; an old server may answer with a page and nothing before it.
    let is = |beginning: &[u8]| {
        said.len() >= beginning.len() && said[..beginning.len()].eq_ignore_ascii_case(beginning)
    };
    match () {
        () if is(b"HTTP/") || is(b"<html") || is(b"<!doctype html") => Trouble::SpeaksHttp,
        () => Trouble::NotSmtp(stage, crate::send::shown(said)),
    }
}

fn of_handshake(broken: Broken) -> Trouble {
    use rustls::{Error, InvalidMessage};
    match broken {
        Broken::Tls(Error::AlertReceived(alert)) => {
            let name = format!("{alert:?}");
            Trouble::Alert(format!("{} ({name})", u8::from(alert)))
        }
        // `2` and `5` are the first digits of a reply, and no type of a record.
        Broken::Tls(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
            Trouble::ClearInsteadOfTls
        }
        Broken::Tls(error) => Trouble::BadHandshake(error.to_string()),
        other => of_broken(Stage::Handshake, &other),
    }
}
