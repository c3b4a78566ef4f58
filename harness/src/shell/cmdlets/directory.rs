//! `Get-Recipient` of the tenant, and the directory on the premises that it is synchronized with:
//! `Get-ADUser`, `Move-ADObject`, `Start-ADSyncSyncCycle`.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::desk::files::like;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet};
use crate::cast::Account;
use crate::eop::Recipients;

static RECIPIENT: Kind = Kind {
    name: "Microsoft.Exchange.Data.Directory.Management.ReducedRecipient",
    columns: &[
        Column::of("Name", 40),
        Column::of("RecipientType", 30),
        Column::rest("PrimarySmtpAddress"),
    ],
    list: &[],
    listed: false,
};

static USER: Kind = Kind {
    name: "Microsoft.ActiveDirectory.Management.ADUser",
    columns: &[],
    list: &[],
    listed: true,
};

static CYCLE: Kind = Kind {
    name: "Microsoft.IdentityManagement.PowerShell.ObjectModel.SyncCycleResult",
    columns: &[],
    list: &[],
    listed: true,
};

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();
const UNITS: &str =
    "In a lab the organizational unit Staff is synchronized with the tenant, and no other.";

pub(super) static ALL: [Cmdlet; 4] = [
    Cmdlet::new(
        At::Online,
        &Command {
            name: "Get-Recipient",
            aliases: &["Get-EXORecipient"],
            synopsis: "Shows whom the tenant knows.",
            notes: &[
                "A tenant of a case that lists no mailboxes takes mail for everybody in its domains; nothing is shown of it.",
            ],
            examples: &["Get-Recipient", "Get-Recipient newcomer@contoso.test"],
            parameters: &[IDENTITY, Parameter::new("ResultSize", Takes::Any)],
            words: false,
        },
        recipients,
    ),
    Cmdlet::new(
        At::Online,
        &Command {
            name: "Get-ADUser",
            aliases: &[],
            synopsis: "Shows the accounts of the directory on the premises.",
            notes: &[UNITS, "-Filter takes `*` alone."],
            examples: &["Get-ADUser -Filter *", "Get-ADUser newcomer"],
            parameters: &[
                IDENTITY,
                Parameter::new("Filter", Takes::Text),
                Parameter::new("Properties", Takes::Texts),
            ],
            words: false,
        },
        users,
    ),
    Cmdlet::new(
        At::Online,
        &Command {
            name: "Move-ADObject",
            aliases: &[],
            synopsis: "Moves an account to another organizational unit.",
            notes: &[UNITS],
            examples: &[
                "Get-ADUser newcomer | Move-ADObject -TargetPath \"OU=Staff,DC=contoso,DC=test\"",
            ],
            parameters: &[
                Parameter {
                    aliases: &["DistinguishedName"],
                    ..IDENTITY.needed()
                },
                Parameter::new("TargetPath", Takes::Text).at(1).needed(),
            ],
            words: false,
        },
        move_account,
    ),
    Cmdlet::new(
        At::Online,
        &Command {
            name: "Start-ADSyncSyncCycle",
            aliases: &[],
            synopsis: "Synchronizes the directory on the premises with the tenant now.",
            notes: &[
                UNITS,
                "By itself that happens every half an hour; in a lab it does not.",
            ],
            examples: &["Start-ADSyncSyncCycle -PolicyType Delta"],
            parameters: &[Parameter::new("PolicyType", Takes::OneOf(&["Delta", "Initial"])).at(0)],
            words: false,
        },
        synchronize,
    ),
];

fn recipients(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let mut known = Vec::new();
    for (_, eop) in desk.playing().eops() {
        if let Recipients::Known(all) = eop.tenant().recipients {
            known.extend(all);
        }
    }
    if let Some(wanted) = call.text("Identity") {
        let is = |one: &String| {
            let name = one.split('@').next().unwrap_or_default();
            like(one, wanted) || name.eq_ignore_ascii_case(wanted)
        };
        known.retain(is);
        if known.is_empty() {
            return Err(desk.not_found(wanted));
        }
    }
    let shown = known.into_iter().map(|address| {
        let name = address.split('@').next().unwrap_or_default().to_owned();
        Object::new(
            &RECIPIENT,
            name.clone(),
            [
                ("Name", Value::from(name.as_str())),
                ("RecipientType", Value::from("MailUser")),
                ("PrimarySmtpAddress", Value::from(address)),
                ("Identity", Value::from(name)),
            ],
        )
        .into()
    });
    Ok(shown.collect())
}

fn users(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let mut all = desk.playing().accounts();
    match (call.text("Identity"), call.text("Filter")) {
        (Some(wanted), _) => {
            all.retain(|one| {
                one.name().eq_ignore_ascii_case(wanted)
                    || one.distinguished_name().eq_ignore_ascii_case(wanted)
            });
            if all.is_empty() {
                return Err(no_account(wanted));
            }
        }
        (None, Some("*")) => {}
        (None, Some(_)) => {
            return Err(Trouble::unsupported("this filter", "write `-Filter *`"));
        }
        (None, None) => {
            return Err(Trouble::new(
                "ParameterBindingException",
                "Parameter set cannot be resolved using the specified named parameters.",
            )
            .about("InvalidArgument", ""));
        }
    }
    Ok(all.iter().map(user).collect())
}

/// What the module of Active Directory says of a name that it does not find.
fn no_account(name: &str) -> Trouble {
    Trouble::new(
        "ADIdentityNotFoundException",
        format!("Cannot find an object with identity: '{name}'."),
    )
    .about("ObjectNotFound", name)
}

fn user(one: &Account) -> Value {
    Object::new(
        &USER,
        one.distinguished_name(),
        [
            ("DistinguishedName", Value::from(one.distinguished_name())),
            ("Enabled", Value::Bool(true)),
            ("Name", Value::from(one.name())),
            ("ObjectClass", Value::from("user")),
            ("SamAccountName", Value::from(one.name())),
            ("UserPrincipalName", Value::from(one.address.as_str())),
        ],
    )
    .into()
}

fn move_account(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let name = call.text("Identity").unwrap_or_default();
    let target = call.text("TargetPath").unwrap_or_default();
    match desk.playing().move_account(name, target) {
        true => {
            desk.changed();
            Ok(Vec::new())
        }
        false => Err(no_account(name)),
    }
}

fn synchronize(desk: &mut Desk, _: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    desk.playing().synchronize();
    desk.changed();
    Ok(vec![
        Object::new(&CYCLE, "Success", [("Result", Value::from("Success"))]).into(),
    ])
}
