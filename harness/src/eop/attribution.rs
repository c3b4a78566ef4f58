//! Which connector a message came by, and so whose it is.
//!
//! Microsoft documents the parts: what each connector property is for (`Set-InboundConnector`),
//! that a certificate comes before an address and an address before nothing (message center
//! MC1226222), that an incomplete chain counts as no certificate (the support article on 5.7.64),
//! and what else relaying takes ("Updated Requirements for SMTP Relay through Exchange Online",
//! June 2023). Uncertain, since nothing says it: that one's own connector is looked for before a
//! partner's, that of several partners the one with the closest domain is taken, and that a
//! connector's name is not found in a wildcard of the certificate.

use std::net::IpAddr;

use super::{ConnectorType, InboundConnector, Tenant, domain};
use crate::fault::TlsVersion;

#[cfg(test)]
mod tests;

/// What is known of a message when its sender has been named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The client's address.
    pub ip: IpAddr,
    /// The version of TLS, if it came inside TLS.
    pub tls: Option<TlsVersion>,
    /// The client's certificate, if it sent one.
    pub certificate: Option<SenderCertificate>,
    /// Who is logged in.
    pub user: Option<String>,
    /// The address of MAIL, without angle brackets; empty for a bounce.
    pub sender: String,
}

impl Arrival {
    /// A message in clear, without certificate or login.
    #[must_use]
    pub fn new(ip: impl Into<IpAddr>, sender: impl Into<String>) -> Self {
        Self {
            ip: ip.into(),
            tls: None,
            certificate: None,
            user: None,
            sender: sender.into(),
        }
    }
}

/// What a client's certificate says, and whether that can be believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SenderCertificate {
    /// The common name of its subject.
    pub common_name: Option<String>,
    /// Its subjectAltNames.
    pub names: Vec<String>,
    /// Whether the chain that the client sent leads to a root that is trusted. A chain without
    /// its intermediate does not: the missing one is not fetched.
    pub trusted: bool,
}

impl SenderCertificate {
    /// All its names, the subject's first.
    fn all_names(&self) -> impl Iterator<Item = &str> {
        self.common_name
            .iter()
            .chain(&self.names)
            .map(String::as_str)
    }
}

/// Which connector a message came by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attribution {
    /// None: it is mail from the Internet, for accepted domains only.
    Internet,
    /// One for the organization's own servers.
    OnPremises {
        /// Its name.
        connector: String,
        /// What gave the client away as one of those servers.
        by: MatchedBy,
        /// Whether the certificate or the sender is of an accepted domain, which relaying takes
        /// since 2017.
        own_domain: bool,
    },
    /// One for a partner, whose conditions are met.
    Partner {
        /// Its name.
        connector: String,
    },
    /// One for a partner, and a condition is not met.
    Restricted {
        /// Its name.
        connector: String,
        /// The condition.
        restriction: Restriction,
    },
    /// None is asked for: a user of the organization is logged in.
    Submission {
        /// Who.
        user: String,
    },
}

/// What a connector for one's own servers knew the client by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MatchedBy {
    /// `TlsSenderCertificateName` is a name in its certificate.
    Certificate,
    /// It is among `SenderIPAddresses`.
    Address,
}

/// A condition of a partner's connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Restriction {
    /// `RequireTls`.
    Tls,
    /// `RestrictDomainsToCertificate`.
    Certificate,
    /// `RestrictDomainsToIPAddresses`.
    Address,
}

impl Attribution {
    /// The connector's name, if there is one.
    #[must_use]
    pub fn connector(&self) -> Option<&str> {
        match self {
            Self::OnPremises { connector, .. }
            | Self::Partner { connector }
            | Self::Restricted { connector, .. } => Some(connector),
            Self::Internet | Self::Submission { .. } => None,
        }
    }
}

impl Tenant {
    /// Which connector a message comes by.
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    /// use mailfault::eop::{Arrival, Attribution, InboundConnector, Tenant};
    ///
    /// let mut tenant = Tenant::default();
    /// tenant.set_inbound_connector(InboundConnector {
    ///     sender_ip_addresses: vec!["192.0.2.0/24".into()],
    ///     ..InboundConnector::on_premises("HQ")
    /// });
    /// let ours = tenant.attribute(&Arrival::new(Ipv4Addr::new(192, 0, 2, 7), "a@contoso.test"));
    /// assert_eq!(ours.connector(), Some("HQ"));
    /// let theirs = tenant.attribute(&Arrival::new(Ipv4Addr::LOCALHOST, "a@contoso.test"));
    /// assert_eq!(theirs, Attribution::Internet);
    /// ```
    #[must_use]
    pub fn attribute(&self, arrival: &Arrival) -> Attribution {
        if let Some(user) = &arrival.user {
            return Attribution::Submission { user: user.clone() };
        }
        self.on_premises(arrival)
            .or_else(|| self.partner(arrival))
            .unwrap_or(Attribution::Internet)
    }

    fn on_premises(&self, arrival: &Arrival) -> Option<Attribution> {
        let find = |matches: fn(&InboundConnector, &Arrival) -> bool| {
            let mut all = self.enabled(ConnectorType::OnPremises);
            all.find(|one| one.takes_mail_of(&arrival.sender) && matches(one, arrival))
        };
        let by_certificate = find(InboundConnector::knows_certificate);
        let (connector, by) = match by_certificate {
            Some(connector) => (connector, MatchedBy::Certificate),
            None => (find(InboundConnector::knows_address)?, MatchedBy::Address),
        };
        Some(Attribution::OnPremises {
            connector: connector.name.clone(),
            by,
            own_domain: self.is_own(arrival),
        })
    }

    fn partner(&self, arrival: &Arrival) -> Option<Attribution> {
        let sender = domain::of(&arrival.sender).unwrap_or_default();
        let closest = |connector: &InboundConnector| {
            let patterns = connector.sender_domains.iter();
            let fitting = patterns.filter(|pattern| domain::covers(pattern, sender));
            fitting.map(|pattern| domain::closeness(pattern)).max()
        };
        let candidates = self
            .enabled(ConnectorType::Partner)
            .filter(|one| one.takes_mail_of(&arrival.sender))
            .filter_map(|one| Some((closest(one)?, one)));
        // The first of those that are equally close.
        let (_, connector) = candidates.reduce(|best, next| match next.0 > best.0 {
            true => next,
            false => best,
        })?;
        let name = connector.name.clone();
        Some(match connector.unmet(arrival) {
            Some(restriction) => Attribution::Restricted {
                connector: name,
                restriction,
            },
            None => Attribution::Partner { connector: name },
        })
    }

    fn enabled(&self, kind: ConnectorType) -> impl Iterator<Item = &InboundConnector> {
        let all = self.inbound_connectors.iter();
        all.filter(move |one| one.enabled && one.connector_type == kind)
    }

    /// Whether the certificate or the sender is of an accepted domain.
    fn is_own(&self, arrival: &Arrival) -> bool {
        let of_certificate = believed(arrival).is_some_and(|certificate| {
            let within = |name| {
                let mut all = self.accepted_domains.iter();
                all.any(|one| domain::is_within(name, &one.name))
            };
            certificate.all_names().any(within)
        });
        of_certificate || self.accepted_domain(&arrival.sender).is_some()
    }
}

impl InboundConnector {
    fn takes_mail_of(&self, sender: &str) -> bool {
        let domains = &self.associated_accepted_domains;
        domains.is_empty()
            || domain::of(sender)
                .is_some_and(|sender| domains.iter().any(|one| one.eq_ignore_ascii_case(sender)))
    }

    fn knows_certificate(&self, arrival: &Arrival) -> bool {
        match (&self.tls_sender_certificate_name, believed(arrival)) {
            (Some(pattern), Some(certificate)) => certificate
                .all_names()
                .any(|name| domain::covers(pattern, name)),
            _ => false,
        }
    }

    fn knows_address(&self, arrival: &Arrival) -> bool {
        let mut ranges = self.sender_ip_addresses.iter();
        ranges.any(|range| range.contains(arrival.ip))
    }

    /// The first condition of a partner that is not met.
    fn unmet(&self, arrival: &Arrival) -> Option<Restriction> {
        if self.require_tls && arrival.tls.is_none() {
            Some(Restriction::Tls)
        } else if self.restrict_domains_to_certificate && !self.knows_subject(arrival) {
            Some(Restriction::Certificate)
        } else if self.restrict_domains_to_ip_addresses && !self.knows_address(arrival) {
            Some(Restriction::Address)
        } else {
            None
        }
    }

    /// The documentation speaks of the subject where partners are concerned.
    fn knows_subject(&self, arrival: &Arrival) -> bool {
        let subject = believed(arrival).and_then(|certificate| certificate.common_name.as_deref());
        match (&self.tls_sender_certificate_name, subject) {
            (Some(pattern), Some(subject)) => domain::covers(pattern, subject),
            _ => false,
        }
    }
}

fn believed(arrival: &Arrival) -> Option<&SenderCertificate> {
    let certificate = arrival.certificate.as_ref();
    certificate.filter(|certificate| certificate.trusted)
}
