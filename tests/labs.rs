//! The labs: each is solved by the script that mends it, and by no other.
//!
//! `labs/NAME/` has a script for each kind. They find names by cmdlets, so that they are right for
//! every seed, and can be given to `mailfault lab --script`.

mod cmdlets; // the commands that mends are typed with
mod path; // a trainee's path through the first case, as the articles write it

use std::path::PathBuf;
use std::sync::Arc;

use mailfault::cast::{Cast, SendResult, Stage};
use mailfault::lab::{Deed, Grade, Lab};
use mailfault::shell::{Shell, Transcript};

/// What a case is called without its folder.
fn name(cast: &Cast) -> &str {
    cast.id.trim_start_matches("cases/")
}

fn script(cast: &Cast, kind: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("labs");
    let file = folder.join(name(cast)).join(kind).with_extension("txt");
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn open(cast: &Cast, seed: Option<u64>) -> Lab {
    Lab::open(cast, seed).unwrap_or_else(|error| panic!("{}: {error}", cast.id))
}

/// Types a script, and says what was printed.
fn play(lab: &Lab, script: &str) -> Transcript {
    let mut seen = Transcript::new();
    let mut begun = String::new();
    for line in script.lines() {
        if !begun.is_empty() {
            begun.push('\n');
        }
        begun.push_str(line);
        if !lab.is_incomplete(&begun) {
            lab.run(&std::mem::take(&mut begun), &mut seen).unwrap();
        }
    }
    assert!(begun.is_empty(), "{}: `{begun}` has no end", lab.id());
    seen
}

/// Types a script none of whose lines fails, and grades.
#[track_caller]
fn graded(cast: &Cast, seed: Option<u64>, script: &str) -> Grade {
    let lab = open(cast, seed);
    let seen = play(&lab, script);
    assert_eq!(seen.errors(), 0, "{} {seed:?}: {}", cast.id, seen.text());
    lab.grade().unwrap()
}

const SEEDS: [Option<u64>; 3] = [None, Some(1), Some(6)];

#[test]
fn the_proper_script_solves_each_lab_whatever_its_seed() {
    let labs = Lab::all();
    assert!(labs.len() >= 15);
    for cast in labs {
        for seed in SEEDS {
            let grade = graded(&cast, seed, &script(&cast, "solved"));
            assert!(grade.solved, "{} {seed:?}: {grade}", cast.id);
        }
    }
}

#[test]
fn whoever_looks_in_the_right_places_sees_what_proves_the_cause() {
    for cast in Lab::all() {
        for seed in SEEDS {
            let lab = open(&cast, seed);
            let seen = play(&lab, &script(&cast, "looked"));
            assert_eq!(seen.errors(), 0, "{}: {}", cast.id, seen.text());
            let report = lab.report().unwrap();
            assert!(!report.evidence.is_empty(), "{}", cast.id);
            for mailfault::lab::Proof {
                text, seen: shown, ..
            } in &report.evidence
            {
                assert!(shown, "{} {seed:?}: `{text}` in {}", cast.id, seen.text());
            }
            let changed = |deed| deed == Deed::Changed;
            assert!(
                !report.timeline.iter().any(|one| changed(one.deed)),
                "{report}"
            );
        }
    }
}

/// What of each lab's policy the script breaks by which mail flows all the same.
const BROKEN: [(&str, &str); 15] = [
    (
        "barracuda-in-front",
        "/TlsSettings is EncryptionOnly; it was DomainValidation",
    ),
    (
        "dotnet-expired",
        "sender database-mail/rule is opportunistic; it was dotnet-framework",
    ),
    (
        "dotnet-untrusted-chain",
        "sender console/rule is opportunistic; it was openssl",
    ),
    (
        "eop-client-certificate-not-sent",
        "/TlsSenderCertificateName is empty; it was mail.",
    ),
    (
        "eop-partner-certificate-renamed",
        "/RestrictDomainsToCertificate is False; it was True",
    ),
    (
        "eop-presents-its-own-certificate",
        "/TlsAuthLevel is EncryptionOnly; it was DomainValidation",
    ),
    (
        "exchange-missing-intermediate",
        "/TlsSettings is EncryptionOnly; it was DomainValidation",
    ),
    (
        "exchange-null-tls-certificate-name",
        "/TlsSettings is EncryptionOnly; it was DomainValidation",
    ),
    (
        "exchange-one-of-two-servers-fixed",
        "/TlsSettings is EncryptionOnly; it was DomainValidation",
    ),
    (
        "exchange-relay-without-the-right",
        "/AuthMechanism ExternalAuthoritative is True; it was False",
    ),
    (
        "exchange-stale-tls-certificate-name",
        "/TlsSettings is EncryptionOnly; it was DomainValidation",
    ),
    (
        "exchange-tls10-only",
        "/TlsSettings is EncryptionOnly; it was DomainValidation",
    ),
    (
        "fortimail-greylists",
        "box gateway/greylisting is off; it was on",
    ),
    (
        "hybrid-certificate-expired",
        "/TlsSettings is EncryptionOnly; it was DomainValidation",
    ),
    (
        "hybrid-nocredentials-orphan-certificate",
        "inbound connector Inbound from Contoso/RequireTls is False; the policy is True",
    ),
];

#[test]
fn mail_that_was_bought_with_security_flows_and_names_the_policy() {
    let labs = Lab::all();
    assert_eq!(labs.len(), BROKEN.len());
    for (id, policy) in BROKEN {
        let cast = Cast::named(id).unwrap();
        let grade = graded(&cast, None, &script(&cast, "policy-broken"));
        assert_eq!(
            grade.summary(),
            "mail flows, policy broken",
            "{id}: {grade}"
        );
        let mut broken = grade.policy_broken.iter();
        assert!(broken.any(|one| one.contains(policy)), "{id}: {grade}");
    }
}

#[test]
fn whoever_does_nothing_solves_nothing() {
    for cast in Lab::all() {
        for seed in SEEDS {
            let lab = open(&cast, seed);
            let grade = lab.grade().unwrap();
            assert!(!grade.solved && !grade.mail_flows, "{}: {grade}", cast.id);
            // Nothing in it tells where to look.
            assert!(grade.policy_broken.is_empty(), "{}: {grade}", cast.id);
            assert!(!lab.report().unwrap().grade.solved);
        }
    }
}

/// A move that does not help: its title, what is typed, what is printed, what the grade says.
struct Move<'a> {
    title: &'a str,
    lines: Vec<&'a str>,
    prints: Vec<&'a str>,
    symptoms: Vec<&'a str>,
}

fn moves(script: &str) -> Vec<Move<'_>> {
    let mut moves: Vec<Move<'_>> = Vec::new();
    for line in script.lines() {
        if let Some(title) = line.strip_prefix("#-- ") {
            moves.push(Move {
                title,
                lines: Vec::new(),
                prints: Vec::new(),
                symptoms: Vec::new(),
            });
            continue;
        }
        let Some(last) = moves.last_mut() else {
            continue;
        };
        match (line.strip_prefix("#= "), line.strip_prefix("#> ")) {
            (Some(symptom), _) => last.symptoms.push(symptom),
            (None, Some(printed)) => last.prints.push(printed),
            (None, None) => last.lines.push(line),
        }
    }
    moves
}

/// Text without its white space: a list wraps long values.
fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What is missing after a move, if anything is.
fn complaint(cast: &Cast, one: &Move<'_>) -> Option<String> {
    let lab = open(cast, None);
    let seen = play(&lab, &one.lines.join("\n"));
    let grade = lab.grade().unwrap();
    let (graded, printed) = (grade.to_string(), plain(&seen.text()));
    let symptoms = one.symptoms.iter().filter(|text| !graded.contains(**text));
    let prints = one.prints.iter();
    let prints = prints.filter(|text| !printed.contains(&plain(text)));
    let missing: Vec<_> = symptoms.chain(prints).collect();
    let good = missing.is_empty() && !grade.mail_flows && !one.symptoms.is_empty();
    (!good).then(|| {
        let (id, title, typed) = (&cast.id, one.title, seen.text());
        format!("{id}, {title}: {missing:?} is missing:\n{typed}\n{grade}\n")
    })
}

/// The labs of the cases that everything began with have this many wrong moves at least.
const SEEDS_OF_ALL: [&str; 6] = [
    "barracuda-in-front",
    "dotnet-expired",
    "dotnet-untrusted-chain",
    "eop-presents-its-own-certificate",
    "exchange-null-tls-certificate-name",
    "hybrid-nocredentials-orphan-certificate",
];

#[test]
fn a_wrong_move_leaves_the_symptom_that_the_real_system_would_show() {
    let mut complaints = Vec::new();
    for cast in Lab::all() {
        let text = script(&cast, "wrong-moves");
        let moves = moves(&text);
        let least = match SEEDS_OF_ALL.contains(&name(&cast)) {
            true => 10,
            false => 2,
        };
        assert!(moves.len() >= least, "{}", cast.id);
        complaints.extend(moves.iter().filter_map(|one| complaint(&cast, one)));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_case_is_mended_by_its_own_fix() {
    let mut mended = 0;
    for cast in Cast::all().into_iter().filter(|cast| cast.sends() > 0) {
        let id = cast.id.clone();
        assert!(cast.fixes().next().is_some(), "{id} has no fix");
        let stage = Arc::new(Stage::open(cast, |player| player).unwrap());
        let before = stage.prove().unwrap();
        let transcript = Shell::fix(&stage).unwrap();
        let after = stage.prove().unwrap();
        assert!(
            !before.iter().all(SendResult::is_as_expected),
            "{id} is not broken"
        );
        for result in &after {
            assert!(
                result.is_as_expected(),
                "{id}: {result}\n{}",
                transcript.text()
            );
        }
        mended += 1;
    }
    assert!(mended >= 31, "{mended}");
}

#[test]
fn seeds_vary_names_and_the_same_seed_gives_the_same_lab() {
    for cast in Lab::all() {
        let [one, again, other] = [Some(1), Some(1), Some(6)].map(|seed| open(&cast, seed));
        assert_eq!(one.ticket(), again.ticket(), "{}", cast.id);
        assert_eq!(
            one.stage().cast().text(),
            again.stage().cast().text(),
            "{}",
            cast.id
        );
        assert_ne!(
            one.stage().cast().text(),
            other.stage().cast().text(),
            "{}",
            cast.id
        );
    }
}

#[test]
fn of_two_servers_the_seed_says_which_one_is_at_fault() {
    let cast = Cast::named("exchange-one-of-two-servers-fixed").unwrap();
    let at_fault = |seed| {
        let lab = open(&cast, Some(seed));
        let playing = lab.stage().playing();
        let without = playing.exchanges().filter(|(_, server)| {
            let connectors = server.receive_connectors();
            let mut named = connectors
                .iter()
                .filter_map(|one| one.tls_certificate_name.as_ref());
            named.next().is_none()
        });
        without.map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
    };
    let all: Vec<_> = (0..8).map(at_fault).collect();
    for one in ["ex01", "ex02"] {
        assert!(all.contains(&vec![one.to_owned()]), "{all:?}");
    }
}
