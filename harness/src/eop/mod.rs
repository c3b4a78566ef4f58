//! Exchange Online Protection as the receiver: whose mail this is, and what it says when it will
//! not have it.
//!
//! Nothing here is scripted. A [`Tenant`] has accepted domains and inbound connectors with
//! Microsoft's own property names; from the client's address, its certificate and its envelope
//! the model finds the connector ([`Tenant::attribute`]) and decides for each recipient
//! ([`Tenant::route`]). [`Eop`] is that on a socket, with a certificate of the same names and
//! issuers as Microsoft's of the time, minted here and worthless.
//!
//! ```
//! use mailfault::Ca;
//! use mailfault::eop::{AcceptedDomain, Eop, InboundConnector, Recipients};
//!
//! let public_ca = Ca::new(); // stands for a CA that Microsoft trusts
//! let eop = Eop::builder()
//!     .accepted_domain(AcceptedDomain::authoritative("contoso.test"))
//!     .recipients(Recipients::known(["bob@contoso.test"]))
//!     .inbound_connector(InboundConnector {
//!         tls_sender_certificate_name: Some("mail.contoso.test".into()),
//!         cloud_services_mail_enabled: true,
//!         ..InboundConnector::on_premises("Inbound from on-premises")
//!     })
//!     .trusts(public_ca.roots())
//!     .start();
//! // … an Exchange server with a certificate for mail.contoso.test sends to eop.addr() …
//! let reception = eop.finish();
//! for received in &reception.received {
//!     println!("{:?} came by {:?}", received.mail.subject(), received.connector());
//! }
//! ```
//!
//! # What it refuses
//!
//! | [`Refusal`] | at | the words are from | the moment is from |
//! |---|---|---|---|
//! | `BannedIp`, `ServerBusy` | RCPT | captured replies | replies to RCPT in public logs |
//! | `RelayDenied` | RCPT | Microsoft's support article on 5.7.64 | a public client trace |
//! | `RecipientDenied` | RCPT | captured replies, of each era | uncertain |
//! | `RecipientNotFound` | RCPT | Microsoft's documentation | uncertain |
//! | `PartnerRestricted` | RCPT | captured replies | uncertain |
//! | `OldTls` | MAIL | captured replies | uncertain: seen in answer to AUTH |
//! | `NotAuthenticated` | MAIL | Microsoft's documentation | its own words |
//! | `TlsRequired` | MAIL | uncertain: what a receive connector of Exchange says | uncertain |
//!
//! But for `RecipientDenied`, the words of 2014 are those of later without the machine's name; that
//! they were the same is uncertain. [`EopBuilder::says`] puts other words in their place.
//!
//! # What is not modelled
//!
//! One tenant. No filtering by content or reputation but the addresses that a test names, no SPF,
//! DKIM or DMARC. Nothing is relayed: what would be is kept, with a [`Route`] that says so.

pub use attribution::{Arrival, Attribution, MatchedBy, Restriction, SenderCertificate};
pub use builder::EopBuilder;
pub use certificate::CertificateProfile;
pub use inbound_connector::{ConnectorType, InboundConnector};
pub use ip_range::IpRange;
pub use message_trace::{MessageTrace, Status};
pub use model::Eop;
pub use profile::Profile;
pub use received::{AuthAs, Received, Reception};
pub use refusal::Refusal;
pub use route::Route;
pub use tenant::{AcceptedDomain, DomainType, Recipients, Tenant};

mod attribution; // which connector a message came by: a pure function, and its table of tests
mod builder; // the wish
mod certificate; // what it shows: subject, names and chain by era
pub(crate) mod domain; // patterns of domains: `*.contoso.com`
mod inbound_connector; // one connector, in Microsoft's words
mod ip_range; // `192.0.2.0/24`
mod message_trace; // the rows that an administrator reads
mod model; // the running model
mod profile; // how it talks, by era
mod received; // a message, and how it came
mod refusal; // what it says when it will not
mod route; // what becomes of a recipient
mod rules; // the rules, asked at each stage
mod state; // what the rules and the test share
mod tenant; // the organization
mod trust; // whether a client's chain leads to a root that Microsoft trusts
