//! `handshake = "…"`: the words for a [`HandshakeFault`].

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::fault::tls_version;
use super::words::explain;
use crate::fault::{After, Edit, End, HandshakeFault, Offer, Records, ServerHello};

pub(super) struct Handshake(pub(super) HandshakeFault);

impl<'de> Deserialize<'de> for Handshake {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        handshake(&text).map(Self).map_err(D::Error::custom)
    }
}

const KNOWN: [&str; 27] = [
    "alert",
    "application-data",
    "byte-by-byte",
    "change-cipher-spec",
    "close",
    "double-record",
    "drop-record",
    "empty-records",
    "flip-random",
    "flip-record",
    "hello-request",
    "hello-retry-twice",
    "junk",
    "no-close-notify",
    "plaintext",
    "record-too-long",
    "record-type",
    "record-version",
    "requires",
    "reset",
    "server-hello",
    "silence",
    "stall",
    "version-floor",
    "warning",
    "warning-first",
    "zeros",
];

/// A word, and behind it what it needs: `alert 40`, `close after-certificate`.
fn handshake(text: &str) -> Result<HandshakeFault, String> {
    let (word, rest) = first(text);
    let bad = |why: String| format!("`{text}`: {why}");
    let code = |rest: &str| {
        let needs = format!("a code from 0 to 255 must follow, as in `{word} 112`");
        rest.parse::<u8>().map_err(|_| bad(needs))
    };
    let number = |rest: &str| {
        let needs = format!("a record's number must follow, as in `{word} 2`");
        rest.parse::<usize>().map_err(|_| bad(needs))
    };
    let fault = match word {
        "alert" => {
            let (code, rest) = first(rest);
            let needs = "an alert has a code from 0 to 255, as in `alert 40`";
            let code = code.parse().map_err(|_| bad(needs.to_owned()))?;
            return match first(rest) {
                ("plaintext", line) if !line.is_empty() => Ok(HandshakeFault::AlertThenPlaintext {
                    code,
                    line: line.to_owned(),
                }),
                _ => end(End::Alert(code), rest).map_err(bad),
            };
        }
        "close" => return end(End::Close, rest).map_err(bad),
        "reset" => return end(End::Reset, rest).map_err(bad),
        "stall" => return end(End::Stall, rest).map_err(bad),
        "double-record" => return Ok(HandshakeFault::Edit(Edit::DoubleRecord(number(rest)?))),
        "drop-record" => return Ok(HandshakeFault::Edit(Edit::DropRecord(number(rest)?))),
        "flip-record" => return Ok(HandshakeFault::Edit(Edit::FlipRecord(number(rest)?))),
        "plaintext" if rest.is_empty() => {
            let needs = "a line must follow, as in `plaintext 454 4.7.0 TLS not available`";
            return Err(bad(needs.to_owned()));
        }
        "plaintext" => return Ok(HandshakeFault::Plaintext(rest.to_owned())),
        "record-type" => return Ok(HandshakeFault::Records(Records::Type(code(rest)?))),
        "record-version" => {
            let version = hex(rest).map_err(bad)?;
            return Ok(HandshakeFault::Records(Records::Version(version)));
        }
        "requires" => return requires(rest).map(HandshakeFault::Requires).map_err(bad),
        "server-hello" => {
            let hello = server_hello(rest).map_err(bad)?;
            return Ok(HandshakeFault::ServerHello(hello));
        }
        "version-floor" => {
            let needs = "a version must follow, as in `version-floor 1.3`";
            let version = tls_version(rest).map_err(|_| bad(needs.to_owned()))?;
            return Ok(HandshakeFault::VersionFloor(version));
        }
        "warning" => return Ok(HandshakeFault::Warning(code(rest)?)),
        "warning-first" => return Ok(HandshakeFault::WarningFirst(code(rest)?)),
        "application-data" => HandshakeFault::Records(Records::ApplicationData),
        "byte-by-byte" => HandshakeFault::Edit(Edit::ByteByByte),
        "change-cipher-spec" => HandshakeFault::Records(Records::ChangeCipherSpec),
        "empty-records" => HandshakeFault::Records(Records::Empty),
        "flip-random" => HandshakeFault::Edit(Edit::FlipRandom),
        "hello-request" => HandshakeFault::Records(Records::HelloRequest),
        "hello-retry-twice" => HandshakeFault::Records(Records::HelloRetryTwice),
        "junk" => HandshakeFault::Junk,
        "no-close-notify" => HandshakeFault::NoCloseNotify,
        "record-too-long" => HandshakeFault::Records(Records::TooLong),
        "silence" => HandshakeFault::Silence,
        "zeros" => HandshakeFault::Records(Records::Zeros),
        _ => return Err(explain("handshake fault", word, &KNOWN)),
    };
    match rest {
        "" => Ok(fault),
        _ => Err(bad(format!("nothing can follow `{word}`"))),
    }
}

/// The first word, and what follows it.
fn first(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}

/// Where a handshake ends; after the ClientHello if nothing is said.
fn end(end: End, rest: &str) -> Result<HandshakeFault, String> {
    const KNOWN: [&str; 5] = [
        "after-client-hello",
        "after-server-hello",
        "after-certificate",
        "after-finished",
        "after-octets",
    ];
    let after = match first(rest) {
        ("" | "after-client-hello", "") => After::ClientHello,
        ("after-server-hello", "") => After::ServerHello,
        ("after-certificate", "") => After::Certificate,
        ("after-finished", "") => After::Finished,
        ("after-octets", octets) => match octets.parse() {
            Ok(octets) => After::Octets(octets),
            Err(_) => return Err("a number must follow, as in `after-octets 200`".to_owned()),
        },
        (point, rest) if KNOWN.contains(&point) => {
            return Err(format!(
                "nothing can follow `{point}`, and there is `{rest}`"
            ));
        }
        (point, _) => return Err(explain("point", point, &KNOWN)),
    };
    Ok(after.end(end))
}

fn requires(rest: &str) -> Result<Offer, String> {
    let (what, number) = first(rest);
    match what {
        "cipher" => hex(number).map(Offer::Cipher),
        "group" => hex(number).map(Offer::Group),
        "signature-scheme" => hex(number).map(Offer::SignatureScheme),
        "version" => hex(number).map(Offer::Version),
        _ => Err(explain(
            "offer",
            what,
            &["cipher", "group", "signature-scheme", "version"],
        )),
    }
}

fn server_hello(rest: &str) -> Result<ServerHello, String> {
    const KNOWN: [&str; 8] = [
        "cipher",
        "downgrade-sentinel",
        "extension",
        "malformed",
        "no-renegotiation-info",
        "session-id-echoed",
        "unoffered-group",
        "version",
    ];
    let hello = match first(rest) {
        ("cipher", suite) => ServerHello::Cipher(hex(suite)?),
        ("extension", kind) => ServerHello::Extension(hex(kind)?),
        ("version", version) => ServerHello::Version(hex(version)?),
        ("downgrade-sentinel", "") => ServerHello::DowngradeSentinel,
        ("malformed", "") => ServerHello::Malformed,
        ("no-renegotiation-info", "") => ServerHello::NoRenegotiationInfo,
        ("session-id-echoed", "") => ServerHello::SessionIdEchoed,
        ("unoffered-group", "") => ServerHello::UnofferedGroup,
        (word, _) if KNOWN.contains(&word) => {
            return Err(format!("nothing can follow `{word}`"));
        }
        (word, _) => return Err(explain("ServerHello", word, &KNOWN)),
    };
    Ok(hello)
}

/// A number of IANA's as its registries write it, without `0x`.
fn hex(text: &str) -> Result<u16, String> {
    match u16::from_str_radix(text, 16) {
        Ok(number) if text.len() == 4 => Ok(number),
        _ => Err("four hex digits must follow, as in `0301`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_understood_and_written_back() {
        for text in [
            "alert 40",
            "alert 40 plaintext 454 4.3.0 no TLS",
            "alert 48 after-certificate",
            "application-data",
            "byte-by-byte",
            "change-cipher-spec",
            "close",
            "close after-octets 200",
            "double-record 1",
            "drop-record 3",
            "empty-records",
            "flip-random",
            "flip-record 2",
            "hello-request",
            "hello-retry-twice",
            "junk",
            "no-close-notify",
            "plaintext 454 4.7.0 no TLS",
            "record-too-long",
            "record-type 99",
            "record-version 0909",
            "requires cipher 0034",
            "requires group 0019",
            "requires signature-scheme 0201",
            "requires version 0301",
            "reset",
            "reset after-finished",
            "server-hello cipher 0004",
            "server-hello downgrade-sentinel",
            "server-hello extension 6a6b",
            "server-hello malformed",
            "server-hello no-renegotiation-info",
            "server-hello session-id-echoed",
            "server-hello unoffered-group",
            "server-hello version 0301",
            "silence",
            "stall after-server-hello",
            "version-floor 1.0",
            "version-floor 1.3",
            "warning 112",
            "warning-first 112",
            "zeros",
        ] {
            let fault = handshake(text).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(fault.to_string(), text);
            assert!(KNOWN.contains(&first(text).0), "{text}");
        }
    }

    #[test]
    fn what_has_two_names_is_one_fault() {
        let check = |text, other| assert_eq!(handshake(text), handshake(other));
        check("alert 40 after-client-hello", "alert 40");
        check("close after-client-hello", "close");
        check("stall", "silence");
    }

    #[test]
    fn what_is_not_understood_is_said_with_the_near_miss() {
        #[track_caller]
        fn check(text: &str, why: &str) {
            assert_eq!(handshake(text).unwrap_err(), why);
        }
        check(
            "close after-certficate",
            "`close after-certficate`: unknown point `after-certficate`; did you mean \
             `after-certificate`?",
        );
        check(
            "close after-octets",
            "`close after-octets`: a number must follow, as in `after-octets 200`",
        );
        check(
            "server-hello downgrade",
            "`server-hello downgrade`: unknown ServerHello `downgrade`; known here: cipher, \
             downgrade-sentinel, extension, malformed, no-renegotiation-info, session-id-echoed, \
             unoffered-group, version",
        );
        check(
            "record-version 9",
            "`record-version 9`: four hex digits must follow, as in `0301`",
        );
        check(
            "flip-record two",
            "`flip-record two`: a record's number must follow, as in `flip-record 2`",
        );
        check(
            "warning",
            "`warning`: a code from 0 to 255 must follow, as in `warning 112`",
        );
        check(
            "byte-by-bite",
            "unknown handshake fault `byte-by-bite`; did you mean `byte-by-byte`?",
        );
    }
}
