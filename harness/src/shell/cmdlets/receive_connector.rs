//! `Get-ReceiveConnector` and `Set-ReceiveConnector`. The order of the properties is that of a
//! live Exchange 2019.

use std::sync::LazyLock;

use super::super::command::{Call, Change, Command, Console, Parameter, Takes};
use super::super::desk::{Desk, identity_of};
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::property::{
    Property, apply, certificate_name, count, flag, limit, list, logging, number, octets,
    parameters, shown, shown_size, shown_unlimited, size, span, tally, text, texts, time,
    unlimited, words,
};
use super::{At, Cmdlet, named};
use crate::exchange::{
    AuthMechanism, Exchange, PermissionGroup, ProtocolLoggingLevel, ReceiveConnector, SizeEnabled,
};

static KIND: Kind = Kind {
    name: "Microsoft.Exchange.Data.Directory.SystemConfiguration.ReceiveConnector",
    columns: &[
        Column::of("Identity", 39),
        Column::of("Bindings", 39),
        Column::of("Enabled", 7),
    ],
    list: &[],
    listed: false,
};

const MECHANISMS: &[&str] = &[
    "None",
    "Tls",
    "Integrated",
    "BasicAuth",
    "BasicAuthRequireTLS",
    "ExchangeServer",
    "ExternalAuthoritative",
];
const GROUPS: &[&str] = &[
    "None",
    "AnonymousUsers",
    "ExchangeUsers",
    "ExchangeServers",
    "ExchangeLegacyServers",
    "Partners",
];

static PROPERTIES: &[Property<ReceiveConnector>] = &[
    Property::new(
        "AuthMechanism",
        |one| joined(one.auth_mechanism.iter().map(|one| one.name())),
        Takes::SomeOf(MECHANISMS),
        |one, value| {
            let words = texts(value);
            let named = words.iter().filter(|word| *word != "None");
            let named = named.map(|word| AuthMechanism::named(word));
            one.auth_mechanism = named.collect::<Result<_, _>>().map_err(
                |_| "Microsoft.Exchange.Data.Directory.SystemConfiguration.AuthMechanisms",
            )?;
            Ok(())
        },
    ),
    words!("Banner", banner),
    flag!("BinaryMimeEnabled", binary_mime_enabled),
    Property::read("Bindings", |one| {
        let port = one.port;
        list(&[format!("[::]:{port}"), format!("0.0.0.0:{port}")])
    }),
    flag!("ChunkingEnabled", chunking_enabled),
    flag!(
        "DeliveryStatusNotificationEnabled",
        delivery_status_notification_enabled
    ),
    flag!("EightBitMimeEnabled", eight_bit_mime_enabled),
    flag!("SmtpUtf8Enabled", smtp_utf8_enabled),
    flag!("DomainSecureEnabled", domain_secure_enabled),
    flag!("EnhancedStatusCodesEnabled", enhanced_status_codes_enabled),
    flag!("LongAddressesEnabled", long_addresses_enabled),
    flag!("OrarEnabled", orar_enabled),
    flag!("SuppressXAnonymousTls", suppress_x_anonymous_tls),
    words!("Fqdn", fqdn),
    certificate_name!(),
    flag!("Enabled", enabled),
    time!("ConnectionTimeout", connection_timeout),
    time!("ConnectionInactivityTimeout", connection_inactivity_timeout),
    limit!("MessageRateLimit", message_rate_limit),
    limit!("MaxInboundConnection", max_inbound_connection),
    limit!(
        "MaxInboundConnectionPerSource",
        max_inbound_connection_per_source
    ),
    tally!("MaxHopCount", max_hop_count),
    tally!("MaxLogonFailures", max_logon_failures),
    octets!("MaxMessageSize", max_message_size),
    limit!("MaxProtocolErrors", max_protocol_errors),
    tally!("MaxRecipientsPerMessage", max_recipients_per_message),
    Property::new(
        "PermissionGroups",
        |one| joined(one.permission_groups.iter().map(|one| one.name())),
        Takes::SomeOf(GROUPS),
        |one, value| {
            let words = texts(value);
            let named = words.iter().filter(|word| *word != "None");
            let named = named.map(|word| PermissionGroup::named(word));
            one.permission_groups = named.collect::<Result<_, _>>().map_err(
                |_| "Microsoft.Exchange.Data.Directory.SystemConfiguration.PermissionGroups",
            )?;
            Ok(())
        },
    ),
    flag!("PipeliningEnabled", pipelining_enabled),
    logging!(),
    Property::read("RemoteIPRanges", |one| {
        match one.remote_ip_ranges.as_slice() {
            [] => list(&[
                "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff".to_owned(),
                "0.0.0.0-255.255.255.255".to_owned(),
            ]),
            ranges => {
                let ranges = ranges.iter().map(|(first, last)| match first == last {
                    true => first.to_string(),
                    false => format!("{first}-{last}"),
                });
                list(&ranges.collect::<Vec<_>>())
            }
        }
    }),
    flag!("RequireTLS", require_tls),
    flag!("EnableAuthGSSAPI", enable_auth_gssapi),
    Property::new(
        "TlsDomainCapabilities",
        |one| {
            let all = one.tls_domain_capabilities.iter();
            list(
                &all.map(|(domain, what)| format!("{domain}:{what}"))
                    .collect::<Vec<_>>(),
            )
        },
        Takes::Texts,
        |one, value| {
            let all = one.tls_domain_capabilities.iter();
            let now: Vec<_> = all
                .map(|(domain, what)| format!("{domain}:{what}"))
                .collect();
            let pairs = Change::meant(value).of(&now).into_iter().map(|text| {
                let (domain, what) = text.rsplit_once(':')?;
                Some((domain.to_owned(), what.to_owned()))
            });
            one.tls_domain_capabilities = pairs
                .collect::<Option<_>>()
                .ok_or("Microsoft.Exchange.Data.SmtpReceiveDomainCapabilities")?;
            Ok(())
        },
    ),
    Property::read("TransportRole", |one| {
        Value::from(one.transport_role.name())
    }),
    Property::new(
        "SizeEnabled",
        |one| Value::from(one.size_enabled.name()),
        Takes::OneOf(&["Enabled", "Disabled", "EnabledWithoutValue"]),
        |one, value| {
            one.size_enabled = SizeEnabled::named(&text(value).unwrap_or_default())
                .map_err(|_| "Microsoft.Exchange.Data.Directory.SystemConfiguration.SizeMode")?;
            Ok(())
        },
    ),
    time!("TarpitInterval", tarpit_interval),
];

/// Words as a set of flags is shown: `Tls, Integrated`; `None` where there is none.
fn joined<'a>(words: impl Iterator<Item = &'a str>) -> Value {
    let words: Vec<_> = words.collect();
    Value::from(match words.is_empty() {
        true => "None".to_owned(),
        false => words.join(", "),
    })
}

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();
const SERVER: Parameter = Parameter::new("Server", Takes::Text);

pub(super) static ALL: LazyLock<Vec<Cmdlet>> = LazyLock::new(|| {
    vec![
        Cmdlet {
            command: const {
                &Command {
                    name: "Get-ReceiveConnector",
                    aliases: &[],
                    synopsis: "Shows the receive connectors: where servers take mail in, and how.",
                    notes: &[
                        "What is shown is how a connector is configured. Its service goes by what it read when it was started.",
                    ],
                    examples: &[
                        "Get-ReceiveConnector",
                        "Get-ReceiveConnector \"EX01\\Default Frontend EX01\" | fl TlsCertificateName",
                    ],
                    parameters: &[IDENTITY, SERVER],
                    words: false,
                }
            },
            at: At::Servers,
            run: get,
        },
        Cmdlet {
            command: Box::leak(Box::new(Command {
                name: "Set-ReceiveConnector",
                aliases: &[],
                synopsis: "Changes a receive connector.",
                notes: &[
                    "A change has its effect when the service that owns the connector is restarted: MSExchangeFrontEndTransport for TransportRole FrontendTransport, MSExchangeTransport for HubTransport. Microsoft does not say so; administrators needed it.",
                    "TlsCertificateName has the form <I>issuer<S>subject. $null lets the connector's FQDN decide.",
                ],
                examples: &[
                    "$TLSCert = Get-ExchangeCertificate -Thumbprint <Thumbprint>",
                    "$TLSCertName = \"<I>$($TLSCert.Issuer)<S>$($TLSCert.Subject)\"",
                    "Set-ReceiveConnector \"EX01\\Default Frontend EX01\" -TlsCertificateName $TLSCertName",
                ],
                parameters: parameters([IDENTITY.needed()], PROPERTIES),
                words: false,
            })),
            at: At::Servers,
            run: set,
        },
    ]
});

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    if let Some(identity) = call.text("Identity") {
        let (server, name) = desk.named_on_server(identity)?;
        let connector = find(server, name).ok_or_else(|| desk.not_found(identity))?;
        return Ok(vec![object(server, &connector)]);
    }
    let servers = match call.text("Server") {
        Some(name) => vec![desk.server(Some(name))?],
        None => desk.servers(),
    };
    let all = servers.into_iter().flat_map(|server| {
        let connectors = server.receive_connectors().into_iter();
        connectors
            .map(|one| object(server, &one))
            .collect::<Vec<_>>()
    });
    Ok(all.collect())
}

/// A connector by its name, which may leave out the server's behind it.
pub(super) fn find(server: &Exchange, name: &str) -> Option<ReceiveConnector> {
    let all = server.receive_connectors();
    let short = |one: &ReceiveConnector| {
        let short = one.name.strip_suffix(server.name()).map(str::trim_end);
        short.is_some_and(|short| short.eq_ignore_ascii_case(name))
    };
    let whole = all.iter().find(|one| one.name.eq_ignore_ascii_case(name));
    whole.or_else(|| all.iter().find(|one| short(one))).cloned()
}

fn object(server: &Exchange, connector: &ReceiveConnector) -> Value {
    let identity = identity_of(server, &connector.name);
    let mut properties = shown(PROPERTIES, connector);
    // Where nobody said one, the property holds the server's.
    if let Some((_, fqdn)) = properties.iter_mut().find(|(name, _)| *name == "Fqdn")
        && *fqdn == Value::Null
    {
        *fqdn = Value::from(server.fqdn());
    }
    properties.push(("Server", Value::from(server.name())));
    properties.push(("Name", Value::from(connector.name.as_str())));
    properties.push(("Identity", Value::from(identity.as_str())));
    Object {
        kind: &KIND,
        text: identity,
        properties: named(properties),
    }
    .into()
}

fn set(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let identity = call.text("Identity").unwrap_or_default();
    let (server, name) = desk.named_on_server(identity)?;
    let mut changed = find(server, name).ok_or_else(|| desk.not_found(identity))?;
    apply(PROPERTIES, call, &mut changed)?;
    let name = changed.name.clone();
    let done = server.set_receive_connector(&name, |connector| *connector = changed);
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(Vec::new())
}
