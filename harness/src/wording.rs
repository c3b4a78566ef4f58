//! What clients do with a fault, and what they say of it.

use std::fmt;

use mailfault_certs::Flaw;
use mailfault_scenarios::{DOCUMENTED, VERDICTS};

/// What one client does with one fault, and what it says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wording {
    /// The client, with the options that make it judge so: `swaks --tls --tls-verify`.
    pub client: &'static str,
    /// The version that was observed, or that the document is about.
    pub version: &'static str,
    /// What it does.
    pub verdict: ClientVerdict,
    /// Its words; empty if it said nothing of note. `…` stands where they were cut, a placeholder
    /// in angle brackets for what differs each time.
    pub message: &'static str,
    /// What the server saw, of clients that speak SMTP: `tls=yes, mail delivered over TLS`.
    pub server_saw: Option<&'static str>,
    /// How this is known.
    pub source: Source,
    /// Whether it is doubtful that these are the words for this fault: never of what was observed.
    pub uncertain: bool,
}

/// How a wording is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// From this document; nobody of us has seen it.
    Documented(&'static str),
    /// It was seen.
    Observed(Servers),
}

/// Whose servers a client was observed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Servers {
    /// Servers made for it, which share nothing with mailfault.
    Others,
    /// Mailfault's own.
    Ours,
    /// First the others, then mailfault's own.
    Both,
}

/// What a client did with a fault, by its own account and by what the server saw.
///
/// Not [`Outcome`](crate::Outcome), which is judged from the server's side alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ClientVerdict {
    /// It reported an error and sent no mail.
    Refused,
    /// It gave up by its own limit.
    TimedOut,
    /// It still waited when it was ended.
    Hung,
    /// The message was sent inside TLS, then it reported failure.
    SentThenError,
    /// AUTH went out without TLS.
    LeakedCredentials,
    /// MAIL FROM went out without TLS.
    LeakedEnvelope,
    /// The message went out without TLS.
    DeliveredInClear,
    /// The certificate passed; of a client that sends mail: it reported success.
    Accepted,
    /// It could not be set up for this.
    NotJudged,
}

impl ClientVerdict {
    /// Every verdict, those that stopped first.
    pub const ALL: [Self; 9] = [
        Self::Refused,
        Self::TimedOut,
        Self::Hung,
        Self::SentThenError,
        Self::LeakedCredentials,
        Self::LeakedEnvelope,
        Self::DeliveredInClear,
        Self::Accepted,
        Self::NotJudged,
    ];

    /// Its name in the data and in JSON: `refused`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::DeliveredInClear => "delivered-in-clear",
            Self::Hung => "hung",
            Self::LeakedCredentials => "leaked-credentials",
            Self::LeakedEnvelope => "leaked-envelope",
            Self::NotJudged => "not-judged",
            Self::Refused => "refused",
            Self::SentThenError => "sent-then-error",
            Self::TimedOut => "timed-out",
        }
    }
}

impl fmt::Display for ClientVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What clients do with the fault of this id and say of it, the observed before the documented; of
/// each in the order of the data, `verdicts.tsv` and `documented.tsv` of `mailfault-scenarios`.
/// Empty if nothing is known.
///
/// ```
/// use mailfault::{ClientVerdict, Source, wordings};
///
/// let of_expired = wordings("tls/expired");
/// let openssl = of_expired.iter().find(|one| one.client == "openssl s_client").unwrap();
/// assert_eq!(openssl.verdict, ClientVerdict::Refused);
/// assert!(openssl.message.contains("num=10:certificate has expired"));
/// assert!(matches!(openssl.source, Source::Observed(_)));
///
/// assert!(of_expired.iter().any(|one| matches!(one.source, Source::Documented(_))));
/// assert!(wordings("tls/no-such-fault").is_empty());
/// ```
#[must_use]
pub fn wordings(id: &str) -> Vec<Wording> {
    let rows = |table| rows(table).filter(|(fault, _)| *fault == id);
    let observed = rows(VERDICTS).filter_map(|(_, row)| observed(row));
    observed
        .chain(rows(DOCUMENTED).filter_map(|(_, row)| documented(row)))
        .collect()
}

/// [`wordings`] of a flaw: `flaw.wordings()`.
///
/// A trait, because flaws come from `mailfault-certs`, which knows nothing of clients and must not
/// carry their words to everybody who mints a certificate.
///
/// ```
/// use mailfault::{Flaw, FlawWordings};
///
/// for wording in Flaw::SelfSigned.wordings() {
///     println!("{} {}: {}", wording.client, wording.version, wording.message);
/// }
/// # assert!(!Flaw::SelfSigned.wordings().is_empty());
/// ```
pub trait FlawWordings {
    /// What clients do with this flaw, and what they say of it.
    #[must_use]
    fn wordings(self) -> Vec<Wording>;
}

impl FlawWordings for Flaw {
    fn wordings(self) -> Vec<Wording> {
        wordings(self.id())
    }
}

/// The rows of a table: the fault, and what follows it. The first line that is no comment names the
/// columns.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
}

/// Nothing if the row is malformed, which the tests exclude.
fn observed(row: &'static str) -> Option<Wording> {
    let [client, version, verdict, message, measured] = columns(row)?;
    let servers = match measured {
        "before" => Servers::Others,
        "here" => Servers::Ours,
        "both" => Servers::Both,
        _ => return None,
    };
    let (message, server_saw) = match message.rsplit_once("[server saw: ") {
        Some((words, saw)) => (words.trim_end(), Some(saw.strip_suffix(']')?)),
        None => (message, None),
    };
    Some(Wording {
        client,
        version,
        verdict: verdict_named(verdict)?,
        message,
        server_saw,
        source: Source::Observed(servers),
        uncertain: false,
    })
}

fn documented(row: &'static str) -> Option<Wording> {
    let [client, version, verdict, message, certainty, source] = columns(row)?;
    Some(Wording {
        client,
        version,
        verdict: verdict_named(verdict)?,
        message,
        server_saw: None,
        source: Source::Documented(source),
        uncertain: match certainty {
            "certain" => false,
            "uncertain" => true,
            _ => return None,
        },
    })
}

fn columns<const COUNT: usize>(row: &'static str) -> Option<[&'static str; COUNT]> {
    row.split('\t').collect::<Vec<_>>().try_into().ok()
}

fn verdict_named(name: &str) -> Option<ClientVerdict> {
    ClientVerdict::ALL
        .into_iter()
        .find(|verdict| verdict.name() == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[track_caller]
    fn check(table: &'static str, read: fn(&'static str) -> Option<Wording>) {
        let mut seen = BTreeSet::new();
        for (fault, row) in rows(table) {
            let wording = read(row).unwrap_or_else(|| panic!("{fault}\t{row}"));
            let Wording {
                client, version, ..
            } = wording;
            assert!(!client.is_empty() && !version.is_empty(), "{fault}\t{row}");
            assert!(
                seen.insert((fault, client, version)),
                "{fault} {client} twice"
            );
        }
        assert!(!seen.is_empty());
    }

    #[test]
    fn every_row_is_understood_and_stands_once() {
        check(VERDICTS, observed);
        check(DOCUMENTED, documented);
    }

    #[test]
    fn what_is_documented_has_words_and_a_document() {
        for (fault, row) in rows(DOCUMENTED) {
            let wording = documented(row).unwrap();
            assert!(!wording.message.is_empty(), "{fault}\t{row}");
            let Source::Documented(document) = wording.source else {
                panic!("{row}")
            };
            assert!(!document.is_empty(), "{fault}\t{row}");
        }
    }

    #[test]
    fn what_the_server_saw_is_no_word_of_the_client() {
        let all = wordings("starttls/stripped");
        let leaks = all
            .iter()
            .find(|one| one.verdict == ClientVerdict::LeakedCredentials);
        let leaks = leaks.unwrap();
        assert_eq!(leaks.message, "");
        assert!(leaks.server_saw.unwrap().contains("PLAINTEXT"), "{leaks:?}");
    }

    #[test]
    fn nothing_tells_of_a_client_that_acted_on_what_was_injected() {
        let mut all = rows(VERDICTS);
        assert!(all.all(|(_, row)| !row.contains("used injected response")));
    }
}
