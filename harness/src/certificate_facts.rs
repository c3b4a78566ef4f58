//! What a certificate says, in the words of Windows.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mailfault_certs::{Der, DistinguishedName};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate, X509Name};

/// What a certificate says, as far as logs and rules ask for it.
///
/// ```
/// use mailfault::{Ca, CertificateFacts, Leaf};
///
/// let identity = Ca::new().issue(Leaf::new("mx.test").only_names());
/// let facts = CertificateFacts::read(identity.leaf()).unwrap();
/// assert_eq!(facts.subject.to_string(), "CN=mx.test");
/// assert_eq!(facts.names, ["mx.test"]);
/// assert_eq!(facts.thumbprint, identity.thumbprint());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateFacts {
    /// Whom it is for.
    pub subject: DistinguishedName,
    /// Who signed it.
    pub issuer: DistinguishedName,
    /// The serial number in upper-case hex, two digits for each octet.
    pub serial: String,
    /// The SHA-1 of the certificate in 40 upper-case digits.
    pub thumbprint: String,
    /// The DNS names and addresses of the subjectAltName, in order.
    pub names: Vec<String>,
    /// The first second of its validity.
    pub not_before: SystemTime,
    /// The last second of its validity.
    pub not_after: SystemTime,
    /// The common name that is the most specific, if there is one.
    pub common_name: Option<String>,
    /// 1, 2 or 3.
    pub version: u32,
}

impl CertificateFacts {
    /// Reads a certificate; `None` if it is none.
    #[must_use]
    pub fn read(der: &Der) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der.as_bytes()).ok()?;
        let names = certificate.subject_alternative_name().ok().flatten();
        let names = names.map(|extension| extension.value.general_names.as_slice());
        let names = names.unwrap_or_default().iter().filter_map(name);
        let subject = distinguished_name(certificate.subject());
        Some(Self {
            common_name: subject.first_common_name().map(str::to_owned),
            subject,
            issuer: distinguished_name(certificate.issuer()),
            serial: serial(certificate.raw_serial()),
            thumbprint: der.thumbprint(),
            names: names.collect(),
            not_before: time(certificate.validity().not_before.timestamp()),
            not_after: time(certificate.validity().not_after.timestamp()),
            version: certificate.version().0.saturating_add(1),
        })
    }

    /// Whether it names itself as its issuer.
    #[must_use]
    pub fn is_self_signed(&self) -> bool {
        self.subject == self.issuer
    }

    /// When it is valid, for people: `2026-11-11 16:31:49 UTC to 2027-02-09 16:31:49 UTC`.
    #[must_use]
    pub fn validity(&self) -> String {
        let moment = crate::judge::moment;
        format!("{} to {}", moment(self.not_before), moment(self.not_after))
    }

    /// Whether `at` is within its validity.
    #[must_use]
    pub fn is_valid_at(&self, at: SystemTime) -> bool {
        (self.not_before..=self.not_after).contains(&at)
    }
}

/// Windows prints the most specific part first; in the certificate it is the last.
fn distinguished_name(name: &X509Name<'_>) -> DistinguishedName {
    let mut parts: Vec<_> = name.iter_attributes().collect();
    parts.reverse();
    let name = DistinguishedName::new();
    parts.into_iter().fold(name, |name, part| {
        let value = match part.as_str() {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(part.as_slice()).into_owned(),
        };
        name.attribute(&part.attr_type().to_id_string(), value)
    })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => match octets.len() {
            4 => <[u8; 4]>::try_from(*octets)
                .ok()
                .map(|four| Ipv4Addr::from(four).to_string()),
            16 => <[u8; 16]>::try_from(*octets)
                .ok()
                .map(|all| Ipv6Addr::from(all).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// Without the octet that only says that the number is positive.
fn serial(octets: &[u8]) -> String {
    let octets = match octets {
        [0, rest @ ..] if !rest.is_empty() => rest,
        octets => octets,
    };
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

fn time(seconds: i64) -> SystemTime {
    match u64::try_from(seconds) {
        Ok(seconds) => UNIX_EPOCH + Duration::from_secs(seconds),
        Err(_) => UNIX_EPOCH - Duration::from_secs(seconds.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use mailfault_certs::{Ca, Leaf};

    use super::*;

    #[test]
    fn a_certificate_says_what_it_was_minted_with() {
        let subject = DistinguishedName::new()
            .common_name("mail.contoso.test")
            .organization("Contoso, Inc.")
            .state("Arizona")
            .country("US");
        let leaf = Leaf::new("mail.contoso.test")
            .also("192.0.2.1")
            .only_names();
        let identity = Ca::new().issue(leaf.subject(subject.clone()));
        let facts = CertificateFacts::read(identity.leaf()).unwrap();
        assert_eq!(facts.subject, subject);
        assert_eq!(facts.issuer, *identity.issuer());
        assert_eq!(facts.serial, identity.serial());
        assert_eq!(facts.thumbprint, identity.thumbprint());
        assert_eq!(facts.names, ["mail.contoso.test", "192.0.2.1"]);
        assert_eq!(facts.not_before, identity.not_before());
        assert_eq!(facts.not_after, identity.not_after());
        assert_eq!(facts.common_name.as_deref(), Some("mail.contoso.test"));
        assert_eq!(facts.version, 3);
        assert!(!facts.is_self_signed());
        assert!(facts.is_valid_at(SystemTime::now()));
    }

    #[test]
    fn what_is_no_certificate_says_nothing() {
        assert_eq!(CertificateFacts::read(&Der::from(vec![0x30, 0x00])), None);
    }
}
