//! `[sender.NAME]` and `[[send]]`: who sends, what is expected to become of it.

use std::collections::BTreeMap;

use mailfault_certs::Der;
use serde::Deserialize;
use toml::Spanned;

use super::Playing;
use super::exchange::one_of;
use crate::error::Error;
use crate::judge::{
    Decision, EopOutbound, Evidence, Expectation, Judge, MtaStsMode, OnlineEra, SmtpDaneMode,
    TlsSettings,
};
use crate::send::revocation_lists;

/// A sender of a cast that runs: a system that looks at a server's certificate in its own way.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sender {
    /// Its name in the file.
    pub name: String,
    /// Whose rules and words it has.
    pub judge: Judge,
    /// Of an outbound connector of Exchange Online, its `Name`.
    pub connector: String,
    /// Where it sends to: a domain of `[mx]`, a name of `[hosts]`, a member, or a member and its
    /// connector.
    pub to: String,
    /// The name that it expects there; that of the host if nothing is said.
    pub expects: Option<String>,
    /// The certificate of the cast that it shows where one is asked for.
    pub client_certificate: Option<String>,
    /// Roots that it trusts beside those that everybody in the cast trusts.
    pub trusts: Vec<Der>,
    /// Whether it asks for revocation lists.
    pub checks_revocation: bool,
    /// Whether it is a device or a program of the organization, although it takes any TLS.
    pub ours: bool,
}

/// A sender as a file describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    /// Whose rules and words it has: a name out of `mailfault list judges`.
    judge: String,
    /// Where it sends to: a domain of `[mx]`, a name of `[hosts]`, a member, or a member and its
    /// connector.
    pub(super) to: String,
    /// The name that it expects there; that of `[hosts]` if nothing is said.
    pub(super) name: Option<String>,
    /// The certificate of the cast that it shows where one is asked for.
    pub(super) client_certificate: Option<String>,
    /// Of the judge `root-pin`: the certificate or the tenant whose root is pinned.
    root_of: Option<String>,
    /// Whether it asks for revocation lists; few do unless they are told to.
    #[serde(default)]
    checks_revocation: bool,
    /// Whether it is a device or a program of the organization, to which an administrator can go,
    /// although it takes any TLS.
    #[serde(default)]
    ours: bool,
    /// Of an outbound connector of Exchange Online.
    #[serde(rename = "Name")]
    connector: Option<String>,
    #[serde(rename = "TlsSettings")]
    tls_settings: Option<String>,
    #[serde(rename = "TlsDomain")]
    tls_domain: Option<String>,
    #[serde(rename = "SmtpDaneMode")]
    smtp_dane_mode: Option<String>,
    #[serde(rename = "MtaStsMode")]
    mta_sts_mode: Option<String>,
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
    /// What else it tells: `MSG`, `LED`; a part of each is enough. `message` is its words.
    #[serde(default)]
    pub(super) details: BTreeMap<String, String>,
    /// What becomes of it once the fix is made, if that is not `deliver`.
    pub(super) after_fix: Option<Spanned<String>>,
}

impl Send {
    /// A message of this sender, of which nothing is expected.
    pub(super) fn by(by: &str) -> Self {
        Self {
            by: by.to_owned(),
            to: None,
            from: alice(),
            recipient: None,
            expect: Spanned::new(0..0, Decision::Deliver.name().to_owned()),
            message: None,
            details: BTreeMap::new(),
            after_fix: None,
        }
    }
}

/// A step of the fix: what an administrator types.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Fix {
    /// The member at which it is typed; the first Exchange server if nothing is said.
    pub on: Option<String>,
    /// The lines of the management shell.
    pub run: String,
}

fn alice() -> String {
    "alice@fabrikam.test".to_owned()
}

impl Sender {
    /// Whether it is an outbound connector of Exchange Online.
    #[must_use]
    pub fn is_online(&self) -> bool {
        matches!(self.judge, Judge::Eop(_))
    }

    /// Whether it is a host that an administrator can go to. The whole Internet is none.
    #[must_use]
    pub fn is_a_host(&self) -> bool {
        self.ours || !matches!(self.judge, Judge::Eop(_) | Judge::Opportunistic)
    }

    /// Asks for revocation lists from now on, or does not.
    pub(crate) fn check_revocation(&mut self, on: bool) {
        self.checks_revocation = on;
        if let Judge::DotNet { checks_revocation }
        | Judge::DotNetCore31 { checks_revocation }
        | Judge::DotNetFramework { checks_revocation } = &mut self.judge
        {
            *checks_revocation = on;
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
}

impl Written {
    /// The sender, as it begins.
    pub(super) fn meant(&self, name: &str, playing: &Playing) -> Result<Sender, Error> {
        Ok(Sender {
            name: name.to_owned(),
            judge: self.judge_in(playing)?,
            connector: self.connector.clone().unwrap_or_else(|| name.to_owned()),
            to: self.to.clone(),
            expects: self.name.clone(),
            client_certificate: self.client_certificate.clone(),
            trusts: Vec::new(),
            checks_revocation: self.checks_revocation,
            ours: self.ours,
        })
    }

    /// Whose rules it has.
    pub(super) fn judge(&self) -> Result<Judge, Error> {
        let is_of_eop = self.tls_settings.is_some()
            || self.tls_domain.is_some()
            || self.smtp_dane_mode.is_some()
            || self.mta_sts_mode.is_some()
            || self.era.is_some()
            || self.connector.is_some();
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
                    "`Name`, `TlsSettings`, `TlsDomain`, `SmtpDaneMode`, `MtaStsMode` and `era` are for the judge `eop`, not for `{}`",
                    self.judge
                ),
            }),
            Judge::RootPin(_) => Ok(judge),
            _ if self.root_of.is_some() => Err(Error::BadSetting {
                what: "sender",
                why: format!(
                    "`root-of` is for the judge `root-pin`, not for `{}`",
                    self.judge
                ),
            }),
            other => Ok(other),
        }
    }

    /// The same in a cast that runs, where the root that is pinned is known.
    pub(super) fn judge_in(&self, playing: &Playing) -> Result<Judge, Error> {
        let Some(name) = &self.root_of else {
            return self.judge();
        };
        let roots = match playing.eop(name) {
            Some(tenant) => tenant.roots(),
            None => playing.certificate(name)?.roots(),
        };
        let root = roots.first().ok_or_else(|| Error::BadSetting {
            what: "root-of",
            why: format!("`{name}` has no root above it that could be pinned"),
        })?;
        Ok(Judge::RootPin(Some(root.thumbprint())))
    }

    fn connector(&self, mut connector: EopOutbound) -> Result<EopOutbound, Error> {
        if let Some(word) = &self.tls_settings {
            let known = TlsSettings::ALL.map(|one| (one.name(), one));
            connector.tls_settings = Some(one_of("TlsSettings", word, &known)?);
        }
        if self.tls_domain.is_some() {
            connector.tls_domain.clone_from(&self.tls_domain);
        }
        if let Some(word) = &self.smtp_dane_mode {
            let known = SmtpDaneMode::ALL.map(|one| (one.name(), one));
            connector.smtp_dane_mode = one_of("SmtpDaneMode", word, &known)?;
        }
        if let Some(word) = &self.mta_sts_mode {
            let known = MtaStsMode::ALL.map(|one| (one.name(), one));
            connector.mta_sts_mode = one_of("MtaStsMode", word, &known)?;
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
