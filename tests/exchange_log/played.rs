//! A whole session of a client becomes the log that Exchange would have written of it.
//!
//! `SNAPSHOTS=overwrite cargo test -p mailfault-tests exchange_log` writes the files anew.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use mailfault::exchange::log::{Era, LogKind, ProtocolLog, Row};
use mailfault::{
    Auth, Ca, CertificateFacts, Fault, Identity, Leaf, MockServer, Persona, Session, Stage,
};
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

use super::{clock, rows};
use crate::raw_client::{RawClient, client_builder};

/// A whole session: mistakes, TLS, a login that fails and one that does not, two messages.
fn play(local: SocketAddr, root: &mailfault::Der) {
    let mut client = RawClient::connect(local);
    client.reply();
    client.say("EHLO client.contoso.test");
    client.say("STARTTLS");
    let config = client_builder(&[&rustls::version::TLS12], root);
    let mut client = client.tls(config).unwrap();
    for line in [
        "EHLO client.contoso.test",
        "FROB, \"quoted\"",
        "AUTH LOGIN",
        "dXNlckBjb250b3NvLnRlc3Q=",
        "d3Jvbmc=",
        "AUTH LOGIN dXNlckBjb250b3NvLnRlc3Q=",
        "cGFzcw==",
        "MAIL FROM:<alice@contoso.test> SIZE=100",
        "RCPT TO:<nobody@fabrikam.test>",
        "RCPT TO:<bob@fabrikam.test>",
        "DATA",
        "Message-ID: <1@contoso.test>\r\nSubject: hi\r\n\r\nsecret content\r\n.",
        "MAIL FROM:<alice@contoso.test>",
        "RCPT TO:<bob@fabrikam.test>",
        "BDAT 30 LAST\r\nSubject: two\r\n\r\nmore content",
        "QUIT",
    ] {
        client.say(line);
    }
}

#[test]
fn a_whole_session_is_logged_in_both_layouts() {
    let ca = Ca::new();
    let identity = ca.issue(Leaf::new("mx.test").only_names());
    let mut persona = Persona::exchange_2016().host("SERVER1.domain.test");
    persona.limits.tarpit = Duration::from_millis(12);
    let server = MockServer::builder()
        .persona(persona)
        .starttls(identity.clone())
        .cipher_suites(["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"])
        .groups(["secp256r1"])
        .auth(Auth::Accept {
            user: "user@contoso.test".into(),
            password: "pass".into(),
        })
        .fault(
            Fault::at(Stage::Rcpt)
                .matching("nobody")
                .reply("550 5.7.1 Unable to relay"),
        )
        .clock(clock())
        .start();
    let local = server.addr();
    play(local, ca.der());
    let report = server.finish();
    assert_eq!(report.mail.len(), 2, "{report}");
    let session = &report.sessions[0];
    for (era, file) in [(Era::PerLine, "per-line.log"), (Era::Packed, "packed.log")] {
        check_snapshot(session, rows(session, local, era), &identity, file);
    }
}

/// Times and ports are those of the run, and certificates are made anew for it.
#[track_caller]
fn check_snapshot(session: &Session, mut rows: Vec<Row>, identity: &Identity, file: &str) {
    for row in &mut rows {
        row.time = session.began;
        row.local = "127.0.0.1:25".to_owned();
        row.remote = "127.0.0.1:50000".to_owned();
    }
    let facts = CertificateFacts::read(identity.leaf()).unwrap();
    let [log] = ProtocolLog::by_file(LogKind::SmtpReceive, "15.0.0.0", rows)
        .try_into()
        .unwrap();
    assert_eq!(
        ProtocolLog::parse("RECV.LOG", &log.to_string()).as_ref(),
        Ok(&log)
    );
    let mut text = log.to_string();
    for secret in ["pass", "cGFzcw", "d3Jvbmc", "dXNlckBj", "content"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let day = |time| {
        ProtocolLog {
            date: time,
            ..log.clone()
        }
        .to_string()
    };
    let date = |time| {
        let text = day(time);
        let line = text.lines().find_map(|line| line.strip_prefix("#Date: "));
        line.unwrap().to_owned()
    };
    for (of_this_run, shown) in [
        (facts.thumbprint.clone(), "[thumbprint]"),
        (facts.serial.clone(), "[serial]"),
        (facts.issuer.to_string(), "[issuer]"),
        (date(facts.not_before), "[not before]"),
        (date(facts.not_after), "[not after]"),
    ] {
        assert!(!of_this_run.is_empty());
        text = text.replace(&of_this_run, shown);
    }
    // Raw, as a backslash is no path here.
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("exchange_log")
        .join(file);
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(text, Data::read_from(&file, Some(DataFormat::Text)).raw());
}

#[test]
fn the_banner_and_the_log_know_the_session_by_one_id() {
    let server = MockServer::builder().persona(Persona::eop()).start();
    let local = server.addr();
    let banners: Vec<String> = (0..3).map(|_| RawClient::connect(local).reply()).collect();
    let report = server.finish();
    for (banner, session) in banners.iter().zip(&report.sessions) {
        let rows = rows(session, local, Era::Packed);
        assert!(
            banner.contains(&format!("[{}]", rows[0].session)),
            "{banner}"
        );
        assert_eq!(session.id, report.sessions[0].id + session.number - 1);
    }
}
