//! As much of HTTP/1.1 (RFC 9112) as a responder needs: one request, one answer, and the end.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A request, as far as a responder looks at it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: Vec<u8>,
}

/// Why there is no request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Nobody is there any more.
    Gone,
    /// This status says what is wrong.
    With(u16),
}

/// RFC 9112 §3: 8,000 octets are recommended for the first line alone.
const HEAD: usize = 16 * 1024;
/// An OCSP request is a hundred octets or two.
const BODY: usize = 64 * 1024;

/// Reads one request.
pub(super) async fn read(stream: &mut TcpStream) -> Result<Request, Refused> {
    let mut received = Vec::new();
    let head = loop {
        if let Some(end) = memchr::memmem::find(&received, b"\r\n\r\n") {
            break end + 4;
        }
        if received.len() > HEAD {
            return Err(Refused::With(431));
        }
        more(stream, &mut received).await?;
    };
    let mut body = received.split_off(head);
    let (method, path, length) = parse(&received)?;
    while body.len() < length {
        more(stream, &mut body).await?;
    }
    body.truncate(length);
    Ok(Request { method, path, body })
}

async fn more(stream: &mut TcpStream, received: &mut Vec<u8>) -> Result<(), Refused> {
    let mut octets = [0; 4 * 1024];
    match stream.read(&mut octets).await {
        Ok(0) | Err(_) => Err(Refused::Gone),
        Ok(count) => {
            received.extend_from_slice(&octets[..count]);
            Ok(())
        }
    }
}

/// Method, path, and how long the body is.
fn parse(head: &[u8]) -> Result<(String, String, usize), Refused> {
    let bad = Refused::With(400);
    let Ok(head) = std::str::from_utf8(head) else {
        return Err(bad);
    };
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let words: Vec<&str> = first.split(' ').collect();
    let &[method, target, version] = words.as_slice() else {
        return Err(bad);
    };
    if !version.starts_with("HTTP/1.") || method.is_empty() {
        return Err(bad);
    }
    let mut length = 0;
    for line in lines.filter(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            return Err(bad);
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| Refused::With(400))?;
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            // RFC 9112 §6.3: a server may insist on a length.
            return Err(Refused::With(411));
        }
    }
    if length > BODY {
        return Err(Refused::With(413));
    }
    // RFC 9112 §3.2.2: a proxy's form of the target has scheme and host in front.
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => target,
    };
    Ok((method.to_owned(), path.to_owned(), length))
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn of(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            kind,
            body: body.into(),
        }
    }

    /// A web page that says what the status is.
    pub(super) fn page(status: u16) -> Self {
        let text = match status {
            200 => "Welcome! Please log in to use this network",
            404 => "Not Found",
            405 => "Method Not Allowed",
            _ => "Something went wrong",
        };
        let body = format!("<!DOCTYPE html><title>{status}</title><p>{text}</p>\n");
        Self {
            status,
            kind: "text/html; charset=utf-8",
            body: body.into(),
        }
    }

    /// Sends it, and ends the connection in good order: a close with octets unread would reset it, and take the answer
    /// away from the client.
    pub(super) async fn send(self, mut stream: TcpStream) {
        let Self { status, kind, body } = self;
        let reason = match status {
            200 => "OK",
            404 => "Not Found",
            405 => "Method Not Allowed",
            500 => "Internal Server Error",
            _ => "",
        };
        let head = format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let whole = [head.as_bytes(), &body].concat();
        if stream.write_all(&whole).await.is_err() || stream.shutdown().await.is_err() {
            return;
        }
        let mut octets = [0; 4 * 1024];
        let mut left = BODY;
        while let Ok(count @ 1..) = stream.read(&mut octets).await {
            left = left.saturating_sub(count);
            if left == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: Result<(&str, &str, usize), Refused>) {
        let expected = expected.map(|(method, path, length)| (method.into(), path.into(), length));
        assert_eq!(parse(head.as_bytes()), expected, "{head:?}");
    }

    #[test]
    fn the_head_of_a_request_is_read() {
        check("GET /a.crl HTTP/1.0\r\n\r\n", Ok(("GET", "/a.crl", 0)));
        check(
            "POST /ocsp HTTP/1.1\r\nHost: x\r\ncontent-length: 7\r\n\r\n",
            Ok(("POST", "/ocsp", 7)),
        );
        check(
            "GET http://127.0.0.1:1/a HTTP/1.1\r\n\r\n",
            Ok(("GET", "/a", 0)),
        );
        check(
            "GET http://127.0.0.1:1 HTTP/1.1\r\n\r\n",
            Ok(("GET", "/", 0)),
        );
        let refused = |status| Err(Refused::With(status));
        check("\r\n\r\n", refused(400));
        check("GET /\r\n\r\n", refused(400));
        check("GET / HTTP/2\r\n\r\n", refused(400));
        check("GET / HTTP/1.1\r\nno header\r\n\r\n", refused(400));
        check(
            "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            refused(400),
        );
        check(
            "POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n",
            refused(413),
        );
        check(
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            refused(411),
        );
    }
}
