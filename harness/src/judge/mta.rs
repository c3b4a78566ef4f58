//! Policies of senders, by no product: what an MTA may ask of a certificate.

use super::domain::{is_for, not_for, of_chain};
use super::eop::goes_on_in_clear;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::names::NameRules;
use super::openssl::stopped;
use super::verdict::Verdict;

/// How the name of a mail gateway is compared with its certificate (the validation of "MAT").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MatMode {
    /// The common name is the host of the greeting, or what reverse DNS says.
    Exact,
    /// The host of the greeting, or what reverse DNS says, ends in the common name.
    Suffix,
    /// A name of the subjectAltName covers one of them.
    San,
}

/// TLS where there is any, whatever the certificate (RFC 7435).
pub(super) fn opportunistic(name: &str, findings: &Findings) -> Verdict {
    match findings.stopped() {
        None => Verdict::deliver(name, ""),
        Some(_) if goes_on_in_clear(findings) => Verdict::in_clear(name),
        Some(_) => Verdict::refuse(name, "", stopped(findings)),
    }
}

/// Any name, as long as the chain leads to a trusted root.
pub(super) fn ca_only(name: &str, findings: &Findings) -> Verdict {
    of(name, findings, of_chain(findings))
}

/// A trusted chain, and this name.
pub(super) fn pinned_name(name: &str, findings: &Findings, wanted: &str) -> Verdict {
    let mut why = of_chain(findings);
    if !findings
        .leaf()
        .is_some_and(|leaf| NameRules::WITH_COMMON_NAME.accept(leaf, wanted))
    {
        why.push(not_for(findings, wanted));
    }
    of(name, findings, why)
}

/// A trusted chain, and the recipient's domain, itself or as the end of a name.
pub(super) fn recipient_domain(name: &str, findings: &Findings) -> Verdict {
    let expected = &findings.expectation;
    let domain = expected.recipient_domain.as_ref().unwrap_or(&expected.name);
    let mut why = of_chain(findings);
    if !is_for(findings, domain) {
        why.push(not_for(findings, domain));
    }
    of(name, findings, why)
}

/// A good chain whose last certificate, sent or trusted, has this thumbprint; without one the
/// roots that are trusted are the pinned ones, and no other will do.
pub(super) fn root_pin(name: &str, findings: &Findings, thumbprint: Option<&str>) -> Verdict {
    let mut why = of_chain(findings);
    let top = findings.path.as_ref().and_then(|path| path.links.last());
    if let (Some(top), Some(thumbprint)) = (top, thumbprint)
        && !top
            .certificate
            .facts
            .thumbprint
            .eq_ignore_ascii_case(thumbprint)
    {
        why.push(Finding {
            wrong: Wrong::UntrustedRoot,
            certificate: findings.path.as_ref().map(|path| {
                (
                    path.links.len() - 1,
                    top.certificate.facts.subject.to_string(),
                )
            }),
        });
    }
    of(name, findings, why)
}

/// The words of the unknown product that calls it so.
const MAT: &str = "The MTA cannot be validated if the CN subject of the certificate doesn't match the banner of the mail gateway or the rdns entry. To resolve this issue the banner of the mail gateway must be renamed to match the CN subject of the certificate or a new certificate must be installed.";

pub(super) fn mat(name: &str, findings: &Findings, mode: MatMode) -> Verdict {
    if findings.stopped().is_some() {
        return Verdict::refuse(name, "", stopped(findings));
    }
    let Some(leaf) = findings.leaf() else {
        return Verdict::refuse(name, "", findings.all());
    };
    let banner = findings.evidence.banner_host();
    let reverse = findings.expectation.reverse_dns.as_deref();
    let mut hosts = banner.into_iter().chain(reverse);
    let common_name = leaf.facts.common_name.as_deref().unwrap_or_default();
    let passes = |host: &str| match mode {
        MatMode::Exact => !host.is_empty() && host.eq_ignore_ascii_case(common_name),
        MatMode::Suffix => {
            let (host, end) = (host.to_ascii_lowercase(), common_name.to_ascii_lowercase());
            !end.is_empty() && (host == end || host.ends_with(&format!(".{end}")))
        }
        MatMode::San => {
            let mut names = leaf.extensions.dns_names.iter();
            names.any(|name| NameRules::STRICT.covers(name, host))
        }
    };
    if hosts.any(passes) {
        return Verdict::deliver(name, "");
    }
    let wanted = banner.or(reverse).unwrap_or_default().to_owned();
    let finding = not_for(findings, &wanted);
    Verdict::refuse(name, MAT, [&finding]).uncertain("which product says so, and its exact rule")
}

fn of(name: &str, findings: &Findings, why: Vec<Finding>) -> Verdict {
    if findings.stopped().is_some() {
        return Verdict::refuse(name, "", stopped(findings));
    }
    match why.as_slice() {
        [] => Verdict::deliver(name, ""),
        why => Verdict::refuse(name, "", why),
    }
}
