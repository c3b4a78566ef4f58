//! A scenario file as it is written, and the one way from there to what it means.

use serde::Deserialize;
use toml::Spanned;

use super::expect::{Expected, Kind, Opportunistic, Verifying};
use super::place::Text;
use super::server::OneOrMany;
use super::{Scenario, client, fault, server};
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
    opportunistic: Option<Opportunistic>,
    expect: Spanned<OneOrMany<Expected>>,
    #[serde(default)]
    server: server::Written,
    #[serde(default)]
    client: client::Written,
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
            // RFC 7435 §3: where TLS cannot be had, mail in clear is better than none.
            opportunistic: self
                .opportunistic
                .unwrap_or(match id.starts_with("handshake/") {
                    true => Opportunistic::MayDeliverInClear,
                    false => Opportunistic::MustUseTls,
                }),
            expect: expect
                .into_iter()
                .map(|Expected(outcome)| outcome)
                .collect(),
            kind: self.kind.unwrap_or(match id.starts_with("control/") {
                true => Kind::Control,
                false => Kind::Fault,
            }),
            server: self.server.meant(text)?,
            client: self.client.meant(text)?,
            id,
        })
    }
}
