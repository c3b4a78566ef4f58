//! A probe for people.

use mailfault::CertificateFacts;
use mailfault::judge::{Evidence, Verdict};

use super::Told;
use crate::output;

impl Told<'_> {
    pub(super) fn text(&self) -> String {
        let findings = self.findings;
        let evidence = findings.evidence();
        let name = &findings.expectation().name;
        let mut text = format!("{} ({}), as `{name}`\n", self.server, evidence.address);
        text += "\nStages:\n\n";
        text += &output::indent(&stages(evidence));
        if !evidence.chain.is_empty() {
            text += "\nCertificates, as presented:\n\n";
            text += &output::indent(&chain(evidence));
            text += "\nIs the server's certificate for\n\n";
            let names = findings.names().iter().map(|check| {
                let what = format!("{} `{}`", check.against, check.name);
                (what, check.fit.to_string())
            });
            text += &table(names);
        }
        if !findings.tlsa().is_empty() {
            text += "\nDo the TLSA records stand for what is presented?\n\n";
            let records = findings.tlsa().iter().map(|check| {
                let record = check.record.to_string();
                // A record may be a whole certificate.
                let shown: String = record.chars().take(70).collect();
                let rest = if shown.len() < record.len() {
                    "…"
                } else {
                    ""
                };
                (format!("{shown}{rest}"), check.fit.to_string())
            });
            text += &table(records);
        }
        text += "\nFindings:\n\n";
        match findings.all() {
            [] => text += "    nothing is wrong\n",
            all => {
                for finding in all {
                    text += &output::wrapped(&finding.to_string(), 4, 6);
                }
            }
        }
        text += "\nJudges:\n\n";
        text += &verdicts(self.verdicts);
        text + &changes(self.verdicts)
    }
}

fn stages(evidence: &Evidence) -> String {
    let steps = evidence.steps.iter().map(|step| {
        let milliseconds = step.took.as_secs_f64() * 1000.0;
        let passed = if step.passed { "ok" } else { "FAILED" };
        let stage = step.stage.to_string();
        format!(
            "{stage:<10} {milliseconds:>8.1} ms  {passed:<6} {}\n",
            step.result
        )
    });
    steps.collect()
}

fn chain(evidence: &Evidence) -> String {
    let mut text = String::new();
    for (place, der) in evidence.chain.iter().enumerate() {
        let Some(facts) = CertificateFacts::read(der) else {
            text += &format!("{place} cannot be read ({} octets)\n", der.as_bytes().len());
            continue;
        };
        text += &format!("{place} {}\n", facts.subject);
        text += &format!("  issuer {}\n", facts.issuer);
        text += &format!("  valid  {}\n", facts.validity());
        text += &format!("  SHA-1  {}\n", facts.thumbprint);
        match facts.names.as_slice() {
            [] => {}
            names if names.len() > 20 => {
                let shown = names[..20].join(", ");
                text += &format!("  names  {shown} and {} more\n", names.len() - 20);
            }
            names => text += &format!("  names  {}\n", names.join(", ")),
        }
    }
    text
}

fn verdicts(verdicts: &[Verdict]) -> String {
    let rows = verdicts.iter().map(|verdict| {
        let judge = format!("{:<31} {}", verdict.judge, verdict.decision);
        let text = match (&verdict.code, verdict.message.as_str()) {
            (Some(code), message) if message.is_empty() || message.starts_with(code.as_str()) => {
                if message.is_empty() { code } else { message }.to_owned()
            }
            (Some(code), message) if verdict.would_deliver() || message.contains(code.as_str()) => {
                message.to_owned()
            }
            (Some(code), message) => format!("{code}: {message}"),
            (None, message) => message.to_owned(),
        };
        (judge, text)
    });
    let mut text = table(rows);
    for verdict in verdicts {
        for (what, detail) in &verdict.details {
            if verdicts.len() <= 3 {
                let judge = &verdict.judge;
                text += &output::wrapped(&format!("{judge}: {what}: {detail}"), 4, 6);
            }
        }
        if verdicts.len() <= 3 {
            for what in &verdict.uncertain {
                text += &output::wrapped(&format!("{}: uncertain: {what}", verdict.judge), 4, 6);
            }
        }
    }
    text
}

fn changes(verdicts: &[Verdict]) -> String {
    let mut changes: Vec<&String> = Vec::new();
    for change in verdicts.iter().flat_map(|verdict| &verdict.change) {
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    if changes.is_empty() {
        return String::new();
    }
    let lines = changes.iter().map(|change| output::wrapped(change, 4, 6));
    format!("\nWhat to change:\n\n{}", lines.collect::<String>())
}

fn table(rows: impl Iterator<Item = (String, String)>) -> String {
    let rows: Vec<_> = rows.collect();
    let rows = rows
        .iter()
        .map(|(first, second)| (first.as_str(), second.as_str()));
    let lines = output::table(rows);
    let lines: String = lines
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    output::indent(&lines)
}
