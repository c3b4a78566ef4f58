//! `Get-`, `Enable-`, `Remove-`, `Import-` and `New-ExchangeCertificate`.

use std::time::Duration;

use mailfault_certs::{Ca, DistinguishedName, KeyKind, Leaf};

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::desk::files::{CERTIFICATES, full};
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::property::list;
use super::{At, Cmdlet, named};
use crate::exchange::{Exchange, Service, StoredCertificate};

static KIND: Kind = Kind {
    name: "System.Security.Cryptography.X509Certificates.X509Certificate2",
    columns: &[
        Column::of("Thumbprint", 40),
        Column {
            title: "Services",
            property: "ServiceLetters",
            width: Some(9),
            right: false,
        },
        Column::rest("Subject"),
    ],
    list: &[
        "AccessRules",
        "CertificateDomains",
        "HasPrivateKey",
        "IsSelfSigned",
        "Issuer",
        "NotAfter",
        "NotBefore",
        "PublicKeySize",
        "RootCAType",
        "SerialNumber",
        "Services",
        "Status",
        "Subject",
        "Thumbprint",
    ],
    listed: false,
};

const THUMBPRINT: Parameter = Parameter::new("Thumbprint", Takes::Text).at(0).piped();
const SERVER: Parameter = Parameter::new("Server", Takes::Text);
const CONFIRM: Parameter = Parameter::new("Confirm", Takes::Switch);
const SERVICES: &[&str] = &["None", "IIS", "IMAP", "POP", "SMTP", "UM", "Federation"];

pub(super) static ALL: [Cmdlet; 5] = [
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Get-ExchangeCertificate",
            aliases: &[],
            synopsis: "Shows the certificates of a server that have their private key.",
            notes: &[
                "A certificate without its private key is not listed; `Get-ChildItem Cert:\\LocalMachine\\My` and the MMC show it.",
                "In the table the letters are I for IMAP, P for POP, U for UM, W for IIS, S for SMTP and F for Federation.",
            ],
            examples: &[
                "Get-ExchangeCertificate",
                "Get-ExchangeCertificate -Thumbprint <Thumbprint> | fl",
            ],
            parameters: &[
                THUMBPRINT,
                Parameter::new("DomainName", Takes::Text),
                SERVER,
            ],
            words: false,
        },
        get,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Enable-ExchangeCertificate",
            aliases: &[],
            synopsis: "Enables a certificate for services as well.",
            notes: &[
                "It does not set the TlsCertificateName of any connector.",
                "For SMTP it asks whether to replace the certificate for TLS between servers.",
            ],
            examples: &["Enable-ExchangeCertificate -Thumbprint <Thumbprint> -Services SMTP"],
            parameters: &[
                THUMBPRINT.needed(),
                Parameter::new("Services", Takes::SomeOf(SERVICES)).needed(),
                Parameter::new("Force", Takes::Switch),
                SERVER,
            ],
            words: false,
        },
        enable,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Remove-ExchangeCertificate",
            aliases: &[],
            synopsis: "Takes a certificate and its key out of the store.",
            notes: &["The certificate for TLS between servers cannot be removed."],
            examples: &["Remove-ExchangeCertificate -Thumbprint <Thumbprint>"],
            parameters: &[THUMBPRINT.needed(), CONFIRM, SERVER],
            words: false,
        },
        remove,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Import-ExchangeCertificate",
            aliases: &[],
            synopsis: "Puts a certificate with its key into the store.",
            notes: &[
                "The files of a case are in C:\\certificates; they have no password. -FileData takes what [System.IO.File]::ReadAllBytes('path') reads.",
            ],
            examples: &["Import-ExchangeCertificate -FileName C:\\certificates\\renewed.pfx"],
            parameters: &[
                Parameter::new("FileName", Takes::Text).at(0),
                Parameter::new("FileData", Takes::Any),
                Parameter::new("FriendlyName", Takes::Text),
                Parameter::new("Password", Takes::Any),
                Parameter::new("PrivateKeyExportable", Takes::Bool),
                SERVER,
            ],
            words: false,
        },
        import,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "New-ExchangeCertificate",
            aliases: &[],
            synopsis: "Makes a self-signed certificate.",
            notes: &[
                "Requests to an authority (-GenerateRequest) are not modelled: what an authority issued is in C:\\certificates.",
            ],
            examples: &["New-ExchangeCertificate -DomainName mail.contoso.test -Services SMTP"],
            parameters: &[
                Parameter::new("DomainName", Takes::Texts),
                Parameter::new("SubjectName", Takes::Text),
                Parameter::new("FriendlyName", Takes::Text),
                Parameter::new("Services", Takes::SomeOf(SERVICES)),
                Parameter::new("KeySize", Takes::Int),
                Parameter::new("PrivateKeyExportable", Takes::Bool),
                Parameter::new("GenerateRequest", Takes::Switch),
                Parameter::new("Force", Takes::Switch),
                SERVER,
            ],
            words: false,
        },
        create,
    ),
];

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = desk.server(call.text("Server"))?;
    let mut all = server.certificates();
    all.retain(|one| one.has_private_key);
    if let Some(thumbprint) = call.text("Thumbprint") {
        let found = all.iter().find(|one| is(one, thumbprint));
        let one = found.ok_or_else(|| no_certificate(thumbprint))?;
        return Ok(vec![object(desk, one)]);
    }
    if let Some(name) = call.text("DomainName") {
        all.retain(|one| one.is_for(name));
    }
    Ok(all.iter().map(|one| object(desk, one)).collect())
}

fn is(one: &StoredCertificate, thumbprint: &str) -> bool {
    let wanted = thumbprint.rsplit('\\').next().unwrap_or(thumbprint);
    one.thumbprint()
        .eq_ignore_ascii_case(&wanted.replace(' ', ""))
}

/// Uncertain: no transcript of it was found.
fn no_certificate(thumbprint: &str) -> Trouble {
    Trouble::new(
        "InvalidOperationException",
        format!("The certificate with thumbprint {thumbprint} was not found."),
    )
    .about("InvalidOperation", "")
}

/// The certificate of a thumbprint that a command is for.
fn wanted(server: &Exchange, call: &Call) -> Result<StoredCertificate, Trouble> {
    let thumbprint = call.text("Thumbprint").unwrap_or_default();
    let mut all = server.certificates().into_iter();
    all.find(|one| one.has_private_key && is(one, thumbprint))
        .ok_or_else(|| no_certificate(thumbprint))
}

pub(super) fn object(desk: &Desk, one: &StoredCertificate) -> Value {
    let facts = &one.facts;
    let mut names = facts.names.clone();
    if names.is_empty() {
        names.extend(facts.common_name.clone());
    }
    let now = desk.stage().now();
    let roots = desk.playing().roots();
    let trusted = one.identity.roots().iter().any(|root| roots.contains(root));
    let self_signed = one.is_self_signed();
    let status = match (
        facts.is_valid_at(now),
        one.chain_is_bad || !(trusted || self_signed),
    ) {
        (false, _) => "DateInvalid",
        // Which of the two words stands there for a chain that ends at no trusted root is
        // documented; for one that is revoked it is `Revoked`.
        (true, true) => "Untrusted",
        (true, false) => "Valid",
    };
    let services: Vec<_> = [
        Service::Imap,
        Service::Pop,
        Service::Um,
        Service::Iis,
        Service::Smtp,
        Service::Federation,
    ]
    .into_iter()
    .filter(|service| one.services.contains(service))
    .map(|service| service.to_string())
    .collect();
    let services = match services.is_empty() {
        true => "None".to_owned(),
        false => services.join(", "),
    };
    let bits = crate::judge::key_bits(one.identity.leaf());
    let bits = bits.map_or(Value::Null, super::property::number);
    Object {
        kind: &KIND,
        text: facts.thumbprint.clone(),
        properties: named(vec![
            ("CertificateDomains", list(&names)),
            ("FriendlyName", Value::from(one.friendly_name.as_str())),
            ("HasPrivateKey", Value::Bool(one.has_private_key)),
            ("IsSelfSigned", Value::Bool(self_signed)),
            ("Issuer", Value::from(facts.issuer.to_string())),
            ("NotAfter", Value::Time(facts.not_after)),
            ("NotBefore", Value::Time(facts.not_before)),
            ("PublicKeySize", bits),
            (
                "RootCAType",
                Value::from(match self_signed {
                    true => "None",
                    false if trusted => "ThirdParty",
                    false => "Unknown",
                }),
            ),
            ("SerialNumber", Value::from(facts.serial.as_str())),
            ("Services", Value::from(services)),
            ("ServiceLetters", Value::from(letters(one))),
            ("Status", Value::from(status)),
            ("Subject", Value::from(facts.subject.to_string())),
            ("Thumbprint", Value::from(facts.thumbprint.as_str())),
            ("Identity", Value::from(facts.thumbprint.as_str())),
        ]),
    }
    .into()
}

/// `IP.WS..`, as the table shows what a certificate is enabled for.
fn letters(one: &StoredCertificate) -> String {
    let letters = [
        (Service::Imap, 'I'),
        (Service::Pop, 'P'),
        (Service::Um, 'U'),
        (Service::Iis, 'W'),
        (Service::Smtp, 'S'),
        (Service::Federation, 'F'),
    ];
    let letters =
        letters
            .into_iter()
            .map(|(service, letter)| match one.services.contains(&service) {
                true => letter,
                false => '.',
            });
    letters.chain(['.']).collect()
}

fn services(call: &Call) -> Vec<Service> {
    let words = call.texts("Services").unwrap_or_default();
    let all = Service::ALL.into_iter();
    all.filter(|service| {
        let mut words = words.iter();
        words.any(|word| word.eq_ignore_ascii_case(&service.to_string()))
    })
    .collect()
}

fn enable(desk: &mut Desk, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = desk.server(call.text("Server"))?;
    let one = wanted(server, call)?;
    let services = services(call);
    let internal = server.internal_transport_certificate();
    let replaces = services.contains(&Service::Smtp)
        && call.bool("Force") != Some(true)
        && internal.as_deref() != Some(one.thumbprint());
    if replaces {
        let current = server.certificates().into_iter();
        let current = current
            .filter(|known| internal.as_deref() == Some(known.thumbprint()))
            .map(|known| format!("'{}' (expires {})", known.thumbprint(), date(&known)))
            .next()
            .unwrap_or_else(|| "none".to_owned());
        // The question stands in Microsoft's pages on certificates, the rest in transcripts (somoit.net).
        let answer = console.ask(&format!(
            "Confirm\nOverwrite the existing default SMTP certificate?\n\nCurrent certificate: {current}\nReplace it with certificate: '{}' (expires {})\n[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is \"Y\"): ",
            one.thumbprint(),
            date(&one),
        ));
        let answer = answer.unwrap_or_else(|| "n".to_owned());
        if !answer.trim().to_ascii_lowercase().starts_with(['n', 'l']) {
            server.set_internal_transport_certificate(Some(one.thumbprint().to_owned()));
        }
    }
    let done = server.enable_certificate(one.thumbprint(), services);
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(Vec::new())
}

fn date(one: &StoredCertificate) -> String {
    crate::transport::american_time(one.facts.not_after)
}

fn remove(desk: &mut Desk, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = desk.server(call.text("Server"))?;
    let one = wanted(server, call)?;
    if call.bool("Confirm") != Some(false) {
        let answer = console.ask(&format!(
            "Confirm\nAre you sure you want to perform this action?\nRemove certificate with thumbprint {} from the computer's certificate store?\n[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is \"Y\"): ",
            one.thumbprint()
        ));
        if !answer.is_some_and(|answer| is_yes(&answer)) {
            return Ok(Vec::new());
        }
    }
    if server.internal_transport_certificate().as_deref() == Some(one.thumbprint()) {
        // As Exchange 2013 said it in 2013 (practical365.com) and 2018 (somoit.net).
        return Err(Trouble::new(
            "InvalidOperationException",
            format!("A special Rpc error occurs on server {}: The internal transport certificate cannot be removed because that would cause the Microsoft Exchange Transport service to stop. To replace the internal transport certificate, create a new certificate. The new certificate will automatically become the internal transport certificate. You can then remove the existing certificate.", server.name()),
        )
        .about("InvalidArgument", ""));
    }
    let done = server.remove_certificate(one.thumbprint());
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(Vec::new())
}

/// Whether an answer to PowerShell's question is one of its two kinds of yes; nothing is the
/// default, which is yes.
pub(super) fn is_yes(answer: &str) -> bool {
    let answer = answer.trim().to_ascii_lowercase();
    ["", "y", "yes", "a"].contains(&answer.as_str())
}

fn import(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = desk.server(call.text("Server"))?;
    let bytes = match call.value("FileData") {
        // What ReadAllBytes reads knows from where.
        Some(Value::Object(bytes)) => match bytes.property("Path") {
            Some(Value::Text(path)) => Some(path.as_str()),
            _ => None,
        },
        _ => call.text("FileData"),
    };
    let path = call.text("FileName").or(bytes);
    let path = path.ok_or_else(|| {
        Trouble::new(
            "ParameterBindingException",
            "Parameter set cannot be resolved using the specified named parameters.",
        )
        .about("InvalidArgument", "")
    })?;
    let wanted = full(path).to_ascii_lowercase();
    let mut files = desk.all_files().into_iter();
    let known = files.any(|(known, _)| known.to_ascii_lowercase() == wanted);
    let file = wanted.strip_prefix(&format!("{}\\", CERTIFICATES.to_ascii_lowercase()));
    let name = file.and_then(|file| file.strip_suffix(".pfx"));
    let Some(name) = name.filter(|_| known) else {
        return Err(super::super::desk::files::missing(path));
    };
    let playing = desk.playing();
    let mut all = playing.certificates();
    let identity = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
    let stored = identity.and_then(|(_, identity)| StoredCertificate::try_new(identity.clone()));
    let stored = stored.ok_or_else(|| super::super::desk::files::missing(path))?;
    let stored = stored.friendly_name(call.text("FriendlyName").unwrap_or_default());
    let shown = object(desk, &stored);
    let done = server.import_certificate(stored);
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(vec![shown])
}

/// What the cmdlet makes where nothing is said: five years, RSA 2048.
const FIVE_YEARS: Duration = Duration::from_secs(5 * 365 * 24 * 60 * 60);

fn create(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    if call.bool("GenerateRequest") == Some(true) {
        return Err(Trouble::unsupported(
            "-GenerateRequest",
            "what an authority issued for this case is in C:\\certificates, for Import-ExchangeCertificate",
        ));
    }
    let server = desk.server(call.text("Server"))?;
    let now = desk.stage().now();
    let mut names = call.texts("DomainName").unwrap_or_default();
    if names.is_empty() {
        names = vec![server.name().to_owned(), server.fqdn().to_owned()];
    }
    let bad = |error: mailfault_certs::Error| {
        Trouble::new("ArgumentException", error.to_string()).about("InvalidArgument", "")
    };
    let subject: DistinguishedName = match call.text("SubjectName") {
        Some(text) => text.parse().map_err(bad)?,
        None => DistinguishedName::new().common_name(&names[0]),
    };
    let mut leaf = Leaf::new(&names[0])
        .only_names()
        .subject(subject)
        .key(KeyKind::Rsa2048)
        .valid(now, now + FIVE_YEARS)
        .self_signed();
    for name in &names[1..] {
        leaf = leaf.also(name);
    }
    leaf.check().map_err(bad)?;
    let identity = Ca::builder().clock(now).build().issue(leaf);
    let stored = StoredCertificate::new(identity)
        .friendly_name(call.text("FriendlyName").unwrap_or("Microsoft Exchange"))
        .enabled_for(services(call));
    let shown = object(desk, &stored);
    let done = server.import_certificate(stored);
    done.map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(vec![shown])
}
