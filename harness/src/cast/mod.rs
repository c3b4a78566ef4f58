//! A cast: several systems that work together, or do not, as a file describes them.
//!
//! A scenario has one server and faults that are told to it. The members of a cast are models: the
//! file says how they are configured, and what goes wrong follows from that.

mod bundle;
mod certificate;
mod exchange;
mod player;
mod receive_connector;
mod send_connector;
#[cfg(test)]
mod tests;
mod written;

pub use player::{Happening, Player};

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use mailfault_certs::{Der, Pem};

use crate::error::Error;
use crate::exchange::{EventEntry, Exchange};
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
                Error::BadSetting { .. } | Error::UnknownName { .. } | Error::BadTls { .. } => {
                    place.bad(at, error.to_string())
                }
                other => other,
            }
        };
        let written = members.certificates.iter();
        let written = written
            .map(|(name, one)| (name.clone(), one.get_ref().clone()))
            .collect();
        let first = members.certificates.values().next();
        let first = first.map_or(0, |one| one.span().start);
        let certificates = Certificates::mint(&written, clock.now()).map_err(at(first))?;
        let mut exchange = BTreeMap::new();
        for (name, one) in &members.exchange {
            let started = one
                .get_ref()
                .start(&certificates, clock, player.watch(name));
            let started = started.map_err(|exchange::Misplaced(place, error)| {
                at(place.unwrap_or(one.span().start))(error)
            });
            exchange.insert(name.clone(), started?);
        }
        Ok(Playing {
            certificates,
            exchange,
        })
    }
}

/// A cast that runs. Dropping it ends every member.
#[derive(Debug)]
pub struct Playing {
    certificates: Certificates,
    exchange: BTreeMap<String, Exchange>,
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
        let mut members: Vec<_> = exchange.collect();
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
        sessions.sum()
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
