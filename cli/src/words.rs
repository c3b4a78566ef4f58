//! What clients do with a fault and say of it, for a reader who is tired.

use mailfault::{ClientVerdict, Servers, Source, Wording};
use serde_json::{Value, json};

use crate::output;

/// As text: the observed, then the documented; of each what clients did, and of that their words,
/// told once where several say the same. Empty if nothing is known.
pub(crate) fn text(wordings: &[Wording]) -> String {
    let (observed, documented): (Vec<Wording>, Vec<Wording>) = wordings
        .iter()
        .partition(|one| matches!(one.source, Source::Observed(_)));
    let mut text = String::new();
    for (title, wordings) in [
        ("What clients did and said, as observed:", observed),
        (
            "What clients say by their documents, which nobody here has observed:",
            documented,
        ),
    ] {
        if wordings.is_empty() {
            continue;
        }
        text += &format!("\n{title}\n\n");
        for verdict in ClientVerdict::ALL {
            text += &of_verdict(verdict, &wordings);
        }
    }
    text
}

/// As JSON: every row.
pub(crate) fn json(wordings: &[Wording]) -> Value {
    let rows = wordings.iter().map(|one| {
        let observed_with = match one.source {
            Source::Observed(servers) => Some(name(servers)),
            _ => None,
        };
        json!({
            "client": one.client,
            "version": one.version,
            "verdict": one.verdict.name(),
            "message": one.message,
            "server_saw": one.server_saw,
            "observed_with": observed_with,
            "document": document(one),
            "uncertain": one.uncertain,
        })
    });
    rows.collect()
}

fn name(servers: Servers) -> &'static str {
    match servers {
        Servers::Others => "others",
        Servers::Ours => "ours",
        _ => "both",
    }
}

/// What some say in the same words, those that say nothing last.
fn of_verdict(verdict: ClientVerdict, wordings: &[Wording]) -> String {
    let mut groups: Vec<(&Wording, Vec<&Wording>)> = Vec::new();
    for one in wordings.iter().filter(|one| one.verdict == verdict) {
        let same = groups.iter_mut().find(|(first, _)| {
            let said = |one: &Wording| (one.message, document(one), one.uncertain);
            said(first) == said(one)
        });
        match same {
            Some((_, all)) => all.push(one),
            None => groups.push((one, vec![one])),
        }
    }
    groups.sort_by_key(|(first, _)| first.message.is_empty());
    let mut text = String::new();
    for (first, all) in groups {
        text += &output::wrapped(&clients(&all), 4, 6);
        text += &output::wrapped(first.message, 6, 6);
        if let Some(document) = document(first) {
            let uncertain = if first.uncertain { "uncertain; " } else { "" };
            text += &output::wrapped(&format!("({uncertain}from {document})"), 6, 6);
        }
    }
    match &*text {
        "" => text,
        _ => format!("  {verdict}\n{text}"),
    }
}

/// `node tls 20.20.2 and 24.21.0, curl 7.88.1`.
fn clients(all: &[&Wording]) -> String {
    let mut named: Vec<(&str, String)> = Vec::new();
    for one in all {
        match named.iter_mut().find(|(client, _)| *client == one.client) {
            Some((_, versions)) => *versions += &format!(" and {}", one.version),
            None => named.push((one.client, one.version.to_owned())),
        }
    }
    let named = named.iter().map(|(client, version)| match &**version {
        "any" => (*client).to_owned(),
        _ => format!("{client} {version}"),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// The document, of what was not observed.
fn document(wording: &Wording) -> Option<&'static str> {
    match wording.source {
        Source::Documented(document) => Some(document),
        _ => None,
    }
}
