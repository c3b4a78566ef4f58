//! What was done in a lab and what became of it, for the trainer.

use std::fmt::{self, Write as _};
use std::time::Duration;

use super::{Deed, Grade, Moment};

/// What was done in a lab, and what became of it. `Display` is the report in Markdown.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LabReport {
    /// The case.
    pub lab: String,
    /// What its names were made of.
    pub seed: Option<u64>,
    /// How it ended.
    pub grade: Grade,
    /// How many hints were opened.
    pub hints_used: usize,
    /// How many there were.
    pub hints: usize,
    /// How long it took, by the clock on the wall.
    pub time: Duration,
    /// What was done, in order.
    pub timeline: Vec<Moment>,
    /// What was wrong.
    pub cause: String,
    /// What proves it.
    pub evidence: Vec<Proof>,
}

/// Something that proves what was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proof {
    /// The text.
    pub text: String,
    /// What it shows.
    pub shows: String,
    /// Whether somebody had it before their eyes.
    pub seen: bool,
    /// The first line of a log or a trace in which it stands; where none has it, the line in which
    /// it was seen.
    pub line: Option<String>,
}

impl LabReport {
    /// What had been seen before the first change; `None` if nothing was changed.
    #[must_use]
    pub fn seen_before_the_change(&self) -> Option<Vec<&str>> {
        let first = self
            .timeline
            .iter()
            .position(|one| one.deed == Deed::Changed)?;
        let before = self.timeline[..first].iter();
        Some(
            before
                .flat_map(|one| &one.evidence)
                .map(String::as_str)
                .collect(),
        )
    }

    /// As a page of its own, without scripts.
    #[must_use]
    pub fn html(&self) -> String {
        let mut page = String::from(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>mailfault lab</title>\n<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2rem .5rem;text-align:left;vertical-align:top}code{white-space:pre-wrap}</style>\n",
        );
        // The Markdown has headings, lists, tables and paragraphs, and nothing else.
        let mut in_table = false;
        let mut in_list = false;
        for line in self.to_string().lines() {
            let is_row = line.starts_with('|');
            if in_table && !is_row {
                page.push_str("</table>\n");
                in_table = false;
            }
            if in_list && !line.starts_with("- ") {
                page.push_str("</ul>\n");
                in_list = false;
            }
            if line.starts_with("|---") || line.is_empty() {
                continue;
            }
            if is_row {
                let cell = if in_table { "td" } else { "th" };
                if !in_table {
                    page.push_str("<table>\n");
                    in_table = true;
                }
                let cells = line.trim_matches('|').split(" | ");
                let cells = cells.map(|text| format!("<{cell}>{}</{cell}>", inline(text.trim())));
                let _ = writeln!(page, "<tr>{}</tr>", cells.collect::<String>());
            } else if let Some(heading) = line.strip_prefix("## ") {
                let _ = writeln!(page, "<h2>{}</h2>", inline(heading));
            } else if let Some(heading) = line.strip_prefix("# ") {
                let _ = writeln!(page, "<h1>{}</h1>", inline(heading));
            } else if let Some(item) = line.strip_prefix("- ") {
                if !in_list {
                    page.push_str("<ul>\n");
                    in_list = true;
                }
                let _ = writeln!(page, "<li>{}</li>", inline(item));
            } else {
                let _ = writeln!(page, "<p>{}</p>", inline(line));
            }
        }
        if in_table {
            page.push_str("</table>\n");
        }
        if in_list {
            page.push_str("</ul>\n");
        }
        page.push_str("</html>\n");
        page
    }
}

/// A line with what HTML takes for its own escaped, and what stands in backticks as code.
fn inline(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let escaped = escaped.replace("\\|", "|");
    let mut parts = escaped.split('`');
    let mut line = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        line.push_str(if at % 2 == 0 { "<code>" } else { "</code>" });
        line.push_str(part);
    }
    line
}

impl fmt::Display for LabReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}\n", self.lab)?;
        writeln!(f, "{}\n", self.grade.summary())?;
        if let Some(seed) = self.seed {
            writeln!(f, "- seed: {seed}")?;
        }
        writeln!(f, "- time: {}", clock(self.time))?;
        writeln!(f, "- hints opened: {} of {}", self.hints_used, self.hints)?;
        for broken in &self.grade.policy_broken {
            writeln!(f, "- policy broken: {broken}")?;
        }
        writeln!(
            f,
            "\n## Mail\n\n| by | to | ended | words |\n|---|---|---|---|"
        )?;
        for one in &self.grade.arrivals {
            let good = if one.good { "" } else { " (it should not)" };
            let words = cell(&one.words);
            writeln!(
                f,
                "| {} | {} | {}{good} | {words} |",
                one.by, one.to, one.seen
            )?;
        }
        writeln!(
            f,
            "\n## What was done\n\n| after | deed | what | seen for the first time |\n|---|---|---|---|"
        )?;
        for one in &self.timeline {
            writeln!(
                f,
                "| {} | {} | `{}` | {} |",
                clock(one.after),
                one.deed.name(),
                cell(&one.text).replace('`', "'"),
                cell(&one.evidence.join("; "))
            )?;
        }
        if !self.evidence.is_empty() {
            writeln!(f, "\n## What proves it\n")?;
            let before = self.seen_before_the_change();
            for one in &self.evidence {
                let when = match (&before, one.seen) {
                    (_, false) => "not seen",
                    (Some(before), true) if !before.contains(&one.shows.as_str()) => {
                        "seen only after the first change"
                    }
                    _ => "seen",
                };
                let line = one.line.as_ref().unwrap_or(&one.text).replace('`', "'");
                writeln!(f, "- {} ({when}): `{line}`", one.shows)?;
            }
        }
        writeln!(
            f,
            "\n## What was wrong\n\n{}",
            self.cause.replace('\n', " ")
        )
    }
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace(['\r', '\n'], " ").replace('|', "\\|")
}

/// `1:05:09` or `5:09`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}
