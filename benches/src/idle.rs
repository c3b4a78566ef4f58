//! What an idle session holds of the server's memory.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::ClientConfig;

use crate::child::{Kind, Served};
use crate::client::{self, Client};
use crate::figures::{Column, Comparison, Sheet};

const ROUNDS: usize = 3;
const SESSIONS: usize = 5_000;
/// Descriptors for all else.
const SPARE: u64 = 200;

pub(crate) fn run(sheet: &Sheet) {
    let wanted = SESSIONS as u64 + SPARE;
    let allowed = rlimit::increase_nofile_limit(wanted).unwrap_or(0);
    if allowed < wanted {
        eprintln!("skipped: idle wants {wanted} descriptors, and the hard limit is {allowed}");
        eprintln!("hint: `ulimit -Hn {wanted}` in a shell that may");
        return;
    }
    for (name, tls) in [
        ("plain", None),
        (
            "STARTTLS, TLS 1.3",
            Some(client::tls(&[&rustls::version::TLS13])),
        ),
    ] {
        let what = format!("{SESSIONS} sessions, {name}, each");
        if !sheet.wants(&what) {
            continue;
        }
        let mut kinds = vec![Kind::Mailfault, Kind::Bare];
        if tls.is_none() && Kind::SmtpSink.is_installed() {
            kinds.push(Kind::SmtpSink);
        }
        let mut columns: Vec<Column> = kinds.iter().map(|kind| Column::new(kind.name())).collect();
        for _ in 0..ROUNDS {
            for (kind, column) in kinds.iter().zip(&mut columns) {
                let octets = measure(*kind, tls.as_ref()).expect("a healthy server");
                column.rounds.push(octets / 1024.0);
            }
        }
        sheet.print(&Comparison {
            bench: "idle",
            what,
            unit: "KiB",
            columns,
        });
    }
}

/// By how much an open session makes the process grow.
fn measure(kind: Kind, tls: Option<&Arc<ClientConfig>>) -> io::Result<f64> {
    let server = Served::start(kind)?;
    // What the first session sets up once and for all is nobody's share.
    for _ in 0..10 {
        Client::connect(server.addr, tls)?.quit()?;
    }
    let before = server.memory()?;
    let open: Vec<TcpStream> = (0..SESSIONS)
        .map(|_| Ok(Client::connect(server.addr, tls)?.into_socket()))
        .collect::<io::Result<_>>()?;
    let grown = server.memory()?.saturating_sub(before);
    drop(open);
    Ok(grown as f64 / SESSIONS as f64)
}
