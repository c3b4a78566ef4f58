//! An inbound connector, in Microsoft's words.

use super::IpRange;

/// An inbound connector, as `New-InboundConnector` makes it. Each field is the property of the
/// name in its first words; what they do is in Microsoft's documentation of
/// `Set-InboundConnector`.
///
/// ```
/// use mailfault::eop::InboundConnector;
///
/// let from_our_own = InboundConnector {
///     sender_ip_addresses: vec!["192.0.2.7".into()],
///     ..InboundConnector::on_premises("Inbound from HQ")
/// };
/// let from_a_partner = InboundConnector {
///     sender_domains: vec!["fabrikam.test".into()],
///     restrict_domains_to_certificate: true,
///     tls_sender_certificate_name: Some("*.fabrikam.test".into()),
///     ..InboundConnector::partner("Fabrikam")
/// };
/// # assert!(from_our_own.enabled && from_a_partner.require_tls);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundConnector {
    /// `Name`. No two connectors of a tenant have the same.
    pub name: String,
    /// `Enabled`.
    pub enabled: bool,
    /// `ConnectorType`.
    pub connector_type: ConnectorType,
    /// `SenderDomains`, of partners: whose mail the connector is for. `*` is everybody's,
    /// `*.fabrikam.test` that of a domain and all below it.
    pub sender_domains: Vec<String>,
    /// `SenderIPAddresses`.
    pub sender_ip_addresses: Vec<IpRange>,
    /// `RequireTls`, of partners.
    pub require_tls: bool,
    /// `RestrictDomainsToCertificate`, of partners: the subject of the client's certificate must
    /// match `TlsSenderCertificateName`.
    pub restrict_domains_to_certificate: bool,
    /// `TlsSenderCertificateName`: a name in the client's certificate, or `*.contoso.test`.
    pub tls_sender_certificate_name: Option<String>,
    /// `RestrictDomainsToIPAddresses`, of partners: the client must be among
    /// `SenderIPAddresses`.
    pub restrict_domains_to_ip_addresses: bool,
    /// `CloudServicesMailEnabled`: the headers in which one half of a hybrid organization tells
    /// the other whom it trusts are kept.
    pub cloud_services_mail_enabled: bool,
    /// `TreatMessagesAsInternal`, of one's own servers: a sender of an accepted domain is
    /// internal.
    pub treat_messages_as_internal: bool,
    /// `AssociatedAcceptedDomains`: whose mail may use the connector; everybody's if empty.
    pub associated_accepted_domains: Vec<String>,
}

/// Whose mail a connector is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectorType {
    /// The organization's own servers: their mail may be relayed.
    OnPremises,
    /// Somebody else's: their mail may be held to conditions.
    Partner,
}

impl InboundConnector {
    /// A connector for the organization's own servers, which knows none of them yet.
    #[must_use]
    pub fn on_premises(name: impl Into<String>) -> Self {
        Self::new(name.into(), ConnectorType::OnPremises)
    }

    /// A connector for everybody else's mail, which takes it over TLS only.
    #[must_use]
    pub fn partner(name: impl Into<String>) -> Self {
        Self::new(name.into(), ConnectorType::Partner)
    }

    fn new(name: String, connector_type: ConnectorType) -> Self {
        Self {
            name,
            enabled: true,
            connector_type,
            sender_domains: vec!["*".to_owned()],
            sender_ip_addresses: Vec::new(),
            require_tls: connector_type == ConnectorType::Partner,
            restrict_domains_to_certificate: false,
            tls_sender_certificate_name: None,
            restrict_domains_to_ip_addresses: false,
            cloud_services_mail_enabled: false,
            treat_messages_as_internal: false,
            associated_accepted_domains: Vec::new(),
        }
    }
}
