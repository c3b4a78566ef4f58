//! Whether a certificate is for a name: by whose rules is for the asker to say.

use std::fmt;
use std::net::IpAddr;

use super::certificate::Read;

/// How one kind of client compares names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NameRules {
    /// Whether the common name counts where there is no dNSName.
    pub(super) common_name: bool,
    pub(super) wildcards: Wildcards,
    /// A dot at the end of a name in the certificate is not looked at.
    pub(super) ignores_last_dot: bool,
}

/// What a `*` may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wildcards {
    /// The whole of the first label (RFC 9525 §6.3), in front of so many labels.
    Whole { before: usize },
    /// The same, or a part of the first label.
    Partial { before: usize },
    /// Any part of any label.
    Anywhere,
}

impl NameRules {
    /// RFC 9525: no common name, `*.` for one label.
    pub(super) const STRICT: Self = Self {
        common_name: false,
        wildcards: Wildcards::Whole { before: 2 },
        ignores_last_dot: false,
    };

    /// RFC 6125 and 7817: the common name, where there is no dNSName.
    pub(super) const WITH_COMMON_NAME: Self = Self {
        common_name: true,
        ..Self::STRICT
    };

    /// Whether the certificate is for the name, or the address.
    pub(super) fn accept(self, certificate: &Read, name: &str) -> bool {
        if let Ok(address) = name.parse::<IpAddr>() {
            return addresses(certificate).any(|one| one == address);
        }
        let dns = &certificate.extensions.dns_names;
        let mut names: Vec<&str> = dns.iter().map(String::as_str).collect();
        if self.common_name && names.is_empty() {
            names.extend(certificate.facts.common_name.as_deref());
        }
        names.into_iter().any(|pattern| self.covers(pattern, name))
    }

    /// Whether a name in a certificate stands for a host.
    pub(super) fn covers(self, pattern: &str, name: &str) -> bool {
        let pattern = match self.ignores_last_dot {
            true => pattern.strip_suffix('.').unwrap_or(pattern),
            false => pattern,
        };
        let name = name.strip_suffix('.').unwrap_or(name);
        if pattern.eq_ignore_ascii_case(name) {
            return !name.is_empty();
        }
        let (Some((first, domain)), Some((host, parent))) =
            (pattern.split_once('.'), name.split_once('.'))
        else {
            return false;
        };
        let labels = domain.split('.').count();
        let fits = domain.eq_ignore_ascii_case(parent) && !host.is_empty();
        match self.wildcards {
            Wildcards::Whole { before } => first == "*" && labels >= before && fits,
            Wildcards::Partial { before } => {
                labels >= before && fits && first.contains('*') && glob(first, host)
            }
            Wildcards::Anywhere => {
                let (wanted, has) = (pattern.split('.'), name.split('.'));
                wanted.clone().count() == has.clone().count()
                    && wanted.zip(has).all(|(wanted, has)| glob(wanted, has))
            }
        }
    }
}

/// The addresses of the subjectAltName.
fn addresses(certificate: &Read) -> impl Iterator<Item = IpAddr> {
    let dns = &certificate.extensions.dns_names;
    let names = certificate.facts.names.iter();
    // A dNSName that looks like an address is none.
    let names = names.filter(move |name| !dns.contains(name));
    names.filter_map(|name| name.parse().ok())
}

/// Whether a label with at most one `*` stands for another.
fn glob(pattern: &str, label: &str) -> bool {
    let (pattern, label) = (pattern.to_ascii_lowercase(), label.to_ascii_lowercase());
    match pattern.split_once('*') {
        None => pattern == label,
        Some((before, after)) => {
            label.len() >= before.len() + after.len()
                && label.starts_with(before)
                && label.ends_with(after)
        }
    }
}

/// Whose name a certificate was held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Against {
    /// The name that the client was told to verify.
    Name,
    /// The name in the MX record.
    MxName,
    /// The domain of the recipient.
    RecipientDomain,
    /// The domain that a connector is set to.
    TlsDomain,
    /// The first word of the greeting.
    BannerHost,
    /// The name that reverse DNS has for the address.
    ReverseDns,
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Name => "name",
            Self::MxName => "MX name",
            Self::RecipientDomain => "recipient domain",
            Self::TlsDomain => "TlsDomain",
            Self::BannerHost => "banner host",
            Self::ReverseDns => "reverse DNS",
        })
    }
}

/// A name, and how the leaf's names go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameCheck {
    /// Whose name it is.
    pub against: Against,
    /// The name.
    pub name: String,
    /// How it goes with the subjectAltName, or with the common name.
    pub fit: Fit,
}

/// How a certificate goes with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fit {
    /// It is in the subjectAltName.
    Exact,
    /// This wildcard of the subjectAltName stands for it.
    Wildcard(String),
    /// This wildcard would, if `*` stood for so many labels; it stands for one.
    TooDeep(String, usize),
    /// It is the common name, and the subjectAltName has other names; nobody looks there then.
    CommonNameBesideOthers,
    /// It is the common name, or this wildcard of it, and there is no other name: many clients
    /// take it (RFC 7817 §3), some no longer (RFC 9525 §2).
    CommonNameAlone,
    /// None of them.
    None,
}

impl Fit {
    /// Whether a client by RFC 9525 takes it.
    #[must_use]
    pub fn is_right(&self) -> bool {
        matches!(self, Self::Exact | Self::Wildcard(_))
    }

    pub(super) fn of(certificate: &Read, name: &str) -> Self {
        let strict = NameRules::STRICT;
        if name.parse::<IpAddr>().is_ok() {
            return match strict.accept(certificate, name) {
                true => Self::Exact,
                false => Self::None,
            };
        }
        let dns = &certificate.extensions.dns_names;
        if let Some(found) = dns.iter().find(|pattern| strict.covers(pattern, name)) {
            return match found.starts_with('*') {
                true => Self::Wildcard(found.clone()),
                false => Self::Exact,
            };
        }
        let common_name = certificate.facts.common_name.as_deref();
        if common_name.is_some_and(|pattern| strict.covers(pattern, name)) {
            return match dns.is_empty() {
                true => Self::CommonNameAlone,
                false => Self::CommonNameBesideOthers,
            };
        }
        let too_deep = dns.iter().find_map(|pattern| {
            let domain = pattern.strip_prefix("*.")?.to_ascii_lowercase();
            let lower = name.to_ascii_lowercase();
            let host = lower.strip_suffix(&format!(".{domain}"))?;
            Some(Self::TooDeep(pattern.clone(), host.split('.').count()))
        });
        too_deep.unwrap_or(Self::None)
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("yes"),
            Self::Wildcard(pattern) => write!(f, "yes, by `{pattern}`"),
            Self::TooDeep(pattern, labels) => {
                write!(f, "no: `{pattern}` stands for one label, not for {labels}")
            }
            Self::CommonNameBesideOthers => {
                f.write_str("no: by the common name alone, beside a subjectAltName of other names")
            }
            Self::CommonNameAlone => {
                f.write_str("by the common name alone, which not every client looks at")
            }
            Self::None => f.write_str("no"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_what_its_reader_lets_it() {
        #[track_caller]
        fn check(wildcards: Wildcards, pattern: &str, name: &str, covered: bool) {
            let rules = NameRules {
                wildcards,
                ..NameRules::STRICT
            };
            assert_eq!(rules.covers(pattern, name), covered, "{pattern} {name}");
        }
        let whole = Wildcards::Whole { before: 2 };
        check(whole, "mx.example.test", "MX.example.test", true);
        check(whole, "mx.example.test.", "mx.example.test", false);
        check(whole, "*.example.test", "mx.example.test", true);
        check(whole, "*.example.test", "a.mx.example.test", false);
        check(whole, "*.example.test", "example.test", false);
        check(whole, "*.test", "example.test", false);
        check(
            Wildcards::Whole { before: 1 },
            "*.test",
            "example.test",
            true,
        );
        check(whole, "*", "mx.example.test", false);
        check(whole, "m*.example.test", "mx.example.test", false);
        let partial = Wildcards::Partial { before: 2 };
        check(partial, "m*.example.test", "mx.example.test", true);
        check(partial, "m*.example.test", "ax.example.test", false);
        check(Wildcards::Anywhere, "mx.*.test", "mx.example.test", true);
        check(whole, "", "", false);
    }
}
