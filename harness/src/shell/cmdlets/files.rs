//! `Get-ChildItem`, for logs, certificates that are files, and the drive `Cert:`.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::desk::files::{full, like, missing};
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet, certificate_drive, named};

static FILE: Kind = Kind {
    name: "System.IO.FileInfo",
    columns: &[
        Column::of("Mode", 6),
        Column::of("LastWriteTime", 22),
        Column {
            title: "Length",
            property: "Length",
            width: Some(12),
            right: true,
        },
        Column::rest("Name"),
    ],
    list: &["Name", "FullName", "Length", "LastWriteTime"],
    listed: false,
};

pub(super) static ALL: [Cmdlet; 1] = [Cmdlet {
    command: &Command {
        name: "Get-ChildItem",
        aliases: &["gci", "dir", "ls"],
        synopsis: "Lists the files of a folder, or the certificates of the store.",
        notes: &[
            "Cert:\\LocalMachine\\My shows every certificate, those without a private key as well.",
        ],
        examples: &[
            "Get-ChildItem Cert:\\LocalMachine\\My | fl Subject,Thumbprint,NotAfter,HasPrivateKey",
            "dir \"C:\\Program Files\\Microsoft\\Exchange Server\\V15\\TransportRoles\\Logs\" -Recurse",
        ],
        parameters: &[
            Parameter::new("Path", Takes::Text).at(0).piped(),
            Parameter::new("Filter", Takes::Text).at(1),
            Parameter::new("Recurse", Takes::Switch),
            Parameter::new("File", Takes::Switch),
        ],
        words: false,
    },
    at: At::Windows,
    run: list,
}];

fn list(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let path = call.text("Path").unwrap_or("C:\\");
    if let Some(certificates) = certificate_drive::at(desk, path) {
        return certificates;
    }
    let (folder, pattern) = match path.rsplit_once(['\\', '/']) {
        Some((folder, last)) if last.contains(['*', '?']) => (full(folder), last.to_owned()),
        _ => (full(path), call.text("Filter").unwrap_or("*").to_owned()),
    };
    let folder = folder.trim_end_matches('\\').to_owned();
    let recursive = call.bool("Recurse") == Some(true);
    let now = super::super::command::Host::now(desk);
    let mut rows = Vec::new();
    let mut folders = Vec::new();
    let mut is_there = false;
    for (known, text) in desk.all_files() {
        if known.eq_ignore_ascii_case(&folder) {
            return Ok(vec![file(&known, Desk::length_of(&known, &text), now)]);
        }
        let below = known
            .get(folder.len()..)
            .filter(|_| known[..folder.len()].eq_ignore_ascii_case(&folder));
        let Some(below) = below.and_then(|below| below.strip_prefix('\\')) else {
            continue;
        };
        is_there = true;
        match below.split_once('\\') {
            Some((first, _)) if !recursive => {
                if !folders.contains(&first.to_owned()) && like(first, &pattern) {
                    folders.push(first.to_owned());
                }
            }
            _ => {
                let name = below.rsplit('\\').next().unwrap_or(below);
                if like(name, &pattern) {
                    rows.push(file(&known, Desk::length_of(&known, &text), now));
                }
            }
        }
    }
    if !is_there {
        return Err(missing(path));
    }
    if call.bool("File") == Some(true) {
        folders.clear();
    }
    let folders = folders
        .into_iter()
        .map(|name| directory(&folder, &name, now));
    Ok(folders.chain(rows).collect())
}

fn file(path: &str, length: usize, now: std::time::SystemTime) -> Value {
    let name = path.rsplit('\\').next().unwrap_or(path);
    Object {
        kind: &FILE,
        text: path.to_owned(),
        properties: named(vec![
            ("Mode", Value::from("-a----")),
            ("LastWriteTime", Value::Time(now)),
            ("Length", super::property::number(length)),
            ("Name", Value::from(name)),
            ("FullName", Value::from(path)),
            ("Path", Value::from(path)),
        ]),
    }
    .into()
}

fn directory(folder: &str, name: &str, now: std::time::SystemTime) -> Value {
    let path = format!("{folder}\\{name}");
    Object {
        kind: &FILE,
        text: path.clone(),
        properties: named(vec![
            ("Mode", Value::from("d-----")),
            ("LastWriteTime", Value::Time(now)),
            ("Length", Value::Null),
            ("Name", Value::from(name)),
            ("FullName", Value::from(path.as_str())),
            ("Path", Value::from(path)),
        ]),
    }
    .into()
}
