//! From a recipe to an identity: who signs, what is signed, what is sent.

use crate::ca::{Ca, ISSUING};
use crate::certificate::{Certificate, Purpose};
use crate::encoding::Der;
use crate::flaw::Flaw;
use crate::identity::Identity;
use crate::key::{Key, Role};
use crate::recipe::{DAY, Recipe};

pub(crate) fn mint(ca: &Ca, recipe: Recipe) -> Identity {
    let label = recipe.label();
    let mut draw = ca.chance().draw(&label);
    let serial = recipe.serial.clone().unwrap_or_else(|| draw.serial());
    let kind = recipe.key.unwrap_or(ca.key_kind());
    let key = Key::generate(kind, Role::Leaf, &mut draw);
    let validity = recipe.validity(ca.now());

    let authority = match recipe.has(Flaw::SelfSigned) {
        true => None,
        false => Some(authority(ca, &recipe, &label)),
    };
    let issuer = authority
        .as_ref()
        .map_or(&recipe.subject, Ca::subject)
        .clone();
    let leaf = Certificate {
        serial: &serial,
        issuer: &issuer,
        validity,
        subject: &recipe.subject,
        key: &key,
        names: &recipe.names,
        purpose: recipe.purpose(),
    }
    .signed_by(authority.as_ref().map_or(&key, Ca::key));

    let served_key = if recipe.has(Flaw::KeyMismatch) {
        Key::generate(kind, Role::Other, &mut draw)
    } else {
        key
    };
    let own_root = authority.as_ref().map_or(&leaf, Ca::der).clone();
    let trusted = if recipe.has(Flaw::ExpiredRoot) {
        &own_root
    } else {
        ca.der()
    };
    Identity {
        chain: chain(ca, &recipe, &label, &leaf, authority.as_ref()),
        roots: vec![trusted.clone()],
        leaf,
        key: served_key,
        own_root,
        name: recipe.name,
        names: recipe.names,
        subject: recipe.subject,
        issuer,
        serial,
        validity,
        flaws: recipe.flaws.into_iter().collect(),
    }
}

/// Who signs the leaf: the given CA, unless a flaw wants another one above the leaf.
fn authority(ca: &Ca, recipe: &Recipe, label: &str) -> Ca {
    let label = format!("{label}, issuer");
    let unknown = recipe.has(Flaw::UntrustedRoot);
    let expired = recipe.has(Flaw::ExpiredRoot);
    let another = match (unknown, expired) {
        (true, _) => Some(ca.another_root(&label, "unknown root", ca.usual())),
        (_, true) => {
            let validity = (ca.now() - 3650 * DAY, ca.now() - 10 * DAY);
            Some(ca.another_root(&label, "expired root", validity))
        }
        _ => None,
    };

    let faulty = [
        Flaw::ExpiredIntermediate,
        Flaw::IntermediateNotCa,
        Flaw::PathlenExceeded,
    ];
    let given_will_do = another.is_none() && !faulty.iter().any(|flaw| recipe.has(*flaw));
    let needs_intermediate = recipe.flaws.iter().any(|flaw| flaw.is_about_chain());
    if given_will_do && !(ca.is_root() && needs_intermediate) {
        return ca.clone();
    }

    let mut above = another.unwrap_or_else(|| ca.root().clone());
    let mut role = Role::Intermediate;
    if recipe.has(Flaw::PathlenExceeded) {
        above = above.below(&label, role, ISSUING, ca.usual());
        role = Role::Other;
    }
    let purpose = if recipe.has(Flaw::IntermediateNotCa) {
        Purpose::FalseAuthority
    } else {
        ISSUING
    };
    let validity = if recipe.has(Flaw::ExpiredIntermediate) {
        (ca.now() - 365 * DAY, ca.now() - 10 * DAY)
    } else {
        ca.usual()
    };
    above.below(&label, role, purpose, validity)
}

/// What is sent, and in which order (RFC 8446 §4.4.2).
fn chain(ca: &Ca, recipe: &Recipe, label: &str, leaf: &Der, authority: Option<&Ca>) -> Vec<Der> {
    let mut above = match authority {
        Some(authority) if !recipe.has(Flaw::MissingIntermediate) => authority.sent(),
        _ => Vec::new(),
    };
    if recipe.has(Flaw::RootSent) || recipe.has(Flaw::ReversedChain) {
        above.extend(authority.map(|authority| authority.der().clone()));
    }
    if recipe.has(Flaw::ReversedChain) {
        above.reverse();
    }
    if recipe.has(Flaw::ExtraUnrelated) {
        let label = format!("{label}, unrelated");
        let unrelated = || {
            ca.another_root(&label, "unrelated root", ca.usual())
                .der()
                .clone()
        };
        above.insert(0, unrelated());
        above.push(unrelated());
    }
    let copies = if recipe.has(Flaw::DuplicateLeaf) {
        2
    } else {
        1
    };
    let mut chain = vec![leaf.clone(); copies];
    chain.append(&mut above);
    chain
}
