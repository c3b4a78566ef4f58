//! What each flaw changes in a certificate that was right: before it is signed, in the signature, and afterwards.

use crate::asn1;
use crate::certificate::{
    self, AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE,
    SUBJECT_ALT_NAME, SUBJECT_KEY_IDENTIFIER, Validity,
};
use crate::control::Control;
use crate::draft::{Draft, Extension};
use crate::flaw::Flaw;
use crate::key::Key;
use crate::leaf::Revocation;
use crate::seed::Draw;

mod envelope;
mod field;
mod issuing;

pub(crate) use envelope::{envelope, flip_last, signature};
pub(crate) use issuing::{constrained, issuing};

/// Makes one thing wrong in the leaf, before it is signed.
pub(crate) fn leaf(
    flaw: Flaw,
    draft: &mut Draft,
    key: &Key,
    signer: &Key,
    validity: Validity,
    draw: &mut Draw,
) {
    let usages = |last: &[u64]| {
        asn1::sequence(
            last.iter()
                .map(|last| certificate::key_purpose(*last))
                .collect::<Vec<_>>(),
        )
    };
    match flaw {
        Flaw::AkiMismatch => set_authority_key(draft, &draw.bytes::<20>()),
        Flaw::ImpostorIntermediate => draft.remove_extension(AUTHORITY_KEY_IDENTIFIER),

        Flaw::SanEmpty => draft.set_extension(SUBJECT_ALT_NAME, false, asn1::sequence([])),
        Flaw::SanMalformed => {
            // A length of 127 octets, of which two are there.
            draft.set_extension(SUBJECT_ALT_NAME, false, vec![0x30, 0x7f, 0x78, 0x78]);
        }

        Flaw::EkuAny => {
            let any = asn1::oid(&[2, 5, 29, 37, 0]);
            draft.set_extension(EXTENDED_KEY_USAGE, false, asn1::sequence([any]));
        }
        Flaw::EkuCodeSigning => draft.set_extension(EXTENDED_KEY_USAGE, false, usages(&[3])),
        Flaw::EkuEmailOnly => draft.set_extension(EXTENDED_KEY_USAGE, false, usages(&[4])),
        Flaw::EkuEmpty => draft.set_extension(EXTENDED_KEY_USAGE, false, usages(&[])),
        Flaw::KuAgreementOnly => set_key_usage(draft, 0b0000_1000),
        Flaw::KuCertsignOnLeaf => set_key_usage(draft, 0b1000_0100),
        Flaw::KuEnciphermentOnly => set_key_usage(draft, 0b0010_0000),
        // What Exchange asks for at its set-up.
        Flaw::SelfSignedExchangeSetup => set_key_usage(draft, 0b1010_0000),
        Flaw::LeafIsCa | Flaw::LeafIsCaTrusted | Flaw::SelfSignedCa => {
            set_key_usage(draft, 0b1000_0110);
            let authority = asn1::sequence([asn1::boolean(true)]);
            draft.set_extension(BASIC_CONSTRAINTS, true, authority);
        }
        Flaw::CtPoison => {
            let poison = Extension::new(CT_POISON, true, asn1::null());
            draft.add_extension(poison);
        }
        Flaw::UnknownCritical => draft.add_extension(unknown(true, 0)),
        Flaw::Leaf60k => draft.add_extension(unknown(false, 60_000)),
        _ => field::leaf(flaw, draft, key, signer, validity),
    }
}

/// Makes the leaf unusual, before it is signed.
pub(crate) fn control(control: Control, draft: &mut Draft) {
    match control {
        Control::EkuAbsent => draft.remove_extension(EXTENDED_KEY_USAGE),
        Control::NoAki => {
            draft.remove_extension(AUTHORITY_KEY_IDENTIFIER);
            draft.remove_extension(SUBJECT_KEY_IDENTIFIER);
        }
        Control::NoBasicConstraints => draft.remove_extension(BASIC_CONSTRAINTS),
        Control::UnknownNoncritical => draft.add_extension(unknown(false, 16)),
        _ => {}
    }
}

/// Says where to ask whether the leaf was revoked (RFC 5280 §4.2.1.13, §4.2.2.1, RFC 7633 §4).
pub(crate) fn revocation(revocation: &Revocation, draft: &mut Draft) {
    if let Some(url) = &revocation.crl {
        crl_at(url, draft);
    }
    if let Some(url) = &revocation.ocsp {
        let ocsp = asn1::oid(&[1, 3, 6, 1, 5, 5, 7, 48, 1]);
        let access = asn1::sequence([ocsp, asn1::implicit(6, url.as_bytes())]);
        let content = asn1::sequence([access]);
        draft.set_extension(&[1, 3, 6, 1, 5, 5, 7, 1, 1], false, content);
    }
    if revocation.must_staple {
        let status_request = asn1::sequence([asn1::integer(&[5])]);
        draft.set_extension(&[1, 3, 6, 1, 5, 5, 7, 1, 24], false, status_request);
    }
}

/// Says where the list of the issuer is (RFC 5280 §4.2.1.13).
pub(crate) fn crl_at(url: &str, draft: &mut Draft) {
    let name = asn1::context(0, &asn1::context(0, &asn1::implicit(6, url.as_bytes())));
    let points = asn1::sequence([asn1::sequence([name])]);
    draft.set_extension(&[2, 5, 29, 31], false, points);
}

/// An extension that nobody knows.
pub(crate) fn unknown(critical: bool, length: usize) -> Extension {
    let content = asn1::octet_string(&vec![0x20; length]);
    Extension::new(certificate::UNKNOWN, critical, content)
}

fn set_authority_key(draft: &mut Draft, identifier: &[u8]) {
    let content = asn1::sequence([asn1::implicit(0, identifier)]);
    draft.set_extension(AUTHORITY_KEY_IDENTIFIER, false, content);
}

fn set_key_usage(draft: &mut Draft, bits: u8) {
    draft.set_extension(KEY_USAGE, true, asn1::named_bits(bits));
}

/// RFC 6962 §3.1.
const CT_POISON: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 4, 3];
