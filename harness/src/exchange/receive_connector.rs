//! Receive connectors, with the properties that drive how a server talks.
//!
//! Names, defaults and meanings are those of Microsoft's `Set-ReceiveConnector` and of its page on
//! receive connectors; the values of a live Exchange 2019 were compared.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::name::TlsCertificateName;
use super::version::Version;

/// One way to authenticate: the property `AuthMechanism` is a set of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AuthMechanism {
    /// STARTTLS.
    Tls,
    /// NTLM and Kerberos.
    Integrated,
    /// AUTH LOGIN.
    BasicAuth,
    /// AUTH LOGIN inside TLS alone.
    BasicAuthRequireTls,
    /// Between Exchange servers: X-ANONYMOUSTLS and X-EXPS.
    ExchangeServer,
    /// Whoever connects is trusted, as behind IPsec.
    ExternalAuthoritative,
}

/// Who may use a connector: the property `PermissionGroups` is a set of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PermissionGroup {
    /// Everybody.
    AnonymousUsers,
    /// Users with a mailbox, once they are logged in.
    ExchangeUsers,
    /// Exchange servers.
    ExchangeServers,
    /// Exchange 2003 servers.
    ExchangeLegacyServers,
    /// Partners, by Domain Security.
    Partners,
}

/// The service that owns a connector: the property `TransportRole`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TransportRole {
    /// The Front End Transport service, since Exchange 2013.
    FrontendTransport,
    /// The Transport service.
    HubTransport,
}

/// Whether and how `SIZE` is announced: the property `SizeEnabled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SizeEnabled {
    /// With the limit.
    Enabled,
    /// Not at all.
    Disabled,
    /// Without a number, as between servers.
    EnabledWithoutValue,
}

/// How much the protocol log says: the property `ProtocolLoggingLevel`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProtocolLoggingLevel {
    /// Nothing.
    #[default]
    None,
    /// Everything.
    Verbose,
}

/// A receive connector, as `Get-ReceiveConnector` shows it.
///
/// ```
/// use mailfault::exchange::{ReceiveConnector, Version};
///
/// let all = ReceiveConnector::defaults(Version::Exchange2016, "EX01");
/// assert_eq!(all[0].name, "Default Frontend EX01");
/// assert_eq!(all[0].port, 25);
/// assert_eq!(all[0].tls_certificate_name, None);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceiveConnector {
    /// `Name`.
    pub name: String,
    /// The port in `Bindings`. The model listens on a free one in its place.
    pub port: u16,
    /// `RemoteIPRanges`, where it is not everybody: first and last address.
    pub remote_ip_ranges: Vec<(IpAddr, IpAddr)>,
    /// `Enabled`.
    pub enabled: bool,
    /// `TransportRole`.
    pub transport_role: TransportRole,
    /// `Fqdn`: what the server calls itself here; `None` is the server's own.
    pub fqdn: Option<String>,
    /// `Banner`, where it is not the usual one: `220` and a text.
    pub banner: Option<String>,
    /// `AuthMechanism`.
    pub auth_mechanism: BTreeSet<AuthMechanism>,
    /// `PermissionGroups`.
    pub permission_groups: BTreeSet<PermissionGroup>,
    /// The permission `Ms-Exch-SMTP-Accept-Any-Recipient` for everybody: relaying without a login.
    pub anonymous_relay: bool,
    /// `TlsCertificateName`.
    pub tls_certificate_name: Option<TlsCertificateName>,
    /// `TlsDomainCapabilities`: what a client certificate for that domain is trusted with, as
    /// (`mail.protection.outlook.com`, `AcceptCloudServicesMail`).
    pub tls_domain_capabilities: Vec<(String, String)>,
    /// `RequireTLS`.
    pub require_tls: bool,
    /// `DomainSecureEnabled`.
    pub domain_secure_enabled: bool,
    /// `SuppressXAnonymousTls`.
    pub suppress_x_anonymous_tls: bool,
    /// `EnableAuthGSSAPI`.
    pub enable_auth_gssapi: bool,
    /// `SizeEnabled`.
    pub size_enabled: SizeEnabled,
    /// `PipeliningEnabled`.
    pub pipelining_enabled: bool,
    /// `DeliveryStatusNotificationEnabled`.
    pub delivery_status_notification_enabled: bool,
    /// `EnhancedStatusCodesEnabled`.
    pub enhanced_status_codes_enabled: bool,
    /// `EightBitMimeEnabled`.
    pub eight_bit_mime_enabled: bool,
    /// `BinaryMimeEnabled`; of no effect without `ChunkingEnabled`.
    pub binary_mime_enabled: bool,
    /// `ChunkingEnabled`.
    pub chunking_enabled: bool,
    /// `SmtpUtf8Enabled`.
    pub smtp_utf8_enabled: bool,
    /// `OrarEnabled`.
    pub orar_enabled: bool,
    /// `LongAddressesEnabled`.
    pub long_addresses_enabled: bool,
    /// `MaxMessageSize` in octets.
    pub max_message_size: usize,
    /// `MaxHopCount`.
    pub max_hop_count: usize,
    /// `MaxRecipientsPerMessage`.
    pub max_recipients_per_message: usize,
    /// `MaxProtocolErrors`; `None` is `Unlimited`.
    pub max_protocol_errors: Option<usize>,
    /// `MaxLogonFailures`; 0 is no limit.
    pub max_logon_failures: usize,
    /// `MaxInboundConnection`; `None` is `Unlimited`.
    pub max_inbound_connection: Option<usize>,
    /// `MaxInboundConnectionPerSource`; `None` is `Unlimited`.
    pub max_inbound_connection_per_source: Option<usize>,
    /// `MessageRateLimit`: messages in a minute; `None` is `Unlimited`.
    pub message_rate_limit: Option<usize>,
    /// `TarpitInterval`.
    pub tarpit_interval: Duration,
    /// `ConnectionTimeout`.
    pub connection_timeout: Duration,
    /// `ConnectionInactivityTimeout`.
    pub connection_inactivity_timeout: Duration,
    /// `ProtocolLoggingLevel`.
    pub protocol_logging_level: ProtocolLoggingLevel,
}

impl ReceiveConnector {
    /// A connector of the Front End Transport service on port 25 as `New-ReceiveConnector` with
    /// `-Usage Custom` leaves it: for nobody yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            port: 25,
            remote_ip_ranges: Vec::new(),
            enabled: true,
            transport_role: TransportRole::FrontendTransport,
            fqdn: None,
            banner: None,
            auth_mechanism: [AuthMechanism::Tls].into(),
            permission_groups: BTreeSet::new(),
            anonymous_relay: false,
            tls_certificate_name: None,
            tls_domain_capabilities: Vec::new(),
            require_tls: false,
            domain_secure_enabled: false,
            suppress_x_anonymous_tls: false,
            enable_auth_gssapi: false,
            size_enabled: SizeEnabled::Enabled,
            pipelining_enabled: true,
            delivery_status_notification_enabled: true,
            enhanced_status_codes_enabled: true,
            eight_bit_mime_enabled: true,
            binary_mime_enabled: true,
            chunking_enabled: true,
            smtp_utf8_enabled: true,
            orar_enabled: false,
            long_addresses_enabled: false,
            max_message_size: 36 * 1024 * 1024,
            max_hop_count: 60,
            max_recipients_per_message: 200,
            max_protocol_errors: Some(5),
            max_logon_failures: 3,
            max_inbound_connection: Some(5_000),
            max_inbound_connection_per_source: Some(20),
            message_rate_limit: None,
            tarpit_interval: Duration::from_secs(5),
            connection_timeout: Duration::from_secs(10 * 60),
            connection_inactivity_timeout: Duration::from_secs(5 * 60),
            protocol_logging_level: ProtocolLoggingLevel::None,
        }
    }

    /// The connectors that setup makes: five since Exchange 2013, two in 2010.
    #[must_use]
    pub fn defaults(version: Version, server: &str) -> Vec<Self> {
        use PermissionGroup::{
            AnonymousUsers, ExchangeLegacyServers, ExchangeServers, ExchangeUsers,
        };
        let named = |name: &str, port, role, groups: &[PermissionGroup]| Self {
            port,
            transport_role: role,
            auth_mechanism: AuthMechanism::of_setup(),
            permission_groups: groups.iter().copied().collect(),
            ..Self::new(format!("{name} {server}"))
        };
        let (front, hub) = (
            TransportRole::FrontendTransport,
            TransportRole::HubTransport,
        );
        // Exchange 2010 takes no anonymous mail until it is told to.
        let everybody = [ExchangeUsers, ExchangeServers, ExchangeLegacyServers];
        if !version.has_front_end() {
            let client = named("Client", 587, hub, &[ExchangeUsers]);
            return vec![
                named("Default", 25, hub, &everybody),
                Self {
                    auth_mechanism: AuthMechanism::of_clients(),
                    message_rate_limit: Some(5),
                    ..client
                },
            ];
        }
        let default_frontend = [AnonymousUsers, ExchangeServers, ExchangeLegacyServers];
        vec![
            Self {
                domain_secure_enabled: true,
                protocol_logging_level: ProtocolLoggingLevel::Verbose,
                ..named("Default Frontend", 25, front, &default_frontend)
            },
            Self {
                auth_mechanism: AuthMechanism::of_clients(),
                message_rate_limit: Some(5),
                enable_auth_gssapi: true,
                ..named("Client Frontend", 587, front, &[ExchangeUsers])
            },
            Self {
                tarpit_interval: Duration::ZERO,
                ..named("Outbound Proxy Frontend", 717, front, &[ExchangeServers])
            },
            Self {
                size_enabled: SizeEnabled::EnabledWithoutValue,
                max_recipients_per_message: 5_000,
                max_inbound_connection_per_source: None,
                ..named("Default", 2525, hub, &everybody)
            },
            // Not SMTP over TLS, whatever its port makes one think: it takes proxied sessions.
            Self {
                message_rate_limit: Some(5),
                ..named("Client Proxy", 465, hub, &[ExchangeUsers, ExchangeServers])
            },
        ]
    }

    /// Whether `AuthMechanism` has this.
    #[must_use]
    pub fn authenticates_by(&self, mechanism: AuthMechanism) -> bool {
        self.auth_mechanism.contains(&mechanism)
    }

    /// Whether `PermissionGroups` has this.
    #[must_use]
    pub fn is_for(&self, group: PermissionGroup) -> bool {
        self.permission_groups.contains(&group)
    }

    /// Whether `RemoteIPRanges` has this address.
    #[must_use]
    pub fn takes_from(&self, address: IpAddr) -> bool {
        let mut ranges = self.remote_ip_ranges.iter();
        let inside = |(first, last): &(IpAddr, IpAddr)| (*first..=*last).contains(&address);
        self.remote_ip_ranges.is_empty() || ranges.any(inside)
    }
}

impl AuthMechanism {
    /// What setup gives to a connector for servers.
    fn of_setup() -> BTreeSet<Self> {
        let mut all = Self::of_clients();
        all.insert(Self::ExchangeServer);
        all
    }

    fn of_clients() -> BTreeSet<Self> {
        [
            Self::Tls,
            Self::Integrated,
            Self::BasicAuth,
            Self::BasicAuthRequireTls,
        ]
        .into()
    }
}

macro_rules! names {
    ($type:ident, $what:literal, $($variant:ident = $name:literal),* $(,)?) => {
        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Microsoft's name for it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }

            /// By Microsoft's name, in any case.
            ///
            /// # Errors
            ///
            /// [`Error::UnknownName`](crate::Error::UnknownName) if it is none.
            pub fn named(name: &str) -> Result<Self, crate::Error> {
                let mut all = Self::ALL.iter();
                let found = all.find(|one| one.name().eq_ignore_ascii_case(name.trim()));
                found.copied().ok_or_else(|| {
                    let names: Vec<_> = Self::ALL.iter().map(|one| one.name()).collect();
                    crate::Error::UnknownName {
                        kind: $what,
                        given: name.to_owned(),
                        near: crate::near::nearest(name, &names).or_else(|| Some(names.join("`, `"))),
                    }
                })
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

names! { AuthMechanism, "AuthMechanism",
    Tls = "Tls", Integrated = "Integrated", BasicAuth = "BasicAuth",
    BasicAuthRequireTls = "BasicAuthRequireTLS", ExchangeServer = "ExchangeServer",
    ExternalAuthoritative = "ExternalAuthoritative",
}
names! { PermissionGroup, "PermissionGroup",
    AnonymousUsers = "AnonymousUsers", ExchangeUsers = "ExchangeUsers",
    ExchangeServers = "ExchangeServers", ExchangeLegacyServers = "ExchangeLegacyServers",
    Partners = "Partners",
}
names! { TransportRole, "TransportRole",
    FrontendTransport = "FrontendTransport", HubTransport = "HubTransport",
}
names! { SizeEnabled, "SizeEnabled",
    Enabled = "Enabled", Disabled = "Disabled", EnabledWithoutValue = "EnabledWithoutValue",
}
names! { ProtocolLoggingLevel, "ProtocolLoggingLevel",
    None = "None", Verbose = "Verbose",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setup_makes_the_documented_connectors() {
        let lines = |version| {
            let all = ReceiveConnector::defaults(version, "EX01");
            let line = |one: &ReceiveConnector| {
                let groups: Vec<_> = one.permission_groups.iter().map(|one| one.name()).collect();
                format!(
                    "{}:{} {} {}",
                    one.name,
                    one.port,
                    one.transport_role,
                    groups.join(",")
                )
            };
            all.iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(
            lines(Version::Exchange2019),
            [
                "Default Frontend EX01:25 FrontendTransport AnonymousUsers,ExchangeServers,ExchangeLegacyServers",
                "Client Frontend EX01:587 FrontendTransport ExchangeUsers",
                "Outbound Proxy Frontend EX01:717 FrontendTransport ExchangeServers",
                "Default EX01:2525 HubTransport ExchangeUsers,ExchangeServers,ExchangeLegacyServers",
                "Client Proxy EX01:465 HubTransport ExchangeUsers,ExchangeServers",
            ]
        );
        assert_eq!(
            lines(Version::Exchange2010),
            [
                "Default EX01:25 HubTransport ExchangeUsers,ExchangeServers,ExchangeLegacyServers",
                "Client EX01:587 HubTransport ExchangeUsers",
            ]
        );
    }

    #[test]
    fn names_are_microsofts() {
        assert_eq!(
            AuthMechanism::named("basicauthrequiretls").unwrap(),
            AuthMechanism::BasicAuthRequireTls
        );
        let error = AuthMechanism::named("Integratd").unwrap_err().to_string();
        assert!(error.contains("did you mean `Integrated`"), "{error}");
    }
}
