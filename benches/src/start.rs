//! From `MockServer::start()` to a greeting, against bind, spawn, accept and write of std.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;
use std::time::Instant;

use mailfault::{Ca, Identity, MockServer};

use crate::client::Client;
use crate::figures::{Column, Comparison, Sheet, median};

const ROUNDS: usize = 9;
const STARTS: usize = 50;
const CROWD: usize = 100;

/// A running server of whatever kind.
enum Running {
    Ours(MockServer),
    Floor(SocketAddr, JoinHandle<()>),
}

#[derive(Clone, Copy)]
enum Subject<'a> {
    Plain,
    StartTls(&'a Identity),
    Floor,
    /// The floor with a runtime of tokio's on the thread.
    FloorTokio,
}

pub(crate) fn run(sheet: &Sheet) {
    let identity = Ca::new().issue("mx.test");
    let subjects = [
        ("mailfault", Subject::Plain),
        ("mailfault, STARTTLS", Subject::StartTls(&identity)),
        ("bind + spawn", Subject::Floor),
        ("bind + spawn + tokio", Subject::FloorTokio),
    ];
    let columns = || {
        subjects
            .map(|(name, _)| Column::new(name))
            .into_iter()
            .collect::<Vec<_>>()
    };
    let (mut starts, mut drops) = (columns(), columns());
    let (mut crowds, mut crowd_drops) = (columns(), columns());
    for _ in 0..ROUNDS {
        let mut singles = subjects.map(|_| (Vec::new(), Vec::new()));
        // One of each in turn, so that all see the same weather.
        for _ in 0..STARTS {
            for ((_, subject), (start, drop)) in subjects.iter().zip(&mut singles) {
                let (up, down) = once(*subject, 1);
                start.push(up);
                drop.push(down);
            }
        }
        for (at, (start, drop)) in singles.into_iter().enumerate() {
            starts[at].rounds.push(median(start));
            drops[at].rounds.push(median(drop));
        }
        for (at, (_, subject)) in subjects.iter().enumerate() {
            let (up, down) = once(*subject, CROWD);
            crowds[at].rounds.push(up / CROWD as f64);
            crowd_drops[at].rounds.push(down / CROWD as f64);
        }
    }
    let print = |what: &str, columns| {
        sheet.print(&Comparison {
            bench: "start",
            what: what.to_owned(),
            unit: "µs",
            columns,
        });
    };
    print("one server, to its greeting", starts);
    print("one server, its drop", drops);
    print("100 servers, to all greetings, each", crowds);
    print("100 servers, their drop, each", crowd_drops);
}

/// Starts so many servers, reads a greeting of each, and ends them; says how many microseconds
/// the two took.
fn once(subject: Subject<'_>, count: usize) -> (f64, f64) {
    let identity = match subject {
        Subject::StartTls(identity) => Some(identity),
        _ => None,
    };
    // What a wish for a server holds is the caller's, and not timed.
    let identities: Vec<Option<Identity>> = (0..count).map(|_| identity.cloned()).collect();
    let begin = Instant::now();
    let running: Vec<Running> = identities
        .into_iter()
        .map(|identity| start(subject, identity))
        .collect();
    let clients: Vec<Client> = running
        .iter()
        .map(|server| Client::greeted(server.addr()).expect("a greeting"))
        .collect();
    let up = begin.elapsed();
    drop(clients);
    let begin = Instant::now();
    for server in running {
        server.end();
    }
    (micros(up), micros(begin.elapsed()))
}

fn micros(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn start(subject: Subject<'_>, identity: Option<Identity>) -> Running {
    match (subject, identity) {
        (Subject::Floor, _) => floor(),
        (Subject::FloorTokio, _) => floor_tokio(),
        (_, Some(identity)) => Running::Ours(MockServer::builder().starttls(identity).start()),
        (_, None) => Running::Ours(MockServer::start()),
    }
}

impl Running {
    fn addr(&self) -> SocketAddr {
        match self {
            Self::Ours(server) => server.addr(),
            Self::Floor(addr, _) => *addr,
        }
    }

    fn end(self) {
        match self {
            Self::Ours(server) => drop(server),
            Self::Floor(_, thread) => thread.join().expect("the floor does not panic"),
        }
    }
}

fn floor() -> Running {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let addr = listener.local_addr().expect("an address");
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        stream
            .write_all(b"220 mx.test\r\n")
            .expect("a client that reads");
    });
    Running::Floor(addr, thread)
}

fn floor_tokio() -> Running {
    use tokio::io::AsyncWriteExt as _;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let addr = listener.local_addr().expect("an address");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .expect("a runtime");
    let thread = std::thread::spawn(move || {
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            let (mut stream, _) = listener.accept().await.expect("a client");
            stream
                .write_all(b"220 mx.test\r\n")
                .await
                .expect("a client that reads");
        });
    });
    Running::Floor(addr, thread)
}
