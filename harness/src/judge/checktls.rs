//! Stages, a matrix and a score, as web testers of receivers give them. The score is ours.

use super::domain::of_chain;
use super::evidence::Evidence;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::verdict::Verdict;
use crate::fault::Stage;

/// The stages of such a test, each with how it ended.
const STAGES: [&str; 8] = [
    "Connect", "Allowed", "Can Use", "TLS Adv", "Cert OK", "TLS Neg", "Sndr OK", "Rcvr OK",
];

/// A message is not sent, and MAIL and RCPT are not tried: their cells say `-`.
pub(super) fn checktls(name: &str, findings: &Findings) -> Verdict {
    let evidence = &findings.evidence;
    let passed = |stage: Stage| {
        let step = evidence.steps.iter().find(|step| step.stage == stage);
        step.filter(|step| step.passed)
    };
    let said_hello = passed(Stage::Ehlo).or_else(|| passed(Stage::Tls));
    let offers = evidence
        .ehlo
        .as_ref()
        .is_some_and(|reply| reply.offers("STARTTLS"))
        || evidence.is_encrypted();
    let why = objections(findings);
    let certificate = evidence.is_encrypted() && why.is_empty();
    let cell = |step: Option<&super::evidence::Step>| match step {
        Some(step) => format!("OK ({}ms)", step.took.as_millis()),
        None => "FAIL".to_owned(),
    };
    let plain = |good: bool| if good { "OK" } else { "FAIL" }.to_owned();
    let cells = [
        cell(passed(Stage::Connect)),
        cell(passed(Stage::Greeting)),
        cell(said_hello),
        plain(offers),
        plain(certificate),
        cell(passed(Stage::Handshake)),
        "-".to_owned(),
        "-".to_owned(),
    ];
    let matrix = STAGES.iter().zip(&cells);
    let matrix: Vec<String> = matrix
        .map(|(stage, cell)| format!("{stage}: {cell}"))
        .collect();
    let score = score(evidence, &why);
    let verdict = match certificate {
        true => Verdict::deliver(name, "Cert VALIDATED: ok"),
        false => Verdict::refuse(name, message(findings), &why),
    };
    let verdict = verdict
        .code(score.to_string())
        .detail("matrix", matrix.join(" | "))
        .detail(
            "score",
            format!("{score} of 100, by mailfault's own weights"),
        );
    match evidence.is_encrypted() && !certificate {
        true => verdict.uncertain(
            "the weights of others are not published; 90 was seen where only the certificate fails",
        ),
        false => verdict,
    }
}

fn objections(findings: &Findings) -> Vec<Finding> {
    let mut why: Vec<Finding> = findings
        .all()
        .iter()
        .filter(|one| matches!(one.wrong, Wrong::Stopped(_)))
        .cloned()
        .collect();
    why.extend(of_chain(findings));
    if findings
        .names()
        .first()
        .is_some_and(|check| !check.fit.is_right())
    {
        why.push(findings.name_finding());
    }
    why
}

/// 0 without a conversation, 40 with one and no TLS, 90 at most with a bad certificate.
fn score(evidence: &Evidence, why: &[Finding]) -> u32 {
    match (evidence.speaks_smtp(), evidence.is_encrypted()) {
        (false, _) => 0,
        (true, false) => 40,
        (true, true) if why.is_empty() => 100,
        (true, true) => 90,
    }
}

fn message(findings: &Findings) -> String {
    let Some(leaf) = findings.leaf().filter(|_| findings.stopped().is_none()) else {
        return String::new();
    };
    let wrong_name = findings
        .names()
        .first()
        .is_some_and(|check| !check.fit.is_right());
    let names = match leaf.facts.names.as_slice() {
        [] => leaf.facts.common_name.iter().cloned().collect(),
        names => names.to_vec(),
    };
    match wrong_name {
        true => format!(
            "Cert Hostname DOES NOT VERIFY ({} != {})",
            findings.expectation.name,
            names.join(" | ")
        ),
        false => "Cert NOT VALIDATED".to_owned(),
    }
}
