//! GnuTLS: it lists all it finds, in an order of its own.

use super::certificate::KeyFamily;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::names::NameRules;
use super::openssl::stopped;
use super::verdict::Verdict;

/// What `gnutls_certificate_verification_status_print` says, in its order.
const STATUSES: [&str; 11] = [
    "The certificate chain revoked.",
    "The certificate issuer is unknown.",
    "The certificate issuer is not a CA.",
    "The certificate chain uses insecure algorithm.",
    "The certificate chain violates the signer's constraints.",
    "The certificate chain uses not yet valid certificate.",
    "The certificate chain uses expired certificate.",
    "The signature in the certificate is invalid.",
    "The name in the certificate does not match the expected.",
    "The certificate chain does not match the intended purpose.",
    "The certificate contains an unknown critical extension.",
];
const NAME: usize = 8;

/// What `gnutls-cli` prints behind `Status:`.
pub(super) fn gnutls(name: &str, findings: &Findings) -> Verdict {
    if findings.stopped().is_some() {
        return Verdict::refuse(name, "", stopped(findings));
    }
    let mut fatal: Vec<(&str, &Finding)> = findings
        .all()
        .iter()
        .filter_map(|one| Some((fatal(findings, one)?, one)))
        .collect();
    // The handshake's signature is looked at last.
    fatal.sort_by_key(|(_, one)| matches!(one.wrong, Wrong::OtherKey(_)));
    if let Some((error, finding)) = fatal.first() {
        return Verdict::refuse(name, format!("Fatal error: {error}"), [*finding]);
    }
    let count = findings.path.as_ref().map_or(0, |path| path.links.len());
    // Its DEFAULT_MAX_VERIFY_DEPTH.
    if count > 17 {
        let finding = Finding::general(Wrong::TooManyCertificates(count));
        return Verdict::refuse(name, "Fatal error: Error in the certificate.", [&finding]);
    }
    let all = findings.all();
    let unknown = |one: &Finding| {
        matches!(
            one.wrong,
            Wrong::SelfSigned | Wrong::UntrustedRoot | Wrong::IssuerMissing { .. }
        )
    };
    // Of a chain whose end is unknown it looks at nothing else.
    let ends_nowhere = all.iter().any(unknown);
    let alone = findings
        .path
        .as_ref()
        .is_some_and(|path| path.links.len() == 1);
    let too_young = findings.has(|wrong| matches!(wrong, Wrong::NotYetValid(_)));
    let mut found: Vec<(usize, Finding)> = all
        .iter()
        .filter(|one| !ends_nowhere || unknown(one) || (alone && is_time(&one.wrong)))
        .filter_map(|one| Some((status(&one.wrong)?, one.clone())))
        .filter(|(status, _)| !(too_young && *status == 6))
        .collect();
    if let Some(leaf) = findings.leaf()
        && !NameRules::WITH_COMMON_NAME.accept(leaf, &findings.expectation.name)
    {
        found.push((NAME, findings.name_finding()));
    }
    if found.is_empty() {
        return Verdict::deliver(name, "The certificate is trusted.");
    }
    found.sort_by_key(|(status, _)| *status);
    let mut said: Vec<&str> = found.iter().map(|(status, _)| STATUSES[*status]).collect();
    said.dedup();
    let message = format!("The certificate is NOT trusted. {}", said.join(" "));
    Verdict::refuse(name, message, found.iter().map(|(_, finding)| finding))
}

fn is_time(wrong: &Wrong) -> bool {
    matches!(wrong, Wrong::NotYetValid(_) | Wrong::Expired(_))
}

fn status(wrong: &Wrong) -> Option<usize> {
    Some(match wrong {
        Wrong::Revoked(_) => 0,
        Wrong::SelfSigned | Wrong::UntrustedRoot | Wrong::IssuerMissing { .. } => 1,
        Wrong::NotCa { .. } => 2,
        Wrong::WeakSignature(_) => 3,
        Wrong::WeakKey { kind, bits } if *kind == "EC" || *bits < 1024 => 3,
        Wrong::MayNotSign | Wrong::PathTooLong(_) | Wrong::NameConstraint { .. } => 4,
        Wrong::NotYetValid(_) => 5,
        Wrong::Expired(_) => 6,
        Wrong::BadSignature => 7,
        Wrong::WrongPurpose { any_or_none: false } => 9,
        Wrong::UnknownCritical(_) | Wrong::DemandsPolicy => 10,
        _ => return None,
    })
}

/// What ends the handshake before the chain is judged.
fn fatal(findings: &Findings, finding: &Finding) -> Option<&'static str> {
    Some(match &finding.wrong {
        Wrong::NoCertificate => "No certificate was found.",
        Wrong::Unreadable | Wrong::ExplicitCurve => "ASN1 parser: Error in DER parsing.",
        Wrong::BadExtension(why) if why.ends_with("twice") => {
            "Duplicate extension in X.509 certificate."
        }
        Wrong::BadExtension(_) => "ASN1 parser: Error in DER parsing.",
        Wrong::NoDigitalSignature => "Key usage violation in certificate has been detected.",
        Wrong::AlgorithmsDiffer => "Error in the certificate.",
        Wrong::OtherKey(_) => match findings.leaf().map(|leaf| &leaf.key) {
            Some(key) if key.kind == KeyFamily::Ec && !key.is_on_a_nist_curve => {
                "The curve is unsupported"
            }
            Some(key) if !key.is_for_handshakes() => {
                "The signature is incompatible with the public key."
            }
            _ => "Public key signature verification has failed.",
        },
        Wrong::WrongName { presented, .. } if presented.iter().any(String::is_empty) => {
            "Unknown Subject Alternative name in X.509 certificate."
        }
        _ => return None,
    })
}
