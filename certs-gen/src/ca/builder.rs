//! A root, described before it is made.

use std::sync::Arc;
use std::time::SystemTime;

use super::{Ca, House, Name, RootOrder, root, usual};
use crate::asn1;
use crate::certificate::Validity;
use crate::crypto;
use crate::distinguished_name::DistinguishedName;
use crate::error::Error;
use crate::key::{KeyKind, Role, Scheme};
use crate::seed::Chance;

/// A root, described.
///
/// With a seed, names and serial numbers come out the same in every run, and whole certificates too if the clock
/// stands still and every key in them is [`KeyKind::Ed25519`]; with the feature `weak`, also those of
/// [`KeyKind::P256`] and [`KeyKind::P384`], which are signed as in RFC 6979 then. RSA keys never come from a seed.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mailfault_certs::{Ca, DistinguishedName, KeyKind};
///
/// let ca = || {
///     Ca::builder()
///         .name(DistinguishedName::new().common_name("contoso-CA").domain_component("contoso").domain_component("com"))
///         .key(KeyKind::Ed25519)
///         .seed(7)
///         .clock(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
///         .build()
/// };
/// let (once, twice) = (ca().issue("mx.test"), ca().issue("mx.test"));
///
/// assert_eq!(once.issuer().to_string(), "CN=contoso-CA, DC=contoso, DC=com");
/// assert_eq!(once.thumbprint(), twice.thumbprint());
/// ```
#[derive(Clone, Debug, Default)]
pub struct CaBuilder {
    key: KeyKind,
    name: Option<DistinguishedName>,
    clock: Option<SystemTime>,
    seed: Option<u64>,
    validity: Option<Validity>,
}

impl CaBuilder {
    /// The key of the root, of every CA below it, and of every leaf that does not say otherwise.
    #[must_use]
    pub fn key(mut self, kind: KeyKind) -> Self {
        self.key = kind;
        self
    }

    /// The subject of the root, instead of one that no other root has.
    #[must_use]
    pub fn name(mut self, subject: DistinguishedName) -> Self {
        self.name = Some(subject);
        self
    }

    /// What "now" is in every certificate, instead of the time at which it is issued.
    #[must_use]
    pub fn clock(mut self, now: SystemTime) -> Self {
        self.clock = Some(now);
        self
    }

    /// Where all chance comes from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The validity of the root, instead of from a year ago for ten years more.
    #[must_use]
    pub fn valid(mut self, from: SystemTime, to: SystemTime) -> Self {
        self.validity = Some((from, to));
        self
    }

    /// The root.
    ///
    /// # Panics
    ///
    /// When a time, ten years after the clock's included, has no four-digit year, or on a CPU that the cryptography does not run on: see
    /// [`cpu_check`](crate::cpu_check).
    #[must_use]
    #[track_caller]
    pub fn build(self) -> Ca {
        crypto::cpu_check();
        let usual = usual(self.clock.unwrap_or_else(SystemTime::now));
        let validity = self.validity.unwrap_or(usual);
        for at in [usual.0, usual.1, validity.0, validity.1] {
            assert!(asn1::can_say(at), "cannot build a Ca: {}", Error::Time);
        }
        let house = House {
            key: self.key,
            clock: self.clock,
            chance: Chance::new(self.seed),
        };
        let order = RootOrder {
            role: Role::Root,
            name: self.name.map_or(Name::Own("root"), Name::Given),
            validity,
            key: None,
            scheme: Scheme::Usual,
        };
        root(Arc::new(house), "root", order)
    }
}
