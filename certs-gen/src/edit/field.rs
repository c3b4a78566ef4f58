//! Fields of the leaf that are written as they must not be: version, serial number, times, algorithms, encodings.

use crate::algorithm;
use crate::asn1;
use crate::certificate::{KEY_USAGE, SUBJECT_ALT_NAME, Validity, alternative_names};
use crate::draft::{Draft, Extension};
use crate::flaw::Flaw;
use crate::host::Host;
use crate::key::{Key, KeyKind};
use crate::public_key;

pub(super) fn leaf(flaw: Flaw, draft: &mut Draft, key: &Key, signer: &Key, validity: Validity) {
    match flaw {
        Flaw::TimeFractional => draft.not_after = asn1::tlv(0x18, b"20491231235959.5Z"),
        Flaw::TimeGarbage => draft.not_before = asn1::tlv(0x17, b"991332256199Z"),
        Flaw::TimeGeneralizedEarly => {
            draft.not_before = asn1::generalized_time(validity.0);
            draft.not_after = asn1::generalized_time(validity.1);
        }

        Flaw::V1 => {
            draft.version = Vec::new();
            draft.extensions = None;
        }
        Flaw::V1WithExtensions => draft.version = Vec::new(),
        Flaw::V4 => draft.set_version(3),
        Flaw::ExtensionsEmpty => draft.extensions = Some(Vec::new()),

        Flaw::SerialNegative => draft.serial = vec![0x02, 0x01, 0x85],
        Flaw::SerialNonminimal => {
            // The positive number that stands there, after one octet of zeros too many.
            let digits = [&[0], &draft.serial[2..]].concat();
            draft.serial = asn1::tlv(0x02, &digits);
        }

        Flaw::DuplicateExtension => {
            if let Some(names) = draft.extension(SUBJECT_ALT_NAME).cloned() {
                draft.add_extension(names);
            }
        }
        Flaw::DuplicateExtensionDiffers => {
            let other = [Host::Dns("other.test".to_owned())];
            let second = Extension::new(SUBJECT_ALT_NAME, false, alternative_names(&other));
            draft.add_extension(second);
        }
        Flaw::BooleanNotDer => set_critical(draft, KEY_USAGE, asn1::tlv(0x01, &[0x02])),
        Flaw::CriticalFalseEncoded => {
            set_critical(draft, SUBJECT_ALT_NAME, asn1::boolean(false));
        }
        Flaw::SubjectEmptySanNoncritical => {
            set_critical(draft, SUBJECT_ALT_NAME, Vec::new());
        }

        Flaw::SigalgMismatch => draft.outer_algorithm = neighbour(signer.kind()),
        Flaw::SigalgUnknown => draft.set_algorithm(algorithm::unknown()),
        Flaw::SigalgWrongFamily => draft.set_algorithm(match signer.kind() {
            KeyKind::Rsa2048 => algorithm::ecdsa_with_sha256(),
            _ => algorithm::sha256_with_rsa(),
        }),
        Flaw::ExplicitCurve => draft.public_key = public_key::explicit_p256(&draft.public_key),
        Flaw::RsaPssKey => draft.public_key = public_key::pss(key.public()),
        _ => {
            if let Some(foreign) = public_key::foreign(flaw) {
                draft.public_key = foreign.to_vec();
            }
        }
    }
}

fn set_critical(draft: &mut Draft, oid: &[u64], der: Vec<u8>) {
    if let Some(extension) = draft.extension(oid) {
        extension.critical = der;
    }
}

/// The algorithm beside the usual one: the same family, another hash, where there is one.
fn neighbour(kind: KeyKind) -> Vec<u8> {
    match kind {
        KeyKind::P384 => algorithm::ecdsa_with_sha256(),
        KeyKind::Rsa2048 => algorithm::sha384_with_rsa(),
        _ => algorithm::ecdsa_with_sha384(),
    }
}
