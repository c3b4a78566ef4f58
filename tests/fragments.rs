//! The size of TLS records, as `openssl s_client -msg` counts them.

use std::process::Command;

use mailfault::scenario::Scenario;
use mailfault::{Ca, Error, Leaf, MockServer};

use crate::support::program;

/// The lengths of the records that a client on OpenSSL got during a handshake.
fn records(server: MockServer, version: &str) -> Option<Vec<usize>> {
    let openssl = program::installed("openssl")?;
    let mut client = Command::new(openssl);
    client.args(["s_client", "-starttls", "smtp", "-msg", "-ign_eof", version]);
    client.args(["-connect", &server.addr().to_string()]);
    let finished = program::run(&mut client, b"QUIT\r\n");
    assert!(finished.said.contains("\n221 "), "{}", finished.said);
    assert!(server.finish().sessions[0].tls.is_some());

    let mut lengths = Vec::new();
    let mut lines = finished.said.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("<<<") && line.contains("RecordHeader") {
            let header: Vec<_> = lines.next().unwrap().split_whitespace().collect();
            let length = usize::from_str_radix(&header[3..5].concat(), 16);
            lengths.push(length.unwrap());
        }
    }
    Some(lengths)
}

/// A chain that fills more than one record of 512 octets.
fn long(ca: &Ca) -> mailfault::Identity {
    let names = 0..100;
    ca.issue(names.fold(Leaf::new("mx.test"), |leaf, number| {
        leaf.also(format!("mx{number}.test"))
    }))
}

#[test]
fn the_control_sends_records_of_512_octets() {
    // In TLS 1.3 the certificate is sealed, with the type of its content and a tag of 16 octets.
    for (version, full) in [("-tls1_2", 512), ("-tls1_3", 512 + 1 + 16)] {
        let scenario = Scenario::named("control/fragments-512").unwrap();
        let server = scenario.builder().0.starttls(long(&Ca::new())).start();
        let Some(lengths) = records(server, version) else {
            return;
        };
        assert_eq!(lengths.iter().max(), Some(&full), "{version}: {lengths:?}");
    }
}

#[test]
fn without_a_word_records_are_longer() {
    let server = MockServer::builder().starttls(long(&Ca::new())).start();
    if let Some(lengths) = records(server, "-tls1_2") {
        assert!(lengths.iter().any(|length| *length > 1_000), "{lengths:?}");
    }
}

#[test]
fn a_size_that_cannot_be_is_told() {
    for octets in [0, 31, 16_385, usize::MAX] {
        let server = MockServer::builder().starttls(Ca::new().issue("mx.test"));
        let error = server.max_fragment(octets).try_start().unwrap_err();
        assert!(matches!(error, Error::BadTls { .. }));
        let file =
            format!("summary = 'x'\nexpect = 'delivered'\n[server]\nmax-fragment = {octets}");
        // TOML has no number that large.
        if i64::try_from(octets).is_ok() {
            let why = Scenario::parse("x.toml", &file).unwrap_err().to_string();
            let expected = "x.toml:4:16: a record holds from 32 to 16384 octets of plaintext, not";
            assert!(why.starts_with(expected), "{why}");
        }
    }
}
