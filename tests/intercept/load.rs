//! A thousand sessions at once lose nothing.

use std::net::SocketAddr;
use std::process::Command;

use mailfault::intercept::{Builder, Interceptor, UpstreamTls};
use mailfault::{Ca, Limits, MockServer};

use crate::raw_client::RawClient;

const SESSIONS: usize = 1_000;
/// Threads of the client side, each with its share of the sessions.
const THREADS: usize = 20;

#[test]
fn a_thousand_sessions_pass() {
    alone("intercept::load::a_thousand_sessions_pass", || {
        lose_nothing(|it| it.mask_banner(), RawClient::helloed);
    });
}

#[test]
fn a_thousand_sessions_end_their_tls_in_the_box() {
    alone(
        "intercept::load::a_thousand_sessions_end_their_tls_in_the_box",
        || {
            let ca = Ca::new();
            let identity = ca.issue("mx.test");
            lose_nothing(
                |it| {
                    it.terminate_tls(identity)
                        .upstream_tls(UpstreamTls::Unverified)
                },
                |addr| RawClient::inside_tls(addr, ca.der()),
            );
        },
    );
}

/// All sessions are open at once before the first message is sent, and each then sends one that
/// no other does.
fn lose_nothing(
    tampered: impl FnOnce(Builder) -> Builder,
    open: impl Fn(SocketAddr) -> RawClient + Sync,
) {
    let limits = Limits {
        idle: std::time::Duration::from_secs(300),
        ..Limits::default()
    };
    // Without the hybrid group, which takes its time in a debug build.
    let server = MockServer::builder()
        .limits(limits)
        .starttls(Ca::new().issue("mx.test"))
        .groups(["X25519"])
        .start();
    let interceptor = tampered(Interceptor::before(server.addr())).start();
    let everybody_is_there = std::sync::Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (open, addr, barrier) = (&open, interceptor.addr(), &everybody_is_there);
            scope.spawn(move || {
                let share = SESSIONS / THREADS;
                let mut clients: Vec<RawClient> = (0..share).map(|_| open(addr)).collect();
                barrier.wait();
                // All of them in all stages at once.
                for line in ["MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>", "DATA"] {
                    for client in &mut clients {
                        client.send(format!("{line}\r\n"));
                    }
                    for client in &mut clients {
                        assert!(client.reply().starts_with(['2', '3']), "{line}");
                    }
                }
                for (at, client) in clients.iter_mut().enumerate() {
                    client.send(message(thread * share + at));
                    client.send("\r\n.\r\nQUIT\r\n");
                }
                for client in &mut clients {
                    assert!(client.reply().starts_with("250 "));
                    assert!(client.reply().starts_with("221 "));
                    assert_eq!(client.rest().unwrap(), "");
                }
            });
        }
    });
    let report = interceptor.finish();
    assert_eq!(report.sessions.len(), SESSIONS);
    let mail = server.finish().mail;
    let mut contents: Vec<Vec<u8>> = mail.into_iter().map(|one| one.content).collect();
    contents.sort();
    let mut expected: Vec<Vec<u8>> = (0..SESSIONS)
        .map(|number| [message(number).as_bytes(), b"\r\n"].concat())
        .collect();
    expected.sort();
    assert!(
        contents == expected,
        "{} messages of {SESSIONS} came whole",
        contents.len()
    );
}

/// More than one buffer of TLS, different in every session.
fn message(number: usize) -> String {
    let line = format!("message {number:04} and some more of it\r\n");
    format!(
        "Subject: {number}\r\n\r\n{}end",
        line.repeat(50 + number % 700)
    )
}

/// Runs this again in a process of its own that may have as many descriptors as it needs: a
/// session has four here.
fn alone(name: &str, test: impl FnOnce()) {
    const ALONE: &str = "MAILFAULT_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let script = format!("ulimit -n {}; exec \"$0\" \"$@\"", SESSIONS * 4 + 200);
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap());
    command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(ALONE, "1");
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}
