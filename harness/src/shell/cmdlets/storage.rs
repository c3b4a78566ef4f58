//! `Get-Volume`: how much room there is on the disk of a server.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet};

static KIND: Kind = Kind {
    name: "Microsoft.Management.Infrastructure.CimInstance#ROOT/Microsoft/Windows/Storage/MSFT_Volume",
    columns: &[
        Column::of("DriveLetter", 11),
        Column::of("FileSystem", 10),
        Column::of("DriveType", 9),
        Column::of("HealthStatus", 12),
        Column {
            title: "SizeRemaining",
            property: "SizeRemaining",
            width: Some(13),
            right: true,
        },
        Column {
            title: "Size",
            property: "Size",
            width: Some(10),
            right: true,
        },
    ],
    list: &[],
    listed: false,
};

pub(super) static ALL: [Cmdlet; 1] = [Cmdlet {
    command: &Command {
        name: "Get-Volume",
        aliases: &[],
        synopsis: "Shows the disk of a server, and how much room there is on it.",
        notes: &[
            "The sizes are the lab's. A server under back pressure has a full disk, and a log in C:\\inetpub\\logs\\LogFiles that fills it.",
        ],
        examples: &["Get-Volume C"],
        parameters: &[Parameter::new("DriveLetter", Takes::Text).at(0)],
        words: false,
    },
    at: At::Servers,
    run: get,
}];

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let letter = call.text("DriveLetter").unwrap_or("C");
    if !letter.trim_end_matches(':').eq_ignore_ascii_case("c") {
        return Err(Trouble::new(
            "CimJobException",
            format!(
                "No MSFT_Volume objects found with property 'DriveLetter' equal to '{letter}'."
            ),
        )
        .about("ObjectNotFound", letter));
    }
    let left = match desk.server(None)?.is_under_back_pressure() {
        true => "187.4 MB",
        false => "41.2 GB",
    };
    Ok(vec![
        Object::new(
            &KIND,
            "C",
            [
                ("DriveLetter", Value::from("C")),
                ("FileSystem", Value::from("NTFS")),
                ("DriveType", Value::from("Fixed")),
                ("HealthStatus", Value::from("Healthy")),
                ("SizeRemaining", Value::from(left)),
                ("Size", Value::from("126.5 GB")),
            ],
        )
        .into(),
    ])
}
