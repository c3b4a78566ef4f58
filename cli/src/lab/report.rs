//! The report of a lab as a file.

use std::path::Path;

use mailfault::lab::{Arrival, Grade, LabReport, Moment};
use serde_json::{Value, json};

use super::played::Format;
use crate::error::Error;

/// Writes a report in the format that the file's name says.
pub(super) fn write(report: &LabReport, file: &Path) -> Result<(), Error> {
    let name = file.display().to_string();
    let format = Format::of(&name).ok_or_else(|| {
        Error::new(format!(
            "`{name}` says no format: a report ends in `.json`, `.md` or `.html`"
        ))
    })?;
    std::fs::write(file, text(report, format)).map_err(|error| Error::system("write", file, &error))
}

/// A report in this format.
pub(super) fn text(report: &LabReport, format: Format) -> String {
    match format {
        Format::Html => report.html(),
        Format::Json => format!("{:#}\n", as_json(report)),
        Format::Markdown => report.to_string(),
    }
}

/// A report as `docs/json.md` has it.
pub(super) fn as_json(report: &LabReport) -> Value {
    let mut value = grade(&report.grade);
    let more = json!({
        "lab": report.lab,
        "seed": report.seed,
        "hints_used": report.hints_used,
        "hints": report.hints,
        "seconds": report.time.as_secs(),
        "timeline": report.timeline.iter().map(moment).collect::<Vec<_>>(),
        "evidence": report.evidence.iter().map(|one| json!({
            "text": one.text, "shows": one.shows, "seen": one.seen, "line": one.line,
        })).collect::<Vec<_>>(),
        "seen_before_the_change": report.seen_before_the_change(),
        "cause": report.cause,
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut value, more) {
        all.extend(more);
    }
    value
}

/// A grade.
pub(super) fn grade(grade: &Grade) -> Value {
    json!({
        "solved": grade.solved,
        "mail_flows": grade.mail_flows,
        "summary": grade.summary(),
        "policy_broken": grade.policy_broken,
        "sends": grade.arrivals.iter().map(arrival).collect::<Vec<_>>(),
    })
}

fn arrival(one: &Arrival) -> Value {
    json!({
        "by": one.by,
        "to": one.to,
        "good": one.good,
        "seen": one.seen.name(),
        "words": one.words,
    })
}

fn moment(one: &Moment) -> Value {
    json!({
        "after_seconds": one.after.as_secs(),
        "deed": one.deed.name(),
        "text": one.text,
        "evidence": one.evidence,
    })
}
