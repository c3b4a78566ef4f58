//! A wish, understood: what has to be minted, with nothing left to go wrong.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};

use crate::asn1;
use crate::certificate::{Purpose, Validity};
use crate::distinguished_name::DistinguishedName;
use crate::error::Error;
use crate::flaw::Flaw;
use crate::host::Host;
use crate::key::KeyKind;
use crate::leaf::Leaf;

pub(crate) struct Recipe {
    /// What a client is told to verify.
    pub(crate) name: String,
    /// What the certificate says instead or as well.
    pub(crate) names: Vec<Host>,
    pub(crate) subject: DistinguishedName,
    pub(crate) key: Option<KeyKind>,
    pub(crate) serial: Option<Vec<u8>>,
    pub(crate) flaws: BTreeSet<Flaw>,
    validity: Option<Validity>,
}

impl Recipe {
    pub(crate) fn read(leaf: &Leaf) -> Result<Self, Error> {
        check_flaws(leaf)?;
        if leaf.serial.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::Serial);
        }
        if let Some((from, to)) = leaf.validity
            && !(asn1::can_say(from) && asn1::can_say(to))
        {
            return Err(Error::Time);
        }

        let mut names = leaf
            .names
            .iter()
            .map(|name| Host::read(name))
            .collect::<Result<Vec<_>, _>>()?;
        let name = names[0].to_string();
        let mut common_name = name.clone();
        if let Some(flaw) = leaf.flaws.iter().find(|flaw| flaw.is_about_names()) {
            (common_name, names) = names_of(*flaw, &names[0])?;
        } else if !leaf.only_names {
            for loopback in ["localhost", "127.0.0.1", "::1"] {
                let loopback = Host::read(loopback)?;
                if !names.contains(&loopback) {
                    names.push(loopback);
                }
            }
        }

        let subject = leaf
            .subject
            .clone()
            .unwrap_or_else(|| subject(&common_name));
        if leaf.flaws.contains(&Flaw::CnOnly) && !subject.has_common_name(&common_name) {
            return Err(Error::Flaw {
                flaw: Flaw::CnOnly,
                why: "needs the name as the subject's common name: at most 64 characters, and in `subject` if that is said",
            });
        }
        Ok(Self {
            name,
            names,
            subject,
            key: leaf.key,
            serial: leaf.serial.clone(),
            flaws: leaf.flaws.iter().copied().collect(),
            validity: leaf.validity,
        })
    }

    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(&flaw)
    }

    pub(crate) fn validity(&self, now: SystemTime) -> Validity {
        if self.has(Flaw::Expired) {
            (now - 100 * DAY, now - 10 * DAY)
        } else if self.has(Flaw::NotYetValid) {
            (now + 10 * DAY, now + 100 * DAY)
        } else {
            self.validity.unwrap_or((now - DAY, now + 90 * DAY))
        }
    }

    pub(crate) fn purpose(&self) -> Purpose {
        if self.has(Flaw::EkuClientOnly) {
            Purpose::Client
        } else {
            Purpose::Server
        }
    }

    /// The same wish has the same label, so that a seed gives it the same bytes.
    pub(crate) fn label(&self) -> String {
        let flaws = self.flaws.iter().map(|flaw| format!(" {flaw}"));
        format!("leaf {}{}", self.name, flaws.collect::<String>())
    }
}

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// RFC 5280 appendix A.1 ends a common name at 64 characters; a longer name stands in the subjectAltName alone.
fn subject(common_name: &str) -> DistinguishedName {
    if common_name.len() > 64 {
        DistinguishedName::new()
    } else {
        DistinguishedName::new().common_name(common_name)
    }
}

/// The common name and the subjectAltName of a certificate that must not match `name`.
fn names_of(flaw: Flaw, name: &Host) -> Result<(String, Vec<Host>), Error> {
    let Host::Dns(name) = name else {
        return Err(Error::Flaw {
            flaw,
            why: "needs a DNS name, not an IP address",
        });
    };
    if name.starts_with("*.") {
        return Err(Error::Flaw {
            flaw,
            why: "needs the name that a client verifies, not a wildcard",
        });
    }
    let presented = match flaw {
        Flaw::CnOnly => return Ok((name.clone(), Vec::new())),
        Flaw::SanIpOnly => {
            // With the right name as common name, OpenSSL would accept: it looks there unless a dNSName is present.
            let address = Host::Ip(Ipv4Addr::LOCALHOST.into());
            return Ok((address.to_string(), vec![address]));
        }
        Flaw::WildcardOtherDomain if name.to_ascii_lowercase().ends_with(".other.test") => {
            "*.another.test".to_owned()
        }
        Flaw::WildcardOtherDomain => "*.other.test".to_owned(),
        Flaw::WildcardTooDeep => match name.splitn(3, '.').nth(2) {
            Some(domain) => format!("*.{domain}"),
            None => format!("*.{name}"),
        },
        _ => sibling(name),
    };
    Ok((presented.clone(), vec![Host::Dns(presented)]))
}

/// `other` instead of the first label.
fn sibling(name: &str) -> String {
    let (host, domain) = match name.split_once('.') {
        Some((host, domain)) => (host, format!(".{domain}")),
        None => (name, String::new()),
    };
    if host.eq_ignore_ascii_case("other") {
        format!("another{domain}")
    } else {
        format!("other{domain}")
    }
}

fn check_flaws(leaf: &Leaf) -> Result<(), Error> {
    for (place, one) in leaf.flaws.iter().enumerate() {
        for other in &leaf.flaws[place + 1..] {
            if let Some(why) = one.clash(*other) {
                return Err(Error::Clash {
                    one: one.to_string(),
                    other: other.to_string(),
                    why,
                });
            }
        }
        let clash = |other: &str, why| {
            Err(Error::Clash {
                one: one.to_string(),
                other: other.to_owned(),
                why,
            })
        };
        if one.is_about_names() && leaf.names.len() > 1 {
            return clash("also", "the flaw says which names the certificate carries");
        }
        if matches!(one, Flaw::Expired | Flaw::NotYetValid) && leaf.validity.is_some() {
            return clash("valid", "both say when the certificate is valid");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws_of_the_name_miss_it_whatever_it_is() {
        #[track_caller]
        fn check(flaw: Flaw, name: &str, expected: &str) {
            let recipe = Recipe::read(&Leaf::new(name).flaw(flaw)).unwrap();
            assert_eq!(recipe.name, name);
            let names: Vec<_> = recipe.names.iter().map(ToString::to_string).collect();
            assert_eq!(
                format!("{} | {}", recipe.subject, names.join(" ")),
                expected
            );
        }
        check(
            Flaw::WrongName,
            "mail.contoso.com",
            "CN=other.contoso.com | other.contoso.com",
        );
        check(
            Flaw::WrongName,
            "other.contoso.com",
            "CN=another.contoso.com | another.contoso.com",
        );
        check(Flaw::WrongName, "EX01", "CN=other | other");
        check(Flaw::CnOnly, "mx.test", "CN=mx.test | ");
        check(
            Flaw::WildcardTooDeep,
            "a.mail.contoso.com",
            "CN=*.contoso.com | *.contoso.com",
        );
        check(Flaw::WildcardTooDeep, "mx.test", "CN=*.mx.test | *.mx.test");
        check(
            Flaw::WildcardOtherDomain,
            "mx.test",
            "CN=*.other.test | *.other.test",
        );
        check(
            Flaw::WildcardOtherDomain,
            "mx.other.test",
            "CN=*.another.test | *.another.test",
        );
        check(Flaw::SanIpOnly, "mx.test", "CN=127.0.0.1 | 127.0.0.1");
    }

    #[test]
    fn wishes_that_contradict_themselves_are_refused() {
        #[track_caller]
        fn check(leaf: Leaf, expected: &str) {
            assert_eq!(leaf.check().unwrap_err().to_string(), expected);
        }
        let leaf = || Leaf::new("mx.test");
        let now = SystemTime::UNIX_EPOCH;
        check(
            leaf().expired().valid(now, now),
            "`tls/expired` does not go with `valid`: both say when the certificate is valid",
        );
        check(
            leaf().also("mail.test").wrong_name(),
            "`tls/wrong-name` does not go with `also`: the flaw says which names the certificate carries",
        );
        check(
            leaf().wrong_name().cn_only(),
            "`tls/wrong-name` does not go with `tls/cn-only`: both say which names the certificate carries",
        );
        check(
            Leaf::new("127.0.0.1").wrong_name(),
            "`tls/wrong-name` needs a DNS name, not an IP address",
        );
        check(
            Leaf::new("*.mx.test").cn_only(),
            "`tls/cn-only` needs the name that a client verifies, not a wildcard",
        );
        check(
            leaf()
                .cn_only()
                .subject(DistinguishedName::new().common_name("x")),
            "`tls/cn-only` needs the name as the subject's common name: at most 64 characters, and in `subject` if that is said",
        );
        check(
            leaf().serial([]),
            "a serial number needs at least one octet",
        );
        check(
            leaf().valid(now, now + Duration::from_secs(400_000 * 365 * 86_400)),
            "a certificate cannot name a time before the year 0 or after 9999",
        );
    }
}
