//! DER (X.690), read as far as it goes: what is broken ends, and nothing panics.

/// One element: its tag, what is inside, and all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    #[cfg(feature = "scenario")]
    pub(crate) whole: &'a [u8],
}

pub(crate) const SEQUENCE: u8 = 0x30;

/// The elements that stand one behind the other, up to the first that is none.
pub(crate) fn elements(mut bytes: &[u8]) -> impl Iterator<Item = Element<'_>> {
    std::iter::from_fn(move || {
        let (element, rest) = read(bytes)?;
        bytes = rest;
        Some(element)
    })
}

/// The one element that these bytes are, and no more.
pub(crate) fn whole(bytes: &[u8]) -> Option<Element<'_>> {
    read(bytes).and_then(|(element, rest)| rest.is_empty().then_some(element))
}

impl<'a> Element<'a> {
    /// What is inside, element by element.
    pub(crate) fn children(self) -> impl Iterator<Item = Self> + use<'a> {
        elements(self.content)
    }

    /// The same where it has this tag.
    pub(crate) fn tagged(self, tag: u8) -> Option<Self> {
        (self.tag == tag).then_some(self)
    }
}

fn read(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&[tag, short], rest) = bytes.split_first_chunk()?;
    // X.690 §8.1.3.5: the first octet says how many octets the length has.
    let octets = match short {
        0..=0x7f => 0,
        0x81..=0x84 => usize::from(short & 0x7f),
        _ => return None,
    };
    let (long, rest) = rest.split_at_checked(octets)?;
    let length = match octets {
        0 => usize::from(short),
        _ => long
            .iter()
            .fold(0, |length, octet| length << 8 | usize::from(*octet)),
    };
    let (content, rest) = rest.split_at_checked(length)?;
    let element = Element {
        tag,
        content,
        #[cfg(feature = "scenario")]
        whole: &bytes[..bytes.len() - rest.len()],
    };
    Some((element, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &[(u8, usize)]) {
        let read: Vec<_> = elements(bytes)
            .map(|element| (element.tag, element.content.len()))
            .collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn elements_are_read_up_to_the_first_that_is_none() {
        check(&[], &[]);
        check(&[0x05, 0x00, 0x02, 0x01, 0x07], &[(0x05, 0), (0x02, 1)]);
        let long = [&[0x04, 0x82, 0x01, 0x00][..], &[0; 256]].concat();
        check(&long, &[(0x04, 256)]);
        check(&[0x05, 0x00, 0x02, 0x02, 0x07], &[(0x05, 0)]);
        check(&[0x30, 0x80, 0x00, 0x00], &[]);
        check(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[]);
        check(&[0x30, 0x85, 0, 0, 0, 0, 0], &[]);
        assert!(whole(&[0x05, 0x00, 0x00]).is_none());
    }
}
