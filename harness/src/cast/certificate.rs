//! `[certificates.NAME]`: what the members of a cast have in their stores.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use mailfault_certs::{Der, Flaw, Identity, KeyKind, Leaf};
use serde::Deserialize;

use super::authority::{Authorities, Authority, name};
use super::revocation::{Lists, Published, Revoked, Wish};
use crate::certificate_facts::CertificateFacts;
use crate::clock::Clock;
use crate::duration;
use crate::error::Error;
use crate::exchange::TlsCertificateName;
use crate::hex;
use crate::near::nearest;
use crate::scenario::{ReasonWord, ResponderWord};

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
    revoked: Revoked,
    revocation_reason: Option<ReasonWord>,
    crl_server: Option<ResponderWord>,
}

/// The certificates of a cast, minted.
#[derive(Clone, Debug, Default)]
pub(super) struct Certificates {
    by_name: BTreeMap<String, Identity>,
    roots: Vec<Der>,
    published: Published,
}

impl Certificates {
    /// Mints them. Those of one issuer and root come from one authority, so that a renewed one has
    /// the issuer of the old.
    pub(super) fn mint(written: &BTreeMap<String, Written>, clock: &Clock) -> Result<Self, Error> {
        let wishes: Vec<_> = written.values().map(Written::revocation).collect();
        let mut authorities = Authorities::new(clock.now(), Lists::begin(wishes.iter())?);
        let mut minted = Vec::new();
        let mut distrusted = Vec::new();
        for (name, one) in written {
            let bad = |error: Error| Error::BadSetting {
                what: "certificate",
                why: format!("`{name}`: {error}"),
            };
            let (identity, lists) = one.mint(&mut authorities).map_err(bad)?;
            if one.trusted == Some(false) {
                distrusted.extend(identity.roots().to_vec());
            }
            minted.push((name.clone(), identity, lists));
        }
        let roots = authorities.roots();
        let roots = roots.filter(|root| !distrusted.contains(root)).collect();
        // What is said of certificates is signed last, when there are some.
        let published = authorities.lists.publish(clock)?;
        let by_name = minted.into_iter().map(|(name, identity, lists)| {
            let of = |list: usize| published.lists.get(list).cloned();
            let identity = match lists.into_iter().map(of).collect::<Option<Vec<_>>>() {
                Some(lists) => identity.with_crls(lists),
                None => identity,
            };
            (name, identity)
        });
        Ok(Self {
            by_name: by_name.collect(),
            roots,
            published,
        })
    }

    /// What is said of their revocation.
    pub(super) fn published(&self) -> &Published {
        &self.published
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

impl Written {
    fn revocation(&self) -> Wish {
        Wish {
            revoked: self.revoked,
            reason: self.revocation_reason,
            server: self.crl_server,
        }
    }

    /// The certificate, and the numbers of the lists that are about it and its authorities.
    fn mint(&self, authorities: &mut Authorities) -> Result<(Identity, Vec<usize>), Error> {
        let revocation = self.revocation();
        revocation.check(self.self_signed)?;
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
            leaf = leaf.serial(self::serial(serial)?);
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
        let root = self.root.as_deref().unwrap_or_default();
        let Authority { ca, lists } = authorities.issuer(root, self.issuer.as_deref())?;
        if let Some(url) = authorities.lists.url(lists[0], &revocation)
            && !self.self_signed
        {
            leaf = leaf.crl_at(url);
        }
        leaf.check().map_err(|error| Error::BadSetting {
            what: "certificate",
            why: error.to_string(),
        })?;
        let identity = ca.issue(leaf);
        let now = authorities.now;
        authorities
            .lists
            .enter(lists[0], &revocation, &identity, now)?;
        Ok((identity, lists))
    }
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

fn serial(text: &str) -> Result<Vec<u8>, Error> {
    hex::read(text).ok_or_else(|| Error::BadSetting {
        what: "serial",
        why: format!("`{text}` is no number in hex, two digits for each octet"),
    })
}
