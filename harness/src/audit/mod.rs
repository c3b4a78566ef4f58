//! A mail client through the whole catalogue, and what it made of each fault.
//!
//! The verdict comes from what the servers saw, never from what the client says of itself; that is
//! kept beside it. Each case is held against what the RFCs require of a client of that kind.

pub use card::{Audited, ReportCard};
pub use case::Case;
pub use grade::{Grade, Severity};
pub use limbo::Limbo;
pub use report::Format;
pub use revocation::RevocationCheck;
pub use said::{ClientSaid, Said};
pub use wish::Audit;

mod card; // what became of it all
mod case; // one server, and what the client has to know of it
mod glob; // `tls/*`
mod grade; // the table: what was seen against what is required
mod limbo; // the test cases of x509-limbo
mod report; // terminal, JSON, JUnit, Markdown, HTML
mod revocation; // who checks it, and who does not
mod run; // the pool, and the bound on each case
mod said; // what the client itself says
mod seen; // what the server saw, in the words of the table
mod wish; // the wish for an audit

use std::fmt;

/// What a client promises, and so what it is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientKind {
    /// It demands TLS and verifies the server: a submission client (RFC 8314 §5), or an MTA under
    /// MTA-STS or DANE.
    Verifying,
    /// It takes the TLS that it can get (RFC 7435), as an MTA does that has no policy: a bad
    /// certificate is no reason not to deliver. It must not lose mail nor deliver it twice.
    Opportunistic,
}

impl ClientKind {
    /// Its name in reports: `verifying`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Verifying => "verifying",
            Self::Opportunistic => "opportunistic",
        }
    }
}

impl fmt::Display for ClientKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
