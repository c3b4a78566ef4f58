//! The questions that senders of mail ask of a certificate.

use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::names::NameRules;

/// What is wrong with the chain, the name apart, for a sender that wants a trusted root.
pub(super) fn of_chain(findings: &Findings) -> Vec<Finding> {
    let bad = |one: &&Finding| {
        !one.is_harmless()
            && !matches!(
                one.wrong,
                Wrong::WrongName { .. }
                    // Real chains have these, and mail goes.
                    | Wrong::WeakKey { .. }
                    | Wrong::WeakSignature(_)
                    | Wrong::NoDigitalSignature
                    | Wrong::CaAsServer
                    | Wrong::OldVersion(_)
                    | Wrong::WrongPurpose { any_or_none: true }
                    | Wrong::StapleMissing
                    | Wrong::Stopped(_)
                    // Of DNS, which is asked by those who ask it.
                    | Wrong::DnssecBogus
                    | Wrong::MxNotInPolicy { .. }
                    | Wrong::NoTlsa
                    | Wrong::TlsaMismatch { .. }
            )
    };
    findings.all().iter().filter(bad).cloned().collect()
}

/// Whether the certificate is for a domain, by the subjectAltName and by the common name, whichever
/// there is.
pub(super) fn is_for(findings: &Findings, domain: &str) -> bool {
    findings.leaf().is_some_and(|leaf| {
        let names = leaf.extensions.dns_names.iter();
        is_one_of(names.chain(&leaf.facts.common_name), domain)
    })
}

/// Whether one of these names is for a domain, which may be `*.contoso.com` itself.
pub(crate) fn is_one_of<'a>(names: impl IntoIterator<Item = &'a String>, domain: &str) -> bool {
    let mut names = names.into_iter();
    names.any(|name| covers(name, domain) || covers(domain, name))
}

/// Whether a name in a certificate is for a host: `*` is the whole of the first label.
pub(crate) fn covers(pattern: &str, host: &str) -> bool {
    NameRules::STRICT.covers(pattern, host)
}

/// That it is not for a domain.
pub(super) fn not_for(findings: &Findings, domain: &str) -> Finding {
    let leaf = findings.leaf();
    let names = leaf.map(|leaf| match leaf.facts.names.as_slice() {
        [] => leaf.facts.common_name.iter().cloned().collect(),
        names => names.to_vec(),
    });
    let subject = leaf.map(|leaf| (0, leaf.facts.subject.to_string()));
    Finding {
        wrong: Wrong::WrongName {
            wanted: domain.to_owned(),
            presented: names.unwrap_or_default(),
            by_common_name: false,
        },
        certificate: subject,
    }
}
