//! `[exchange.NAME.ReceiveConnector."…"]`: a receive connector in Microsoft's property names.

use std::net::IpAddr;

use serde::Deserialize;

use super::Certificates;
use crate::duration::Wait;
use crate::error::Error;
use crate::exchange::{
    AuthMechanism, PermissionGroup, ProtocolLoggingLevel, ReceiveConnector, SizeEnabled,
    TransportRole,
};

/// What a file says of a receive connector; what it does not say stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Written {
    enabled: Option<bool>,
    port: Option<u16>,
    transport_role: Option<String>,
    #[serde(rename = "RemoteIPRanges")]
    remote_ip_ranges: Option<Vec<String>>,
    fqdn: Option<String>,
    banner: Option<String>,
    auth_mechanism: Option<Vec<String>>,
    permission_groups: Option<Vec<String>>,
    anonymous_relay: Option<bool>,
    /// The name of a certificate of the cast, `<I>…<S>…`, or empty.
    tls_certificate_name: Option<String>,
    tls_domain_capabilities: Option<Vec<String>>,
    #[serde(rename = "RequireTLS")]
    require_tls: Option<bool>,
    domain_secure_enabled: Option<bool>,
    suppress_x_anonymous_tls: Option<bool>,
    #[serde(rename = "EnableAuthGSSAPI")]
    enable_auth_gssapi: Option<bool>,
    size_enabled: Option<String>,
    pipelining_enabled: Option<bool>,
    delivery_status_notification_enabled: Option<bool>,
    enhanced_status_codes_enabled: Option<bool>,
    eight_bit_mime_enabled: Option<bool>,
    binary_mime_enabled: Option<bool>,
    chunking_enabled: Option<bool>,
    smtp_utf8_enabled: Option<bool>,
    orar_enabled: Option<bool>,
    long_addresses_enabled: Option<bool>,
    max_message_size: Option<usize>,
    max_hop_count: Option<usize>,
    max_recipients_per_message: Option<usize>,
    max_protocol_errors: Option<Limit>,
    max_logon_failures: Option<usize>,
    max_inbound_connection: Option<Limit>,
    max_inbound_connection_per_source: Option<Limit>,
    message_rate_limit: Option<Limit>,
    tarpit_interval: Option<Wait>,
    connection_timeout: Option<Wait>,
    connection_inactivity_timeout: Option<Wait>,
    protocol_logging_level: Option<String>,
}

/// A number, or `Unlimited`.
#[derive(Clone, Copy, Debug)]
struct Limit(Option<usize>);

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct NumberOrWord;

        impl serde::de::Visitor<'_> for NumberOrWord {
            type Value = Limit;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number or `Unlimited`")
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Limit, E> {
                let number = usize::try_from(number);
                let bad =
                    |_| E::custom("a limit is no negative number; write `Unlimited` for none");
                number.map(|number| Limit(Some(number))).map_err(bad)
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Limit, E> {
                match word.eq_ignore_ascii_case("unlimited") {
                    true => Ok(Limit(None)),
                    false => Err(E::custom(format!(
                        "`{word}` is no limit; write a number or `Unlimited`"
                    ))),
                }
            }
        }

        from.deserialize_any(NumberOrWord)
    }
}

impl Written {
    /// Changes a connector as the file says.
    pub(super) fn apply(
        &self,
        to: &mut ReceiveConnector,
        certificates: &Certificates,
    ) -> Result<(), Error> {
        let set = |flag: Option<bool>, to: &mut bool| *to = flag.unwrap_or(*to);
        set(self.enabled, &mut to.enabled);
        set(self.anonymous_relay, &mut to.anonymous_relay);
        set(self.require_tls, &mut to.require_tls);
        set(self.domain_secure_enabled, &mut to.domain_secure_enabled);
        set(
            self.suppress_x_anonymous_tls,
            &mut to.suppress_x_anonymous_tls,
        );
        set(self.enable_auth_gssapi, &mut to.enable_auth_gssapi);
        set(self.pipelining_enabled, &mut to.pipelining_enabled);
        set(
            self.delivery_status_notification_enabled,
            &mut to.delivery_status_notification_enabled,
        );
        set(
            self.enhanced_status_codes_enabled,
            &mut to.enhanced_status_codes_enabled,
        );
        set(self.eight_bit_mime_enabled, &mut to.eight_bit_mime_enabled);
        set(self.binary_mime_enabled, &mut to.binary_mime_enabled);
        set(self.chunking_enabled, &mut to.chunking_enabled);
        set(self.smtp_utf8_enabled, &mut to.smtp_utf8_enabled);
        set(self.orar_enabled, &mut to.orar_enabled);
        set(self.long_addresses_enabled, &mut to.long_addresses_enabled);

        let count = |number: Option<usize>, to: &mut usize| *to = number.unwrap_or(*to);
        count(self.max_message_size, &mut to.max_message_size);
        count(self.max_hop_count, &mut to.max_hop_count);
        count(
            self.max_recipients_per_message,
            &mut to.max_recipients_per_message,
        );
        count(self.max_logon_failures, &mut to.max_logon_failures);

        let limit = |limit: Option<Limit>, to: &mut Option<usize>| {
            *to = limit.map_or(*to, |Limit(limit)| limit);
        };
        limit(self.max_protocol_errors, &mut to.max_protocol_errors);
        limit(self.max_inbound_connection, &mut to.max_inbound_connection);
        limit(
            self.max_inbound_connection_per_source,
            &mut to.max_inbound_connection_per_source,
        );
        limit(self.message_rate_limit, &mut to.message_rate_limit);

        let wait = |wait: &Option<Wait>, to: &mut std::time::Duration| {
            *to = wait.as_ref().map_or(*to, |Wait(wait)| *wait);
        };
        wait(&self.tarpit_interval, &mut to.tarpit_interval);
        wait(&self.connection_timeout, &mut to.connection_timeout);
        wait(
            &self.connection_inactivity_timeout,
            &mut to.connection_inactivity_timeout,
        );

        if let Some(port) = self.port {
            to.port = port;
        }
        if let Some(fqdn) = &self.fqdn {
            to.fqdn = Some(fqdn.clone()).filter(|fqdn| !fqdn.is_empty());
        }
        if let Some(banner) = &self.banner {
            if !banner.starts_with("220") {
                return Err(Error::BadSetting {
                    what: "Banner",
                    why: format!("`{banner}` does not begin with 220, as every greeting does"),
                });
            }
            to.banner = Some(banner.clone());
        }
        if let Some(role) = &self.transport_role {
            to.transport_role = TransportRole::named(role)?;
        }
        if let Some(size) = &self.size_enabled {
            to.size_enabled = SizeEnabled::named(size)?;
        }
        if let Some(level) = &self.protocol_logging_level {
            to.protocol_logging_level = ProtocolLoggingLevel::named(level)?;
        }
        if let Some(names) = &self.auth_mechanism {
            let names = names.iter().map(|name| AuthMechanism::named(name));
            to.auth_mechanism = names.collect::<Result<_, _>>()?;
        }
        if let Some(names) = &self.permission_groups {
            let names = names.iter().map(|name| PermissionGroup::named(name));
            to.permission_groups = names.collect::<Result<_, _>>()?;
        }
        if let Some(ranges) = &self.remote_ip_ranges {
            to.remote_ip_ranges = ranges
                .iter()
                .map(|text| range(text))
                .collect::<Result<_, _>>()?;
        }
        if let Some(all) = &self.tls_domain_capabilities {
            let all = all.iter().map(|text| capability(text));
            to.tls_domain_capabilities = all.collect::<Result<_, _>>()?;
        }
        if let Some(name) = &self.tls_certificate_name {
            to.tls_certificate_name = certificates.tls_certificate_name(name)?;
        }
        Ok(())
    }
}

/// `192.0.2.0-192.0.2.255`, or one address.
fn range(text: &str) -> Result<(IpAddr, IpAddr), Error> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) => Ok((first, last)),
        _ => Err(Error::BadSetting {
            what: "RemoteIPRanges",
            why: format!("`{text}` is no address and no range such as `192.0.2.1-192.0.2.20`"),
        }),
    }
}

/// `mail.protection.outlook.com:AcceptCloudServicesMail`.
fn capability(text: &str) -> Result<(String, String), Error> {
    match text.rsplit_once(':') {
        Some((domain, capability)) if !domain.is_empty() && !capability.is_empty() => {
            Ok((domain.to_owned(), capability.to_owned()))
        }
        _ => Err(Error::BadSetting {
            what: "TlsDomainCapabilities",
            why: format!(
                "`{text}` is not of the form `mail.protection.outlook.com:AcceptCloudServicesMail`"
            ),
        }),
    }
}
