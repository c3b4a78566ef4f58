//! Whole conversations with each persona, held against a snapshot.
//!
//! `SNAPSHOTS=overwrite cargo test -p mailfault-tests personas` writes them anew; read the
//! difference against the documents that the personas cite.

use std::path::Path;
use std::time::{Duration, SystemTime};

use mailfault::{Auth, Ca, Clock, MockServer, Persona};
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

use crate::raw_client::{RawClient, client_config};

/// What a client says, before TLS and inside it.
const BEFORE_TLS: [&str; 6] = [
    "MAIL FROM:<early@contoso.test>",
    "FOO",
    "EHLO",
    "EHLO client.contoso.test",
    "AUTH NTLM",
    "STARTTLS",
];
const INSIDE_TLS: [&str; 22] = [
    "EHLO client.contoso.test",
    "STARTTLS",
    "AUTH LOGIN d3Jvbmc=",
    "d3Jvbmc=",
    "AUTH LOGIN",
    "dXNlcg==",
    "cGFzcw==",
    "RCPT TO:<early@contoso.test>",
    "MAIL FROM:<a",
    "MAIL FROM:<alice@contoso.test> SIZE=99999999999",
    "MAIL FROM:<alice@contoso.test> SIZE=100",
    "MAIL FROM:<alice@contoso.test>",
    "DATA",
    "RCPT TO:<bob@contoso.test>",
    "DATA",
    "Message-ID: <1@contoso.test>\r\nSubject: hi\r\n\r\nhello\r\n.",
    "RSET",
    "NOOP",
    "VRFY bob",
    "HELP",
    "HELO client.contoso.test",
    "QUIT",
];

#[track_caller]
fn check(mut persona: Persona) {
    // The dialogue is full of mistakes, and its end shall be seen.
    persona.limits.errors = 100;
    let file = format!("personas/{}.txt", persona.name);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let ca = Ca::new();
    // Fri, 5 Aug 2016 16:24:41 UTC
    let clock = Clock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_470_414_281));
    let server = MockServer::builder()
        .persona(persona)
        .starttls(ca.issue("mx.test"))
        .auth(Auth::Accept {
            user: "user".into(),
            password: "pass".into(),
        })
        .clock(clock)
        .start();
    let mut client = RawClient::connect(server.addr());
    client.reply();
    BEFORE_TLS.iter().for_each(|line| drop(client.say(line)));
    let mut client = client.tls(client_config(ca.der())).unwrap();
    INSIDE_TLS.iter().for_each(|line| drop(client.say(line)));
    drop(client);
    let report = server.finish();
    let transcript = report.sessions[0].transcript.to_string();
    // The first line holds the client's port.
    let (_, conversation) = transcript.split_once('\n').unwrap();
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(conversation, Data::read_from(&file, Some(DataFormat::Text)));
}

#[test]
fn conversations_are_those_of_the_documents() {
    Persona::all().into_iter().for_each(check);
}
