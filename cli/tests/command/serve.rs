//! `mailfault serve`: a server that a parent owns.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Running, command, read_all};

/// A server on a free port, and its ready line.
#[track_caller]
fn serve(words: &[&str]) -> (Running, Value) {
    let mut command = command(["serve", "--port", "0", "--json"]);
    command.args(words).stdin(Stdio::piped());
    let mut running = Running::start(command);
    let ready = serde_json::from_str(&running.line()).unwrap();
    (running, ready)
}

#[track_caller]
fn connect(ready: &Value) -> TcpStream {
    TcpStream::connect(ready["servers"][0]["addr"].as_str().unwrap()).unwrap()
}

/// Says these lines, one after each reply, and returns all replies.
fn converse(stream: TcpStream, lines: &[&str]) -> String {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut said = String::new();
    for line in lines {
        loop {
            let from = said.len();
            assert!(
                reader.read_line(&mut said).unwrap() > 0,
                "closed after:\n{said}"
            );
            // A hyphen behind the code: more lines of this reply follow.
            if said.as_bytes().get(from + 3) != Some(&b'-') {
                break;
            }
        }
        (&stream)
            .write_all(format!("{line}\r\n").as_bytes())
            .unwrap();
    }
    said + &read_all(reader)
}

/// The list is a file, and is given out; who asks for it is in the report.
#[test]
fn lists_are_a_file_and_at_an_address() {
    let (mut running, ready) = serve(&["revocation/crl-revoked", "--until-eof"]);
    let list = std::fs::read_to_string(ready["crl"].as_str().unwrap()).unwrap();
    assert!(list.starts_with("-----BEGIN X509 CRL-----"), "{list}");
    assert_eq!(ready["servers"][0]["ocsp_url"], Value::Null);
    let url = ready["servers"][0]["crl_url"].as_str().unwrap();
    let (addr, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = TcpStream::connect(addr).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    running.close_stdin();
    let printed = objects(&running.finish().stdout);
    let fetched = json!([{ "what": "crl", "method": "GET", "path": "/issuer.crl", "status": 200 }]);
    assert_eq!(printed.last().unwrap()["fetches"], fetched);
}

const A_MAIL: [&str; 6] = [
    "EHLO client.example.test",
    "MAIL FROM:<alice@example.test>",
    "RCPT TO:<bob@example.test>",
    "DATA",
    "Subject: hello\r\n\r\nhello\r\n.",
    "QUIT",
];

/// What a command printed behind its ready line.
fn objects(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_parent_reads_the_ready_line_sends_a_mail_and_closes_stdin() {
    let (mut running, ready) = serve(&["control/p256", "--until-eof"]);
    let server = &ready["servers"][0];
    assert_eq!(ready["ready"], true);
    assert_eq!(
        (&server["name"], &server["persona"]),
        (&json!("server"), &json!("plain"))
    );
    assert_eq!(
        (&server["host"], &server["tls_name"]),
        (&json!("mx.test"), &json!("mx.test"))
    );
    assert_eq!(
        (&server["implicit_addr"], &server["connectors"]),
        (&Value::Null, &json!([]))
    );
    assert_eq!(ready["out"], Value::Null);
    let ca = Path::new(ready["ca"].as_str().unwrap());
    assert!(
        std::fs::read_to_string(ca)
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );

    let said = converse(connect(&ready), &A_MAIL);
    assert!(said.ends_with("221 2.0.0 bye\r\n"), "{said}");
    running.close_stdin();
    let output = running.finish();
    assert_eq!((output.code, &*output.stderr), (Some(0), ""));
    assert!(!ca.exists(), "the CA file outlived the command");

    let objects = objects(&output.stdout);
    let of = |event: &str| {
        let found = objects.iter().filter(|object| object["event"] == event);
        found.collect::<Vec<_>>()
    };
    assert_eq!(of("connected").len(), 1);
    assert_eq!(of("client")[0]["text"], "EHLO client.example.test");
    assert_eq!(of("content")[0]["octets"], 25);
    assert_eq!(of("session")[0]["outcome"], "delivered-in-clear");
    assert_eq!(
        of("session")[0]["in_clear"][0],
        json!({
            "what": "envelope", "text": "MAIL FROM:<alice@example.test>",
        })
    );
    let report = objects.last().unwrap();
    assert_eq!(report["event"], "report");
    assert_eq!(report["outcome"], "delivered-in-clear");
    assert_eq!(
        report["mail"],
        json!([{
            "session": 1,
            "from": "alice@example.test",
            "to": ["bob@example.test"],
            "subject": "hello",
            "octets": 25,
            "inside_tls": false,
            "user": null,
        }])
    );
}

/// Whether a child of this process outlives a hangup.
#[cfg(unix)]
fn hangups_are_ignored() -> bool {
    let shell = std::process::Command::new("/bin/sh")
        .args(["-c", "kill -HUP $$; echo alive"])
        .output();
    shell.is_ok_and(|output| output.stdout == b"alive\n")
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_good_order() {
    use rustix::process::Signal;
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        // Below `nohup` this one ends nobody, and the command keeps to that.
        if signal == Signal::HUP && hangups_are_ignored() {
            continue;
        }
        let (running, ready) = serve(&["tls/expired"]);
        let ca = Path::new(ready["ca"].as_str().unwrap()).to_owned();
        let folder = ca.parent().unwrap().parent().unwrap();
        assert!(ca.exists());
        running.signal(signal);
        let output = running.finish();
        assert_eq!((output.code, &*output.stderr), (Some(0), ""));
        assert_eq!(objects(&output.stdout)[0]["outcome"], "never-came");
        assert!(!folder.exists(), "{} was left behind", folder.display());
    }
}

#[test]
fn once_is_over_with_the_first_session() {
    let (running, ready) = serve(&["control/p256", "--once"]);
    converse(connect(&ready), &["QUIT"]);
    let output = running.finish();
    assert_eq!(output.code, Some(0), "{output:#?}");
    let objects = objects(&output.stdout);
    assert_eq!(
        objects.last().unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_session_that_is_open_when_stdin_closes_is_told_as_well() {
    let (mut running, ready) = serve(&["control/p256", "--until-eof"]);
    let stream = connect(&ready);
    let mut greeting = String::new();
    BufReader::new(&stream).read_line(&mut greeting).unwrap();
    running.close_stdin();
    let output = running.finish();
    let objects = objects(&output.stdout);
    assert_eq!(objects.last().unwrap()["sessions"][0]["outcome"], "hung");
    assert!(
        objects.iter().any(|object| object["event"] == "session"),
        "{}",
        output.stdout
    );
}

#[test]
fn certificates_transcripts_and_events_go_where_they_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let (running, ready) = serve(&["control/p256", "--once", "--out", out.to_str().unwrap()]);
    assert_eq!(ready["out"], out.to_str().unwrap());
    assert_eq!(
        ready["ca"],
        out.join("certificates/ca.pem").to_str().unwrap()
    );
    converse(connect(&ready), &A_MAIL);
    assert_eq!(running.finish().code, Some(0));
    let read = |file: &str| std::fs::read_to_string(out.join(file)).unwrap();
    assert!(read("certificates/chain.pem").contains("BEGIN CERTIFICATE"));
    let transcript = read("transcripts/session-1.txt");
    assert!(
        transcript.starts_with("session 1: delivered-in-clear\n"),
        "{transcript}"
    );
    assert!(transcript.contains("C: DATA\n"), "{transcript}");
    assert!(
        transcript.ends_with("-- the server closed the connection\n"),
        "{transcript}"
    );
    let events = read("events.log");
    assert_eq!(
        events.lines().count(),
        transcript.lines().count() - 1,
        "{events}"
    );
    assert!(events.starts_with("[1 0."), "{events}");
}

#[test]
fn another_persona_and_another_name_are_as_asked_for() {
    let words = [
        "tls/expired",
        "--once",
        "--persona",
        "exchange-2016",
        "--also-name",
        "my.host",
    ];
    let (running, ready) = serve(&words);
    assert_eq!(ready["servers"][0]["persona"], "exchange-2016");
    assert_eq!(ready["servers"][0]["host"], "mx.test");
    let said = converse(connect(&ready), &["QUIT"]);
    assert!(
        said.starts_with("220 mx.test Microsoft ESMTP MAIL Service ready at "),
        "{said}"
    );
    assert_eq!(running.finish().code, Some(0));
}

#[test]
fn a_person_sees_lines_to_paste_and_a_verdict() {
    let mut command = command(["serve", "starttls/stripped", "--port", "0", "--once"]);
    command.stdin(Stdio::null());
    let mut running = Running::start(command);
    let mut text = String::new();
    while !text.contains("-T -\n") {
        text += &running.line();
    }
    let (_, rest) = text.split_once("127.0.0.1:").unwrap();
    let port: u16 = rest.split(' ').next().unwrap().parse().unwrap();
    assert!(text.starts_with("starttls/stripped: "), "{text}");
    assert!(text.contains(&format!(
        "openssl s_client -starttls smtp -connect 127.0.0.1:{port} -CAfile"
    )));
    converse(TcpStream::connect(("127.0.0.1", port)).unwrap(), &A_MAIL);
    let output = running.finish();
    let verdict = "[1] == delivered-in-clear, where a correct client ends with refused-tls; leaked in clear: \
                   MAIL FROM:<alice@example.test>, RCPT TO:<bob@example.test>, 25 octets of content\n";
    assert!(output.stdout.contains(verdict), "{}", output.stdout);
    assert!(
        output
            .stdout
            .ends_with("starttls/stripped: delivered-in-clear (sessions: 1, messages taken: 1)\n")
    );
    assert_eq!(output.code, Some(0));
}

#[test]
fn a_parent_that_reads_no_further_than_the_ready_line_can_end_it() {
    let mut command = command([
        "serve",
        "control/p256",
        "--port",
        "0",
        "--json",
        "--until-eof",
    ]);
    command.stdin(Stdio::piped());
    let (reader, writer) = std::io::pipe().unwrap();
    command.stdout(writer).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut reader = BufReader::new(reader);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let ready = serde_json::from_str(&line).unwrap();
    // More than any pipe holds.
    let noop = format!("NOOP {}", "x".repeat(900));
    let mut lines = vec!["EHLO client.example.test"];
    lines.extend([&*noop; 1_000]);
    lines.push("QUIT");
    converse(connect(&ready), &lines);
    drop(child.stdin.take());
    let note = read_all(child.stderr.take().unwrap());
    assert_eq!(
        note,
        "note: nobody reads stdout, so that the rest was not said\n"
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!Path::new(ready["ca"].as_str().unwrap()).exists());
    drop(reader);
}

#[test]
fn a_cast_says_who_is_where_and_leaves_a_bundle() {
    let out = tempfile::TempDir::new().unwrap();
    let directory = out.path().join("case");
    let mut command = command(["serve", "cases/barracuda-in-front", "--json", "--until-eof"]);
    command.arg("--out").arg(&directory).stdin(Stdio::piped());
    let mut running = Running::start(command);
    let ready: Value = serde_json::from_str(&running.line()).unwrap();
    let servers = ready["servers"].as_array().unwrap();
    let names: Vec<_> = servers
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["barracuda", "ex01"]);
    let connectors = servers[1]["connectors"].as_array().unwrap();
    assert_eq!(connectors[0]["name"], "Default Frontend EX01");
    assert_eq!(connectors.len(), 5);
    assert_eq!(servers[1]["persona"], "Exchange Server 2016");

    let mail = A_MAIL.map(|line| line.replace("bob@example.test", "bob@contoso.test"));
    let said = converse(connect(&ready), &mail.each_ref().map(String::as_str));
    assert!(said.contains("250 2.6.0 "), "{said}");
    running.close_stdin();
    let output = running.finish();
    assert_eq!((output.code, &*output.stderr), (Some(0), ""));
    let objects = objects(&output.stdout);
    let of = |server: &str| {
        let found = objects.iter().filter(|object| object["server"] == server);
        found.count()
    };
    assert!(of("barracuda") > 5 && of("ex01") > 5);
    let report = objects.last().unwrap();
    assert_eq!(
        (&report["event"], &report["sessions"], &report["mail"]),
        (&json!("report"), &json!(1), &json!(1))
    );
    for file in [
        "certificates/ca.pem",
        "certificates/public.pem",
        "transcripts/barracuda-1.txt",
        "transcripts/ex01-Default-Frontend-EX01-1.txt",
    ] {
        assert!(directory.join(file).is_file(), "{file}");
    }
    assert!(
        directory
            .join("ex01/V15/TransportRoles/Logs/MessageTracking")
            .is_dir()
    );
}

#[test]
fn a_cast_is_as_its_file_says() {
    let output = crate::support::mailfault(["serve", "cases/barracuda-in-front", "--port", "25"]);
    assert_eq!(output.code, Some(2));
    assert_eq!(
        output.stderr,
        "error: `--port` is for a scenario with one server\nhint: the members of a cast are as its file says, each on free ports of 127.0.0.1\n"
    );
    let output = crate::support::mailfault(["serve", "cases/barracuda-in-fornt"]);
    assert_eq!(
        output.stderr,
        "error: unknown cast `cases/barracuda-in-fornt`\nhint: did you mean `cases/barracuda-in-front`?\n"
    );
}
