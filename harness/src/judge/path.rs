//! Who signed whom: the certificates between a leaf and a root, as names and keys link them.
//!
//! This describes and does not trust: whether a chain is good is asked of rustls-webpki.

use super::certificate::{Read, Signed};

/// A leaf, its issuer, its issuer's issuer, as far as they are to be had.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) links: Vec<Link>,
    pub(super) end: End,
}

/// One certificate of a path.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) certificate: Read,
    /// It is one of the roots that are trusted.
    pub(super) trusted: bool,
    /// What becomes of its signature with the key of the next one; of the last, with its own if
    /// it is self-signed.
    pub(super) signed: Signed,
}

/// How a path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At a trusted root.
    Trusted,
    /// At a trusted certificate that is no root.
    TrustedHalfway,
    /// At a self-signed certificate that nobody trusts.
    SelfSigned,
    /// Nobody has the next one.
    Missing,
}

/// By what an issuer is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Linking {
    /// By its name alone, as Go, Java and rustls do it.
    Names,
    /// By key identifiers as well, and by the kind of key, as OpenSSL and GnuTLS do it.
    NamesAndKeys,
}

impl Linking {
    fn joins(self, one: &Read, issuer: &Read) -> bool {
        match self {
            Self::Names => one.is_issued_in_the_name_of(issuer),
            Self::NamesAndKeys => one.may_be_issued_by(issuer) && one.is_signed_for_key_of(issuer),
        }
    }
}

/// More certificates than any chain has; OpenSSL stops at 100.
const LONGEST: usize = 100;

impl Path {
    /// The path from the first of `presented`, which is trusted at `roots` and nowhere else.
    pub(super) fn build(
        linking: Linking,
        presented: &[Read],
        roots: &[Read],
        is_valid: impl Fn(&Read) -> bool,
    ) -> Option<Self> {
        let leaf = presented.first()?;
        let mut unused: Vec<&Read> = presented[1..].iter().collect();
        let mut links = Vec::new();
        let mut current = leaf;
        loop {
            let trusted = roots.iter().any(|root| root.der == current.der);
            let mut link = Link {
                certificate: current.clone(),
                trusted,
                signed: Signed::Unverified,
            };
            let is_top = match linking {
                Linking::Names => current.is_self_issued(),
                Linking::NamesAndKeys => current.is_self_signed(),
            };
            if is_top {
                link.signed = current.signed_by(current);
                links.push(link);
                let end = if trusted {
                    End::Trusted
                } else {
                    End::SelfSigned
                };
                return Some(Self { links, end });
            }
            let known: Vec<&Read> = links.iter().map(|link: &Link| &link.certificate).collect();
            let issues = |one: &&Read| {
                linking.joins(current, one)
                    && known.iter().all(|known| known.der != one.der)
                    && one.der != current.der
            };
            // The best that names allow: rightly signed before wrongly, valid before not.
            let best = |candidates: Vec<&'_ Read>| {
                candidates
                    .into_iter()
                    .min_by_key(|one| {
                        let badly = current.signed_by(one) == Signed::Badly;
                        (badly, !is_valid(one))
                    })
                    .cloned()
            };
            let trusted_issuer = best(roots.iter().filter(issues).collect());
            let sent_issuer = best(unused.iter().copied().filter(|one| issues(one)).collect());
            // A trusted issuer first, unless it did not sign and another one did.
            let next = match (trusted_issuer, sent_issuer) {
                (Some(root), Some(sent))
                    if current.signed_by(&root) == Signed::Badly
                        && current.signed_by(&sent) == Signed::Well =>
                {
                    Some(sent)
                }
                (Some(root), _) => Some(root),
                (None, sent) => sent,
            };
            let Some(next) = next.filter(|_| links.len() < LONGEST) else {
                links.push(link);
                let end = if trusted {
                    End::TrustedHalfway
                } else {
                    End::Missing
                };
                return Some(Self { links, end });
            };
            link.signed = current.signed_by(&next);
            links.push(link);
            unused.retain(|one| one.der != next.der);
            let place = presented
                .iter()
                .chain(roots)
                .find(|one| one.der == next.der)?;
            current = place;
        }
    }
}
