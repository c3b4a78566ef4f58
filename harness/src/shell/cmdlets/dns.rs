//! What is in DNS beside addresses: `Add-` and `Remove-DnsServerResourceRecord` for TLSA records,
//! and two commands of the lab's own, `tlsa` and `mta-sts`.

use super::super::command::{Call, Command, Console, Host as _, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::Value;
use super::{At, Cmdlet};
use crate::judge::Tlsa;

const USAGES: &[&str] = &[
    "CAConstraint",
    "ServiceCertificateConstraint",
    "TrustAnchorAssertion",
    "DomainIssuedCertificate",
];
const SELECTORS: &[&str] = &["FullCertificate", "SubjectPublicKeyInfo"];
const MATCHINGS: &[&str] = &["ExactMatch", "Sha256Hash", "Sha512Hash"];

const ZONE: Parameter = Parameter::new("ZoneName", Takes::Text);
const NAME: Parameter = Parameter::new("Name", Takes::Text);

pub(super) static ALL: [Cmdlet; 4] = [
    Cmdlet::new(
        At::Online,
        &Command {
            name: "Add-DnsServerResourceRecord",
            aliases: &[],
            synopsis: "Publishes a TLSA record for the SMTP server of a host.",
            notes: &[
                "Of the types of records TLSA alone is modelled, with the parameters of the module of Windows' DNS server. What is published is seen by the next attempt: there is no TTL.",
                "The digest is made by `openssl x509 -noout -pubkey | openssl pkey -pubin -outform der | sha256sum`, or here by `tlsa FILE`.",
            ],
            examples: &[
                "Add-DnsServerResourceRecord -TLSA -ZoneName contoso.test -Name _25._tcp.mx -CertificateUsage DomainIssuedCertificate -Selector SubjectPublicKeyInfo -MatchingType Sha256Hash -CertificateAssociationData <hex>",
            ],
            parameters: &[
                Parameter::new("TLSA", Takes::Switch).needed(),
                ZONE.needed(),
                NAME.needed(),
                Parameter::new("CertificateUsage", Takes::OneOf(USAGES)).needed(),
                Parameter::new("Selector", Takes::OneOf(SELECTORS)).needed(),
                Parameter::new("MatchingType", Takes::OneOf(MATCHINGS)).needed(),
                Parameter::new("CertificateAssociationData", Takes::Text).needed(),
            ],
            words: false,
        },
        add,
    ),
    Cmdlet::new(
        At::Online,
        &Command {
            name: "Remove-DnsServerResourceRecord",
            aliases: &[],
            synopsis: "Takes the TLSA records for the SMTP server of a host away.",
            notes: &["All of the name; one of several cannot be chosen here."],
            examples: &[
                "Remove-DnsServerResourceRecord -ZoneName contoso.test -Name _25._tcp.mx -RRType Tlsa -Force",
            ],
            parameters: &[
                ZONE.needed(),
                NAME.needed(),
                Parameter::new("RRType", Takes::OneOf(&["Tlsa"])).needed(),
                Parameter::new("Force", Takes::Switch),
            ],
            words: false,
        },
        remove,
    ),
    Cmdlet::new(
        At::Online,
        &Command {
            name: "tlsa",
            aliases: &[],
            synopsis: "Shows the TLSA record 3 1 1 that stands for the key of a certificate, or the records that are published for a host.",
            notes: &["A command of the lab."],
            examples: &["tlsa C:\\certificates\\renewed.cer", "tlsa mx.contoso.test"],
            parameters: &[],
            words: true,
        },
        tlsa,
    ),
    Cmdlet::new(
        At::Online,
        &Command {
            name: "mta-sts",
            aliases: &[],
            synopsis: "Shows the MTA-STS policy of a domain, or publishes another one.",
            notes: &[
                "A command of the lab: the policy is a file on a web server. Its mode comes first, then the patterns of its MX hosts. Senders see the new one at once; in production they keep the old one until the id in the TXT record changes.",
            ],
            examples: &[
                "mta-sts contoso.test",
                "mta-sts contoso.test enforce mx.contoso.test",
            ],
            parameters: &[],
            words: true,
        },
        mta_sts,
    ),
];

fn usage(text: &str) -> Trouble {
    Trouble::new("ArgumentException", format!("usage: {text}")).about("InvalidArgument", "")
}

/// The host of `_25._tcp.mx` in a zone.
fn host(call: &Call) -> Result<String, Trouble> {
    let zone = call.text("ZoneName").unwrap_or_default();
    let name = call.text("Name").unwrap_or_default();
    match name.strip_prefix("_25._tcp") {
        Some("") => Ok(zone.to_owned()),
        Some(rest) if rest.starts_with('.') => Ok(format!("{}.{zone}", &rest[1..])),
        _ => Err(Trouble::unsupported(
            "a TLSA record for anything but SMTP",
            "the name is `_25._tcp.` and that of the host in its zone",
        )),
    }
}

/// The number of a word in a list.
fn number(call: &Call, parameter: &str, words: &[&str]) -> usize {
    let word = call.text(parameter).unwrap_or_default();
    let found = words.iter().position(|one| one.eq_ignore_ascii_case(word));
    found.unwrap_or_default()
}

fn add(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let host = host(call)?;
    let (usage, selector, matching) = (
        number(call, "CertificateUsage", USAGES),
        number(call, "Selector", SELECTORS),
        number(call, "MatchingType", MATCHINGS),
    );
    let data = call.text("CertificateAssociationData").unwrap_or_default();
    let record: Result<Tlsa, _> = format!("{usage} {selector} {matching} {data}").parse();
    let record = record.map_err(|error| desk.trouble(error))?;
    desk.playing().set_dns(&host, |dns| dns.tlsa.push(record));
    desk.changed();
    Ok(Vec::new())
}

fn remove(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let host = host(call)?;
    desk.playing().set_dns(&host, |dns| dns.tlsa.clear());
    desk.changed();
    Ok(Vec::new())
}

fn tlsa(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let [what] = call.words.as_slice() else {
        return Err(usage("tlsa FILE.cer | HOST"));
    };
    if !what.to_ascii_lowercase().ends_with(".cer") {
        let published = desk.playing().dns(what).tlsa;
        return Ok(published
            .iter()
            .map(|one| Value::from(one.to_string()))
            .collect());
    }
    // Whether there is such a file is for whoever knows the files.
    desk.files(what)?;
    let file = what.rsplit(['\\', '/']).next().unwrap_or(what);
    let name = &file[..file.len() - ".cer".len()];
    let mut all = desk.playing().certificates();
    let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
    let record = found.and_then(|(_, identity)| Tlsa::of(identity.leaf(), 3, 1, 1));
    match record {
        Some(record) => Ok(vec![Value::from(record.to_string())]),
        None => Err(Trouble::unsupported(
            "the record of this file",
            "name the file of a server's certificate",
        )),
    }
}

fn mta_sts(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let Some((domain, policy)) = call.words.split_first() else {
        return Err(usage("mta-sts DOMAIN [enforce|testing|none MX…]"));
    };
    if !policy.is_empty() {
        let parsed = policy
            .join(" ")
            .parse()
            .map_err(|error| desk.trouble(error))?;
        desk.playing()
            .set_dns(domain, |dns| dns.mta_sts = Some(parsed));
        desk.changed();
    }
    let shown = desk.playing().dns(domain).mta_sts;
    Ok(vec![Value::from(shown.map_or_else(
        || "no policy".to_owned(),
        |policy| policy.to_string(),
    ))])
}
