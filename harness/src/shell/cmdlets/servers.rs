//! `Get-ExchangeServer`, `Get-TransportService` with its older names, and `Test-SmtpConnectivity`.

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::{Desk, identity_of};
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet, named};
use crate::exchange::Exchange;

static SERVER: Kind = Kind {
    name: "Microsoft.Exchange.Data.Directory.Management.ExchangeServer",
    columns: &[
        Column::of("Name", 19),
        Column::of("Fqdn", 40),
        Column::rest("AdminDisplayVersion"),
    ],
    list: &[],
    listed: false,
};

static TRANSPORT: Kind = Kind {
    name: "Microsoft.Exchange.Data.Directory.Management.TransportServer",
    columns: &[
        Column::of("Name", 20),
        Column::of("MessageExpirationTimeout", 26),
        Column::rest("InternalTransportCertificateThumbprint"),
    ],
    list: &[],
    listed: true,
};

static TEST: Kind = Kind {
    name: "Microsoft.Exchange.Monitoring.SmtpConnectivityStatus",
    columns: &[
        Column::of("Server", 15),
        Column::of("ReceiveConnector", 40),
        Column::of("Binding", 16),
        Column::of("StatusCode", 20),
        Column::rest("Details"),
    ],
    list: &[],
    listed: false,
};

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();

pub(super) static ALL: [Cmdlet; 3] = [
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Get-ExchangeServer",
            aliases: &[],
            synopsis: "Shows the Exchange servers of the organization.",
            notes: &[],
            examples: &["Get-ExchangeServer"],
            parameters: &[IDENTITY],
            words: false,
        },
        servers,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Get-TransportService",
            aliases: &["Get-TransportServer"],
            synopsis: "Shows how the Transport service of a server is configured.",
            notes: &["Until Exchange 2010 it was called Get-TransportServer."],
            examples: &["Get-TransportService | fl"],
            parameters: &[IDENTITY],
            words: false,
        },
        transport,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Test-SmtpConnectivity",
            aliases: &[],
            synopsis: "Connects to each receive connector and reads its banner. TLS is not tested.",
            notes: &[
                "The ports that are shown are those of the Bindings; the lab listens on others.",
            ],
            examples: &["Test-SmtpConnectivity EX01"],
            parameters: &[IDENTITY],
            words: false,
        },
        test,
    ),
];

fn wanted<'a>(desk: &'a Desk, call: &Call) -> Result<Vec<&'a Exchange>, Trouble> {
    match call.text("Identity") {
        Some(name) => Ok(vec![desk.server(Some(name))?]),
        None => Ok(desk.servers()),
    }
}

fn servers(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let all = wanted(desk, call)?.into_iter().map(|server| {
        let build: Vec<u32> = server
            .version()
            .build()
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        let version = match build.as_slice() {
            [major, minor, build, revision] => {
                format!("Version {major}.{minor} (Build {build}.{revision})")
            }
            _ => server.version().build().to_owned(),
        };
        Object {
            kind: &SERVER,
            text: server.name().to_owned(),
            properties: named(vec![
                ("Name", Value::from(server.name())),
                ("Fqdn", Value::from(server.fqdn())),
                ("AdminDisplayVersion", Value::from(version)),
                ("Identity", Value::from(server.name())),
            ]),
        }
        .into()
    });
    Ok(all.collect())
}

fn transport(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let all = wanted(desk, call)?.into_iter().map(|server| {
        let schedule = server.retry_schedule();
        Object {
            kind: &TRANSPORT,
            text: server.name().to_owned(),
            properties: named(vec![
                ("Name", Value::from(server.name())),
                (
                    "DelayNotificationTimeout",
                    schedule.delay_notification.map(Value::Span).into(),
                ),
                ("MessageExpirationTimeout", Value::Span(schedule.expiration)),
                (
                    "InternalTransportCertificateThumbprint",
                    server.internal_transport_certificate().into(),
                ),
                ("Identity", Value::from(server.name())),
            ]),
        }
        .into()
    });
    Ok(all.collect())
}

fn test(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let mut rows = Vec::new();
    for server in wanted(desk, call)? {
        for connector in server.receive_connectors().iter().filter(|one| one.enabled) {
            let Ok(addr) = server.try_addr(&connector.name) else {
                continue;
            };
            let (status, details) = match banner(addr) {
                Some(line) if line.starts_with('2') => ("Success", line),
                Some(line) if line.starts_with('4') => ("Transient error", line),
                Some(line) => ("Permanent error", line),
                None => ("Unable to connect", String::new()),
            };
            let binding = format!("0.0.0.0:{}", connector.port);
            rows.push(
                Object {
                    kind: &TEST,
                    text: server.name().to_owned(),
                    properties: named(vec![
                        ("Server", Value::from(server.name())),
                        (
                            "ReceiveConnector",
                            Value::from(identity_of(server, &connector.name)),
                        ),
                        ("Binding", Value::from(binding)),
                        ("EndPoint", Value::from(addr.to_string())),
                        ("StatusCode", Value::from(status)),
                        ("Details", Value::from(details)),
                    ]),
                }
                .into(),
            );
        }
    }
    Ok(rows)
}

/// The first line that a server says, if it says one within two seconds.
pub(super) fn banner(addr: SocketAddr) -> Option<String> {
    let patience = Duration::from_secs(2);
    let stream = TcpStream::connect_timeout(&addr, patience).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    let mut line = Vec::new();
    let mut reader = BufReader::new(stream).take(2_000);
    reader.read_until(b'\n', &mut line).ok()?;
    let line = String::from_utf8_lossy(&line);
    let line = line.trim_end();
    (!line.is_empty()).then(|| line.to_owned())
}
