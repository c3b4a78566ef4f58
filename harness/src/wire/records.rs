//! TLS records as bytes: written by hand, and taken apart.

use crate::report::Alert;

/// Content types (RFC 8446 §5.1).
pub(crate) const CHANGE_CIPHER_SPEC: u8 = 20;
pub(crate) const ALERT: u8 = 21;
pub(crate) const HANDSHAKE: u8 = 22;
pub(crate) const APPLICATION_DATA: u8 = 23;

/// Handshake messages (RFC 8446 §4).
pub(crate) const SERVER_HELLO: u8 = 2;
pub(crate) const CERTIFICATE: u8 = 11;

/// The version in the header of every record since TLS 1.2.
pub(crate) const TLS12: u16 = 0x0303;

/// The length of a record's header.
pub(crate) const HEADER: usize = 5;

/// A record. A fragment that does not fit in its length is cut.
pub(crate) fn record(kind: u8, version: u16, fragment: &[u8]) -> Vec<u8> {
    let length = u16::try_from(fragment.len()).unwrap_or(u16::MAX);
    let mut record = vec![kind];
    record.extend(version.to_be_bytes());
    record.extend(length.to_be_bytes());
    record.extend(&fragment[..length.into()]);
    record
}

/// A handshake message; its length has three octets.
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [.., high, mid, low] = body.len().to_be_bytes();
    [&[kind, high, mid, low], body].concat()
}

/// A fatal alert in clear.
pub(crate) fn fatal(code: u8) -> Vec<u8> {
    record(ALERT, TLS12, &[2, code])
}

/// An alert of level warning in clear.
pub(crate) fn warning(code: u8) -> Vec<u8> {
    record(ALERT, TLS12, &[1, code])
}

/// The records in `bytes`, headers included; what is left at the end, if it is no whole record, is
/// the last.
pub(super) fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let length = match bytes {
            [_, _, _, high, low, ..] => HEADER + usize::from(u16::from_be_bytes([*high, *low])),
            _ => bytes.len(),
        };
        let (record, rest) = bytes.split_at(length.min(bytes.len()));
        records.push(record);
        bytes = rest;
    }
    records
}

/// The messages in the fragment of a handshake record, headers included.
pub(super) fn messages(mut fragment: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    while !fragment.is_empty() {
        let length = match fragment {
            [_, high, mid, low, ..] => 4 + u32::from_be_bytes([0, *high, *mid, *low]) as usize,
            _ => fragment.len(),
        };
        let (message, rest) = fragment.split_at(length.min(fragment.len()));
        messages.push(message);
        fragment = rest;
    }
    messages
}

/// The alert in clear that a client sent, perhaps behind other records. Those that only say good-bye
/// (RFC 8446 §6.1) are none.
pub(super) fn alert_in(bytes: &[u8]) -> Option<Alert> {
    let records = split(bytes)
        .into_iter()
        .take_while(|record| matches!(record, [CHANGE_CIPHER_SPEC..=APPLICATION_DATA, 3, ..]));
    records.into_iter().find_map(|record| match record {
        [ALERT, 3, _, 0, 2, _, code] if !matches!(code, 0 | 90) => Some(Alert(*code)),
        _ => None,
    })
}

/// Where a message of this kind ends in a stream of handshake messages that comes in fragments.
#[derive(Debug, Default)]
pub(super) struct Walk {
    header: Vec<u8>,
    left: usize,
}

impl Walk {
    /// The end of the message of this kind, if it is in this fragment.
    pub(super) fn end_of(&mut self, kind: u8, fragment: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < fragment.len() {
            if self.header.len() < 4 {
                self.header.push(fragment[at]);
                at += 1;
                if let [_, high, mid, low] = self.header[..] {
                    self.left = u32::from_be_bytes([0, high, mid, low]) as usize;
                }
            } else {
                let step = self.left.min(fragment.len() - at);
                self.left -= step;
                at += step;
            }
            if self.header.len() == 4 && self.left == 0 {
                if self.header[0] == kind {
                    return Some(at);
                }
                self.header.clear();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_messages_are_written_and_taken_apart() {
        assert_eq!(fatal(40), [21, 3, 3, 0, 2, 2, 40]);
        assert_eq!(warning(112), [21, 3, 3, 0, 2, 1, 112]);
        let two = [message(2, b"hello"), message(11, &[])].concat();
        let bytes = [record(HANDSHAKE, TLS12, &two), fatal(10), vec![1, 2]].concat();
        let records = split(&bytes);
        assert_eq!(records.len(), 3);
        assert_eq!(records[2], [1, 2]);
        assert_eq!(messages(&records[0][HEADER..]), [&two[..9], &two[9..]]);
        // Whatever is claimed, nothing is read that is not there.
        assert_eq!(split(&[22, 3, 3, 255, 255, 0]), [[22, 3, 3, 255, 255, 0]]);
        assert_eq!(messages(&[2, 255, 255, 255, 0]), [[2, 255, 255, 255, 0]]);
    }

    #[test]
    fn an_alert_is_found_behind_other_records_and_nowhere_else() {
        #[track_caller]
        fn check(records: &[u8], expected: Option<u8>) {
            assert_eq!(alert_in(records), expected.map(Alert));
        }
        let alert = fatal(50);
        let hello = record(HANDSHAKE, 0x0301, &[1, 2, 3]);
        let ccs = record(CHANGE_CIPHER_SPEC, TLS12, &[1]);
        check(&alert, Some(50));
        check(&[&hello[..], &ccs, &alert].concat(), Some(50));
        check(&[&hello[..], &hello, &alert[..6]].concat(), None);
        check(&hello[..6], None);
        check(&[b"QUIT\r\n", &alert[..]].concat(), None);
        check(&warning(0), None);
        // Encrypted: its length tells.
        check(&record(ALERT, TLS12, &[0; 19]), None);
        check(&[], None);
    }

    #[test]
    fn the_end_of_a_message_is_found_however_it_is_cut() {
        let stream = [message(8, &[0; 3]), message(11, &[0; 9]), message(15, &[1])].concat();
        for size in 1..stream.len() {
            let mut walk = Walk::default();
            let mut before = 0;
            let end = stream.chunks(size).find_map(|piece| {
                let end = walk.end_of(11, piece);
                let end = end.map(|end| before + end);
                before += piece.len();
                end
            });
            assert_eq!(end, Some(7 + 13), "pieces of {size}");
        }
    }
}
