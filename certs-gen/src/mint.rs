//! From a recipe to an identity: what is signed, and what comes of it.

use crate::ca::{Ca, own_name};
use crate::certificate::Certificate;
use crate::chain;
use crate::control::Control;
use crate::distinguished_name::DistinguishedName;
use crate::edit;
use crate::encoding::Der;
use crate::flaw::Flaw;
use crate::identity::Identity;
use crate::key::{F4, Key, KeyKind, Role, Scheme};
use crate::public_key;
use crate::recipe::Recipe;
use crate::revocation::Ocsp;
use crate::seed::Draw;

pub(crate) fn mint(ca: &Ca, mut recipe: Recipe) -> Identity {
    let label = recipe.label();
    let mut draw = ca.chance().draw(&label);
    let serial = serial(&recipe, &mut draw);
    let key = key(ca, &recipe, Role::Leaf, &mut draw);
    let validity = recipe.validity(ca.now());

    let authority = match recipe.is_self_signed() {
        true => None,
        false => Some(chain::authority(ca, &recipe, &label)),
    };
    let signer = authority.as_ref().map_or(&key, Ca::key);
    let issuer = match authority.as_ref() {
        _ if recipe.has(Flaw::IssuerEmpty) => DistinguishedName::new(),
        _ if recipe.has(Flaw::IssuerNameMismatch) => own_name("issuing CA", draw.bytes()),
        Some(authority) => authority.subject().clone(),
        None => recipe.subject.clone(),
    };
    let scheme = scheme(&recipe);
    let mut draft = Certificate {
        serial: &serial,
        issuer: &issuer,
        validity,
        subject: &recipe.subject,
        key: &key,
        names: &recipe.names,
        purpose: recipe.purpose(key.kind()),
    }
    .draft(signer, scheme);
    edit::revocation(&recipe.revocation, &mut draft);
    if let Some(control) = recipe.control {
        edit::control(control, &mut draft);
    }
    for flaw in recipe.parts() {
        edit::leaf(flaw, &mut draft, &key, signer, validity, &mut draw);
    }
    let mut signature = signer.sign(scheme, &draft.body());
    edit::signature(&recipe, &mut signature);
    if recipe.has(Flaw::TamperedTbs) {
        recipe.subject = recipe.subject.with_a_letter_changed();
        draft.set_subject(&recipe.subject);
    }
    let leaf: Der = edit::envelope(&recipe, draft.sealed(&signature), &mut draw).into();

    let own_key = recipe
        .parts()
        .find_map(|flaw| public_key::own(flaw, key.pkcs8()));
    let other_key = recipe.has_any(&[Flaw::KeyMismatch, Flaw::KeyMismatchRsa]);
    let served_key = match other_key {
        true => self::key(ca, &recipe, Role::Other, &mut draw),
        false => key,
    };
    let renewed = recipe.has(Flaw::RenewedOldServed).then(|| {
        let issuer = authority.as_ref().unwrap_or(ca);
        Box::new(mint(issuer, recipe.renewed(ca.now())))
    });
    let foreign_key = recipe.parts().any(Flaw::shows_foreign_key);
    let own_root = authority.as_ref().map_or(&leaf, Ca::der).clone();
    let mut identity = Identity {
        chain: chain::sent(ca, &recipe, &label, &leaf, authority.as_ref()),
        roots: vec![chain::trusted(ca, &recipe, &leaf, authority.as_ref())],
        leaf,
        foreign_key,
        own_key,
        key: served_key,
        own_root,
        name: recipe.name,
        names: recipe.names,
        subject: recipe.subject,
        issuer,
        serial,
        validity,
        flaws: recipe.flaws.into_iter().collect(),
        control: recipe.control,
        renewed,
        staple: None,
        authority: authority.unwrap_or_else(|| ca.clone()),
        crls: None,
    };
    if recipe.control.is_some_and(Control::staples) {
        identity.staple = Some(identity.authority.ocsp(Ocsp::good(&identity)));
    }
    identity
}

/// RFC 5280 §4.1.2.2 allows twenty octets, and no flaw but those below says more.
fn serial(recipe: &Recipe, draw: &mut Draw) -> Vec<u8> {
    let long = match () {
        () if recipe.has(Flaw::Serial21Octets) => 21,
        () if recipe.has(Flaw::Serial200Octets) => 200,
        () if recipe.has(Flaw::SerialZero) => return vec![0],
        () if recipe.has(Flaw::SerialNegative) => return vec![0x85],
        () => return recipe.serial.clone().unwrap_or_else(|| draw.serial()),
    };
    let mut serial = draw.bytes::<200>()[..long].to_vec();
    serial[0] = serial[0] & 0x7f | 0x40;
    serial
}

/// The leaf's key, or one like it.
fn key(ca: &Ca, recipe: &Recipe, role: Role, draw: &mut Draw) -> Key {
    for (flaw, bits) in [
        (Flaw::Rsa512, 512),
        (Flaw::Rsa1024, 1024),
        (Flaw::Rsa2047, 2047),
    ] {
        if recipe.has(flaw) {
            return Key::rsa(bits, F4, role);
        }
    }
    match recipe.control {
        Some(Control::Rsa4096) => return Key::rsa(4096, F4, role),
        Some(Control::Rsa8192) => return Key::rsa(8192, F4, role),
        Some(Control::RsaExponent3) => return Key::rsa(2048, 3, role),
        _ => {}
    }
    let rsa = [
        Flaw::KeyMismatchRsa,
        Flaw::RsaPssKey,
        Flaw::SelfSignedExchangeSetup,
    ];
    let kind = match () {
        () if recipe.is(Control::P256) => KeyKind::P256,
        () if recipe.is(Control::P384) => KeyKind::P384,
        () if recipe.is(Control::Ed25519) => KeyKind::Ed25519,
        () if recipe.is(Control::Rsa2048) => KeyKind::Rsa2048,
        () if recipe.has_any(&rsa) => KeyKind::Rsa2048,
        () if recipe.has(Flaw::ExplicitCurve) => KeyKind::P256,
        () => recipe.key.unwrap_or(ca.key_kind()),
    };
    Key::generate(kind, role, draw)
}

/// How the leaf is signed.
fn scheme(recipe: &Recipe) -> Scheme {
    match () {
        () if recipe.has(Flaw::Md5) => Scheme::Md5,
        () if recipe.has_any(&[Flaw::Sha1, Flaw::Sha1Ecdsa]) => Scheme::Sha1,
        () if recipe.is(Control::RsaPssSigned) => Scheme::Pss,
        () => Scheme::Usual,
    }
}
