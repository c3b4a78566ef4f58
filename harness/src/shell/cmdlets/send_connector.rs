//! `Get-SendConnector` and `Set-SendConnector`. The properties are in alphabetical order, as in public
//! transcripts.

use std::sync::LazyLock;

use super::super::command::{Call, Change, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::property::{
    Property, apply, certificate_name, count, flag, lines, list, logging, number, octets,
    parameters, shown, shown_size, size, span, tally, text, time, words,
};
use super::{At, Cmdlet, named};
use crate::exchange::{Exchange, ProtocolLoggingLevel, SendConnector, TlsAuthLevel};

static KIND: Kind = Kind {
    name: "Microsoft.Exchange.Data.Directory.SystemConfiguration.SmtpSendConnectorConfig",
    columns: &[
        Column::of("Identity", 39),
        Column::of("AddressSpaces", 39),
        Column::of("Enabled", 7),
    ],
    list: &[],
    listed: false,
};

static PROPERTIES: &[Property<SendConnector>] = &[
    lines!("AddressSpaces", address_spaces),
    flag!("CloudServicesMailEnabled", cloud_services_mail_enabled),
    time!("ConnectionInactivityTimeOut", connection_inactivity_timeout),
    flag!("DNSRoutingEnabled", dns_routing_enabled),
    flag!("Enabled", enabled),
    words!("Fqdn", fqdn),
    flag!("FrontendProxyEnabled", frontend_proxy_enabled),
    flag!("IgnoreSTARTTLS", ignore_starttls),
    octets!("MaxMessageSize", max_message_size),
    Property::new(
        "Port",
        |one| number(usize::from(one.port)),
        Takes::Int,
        |one, value| {
            one.port = u16::try_from(count(value)?).map_err(|_| "System.UInt16")?;
            Ok(())
        },
    ),
    logging!(),
    flag!("RequireTLS", require_tls),
    lines!("SmartHosts", smart_hosts),
    tally!(
        "SmtpMaxMessagesPerConnection",
        smtp_max_messages_per_connection
    ),
    Property::new(
        "TlsAuthLevel",
        |one| one.tls_auth_level.map(TlsAuthLevel::name).into(),
        Takes::OneOf(&[
            "EncryptionOnly",
            "CertificateValidation",
            "DomainValidation",
        ]),
        |one, value| {
            let Some(word) = text(value) else {
                one.tls_auth_level = None;
                return Ok(());
            };
            let mut all = TlsAuthLevel::ALL.into_iter();
            let level = all.find(|level| level.name().eq_ignore_ascii_case(&word));
            one.tls_auth_level = Some(level.ok_or("Microsoft.Exchange.Data.TlsAuthLevel")?);
            Ok(())
        },
    ),
    certificate_name!(),
    words!("TlsDomain", tls_domain),
];

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();

pub(super) static ALL: LazyLock<Vec<Cmdlet>> = LazyLock::new(|| {
    vec![
        Cmdlet {
            command: const {
                &Command {
                    name: "Get-SendConnector",
                    aliases: &[],
                    synopsis: "Shows the send connectors: how mail leaves.",
                    notes: &[],
                    examples: &[
                        "Get-SendConnector \"Outbound to Office 365\" | fl Name,*Tls*,SmartHosts",
                    ],
                    parameters: &[IDENTITY],
                    words: false,
                }
            },
            at: At::Servers,
            run: get,
        },
        Cmdlet {
            command: Box::leak(Box::new(Command {
                name: "Set-SendConnector",
                aliases: &[],
                synopsis: "Changes a send connector.",
                notes: &[
                    "A change has its effect when MSExchangeTransport is restarted. Microsoft does not say so; administrators needed it.",
                    "TlsAuthLevel cannot be set where RequireTLS is false or IgnoreSTARTTLS is true.",
                ],
                examples: &[
                    "Set-SendConnector \"Outbound to Office 365\" -ProtocolLoggingLevel Verbose",
                ],
                parameters: parameters([IDENTITY.needed()], PROPERTIES),
                words: false,
            })),
            at: At::Servers,
            run: set,
        },
    ]
});

/// Send connectors belong to the organization: each is shown once, of the server that has it.
fn all(desk: &Desk) -> Vec<(&Exchange, SendConnector)> {
    let servers = desk.servers().into_iter();
    let all = servers.flat_map(|server| {
        let connectors = server.send_connectors().into_iter();
        connectors.map(move |one| (server, one))
    });
    all.collect()
}

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let connectors = all(desk);
    let Some(identity) = call.text("Identity") else {
        return Ok(connectors
            .iter()
            .map(|(server, one)| object(server, one))
            .collect());
    };
    let mut wanted = connectors.iter();
    let found = wanted.find(|(_, one)| one.name.eq_ignore_ascii_case(identity));
    let (server, one) = found.ok_or_else(|| desk.not_found(identity))?;
    Ok(vec![object(server, one)])
}

fn object(server: &Exchange, connector: &SendConnector) -> Value {
    let mut properties = shown(PROPERTIES, connector);
    properties.push(("SourceTransportServers", list(&[server.name().to_owned()])));
    properties.push(("Name", Value::from(connector.name.as_str())));
    properties.push(("Identity", Value::from(connector.name.as_str())));
    properties.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    Object {
        kind: &KIND,
        text: connector.name.clone(),
        properties: named(properties),
    }
    .into()
}

fn set(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let identity = call.text("Identity").unwrap_or_default();
    let connectors = all(desk).into_iter();
    let mut connectors = connectors.filter(|(_, one)| one.name.eq_ignore_ascii_case(identity));
    let (server, mut changed) = connectors.next().ok_or_else(|| desk.not_found(identity))?;
    apply(PROPERTIES, call, &mut changed)?;
    let name = changed.name.clone();
    let done = server.set_send_connector(&name, |connector| *connector = changed);
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(Vec::new())
}
