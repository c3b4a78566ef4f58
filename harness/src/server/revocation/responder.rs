//! The responders: an HTTP server for lists and one for OCSP, each on a port of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mailfault_certs::Der;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::http::{self, Answer, Refused, Request};
use super::made::Made;
use super::{ASK, ISSUER_LIST, ResponderWish};
use crate::error::Error;
use crate::first::first;
use crate::report::{Fetch, Fetched};
use crate::server::Ledger;
use crate::server::listener::Port;
use crate::smtp::base64_decode;

/// Those who say whether a certificate was revoked, as [`Revocation::issue`](super::Revocation::issue) made them. They
/// listen on 127.0.0.1 and answer as soon as the server [that has them](crate::Builder::responder) starts.
///
/// Lists are given out for GET as DER (`application/pkix-crl`), OCSP answers for POST and GET (RFC 6960 appendix A.1).
/// Answers were signed beforehand, and so echo no nonce.
#[derive(Debug)]
pub struct Responder {
    pub(in crate::server) crl: Option<Desk>,
    pub(in crate::server) ocsp: Option<Desk>,
}

/// A responder: what it gives out, how, and at which door.
#[derive(Debug)]
pub(in crate::server) struct Desk {
    pub(super) door: Door,
    pub(super) wish: ResponderWish,
    pub(super) made: Made,
}

/// A port that was taken before there is anything to give out.
#[derive(Debug)]
pub(crate) struct Door {
    port: Port,
    address: SocketAddr,
}

impl Door {
    pub(crate) fn bind(wish: &ResponderWish) -> Result<Self, Error> {
        let loopback = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
        let port = match wish {
            ResponderWish::Unreachable => Port::closed(loopback)?,
            _ => Port::open(loopback)?,
        };
        let address = port.address().map_err(|error| Error::CannotListen {
            address: loopback.to_string(),
            why: error.to_string(),
            taken: false,
        })?;
        Ok(Self { port, address })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Responder {
    pub(super) fn new(
        crl: Option<(Door, ResponderWish, Made)>,
        ocsp: Option<(Door, ResponderWish, Made)>,
    ) -> Self {
        let desk = |(door, wish, made)| Desk { door, wish, made };
        Self {
            crl: crl.map(desk),
            ocsp: ocsp.map(desk),
        }
    }

    /// Where the list is that the certificate names, if it does.
    #[must_use]
    pub fn crl_url(&self) -> Option<String> {
        Some(self.crl.as_ref()?.door.url(ISSUER_LIST))
    }

    /// Where OCSP is answered, if it is.
    #[must_use]
    pub fn ocsp_url(&self) -> Option<String> {
        Some(self.ocsp.as_ref()?.door.url(ASK))
    }

    pub(in crate::server) fn desks(self) -> impl Iterator<Item = Desk> {
        self.crl.into_iter().chain(self.ocsp)
    }
}

/// How many may be answered at a time.
const AT_A_TIME: usize = 64;
/// How long a client may take for its request, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is kept of a path: the request in a GET is in it.
const PATH: usize = 256;

impl Desk {
    /// Answers whoever comes, until the server's thread is no more.
    pub(in crate::server) async fn open(self, ledger: Arc<Ledger>) {
        let listener = match self.door.port {
            Port::Open(listener) => TcpListener::from_std(listener),
            Port::Closed(_kept) => return std::future::pending().await,
        };
        let Ok(listener) = listener else { return };
        let clerk = Arc::new(Clerk {
            wish: self.wish,
            made: self.made,
            ledger,
        });
        let places = Arc::new(Semaphore::new(AT_A_TIME));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            let Ok((stream, _)) = listener.accept().await else {
                // Out of descriptors, or the client was gone before it was accepted.
                tokio::task::yield_now().await;
                continue;
            };
            let clerk = Arc::clone(&clerk);
            tokio::spawn(async move {
                clerk.serve(stream).await;
                drop(place);
            });
        }
    }
}

/// Who answers.
struct Clerk {
    wish: ResponderWish,
    made: Made,
    ledger: Arc<Ledger>,
}

impl Clerk {
    async fn serve(&self, mut stream: TcpStream) {
        let request = tokio::time::timeout(PATIENCE, http::read(&mut stream)).await;
        let (request, answer) = match request.unwrap_or(Err(Refused::With(408))) {
            Ok(request) => {
                let answer = self.answer(&request);
                (Some(request), answer)
            }
            Err(Refused::With(status)) => (None, Answer::page(status)),
            Err(Refused::Gone) => return,
        };
        self.record(request, answer.status);
        if let ResponderWish::Slow(wait) = self.wish {
            let wait = std::pin::pin!(tokio::time::sleep(wait));
            let left = std::pin::pin!(leaves(&stream));
            if first(wait, left).await.is_none() {
                return;
            }
        }
        let _ = tokio::time::timeout(PATIENCE, answer.send(stream)).await;
    }

    fn answer(&self, request: &Request) -> Answer {
        match self.wish {
            ResponderWish::Junk => return Answer::page(200),
            ResponderWish::Status(status) => return Answer::page(status),
            _ => {}
        }
        match &self.made {
            Made::Lists(lists) => list(lists, request),
            Made::Answer { serial, answer } => match ocsp_request(request) {
                Ok(request) => {
                    let said = Made::to_request(serial, answer, &request);
                    Answer::of("application/ocsp-response", said)
                }
                Err(status) => Answer::page(status),
            },
        }
    }

    /// Before the client can see the answer.
    fn record(&self, request: Option<Request>, status: u16) {
        let (method, mut path) = match request {
            Some(Request { method, path, .. }) => (method, path),
            None => ("?".to_owned(), "?".to_owned()),
        };
        if let Some((kept, _)) = path.char_indices().nth(PATH) {
            path.truncate(kept);
        }
        let what = match self.made {
            Made::Lists(_) => Fetched::Crl,
            Made::Answer { .. } => Fetched::Ocsp,
        };
        let method = method.chars().take(PATH).collect();
        self.ledger.fetched(Fetch {
            what,
            method,
            path,
            status,
        });
    }
}

fn list(lists: &[(String, Der)], request: &Request) -> Answer {
    if request.method != "GET" {
        return Answer::page(405);
    }
    match lists.iter().find(|(path, _)| *path == request.path) {
        Some((_, list)) => Answer::of("application/pkix-crl", list.as_bytes()),
        None => Answer::page(404),
    }
}

/// The OCSPRequest: the body of a POST, or base64 behind the path of a GET (RFC 6960 appendix A.1).
fn ocsp_request(request: &Request) -> Result<Vec<u8>, u16> {
    let behind = request.path.strip_prefix(ASK).ok_or(404_u16)?;
    match request.method.as_str() {
        "POST" if matches!(behind, "" | "/") => Ok(request.body.clone()),
        "POST" => Err(404),
        "GET" => {
            let text = behind.strip_prefix('/').unwrap_or_default();
            let text = percent_decoded(text).ok_or(400_u16)?;
            base64_decode(&text).ok_or(400)
        }
        _ => Err(405),
    }
}

/// RFC 3986 §2.1.
fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut octets = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        octets.push(u8::from_str_radix(digits, 16).ok()?);
        octets.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(octets).ok()
}

/// Ready when the client has left, or has said what nobody asked for.
async fn leaves(stream: &TcpStream) {
    let mut octets = [0; 256];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut octets) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            _ => return,
        }
    }
}
