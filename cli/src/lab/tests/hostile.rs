//! Requests that no page of ours sends.

use std::io::{Read as _, Write as _};

use super::http::Server;

#[test]
fn without_the_token_there_is_nothing() {
    let server = Server::start();
    let addr = server.addr;
    let wrong = "0".repeat(32);
    let upper = server.token.to_uppercase();
    for path in [
        "/",
        "/lab.js",
        &format!("/{wrong}/"),
        &format!("/{wrong}/events"),
        &format!("/{upper}x/"),
        "//",
        "/../",
        "*",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
        let answer = server.raw(request.as_bytes());
        assert!([404, 400].contains(&answer.status), "{path}: {answer:?}");
        assert!(!answer.body.contains(&server.token), "{path}");
    }
    assert_eq!(server.get("nothing").status, 404);
    assert_eq!(server.get("../lab.js").status, 404);
    assert_eq!(server.post("nothing", "{}").status, 404);
}

/// The page of somebody else, and a name that was made to lead here.
#[test]
fn pages_of_others_get_nothing() {
    let server = Server::start();
    let (addr, token) = (server.addr, &server.token);
    let port = addr.port();
    for head in [
        format!("Host: evil.test:{port}"),
        "Host: 127.0.0.1".to_owned(),
        format!("Host: {addr}\r\nOrigin: http://evil.test"),
        format!("Host: {addr}\r\nOrigin: null"),
        format!("Host: evil.test:{port}\r\nOrigin: http://evil.test:{port}"),
    ] {
        let request = format!("GET /{token}/ HTTP/1.1\r\n{head}\r\nConnection: close\r\n\r\n");
        let answer = server.raw(request.as_bytes());
        assert_eq!(answer.status, 421, "{head}");
        assert!(!answer.body.contains("<title>"));
    }
    let none = format!("GET /{token}/ HTTP/1.0\r\n\r\n");
    assert_eq!(server.raw(none.as_bytes()).status, 421);
    let also =
        format!("GET /{token}/ HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    assert_eq!(server.raw(also.as_bytes()).status, 200);
}

#[test]
fn a_body_is_json_and_small() {
    let server = Server::start();
    let body = r#"{"line":"list"}"#;
    let form = server.posting("run", body);
    for other in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ] {
        let request = form.replace("application/json", other);
        assert_eq!(server.raw(request.as_bytes()).status, 415, "{other}");
    }
    let without = form.replace("Content-Type: application/json\r\n", "");
    assert_eq!(server.raw(without.as_bytes()).status, 415);
    for wrong in ["", "{", "[]", "{\"line\":7}", "{}", "\u{0}"] {
        assert_eq!(server.post("run", wrong).status, 400, "{wrong}");
    }
    let long = format!(r#"{{"line":"{}"}}"#, "x".repeat(70_000));
    assert_eq!(server.post("run", &long).status, 413);
    let deep = "[".repeat(60_000);
    assert_eq!(server.post("run", &deep).status, 400);
    // Said to be longer than it is: no more than that is waited for, and no longer than a while.
    let fits = format!(r#"{{"line":"{}"}}"#, "x".repeat(60_000));
    assert_eq!(server.post("run", &fits).status, 202);
}

#[test]
fn chunks_are_counted_as_well() {
    let server = Server::start();
    let (addr, token) = (server.addr, &server.token);
    let mut request = format!(
        "POST /{token}/run HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    for _ in 0..80 {
        request += &format!("400\r\n{}\r\n", "x".repeat(0x400));
    }
    request += "0\r\n\r\n";
    assert_eq!(server.raw(request.as_bytes()).status, 413);
}

#[test]
fn heads_are_bounded() {
    let server = Server::start();
    let (addr, token) = (server.addr, &server.token);
    let long = format!(
        "GET /{token}/?{} HTTP/1.1\r\nHost: {addr}\r\n\r\n",
        "x".repeat(70_000)
    );
    let answer = server.raw(long.as_bytes());
    assert!([0, 400, 414, 431].contains(&answer.status), "{answer:?}");
    let many = "X: y\r\n".repeat(2_000);
    let many = format!("GET /{token}/ HTTP/1.1\r\nHost: {addr}\r\n{many}\r\n");
    let answer = server.raw(many.as_bytes());
    assert!([0, 400, 431].contains(&answer.status), "{answer:?}");
    assert_eq!(server.get("").status, 200);
}

#[test]
fn what_is_no_http_is_answered_or_closed() {
    let server = Server::start();
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for octets in [
        &b"EHLO client.example.test\r\n\r\n"[..],
        &hello[..],
        b"\r\n\r\n\r\n\r\nGET",
        &[0; 4_096],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = server.connect();
        stream.write_all(octets).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        assert!(
            !String::from_utf8_lossy(&said).contains(" 200 "),
            "{octets:?}"
        );
    }
    assert_eq!(server.get("").status, 200);
}

#[test]
fn other_methods_are_refused() {
    let server = Server::start();
    let request = server.posting("run", "{}");
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let request = request.replacen("POST", method, 1);
        assert_eq!(server.raw(request.as_bytes()).status, 405, "{method}");
    }
}

/// Idle connections are many, and one more is still served.
#[test]
fn whoever_connects_and_says_nothing_keeps_nobody_out() {
    let server = Server::start();
    let idle: Vec<_> = (0..40).map(|_| server.connect()).collect();
    assert_eq!(server.get("").status, 200);
    drop(idle);
}
