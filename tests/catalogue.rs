//! What is served against what the catalogue asks for: nothing is missing without a reason, and
//! nothing is there that nobody asked for.

use std::collections::BTreeSet;

use mailfault::scenario::Scenario;

/// The ids of the catalogue, with the table they stand in and what a correct client does.
pub(crate) const CATALOGUE: &str = include_str!("catalogue.tsv");

/// What is not served yet, by reason. One that is served is to be taken out.
const NOT_YET: &[(&str, &[&str])] = &[];

/// What is served and no fault of the catalogue's, by reason.
const OURS: &[(&str, &str)] = &[(
    "mail/recipient-chooses",
    "the recipient names the reply: a server to try out, as other mock servers have it",
)];

/// Families, which the catalogue describes and does not list: alerts of these codes at these points,
/// warnings, and cuts; reasons of revocation, and failures of a responder.
const ALERTS: [u8; 27] = [
    10, 20, 22, 40, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 70, 71, 80, 86, 90, 109, 110, 112, 113,
    115, 116, 120, 200,
];
const POINTS: [&str; 4] = [
    "after-client-hello",
    "after-server-hello",
    "after-certificate",
    "after-finished",
];
const WARNINGS: [u8; 3] = [0, 90, 112];
/// Beside keyCompromise, which the catalogue's own id stands for.
const REASONS: [&str; 7] = [
    "ca-compromise",
    "affiliation-changed",
    "superseded",
    "cessation-of-operation",
    "certificate-hold",
    "privilege-withdrawn",
    "aa-compromise",
];

fn is_of_a_family(id: &str) -> bool {
    let alerts = ALERTS.iter().flat_map(|code| {
        let points = POINTS.iter();
        points.map(move |point| format!("handshake/alert-{code}-{point}"))
    });
    let warnings = WARNINGS
        .iter()
        .map(|code| format!("handshake/warning-{code}-after-client-hello"));
    // Where the catalogue lists what happens with FIN, it means RST and silence as well.
    let cuts = ["after-certificate", "after-finished"]
        .map(|point| ["reset", "stall"].map(|how| format!("handshake/{how}-{point}")));
    let reasons = REASONS
        .iter()
        .map(|reason| format!("revocation/crl-revoked-{reason}"));
    let failures = ["unauthorized", "http-500"]
        .map(|failure| format!("revocation/ocsp-responder-error-{failure}"));
    alerts
        .chain(warnings)
        .chain(reasons)
        .chain(failures)
        .chain(cuts.into_iter().flatten())
        .any(|member| member == id)
}

/// The first column.
fn catalogue() -> Vec<&'static str> {
    let lines = CATALOGUE.lines().filter(|line| !line.starts_with('#'));
    let ids = lines
        .skip(1)
        .map(|line| line.split('\t').next().unwrap_or_default());
    ids.collect()
}

#[test]
fn all_of_the_catalogue_is_served_or_there_is_a_reason() {
    let asked: BTreeSet<_> = catalogue().into_iter().collect();
    let served: BTreeSet<_> = Scenario::all().into_iter().map(|one| one.id).collect();
    let not_yet: BTreeSet<_> = NOT_YET.iter().flat_map(|(_, ids)| *ids).copied().collect();

    let mut complaints = Vec::new();
    for id in &asked {
        match (served.contains(*id), not_yet.contains(id)) {
            (true, true) => complaints.push(format!("{id} is served: take it out of NOT_YET")),
            (false, false) => complaints.push(format!("{id} is not served, and nobody says why")),
            _ => {}
        }
    }
    for id in not_yet.iter().filter(|id| !asked.contains(*id)) {
        complaints.push(format!("{id} of NOT_YET is not in the catalogue"));
    }
    for id in &served {
        let ours = OURS.iter().any(|(own, _)| own == id);
        match (asked.contains(id.as_str()) || is_of_a_family(id), ours) {
            (true, true) => {
                complaints.push(format!("{id} is in the catalogue: take it out of OURS"))
            }
            (false, false) => complaints.push(format!("{id} is not in the catalogue")),
            _ => {}
        }
    }
    for (id, _) in OURS.iter().filter(|(id, _)| !served.contains(*id)) {
        complaints.push(format!("{id} of OURS is not served"));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn the_catalogue_is_whole() {
    let ids = catalogue();
    let controls = ids.iter().filter(|id| id.starts_with("control/")).count();
    assert_eq!((ids.len() - controls, controls), (385, 41));
    let once: BTreeSet<_> = ids.iter().collect();
    assert_eq!(once.len(), ids.len(), "an id stands twice");
}

/// A scenario and the catalogue agree on what a client must make of it.
#[test]
fn scenarios_ask_of_a_client_what_the_catalogue_asks() {
    let mut complaints = Vec::new();
    for scenario in Scenario::all() {
        let row = CATALOGUE
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>());
        let mut row = row.filter(|row| row.first() == Some(&scenario.id.as_str()));
        let row = row.next();
        let Some(&[_, _, correct, _]) = row.as_deref() else {
            continue;
        };
        let asked = scenario.verifying.map(|one| one.to_string());
        // Of SMTP and the transport the catalogue says more than that.
        let judged = ["refuse", "should refuse", "either", "accept"];
        let word = judged.into_iter().find(|word| correct == *word);
        if let (Some(word), Some(asked)) = (word, asked)
            && word != asked
        {
            complaints.push(format!("{}: {word} there, {asked} here", scenario.id));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
