//! What evidence is held against.

use std::time::SystemTime;

use mailfault_certs::Der;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::dane::Tlsa;
use super::mta_sts::MtaSts;
use crate::error::Error;
use crate::server::bad_tls;

/// What evidence is held against.
///
/// ```
/// use mailfault::{Ca, judge::Expectation};
///
/// let ca = Ca::new();
/// let expectation = Expectation::new("mx.contoso.test")
///     .trusting(&[ca.der().clone()])
///     .recipient_domain("contoso.test");
/// assert_eq!(expectation.name, "mx.contoso.test");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Expectation {
    /// The name, or the address, that the certificate must be for.
    pub name: String,
    /// The roots that are trusted, and no others.
    pub roots: Vec<Der>,
    /// Revocation lists. Without any, nothing is said of revocation but what a staple says.
    pub crls: Vec<Der>,
    /// Whether it is asked for lists, so that to have none is a finding. With lists at hand it is.
    pub checks_revocation: bool,
    /// The time at which certificates must be valid.
    pub now: SystemTime,
    /// The name in the MX record.
    pub mx_name: Option<String>,
    /// The domain of the recipient.
    pub recipient_domain: Option<String>,
    /// The name that reverse DNS has for the server's address.
    pub reverse_dns: Option<String>,
    /// The TLSA records of the server, which count as proven by DNSSEC.
    pub tlsa: Vec<Tlsa>,
    /// Whether the answers of DNS about the server fail DNSSEC.
    pub dnssec_bogus: bool,
    /// The MTA-STS policy of the recipient's domain.
    pub mta_sts: Option<MtaSts>,
}

impl Expectation {
    /// This name, no roots, now.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            roots: Vec::new(),
            crls: Vec::new(),
            checks_revocation: false,
            now: SystemTime::now(),
            mx_name: None,
            recipient_domain: None,
            reverse_dns: None,
            tlsa: Vec::new(),
            dnssec_bogus: false,
            mta_sts: None,
        }
    }

    /// Trusts these roots as well.
    #[must_use]
    pub fn trusting(mut self, roots: &[Der]) -> Self {
        self.roots.extend_from_slice(roots);
        self
    }

    /// Trusts the certificates in this text as well: the content of a CA file.
    ///
    /// ```
    /// use mailfault::{Ca, judge::Expectation};
    ///
    /// let ca = Ca::new();
    /// let expectation = Expectation::new("mx.test").trusting_pem(ca.pem().as_bytes())?;
    /// assert_eq!(expectation.roots, [ca.der().clone()]);
    /// assert!(Expectation::new("mx.test").trusting_pem(b"nothing").is_err());
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::BadTls`] if there is no certificate in it, or it is malformed.
    pub fn trusting_pem(self, pem: &[u8]) -> Result<Self, Error> {
        let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let roots = roots.map_err(bad_tls)?;
        if roots.is_empty() {
            return Err(bad_tls("no certificate is in it"));
        }
        let roots: Vec<Der> = roots.iter().map(|root| Der::from(root.to_vec())).collect();
        Ok(self.trusting(&roots))
    }

    /// Knows this revocation list as well.
    #[must_use]
    pub fn crl(mut self, crl: Der) -> Self {
        self.crls.push(crl);
        self
    }

    /// Looks for revocation lists, even if there are none.
    ///
    /// ```
    /// use mailfault::judge::{Expectation, Findings, Judge, Probe};
    /// use mailfault::{Ca, MockServer};
    ///
    /// let ca = Ca::new();
    /// let server = MockServer::builder().starttls(ca.issue("mx.test")).start();
    /// let evidence = Probe::new(server.addr()).name("mx.test").run();
    /// let expectation = Expectation::new("mx.test").trusting(&[ca.der().clone()]);
    /// let openssl = Judge::named("openssl")?;
    /// let findings = Findings::of(&evidence, &expectation.clone().checking_revocation());
    /// assert_eq!(openssl.judge(&findings).code.as_deref(), Some("3"));
    /// assert!(openssl.judge(&Findings::of(&evidence, &expectation)).would_deliver());
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    #[must_use]
    pub fn checking_revocation(mut self) -> Self {
        self.checks_revocation = true;
        self
    }

    /// Whether revocation lists are looked at.
    pub(super) fn looks_at_lists(&self) -> bool {
        self.checks_revocation || !self.crls.is_empty()
    }

    /// Another time than now.
    #[must_use]
    pub fn at(mut self, now: SystemTime) -> Self {
        self.now = now;
        self
    }

    /// The name in the MX record.
    #[must_use]
    pub fn mx_name(mut self, name: impl Into<String>) -> Self {
        self.mx_name = Some(name.into());
        self
    }

    /// The domain of the recipient.
    #[must_use]
    pub fn recipient_domain(mut self, domain: impl Into<String>) -> Self {
        self.recipient_domain = Some(domain.into());
        self
    }

    /// What reverse DNS says.
    #[must_use]
    pub fn reverse_dns(mut self, name: impl Into<String>) -> Self {
        self.reverse_dns = Some(name.into());
        self
    }
    /// Knows this TLSA record as well.
    ///
    /// ```
    /// use mailfault::judge::{Decision, Expectation, Findings, Judge, Probe, Tlsa};
    /// use mailfault::{Ca, MockServer};
    ///
    /// let ca = Ca::new();
    /// let (old, new) = (ca.issue("mx.test"), ca.issue("mx.test"));
    /// let server = MockServer::builder().starttls(new.clone()).start();
    /// let evidence = Probe::new(server.addr()).name("mx.test").run();
    /// let eop = Judge::named("eop-opportunistic")?;
    /// let asked = |identity: &mailfault::Identity| {
    ///     let record = Tlsa::of(identity.leaf(), 3, 1, 1).unwrap();
    ///     eop.judge(&Findings::of(&evidence, &Expectation::new("mx.test").tlsa(record)))
    /// };
    /// assert!(asked(&new).would_deliver());
    /// assert_eq!(asked(&old).message, "450 4.7.323 tlsa-invalid: The domain failed DANE validation.");
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    #[must_use]
    pub fn tlsa(mut self, record: Tlsa) -> Self {
        self.tlsa.push(record);
        self
    }

    /// DNSSEC is broken: no answer about the server can be believed.
    #[must_use]
    pub fn dnssec_bogus(mut self) -> Self {
        self.dnssec_bogus = true;
        self
    }

    /// The recipient's domain has this MTA-STS policy.
    #[must_use]
    pub fn mta_sts(mut self, policy: MtaSts) -> Self {
        self.mta_sts = Some(policy);
        self
    }

    /// The host that is asked to take the mail: that of the MX record.
    pub(super) fn host(&self) -> &str {
        self.mx_name.as_ref().unwrap_or(&self.name)
    }

    /// The domain that the mail is for.
    pub(super) fn domain(&self) -> &str {
        self.recipient_domain.as_ref().unwrap_or(&self.name)
    }
}
