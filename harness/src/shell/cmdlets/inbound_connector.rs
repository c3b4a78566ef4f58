//! `Get-`, `Set-` and `Remove-InboundConnector` of Exchange Online.

use std::sync::LazyLock;

use super::super::command::{Call, Change, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::certificates::is_yes;
use super::property::{Property, apply, flag, lines, list, parameters, shown, text, words};
use super::{At, Cmdlet, named};
use crate::eop::{ConnectorType, Eop, InboundConnector};

static KIND: Kind = Kind {
    name: "Microsoft.Exchange.Management.Transport.InboundConnector",
    columns: &[
        Column::of("Name", 39),
        Column::of("SenderDomains", 30),
        Column::of("SenderIPAddresses", 30),
        Column::rest("Enabled"),
    ],
    list: &[],
    listed: false,
};

static PROPERTIES: &[Property<InboundConnector>] = &[
    flag!("Enabled", enabled),
    Property::new(
        "ConnectorType",
        |one| {
            Value::from(match one.connector_type {
                ConnectorType::OnPremises => "OnPremises",
                ConnectorType::Partner => "Partner",
            })
        },
        Takes::OneOf(&["OnPremises", "Partner"]),
        |one, value| {
            one.connector_type = match text(value).as_deref() {
                Some("OnPremises") => ConnectorType::OnPremises,
                Some("Partner") => ConnectorType::Partner,
                _ => return Err("Microsoft.Exchange.Data.Directory.TenantConnectorType"),
            };
            Ok(())
        },
    ),
    Property::new(
        "SenderIPAddresses",
        |one| {
            let all = one.sender_ip_addresses.iter();
            list(&all.map(ToString::to_string).collect::<Vec<_>>())
        },
        Takes::Texts,
        |one, value| {
            let all = one.sender_ip_addresses.iter();
            let now: Vec<_> = all.map(ToString::to_string).collect();
            let ranges = Change::meant(value).of(&now);
            let ranges = ranges.iter().map(|text| text.parse());
            one.sender_ip_addresses = ranges
                .collect::<Result<_, _>>()
                .map_err(|_| "Microsoft.Exchange.Data.IPRange")?;
            Ok(())
        },
    ),
    lines!("SenderDomains", sender_domains),
    lines!("AssociatedAcceptedDomains", associated_accepted_domains),
    flag!("RequireTls", require_tls),
    flag!(
        "RestrictDomainsToIPAddresses",
        restrict_domains_to_ip_addresses
    ),
    flag!(
        "RestrictDomainsToCertificate",
        restrict_domains_to_certificate
    ),
    flag!("CloudServicesMailEnabled", cloud_services_mail_enabled),
    flag!("TreatMessagesAsInternal", treat_messages_as_internal),
    words!("TlsSenderCertificateName", tls_sender_certificate_name),
];

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();

pub(super) static ALL: LazyLock<Vec<Cmdlet>> = LazyLock::new(|| {
    vec![
        Cmdlet {
            command: const {
                &Command {
                    name: "Get-InboundConnector",
                    aliases: &[],
                    synopsis: "Shows the inbound connectors of the tenant: whose mail it takes, and on which conditions.",
                    notes: &[],
                    examples: &[
                        "Get-InboundConnector | fl Name,ConnectorType,RequireTls,Restrict*,TlsSenderCertificateName",
                    ],
                    parameters: &[IDENTITY],
                    words: false,
                }
            },
            at: At::Online,
            run: get,
        },
        Cmdlet {
            command: Box::leak(Box::new(Command {
                name: "Set-InboundConnector",
                aliases: &[],
                synopsis: "Changes an inbound connector of the tenant.",
                notes: &[
                    "RequireTls, RestrictDomainsToCertificate and RestrictDomainsToIPAddresses are for connectors of the type Partner.",
                ],
                examples: &[
                    "Set-InboundConnector \"Inbound from Fabrikam\" -TlsSenderCertificateName *.fabrikam.test",
                ],
                parameters: parameters([IDENTITY.needed()], PROPERTIES),
                words: false,
            })),
            at: At::Online,
            run: set,
        },
        Cmdlet {
            command: const {
                &Command {
                    name: "Remove-InboundConnector",
                    aliases: &[],
                    synopsis: "Takes an inbound connector away.",
                    notes: &[],
                    examples: &["Remove-InboundConnector \"Inbound from Fabrikam\""],
                    parameters: &[IDENTITY.needed(), Parameter::new("Confirm", Takes::Switch)],
                    words: false,
                }
            },
            at: At::Online,
            run: remove,
        },
    ]
});

fn all(desk: &Desk) -> impl Iterator<Item = (&Eop, InboundConnector)> {
    desk.playing().eops().flat_map(|(_, eop)| {
        let all = eop.tenant().inbound_connectors.into_iter();
        all.map(move |one| (eop, one))
    })
}

fn find<'a>(desk: &'a Desk, call: &Call) -> Result<(&'a Eop, InboundConnector), Trouble> {
    let identity = call.text("Identity").unwrap_or_default();
    all(desk)
        .find(|(_, one)| one.name.eq_ignore_ascii_case(identity))
        .ok_or_else(|| desk.not_found(identity))
}

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    if call.has("Identity") {
        return Ok(vec![object(&find(desk, call)?.1)]);
    }
    Ok(all(desk).map(|(_, one)| object(&one)).collect())
}

fn object(one: &InboundConnector) -> Value {
    let mut properties = shown(PROPERTIES, one);
    properties.push(("Name", Value::from(one.name.as_str())));
    properties.push(("Identity", Value::from(one.name.as_str())));
    Object {
        kind: &KIND,
        text: one.name.clone(),
        properties: named(properties),
    }
    .into()
}

fn set(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let (eop, mut changed) = find(desk, call)?;
    apply(PROPERTIES, call, &mut changed)?;
    eop.set_inbound_connector(changed);
    desk.changed();
    Ok(Vec::new())
}

fn remove(desk: &mut Desk, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let (eop, one) = find(desk, call)?;
    if call.bool("Confirm") != Some(false) {
        // Uncertain: the words between the question and its answers.
        let answer = console.ask(&format!(
            "Confirm\nAre you sure you want to perform this action?\nRemoving inbound connector \"{}\".\n[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is \"Y\"): ",
            one.name
        ));
        if !answer.is_some_and(|answer| is_yes(&answer)) {
            return Ok(Vec::new());
        }
    }
    eop.remove_inbound_connector(&one.name);
    desk.changed();
    Ok(Vec::new())
}
