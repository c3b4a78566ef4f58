//! `mailfault lab --web` and `--class`: a lab on a page, over HTTP and in a browser.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::browse;
use crate::support::{Running, command};

const CASE: &str = "cases/exchange-null-tls-certificate-name";

/// Longer than anything here takes on a slow machine; a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A lab on a page that ends with stdin, and its ready line.
#[track_caller]
fn start(words: &[&str]) -> (Running, Value) {
    let mut command = command(["lab", CASE, "--json", "--until-eof"]);
    command.args(words).stdin(Stdio::piped());
    let mut running = Running::start(command);
    let ready = serde_json::from_str(&running.line()).unwrap();
    (running, ready)
}

/// The address and the path of a page.
fn parts(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.split_at(rest.find('/').unwrap())
}

/// Sends a request, and returns its status and body.
#[track_caller]
fn ask(url: &str, path: &str, more: &str, body: Option<&Value>) -> (u16, String) {
    let (addr, place) = parts(url);
    let mut stream = connect(addr);
    let body = body.map(Value::to_string);
    let verb = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    write!(
        stream,
        "{verb} {place}{path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n{more}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    (status, body.to_owned())
}

fn connect(addr: &str) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What a page is told, until an event of this name fits.
#[track_caller]
fn told(url: &str, event: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let (addr, place) = parts(url);
    let mut stream = connect(addr);
    write!(stream, "GET {place}events HTTP/1.1\r\nHost: {addr}\r\n\r\n").unwrap();
    let began = std::time::Instant::now();
    let mut name = String::new();
    for line in BufReader::new(stream).lines() {
        assert!(began.elapsed() < PATIENCE, "no {event} fits");
        let line = line.unwrap();
        if let Some(event) = line.strip_prefix("event: ") {
            event.clone_into(&mut name);
        }
        if let (true, Some(data)) = (name == event, line.strip_prefix("data: ")) {
            let data = serde_json::from_str(data).unwrap();
            if fits(&data) {
                return data;
            }
        }
    }
    panic!("the server closed before a {event} fitted");
}

/// Types a line, and waits until it has been run.
#[track_caller]
fn run(url: &str, line: &str, done: u64) {
    let (status, body) = ask(url, "run", "", Some(&json!({ "line": line })));
    assert_eq!(status, 202, "{line}: {body}");
    told(url, "status", |status| status["done"] == done);
}

#[test]
fn a_lab_is_solved_over_http() {
    let (mut running, ready) = start(&["--web"]);
    let url = ready["url"].as_str().unwrap();
    let about = told(url, "about", |_| true);
    assert!(about["ticket"]["text"].as_str().unwrap().len() > 100);
    // The name of the case would tell what is wrong.
    assert!(!about.to_string().contains("null-tls"), "{about}");
    let view = told(url, "view", |view| view["trace"][0]["status"] == "Pending");
    assert_eq!(view["nodes"].as_array().unwrap().len(), 3, "{view}");
    told(url, "status", |status| {
        status["grade"]["mail_flows"] == false
    });

    assert_eq!(
        ask(url, "hint", "", Some(&json!({}))).1,
        r#"{"opened":true}"#
    );
    let log = &view["logs"][0];
    let path: String = log["path"].as_str().unwrap().replace('\\', "%5C");
    let (status, text) = ask(url, &format!("log?host=ex01&path={path}"), "", None);
    assert_eq!(status, 200);
    assert!(text.contains("#Fields: date-time,connector-id"), "{text}");
    let row = json!({ "row": "450 4.7.320 Certificate validation failed" });
    let (_, meaning) = ask(url, "explain", "", Some(&row));
    assert!(meaning.contains("certificate"), "{meaning}");

    run(
        url,
        "$cert = Get-ExchangeCertificate | ? {$_.CertificateDomains -contains \"hybrid.contoso.test\"}",
        1,
    );
    run(
        url,
        "Set-ReceiveConnector \"SERVER1\\Default Frontend SERVER1\" -TlsCertificateName \"<I>$($cert.Issuer)<S>$($cert.Subject)\"",
        2,
    );
    run(url, "Restart-Service MSExchangeFrontEndTransport", 3);
    told(url, "status", |status| status["grade"]["solved"] == true);

    running.close_stdin();
    let output = running.finish();
    assert_eq!((output.code, &*output.stderr), (Some(0), ""));
    let report: Value = serde_json::from_str(output.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&report["event"], &report["solved"]),
        (&json!("report"), &json!(true))
    );
    assert_eq!(report["hints_used"], 1);
    let timeline = report["timeline"].to_string();
    assert!(timeline.contains("Set-ReceiveConnector"), "{timeline}");
}

/// On the built command; every other hostile request is tried beside the server itself.
#[test]
fn nobody_without_the_address_gets_anything() {
    let (mut running, ready) = start(&["--web"]);
    let url = ready["url"].as_str().unwrap();
    let (addr, _) = parts(url);
    assert!(addr.starts_with("127.0.0.1:"), "{addr}");
    let guessed = format!("http://{addr}/{}/", "0".repeat(32));
    for path in ["", "events", "lab.js"] {
        assert_eq!(ask(&guessed, path, "", None).0, 404);
    }
    assert_eq!(ask(url, "", "Origin: http://evil.test\r\n", None).0, 421);
    assert_eq!(ask(url, "", "", None).0, 200);
    running.close_stdin();
    assert_eq!(running.finish().code, Some(1), "it is not solved");
}

#[cfg(unix)]
#[test]
fn a_question_that_waits_does_not_keep_it_from_ending() {
    let (running, ready) = start(&["--web"]);
    let url = ready["url"].as_str().unwrap();
    let line =
        json!({ "line": "Remove-ExchangeCertificate (Get-ExchangeCertificate)[2].Thumbprint" });
    assert_eq!(ask(url, "run", "", Some(&line)).0, 202);
    let status = told(url, "status", |status| !status["question"].is_null());
    assert!(
        status["question"].as_str().unwrap().contains("Yes"),
        "{status}"
    );
    running.signal(rustix::process::Signal::TERM);
    assert_eq!(running.finish().code, Some(1));
}

#[test]
fn a_class_begins_is_extended_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results.csv");
    let (mut running, ready) = start(&[
        "--class",
        "2",
        "--seed",
        "7",
        "--report",
        results.to_str().unwrap(),
    ]);
    let trainer = ready["trainer"].as_str().unwrap();
    let urls = ready["trainees"].as_array().unwrap();
    let [first, second] = [0, 1].map(|at| urls[at].as_str().unwrap());
    assert_eq!(ready["seed"], 7);

    // Nothing is done before it begins, and nobody is the trainer but the trainer.
    let line = json!({ "line": "Get-ExchangeServer" });
    let (status, why) = ask(first, "run", "", Some(&line));
    assert_eq!(
        (status, &*why),
        (409, r#"{"error":"the lab has not begun"}"#)
    );
    assert_eq!(ask(first, "start", "", Some(&json!({}))).0, 404);
    assert_eq!(ask(first, "results.csv", "", None).0, 404);
    assert_eq!(
        ask(first, "name", "", Some(&json!({ "name": "=Erin, \"E\"" }))).0,
        202
    );

    assert_eq!(ask(trainer, "start", "", Some(&json!({}))).0, 202);
    let class = told(trainer, "class", |class| {
        let trainees = class["trainees"].as_array().unwrap();
        trainees.iter().all(|one| !one["grade"].is_null())
    });
    assert_eq!(class["phase"], "running");
    run(first, "Get-ExchangeServer", 1);
    // Other names for everybody.
    let view = |url| told(url, "view", |_| true)["nodes"].to_string();
    assert_ne!(view(first), view(second));

    let ends = class["ends"].as_u64().unwrap();
    assert_eq!(
        ask(trainer, "extend", "", Some(&json!({ "minutes": 10 }))).0,
        202
    );
    told(trainer, "class", |class| class["ends"] == ends + 600_000);
    assert_eq!(
        ask(trainer, "extend", "", Some(&json!({ "minutes": 0 }))).0,
        400
    );
    assert_eq!(ask(trainer, "stop", "", Some(&json!({}))).0, 202);
    let (status, why) = ask(first, "run", "", Some(&line));
    assert_eq!(
        (status, &*why),
        (409, r#"{"error":"the trainer has ended it"}"#)
    );

    let (_, csv) = ask(trainer, "results.csv", "", None);
    running.close_stdin();
    assert_eq!(running.finish().code, Some(0));
    let csv_file = std::fs::read_to_string(&results).unwrap();
    assert_eq!(csv, csv_file);
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "number,name,seed,grade,seconds_to_solved,policy_broken,hints_used,commands"
    );
    assert_eq!(
        lines[1],
        "1,\"'=Erin, \"\"E\"\"\",7,not solved: mail does not flow,,,0,1"
    );
    assert_eq!(lines[2], "2,,8,not solved: mail does not flow,,,0,0");
}

#[test]
fn what_makes_no_sense_is_said() {
    for (words, expected) in [
        (&["tls/expired", "--web"][..], "is no case"),
        (&[CASE, "--web", "--class", "3"], "cannot be used with"),
        (&[CASE, "--class", "0"], "1..=200"),
        (&[CASE, "--json"], "`--json` is for `--web` and `--class`"),
        (
            &[CASE, "--web", "--expose", "127.0.0.1"],
            "cannot be used with",
        ),
        (
            &[CASE, "--class", "2", "--report", "results.html"],
            "the report of a class ends in `.csv`",
        ),
    ] {
        let output = crate::support::mailfault([&["lab"], words].concat());
        assert_eq!(output.code, Some(2), "{words:?}");
        assert!(
            output.stderr.contains(expected),
            "{words:?}: {}",
            output.stderr
        );
    }
}

#[test]
fn in_a_browser_from_the_ticket_to_solved() {
    let (mut running, ready) = start(&["--web"]);
    browse("solve.js", &[ready["url"].as_str().unwrap()]);
    running.close_stdin();
    running.finish();
}

#[test]
fn in_a_browser_a_class() {
    let (mut running, ready) = start(&["--class", "2"]);
    let page = |value: &Value| value.as_str().unwrap().to_owned();
    let urls = [
        &ready["trainer"],
        &ready["trainees"][0],
        &ready["trainees"][1],
    ]
    .map(page);
    browse("teach.js", &urls.each_ref().map(String::as_str));
    running.close_stdin();
    running.finish();
}
