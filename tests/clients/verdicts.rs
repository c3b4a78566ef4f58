//! What was measured before, and the differences that are known.

use mailfault_scenarios::VERDICTS;

/// A row of `verdicts.tsv`.
pub(super) struct Row {
    pub(super) fault: &'static str,
    pub(super) client: &'static str,
    version: &'static str,
    verdict: &'static str,
    message: &'static str,
}

/// Where a client is seen to do or say something else than the row has, and why.
struct Difference {
    fault: &'static str,
    client: &'static str,
    /// The verdict that is seen here.
    verdict: &'static str,
    why: &'static str,
}

const DIFFERENCES: &[Difference] = &[];

/// Every row of what was seen with the servers of this library, which is seen again here.
pub(super) fn rows() -> impl Iterator<Item = Row> {
    VERDICTS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .filter_map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [.., "before"] => None,
            [fault, client, version, verdict, message, _] => Some(Row {
                fault,
                client,
                version,
                verdict,
                message,
            }),
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
        let known = DIFFERENCES
            .iter()
            .find(|known| known.fault == self.fault && known.client == self.client);
        self.complaints(known, verdict, words, saw_tls)
    }

    fn complaints(
        &self,
        known: Option<&Difference>,
        verdict: &str,
        words: &str,
        saw_tls: bool,
    ) -> Vec<String> {
        let mut differs = Vec::new();
        if verdict != self.verdict {
            differs.push(format!(
                "the verdict is {}, as of version {}, not {verdict}",
                self.verdict, self.version
            ));
        }
        if !self.message.contains(words) {
            differs.push(format!("the row has the words {words:?}: {}", self.message));
        }
        if let Some((_, saw)) = self.message.split_once("[server saw: tls=")
            && saw.starts_with("yes") != saw_tls
        {
            differs.push(format!("the server sees TLS: {}, not {saw_tls}", !saw_tls));
        }
        match known {
            None => differs,
            Some(known) if differs.is_empty() => vec![format!(
                "a difference that is listed is one, or is taken out: {}",
                known.why
            )],
            Some(known) if known.verdict != verdict => {
                vec![format!(
                    "the verdict is {}, as listed, not {verdict}",
                    known.verdict
                )]
            }
            Some(_) => Vec::new(),
        }
    }
}

#[test]
fn a_difference_is_listed_for_as_long_as_there_is_one() {
    let row = Row {
        fault: "tls/expired",
        client: "a client",
        version: "1.0",
        verdict: "refused",
        message: "certificate has expired [server saw: tls=no]",
    };
    let listed = Difference {
        fault: row.fault,
        client: row.client,
        verdict: "accepted",
        why: "it looks away",
    };
    #[track_caller]
    fn check(complaints: Vec<String>, expected: &[&str]) {
        assert_eq!(complaints.len(), expected.len(), "{complaints:?}");
        for (complaint, words) in complaints.iter().zip(expected) {
            assert!(complaint.contains(words), "{complaint}");
        }
    }
    check(row.complaints(None, "refused", "expired", false), &[]);
    check(
        row.complaints(None, "accepted", "delivered", true),
        &["not accepted", "the words", "sees TLS: false, not true"],
    );
    check(row.complaints(Some(&listed), "accepted", "", true), &[]);
    check(
        row.complaints(Some(&listed), "hung", "", false),
        &["not hung"],
    );
    check(
        row.complaints(Some(&listed), "refused", "expired", false),
        &["or is taken out: it looks away"],
    );
}
