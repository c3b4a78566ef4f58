//! What a server shows: certificates and a key.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::asn1;
use crate::ca::Ca;
use crate::certificate::Validity;
use crate::control::Control;
use crate::crypto;
use crate::distinguished_name::DistinguishedName;
use crate::encoding::{Der, Pem, hex};
use crate::flaw::Flaw;
use crate::host::Host;
use crate::key::Key;
use crate::revocation::Crl;

/// A certificate with its key and its chain, as a server presents them.
///
/// The changers alter what is presented. What is told about the certificate, from its name to its thumbprint, is told
/// of the one that was issued, whatever is presented in its place.
///
/// ```
/// use mailfault_certs::{Ca, Leaf};
///
/// let identity = Ca::new().issue(Leaf::new("mx.test").wrong_name());
/// assert_eq!(identity.name(), "mx.test");
/// assert_eq!(identity.names(), ["other.test"]);
/// assert_eq!(identity.subject().to_string(), "CN=other.test");
/// assert_eq!(identity.thumbprint().len(), 40);
/// ```
#[derive(Clone)]
pub struct Identity {
    pub(crate) chain: Vec<Der>,
    pub(crate) leaf: Der,
    pub(crate) key: Key,
    /// The root that the chain leads to, trusted or not; the leaf itself if it is self-signed.
    pub(crate) own_root: Der,
    pub(crate) roots: Vec<Der>,
    pub(crate) name: String,
    pub(crate) names: Vec<Host>,
    pub(crate) subject: DistinguishedName,
    pub(crate) issuer: DistinguishedName,
    pub(crate) serial: Vec<u8>,
    pub(crate) validity: Validity,
    pub(crate) flaws: Vec<Flaw>,
    pub(crate) control: Option<Control>,
    pub(crate) foreign_key: bool,
    pub(crate) own_key: Option<Der>,
    pub(crate) renewed: Option<Box<Self>>,
    pub(crate) staple: Option<Vec<u8>>,
    pub(crate) authority: Ca,
    pub(crate) crls: Option<Vec<Der>>,
}

impl Identity {
    /// The certificates in the order in which they are sent: the leaf first, unless changed.
    #[must_use]
    pub fn chain(&self) -> &[Der] {
        &self.chain
    }

    /// The certificate of the server.
    #[must_use]
    pub fn leaf(&self) -> &Der {
        &self.leaf
    }

    /// The key that the server signs with, in PKCS#8, unless [another](Self::with_key) was given.
    #[must_use]
    pub fn key(&self) -> &Der {
        self.key.pkcs8()
    }

    /// Whether the certificate holds a public key of a kind that nothing here can sign with, so that
    /// [`key`](Self::key) is another one.
    ///
    /// No library that this one stands on can sign with a key on P-521 or with Ed448, and no client offers a scheme
    /// for DSA under TLS 1.3. Clients that read the certificate first, as rustls, Go and Java do, name the key in it;
    /// users of OpenSSL and GnuTLS name the conflict of key and signature. A server that can sign with
    /// [`own_key`](Self::own_key) has no such conflict.
    #[must_use]
    pub fn serves_foreign_key(&self) -> bool {
        self.foreign_key
    }

    /// The private half of the key in the certificate, in PKCS#8, where [`key`](Self::key) is another, or the same for
    /// other uses: a server on OpenSSL can sign with it.
    ///
    /// ```
    /// use mailfault_certs::{Ca, Flaw, Leaf};
    ///
    /// let identity = Ca::new().issue(Leaf::new("mx.test").flaw(Flaw::P521));
    /// assert!(identity.own_key().is_some_and(|own| own != identity.key()));
    /// assert_eq!(Ca::new().issue("mx.test").own_key(), None);
    /// ```
    #[must_use]
    pub fn own_key(&self) -> Option<&Der> {
        self.own_key.as_ref()
    }

    /// [`own_key`](Self::own_key) as text.
    #[must_use]
    pub fn own_key_pem(&self) -> Option<Pem> {
        self.own_key().map(Pem::private_key)
    }

    /// What should have been installed instead: the certificate of equal issuer, subject and names that a server with
    /// [`Flaw::RenewedOldServed`] has as well and does not serve.
    #[must_use]
    pub fn renewed(&self) -> Option<&Self> {
        self.renewed.as_deref()
    }

    /// [`chain`](Self::chain) as text.
    #[must_use]
    pub fn pem(&self) -> Pem {
        Pem::of_certificates(&self.chain)
    }

    /// [`key`](Self::key) as text.
    #[must_use]
    pub fn key_pem(&self) -> Pem {
        Pem::private_key(self.key())
    }

    /// What a correct client should trust.
    #[must_use]
    pub fn roots(&self) -> &[Der] {
        &self.roots
    }

    /// [`roots`](Self::roots) as text.
    #[must_use]
    pub fn roots_pem(&self) -> Pem {
        Pem::of_certificates(&self.roots)
    }

    /// The name that a client must verify: the first one wished for, in ASCII, even where a flaw left it out.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names in the certificate's subjectAltName.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.names.iter().map(Host::to_string).collect()
    }

    /// Whom the certificate is for.
    #[must_use]
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// Who signed it.
    #[must_use]
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// The serial number in upper-case hex, two digits for each octet.
    #[must_use]
    pub fn serial(&self) -> String {
        match asn1::trimmed(&self.serial) {
            [] => "00".to_owned(),
            serial => hex(serial),
        }
    }

    /// The SHA-1 of the certificate in 40 upper-case digits, as Windows and Exchange print it.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        self.leaf.thumbprint()
    }

    /// The SHA-256 of the certificate in 64 upper-case digits.
    #[must_use]
    pub fn sha256_thumbprint(&self) -> String {
        hex(&crypto::sha256(self.leaf.as_bytes()))
    }

    /// The first second of the certificate's validity.
    #[must_use]
    pub fn not_before(&self) -> SystemTime {
        whole_seconds(self.validity.0)
    }

    /// The last second of the certificate's validity.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        whole_seconds(self.validity.1)
    }

    /// What is wrong with it, in the order of [`Flaw::all`]. The changers below are not flaws by name.
    #[must_use]
    pub fn flaws(&self) -> &[Flaw] {
        &self.flaws
    }

    /// What is unusual about it, if that was wished for.
    #[must_use]
    pub fn control(&self) -> Option<Control> {
        self.control
    }

    /// Sends the leaf alone.
    #[must_use]
    pub fn without_intermediates(mut self) -> Self {
        self.chain = vec![self.leaf.clone()];
        self
    }

    /// Signs with the key of another identity, as after a renewal of which one half was installed.
    ///
    /// # Panics
    ///
    /// When both have the same key, as RSA leaves of one process do: [`Leaf::key_mismatch`](crate::Leaf::key_mismatch)
    /// is for them.
    #[must_use]
    #[track_caller]
    pub fn with_key_of(mut self, other: &Self) -> Self {
        assert!(
            self.key() != other.key(),
            "both identities have the same key, so that nothing would mismatch\nhint: RSA leaves share one key; use Leaf::key_mismatch()"
        );
        self.key = other.key.clone();
        self.own_key = None;
        self
    }

    /// Sends the root too, last: the one that the chain leads to, trusted or not.
    #[must_use]
    pub fn with_root(mut self) -> Self {
        self.chain.push(self.own_root.clone());
        self
    }

    /// What is stapled to the certificate, if anything is.
    #[must_use]
    pub fn staple(&self) -> Option<&[u8]> {
        self.staple.as_deref()
    }

    /// Staples these bytes, an OCSP answer ([`Ca::ocsp`](crate::Ca::ocsp)) or not, for clients that ask for one.
    #[must_use]
    pub fn with_staple(mut self, answer: impl Into<Vec<u8>>) -> Self {
        self.staple = Some(answer.into());
        self
    }

    /// Who signed it, and so lists and answers about it; of a self-signed one who was asked to issue it.
    #[must_use]
    pub fn authority(&self) -> &Ca {
        &self.authority
    }

    /// The revocation lists that a client needs who takes them from a file: those of its authorities, from the one that
    /// signed it up to the root. They list nothing unless [others](Self::with_crls) were put in their place.
    ///
    /// ```
    /// use mailfault_certs::Ca;
    ///
    /// let identity = Ca::new().intermediate().issue("mx.test");
    /// assert_eq!(identity.crls().len(), 2);
    /// assert!(identity.crls_pem().as_str().starts_with("-----BEGIN X509 CRL-----\n"));
    /// ```
    #[must_use]
    pub fn crls(&self) -> Vec<Der> {
        if let Some(crls) = &self.crls {
            return crls.clone();
        }
        let authorities = std::iter::successors(Some(&self.authority), |ca| ca.parent());
        authorities.map(|ca| ca.crl(Crl::new())).collect()
    }

    /// [`crls`](Self::crls) as text.
    #[must_use]
    pub fn crls_pem(&self) -> Pem {
        Pem::of_crls(&self.crls())
    }

    /// Other revocation lists: one on which it stands ([`Ca::crl`]), or one that is none.
    #[must_use]
    pub fn with_crls(mut self, crls: Vec<Der>) -> Self {
        self.crls = Some(crls);
        self
    }

    /// Sends these instead, whatever they are.
    #[must_use]
    pub fn with_chain(mut self, chain: Vec<Der>) -> Self {
        self.chain = chain;
        self
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("name", &self.name)
            .field("names", &self.names())
            .field("subject", &self.subject.to_string())
            .field("issuer", &self.issuer.to_string())
            .field("thumbprint", &self.thumbprint())
            .field("chain", &self.chain)
            .field("flaws", &self.flaws)
            .finish_non_exhaustive()
    }
}

fn whole_seconds(at: SystemTime) -> SystemTime {
    match asn1::unix_seconds(at) {
        seconds @ 0.. => UNIX_EPOCH + Duration::from_secs(seconds as u64),
        seconds => UNIX_EPOCH - Duration::from_secs(seconds.unsigned_abs()),
    }
}
