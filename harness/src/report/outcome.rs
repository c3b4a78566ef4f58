//! How it ended, judged from the server's side.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// How a session ended, or a whole run, judged from what the server saw alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// A message was taken inside TLS.
    Delivered,
    /// A message was taken in clear.
    DeliveredInClear,
    /// AUTH was sent in clear, whatever came after it.
    LeakedCredentials,
    /// The client went no further than TLS: no MAIL and no AUTH. It may have finished the
    /// handshake and said QUIT inside TLS, as Postfix does with a certificate that it rejects,
    /// or have left because STARTTLS was missing or refused.
    RefusedTls,
    /// The server refused: the greeting, EHLO, AUTH, MAIL, every RCPT, DATA or the content was
    /// answered with 4yz or 5yz, and nothing was delivered.
    RefusedSmtp,
    /// The session ended without any of these: the connection was lost or left half-way.
    GaveUp,
    /// The session was still open when the server's bound was reached.
    Hung,
    /// There was no session at all.
    NeverCame,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 8] = [
        Self::Delivered,
        Self::DeliveredInClear,
        Self::LeakedCredentials,
        Self::RefusedTls,
        Self::RefusedSmtp,
        Self::GaveUp,
        Self::Hung,
        Self::NeverCame,
    ];

    /// The outcome's name in scenario files and in JSON: `refused-tls`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::DeliveredInClear => "delivered-in-clear",
            Self::LeakedCredentials => "leaked-credentials",
            Self::RefusedTls => "refused-tls",
            Self::RefusedSmtp => "refused-smtp",
            Self::GaveUp => "gave-up",
            Self::Hung => "hung",
            Self::NeverCame => "never-came",
        }
    }

    /// The outcome of a run of several sessions: the worst leak if there is one, else a delivery,
    /// else what became of the last session.
    pub(crate) fn of_run(outcomes: impl DoubleEndedIterator<Item = Self> + Clone) -> Self {
        let first_of_all = [
            Self::LeakedCredentials,
            Self::DeliveredInClear,
            Self::Delivered,
            Self::Hung,
        ];
        first_of_all
            .into_iter()
            .find(|outcome| outcomes.clone().any(|seen| seen == *outcome))
            .or_else(|| outcomes.clone().next_back())
            .unwrap_or(Self::NeverCame)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Outcome {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.name() == given)
            .ok_or_else(|| Error::UnknownName {
                kind: "outcome",
                given: given.to_owned(),
                near: crate::near::nearest(given, &Self::ALL.map(Self::name)),
            })
    }
}
