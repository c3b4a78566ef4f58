//! Many servers in one process: no clash, no cross-talk, nothing left behind.

use std::sync::Mutex;

use mailfault::{Ca, MockServer};

use crate::raw_client::RawClient;

/// Threads and descriptors are counted for the whole process, so that other tests must not run
/// meanwhile: this test runs itself again, alone.
#[test]
fn a_hundred_servers_side_by_side_leave_nothing_behind() {
    const ALONE: &str = "MAILFAULT_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let own = std::env::current_exe().unwrap();
        let name = "parallel::a_hundred_servers_side_by_side_leave_nothing_behind";
        let output = std::process::Command::new(own)
            .args(["--exact", name, "--nocapture", "--test-threads=1"])
            .env(ALONE, "1")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        return;
    }
    let ca = Ca::new();
    // What is made once per process: the provider, the thread pools of the test itself.
    round(&ca, 2);
    let before = (entries("/proc/self/task"), entries("/proc/self/fd"));
    round(&ca, 100);
    let after = || (entries("/proc/self/task"), entries("/proc/self/fd"));
    // A joined thread may stand in /proc for a moment longer: the kernel's business, not ours.
    let gone = (0..100_000).any(|_| {
        std::thread::yield_now();
        let (threads, descriptors) = after();
        threads <= before.0 && descriptors <= before.1
    });
    assert!(gone, "{:?}, before {before:?}", after());
}

/// `count` servers at once, each used by a client on a thread of its own.
fn round(ca: &Ca, count: usize) {
    let identity = ca.issue("mx.test");
    let servers: Vec<MockServer> = (0..count)
        .map(|_| MockServer::builder().starttls(identity.clone()).start())
        .collect();
    let mut ports: Vec<u16> = servers.iter().map(|server| server.addr().port()).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), count);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for (number, server) in servers.into_iter().enumerate() {
            let (ca, failures) = (&ca, &failures);
            scope.spawn(move || {
                send(&server, ca, number);
                let report = server.finish();
                let to: Vec<_> = report.mail.iter().flat_map(|mail| &mail.to).collect();
                if to != [&format!("user{number}@b.test")] || report.sessions.len() != 1 {
                    failures
                        .lock()
                        .unwrap()
                        .push(format!("server {number}: {report}"));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures:?}");
}

fn send(server: &MockServer, ca: &Ca, number: usize) {
    let mut client = RawClient::inside_tls(server.addr(), ca.der());
    let rcpt = format!("RCPT TO:<user{number}@b.test>");
    for line in ["MAIL FROM:<a@a.test>", &rcpt, "DATA", "x\r\n.", "QUIT"] {
        let reply = client.say(line);
        assert!(reply.starts_with(['2', '3']), "{line}: {reply}");
    }
}

/// How many entries a folder of /proc has; 0 where there is no /proc.
fn entries(folder: &str) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// A server in a `#[tokio::test]`, started, used and dropped on the test's own runtime.
#[tokio::test]
async fn a_server_works_in_an_async_test() {
    let server = MockServer::start();
    let addr = server.addr();
    let client = tokio::task::spawn_blocking(move || RawClient::helloed(addr).say("QUIT"));
    assert!(client.await.unwrap().starts_with("221"));
    assert_eq!(server.finish().sessions.len(), 1);
    drop(MockServer::start());
}
