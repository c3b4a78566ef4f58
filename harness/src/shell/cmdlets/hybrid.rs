//! `Get-HybridConfiguration`.

use super::super::command::{Call, Command, Console};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Kind, Object, Value};
use super::property::list;
use super::{At, Cmdlet, named};
use crate::exchange::TlsCertificateName;

static KIND: Kind = Kind {
    name: "Microsoft.Exchange.Data.Directory.SystemConfiguration.HybridConfiguration",
    columns: &[],
    list: &[],
    listed: true,
};

pub(super) static ALL: [Cmdlet; 1] = [Cmdlet {
    command: &Command {
        name: "Get-HybridConfiguration",
        aliases: &[],
        synopsis: "Shows what the Hybrid Configuration wizard was told.",
        notes: &[
            "It says what was meant; what the connectors have is shown by Get-ReceiveConnector and Get-SendConnector.",
        ],
        examples: &["Get-HybridConfiguration | fl"],
        parameters: &[],
        words: false,
    },
    at: At::Servers,
    run: get,
}];

fn get(desk: &mut Desk, _: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    // What the wizard was told follows from the connector that it made in the cloud.
    let senders = desk.playing().senders();
    let Some(cloud) = senders.iter().find(|one| one.is_online()) else {
        return Ok(Vec::new());
    };
    // The newest certificate of an authority that the cloud would accept for its connector.
    let certificates = desk
        .servers()
        .into_iter()
        .flat_map(|one| one.certificates());
    let fitting = certificates
        .filter(|one| one.has_private_key && !one.is_self_signed() && one.is_for(&cloud.to))
        .max_by_key(|one| one.facts.not_before);
    let meant = fitting.map(|one| TlsCertificateName::of(&one.facts).to_string());
    let servers: Vec<_> = desk
        .servers()
        .iter()
        .map(|one| one.name().to_owned())
        .collect();
    let domains = desk
        .servers()
        .first()
        .map_or_else(Vec::new, |one| one.accepted_domains());
    let features = [
        "FreeBusy",
        "MoveMailbox",
        "Mailtips",
        "MessageTracking",
        "OwaRedirection",
        "OnlineArchive",
        "SecureMail",
        "Photos",
    ];
    Ok(vec![
        Object {
            kind: &KIND,
            text: "Hybrid Configuration".to_owned(),
            properties: named(vec![
                ("ReceivingTransportServers", list(&servers)),
                ("SendingTransportServers", list(&servers)),
                ("OnPremisesSmartHost", Value::from(cloud.to.as_str())),
                ("Domains", list(&domains)),
                (
                    "Features",
                    Value::List(features.into_iter().map(Value::from).collect()),
                ),
                ("TlsCertificateName", meant.into()),
                ("Name", Value::from("Hybrid Configuration")),
                ("Identity", Value::from("Hybrid Configuration")),
            ]),
        }
        .into(),
    ])
}
