//! Send connectors, with Microsoft's property names (`Set-SendConnector`).

use std::time::Duration;

use super::name::TlsCertificateName;
use super::receive_connector::ProtocolLoggingLevel;
use crate::error::Error;
/// What a send connector asks of the server's certificate: the property `TlsAuthLevel`.
pub use crate::judge::TlsSettings as TlsAuthLevel;

/// A send connector, as `Get-SendConnector` shows it.
///
/// ```
/// use mailfault::exchange::{SendConnector, TlsAuthLevel};
///
/// let connector = SendConnector::to_office_365("contoso.mail.onmicrosoft.com");
/// assert_eq!(connector.name, "Outbound to Office 365");
/// assert_eq!(connector.tls_auth_level, Some(TlsAuthLevel::DomainValidation));
/// assert_eq!(connector.tls_domain.as_deref(), Some("mail.protection.outlook.com"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SendConnector {
    /// `Name`.
    pub name: String,
    /// `Enabled`.
    pub enabled: bool,
    /// `AddressSpaces`: `smtp:contoso.mail.onmicrosoft.com;1`.
    pub address_spaces: Vec<String>,
    /// `SmartHosts`.
    pub smart_hosts: Vec<String>,
    /// `DNSRoutingEnabled`.
    pub dns_routing_enabled: bool,
    /// `Port`.
    pub port: u16,
    /// `Fqdn`: what the server calls itself; `None` is its own.
    pub fqdn: Option<String>,
    /// `RequireTLS`.
    pub require_tls: bool,
    /// `IgnoreSTARTTLS`.
    pub ignore_starttls: bool,
    /// `TlsAuthLevel`.
    pub tls_auth_level: Option<TlsAuthLevel>,
    /// `TlsDomain`.
    pub tls_domain: Option<String>,
    /// `TlsCertificateName`: the client certificate that is sent.
    pub tls_certificate_name: Option<TlsCertificateName>,
    /// `CloudServicesMailEnabled`.
    pub cloud_services_mail_enabled: bool,
    /// `FrontendProxyEnabled`.
    pub frontend_proxy_enabled: bool,
    /// `MaxMessageSize` in octets.
    pub max_message_size: usize,
    /// `ConnectionInactivityTimeOut`.
    pub connection_inactivity_timeout: Duration,
    /// `SmtpMaxMessagesPerConnection`.
    pub smtp_max_messages_per_connection: usize,
    /// `ProtocolLoggingLevel`.
    pub protocol_logging_level: ProtocolLoggingLevel,
}

impl SendConnector {
    /// A connector for all domains as `New-SendConnector` leaves it.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            enabled: true,
            address_spaces: vec!["SMTP:*;1".to_owned()],
            smart_hosts: Vec::new(),
            dns_routing_enabled: true,
            port: 25,
            fqdn: None,
            require_tls: false,
            ignore_starttls: false,
            tls_auth_level: None,
            tls_domain: None,
            tls_certificate_name: None,
            cloud_services_mail_enabled: false,
            frontend_proxy_enabled: false,
            max_message_size: 35 * 1024 * 1024,
            connection_inactivity_timeout: Duration::from_secs(10 * 60),
            smtp_max_messages_per_connection: 20,
            protocol_logging_level: ProtocolLoggingLevel::None,
        }
    }

    /// The connector that the Hybrid Configuration wizard makes for a tenant.
    #[must_use]
    pub fn to_office_365(tenant: &str) -> Self {
        Self {
            address_spaces: vec![format!("smtp:{tenant};1")],
            require_tls: true,
            tls_auth_level: Some(TlsAuthLevel::DomainValidation),
            tls_domain: Some("mail.protection.outlook.com".to_owned()),
            cloud_services_mail_enabled: true,
            ..Self::new("Outbound to Office 365")
        }
    }

    /// Whether its properties go together, as `Set-SendConnector` wants it.
    ///
    /// # Errors
    ///
    /// [`Error::BadSetting`] for a `TlsAuthLevel` where TLS is ignored or not required.
    pub fn check(&self) -> Result<(), Error> {
        let Some(level) = self.tls_auth_level else {
            return Ok(());
        };
        let why = match (self.ignore_starttls, self.require_tls) {
            (true, _) => "IgnoreSTARTTLS is true",
            (_, false) => "RequireTLS is false",
            _ => return Ok(()),
        };
        Err(Error::BadSetting {
            what: "TlsAuthLevel",
            why: format!("`{level}` cannot be set on `{}`, where {why}", self.name),
        })
    }
}
