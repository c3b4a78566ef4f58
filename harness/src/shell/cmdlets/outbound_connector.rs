//! `Get-`, `Set-` and `Validate-OutboundConnector` of Exchange Online.

use std::sync::LazyLock;

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::property::{Property, apply, list, parameters, shown, text, texts};
use super::{At, Cmdlet, named};
use crate::cast::Sender;
use crate::judge::{EopOutbound, Judge, MtaStsMode, SmtpDaneMode, TlsSettings};

static KIND: Kind = Kind {
    name: "Microsoft.Exchange.Management.Transport.OutboundConnector",
    columns: &[
        Column::of("Name", 39),
        Column::of("SmartHosts", 40),
        Column::of("TlsSettings", 22),
        Column::rest("Enabled"),
    ],
    list: &[],
    listed: false,
};

static VALIDATION: Kind = Kind {
    name: "Microsoft.Exchange.Management.Transport.OutboundConnectorValidationResult",
    columns: &[
        Column::of("TaskName", 40),
        Column::of("IsTaskSuccessful", 16),
        Column::rest("Detail"),
    ],
    list: &[],
    listed: false,
};

fn eop(one: &Sender) -> Option<&EopOutbound> {
    match &one.judge {
        Judge::Eop(connector) => Some(connector),
        _ => None,
    }
}

fn change(one: &mut Sender, change: impl FnOnce(&mut EopOutbound)) {
    if let Judge::Eop(connector) = &mut one.judge {
        change(connector);
    }
}

static PROPERTIES: &[Property<Sender>] = &[
    Property::read("Enabled", |_| Value::Bool(true)),
    Property::read("UseMXRecord", |_| Value::Bool(false)),
    Property::read("ConnectorType", |_| Value::from("OnPremises")),
    Property::new(
        "SmartHosts",
        |one| list(std::slice::from_ref(&one.to)),
        Takes::Texts,
        |one, value| {
            let hosts = texts(value);
            let [host] = hosts.as_slice() else {
                return Err("Microsoft.Exchange.Data.SmartHost");
            };
            one.to.clone_from(host);
            Ok(())
        },
    ),
    Property::new(
        "TlsDomain",
        |one| eop(one).and_then(|one| one.tls_domain.clone()).into(),
        Takes::Text,
        |one, value| {
            change(one, |connector| connector.tls_domain = text(value));
            Ok(())
        },
    ),
    Property::new(
        "TlsSettings",
        |one| {
            eop(one)
                .and_then(|one| one.tls_settings)
                .map(TlsSettings::name)
                .into()
        },
        Takes::OneOf(&[
            "EncryptionOnly",
            "CertificateValidation",
            "DomainValidation",
        ]),
        |one, value| {
            let word = text(value);
            let mut all = TlsSettings::ALL.into_iter();
            let named = word.map(|word| {
                all.find(|one| one.name().eq_ignore_ascii_case(&word))
                    .ok_or("Microsoft.Exchange.Data.Directory.TlsAuthLevel")
            });
            let named = named.transpose()?;
            change(one, |connector| connector.tls_settings = named);
            Ok(())
        },
    ),
    Property::new(
        "SmtpDaneMode",
        |one| eop(one).map(|one| one.smtp_dane_mode.name()).into(),
        Takes::OneOf(&["Opportunistic", "Mandatory", "None"]),
        |one, value| {
            let word = text(value).unwrap_or_default();
            let mut all = SmtpDaneMode::ALL.into_iter();
            let mode = all.find(|one| one.name().eq_ignore_ascii_case(&word));
            let mode = mode.ok_or("Microsoft.Exchange.Data.Directory.SmtpDaneMode")?;
            change(one, |connector| connector.smtp_dane_mode = mode);
            Ok(())
        },
    ),
    Property::new(
        "MtaStsMode",
        |one| eop(one).map(|one| one.mta_sts_mode.name()).into(),
        Takes::OneOf(&["Opportunistic", "None"]),
        |one, value| {
            let word = text(value).unwrap_or_default();
            let mut all = MtaStsMode::ALL.into_iter();
            let mode = all.find(|one| one.name().eq_ignore_ascii_case(&word));
            let mode = mode.ok_or("Microsoft.Exchange.Data.Directory.MtaStsMode")?;
            change(one, |connector| connector.mta_sts_mode = mode);
            Ok(())
        },
    ),
    Property::read("CloudServicesMailEnabled", |_| Value::Bool(true)),
];

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();

pub(super) static ALL: LazyLock<Vec<Cmdlet>> = LazyLock::new(|| {
    vec![
        Cmdlet {
            command: const {
                &Command {
                    name: "Get-OutboundConnector",
                    aliases: &[],
                    synopsis: "Shows the outbound connectors of the tenant: how its mail leaves, and what it asks of the certificate that it is shown.",
                    notes: &[],
                    examples: &["Get-OutboundConnector | fl Name,SmartHosts,Tls*"],
                    parameters: &[IDENTITY],
                    words: false,
                }
            },
            at: At::Online,
            run: get,
        },
        Cmdlet {
            command: Box::leak(Box::new(Command {
                name: "Set-OutboundConnector",
                aliases: &[],
                synopsis: "Changes an outbound connector of the tenant.",
                notes: &[
                    "With one smart host; connectors with several, and those that follow MX records, are not modelled.",
                ],
                examples: &[
                    "Set-OutboundConnector \"Outbound to on-premises\" -TlsDomain hybrid.contoso.test",
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
                    name: "Validate-OutboundConnector",
                    aliases: &[],
                    synopsis: "Connects to the smart host and sends a test message, as the connector would.",
                    notes: &["The layout of its result is not documented."],
                    examples: &[
                        "Validate-OutboundConnector \"Outbound to on-premises\" -Recipients bob@contoso.test",
                    ],
                    parameters: &[
                        IDENTITY.needed(),
                        Parameter::new("Recipients", Takes::Texts).needed(),
                    ],
                    words: false,
                }
            },
            at: At::Online,
            run: validate,
        },
    ]
});

fn connectors(desk: &Desk) -> Vec<Sender> {
    let mut senders = desk.playing().senders();
    senders.retain(Sender::is_online);
    senders
}

fn find(desk: &Desk, call: &Call) -> Result<Sender, Trouble> {
    let identity = call.text("Identity").unwrap_or_default();
    let mut all = connectors(desk).into_iter();
    all.find(|one| one.connector.eq_ignore_ascii_case(identity))
        .ok_or_else(|| desk.not_found(identity))
}

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let all = match call.has("Identity") {
        true => vec![find(desk, call)?],
        false => connectors(desk),
    };
    Ok(all.iter().map(object).collect())
}

fn object(one: &Sender) -> Value {
    let mut properties = shown(PROPERTIES, one);
    properties.push(("Name", Value::from(one.connector.as_str())));
    properties.push(("Identity", Value::from(one.connector.as_str())));
    Object {
        kind: &KIND,
        text: one.connector.clone(),
        properties: named(properties),
    }
    .into()
}

fn set(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let mut changed = find(desk, call)?;
    apply(PROPERTIES, call, &mut changed)?;
    let (settings, domain) = match eop(&changed) {
        Some(one) => (one.tls_settings, one.tls_domain.clone()),
        None => (None, None),
    };
    if settings == Some(TlsSettings::DomainValidation) && domain.is_none() {
        return Err(Trouble::new(
            "InvalidOperationException",
            "TlsSettings DomainValidation needs a TlsDomain",
        )
        .about("InvalidOperation", ""));
    }
    let name = changed.name.clone();
    let done = desk.playing().set_sender(&name, |sender| *sender = changed);
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(Vec::new())
}

fn validate(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let connector = find(desk, call)?;
    let mut rows = Vec::new();
    let row = |task: String, good: bool, detail: String| {
        Object {
            kind: &VALIDATION,
            text: task.clone(),
            properties: named(vec![
                ("TaskName", Value::from(task)),
                ("IsTaskSuccessful", Value::Bool(good)),
                ("Detail", Value::from(detail)),
            ]),
        }
        .into()
    };
    let stage = desk.stage();
    let address = stage.cast().resolve(desk.playing(), &connector.to);
    let banner = address.ok().and_then(super::servers::banner);
    rows.push(row(
        format!("Check connectivity to '{}'", connector.to),
        banner.is_some(),
        banner.unwrap_or_else(|| "450 4.4.316 Connection refused".to_owned()),
    ));
    for recipient in call.texts("Recipients").unwrap_or_default() {
        let result = stage
            .cast()
            .try_sender(desk.playing(), &connector.name, Some(&recipient));
        let (good, detail) = match result {
            Ok(result) => (
                result.seen == crate::judge::Decision::Deliver,
                result
                    .details
                    .iter()
                    .find(|(name, _)| name == "LED")
                    .map_or(result.message.clone(), |(_, text)| text.clone()),
            ),
            Err(error) => (false, error.to_string()),
        };
        rows.push(row(
            format!("Send test email to '{recipient}'"),
            good,
            detail,
        ));
    }
    Ok(rows)
}
