//! OpenSSL 3.0, in the order of its `x509_vfy.c`; and Python and Node, which ask it.

use std::net::IpAddr;

use super::certificate::KeyFamily;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::names::{NameRules, Wildcards};
use super::path::End;
use super::verdict::Verdict;

/// An error of OpenSSL, and why.
#[derive(Clone, Debug)]
struct VerifyError {
    code: u16,
    why: Finding,
    /// When OpenSSL comes upon it.
    turn: Turn,
}

/// The phase of `verify_chain`, how far from the leaf in its direction, and the check.
type Turn = (u8, usize, u8);

/// `-verify_hostname` of s_client: a `*` may be part of a label.
const S_CLIENT: NameRules = NameRules {
    common_name: true,
    wildcards: Wildcards::Partial { before: 2 },
    ignores_last_dot: false,
};

/// The bits of RSA that Debian's security level of 2 wants: those that count as 112.
const LEVEL_2: usize = 2000;
/// Those of level 1, which Node's own OpenSSL has.
const LEVEL_1: usize = 1024;

/// All errors that OpenSSL would tell a callback that goes on, in its order.
fn errors(findings: &Findings, least_rsa: usize, names: Option<NameRules>) -> Vec<VerifyError> {
    let mut errors: Vec<VerifyError> = Vec::new();
    let last = findings.path.as_ref().map_or(0, |path| path.links.len());
    for finding in findings.all() {
        let depth = finding.depth();
        // From the root down, the leaf last.
        let down = last.saturating_sub(depth);
        let turns = match turns(findings, finding, least_rsa, depth, down) {
            Some(turns) => turns,
            None => continue,
        };
        errors.extend(turns.into_iter().map(|(turn, code)| VerifyError {
            code,
            why: finding.clone(),
            turn,
        }));
    }
    errors.extend(names.and_then(|rules| of_name(findings, rules)));
    errors.sort_by_key(|error| error.turn);
    // One failed check of one certificate is one error, for however many reasons.
    errors.dedup_by(|later, first| later.turn == first.turn);
    errors
}

fn turns(
    findings: &Findings,
    finding: &Finding,
    least_rsa: usize,
    depth: usize,
    down: usize,
) -> Option<Vec<(Turn, u16)>> {
    let end = findings.path.as_ref()?.end;
    let top = down == 1;
    Some(match &finding.wrong {
        Wrong::WeakKey { kind, bits } if *kind == "RSA" && *bits >= least_rsa => return None,
        Wrong::WeakKey { .. } if depth == 0 => vec![((0, 0, 0), 66)],
        Wrong::WeakKey { .. } => vec![((3, depth, 0), 67)],
        Wrong::SelfSigned => vec![((1, 0, 0), 18)],
        Wrong::UntrustedRoot => vec![((1, 0, 0), 19)],
        Wrong::TrustedHalfway => vec![((1, 0, 0), 2)],
        Wrong::IssuerMissing { of_leaf: true, .. } => vec![((1, 0, 0), 20), ((6, down, 0), 21)],
        Wrong::IssuerMissing { .. } => vec![((1, 0, 0), 20)],
        Wrong::UnknownCritical(_) => vec![((2, depth, 0), 34)],
        Wrong::ExplicitCurve => vec![((2, depth, 1), 94)],
        Wrong::NotCa { unsaid } => {
            let mut turns = vec![((2, depth, 2), 79)];
            // What only has a keyUsage for it passes as a CA where the purpose is looked at.
            let may_sign = of_issuer_may_sign(findings, depth);
            if !(*unsaid && may_sign) {
                turns.push(((2, depth, 3), 26));
            }
            turns
        }
        Wrong::MayNotSign => vec![
            ((2, depth, 2), 79),
            ((2, depth, 3), 26),
            ((6, down + 1, 1), 32),
        ],
        Wrong::WrongPurpose { .. } => vec![((2, depth, 3), 26)],
        Wrong::PathTooLong(_) => vec![((2, depth, 4), 25)],
        Wrong::WeakSignature(_) => vec![((3, depth, 1), 68)],
        Wrong::Revoked(_) => vec![((5, depth, 0), 23)],
        Wrong::RevocationUnknown(why) if findings.expectation.looks_at_lists() => {
            let code = if why.contains("expired") { 12 } else { 3 };
            vec![((5, depth, 0), code)]
        }
        // A CA's certificate in the place of a server's, more often than not.
        Wrong::NoDigitalSignature if !leaf_is_for_tls(findings) => vec![((2, 0, 3), 26)],
        Wrong::BadSignature | Wrong::AlgorithmsDiffer => vec![((6, down, 2), 7)],
        // The top of a chain that ends nowhere only lends its key.
        Wrong::NotYetValid(_) | Wrong::Expired(_) if top && depth > 0 && end == End::Missing => {
            return None;
        }
        Wrong::NotYetValid(_) => vec![((6, down, 3), 9)],
        Wrong::Expired(_) => vec![((6, down, 4), 10)],
        Wrong::NameConstraint { excluded } => {
            let code = if *excluded { 48 } else { 47 };
            vec![((7, 0, 0), code)]
        }
        _ => return None,
    })
}

fn leaf_is_for_tls(findings: &Findings) -> bool {
    let usage = findings.leaf().and_then(|leaf| leaf.extensions.key_usage);
    usage.is_none_or(|usage| usage.any_for_tls)
}

fn of_issuer_may_sign(findings: &Findings, depth: usize) -> bool {
    let link = findings
        .path
        .as_ref()
        .and_then(|path| path.links.get(depth));
    link.and_then(|link| link.certificate.extensions.key_usage)
        .is_some_and(|usage| usage.cert_sign)
}

fn of_name(findings: &Findings, rules: NameRules) -> Option<VerifyError> {
    let leaf = findings.leaf()?;
    let name = &findings.expectation.name;
    if rules.accept(leaf, name) {
        return None;
    }
    let wrong = findings.name_finding();
    Some(VerifyError {
        code: if name.parse::<IpAddr>().is_ok() {
            64
        } else {
            62
        },
        why: wrong,
        turn: (4, 0, 0),
    })
}

/// `X509_verify_cert_error_string` of OpenSSL 3.0.
fn text(code: u16) -> &'static str {
    match code {
        0 => "ok",
        2 => "unable to get issuer certificate",
        3 => "unable to get certificate CRL",
        7 => "certificate signature failure",
        9 => "certificate is not yet valid",
        10 => "certificate has expired",
        12 => "CRL has expired",
        18 => "self-signed certificate",
        19 => "self-signed certificate in certificate chain",
        20 => "unable to get local issuer certificate",
        21 => "unable to verify the first certificate",
        23 => "certificate revoked",
        25 => "path length constraint exceeded",
        26 => "unsuitable certificate purpose",
        32 => "key usage does not include certificate signing",
        34 => "unhandled critical extension",
        47 => "permitted subtree violation",
        48 => "excluded subtree violation",
        62 => "hostname mismatch",
        64 => "IP address mismatch",
        66 => "EE certificate key too weak",
        67 => "CA certificate key too weak",
        68 => "CA signature digest algorithm too weak",
        79 => "invalid CA certificate",
        94 => "Certificate public key has explicit ECC parameters",
        _ => "unknown certificate verification error",
    }
}

/// What breaks the handshake, of the findings that are no error of verification.
fn handshake_error(findings: &Findings) -> Option<(&'static str, &Finding)> {
    let find = |wrong: fn(&Wrong) -> bool| findings.all().iter().find(|one| wrong(&one.wrong));
    let key = findings.leaf().map(|leaf| &leaf.key);
    if let Some(finding) = find(|wrong| matches!(wrong, Wrong::OtherKey(_))) {
        return Some(match key {
            Some(key) if key.kind == KeyFamily::Dsa => ("wrong signature type", finding),
            Some(key) if !key.is_for_handshakes() => ("wrong curve", finding),
            _ => ("bad signature", finding),
        });
    }
    if let Some(finding) = find(|wrong| matches!(wrong, Wrong::NoCertificate)) {
        return Some(("length mismatch", finding));
    }
    let unreadable = |one: &&Finding| matches!(one.wrong, Wrong::Unreadable);
    let unreadable = findings.all().iter().find(unreadable)?;
    Some(("ASN1 lib", unreadable))
}

/// What `openssl s_client -verify_hostname NAME -CAfile …` ends with: the last error wins.
pub(super) fn s_client(name: &str, findings: &Findings) -> Verdict {
    if let Some(trouble) = findings.stopped() {
        return Verdict::refuse(name, "", stopped(findings))
            .detail("trouble", trouble.to_string())
            .uncertain("s_client ignores what SMTP says, and prints `Verify return code: 0 (ok)` where it saw no certificate: never believe that line without one");
    }
    let errors = errors(findings, LEVEL_2, Some(S_CLIENT));
    if let Some(last) = errors.last() {
        let first = &errors[0];
        let code = last.code;
        let message = format!("Verify return code: {code} ({})", text(code));
        let why: Vec<&Finding> = errors.iter().map(|error| &error.why).collect();
        let all: Vec<String> = errors
            .iter()
            .map(|error| format!("num={}:{}", error.code, text(error.code)))
            .collect();
        return Verdict::refuse(name, message, unique(why))
            .code(code.to_string())
            .detail(
                "verify error",
                format!("num={}:{}", first.code, text(first.code)),
            )
            .detail("verify errors", all.join("; "));
    }
    if let Some((error, finding)) = handshake_error(findings) {
        return Verdict::refuse(name, error, [finding])
            .uncertain("the number in front of the words depends on the version");
    }
    Verdict::deliver(name, "Verify return code: 0 (ok)").code("0")
}

/// What Python's `ssl.create_default_context` raises: the first error wins, and a `*` is the
/// whole label.
pub(super) fn python(name: &str, findings: &Findings) -> Verdict {
    const NAMES: NameRules = NameRules::WITH_COMMON_NAME;
    if findings.stopped().is_some() {
        return Verdict::refuse(name, "", stopped(findings));
    }
    let errors = errors(findings, LEVEL_2, Some(NAMES));
    if let Some(first) = errors.first() {
        let what = match first.code {
            62 => format!(
                "Hostname mismatch, certificate is not valid for '{}'.",
                findings.expectation.name
            ),
            64 => format!(
                "IP address mismatch, certificate is not valid for '{}'.",
                findings.expectation.name
            ),
            code => text(code).to_owned(),
        };
        let message = format!("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {what}");
        return Verdict::refuse(name, message, [&first.why]).code(first.code.to_string());
    }
    match handshake_error(findings) {
        Some((error, finding)) => {
            let symbol = error.to_uppercase().replace(' ', "_");
            let message = match error {
                "ASN1 lib" => format!("[SSL] {error}"),
                _ => format!("[SSL: {symbol}] {error}"),
            };
            Verdict::refuse(name, message, [finding])
        }
        None => Verdict::deliver(name, ""),
    }
}

/// What Node's `tls.connect` says: the last error of OpenSSL, and the name only if there is none.
pub(super) fn node(name: &str, findings: &Findings) -> Verdict {
    if findings.stopped().is_some() {
        return Verdict::refuse(name, "", stopped(findings));
    }
    if let Some((error, finding)) = handshake_error(findings) {
        let code = format!("ERR_SSL_{}", error.to_uppercase().replace(' ', "_"));
        return Verdict::refuse(name, error, [finding]).code(code);
    }
    if let Some(last) = errors(findings, LEVEL_1, None).last() {
        let code = node_code(last.code);
        return Verdict::refuse(name, text(last.code), [&last.why]).code(code);
    }
    const NAMES: NameRules = NameRules {
        common_name: true,
        wildcards: Wildcards::Partial { before: 2 },
        ignores_last_dot: true,
    };
    let Some(leaf) = findings.leaf() else {
        return Verdict::deliver(name, "");
    };
    let wanted = &findings.expectation.name;
    if NAMES.accept(leaf, wanted) {
        return Verdict::deliver(name, "");
    }
    let names = &leaf.extensions.dns_names;
    let why = if wanted.parse::<IpAddr>().is_ok() {
        let addresses: Vec<&str> = leaf
            .facts
            .names
            .iter()
            .filter(|one| !names.contains(one))
            .map(String::as_str)
            .collect();
        format!(
            "IP: {wanted} is not in the cert's list: {}",
            addresses.join(", ")
        )
    } else if names.is_empty() {
        let common_name = leaf.facts.common_name.as_deref().unwrap_or_default();
        format!("Host: {wanted}. is not cert's CN: {common_name}")
    } else {
        let names: Vec<_> = names.iter().map(|name| format!("DNS:{name}")).collect();
        format!(
            "Host: {wanted}. is not in the cert's altnames: {}",
            names.join(", ")
        )
    };
    let message = format!("Hostname/IP does not match certificate's altnames: {why}");
    Verdict::refuse(name, message.trim_end(), [&findings.name_finding()])
        .code("ERR_TLS_CERT_ALTNAME_INVALID")
}

/// `node_crypto_common.cc`.
fn node_code(code: u16) -> &'static str {
    match code {
        2 => "UNABLE_TO_GET_ISSUER_CERT",
        3 => "UNABLE_TO_GET_CRL",
        7 => "CERT_SIGNATURE_FAILURE",
        9 => "CERT_NOT_YET_VALID",
        10 => "CERT_HAS_EXPIRED",
        12 => "CRL_HAS_EXPIRED",
        18 => "DEPTH_ZERO_SELF_SIGNED_CERT",
        19 => "SELF_SIGNED_CERT_IN_CHAIN",
        20 => "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        21 => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        23 => "CERT_REVOKED",
        25 => "PATH_LENGTH_EXCEEDED",
        26 => "INVALID_PURPOSE",
        79 => "INVALID_CA",
        _ => "UNSPECIFIED",
    }
}

/// The findings that kept TLS from coming about.
pub(super) fn stopped(findings: &Findings) -> impl Iterator<Item = &Finding> {
    let stopped = |one: &&Finding| matches!(one.wrong, Wrong::Stopped(_));
    findings.all().iter().filter(stopped)
}

fn unique(findings: Vec<&Finding>) -> Vec<&Finding> {
    let mut unique: Vec<&Finding> = Vec::new();
    for finding in findings {
        if !unique.contains(&finding) {
            unique.push(finding);
        }
    }
    unique
}
