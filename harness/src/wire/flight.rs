//! The server's own handshake, cut or edited on its way out.

use super::records::{
    CERTIFICATE, CHANGE_CIPHER_SPEC, HANDSHAKE, HEADER, SERVER_HELLO, TLS12, fatal, messages,
    record, split,
};
use super::sealed::Wish;
use crate::fault::{After, Edit, End};

/// What becomes of the records of a handshake.
#[derive(Debug)]
pub(crate) struct Flight {
    fault: Fault,
    /// For what is encrypted in TLS 1.3.
    pub(super) wish: Option<Wish>,
    /// How many records went by, and how many octets went out.
    records: usize,
    octets: usize,
    /// What follows in this direction is encrypted.
    ciphered: bool,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Edit(Edit),
    End(After, End),
}

/// What goes out.
pub(super) struct Going {
    pub(super) bytes: Vec<u8>,
    /// How the connection ends behind it, if it does.
    pub(super) end: Option<End>,
}

impl Flight {
    pub(crate) fn edited(edit: Edit) -> Self {
        Self::new(Fault::Edit(edit), None)
    }

    pub(crate) fn ending(after: After, end: End) -> Self {
        let alert = match end {
            End::Alert(code) => Some(code),
            _ => None,
        };
        let wish = match after {
            After::ServerHello => Some(Wish::after_server_hello(alert)),
            After::Certificate => Some(Wish::after_certificate(alert)),
            _ => None,
        };
        Self::new(Fault::End(after, end), wish)
    }

    fn new(fault: Fault, wish: Option<Wish>) -> Self {
        Self {
            fault,
            wish,
            records: 0,
            octets: 0,
            ciphered: false,
        }
    }

    /// Whether every octet goes out by itself.
    pub(super) fn bytewise(&self) -> bool {
        matches!(self.fault, Fault::Edit(Edit::ByteByByte))
    }

    /// Edits what TLS wants to send.
    pub(super) fn edit(&mut self, bytes: Vec<u8>, tls13: bool) -> Going {
        let records = split(&bytes);
        // Only a ServerHello begins what is ours: before it may come a HelloRetryRequest, or the
        // alert of a handshake that fails by itself.
        if self.records == 0 && !records.first().is_some_and(|first| begins(first)) {
            return Going { bytes, end: None };
        }
        match self.fault {
            // Their versions stay as they are, whatever they are.
            Fault::Edit(Edit::ByteByByte) => Going { bytes, end: None },
            Fault::Edit(edit) => Going {
                bytes: self.each_message(&records, |number, record| change(edit, number, record)),
                end: None,
            },
            Fault::End(After::Octets(limit), end) => {
                self.records += records.len();
                let left = limit - self.octets;
                let keep = left.min(bytes.len());
                self.octets += keep;
                Going {
                    bytes: bytes[..keep].to_vec(),
                    end: (keep < bytes.len()).then_some(end),
                }
            }
            Fault::End(after, end) if tls13 => self.end_encrypted(&records, after, end),
            Fault::End(after, end) => {
                let last = match after {
                    After::Certificate => CERTIFICATE,
                    _ => SERVER_HELLO,
                };
                let mut done = false;
                let mut bytes = self.each_message(&records, |_, record| {
                    let goes = !done;
                    done |= record.get(HEADER) == Some(&last);
                    match goes {
                        true => record.to_vec(),
                        false => Vec::new(),
                    }
                });
                if let End::Alert(code) = end {
                    bytes.extend(fatal(code));
                }
                Going {
                    bytes,
                    end: Some(end),
                }
            }
        }
    }

    /// In TLS 1.3 the ServerHello is in clear, and [`Wish`] has cut the rest.
    fn end_encrypted(&mut self, records: &[&[u8]], after: After, end: End) -> Going {
        let (encrypted, behind) = match self.wish.take() {
            Some(wish) => (wish.records, wish.behind),
            None => (0, Vec::new()),
        };
        let cuts_in_clear = after == After::ServerHello && encrypted == 0;
        let in_clear = match cuts_in_clear {
            true => 1,
            false => records.iter().take_while(|record| in_clear(record)).count(),
        };
        self.records += records.len();
        let mut bytes = records[..(in_clear + encrypted).min(records.len())].concat();
        bytes.extend(behind);
        Going {
            bytes,
            end: Some(end),
        }
    }

    /// Each record, with its number, as `change` makes it. Until the keys change, every message has
    /// a record of its own: TLS 1.2 stacks put several in one.
    fn each_message(
        &mut self,
        records: &[&[u8]],
        mut change: impl FnMut(usize, &[u8]) -> Vec<u8>,
    ) -> Vec<u8> {
        let mut pieces = Vec::new();
        let mut stream = Vec::new();
        for whole in records {
            match whole.split_at_checked(HEADER) {
                Some(([HANDSHAKE, ..], fragment)) if !self.ciphered => stream.extend(fragment),
                _ => {
                    self.ciphered |= whole[0] == CHANGE_CIPHER_SPEC;
                    pieces.extend(messages(&stream).into_iter().map(in_records));
                    stream.clear();
                    pieces.push(whole.to_vec());
                }
            }
        }
        pieces.extend(messages(&stream).into_iter().map(in_records));
        let changed = pieces.iter().map(|piece| {
            self.records += 1;
            change(self.records, piece)
        });
        changed.collect::<Vec<_>>().concat()
    }
}

/// A message in a record of its own, or in several if it is longer than one may be.
fn in_records(message: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 16 * 1024;
    let records = message.chunks(LONGEST);
    records
        .flat_map(|fragment| record(HANDSHAKE, TLS12, fragment))
        .collect()
}

fn in_clear(record: &[u8]) -> bool {
    matches!(record.first(), Some(&(HANDSHAKE | CHANGE_CIPHER_SPEC)))
}

/// Whether this record begins with a ServerHello that is no HelloRetryRequest.
fn begins(record: &[u8]) -> bool {
    // The random of a HelloRetryRequest (RFC 8446 §4.1.3) begins so.
    const RETRY: [u8; 8] = [0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11];
    let random = record.get(RANDOM..RANDOM + RETRY.len());
    record[0] == HANDSHAKE && record.get(HEADER) == Some(&SERVER_HELLO) && random != Some(&RETRY)
}

/// Where the random of a ServerHello stands in its record: behind the message's header and the
/// version.
const RANDOM: usize = HEADER + 4 + 2;

fn change(edit: Edit, number: usize, record: &[u8]) -> Vec<u8> {
    let mut record = record.to_vec();
    let flipped = match edit {
        Edit::DropRecord(which) if which == number => return Vec::new(),
        Edit::DoubleRecord(which) if which == number => return record.repeat(2),
        Edit::FlipRecord(which) if which == number => record.last_mut(),
        Edit::FlipRandom if number == 1 => record.get_mut(RANDOM),
        _ => None,
    };
    if let Some(octet) = flipped {
        *octet ^= 1;
    }
    record
}

#[cfg(test)]
mod tests {
    use super::super::records::{ALERT, APPLICATION_DATA, message};
    use super::*;

    /// ServerHello, a Certificate longer than a record, ServerHelloDone, as TLS 1.2 sends them.
    fn flight() -> Vec<u8> {
        let stream = [
            message(SERVER_HELLO, &[7; 70]),
            message(CERTIFICATE, &[8; 20_000]),
            message(14, &[]),
        ];
        let records = stream.concat();
        let records = records.chunks(16 * 1024);
        records
            .flat_map(|piece| record(HANDSHAKE, TLS12, piece))
            .collect()
    }

    #[track_caller]
    fn check(mut flight: Flight, bytes: Vec<u8>, length: usize, end: Option<End>) {
        let going = flight.edit(bytes, false);
        assert_eq!((going.bytes.len(), going.end), (length, end));
    }

    #[test]
    fn a_flight_ends_behind_the_message_and_the_octet_that_it_should() {
        let close = |after| Flight::ending(after, End::Close);
        let ended = Some(End::Close);
        check(close(After::ServerHello), flight(), 5 + 74, ended);
        check(
            close(After::Certificate),
            flight(),
            5 + 74 + 10 + 20_004,
            ended,
        );
        check(close(After::Octets(40)), flight(), 40, ended);
        check(close(After::Octets(99_999)), flight(), flight().len(), None);
        let alert = Flight::ending(After::ServerHello, End::Alert(40));
        check(alert, flight(), 5 + 74 + 7, Some(End::Alert(40)));
    }

    #[test]
    fn records_are_counted_by_message() {
        let whole = 5 + 74 + 10 + 20_004 + 5 + 4;
        check(
            Flight::edited(Edit::DropRecord(1)),
            flight(),
            whole - 79,
            None,
        );
        check(
            Flight::edited(Edit::DropRecord(2)),
            flight(),
            whole - 20_014,
            None,
        );
        check(
            Flight::edited(Edit::DoubleRecord(3)),
            flight(),
            whole + 9,
            None,
        );
        check(Flight::edited(Edit::DropRecord(4)), flight(), whole, None);
        let going = Flight::edited(Edit::FlipRandom).edit(flight(), false);
        assert_eq!(going.bytes[10..13], [7, 6, 7]);
    }

    #[test]
    fn what_is_no_server_hello_goes_out_as_it_is() {
        for bytes in [
            record(ALERT, TLS12, &[2, 70]),
            record(HANDSHAKE, TLS12, &message(SERVER_HELLO, &body_of_a_retry())),
            record(HANDSHAKE, TLS12, &[]),
            record(APPLICATION_DATA, TLS12, &[2]),
            vec![22, 3],
        ] {
            for after in [After::ServerHello, After::Certificate, After::Octets(1)] {
                let flight = Flight::ending(after, End::Reset);
                check(flight, bytes.clone(), bytes.len(), None);
            }
            check(
                Flight::edited(Edit::FlipRandom),
                bytes.clone(),
                bytes.len(),
                None,
            );
        }
    }

    fn body_of_a_retry() -> Vec<u8> {
        [
            &[3, 3, 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11][..],
            &[0; 60],
        ]
        .concat()
    }
}
