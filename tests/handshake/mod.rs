//! Every handshake fault of the catalogue, seen by real clients: what they say, and what our
//! report says of them.

use std::io;
use std::sync::Arc;

use mailfault::scenario::{Scenario, TlsWish};
use mailfault::{Outcome, Session};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, SupportedProtocolVersion};

use crate::raw_client::{RawClient, client_builder};
use visit::Visit;

mod openssl; // the same with `openssl s_client`
mod visit; // the client of this file

/// What a client says, and the alert of its that our report tells; empty where it finds nothing
/// wrong, 0 where it sends none.
type Seen = (&'static str, u8);

const CUT: Seen = ("unexpected end of file", 0);
const RESET: Seen = ("Connection reset", 0);
const NO_NOTIFY: Seen = ("without sending TLS close_notify", 0);
const NO_TLS: Seen = ("InvalidContentType", 50);
const REFUSED: Seen = ("HandshakeFailure", 0);
const FINE: Seen = ("", 0);

/// What rustls makes of each, with TLS 1.2 alone and with TLS 1.3 and 1.2.
#[rustfmt::skip]
const RUSTLS: &[(&str, Seen, Seen)] = &[
    // This one first: it must pass before any that is cut can be believed.
    ("byte-by-byte", FINE, FINE),
    ("alert-then-plaintext-454", REFUSED, REFUSED),
    ("anon-cipher-only", REFUSED, REFUSED),
    ("application-data-first", ("got ApplicationData when expecting Handshake", 10), ("got ApplicationData when expecting Handshake", 10)),
    ("camellia-only", REFUSED, REFUSED),
    ("cbc-only", REFUSED, REFUSED),
    ("ccs-first", ("got ChangeCipherSpec when expecting Handshake", 10), ("got ChangeCipherSpec when expecting Handshake", 10)),
    ("client-cert-rejected", FINE, FINE), // it has none
    ("client-cert-requested", FINE, FINE),
    ("client-cert-required-12", REFUSED, REFUSED),
    ("client-cert-required-13", ("ProtocolVersion", 0), ("CertificateRequired", 0)),
    ("close-after-certificate", CUT, CUT),
    ("close-after-client-hello", CUT, CUT),
    ("close-after-finished", NO_NOTIFY, NO_NOTIFY),
    ("close-after-server-hello", CUT, CUT),
    ("close-on-connect", CUT, CUT),
    ("dhe-1024", REFUSED, REFUSED),
    ("dhe-2048", REFUSED, REFUSED),
    ("downgrade-sentinel", CUT, ("AttemptedDowngradeToTls12WhenTls13IsSupported", 47)),
    ("empty-records", ("InvalidEmptyPayload", 50), ("InvalidEmptyPayload", 50)),
    ("flight-cut-close", CUT, CUT),
    ("flight-cut-reset", RESET, RESET),
    ("flight-cut-stall", CUT, CUT),
    ("group-p521-only", REFUSED, REFUSED),
    ("group-secp256k1-only", REFUSED, REFUSED),
    ("group-x448-only", REFUSED, REFUSED),
    ("hello-request-first", ("got HelloRequest when expecting ServerHello", 10), ("got HelloRequest when expecting ServerHello or HelloRetryRequest", 10)),
    ("hello-retry-loop", ("got HelloRetryRequest when expecting ServerHello", 10), ("got HelloRetryRequest when expecting ServerHello", 10)),
    ("junk", NO_TLS, NO_TLS),
    ("no-close-notify", NO_NOTIFY, NO_NOTIFY),
    ("no-renegotiation-info", CUT, CUT),
    ("null-cipher", ("SelectedUnofferedCipherSuite", 40), ("SelectedUnofferedCipherSuite", 40)),
    ("null-cipher-only", REFUSED, REFUSED),
    ("plaintext-454", NO_TLS, NO_TLS),
    ("plaintext-500", NO_TLS, NO_TLS),
    ("plaintext-http", NO_TLS, NO_TLS),
    ("record-1-doubled", ("got ServerHello when expecting Certificate", 10), ("cannot decrypt", 20)),
    ("record-2-dropped", ("got ServerKeyExchange when expecting Certificate", 10), FINE),
    ("record-2-flipped", ("BadSignature", 51), ("IllegalMiddleboxChangeCipherSpec", 10)),
    ("record-3-dropped", ("got ServerHelloDone when expecting ServerKeyExchange", 10), ("cannot decrypt", 20)),
    ("record-3-flipped", ("BadSignature", 51), ("cannot decrypt", 20)),
    ("record-too-long", ("MessageTooLarge", 50), ("MessageTooLarge", 50)),
    ("record-type-99", NO_TLS, NO_TLS),
    ("record-version-0909", ("UnknownProtocolVersion", 50), ("UnknownProtocolVersion", 50)),
    ("reset-after-certificate", RESET, RESET),
    ("reset-after-client-hello", RESET, RESET),
    ("reset-after-finished", RESET, RESET),
    ("reset-after-server-hello", RESET, RESET),
    ("reset-on-connect", RESET, RESET),
    ("server-hello-malformed", ("MissingData(\"Random\")", 50), ("MissingData(\"Random\")", 50)),
    ("server-hello-ssl3", ("ServerDoesNotSupportTls12Or13", 70), ("ServerDoesNotSupportTls12Or13", 70)),
    ("server-hello-tls10", ("ServerDoesNotSupportTls12Or13", 70), ("ServerDoesNotSupportTls12Or13", 70)),
    ("server-hello-tls11", ("ServerDoesNotSupportTls12Or13", 70), ("ServerDoesNotSupportTls12Or13", 70)),
    ("server-hello-truncated", CUT, CUT),
    // Its alert is encrypted with keys that are not the server's, and cannot be read.
    ("server-random-flipped", ("BadSignature", 51), ("cannot decrypt", 0)),
    ("session-id-echoed", CUT, ("ServerEchoedCompatibilitySessionId", 47)),
    ("sigalg-sha1-only", REFUSED, REFUSED),
    ("silence-on-connect", CUT, CUT),
    ("smtp-greeting-on-tls-port", NO_TLS, NO_TLS),
    ("sni-default-certificate", ("not valid for name", 42), ("not valid for name", 42)),
    ("sni-unknown-fatal", ("UnrecognisedName", 0), ("UnrecognisedName", 0)),
    ("sni-unknown-warning", FINE, FINE),
    ("stall-after-certificate", CUT, CUT),
    ("stall-after-client-hello", CUT, CUT),
    // The client's own half of TLS 1.2 is not done when it leaves.
    ("stall-after-finished", CUT, NO_NOTIFY),
    ("stall-after-server-hello", CUT, CUT),
    ("static-rsa-gcm-only", REFUSED, REFUSED),
    ("static-rsa-only", REFUSED, REFUSED),
    ("tls10-only", ("ProtocolVersion", 0), ("ProtocolVersion", 0)),
    ("tls11-only", ("ProtocolVersion", 0), ("ProtocolVersion", 0)),
    ("unoffered-cipher", ("SelectedUnofferedCipherSuite", 40), ("SelectedUnofferedCipherSuite", 40)),
    ("unoffered-group", ("ServerTlsVersionIsDisabledByOurConfig", 70), ("WrongGroupForKeyShare", 47)),
    ("unsolicited-extension", ("UnsolicitedServerHelloExtension", 110), ("UnsolicitedServerHelloExtension", 110)),
    ("zeros", NO_TLS, NO_TLS),
];

/// How rustls calls each alert of the family.
#[rustfmt::skip]
const ALERTS: [(u8, &str); 27] = [
    (10, "UnexpectedMessage"), (20, "BadRecordMac"), (22, "RecordOverflow"),
    (40, "HandshakeFailure"), (42, "BadCertificate"), (43, "UnsupportedCertificate"),
    (44, "CertificateRevoked"), (45, "CertificateExpired"), (46, "CertificateUnknown"),
    (47, "IllegalParameter"), (48, "UnknownCA"), (49, "AccessDenied"), (50, "DecodeError"),
    (51, "DecryptError"), (70, "ProtocolVersion"), (71, "InsufficientSecurity"),
    (80, "InternalError"), (86, "InappropriateFallback"), (90, "UserCanceled"),
    (109, "MissingExtension"), (110, "UnsupportedExtension"), (112, "UnrecognisedName"),
    (113, "BadCertificateStatusResponse"), (115, "UnknownPSKIdentity"),
    (116, "CertificateRequired"), (120, "NoApplicationProtocol"), (200, "0xc8"),
];

const POINTS: [&str; 4] = [
    "after-client-hello",
    "after-server-hello",
    "after-certificate",
    "after-finished",
];

const OLD: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
const NEW: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

#[test]
fn every_handshake_fault_is_seen_by_rustls() {
    for way in [TlsWish::StartTls, TlsWish::Implicit] {
        for (name, old, new) in RUSTLS {
            let scenario = named(name);
            if scenario.needs().is_some() {
                continue;
            }
            if way == TlsWish::StartTls && scenario.server.tls == TlsWish::Implicit {
                continue;
            }
            check(&scenario, OLD, way, *old);
            check(&scenario, NEW, way, *new);
        }
    }
}

#[test]
fn every_alert_comes_at_every_point() {
    for (code, text) in ALERTS {
        for point in POINTS {
            let scenario = named(&format!("alert-{code}-{point}"));
            check(&scenario, OLD, TlsWish::StartTls, (text, 0));
            check(&scenario, NEW, TlsWish::StartTls, (text, 0));
        }
    }
    for code in [0, 90, 112] {
        let scenario = named(&format!("warning-{code}-after-client-hello"));
        check(&scenario, NEW, TlsWish::Implicit, CUT);
    }
}

/// One octet of a ClientHello is not as it should be.
#[test]
fn every_handshake_fault_survives_a_broken_client_hello() {
    let name = ServerName::try_from("mx.test").unwrap();
    let config = Arc::new(client_builder(NEW, mailfault::Ca::new().der()));
    let mut hello = Vec::new();
    let mut tls = ClientConnection::new(config, name).unwrap();
    tls.write_tls(&mut hello).unwrap();
    for (i, (name, ..)) in RUSTLS.iter().enumerate() {
        let mut scenario = named(name);
        if scenario.needs().is_some() {
            continue;
        }
        scenario.server.tls = TlsWish::Implicit;
        let server = scenario.builder().0.start();
        let mut broken = hello.clone();
        let at = i * 41 % broken.len();
        broken[at] ^= 1 << (i % 8);
        let mut client = RawClient::connect(server.addr());
        client.send(&broken);
        client.half_close();
        let _ = client.rest();
        drop(client);
        let session = &server.finish().sessions[0];
        assert!(session.tls.is_none(), "{name}, octet {at}: {session}");
    }
}

#[test]
fn the_tables_leave_no_handshake_fault_out() {
    let mut left: Vec<String> = Scenario::all()
        .into_iter()
        .filter_map(|scenario| scenario.id.strip_prefix("handshake/").map(str::to_owned))
        .collect();
    left.retain(|name| !RUSTLS.iter().any(|(known, ..)| known == name));
    let mut family = Vec::new();
    for (code, _) in ALERTS {
        family.extend(POINTS.map(|point| format!("alert-{code}-{point}")));
    }
    family.extend([0, 90, 112].map(|code| format!("warning-{code}-after-client-hello")));
    assert_eq!(left, family);
}

fn named(name: &str) -> Scenario {
    Scenario::named(&format!("handshake/{name}")).unwrap()
}

/// Plays a scenario; what the client says and what our report says must be as expected.
#[track_caller]
fn check(
    scenario: &Scenario,
    versions: &[&'static SupportedProtocolVersion],
    way: TlsWish,
    (error, alert): Seen,
) {
    let (done, session) = play(scenario, versions, way);
    let told = done.map_or_else(|error| error.to_string(), |()| String::new());
    let as_expected = match error {
        "" => told.is_empty(),
        _ => told.contains(error),
    };
    let id = &scenario.id;
    assert!(as_expected, "{id}, {way}: {told}, not {error}\n{session}");
    check_report(scenario, &session, alert);
    if error.is_empty() || id.ends_with("/no-close-notify") {
        assert_eq!(session.outcome(), Outcome::Delivered, "{id}\n{session}");
    }
}

/// What our report must say.
#[track_caller]
fn check_report(scenario: &Scenario, session: &Session, alert: u8) {
    let id = &scenario.id;
    let told = session.alert.map_or(0, |alert| alert.0);
    assert_eq!(told, alert, "{id}: the client's alert\n{session}");
    let at_once = id.ends_with("-on-connect");
    assert_eq!(session.client_hello.is_none(), at_once, "{id}\n{session}");
    if session.tls.is_none() {
        assert_eq!(session.outcome(), Outcome::RefusedTls, "{id}\n{session}");
    }
}

/// Plays a scenario against a client that has these versions; what it ended with, and our report.
fn play(
    scenario: &Scenario,
    versions: &[&'static SupportedProtocolVersion],
    way: TlsWish,
) -> (io::Result<()>, Session) {
    let mut scenario = scenario.clone();
    scenario.server.tls = way;
    let (builder, identity) = scenario.builder();
    let server = builder.start();
    let mut client = RawClient::connect(server.addr());
    if way == TlsWish::StartTls {
        assert!(client.reply().starts_with("220"));
        assert!(client.say("EHLO c.test").starts_with("250"));
        assert!(client.say("STARTTLS").starts_with("220"));
    }
    let RawClient::Clear(stream) = client else {
        unreachable!("it has just connected")
    };
    let name = ServerName::try_from(scenario.server.certificate.name.clone()).unwrap();
    let config = client_builder(versions, &identity.roots()[0]);
    let mut visit = Visit {
        tls: ClientConnection::new(Arc::new(config), name).unwrap(),
        stream,
        leaves: ["stall", "silence"]
            .iter()
            .any(|word| scenario.id.contains(word)),
    };
    let done = visit.pay(way == TlsWish::Implicit);
    drop(visit);
    let mut report = server.finish();
    assert_eq!(report.sessions.len(), 1, "{}", scenario.id);
    (done, report.sessions.remove(0))
}
