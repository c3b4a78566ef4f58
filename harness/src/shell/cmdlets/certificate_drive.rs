//! The drive `Cert:`, which shows what `Get-ExchangeCertificate` hides.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::certificates::is_yes;
use super::{At, Cmdlet, named};
use crate::exchange::StoredCertificate;

static KIND: Kind = Kind {
    name: "System.Security.Cryptography.X509Certificates.X509Certificate2",
    columns: &[Column::of("Thumbprint", 40), Column::rest("Subject")],
    list: &[
        "Subject",
        "Issuer",
        "Thumbprint",
        "FriendlyName",
        "NotBefore",
        "NotAfter",
        "Extensions",
    ],
    listed: false,
};

pub(super) static ALL: [Cmdlet; 1] = [Cmdlet {
    command: &Command {
        name: "Remove-Item",
        aliases: &["ri", "rm", "del", "erase"],
        synopsis: "Removes a certificate from the store: the way to an orphan without a private key. Or the log that fills a disk.",
        notes: &["Other files cannot be removed."],
        examples: &[
            "Remove-Item Cert:\\LocalMachine\\My\\<Thumbprint>",
            "Remove-Item C:\\inetpub\\logs\\LogFiles\\W3SVC1\\*.log",
        ],
        parameters: &[
            Parameter::new("Path", Takes::Text).at(0).needed().piped(),
            Parameter::new("Confirm", Takes::Switch),
            Parameter::new("Force", Takes::Switch),
            Parameter::new("DeleteKey", Takes::Switch),
            Parameter::new("Recurse", Takes::Switch),
        ],
        words: false,
    },
    at: At::Servers,
    run: remove,
}];

const STORE: &str = r"Cert:\LocalMachine\My";

/// The certificates of a path on the drive; `None` if it is no such path.
pub(super) fn at(desk: &Desk, path: &str) -> Option<Result<Vec<Value>, Trouble>> {
    let plain = path.replace('/', "\\");
    if !plain
        .get(..5)
        .is_some_and(|drive| drive.eq_ignore_ascii_case("cert:"))
    {
        return None;
    }
    let plain = plain.trim_end_matches('\\');
    let inside = plain.len() >= STORE.len()
        && plain.is_char_boundary(STORE.len())
        && plain[..STORE.len()].eq_ignore_ascii_case(STORE);
    if !inside {
        return Some(Err(super::super::desk::files::missing(path)));
    }
    let all = match desk.server(None) {
        Ok(server) => server.certificates(),
        Err(trouble) => return Some(Err(trouble)),
    };
    let wanted = plain[STORE.len()..].trim_start_matches('\\');
    let found: Vec<_> = all
        .iter()
        .filter(|one| {
            wanted.is_empty() || super::super::desk::files::like(one.thumbprint(), wanted)
        })
        .map(object)
        .collect();
    let nothing = found.is_empty() && !wanted.is_empty() && !wanted.contains('*');
    Some(match nothing {
        true => Err(super::super::desk::files::missing(path)),
        false => Ok(found),
    })
}

fn object(one: &StoredCertificate) -> Value {
    let facts = &one.facts;
    Object {
        kind: &KIND,
        text: facts.thumbprint.clone(),
        properties: named(vec![
            ("PSParentPath", Value::from(STORE)),
            (
                "PSPath",
                Value::from(format!("{STORE}\\{}", facts.thumbprint)),
            ),
            (
                "Path",
                Value::from(format!("{STORE}\\{}", facts.thumbprint)),
            ),
            ("Subject", Value::from(facts.subject.to_string())),
            ("Issuer", Value::from(facts.issuer.to_string())),
            ("Thumbprint", Value::from(facts.thumbprint.as_str())),
            ("FriendlyName", Value::from(one.friendly_name.as_str())),
            ("NotBefore", Value::Time(facts.not_before)),
            ("NotAfter", Value::Time(facts.not_after)),
            ("HasPrivateKey", Value::Bool(one.has_private_key)),
            ("SerialNumber", Value::from(facts.serial.as_str())),
            ("DnsNameList", super::property::list(&facts.names)),
        ]),
    }
    .into()
}

fn remove(desk: &mut Desk, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let path = call.text("Path").unwrap_or_default();
    let found = match at(desk, path) {
        Some(found) => found?,
        None => {
            desk.remove_files(path)?;
            desk.changed();
            return Ok(Vec::new());
        }
    };
    let server = desk.server(None)?;
    for one in found {
        let Value::Object(one) = one else { continue };
        if call.bool("Confirm") == Some(true) {
            let answer = console.ask(&format!(
                "Confirm\nAre you sure you want to perform this action?\nPerforming the operation \"Remove certificate\" on target \"Item: {STORE}\\{}\".\n[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [S] Suspend  [?] Help (default is \"Y\"): ",
                one.text
            ));
            if !answer.is_some_and(|answer| is_yes(&answer)) {
                continue;
            }
        }
        let done = server.remove_certificate(&one.text);
        done.map_err(|error| desk.trouble(error))?;
        desk.changed();
    }
    Ok(Vec::new())
}
