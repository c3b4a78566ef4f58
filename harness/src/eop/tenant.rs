//! The organization whose mail it is.

use super::{InboundConnector, domain};

/// An organization in Microsoft 365, as far as the reception of mail asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// The domains that it takes mail for.
    pub accepted_domains: Vec<AcceptedDomain>,
    /// Who has a mailbox there.
    pub recipients: Recipients,
    /// Its inbound connectors.
    pub inbound_connectors: Vec<InboundConnector>,
    /// Directory-Based Edge Blocking: mail for nobody in an authoritative domain is refused at
    /// the edge, as Microsoft does unless told otherwise.
    pub directory_based_edge_blocking: bool,
}

impl Default for Tenant {
    fn default() -> Self {
        Self {
            accepted_domains: Vec::new(),
            recipients: Recipients::Any,
            inbound_connectors: Vec::new(),
            directory_based_edge_blocking: true,
        }
    }
}

impl Tenant {
    /// The accepted domain of an address, if it has one.
    #[must_use]
    pub fn accepted_domain(&self, address: &str) -> Option<&AcceptedDomain> {
        let domain = domain::of(address)?;
        let mut all = self.accepted_domains.iter();
        all.find(|one| one.name.eq_ignore_ascii_case(domain))
    }

    /// Adds a domain, in the place of the one of the same name if there is one.
    pub fn set_accepted_domain(&mut self, domain: AcceptedDomain) {
        let mut all = self.accepted_domains.iter_mut();
        match all.find(|one| one.name.eq_ignore_ascii_case(&domain.name)) {
            Some(one) => *one = domain,
            None => self.accepted_domains.push(domain),
        }
    }

    /// Adds a connector, in the place of the one of the same name if there is one.
    pub fn set_inbound_connector(&mut self, connector: InboundConnector) {
        let mut all = self.inbound_connectors.iter_mut();
        match all.find(|one| one.name == connector.name) {
            Some(one) => *one = connector,
            None => self.inbound_connectors.push(connector),
        }
    }

    /// Takes a connector away; says whether there was one of that name.
    pub fn remove_inbound_connector(&mut self, name: &str) -> bool {
        let before = self.inbound_connectors.len();
        self.inbound_connectors.retain(|one| one.name != name);
        self.inbound_connectors.len() < before
    }
}

/// A domain that an organization takes mail for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedDomain {
    /// `DomainName`.
    pub name: String,
    /// `DomainType`.
    pub domain_type: DomainType,
}

impl AcceptedDomain {
    /// A domain all of whose mailboxes are in the cloud.
    #[must_use]
    pub fn authoritative(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            domain_type: DomainType::Authoritative,
        }
    }

    /// A domain some of whose mailboxes are elsewhere.
    #[must_use]
    pub fn internal_relay(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            domain_type: DomainType::InternalRelay,
        }
    }
}

/// Where the mailboxes of a domain are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DomainType {
    /// All here: whoever is not known does not exist.
    Authoritative,
    /// Here and elsewhere: mail for those who are not known is passed on.
    InternalRelay,
}

/// Who has a mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recipients {
    /// Everybody.
    #[default]
    Any,
    /// These addresses; case does not matter.
    Known(Vec<String>),
}

impl Recipients {
    /// These addresses and no other.
    #[must_use]
    pub fn known<S: Into<String>>(addresses: impl IntoIterator<Item = S>) -> Self {
        Self::Known(addresses.into_iter().map(Into::into).collect())
    }

    /// Whether an address is among them.
    #[must_use]
    pub fn contains(&self, address: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Known(all) => all.iter().any(|one| one.eq_ignore_ascii_case(address)),
        }
    }
}
