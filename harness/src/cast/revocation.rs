//! What the authorities of a cast say of certificates that they issued: lists, given out over HTTP on
//! this machine, at addresses that stand in the certificates.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mailfault_certs::{Ca, Crl, Der, Identity, Pem, Reason};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use super::Playing;
use crate::clock::Clock;
use crate::duration;
use crate::error::Error;
use crate::report::Fetch;
use crate::scenario::{ReasonWord, ResponderWord};
use crate::server::{ListDoor, Office, ResponderWish};

/// The keys of a certificate that are about its revocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub(super) revoked: Revoked,
    pub(super) reason: Option<ReasonWord>,
    pub(super) server: Option<ResponderWord>,
}

impl Wish {
    /// Whether there is anything to be asked about: then every authority of the cast publishes
    /// lists.
    pub(super) fn is_said(&self) -> bool {
        self.revoked.0.is_some() || self.server.is_some()
    }

    /// How the list that this certificate names is given out.
    fn server(&self) -> ResponderWish {
        self.server
            .map_or_else(ResponderWish::default, |word| word.0)
    }

    pub(super) fn check(&self, self_signed: bool) -> Result<(), Error> {
        let bad = |what, why: &str| {
            Err(Error::BadSetting {
                what,
                why: why.to_owned(),
            })
        };
        match (self.reason, self.revoked.0) {
            _ if self_signed && self.is_said() => bad(
                "certificate",
                "no authority has issued it, and so none says whether it is revoked",
            ),
            (Some(_), None) => bad("revocation-reason", "the certificate is not `revoked`"),
            _ => Ok(()),
        }
    }
}

/// `revoked`: how long before the start, if it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Revoked(Option<Duration>);

impl<'de> Deserialize<'de> for Revoked {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Word;
        impl Visitor<'_> for Word {
            type Value = Revoked;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`true`, or how long ago, as in `-3d`")
            }

            fn visit_bool<E>(self, revoked: bool) -> Result<Revoked, E> {
                Ok(Revoked(revoked.then_some(DAY)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Revoked, E> {
                let ago = text.strip_prefix('-').ok_or_else(|| {
                    E::custom(format!(
                        "`{text}` is not in the past; write `-3d` for three days ago"
                    ))
                })?;
                let ago = duration::parse(ago).map_err(E::custom)?;
                Ok(Revoked(Some(ago)))
            }
        }
        from.deserialize_any(Word)
    }
}

/// The lists of the authorities of a cast, while certificates are being issued.
pub(super) struct Lists {
    /// A door for each way of giving them out; none where nobody publishes.
    doors: Vec<(ResponderWish, ListDoor)>,
    /// Whose each is, and what is on it.
    lists: Vec<(Ca, Crl)>,
}

impl Lists {
    /// Takes the ports, which certificates will name.
    pub(super) fn begin<'a>(wishes: impl Iterator<Item = &'a Wish>) -> Result<Self, Error> {
        let mut wanted: Vec<ResponderWish> = Vec::new();
        for wish in wishes.filter(|wish| wish.is_said()) {
            // Certificates of which nothing is said name a list that is to be had.
            for server in [ResponderWish::default(), wish.server()] {
                if !wanted.contains(&server) {
                    wanted.push(server);
                }
            }
        }
        let doors = wanted.into_iter();
        let doors = doors.map(|wish| Ok((wish, ListDoor::bind(&wish)?)));
        Ok(Self {
            doors: doors.collect::<Result<_, Error>>()?,
            lists: Vec::new(),
        })
    }

    /// One more authority; the number of its list.
    pub(super) fn add(&mut self, ca: &Ca) -> usize {
        self.lists.push((ca.clone(), Crl::new()));
        self.lists.len() - 1
    }

    /// Where a certificate of an authority says that the list is.
    pub(super) fn url(&self, list: usize, wish: &Wish) -> Option<String> {
        let server = wish.server();
        let mut doors = self.doors.iter();
        let (_, door) = doors.find(|(wish, _)| *wish == server)?;
        Some(door.url(&path(list)))
    }

    /// Puts a certificate on the list, if that is wished.
    pub(super) fn enter(
        &mut self,
        list: usize,
        wish: &Wish,
        identity: &Identity,
        now: SystemTime,
    ) -> Result<(), Error> {
        let Some(ago) = wish.revoked.0 else {
            return Ok(());
        };
        let at = now.checked_sub(ago).filter(|at| *at >= UNIX_EPOCH);
        let at = at.ok_or_else(|| Error::BadSetting {
            what: "revoked",
            why: "that was before 1970".to_owned(),
        })?;
        let reason = wish.reason.map_or(Reason::KeyCompromise, |word| word.0);
        let (_, crl) = &mut self.lists[list];
        *crl = std::mem::take(crl).revoke_at(identity, reason, at);
        Ok(())
    }

    /// Signs the lists, and gives them out.
    pub(super) fn publish(self, clock: &Clock) -> Result<Published, Error> {
        if self.doors.is_empty() {
            return Ok(Published::default());
        }
        let lists: Vec<Der> = self
            .lists
            .into_iter()
            .map(|(ca, crl)| ca.crl(crl))
            .collect();
        let at_paths = lists.iter().enumerate();
        let at_paths: Vec<_> = at_paths
            .map(|(list, der)| (path(list), der.clone()))
            .collect();
        let office = Office::open(self.doors, &at_paths, clock.clone())?;
        Ok(Published {
            lists,
            office: Some(Arc::new(office)),
        })
    }
}

/// The lists of a cast, and where they are given out.
#[derive(Clone, Debug, Default)]
pub(super) struct Published {
    pub(super) lists: Vec<Der>,
    office: Option<Arc<Office>>,
}

impl Published {
    fn fetches(&self) -> Vec<Fetch> {
        let office = self.office.as_ref();
        office.map_or_else(Vec::new, |office| office.fetches())
    }
}

impl Playing {
    /// The revocation lists of all authorities; none where the file says nothing of revocation.
    #[must_use]
    pub fn crls(&self) -> &[Der] {
        &self.certificates.published().lists
    }

    /// The same as text, for clients that take them from a file.
    #[must_use]
    pub fn crls_pem(&self) -> Pem {
        Pem::of_crls(self.crls())
    }

    /// Who fetched which list over HTTP, its own senders among them.
    #[must_use]
    pub fn fetches(&self) -> Vec<Fetch> {
        self.certificates.published().fetches()
    }
}

fn path(list: usize) -> String {
    format!("/{}.crl", list + 1)
}

/// Long enough ago for whoever keeps a list for some hours.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
