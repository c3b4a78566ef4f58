//! `Get-ServerComponentState` and `Set-ServerComponentState`.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet};
use crate::exchange::TransportRole;

static KIND: Kind = Kind {
    name: "Microsoft.Exchange.Data.Directory.Management.ServerComponentStatePresentationObject",
    columns: &[
        Column::of("Server", 39),
        Column::of("Component", 39),
        Column::rest("State"),
    ],
    list: &[],
    listed: false,
};

/// The components that the model has, by the names that Microsoft gives them.
const COMPONENTS: [(&str, TransportRole); 2] = [
    ("FrontendTransport", TransportRole::FrontendTransport),
    ("HubTransport", TransportRole::HubTransport),
];
const NAMES: &[&str] = &["FrontendTransport", "HubTransport"];
const REQUESTERS: &[&str] = &[
    "Deployment",
    "Functional",
    "HealthAPI",
    "Maintenance",
    "Sidelined",
];

const SERVER: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();

pub(super) static ALL: [Cmdlet; 2] = [
    Cmdlet {
        command: &Command {
            name: "Get-ServerComponentState",
            aliases: &[],
            synopsis: "Shows which components of a server are active. One that is not greets with `421 4.3.2 Service not active`.",
            notes: &["The components that the model has are FrontendTransport and HubTransport."],
            examples: &["Get-ServerComponentState EX01"],
            parameters: &[SERVER, Parameter::new("Component", Takes::OneOf(NAMES))],
            words: false,
        },
        at: At::Servers,
        run: get,
    },
    Cmdlet {
        command: &Command {
            name: "Set-ServerComponentState",
            aliases: &[],
            synopsis: "Makes a component of a server active or not.",
            notes: &[
                "Real servers keep a state for each requester, and a component is active when all agree; the model keeps one, whoever asks.",
            ],
            examples: &[
                "Set-ServerComponentState EX01 -Component FrontendTransport -Requester Maintenance -State Active",
            ],
            parameters: &[
                SERVER.needed(),
                Parameter::new("Component", Takes::OneOf(NAMES)).needed(),
                Parameter::new("Requester", Takes::OneOf(REQUESTERS)).needed(),
                Parameter::new("State", Takes::OneOf(&["Active", "Inactive"])).needed(),
            ],
            words: false,
        },
        at: At::Servers,
        run: set,
    },
];

fn wanted(call: &Call) -> impl Iterator<Item = (&'static str, TransportRole)> {
    let component = call.text("Component");
    let all = COMPONENTS.into_iter();
    all.filter(move |(name, _)| component.is_none_or(|one| one.eq_ignore_ascii_case(name)))
}

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = desk.server(call.text("Identity"))?;
    let rows = wanted(call).map(|(name, role)| {
        let state = match server.component_is_active(role) {
            true => "Active",
            false => "Inactive",
        };
        Object::new(
            &KIND,
            name,
            [
                ("Server", Value::from(server.fqdn())),
                ("Component", Value::from(name)),
                ("State", Value::from(state)),
            ],
        )
        .into()
    });
    Ok(rows.collect())
}

fn set(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = desk.server(call.text("Identity"))?;
    for (_, role) in wanted(call) {
        server.set_component_state(role, call.text("State") == Some("Active"));
        desk.changed();
    }
    Ok(Vec::new())
}
