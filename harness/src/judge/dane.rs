//! DANE for SMTP (RFC 7672): the TLSA records of a server, and what of its chain they stand for.

use std::fmt;
use std::str::FromStr;

use mailfault_certs::Der;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::certificate::Signed;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use crate::error::Error;
use crate::hex;

/// A TLSA record, as it stands in DNS: `3 1 1 8CE4…`.
///
/// ```
/// use mailfault::{Ca, judge::Tlsa};
///
/// let identity = Ca::new().issue("mx.contoso.test");
/// let record = Tlsa::of(identity.leaf(), 3, 0, 1).unwrap();
/// assert_eq!(record.to_string(), format!("3 0 1 {}", identity.sha256_thumbprint()));
/// assert_eq!(record.to_string().parse(), Ok(record));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tlsa {
    /// 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE.
    pub usage: u8,
    /// 0 the whole certificate, 1 its public key.
    pub selector: u8,
    /// 0 all of it, 1 its SHA-256, 2 its SHA-512.
    pub matching_type: u8,
    /// What it is compared with.
    pub data: Vec<u8>,
}

impl Tlsa {
    /// The record that stands for a certificate; `None` for a selector or a matching type that
    /// RFC 6698 does not know, and for the key of what is no certificate.
    #[must_use]
    pub fn of(certificate: &Der, usage: u8, selector: u8, matching_type: u8) -> Option<Self> {
        let selected = match selector {
            0 => certificate.clone(),
            1 => public_key(certificate)?,
            _ => return None,
        };
        let data = match matching_type {
            0 => selected.as_bytes().to_vec(),
            1 => selected.sha256().to_vec(),
            2 => selected.sha512().to_vec(),
            _ => return None,
        };
        Some(Self {
            usage,
            selector,
            matching_type,
            data,
        })
    }

    /// Whether a sender of mail can use it (RFC 7672 §3.1.3: not for the usages that lean on
    /// public authorities; RFC 7671 §4.3 for what is malformed).
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let whole = match self.matching_type {
            0 => !self.data.is_empty(),
            1 => self.data.len() == 32,
            2 => self.data.len() == 64,
            _ => false,
        };
        matches!(self.usage, 2 | 3) && self.selector <= 1 && whole
    }

    /// Whether it stands for this certificate, whatever its usage.
    #[must_use]
    pub fn is_of(&self, certificate: &Der) -> bool {
        let of_it = Self::of(certificate, self.usage, self.selector, self.matching_type);
        of_it.as_ref() == Some(self)
    }
}

/// The SubjectPublicKeyInfo.
fn public_key(certificate: &Der) -> Option<Der> {
    let (_, certificate) = X509Certificate::from_der(certificate.as_bytes()).ok()?;
    Some(Der::from(certificate.public_key().raw.to_vec()))
}

impl fmt::Display for Tlsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            usage,
            selector,
            matching_type,
            data,
        } = self;
        write!(
            f,
            "{usage} {selector} {matching_type} {}",
            hex::written(data)
        )
    }
}

impl FromStr for Tlsa {
    type Err = Error;

    /// RFC 6698 §2.2: three numbers, and hex in which white space may stand.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || Error::BadSetting {
            what: "TLSA record",
            why: format!(
                "`{text}` is no `3 1 1 HEX`: usage, selector and matching type as numbers, and what they are compared with"
            ),
        };
        let mut words = text.split_whitespace();
        let mut number = || words.next()?.parse().ok();
        let (Some(usage), Some(selector), Some(matching_type)) = (number(), number(), number())
        else {
            return Err(bad());
        };
        let data = hex::read(&words.collect::<String>()).filter(|data| !data.is_empty());
        Ok(Self {
            usage,
            selector,
            matching_type,
            data: data.ok_or_else(bad)?,
        })
    }
}

/// A TLSA record, and what of the server's chain it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsaCheck {
    /// The record.
    pub record: Tlsa,
    /// What it stands for.
    pub fit: TlsaFit,
}

/// What of a chain a TLSA record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsaFit {
    /// The server's own certificate.
    Certificate,
    /// An authority in the path, at this place from the leaf, which was sent.
    Authority(usize),
    /// Nothing.
    Nothing,
    /// No sender of mail uses such a record.
    Unusable,
}

impl TlsaFit {
    /// Whether it stands for anything.
    #[must_use]
    pub fn is_right(self) -> bool {
        matches!(self, Self::Certificate | Self::Authority(_))
    }
}

impl fmt::Display for TlsaFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate => f.write_str("yes"),
            Self::Authority(place) => write!(f, "yes, by certificate {place} of its path"),
            Self::Nothing => f.write_str("no"),
            Self::Unusable => f.write_str("no: senders of mail do not use such a record"),
        }
    }
}

/// Each record that DNS has.
pub(super) fn checks(findings: &Findings) -> Vec<TlsaCheck> {
    let records = findings.expectation.tlsa.iter();
    let checks = records.map(|record| TlsaCheck {
        record: record.clone(),
        fit: fit(record, findings),
    });
    checks.collect()
}

fn fit(record: &Tlsa, findings: &Findings) -> TlsaFit {
    let chain = &findings.evidence.chain;
    match record.usage {
        _ if !record.is_usable() => TlsaFit::Unusable,
        3 => match chain.first().is_some_and(|leaf| record.is_of(leaf)) {
            true => TlsaFit::Certificate,
            false => TlsaFit::Nothing,
        },
        _ => authority(record, findings).map_or(TlsaFit::Nothing, TlsaFit::Authority),
    }
}

/// RFC 7672 §3.1.2: the authority must be sent, and every signature below it be right.
fn authority(record: &Tlsa, findings: &Findings) -> Option<usize> {
    let links = &findings.path.as_ref()?.links;
    let sent = &findings.evidence.chain;
    let above = links.iter().enumerate().skip(1);
    let (place, _) = above.into_iter().find(|(_, link)| {
        let der = &link.certificate.der;
        sent.contains(der) && record.is_of(der)
    })?;
    let well = links[..place]
        .iter()
        .all(|link| link.signed != Signed::Badly);
    well.then_some(place)
}

/// What is wrong: DNSSEC, or that there are records and none is right.
pub(super) fn finding(findings: &Findings) -> Option<Finding> {
    if findings.expectation.dnssec_bogus {
        return Some(Finding::general(Wrong::DnssecBogus));
    }
    let leaf = findings.evidence.chain.first()?;
    let mut usable = findings
        .tlsa()
        .iter()
        .filter(|one| one.fit != TlsaFit::Unusable)
        .peekable();
    usable.peek()?;
    let none = usable.all(|one| !one.fit.is_right());
    none.then(|| {
        Finding::general(Wrong::TlsaMismatch {
            host: findings.expectation.host().to_owned(),
            right: Tlsa::of(leaf, 3, 1, 1).map(|record| record.to_string()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_dns_prints_it() {
        let record: Tlsa = "3 1 1 00ff7A".parse().unwrap();
        assert_eq!(
            (record.usage, record.selector, record.matching_type),
            (3, 1, 1)
        );
        assert_eq!(record.data, [0, 0xff, 0x7a]);
        assert_eq!("3 1 1 00 ff\t7A".parse(), Ok(record));
        for bad in ["", "3 1", "3 1 1", "3 1 1 0", "3 1 256 00", "a 1 1 00"] {
            assert!(bad.parse::<Tlsa>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_whole_records_of_the_usages_2_and_3_are_for_mail() {
        #[track_caller]
        fn check(start: &str, octets: usize, usable: bool) {
            let record: Tlsa = format!("{start} {}", "00".repeat(octets)).parse().unwrap();
            assert_eq!(record.is_usable(), usable, "{record}");
        }
        check("3 1 1", 32, true);
        check("2 0 1", 32, true);
        check("3 1 2", 64, true);
        check("3 1 0", 91, true);
        check("0 1 1", 32, false);
        check("1 1 1", 32, false);
        check("4 1 1", 32, false);
        check("3 2 1", 32, false);
        check("3 1 3", 32, false);
        check("3 1 1", 31, false);
        check("3 1 2", 32, false);
    }
}
