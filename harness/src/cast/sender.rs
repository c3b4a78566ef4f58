//! `[hosts]`, `[sender.NAME]` and `[[send]]`: who sends, what is expected to become of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::exchange::one_of;
use crate::error::Error;
use crate::judge::{Decision, EopOutbound, Evidence, Expectation, Judge, OnlineEra, TlsSettings};
use crate::send::revocation_lists;

/// A sender as a file describes it: a system that looks at a server's certificate in its own way.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Sender {
    /// Whose rules and words it has: a name out of `mailfault list judges`.
    judge: String,
    /// Where it sends to: a name of `[hosts]`, a member, or a member and its connector.
    pub(super) to: String,
    /// The name that it expects there; that of `[hosts]` if nothing is said.
    pub(super) name: Option<String>,
    /// The certificate of the cast that it shows where one is asked for.
    pub(super) client_certificate: Option<String>,
    /// Whether it asks for revocation lists; few do unless they are told to.
    #[serde(default)]
    checks_revocation: bool,
    /// Of an outbound connector of Exchange Online.
    #[serde(rename = "TlsSettings")]
    tls_settings: Option<String>,
    #[serde(rename = "TlsDomain")]
    tls_domain: Option<String>,
    /// When its words are from: `2017`, `late-2017`, `2018`, `2020`, `today`.
    era: Option<String>,
}

/// A message that is sent, and what is expected to become of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Send {
    /// A sender, or a server and its send connector: `ex01/Outbound to Office 365`.
    pub(super) by: String,
    /// Where a send connector sends to; its first smart host if nothing is said.
    pub(super) to: Option<String>,
    #[serde(default = "alice")]
    pub(super) from: String,
    pub(super) recipient: Option<String>,
    /// `deliver`, `deliver-in-clear`, `defer` or `refuse`.
    pub(super) expect: Spanned<String>,
    /// The whole of its words.
    pub(super) message: Option<String>,
    /// What else it tells: `MSG`, `LED`; a part of each is enough.
    #[serde(default)]
    pub(super) details: BTreeMap<String, String>,
}

fn alice() -> String {
    "alice@fabrikam.test".to_owned()
}

impl Sender {
    /// Whose rules it has.
    pub(super) fn judge(&self) -> Result<Judge, Error> {
        let is_of_eop =
            self.tls_settings.is_some() || self.tls_domain.is_some() || self.era.is_some();
        let mut judge = Judge::named(&self.judge)?;
        if let Judge::DotNet { checks_revocation }
        | Judge::DotNetCore31 { checks_revocation }
        | Judge::DotNetFramework { checks_revocation } = &mut judge
        {
            *checks_revocation = self.checks_revocation;
        }
        match judge {
            Judge::Eop(connector) => Ok(Judge::Eop(self.connector(connector)?)),
            _ if is_of_eop => Err(Error::BadSetting {
                what: "sender",
                why: format!(
                    "`TlsSettings`, `TlsDomain` and `era` are for the judge `eop`, not for `{}`",
                    self.judge
                ),
            }),
            other => Ok(other),
        }
    }

    /// What it holds a server against: with the lists that the certificates name, if it asks.
    pub(super) fn expectation(&self, usual: &Expectation, seen: &Evidence) -> Expectation {
        let mut expectation = usual.clone();
        if self.checks_revocation {
            expectation.crls = revocation_lists(&seen.chain);
            expectation.checks_revocation = true;
        }
        expectation
    }

    fn connector(&self, mut connector: EopOutbound) -> Result<EopOutbound, Error> {
        if let Some(word) = &self.tls_settings {
            let known = TlsSettings::ALL.map(|one| (one.name(), one));
            connector.tls_settings = Some(one_of("TlsSettings", word, &known)?);
        }
        if self.tls_domain.is_some() {
            connector.tls_domain.clone_from(&self.tls_domain);
        }
        if let Some(word) = &self.era {
            let known = [
                ("2017", OnlineEra::Early2017),
                ("late-2017", OnlineEra::Late2017),
                ("2018", OnlineEra::From2018),
                ("2020", OnlineEra::From2020),
                ("today", OnlineEra::From2023),
            ];
            connector.era = one_of("era", word, &known)?;
        }
        Ok(connector)
    }
}

/// A decision by its word.
pub(super) fn decision(word: &str) -> Result<Decision, Error> {
    let known = [
        Decision::Deliver,
        Decision::DeliverInClear,
        Decision::Defer,
        Decision::Refuse,
    ];
    let known = known.map(|one| (one.name(), one));
    one_of("end of a send", word, &known)
}
