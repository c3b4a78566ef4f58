//! A session of old TLS lasts no longer than any other, whatever the client does.

use std::time::Duration;

use mailfault::{Ca, Ended, Outcome};

use super::client::SClient;
use super::{exchange_of_2014, rsa};
use crate::raw_client::RawClient;

#[test]
fn nothing_hangs_whatever_comes() {
    let mut limits = mailfault::Persona::plain().limits;
    limits.idle = Duration::from_millis(100);
    let server = exchange_of_2014(rsa(&Ca::new())).limits(limits).start();
    let hello = [&[22, 3, 1, 0, 50, 1, 0, 0, 46, 3, 1][..], &[7; 44]].concat();
    let junk: [&[u8]; 5] = [
        &[0; 600],
        &[22, 3, 1, 255, 255],
        &hello,
        b"EHLO again\r\n",
        b"",
    ];
    for bytes in junk {
        let mut client = RawClient::helloed(server.addr());
        assert!(client.say("STARTTLS").starts_with("220"));
        client.send(bytes);
        let _ = client.rest();
    }
    let report = server.finish();
    assert_eq!(report.sessions.len(), junk.len());
    for session in &report.sessions {
        assert_eq!(
            session.outcome(),
            match session.ended {
                Some(Ended::Idle) => Outcome::Hung,
                _ => Outcome::RefusedTls,
            }
        );
        assert!(session.tls.is_none());
    }
}

#[test]
fn a_session_inside_old_tls_is_bounded_in_time() {
    let ca = Ca::new();
    let mut limits = mailfault::Persona::plain().limits;
    limits.idle = Duration::from_millis(200);
    let server = exchange_of_2014(rsa(&ca)).limits(limits).start();
    let client = SClient::new(&ca).with(&["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    // It says EHLO, and then nothing until the server ends.
    if client.say(&server, "EHLO c.test\r\n").is_some() {
        let session = &server.finish().sessions[0];
        assert_eq!(session.ended, Some(Ended::Idle), "{session}");
        assert!(session.tls.is_some());
    }
}
