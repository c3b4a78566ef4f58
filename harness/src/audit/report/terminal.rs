//! The report card on a terminal.

use std::collections::BTreeMap;
use std::fmt;

use super::{counts, rfc, said, shortened, spoken};
use crate::audit::grade::REFUSES;
use crate::audit::{Audited, Grade, ReportCard};

impl fmt::Display for ReportCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, kind, .. } = self;
        writeln!(f, "audit of {client}, a client of the kind `{kind}`")?;
        if let Some(stopped) = &self.stopped {
            return self.write_stopped(f, stopped);
        }
        let judged = |grade| self.all().filter(move |one| one.grade == grade);
        let mut wrong: Vec<_> = judged(Grade::Wrong).collect();
        wrong.sort_by_key(|one| one.severity);
        for (number, one) in wrong.into_iter().chain(judged(Grade::Lenient)).enumerate() {
            write_case(f, one)?;
            // Enough to see what is going on; the reports have them all.
            const TRANSCRIPTS: usize = 5;
            if f.alternate() && number < TRANSCRIPTS && one.grade == Grade::Wrong {
                for line in shortened(&one.transcript(), 60).lines() {
                    writeln!(f, "        {line}")?;
                }
            }
        }
        self.write_remarks(f)?;
        self.write_not_judged(f)?;
        let seconds = self.took.as_secs_f64();
        writeln!(f, "\n{} in {seconds:.1} s", counts(self))
    }
}

impl ReportCard {
    fn write_stopped(&self, f: &mut fmt::Formatter<'_>, stopped: &str) -> fmt::Result {
        writeln!(f, "\nstopped: {stopped}")?;
        for one in self
            .controls
            .iter()
            .filter(|one| one.report.mail.is_empty())
        {
            writeln!(
                f,
                "\n{}: {}, ended with {}",
                one.id, one.summary, one.outcome
            )?;
            let words = said(one);
            if !words.is_empty() {
                writeln!(f, "    the client says: {words}")?;
            }
            for remark in &one.remarks {
                writeln!(f, "    {remark}")?;
            }
            for line in shortened(&one.transcript(), 60).lines() {
                writeln!(f, "    {line}")?;
            }
        }
        let hint = "\nnothing else was played: what a client makes of a fault says something only if \
                    it delivers where there is none";
        writeln!(f, "{hint}")
    }

    fn write_remarks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut remarks: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for one in self.all() {
            for remark in &one.remarks {
                remarks.entry(remark).or_default().push(&one.id);
            }
        }
        write_lists(f, "worth knowing", &remarks)
    }

    fn write_not_judged(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut refused: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for one in self.all().filter(|one| one.grade == Grade::NotJudged) {
            let list = match one.reason == REFUSES {
                true => &mut refused,
                false => &mut reasons,
            };
            list.entry(&one.reason).or_default().push(&one.id);
        }
        write_lists(f, "no defect, and yet", &refused)?;
        write_lists(f, "not judged", &reasons)
    }
}

fn write_case(f: &mut fmt::Formatter<'_>, one: &Audited) -> fmt::Result {
    let severity = one.severity.map(|severity| format!(" ({severity})"));
    let severity = severity.unwrap_or_default();
    writeln!(f, "\n{}: {}{severity}", spoken(one.grade), one.id)?;
    writeln!(f, "    {}", one.summary)?;
    let because = match &*rfc(&one.rfc) {
        "" => String::new(),
        rfc => format!(" ({rfc})"),
    };
    writeln!(
        f,
        "    it {}; a correct client {}{because}",
        one.reason, one.required
    )?;
    match &*said(one) {
        "" => Ok(()),
        words => writeln!(f, "    the client says: {words}"),
    }
}

/// Ids below what they have in common.
fn write_lists(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    lists: &BTreeMap<&str, Vec<&str>>,
) -> fmt::Result {
    if lists.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}:")?;
    for (what, ids) in lists {
        writeln!(f, "    {what}:")?;
        let mut line = String::new();
        for id in ids {
            if line.len() + id.len() > 90 {
                writeln!(f, "        {line}")?;
                line.clear();
            }
            let space = if line.is_empty() { "" } else { " " };
            line += &format!("{space}{id}");
        }
        writeln!(f, "        {line}")?;
    }
    Ok(())
}
