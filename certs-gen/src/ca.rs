//! The authority: roots, issuing CAs, and what they sign.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::certificate::{Certificate, Purpose, Validity};
use crate::distinguished_name::DistinguishedName;
use crate::encoding::{Der, Pem, hex};
use crate::identity::Identity;
use crate::key::{Key, KeyKind, Role};
use crate::leaf::Leaf;
use crate::mint;
use crate::recipe::{DAY, Recipe};
use crate::seed::Chance;

mod builder;

pub use builder::CaBuilder;

/// A certification authority that lives as long as the test; its key is never written anywhere.
///
/// ```
/// use mailfault_certs::{Ca, Leaf};
///
/// let ca = Ca::new();
/// let under_the_root = ca.issue("mx.test");
/// let usual = ca.intermediate().issue("mx.test");
/// let incomplete = ca.intermediate().issue("mx.test").without_intermediates();
///
/// assert_eq!(under_the_root.chain().len(), 1);
/// assert_eq!(usual.chain().len(), 2);
/// assert_eq!(incomplete.chain().len(), 1);
/// // What a client has to trust is the same for all three.
/// assert_eq!(usual.roots(), ca.roots());
/// ```
#[derive(Clone)]
pub struct Ca {
    inner: Arc<Inner>,
}

struct Inner {
    certificate: Der,
    subject: DistinguishedName,
    key: Key,
    parent: Option<Ca>,
    house: Arc<House>,
}

/// What a root shares with the authorities below it.
struct House {
    key: KeyKind,
    clock: Option<SystemTime>,
    chance: Chance,
}

impl Ca {
    /// A fresh root with a P-256 key and a name of its own.
    #[allow(clippy::new_without_default)] // a default should cost nothing and be equal to the next
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A root to be described.
    #[must_use]
    pub fn builder() -> CaBuilder {
        CaBuilder::default()
    }

    /// A certificate for this wish, and its key.
    ///
    /// # Panics
    ///
    /// When the wish makes no sense; [`Leaf::check`] says so without a panic.
    #[track_caller]
    pub fn issue(&self, leaf: impl Into<Leaf>) -> Identity {
        match Recipe::read(&leaf.into()) {
            Ok(recipe) => mint::mint(self, recipe),
            Err(error) => panic!("cannot issue: {error}"),
        }
    }

    /// An issuing CA below this root, with pathLen 0. What it issues brings its certificate along.
    ///
    /// # Panics
    ///
    /// When this is an issuing CA itself: nothing may be below it.
    #[must_use]
    #[track_caller]
    pub fn intermediate(&self) -> Self {
        assert!(
            self.is_root(),
            "an issuing CA has pathLen 0, so that no CA can stand below it\nhint: Leaf::pathlen_exceeded() is that flaw"
        );
        self.below("issuing CA", Role::Intermediate, ISSUING, self.usual())
    }

    /// The root that a client should trust; that of an issuing CA is the one above it.
    #[must_use]
    pub fn pem(&self) -> Pem {
        Pem::certificates(self.roots())
    }

    /// The same root in binary.
    #[must_use]
    pub fn der(&self) -> &Der {
        &self.root().inner.certificate
    }

    /// The same root as a list of one.
    #[must_use]
    pub fn roots(&self) -> &[Der] {
        std::slice::from_ref(self.der())
    }

    /// The name of this authority, which is the issuer of what it signs.
    #[must_use]
    pub fn subject(&self) -> &DistinguishedName {
        &self.inner.subject
    }

    pub(crate) fn root(&self) -> &Self {
        self.inner.parent.as_ref().map_or(self, Self::root)
    }

    pub(crate) fn is_root(&self) -> bool {
        self.inner.parent.is_none()
    }

    pub(crate) fn key(&self) -> &Key {
        &self.inner.key
    }

    pub(crate) fn key_kind(&self) -> KeyKind {
        self.inner.house.key
    }

    pub(crate) fn chance(&self) -> &Chance {
        &self.inner.house.chance
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.inner.house.clock.unwrap_or_else(SystemTime::now)
    }

    /// What every authority but a faulty one is valid for.
    pub(crate) fn usual(&self) -> Validity {
        usual(self.now())
    }

    /// The certificates between a leaf and the root, as a server sends them.
    pub(crate) fn sent(&self) -> Vec<Der> {
        match &self.inner.parent {
            None => Vec::new(),
            Some(parent) => {
                let mut sent = vec![self.inner.certificate.clone()];
                sent.extend(parent.sent());
                sent
            }
        }
    }

    /// An authority signed by this one.
    pub(crate) fn below(
        &self,
        label: &str,
        role: Role,
        purpose: Purpose,
        validity: Validity,
    ) -> Self {
        let house = Arc::clone(&self.inner.house);
        let mut draw = house.chance.draw(label);
        let serial = draw.serial();
        let subject = own_name("issuing CA", draw.bytes());
        let key = Key::generate(house.key, role, &mut draw);
        let certificate = Certificate {
            serial: &serial,
            issuer: &self.inner.subject,
            validity,
            subject: &subject,
            key: &key,
            names: &[],
            purpose,
        }
        .signed_by(&self.inner.key);
        let parent = Some(self.clone());
        Self {
            inner: Arc::new(Inner {
                certificate,
                subject,
                key,
                parent,
                house,
            }),
        }
    }

    /// A root beside this one, of the same house.
    pub(crate) fn another_root(&self, label: &str, what: &str, validity: Validity) -> Self {
        let house = Arc::clone(&self.inner.house);
        root(house, label, Role::Other, validity, |id| own_name(what, id))
    }
}

impl fmt::Debug for Ca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ca")
            .field("subject", &self.inner.subject.to_string())
            .field("is_root", &self.is_root())
            .finish_non_exhaustive()
    }
}

/// RFC 5280 §4.2.1.9: pathLen 0 allows leaves below and nothing else.
pub(crate) const ISSUING: Purpose = Purpose::Authority { path_len: Some(0) };

fn root(
    house: Arc<House>,
    label: &str,
    role: Role,
    validity: Validity,
    name: impl FnOnce([u8; 4]) -> DistinguishedName,
) -> Ca {
    let mut draw = house.chance.draw(label);
    let serial = draw.serial();
    let subject = name(draw.bytes());
    let key = Key::generate(house.key, role, &mut draw);
    let certificate = Certificate {
        serial: &serial,
        issuer: &subject,
        validity,
        subject: &subject,
        key: &key,
        names: &[],
        purpose: Purpose::Authority { path_len: None },
    }
    .signed_by(&key);
    Ca {
        inner: Arc::new(Inner {
            certificate,
            subject,
            key,
            parent: None,
            house,
        }),
    }
}

fn usual(now: SystemTime) -> Validity {
    (now - 365 * DAY, now + 3650 * DAY)
}

/// A name that no other authority has: clients look an issuer up by name, and two of one name blur the verdict.
fn own_name(what: &str, id: [u8; 4]) -> DistinguishedName {
    DistinguishedName::new()
        .common_name(format!("mailfault test {what} {}", hex(&id)))
        .organization("mailfault")
}
