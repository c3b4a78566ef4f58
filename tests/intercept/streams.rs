//! Whatever crosses a box that changes nothing arrives as it was, and content, chunks and TLS are
//! never searched for commands.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use mailfault::intercept::{Builder, Interceptor, Tampering, Unknown};
use mailfault::{Ca, MockServer};
use proptest::prelude::*;

use crate::raw_client::{RawClient, client_config};

/// Long enough that only a hanging box reaches it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says this piece by piece, then FIN, and meanwhile hears everything.
fn exchange(mut stream: TcpStream, pieces: &[Vec<u8>]) -> Vec<u8> {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let mut heard = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for piece in pieces {
                // A box that ends the session may be gone.
                if writer.write_all(piece).is_err() {
                    break;
                }
            }
            let _ = writer.shutdown(Shutdown::Write);
        });
        match stream.read_to_end(&mut heard) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("the box hangs"),
            _ => {}
        }
    });
    heard
}

/// What the server heard, and what the client did.
fn through(
    tampered: impl FnOnce(Builder) -> Builder,
    client: &[Vec<u8>],
    server: &[Vec<u8>],
) -> (Vec<u8>, Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let interceptor = tampered(Interceptor::before(listener.local_addr().unwrap())).start();
    let connection = TcpStream::connect(interceptor.addr()).unwrap();
    let heard = std::thread::scope(|scope| {
        let behind = scope.spawn(|| exchange(listener.accept().unwrap().0, server));
        let before = exchange(connection, client);
        (behind.join().unwrap(), before)
    });
    drop(interceptor);
    heard
}

/// Pieces of SMTP and of everything else, in any order.
fn pieces() -> impl Strategy<Value = Pieces> {
    let words = [
        "220 mx.test\r\n",
        "250-mx.test\r\n250-STARTTLS\r\n250 SIZE\r\n",
        "250 ok\r\n",
        "354 go\r\n",
        "334 \r\n",
        "421 bye\r\n",
        "EHLO c.test\r\n",
        "MAIL FROM:<a@a.test>\r\n",
        "DATA\r\n",
        "BDAT 7\r\n",
        "BDAT 99999999999\r\n",
        "AUTH LOGIN\r\n",
        "STARTTLS\r\n",
        "XXXX",
        "\r\n.\r\n",
        "\n",
        "\r",
        ".",
        "250-",
    ];
    let piece = prop_oneof![
        8 => prop::sample::select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        2 => prop::collection::vec(any::<u8>(), 0..40),
        1 => (any::<u8>(), 1..200_000_usize).prop_map(|(octet, count)| vec![octet; count]),
        1 => (1..40_000_usize).prop_map(|count| b"250-a\r\n".repeat(count)),
    ];
    prop::collection::vec(piece, 0..12).prop_map(Pieces)
}

/// Told by the beginning of each piece.
#[derive(Clone)]
struct Pieces(Vec<Vec<u8>>);

impl std::fmt::Debug for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |piece: &Vec<u8>| {
            let beginning = &piece[..piece.len().min(40)];
            format!("{} ({})", beginning.escape_ascii(), piece.len())
        };
        f.debug_list().entries(self.0.iter().map(shown)).finish()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_arrives(client in pieces(), server in pieces()) {
        let (behind, before) = through(|it| it, &client.0, &server.0);
        prop_assert!(behind == client.0.concat(), "{} octets of {}", behind.len(), client.0.concat().len());
        prop_assert!(before == server.0.concat(), "{} octets of {}", before.len(), server.0.concat().len());
    }

    /// No panic, no hang; that both ends are seen proves it.
    #[test]
    fn a_box_that_reads_along_is_not_broken_by_what_it_reads(client in pieces(), server in pieces(), how in 0..3) {
        through(
            |it| match how {
                0 => it.delete_starttls().mask_banner().add_headers(["X: {sender}"]),
                1 => it.only_verbs(Tampering::MAILGUARD, Unknown::Mask),
                _ => it.terminate_tls(Ca::new().issue("mx.test")),
            },
            &client.0,
            &server.0,
        );
    }
}

#[test]
fn content_and_chunks_are_not_searched_for_commands() {
    let tempting = b"EHLO x\r\nSTARTTLS\r\n\0\xff\r\n.x\r\nQUIT\nBDAT 5\r\n".to_vec();
    let server = MockServer::start();
    let interceptor = Interceptor::before(server.addr())
        .only_verbs(
            ["EHLO", "MAIL", "RCPT", "DATA", "BDAT", "QUIT"],
            Unknown::Mask,
        )
        .start();
    let mut client = RawClient::helloed(interceptor.addr());
    client.send(b"MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n");
    client.send(format!("BDAT {}\r\n", tempting.len()));
    // Octet by octet, as a network may deliver it.
    for octet in tempting.chunks(1) {
        client.send(octet);
    }
    client.send(format!("BDAT {} LAST\r\n", tempting.len()));
    client.send(&tempting);
    for _ in 0..4 {
        assert!(client.reply().starts_with("250"));
    }
    for line in ["MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA"] {
        assert!(client.say(line).starts_with(['2', '3']));
    }
    let stuffed = b"EHLO x\r\nSTARTTLS\r\n..\r\nXXXX\r\n.\r\nQUIT\r\n";
    for octet in stuffed.chunks(1) {
        client.send(octet);
    }
    assert!(client.reply().starts_with("250"));
    assert!(client.reply().starts_with("221"));
    drop(client);
    let crossing = interceptor.finish().sessions.remove(0);
    assert!(crossing.changes.is_empty(), "{crossing}");
    let mail = server.finish().mail;
    assert_eq!(mail[0].content, [tempting.clone(), tempting].concat());
    assert_eq!(mail[1].content, b"EHLO x\r\nSTARTTLS\r\n.\r\nXXXX\r\n");
}

#[test]
fn tls_that_is_not_opened_passes_and_is_counted() {
    let ca = Ca::new();
    let identity = ca.issue("mx.test");
    let server = MockServer::builder()
        .starttls(identity.clone())
        .implicit_tls(identity)
        .start();
    let starttls = Interceptor::before(server.addr()).mask_banner().start();
    let implicit = Interceptor::before(server.implicit_addr().unwrap())
        .mask_banner()
        .start();
    let mut explicit_client = RawClient::inside_tls(starttls.addr(), ca.der());
    let implicit_client = RawClient::connect(implicit.addr());
    let mut implicit_client = implicit_client.tls(client_config(ca.der())).unwrap();
    let greeting = implicit_client.reply();
    assert!(
        greeting.starts_with("220 mx.test"),
        "inside TLS nothing is masked: {greeting}"
    );
    for client in [&mut explicit_client, &mut implicit_client] {
        for line in [
            "EHLO c.test",
            "MAIL FROM:<a@a.test>",
            "RCPT TO:<b@b.test>",
            "DATA",
            "x\r\n.",
            "QUIT",
        ] {
            assert!(client.say(line).starts_with(['2', '3']), "{line}");
        }
    }
    drop((explicit_client, implicit_client));
    for interceptor in [starttls, implicit] {
        let crossing = interceptor.finish().sessions.remove(0);
        let opaque = crossing.client.opaque;
        assert!(
            opaque.from_client > 500 && opaque.from_server > 500,
            "{crossing}"
        );
        assert_eq!(opaque, crossing.server.opaque);
        assert!(crossing.client.certificates.is_empty() && crossing.client.tls.is_none());
        assert!(!crossing.to_string().contains("MAIL FROM"), "{crossing}");
    }
    assert_eq!(server.finish().mail.len(), 2);
}
