//! Every wait ends.

use std::time::Duration;

use super::*;
use crate::fault::{Fault, HandshakeFault, Stage};
use crate::server::MockServer;

#[test]
fn no_wait_is_endless() {
    let silence = Fault::at(Stage::Handshake).handshake(HandshakeFault::Silence);
    // A reply counts as a whole: octets that trickle in do not stretch the time.
    let trickle = Fault::at(Stage::Ehlo).drip(1, Duration::from_millis(200));
    let no_end = Fault::at(Stage::Ehlo).raw("250-a\r\n250-STARTTLS\r\n");
    let cases = [
        (
            Fault::at(Stage::Greeting).stall(),
            "lost at greeting: no answer within 1s",
        ),
        (
            Fault::at(Stage::Body).stall(),
            "lost at content: no answer within 1s",
        ),
        (silence, "no TLS: no answer within 1s"),
        (trickle, "lost at EHLO: no answer within 1s, but for `250"),
        (
            no_end,
            "lost at EHLO: no answer within 1s, but for `250-a\\r\\n250-",
        ),
    ];
    std::thread::scope(|threads| {
        for (fault, expected) in cases {
            threads.spawn(move || check_in_vain([fault], expected));
        }
    });
}

#[test]
fn a_drip_is_waited_for() {
    let drip = Fault::at(Stage::Any).drip(16, Duration::from_millis(1));
    check([drip], "delivered");
}

#[test]
fn a_server_that_does_not_read_is_left() {
    let server = MockServer::script(|wire| {
        wire.reply("220 mx.test");
        for reply in ["250 mx.test", "250 ok", "250 ok", "354 go on"] {
            let _ = wire.line();
            wire.reply(reply);
        }
        wire.wait(Duration::from_secs(600));
    });
    let sender = Sender {
        time_out: SHORT,
        ..Sender::in_clear()
    };
    let large = Message::new("a@x.test", ["bob@x.test"], vec![b'a'; 16 << 20]);
    let sent = sender.send(server.addr(), &large);
    let _ = server.stop();
    let told = sent.attempts[0].to_string();
    assert!(
        told.starts_with("lost at content: no answer within 1s"),
        "{told}"
    );
}
