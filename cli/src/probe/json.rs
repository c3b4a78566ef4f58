//! A probe as one object; `docs/json.md` explains it.

use mailfault::CertificateFacts;
use mailfault::judge::{Evidence, Finding, Verdict};
use serde_json::{Value, json};

use super::Told;

impl Told<'_> {
    pub(super) fn json(&self) -> Value {
        let evidence = self.findings.evidence();
        let expectation = self.findings.expectation();
        let names = self.findings.names().iter().map(|check| {
            json!({
                "against": check.against.to_string(),
                "name": check.name,
                "right": check.fit.is_right(),
                "fit": check.fit.to_string(),
            })
        });
        let tlsa = self.findings.tlsa().iter().map(|check| {
            json!({
                "record": check.record.to_string(),
                "right": check.fit.is_right(),
                "fit": check.fit.to_string(),
            })
        });
        let policy = expectation.mta_sts.as_ref().map(|policy| {
            json!({
                "mode": policy.mode.name(),
                "mx": policy.mx,
            })
        });
        let tls = evidence.tls.as_ref().map(|tls| {
            json!({
                "version": tls.version.to_string(),
                "cipher_suite": tls.cipher_suite,
                "group": tls.group,
            })
        });
        json!({
            "server": self.server,
            "addr": evidence.address.to_string(),
            "name": expectation.name,
            "steps": steps(evidence),
            "tls": tls,
            "chain": chain(evidence),
            "stapled": evidence.staple.is_some(),
            "client_certificate_asked": evidence.client_certificate_asked,
            "trouble": evidence.trouble.as_ref().map(ToString::to_string),
            "names": names.collect::<Vec<_>>(),
            "tlsa": tlsa.collect::<Vec<_>>(),
            "dnssec_bogus": expectation.dnssec_bogus,
            "mta_sts": policy,
            "findings": self.findings.all().iter().map(finding).collect::<Vec<_>>(),
            "verdicts": self.verdicts.iter().map(verdict).collect::<Vec<_>>(),
            "transcript": evidence.transcript.to_string(),
        })
    }
}

fn steps(evidence: &Evidence) -> Vec<Value> {
    let steps = evidence.steps.iter().map(|step| {
        json!({
            "stage": step.stage.to_string(),
            "ms": step.took.as_secs_f64() * 1000.0,
            "passed": step.passed,
            "result": step.result,
        })
    });
    steps.collect()
}

/// A certificate that cannot be read is `null`.
fn chain(evidence: &Evidence) -> Vec<Value> {
    let chain = evidence.chain.iter().map(|der| {
        let facts = CertificateFacts::read(der)?;
        Some(json!({
            "subject": facts.subject.to_string(),
            "issuer": facts.issuer.to_string(),
            "serial": facts.serial,
            "thumbprint": facts.thumbprint,
            "names": facts.names,
            "valid": facts.validity(),
        }))
    });
    chain.map(Value::from).collect()
}

fn finding(finding: &Finding) -> Value {
    json!({
        "what": finding.wrong.to_string(),
        "certificate": finding.certificate.as_ref().map(|(place, _)| place),
        "subject": finding.certificate.as_ref().map(|(_, subject)| subject),
        "harmless": finding.is_harmless(),
        "change": finding.advice(),
    })
}

fn verdict(verdict: &Verdict) -> Value {
    let details = verdict.details.iter();
    let details = details.map(|(what, text)| ((*what).to_owned(), Value::from(text.clone())));
    json!({
        "judge": verdict.judge,
        "decision": verdict.decision.name(),
        "code": verdict.code,
        "message": verdict.message,
        "details": details.collect::<serde_json::Map<_, _>>(),
        "decided_by": verdict.decided_by.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "uncertain": verdict.uncertain,
        "change": verdict.change,
    })
}
