//! The authority: roots, issuing CAs, and what they sign.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::certificate::{Certificate, Purpose, Validity};
use crate::distinguished_name::DistinguishedName;
use crate::draft::Draft;
use crate::edit;
use crate::encoding::{Der, Pem, hex};
use crate::host::Host;
use crate::identity::Identity;
use crate::key::{Key, KeyKind, Role, Scheme};
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
    serial: Vec<u8>,
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
        self.issuing(None, &|_| ())
    }

    /// The same with this subject, instead of one that no other authority has.
    ///
    /// ```
    /// use mailfault_certs::{Ca, DistinguishedName};
    ///
    /// let name = DistinguishedName::new().common_name("Contoso Issuing CA").country("US");
    /// let identity = Ca::new().intermediate_named(name.clone()).issue("mx.test");
    /// assert_eq!(*identity.issuer(), name);
    /// ```
    ///
    /// # Panics
    ///
    /// When this is an issuing CA itself: nothing may be below it.
    #[must_use]
    #[track_caller]
    pub fn intermediate_named(&self, subject: DistinguishedName) -> Self {
        self.issuing(Some(subject), &|_| ())
    }

    #[track_caller]
    fn issuing(&self, subject: Option<DistinguishedName>, edit: &dyn Fn(&mut Draft)) -> Self {
        assert!(
            self.is_root(),
            "an issuing CA has pathLen 0, so that no CA can stand below it\nhint: Leaf::pathlen_exceeded() is that flaw"
        );
        self.below(Order {
            subject,
            edit,
            ..Order::issuing(self, "issuing CA", Role::Intermediate)
        })
    }

    /// The same, and its certificate says where this root publishes its list ([`Leaf::crl_at`] says so in a leaf).
    ///
    /// # Panics
    ///
    /// When this is an issuing CA itself.
    #[must_use]
    #[track_caller]
    pub fn intermediate_with_crl_at(&self, url: &str) -> Self {
        self.issuing(None, &|draft| edit::crl_at(url, draft))
    }

    /// The same [with this subject](Self::intermediate_named).
    ///
    /// # Panics
    ///
    /// When this is an issuing CA itself.
    #[must_use]
    #[track_caller]
    pub fn intermediate_named_with_crl_at(&self, subject: DistinguishedName, url: &str) -> Self {
        self.issuing(Some(subject), &|draft| edit::crl_at(url, draft))
    }

    /// Somebody who calls himself what this authority is called, and has another key.
    ///
    /// ```
    /// use mailfault_certs::{Ca, Crl};
    ///
    /// let ca = Ca::new();
    /// let impostor = ca.impostor();
    /// assert_eq!(impostor.subject(), ca.subject());
    /// assert_ne!(impostor.crl(Crl::new()), ca.crl(Crl::new()));
    /// ```
    #[must_use]
    pub fn impostor(&self) -> Self {
        let order = RootOrder {
            name: Name::Given(self.inner.subject.clone()),
            ..RootOrder::usual(self, "impostor")
        };
        self.another_root("impostor", order)
    }

    /// The authority above this one; none above a root.
    #[must_use]
    pub fn parent(&self) -> Option<&Self> {
        self.inner.parent.as_ref()
    }

    /// What time it is for this authority: the [builder's clock](CaBuilder::clock), or the machine's.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.inner.house.clock.unwrap_or_else(SystemTime::now)
    }

    /// The root that a client should trust; that of an issuing CA is the one above it.
    #[must_use]
    pub fn pem(&self) -> Pem {
        Pem::of_certificates(self.roots())
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

    pub(crate) fn serial(&self) -> &[u8] {
        &self.inner.serial
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
    pub(crate) fn below(&self, order: Order<'_>) -> Self {
        let house = Arc::clone(&self.inner.house);
        let mut draw = house.chance.draw(order.label);
        let serial = draw.serial();
        let id = draw.bytes();
        let subject = order.subject.unwrap_or_else(|| own_name("issuing CA", id));
        let key = match order.key {
            Some(key) => key,
            None => Key::generate(house.key, order.role, &mut draw),
        };
        let certificate = Certificate {
            serial: &serial,
            issuer: &self.inner.subject,
            validity: order.validity,
            subject: &subject,
            key: &key,
            names: order.names,
            purpose: order.purpose,
        };
        let mut draft = certificate.draft(&self.inner.key, order.scheme);
        (order.edit)(&mut draft);
        let certificate = draft.signed_by(&self.inner.key, order.scheme);
        let parent = Some(self.clone());
        Self {
            inner: Arc::new(Inner {
                certificate,
                serial,
                subject,
                key,
                parent,
                house,
            }),
        }
    }

    /// This authority's name and key in a certificate that another one signed.
    pub(crate) fn crossed_by(&self, other: &Self, label: &str, validity: Validity) -> Self {
        other.below(Order {
            subject: Some(self.inner.subject.clone()),
            key: Some(self.inner.key.clone()),
            purpose: Purpose::Authority { path_len: None },
            validity,
            ..Order::issuing(self, label, Role::Other)
        })
    }

    /// The same authority with another certificate: one that was damaged on its way.
    pub(crate) fn shown_as(&self, certificate: Der) -> Self {
        Self {
            inner: Arc::new(Inner {
                certificate,
                serial: self.inner.serial.clone(),
                subject: self.inner.subject.clone(),
                key: self.inner.key.clone(),
                parent: self.inner.parent.clone(),
                house: Arc::clone(&self.inner.house),
            }),
        }
    }

    /// Its own certificate, be it a root or not.
    pub(crate) fn certificate(&self) -> &Der {
        &self.inner.certificate
    }

    /// A root beside this one, of the same house.
    pub(crate) fn another_root(&self, label: &str, order: RootOrder) -> Self {
        root(Arc::clone(&self.inner.house), label, order)
    }
}

/// An authority below another, as it is to be made.
pub(crate) struct Order<'a> {
    pub(crate) label: &'a str,
    pub(crate) role: Role,
    pub(crate) purpose: Purpose,
    pub(crate) validity: Validity,
    /// Instead of a name that no other authority has.
    pub(crate) subject: Option<DistinguishedName>,
    /// What a server's certificate has and an authority's has not.
    pub(crate) names: &'a [Host],
    /// Instead of a fresh one.
    pub(crate) key: Option<Key>,
    /// How the authority above signs.
    pub(crate) scheme: Scheme,
    /// What is made wrong before it is signed.
    pub(crate) edit: &'a dyn Fn(&mut Draft),
}

impl<'a> Order<'a> {
    /// An issuing CA with nothing wrong.
    pub(crate) fn issuing(ca: &Ca, label: &'a str, role: Role) -> Self {
        Self {
            label,
            role,
            purpose: ISSUING,
            validity: ca.usual(),
            subject: None,
            names: &[],
            key: None,
            scheme: Scheme::Usual,
            edit: &|_| (),
        }
    }
}

/// A root, as it is to be made.
pub(crate) struct RootOrder {
    pub(crate) role: Role,
    pub(crate) name: Name,
    pub(crate) validity: Validity,
    /// Instead of a fresh one.
    pub(crate) key: Option<Key>,
    pub(crate) scheme: Scheme,
}

/// The subject of a root.
pub(crate) enum Name {
    /// A name that no other authority has, with this word in it.
    Own(&'static str),
    Given(DistinguishedName),
}

impl RootOrder {
    /// A root with nothing wrong.
    pub(crate) fn usual(ca: &Ca, what: &'static str) -> Self {
        Self {
            role: Role::Other,
            name: Name::Own(what),
            validity: ca.usual(),
            key: None,
            scheme: Scheme::Usual,
        }
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

fn root(house: Arc<House>, label: &str, order: RootOrder) -> Ca {
    let mut draw = house.chance.draw(label);
    let serial = draw.serial();
    let id = draw.bytes();
    let subject = match order.name {
        Name::Own(what) => own_name(what, id),
        Name::Given(subject) => subject,
    };
    let key = match order.key {
        Some(key) => key,
        None => Key::generate(house.key, order.role, &mut draw),
    };
    let certificate = Certificate {
        serial: &serial,
        issuer: &subject,
        validity: order.validity,
        subject: &subject,
        key: &key,
        names: &[],
        purpose: Purpose::Authority { path_len: None },
    }
    .draft(&key, order.scheme)
    .signed_by(&key, order.scheme);
    Ca {
        inner: Arc::new(Inner {
            certificate,
            serial,
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
pub(crate) fn own_name(what: &str, id: [u8; 4]) -> DistinguishedName {
    DistinguishedName::new()
        .common_name(format!("mailfault test {what} {}", hex(&id)))
        .organization("mailfault")
}
