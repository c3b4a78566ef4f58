//! The server's side of old TLS: OpenSSL, set up as a wish says.
//!
//! OpenSSL's own ideas of what is safe are turned off (`@SECLEVEL=0`), and each connection has a
//! set-up of its own: nothing is resumed, and nothing is shared.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use mailfault_certs::{Der, Flaw, Identity};
use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use openssl::ssl::{
    AlpnError, Ssl, SslContext, SslContextBuilder, SslMethod, SslMode, SslOptions,
    SslSessionCacheMode, SslVerifyMode,
};
use openssl::x509::X509;

pub(super) use offer::nothing_but;

use super::client_certificate::ClientCertificate;
use super::tls::{TlsWish, bad_tls};
use crate::error::Error;
use crate::fault::TlsVersion;
use crate::wire::{Engine, OpenSsl};

mod choice; // versions, suites, groups
mod offer; // what a client must offer, by number

/// The certificates of a listener.
pub(super) struct Identities {
    default: RwLock<Identity>,
    /// By names in lower case (RFC 6066 §3).
    by_name: BTreeMap<String, Identity>,
}

impl Identities {
    pub(super) fn new(default: &Identity, by_name: &BTreeMap<String, Identity>) -> Self {
        let by_name = by_name.iter();
        Self {
            default: RwLock::new(default.clone()),
            by_name: by_name
                .map(|(name, identity)| (name.to_ascii_lowercase(), identity.clone()))
                .collect(),
        }
    }

    pub(super) fn set_default(&self, identity: &Identity) {
        let default = self.default.write();
        *default.unwrap_or_else(PoisonError::into_inner) = identity.clone();
    }

    /// What a client gets to see that asks for this name.
    pub(super) fn of(&self, sni: Option<&str>) -> Identity {
        let named = sni.and_then(|name| self.by_name.get(&name.to_ascii_lowercase()));
        let default = || self.default.read().unwrap_or_else(PoisonError::into_inner);
        named.cloned().unwrap_or_else(|| default().clone())
    }

    /// Whether OpenSSL can serve them all.
    pub(super) fn check(&self, wish: &TlsWish) -> Result<(), Error> {
        self.by_name.values().try_for_each(|one| check(wish, one))?;
        check(wish, &self.of(None))
    }
}

/// Whether OpenSSL can serve this.
pub(super) fn check(wish: &TlsWish, identity: &Identity) -> Result<(), Error> {
    context(wish, identity).map(drop)
}

/// Whether OpenSSL alone can sign with the key in the certificate, and the client takes such
/// signatures. To all others rustls shows the certificate, and signs with another key: they shall
/// see it, and not only that they have nothing in common with the server.
pub(super) fn signs_for(wish: &TlsWish, identity: &Identity, records: &[u8]) -> bool {
    let sends_leaf = identity.chain().first() == Some(identity.leaf());
    // With DSA a server would fall back to TLS 1.2, where it is no fault: TLS 1.3 has no scheme
    // for it (RFC 8446 §4.2.3), which is the point of such a certificate.
    let falls_back =
        identity.flaws().contains(&Flaw::Dsa) && wish.versions.contains(&TlsVersion::Tls13);
    if identity.own_key().is_none() || !sends_leaf || falls_back {
        return false;
    }
    let tried = connection(wish, identity, None);
    tried.is_ok_and(|mut tried| tried.answers(records))
}

/// A new connection that shows this certificate.
pub(super) fn connection(
    wish: &TlsWish,
    identity: &Identity,
    sni: Option<&str>,
) -> Result<Engine, Error> {
    let context = context(wish, identity)?;
    let tls = Ssl::new(&context).and_then(|ssl| OpenSsl::new(ssl, sni.map(str::to_owned)));
    tls.map(|tls| Engine::OpenSsl(Box::new(tls))).map_err(bad)
}

fn context(wish: &TlsWish, identity: &Identity) -> Result<SslContext, Error> {
    if wish.max_fragment.is_some() {
        return Err(bad_tls(
            "OpenSSL does not let the size of records be chosen",
        ));
    }
    let mut builder = SslContextBuilder::new(SslMethod::tls_server()).map_err(bad)?;
    ground(&mut builder).map_err(bad)?;
    choice::apply(&mut builder, wish)?;
    present(&mut builder, identity)?;
    ask(&mut builder, &wish.client_certificate).map_err(bad)?;
    if !wish.alpn.is_empty() {
        let known = wish.alpn.clone();
        builder.set_alpn_select_callback(move |_, offered| {
            agreed(&known, offered).ok_or(AlpnError::ALERT_FATAL)
        });
    }
    Ok(builder.build())
}

/// What holds for every server.
fn ground(builder: &mut SslContextBuilder) -> Result<(), ErrorStack> {
    builder.set_security_level(0);
    // The configuration of the machine may have bounds.
    builder.set_min_proto_version(None)?;
    builder.set_max_proto_version(None)?;
    builder.set_mode(SslMode::NO_AUTO_CHAIN | SslMode::RELEASE_BUFFERS);
    builder.set_options(SslOptions::NO_TICKET | SslOptions::NO_RENEGOTIATION);
    builder.set_session_cache_mode(SslSessionCacheMode::OFF);
    builder.set_num_tickets(0)
}

/// Certificates, key and staple.
fn present(builder: &mut SslContextBuilder, identity: &Identity) -> Result<(), Error> {
    let certificate = |der: &Der| X509::from_der(der.as_bytes()).map_err(bad);
    let mut chain = identity.chain().iter();
    let leaf = chain.next();
    let leaf = certificate(leaf.ok_or_else(|| bad_tls("OpenSSL serves no empty chain"))?)?;
    let key = identity.own_key().unwrap_or(identity.key());
    let key = PKey::private_key_from_pkcs8(key.as_bytes()).map_err(bad)?;
    if !leaf.public_key().map_err(bad)?.public_eq(&key) {
        return Err(bad_tls(
            "OpenSSL serves no key that is not the certificate's",
        ));
    }
    builder.set_certificate(&leaf).map_err(bad)?;
    builder.set_private_key(&key).map_err(bad)?;
    for above in chain {
        builder
            .add_extra_chain_cert(certificate(above)?)
            .map_err(bad)?;
    }
    if let Some(staple) = identity.staple() {
        let staple = staple.to_vec();
        builder
            .set_status_callback(move |ssl| ssl.set_ocsp_status(&staple).map(|()| true))
            .map_err(bad)?;
    }
    Ok(())
}

/// What is wanted of the client's certificate: see [`ClientCertificate`]. No authority is trusted
/// but those that are named, so that OpenSSL itself finds fault with all others: alert 48.
fn ask(builder: &mut SslContextBuilder, wish: &ClientCertificate) -> Result<(), ErrorStack> {
    let must = SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT;
    match wish {
        ClientCertificate::NotAsked => builder.set_verify(SslVerifyMode::NONE),
        ClientCertificate::Asked => {
            builder.set_verify_callback(SslVerifyMode::PEER, |_, _| true);
        }
        ClientCertificate::Required => builder.set_verify_callback(must, |_, _| true),
        ClientCertificate::RequiredFrom(authorities) => {
            for authority in authorities {
                let authority = X509::from_der(authority.as_bytes())?;
                builder.cert_store_mut().add_cert(authority)?;
            }
            builder.set_verify(must);
        }
        ClientCertificate::Pinned(pinned) => {
            let pinned = X509::from_der(pinned.as_bytes())?;
            builder.set_verify_callback(must, move |accepted, context| {
                let leaf = context.chain().and_then(|chain| chain.get(0));
                accepted || leaf.is_some_and(|leaf| *leaf == *pinned)
            });
        }
        ClientCertificate::Refused => builder.set_verify(SslVerifyMode::PEER),
    }
    Ok(())
}

/// The first protocol of ours that the client offers too; its own list has each behind its length
/// (RFC 7301 §3.1).
fn agreed<'a>(known: &[String], mut offered: &'a [u8]) -> Option<&'a [u8]> {
    let mut names = Vec::new();
    while let Some((length, rest)) = offered.split_first() {
        let (name, rest) = rest.split_at_checked((*length).into())?;
        names.push(name);
        offered = rest;
    }
    let mut known = known.iter();
    known.find_map(|name| names.iter().find(|one| **one == name.as_bytes()).copied())
}

/// What OpenSSL says, without where in its source it says so.
pub(crate) fn reasons(stack: &ErrorStack) -> String {
    let reasons = stack.errors().iter().filter_map(|one| one.reason());
    match reasons.collect::<Vec<_>>() {
        all if all.is_empty() => "OpenSSL gives no reason".to_owned(),
        all => all.join(", "),
    }
}

fn bad(stack: ErrorStack) -> Error {
    bad_tls(format!("OpenSSL: {}", reasons(&stack)))
}
