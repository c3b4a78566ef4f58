//! Answers to a ClientHello that are written by hand.
//!
//! A ServerHello is sound but for what a fault says of it, or every fault behind it would measure
//! something else: one of TLS 1.2 has `renegotiation_info` and a session id of its own, one of
//! TLS 1.3 echoes the client's, and both pick what the client has offered.

use super::records::{
    APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, SERVER_HELLO, TLS12, message, record,
};
use crate::fault::{Records, ServerHello};
use crate::report::ClientHello;

const TLS13: u16 = 0x0304;

/// Extensions (RFC 5746 §3.2; RFC 8446 §4.2).
const RENEGOTIATION_INFO: u16 = 0xff01;
const SUPPORTED_VERSIONS: u16 = 43;
const COOKIE: u16 = 44;
const KEY_SHARE: u16 = 51;

/// Records that are no ServerHello.
pub(crate) fn records(records: Records, hello: &ClientHello) -> Vec<u8> {
    match records {
        Records::ApplicationData => record(APPLICATION_DATA, TLS12, b"hello"),
        Records::ChangeCipherSpec => record(CHANGE_CIPHER_SPEC, TLS12, &[1]),
        Records::Empty => record(HANDSHAKE, TLS12, &[]).repeat(200),
        Records::HelloRequest => record(HANDSHAKE, TLS12, &message(0, &[])),
        Records::HelloRetryTwice => retry(hello),
        Records::TooLong => [
            &[HANDSHAKE, 3, 3, 255, 255],
            &message(SERVER_HELLO, &[])[..],
        ]
        .concat(),
        Records::Type(kind) => record(kind, TLS12, &message(SERVER_HELLO, &[])),
        Records::Version(version) => record(HANDSHAKE, version, &message(SERVER_HELLO, &[])),
        Records::Zeros => vec![0; 512],
    }
}

/// A ServerHello in a record of its own.
pub(crate) fn server_hello(fault: ServerHello, hello: &ClientHello) -> Vec<u8> {
    let mut made = Hello::tls12(hello);
    match fault {
        ServerHello::Cipher(suite) => made.suite = suite,
        ServerHello::DowngradeSentinel => made.random[24..].copy_from_slice(b"DOWNGRD\x01"),
        ServerHello::Extension(kind) => made.extensions.push((kind, Vec::new())),
        ServerHello::Malformed => {
            let body = [3, 3, 0, 0, 0];
            return record(HANDSHAKE, TLS12, &message(SERVER_HELLO, &body));
        }
        ServerHello::NoRenegotiationInfo => made.extensions.clear(),
        ServerHello::SessionIdEchoed => made.session_id.clone_from(&hello.session_id),
        ServerHello::UnofferedGroup => {
            made = Hello::tls13(hello);
            made.extensions.push((KEY_SHARE, unoffered_share(hello)));
        }
        ServerHello::Version(version) => {
            made.version = version;
            // AES-128 in CBC mode: no suite of TLS 1.2 alone, and one that every stack knows.
            made.suite = 0xc013;
        }
    }
    made.record()
}

/// A HelloRetryRequest that asks for a cookie back, which any client can do (RFC 8446 §4.2.2).
fn retry(hello: &ClientHello) -> Vec<u8> {
    let mut made = Hello::tls13(hello);
    made.random = RETRY;
    let cookie = b"again";
    let content = [&[0, cookie.len() as u8], &cookie[..]].concat();
    made.extensions.push((COOKIE, content));
    made.record()
}

/// The random that makes a ServerHello a HelloRetryRequest (RFC 8446 §4.1.3).
#[rustfmt::skip]
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// A key share of a group that the client did not offer.
fn unoffered_share(hello: &ClientHello) -> Vec<u8> {
    // secp256k1, brainpoolP256r1tls13, X448, secp521r1: the first that is not offered. The key is
    // never looked at.
    let groups = [(0x0016u16, 65), (0x001f, 65), (0x001e, 56), (0x0019, 133)];
    let offered = |group: &u16| hello.groups.contains(group);
    let (group, length) = groups
        .into_iter()
        .find(|(group, _)| !offered(group))
        .unwrap_or(groups[0]);
    let mut key = vec![7u8; length];
    key[0] = 4;
    [&group.to_be_bytes(), &[0, length as u8], &key[..]].concat()
}

/// A ServerHello by its parts (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3).
struct Hello {
    version: u16,
    random: [u8; 32],
    session_id: Vec<u8>,
    suite: u16,
    extensions: Vec<(u16, Vec<u8>)>,
}

impl Hello {
    fn tls12(hello: &ClientHello) -> Self {
        // ECDHE with AES-GCM or ChaCha20, whichever the client likes best.
        let known = [
            0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009e, 0x009c,
        ];
        Self {
            version: TLS12,
            random: std::array::from_fn(|i| i as u8 + 1),
            session_id: (0x40..0x60).collect(),
            suite: offered(hello, &known),
            extensions: vec![(RENEGOTIATION_INFO, vec![0])],
        }
    }

    fn tls13(hello: &ClientHello) -> Self {
        Self {
            session_id: hello.session_id.clone(),
            suite: offered(hello, &[0x1301, 0x1302, 0x1303]),
            extensions: vec![(SUPPORTED_VERSIONS, TLS13.to_be_bytes().to_vec())],
            ..Self::tls12(hello)
        }
    }

    fn record(&self) -> Vec<u8> {
        let mut body = self.version.to_be_bytes().to_vec();
        body.extend(self.random);
        body.push(self.session_id.len() as u8);
        body.extend(&self.session_id);
        body.extend(self.suite.to_be_bytes());
        body.push(0); // no compression
        let mut extensions = Vec::new();
        for (kind, content) in &self.extensions {
            extensions.extend(kind.to_be_bytes());
            extensions.extend((content.len() as u16).to_be_bytes());
            extensions.extend(content);
        }
        // Without extensions there is no list of them either (RFC 5246 §7.4.1.4).
        if !extensions.is_empty() {
            body.extend((extensions.len() as u16).to_be_bytes());
            body.extend(extensions);
        }
        record(HANDSHAKE, self.version, &message(SERVER_HELLO, &body))
    }
}

/// The first of the client's suites that is among these; the first of these if none is.
fn offered(hello: &ClientHello, known: &[u16]) -> u16 {
    let suites = &hello.cipher_suites;
    let best = suites.iter().find(|suite| known.contains(suite));
    best.copied().unwrap_or(known[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_hello_by_hand_picks_what_was_offered_and_echoes_what_it_must() {
        let hello = ClientHello {
            session_id: vec![9; 32],
            cipher_suites: vec![0x0a0a, 0x1302, 0xc030],
            groups: vec![0x0016, 0x001d],
            ..ClientHello::default()
        };
        let twelve = server_hello(ServerHello::Extension(0x6a6b), &hello);
        assert_eq!(twelve[..9], [22, 3, 3, 0, 85, 2, 0, 0, 81]);
        assert_eq!(twelve[44..76], (0x40..0x60).collect::<Vec<u8>>());
        assert_eq!(twelve[76..79], [0xc0, 0x30, 0]);
        assert_eq!(twelve[79..], [0, 9, 0xff, 1, 0, 1, 0, 0x6a, 0x6b, 0, 0]);
        let thirteen = server_hello(ServerHello::UnofferedGroup, &hello);
        assert_eq!(thirteen[44..76], [9; 32]);
        assert_eq!(thirteen[76..79], [0x13, 2, 0]);
        assert_eq!(thirteen[81..91], [0, 43, 0, 2, 3, 4, 0, 51, 0, 69]);
        assert_eq!(thirteen[91..93], [0, 0x1f]);
    }

    #[test]
    fn every_forgery_is_whole_records_whatever_the_client_said() {
        let hello = ClientHello::default();
        for bytes in [
            records(Records::Empty, &hello),
            records(Records::HelloRetryTwice, &hello),
            server_hello(ServerHello::SessionIdEchoed, &hello),
            server_hello(ServerHello::NoRenegotiationInfo, &hello),
        ] {
            let last = *super::super::records::split(&bytes).last().unwrap();
            let length = usize::from(u16::from_be_bytes([last[3], last[4]]));
            assert_eq!(last.len(), 5 + length);
            assert_eq!(last[0], HANDSHAKE);
        }
    }
}
