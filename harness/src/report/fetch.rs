//! What somebody asked of a responder for revocation.

use std::fmt;

/// One request to a responder for revocation, and how it was answered.
///
/// It is written down before the answer is sent. A responder that is unreachable sees nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetch {
    /// Which responder.
    pub what: Fetched,
    /// `GET` or `POST`, most likely.
    pub method: String,
    /// The path, as far as it is worth knowing.
    pub path: String,
    /// The HTTP status of the answer.
    pub status: u16,
}

/// What a responder gives out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fetched {
    /// Revocation lists.
    Crl,
    /// Answers about one certificate.
    Ocsp,
}

impl Fetched {
    /// Its name in JSON: `crl`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Crl => "crl",
            Self::Ocsp => "ocsp",
        }
    }
}

impl fmt::Display for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            method,
            path,
            status,
        } = self;
        write!(f, "{}: {method} {path}: {status}", what.name())
    }
}
