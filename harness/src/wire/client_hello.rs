//! A ClientHello, read before TLS answers it.

use crate::report::ClientHello;

/// How far a buffer of TLS records has got.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The whole ClientHello is there.
    Complete(ClientHello),
    /// More octets are needed.
    Partial,
    /// This is no ClientHello; TLS itself shall say what is wrong with it.
    Foreign,
}

/// More than this is no ClientHello that a mail client sends.
const LONGEST: usize = 64 * 1024;

/// Reads the ClientHello at the beginning of `records`, which may be spread over several records
/// (RFC 8446 §5.1).
pub(crate) fn read(records: &[u8]) -> Progress {
    let mut message = Vec::new();
    let mut rest = records;
    loop {
        let Some((header, behind)) = rest.split_at_checked(5) else {
            // The first octet of anything but a handshake record settles it.
            return match records.first() {
                Some(22) | None => Progress::Partial,
                Some(_) => Progress::Foreign,
            };
        };
        let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
        if header[0] != 22 || header[1] != 3 || message.len() + length > LONGEST {
            return Progress::Foreign;
        }
        let (fragment, behind) = match behind.split_at_checked(length) {
            Some(split) => split,
            None => return Progress::Partial,
        };
        message.extend_from_slice(fragment);
        rest = behind;
        let mut reader = Reader(&message);
        match (reader.u8(), reader.u24()) {
            (Some(1), Some(length)) if reader.0.len() >= length => {
                return parse(&reader.0[..length]).map_or(Progress::Foreign, Progress::Complete);
            }
            (Some(1) | None, _) => {}
            _ => return Progress::Foreign,
        }
    }
}

/// The body of a ClientHello (RFC 8446 §4.1.2).
fn parse(body: &[u8]) -> Option<ClientHello> {
    let mut reader = Reader(body);
    let legacy_version = reader.u16()?;
    reader.take(32)?; // random
    let mut hello = ClientHello {
        session_id: reader.vector8()?.0.to_vec(),
        cipher_suites: reader.vector16()?.u16s(),
        ..ClientHello::default()
    };
    reader.vector8()?; // compression methods
    if let Some(mut extensions) = reader.vector16() {
        while let Some(kind) = extensions.u16() {
            let content = extensions.vector16()?;
            extension(&mut hello, kind, content);
        }
    }
    if hello.versions.is_empty() {
        // Before TLS 1.3 a client named its highest version only (RFC 5246 §7.4.1.2).
        hello.versions.push(legacy_version);
    }
    Some(hello)
}

fn extension(hello: &mut ClientHello, kind: u16, mut content: Reader<'_>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match kind {
        // server_name: a list of (type, name), type 0 being a host name (RFC 6066 §3).
        0 => {
            let Some(mut names) = content.vector16() else {
                return;
            };
            while let (Some(kind), Some(name)) = (names.u8(), names.vector16()) {
                if kind == 0 {
                    hello.sni = Some(text(name.0));
                }
            }
        }
        5 => hello.status_request = true,
        10 => hello.groups = content.vector16().map(Reader::u16s).unwrap_or_default(),
        13 => hello.signature_schemes = content.vector16().map(Reader::u16s).unwrap_or_default(),
        16 => {
            let Some(mut protocols) = content.vector16() else {
                return;
            };
            while let Some(protocol) = protocols.vector8() {
                hello.alpn.push(text(protocol.0));
            }
        }
        43 => hello.versions = content.vector8().map(Reader::u16s).unwrap_or_default(),
        _ => {}
    }
}

/// Octets that are taken from the front; `None` where too few are left.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<Self> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(Self(taken))
    }

    fn u8(&mut self) -> Option<u8> {
        Some(self.take(1)?.0[0])
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.take(2)?.0;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn u24(&mut self) -> Option<usize> {
        let bytes = self.take(3)?.0;
        Some(usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2]))
    }

    fn vector8(&mut self) -> Option<Self> {
        let length = self.u8()?;
        self.take(length.into())
    }

    fn vector16(&mut self) -> Option<Self> {
        let length = self.u16()?;
        self.take(length.into())
    }

    fn u16s(self) -> Vec<u16> {
        let pairs = self.0.chunks_exact(2);
        pairs
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ClientHello with SNI `mx.test`, TLS 1.3 and 1.2, two suites, split into records.
    fn hello(record: usize) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0, 4, 0x13, 1, 0xc0, 0x2b, 1, 0]);
        let sni = [
            0, 0, 0, 12, 0, 10, 0, 0, 7, b'm', b'x', b'.', b't', b'e', b's', b't',
        ];
        let versions = [0, 43, 0, 5, 4, 3, 4, 3, 3];
        body.extend(u16::to_be_bytes((sni.len() + versions.len()) as u16));
        body.extend(sni);
        body.extend(versions);
        let mut message = vec![1, 0, 0, body.len() as u8];
        message.extend(body);
        let mut records = Vec::new();
        for fragment in message.chunks(record) {
            records.extend([22, 3, 1, 0, fragment.len() as u8]);
            records.extend(fragment);
        }
        records
    }

    #[track_caller]
    fn check(records: &[u8], expected: &Progress) {
        assert_eq!(read(records), *expected);
    }

    #[test]
    fn a_client_hello_is_read_however_it_is_cut() {
        let whole = Progress::Complete(ClientHello {
            sni: Some("mx.test".into()),
            versions: vec![0x0304, 0x0303],
            cipher_suites: vec![0x1301, 0xc02b],
            ..ClientHello::default()
        });
        for record in [1, 3, 10, 200] {
            let records = hello(record);
            check(&records, &whole);
            for end in 0..records.len() {
                check(&records[..end], &Progress::Partial);
            }
        }
    }

    #[test]
    fn what_is_no_client_hello_is_left_to_tls() {
        check(b"EHLO mx.test\r\n", &Progress::Foreign);
        check(&[21, 3, 1, 0, 2, 2, 40], &Progress::Foreign);
        check(&[22, 3, 1, 0, 4, 2, 0, 0, 0], &Progress::Foreign);
        check(&[22, 3, 1, 0, 5, 1, 0, 0, 1, 9], &Progress::Foreign);
    }
}
