//! What a certificate says of names, and what a client should have found there.

use std::net::{IpAddr, Ipv4Addr};

use crate::control::Control;
use crate::flaw::Flaw;
use crate::host::Host;

/// The names of one certificate.
pub(super) struct Names {
    /// What a client is told to verify.
    pub(super) reference: String,
    pub(super) common_name: String,
    pub(super) alternative: Vec<Host>,
}

impl Names {
    /// The certificate of a flaw of names that was wished for as `name`.
    pub(super) fn of_flaw(flaw: Flaw, name: &Host) -> Result<Self, &'static str> {
        if matches!(flaw, Flaw::IpAsDnsSan | Flaw::IpNoIpSan | Flaw::IpOther) {
            return Self::of_address(flaw, name);
        }
        let name = dns(name)?;
        let said = |common_name: String, alternative: Vec<Host>| Self {
            reference: name.to_owned(),
            common_name,
            alternative,
        };
        let both = |presented: String| said(presented.clone(), vec![Host::Dns(presented)]);
        // With the right common name, clients that look there unless a dNSName is present would accept.
        let unrelated = |alternative| said(sibling(name), alternative);
        let domain = domain(name);
        Ok(match flaw {
            Flaw::CnOnly
            | Flaw::ExtensionsEmpty
            | Flaw::SanEmpty
            | Flaw::SanMalformed
            | Flaw::V1 => said(name.to_owned(), Vec::new()),
            Flaw::San5000 => said(name.to_owned(), many(name, 5_000)),
            Flaw::CnRightSanWrong => said(name.to_owned(), vec![Host::Dns(sibling(name))]),
            Flaw::SanEmailOnly => unrelated(vec![postmaster(domain)]),
            Flaw::SanEmailOnlyCnRight => said(name.to_owned(), vec![postmaster(domain)]),
            Flaw::SanEmptyDns => unrelated(vec![Host::Dns(String::new())]),
            Flaw::SanIpOnly => {
                let address = Host::Ip(LOOPBACK);
                said(address.to_string(), vec![address])
            }
            Flaw::SanLeadingDot => unrelated(vec![Host::Dns(format!(".{domain}"))]),
            Flaw::SanNonAscii => unrelated(vec![Host::Dns(format!("mäil.{domain}"))]),
            Flaw::SanNonAsciiPlusRight => {
                let odd = Host::Dns(format!("mäil.{domain}"));
                said(name.to_owned(), vec![odd, Host::Dns(name.to_owned())])
            }
            Flaw::SanNulByte => unrelated(vec![Host::Dns(format!("{name}\0.evil.test"))]),
            Flaw::SanShortNameOnly => match name.split_once('.') {
                Some((short, _)) => both(short.to_owned()),
                None => return Err(NO_DOMAIN),
            },
            Flaw::SanTrailingDot => unrelated(vec![Host::Dns(format!("{name}."))]),
            Flaw::SanUriOnly => unrelated(vec![Host::Uri(format!("smtp://{name}"))]),
            Flaw::SelfSignedExchangeSetup => {
                let names = ["EX01".to_owned(), format!("EX01.{domain}")];
                said("EX01".to_owned(), names.map(Host::Dns).into())
            }
            Flaw::WildcardBare => both("*".to_owned()),
            Flaw::WildcardCnOnly => said(format!("*.{domain}"), Vec::new()),
            Flaw::WildcardDouble => both(format!("*.*.{domain}")),
            Flaw::WildcardForParent => both(format!("*.{name}")),
            Flaw::WildcardMiddleLabel => match name.splitn(3, '.').collect::<Vec<_>>()[..] {
                [host, _, domain] => both(format!("{host}.*.{domain}")),
                [host, _] => both(format!("{host}.*")),
                _ => return Err(NO_DOMAIN),
            },
            Flaw::WildcardOtherDomain if name.to_ascii_lowercase().ends_with(".other.test") => {
                both("*.another.test".to_owned())
            }
            Flaw::WildcardOtherDomain => both("*.other.test".to_owned()),
            Flaw::WildcardPartialLabel => {
                let (host, _) = name.split_once('.').unwrap_or((name, ""));
                let part = &host[..host.len().div_ceil(2)];
                both(format!("{part}*.{domain}"))
            }
            Flaw::WildcardTld => {
                // The wildcard stands for one label, so that the name has to have two.
                let (above, top) = name.rsplit_once('.').unwrap_or((name, "test"));
                let below = above.rsplit_once('.').map_or(above, |(_, below)| below);
                Self {
                    reference: format!("{below}.{top}"),
                    ..both(format!("*.{top}"))
                }
            }
            Flaw::WildcardTooDeep => match name.splitn(3, '.').nth(2) {
                Some(domain) => both(format!("*.{domain}")),
                None => both(format!("*.{name}")),
            },
            _ => both(sibling(name)),
        })
    }

    /// The certificate of a control of names that was wished for as `name`.
    pub(super) fn of_control(control: Control, name: &Host) -> Result<Self, &'static str> {
        if let (Control::IpSan, Host::Ip(address)) = (control, name) {
            return Ok(Self::right(address.to_string(), Host::Ip(*address)));
        }
        let name = dns(name)?;
        let domain = domain(name);
        let right = Self::right(name.to_owned(), Host::Dns(name.to_owned()));
        Ok(match control {
            Control::CnUnrelated => Self {
                common_name: "mailfault test server".to_owned(),
                ..right
            },
            Control::Idn => {
                let name = format!("xn--mil-qla.{domain}");
                Self::right(name.clone(), Host::Dns(name))
            }
            Control::IpSan => Self::right(LOOPBACK.to_string(), Host::Ip(LOOPBACK)),
            Control::San100 => Self {
                alternative: many(name, 100),
                ..right
            },
            Control::San1000 => Self {
                alternative: many(name, 1_000),
                ..right
            },
            Control::SanManyKinds => {
                let uri = Host::Uri(format!("smtp://{name}"));
                let others = [postmaster(domain), uri, Host::Ip(LOOPBACK)];
                Self {
                    alternative: others.into_iter().chain(right.alternative).collect(),
                    ..right
                }
            }
            Control::SanUnderscore => {
                let other = Host::Dns(format!("_mx_1.{domain}"));
                Self {
                    alternative: [other].into_iter().chain(right.alternative).collect(),
                    ..right
                }
            }
            Control::SanUppercase => Self {
                alternative: vec![Host::Dns(name.to_ascii_uppercase())],
                ..right
            },
            Control::Wildcard => {
                // OpenSSL and Go match no wildcard for a whole top-level domain.
                let (reference, domain) = match domain.contains('.') {
                    true => (name.to_owned(), domain),
                    false => (format!("mail.{name}"), name),
                };
                let presented = format!("*.{domain}");
                Self {
                    common_name: presented.clone(),
                    ..Self::right(reference, Host::Dns(presented))
                }
            }
            _ => right,
        })
    }

    /// The name alone, and rightly.
    fn right(reference: String, presented: Host) -> Self {
        Self {
            common_name: reference.clone(),
            reference,
            alternative: vec![presented],
        }
    }

    /// A client that goes by the address: the one wished for, or that of a server on the same machine.
    fn of_address(flaw: Flaw, name: &Host) -> Result<Self, &'static str> {
        let (address, name) = match name {
            Host::Ip(address) => (*address, "mx.test"),
            name => (LOOPBACK, dns(name)?),
        };
        let other = match address {
            OTHER => LOOPBACK,
            _ => OTHER,
        };
        let presented = match flaw {
            Flaw::IpAsDnsSan => Host::Dns(address.to_string()),
            Flaw::IpNoIpSan => Host::Dns(name.to_owned()),
            _ => Host::Ip(other),
        };
        Ok(Self {
            reference: address.to_string(),
            common_name: name.to_owned(),
            alternative: vec![presented],
        })
    }
}

/// What a client verifies, as a DNS name.
fn dns(name: &Host) -> Result<&str, &'static str> {
    match name {
        Host::Dns(name) if name.starts_with("*.") => {
            Err("needs the name that a client verifies, not a wildcard")
        }
        Host::Dns(name) => Ok(name),
        _ => Err("needs a DNS name, not an IP address"),
    }
}

/// What follows the first label; a host without a domain is its own.
fn domain(name: &str) -> &str {
    name.split_once('.').map_or(name, |(_, domain)| domain)
}

/// So many names, the right one last.
fn many(name: &str, count: usize) -> Vec<Host> {
    let domain = domain(name);
    let others = (1..count).map(|number| format!("host-{number}.{domain}"));
    others.chain([name.to_owned()]).map(Host::Dns).collect()
}

fn postmaster(domain: &str) -> Host {
    Host::Email(format!("postmaster@{domain}"))
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

const NO_DOMAIN: &str = "needs a name with a domain";
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
