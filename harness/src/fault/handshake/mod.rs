//! The ways in which a TLS handshake breaks.

use super::TlsVersion;

mod words;

/// A way in which a TLS handshake breaks after the ClientHello was read.
///
/// `Display` writes it as a scenario file does.
///
/// Behind records by hand no keys are agreed on: what a client answers in clear, its alert above
/// all, is in the report; what it encrypts is not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandshakeFault {
    /// A fatal alert of this code (RFC 8446 §6) instead of the ServerHello; then FIN. For other
    /// points see [`After`].
    Alert(u8),
    /// A fatal alert instead of the ServerHello, and behind it a line in clear, as Cisco IronPort
    /// does; then FIN.
    AlertThenPlaintext {
        /// The code of the alert.
        code: u8,
        /// The line, without its end.
        line: String,
    },
    /// FIN without an alert.
    Close,
    /// The server's own handshake, edited on its way.
    Edit(Edit),
    /// The server's own handshake ends at a point; made by [`After`].
    End {
        /// Where.
        after: After,
        /// How.
        end: End,
    },
    /// 512 octets that are no TLS record, always the same ones; then FIN.
    Junk,
    /// The handshake is done, and at the end of the session FIN comes without close_notify, as if
    /// an attacker had cut the connection (RFC 8446 §6.1).
    NoCloseNotify,
    /// This line in clear where the ServerHello is due, as a server does that never left SMTP;
    /// then FIN.
    Plaintext(String),
    /// Records by hand that are no ServerHello; then FIN.
    Records(Records),
    /// A server that has nothing but this. With the feature `legacy-tls` it really has, as far as
    /// OpenSSL does: what is offered is taken, and a client that does not offer it gets the alert of
    /// OpenSSL. Otherwise it is [imitated](Self::imitated): alert 40 to a client that does not offer
    /// it, and an ordinary handshake with any other; of a version before TLS 1.2 alert 70 alone.
    Requires(Offer),
    /// A TCP reset without an alert.
    Reset,
    /// A ServerHello by hand that is sound but for this; then FIN.
    ServerHello(ServerHello),
    /// Nothing at all, until the client leaves.
    Silence,
    /// Only this TLS version or a later one is spoken: an older client gets alert 70,
    /// `protocol_version`, and others succeed.
    VersionFloor(TlsVersion),
    /// An alert of level warning instead of the ServerHello; then FIN.
    Warning(u8),
    /// An alert of level warning, and then the right handshake. TLS 1.3 knows no warnings
    /// (RFC 8446 §6), but the alert comes before a version is agreed on.
    WarningFirst(u8),
}

/// A point in the server's own handshake at which it ends.
///
/// ```
/// use mailfault::{After, Fault, HandshakeFault, Stage::Handshake};
///
/// let fault = Fault::at(Handshake).handshake(After::Certificate.alert(48));
/// let close = Fault::at(Handshake).handshake(After::ServerHello.close());
/// assert_eq!(After::ClientHello.alert(40), HandshakeFault::Alert(40));
/// # let _ = (fault, close);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum After {
    /// Nothing was sent.
    ClientHello,
    /// The ServerHello alone was sent. An alert is encrypted in TLS 1.3.
    ServerHello,
    /// Everything up to the Certificate was sent, with what TLS 1.3 puts before it.
    Certificate,
    /// The handshake is complete on both sides, and no SMTP follows. In TLS 1.3 the client learns
    /// of it with its first read only.
    Finished,
    /// So many octets were sent, record headers among them. Only what is longer is cut.
    Octets(usize),
}

/// How a connection ends in the middle of a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// A fatal alert of this code; then FIN.
    Alert(u8),
    /// FIN without an alert.
    Close,
    /// A TCP reset.
    Reset,
    /// Silence until the client leaves.
    Stall,
}

impl After {
    /// A fatal alert at this point.
    #[must_use]
    pub fn alert(self, code: u8) -> HandshakeFault {
        self.end(End::Alert(code))
    }

    /// FIN at this point, without an alert.
    #[must_use]
    pub fn close(self) -> HandshakeFault {
        self.end(End::Close)
    }

    /// A TCP reset at this point.
    #[must_use]
    pub fn reset(self) -> HandshakeFault {
        self.end(End::Reset)
    }

    /// Silence from this point on.
    #[must_use]
    pub fn stall(self) -> HandshakeFault {
        self.end(End::Stall)
    }

    /// Any of these. What has a variant of its own is that, so that equal faults are equal.
    #[must_use]
    pub fn end(self, end: End) -> HandshakeFault {
        match (self, end) {
            (Self::ClientHello, End::Alert(code)) => HandshakeFault::Alert(code),
            (Self::ClientHello, End::Close) => HandshakeFault::Close,
            (Self::ClientHello, End::Reset) => HandshakeFault::Reset,
            (Self::ClientHello, End::Stall) => HandshakeFault::Silence,
            (after, end) => HandshakeFault::End { after, end },
        }
    }
}

/// An edit of the server's own handshake. Its records are counted from 1, the ServerHello's; in
/// TLS 1.2 each message has a record of its own; in TLS 1.3 record 2 is a ChangeCipherSpec without
/// meaning, and the rest is encrypted in several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edit {
    /// Nothing is changed, but every octet goes out in a segment of its own.
    ByteByByte,
    /// This record comes twice.
    DoubleRecord(usize),
    /// This record is missing.
    DropRecord(usize),
    /// One bit of the server's random is flipped.
    FlipRandom,
    /// The lowest bit of this record's last octet is flipped.
    FlipRecord(usize),
}

/// What a server demands of a ClientHello, by IANA's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Offer {
    /// A cipher suite: `0x0034` is anonymous.
    Cipher(u16),
    /// A group for the key exchange: `0x0019` is P-521.
    Group(u16),
    /// A signature scheme: `0x0201` is RSA with SHA-1.
    SignatureScheme(u16),
    /// A version: `0x0301` is TLS 1.0.
    Version(u16),
}

/// Records by hand that are no ServerHello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Records {
    /// Application data.
    ApplicationData,
    /// A ChangeCipherSpec.
    ChangeCipherSpec,
    /// 200 handshake records without content.
    Empty,
    /// A HelloRequest, with which TLS 1.2 asked for a new handshake.
    HelloRequest,
    /// A HelloRetryRequest, and a second one after the client's second ClientHello.
    HelloRetryTwice,
    /// A handshake record that claims 65,535 octets.
    TooLong,
    /// A record of this content type.
    Type(u8),
    /// A handshake record of this version: `0x0909`.
    Version(u16),
    /// 512 zero octets.
    Zeros,
}

/// What is wrong with a ServerHello written by hand. It is one of TLS 1.2, unless it says
/// otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerHello {
    /// It picks this cipher suite: `0x0004` is RC4 with MD5, `0x0000` none at all.
    Cipher(u16),
    /// Its random says that the server could do TLS 1.3 (RFC 8446 §4.1.3).
    DowngradeSentinel,
    /// It has this extension, for which nobody asked.
    Extension(u16),
    /// Its body has five octets.
    Malformed,
    /// It lacks `renegotiation_info` (RFC 5746 §3.4).
    NoRenegotiationInfo,
    /// It echoes the session id of the client, as TLS 1.3 does.
    SessionIdEchoed,
    /// It is one of TLS 1.3, and its key share is of a group that the client did not offer.
    UnofferedGroup,
    /// It and its record are of this version: `0x0301` is TLS 1.0.
    Version(u16),
}

impl HandshakeFault {
    /// The feature without which this build only imitates it; nothing if it is what it says.
    ///
    /// ```
    /// use mailfault::{HandshakeFault, handshake::Offer};
    ///
    /// let static_rsa = HandshakeFault::Requires(Offer::Cipher(0x002f));
    /// let real = cfg!(feature = "legacy-tls");
    /// assert_eq!(static_rsa.imitated(), (!real).then_some("legacy-tls"));
    /// assert_eq!(HandshakeFault::Junk.imitated(), None);
    /// ```
    #[must_use]
    pub fn imitated(&self) -> Option<&'static str> {
        let imitated = self.is_of_legacy_tls() && !cfg!(feature = "legacy-tls");
        imitated.then_some("legacy-tls")
    }

    /// Whether it takes the feature `legacy-tls` to be more than imitated.
    pub(crate) fn is_of_legacy_tls(&self) -> bool {
        matches!(self, Self::Requires(_))
    }

    /// Whether it changes the server's own handshake on its way, beyond cutting it into octets.
    pub(crate) fn edits(&self) -> bool {
        match self {
            Self::Edit(edit) => *edit != Edit::ByteByByte,
            Self::End { after, .. } => *after != After::ClientHello,
            _ => false,
        }
    }

    /// What makes no sense in it, if anything.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        let line = match self {
            Self::AlertThenPlaintext { line, .. } | Self::Plaintext(line) => line.as_str(),
            _ => "",
        };
        match self {
            _ if line.contains(['\r', '\n']) => {
                Some("the plaintext is one line; its line end is added")
            }
            Self::End {
                after: After::Octets(_),
                end: End::Alert(_),
            } => Some("an alert within a record is none; use `close`, `reset` or `stall`"),
            Self::Edit(Edit::DoubleRecord(0) | Edit::DropRecord(0) | Edit::FlipRecord(0)) => {
                Some("records are counted from 1")
            }
            _ => None,
        }
    }
}
