//! What an administrator looks at from outside: names, doors and certificates.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet, named};

static NAME: Kind = Kind {
    name: "Microsoft.DnsClient.Commands.DnsRecord_A",
    columns: &[
        Column::of("Name", 44),
        Column::of("Type", 6),
        Column::of("TTL", 6),
        Column::of("Section", 10),
        Column::rest("IPAddress"),
    ],
    list: &[],
    listed: false,
};

static CONNECTION: Kind = Kind {
    name: "TestNetConnectionResult",
    columns: &[],
    list: &[],
    listed: true,
};

pub(super) static ALL: [Cmdlet; 4] = [
    Cmdlet {
        command: &Command {
            name: "Resolve-DnsName",
            aliases: &["nslookup"],
            synopsis: "Says where a name leads.",
            notes: &[
                "In a lab every name leads to this machine; the port tells one host from another. `hosts` lists who takes part.",
            ],
            examples: &["Resolve-DnsName hybrid.contoso.test"],
            parameters: &[
                Parameter::new("Name", Takes::Text).at(0).needed(),
                Parameter::new("Type", Takes::Text),
            ],
            words: false,
        },
        at: At::Everywhere,
        run: resolve,
    },
    Cmdlet {
        command: &Command {
            name: "Test-NetConnection",
            aliases: &["tnc"],
            synopsis: "Connects to a host, and says whether that worked.",
            notes: &[],
            examples: &["Test-NetConnection hybrid.contoso.test -Port 25"],
            parameters: &[
                Parameter::new("ComputerName", Takes::Text).at(0).needed(),
                Parameter::new("Port", Takes::Int),
            ],
            words: false,
        },
        at: At::Everywhere,
        run: test,
    },
    Cmdlet {
        command: &Command {
            name: "telnet",
            aliases: &[],
            synopsis: "Shows the banner of a host, and the line for another terminal.",
            notes: &[
                "A conversation needs a terminal of its own: the line that is printed opens one.",
            ],
            examples: &["telnet hybrid.contoso.test 25"],
            parameters: &[],
            words: true,
        },
        at: At::Everywhere,
        run: telnet,
    },
    Cmdlet {
        command: &Command {
            name: "openssl",
            aliases: &[],
            synopsis: "Prints the line for another terminal, with the address that the host has in this lab.",
            notes: &[
                "The real openssl shows the real certificate. Without s_client nothing is printed.",
            ],
            examples: &["openssl s_client -starttls smtp -connect hybrid.contoso.test:25"],
            parameters: &[],
            words: true,
        },
        at: At::Everywhere,
        run: openssl,
    },
];

/// Where a host is reached, as the cast has it.
fn address(desk: &Desk, host: &str) -> Result<std::net::SocketAddr, Trouble> {
    let host = host.trim_end_matches('.');
    let stage = desk.stage();
    let known = stage.cast().resolve(desk.playing(), host);
    let servers = desk.playing().exchanges();
    let mut of_servers = servers.filter(|(_, server)| {
        server.fqdn().eq_ignore_ascii_case(host) || server.name().eq_ignore_ascii_case(host)
    });
    let own = || {
        of_servers
            .next()
            .and_then(|(member, _)| desk.playing().address(member).ok())
    };
    known.ok().or_else(own).ok_or_else(|| Trouble {
        category: "ResourceUnavailable",
        target: host.to_owned(),
        id: "DNS_ERROR_RCODE_NAME_ERROR".to_owned(),
        ..Trouble::new(
            "Win32Exception",
            format!("{host} : DNS name does not exist"),
        )
    })
}

fn resolve(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let name = call.text("Name").unwrap_or_default();
    let address = address(desk, name)?;
    Ok(vec![
        Object {
            kind: &NAME,
            text: address.to_string(),
            properties: named(vec![
                ("Name", Value::from(name)),
                ("Type", Value::from("A")),
                ("TTL", Value::Int(3_600)),
                ("Section", Value::from("Answer")),
                ("IPAddress", Value::from(address.ip().to_string())),
                ("Port", Value::Int(i64::from(address.port()))),
            ]),
        }
        .into(),
    ])
}

fn test(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let name = call.text("ComputerName").unwrap_or_default();
    let address = address(desk, name)?;
    let good = std::net::TcpStream::connect_timeout(&address, std::time::Duration::from_secs(2));
    Ok(vec![
        Object {
            kind: &CONNECTION,
            text: name.to_owned(),
            properties: named(vec![
                ("ComputerName", Value::from(name)),
                ("RemoteAddress", Value::from(address.ip().to_string())),
                ("RemotePort", Value::Int(call.int("Port").unwrap_or(25))),
                ("TcpTestSucceeded", Value::Bool(good.is_ok())),
            ]),
        }
        .into(),
    ])
}

fn telnet(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let Some(host) = call.words.first() else {
        return Err(
            Trouble::new("ArgumentException", "usage: telnet host 25").about("InvalidArgument", "")
        );
    };
    let address = address(desk, host)?;
    let mut lines = Vec::new();
    match super::servers::banner(address) {
        Some(banner) => lines.push(banner),
        None => lines.push(format!("Could not open connection to the host {host}")),
    }
    lines.push(format!(
        "in another terminal: telnet {} {}",
        address.ip(),
        address.port()
    ));
    Ok(lines.into_iter().map(Value::from).collect())
}

fn openssl(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let words = &call.words;
    if words.first().map(String::as_str) != Some("s_client") {
        return Err(Trouble::unsupported(
            "openssl without s_client",
            "type `openssl s_client -starttls smtp -connect HOST:25`",
        ));
    }
    let mut line = vec!["openssl".to_owned()];
    let mut name = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        line.push(word.clone());
        if word == "-connect"
            && let Some(target) = words.next()
        {
            let host = target
                .rsplit_once(':')
                .map_or(target.as_str(), |(host, _)| host);
            line.push(address(desk, host)?.to_string());
            name = Some(host.to_owned());
        }
    }
    if let Some(name) = name
        && !line.iter().any(|word| word == "-servername")
    {
        line.push("-servername".to_owned());
        line.push(name);
    }
    Ok(vec![
        Value::from("in another terminal:"),
        Value::from(line.join(" ")),
    ])
}
