//! HTTP, as far as it takes to fetch a list or to ask a responder: one request, one answer of bounded size, in bounded
//! time.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// The list at this address.
pub(super) fn list(url: &str, time_out: Duration) -> Result<Vec<u8>, String> {
    fetch(url, "GET", "", b"", time_out)
}

/// The answer to this OCSP request (RFC 6960 appendix A.1).
pub(super) fn ocsp(url: &str, request: &[u8], time_out: Duration) -> Result<Vec<u8>, String> {
    let kind = "Content-Type: application/ocsp-request\r\n";
    fetch(url, "POST", kind, request, time_out)
}

/// Whether an address is one of this machine's, and no name.
#[cfg(feature = "models")]
pub(super) fn is_on_loopback(url: &str) -> bool {
    let address = parts(url).and_then(|(host, _)| host.parse::<SocketAddr>().ok());
    address.is_some_and(|address| address.ip().is_loopback())
}

/// Host and port, and the path.
fn parts(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("http://")?;
    Some(rest.split_at(rest.find('/').unwrap_or(rest.len())))
}

/// Longer than any answer of a test.
const LONGEST: usize = 1024 * 1024;

fn fetch(
    url: &str,
    method: &str,
    header: &str,
    body: &[u8],
    time_out: Duration,
) -> Result<Vec<u8>, String> {
    let until = Instant::now() + time_out;
    let words = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => {
            format!("no answer within {time_out:?}")
        }
        _ => error.to_string(),
    };
    let (host, path) = parts(url).ok_or("it is no HTTP address")?;
    // Nobody here needs a name resolved.
    let address: SocketAddr = host.parse().map_err(|_| "it names no address and port")?;
    let mut stream = TcpStream::connect_timeout(&address, time_out).map_err(words)?;
    stream.set_write_timeout(Some(time_out)).map_err(words)?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{header}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream
        .write_all(&[head.as_bytes(), body].concat())
        .map_err(words)?;
    let mut answer = Vec::new();
    let mut octets = [0; 4 * 1024];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(format!("no answer within {time_out:?}"));
        }
        stream.set_read_timeout(Some(left)).map_err(words)?;
        match stream.read(&mut octets).map_err(words)? {
            0 => break,
            count => answer.extend_from_slice(&octets[..count]),
        }
        if answer.len() > LONGEST {
            return Err("the answer has no end".to_owned());
        }
    }
    content(answer)
}

/// What is behind the head, where that says 200.
fn content(mut answer: Vec<u8>) -> Result<Vec<u8>, String> {
    let end = memchr::memmem::find(&answer, b"\r\n\r\n").ok_or("the answer is no HTTP")?;
    let content = answer.split_off(end + 4);
    let head = String::from_utf8_lossy(&answer);
    let first = head.lines().next().unwrap_or_default();
    match first.split(' ').nth(1) {
        Some("200") => Ok(content),
        Some(status) => Err(format!("the answer has the status {status}")),
        None => Err("the answer is no HTTP".to_owned()),
    }
}
