//! One session, as the server saw it.

use std::fmt;
use std::net::SocketAddr;

use mailfault_certs::Der;

use super::{Alert, Outcome, Transcript};
use crate::fault::{Offer, TlsVersion};
use crate::smtp::Reply;

/// One session, as the server saw it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// Its number, from 1, in the order in which connections were accepted.
    pub number: u64,
    /// The client's address.
    pub peer: SocketAddr,
    /// Whether it came to the implicit-TLS port.
    pub implicit_tls: bool,
    /// What the client called itself in its last EHLO or HELO.
    pub client: Option<String>,
    /// What the client offered when it began TLS, whether or not it came to an end.
    pub client_hello: Option<ClientHello>,
    /// The TLS connection, if the handshake was completed.
    pub tls: Option<Tls>,
    /// The fatal alert that the client sent. `None` with a failed handshake is a result of its
    /// own: the client closed without a word.
    pub alert: Option<Alert>,
    /// How it ended; `None` while it is open.
    pub ended: Option<Ended>,
    /// Everything that crossed.
    pub transcript: Transcript,
    pub(crate) in_clear: Vec<InClear>,
    pub(crate) seen: Seen,
}

/// What an outcome is judged by.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    /// The server has a certificate, so TLS was to be had.
    pub(crate) tls_to_be_had: bool,
    /// The client got as far as the TLS step: it saw an EHLO reply, or began a handshake.
    pub(crate) reached_tls: bool,
    /// MAIL or AUTH was sent.
    pub(crate) went_on: bool,
    pub(crate) accepted_inside_tls: bool,
    pub(crate) accepted_in_clear: bool,
    /// The last reply that is not one to STARTTLS or QUIT, if it was a refusal.
    pub(crate) refusal: Option<Reply>,
}

impl Session {
    pub(crate) fn new(number: u64, peer: SocketAddr, implicit_tls: bool) -> Self {
        Self {
            number,
            peer,
            implicit_tls,
            client: None,
            client_hello: None,
            tls: None,
            alert: None,
            ended: None,
            transcript: Transcript::default(),
            in_clear: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// What went out in clear that should be secret: credentials, envelopes, content. EHLO,
    /// STARTTLS, NOOP, RSET and QUIT are not in it.
    #[must_use]
    pub fn in_clear(&self) -> &[InClear] {
        &self.in_clear
    }

    /// How it ended, judged from the server's side.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let seen = &self.seen;
        let leaked = |what| self.in_clear.iter().any(|clear| clear.what == what);
        let open = matches!(
            self.ended,
            None | Some(Ended::StillOpen | Ended::Idle | Ended::TooLong)
        );
        if leaked(Leak::Credentials) {
            Outcome::LeakedCredentials
        } else if seen.accepted_in_clear {
            Outcome::DeliveredInClear
        } else if seen.accepted_inside_tls {
            Outcome::Delivered
        } else if open {
            Outcome::Hung
        } else if seen.refusal.is_some() {
            Outcome::RefusedSmtp
        } else if seen.tls_to_be_had && seen.reached_tls && !seen.went_on {
            Outcome::RefusedTls
        } else {
            Outcome::GaveUp
        }
    }
}

impl fmt::Display for Session {
    /// The transcript under a line that says what became of the session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "session {}: {}", self.number, self.outcome())?;
        write!(f, "{}", self.transcript)
    }
}

/// A TLS connection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tls {
    /// The version that was negotiated.
    pub version: TlsVersion,
    /// The cipher suite, by its IANA name: `TLS_AES_256_GCM_SHA384`.
    pub cipher_suite: String,
    /// The group of the key exchange: `X25519`; empty where there is none, as with
    /// `TLS_RSA_WITH_AES_128_CBC_SHA`.
    pub group: String,
    /// The name that the client asked for (SNI).
    pub sni: Option<String>,
    /// The protocol that was agreed on, if the client offered any.
    pub alpn: Option<String>,
    /// The client's certificate chain, leaf first; empty if it sent none.
    pub client_certificate: Vec<Der>,
}

/// What a client offered in its ClientHello. Numbers are those of IANA's registries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientHello {
    /// The name that it asks for (RFC 6066 §3).
    pub sni: Option<String>,
    /// The protocols that it offers (RFC 7301).
    pub alpn: Vec<String>,
    /// The versions that it offers: 0x0303 is TLS 1.2, 0x0304 TLS 1.3.
    pub versions: Vec<u16>,
    /// The cipher suites that it offers.
    pub cipher_suites: Vec<u16>,
    /// The groups that it offers.
    pub groups: Vec<u16>,
    /// The signature schemes that it takes.
    pub signature_schemes: Vec<u16>,
    /// Whether it asks for a stapled OCSP answer (RFC 6066 §8).
    pub status_request: bool,
    pub(crate) session_id: Vec<u8>,
}

impl ClientHello {
    /// Whether it names this version. Before TLS 1.3 a client named its highest one only.
    #[must_use]
    pub fn offers(&self, version: TlsVersion) -> bool {
        self.versions.contains(&version.on_the_wire())
    }

    pub(crate) fn has(&self, offer: Offer) -> bool {
        match offer {
            Offer::Cipher(suite) => self.cipher_suites.contains(&suite),
            Offer::Group(group) => self.groups.contains(&group),
            Offer::SignatureScheme(scheme) => self.signature_schemes.contains(&scheme),
            Offer::Version(version) => self.versions.contains(&version),
        }
    }
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ended {
    /// The client closed the connection.
    ByClient,
    /// The client reset the connection.
    ByClientReset,
    /// The server closed the connection: after QUIT, after a 421, by a fault.
    ByServer,
    /// The server reset the connection, by a fault.
    ByServerReset,
    /// TLS broke: the handshake failed, or an alert came.
    ByTls,
    /// The client said nothing for longer than the server waits.
    Idle,
    /// It lasted longer than the server allows.
    TooLong,
    /// It was still open when the server was ended.
    StillOpen,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByClient => "the client closed the connection",
            Self::ByClientReset => "the client reset the connection",
            Self::ByServer => "the server closed the connection",
            Self::ByServerReset => "the server reset the connection",
            Self::ByTls => "the connection ended with TLS",
            Self::Idle => "the client said nothing for too long",
            Self::TooLong => "the session lasted too long",
            Self::StillOpen => "still open when the server ended",
        })
    }
}

/// Something secret that went out in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InClear {
    /// What kind of thing.
    pub what: Leak,
    /// The line as it was sent, or for content how much of it.
    pub text: String,
}

/// What can leak, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Leak {
    /// AUTH: who the client is, and its password.
    Credentials,
    /// Content of a message.
    Content,
    /// MAIL and RCPT: who writes to whom.
    Envelope,
}
