//! The report as JUnit XML, as CI systems read it: a test for each case.

use std::fmt::Write as _;

use super::{Escaped, counts, rfc, shortened, verdict};
use crate::audit::{Audited, Grade, ReportCard};

pub(super) fn write(card: &ReportCard) -> String {
    let count = |grade| card.count(grade);
    let all = card.all().count();
    let (failures, skipped) = (count(Grade::Wrong), count(Grade::NotJudged));
    let errors = usize::from(card.stopped.is_some());
    let name = format!("mailfault audit of {} ({})", card.client, card.kind);
    let seconds = card.took.as_secs_f64();
    let totals = format!(
        "name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" \
         skipped=\"{skipped}\" time=\"{seconds:.3}\"",
        Escaped(&name),
        all + errors,
    );
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "<testsuites {totals}>\n<testsuite {totals}>");
    if let Some(stopped) = &card.stopped {
        let stopped = Escaped(stopped);
        let _ = writeln!(
            out,
            "<testcase classname=\"mailfault\" name=\"controls\"><error message=\"{stopped}\"/></testcase>"
        );
    }
    for one in card.all() {
        case(&mut out, one);
    }
    let _ = writeln!(out, "<system-out>{}</system-out>", Escaped(&counts(card)));
    out += "</testsuite>\n</testsuites>\n";
    out
}

fn case(out: &mut String, one: &Audited) {
    let folder = one.id.split('/').next().unwrap_or_default();
    let _ = write!(
        out,
        "<testcase classname=\"mailfault.{}\" name=\"{}\" time=\"{:.3}\">",
        Escaped(folder),
        Escaped(&one.id),
        one.took.as_secs_f64(),
    );
    let message = format!(
        "{}: it {}; a correct client {}",
        one.summary, one.reason, one.required
    );
    let message = Escaped(&message);
    match one.grade {
        Grade::Wrong => {
            let body = format!("{}\n{}", rfc(&one.rfc), shortened(&one.transcript(), 200));
            let kind = verdict(one);
            let _ = write!(
                out,
                "<failure type=\"{}\" message=\"{message}\">{}</failure>",
                Escaped(&kind),
                Escaped(&body),
            );
        }
        Grade::NotJudged => {
            let _ = write!(out, "<skipped message=\"{}\"/>", Escaped(&one.reason));
        }
        Grade::Lenient | Grade::Right => {}
    }
    if !one.said.text.trim().is_empty() {
        let said = shortened(&one.said.text, 50);
        let _ = write!(out, "<system-out>{}</system-out>", Escaped(&said));
    }
    if one.grade == Grade::Lenient {
        let _ = write!(out, "<system-err>lenient: {message}</system-err>");
    }
    *out += "</testcase>\n";
}
