//! A small report card in every format, held against files.

use std::net::SocketAddr;
use std::time::Duration;

use super::*;
use crate::audit::grade::REFUSES;
use crate::audit::{ClientKind, Said, Severity};
use crate::fault::TlsVersion;
use crate::report::{Alert, Ended, InClear, Leak, Outcome, Report, Session, Tls, What};

/// A session that said these things, ten milliseconds apart.
fn session(events: impl IntoIterator<Item = What>) -> Session {
    let peer: SocketAddr = "127.0.0.1:40000".parse().unwrap();
    let mut session = Session::new(1, std::time::UNIX_EPOCH, peer, false);
    session.ended = Some(Ended::ByClient);
    let first = What::Connected {
        peer,
        implicit_tls: false,
    };
    let last = What::Ended(Ended::ByClient);
    for (number, what) in std::iter::once(first)
        .chain(events)
        .chain([last])
        .enumerate()
    {
        let at = Duration::from_millis(10 * number as u64);
        session.transcript.push(at, what, 10_000);
    }
    session
}

fn client(line: &str) -> What {
    What::Client(format!("{line}\r\n").into_bytes())
}

fn server(line: &str) -> What {
    What::Server(format!("{line}\r\n").into_bytes())
}

fn audited(id: &str, grade: Grade, reason: &str, outcome: Outcome, session: Session) -> Audited {
    Audited {
        id: id.to_owned(),
        summary: format!("the server of {id} has its <faults> & \"quirks\""),
        grade,
        severity: None,
        reason: reason.to_owned(),
        outcome,
        required: "must refuse".to_owned(),
        rfc: "5280 6.1.3(a)(2); CVE-2011-0411".to_owned(),
        remarks: Vec::new(),
        said: Said::default(),
        report: Report {
            sessions: vec![session],
            ..Report::default()
        },
        took: Duration::from_millis(120),
    }
}

fn card() -> ReportCard {
    let tls = || What::Tls("TLS 1.3 with TLS_AES_128_GCM_SHA256, X25519".to_owned());
    let ehlo = || {
        [
            server("220 mx.test"),
            client("EHLO c"),
            server("250-mx.test\r\n250 STARTTLS"),
        ]
    };
    let healthy = session(
        ehlo()
            .into_iter()
            .chain([client("STARTTLS"), tls(), What::Content(42)]),
    );
    let control = audited(
        "control/p256",
        Grade::Right,
        "delivered",
        Outcome::Delivered,
        healthy,
    );

    let login = "AUTH PLAIN AGFsaWNl";
    let stripped = [
        What::Fault("hide at ehlo".to_owned()),
        client(login),
        server("235 ok"),
    ];
    let mut stripped = session(ehlo().into_iter().chain(stripped));
    stripped.in_clear.push(InClear {
        what: Leak::Credentials,
        text: login.to_owned(),
    });
    let leaked = Audited {
        severity: Some(Severity::Credentials),
        remarks: vec!["says that it sent, though the server took nothing".to_owned()],
        said: Said {
            sent: Some(true),
            text: "trying\nsent | `done` \u{7}\n".to_owned(),
            exit: Some(0),
        },
        ..audited(
            "starttls/stripped",
            Grade::Wrong,
            "sent AUTH in clear",
            Outcome::LeakedCredentials,
            stripped,
        )
    };

    let mut expired = session(ehlo().into_iter().chain([
        client("STARTTLS"),
        tls(),
        What::AlertFromClient(Alert(45)),
        What::Client(b"a\0b\x1b[31m\xff <b>\n".to_vec()),
    ]));
    expired.tls = Some(Tls {
        version: TlsVersion::Tls13,
        cipher_suite: String::new(),
        group: String::new(),
        sni: None,
        alpn: None,
        client_certificate: Vec::new(),
    });
    let cases = vec![
        leaked,
        audited(
            "tls/expired",
            Grade::Right,
            "refused",
            Outcome::RefusedTls,
            expired,
        ),
        audited(
            "tls/cn-only",
            Grade::Lenient,
            "gave the server the message",
            Outcome::Delivered,
            session([tls(), What::Content(42)]),
        ),
        audited(
            "mail/rcpt-251",
            Grade::NotJudged,
            REFUSES,
            Outcome::GaveUp,
            session([]),
        ),
        audited(
            "mail/auth-504",
            Grade::NotJudged,
            "the fault never fired",
            Outcome::NeverCame,
            session([]),
        ),
    ];
    ReportCard {
        client: "sendmail <1.0>".to_owned(),
        kind: ClientKind::Verifying,
        controls: vec![control],
        cases,
        stopped: None,
        took: Duration::from_millis(1_250),
    }
}

/// Set `SNAPSHOTS=overwrite` to write the files anew.
#[track_caller]
fn check(written: &str, expected: snapbox::Data) {
    snapbox::assert_data_eq!(written.to_owned(), expected.raw());
}

#[test]
fn every_format_is_as_it_was() {
    use snapbox::file;
    let card = card();
    check(&card.to_string(), file!["snapshots/card.txt"]);
    check(
        &format!("{card:#}"),
        file!["snapshots/card-with-transcripts.txt"],
    );
    check(&card.to(Format::Json), file!["snapshots/card.json": Text]);
    check(&card.to(Format::Junit), file!["snapshots/card.xml": Text]);
    check(&card.to(Format::Markdown), file!["snapshots/card.md": Text]);
    check(&card.to(Format::Html), file!["snapshots/card.html": Text]);
}

#[test]
fn an_audit_that_was_stopped_says_so_in_every_format() {
    let mut card = card();
    card.cases.clear();
    card.stopped = Some("the client could not deliver: nobody connected".to_owned());
    for format in [
        Format::Text,
        Format::Json,
        Format::Junit,
        Format::Markdown,
        Format::Html,
    ] {
        let written = card.to(format);
        assert!(
            written.contains("nobody connected"),
            "{format:?}\n{written}"
        );
    }
}

#[test]
fn no_control_character_is_left_for_a_reader_to_choke_on() {
    for format in [Format::Json, Format::Junit, Format::Html] {
        let written = card().to(format);
        let bad = written.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(bad, None, "{format:?}");
    }
}

#[test]
fn a_name_from_a_file_cannot_end_its_markup() {
    let mut card = card();
    card.cases[0].id = "limbo/a`|<b>".to_owned();
    let markdown = card.to(Format::Markdown);
    assert!(markdown.contains("| `limbo/a'\\|<b>`<br>"), "{markdown}");
    assert!(
        markdown.contains("<code>limbo/a`|&lt;b&gt;</code>"),
        "{markdown}"
    );
    assert!(
        card.to(Format::Html)
            .contains("<code>limbo/a`|&lt;b&gt;</code>")
    );
}

#[test]
fn the_end_of_a_name_says_which_format_it_is() {
    let check = |name: &str, format| assert_eq!(Format::of(name).ok(), format, "{name}");
    check("card.html", Some(Format::Html));
    check("a/b.json", Some(Format::Json));
    check("junit.xml", Some(Format::Junit));
    check("AUDIT.md", Some(Format::Markdown));
    check("card.pdf", None);
    check("card", None);
}
