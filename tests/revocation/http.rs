//! The responders, asked by hand.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use mailfault::{Ca, CrlWish, MockServer, OcspWish, Reason, ResponderWish, Revocation};

/// A server with both responders, and the port of the one that is asked for.
fn serve(revocation: Revocation) -> (MockServer, Vec<u8>) {
    let (identity, responder) = revocation.issue_below(&Ca::new(), "mx.test");
    let request = identity.ocsp_request();
    let server = MockServer::builder()
        .starttls(identity)
        .responder(responder)
        .start();
    (server, request)
}

fn port(url: Option<&str>) -> String {
    let url = url.expect("a responder");
    let rest = url.strip_prefix("http://").expect(url);
    rest.split('/').next().expect("a port").to_owned()
}

/// Sends this and hears the answer to its end.
fn ask(port: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(port).expect("a responder");
    stream.write_all(request).expect("somebody reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an end");
    answer
}

fn both() -> Revocation {
    Revocation::new().crl(CrlWish::Good).ocsp(OcspWish::Good)
}

#[test]
fn what_is_asked_wrongly_is_answered_with_a_status() {
    let (server, ocsp) = serve(both());
    let lists = port(server.crl_url());
    let answers = port(server.ocsp_url());
    #[track_caller]
    fn check(port: &str, request: &str, status: &str) {
        let answer = ask(port, request.as_bytes());
        let first = String::from_utf8_lossy(&answer);
        let first = first.lines().next().unwrap_or_default();
        assert!(
            first.starts_with(&format!("HTTP/1.1 {status}")),
            "{request:?}: {first}"
        );
    }
    check(
        &lists,
        "GET /issuer.crl HTTP/1.1\r\nHost: x\r\n\r\n",
        "200 OK",
    );
    check(&lists, "GET /root.crl HTTP/1.0\r\n\r\n", "200 OK");
    check(&lists, "GET /other.crl HTTP/1.1\r\n\r\n", "404 Not Found");
    check(
        &lists,
        "POST /issuer.crl HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        "405",
    );
    check(&lists, "EHLO client.test\r\n\r\n", "400");
    check(
        &lists,
        "GET /issuer.crl HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n",
        "413",
    );
    check(&lists, &"x".repeat(40_000), "431");
    check(
        &answers,
        "POST /ocsp HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi",
        "200 OK",
    );
    check(&answers, "GET /ocsp/%zz HTTP/1.1\r\n\r\n", "400");
    check(&answers, "DELETE /ocsp HTTP/1.1\r\n\r\n", "405");
    check(
        &answers,
        "POST /elsewhere HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        "404",
    );
    assert!(ocsp.len() < 200);
    let report = server.finish();
    assert_eq!(report.fetches.len(), 11);
    assert_eq!(report.fetches[5].status, 413);
}

/// RFC 6960 appendix A.1: base64 behind the path, with what has a meaning there escaped.
#[test]
fn ocsp_is_answered_for_get_and_post_alike() {
    let (server, request) = serve(both());
    let port = port(server.ocsp_url());
    let head = format!(
        "POST /ocsp HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
        request.len()
    );
    let posted = ask(&port, &[head.as_bytes(), &request].concat());
    let plain = base64(&request);
    let escaped = plain
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    for path in [&plain, &escaped] {
        let got = ask(
            &port,
            format!("GET /ocsp/{path} HTTP/1.1\r\n\r\n").as_bytes(),
        );
        assert_eq!(got, posted);
    }
    let text = String::from_utf8_lossy(&posted);
    assert!(
        text.contains("\r\nContent-Type: application/ocsp-response\r\n"),
        "{text}"
    );
    drop(server.finish());
}

/// Base64 as a text of PEM has it.
fn base64(octets: &[u8]) -> String {
    let identity = Ca::new()
        .issue("mx.test")
        .with_chain(vec![octets.to_vec().into()]);
    let pem = identity.pem();
    pem.as_str()
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect()
}

/// A client that asks and says nothing more, or leaves, keeps nobody from ending the server.
#[test]
fn a_slow_responder_ends_with_its_server() {
    let slow = both().crl_server(ResponderWish::Slow(Duration::from_secs(3600)));
    let (server, _) = serve(slow);
    let port = port(server.crl_url());
    let mut waiting = TcpStream::connect(&port).expect("a responder");
    waiting
        .write_all(b"GET /issuer.crl HTTP/1.1\r\n\r\n")
        .expect("somebody reads");
    let silent = TcpStream::connect(&port).expect("a responder");
    drop(server.stop());
    let mut rest = Vec::new();
    // Reset or closed, and no answer.
    let _ = waiting.read_to_end(&mut rest);
    assert!(rest.is_empty());
    drop(silent);
}

#[test]
fn a_slow_responder_is_slow_and_answers() {
    const WAIT: Duration = Duration::from_millis(300);
    let (server, _) = serve(both().crl_server(ResponderWish::Slow(WAIT)));
    let began = Instant::now();
    let answer = ask(&port(server.crl_url()), b"GET /issuer.crl HTTP/1.1\r\n\r\n");
    assert!(began.elapsed() >= WAIT);
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\n"));
    assert_eq!(server.finish().fetches.len(), 1);
}

#[test]
fn nobody_listens_at_a_responder_that_is_unreachable() {
    let unreachable = ResponderWish::Unreachable;
    let (server, _) = serve(both().crl_server(unreachable).ocsp_server(unreachable));
    for url in [server.crl_url(), server.ocsp_url()] {
        let closed = TcpStream::connect(port(url)).expect_err("a closed port");
        assert_eq!(closed.kind(), std::io::ErrorKind::ConnectionRefused);
    }
    drop(server.finish());
}

#[test]
#[should_panic(expected = "there is no intermediate between root and leaf that could be revoked")]
fn an_intermediate_that_is_not_there_cannot_be_revoked() {
    let revoked = CrlWish::IntermediateRevoked(Reason::CaCompromise);
    drop(Revocation::new().crl(revoked).issue(&Ca::new(), "mx.test"));
}

/// More than are answered at a time, and each of them is.
#[test]
fn many_ask_at_a_time() {
    let (server, _) = serve(both());
    let port = port(server.crl_url());
    let open: Vec<_> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(&port).expect("a responder");
            stream
                .write_all(b"GET /issuer.crl HTTP/1.1\r\n\r\n")
                .expect("somebody reads");
            stream.shutdown(Shutdown::Write).expect("half a close");
            stream
        })
        .collect();
    for mut stream in open {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
    }
    assert_eq!(server.finish().fetches.len(), 100);
}
