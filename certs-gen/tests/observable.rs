//! That every flaw and every control can be seen in what is sent, and that no two of them are the same.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use mailfault_certs::{Ca, Control, Flaw, Identity, KeyKind, Leaf};

#[test]
fn no_flaw_and_no_control_mints_what_another_mints() {
    let ca = Ca::builder()
        .key(KeyKind::Ed25519)
        .seed(7)
        .clock(UNIX_EPOCH + Duration::from_secs(1_800_000_000))
        .build()
        .intermediate();
    // The signature of the handshake is all that shows these; `openssl pkey` is asked elsewhere.
    let in_the_handshake = [Flaw::KeyMismatch, Flaw::KeyMismatchRsa];
    let healthy = seen(&ca, &ca.issue("a.mail.contoso.com"));
    let mut seen = BTreeMap::from([(healthy, "no flaw")]);
    for control in Control::all() {
        // What the authority has by itself.
        if *control == Control::Ed25519 || control.needs().is_some() {
            continue;
        }
        let identity = ca.issue(Leaf::new("a.mail.contoso.com").control(*control));
        assert_eq!(identity.control(), Some(*control));
        assert!(identity.flaws().is_empty());
        let same = seen.insert(self::seen(&ca, &identity), control.id());
        assert_eq!(same, None, "{control}");
    }
    for flaw in Flaw::all() {
        if flaw.needs().is_some() || in_the_handshake.contains(flaw) {
            continue;
        }
        let identity = ca.issue(Leaf::new("a.mail.contoso.com").flaw(*flaw));
        assert_eq!(identity.flaws(), [*flaw]);
        let same = match flaw {
            // One octet of a signature, which nothing below looks at.
            Flaw::TamperedSignature | Flaw::TamperedIntermediate => None,
            // The same on the wire: whether there is another certificate is the server's secret.
            Flaw::RenewedOldServed => {
                assert_eq!(identity.renewed().unwrap().subject(), identity.subject());
                None
            }
            _ => seen.insert(self::seen(&ca, &identity), flaw.id()),
        };
        assert_eq!(same, None, "{flaw}");
    }
}

/// Everything but chance: what is random becomes the number of its first appearance.
fn seen(ca: &Ca, identity: &Identity) -> String {
    let mut drawn = Vec::new();
    let right_root = identity.roots() == ca.roots();
    let staple = identity.staple().is_some();
    let mut text = format!("{} {right_root} {staple}", identity.name());
    for der in identity.roots().iter().chain(identity.chain()) {
        text.push_str("\n- ");
        describe(der.as_bytes(), &mut text, &mut drawn);
    }
    text
}

fn describe(mut der: &[u8], text: &mut String, drawn: &mut Vec<Vec<u8>>) {
    while let Some((tag, content, rest)) = element(der) {
        // A length that is written in more octets than it needs.
        let head = der.len() - content.len() - rest.len();
        text.push_str(&format!("{tag:02x}/{head}{{"));
        der = rest;
        let constructed = tag & 0x20 != 0;
        let wraps = tag == 0x04 && element(content).is_some_and(|(.., rest)| rest.is_empty());
        match content {
            _ if constructed || wraps => describe(content, text, drawn),
            [start @ .., _, _, _, _, _, _, _, _] if start.starts_with(b"mailfault test ") => {
                text.push_str(&String::from_utf8_lossy(start));
                text.push_str(&number(content, drawn));
            }
            // Keys, signatures, serial numbers, key identifiers.
            _ if matches!((tag, content.len()), (0x02 | 0x03 | 0x04 | 0x80, 16..)) => {
                text.push_str(&format!("{} {}", content.len(), number(content, drawn)));
            }
            _ => text.push_str(&format!("{content:02x?}")),
        }
        text.push('}');
    }
    text.push_str(&format!("+{}", der.len()));
}

fn number(content: &[u8], drawn: &mut Vec<Vec<u8>>) -> String {
    // A key identifier is no part of the key, so that a position is all that can be compared.
    let place = drawn.iter().position(|known| known == content);
    let place = place.unwrap_or_else(|| {
        drawn.push(content.to_vec());
        drawn.len() - 1
    });
    format!("#{place}")
}

/// Tag, content and what follows; `None` where this is no element of DER.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, der) = der.split_first()?;
    let (first, der) = der.split_first()?;
    let (length, der) = match first {
        ..=0x7f => (usize::from(*first), der),
        0x81..=0x83 => {
            let (octets, der) = der.split_at_checked(usize::from(first & 0x7f))?;
            let length = octets
                .iter()
                .fold(0, |sum, octet| sum << 8 | usize::from(*octet));
            (length, der)
        }
        _ => return None,
    };
    let (content, rest) = der.split_at_checked(length)?;
    Some((*tag, content, rest))
}
