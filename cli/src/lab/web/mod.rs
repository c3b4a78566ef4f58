//! The page of a lab: a small HTTP server on loopback.

mod body; // what a page sends
mod events; // what is new, as server-sent events
mod guard; // who may ask at all
mod log; // log files, as much of them as can be shown
mod page; // the files of the pages
mod query; // what stands behind the question mark
pub(crate) mod response; // answers, and the headers of all
mod routes; // what can be asked
mod token; // the word in an address that nobody guesses
mod trainer; // what a trainer can ask

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{HeaderValue, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::class::Class;
use super::seat::Seat;
use guard::Guard;
use response::{Answer, wrong};
pub(crate) use token::Token;

/// What is at an address.
pub(crate) struct Site {
    seats: Vec<(Token, Arc<Seat>)>,
    class: Option<(Token, Arc<Class>)>,
}

impl Site {
    /// A lab.
    pub(crate) fn of(token: Token, seat: Arc<Seat>) -> Self {
        Self {
            seats: vec![(token, seat)],
            class: None,
        }
    }

    /// The labs of a class, and the trainer's page.
    pub(crate) fn of_class(token: Token, class: Arc<Class>) -> Self {
        let trainees = class.trainees().iter();
        let seats = trainees.map(|one| (one.token.clone(), Arc::clone(&one.seat)));
        Self {
            seats: seats.collect(),
            class: Some((token, class)),
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Answer, Answer> {
        let path = request.uri().path().to_owned();
        let path = path.strip_prefix('/').unwrap_or_default();
        let (token, rest) = match path.split_once('/') {
            Some((token, rest)) => (token, Some(rest)),
            None => (path, None),
        };
        let seat = self.seats.iter().find(|(known, _)| known.is(token));
        let class = self.class.as_ref().filter(|(known, _)| known.is(token));
        match (seat, class, rest) {
            (None, None, _) => Err(wrong(StatusCode::NOT_FOUND, "there is nothing here")),
            // Whoever copied the address without its end: what a page loads is relative to it.
            (_, _, None) => Ok(moved(token)),
            (Some((_, seat)), _, Some(rest)) => routes::answer(seat, rest, request).await,
            (_, Some((_, class)), Some(rest)) => trainer::answer(class, rest, request).await,
        }
    }
}

fn moved(token: &str) -> Answer {
    let mut answer = wrong(
        StatusCode::PERMANENT_REDIRECT,
        "the address ends in a slash",
    );
    if let Ok(value) = HeaderValue::from_str(&format!("/{token}/")) {
        answer.headers_mut().insert(LOCATION, value);
    }
    answer
}

/// How long a request's first lines may take to arrive, and how long a connection may be idle.
const HEAD: Duration = Duration::from_secs(10);

/// How many octets and lines the head of a request may have.
const HEAD_OCTETS: usize = 16 << 10;
const HEAD_LINES: usize = 64;

/// How many connections are open at a time: some for each seat, and a few for whoever looks in.
const CONNECTIONS: usize = 32;
const CONNECTIONS_OF_A_SEAT: usize = 16;

/// Serves until it is dropped.
pub(crate) async fn serve(listener: TcpListener, site: Site) {
    let Ok(address) = listener.local_addr() else {
        return;
    };
    let guard = Guard {
        port: address.port(),
        exposed: !address.ip().is_loopback(),
    };
    let room = CONNECTIONS + CONNECTIONS_OF_A_SEAT * site.seats.len();
    let room = Arc::new(Semaphore::new(room));
    let site = Arc::new(site);
    let mut tasks = tokio::task::JoinSet::new();
    loop {
        // Never closed.
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        while tasks.try_join_next().is_some() {}
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Of a connection that is gone, or for want of files; neither is cured by haste.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let site = Arc::clone(&site);
        tasks.spawn(async move {
            let service = service_fn(|request| answer(&site, guard, request));
            let mut connection = http1::Builder::new();
            connection
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .max_buf_size(HEAD_OCTETS)
                .max_headers(HEAD_LINES);
            // How it ended is the browser's affair.
            let _ = connection
                .serve_connection(TokioIo::new(stream), service)
                .await;
            drop(permit);
        });
    }
}

async fn answer(
    site: &Site,
    guard: Guard,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    if !guard.lets_in(request.headers()) {
        let what = "this server is asked under its own address, by its own page";
        return Ok(wrong(StatusCode::MISDIRECTED_REQUEST, what));
    }
    Ok(site.answer(request).await.unwrap_or_else(|error| error))
}
