//! Full TLS handshakes over STARTTLS, against a bare loop on tokio-rustls.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use crate::child::{Kind, Served};
use crate::client::{self, Client};
use crate::figures::{Column, Comparison, Sheet};

const ROUNDS: usize = 9;
const LASTS: Duration = Duration::from_millis(400);
const CLIENTS: usize = 2;

pub(crate) fn run(sheet: &Sheet) {
    let kinds = [Kind::Mailfault, Kind::Bare];
    for (name, version) in [
        ("TLS 1.3", &rustls::version::TLS13),
        ("TLS 1.2", &rustls::version::TLS12),
    ] {
        let what = format!("{name}, P-256");
        if !sheet.wants(&what) {
            continue;
        }
        let tls = client::tls(&[version]);
        let columns = || {
            kinds
                .map(|kind| Column::new(kind.name()))
                .into_iter()
                .collect::<Vec<_>>()
        };
        let (mut rates, mut costs) = (columns(), columns());
        let servers = kinds.map(|kind| Served::start(kind).expect("a server"));
        for server in &servers {
            load(server.addr, &tls, LASTS / 4).expect("a healthy server");
        }
        for _ in 0..ROUNDS {
            for (at, server) in servers.iter().enumerate() {
                let before = server.cpu().expect("a process");
                let (count, time) = load(server.addr, &tls, LASTS).expect("a healthy server");
                let used = server.cpu().expect("a process") - before;
                rates[at].rounds.push(count as f64 / time.as_secs_f64());
                costs[at]
                    .rounds
                    .push(used.as_secs_f64() * 1e6 / count as f64);
            }
        }
        for (unit, columns) in [("handshakes/s", rates), ("server CPU µs", costs)] {
            sheet.print(&Comparison {
                bench: "handshakes",
                what: what.clone(),
                unit,
                columns,
            });
        }
    }
}

/// Connects, does a handshake and leaves, until the time is over.
fn load(
    addr: SocketAddr,
    tls: &Arc<ClientConfig>,
    lasts: Duration,
) -> io::Result<(usize, Duration)> {
    let begin = Instant::now();
    std::thread::scope(|scope| {
        let client = || -> io::Result<usize> {
            let mut count = 0;
            while begin.elapsed() < lasts {
                let client = Client::connect(addr, Some(tls))?;
                client.quit()?;
                count += 1;
            }
            Ok(count)
        };
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        let mut count = 0;
        for thread in threads {
            count += thread.join().expect("a client does not panic")?;
        }
        Ok((count, begin.elapsed()))
    })
}
