//! Messages per second, and what a message costs the server.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use crate::child::{Kind, Served};
use crate::client::{self, Client};
use crate::figures::{Column, Comparison, Sheet};

const ROUNDS: usize = 5;
const LASTS: Duration = Duration::from_millis(300);
/// For each connection, so that no run grows beyond bounds on a fast machine.
const MOST: usize = 5_000;

#[derive(Clone)]
struct Load {
    octets: usize,
    connections: usize,
    /// All messages of a thread on one connection, or each on its own.
    reuse: bool,
    tls: Option<Arc<ClientConfig>>,
}

pub(crate) fn run(sheet: &Sheet) {
    let tls = client::tls(rustls::ALL_VERSIONS);
    for tls in [None, Some(tls)] {
        let kinds = [
            Kind::Mailfault,
            Kind::Mailin,
            Kind::MailinNodelay,
            Kind::SmtpSink,
        ];
        let kinds: Vec<Kind> = kinds
            .into_iter()
            .filter(|kind| kind.is_installed() && (*kind != Kind::SmtpSink || tls.is_none()))
            .collect();
        if tls.is_none() && !Kind::SmtpSink.is_installed() {
            sheet.note("skipped: smtp-sink is not installed");
        }
        for octets in [1_000, 100_000] {
            for connections in [1, 8] {
                for reuse in [true, false] {
                    let tls = tls.clone();
                    compare(
                        sheet,
                        &kinds,
                        &Load {
                            octets,
                            connections,
                            reuse,
                            tls,
                        },
                    );
                }
            }
        }
    }
}

fn compare(sheet: &Sheet, kinds: &[Kind], load: &Load) {
    let what = format!(
        "{} KB, {} at a time, {}, {}",
        load.octets / 1000,
        load.connections,
        if load.reuse {
            "reused"
        } else {
            "a connection each"
        },
        if load.tls.is_some() {
            "STARTTLS"
        } else {
            "plain"
        },
    );
    if !sheet.wants(&what) {
        return;
    }
    let columns = || {
        kinds
            .iter()
            .map(|kind| Column::new(kind.name()))
            .collect::<Vec<_>>()
    };
    let (mut rates, mut costs) = (columns(), columns());
    let servers: Vec<Served> = kinds
        .iter()
        .map(|kind| Served::start(*kind).expect("a server"))
        .collect();
    for server in &servers {
        load.run(server.addr, LASTS / 4).expect("a healthy server");
    }
    for _ in 0..ROUNDS {
        for (at, server) in servers.iter().enumerate() {
            let before = server.cpu().expect("a process");
            let (count, time) = load.run(server.addr, LASTS).expect("a healthy server");
            let used = server.cpu().expect("a process") - before;
            rates[at].rounds.push(count as f64 / time.as_secs_f64());
            costs[at]
                .rounds
                .push(used.as_secs_f64() * 1e6 / count as f64);
        }
    }
    for (unit, columns) in [("messages/s", rates), ("server CPU µs", costs)] {
        sheet.print(&Comparison {
            bench: "messages",
            what: what.clone(),
            unit,
            columns,
        });
    }
}

impl Load {
    /// Sends until the time is over; says how many messages were taken in how much time.
    fn run(&self, addr: SocketAddr, lasts: Duration) -> io::Result<(usize, Duration)> {
        let content = client::content(self.octets);
        let barrier = Barrier::new(self.connections + 1);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.connections)
                .map(|_| scope.spawn(|| self.sender(addr, lasts, &content, &barrier)))
                .collect();
            barrier.wait();
            let begin = Instant::now();
            let mut count = 0;
            for thread in threads {
                count += thread.join().expect("a sender does not panic")?;
            }
            Ok((count, begin.elapsed()))
        })
    }

    fn sender(
        &self,
        addr: SocketAddr,
        lasts: Duration,
        content: &[u8],
        barrier: &Barrier,
    ) -> io::Result<usize> {
        let connect = || Client::connect(addr, self.tls.as_ref());
        let mut open = self.reuse.then(connect);
        barrier.wait();
        let until = Instant::now() + lasts;
        let mut count = 0;
        while count < MOST && Instant::now() < until {
            let mut client = open.take().unwrap_or_else(connect)?;
            client.send(content)?;
            match self.reuse {
                true => open = Some(Ok(client)),
                false => client.quit()?,
            }
            count += 1;
        }
        Ok(count)
    }
}
