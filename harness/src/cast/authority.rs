//! Who issues the certificates of a cast: those of one issuer and root come from one authority.

use std::collections::BTreeMap;
use std::time::SystemTime;

use mailfault_certs::{Ca, Der, DistinguishedName, KeyKind};

use super::revocation::{Lists, Wish};
use crate::error::Error;

/// Every authority of a cast, made when the first certificate of it is.
pub(super) struct Authorities {
    pub(super) now: SystemTime,
    roots: BTreeMap<String, Authority>,
    issuers: BTreeMap<(String, String), Authority>,
    /// What they say of certificates.
    pub(super) lists: Lists,
}

#[derive(Clone)]
pub(super) struct Authority {
    pub(super) ca: Ca,
    /// The numbers of its list and of those above it.
    pub(super) lists: Vec<usize>,
}

impl Authorities {
    pub(super) fn new(now: SystemTime, lists: Lists) -> Self {
        Self {
            now,
            roots: BTreeMap::new(),
            issuers: BTreeMap::new(),
            lists,
        }
    }

    pub(super) fn roots(&self) -> impl Iterator<Item = Der> {
        self.roots.values().map(|root| root.ca.der().clone())
    }

    /// The authority that issues under these names; empty ones are names of our own.
    pub(super) fn issuer(&mut self, root: &str, issuer: Option<&str>) -> Result<Authority, Error> {
        let root_authority = self.root(root)?;
        let key = (root.to_owned(), issuer.unwrap_or_default().to_owned());
        if let Some(known) = self.issuers.get(&key) {
            return Ok(known.clone());
        }
        let authority = match issuer {
            // The root issues it itself.
            Some(issuer) if issuer == root => root_authority,
            issuer => {
                let subject = issuer.map(name).transpose()?;
                self.below(&root_authority, subject)
            }
        };
        self.issuers.insert(key, authority.clone());
        Ok(authority)
    }

    fn root(&mut self, root: &str) -> Result<Authority, Error> {
        if let Some(known) = self.roots.get(root) {
            return Ok(known.clone());
        }
        let builder = Ca::builder().clock(self.now).key(KeyKind::Rsa2048);
        let builder = match root {
            "" => builder,
            root => builder.name(name(root)?),
        };
        let ca = builder.build();
        let lists = vec![self.lists.add(&ca)];
        let authority = Authority { ca, lists };
        self.roots.insert(root.to_owned(), authority.clone());
        Ok(authority)
    }

    /// Its certificate says where the root's list is, if there is one.
    fn below(&mut self, root: &Authority, subject: Option<DistinguishedName>) -> Authority {
        let url = self.lists.url(root.lists[0], &Wish::default());
        let ca = match (subject, url) {
            (None, None) => root.ca.intermediate(),
            (None, Some(url)) => root.ca.intermediate_with_crl_at(&url),
            (Some(subject), None) => root.ca.intermediate_named(subject),
            (Some(subject), Some(url)) => root.ca.intermediate_named_with_crl_at(subject, &url),
        };
        let mut lists = vec![self.lists.add(&ca)];
        lists.extend(&root.lists);
        Authority { ca, lists }
    }
}

/// A distinguished name as a file has it.
pub(super) fn name(text: &str) -> Result<DistinguishedName, Error> {
    text.parse()
        .map_err(|error: mailfault_certs::Error| Error::BadSetting {
            what: "name",
            why: error.to_string(),
        })
}
