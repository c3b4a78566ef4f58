//! `[client]`: what a client must do for the faults of a file to be seen.

use serde::Deserialize;
use toml::Spanned;

use super::TlsWish;
use super::expect::Expected;
use super::fault::End;
use super::place::Text;
use crate::error::Error;
use crate::fault::LooseEnd;
use crate::report::Outcome;

/// What a client must do beside sending one message, for the faults of a scenario to be seen. The
/// client that plays scenarios does it; of another client that does not, nothing can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientWish {
    /// How many connections it makes, one after the other.
    pub sessions: usize,
    /// How many messages it sends over each, as far as it lasts.
    pub messages: usize,
    /// How many more connections it keeps open meanwhile.
    pub keeps_open: usize,
    /// How many recipients the message has, at most three.
    pub recipients: usize,
    /// In how many BDAT chunks the content comes; with DATA if 0.
    pub chunks: usize,
    /// Whether MAIL, RCPT and DATA come at once.
    pub pipelining: bool,
    /// Behind which end, within the content, a second message stands.
    pub smuggles: Option<LooseEnd>,
    /// How it begins TLS, where that is not the server's way.
    pub tls: Option<TlsWish>,
    /// How the client that plays scenarios ends, where it is known not to be right: it is built on
    /// rustls, with what rustls does not look at.
    pub ends: Option<Outcome>,
}

impl Default for ClientWish {
    /// One message, and nothing out of the ordinary.
    fn default() -> Self {
        Self {
            sessions: 1,
            messages: 1,
            keeps_open: 0,
            recipients: 3,
            chunks: 0,
            pipelining: false,
            smuggles: None,
            tls: None,
            ends: None,
        }
    }
}

/// `[client]` as it is written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    sessions: Option<Spanned<usize>>,
    messages: Option<Spanned<usize>>,
    keeps_open: Option<Spanned<usize>>,
    recipients: Option<Spanned<usize>>,
    chunks: Option<Spanned<usize>>,
    pipelining: bool,
    smuggles: Option<End>,
    tls: Option<Spanned<TlsWish>>,
    ends: Option<Expected>,
}

impl Written {
    pub(super) fn meant(self, text: &Text<'_>) -> Result<ClientWish, Error> {
        let usual = ClientWish::default();
        let number = |written: Option<Spanned<usize>>, usual, least, most| match written {
            Some(number) if !(least..=most).contains(number.get_ref()) => {
                let why = format!("between {least} and {most}, for somebody must play it");
                Err(text.bad(number.span().start, why))
            }
            written => Ok(written.map_or(usual, Spanned::into_inner)),
        };
        let tls = self.tls.map(|tls| (tls.span().start, tls.into_inner()));
        if let Some((place, TlsWish::Both)) = tls {
            return Err(text.bad(
                place,
                "a client begins TLS in one way: `starttls`, `implicit` or `none`",
            ));
        }
        Ok(ClientWish {
            sessions: number(self.sessions, usual.sessions, 1, 100)?,
            messages: number(self.messages, usual.messages, 1, 100)?,
            keeps_open: number(self.keeps_open, usual.keeps_open, 0, 100)?,
            recipients: number(self.recipients, usual.recipients, 1, 3)?,
            chunks: number(self.chunks, usual.chunks, 0, 100)?,
            pipelining: self.pipelining,
            smuggles: self.smuggles.map(|End(end)| end),
            tls: tls.map(|(_, tls)| tls),
            ends: self.ends.map(|Expected(outcome)| outcome),
        })
    }
}
