//! Scenarios: a server and its faults as a file, and what a correct client makes of them.
//!
//! A file states only what is wrong; everything else is a server that works. `example.toml` of
//! the crate `mailfault-scenarios` explains every key.

pub use checked::Checked;
pub use client::ClientWish;
pub use expect::{Kind, Opportunistic};
#[cfg(feature = "audit")]
pub(crate) use pace::Pace;
pub use server::{CertificateWish, GivenCertificate, ServerWish, TlsWish};

mod checked;
mod client;
mod expect;
mod family;
mod fault;
mod handshake;
mod pace;
pub(crate) mod place;
mod play;
mod revocation;
mod server;
mod words;
mod written;

use std::path::Path;

use mailfault_certs::{Control, Identity, Requirement};

use crate::error::Error;
use crate::fault::{Action, Fault, HandshakeFault};
use crate::near::nearest;
use crate::report::Outcome;
use crate::server::Builder;
use place::Text;
#[cfg(feature = "models")]
pub(crate) use {
    fault::tls_version,
    revocation::{ReasonWord, ResponderWord},
    server::OneOrMany,
};

/// A server with faults, and how a correct client ends there.
///
/// ```
/// use mailfault::{Outcome, scenario::Scenario};
///
/// let scenario = Scenario::parse(
///     "greylisted.toml",
///     r#"
///         summary = "the first attempt is greylisted"
///         expect  = ["refused-smtp", "delivered"]
///
///         [[fault]]
///         at    = "rcpt"
///         reply = "451 4.7.1 try again in five minutes"
///         once  = true
///     "#,
/// )?;
/// assert_eq!(scenario.id, "greylisted");
/// assert!(scenario.expect.contains(&Outcome::Delivered));
///
/// let expired = Scenario::named("tls/expired")?;
/// assert_eq!(expired.expect, [Outcome::RefusedTls]);
/// # Ok::<(), mailfault::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scenario {
    /// Its name: `tls/expired` in the catalogue, the file's name without `.toml` elsewhere.
    pub id: String,
    /// What is wrong, in a line.
    pub summary: String,
    /// What is behind it: who saw it, what imitates what, what cannot be shown.
    pub story: Option<String>,
    /// The sections of the RFCs that bind the client, as `5280 6.1.3`; empty if none does.
    pub rfc: String,
    /// What a client that demands TLS and verifies must make of it, where that is a matter of
    /// TLS.
    pub verifying: Option<Requirement>,
    /// What a client may do that takes the TLS that it can get.
    pub opportunistic: Opportunistic,
    /// How a verifying client may end, as the server sees it; several where it may choose.
    pub expect: Vec<Outcome>,
    /// Whether anything is wrong at all.
    pub kind: Kind,
    /// The server.
    pub server: ServerWish,
    /// What a client must do for the faults to be seen.
    pub client: ClientWish,
    /// What goes wrong, in the order of the file.
    pub faults: Vec<Fault>,
}

impl Scenario {
    /// Reads a scenario out of a text; `file` is its name, for errors and for the id.
    ///
    /// # Errors
    ///
    /// [`Error::BadScenario`] with file, line and column of what cannot be understood.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let place = Text { file, text };
        let written: written::Written =
            toml::from_str(text).map_err(|error| place.unreadable(&error))?;
        written.meant(id_of(file), &place)
    }

    /// Reads a scenario file.
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

    /// The scenario of this name in the catalogue. `expired` is enough for `tls/expired`, as long
    /// as no other folder has a scenario of that name.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is none, or more than one.
    pub fn named(id: &str) -> Result<Self, Error> {
        let all = family::catalogue();
        if let Some((id, text)) = all.iter().find(|(known, _)| known == id) {
            return Self::embedded(id, text);
        }
        let last = |known: &'static str| known.rsplit('/').next().unwrap_or(known);
        let mut short = all.iter().filter(|(known, _)| last(known) == id);
        let near = match (short.next(), short.next()) {
            (Some((id, text)), None) => return Self::embedded(id, text),
            (Some((first, _)), Some(_)) => Some(first.to_string()),
            (None, _) => {
                let known: Vec<&str> = all.iter().map(|(known, _)| known.as_ref()).collect();
                nearest(id, &known).or_else(|| {
                    let near = nearest(
                        id,
                        &known.iter().map(|known| last(known)).collect::<Vec<_>>(),
                    )?;
                    known
                        .iter()
                        .find(|known| last(known) == near)
                        .map(|id| (*id).to_owned())
                })
            }
        };
        Err(Error::UnknownName {
            kind: "scenario",
            given: id.to_owned(),
            near,
        })
    }

    /// The whole catalogue with the members of its families, always in the same order: controls
    /// first.
    ///
    /// # Panics
    ///
    /// If a file of the catalogue cannot be understood, which its tests exclude.
    #[must_use]
    pub fn all() -> Vec<Self> {
        family::catalogue()
            .iter()
            .map(|(id, text)| match Self::embedded(id, text) {
                Ok(scenario) => scenario,
                Err(error) => panic!("{error}"),
            })
            .collect()
    }

    /// The file of the scenario of this id in the catalogue; a member of a family as it would stand
    /// in a file of its own.
    #[must_use]
    pub fn text(id: &str) -> Option<&'static str> {
        let mut all = family::catalogue().iter();
        let (_, text) = all.find(|(known, _)| known == id)?;
        Some(text)
    }

    /// The feature of this crate that has to be turned on before the scenario can be played, where
    /// this build has it off: `Some("weak")` for certificates with short RSA keys and the like,
    /// `Some("legacy-tls")` for a server that speaks nothing newer.
    ///
    /// ```
    /// use mailfault::scenario::Scenario;
    ///
    /// let playable = Scenario::all().into_iter().filter(|scenario| scenario.needs().is_none());
    /// assert!(playable.count() > 100);
    /// ```
    #[must_use]
    pub fn needs(&self) -> Option<&'static str> {
        let certificate = &self.server.certificate;
        let control = certificate.control.and_then(Control::needs);
        let flaws = || certificate.flaws.iter().find_map(|flaw| flaw.needs());
        control.or_else(flaws).or_else(|| self.server.needs())
    }

    /// Whether it takes the feature `legacy-tls` to serve what it says: an old version, suite or group
    /// of TLS, or a key with which nothing else signs.
    #[must_use]
    pub fn is_of_legacy_tls(&self) -> bool {
        let mut faults = self.faults.iter().map(Fault::action);
        let requires = |action: &Action| {
            let broken = HandshakeFault::is_of_legacy_tls;
            matches!(action, Action::Handshake(fault) if broken(fault))
        };
        faults.any(requires) || self.server.is_of_legacy_tls()
    }

    /// The feature without which this build only imitates what the scenario says: with the alerts of
    /// an old server, or with a certificate whose key cannot sign. Nothing if it is served as it is
    /// said, or [needs](Self::needs) a feature.
    ///
    /// ```
    /// use mailfault::scenario::Scenario;
    ///
    /// let old = Scenario::named("handshake/tls10-only")?;
    /// let real = cfg!(feature = "legacy-tls");
    /// assert_eq!(old.imitated(), (!real).then_some("legacy-tls"));
    /// assert_eq!(Scenario::named("handshake/junk")?.imitated(), None);
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    #[must_use]
    pub fn imitated(&self) -> Option<&'static str> {
        let imitated = self.is_of_legacy_tls() && self.needs().is_none();
        (imitated && !cfg!(feature = "legacy-tls")).then_some("legacy-tls")
    }

    /// The server of this scenario with its faults, ready to start, and what it presents. A client
    /// should trust the identity's roots and verify `self.server.certificate.name`.
    ///
    /// ```
    /// use mailfault::scenario::Scenario;
    ///
    /// let (server, identity) = Scenario::named("tls/expired")?.builder();
    /// let server = server.start();
    /// println!("{} trusts {}", server.addr(), identity.roots_pem());
    /// server.finish();
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If it [needs](Self::needs) a feature that this build has off.
    pub fn builder(&self) -> (Builder, Identity) {
        let (builder, identity) = self.server.builder();
        (builder.faults(self.faults.iter().cloned()), identity)
    }

    /// A server of this id with which nothing is wrong.
    #[cfg(feature = "audit")]
    pub(crate) fn healthy(id: String) -> Self {
        const HEALTHY: &str = "summary = \"nothing is wrong\"\nexpect = \"delivered\"";
        match Self::parse("healthy.toml", HEALTHY) {
            Ok(healthy) => Self { id, ..healthy },
            Err(error) => panic!("{error}"),
        }
    }

    fn embedded(id: &str, text: &str) -> Result<Self, Error> {
        Self::parse(&format!("{id}.toml"), text)
    }
}

/// The folders of the catalogue, whose names are part of a scenario's.
const FOLDERS: [&str; 9] = [
    "control",
    "tls",
    "starttls",
    "handshake",
    "mail",
    "net",
    "chaos",
    "revocation",
    "cases",
];

pub(crate) fn id_of(file: &str) -> String {
    let file = file.strip_suffix(".toml").unwrap_or(file);
    let mut parts = file.rsplit(['/', '\\']);
    let name = parts.next().unwrap_or(file);
    match parts.next() {
        Some(folder) if FOLDERS.contains(&folder) => format!("{folder}/{name}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
