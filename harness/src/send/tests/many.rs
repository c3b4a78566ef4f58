//! More than one message with DATA: chunks, pipelines, sessions, and messages within messages.

use super::*;
use crate::fault::{LooseEnd, Stage};

/// What the client said in a session, line by line.
fn said(report: &Report, session: usize) -> Vec<String> {
    let said = report.sessions[session].transcript.from_client();
    let said = String::from_utf8_lossy(&said).into_owned();
    said.lines().map(str::to_owned).collect()
}

#[test]
fn a_refused_chunk_is_followed_by_rset_and_no_other_chunk() {
    let (builder, sender) = starttls();
    let sender = Sender {
        chunks: 3,
        ..sender
    };
    let full = Fault::at(Stage::Chunk).skip_in_session(1).reply("452 full");
    let builder = builder.fault(full);
    let report = check_with(builder, &sender, &message(), &["deferred at content: 452"]);
    let said = said(&report, 0);
    let end: Vec<&str> = said[said.len() - 4..].iter().map(String::as_str).collect();
    assert_eq!(end, ["BDAT 7", "BDAT 7", "RSET", "QUIT"]);
    let (builder, _) = starttls();
    let report = check_with(builder, &in_clear(3), &message(), &["delivered"]);
    assert_eq!(report.mail[0].content, b"Subject: x\r\n\r\n.x\r\ny\r\n");
}

/// A client for servers that need no TLS.
fn in_clear(chunks: usize) -> Sender {
    Sender {
        chunks,
        ..Sender::in_clear()
    }
}

#[test]
fn a_pipeline_without_recipients_ends_with_a_lone_dot() {
    let (builder, sender) = starttls();
    let sender = Sender {
        pipelining: true,
        ..sender
    };
    let builder = builder
        .fault(Fault::at(Stage::Rcpt).reply("550 no").at_most(1))
        .fault(Fault::at(Stage::Data).reply("354 go"));
    let server = builder.start();
    let sent = sender.send(server.addr(), &message());
    assert!(
        sent.to_string().contains("refused at RCPT: 550 no"),
        "{sent}"
    );
    let sent = sender.send(server.addr(), &message());
    assert!(sent.to_string().contains("delivered"), "{sent}");
    let report = server.stop();
    let transcript = report.sessions[0].transcript.to_string();
    assert!(
        transcript.contains("C: (0 octets of content)"),
        "{transcript}"
    );
    assert_eq!(report.mail.len(), 1);
}

#[test]
fn the_rest_of_the_messages_goes_over_another_connection() {
    let (builder, sender) = starttls();
    let sender = Sender {
        messages: 3,
        retry: true,
        ..sender
    };
    let limit = Fault::at(Stage::Mail)
        .skip_in_session(2)
        .reply("421 enough");
    let expected = [
        "deferred at MAIL: 421 enough; delivered so far: 2",
        "delivered",
    ];
    let report = check_with(builder.fault(limit), &sender, &message(), &expected);
    assert_eq!(report.mail.len(), 3);
}

#[test]
fn a_smuggled_message_is_one_message_to_a_right_server_and_two_to_a_wrong_one() {
    let message = Message::new("a@x.test", ["bob@x.test"], "Subject: x\n\n.\n.x\ny");
    for end in LooseEnd::ALL {
        let sender = Sender {
            smuggles: Some(end),
            ..Sender::in_clear()
        };
        let right = MockServer::builder();
        let report = check_with(right, &sender, &message, &["delivered"]);
        assert_eq!(report.mail.len(), 1);
        let wrong = MockServer::builder().fault(Fault::at(Stage::Data).loose_end(end));
        let told = "no sense at content: it obeyed what stood in the content: ";
        let report = check_with(wrong, &sender, &message, &[told]);
        assert_eq!(report.mail.len(), 2);
        assert_eq!(report.mail[1].from, "mallory@example.test");
    }
}
