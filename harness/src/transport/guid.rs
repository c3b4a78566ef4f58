//! GUIDs that are the same in every run.

use crate::persona::mix;

/// The GUID of these parts, in lower case without braces: of version 4 in form, by no chance.
pub(super) fn guid(parts: &[&str]) -> String {
    let seed = parts.iter().fold(0, |seed, part| {
        let octets = part.bytes().chain([0]);
        octets.fold(seed, |seed, octet| mix(seed ^ u64::from(octet)))
    });
    let (high, low) = (mix(seed), mix(mix(seed)));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFF,
        low >> 48 & 0x3FFF | 0x8000,
        low & 0xFFFF_FFFF_FFFF,
    )
}

/// What stands where there is none.
pub(super) const NONE: &str = "00000000-0000-0000-0000-000000000000";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_are_the_same_guid_and_others_are_not() {
        let one = guid(&["EX01", "Outbound to Office 365"]);
        assert_eq!(one, guid(&["EX01", "Outbound to Office 365"]));
        assert_ne!(one, guid(&["EX01Outbound", " to Office 365"]));
        assert_eq!(one.len(), NONE.len());
        assert_eq!(
            one.match_indices('-').map(|(at, _)| at).collect::<Vec<_>>(),
            [8, 13, 18, 23]
        );
        assert_eq!(&one[14..15], "4");
    }
}
