//! Versions, cipher suites, groups and signature schemes, as OpenSSL wants to be told of them.

use openssl::bn::BigNum;
use openssl::dh::Dh;
use openssl::error::ErrorStack;
use openssl::pkey::Params;
use openssl::ssl::{SslContextBuilder, SslOptions, cipher_name};

use super::bad;
use crate::error::Error;
use crate::fault::TlsVersion;
use crate::server::old_names::{FFDHE2048, MODP1024, SUITES, has};
use crate::server::tls::{TlsWish, bad_tls};

pub(super) fn apply(builder: &mut SslContextBuilder, wish: &TlsWish) -> Result<(), Error> {
    let choice = Choice::of(wish);
    choice.set_versions(builder)?;
    choice.set_suites(builder)?;
    // The 1,024 bits have no name in TLS: they are simply sent (RFC 5246 §7.4.3).
    let named: Vec<_> = choice
        .curves
        .iter()
        .chain(&choice.finite)
        .copied()
        .collect();
    if !named.is_empty() {
        builder.set_groups_list(&named.join(":")).map_err(bad)?;
    }
    if let Some(scheme) = &wish.signature_scheme {
        builder.set_sigalgs_list(scheme).map_err(bad)?;
    }
    let group = finite_group(choice.modp1024).map_err(bad)?;
    builder.set_tmp_dh(&group).map_err(bad)
}

/// A wish, sorted.
struct Choice<'a> {
    wish: &'a TlsWish,
    /// Suites of TLS 1.3, and those before.
    new: Vec<&'a str>,
    old: Vec<&'a str>,
    /// Groups on curves, and of numbers with a name in TLS 1.3.
    curves: Vec<&'a str>,
    finite: Vec<&'a str>,
    modp1024: bool,
}

impl<'a> Choice<'a> {
    fn of(wish: &'a TlsWish) -> Self {
        let suites = wish.cipher_suites.iter().map(String::as_str);
        let (old, new) = suites.partition(|name| has(SUITES, name) || has(MODERN, name));
        let groups = wish.groups.iter().map(String::as_str);
        let (small, named): (Vec<_>, Vec<_>) = groups.partition(|name| has(&[MODP1024], name));
        let (finite, curves) = named.into_iter().partition(|name| has(&[FFDHE2048], name));
        Self {
            wish,
            new,
            old,
            curves,
            finite,
            modp1024: !small.is_empty(),
        }
    }

    fn set_versions(&self, builder: &mut SslContextBuilder) -> Result<(), Error> {
        let spoken = |version| self.wish.versions.contains(&version) && self.can_be(version);
        let unspoken = [
            (TlsVersion::Tls10, SslOptions::NO_TLSV1),
            (TlsVersion::Tls11, SslOptions::NO_TLSV1_1),
            (TlsVersion::Tls12, SslOptions::NO_TLSV1_2),
            (TlsVersion::Tls13, SslOptions::NO_TLSV1_3),
        ];
        let unspoken = unspoken
            .into_iter()
            .filter(|(version, _)| !spoken(*version));
        let unspoken: SslOptions = unspoken.map(|(_, option)| option).collect();
        let all = TlsVersion::ALL;
        if !all.into_iter().any(spoken) {
            return Err(bad_tls("no version of TLS has all that is asked for"));
        }
        builder.set_options(unspoken);
        Ok(())
    }

    /// Whether a version has what else is asked for.
    fn can_be(&self, version: TlsVersion) -> bool {
        let scheme = self.wish.signature_scheme.is_some();
        match version {
            // It has suites and schemes of its own, and names each group.
            TlsVersion::Tls13 => {
                let suites = self.old.is_empty() || !self.new.is_empty();
                let mut named = self.curves.iter().chain(&self.finite);
                let groups =
                    self.wish.groups.is_empty() || named.any(|name| !has(BEFORE_TLS13, name));
                suites && groups && !scheme
            }
            TlsVersion::Tls12 => self.new.is_empty() || !self.old.is_empty(),
            // Schemes came with TLS 1.2 (RFC 5246 §7.4.1.4.1).
            _ => (self.new.is_empty() || !self.old.is_empty()) && !scheme,
        }
    }

    fn set_suites(&self, builder: &mut SslContextBuilder) -> Result<(), Error> {
        if !self.new.is_empty() {
            let names = self.new.join(":");
            builder.set_ciphersuites(&names).map_err(bad)?;
        }
        let mut names: Vec<&str> = Vec::new();
        for name in &self.old {
            let own = own_name(name);
            let missing = |_| bad_tls(format!("the OpenSSL of this machine has no `{name}`"));
            builder.set_cipher_list(own).map_err(missing)?;
            names.push(own);
        }
        if names.is_empty() {
            names = self.every_suite();
            names.push("!aNULL");
        }
        let names = format!("{}:@SECLEVEL=0", names.join(":"));
        builder.set_cipher_list(&names).map_err(bad)
    }

    /// The suites with a key exchange that cannot go round the groups and the scheme.
    fn every_suite(&self) -> Vec<&'static str> {
        let finite = self.modp1024 || !self.finite.is_empty();
        match (!self.curves.is_empty(), finite) {
            (false, false) if self.wish.signature_scheme.is_none() => vec!["ALL"],
            (false, true) => vec!["kDHE"],
            (true, false) => vec!["kECDHE"],
            (true, true) | (false, false) => vec!["kECDHE", "kDHE"],
        }
    }
}

/// Groups that TLS 1.3 does not have, or calls something else (RFC 8446 §4.2.7, RFC 8734).
#[rustfmt::skip]
const BEFORE_TLS13: &[&str] = &[
    "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "secp192r1", "secp224r1", "secp256k1",
];

/// OpenSSL's own name of a suite; it knows IANA's in one case only.
fn own_name(name: &str) -> &'static str {
    let mut known = SUITES.iter().chain(MODERN);
    let known = known.find(|known| known.eq_ignore_ascii_case(name));
    cipher_name(known.copied().unwrap_or_default())
}

fn finite_group(small: bool) -> Result<Dh<Params>, ErrorStack> {
    let prime = match small {
        true => BigNum::get_rfc2409_prime_1024()?,
        false => BigNum::from_hex_str(FFDHE2048_PRIME)?,
    };
    Dh::from_pqg(prime, None, BigNum::from_u32(2)?)
}

/// The suites of TLS 1.2 that rustls has as well.
const MODERN: &[&str] = &[
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/// RFC 7919 §A.1.
const FFDHE2048_PRIME: &str = "\
    FFFFFFFFFFFFFFFFADF85458A2BB4A9AAFDC5620273D3CF1D8B9C583CE2D3695\
    A9E13641146433FBCC939DCE249B3EF97D2FE363630C75D8F681B202AEC4617A\
    D3DF1ED5D5FD65612433F51F5F066ED0856365553DED1AF3B557135E7F57C935\
    984F0C70E0E68B77E2A689DAF3EFE8721DF158A136ADE73530ACCA4F483A797A\
    BC0AB182B324FB61D108A94BB2C8E3FBB96ADAB760D7F4681D4F42A3DE394DF4\
    AE56EDE76372BB190B07A7C8EE0A6D709E02FCE1CDF7E2ECC03404CD28342F61\
    9172FE9CE98583FF8E4F1232EEF28183C3FE3B1B4C6FAD733BB5FCBC2EC22005\
    C58EF1837D1683B2C6F34A26C1B2EFFA886B423861285C97FFFFFFFFFFFFFFFF";
