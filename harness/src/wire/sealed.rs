//! Encrypted alerts, and an encrypted flight that ends early.
//!
//! The cipher suites of the provider are wrapped, so that each message can be seen, cut and
//! replaced just before it is encrypted: there is no cryptography of ours, and no key is taken
//! out. What is wished for is handed over beside the stack, since the calls that encrypt are
//! synchronous: [`wishing`] holds around one of them.

use std::cell::RefCell;
use std::sync::LazyLock;

use rustls::crypto::cipher::{
    AeadKey, Iv, KeyBlockShape, MessageDecrypter, MessageEncrypter, OutboundChunks,
    OutboundOpaqueMessage, OutboundPlainMessage, Tls12AeadAlgorithm, Tls13AeadAlgorithm,
    UnsupportedOperationError,
};
use rustls::crypto::{CipherSuiteCommon, CryptoProvider};
use rustls::{
    ConnectionTrafficSecrets, ContentType, Error, SupportedCipherSuite, Tls12CipherSuite,
    Tls13CipherSuite,
};

use super::records::{self, Walk};
use crate::crypto;

/// What shall become of the messages that are encrypted next.
#[derive(Debug)]
pub(super) struct Wish {
    point: Point,
    /// The code of the alert that is due at the point.
    alert: Option<u8>,
    walk: Walk,
    /// How many encrypted handshake records go out up to the point.
    pub(super) records: usize,
    /// The alert, encrypted; it goes out behind them.
    pub(super) behind: Vec<u8>,
    reached: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    /// Before the first encrypted handshake message.
    First,
    /// Behind the Certificate.
    Certificate,
    /// In place of the next alert.
    Alert,
}

impl Wish {
    fn new(point: Point, alert: Option<u8>) -> Self {
        Self {
            point,
            alert,
            walk: Walk::default(),
            records: 0,
            behind: Vec::new(),
            reached: false,
        }
    }

    /// The flight of TLS 1.3 is to end before its first encrypted message.
    pub(super) fn after_server_hello(alert: Option<u8>) -> Self {
        Self::new(Point::First, alert)
    }

    /// The flight of TLS 1.3 is to end behind the Certificate.
    pub(super) fn after_certificate(alert: Option<u8>) -> Self {
        Self::new(Point::Certificate, alert)
    }

    /// The next alert, a close_notify, is to be a fatal one of this code.
    pub(super) fn instead_of_alert(code: u8) -> Self {
        Self::new(Point::Alert, Some(code))
    }

    /// What goes out instead of this handshake fragment.
    fn flight(
        &mut self,
        inner: &mut dyn MessageEncrypter,
        mut plain: Plain,
        seq: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        let keep = match self.point {
            _ if self.reached => None,
            Point::First => Some(0),
            Point::Certificate => self.walk.end_of(records::CERTIFICATE, &plain.payload),
            Point::Alert => None,
        };
        let Some(keep) = keep else {
            self.records += usize::from(!self.reached);
            return plain.encrypt(inner, seq);
        };
        self.reached = true;
        let alert = self.alert.map(|code| plain.alert(code));
        match (keep, alert) {
            (0, Some(alert)) => {
                self.records += 1;
                alert.encrypt(inner, seq)
            }
            // Nothing of it goes out.
            (0, None) => plain.encrypt(inner, seq),
            (keep, alert) => {
                plain.payload.truncate(keep);
                self.records += 1;
                if let Some(alert) = alert {
                    self.behind = alert.encrypt(inner, seq + 1)?.encode();
                }
                plain.encrypt(inner, seq)
            }
        }
    }
}

thread_local! {
    static WISH: RefCell<Option<Wish>> = const { RefCell::new(None) };
}

/// Calls what encrypts, with this wish in force; its progress is kept in it.
pub(super) fn wishing<T>(wish: &mut Option<Wish>, encrypts: impl FnOnce() -> T) -> T {
    WISH.set(wish.take());
    let done = encrypts();
    *wish = WISH.take();
    done
}

/// The provider of this build with its cipher suites wrapped.
pub(crate) fn provider() -> CryptoProvider {
    static SUITES: LazyLock<Vec<SupportedCipherSuite>> = LazyLock::new(|| {
        let suites = crypto::provider().cipher_suites.clone();
        suites.into_iter().map(wrapped).collect()
    });
    CryptoProvider {
        cipher_suites: SUITES.clone(),
        ..(*crypto::provider()).clone()
    }
}

/// Once for each suite: rustls wants them to live for ever.
fn wrapped(suite: SupportedCipherSuite) -> SupportedCipherSuite {
    let common = |common: &CipherSuiteCommon| CipherSuiteCommon {
        suite: common.suite,
        hash_provider: common.hash_provider,
        confidentiality_limit: common.confidentiality_limit,
    };
    match suite {
        SupportedCipherSuite::Tls13(suite) => {
            SupportedCipherSuite::Tls13(Box::leak(Box::new(Tls13CipherSuite {
                common: common(&suite.common),
                hkdf_provider: suite.hkdf_provider,
                aead_alg: Box::leak(Box::new(Tls13(suite.aead_alg))),
                quic: None,
            })))
        }
        SupportedCipherSuite::Tls12(suite) => {
            SupportedCipherSuite::Tls12(Box::leak(Box::new(Tls12CipherSuite {
                common: common(&suite.common),
                prf_provider: suite.prf_provider,
                kx: suite.kx,
                sign: suite.sign,
                aead_alg: Box::leak(Box::new(Tls12(suite.aead_alg))),
            })))
        }
    }
}

struct Tls13(&'static dyn Tls13AeadAlgorithm);

impl Tls13AeadAlgorithm for Tls13 {
    fn encrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageEncrypter> {
        Box::new(Encrypter(self.0.encrypter(key, iv)))
    }

    fn decrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageDecrypter> {
        self.0.decrypter(key, iv)
    }

    fn key_len(&self) -> usize {
        self.0.key_len()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: Iv,
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.0.extract_keys(key, iv)
    }
}

struct Tls12(&'static dyn Tls12AeadAlgorithm);

impl Tls12AeadAlgorithm for Tls12 {
    fn encrypter(&self, key: AeadKey, iv: &[u8], extra: &[u8]) -> Box<dyn MessageEncrypter> {
        Box::new(Encrypter(self.0.encrypter(key, iv, extra)))
    }

    fn decrypter(&self, key: AeadKey, iv: &[u8]) -> Box<dyn MessageDecrypter> {
        self.0.decrypter(key, iv)
    }

    fn key_block_shape(&self) -> KeyBlockShape {
        self.0.key_block_shape()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: &[u8],
        explicit: &[u8],
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.0.extract_keys(key, iv, explicit)
    }
}

/// Sees each message before rustls encrypts it.
struct Encrypter(Box<dyn MessageEncrypter>);

impl MessageEncrypter for Encrypter {
    fn encrypt(
        &mut self,
        message: OutboundPlainMessage<'_>,
        seq: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        let inner = self.0.as_mut();
        WISH.with_borrow_mut(|wish| match (wish, message.typ) {
            (Some(wish), ContentType::Handshake) if wish.point != Point::Alert => {
                wish.flight(inner, Plain::new(&message), seq)
            }
            (
                Some(Wish {
                    point: Point::Alert,
                    alert: Some(code),
                    ..
                }),
                ContentType::Alert,
            ) => Plain::new(&message).alert(*code).encrypt(inner, seq),
            _ => inner.encrypt(message, seq),
        })
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        self.0.encrypted_payload_len(payload_len)
    }
}

/// A message that is ours to change.
struct Plain {
    kind: ContentType,
    version: rustls::ProtocolVersion,
    payload: Vec<u8>,
}

impl Plain {
    fn new(message: &OutboundPlainMessage<'_>) -> Self {
        Self {
            kind: message.typ,
            version: message.version,
            payload: message.payload.to_vec(),
        }
    }

    /// A fatal alert of the same version.
    fn alert(&self, code: u8) -> Self {
        Self {
            kind: ContentType::Alert,
            version: self.version,
            payload: vec![2, code],
        }
    }

    fn encrypt(
        self,
        inner: &mut dyn MessageEncrypter,
        seq: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        let message = OutboundPlainMessage {
            typ: self.kind,
            version: self.version,
            payload: OutboundChunks::Single(&self.payload),
        };
        inner.encrypt(message, seq)
    }
}
