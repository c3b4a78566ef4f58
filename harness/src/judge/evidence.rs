//! What was seen of a server.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use mailfault_certs::Der;

use crate::fault::{Stage, TlsVersion};
use crate::report::Transcript;
use crate::smtp::Reply;

/// Everything that a client saw of a server, and nothing that it thinks of it.
///
/// Made by a [`Probe`](super::Probe).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// Where the server was looked for.
    pub address: SocketAddr,
    /// The name that was asked for with SNI, if one was.
    pub sni: Option<String>,
    /// Each stage in order, with the time it took and what came of it.
    pub steps: Vec<Step>,
    /// The greeting.
    pub greeting: Option<Reply>,
    /// The reply to EHLO in clear; none with implicit TLS.
    pub ehlo: Option<Reply>,
    /// The reply to STARTTLS.
    pub starttls: Option<Reply>,
    /// What was agreed on in the handshake.
    pub tls: Option<Negotiated>,
    /// The certificates as they were presented, leaf first.
    pub chain: Vec<Der>,
    /// What was stapled to them: an OCSP answer, or so it should be.
    pub staple: Option<Vec<u8>>,
    /// The scheme by which the handshake is signed, if it is not by the key in the certificate.
    pub bad_signature: Option<String>,
    /// What rustls itself says of that signature.
    pub(super) rustls: Option<rustls::Error>,
    /// Whether the server asked for a client certificate.
    pub client_certificate_asked: bool,
    /// The reply to EHLO inside TLS.
    pub ehlo_tls: Option<Reply>,
    /// The reply to the content, if a message was sent.
    pub taken: Option<Reply>,
    /// What kept it from going on, if something did.
    pub trouble: Option<Trouble>,
    /// Everything that crossed.
    pub transcript: Transcript,
}

/// A stage, how long it took, and what came of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// Which; EHLO inside TLS is [`Stage::Tls`].
    pub stage: Stage,
    /// How long the server took.
    pub took: Duration,
    /// Whether it went well.
    pub passed: bool,
    /// What came of it, in one line.
    pub result: String,
}

/// What was agreed on in a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Negotiated {
    /// The version of TLS.
    pub version: TlsVersion,
    /// The cipher suite, by its IANA name.
    pub cipher_suite: String,
    /// The group of the key exchange; empty if there was none.
    pub group: String,
}

/// What keeps a client from going on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Trouble {
    /// Nobody listens there, or nobody could be reached.
    Unreachable(String),
    /// The server said nothing in this time, where it was its turn.
    Silent(Stage, Duration),
    /// The server closed the connection, or reset it.
    Closed(Stage),
    /// The server speaks HTTP.
    SpeaksHttp,
    /// The server expects TLS from the first octet.
    WantsTlsFirst,
    /// What it said is no SMTP.
    NotSmtp(Stage, String),
    /// A reply that ends the matter.
    Refused(Stage, Reply),
    /// STARTTLS is not offered.
    NoStartTls,
    /// The server answered in clear where TLS was due.
    ClearInsteadOfTls,
    /// The server sent an alert.
    Alert(String),
    /// The handshake broke for another reason.
    BadHandshake(String),
}

impl Evidence {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            sni: None,
            steps: Vec::new(),
            greeting: None,
            ehlo: None,
            starttls: None,
            tls: None,
            chain: Vec::new(),
            staple: None,
            bad_signature: None,
            rustls: None,
            client_certificate_asked: false,
            ehlo_tls: None,
            taken: None,
            trouble: None,
            transcript: Transcript::default(),
        }
    }

    /// What somebody else saw of a handshake that went well.
    #[cfg(feature = "models")]
    pub(crate) fn of_handshake(
        address: SocketAddr,
        tls: Option<Negotiated>,
        chain: Vec<Der>,
    ) -> Self {
        Self {
            tls,
            chain,
            ..Self::new(address)
        }
    }

    /// Whether TLS was established.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// The host that the greeting names: its first word.
    ///
    /// ```
    /// use mailfault::{MockServer, judge::Probe};
    ///
    /// let server = MockServer::start();
    /// let evidence = Probe::new(server.addr()).run();
    /// assert!(evidence.banner_host().is_some());
    /// ```
    #[must_use]
    pub fn banner_host(&self) -> Option<&str> {
        let line = self.greeting.as_ref()?.lines.first()?;
        line.split_ascii_whitespace().next()
    }

    /// Whether SMTP can go on: the server said nothing that ends it, though it may have no TLS.
    #[must_use]
    pub fn speaks_smtp(&self) -> bool {
        matches!(&self.ehlo, Some(reply) if reply.is_positive()) || self.ehlo_tls.is_some()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "no connection: {why}"),
            Self::Silent(stage, time) => {
                write!(f, "the server was silent for {time:?} ({})", due(*stage))
            }
            Self::Closed(stage) => {
                write!(f, "the server closed the connection ({})", due(*stage))
            }
            Self::SpeaksHttp => f.write_str("this is a web server: it speaks HTTP, not SMTP"),
            Self::WantsTlsFirst => {
                f.write_str("the server expects TLS from the first octet, not STARTTLS")
            }
            Self::NotSmtp(stage, said) => {
                write!(
                    f,
                    "what the server said is no SMTP ({}): `{said}`",
                    due(*stage)
                )
            }
            Self::Refused(stage, reply) => {
                write!(
                    f,
                    "the server refused ({}): {}",
                    due(*stage),
                    one_line(reply)
                )
            }
            Self::NoStartTls => f.write_str("STARTTLS is not offered"),
            Self::ClearInsteadOfTls => {
                f.write_str("the server answered in clear where TLS was due")
            }
            Self::Alert(alert) => write!(f, "the server sent the alert {alert}"),
            Self::BadHandshake(why) => write!(f, "the handshake failed: {why}"),
        }
    }
}

/// What was due at a stage.
fn due(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect | Stage::Greeting => "the greeting was due",
        Stage::Ehlo => "the reply to EHLO was due",
        Stage::StartTls => "the reply to STARTTLS was due",
        Stage::Handshake => "the handshake was due",
        Stage::Tls => "the reply to EHLO inside TLS was due",
        Stage::Mail => "the reply to MAIL was due",
        Stage::Rcpt => "the reply to RCPT was due",
        Stage::Data => "the reply to DATA was due",
        _ => "the reply to the content was due",
    }
}

/// A reply on one line.
pub(super) fn one_line(reply: &Reply) -> String {
    format!("{} {}", reply.code, reply.lines.join(" / "))
        .trim_end()
        .to_owned()
}
