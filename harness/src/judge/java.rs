//! Java's PKIX and JSSE: a path is found, then checked from the root down, then the leaf's usage,
//! then its name.

use std::net::IpAddr;

use x509_parser::prelude::ReasonCode;

use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::names::{NameRules, Wildcards};
use super::openssl::stopped;
use super::revocation;
use super::verdict::Verdict;

const NAMES: NameRules = NameRules {
    common_name: true,
    wildcards: Wildcards::Anywhere,
    ignores_last_dot: false,
};

/// What `SSLSocket.startHandshake` throws, as `SSLHandshakeException`.
pub(super) fn java(name: &str, findings: &Findings) -> Verdict {
    if findings.stopped().is_some() {
        return Verdict::refuse(name, "", stopped(findings));
    }
    if let Some(verdict) = too_much(name, findings) {
        return verdict;
    }
    let ranked = findings
        .by_names()
        .filter_map(|finding| Some((rank(findings, finding)?, finding)));
    if let Some((rank, first)) = ranked.min_by_key(|(rank, _)| *rank) {
        let message = match rank {
            // It does not validate what it has to put in order first, and what cannot be built
            // has one text for all causes.
            (2, ..) if !is_in_order(findings) => NO_PATH.to_owned(),
            _ => message(findings, first),
        };
        let verdict = Verdict::refuse(name, message, [first]);
        return match &first.wrong {
            Wrong::Revoked(_) => verdict.detail(
                "cause",
                format!(
                    "java.security.cert.CertificateRevokedException: {}",
                    revoked(findings, first)
                ),
            ),
            _ => verdict,
        };
    }
    let Some(leaf) = findings.leaf() else {
        return Verdict::deliver(name, "");
    };
    let wanted = &findings.expectation.name;
    if NAMES.accept(leaf, wanted) {
        return Verdict::deliver(name, "");
    }
    let message = if wanted.parse::<IpAddr>().is_ok() {
        format!("No subject alternative names matching IP address {wanted} found")
    } else if leaf.extensions.dns_names.is_empty() {
        format!("No name matching {wanted} found")
    } else {
        format!("No subject alternative DNS name matching {wanted} found.")
    };
    Verdict::refuse(name, message, [&findings.name_finding()])
}

const NO_PATH: &str = "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target";

/// Whether each certificate that was sent is followed by its issuer.
fn is_in_order(findings: &Findings) -> bool {
    findings.presented.windows(2).all(|pair| match pair {
        [Some(one), Some(next)] => one.is_issued_in_the_name_of(next),
        _ => false,
    })
}

/// Java counts no further than to what it does not take: jdk.tls.maxCertificateChainLength, and
/// jdk.tls.maxHandshakeMessageSize.
fn too_much(name: &str, findings: &Findings) -> Option<Verdict> {
    let chain = &findings.evidence.chain;
    let count = chain.len();
    // RFC 8446 §4.4.2: a length and extensions beside each certificate.
    let size = 4 + chain
        .iter()
        .map(|one| one.as_bytes().len() + 5)
        .sum::<usize>();
    let message = if size > 32_768 {
        format!(
            "The size of the handshake message ({size}) exceeds the maximum allowed size (32768)"
        )
    } else if count > 10 {
        "The certificate chain length (11) exceeds the maximum allowed length (10)".to_owned()
    } else {
        return None;
    };
    let finding = Finding::general(Wrong::TooManyCertificates(count));
    Some(Verdict::refuse(name, message, [&finding]))
}

/// The phase, how far from the root, and the check.
fn rank(findings: &Findings, finding: &Finding) -> Option<(u8, usize, u8)> {
    let depth = finding.depth();
    let down = usize::MAX - depth;
    let is_anchor = |depth: usize| {
        let path = findings.named.as_ref();
        path.and_then(|path| path.links.get(depth))
            .is_some_and(|link| link.trusted)
    };
    // Who is trusted is not looked at.
    if finding.certificate.is_some() && is_anchor(depth) {
        return None;
    }
    Some(match &finding.wrong {
        Wrong::Unreadable
        | Wrong::NoCertificate
        | Wrong::ExplicitCurve
        | Wrong::AlgorithmsDiffer => (0, 0, 0),
        Wrong::IssuerMissing { issuer, .. } if issuer.is_empty() => (0, 0, 0),
        Wrong::BadExtension(why) if why.ends_with("twice") => (0, 0, 0),
        Wrong::OldVersion(version) if *version > 3 => (0, 0, 0),
        Wrong::SelfSigned | Wrong::UntrustedRoot | Wrong::IssuerMissing { .. } => (1, 0, 0),
        Wrong::WeakKey { bits, kind } if *kind == "EC" || *bits < 1024 => (2, down, 0),
        Wrong::WeakSignature("MD5") => (2, down, 0),
        Wrong::MayNotSign => (2, down, 1),
        Wrong::NotCa { .. } | Wrong::PathTooLong(_) => (2, down, 2),
        Wrong::NameConstraint { .. } => (2, usize::MAX - 1, 3),
        Wrong::DemandsPolicy => (2, down, 4),
        Wrong::NotYetValid(_) | Wrong::Expired(_) => (2, down, 5),
        Wrong::BadSignature | Wrong::UnknownAlgorithm => (2, down, 6),
        Wrong::UnknownCritical(_) => (2, down, 7),
        // When it is told to look: Security property ocsp.enable, com.sun.net.ssl.checkRevocation.
        Wrong::Revoked(source) if source.contains("list") => (2, down, 8),
        Wrong::RevocationUnknown(_) if findings.expectation.looks_at_lists() => (2, down, 8),
        Wrong::WrongPurpose { any_or_none } if depth == 0 => {
            let any = findings.leaf().and_then(|leaf| leaf.extensions.extended);
            if *any_or_none && any.is_some_and(|usage| usage.any) {
                return None;
            }
            (3, 0, 0)
        }
        Wrong::NoDigitalSignature => (3, 0, 1),
        Wrong::OtherKey(_) => (5, 0, 0),
        _ => return None,
    })
}

fn message(findings: &Findings, finding: &Finding) -> String {
    let failed = |why: &str| {
        format!("PKIX path validation failed: java.security.cert.CertPathValidatorException: {why}")
    };
    match &finding.wrong {
        Wrong::NoCertificate => "Empty server certificate chain".to_owned(),
        Wrong::IssuerMissing { issuer, .. } if issuer.is_empty() => {
            "Failed to parse server certificates".to_owned()
        }
        Wrong::SelfSigned | Wrong::UntrustedRoot | Wrong::IssuerMissing { .. } => {
            NO_PATH.to_owned()
        }
        Wrong::WeakKey { kind, bits } => {
            let subject = finding
                .certificate
                .as_ref()
                .map(|(_, subject)| subject.as_str());
            failed(&format!(
                "Algorithm constraints check failed on keysize limits: {kind} {bits} bit key used with certificate: {}",
                subject.unwrap_or_default()
            ))
        }
        Wrong::WeakSignature(_) => {
            failed("Algorithm constraints check failed on signature algorithm: MD5withRSA")
        }
        Wrong::MayNotSign => failed("CA key usage check failed: keyCertSign bit is not set"),
        Wrong::NotCa { .. } => {
            failed("basic constraints check failed: this is not a CA certificate")
        }
        Wrong::PathTooLong(_) => failed(
            "basic constraints check failed: pathLenConstraint violated - this cert must be the last cert in the certification path",
        ),
        Wrong::NameConstraint { .. } => failed("name constraints check failed"),
        Wrong::DemandsPolicy => failed("non-null policy tree required and policy tree is null"),
        Wrong::NotYetValid(_) | Wrong::Expired(_) => failed("validity check failed"),
        Wrong::BadSignature if below_the_anchor(findings, finding) => {
            failed("Path does not chain with any of the trust anchors")
        }
        Wrong::BadSignature | Wrong::UnknownAlgorithm => failed("signature check failed"),
        Wrong::UnknownCritical(_) => failed("unrecognized critical extension(s)"),
        Wrong::Revoked(_) => failed(&revoked(findings, finding)),
        Wrong::RevocationUnknown(_) => failed("Could not determine revocation status"),
        Wrong::WrongPurpose { .. } => {
            "Extended key usage does not permit use for TLS server authentication".to_owned()
        }
        Wrong::NoDigitalSignature => "KeyUsage does not allow digital signatures".to_owned(),
        Wrong::OtherKey(_) => match findings.leaf().map(|leaf| &leaf.key) {
            Some(key) if !key.is_for_handshakes() => "Cannot verify CertificateVerify signature",
            _ => "Invalid CertificateVerify signature",
        }
        .to_owned(),
        _ => "Failed to parse server certificates".to_owned(),
    }
}

/// The text of `CertificateRevokedException` of OpenJDK, with times in UTC.
fn revoked(findings: &Findings, finding: &Finding) -> String {
    let depth = finding.depth();
    let path = findings.named.as_ref();
    let entry = path.and_then(|path| revocation::entry_of(path, depth, &findings.expectation));
    let issuer = path.and_then(|path| path.links.get(depth));
    let (Some(entry), Some(link)) = (entry, issuer) else {
        return "Certificate has been revoked".to_owned();
    };
    let (reason, extensions) = match entry.reason {
        Some(reason) => (java_reason(reason), "[2.5.29.21]"),
        None => ("UNSPECIFIED", "[]"),
    };
    let at = entry.at.to_datetime();
    let (weekday, month) = (at.weekday().to_string(), at.month().to_string());
    format!(
        "Certificate has been revoked, reason: {reason}, revocation date: {} {} {:02} {:02}:{:02}:{:02} UTC {}, authority: {}, extension OIDs: {extensions}",
        &weekday[..3],
        &month[..3],
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.year(),
        link.certificate.facts.issuer,
    )
}

/// `java.security.cert.CRLReason`.
fn java_reason(reason: ReasonCode) -> &'static str {
    match reason.0 {
        1 => "KEY_COMPROMISE",
        2 => "CA_COMPROMISE",
        3 => "AFFILIATION_CHANGED",
        4 => "SUPERSEDED",
        5 => "CESSATION_OF_OPERATION",
        6 => "CERTIFICATE_HOLD",
        8 => "REMOVE_FROM_CRL",
        9 => "PRIVILEGE_WITHDRAWN",
        10 => "AA_COMPROMISE",
        _ => "UNSPECIFIED",
    }
}

/// Whether the trusted root of that name is the one that did not sign.
fn below_the_anchor(findings: &Findings, finding: &Finding) -> bool {
    let path = findings.named.as_ref();
    let above = path.and_then(|path| path.links.get(finding.depth() + 1));
    above.is_some_and(|link| link.trusted)
}
