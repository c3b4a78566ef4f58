//! What drives TLS: rustls, or with the feature `legacy-tls` OpenSSL. Neither sees the socket.

use std::io::{BufRead as _, Write as _};

use mailfault_certs::Der;
use rustls::{AlertDescription, ProtocolVersion, ServerConnection};

#[cfg(feature = "legacy-tls")]
use super::openssl::OpenSsl;
use crate::fault::TlsVersion;
use crate::report::{Alert, Tls};
use crate::server::suite_name;

/// The server's side of one TLS connection.
pub(crate) enum Engine {
    /// TLS 1.2 and 1.3.
    Rustls(Box<ServerConnection>),
    /// TLS 1.0 and 1.1, and what rustls has left behind of TLS 1.2.
    #[cfg(feature = "legacy-tls")]
    OpenSsl(Box<OpenSsl>),
}

/// Where TLS stands after it has read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// More can come.
    Open,
    /// The client has sent close_notify.
    Closed,
    /// It broke.
    Broken(Broken),
}

/// How TLS broke.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// By a fatal alert of the client.
    Alert(Alert),
    /// By a good-bye in mid-handshake (RFC 8446 §6.1), which says nothing of what is wrong.
    GoodBye,
    /// The server found this wrong.
    Here(String),
}

impl Engine {
    /// On rustls, without a limit on what waits to be sent: the wire has one.
    pub(crate) fn rustls(mut connection: ServerConnection) -> Self {
        connection.set_buffer_limit(None);
        Self::Rustls(Box::new(connection))
    }

    pub(super) fn is_handshaking(&self) -> bool {
        match self {
            Self::Rustls(tls) => tls.is_handshaking(),
            #[cfg(feature = "legacy-tls")]
            Self::OpenSsl(tls) => tls.is_handshaking(),
        }
    }

    /// Whether TLS 1.3 was agreed on.
    pub(super) fn is_tls13(&self) -> bool {
        match self {
            Self::Rustls(tls) => tls.protocol_version() == Some(ProtocolVersion::TLSv1_3),
            // What is edited on its way out comes from rustls.
            #[cfg(feature = "legacy-tls")]
            Self::OpenSsl(_) => false,
        }
    }

    /// Takes plaintext to be sent.
    pub(super) fn write(&mut self, plaintext: &[u8]) {
        match self {
            // Without a limit it takes everything.
            Self::Rustls(tls) => {
                let _ = tls.writer().write_all(plaintext);
            }
            #[cfg(feature = "legacy-tls")]
            Self::OpenSsl(tls) => tls.write(plaintext),
        }
    }

    /// Puts the records that wait to be sent behind `records`.
    pub(super) fn take_records(&mut self, records: &mut Vec<u8>) {
        match self {
            Self::Rustls(tls) => {
                // To memory nothing fails.
                while tls.wants_write() && tls.write_tls(records).is_ok() {}
            }
            #[cfg(feature = "legacy-tls")]
            Self::OpenSsl(tls) => tls.take_records(records),
        }
    }

    /// Reads records; the plaintext in them is put behind `plaintext`.
    pub(super) fn read(&mut self, records: &[u8], plaintext: &mut Vec<u8>) -> State {
        match self {
            Self::Rustls(tls) => read_rustls(tls, records, plaintext),
            #[cfg(feature = "legacy-tls")]
            Self::OpenSsl(tls) => tls.read(records, plaintext),
        }
    }

    /// Whether TLS finds nothing wrong with these records. It has read them then.
    #[cfg(feature = "legacy-tls")]
    pub(crate) fn answers(&mut self, records: &[u8]) -> bool {
        self.read(records, &mut Vec::new()) == State::Open
    }

    pub(super) fn send_close_notify(&mut self) {
        match self {
            Self::Rustls(tls) => tls.send_close_notify(),
            #[cfg(feature = "legacy-tls")]
            Self::OpenSsl(tls) => tls.send_close_notify(),
        }
    }

    /// What was agreed on, once the handshake is done.
    pub(crate) fn describe(&self) -> Option<Tls> {
        match self {
            Self::Rustls(tls) => describe(tls),
            #[cfg(feature = "legacy-tls")]
            Self::OpenSsl(tls) => tls.describe(),
        }
    }
}

fn read_rustls(tls: &mut ServerConnection, mut records: &[u8], plaintext: &mut Vec<u8>) -> State {
    while !records.is_empty() {
        let progress = tls.read_tls(&mut records);
        let state = tls.process_new_packets();
        while let Ok(piece @ [_, ..]) = tls.reader().fill_buf() {
            let count = piece.len();
            plaintext.extend_from_slice(piece);
            tls.reader().consume(count);
        }
        match (state, progress) {
            (Err(error), _) => return State::Broken(broken(&error)),
            // After close_notify nothing more is read.
            (Ok(state), _) if state.peer_has_closed() => return State::Closed,
            (Ok(_), Ok(0) | Err(_)) => break,
            (Ok(_), Ok(_)) => {}
        }
    }
    State::Open
}

fn broken(error: &rustls::Error) -> Broken {
    match error {
        rustls::Error::AlertReceived(
            AlertDescription::CloseNotify | AlertDescription::UserCanceled,
        ) => Broken::GoodBye,
        rustls::Error::AlertReceived(alert) => Broken::Alert(Alert(u8::from(*alert))),
        _ => Broken::Here(error.to_string()),
    }
}

fn describe(tls: &ServerConnection) -> Option<Tls> {
    let version = match tls.protocol_version()? {
        ProtocolVersion::TLSv1_3 => TlsVersion::Tls13,
        _ => TlsVersion::Tls12,
    };
    let group = tls
        .negotiated_key_exchange_group()
        .map(|group| format!("{:?}", group.name()));
    let certificates = tls.peer_certificates().unwrap_or_default();
    Some(Tls {
        version,
        cipher_suite: suite_name(tls.negotiated_cipher_suite()?.suite()),
        group: group.unwrap_or_default(),
        sni: tls.server_name().map(str::to_owned),
        alpn: tls
            .alpn_protocol()
            .map(|name| String::from_utf8_lossy(name).into_owned()),
        client_certificate: certificates
            .iter()
            .map(|one| Der::from(one.to_vec()))
            .collect(),
    })
}
