//! `Get-ItemProperty`, `Set-ItemProperty`, `New-ItemProperty` and `New-Item` on the one part of the
//! registry that the model has, the versions of TLS, and `Restart-Computer`.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::desk::files::missing;
use super::super::trouble::Trouble;
use super::super::value::{Kind, Object, Value};
use super::{At, Cmdlet};
use crate::TlsVersion;
use crate::exchange::TransportRole;

static KIND: Kind = Kind {
    name: "System.Management.Automation.PSCustomObject",
    columns: &[],
    list: &[],
    listed: true,
};

/// Where Windows keeps them.
const PROTOCOLS: &str =
    r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols";
const VERSIONS: [(&str, TlsVersion); 4] = [
    ("TLS 1.0", TlsVersion::Tls10),
    ("TLS 1.1", TlsVersion::Tls11),
    ("TLS 1.2", TlsVersion::Tls12),
    ("TLS 1.3", TlsVersion::Tls13),
];

const PATH: Parameter = Parameter::new("Path", Takes::Text).at(0).needed();
const TYPE: Parameter = Parameter::new("PropertyType", Takes::OneOf(&["DWord"])).also(&["Type"]);
const FORCE: Parameter = Parameter::new("Force", Takes::Switch);
const NOTE: &str = "Of the registry the model has HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server with Enabled and DisabledByDefault, the same for the other versions and for Client. It has one list of versions for both directions: a version is spoken where Enabled is not 0 and DisabledByDefault is 0. Windows reads it when it starts.";

pub(super) static ALL: [Cmdlet; 5] = [
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Get-ItemProperty",
            aliases: &["gp"],
            synopsis: "Shows whether Windows speaks a version of TLS.",
            notes: &[NOTE],
            examples: &[
                "Get-ItemProperty \"HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server\"",
            ],
            parameters: &[PATH, Parameter::new("Name", Takes::Texts).at(1)],
            words: false,
        },
        get,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Set-ItemProperty",
            aliases: &["sp"],
            synopsis: "Switches a version of TLS on or off, from the next start of Windows on.",
            notes: &[NOTE],
            examples: &[
                "Set-ItemProperty \"HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server\" -Name Enabled -Value 1",
            ],
            parameters: &[
                PATH,
                Parameter::new("Name", Takes::Text).at(1).needed(),
                Parameter::new("Value", Takes::Int).at(2).needed(),
                TYPE,
                FORCE,
            ],
            words: false,
        },
        set,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "New-ItemProperty",
            aliases: &[],
            synopsis: "The same, as scripts do it that make the value first.",
            notes: &[NOTE],
            examples: &[
                "New-ItemProperty -Path \"HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server\" -Name Enabled -Value 1 -PropertyType DWord -Force",
            ],
            parameters: &[
                PATH,
                Parameter::new("Name", Takes::Text).needed(),
                Parameter::new("Value", Takes::Int).needed(),
                TYPE,
                FORCE,
            ],
            words: false,
        },
        set,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "New-Item",
            aliases: &["ni"],
            synopsis: "Makes a key of the registry. Those of the versions of TLS are all there.",
            notes: &[NOTE],
            examples: &[
                "New-Item \"HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server\" -Force | Out-Null",
            ],
            parameters: &[PATH, FORCE],
            words: false,
        },
        new,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Restart-Computer",
            aliases: &[],
            synopsis: "Starts Windows again, and all services with it.",
            notes: &[],
            examples: &["Restart-Computer -Force"],
            parameters: &[
                Parameter::new("ComputerName", Takes::Text).at(0),
                FORCE,
                Parameter::new("Confirm", Takes::Switch),
            ],
            words: false,
        },
        restart,
    ),
];

/// The version of a path of the registry.
fn version(call: &Call) -> Result<TlsVersion, Trouble> {
    let path = call.text("Path").unwrap_or_default();
    let plain = path
        .replace("Registry::HKEY_LOCAL_MACHINE", "HKLM:")
        .replace('/', "\\");
    let below = plain
        .get(PROTOCOLS.len()..)
        .filter(|_| plain[..PROTOCOLS.len()].eq_ignore_ascii_case(PROTOCOLS));
    let named = below.and_then(|below| {
        let (name, side) = below.trim_matches('\\').split_once('\\')?;
        let mut sides = ["Server", "Client"].into_iter();
        sides.find(|one| one.eq_ignore_ascii_case(side))?;
        let mut all = VERSIONS.into_iter();
        all.find(|(known, _)| known.eq_ignore_ascii_case(name))
    });
    named
        .map(|(_, version)| version)
        .ok_or_else(|| missing(path))
}

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let version = version(call)?;
    let spoken = desk.server(None)?.tls_versions().contains(&version);
    let path = call.text("Path").unwrap_or_default();
    let names = call.texts("Name");
    let all = [("Enabled", spoken), ("DisabledByDefault", !spoken)];
    let wanted = all.into_iter().filter(|(name, _)| {
        let is = |one: &String| one.eq_ignore_ascii_case(name) || one == "*";
        names.as_ref().is_none_or(|names| names.iter().any(is))
    });
    let mut properties: Vec<_> = wanted
        .map(|(name, value)| (name, Value::Int(i64::from(value))))
        .collect();
    if properties.is_empty() {
        return Err(no_such_value(&names.unwrap_or_default().join(", "), path));
    }
    let child = path.trim_end_matches('\\').rsplit('\\').next();
    properties.push(("PSPath", Value::from(path)));
    properties.push(("PSChildName", Value::from(child.unwrap_or_default())));
    Ok(vec![
        Object {
            kind: &KIND,
            text: path.to_owned(),
            properties: super::named(properties),
        }
        .into(),
    ])
}

/// What PowerShell says of a value that a key does not have.
fn no_such_value(name: &str, path: &str) -> Trouble {
    Trouble::new(
        "PSArgumentException",
        format!("Property {name} does not exist at path {path}."),
    )
    .about("InvalidArgument", name)
}

fn set(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let version = version(call)?;
    let name = call.text("Name").unwrap_or_default();
    let value = call.int("Value").unwrap_or_default();
    let spoken = match name.to_ascii_lowercase().as_str() {
        "enabled" => value != 0,
        "disabledbydefault" => value == 0,
        _ => {
            return Err(Trouble::unsupported(&format!("the value `{name}`"), NOTE));
        }
    };
    let server = desk.server(None)?;
    let mut versions = server.tls_versions();
    versions.retain(|one| *one != version);
    if spoken {
        versions.push(version);
    }
    versions.sort_unstable();
    server.set_tls_versions(versions);
    desk.changed();
    Ok(Vec::new())
}

fn new(_: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    version(call)?;
    let path = call.text("Path").unwrap_or_default();
    Ok(vec![Value::from(path)])
}

fn restart(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = desk.server(call.text("ComputerName"))?;
    for role in [
        TransportRole::FrontendTransport,
        TransportRole::HubTransport,
    ] {
        let done = server.restart_service(role);
        done.map_err(|error| desk.trouble(error))?;
    }
    desk.changed();
    Ok(Vec::new())
}
