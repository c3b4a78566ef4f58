//! `[exchange.NAME.SendConnector."…"]`: a send connector in Microsoft's property names.

use serde::Deserialize;

use super::Certificates;
use super::exchange::one_of;
use crate::duration::Wait;
use crate::error::Error;
use crate::exchange::{ProtocolLoggingLevel, SendConnector, TlsAuthLevel};

/// What a file says of a send connector; what it does not say is as `New-SendConnector` leaves it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Written {
    enabled: Option<bool>,
    address_spaces: Option<Vec<String>>,
    smart_hosts: Vec<String>,
    #[serde(rename = "DNSRoutingEnabled")]
    dns_routing_enabled: Option<bool>,
    port: Option<u16>,
    fqdn: Option<String>,
    #[serde(rename = "RequireTLS")]
    require_tls: bool,
    #[serde(rename = "IgnoreSTARTTLS")]
    ignore_starttls: bool,
    tls_auth_level: Option<String>,
    tls_domain: Option<String>,
    /// The name of a certificate of the cast, `<I>…<S>…`, or empty.
    tls_certificate_name: Option<String>,
    cloud_services_mail_enabled: bool,
    frontend_proxy_enabled: bool,
    max_message_size: Option<usize>,
    connection_inactivity_time_out: Option<Wait>,
    smtp_max_messages_per_connection: Option<usize>,
    protocol_logging_level: Option<String>,
}

impl Written {
    pub(super) fn meant(
        &self,
        name: &str,
        certificates: &Certificates,
    ) -> Result<SendConnector, Error> {
        let usual = SendConnector::new(name);
        let level = |word: &String| {
            let known = TlsAuthLevel::ALL.map(|level| (level.name(), level));
            one_of("TlsAuthLevel", word, &known)
        };
        let logging = self.protocol_logging_level.as_deref();
        let certificate = self.tls_certificate_name.as_deref().unwrap_or_default();
        let time_out = self.connection_inactivity_time_out;
        let connector = SendConnector {
            enabled: self.enabled.unwrap_or(usual.enabled),
            address_spaces: self.address_spaces.clone().unwrap_or(usual.address_spaces),
            // A connector with smart hosts looks nothing up.
            dns_routing_enabled: self
                .dns_routing_enabled
                .unwrap_or(self.smart_hosts.is_empty()),
            smart_hosts: self.smart_hosts.clone(),
            port: self.port.unwrap_or(usual.port),
            fqdn: self.fqdn.clone(),
            require_tls: self.require_tls,
            ignore_starttls: self.ignore_starttls,
            tls_auth_level: self.tls_auth_level.as_ref().map(level).transpose()?,
            tls_domain: self.tls_domain.clone(),
            tls_certificate_name: certificates.tls_certificate_name(certificate)?,
            cloud_services_mail_enabled: self.cloud_services_mail_enabled,
            frontend_proxy_enabled: self.frontend_proxy_enabled,
            max_message_size: self.max_message_size.unwrap_or(usual.max_message_size),
            connection_inactivity_timeout: time_out
                .map_or(usual.connection_inactivity_timeout, |Wait(wait)| wait),
            smtp_max_messages_per_connection: self
                .smtp_max_messages_per_connection
                .unwrap_or(usual.smtp_max_messages_per_connection),
            protocol_logging_level: match logging {
                Some(level) => ProtocolLoggingLevel::named(level)?,
                None => usual.protocol_logging_level,
            },
            name: usual.name,
        };
        connector.check()?;
        Ok(connector)
    }
}
