//! What a server is told when it is built, and keeps.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use mailfault_certs::Der;

use super::log::Era;
use super::selection::TieBreak;
use super::version::Version;
use crate::clock::Clock;
use crate::fault::TlsVersion;
use crate::report::Event;
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

/// Sees every event with the connector's name and the session's number.
pub(crate) type Observer = Arc<dyn Fn(&str, u64, &Event) + Send + Sync>;

/// What a server is told when it is built, and keeps.
#[derive(Clone)]
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
    pub(super) tls_versions: Vec<TlsVersion>,
    /// By name; empty: all that there are.
    pub(super) cipher_suites: Vec<String>,
    /// The roots that Windows trusts.
    pub(super) trusted_roots: Vec<Der>,
    /// When the Transport service began; ids of sessions are counted from here.
    pub(super) began: SystemTime,
    pub(super) observer: Option<Observer>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("version", &self.version)
            .field("fqdn", &self.fqdn)
            .finish_non_exhaustive()
    }
}
