//! Where the shell is: `Enter-PSSession`, `Exit-PSSession`, `ssh`, `exit`, `hosts`.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::{Desk, Place};
use super::super::trouble::Trouble;
use super::super::value::Value;
use super::{At, Cmdlet};

pub(super) static ALL: [Cmdlet; 5] = [
    Cmdlet {
        command: &Command {
            name: "Enter-PSSession",
            aliases: &["etsn"],
            synopsis: "Goes to another server of the cast, or to a host that sends.",
            notes: &["`hosts` lists where you can go. Exit-PSSession comes back."],
            examples: &["Enter-PSSession SERVER2"],
            parameters: &[Parameter::new("ComputerName", Takes::Text).at(0).needed()],
            words: false,
        },
        at: At::Windows,
        run: enter,
    },
    Cmdlet {
        command: &Command {
            name: "Exit-PSSession",
            aliases: &["exsn", "exit"],
            synopsis: "Comes back to where the shell was opened.",
            notes: &[],
            examples: &["Exit-PSSession"],
            parameters: &[],
            words: true,
        },
        at: At::Everywhere,
        run: leave,
    },
    Cmdlet {
        command: &Command {
            name: "ssh",
            aliases: &[],
            synopsis: "Goes to a box in between, or to a host that sends.",
            notes: &["`hosts` lists where you can go. `exit` comes back."],
            examples: &["ssh barracuda"],
            parameters: &[],
            words: true,
        },
        at: At::Everywhere,
        run: ssh,
    },
    Cmdlet {
        command: &Command {
            name: "hosts",
            aliases: &[],
            synopsis: "Lists who takes part, and how to get there.",
            notes: &["A command of the lab."],
            examples: &["hosts"],
            parameters: &[],
            words: true,
        },
        at: At::Everywhere,
        run: hosts,
    },
    Cmdlet {
        command: &Command {
            name: "Connect-ExchangeOnline",
            aliases: &[],
            synopsis: "Connects to the tenant. In the lab the cmdlets of Exchange Online are there from the start.",
            notes: &[],
            examples: &["Connect-ExchangeOnline"],
            parameters: &[
                Parameter::new("UserPrincipalName", Takes::Text),
                Parameter::new("ShowBanner", Takes::Switch),
            ],
            words: false,
        },
        at: At::Online,
        run: connect,
    },
];

fn enter(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let name = call.text("ComputerName").unwrap_or_default();
    go(desk, name)
}

fn ssh(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let Some(host) = call.words.last() else {
        return Err(Trouble::new("ArgumentException", "usage: ssh [user@]host")
            .about("InvalidArgument", ""));
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    go(desk, host)
}

fn go(desk: &mut Desk, name: &str) -> Result<Vec<Value>, Trouble> {
    desk.go_to(name)?;
    Ok(match &desk.place {
        Place::Appliance(_) => vec![Value::from(
            "`help` lists what can be typed here, `exit` goes back",
        )],
        _ => Vec::new(),
    })
}

fn leave(desk: &mut Desk, _: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    desk.go_home();
    Ok(Vec::new())
}

fn hosts(desk: &mut Desk, _: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let mut lines = Vec::new();
    for (member, server) in desk.playing().exchanges() {
        lines.push(format!(
            "{:24} {:38} Enter-PSSession {}",
            member,
            server.version().to_string(),
            server.name()
        ));
    }
    for (tenant, _) in desk.playing().eops() {
        lines.push(format!(
            "{tenant:24} {:38} its cmdlets are where those of the servers are",
            "Exchange Online"
        ));
    }
    for member in desk.playing().members() {
        if desk.playing().interceptor(&member.name).is_some() {
            let before = desk.stage().cast().before(&member.name).join(", ");
            let kind = format!("{}, before {before}", member.kind);
            lines.push(format!("{:24} {kind:38} ssh {}", member.name, member.name));
        }
    }
    for sender in desk.playing().senders() {
        if sender.is_a_host() {
            let kind = format!("sends as {}", sender.judge.name());
            lines.push(format!(
                "{:24} {:38} Enter-PSSession {}",
                sender.name, kind, sender.name
            ));
        }
    }
    Ok(lines.into_iter().map(Value::from).collect())
}

fn connect(_: &mut Desk, _: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    Ok(Vec::new())
}
