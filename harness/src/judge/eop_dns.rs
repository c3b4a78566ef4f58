//! What EOP makes of DANE and MTA-STS, in the words of Microsoft's list of its errors.
//!
//! That list (learn.microsoft.com, "Email nondelivery reports and SMTP errors in Exchange Online")
//! has each code with its words, and the cases that it is for; "How SMTP DANE works" there says
//! more of them, and New-OutboundConnector what the modes are. No trace or report of failure with
//! one of these codes was found, so that what stands around the words is not known.

use super::dane::TlsaFit;
use super::domain::{is_for, not_for, of_chain};
use super::eop::{Cause, EopOutbound, OnlineEra};
#[cfg(feature = "models")]
use super::evidence::Evidence;
use super::evidence::Trouble;
use super::expectation::Expectation;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::openssl::stopped;
use super::settings::{MtaStsMode, SmtpDaneMode};
#[cfg(feature = "models")]
use super::verdict::Verdict;
use crate::fault::Stage;

/// A reason to wait, and what it is made of.
pub(super) type Objection = (Cause, Vec<Finding>);

const NO_STARTTLS: &str =
    "starttls-not-supported: Destination mail server must support TLS to receive mail.";
const EXPIRED: &str = "certificate-expired: Destination mail server's certificate is expired.";
const INVALID: &str = "tlsa-invalid: The domain failed DANE validation.";
const BOGUS: &str = "dnssec-invalid: Destination domain returned invalid DNSSEC records";
const OTHER_HOST: &str = "certificate-host-mismatch: Remote certificate MUST have a common name or subject alternative name matching the hostname (DANE)";

impl EopOutbound {
    /// Whether DNS alone keeps it from connecting: DNSSEC is broken, or the policy of the domain
    /// does not name the host.
    #[must_use]
    pub fn stays_away(&self, expectation: &Expectation) -> bool {
        let bogus = self.asks_dane() && expectation.dnssec_bogus;
        let unnamed = self.asks_mta_sts()
            && expectation
                .mta_sts
                .as_ref()
                .is_some_and(|policy| policy.is_enforced() && !policy.allows(expectation.host()));
        bogus || unnamed
    }

    /// What it makes of a server to which it does not even connect.
    #[cfg(feature = "models")]
    pub(crate) fn without_looking(
        &self,
        address: std::net::SocketAddr,
        expectation: &Expectation,
    ) -> Option<Verdict> {
        let nothing = || Findings::of(&Evidence::new(address), expectation);
        self.stays_away(expectation).then(|| self.judge(&nothing()))
    }

    /// It has had both since 2022.
    fn asks_dane(&self) -> bool {
        self.era >= OnlineEra::From2020 && self.smtp_dane_mode != SmtpDaneMode::None
    }

    fn asks_mta_sts(&self) -> bool {
        self.era >= OnlineEra::From2020 && self.mta_sts_mode != MtaStsMode::None
    }

    /// What it has against a server for the sake of DANE or MTA-STS. A policy that is kept makes
    /// up for no failure of DANE (RFC 8461 §2); whether DANE does for a policy, nobody says.
    pub(super) fn by_dns(&self, findings: &Findings) -> Option<Objection> {
        let dane = self.asks_dane().then(|| self.dane(findings)).flatten();
        dane.or_else(|| {
            let (cause, why) = self.asks_mta_sts().then(|| mta_sts(findings)).flatten()?;
            let by_dane = self.asks_dane() && findings.tlsa().iter().any(|one| one.fit.is_right());
            let cause = match by_dane {
                true => cause.uncertain("whether it asks MTA-STS where DANE is right"),
                false => cause,
            };
            Some((cause, why))
        })
    }

    /// What it delivers in spite of, as far as that is known.
    pub(super) fn note_by_dns(&self, findings: &Findings) -> Option<&'static str> {
        let by_leaf = self.asks_dane() && has(findings, TlsaFit::Certificate);
        (by_leaf && !is_for_host(findings)).then_some(
            "whether it looks at the name where a TLSA record of usage 3 is right; RFC 7672 §3.1.1 says not to",
        )
    }

    fn dane(&self, findings: &Findings) -> Option<Objection> {
        let expected = &findings.expectation;
        if expected.dnssec_bogus {
            let cause = Cause::listed("450 4.7.324", BOGUS).uncertain(
                "the code: by Microsoft's article it was for a while `4.4.312 DNS query failed`",
            );
            return Some((cause, of(findings, |wrong| *wrong == Wrong::DnssecBogus)));
        }
        if expected.tlsa.is_empty() {
            // The article says that mail waits, and not in which words.
            return (self.smtp_dane_mode == SmtpDaneMode::Mandatory).then(|| {
                let cause = Cause::listed("450 4.7.323", INVALID)
                    .uncertain("code and words where DANE is mandatory and there is no record");
                (cause, vec![Finding::general(Wrong::NoTlsa)])
            });
        }
        // Records that cannot be used demand TLS all the same, says the article as RFC 7672 §2.2.
        if without_tls(findings) || findings.evidence.bad_signature.is_some() {
            let why = of(findings, |wrong| {
                matches!(wrong, Wrong::Stopped(_) | Wrong::OtherKey(_))
            });
            return Some((Cause::listed("450 4.7.321", NO_STARTTLS), why));
        }
        if findings.stopped().is_some() {
            return None;
        }
        self.of_records(findings)
    }

    fn of_records(&self, findings: &Findings) -> Option<Objection> {
        let fits = || findings.tlsa().iter().map(|one| one.fit);
        if fits().all(|fit| fit == TlsaFit::Unusable) {
            return None;
        }
        let invalid = || Cause::listed("450 4.7.323", INVALID);
        let expired = |below: usize| {
            of(findings, |wrong| matches!(wrong, Wrong::Expired(_)))
                .into_iter()
                .filter(|finding| finding.depth() <= below)
                .collect::<Vec<_>>()
        };
        if has(findings, TlsaFit::Certificate) {
            let old = expired(0);
            let cause = Cause::listed("450 4.7.322", EXPIRED).uncertain(
                "whether it looks at the date where a TLSA record of usage 3 is right: Microsoft's list makes no exception, RFC 7672 §3.1.1 says not to",
            );
            return (self.expiry_beside_dane_ee && !old.is_empty()).then_some((cause, old));
        }
        let anchor = fits().find_map(|fit| match fit {
            TlsaFit::Authority(place) => Some(place),
            _ => None,
        });
        let Some(anchor) = anchor else {
            let mut why = of(findings, |wrong| {
                matches!(wrong, Wrong::TlsaMismatch { .. })
            });
            let old = expired(0);
            let cause = match old.is_empty() {
                true => invalid(),
                false => invalid()
                    .uncertain("whether the record or the date is told where both are wrong"),
            };
            why.extend(old);
            return Some((cause, why));
        };
        let old = expired(anchor);
        if !old.is_empty() {
            return Some((Cause::listed("450 4.7.322", EXPIRED), old));
        }
        if !is_for_host(findings) {
            let why = vec![not_for(findings, findings.expectation.host())];
            return Some((Cause::listed("450 4.7.325", OTHER_HOST), why));
        }
        let broken: Vec<Finding> = of_chain(findings)
            .into_iter()
            .filter(|finding| finding.depth() <= anchor && !is_of_trust(&finding.wrong))
            .collect();
        (!broken.is_empty()).then(|| (invalid(), broken))
    }
}

/// RFC 8461 §4 and §5.
fn mta_sts(findings: &Findings) -> Option<Objection> {
    let expected = &findings.expectation;
    let policy = expected.mta_sts.as_ref()?;
    if !policy.is_enforced() {
        return None;
    }
    if !policy.allows(expected.host()) {
        let words = format!(
            "MX hosts of {} failed MTA-STS validation",
            expected.domain()
        );
        let why = of(findings, |wrong| {
            matches!(wrong, Wrong::MxNotInPolicy { .. })
        });
        return Some((Cause::listed("450 4.4.8", words), why));
    }
    if without_tls(findings) {
        let cause = Cause::cannot_connect("451 5.7.3 STARTTLS is required to send mail")
            .uncertain("code and words where a policy of MTA-STS demands TLS and there is none");
        return Some((cause, stopped(findings).cloned().collect()));
    }
    if findings.stopped().is_some() {
        return None;
    }
    let mut why = of_chain(findings);
    if !is_for(findings, expected.host()) {
        why.insert(0, not_for(findings, expected.host()));
    }
    let first = why.first()?;
    let reason = match first.wrong {
        Wrong::WrongName { .. } => "SubjectMismatch",
        Wrong::Expired(_) | Wrong::NotYetValid(_) => "CertificateExpired",
        Wrong::SelfSigned | Wrong::UntrustedRoot | Wrong::IssuerMissing { .. } => "UntrustedRoot",
        Wrong::Revoked(_) => "Revoked",
        _ => "ChainError",
    };
    let words = format!("Remote certificate failed MTA-STS validation. Reason: {reason}");
    let cause = Cause::listed("450 4.7.5", words)
        .uncertain("the word behind `Reason:`, which is that of 4.7.320 here");
    Some((cause, why))
}

/// Whether there could have been mail, and there is no TLS for it.
fn without_tls(findings: &Findings) -> bool {
    let of_tls = matches!(
        findings.stopped(),
        Some(
            Trouble::NoStartTls
                | Trouble::Refused(Stage::StartTls, _)
                | Trouble::Alert(_)
                | Trouble::BadHandshake(_)
                | Trouble::ClearInsteadOfTls
                | Trouble::Closed(Stage::StartTls | Stage::Handshake)
                | Trouble::Silent(Stage::StartTls | Stage::Handshake, _)
        )
    );
    of_tls && findings.evidence.speaks_smtp()
}

fn has(findings: &Findings, fit: TlsaFit) -> bool {
    findings.tlsa().iter().any(|one| one.fit == fit)
}

/// By the host or the domain (RFC 7672 §3.2.2).
fn is_for_host(findings: &Findings) -> bool {
    let expected = &findings.expectation;
    is_for(findings, expected.host()) || is_for(findings, expected.domain())
}

fn of(findings: &Findings, wanted: impl Fn(&Wrong) -> bool) -> Vec<Finding> {
    let found = findings.all().iter().filter(|one| wanted(&one.wrong));
    found.cloned().collect()
}

/// Where a chain ends, which is DNS's to say.
fn is_of_trust(wrong: &Wrong) -> bool {
    matches!(
        wrong,
        Wrong::SelfSigned
            | Wrong::UntrustedRoot
            | Wrong::IssuerMissing { .. }
            | Wrong::TrustedHalfway
    )
}
