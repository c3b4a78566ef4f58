//! Who signs the leaf, what is sent, and what is trusted.

use crate::asn1;
use crate::ca::{Ca, ISSUING, Name, Order, RootOrder};
use crate::certificate::{self, Purpose, Validity};
use crate::control::Control;
use crate::draft::{Draft, Extension};
use crate::edit;
use crate::encoding::Der;
use crate::flaw::Flaw;
use crate::key::{F4, Key, KeyKind, Role, Scheme};
use crate::recipe::{DAY, Recipe};

/// Who signs the leaf: the given CA, unless a flaw wants another one above the leaf.
pub(crate) fn authority(ca: &Ca, recipe: &Recipe, label: &str) -> Ca {
    let label = format!("{label}, issuer");
    if recipe.is(Control::NoIntermediate) {
        return ca.root().clone();
    }
    let another = root(ca, recipe, &label);
    let wants_own = recipe.parts().any(Flaw::is_about_issuing_ca)
        || matches!(
            recipe.control,
            Some(
                Control::LongChain5
                    | Control::LongChain6
                    | Control::NameConstraints
                    | Control::NameConstraintsIp
                    | Control::RsaPssSigned
            )
        );
    let given_will_do = another.is_none() && !wants_own;
    if given_will_do && !(ca.is_root() && recipe.needs_intermediate()) {
        return ca.clone();
    }

    let mut above = another.unwrap_or_else(|| ca.root().clone());
    let mut role = Role::Intermediate;
    for step in 1..intermediates(recipe) {
        let purpose = match recipe.has(Flaw::PathlenExceeded) {
            true => ISSUING,
            false => Purpose::Authority { path_len: None },
        };
        let label = format!("{label} {step}");
        above = above.below(Order {
            purpose,
            ..Order::issuing(ca, &label, role)
        });
        role = Role::Other;
    }
    issuing(ca, recipe, &label, role, &above)
}

/// Another root than the given one, where a flaw wants that.
fn root(ca: &Ca, recipe: &Recipe, label: &str) -> Option<Ca> {
    let order = match () {
        () if recipe.has(Flaw::UntrustedRoot) => RootOrder::usual(ca, "unknown root"),
        () if recipe.has(Flaw::ExpiredRoot) => RootOrder {
            validity: (ca.now() - 3650 * DAY, ca.now() - 10 * DAY),
            ..RootOrder::usual(ca, "expired root")
        },
        () if recipe.has(Flaw::ImpostorRoot) => RootOrder {
            name: Name::Given(ca.root().subject().clone()),
            ..RootOrder::usual(ca, "root")
        },
        () if recipe.has(Flaw::Sha1Intermediate) => rsa_root(ca, 2048),
        () if recipe.has(Flaw::Rsa1024Root) => rsa_root(ca, 1024),
        () if recipe.is(Control::Rsa2048) && ca.key_kind() != KeyKind::Rsa2048 => {
            rsa_root(ca, 2048)
        }
        () if recipe.is(Control::Sha1Root) => RootOrder {
            scheme: Scheme::Sha1,
            ..rsa_root(ca, 2048)
        },
        () => return None,
    };
    Some(ca.another_root(label, order))
}

fn rsa_root(ca: &Ca, bits: usize) -> RootOrder {
    RootOrder {
        key: Some(Key::rsa(bits, F4, Role::Other)),
        ..RootOrder::usual(ca, "RSA root")
    }
}

/// How many certificates stand between the root and the leaf.
fn intermediates(recipe: &Recipe) -> usize {
    match () {
        () if recipe.has(Flaw::LongChain20) => 20,
        () if recipe.has(Flaw::LongChain12) => 12,
        () if recipe.has(Flaw::LongChain8) => 8,
        () if recipe.is(Control::LongChain6) => 6,
        () if recipe.is(Control::LongChain5) => 5,
        () if recipe.has_any(&[Flaw::PathlenExceeded, Flaw::LeafIssuedByLeaf]) => 2,
        () => 1,
    }
}

/// The authority right above the leaf.
fn issuing(ca: &Ca, recipe: &Recipe, label: &str, role: Role, above: &Ca) -> Ca {
    let purpose = match () {
        () if recipe.has(Flaw::IntermediateNotCa) => Purpose::FalseAuthority,
        () if recipe.has(Flaw::LeafIssuedByLeaf) => Purpose::Server { enciphers: false },
        () => ISSUING,
    };
    let edit = |draft: &mut Draft| {
        for flaw in recipe.parts() {
            edit::issuing(flaw, draft, recipe);
        }
        if let Some(control) = recipe.control {
            edit::constrained(control, draft, &recipe.name);
        }
    };
    let issuing = above.below(Order {
        purpose,
        validity: validity(ca, recipe),
        names: match recipe.has(Flaw::LeafIssuedByLeaf) {
            true => &recipe.names,
            false => &[],
        },
        key: issuing_key(ca, recipe, label),
        scheme: match recipe.has(Flaw::Sha1Intermediate) {
            true => Scheme::Sha1,
            false => Scheme::Usual,
        },
        edit: &edit,
        ..Order::issuing(ca, label, role)
    });
    if recipe.has(Flaw::TamperedIntermediate) {
        let mut damaged = issuing.certificate().as_bytes().to_vec();
        edit::flip_last(&mut damaged);
        return issuing.shown_as(damaged.into());
    }
    issuing
}

/// The key of the authority right above the leaf, where a flaw wants another than the usual one.
fn issuing_key(ca: &Ca, recipe: &Recipe, label: &str) -> Option<Key> {
    match () {
        () if recipe.has(Flaw::Rsa1024Intermediate) => Some(Key::rsa(1024, F4, Role::Intermediate)),
        () if recipe.is(Control::Rsa2048) => Some(Key::rsa(2048, F4, Role::Intermediate)),
        () if recipe.is(Control::RsaPssSigned) => Some(Key::rsa(2048, F4, Role::Intermediate)),
        () if recipe.has_any(&[Flaw::Md5, Flaw::Sha1]) => {
            Some(Key::rsa(2048, F4, Role::Intermediate))
        }
        () if recipe.has(Flaw::Sha1Ecdsa) => {
            let mut draw = ca.chance().draw(&format!("{label}, key"));
            Some(Key::generate(KeyKind::P256, Role::Intermediate, &mut draw))
        }
        () => None,
    }
}

fn validity(ca: &Ca, recipe: &Recipe) -> Validity {
    match () {
        () if recipe.has(Flaw::ExpiredIntermediate) => (ca.now() - 365 * DAY, ca.now() - 10 * DAY),
        () if recipe.has(Flaw::FutureIntermediate) => (ca.now() + 10 * DAY, ca.now() + 3650 * DAY),
        () => ca.usual(),
    }
}

/// What is sent, and in which order (RFC 8446 §4.4.2).
pub(crate) fn sent(
    ca: &Ca,
    recipe: &Recipe,
    label: &str,
    leaf: &Der,
    authority: Option<&Ca>,
) -> Vec<Der> {
    if recipe.has(Flaw::EmptyChain) {
        return Vec::new();
    }
    let mut above = match authority {
        Some(authority) => above(ca, recipe, label, authority),
        None => Vec::new(),
    };
    if recipe.has_any(&[Flaw::RootSent, Flaw::ReversedChain]) {
        above.extend(authority.map(|authority| authority.der().clone()));
    }
    if recipe.has(Flaw::ReversedChain) {
        above.reverse();
    }
    let unrelated = format!("{label}, unrelated");
    if recipe.has(Flaw::ExtraUnrelated) {
        let stranger = || {
            let order = RootOrder::usual(ca, "unrelated root");
            ca.another_root(&unrelated, order).certificate().clone()
        };
        above.insert(0, stranger());
        above.push(stranger());
    }
    if recipe.has(Flaw::ChainOver64k) {
        above.extend((0..3).map(|_| big_stranger(ca, &unrelated)));
    }
    if recipe.is(Control::CrossSigned) || recipe.is(Control::CrossSignedExpired) {
        let stranger = ca.another_root(&unrelated, RootOrder::usual(ca, "unknown root"));
        let validity = match recipe.is(Control::CrossSigned) {
            true => ca.usual(),
            false => (ca.now() - 365 * DAY, ca.now() - 10 * DAY),
        };
        let cross = ca.root().crossed_by(&stranger, &unrelated, validity);
        above.push(cross.certificate().clone());
    }
    if recipe.has(Flaw::NoLeafFirst) {
        above.insert(1.min(above.len()), leaf.clone());
        return above;
    }
    let copies = match recipe.has(Flaw::DuplicateLeaf) {
        true => 2,
        false => 1,
    };
    let mut chain = vec![leaf.clone(); copies];
    chain.append(&mut above);
    chain
}

/// What a server sends after its own certificate.
fn above(ca: &Ca, recipe: &Recipe, label: &str, authority: &Ca) -> Vec<Der> {
    if recipe.has_any(&[Flaw::MissingIntermediate, Flaw::PartialChainTrusted]) {
        return Vec::new();
    }
    let label = format!("{label}, stranger");
    if recipe.has(Flaw::WrongIntermediate) {
        let root = ca.another_root(&label, RootOrder::usual(ca, "unrelated root"));
        return root.below(Order::issuing(ca, &label, Role::Other)).sent();
    }
    if recipe.has_any(&[Flaw::ImpostorIntermediate, Flaw::ImpostorIntermediateAki]) {
        let impostor = ca.root().below(Order {
            subject: Some(authority.subject().clone()),
            ..Order::issuing(ca, &label, Role::Other)
        });
        return impostor.sent();
    }
    authority.sent()
}

/// What a client is told to trust.
pub(crate) fn trusted(ca: &Ca, recipe: &Recipe, leaf: &Der, authority: Option<&Ca>) -> Der {
    match authority {
        _ if recipe.has(Flaw::LeafIsCaTrusted) || recipe.is(Control::SelfSignedTrusted) => {
            leaf.clone()
        }
        Some(authority) if recipe.is(Control::Rsa2048) || recipe.is(Control::Sha1Root) => {
            authority.der().clone()
        }
        Some(authority)
            if recipe.has_any(&[Flaw::ExpiredRoot, Flaw::Rsa1024Root, Flaw::Sha1Intermediate]) =>
        {
            authority.der().clone()
        }
        Some(authority) if recipe.has(Flaw::PartialChainTrusted) => authority.certificate().clone(),
        _ => ca.der().clone(),
    }
}

/// A CA with an extension of 24,000 octets that nobody has to read.
fn big_stranger(ca: &Ca, label: &str) -> Der {
    let root = ca.another_root(label, RootOrder::usual(ca, "unrelated root"));
    let ballast = |draft: &mut Draft| {
        let content = asn1::octet_string(&[0x20; 24_000]);
        draft.add_extension(Extension::new(certificate::UNKNOWN, false, content));
    };
    let big = root.below(Order {
        edit: &ballast,
        ..Order::issuing(ca, label, Role::Other)
    });
    big.certificate().clone()
}
