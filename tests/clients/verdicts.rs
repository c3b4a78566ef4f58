//! What was measured before, and the differences that are known.

/// A row of `verdicts.tsv`.
pub(super) struct Row {
    pub(super) fault: &'static str,
    pub(super) client: &'static str,
    version: &'static str,
    verdict: &'static str,
    message: &'static str,
}

/// Where a client is seen to do something else than the row says, and why.
struct Difference {
    fault: &'static str,
    client: &'static str,
    /// The verdict that is seen here.
    verdict: &'static str,
    why: &'static str,
}

const DIFFERENCES: &[Difference] = &[];

/// Every row.
pub(super) fn rows() -> impl Iterator<Item = Row> {
    include_str!("verdicts.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [fault, client, version, verdict, message] => Row {
                fault,
                client,
                version,
                verdict,
                message,
            },
            _ => panic!("no row of verdicts.tsv: {line}"),
        })
}

/// What this client did with this fault when it was measured.
pub(super) fn row(fault: &str, client: &str) -> Option<Row> {
    rows().find(|row| row.fault == fault && row.client == client)
}

impl Row {
    /// What should be seen and is not: the same as then, or what is listed as different, and that
    /// only while it is.
    pub(super) fn hold_against(&self, verdict: &str, words: &str, saw_tls: bool) -> Vec<String> {
        let mut complaints = Vec::new();
        let known = DIFFERENCES
            .iter()
            .find(|known| known.fault == self.fault && known.client == self.client);
        let expected = known.map_or(self.verdict, |known| known.verdict);
        if verdict != expected {
            complaints.push(format!(
                "the verdict is {expected}, as of version {}, not {verdict}",
                self.version
            ));
        }
        if let Some(known) = known {
            if known.verdict == self.verdict {
                complaints.push(format!(
                    "what is listed as different differs, or is taken out: {}",
                    known.why
                ));
            }
            return complaints;
        }
        if !self.message.contains(words) {
            complaints.push(format!(
                "the row has these words, {words:?}: {}",
                self.message
            ));
        }
        if let Some((_, saw)) = self.message.split_once("[server saw: tls=") {
            let then = saw.starts_with("yes");
            if saw_tls != then {
                complaints.push(format!("the server sees TLS: {then}, not {saw_tls}"));
            }
        }
        complaints
    }
}
