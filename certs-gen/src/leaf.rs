//! The wish for a certificate.

use std::time::SystemTime;

use crate::control::Control;
use crate::distinguished_name::DistinguishedName;
use crate::error::Error;
use crate::flaw::Flaw;
use crate::key::KeyKind;
use crate::recipe::Recipe;

mod flaws;

/// A server's certificate, as it is wished for.
///
/// A name is whatever a client would be told to connect to: a DNS name, a wildcard `*.contoso.com`, a name in any
/// script (it becomes an A-label), or an IP address. The first one is also the subject's common name.
///
/// Unless told otherwise, a leaf is valid from a day ago for 90 days more, has a key like its authority's, may be
/// used by servers only, and also carries `localhost`, `127.0.0.1` and `::1`, for clients that cannot be told a name.
///
/// ```
/// use mailfault_certs::{Ca, Leaf};
///
/// let ca = Ca::new();
/// let plain = ca.issue("mx.test");
/// let two_names = ca.issue(Leaf::new("mail.contoso.com").also("autodiscover.contoso.com"));
/// let expired = ca.issue(Leaf::new("mx.test").expired());
///
/// assert_eq!(plain.names(), ["mx.test", "localhost", "127.0.0.1", "::1"]);
/// # assert_eq!(two_names.names()[1], "autodiscover.contoso.com");
/// # assert_eq!(expired.flaws().len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub(crate) names: Vec<String>,
    pub(crate) only_names: bool,
    pub(crate) subject: Option<DistinguishedName>,
    pub(crate) key: Option<KeyKind>,
    pub(crate) validity: Option<(SystemTime, SystemTime)>,
    pub(crate) serial: Option<Vec<u8>>,
    pub(crate) flaws: Vec<Flaw>,
    pub(crate) control: Option<Control>,
    pub(crate) revocation: Revocation,
}

impl Leaf {
    /// A healthy certificate for this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            names: vec![name.into()],
            only_names: false,
            subject: None,
            key: None,
            validity: None,
            serial: None,
            flaws: Vec::new(),
            control: None,
            revocation: Revocation::default(),
        }
    }

    /// One more name.
    #[must_use]
    pub fn also(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// No names but those said: no `localhost`, `127.0.0.1`, `::1`.
    #[must_use]
    pub fn only_names(mut self) -> Self {
        self.only_names = true;
        self
    }

    /// Another subject than the first name as common name.
    #[must_use]
    pub fn subject(mut self, subject: DistinguishedName) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Another key than one like the authority's.
    #[must_use]
    pub fn key(mut self, kind: KeyKind) -> Self {
        self.key = Some(kind);
        self
    }

    /// Another validity than from a day ago for 90 days more. A certificate counts whole seconds.
    #[must_use]
    pub fn valid(mut self, from: SystemTime, to: SystemTime) -> Self {
        self.validity = Some((from, to));
        self
    }

    /// This serial number, big-endian and positive.
    #[must_use]
    pub fn serial(mut self, serial: impl Into<Vec<u8>>) -> Self {
        self.serial = Some(serial.into());
        self
    }

    /// Where the authority publishes its revocation list ([`Ca::crl`](crate::Ca::crl)): the cRLDistributionPoints.
    #[must_use]
    pub fn crl_at(mut self, url: impl Into<String>) -> Self {
        self.revocation.crl = Some(url.into());
        self
    }

    /// Where the authority answers OCSP: the authorityInfoAccess.
    #[must_use]
    pub fn ocsp_at(mut self, url: impl Into<String>) -> Self {
        self.revocation.ocsp = Some(url.into());
        self
    }

    /// The server has to staple an answer: the TLS feature status_request (RFC 7633).
    #[must_use]
    pub fn must_staple(mut self) -> Self {
        self.revocation.must_staple = true;
        self
    }

    /// A defect; several go together where one certificate can show them all.
    ///
    /// ```
    /// use mailfault_certs::{Ca, Flaw, Leaf};
    ///
    /// let ca = Ca::new();
    /// for flaw in Flaw::all().iter().filter(|flaw| flaw.needs().is_none()) {
    ///     let identity = ca.issue(Leaf::new("mx.test").flaw(*flaw));
    ///     println!("{flaw}: {} certificates are sent", identity.chain().len());
    /// }
    /// ```
    #[must_use]
    pub fn flaw(mut self, flaw: Flaw) -> Self {
        if !self.flaws.contains(&flaw) {
            self.flaws.push(flaw);
        }
        self
    }

    /// Something unusual with which nothing is wrong, in the place of what was said so before. What it is about, its
    /// key above all, it says itself, whatever else was wished for.
    ///
    /// ```
    /// use mailfault_certs::{Ca, Control, Leaf};
    ///
    /// let ca = Ca::new();
    /// let wildcard = ca.issue(Leaf::new("mail.contoso.com").control(Control::Wildcard));
    /// assert_eq!(wildcard.names(), ["*.contoso.com"]);
    /// let five_above = ca.issue(Leaf::new("mail.contoso.com").control(Control::LongChain5));
    /// assert_eq!(five_above.chain().len(), 6);
    /// ```
    #[must_use]
    pub fn control(mut self, control: Control) -> Self {
        self.control = Some(control);
        self
    }

    /// Whether this can be issued, for those who would rather have an error than the panic of
    /// [`Ca::issue`](crate::Ca::issue).
    ///
    /// ```
    /// use mailfault_certs::Leaf;
    ///
    /// assert!(Leaf::new("mx.test").expired().wrong_name().check().is_ok());
    ///
    /// let error = Leaf::new("mx.test").self_signed().missing_intermediate().check().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`tls/self-signed` does not go with `tls/missing-intermediate`: \
    ///      a self-signed certificate has no authority above it",
    /// );
    /// ```
    pub fn check(&self) -> Result<(), Error> {
        Recipe::read(self).map(|_| ())
    }
}

/// What a certificate says of its own revocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revocation {
    pub(crate) crl: Option<String>,
    pub(crate) ocsp: Option<String>,
    pub(crate) must_staple: bool,
}

impl From<&str> for Leaf {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Leaf {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<&String> for Leaf {
    fn from(name: &String) -> Self {
        Self::new(name)
    }
}
