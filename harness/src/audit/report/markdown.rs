//! The report as Markdown, for a pull request or an issue.

use std::fmt::Write as _;

use super::{Escaped, counts, rfc, said, shortened, verdict};
use crate::audit::{Audited, Grade, ReportCard};

pub(super) fn write(card: &ReportCard) -> String {
    let mut out = format!(
        "# Audit of {}\n\nA client of the kind `{}`: {}.\n",
        cell(&card.client),
        card.kind,
        counts(card)
    );
    if let Some(stopped) = &card.stopped {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n**Stopped:** {}.\n", cell(stopped));
    }
    let mut found: Vec<_> = card
        .all()
        .filter(|one| matches!(one.grade, Grade::Wrong | Grade::Lenient))
        .collect();
    found.sort_by_key(|one| (one.grade, one.severity));
    if !found.is_empty() {
        out += "\n| case | grade | the client | a correct client |\n|---|---|---|---|\n";
        found.iter().for_each(|one| row(&mut out, one));
    }
    for one in found.iter().filter(|one| one.grade == Grade::Wrong) {
        details(&mut out, one);
    }
    out += "\n<details><summary>Everything else</summary>\n\n";
    let graded = |grade| card.all().filter(move |one| one.grade == grade);
    if graded(Grade::NotJudged).next().is_some() {
        out += "| case | grade | the client | a correct client |\n|---|---|---|---|\n";
        graded(Grade::NotJudged).for_each(|one| row(&mut out, one));
        out.push('\n');
    }
    // Names alone, or a comment on a pull request is full.
    let right: Vec<_> = graded(Grade::Right).map(|one| code(&one.id)).collect();
    if !right.is_empty() {
        let _ = writeln!(out, "Right: {}.\n", right.join(", "));
    }
    out += "</details>\n";
    out
}

fn row(out: &mut String, one: &Audited) {
    let required = match &*rfc(&one.rfc) {
        "" => one.required.clone(),
        rfc => format!("{} ({rfc})", one.required),
    };
    let _ = writeln!(
        out,
        "| {}<br>{} | {} | {} | {} |",
        code(&one.id),
        cell(&one.summary),
        verdict(one),
        cell(&one.reason),
        cell(&required),
    );
}

fn details(out: &mut String, one: &Audited) {
    let _ = write!(
        out,
        "\n<details><summary><code>{}</code>: {}</summary>\n",
        Escaped(&one.id),
        verdict(one)
    );
    let words = said(one);
    if !words.is_empty() {
        let _ = write!(out, "\nThe client says: {}\n", cell(&words));
    }
    let transcript = shortened(&one.transcript(), 100);
    let fence = fence(&transcript);
    let _ = write!(out, "\n{fence}text\n{transcript}{fence}\n\n</details>\n");
}

/// Longer than any run of backticks in the text.
fn fence(text: &str) -> String {
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// A name as code, within a table: nothing ends it early.
fn code(name: &str) -> String {
    let name = name.replace(['`', '\n', '\r'], "'").replace('|', "\\|");
    format!("`{name}`")
}

/// A text within a line or a table: no markup of its own.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' => out.extend(['\\', character]),
            _ => out.push(character),
        }
    }
    out
}
