//! How a product talks: banner, EHLO lists, the text of every reply, limits.
//!
//! A persona is plain data. The built-in ones are functions; users write their own, in code or in
//! a scenario file.

pub use limits::Limits;
pub(crate) use render::{Facts, mix};
pub use replies::Replies;

mod barracuda;
mod eop;
mod exchange;
mod limits;
mod plain;
mod render;
mod replies;

use crate::smtp::Reply;

/// How a product talks.
///
/// Every text may hold placeholders: `{host}` (the server's name), `{ip}` (the client's address),
/// `{client}` (what the client called itself in EHLO), `{date}` (RFC 5322, day not padded, UTC),
/// `{max-size}` (the limit on a message, in octets), `{id}` (an id of the session: 16 upper-case
/// hex digits), `{token}` (32 lower-case hex digits, new in each session), and in the replies
/// named beside them `{message-id}`, `{internal-id}`, `{size}`, `{verb}`, `{address}` and
/// `{limit}`.
///
/// ```
/// use mailfault::{MockServer, Persona};
///
/// let mut persona = Persona::exchange_2016();
/// persona.host = "mail.contoso.test".into();
/// let server = MockServer::builder().persona(persona).start();
/// # server.finish();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "scenario", derive(serde::Deserialize))]
#[cfg_attr(
    feature = "scenario",
    serde(default, deny_unknown_fields, rename_all = "kebab-case")
)]
pub struct Persona {
    /// The persona's name in scenario files: `exchange-2016`.
    pub name: String,
    /// One line on what it is and where its texts come from.
    pub summary: String,
    /// The name that the server calls itself.
    pub host: String,
    /// The greeting.
    pub banner: Reply,
    /// The first line of the EHLO reply.
    pub hello: String,
    /// The keywords of the EHLO reply in clear, in order. Without a certificate `STARTTLS` and
    /// `X-ANONYMOUSTLS` are left out.
    pub ehlo: Vec<String>,
    /// The keywords of the EHLO reply inside TLS, in order.
    pub ehlo_tls: Vec<String>,
    /// Everything else that it says.
    pub replies: Replies,
    /// What it puts up with.
    pub limits: Limits,
    /// Whether commands that end in a bare LF are obeyed. RFC 5321 §2.3.8 forbids it; many
    /// products do it. The transcript marks such a line either way.
    pub accepts_bare_lf: bool,
    /// The fields (`replies.too-many-errors`, `ehlo`) whose content is inferred or has a single
    /// weak witness.
    pub uncertain: Vec<String>,
}

impl Persona {
    /// Every built-in persona, in alphabetical order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![Self::plain()]
    }

    /// The built-in persona of this name.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`](crate::Error::UnknownName) if there is none.
    pub fn named(name: &str) -> Result<Self, crate::Error> {
        let all = Self::all();
        let names: Vec<&str> = all.iter().map(|persona| persona.name.as_str()).collect();
        let near = crate::near::nearest(name, &names);
        all.iter()
            .find(|persona| persona.name == name)
            .cloned()
            .ok_or_else(|| crate::Error::UnknownName {
                kind: "persona",
                given: name.to_owned(),
                near,
            })
    }

    /// Gives the server another name.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }
}

impl Default for Persona {
    fn default() -> Self {
        Self::plain()
    }
}
