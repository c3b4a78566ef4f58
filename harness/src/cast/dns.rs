//! `[hosts]`, `[mx]` and `[dns.NAME]`: what senders find under a name.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{MutexGuard, PoisonError};

use serde::Deserialize;
use toml::Spanned;

use super::exchange::one_of;
use super::{Cast, Certificates, Playing};
use crate::error::Error;
use crate::judge::{Expectation, MtaSts, Tlsa};

/// What is in DNS under a name, beside addresses.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DnsRecords {
    /// The hosts that take the mail of this domain, the most preferred first.
    pub mx: Vec<String>,
    /// The TLSA records of this host for SMTP: those of `_25._tcp.` and its name.
    pub tlsa: Vec<Tlsa>,
    /// Whether answers about this name fail DNSSEC.
    pub dnssec_bogus: bool,
    /// The MTA-STS policy of this domain.
    pub mta_sts: Option<MtaSts>,
}

/// `[dns.NAME]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    /// `3 1 1 8CE4…`, or `3 1 1 certificate:NAME`.
    tlsa: Vec<String>,
    /// `signed` or `bogus`.
    dnssec: Option<String>,
    /// `enforce mx.contoso.test`.
    mta_sts: Option<String>,
}

/// In front of the name of a certificate of the file, for which a TLSA record stands.
const CERTIFICATE: &str = "certificate:";

impl Written {
    fn meant(&self, certificates: &Certificates) -> Result<DnsRecords, Error> {
        let tlsa = self.tlsa.iter().map(|text| tlsa(text, certificates));
        let known = [("signed", false), ("bogus", true)];
        let dnssec = self.dnssec.as_ref();
        let dnssec = dnssec.map(|word| one_of("state of DNSSEC", word, &known));
        Ok(DnsRecords {
            mx: Vec::new(),
            tlsa: tlsa.collect::<Result<_, _>>()?,
            dnssec_bogus: dnssec.transpose()?.unwrap_or(false),
            mta_sts: self.mta_sts.as_deref().map(str::parse).transpose()?,
        })
    }
}

fn tlsa(text: &str, certificates: &Certificates) -> Result<Tlsa, Error> {
    let Some((numbers, name)) = text.split_once(CERTIFICATE) else {
        return text.parse();
    };
    // Any octets will do for the numbers to be read.
    let wanted: Tlsa = format!("{numbers} 00").parse()?;
    let identity = certificates.named(name.trim())?;
    // The record of an authority is that of the one who issued the certificate.
    let certificate = match wanted.usage {
        0 | 2 => identity.chain().get(1).or(identity.roots().first()),
        _ => Some(identity.leaf()),
    };
    let record = certificate.and_then(|certificate| {
        let Tlsa {
            usage,
            selector,
            matching_type,
            ..
        } = wanted;
        Tlsa::of(certificate, usage, selector, matching_type)
    });
    record.ok_or_else(|| Error::BadSetting {
        what: "TLSA record",
        why: format!(
            "`{text}` stands for nothing: a selector is 0 or 1, a matching type 0, 1 or 2"
        ),
    })
}

/// What the file says, by names in lower case; an error comes with its place.
pub(super) fn records(
    mx: &BTreeMap<String, Vec<String>>,
    dns: &BTreeMap<String, Spanned<Written>>,
    certificates: &Certificates,
) -> Result<BTreeMap<String, DnsRecords>, (usize, Error)> {
    let mut records: BTreeMap<String, DnsRecords> = BTreeMap::new();
    for (name, one) in dns {
        let meant = one.get_ref().meant(certificates);
        let meant = meant.map_err(|error| (one.span().start, error))?;
        records.insert(name.to_ascii_lowercase(), meant);
    }
    for (domain, hosts) in mx {
        let of = records.entry(domain.to_ascii_lowercase()).or_default();
        of.mx.clone_from(hosts);
    }
    Ok(records)
}

impl Playing {
    /// What is in DNS under this name now; nothing, if nobody said anything.
    #[must_use]
    pub fn dns(&self, name: &str) -> DnsRecords {
        let records = self.lock_dns();
        let found = records.get(&name.to_ascii_lowercase());
        found.cloned().unwrap_or_default()
    }

    /// Changes what is in DNS under a name; the next attempt of a sender goes by it.
    ///
    /// ```
    /// use mailfault::cast::Cast;
    /// use mailfault::judge::Tlsa;
    ///
    /// let cast = Cast::named("eop-tlsa-not-renewed")?;
    /// let playing = cast.start()?;
    /// assert!(!cast.send_after_fix(&playing)?[0].is_as_expected());
    ///
    /// let certificate = playing.certificate("renewed")?.leaf();
    /// let record = Tlsa::of(certificate, 3, 1, 1).unwrap();
    /// playing.set_dns("mx.contoso.test", |dns| dns.tlsa.push(record));
    /// assert!(cast.send_after_fix(&playing)?[0].is_as_expected());
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    pub fn set_dns(&self, name: &str, change: impl FnOnce(&mut DnsRecords)) {
        let mut changed = self.dns(name);
        change(&mut changed);
        for server in self.exchange.values() {
            server.set_mx(name, &changed.mx);
        }
        self.lock_dns().insert(name.to_ascii_lowercase(), changed);
    }

    fn lock_dns(&self) -> MutexGuard<'_, BTreeMap<String, DnsRecords>> {
        self.dns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Expects what DNS has of a host and of a domain.
    pub(super) fn with_dns(
        &self,
        mut expectation: Expectation,
        host: &str,
        domain: &str,
    ) -> Expectation {
        let (host, domain) = (self.dns(host), self.dns(domain));
        expectation.tlsa = host.tlsa;
        expectation.dnssec_bogus = host.dnssec_bogus || domain.dnssec_bogus;
        expectation.mta_sts = domain.mta_sts;
        expectation
    }
}

impl Cast {
    /// Where a name leads to: a name of `[hosts]`, a member, or the first host of a domain of
    /// `[mx]`.
    pub(crate) fn resolve(&self, playing: &Playing, name: &str) -> Result<SocketAddr, Error> {
        match playing.dns(name).mx.first() {
            Some(host) => self.address(playing, host),
            None => self.address(playing, name),
        }
    }

    /// Where mail for a name goes, the first host first: those of its MX records, or itself.
    pub(super) fn hops(
        &self,
        playing: &Playing,
        name: &str,
    ) -> Result<Vec<(String, SocketAddr)>, Error> {
        let mut hosts = playing.dns(name).mx;
        if hosts.is_empty() {
            hosts.push(name.to_owned());
        }
        let with_address = |host: String| {
            let address = self.address(playing, &host)?;
            Ok((host, address))
        };
        hosts.into_iter().map(with_address).collect()
    }

    fn address(&self, playing: &Playing, name: &str) -> Result<SocketAddr, Error> {
        match self.written.hosts.get(name) {
            Some(member) => playing.address(member),
            None => playing.address(name),
        }
    }
}
