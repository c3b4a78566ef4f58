//! A cast: several systems that work together, or do not, as a file describes them.
//!
//! A scenario has one server and faults that are told to it. The members of a cast are models: the
//! file says how they are configured, and what goes wrong follows from that.

mod authority;
mod bundle;
mod certificate;
mod directory;
mod dns;
mod eop;
mod exchange;
mod flow;
mod interceptor;
mod lab;
mod life;
mod player;
mod receive_connector;
mod revocation;
mod send;
mod send_connector;
mod sender;
mod stage;
#[cfg(test)]
mod tests;
mod written;

pub use directory::Account;
pub use dns::DnsRecords;
pub use flow::MailFlow;
pub use lab::{Evidence, LabText};
pub use life::Life;
pub use player::{Happening, Player};
pub use send::SendResult;
pub use sender::{Fix, Sender};
pub use stage::Stage;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mailfault_certs::{Der, Identity, Pem};

use crate::clock::Clock;
use crate::eop::{Eop, Recipients, Tenant};
use crate::error::Error;
use crate::exchange::{EventEntry, Exchange};
use crate::intercept::Interceptor;
use crate::scenario::place::Text;
use certificate::Certificates;

/// A cast, as its file describes it; [`start`](Self::start) brings it up.
///
/// ```
/// use mailfault::cast::Cast;
///
/// let cast = Cast::parse(
///     "null-name.toml",
///     r#"
///         summary = "the connector has no TlsCertificateName, and the public certificate is not for its FQDN"
///
///         [certificates.public]
///         names = ["hybrid.contoso.test"]
///
///         [exchange.ex01]
///         version = "2016"
///
///         [[exchange.ex01.certificate]]
///         use      = "public"
///         services = ["IIS", "SMTP"]
///     "#,
/// )?;
/// let playing = cast.start()?;
/// let server = playing.exchange("ex01").unwrap();
/// let chosen = server.selection("Default Frontend")?.unwrap().chosen;
/// assert_eq!(chosen.as_deref(), Some(server.certificates()[0].thumbprint()));
/// # Ok::<(), mailfault::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Cast {
    /// Its name: that of the file without `.toml`.
    pub id: String,
    /// What is wrong, in a line.
    pub summary: String,
    /// What somebody saw who was called for help.
    pub story: Option<String>,
    /// Where it is from.
    pub source: Option<String>,
    written: written::Members,
    text: String,
    file: String,
}

impl Cast {
    /// Reads a cast out of a text; `file` is its name, for errors and for the id.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] with file, line and column of what cannot be understood.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        written::read(file, text)
    }

    /// Reads the file of a cast.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] if it cannot be read or understood.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&file, &text),
            Err(error) => Err(Error::BadScenario {
                place: file,
                why: format!("cannot be read: {error}"),
            }),
        }
    }

    /// The cast of this name in the catalogue: `cases/exchange-null-tls-certificate-name`, with or
    /// without its folder.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is none.
    pub fn named(id: &str) -> Result<Self, Error> {
        let short = |known: &'static str| known.rsplit('/').next().unwrap_or(known);
        let all = mailfault_scenarios::casts();
        let found = all
            .iter()
            .find(|(known, _)| *known == id || short(known) == id);
        match found {
            Some((id, text)) => Self::embedded(id, text),
            None => {
                let known = all.iter().map(|(known, _)| match id.contains('/') {
                    true => *known,
                    false => short(known),
                });
                Err(Error::UnknownName {
                    kind: "cast",
                    given: id.to_owned(),
                    near: crate::near::nearest(id, &known.collect::<Vec<_>>()),
                })
            }
        }
    }

    /// Every cast of the catalogue, in alphabetical order.
    ///
    /// # Panics
    ///
    /// If a file of the catalogue cannot be understood, which its tests exclude.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let all = mailfault_scenarios::casts().iter();
        all.map(|(id, text)| match Self::embedded(id, text) {
            Ok(cast) => cast,
            Err(error) => panic!("{error}"),
        })
        .collect()
    }

    fn embedded(id: &str, text: &str) -> Result<Self, Error> {
        let cast = Self::parse(&format!("{id}.toml"), text)?;
        Ok(Self {
            id: id.to_owned(),
            ..cast
        })
    }

    /// The same under another name.
    pub(crate) fn under_the_name(self, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..self
        }
    }

    /// The file, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a file is one of a cast, and not of a scenario: whether it has a member.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        written::has_members(text)
    }

    /// Brings every member up, each on ports of its own, by the machine's clock.
    ///
    /// # Errors
    ///
    /// As [`Player::start`].
    pub fn start(&self) -> Result<Playing, Error> {
        self.player().start()
    }

    /// Begins to say how it is played.
    pub fn player(&self) -> Player<'_> {
        Player::new(self)
    }

    fn bring_up(&self, player: &Player<'_>) -> Result<Playing, Error> {
        let clock = &player.clock;
        let place = Text {
            file: &self.file,
            text: &self.text,
        };
        let members = &self.written;
        let at = |at: usize| {
            let place = &place;
            move |error: Error| match error {
                Error::CannotListen { .. } | Error::BadScenario { .. } => error,
                other => place.bad(at, other.to_string()),
            }
        };
        let written = members.certificates.iter();
        let written = written
            .map(|(name, one)| (name.clone(), one.get_ref().clone()))
            .collect();
        let first = members.certificates.values().next();
        let first = first.map_or(0, |one| one.span().start);
        let certificates = Certificates::mint(&written, clock).map_err(at(first))?;
        let mut playing = Playing {
            clock: clock.clone(),
            certificates,
            exchange: BTreeMap::new(),
            eop: BTreeMap::new(),
            interceptor: BTreeMap::new(),
            boxes: BTreeMap::new(),
            senders: Mutex::default(),
            accounts: Mutex::default(),
            dns: Mutex::default(),
        };
        let records = dns::records(&members.mx, &members.dns, &playing.certificates);
        playing.dns = Mutex::new(records.map_err(|(place, error)| at(place)(error))?);
        let of = |one: usize| {
            move |exchange::Misplaced(place, error): exchange::Misplaced| {
                at(place.unwrap_or(one))(error)
            }
        };
        for (name, one) in &members.eop {
            let (written, place) = (one.get_ref(), one.span().start);
            let started = written.start(&playing.certificates, clock, player.watch(name));
            let started = started.map_err(of(place))?;
            // Everybody trusts the authority of the cloud's certificate.
            playing.certificates.trust(started.roots());
            playing.eop.insert(name.clone(), started);
            let accounts = written.accounts(name);
            playing.lock_accounts().extend(accounts);
        }
        for (name, one) in &members.exchange {
            let (written, place) = (one.get_ref(), one.span().start);
            let started = written.start(&playing.certificates, clock, player.watch(name));
            let started = started.map_err(of(place))?;
            playing.exchange.insert(name.clone(), started);
        }
        // A box may stand before another: whoever can be started is, until nobody is left.
        let mut waiting: Vec<_> = members.interceptor.iter().collect();
        while !waiting.is_empty() {
            let mut still = Vec::new();
            for (name, one) in &waiting {
                let (written, place) = (one.get_ref(), one.span().start);
                let mut servers = Vec::new();
                for before in written.before() {
                    match playing.address(before) {
                        Ok(addr) => servers.push(addr),
                        Err(error) => {
                            let first = before.split('/').next().unwrap_or(before);
                            if !members.interceptor.contains_key(first) {
                                return Err(at(place)(error));
                            }
                        }
                    }
                }
                if servers.len() < written.before().len() {
                    still.push((*name, *one));
                    continue;
                }
                let watcher = player.watch(name);
                let started = written.start(&servers, &playing.certificates, clock, watcher);
                let started = started.map_err(of(place))?;
                playing.boxes.insert((*name).clone(), written.kind());
                playing.interceptor.insert((*name).clone(), started);
            }
            if still.len() == waiting.len() {
                let (name, one) = still[0];
                let why = format!("`{name}` stands before itself");
                return Err(place.bad(one.span().start, why));
            }
            waiting = still;
        }
        for (name, one) in &members.sender {
            let meant = one.get_ref().meant(name, &playing);
            let meant = meant.map_err(at(one.span().start))?;
            playing.lock_senders().insert(name.clone(), meant);
        }
        for server in playing.exchange.values() {
            for (domain, hosts) in &members.mx {
                server.set_mx(domain, hosts);
            }
        }
        for (host, member) in &members.hosts {
            // One that leads nowhere is told of by whoever asks for it.
            if let Ok(addr) = playing.address(member) {
                for server in playing.exchange.values() {
                    server.set_host(host, addr);
                }
            }
        }
        Ok(playing)
    }
}

/// A cast that runs. Dropping it ends every member.
#[derive(Debug)]
pub struct Playing {
    clock: Clock,
    certificates: Certificates,
    // Boxes end first: they stand before the others.
    interceptor: BTreeMap<String, Interceptor>,
    /// What each box is.
    boxes: BTreeMap<String, String>,
    exchange: BTreeMap<String, Exchange>,
    eop: BTreeMap<String, Eop>,
    senders: Mutex<BTreeMap<String, Sender>>,
    /// The directory on the premises.
    accounts: Mutex<Vec<Account>>,
    dns: Mutex<BTreeMap<String, DnsRecords>>,
}

/// A member of a cast: who is where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// Its name in the file.
    pub name: String,
    /// What it is: `Exchange Server 2016`.
    pub kind: String,
    /// What it calls itself.
    pub host: String,
    /// An address that it takes mail for.
    pub recipient: String,
    /// Where it is reached: its first way in.
    pub addr: SocketAddr,
    /// Every way in by its name, the first among them; none where there is only one.
    pub connectors: Vec<(String, SocketAddr)>,
}

impl Playing {
    /// The Exchange server of this name.
    #[must_use]
    pub fn exchange(&self, name: &str) -> Option<&Exchange> {
        self.exchange.get(name)
    }

    /// The tenant of this name.
    #[must_use]
    pub fn eop(&self, name: &str) -> Option<&Eop> {
        self.eop.get(name)
    }

    /// The box of this name.
    #[must_use]
    pub fn interceptor(&self, name: &str) -> Option<&Interceptor> {
        self.interceptor.get(name)
    }

    /// The senders, as they are configured now.
    #[must_use]
    pub fn senders(&self) -> Vec<Sender> {
        self.lock_senders().values().cloned().collect()
    }

    /// The sender of this name, as it is configured now.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is none.
    pub fn sender(&self, name: &str) -> Result<Sender, Error> {
        let senders = self.lock_senders();
        let found = senders.get(name).cloned();
        found.ok_or_else(|| {
            let known: Vec<_> = senders.keys().map(String::as_str).collect();
            Error::UnknownName {
                kind: "sender",
                given: name.to_owned(),
                near: crate::near::nearest(name, &known),
            }
        })
    }

    /// Changes how a sender is configured; its next attempt goes by it.
    ///
    /// # Errors
    ///
    /// As [`sender`](Self::sender).
    pub fn set_sender(&self, name: &str, change: impl FnOnce(&mut Sender)) -> Result<(), Error> {
        let mut changed = self.sender(name)?;
        change(&mut changed);
        self.lock_senders().insert(name.to_owned(), changed);
        Ok(())
    }

    fn lock_senders(&self) -> MutexGuard<'_, BTreeMap<String, Sender>> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_accounts(&self) -> MutexGuard<'_, Vec<Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By which clock it plays.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Every certificate of the file by its name, with its key.
    pub fn certificates(&self) -> impl Iterator<Item = (&str, &Identity)> {
        self.certificates.all()
    }

    /// The Exchange servers, by their names in the file.
    pub fn exchanges(&self) -> impl Iterator<Item = (&str, &Exchange)> {
        self.exchange.iter().map(|(name, one)| (name.as_str(), one))
    }

    /// The tenants, by their names in the file.
    pub fn eops(&self) -> impl Iterator<Item = (&str, &Eop)> {
        self.eop.iter().map(|(name, one)| (name.as_str(), one))
    }

    /// The boxes, by their names in the file.
    pub fn interceptors(&self) -> impl Iterator<Item = (&str, &Interceptor)> {
        self.interceptor
            .iter()
            .map(|(name, one)| (name.as_str(), one))
    }

    /// The certificate of this name, with its key.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is none.
    pub fn certificate(&self, name: &str) -> Result<&Identity, Error> {
        self.certificates.named(name)
    }

    /// Where a member listens: `ex01`, `ex01/Client Frontend`, or an address of this machine.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such member or connector, [`Error::BadSetting`] for
    /// the address of another machine.
    pub fn address(&self, of: &str) -> Result<SocketAddr, Error> {
        if let Ok(addr) = of.parse::<SocketAddr>() {
            return match addr.ip().is_loopback() {
                true => Ok(addr),
                false => Err(Error::BadSetting {
                    what: "address",
                    why: format!("`{of}` is another machine's; a cast stays on this one"),
                }),
            };
        }
        let (name, connector) = of.split_once('/').unwrap_or((of, ""));
        let members = self.members();
        let Some(member) = members.iter().find(|member| member.name == name) else {
            let known: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
            return Err(Error::UnknownName {
                kind: "member of the cast",
                given: name.to_owned(),
                near: crate::near::nearest(name, &known),
            });
        };
        match (connector, self.exchange(name)) {
            ("", _) => Ok(member.addr),
            (connector, Some(server)) => server.try_addr(connector),
            (connector, None) => Err(Error::UnknownName {
                kind: "connector",
                given: connector.to_owned(),
                near: None,
            }),
        }
    }

    /// The roots that everybody in the cast trusts.
    #[must_use]
    pub fn roots(&self) -> &[Der] {
        self.certificates.roots()
    }

    /// The same as text.
    #[must_use]
    pub fn roots_pem(&self) -> Pem {
        Pem::of_certificates(self.roots())
    }

    /// Who is where, in alphabetical order.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        let exchange = self.exchange.iter().filter_map(|(name, server)| {
            let connectors = server.addrs();
            Some(Member {
                name: name.clone(),
                kind: server.version().to_string(),
                host: server.fqdn().to_owned(),
                recipient: server.a_recipient(),
                addr: connectors.first()?.1,
                connectors,
            })
        });
        let eop = self.eop.iter().map(|(name, eop)| Member {
            name: name.clone(),
            kind: "Exchange Online Protection".to_owned(),
            host: eop.tls_name().to_owned(),
            recipient: recipient_of(&eop.tenant()),
            addr: eop.addr(),
            connectors: Vec::new(),
        });
        let boxes = self.interceptor.iter().map(|(name, one)| Member {
            name: name.clone(),
            kind: self.boxes.get(name).cloned().unwrap_or_default(),
            host: one.host().to_owned(),
            recipient: "bob@example.test".to_owned(),
            addr: one.addr(),
            connectors: Vec::new(),
        });
        let mut members: Vec<_> = exchange.chain(eop).chain(boxes).collect();
        members.sort_by(|one, other| one.name.cmp(&other.name));
        members
    }

    /// What the Exchange servers wrote to their Application logs, with the member's name.
    #[must_use]
    pub fn events(&self) -> Vec<(String, EventEntry)> {
        let of = |(name, server): (&String, &Exchange)| {
            let name = name.clone();
            server
                .events()
                .into_iter()
                .map(move |entry| (name.clone(), entry))
        };
        self.exchange.iter().flat_map(of).collect()
    }

    /// How many sessions there have been.
    #[must_use]
    pub fn session_count(&self) -> usize {
        let servers = self.exchange.values();
        let sessions = servers.flat_map(|server| {
            let connectors = server.addrs();
            let count = |(name, _): &(String, _)| server.sessions(name).map_or(0, |all| all.len());
            connectors.iter().map(count).collect::<Vec<_>>()
        });
        let eop = self.eop.values().map(|eop| eop.report().sessions.len());
        sessions.sum::<usize>() + eop.sum::<usize>()
    }

    /// How many messages were taken.
    #[must_use]
    pub fn mail_count(&self) -> usize {
        self.exchange
            .values()
            .map(|server| server.mail().len())
            .sum()
    }

    /// Ends every member, and waits for sessions that are open.
    pub fn stop(&self) {
        for server in self.exchange.values() {
            server.stop();
        }
    }
}

/// Somebody whom a tenant has mail for.
fn recipient_of(tenant: &Tenant) -> String {
    if let Recipients::Known(all) = &tenant.recipients
        && let Some(first) = all.first()
    {
        return first.clone();
    }
    let domain = tenant.accepted_domains.first();
    let domain = domain.map_or("example.test", |domain| domain.name.as_str());
    format!("bob@{domain}")
}
