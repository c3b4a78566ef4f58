//! Where a queue leads to.

use std::fmt;

use super::guid;

/// Where a queue leads to: Microsoft's `NextHopSolutionKey`. Messages with equal ones share a
/// queue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Destination {
    /// `DeliveryType`.
    pub delivery_type: DeliveryType,
    /// `NextHopDomain`, which is the name of the queue: the domain, or the list of smart hosts.
    pub domain: String,
    /// The name of the connector; empty where there is none.
    pub connector: String,
    /// `NextHopConnector`: its GUID.
    pub connector_guid: String,
    /// `TlsDomain`: the domain that must prove itself, if any.
    pub tls_domain: Option<String>,
    /// The hosts to connect to, the first one first; a domain stands for those of its MX records.
    pub hosts: Vec<String>,
}

/// How a queue is delivered, and what its `NextHopCategory` is with that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeliveryType {
    /// By a connector that looks the domain up.
    DnsConnectorDelivery,
    /// By a connector that has smart hosts.
    SmartHostConnectorDelivery,
    /// Not at all: no connector is for it.
    Unreachable,
}

impl DeliveryType {
    /// `NextHopCategory`.
    #[must_use]
    pub fn category(self) -> &'static str {
        match self {
            Self::DnsConnectorDelivery | Self::SmartHostConnectorDelivery => "External",
            Self::Unreachable => "Internal",
        }
    }
}

impl fmt::Display for DeliveryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DnsConnectorDelivery => "DnsConnectorDelivery",
            Self::SmartHostConnectorDelivery => "SmartHostConnectorDelivery",
            Self::Unreachable => "Unreachable",
        })
    }
}

impl Destination {
    /// The domain itself, by a connector that looks it up. Its GUID is made of its name.
    #[must_use]
    pub fn domain(connector: impl Into<String>, domain: impl Into<String>) -> Self {
        let domain = domain.into();
        Self {
            hosts: vec![domain.clone()],
            ..Self::by(DeliveryType::DnsConnectorDelivery, connector.into(), domain)
        }
    }

    /// The smart hosts of a connector.
    #[must_use]
    pub fn smart_hosts<S: Into<String>>(
        connector: impl Into<String>,
        hosts: impl IntoIterator<Item = S>,
    ) -> Self {
        let hosts: Vec<String> = hosts.into_iter().map(Into::into).collect();
        let domain = hosts.join(",");
        Self {
            hosts,
            ..Self::by(
                DeliveryType::SmartHostConnectorDelivery,
                connector.into(),
                domain,
            )
        }
    }

    /// The queue of what no connector is for.
    #[must_use]
    pub fn unreachable() -> Self {
        Self {
            connector_guid: guid::NONE.to_owned(),
            ..Self::by(
                DeliveryType::Unreachable,
                String::new(),
                "Unreachable Domain".to_owned(),
            )
        }
    }

    fn by(delivery_type: DeliveryType, connector: String, domain: String) -> Self {
        Self {
            delivery_type,
            domain,
            connector_guid: guid::guid(&["connector", &connector]),
            connector,
            tls_domain: None,
            hosts: Vec::new(),
        }
    }
}
