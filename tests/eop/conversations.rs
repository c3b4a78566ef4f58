//! Whole conversations, held against a snapshot: `SNAPSHOTS=overwrite` writes them anew.

use std::path::Path;

use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

use super::*;
use crate::raw_client::client_config;

const INSIDE_TLS: [&str; 9] = [
    "EHLO client.fabrikam.test",
    "MAIL FROM:<alice@fabrikam.test>",
    "RCPT TO:<carol@example.test>",
    "RCPT TO:<nobody@contoso.test>",
    "RCPT TO:<nobody@shared.test>",
    "RCPT TO:<bob@contoso.test>",
    "DATA",
    "Message-ID: <1@fabrikam.test>\r\nSubject: hi\r\n\r\nhello\r\n.",
    "QUIT",
];

#[track_caller]
fn check(profile: Profile, file: &str) {
    let ca = Ca::new();
    let eop = contoso(ca.issue("mx.test"))
        .profile(profile)
        .clock(then())
        .start();
    let mut client = RawClient::connect(eop.addr());
    client.reply();
    client.say("EHLO client.fabrikam.test");
    client.say("STARTTLS");
    let mut client = client.tls(client_config(ca.der())).unwrap();
    for line in INSIDE_TLS {
        client.say(line);
    }
    drop(client);
    let transcript = eop.finish().report.sessions[0].transcript.to_string();
    // The first line holds the client's port.
    let (_, conversation) = transcript.split_once('\n').unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("eop").join(file);
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(conversation, Data::read_from(&file, Some(DataFormat::Text)));
}

#[test]
fn in_2014() {
    check(Profile::Y2014, "y2014.txt");
}

#[test]
fn today() {
    check(Profile::Today, "today.txt");
}
