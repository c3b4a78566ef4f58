//! A cast: several systems that work together, or do not, as a file describes them.
//!
//! A scenario has one server and faults that are told to it. The members of a cast are models: the
//! file says how they are configured, and what goes wrong follows from that.

mod certificate;
mod exchange;
mod receive_connector;
#[cfg(test)]
mod tests;
mod written;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use mailfault_certs::{Der, Pem};

use crate::clock::Clock;
use crate::error::Error;
use crate::exchange::Exchange;
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

    /// Whether a file is one of a cast, and not of a scenario: whether it has a member.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        written::has_members(text)
    }

    /// Brings every member up, each on ports of its own, by the machine's clock.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] with file, line and column of the member that cannot be what the
    /// file says; [`Error::CannotListen`] if there is no port.
    pub fn start(&self) -> Result<Playing, Error> {
        self.start_by(&Clock::system())
    }

    /// The same, by this clock.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_by(&self, clock: &Clock) -> Result<Playing, Error> {
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
            let started = one.get_ref().start(&certificates, clock);
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
                addr: connectors.first()?.1,
                connectors,
            })
        });
        let mut members: Vec<_> = exchange.collect();
        members.sort_by(|one, other| one.name.cmp(&other.name));
        members
    }

    /// Ends every member, and waits for sessions that are open.
    pub fn stop(&self) {
        for server in self.exchange.values() {
            server.stop();
        }
    }
}
