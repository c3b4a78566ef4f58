//! MTA-STS (RFC 8461): the policy of a domain, and which hosts may take its mail.

use std::fmt;
use std::str::FromStr;

use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::names::{NameRules, Wildcards};
use crate::error::Error;

/// The MTA-STS policy of a domain; short, `enforce mx1.contoso.test *.contoso.test`.
///
/// ```
/// use mailfault::judge::{MtaSts, PolicyMode};
///
/// let policy: MtaSts = "enforce *.contoso.test".parse()?;
/// assert_eq!(policy.mode, PolicyMode::Enforce);
/// assert!(policy.allows("mx.contoso.test"));
/// assert!(!policy.allows("mx.west.contoso.test"));
/// # Ok::<(), mailfault::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MtaSts {
    /// `mode`.
    pub mode: PolicyMode,
    /// `mx`: names, or `*.` and a domain.
    pub mx: Vec<String>,
}

/// What a sender does with a host that does not keep to the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyMode {
    /// It sends no mail there.
    Enforce,
    /// It sends, and may report.
    Testing,
    /// The domain has withdrawn its policy.
    None,
}

impl PolicyMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Testing, Self::None];

    /// Its name in a policy.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Testing => "testing",
            Self::None => "none",
        }
    }
}

impl fmt::Display for PolicyMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl MtaSts {
    /// A policy for these hosts.
    #[must_use]
    pub fn new<S: Into<String>>(mode: PolicyMode, mx: impl IntoIterator<Item = S>) -> Self {
        Self {
            mode,
            mx: mx.into_iter().map(Into::into).collect(),
        }
    }

    /// Whether the policy names this host: `*` is the whole of one label (RFC 8461 §4.1).
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        let rules = NameRules {
            wildcards: Wildcards::Whole { before: 1 },
            ..NameRules::STRICT
        };
        self.mx.iter().any(|pattern| rules.covers(pattern, host))
    }

    /// Whether mail waits rather than goes elsewhere.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.mode == PolicyMode::Enforce
    }
}

impl fmt::Display for MtaSts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.mode)?;
        self.mx.iter().try_for_each(|mx| write!(f, " {mx}"))
    }
}

impl FromStr for MtaSts {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = |why: String| Error::BadSetting {
            what: "MTA-STS policy",
            why,
        };
        let mut words = text.split_whitespace();
        let word = words.next().unwrap_or_default();
        let mode = PolicyMode::ALL.into_iter().find(|one| one.name() == word);
        let mode = mode.ok_or_else(|| {
            bad(format!(
                "`{word}` is no mode; write `enforce *.contoso.test`, `testing …` or `none`"
            ))
        })?;
        let mx: Vec<&str> = words.collect();
        if mx.is_empty() && mode != PolicyMode::None {
            // RFC 8461 §3.2: at least one, but with `none`.
            return Err(bad(format!(
                "`{text}` names no host; write `{mode} mx.contoso.test`"
            )));
        }
        Ok(Self::new(mode, mx))
    }
}

/// That the policy does not name the host.
pub(super) fn finding(findings: &Findings) -> Option<Finding> {
    let expected = &findings.expectation;
    let policy = expected.mta_sts.as_ref()?;
    let wrong = policy.mode != PolicyMode::None && !policy.allows(expected.host());
    wrong.then(|| {
        Finding::general(Wrong::MxNotInPolicy {
            host: expected.host().to_owned(),
            policy: policy.mx.clone(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_a_mode_and_its_hosts() {
        let policy: MtaSts = "testing mx1.contoso.test  *.contoso.test".parse().unwrap();
        assert_eq!(
            policy.to_string(),
            "testing mx1.contoso.test *.contoso.test"
        );
        assert!(!policy.is_enforced());
        assert!("none".parse::<MtaSts>().is_ok());
        for bad in ["", "enforce", "Enforce mx.test", "mx.test"] {
            assert!(bad.parse::<MtaSts>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_pattern_stands_for_one_label() {
        #[track_caller]
        fn check(pattern: &str, host: &str, allowed: bool) {
            let policy = MtaSts::new(PolicyMode::Enforce, [pattern]);
            assert_eq!(policy.allows(host), allowed, "{pattern} {host}");
        }
        check("mx.contoso.test", "MX.contoso.test", true);
        check("mx.contoso.test", "mx2.contoso.test", false);
        check("*.contoso.test", "mx.contoso.test", true);
        check("*.contoso.test", "contoso.test", false);
        check("*.contoso.test", "a.b.contoso.test", false);
        check("*.test", "contoso.test", true);
    }
}
