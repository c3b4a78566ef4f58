//! What the judges say of every faulty certificate, held against what clients were observed to
//! say, row by row of `verdicts.tsv`.
//!
//! A row on which a judge differs is listed in `differences.rs` with a reason, and fails when it
//! stops differing. `SNAPSHOTS=overwrite cargo test -p mailfault-tests judges` writes
//! `docs/judges.md` anew.

use std::collections::BTreeMap;
use std::path::Path;

use mailfault::judge::{Expectation, Findings, Judge, Probe, Verdict};
use mailfault::scenario::{Scenario, TlsWish};
use mailfault_scenarios::VERDICTS;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};
use tempfile::TempDir;

use super::differences::{BY_CHANCE, DIFFERENCES, Part};
use crate::wordings::Case;

/// A judge, and the client that it imitates.
struct Pair {
    judge: &'static str,
    client: &'static str,
    version: &'static str,
    /// What of its verdict must be in the row.
    said: fn(&Verdict) -> Vec<String>,
}

const PAIRS: [Pair; 8] = [
    Pair {
        judge: "dotnet-core-3.1",
        client: ".net core SslStream",
        version: "3.1",
        said: of_dotnet,
    },
    Pair {
        judge: "gnutls",
        client: "gnutls-cli",
        version: "3.7",
        said: message,
    },
    Pair {
        judge: "go",
        client: "go crypto/tls",
        version: "1.19",
        said: message,
    },
    Pair {
        judge: "java",
        client: "java jsse",
        version: "17",
        said: message,
    },
    Pair {
        judge: "node",
        client: "node tls",
        version: "20.",
        said: of_node,
    },
    Pair {
        judge: "openssl",
        client: "openssl s_client",
        version: "3.0",
        said: of_openssl,
    },
    Pair {
        judge: "python",
        client: "python ssl",
        version: "3.11",
        said: message,
    },
    Pair {
        judge: "rustls",
        client: "rustls (ring)",
        version: "0.23",
        said: of_rustls,
    },
];

fn message(verdict: &Verdict) -> Vec<String> {
    vec![verdict.message.clone()]
}

/// The table was made with `-verify_return_error`, which ends with the first error.
fn of_openssl(verdict: &Verdict) -> Vec<String> {
    let first = verdict.told("verify error");
    let first = first.map(|first| format!("verify error:{first}"));
    vec![first.unwrap_or_else(|| verdict.message.clone())]
}

/// The code, and what stands behind OpenSSL's own path to the error.
fn of_node(verdict: &Verdict) -> Vec<String> {
    vec![
        format!("{}:", verdict.code.as_deref().unwrap_or_default()),
        verdict.message.clone(),
    ]
}

fn of_dotnet(verdict: &Verdict) -> Vec<String> {
    let policy = verdict.told("SslPolicyErrors");
    let chain = verdict.told("ChainStatus");
    let chain = chain.map(|status| if status.is_empty() { "NoError" } else { status });
    vec![
        verdict.message.clone(),
        format!("| policy: {} |", policy.unwrap_or("-")),
        format!("| chain: {}", chain.unwrap_or("-")),
    ]
}

/// Which error of rustls it is; what is in it differs from one server to another.
fn of_rustls(verdict: &Verdict) -> Vec<String> {
    let error = verdict.told("error").unwrap_or_default();
    let kind = error.split([' ', '{']).next().unwrap_or_default();
    vec![kind.trim_end_matches(')').to_owned()]
}

/// Without what differs from one server to another: the domain, times, numbers of octets, and
/// the names of authorities.
fn plain(text: &str) -> String {
    let mut text = text.replace("example.test", "fixture.test");
    text = text.replace("mx.test", "fixture.test");
    text = text.replace("mail.fixture.test", "fixture.test");
    for begin in [
        "candidate authority certificate",
        "current time",
        "The size of the handshake message",
        "bit key used with certificate",
    ] {
        if let Some(at) = text.find(begin) {
            text.truncate(at + begin.len());
        }
    }
    text.trim_end_matches([':', ' ']).to_owned()
}

/// Whether a row has the words; it may have been cut within them.
fn has(row: &str, words: &str) -> bool {
    let (row, words) = (plain(row), plain(words));
    let cut = |part: &str| {
        let begin = part.split_once('…').map(|(begin, _)| begin);
        begin.is_some_and(|begin| {
            let mut ends = begin.match_indices(": ").map(|(at, _)| &begin[at + 2..]);
            words.starts_with(begin) || ends.any(|end| end.len() > 20 && words.starts_with(end))
        })
    };
    row.contains(&words) || row.split(" | ").any(cut)
}

/// How a judge did.
#[derive(Default)]
struct Score {
    rows: usize,
    verdicts: usize,
    refusals: usize,
    words: usize,
    differences: Vec<(String, Part, String)>,
}

fn score(pair: &Pair, all: &BTreeMap<String, Findings>) -> Score {
    let judge = Judge::named(pair.judge).expect("a judge");
    let mut score = Score::default();
    for line in VERDICTS.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [fault, client, version, verdict, row, _] = columns[..] else {
            panic!("no row of verdicts.tsv: {line}");
        };
        let Some(findings) = all.get(fault) else {
            continue;
        };
        let by_chance =
            |(judge, row, _): &(&str, &str, &str)| *judge == pair.judge && *row == fault;
        if BY_CHANCE.iter().any(by_chance) {
            continue;
        }
        if client != pair.client || !version.starts_with(pair.version) {
            continue;
        }
        let judged = judge.judge(findings);
        let said = (pair.said)(&judged);
        score.rows += 1;
        let accepted = verdict == "accepted";
        score.refusals += usize::from(!accepted);
        let tell = || {
            let decision = judged.decision;
            format!(
                "{fault} {}: {decision} ({})\n  observed: {verdict} ({row})",
                pair.judge,
                said.join(" ")
            )
        };
        if judged.would_deliver() != accepted {
            score
                .differences
                .push((fault.to_owned(), Part::Verdict, tell()));
            continue;
        }
        score.verdicts += 1;
        let same = accepted || said.iter().all(|words| has(row, words));
        match same {
            false => score
                .differences
                .push((fault.to_owned(), Part::Words, tell())),
            true => score.words += usize::from(!accepted),
        }
    }
    score
}

#[test]
fn judges_say_what_clients_said() {
    let all = findings();
    let mut complaints = Vec::new();
    let mut table = String::new();
    for pair in &PAIRS {
        let score = score(pair, &all);
        let of_judge = || {
            DIFFERENCES
                .iter()
                .filter(|one| one.judges.contains(&pair.judge))
        };
        let listed = |fault: &str, part: Part| {
            of_judge().any(|one| one.part == part && one.faults.contains(&fault))
        };
        for (fault, part, told) in &score.differences {
            if !listed(fault, *part) {
                complaints.push(format!("{part:?} {told}"));
            }
        }
        for one in of_judge() {
            for fault in one.faults {
                let differs = score
                    .differences
                    .iter()
                    .any(|(known, part, _)| known == fault && *part == one.part);
                if !differs {
                    complaints.push(format!(
                        "{fault} {}: a difference that is listed is one, or is taken out: {}",
                        pair.judge, one.why
                    ));
                }
            }
        }
        let Score {
            rows,
            verdicts,
            refusals,
            words,
            ..
        } = score;
        table += &format!(
            "| `{}` | {} {} | {verdicts} of {rows} | {words} of {refusals} |\n",
            pair.judge,
            pair.client,
            pair.version.trim_end_matches('.')
        );
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let text = document(&table);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/judges.md");
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(text, Data::read_from(&path, Some(DataFormat::Text)));
}

/// What is found at every server with TLS of the catalogue's certificates.
fn findings() -> BTreeMap<String, Findings> {
    let home = TempDir::new().expect("a temporary directory");
    let certificates = |one: &Scenario| {
        let control = one.id.starts_with("control/") && one.server.tls != TlsWish::None;
        control || one.id.starts_with("tls/")
    };
    let scenarios = Scenario::all().into_iter().filter(certificates);
    let all = scenarios.map(|scenario| {
        let (case, _server) = Case::serve(scenario, home.path());
        let evidence = Probe::new(case.server).implicit().name(&*case.name).run();
        let expectation = Expectation::new(&*case.name).trusting(&case.trusted);
        (case.id, Findings::of(&evidence, &expectation))
    });
    all.collect()
}

fn document(table: &str) -> String {
    let mut text = String::from(HEAD);
    for judge in Judge::all() {
        text += &format!(
            "| `{}` | {} | {} |\n",
            judge.name(),
            judge.summary(),
            judge.basis()
        );
    }
    text += AGREEMENT;
    text += table;
    text += KNOWN;
    for one in DIFFERENCES {
        let list = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        let part = match one.part {
            Part::Verdict => "verdict",
            Part::Words => "words",
        };
        text += &format!(
            "| {} | {} | {part} | {} |\n",
            list(one.judges),
            list(one.faults),
            one.why
        );
    }
    for (judge, fault, why) in BY_CHANCE {
        text += &format!("| `{judge}` | `{fault}` | not counted | {why} |\n");
    }
    text
}

const HEAD: &str = "\
# Those who judge

`mailfault probe HOST:PORT --as JUDGE` asks one of them, and without `--as` all; `mailfault show JUDGE` tells one.
Whether a chain leads to a trusted root is rustls-webpki's word, and each signature the provider's; what other clients would say is worked out from who signed whom and what each certificate says, in the order in which they look.

This file is written by `SNAPSHOTS=overwrite cargo test -p mailfault-tests judges`, and a test fails when it is not true.

| judge | is | by |
|---|---|---|
";

const AGREEMENT: &str = "
## Held against what was observed

Every scenario of `tls/`, and every control with TLS, was played and judged, and the verdict compared with the row that [scenarios/verdicts.tsv](../scenarios/verdicts.tsv) has of that client: whether it accepts, and, of what it refuses, the words.
Judges that are not in this table have not been observed, or have no words.

| judge | client | same verdict | same words |
|---|---|---|---|
";

const KNOWN: &str = "
## Known differences

| judges | faults | in | because |
|---|---|---|---|
";
