//! A scenario file as it is written, and the one way from there to what it means.

use mailfault_certs::Requirement;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::expect::{Expected, Kind};
use super::place::Text;
use super::server::OneOrMany;
use super::words::explain;
use super::{Scenario, fault, server};
use crate::error::Error;

/// The whole file. Each table is one flat struct: flattened or untagged ones lose the place of an
/// error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    summary: Spanned<String>,
    story: Option<String>,
    rfc: Option<String>,
    kind: Option<Kind>,
    verifying: Option<Verifying>,
    expect: Spanned<OneOrMany<Expected>>,
    #[serde(default)]
    server: server::Written,
    #[serde(default)]
    fault: Vec<Spanned<fault::Written>>,
}

impl Written {
    pub(super) fn meant(self, id: String, text: &Text<'_>) -> Result<Scenario, Error> {
        let summary = self.summary.get_ref();
        if summary.is_empty() || summary.contains('\n') {
            return Err(text.bad(self.summary.span().start, "a summary is one line of text"));
        }
        let place = self.expect.span().start;
        let OneOrMany(expect) = self.expect.into_inner();
        if expect.is_empty() {
            return Err(text.bad(place, "at least one outcome must be expected"));
        }
        let faults = self.fault.into_iter().map(|fault| {
            let head = fault.span().start;
            fault.into_inner().meant(head, text)
        });
        Ok(Scenario {
            faults: faults.collect::<Result<_, _>>()?,
            summary: self.summary.into_inner(),
            story: self.story,
            rfc: self.rfc.unwrap_or_default(),
            verifying: self.verifying.map(|Verifying(duty)| duty),
            expect,
            kind: self.kind.unwrap_or(match id.starts_with("control/") {
                true => Kind::Control,
                false => Kind::Fault,
            }),
            server: self.server.meant(text)?,
            id,
        })
    }
}

/// What a client must make of it, as the catalogue says it, with a hyphen for the space.
struct Verifying(Requirement);

impl<'de> Deserialize<'de> for Verifying {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = String::deserialize(from)?;
        Ok(Self(match word.as_str() {
            "accept" => Requirement::Accept,
            "either" => Requirement::Either,
            "refuse" => Requirement::Refuse,
            "should-refuse" => Requirement::ShouldRefuse,
            _ => {
                let known = ["accept", "either", "refuse", "should-refuse"];
                return Err(D::Error::custom(explain("requirement", &word, &known)));
            }
        }))
    }
}
