//! `docs/client-table.md`, which tells every fault and what the clients that CI installs make of it.
//!
//! `SNAPSHOTS=overwrite cargo test -p mailfault-tests client_table` writes it anew.

use std::collections::BTreeSet;
use std::path::Path;

use mailfault::{ClientVerdict, Servers, Source, Wording, wordings};
use mailfault_scenarios::VERDICTS;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

use crate::catalogue::CATALOGUE;

const HEAD: &str = "\
# What clients do with each fault

Measured in November 2026 on Debian 12. Every client was told to trust one root and to verify one name.
`mailfault show NAME` has the words of each, and of many clients and versions more; the data is [scenarios/verdicts.tsv](../scenarios/verdicts.tsv).

- `refused`, `accepted`, `timed-out`, `hung`, `sent-then-error`: explained at the top of the data. An empty cell: not measured, or held back until the authors of the client have been told.
- ✓ and ✗: as a correct client that demands TLS and verifies must do, or not. No sign: it may do either, or it is lenient, or more counts than this table tells: how a mail is queued, whether a client asks for proofs of revocation at all.
- A star: seen with mailfault's own servers, which the tests see again with every run. The others were seen once, with servers that share nothing with mailfault.

This file is written by `SNAPSHOTS=overwrite cargo test -p mailfault-tests client_table`, and a test fails when it is not true to the data.
";

/// A table: its title, and its clients, each with the beginning of the versions that it is about.
struct Table {
    title: &'static str,
    about: &'static str,
    clients: &'static [(&'static str, &'static str)],
}

const TABLES: [Table; 2] = [
    Table {
        title: "TLS clients",
        about: "On a port with implicit TLS; they send no mail. Where a revocation list is the matter they were given \
                the lists as a file and told to check them, and where a staple is, to check that, if they can.",
        clients: &[
            ("openssl s_client", "3.0"),
            ("curl", "7.88"),
            ("python ssl", "3.11"),
            ("node tls", "20."),
            ("gnutls-cli", "3.7"),
            ("rustls (ring)", "0.23"),
        ],
    },
    Table {
        title: "Mail clients",
        about: "With STARTTLS, which they were told to insist on.",
        clients: &[
            ("curl --ssl-reqd", "7.88"),
            ("python-smtplib", "3.11"),
            ("swaks --tls --tls-verify", "20201014"),
            ("nodemailer requireTLS", "10."),
            ("lettre Tls::Required", "0.11"),
            ("mail-send", "0.7"),
        ],
    },
];

/// Every fault with what a correct client does: those of the catalogue in its order, then those of
/// its families.
fn faults() -> Vec<(&'static str, &'static str)> {
    let rows = |table: &'static str| {
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        lines.skip(1).map(|line| line.split('\t'))
    };
    let listed = rows(CATALOGUE).map(|mut row| {
        let fault = row.next().unwrap_or_default();
        (fault, row.nth(1).unwrap_or_default())
    });
    let mut faults: Vec<_> = listed.collect();
    let mut known: BTreeSet<_> = faults.iter().map(|(fault, _)| *fault).collect();
    for fault in rows(VERDICTS).filter_map(|mut row| row.next()) {
        if known.insert(fault) {
            faults.push((fault, "refuse"));
        }
    }
    faults
}

impl Table {
    fn markdown(&self) -> String {
        let mut versions = vec![BTreeSet::new(); self.clients.len()];
        let mut rows = String::new();
        for (fault, correct) in faults() {
            let all = wordings(fault);
            let found: Vec<_> = self
                .clients
                .iter()
                .map(|client| of(&all, *client))
                .collect();
            if found.iter().all(Option::is_none) {
                continue;
            }
            rows += &format!("| `{fault}` | {correct} |");
            for (wording, versions) in found.iter().zip(&mut versions) {
                versions.extend(wording.map(|one| one.version));
                let correct = if is_told(fault) { correct } else { "" };
                let cell = wording.map(|one| cell(correct, one)).unwrap_or_default();
                rows += &format!(" {cell} |");
            }
            rows.push('\n');
        }
        let columns = self
            .clients
            .iter()
            .zip(versions)
            .map(|((client, _), versions)| {
                let versions: Vec<_> = versions.into_iter().collect();
                format!(" {client} {} |", versions.join(", "))
            });
        let columns: String = columns.collect();
        let Self { title, about, .. } = self;
        let line = "---|".repeat(self.clients.len());
        format!(
            "\n## {title}\n\n{about}\n\n| fault | a correct client |{columns}\n|---|---|{line}\n{rows}"
        )
    }
}

/// Whether the verdict alone tells if the client did right. Of revocation it does not: a client that
/// asks for no proof need not judge one (RFC 6066 §8). Nor does it tell whose list of mechanisms was
/// used, only that the message was sent.
fn is_told(fault: &str) -> bool {
    !fault.starts_with("revocation/") && fault != "starttls/auth-only-before-tls"
}

fn of<'a>(all: &'a [Wording], (client, version): (&str, &str)) -> Option<&'a Wording> {
    all.iter().find(|one| {
        matches!(one.source, Source::Observed(_))
            && one.client == client
            && one.version.starts_with(version)
    })
}

fn cell(correct: &str, wording: &Wording) -> String {
    use ClientVerdict::{Accepted, NotJudged, Refused, TimedOut};
    let sign = match (correct, wording.verdict) {
        (_, NotJudged) => "",
        ("refuse", Refused | TimedOut) | ("accept", Accepted) => "✓ ",
        ("refuse" | "accept", _) => "✗ ",
        _ => "",
    };
    let star = match wording.source {
        Source::Observed(Servers::Ours | Servers::Both) => "*",
        _ => "",
    };
    format!("{sign}{}{star}", wording.verdict)
}

#[test]
fn the_published_table_is_true_to_the_data() {
    let text = TABLES.iter().map(Table::markdown);
    let text = format!("{HEAD}{}", text.collect::<String>());
    // Held back: whoever has used what was injected is not named.
    assert!(!text.contains("used-injected"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/client-table.md");
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(text, Data::read_from(&file, Some(DataFormat::Text)));
}
