//! What is made wrong after the fields were signed.

use crate::asn1;
use crate::flaw::Flaw;
use crate::recipe::Recipe;
use crate::seed::Draw;

/// Makes the signature of the leaf wrong.
pub(crate) fn signature(recipe: &Recipe, signature: &mut Vec<u8>) {
    if recipe.has(Flaw::TamperedSignature) {
        flip_last(signature);
    }
    if recipe.has(Flaw::SignatureEmpty) {
        signature.clear();
    }
}

/// The last octet, flipped: the end of a certificate is its signature.
pub(crate) fn flip_last(bytes: &mut [u8]) {
    if let Some(last) = bytes.last_mut() {
        *last ^= 0x01;
    }
}

/// Makes the bytes of the whole certificate wrong.
pub(crate) fn envelope(recipe: &Recipe, mut der: Vec<u8>, draw: &mut Draw) -> Vec<u8> {
    for flaw in recipe.parts() {
        der = match flaw {
            Flaw::BerIndefinite => {
                let content = content(&der);
                [&[0x30, 0x80], content, &[0, 0]].concat()
            }
            Flaw::DerEmpty => asn1::sequence([]),
            Flaw::DerGarbage => {
                let mut octets = draw.bytes::<600>();
                // A SEQUENCE, with which one in 256 would begin, is no garbage yet.
                octets[0] &= !0x20;
                octets.to_vec()
            }
            Flaw::DerNonminimalLength => {
                let content = content(&der);
                let length = content.len().to_be_bytes();
                let [.., high, low] = length;
                [&[0x30, 0x83, 0, high, low], content].concat()
            }
            Flaw::DerTrailingGarbage => [&der[..], b"mailfault"].concat(),
            Flaw::DerTruncated => {
                der.truncate(der.len() / 2);
                der
            }
            _ => der,
        };
    }
    der
}

/// What the outer SEQUENCE holds.
fn content(der: &[u8]) -> &[u8] {
    let length_of_length = match der.get(1) {
        Some(first) if *first >= 0x80 => usize::from(first & 0x7f),
        _ => 0,
    };
    &der[2 + length_of_length..]
}
