//! The file of a cast as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Cast, LabText, certificate, dns, eop, exchange, interceptor, sender};
use crate::error::Error;
use crate::scenario::place::Text;

/// The whole file. Each table is one flat struct: flattened or untagged ones lose the place of an
/// error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    summary: Spanned<String>,
    story: Option<String>,
    source: Option<String>,
    #[serde(default)]
    certificates: BTreeMap<String, Spanned<certificate::Written>>,
    #[serde(default)]
    exchange: BTreeMap<String, Spanned<exchange::Written>>,
    #[serde(default)]
    eop: BTreeMap<String, Spanned<eop::Written>>,
    #[serde(default)]
    interceptor: BTreeMap<String, Spanned<interceptor::Written>>,
    #[serde(default)]
    hosts: BTreeMap<String, String>,
    #[serde(default)]
    mx: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    dns: BTreeMap<String, Spanned<dns::Written>>,
    #[serde(default)]
    sender: BTreeMap<String, Spanned<sender::Written>>,
    #[serde(default)]
    send: Vec<Spanned<sender::Send>>,
    #[serde(default)]
    fix: Vec<Spanned<sender::Fix>>,
    lab: Option<LabText>,
}

/// The members of a cast, each with its place.
#[derive(Clone, Debug)]
pub(super) struct Members {
    pub(super) certificates: BTreeMap<String, Spanned<certificate::Written>>,
    pub(super) exchange: BTreeMap<String, Spanned<exchange::Written>>,
    pub(super) eop: BTreeMap<String, Spanned<eop::Written>>,
    pub(super) interceptor: BTreeMap<String, Spanned<interceptor::Written>>,
    /// Who answers for a name.
    pub(super) hosts: BTreeMap<String, String>,
    /// The mail exchangers of domains, the most preferred first.
    pub(super) mx: BTreeMap<String, Vec<String>>,
    pub(super) dns: BTreeMap<String, Spanned<dns::Written>>,
    pub(super) sender: BTreeMap<String, Spanned<sender::Written>>,
    pub(super) send: Vec<Spanned<sender::Send>>,
    pub(super) fix: Vec<Spanned<sender::Fix>>,
    pub(super) lab: Option<LabText>,
}

pub(super) fn read(file: &str, text: &str) -> Result<Cast, Error> {
    let place = Text { file, text };
    let written: Written = toml::from_str(text).map_err(|error| place.unreadable(&error))?;
    let summary = written.summary.get_ref();
    if summary.is_empty() || summary.contains('\n') {
        return Err(place.bad(
            written.summary.span().start,
            "a summary is one line of text",
        ));
    }
    let mut names = BTreeMap::new();
    let exchange = written
        .exchange
        .iter()
        .map(|(name, one)| (name, one.span()));
    let eop = written.eop.iter().map(|(name, one)| (name, one.span()));
    let boxes = written
        .interceptor
        .iter()
        .map(|(name, one)| (name, one.span()));
    for (name, span) in exchange.chain(eop).chain(boxes) {
        if names.insert(name, ()).is_some() {
            let why = format!("there is another member that is called `{name}`");
            return Err(place.bad(span.start, why));
        }
    }
    if names.is_empty() {
        return Err(place.bad(
            0,
            "a cast needs a member: a table such as `[exchange.ex01]`",
        ));
    }
    drop(names);
    for one in written.sender.values() {
        let judge = one.get_ref().judge();
        judge.map_err(|error| place.bad(one.span().start, error.to_string()))?;
    }
    for one in &written.send {
        let word = &one.get_ref().expect;
        for word in [Some(word), one.get_ref().after_fix.as_ref()]
            .into_iter()
            .flatten()
        {
            let decision = sender::decision(word.get_ref());
            decision.map_err(|error| place.bad(word.span().start, error.to_string()))?;
        }
    }
    Ok(Cast {
        id: crate::scenario::id_of(file),
        summary: written.summary.into_inner(),
        story: written.story,
        source: written.source,
        written: Members {
            certificates: written.certificates,
            exchange: written.exchange,
            eop: written.eop,
            interceptor: written.interceptor,
            hosts: written.hosts,
            mx: written.mx,
            dns: written.dns,
            sender: written.sender,
            send: written.send,
            fix: written.fix,
            lab: written.lab,
        },
        text: text.to_owned(),
        file: file.to_owned(),
    })
}

/// Whether a file has one of the tables of members; one that cannot be read has none.
pub(super) fn has_members(text: &str) -> bool {
    let table: Result<toml::Table, _> = toml::from_str(text);
    let members = ["exchange", "eop", "interceptor"];
    table.is_ok_and(|table| members.iter().any(|member| table.contains_key(*member)))
}
