//! The results of a class, for a table.

use super::{Class, Trainee};
use crate::lab::seat::Progress;

const HEAD: &str = "number,name,seed,grade,seconds_to_solved,policy_broken,hints_used,commands\r\n";

/// A line for each trainee, as RFC 4180 has it.
pub(crate) fn results(class: &Class) -> String {
    let rows = class.trainees().iter().map(row);
    HEAD.to_owned() + &rows.collect::<String>()
}

fn row(trainee: &Trainee) -> String {
    let (progress, grade) = trainee.seat.progress();
    let policy = grade.as_ref().map(|grade| grade.policy_broken.join("; "));
    let fields = [
        trainee.number.to_string(),
        progress.name.clone(),
        trainee.seed.to_string(),
        grade.map_or("not begun", |grade| grade.summary).to_owned(),
        seconds(&progress).map_or_else(String::new, |seconds| seconds.to_string()),
        policy.unwrap_or_default(),
        progress.hints.to_string(),
        progress.commands.to_string(),
    ];
    let fields: Vec<_> = fields.iter().map(|field| quoted(field)).collect();
    fields.join(",") + "\r\n"
}

/// How long it took until it was solved.
pub(super) fn seconds(progress: &Progress) -> Option<u64> {
    let (began, solved) = progress.began.zip(progress.solved)?;
    Some(solved.duration_since(began).unwrap_or_default().as_secs())
}

/// A field. A name is whatever somebody typed, and a spreadsheet takes some texts for formulas.
fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    match formula || text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{guard}{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(quoted("Erin"), "Erin");
        assert_eq!(
            quoted("Erin \"E\", from Phoenix"),
            "\"Erin \"\"E\"\", from Phoenix\""
        );
        assert_eq!(quoted("a\nb"), "\"a\nb\"");
        assert_eq!(
            quoted("=HYPERLINK(\"http://evil.test\")"),
            "\"'=HYPERLINK(\"\"http://evil.test\"\")\""
        );
        assert_eq!(quoted("-1"), "\"'-1\"");
    }
}
