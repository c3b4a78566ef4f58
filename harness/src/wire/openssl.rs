//! TLS on OpenSSL, driven by hand as rustls is: it reads and writes memory, and never the socket.

use std::io::{self, Read, Write};

use mailfault_certs::Der;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey};
use openssl::ssl::{ErrorCode, Ssl, SslStream, SslVersion};

use super::engine::{Broken, State};
use super::records::alert_in;
use crate::fault::TlsVersion;
use crate::report::{Alert, Tls};
use crate::server::{FFDHE2048, MODP1024, reasons};

/// The server's side of one connection.
pub(crate) struct OpenSsl {
    stream: SslStream<Memory>,
    handshaking: bool,
    /// The name that the client asked for, as it stood in its ClientHello.
    sni: Option<String>,
    /// The group of the key exchange, while it is known: OpenSSL forgets.
    group: Option<String>,
}

/// What stands where OpenSSL expects the socket.
#[derive(Debug, Default)]
struct Memory {
    /// Records that it has not read; it always reads them to their end.
    incoming: Vec<u8>,
    read: usize,
    outgoing: Vec<u8>,
}

impl OpenSsl {
    pub(crate) fn new(ssl: Ssl, sni: Option<String>) -> Result<Self, ErrorStack> {
        Ok(Self {
            stream: SslStream::new(ssl, Memory::default())?,
            handshaking: true,
            sni,
            group: None,
        })
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.handshaking
    }

    pub(super) fn write(&mut self, plaintext: &[u8]) {
        // To memory all of it goes at once; a connection that is over takes no more.
        let _ = self.stream.ssl_write(plaintext);
    }

    pub(super) fn take_records(&mut self, records: &mut Vec<u8>) {
        records.append(&mut self.stream.get_mut().outgoing);
    }

    pub(super) fn read(&mut self, records: &[u8], plaintext: &mut Vec<u8>) -> State {
        self.stream.get_mut().receive(records);
        if self.handshaking {
            let accepted = self.stream.accept();
            let ssl = self.stream.ssl();
            // In TLS 1.3 it is the client's key that stays, before it the server's that goes.
            let key = ssl.tmp_key().map(|key| group(&key));
            let key = key.or_else(|_| ssl.peer_tmp_key().map(|key| group(&key)));
            self.group = key.ok().or(self.group.take());
            match accepted {
                Ok(()) => self.handshaking = false,
                Err(error) => return in_clear(records, stopped(&error, true)),
            }
        }
        let mut piece = [0; 4096];
        loop {
            match self.stream.ssl_read(&mut piece) {
                Ok(count) => plaintext.extend_from_slice(&piece[..count]),
                Err(error) => return stopped(&error, false),
            }
        }
    }

    pub(super) fn send_close_notify(&mut self) {
        // The client's own good-bye is not waited for.
        let _ = self.stream.shutdown();
    }

    pub(super) fn describe(&self) -> Option<Tls> {
        if self.handshaking {
            return None;
        }
        let ssl = self.stream.ssl();
        let version = match ssl.version2()? {
            SslVersion::TLS1 => TlsVersion::Tls10,
            SslVersion::TLS1_1 => TlsVersion::Tls11,
            SslVersion::TLS1_3 => TlsVersion::Tls13,
            _ => TlsVersion::Tls12,
        };
        let cipher = ssl.current_cipher()?;
        let leaf = ssl.peer_certificate();
        // On the server's side the leaf is not in it.
        let above = ssl.peer_cert_chain().into_iter().flatten();
        let der = |one: Result<Vec<u8>, ErrorStack>| one.ok().map(Der::from);
        Some(Tls {
            version,
            cipher_suite: cipher.standard_name().unwrap_or(cipher.name()).to_owned(),
            group: self.group.clone().unwrap_or_default(),
            sni: self.sni.clone(),
            alpn: ssl
                .selected_alpn_protocol()
                .map(|name| String::from_utf8_lossy(name).into_owned()),
            client_certificate: leaf
                .iter()
                .filter_map(|one| der(one.to_der()))
                .chain(above.filter_map(|one| der(one.to_der())))
                .collect(),
        })
    }
}

/// Why OpenSSL has stopped.
fn stopped(error: &openssl::ssl::Error, handshaking: bool) -> State {
    // Alerts of the peer are reasons from here on, by their codes.
    const ALERTS: i32 = 1000;
    match error.code() {
        ErrorCode::WANT_READ => return State::Open,
        ErrorCode::ZERO_RETURN if handshaking => return State::Broken(Broken::GoodBye),
        ErrorCode::ZERO_RETURN => return State::Closed,
        _ => {}
    }
    let Some(stack) = error.ssl_error() else {
        return State::Broken(Broken::Here(error.to_string()));
    };
    let alert = stack
        .errors()
        .iter()
        .find_map(|one| u8::try_from(one.reason_code() - ALERTS).ok());
    State::Broken(match alert {
        Some(code) => Broken::Alert(Alert(code)),
        None => Broken::Here(reasons(stack)),
    })
}

/// An alert of another version than the server's is the wrong version to OpenSSL, before it is an
/// alert; while it comes in clear we can read it.
fn in_clear(records: &[u8], state: State) -> State {
    match (&state, alert_in(records)) {
        (State::Broken(Broken::Here(_)), Some(alert)) => State::Broken(Broken::Alert(alert)),
        _ => state,
    }
}

/// The group of a key exchange, named as rustls and IANA name it.
fn group<T: HasPublic>(key: &PKey<T>) -> String {
    match key.id() {
        Id::X25519 => "X25519".to_owned(),
        Id::X448 => "X448".to_owned(),
        // There are no others than these two.
        Id::DH if key.bits() < 2048 => MODP1024.to_owned(),
        Id::DH => FFDHE2048.to_owned(),
        _ => {
            let curve = key.ec_key().ok().and_then(|key| key.group().curve_name());
            match curve {
                Some(Nid::X9_62_PRIME256V1) => "secp256r1".to_owned(),
                Some(Nid::X9_62_PRIME192V1) => "secp192r1".to_owned(),
                Some(curve) => curve.short_name().unwrap_or_default().to_owned(),
                None => String::new(),
            }
        }
    }
}

impl Memory {
    fn receive(&mut self, records: &[u8]) {
        if self.read == self.incoming.len() {
            self.incoming.clear();
            self.read = 0;
        }
        self.incoming.extend_from_slice(records);
    }
}

impl Read for Memory {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match (&self.incoming[self.read..]).read(into)? {
            // Not the end: more may come.
            0 if !into.is_empty() => {
                // An idle connection owns no buffer.
                *self = Self {
                    outgoing: std::mem::take(&mut self.outgoing),
                    ..Self::default()
                };
                Err(io::ErrorKind::WouldBlock.into())
            }
            count => {
                self.read += count;
                Ok(count)
            }
        }
    }
}

impl Write for Memory {
    fn write(&mut self, records: &[u8]) -> io::Result<usize> {
        self.outgoing.extend_from_slice(records);
        Ok(records.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
