//! Sessions that happened on paper.

use std::time::{Duration, SystemTime};

use super::ReceiveContext;
use super::session::{Telling, time_span};
use crate::report::{Ended, Session, What};

#[test]
fn waits_are_written_as_in_public_logs() {
    let check = |milliseconds, expected: &str| {
        assert_eq!(time_span(Duration::from_millis(milliseconds)), expected);
    };
    check(5_000, "0.00:00:05");
    check(312, "0.00:00:00.312");
    check(93_784_000, "1.02:03:04");
}

/// The rows behind the first two of a session in which this happened.
#[track_caller]
fn check(events: impl IntoIterator<Item = What>, expected: &[&str]) {
    let peer = "192.0.2.7:50000".parse().unwrap();
    let mut session = Session::new(1, SystemTime::UNIX_EPOCH, peer, false);
    for what in events {
        session
            .transcript
            .push(Duration::from_millis(1), what, 10_000);
    }
    let mut context = ReceiveContext::new("c", "127.0.0.1:25".parse().unwrap());
    context.permissions.clear();
    let rows = Telling::new(&session, &context).tell();
    let told = rows[2..].iter().map(|row| {
        let (sign, data, context) = (row.event.sign(), &row.data, &row.context);
        [sign, data, context].join(" ").trim_end().to_owned()
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

fn client(line: &str) -> What {
    What::Client(format!("{line}\r\n").into_bytes())
}

fn server(reply: &str) -> What {
    What::Server(format!("{reply}\r\n").into_bytes())
}

#[test]
fn a_session_that_is_not_over_has_no_end() {
    check([], &[]);
    check([What::Ended(Ended::StillOpen)], &[]);
}

#[test]
fn a_wait_is_told_even_if_nobody_hears_what_for() {
    let wait = What::Tarpit(Duration::from_secs(5));
    let left = What::Ended(Ended::ByClient);
    check(
        [client("FROB"), wait, left],
        &["< FROB", "* Tarpit for '0.00:00:05'", "-  Remote"],
    );
}

#[test]
fn only_a_message_whose_sender_is_taken_begins() {
    let taken = "250 2.1.0 Sender OK";
    let id = "* 089F7FF5F7B58001;1970-01-01T00:00:00.000Z;1 receiving message";
    check(
        [
            client("MAIL FROM:<a@b.test>"),
            server("451 4.7.0 later"),
            client("MAIL FROM:<a@b.test>"),
            server(taken),
            What::Content(7),
        ],
        &[
            "< MAIL FROM:<a@b.test>",
            "> 451 4.7.0 later",
            "< MAIL FROM:<a@b.test>",
            id,
            "> 250 2.1.0 Sender OK",
        ],
    );
}

#[test]
fn a_server_that_speaks_in_clear_instead_of_tls_is_told() {
    check(
        [
            client("STARTTLS"),
            server("220 go on"),
            server("554 no"),
            client("QUIT"),
            What::Ended(Ended::ByTls),
        ],
        &[
            "< STARTTLS",
            "> 220 go on",
            "> 554 no",
            "< QUIT",
            "-  Local",
        ],
    );
}

#[test]
fn what_does_not_print_is_escaped() {
    check(
        [What::Client(b"\xff\0\n".to_vec()), server("250 \u{fc}")],
        &["< \\xff\\x00", "> 250 \u{fc}"],
    );
}
