//! The listener, the running server, and what a test holds of it.

use std::sync::Arc;

pub use builder::{Auth, Builder};
pub use client_certificate::ClientCertificate;
pub(crate) use ending::Ending;
pub(crate) use ledger::{Ledger, Recorder};
#[cfg(feature = "legacy-tls")]
pub(crate) use legacy::reasons;
pub use mock_server::MockServer;
pub(crate) use names::suite_name;
#[cfg(feature = "scenario")]
pub(crate) use old_names::beyond_rustls;
#[cfg(feature = "legacy-tls")]
pub(crate) use old_names::{FFDHE2048, MODP1024};
pub(crate) use policy::Question;
#[cfg(feature = "models")]
pub(crate) use policy::{Keeper, Policy};
#[cfg(feature = "scenario")]
pub(crate) use revocation::Above;
pub use revocation::{CrlWish, OcspWish, Responder, ResponderWish, Revocation};
#[cfg(feature = "models")]
pub(crate) use revocation::{Door as ListDoor, Office};
pub use script::Script;
#[cfg(feature = "judge")]
pub(crate) use tls::certificate;
#[cfg(feature = "scenario")]
pub(crate) use tls::{FRAGMENTS, wrong_fragment};
pub(crate) use tls::{Serving, Tls as ServerTls, bad_tls};
#[cfg(feature = "models")]
pub(crate) use {
    listener::{Door, Port},
    thread::{Thread, no_thread},
    tls::TlsWish,
};

use crate::clock::Clock;
use crate::persona::Persona;
use tls::Tls;

mod builder;
mod client_certificate;
mod ending;
mod ledger;
#[cfg(feature = "legacy-tls")]
mod legacy;
mod listener;
mod mock_server;
mod names;
mod old_names;
mod policy;
mod revocation;
mod script;
mod thread;
mod tls;
#[cfg(feature = "weak")]
mod weak_key;

/// What all sessions of a server share.
pub(crate) struct House {
    pub(crate) persona: Persona,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) starttls: Option<Tls>,
    pub(crate) implicit: Option<Tls>,
    /// What X-ANONYMOUSTLS begins TLS with, where that is not the certificate of STARTTLS.
    pub(crate) anonymous: Option<Tls>,
    /// The keywords of the EHLO reply inside TLS that X-ANONYMOUSTLS began.
    pub(crate) ehlo_anonymous: Option<Vec<String>>,
    pub(crate) auth: Auth,
    pub(crate) require_tls: bool,
    pub(crate) require_auth: bool,
    pub(crate) clock: Clock,
    pub(crate) policy: Option<policy::Policy>,
    pub(crate) keeper: Option<policy::Keeper>,
    /// Holds the sessions instead of the conversation of `persona`.
    script: Option<script::Session>,
}

impl House {
    /// What a command begins TLS with, if it does.
    pub(crate) fn tls_by(&self, verb: &str) -> Option<&Tls> {
        let anonymous = self.anonymous.as_ref();
        match verb {
            "X-ANONYMOUSTLS" => anonymous.or(self.starttls.as_ref()),
            _ => self.starttls.as_ref(),
        }
    }
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("House")
            .field("persona", &self.persona.name)
            .finish_non_exhaustive()
    }
}
