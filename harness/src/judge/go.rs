//! Go's crypto/x509: the leaf's time, its name, then its issuers one by one.

use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use super::certificate::KeyFamily;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::names::{NameRules, Wildcards};
use super::openssl::stopped;
use super::verdict::Verdict;

const NAMES: NameRules = NameRules {
    common_name: false,
    wildcards: Wildcards::Whole { before: 1 },
    ignores_last_dot: false,
};

/// What `tls.Dial` returns as an error.
pub(super) fn go(name: &str, findings: &Findings) -> Verdict {
    if findings.stopped().is_some() {
        return Verdict::refuse(name, "", stopped(findings));
    }
    let mut ranked: Vec<(Rank, Finding)> = findings
        .by_names()
        .filter_map(|finding| Some((rank(finding)?, finding.clone())))
        .collect();
    if let Some(leaf) = findings.leaf() {
        let malformed = |name: &String| !name.is_ascii();
        if leaf.key.kind == KeyFamily::Ec && !(leaf.key.is_on_a_nist_curve && leaf.key.bits >= 224)
        {
            ranked.push(((0, 0), Finding::general(Wrong::OtherKey(String::new()))));
        } else if leaf.extensions.dns_names.iter().any(malformed) {
            ranked.push(((0, 0), findings.name_finding()));
        }
        // It reads extensions of version 3 only.
        let has_names = leaf.facts.version == 3;
        if !has_names || !NAMES.accept(leaf, &findings.expectation.name) {
            ranked.push(((0, 4), findings.name_finding()));
        }
    }
    let Some((rank, first)) = ranked.into_iter().min_by_key(|(rank, _)| *rank) else {
        return Verdict::deliver(name, "");
    };
    let message = match (rank, &first.wrong) {
        ((0, 0), Wrong::OtherKey(_)) => {
            "tls: failed to parse certificate from server: x509: unsupported elliptic curve"
                .to_owned()
        }
        ((0, 0), Wrong::WrongName { .. }) => {
            "tls: failed to parse certificate from server: x509: SAN dNSName is malformed"
                .to_owned()
        }
        _ => message(findings, &first),
    };
    Verdict::refuse(name, message, [&first])
}

/// The certificate at which Go comes upon it, and the check there.
type Rank = (usize, u8);

/// Behind all certificates.
const AT_LAST: usize = usize::MAX;

fn rank(finding: &Finding) -> Option<Rank> {
    let depth = finding.depth();
    // An issuer is only taken if its signature is good, so that its faults in signing come first.
    let of_issuer = depth + 1;
    Some(match &finding.wrong {
        Wrong::Unreadable | Wrong::BadExtension(_) | Wrong::NoCertificate => (0, 0),
        Wrong::OtherKey(_) => (AT_LAST, 9),
        Wrong::UnknownCritical(_) if depth == 0 => (0, 1),
        Wrong::NotYetValid(_) | Wrong::Expired(_) if depth == 0 => (0, 2),
        Wrong::AlgorithmsDiffer => (0, 0),
        Wrong::BadSignature | Wrong::UnknownAlgorithm | Wrong::WeakSignature(_) => (of_issuer, 1),
        Wrong::UnverifiedSignature => return None,
        Wrong::NotCa { .. } | Wrong::MayNotSign => (depth, 0),
        Wrong::UnknownCritical(_) | Wrong::DemandsPolicy => (depth, 2),
        Wrong::NotYetValid(_) | Wrong::Expired(_) => (depth, 3),
        Wrong::NameConstraint { .. } => (1, 4),
        Wrong::PathTooLong(_) => (depth, 5),
        Wrong::SelfSigned | Wrong::UntrustedRoot | Wrong::IssuerMissing { .. } => (of_issuer, 6),
        Wrong::WrongPurpose { any_or_none: false } => (AT_LAST, 0),
        _ => return None,
    })
}

fn message(findings: &Findings, finding: &Finding) -> String {
    let now = findings.expectation.now;
    let unknown = "x509: certificate signed by unknown authority";
    match &finding.wrong {
        Wrong::NoCertificate => "tls: received empty certificates message".to_owned(),
        Wrong::Unreadable => {
            "tls: failed to parse certificate from server: x509: malformed certificate".to_owned()
        }
        Wrong::BadExtension(why) if why.contains("2.5.29.17") => "tls: failed to parse certificate from server: x509: invalid subject alternative names".to_owned(),
        Wrong::BadExtension(_) => {
            "tls: failed to parse certificate from server: x509: invalid extension".to_owned()
        }
        Wrong::OtherKey(_) => "tls: invalid signature by the server certificate".to_owned(),
        Wrong::UnknownCritical(_) | Wrong::DemandsPolicy => {
            "x509: unhandled critical extension".to_owned()
        }
        Wrong::Expired(at) => expired(now, "after", *at),
        Wrong::NotYetValid(at) => expired(now, "before", *at),
        Wrong::AlgorithmsDiffer => "tls: failed to parse certificate from server: x509: inner and outer signature algorithm identifiers don't match".to_owned(),
        Wrong::BadSignature | Wrong::UnknownAlgorithm => {
            let why = match finding.wrong {
                Wrong::BadSignature => "x509: ECDSA verification failure",
                _ => "x509: cannot verify signature: algorithm unimplemented",
            };
            format!(
                "{unknown} (possibly because of \"{why}\" while trying to verify candidate authority certificate {:?})",
                issuer(findings, finding.depth() + 1)
            )
        }
        Wrong::WeakSignature(hash) => {
            let hash = hash.replace('-', "");
            format!(
                "{unknown} (possibly because of \"x509: cannot verify signature: insecure algorithm {hash}"
            )
        }
        Wrong::NotCa { .. } | Wrong::MayNotSign => {
            let why =
                "x509: invalid signature: parent certificate cannot sign this kind of certificate";
            format!(
                "{unknown} (possibly because of \"{why}\" while trying to verify candidate authority certificate {:?})",
                issuer(findings, finding.depth())
            )
        }
        Wrong::NameConstraint { excluded } => {
            let wanted = &findings.expectation.name;
            let why = match excluded {
                true => "is excluded by constraint",
                false => "is not permitted by any constraint",
            };
            format!(
                "x509: a root or intermediate certificate is not authorized to sign for this name: DNS name {wanted:?} {why}"
            )
        }
        Wrong::PathTooLong(_) => {
            "x509: too many intermediates for path length constraint".to_owned()
        }
        Wrong::WrongPurpose { .. } => {
            "x509: certificate specifies an incompatible key usage".to_owned()
        }
        Wrong::WrongName { .. } => of_name(findings),
        _ => unknown.to_owned(),
    }
}

fn of_name(findings: &Findings) -> String {
    let wanted = &findings.expectation.name;
    let Some(leaf) = findings.leaf() else {
        return String::new();
    };
    let extensions = &leaf.extensions;
    if wanted.parse::<IpAddr>().is_ok() {
        let dns = &extensions.dns_names;
        let addresses = leaf.facts.names.iter().filter(|name| !dns.contains(name));
        let addresses: Vec<_> = addresses.map(String::as_str).collect();
        return match addresses.as_slice() {
            [] => format!(
                "x509: cannot validate certificate for {wanted} because it doesn't contain any IP SANs"
            ),
            all => format!(
                "x509: certificate is valid for {}, not {wanted}",
                all.join(", ")
            ),
        };
    }
    let common_name = leaf.facts.common_name.as_deref();
    // Only where it would have been looked at once.
    let unnamed = !extensions.has_subject_alternative_name || leaf.facts.version != 3;
    let legacy = unnamed && common_name.is_some_and(is_host_name);
    let names: Vec<_> = extensions
        .dns_names
        .iter()
        .filter(|name| !name.is_empty())
        .map(String::as_str)
        .collect();
    match names.as_slice() {
        _ if legacy => {
            "x509: certificate relies on legacy Common Name field, use SANs instead".to_owned()
        }
        [] => format!("x509: certificate is not valid for any names, but wanted to match {wanted}"),
        names => format!(
            "x509: certificate is valid for {}, not {wanted}",
            names.join(", ")
        ),
    }
}

fn is_host_name(name: &str) -> bool {
    let of_host = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.*".contains(&octet);
    !name.is_empty() && name.bytes().all(of_host)
}

/// The common name of the certificate in that place.
fn issuer(findings: &Findings, depth: usize) -> String {
    let path = findings.named.as_ref();
    let link = path.and_then(|path| path.links.get(depth));
    link.and_then(|link| link.certificate.facts.common_name.clone())
        .unwrap_or_default()
}

fn expired(now: SystemTime, which: &str, bound: SystemTime) -> String {
    format!(
        "x509: certificate has expired or is not yet valid: current time {} is {which} {}",
        rfc3339(now),
        rfc3339(bound)
    )
}

/// RFC 3339 in UTC, by seconds.
fn rfc3339(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    });
    super::finding::day(seconds, 'T', "Z")
}
