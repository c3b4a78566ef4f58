//! What the judges say of every faulty certificate, against what clients were observed to say.
//!
//! `SNAPSHOTS=overwrite cargo test -p mailfault-tests judges` writes `docs/judges.md` anew.

use std::collections::BTreeMap;

use mailfault::judge::{Expectation, Findings, Judge, Probe, Verdict};
use mailfault::scenario::Scenario;
use mailfault_scenarios::VERDICTS;
use tempfile::TempDir;

use crate::wordings::Case;

/// A judge, and the client that it imitates.
struct Pair {
    judge: &'static str,
    client: &'static str,
    version: &'static str,
    said: fn(&Verdict) -> String,
}

fn message(verdict: &Verdict) -> String {
    verdict.message.clone()
}

const PAIRS: [Pair; 8] = [
    Pair {
        judge: "openssl",
        client: "openssl s_client",
        version: "3.0",
        said: |verdict| {
            verdict.told("verify error").map_or_else(
                || verdict.message.clone(),
                |first| format!("verify error:{first}"),
            )
        },
    },
    Pair {
        judge: "python",
        client: "python ssl",
        version: "3.11",
        said: message,
    },
    Pair {
        judge: "node",
        client: "node tls",
        version: "20.",
        said: |verdict| {
            format!(
                "{}: {}",
                verdict.code.as_deref().unwrap_or_default(),
                verdict.message
            )
        },
    },
    Pair {
        judge: "gnutls",
        client: "gnutls-cli",
        version: "3.7",
        said: message,
    },
    Pair {
        judge: "java",
        client: "java jsse",
        version: "17",
        said: message,
    },
    Pair {
        judge: "go",
        client: "go crypto/tls",
        version: "1.19",
        said: message,
    },
    Pair {
        judge: "dotnet-core-3.1",
        client: ".net core SslStream",
        version: "3.1",
        said: |verdict| {
            format!(
                "{} | policy: {} | chain: {} |",
                verdict.message,
                verdict.told("SslPolicyErrors").unwrap_or("-"),
                match verdict.told("ChainStatus") {
                    Some("") => "NoError",
                    Some(status) => status,
                    None => "-",
                }
            )
        },
    },
    Pair {
        judge: "rustls",
        client: "rustls (ring)",
        version: "0.23",
        said: message,
    },
];

#[test]
fn explore() {
    let home = TempDir::new().unwrap();
    let scenarios = Scenario::all().into_iter().filter(|one| {
        one.id.starts_with("tls/")
            || (one.id.starts_with("control/")
                && one.server.tls != mailfault::scenario::TlsWish::None)
    });
    let mut all = BTreeMap::new();
    for scenario in scenarios {
        let (case, server) = Case::serve(scenario, home.path());
        let evidence = Probe::new(case.server).implicit().name(&*case.name).run();
        let expectation = Expectation::new(&*case.name).trusting(&case.trusted);
        let findings = Findings::of(&evidence, &expectation);
        drop(server);
        all.insert(case.id.clone(), (case.name.clone(), findings));
    }
    for pair in &PAIRS {
        let (mut rows, mut verdicts, mut words, mut refused) = (0, 0, 0, 0);
        for line in VERDICTS.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [fault, client, version, verdict, said, _] = columns[..] else {
                continue;
            };
            if client != pair.client || !version.starts_with(pair.version) {
                continue;
            }
            let Some((name, findings)) = all.get(fault) else {
                continue;
            };
            let mine = Judge::named(pair.judge).unwrap().judge(findings);
            rows += 1;
            let same = mine.would_deliver() == (verdict == "accepted");
            verdicts += usize::from(same);
            let norm = |t: &str| {
                t.replace("mail.fixture.test", name)
                    .replace("fixture.test", "D")
                    .replace("example.test", "D")
                    .replace("mx.test", "D")
            };
            let my = norm(&(pair.said)(&mine));
            let theirs = norm(said);
            let same_words = verdict == "accepted" || theirs.contains(my.as_str());
            if verdict != "accepted" {
                refused += 1;
                words += usize::from(same && same_words);
            }
            if !same || !same_words {
                println!(
                    "{} {} {} {fault}: MINE {} {my} || THEIRS {verdict} {theirs}",
                    if same { "words" } else { "VERDICT" },
                    pair.judge,
                    "",
                    mine.decision
                );
            }
        }
        println!(
            "SUM {}: {verdicts}/{rows} verdicts, {words}/{refused} words",
            pair.judge
        );
    }
}
