//! What can be asked.

use serde_json::json;

use super::http::Server;

#[test]
fn the_page_and_its_files_are_there_and_nothing_of_them_is_kept() {
    let server = Server::start();
    for (path, kind, text) in [
        ("", "text/html", "<title>"),
        ("lab.css", "text/css", "--ink"),
        ("lab.js", "text/javascript", "EventSource"),
        ("icon.svg", "image/svg+xml", "<svg"),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").starts_with(kind), "{path}");
        assert!(answer.body.contains(text), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
    }
}

/// The policy forbids what stands in markup; nothing is loaded from elsewhere.
#[test]
fn the_page_needs_nothing_but_its_own_files() {
    let server = Server::start();
    let page = server.get("").body;
    assert!(!page.contains("style="), "a style in the markup");
    assert!(!page.contains("<script>") && !page.contains("<style"));
    for (attribute, place) in [("src=", "script"), ("href=", "link")] {
        for reference in page.split(attribute).skip(1) {
            let reference = reference[1..].split('"').next().unwrap();
            assert!(!reference.contains("//"), "{place}: {reference}");
        }
    }
    let script = server.get("lab.js").body;
    for unsafe_way in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
    ] {
        assert!(!script.contains(unsafe_way), "{unsafe_way}");
    }
}

#[test]
fn an_address_without_its_end_leads_to_the_page() {
    let server = Server::start();
    let (addr, token) = (server.addr, &server.token);
    let request = format!("GET /{token} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    let answer = server.raw(request.as_bytes());
    assert_eq!(answer.status, 308);
    assert_eq!(answer.header("location"), format!("/{token}/"));
}

#[test]
fn a_line_is_run_completed_or_goes_on() {
    let server = Server::start();
    let mut events = server.events(0);
    let answer = server.run("Get-Queue | where {");
    assert_eq!(
        (answer.status, answer.json()),
        (202, json!({ "incomplete": true }))
    );
    let answer = server.run("list");
    assert_eq!(
        (answer.status, answer.json()),
        (202, json!({ "incomplete": false }))
    );
    // What goes on was not run.
    assert_eq!(
        events.lines_until("list")[0],
        ("input".to_owned(), "list".to_owned())
    );

    let answer = server.post(
        "complete",
        &json!({ "line": "x get-e", "cursor": 7 }).to_string(),
    );
    let expected = json!({ "start": 2, "candidates": ["Get-ExchangeCertificate", "Get-EventLog"] });
    assert_eq!(answer.json(), expected);
    let inside = server.post("complete", &json!({ "line": "é", "cursor": 1 }).to_string());
    assert_eq!(inside.status, 400);
    assert_eq!(inside.error(), "the cursor is not between two characters");
    let behind = server.post(
        "complete",
        &json!({ "line": "é", "cursor": 99 }).to_string(),
    );
    assert_eq!(behind.status, 400);
}

#[test]
fn what_is_done_changes_the_grade() {
    let server = Server::start();
    let mut events = server.events(0);
    let status = events.status_until(|status| !status["grade"].is_null());
    assert_eq!(status["grade"]["mail_flows"], false);
    assert_eq!(server.run("cheat").status, 202);
    let status = events.status_until(|status| status["grade"]["mail_flows"] == true);
    assert_eq!(status["grade"]["solved"], false);
    assert_eq!(
        status["grade"]["policy_broken"].as_array().unwrap().len(),
        1
    );

    let server = Server::start();
    let mut events = server.events(0);
    assert_eq!(server.run("fix").status, 202);
    let status = events.status_until(|status| status["grade"]["solved"] == true);
    assert_eq!(status["grade"]["sends"][0]["by"], "cloud");
    assert_eq!(server.post("grade", "{}").status, 202);
}

#[test]
fn hints_open_one_by_one() {
    let server = Server::start();
    let mut events = server.events(0);
    for opened in [1, 2, 3] {
        assert_eq!(server.post("hint", "{}").json(), json!({ "opened": true }));
        // Two may be seen at once.
        loop {
            let view = events.next_of("view");
            let hints = view["hints"].as_array().unwrap();
            if hints.iter().filter(|hint| !hint["text"].is_null()).count() == opened {
                break;
            }
        }
    }
    assert_eq!(server.post("hint", "{}").json(), json!({ "opened": false }));
}

#[test]
fn logs_are_read_and_explained() {
    let server = Server::start();
    let answer = server.get("log?host=ex01&path=Application").json();
    assert!(answer["text"].as_str().unwrap().starts_with("Error 12014"));
    assert_eq!(answer["left_out"], 0);
    assert_eq!(
        server
            .get("log?host=ex01&path=..%2F..%2Fetc%2Fpasswd")
            .status,
        404
    );
    assert_eq!(server.get("log?host=ex01").status, 404);
    let meaning = server.post("explain", &json!({ "row": "abc" }).to_string());
    assert_eq!(meaning.json()["sentences"][0], "A row of 3 characters.");
}

#[test]
fn time_passes_by_wish_within_bounds() {
    let server = Server::start();
    let mut events = server.events(0);
    let before = events.next_of("view")["now"].as_u64().unwrap();
    assert_eq!(server.post("wait", r#"{"minutes":10}"#).status, 202);
    loop {
        let now = events.next_of("view")["now"].as_u64().unwrap();
        if now - before >= 600_000 {
            break;
        }
    }
    assert_eq!(server.events(0).lines_until("wait")[0].1, "wait 10 minutes");
    for body in [r#"{"minutes":0}"#, r#"{"minutes":99999999}"#] {
        let answer = server.post("wait", body);
        assert_eq!(
            (answer.status, &*answer.error()),
            (400, "a wait has 1 to 14400 minutes")
        );
    }
    assert_eq!(server.post("wait", r#"{"minutes":-1}"#).status, 400);
}

#[test]
fn the_report_is_a_file() {
    let server = Server::start();
    for (name, begin) in [
        ("report.html", "Html"),
        ("report.json", "Json"),
        ("report.md", "Markdown"),
    ] {
        let answer = server.get(name);
        assert_eq!(answer.status, 200);
        assert!(answer.body.starts_with(begin), "{answer:?}");
        let kept = format!("attachment; filename=\"lab-{name}\"");
        assert_eq!(answer.header("content-disposition"), kept);
    }
}
