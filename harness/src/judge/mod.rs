//! Those who judge: what EOP, Exchange, .NET, openssl and others make of a server.
//!
//! [`Probe`] looks at a server and trusts nothing; what it saw is [`Evidence`]. [`Findings`] are
//! everything that is wrong with it, all of it and not the first, by what an [`Expectation`] says
//! of names, roots and time. A [`Judge`] has rules and words, and makes a [`Verdict`] of them.
//!
//! ```
//! use mailfault::judge::{Decision, Expectation, Findings, Judge, Probe};
//! use mailfault::{Ca, Leaf, MockServer};
//!
//! let ca = Ca::new();
//! let server = MockServer::builder().starttls(ca.issue(Leaf::new("mx.test").wrong_name())).start();
//!
//! let evidence = Probe::new(server.addr()).name("mx.test").run();
//! let expectation = Expectation::new("mx.test").trusting(&[ca.der().clone()]);
//! let findings = Findings::of(&evidence, &expectation);
//! for judge in Judge::all() {
//!     let verdict = judge.judge(&findings);
//!     println!("{:28} {:16} {}", verdict.judge, verdict.decision, verdict.message);
//! }
//!
//! let eop = Judge::named("eop")?.judge(&findings);
//! assert_eq!((eop.decision, eop.code.as_deref()), (Decision::Defer, Some("450 4.7.320")));
//! # Ok::<(), mailfault::Error>(())
//! ```
//!
//! Whether a chain is good is rustls-webpki's word, and each signature the provider's. What other
//! clients would say is worked out from who signed whom and what each certificate says, in the
//! order in which they look; how often that is what they said when they were observed is published
//! in `docs/judges.md`.

#[cfg(feature = "models")]
pub(crate) use certificate::key_bits;
pub use dane::{Tlsa, TlsaCheck, TlsaFit};
#[cfg(feature = "models")]
pub(crate) use domain::{covers, is_one_of};
pub use eop::{EopOutbound, OnlineEra};
pub use evidence::{Evidence, Negotiated, Step, Trouble};
pub use exchange::ExchangeSend;
pub use expectation::Expectation;
pub(crate) use finding::moment;
pub use finding::{Finding, Wrong};
pub use findings::Findings;
pub use judges::{Basis, Judge};
pub use mta::MatMode;
pub use mta_sts::{MtaSts, PolicyMode};
pub use names::{Against, Fit, NameCheck};
pub use probe::Probe;
pub use settings::{MtaStsMode, SmtpDaneMode, TlsSettings};
pub use verdict::{Decision, Verdict};

mod evidence;
mod probe;
mod recorder;

mod certificate;
mod dane;
mod expectation;
mod finding;
mod findings;
mod mta_sts;
mod names;
mod path;
mod revocation;

mod judges;
mod settings;
mod verdict;

mod checktls;
mod domain;
mod dotnet;
mod eop;
mod eop_dns;
mod exchange;
mod gnutls;
mod go;
mod java;
mod mta;
mod openssl;
mod rustls;
mod schannel;
