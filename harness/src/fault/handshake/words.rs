//! A handshake fault as a scenario file writes it.

use std::fmt;

use super::{After, Edit, End, HandshakeFault, Offer, Records, ServerHello};

impl fmt::Display for HandshakeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(code) => write!(f, "alert {code}"),
            Self::AlertThenPlaintext { code, line } => write!(f, "alert {code} plaintext {line}"),
            Self::Close => f.write_str("close"),
            Self::Edit(edit) => match edit {
                Edit::ByteByByte => f.write_str("byte-by-byte"),
                Edit::DoubleRecord(record) => write!(f, "double-record {record}"),
                Edit::DropRecord(record) => write!(f, "drop-record {record}"),
                Edit::FlipRandom => f.write_str("flip-random"),
                Edit::FlipRecord(record) => write!(f, "flip-record {record}"),
            },
            Self::End { after, end } => write!(f, "{end} {after}"),
            Self::Junk => f.write_str("junk"),
            Self::NoCloseNotify => f.write_str("no-close-notify"),
            Self::Plaintext(line) => write!(f, "plaintext {line}"),
            Self::Records(records) => match records {
                Records::ApplicationData => f.write_str("application-data"),
                Records::ChangeCipherSpec => f.write_str("change-cipher-spec"),
                Records::Empty => f.write_str("empty-records"),
                Records::HelloRequest => f.write_str("hello-request"),
                Records::HelloRetryTwice => f.write_str("hello-retry-twice"),
                Records::TooLong => f.write_str("record-too-long"),
                Records::Type(kind) => write!(f, "record-type {kind}"),
                Records::Version(version) => write!(f, "record-version {version:04x}"),
                Records::Zeros => f.write_str("zeros"),
            },
            Self::Requires(offer) => match offer {
                Offer::Cipher(suite) => write!(f, "requires cipher {suite:04x}"),
                Offer::Group(group) => write!(f, "requires group {group:04x}"),
                Offer::SignatureScheme(scheme) => {
                    write!(f, "requires signature-scheme {scheme:04x}")
                }
                Offer::Version(version) => write!(f, "requires version {version:04x}"),
            },
            Self::Reset => f.write_str("reset"),
            Self::ServerHello(hello) => {
                f.write_str("server-hello ")?;
                match hello {
                    ServerHello::Cipher(suite) => write!(f, "cipher {suite:04x}"),
                    ServerHello::DowngradeSentinel => f.write_str("downgrade-sentinel"),
                    ServerHello::Extension(kind) => write!(f, "extension {kind:04x}"),
                    ServerHello::Malformed => f.write_str("malformed"),
                    ServerHello::NoRenegotiationInfo => f.write_str("no-renegotiation-info"),
                    ServerHello::SessionIdEchoed => f.write_str("session-id-echoed"),
                    ServerHello::UnofferedGroup => f.write_str("unoffered-group"),
                    ServerHello::Version(version) => write!(f, "version {version:04x}"),
                }
            }
            Self::Silence => f.write_str("silence"),
            Self::VersionFloor(version) => write!(f, "version-floor {}", version.number()),
            Self::Warning(code) => write!(f, "warning {code}"),
            Self::WarningFirst(code) => write!(f, "warning-first {code}"),
        }
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientHello => f.write_str("after-client-hello"),
            Self::ServerHello => f.write_str("after-server-hello"),
            Self::Certificate => f.write_str("after-certificate"),
            Self::Finished => f.write_str("after-finished"),
            Self::Octets(octets) => write!(f, "after-octets {octets}"),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(code) => write!(f, "alert {code}"),
            Self::Close => f.write_str("close"),
            Self::Reset => f.write_str("reset"),
            Self::Stall => f.write_str("stall"),
        }
    }
}
