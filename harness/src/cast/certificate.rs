//! `[certificates.NAME]`: what the members of a cast have in their stores.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use mailfault_certs::{Ca, Der, DistinguishedName, Flaw, Identity, KeyKind, Leaf};
use serde::Deserialize;

use crate::certificate_facts::CertificateFacts;
use crate::duration;
use crate::error::Error;
use crate::exchange::TlsCertificateName;
use crate::near::nearest;

/// A certificate as a file describes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    names: Vec<String>,
    subject: Option<String>,
    issuer: Option<String>,
    root: Option<String>,
    trusted: Option<bool>,
    self_signed: bool,
    flaws: Vec<String>,
    key: Option<String>,
    serial: Option<String>,
    valid: Option<(String, String)>,
}

/// The certificates of a cast, minted.
#[derive(Clone, Debug, Default)]
pub(super) struct Certificates {
    by_name: BTreeMap<String, Identity>,
    roots: Vec<Der>,
}

impl Certificates {
    /// Mints them. Those of one issuer and root come from one authority, so that a renewed one has
    /// the issuer of the old.
    pub(super) fn mint(
        written: &BTreeMap<String, Written>,
        now: SystemTime,
    ) -> Result<Self, Error> {
        let mut authorities = Authorities {
            now,
            roots: BTreeMap::new(),
            issuers: BTreeMap::new(),
        };
        let mut by_name = BTreeMap::new();
        let mut distrusted = Vec::new();
        for (name, one) in written {
            let bad = |error: Error| Error::BadSetting {
                what: "certificate",
                why: format!("`{name}`: {error}"),
            };
            let identity = one.mint(&mut authorities).map_err(bad)?;
            if one.trusted == Some(false) {
                distrusted.extend(identity.roots().to_vec());
            }
            by_name.insert(name.clone(), identity);
        }
        let roots = authorities.roots.values().map(|ca| ca.der().clone());
        let roots = roots.filter(|root| !distrusted.contains(root)).collect();
        Ok(Self { by_name, roots })
    }

    /// Lets everybody trust these roots as well.
    pub(super) fn trust(&mut self, roots: &[Der]) {
        self.roots.extend_from_slice(roots);
    }

    /// The roots that everybody trusts.
    pub(super) fn roots(&self) -> &[Der] {
        &self.roots
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Identity)> {
        self.by_name
            .iter()
            .map(|(name, identity)| (name.as_str(), identity))
    }

    /// The certificate of this name.
    pub(super) fn named(&self, name: &str) -> Result<&Identity, Error> {
        self.by_name.get(name).ok_or_else(|| {
            let known: Vec<_> = self.by_name.keys().map(String::as_str).collect();
            Error::UnknownName {
                kind: "certificate",
                given: name.to_owned(),
                near: nearest(name, &known),
            }
        })
    }

    /// `TlsCertificateName` by the name of a certificate here, or as `<I>…<S>…`; nothing for an
    /// empty text.
    pub(super) fn tls_certificate_name(
        &self,
        text: &str,
    ) -> Result<Option<TlsCertificateName>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        if text.starts_with("<I>") {
            return text.parse().map(Some);
        }
        let identity = self.named(text)?;
        let facts = CertificateFacts::read(identity.leaf());
        facts
            .map(|facts| Some(TlsCertificateName::of(&facts)))
            .ok_or_else(|| Error::BadSetting {
                what: "TlsCertificateName",
                why: format!("the certificate `{text}` cannot be read, and so has no names"),
            })
    }
}

struct Authorities {
    now: SystemTime,
    roots: BTreeMap<String, Ca>,
    issuers: BTreeMap<(String, String), Ca>,
}

impl Authorities {
    /// The authority that issues under these names; empty ones are names of our own.
    fn issuer(&mut self, root: &str, issuer: Option<&str>) -> Result<Ca, Error> {
        let now = self.now;
        if !self.roots.contains_key(root) {
            let builder = Ca::builder().clock(now).key(KeyKind::Rsa2048);
            let builder = match root {
                "" => builder,
                root => builder.name(name(root)?),
            };
            self.roots.insert(root.to_owned(), builder.build());
        }
        let root_ca = self.roots[root].clone();
        let key = (root.to_owned(), issuer.unwrap_or_default().to_owned());
        if let Some(known) = self.issuers.get(&key) {
            return Ok(known.clone());
        }
        let ca = match issuer {
            // The root issues it itself.
            Some(issuer) if issuer == root => root_ca,
            Some(issuer) => root_ca.intermediate_named(name(issuer)?),
            None => root_ca.intermediate(),
        };
        self.issuers.insert(key, ca.clone());
        Ok(ca)
    }
}

impl Written {
    fn mint(&self, authorities: &mut Authorities) -> Result<Identity, Error> {
        let Some(first) = self.names.first() else {
            return Err(Error::BadSetting {
                what: "names",
                why: "a certificate needs a name; write `names = [\"mail.contoso.test\"]`"
                    .to_owned(),
            });
        };
        let mut leaf = Leaf::new(first).only_names();
        for name in &self.names[1..] {
            leaf = leaf.also(name);
        }
        leaf = leaf.key(match self.key.as_deref() {
            None | Some("rsa-2048") => KeyKind::Rsa2048,
            Some("p256") => KeyKind::P256,
            Some("p384") => KeyKind::P384,
            Some("ed25519") => KeyKind::Ed25519,
            Some(other) => {
                let known = ["rsa-2048", "p256", "p384", "ed25519"];
                return Err(Error::UnknownName {
                    kind: "kind of key",
                    given: other.to_owned(),
                    near: nearest(other, &known).or_else(|| Some(known.join("`, `"))),
                });
            }
        });
        if let Some(subject) = &self.subject {
            leaf = leaf.subject(name(subject)?);
        }
        if let Some(serial) = &self.serial {
            leaf = leaf.serial(hex(serial)?);
        }
        if let Some((from, to)) = &self.valid {
            let now = authorities.now;
            leaf = leaf.valid(moment(now, from)?, moment(now, to)?);
        }
        if self.self_signed {
            leaf = leaf.self_signed();
        }
        for id in &self.flaws {
            let flaw = Flaw::from_id(id).ok_or_else(|| {
                let known: Vec<_> = Flaw::all().iter().map(|flaw| flaw.id()).collect();
                Error::UnknownName {
                    kind: "flaw",
                    given: id.clone(),
                    near: nearest(id, &known),
                }
            })?;
            leaf = leaf.flaw(flaw);
        }
        leaf.check().map_err(|error| Error::BadSetting {
            what: "certificate",
            why: error.to_string(),
        })?;
        let root = self.root.as_deref().unwrap_or_default();
        Ok(authorities
            .issuer(root, self.issuer.as_deref())?
            .issue(leaf))
    }
}

fn name(text: &str) -> Result<DistinguishedName, Error> {
    text.parse()
        .map_err(|error: mailfault_certs::Error| Error::BadSetting {
            what: "name",
            why: error.to_string(),
        })
}

/// `-400d`: so long before the start; `90d`: so long after it.
fn moment(now: SystemTime, text: &str) -> Result<SystemTime, Error> {
    let bad = |why: String| Error::BadSetting { what: "valid", why };
    let (past, length) = match text.strip_prefix('-') {
        Some(length) => (true, length),
        None => (false, text),
    };
    let length: Duration = duration::parse(length).map_err(bad)?;
    let moment = match past {
        true => now.checked_sub(length),
        false => now.checked_add(length),
    };
    moment.ok_or_else(|| bad(format!("`{text}` is too far away")))
}

fn hex(text: &str) -> Result<Vec<u8>, Error> {
    let digits = text.as_bytes().chunks(2);
    let octets = digits.map(|pair| {
        let pair = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    octets
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Error::BadSetting {
            what: "serial",
            why: format!("`{text}` is no number in hex, two digits for each octet"),
        })
}
