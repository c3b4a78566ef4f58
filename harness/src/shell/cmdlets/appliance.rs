//! The few commands of a box in between. They are the lab's: each maker has its own, most of them
//! on a web page.

use std::time::Duration;

use super::super::command::{Call, Command, Console};
use super::super::desk::{Desk, Place};
use super::super::trouble::Trouble;
use super::super::value::Value;
use super::{At, Cmdlet};
use crate::certificate_facts::CertificateFacts;
use crate::intercept::{Greylist, Interceptor, Tampering};

pub(super) static ALL: [Cmdlet; 6] = [
    Cmdlet::new(
        At::Appliances,
        &Command {
            name: "show",
            aliases: &[],
            synopsis: "Shows what the box is, which certificate it shows, and which it could.",
            notes: &[],
            examples: &[
                "show",
                "show certificates",
                "show sessions",
                "show greylist",
            ],
            parameters: &[],
            words: true,
        },
        show,
    ),
    Cmdlet::new(
        At::Appliances,
        &Command {
            name: "bind",
            aliases: &[],
            synopsis: "Shows this certificate from the next handshake on, with its chain.",
            notes: &["`show certificates` lists them."],
            examples: &["bind certificate public"],
            parameters: &[],
            words: true,
        },
        bind,
    ),
    Cmdlet::new(
        At::Appliances,
        &Command {
            name: "no",
            aliases: &[],
            synopsis: "Switches inspection off: whatever comes is passed on as it is.",
            notes: &["As `no inspect esmtp` on a Cisco ASA."],
            examples: &["no inspect esmtp"],
            parameters: &[],
            words: true,
        },
        no,
    ),
    Cmdlet::new(
        At::Appliances,
        &Command {
            name: "inspect",
            aliases: &[],
            synopsis: "Switches inspection on again.",
            notes: &[],
            examples: &["inspect esmtp"],
            parameters: &[],
            words: true,
        },
        inspect,
    ),
    Cmdlet::new(
        At::Appliances,
        &Command {
            name: "greylist",
            aliases: &[],
            synopsis: "Lets the mail of a domain pass a greylist at once, or switches greylisting off.",
            notes: &["`show greylist` shows it."],
            examples: &["greylist off", "greylist exempt contoso.test"],
            parameters: &[],
            words: true,
        },
        greylist,
    ),
    Cmdlet::new(
        At::Appliances,
        &Command {
            name: "help",
            aliases: &["?"],
            synopsis: "Lists what can be typed on this box.",
            notes: &[],
            examples: &["help"],
            parameters: &[],
            words: true,
        },
        help,
    ),
];

fn here(desk: &Desk) -> Result<(&str, &Interceptor), Trouble> {
    let gone = || Trouble::new("InvalidOperationException", "this box is gone");
    match &desk.place {
        Place::Appliance(name) => {
            let found = desk.playing().interceptor(name);
            found.map(|one| (name.as_str(), one)).ok_or_else(gone)
        }
        _ => Err(gone()),
    }
}

fn usage(text: &str) -> Trouble {
    Trouble::new("ArgumentException", format!("usage: {text}")).about("InvalidArgument", "")
}

fn show(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let (name, one) = here(desk)?;
    let lines = match call.words.first().map(String::as_str) {
        None => {
            let members = desk.playing().members();
            let kind = members.iter().find(|member| member.name == name);
            let mut lines = vec![
                format!(
                    "{}: {}",
                    name,
                    kind.map_or("", |member| member.kind.as_str())
                ),
                format!("calls itself {}", one.host()),
                format!(
                    "inspection: {}",
                    if one.passes_all() { "off" } else { "on" }
                ),
            ];
            match one
                .certificate()
                .and_then(|one| CertificateFacts::read(one.leaf()))
            {
                Some(facts) => {
                    lines.push(format!("certificate: {}", facts.subject));
                    lines.push(format!("  issuer:     {}", facts.issuer));
                    lines.push(format!("  thumbprint: {}", facts.thumbprint));
                    lines.push(format!("  valid:      {}", facts.validity()));
                }
                None if one.inspection_root().is_some() => {
                    lines.push("certificate: what the server shows, signed again".to_owned());
                }
                None => lines.push("certificate: none of its own".to_owned()),
            }
            lines
        }
        Some("certificates") => desk
            .playing()
            .certificates()
            .filter_map(|(name, identity)| {
                let facts = CertificateFacts::read(identity.leaf())?;
                Some(format!(
                    "{name:24} {} ({})",
                    facts.subject,
                    facts.validity()
                ))
            })
            .collect(),
        Some("sessions") => one
            .report()
            .sessions
            .iter()
            .map(ToString::to_string)
            .collect(),
        Some("greylist") => match greylist_of(one) {
            Some(rule) => vec![
                format!("whoever is not known waits {}", wait(rule.wait)),
                format!("reply:  {}", rule.reply.to_string().trim_end()),
                format!("exempt: {}", rule.exempt.join(", ")),
            ],
            None => vec!["greylisting: off".to_owned()],
        },
        Some(_) => return Err(usage("show [certificates | sessions | greylist]")),
    };
    Ok(lines.into_iter().map(Value::from).collect())
}

fn bind(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let words: Vec<_> = call.words.iter().map(String::as_str).collect();
    let name = match words.as_slice() {
        ["certificate", name] | [name] => *name,
        _ => return Err(usage("bind certificate NAME")),
    };
    let (_, one) = here(desk)?;
    let identity = desk.playing().certificate(name);
    let identity = identity.map_err(|error| {
        Trouble::new("ArgumentException", error.to_string()).about("InvalidArgument", name)
    })?;
    let done = one.try_set_certificate(identity);
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(Vec::new())
}

fn no(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    match call.words.first().map(String::as_str) {
        Some("inspect" | "inspection" | "fixup") => {
            here(desk)?.1.pass_all(true);
            desk.changed();
            Ok(Vec::new())
        }
        _ => Err(usage("no inspect esmtp")),
    }
}

fn inspect(desk: &mut Desk, _: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    here(desk)?.1.pass_all(false);
    desk.changed();
    Ok(Vec::new())
}

fn greylist_of(one: &Interceptor) -> Option<Greylist> {
    let mut all = one.tampering().into_iter();
    all.find_map(|tampering| match tampering {
        Tampering::Greylist(rule) => Some(rule),
        _ => None,
    })
}

fn wait(time: Duration) -> String {
    format!("{} minutes", time.as_secs() / 60)
}

fn greylist(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let words: Vec<_> = call.words.iter().map(String::as_str).collect();
    let (_, one) = here(desk)?;
    if greylist_of(one).is_none() {
        return Err(
            Trouble::new("InvalidOperationException", "this box does not greylist")
                .about("InvalidOperation", ""),
        );
    }
    let done = match words.as_slice() {
        ["exempt", domain] => one.set_tampering(|all| {
            for tampering in all {
                if let Tampering::Greylist(rule) = tampering {
                    rule.exempt.push((*domain).to_owned());
                }
            }
        }),
        ["off"] => one.set_tampering(|all| {
            all.retain(|tampering| !matches!(tampering, Tampering::Greylist(_)));
        }),
        _ => return Err(usage("greylist [exempt DOMAIN | off]")),
    };
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(Vec::new())
}

fn help(_: &mut Desk, _: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let all = ALL.iter().map(|one| one.command);
    let lines = all.map(|command| {
        let example = command.examples.last().copied().unwrap_or(command.name);
        Value::from(format!("{example:28} {}", command.synopsis))
    });
    let exit = Value::from(format!("{:28} Goes back.", "exit"));
    Ok(lines.chain([exit]).collect())
}
