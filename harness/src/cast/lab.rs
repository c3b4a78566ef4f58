//! `[lab]`: what a case needs to be a lab.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a case needs to be a lab: what the customer writes, hints, and what may not be given up.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct LabText {
    /// Who writes the ticket.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// What they write. The cause is not in it.
    pub ticket: String,
    /// What others did before the trainee comes: lines of the management shell.
    #[serde(default)]
    pub before: String,
    /// Members, senders and send connectors (`ex01/In clear`) of the case that the lab does not
    /// have, and every send by them or to them.
    #[serde(default)]
    pub without: Vec<String>,
    /// Hints, from the vague to the plain; each costs.
    #[serde(default)]
    pub hints: Vec<String>,
    /// What was wrong, told at the end; the story if nothing is said.
    pub cause: Option<String>,
    /// Texts that somebody has to see who understands the case, and what each shows.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Settings that the fix changes although they look like policy: parts of their names.
    #[serde(default)]
    pub may_change: Vec<String>,
    /// Certificates that may be trusted: `mail-root`.
    #[serde(default)]
    pub may_trust: Vec<String>,
    /// Settings that must have a value in the end: `inbound connector Inbound/RequireTls` = `True`.
    #[serde(default)]
    pub policy: BTreeMap<String, String>,
    /// What may stand in the place of a text of the file: `"contoso" = ["contoso", "tailspin"]`.
    #[serde(default)]
    pub vary: BTreeMap<String, Vec<String>>,
    /// Texts that change places: which of two servers is at fault.
    #[serde(default)]
    pub swap: Vec<[String; 2]>,
}

/// Something that shows what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Evidence {
    /// A text in what a command prints, or in a log.
    pub text: String,
    /// What it shows.
    pub shows: String,
}
