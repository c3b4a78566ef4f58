//! What is typed on a host that sends: whom it trusts, and to which name it sends.

use super::super::command::{Call, Command, Console};
use super::super::desk::{Desk, Place};
use super::super::trouble::Trouble;
use super::super::value::Value;
use super::{At, Cmdlet};
use crate::cast::Sender;
use crate::certificate_facts::CertificateFacts;
use crate::judge::Judge;

/// A program of Windows, which servers have as well.
const fn of_windows(command: &'static Command, run: super::Run) -> Cmdlet {
    Cmdlet {
        command,
        at: At::Windows,
        run,
    }
}

pub(super) static ALL: [Cmdlet; 5] = [
    of_windows(
        &Command {
            name: "certutil",
            aliases: &["certutil.exe"],
            synopsis: "Shows the certificate of a file, or adds it to those that Windows trusts on a host that sends.",
            notes: &[
                "-dump FILE, -addstore Root FILE and -addstore CA FILE; the certificates of a case are in C:\\certificates. What -dump prints is shorter than the real one's.",
                "On a server Import-Certificate puts an authority into the store.",
            ],
            examples: &[
                "certutil -dump C:\\certificates\\mail.cer",
                "certutil -addstore Root C:\\certificates\\mail-root.cer",
            ],
            parameters: &[],
            words: true,
        },
        certutil,
    ),
    Cmdlet::new(
        At::Clients,
        &Command {
            name: "keytool",
            aliases: &[],
            synopsis: "Adds a certificate to those that Java trusts on this host.",
            notes: &["-importcert with -file; the certificates of a case are in C:\\certificates."],
            examples: &[
                "keytool -importcert -alias contoso -cacerts -file C:\\certificates\\mail-root.cer",
            ],
            parameters: &[],
            words: true,
        },
        keytool,
    ),
    Cmdlet::new(
        At::Clients,
        &Command {
            name: "update-ca-certificates",
            aliases: &[],
            synopsis: "Adds a certificate to those that openssl trusts on this host: name its file.",
            notes: &[
                "On a real host the file is copied to /usr/local/share/ca-certificates first.",
            ],
            examples: &["update-ca-certificates C:\\certificates\\mail-root.cer"],
            parameters: &[],
            words: true,
        },
        ca_certificates,
    ),
    Cmdlet::new(
        At::Clients,
        &Command {
            name: "sqlcmd",
            aliases: &["Invoke-Sqlcmd"],
            synopsis: "Says to which server Database Mail sends.",
            notes: &[
                "msdb.dbo.sysmail_update_account_sp with @mailserver_name, and msdb.dbo.sysmail_help_account_sp.",
            ],
            examples: &[
                "sqlcmd -Q \"EXEC msdb.dbo.sysmail_update_account_sp @account_name = 'Account 1', @mailserver_name = 'exchange01.int.contoso.test'\"",
            ],
            parameters: &[],
            words: true,
        },
        sqlcmd,
    ),
    Cmdlet::new(
        At::Clients,
        &Command {
            name: "mailclient",
            aliases: &[],
            synopsis: "Shows how this host sends, sends a test message, or changes the server or the name that it expects there.",
            notes: &[
                "A command of the lab, for programs that are configured each in its own way: `mailclient test [RECIPIENT]`, `mailclient server NAME`, `mailclient expect NAME`, `mailclient expect-any-name`, `mailclient accept-any-certificate`, `mailclient revocation on` and `off`.",
            ],
            examples: &[
                "mailclient",
                "mailclient test",
                "mailclient expect mail.protection.outlook.com",
            ],
            parameters: &[],
            words: true,
        },
        mailclient,
    ),
];

fn sender(desk: &Desk) -> String {
    match &desk.place {
        Place::Client(name) => name.clone(),
        _ => String::new(),
    }
}

/// Adds the certificate of a file to those that this host trusts.
pub(super) fn trust(desk: &Desk, file: &str) -> Result<(), Trouble> {
    let certificate = desk.certificate_of(file)?.clone();
    let done = desk
        .playing()
        .set_sender(&sender(desk), |one| one.trusts.push(certificate));
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(())
}

/// What of a certificate decides.
fn dumped(facts: &CertificateFacts) -> Vec<String> {
    let mut lines = vec![
        format!("Serial Number: {}", facts.serial),
        format!("Issuer: {}", facts.issuer),
        format!("Validity: {}", facts.validity()),
        format!("Subject: {}", facts.subject),
    ];
    let names = facts.names.iter();
    lines.extend(names.map(|name| format!("    DNS Name={name}")));
    lines.push(format!("Cert Hash(sha1): {}", facts.thumbprint));
    lines
}

/// The arguments of a program, or how it is used.
fn usage(text: &str) -> Trouble {
    Trouble::new("ArgumentException", format!("usage: {text}")).about("InvalidArgument", "")
}

fn certutil(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let words: Vec<_> = call.words.iter().map(String::as_str).collect();
    let words: Vec<_> = words
        .into_iter()
        .filter(|word| !word.eq_ignore_ascii_case("-f"))
        .collect();
    match words.as_slice() {
        [add, store, file]
            if matches!(desk.place, Place::Client(_))
                && add.eq_ignore_ascii_case("-addstore")
                && ["root", "ca"].contains(&store.to_ascii_lowercase().as_str()) =>
        {
            // What is put among the intermediate authorities is no anchor.
            if store.eq_ignore_ascii_case("root") {
                trust(desk, file)?;
            }
            Ok(vec![
                Value::from(format!("{store} \"{}\"", store_name(store))),
                Value::from("CertUtil: -addstore command completed successfully."),
            ])
        }
        ["-dump" | "-verify", file] => {
            let facts = CertificateFacts::read(desk.certificate_of(file)?);
            let lines = facts.as_ref().map(dumped).unwrap_or_default().into_iter();
            let end = "CertUtil: -dump command completed successfully.".to_owned();
            Ok(lines.chain([end]).map(Value::from).collect())
        }
        _ => Err(usage(
            "certutil -dump FILE, and on a host that sends certutil -addstore Root FILE",
        )),
    }
}

fn store_name(store: &str) -> &'static str {
    match store.eq_ignore_ascii_case("root") {
        true => "Trusted Root Certification Authorities",
        false => "Intermediate Certification Authorities",
    }
}

fn keytool(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let file = call.words.iter().position(|word| word == "-file");
    let file = file.and_then(|at| call.words.get(at + 1));
    let imports = call
        .words
        .iter()
        .any(|word| word == "-importcert" || word == "-import");
    match file.filter(|_| imports) {
        Some(file) => {
            trust(desk, file)?;
            Ok(vec![Value::from("Certificate was added to keystore")])
        }
        None => Err(usage("keytool -importcert -alias NAME -cacerts -file FILE")),
    }
}

fn ca_certificates(
    desk: &mut Desk,
    call: &Call,
    _: &mut dyn Console,
) -> Result<Vec<Value>, Trouble> {
    match call.words.as_slice() {
        [file] => {
            trust(desk, file)?;
            Ok(vec![Value::from("1 added, 0 removed; done.")])
        }
        _ => Err(usage("update-ca-certificates FILE")),
    }
}

fn send_to(desk: &Desk, host: &str) -> Result<(), Trouble> {
    let known = desk.stage().cast().resolve(desk.playing(), host);
    known.map_err(|error| desk.trouble(error))?;
    let done = desk.playing().set_sender(&sender(desk), |one| {
        host.clone_into(&mut one.to);
        one.expects = None;
    });
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(())
}

fn sqlcmd(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let text = call.words.join(" ");
    let lower = text.to_ascii_lowercase();
    if lower.contains("sysmail_help_account_sp") {
        return mailclient_shown(desk);
    }
    let server = lower
        .find("@mailserver_name")
        .filter(|_| lower.contains("sysmail_update_account_sp"))
        .and_then(|at| text[at..].split('\'').nth(1));
    match server {
        Some(server) => {
            send_to(desk, server)?;
            Ok(Vec::new())
        }
        None => Err(usage(
            "sqlcmd -Q \"EXEC msdb.dbo.sysmail_update_account_sp @account_name = '…', @mailserver_name = '…'\"",
        )),
    }
}

fn mailclient_shown(desk: &Desk) -> Result<Vec<Value>, Trouble> {
    let one = desk.playing().sender(&sender(desk));
    let one = one.map_err(|error| desk.trouble(error))?;
    let expects = match &one.judge {
        Judge::PinnedName(Some(name)) => name.clone(),
        _ => one.expects.clone().unwrap_or_else(|| one.to.clone()),
    };
    let mut lines = vec![
        format!("sends to:     {}", one.to),
        format!("expects name: {expects}"),
        format!("judges as:    {}", one.judge.name()),
        format!("trusts:       {} certificates of its own", one.trusts.len()),
        format!(
            "revocation:   {}",
            match one.checks_revocation {
                true => "asked for",
                false => "not asked for",
            }
        ),
    ];
    if let Some(name) = &one.client_certificate {
        lines.push(format!("shows:        {name}"));
    }
    Ok(lines.into_iter().map(Value::from).collect())
}

/// Sends a message now, and tells what this host says of it.
fn tried(desk: &Desk, recipient: Option<&str>) -> Result<Vec<Value>, Trouble> {
    let stage = desk.stage();
    let tried = stage
        .cast()
        .try_sender(desk.playing(), &sender(desk), recipient);
    let result = tried.map_err(|error| desk.trouble(error))?;
    let mut lines = vec![format!("{}: {}", result.to, result.seen)];
    lines.extend(result.message.lines().map(str::to_owned));
    let details = result.details.iter();
    lines.extend(details.map(|(name, text)| format!("{name}: {text}")));
    if let Some(thumbprint) = result.presented {
        lines.push(format!("certificate that was shown: {thumbprint}"));
    }
    Ok(lines.into_iter().map(Value::from).collect())
}

/// Changes how this host sends, and shows it.
fn configure(desk: &Desk, change: impl FnOnce(&mut Sender)) -> Result<Vec<Value>, Trouble> {
    let done = desk.playing().set_sender(&sender(desk), change);
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    mailclient_shown(desk)
}

fn mailclient(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let words: Vec<_> = call.words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["show"] => mailclient_shown(desk),
        ["test"] => tried(desk, None),
        ["test", recipient] => tried(desk, Some(recipient)),
        ["server", host] => {
            send_to(desk, host)?;
            mailclient_shown(desk)
        }
        ["expect", name] => {
            let name = (*name).to_owned();
            configure(desk, |one| match &mut one.judge {
                Judge::PinnedName(pinned) => *pinned = Some(name),
                _ => one.expects = Some(name),
            })
        }
        ["expect-any-name"] => configure(desk, |one| one.judge = Judge::CaOnly),
        ["accept-any-certificate"] => configure(desk, |one| {
            one.judge = Judge::Opportunistic;
            one.ours = true;
        }),
        ["revocation", word @ ("on" | "off")] => {
            configure(desk, |one| one.check_revocation(*word == "on"))
        }
        _ => Err(usage(
            "mailclient [test | server NAME | expect NAME | expect-any-name | accept-any-certificate | revocation on | revocation off]",
        )),
    }
}
