//! `Get-`, `Add-` and `Remove-ADPermission` on receive connectors: the right to relay.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::{Desk, identity_of};
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::property::list;
use super::receive_connector::find;
use super::{At, Cmdlet};

static KIND: Kind = Kind {
    name: "Microsoft.Exchange.Management.RecipientTasks.ADAcePresentationObject",
    columns: &[
        Column::of("Identity", 38),
        Column::of("User", 30),
        Column::of("Deny", 5),
        Column::rest("ExtendedRights"),
    ],
    list: &[],
    listed: false,
};

/// Whoever has not logged in.
const ANONYMOUS: &str = r"NT AUTHORITY\ANONYMOUS LOGON";
/// The right to send to domains that are not the organization's.
const RELAY: &str = "ms-Exch-SMTP-Accept-Any-Recipient";
/// What the permission group AnonymousUsers has anyway, as Microsoft documents it.
const USUAL: [&str; 4] = [
    "ms-Exch-SMTP-Accept-Any-Sender",
    "ms-Exch-SMTP-Accept-Authoritative-Domain-Sender",
    "ms-Exch-SMTP-Submit",
    "ms-Exch-Accept-Headers-Routing",
];

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();
const USER: Parameter = Parameter::new("User", Takes::Text);
const RIGHTS: Parameter = Parameter::new("ExtendedRights", Takes::Texts);
const CONFIRM: Parameter = Parameter::new("Confirm", Takes::Switch);
const NOTE: &str = "Of the rights of Active Directory the model has one: that of NT AUTHORITY\\ANONYMOUS LOGON to ms-Exch-SMTP-Accept-Any-Recipient, which is relaying. A service that runs has it from its next start on.";

pub(super) static ALL: [Cmdlet; 3] = [
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Get-ADPermission",
            aliases: &[],
            synopsis: "Shows what anonymous clients may do at a receive connector.",
            notes: &[NOTE],
            examples: &[
                "Get-ReceiveConnector \"EX01\\Relay\" | Get-ADPermission | ft User,ExtendedRights",
            ],
            parameters: &[IDENTITY.needed(), USER],
            words: false,
        },
        get,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Add-ADPermission",
            aliases: &[],
            synopsis: "Lets anonymous clients of a receive connector relay.",
            notes: &[NOTE],
            examples: &[
                "Get-ReceiveConnector \"EX01\\Relay\" | Add-ADPermission -User \"NT AUTHORITY\\ANONYMOUS LOGON\" -ExtendedRights \"Ms-Exch-SMTP-Accept-Any-Recipient\"",
            ],
            parameters: &[IDENTITY.needed(), USER.needed(), RIGHTS.needed(), CONFIRM],
            words: false,
        },
        add,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Remove-ADPermission",
            aliases: &[],
            synopsis: "Takes that right away again.",
            notes: &[NOTE],
            examples: &[
                "Get-ReceiveConnector \"EX01\\Relay\" | Remove-ADPermission -User \"NT AUTHORITY\\ANONYMOUS LOGON\" -ExtendedRights \"Ms-Exch-SMTP-Accept-Any-Recipient\" -Confirm:$false",
            ],
            parameters: &[IDENTITY.needed(), USER.needed(), RIGHTS.needed(), CONFIRM],
            words: false,
        },
        remove,
    ),
];

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let identity = call.text("Identity").unwrap_or_default();
    let (server, name) = desk.named_on_server(identity)?;
    let connector = find(server, name).ok_or_else(|| desk.not_found(identity))?;
    let is_for = |user: &str| user.eq_ignore_ascii_case(ANONYMOUS);
    if !call.text("User").is_none_or(is_for)
        || !connector.is_for(crate::exchange::PermissionGroup::AnonymousUsers)
    {
        return Ok(Vec::new());
    }
    let relay = connector.anonymous_relay.then_some(RELAY);
    let identity = identity_of(server, &connector.name);
    let rows = USUAL.into_iter().chain(relay).map(|right| {
        Object::new(
            &KIND,
            identity.clone(),
            [
                ("Identity", Value::from(identity.as_str())),
                ("User", Value::from(ANONYMOUS)),
                ("Deny", Value::Bool(false)),
                ("ExtendedRights", list(&[right.to_owned()])),
            ],
        )
        .into()
    });
    Ok(rows.collect())
}

fn add(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    change(desk, call, true)
}

fn remove(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    change(desk, call, false)
}

fn change(desk: &Desk, call: &Call, allowed: bool) -> Result<Vec<Value>, Trouble> {
    let identity = call.text("Identity").unwrap_or_default();
    let user = call.text("User").unwrap_or_default();
    let rights = call.texts("ExtendedRights").unwrap_or_default();
    let only = |what: &str| Trouble::unsupported(what, NOTE);
    // The name of the account may come without its authority.
    if !user.eq_ignore_ascii_case(ANONYMOUS) && !user.eq_ignore_ascii_case("ANONYMOUS LOGON") {
        return Err(only(&format!("-User `{user}`")));
    }
    if let Some(other) = rights.iter().find(|one| !one.eq_ignore_ascii_case(RELAY)) {
        return Err(only(&format!("-ExtendedRights `{other}`")));
    }
    let (server, name) = desk.named_on_server(identity)?;
    let connector = find(server, name).ok_or_else(|| desk.not_found(identity))?;
    let done = server.set_receive_connector(&connector.name, |one| one.anonymous_relay = allowed);
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(Vec::new())
}
