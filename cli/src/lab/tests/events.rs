//! What is told as it happens.

use std::io::Write as _;

use serde_json::json;

use super::http::Server;

#[test]
fn a_page_is_told_everything_it_shows() {
    let server = Server::start();
    let mut events = server.events(0);
    assert!(
        events.head.starts_with("HTTP/1.1 200 OK"),
        "{}",
        events.head
    );
    assert!(events.head.contains("content-type: text/event-stream"));
    let about = events.next_of("about");
    assert_eq!(
        (&about["seed"], &about["ticket"]["from"]),
        (
            &json!(4711),
            &json!("Dana Whitcombe <dana.whitcombe@contoso.test>")
        )
    );
    let view = events.next_of("view");
    assert_eq!(view["prompt"], "[PS] C:\\>");
}

#[test]
fn whoever_comes_again_gets_what_was_missed_and_nothing_twice() {
    let server = Server::start();
    let mut events = server.events(0);
    server.run("Get-One");
    events.lines_until("CommandNotFoundException");
    events.status_until(|status| status["done"] == 1);
    server.run("warn");
    let lines = events.lines_until("no settings");
    assert_eq!(lines[0], ("input".to_owned(), "warn".to_owned()));
    assert_eq!(lines[1].0, "warning");

    // A page that has two lines, and a page that is new.
    assert_eq!(server.events(2).lines_until("no settings").len(), 2);
    assert_eq!(server.events(0).lines_until("no settings").len(), 4);

    // A browser says in a header what it has, and then knows better than the address.
    let mut stream = server.connect();
    let (addr, token) = (server.addr, &server.token);
    write!(
        stream,
        "GET /{token}/events?after=0 HTTP/1.1\r\nHost: {addr}\r\nLast-Event-ID: 3\r\n\r\n"
    )
    .unwrap();
    let mut said = String::new();
    let mut reader = std::io::BufReader::new(stream);
    while !said.contains("event: lines") || !said.ends_with("]\n") {
        std::io::BufRead::read_line(&mut reader, &mut said).unwrap();
    }
    let expected = "id: 4\nevent: lines\ndata: [{\"number\":4,";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_question_waits_for_its_answer() {
    let server = Server::start();
    let answer = json!({ "line": "n" }).to_string();
    let early = server.post("answer", &answer);
    assert_eq!(
        (early.status, &*early.error()),
        (409, "nobody asked anything")
    );

    let mut events = server.events(0);
    server.run("ask");
    let status = events.status_until(|status| !status["question"].is_null());
    assert!(
        status["question"]
            .as_str()
            .unwrap()
            .starts_with("Overwrite")
    );
    assert_eq!(status["busy"], true);
    // Nothing else is run, and whoever looks at a log is not kept waiting.
    let busy = server.run("list");
    assert_eq!(
        (busy.status, &*busy.error()),
        (409, "something else is being done")
    );
    assert_eq!(server.get("log?host=ex01&path=Application").status, 200);

    assert_eq!(server.post("answer", &answer).status, 202);
    let lines = server.events(0).lines_until("answered");
    let kinds: Vec<_> = lines.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["input", "question", "answer", "output"]);
    assert_eq!(lines[3].1, "answered: Some(\"n\")");
}

/// The command ends with its page, though it waits for an answer.
#[test]
fn a_question_that_nobody_answers_keeps_nothing_from_ending() {
    let server = Server::start();
    let mut events = server.events(0);
    server.run("ask");
    events.status_until(|status| !status["question"].is_null());
    drop(server);
}

#[test]
fn a_lab_that_breaks_down_says_so_and_goes_on() {
    let server = Server::start();
    let mut events = server.events(0);
    server.run("panic");
    let lines = events.lines_until("broke down");
    assert_eq!(lines.last().unwrap().0, "error");
    events.status_until(|status| status["done"] == 1);
    assert_eq!(server.run("list").status, 202);
    events.lines_until("TlsCertificateName");
}

#[test]
fn of_a_flood_the_end_is_kept() {
    let server = Server::start();
    let mut events = server.events(0);
    server.run("flood");
    events.lines_until("line 19999");
    let lines = server.events(0).lines_until("line 19999");
    assert_eq!(lines.len(), 4_000);
}

#[test]
fn only_so_many_pages_show_a_lab() {
    let server = Server::start();
    let shown: Vec<_> = (0..8).map(|_| server.events(0)).collect();
    assert!(
        shown
            .iter()
            .all(|events| events.head.starts_with("HTTP/1.1 200"))
    );
    assert!(server.events(0).head.starts_with("HTTP/1.1 503"));
    // Everything else is still answered.
    assert_eq!(server.get("").status, 200);
}
