//! `Get-EventLog` and `Get-WinEvent`, for what the transport services wrote.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet, named};
use crate::exchange::EventEntry;

static OLD: Kind = Kind {
    name: "System.Diagnostics.EventLogEntry#Application",
    columns: &[
        Column {
            title: "Index",
            property: "Index",
            width: Some(8),
            right: true,
        },
        Column::of("Time", 13),
        Column::of("EntryType", 11),
        Column::of("Source", 20),
        Column {
            title: "InstanceID",
            property: "InstanceID",
            width: Some(12),
            right: true,
        },
        Column::rest("Message"),
    ],
    list: &[
        "Index",
        "EntryType",
        "InstanceId",
        "Message",
        "Category",
        "Source",
        "TimeGenerated",
        "MachineName",
    ],
    listed: false,
};

static NEW: Kind = Kind {
    name: "System.Diagnostics.Eventing.Reader.EventLogRecord",
    columns: &[
        Column::of("TimeCreated", 22),
        Column {
            title: "Id",
            property: "Id",
            width: Some(6),
            right: true,
        },
        Column::of("LevelDisplayName", 16),
        Column::rest("Message"),
    ],
    list: &["TimeCreated", "ProviderName", "Id", "Message"],
    listed: false,
};

pub(super) static ALL: [Cmdlet; 2] = [
    Cmdlet {
        command: &Command {
            name: "Get-EventLog",
            aliases: &[],
            synopsis: "Shows the Application log, as far as the transport services write to it, the newest first.",
            notes: &[],
            examples: &[
                "Get-EventLog Application -Source MSExchange* -Newest 10",
                "Get-EventLog Application | ? {$_.EventID -eq 12014} | fl",
            ],
            parameters: &[
                Parameter::new("LogName", Takes::Text).at(0).needed(),
                Parameter::new("Source", Takes::Texts),
                Parameter::new("EntryType", Takes::Texts),
                Parameter::new("InstanceId", Takes::Int),
                Parameter::new("Newest", Takes::Int),
                Parameter::new("After", Takes::Time),
                Parameter::new("ComputerName", Takes::Text),
            ],
            words: false,
        },
        at: At::Servers,
        run: old,
    },
    Cmdlet {
        command: &Command {
            name: "Get-WinEvent",
            aliases: &[],
            synopsis: "Shows the Application log, as far as the transport services write to it, the newest first.",
            notes: &["-FilterHashtable and -FilterXPath are not modelled; use Where-Object."],
            examples: &[
                "Get-WinEvent Application -MaxEvents 10 | fl",
                "Get-WinEvent -LogName Application | ? Id -eq 12014",
            ],
            parameters: &[
                Parameter::new("LogName", Takes::Text).at(0),
                Parameter::new("ProviderName", Takes::Text),
                Parameter::new("MaxEvents", Takes::Int),
                Parameter::new("ComputerName", Takes::Text),
            ],
            words: false,
        },
        at: At::Servers,
        run: new,
    },
];

/// The entries, the newest first, each with its number.
fn entries(desk: &Desk, call: &Call) -> Result<Vec<(usize, EventEntry, String)>, Trouble> {
    let log = call.text("LogName").unwrap_or("Application");
    if !log.eq_ignore_ascii_case("application") {
        return Err(Trouble::new(
            "InvalidOperationException",
            format!("The event log '{log}' on computer '.' does not exist."),
        ));
    }
    let server = desk.server(call.text("ComputerName"))?;
    let entries = server.events().into_iter().enumerate();
    let mut entries: Vec<_> = entries
        .map(|(at, entry)| (at + 1, entry, server.fqdn().to_owned()))
        .collect();
    entries.reverse();
    Ok(entries)
}

fn old(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let mut entries = entries(desk, call)?;
    if let Some(sources) = call.texts("Source") {
        let like = super::super::desk::files::like;
        entries.retain(|(_, entry, _)| sources.iter().any(|one| like(entry.source(), one)));
    }
    if let Some(levels) = call.texts("EntryType") {
        entries.retain(|(_, entry, _)| {
            let level = entry.event.level().to_string();
            levels.iter().any(|one| one.eq_ignore_ascii_case(&level))
        });
    }
    if let Some(id) = call.int("InstanceId") {
        entries.retain(|(_, entry, _)| i64::from(entry.event.id()) == id);
    }
    if let Some(Value::Time(after)) = call.value("After") {
        entries.retain(|(_, entry, _)| entry.at > *after);
    }
    if let Some(newest) = call.int("Newest") {
        entries.truncate(usize::try_from(newest).unwrap_or(0));
    }
    let shown = entries.into_iter().map(|(index, entry, machine)| {
        let id = Value::Int(i64::from(entry.event.id()));
        let time = crate::transport::american_time(entry.at);
        Object {
            kind: &OLD,
            text: "System.Diagnostics.EventLogEntry".to_owned(),
            properties: named(vec![
                ("Index", super::property::number(index)),
                ("EventID", id.clone()),
                ("EntryType", Value::from(entry.event.level().to_string())),
                ("InstanceId", id),
                ("Message", Value::from(entry.event.to_string())),
                ("Category", Value::from("TransportService")),
                ("Source", Value::from(entry.source())),
                ("TimeGenerated", Value::Time(entry.at)),
                ("Time", Value::from(time)),
                ("MachineName", Value::from(machine)),
            ]),
        }
        .into()
    });
    Ok(shown.collect())
}

fn new(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let mut entries = entries(desk, call)?;
    if let Some(provider) = call.text("ProviderName") {
        let like = super::super::desk::files::like;
        entries.retain(|(_, entry, _)| like(entry.source(), provider));
    }
    if let Some(most) = call.int("MaxEvents") {
        entries.truncate(usize::try_from(most).unwrap_or(0));
    }
    let shown = entries.into_iter().map(|(index, entry, machine)| {
        Object {
            kind: &NEW,
            text: "System.Diagnostics.Eventing.Reader.EventLogRecord".to_owned(),
            properties: named(vec![
                ("Message", Value::from(entry.event.to_string())),
                ("Id", Value::Int(i64::from(entry.event.id()))),
                (
                    "LevelDisplayName",
                    Value::from(entry.event.level().to_string()),
                ),
                ("ProviderName", Value::from(entry.source())),
                ("LogName", Value::from("Application")),
                ("MachineName", Value::from(machine)),
                ("RecordId", super::property::number(index)),
                ("TimeCreated", Value::Time(entry.at)),
            ]),
        }
        .into()
    });
    Ok(shown.collect())
}
