//! Schannel: Windows's own words, by documents.

use super::evidence::Trouble;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::names::NameRules;
use super::openssl::stopped;
use super::verdict::Verdict;

/// A code of Windows, its number and its words; whether it is inferred that they belong here.
type Status = (&'static str, u32, &'static str, bool);

const WRONG_PRINCIPAL: Status = (
    "SEC_E_WRONG_PRINCIPAL",
    0x8009_0322,
    "The target principal name is incorrect.",
    false,
);
const UNTRUSTED_ROOT: Status = (
    "SEC_E_UNTRUSTED_ROOT",
    0x8009_0325,
    "The certificate chain was issued by an authority that is not trusted.",
    false,
);
const EXPIRED: Status = (
    "SEC_E_CERT_EXPIRED",
    0x8009_0328,
    "The received certificate has expired.",
    false,
);
const WRONG_USAGE: Status = (
    "SEC_E_CERT_WRONG_USAGE",
    0x8009_0349,
    "The certificate is not valid for the requested usage.",
    true,
);
const REVOKED: Status = (
    "CRYPT_E_REVOKED",
    0x8009_2010,
    "The certificate is revoked.",
    true,
);
const UNKNOWN: Status = (
    "SEC_E_CERT_UNKNOWN",
    0x8009_0327,
    "An unknown error occurred while processing the certificate.",
    true,
);
const ILLEGAL_MESSAGE: Status = (
    "SEC_E_ILLEGAL_MESSAGE",
    0x8009_0326,
    "The message received was unexpected or badly formatted.",
    false,
);

/// The order of precedence is inferred: chain, time, usage, name, as CertVerifyCertificateChainPolicy
/// lists them.
pub(super) fn schannel(name: &str, findings: &Findings) -> Verdict {
    if let Some(trouble) = findings.stopped() {
        return match trouble {
            Trouble::Alert(_) | Trouble::ClearInsteadOfTls => {
                let (code, number, words, _) = ILLEGAL_MESSAGE;
                Verdict::refuse(name, words, stopped(findings))
                    .code(format!("0x{number:08X}"))
                    .detail("symbol", code)
            }
            _ => Verdict::refuse(name, "", stopped(findings)),
        };
    }
    let mut found: Vec<(u8, Status, Finding)> = findings
        .all()
        .iter()
        .filter_map(|finding| {
            let (rank, status) = status(&finding.wrong)?;
            Some((rank, status, finding.clone()))
        })
        .collect();
    if let Some(leaf) = findings.leaf()
        && !NameRules::WITH_COMMON_NAME.accept(leaf, &findings.expectation.name)
    {
        found.push((6, WRONG_PRINCIPAL, findings.name_finding()));
    }
    found.sort_by_key(|(rank, ..)| *rank);
    let Some((_, (symbol, number, words, inferred), first)) = found.first() else {
        return Verdict::deliver(name, "");
    };
    let mut verdict = Verdict::refuse(name, *words, [first])
        .code(format!("0x{number:08X}"))
        .detail("symbol", *symbol);
    if matches!(first.wrong, Wrong::Expired(_)) {
        // The same cause in the words of the function that Schannel asks.
        verdict = verdict.detail("CertVerifyCertificateChainPolicy", "CERT_E_EXPIRED (0x800B0101) A required certificate is not within its validity period when verifying against the current system clock or the timestamp in the signed file.");
    }
    if *inferred {
        verdict = verdict.uncertain(format!(
            "that {symbol} is the code for this is inferred from its text"
        ));
    }
    match found.len() {
        1 => verdict,
        _ => verdict.uncertain("which of several causes Windows names is inferred"),
    }
}

fn status(wrong: &Wrong) -> Option<(u8, Status)> {
    Some(match wrong {
        Wrong::NoCertificate | Wrong::Unreadable | Wrong::OtherKey(_) => (0, ILLEGAL_MESSAGE),
        Wrong::BadSignature
        | Wrong::AlgorithmsDiffer
        | Wrong::UnknownAlgorithm
        | Wrong::BadExtension(_) => (1, UNKNOWN),
        Wrong::SelfSigned
        | Wrong::UntrustedRoot
        | Wrong::IssuerMissing { .. }
        | Wrong::TrustedHalfway => (2, UNTRUSTED_ROOT),
        Wrong::Revoked(_) => (3, REVOKED),
        Wrong::Expired(_) | Wrong::NotYetValid(_) => (4, EXPIRED),
        Wrong::WrongPurpose { any_or_none: false } => (5, WRONG_USAGE),
        Wrong::NotCa { .. }
        | Wrong::MayNotSign
        | Wrong::PathTooLong(_)
        | Wrong::NameConstraint { .. }
        | Wrong::UnknownCritical(_)
        | Wrong::WeakSignature("MD5") => (5, UNKNOWN),
        _ => return None,
    })
}
