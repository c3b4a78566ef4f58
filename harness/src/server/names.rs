//! Cipher suites and groups, picked by their names.

use rustls::SupportedCipherSuite;
use rustls::crypto::{CryptoProvider, SupportedKxGroup};

#[cfg(feature = "legacy-tls")]
use super::old_names;
use super::tls::TlsWish;
#[cfg(feature = "legacy-tls")]
use crate::crypto;
use crate::error::Error;
use crate::near;

/// The provider with the suites and groups that were named; all where none was.
pub(super) fn chosen(wish: &TlsWish, provider: &CryptoProvider) -> Result<CryptoProvider, Error> {
    let mut provider = provider.clone();
    if !wish.cipher_suites.is_empty() {
        let known = provider.cipher_suites;
        let names = suite_names(&known);
        provider.cipher_suites = pick("cipher suite", &wish.cipher_suites, &names, &known)?;
    }
    if !wish.groups.is_empty() {
        let known = provider.kx_groups;
        let names = group_names(&known);
        provider.kx_groups = pick("group", &wish.groups, &names, &known)?;
    }
    Ok(provider)
}

fn suite_names(known: &[SupportedCipherSuite]) -> Vec<String> {
    known.iter().map(|one| suite_name(one.suite())).collect()
}

fn group_names(known: &[&dyn SupportedKxGroup]) -> Vec<String> {
    known
        .iter()
        .map(|one| format!("{:?}", one.name()))
        .collect()
}

/// Where OpenSSL serves, names may be of either library.
#[cfg(feature = "legacy-tls")]
pub(super) fn check(wish: &TlsWish) -> Result<(), Error> {
    let provider = crypto::provider();
    let check = |kind, wanted: &[String], old: &[&str], new: Vec<String>| {
        let old = old.iter().map(|name| (*name).to_owned());
        let names: Vec<String> = old.chain(new).collect();
        pick(kind, wanted, &names, &vec![(); names.len()]).map(drop)
    };
    let suites = suite_names(&provider.cipher_suites);
    check(
        "cipher suite",
        &wish.cipher_suites,
        old_names::SUITES,
        suites,
    )?;
    let groups = group_names(&provider.kx_groups);
    check("group", &wish.groups, old_names::GROUPS, groups)
}

fn pick<T: Copy>(
    kind: &'static str,
    wanted: &[String],
    names: &[String],
    known: &[T],
) -> Result<Vec<T>, Error> {
    let find = |wanted: &String| {
        let at = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(wanted));
        at.map(|at| known[at]).ok_or_else(|| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Error::UnknownName {
                kind,
                given: wanted.clone(),
                near: near::nearest(wanted, &names).or_else(|| Some(names.join("`, `"))),
            }
        })
    };
    wanted.iter().map(find).collect()
}

/// A cipher suite by its IANA name; rustls writes `TLS13_` for those of TLS 1.3.
pub(crate) fn suite_name(suite: rustls::CipherSuite) -> String {
    format!("{suite:?}").replacen("TLS13_", "TLS_", 1)
}
