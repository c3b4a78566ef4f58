//! What a server is told when it is built, and keeps.

use std::net::IpAddr;
use std::time::SystemTime;

use mailfault_certs::Der;

use super::log::Era;
use super::selection::TieBreak;
use super::version::Version;
use crate::clock::Clock;
use crate::server::Auth;

/// When a change of a connector or of the certificate store takes effect. Microsoft does not say
/// for certificates; in the reports of administrators a restart was needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Changes {
    /// When the service that owns the connector is started again.
    #[default]
    AfterRestart,
    /// At once, for every connection that comes after.
    AtOnce,
}

/// What a server is told when it is built, and keeps.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) version: Version,
    pub(super) name: String,
    pub(super) fqdn: String,
    pub(super) clock: Clock,
    pub(super) address: IpAddr,
    pub(super) auth: Auth,
    pub(super) changes: Changes,
    /// `None`: as documented for what is looked for.
    pub(super) tie_break: Option<TieBreak>,
    /// `InternalTransportCertificateThumbprint`.
    pub(super) internal_transport_certificate: Option<String>,
    pub(super) era: Era,
    /// The roots that Windows trusts.
    pub(super) trusted_roots: Vec<Der>,
    /// When the Transport service began; ids of sessions are counted from here.
    pub(super) began: SystemTime,
}
