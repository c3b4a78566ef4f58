//! `Get-AcceptedDomain` and `Set-AcceptedDomain`, of the tenant and of the servers.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet, named};
use crate::eop::{AcceptedDomain, DomainType};

static KIND: Kind = Kind {
    name: "Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomain",
    columns: &[
        Column::of("Name", 40),
        Column::of("DomainName", 40),
        Column::of("DomainType", 14),
        Column::rest("Default"),
    ],
    list: &[],
    listed: false,
};

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();
const TYPES: &[&str] = &["Authoritative", "InternalRelay"];

pub(super) static ALL: [Cmdlet; 2] = [
    Cmdlet {
        command: &Command {
            name: "Get-AcceptedDomain",
            aliases: &[],
            synopsis: "Shows the domains that mail is taken for: those of the servers, and those of the tenant.",
            notes: &[
                "In a lab both halves of a hybrid organization are shown; `Organization` says which.",
            ],
            examples: &[
                "Get-AcceptedDomain",
                "Get-AcceptedDomain | fl Name,DomainType,Organization",
            ],
            parameters: &[IDENTITY],
            words: false,
        },
        at: At::Online,
        run: get,
    },
    Cmdlet {
        command: &Command {
            name: "Set-AcceptedDomain",
            aliases: &[],
            synopsis: "Says where the mailboxes of a domain of the tenant are.",
            notes: &[
                "The domains of servers on the premises are all authoritative here, and cannot be changed.",
            ],
            examples: &["Set-AcceptedDomain contoso.test -DomainType InternalRelay"],
            parameters: &[
                IDENTITY.needed(),
                Parameter::new("DomainType", Takes::OneOf(TYPES)).needed(),
            ],
            words: false,
        },
        at: At::Online,
        run: set,
    },
];

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let mut rows = Vec::new();
    for server in desk.servers() {
        for (at, domain) in server.accepted_domains().into_iter().enumerate() {
            rows.push((domain, "Authoritative", at == 0, server.name().to_owned()));
        }
    }
    for (name, eop) in desk.playing().eops() {
        for (at, domain) in eop.tenant().accepted_domains.into_iter().enumerate() {
            let kind = word(domain.domain_type);
            rows.push((domain.name, kind, at == 0, name.to_owned()));
        }
    }
    if let Some(identity) = call.text("Identity") {
        rows.retain(|(domain, ..)| domain.eq_ignore_ascii_case(identity));
        if rows.is_empty() {
            return Err(desk.not_found(identity));
        }
    }
    let shown = rows.into_iter().map(|(domain, kind, default, of)| {
        Object {
            kind: &KIND,
            text: domain.clone(),
            properties: named(vec![
                ("DomainName", Value::from(domain.as_str())),
                ("DomainType", Value::from(kind)),
                ("Default", Value::Bool(default)),
                ("Name", Value::from(domain.as_str())),
                ("Organization", Value::from(of)),
                ("Identity", Value::from(domain)),
            ]),
        }
        .into()
    });
    Ok(shown.collect())
}

fn word(kind: DomainType) -> &'static str {
    match kind {
        DomainType::Authoritative => "Authoritative",
        DomainType::InternalRelay => "InternalRelay",
    }
}

fn set(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let identity = call.text("Identity").unwrap_or_default();
    let kind = match call.text("DomainType") {
        Some("InternalRelay") => DomainType::InternalRelay,
        _ => DomainType::Authoritative,
    };
    for (_, eop) in desk.playing().eops() {
        let all = eop.tenant().accepted_domains.into_iter();
        let mut all = all.filter(|one| one.name.eq_ignore_ascii_case(identity));
        if let Some(domain) = all.next() {
            eop.set_accepted_domain(AcceptedDomain {
                domain_type: kind,
                ..domain
            });
            desk.changed();
            return Ok(Vec::new());
        }
    }
    Err(desk.not_found(identity))
}
