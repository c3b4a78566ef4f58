//! `Get-Service`, `Restart-Service`, `Stop-Service`, `Start-Service` and `iisreset`.

use super::super::command::{Call, Command, Console, FromPipeline, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet, named};
use crate::exchange::{Exchange, TransportRole};

static KIND: Kind = Kind {
    name: "System.ServiceProcess.ServiceController",
    columns: &[
        Column::of("Status", 8),
        Column::of("Name", 18),
        Column::rest("DisplayName"),
    ],
    list: &["Name", "DisplayName", "Status", "MachineName"],
    listed: false,
};

/// The services that the model has: each with the connectors that it owns.
const SERVICES: [(&str, &str, TransportRole); 2] = [
    (
        "MSExchangeFrontEndTransport",
        "Microsoft Exchange Frontend Transport",
        TransportRole::FrontendTransport,
    ),
    (
        "MSExchangeTransport",
        "Microsoft Exchange Transport",
        TransportRole::HubTransport,
    ),
];

const NAME: Parameter = Parameter {
    aliases: &["InputObject", "ServiceName"],
    ..Parameter::new("Name", Takes::Texts).at(0).piped()
};
const FORCE: Parameter = Parameter::new("Force", Takes::Switch);
const NO_QUESTION: Parameter = Parameter {
    from_pipeline: FromPipeline::No,
    ..Parameter::new("Confirm", Takes::Switch)
};

pub(super) static ALL: [Cmdlet; 5] = [
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Get-Service",
            aliases: &["gsv"],
            synopsis: "Shows the transport services of a server.",
            notes: &[],
            examples: &["Get-Service MSExchange*"],
            parameters: &[NAME, Parameter::new("ComputerName", Takes::Text)],
            words: false,
        },
        get,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Restart-Service",
            aliases: &[],
            synopsis: "Stops a service and starts it again: it reads its connectors and the certificate store anew.",
            notes: &[
                "It is the service of the server where the shell is; Enter-PSSession goes to another.",
            ],
            examples: &[
                "Restart-Service MSExchangeFrontEndTransport",
                "Restart-Service MSExchangeTransport",
            ],
            parameters: &[NAME, FORCE, NO_QUESTION],
            words: false,
        },
        restart,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Stop-Service",
            aliases: &["spsv"],
            synopsis: "Stops a service: whoever connects to it is refused.",
            notes: &[],
            examples: &["Stop-Service MSExchangeTransport"],
            parameters: &[NAME, FORCE, NO_QUESTION],
            words: false,
        },
        stop,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Start-Service",
            aliases: &["sasv"],
            synopsis: "Starts a service.",
            notes: &[],
            examples: &["Start-Service MSExchangeTransport"],
            parameters: &[NAME, NO_QUESTION],
            words: false,
        },
        start,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "iisreset",
            aliases: &["iisreset.exe"],
            synopsis: "Restarts the Internet services. The transport services go on as they are.",
            notes: &[],
            examples: &["iisreset"],
            parameters: &[],
            words: true,
        },
        iisreset,
    ),
];

/// The services of a server: one transport service in 2010, two since.
fn of(server: &Exchange) -> impl Iterator<Item = (&'static str, &'static str, TransportRole)> {
    let front_end = server.version().has_front_end();
    SERVICES
        .into_iter()
        .filter(move |(_, _, role)| front_end || *role == TransportRole::HubTransport)
}

/// The services that are meant by name, display name or pattern.
fn wanted(
    server: &Exchange,
    call: &Call,
) -> Result<Vec<(&'static str, &'static str, TransportRole)>, Trouble> {
    let Some(names) = call.texts("Name") else {
        return Ok(of(server).collect());
    };
    let mut found = Vec::new();
    for wanted in names {
        let fitting = of(server).filter(|(name, display, _)| {
            let like = super::super::desk::files::like;
            like(name, &wanted) || like(display, &wanted)
        });
        let fitting: Vec<_> = fitting.collect();
        if fitting.is_empty() && !wanted.contains('*') {
            return Err(Trouble {
                category: "ObjectNotFound",
                target: wanted.clone(),
                id: "NoServiceFoundForGivenName".to_owned(),
                ..Trouble::new(
                    "ServiceCommandException",
                    format!("Cannot find any service with service name '{wanted}'."),
                )
            });
        }
        found.extend(fitting);
    }
    Ok(found)
}

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = desk.server(call.text("ComputerName"))?;
    let wanted = wanted(server, call)?.into_iter();
    let shown = wanted.map(|(name, display, role)| {
        let status = match server.service_is_running(role) {
            true => "Running",
            false => "Stopped",
        };
        Object {
            kind: &KIND,
            text: name.to_owned(),
            properties: named(vec![
                ("Status", Value::from(status)),
                ("Name", Value::from(name)),
                ("DisplayName", Value::from(display)),
                ("MachineName", Value::from(server.name())),
            ]),
        }
        .into()
    });
    Ok(shown.collect())
}

fn says_which(call: &Call) -> Result<(), Trouble> {
    match call.has("Name") {
        true => Ok(()),
        false => Err(Trouble::new(
            "ParameterBindingException",
            "Parameter set cannot be resolved using the specified named parameters.",
        )
        .about("InvalidArgument", "")),
    }
}

fn restart(desk: &mut Desk, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    says_which(call)?;
    let server = desk.server(None)?;
    for (name, display, role) in wanted(server, call)? {
        for what in ["stop", "start"] {
            console.warn(&format!(
                "Waiting for service '{display} ({name})' to {what}..."
            ));
        }
        let done = server.restart_service(role);
        done.map_err(|error| desk.trouble(error))?;
        desk.changed();
    }
    Ok(Vec::new())
}

fn stop(desk: &mut Desk, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    says_which(call)?;
    let server = desk.server(None)?;
    for (name, display, role) in wanted(server, call)? {
        console.warn(&format!(
            "Waiting for service '{display} ({name})' to stop..."
        ));
        server.stop_service(role);
        desk.changed();
    }
    Ok(Vec::new())
}

fn start(desk: &mut Desk, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    says_which(call)?;
    let server = desk.server(None)?;
    for (name, display, role) in wanted(server, call)? {
        if server.service_is_running(role) {
            continue;
        }
        console.warn(&format!(
            "Waiting for service '{display} ({name})' to start..."
        ));
        let done = server.restart_service(role);
        done.map_err(|error| desk.trouble(error))?;
        desk.changed();
    }
    Ok(Vec::new())
}

fn iisreset(_: &mut Desk, _: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let lines = [
        "",
        "Attempting stop...",
        "Internet services successfully stopped",
        "Attempting start...",
        "Internet services successfully restarted",
    ];
    Ok(lines.into_iter().map(Value::from).collect())
}
