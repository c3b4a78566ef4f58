//! Servers that share nothing with mailfault: certificates minted and served by the openssl
//! command line. The judges must say what the real clients say of them, and the openssl judge
//! must have the verify code of `openssl s_client`.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use mailfault::judge::{Expectation, Findings, Judge, Probe};
use tempfile::TempDir;

use crate::support::program;
use crate::wordings::Case;
use crate::wordings::clients::{self, Said};

const NAME: &str = "mx.example.test";

/// A server, and the verify code of `openssl s_client -verify_hostname`, as it was when this was
/// written: the test holds both the client and the judge to it.
const SERVERS: [(&str, &str); 24] = [
    ("common-name-only", "0"),
    ("constrained", "47"),
    ("expired", "10"),
    ("expired-and-missing", "10"),
    ("expired-and-wrong-name", "10"),
    ("expired-intermediate", "10"),
    ("for-clients", "26"),
    ("good", "0"),
    ("good-rsa", "0"),
    ("issuer-is-no-ca", "32"),
    ("issuer-may-not-sign", "32"),
    ("missing-intermediate", "21"),
    ("not-yet-valid", "9"),
    ("path-too-long", "25"),
    ("self-signed", "18"),
    ("sha1", "68"),
    ("short-key", "66"),
    ("unknown-critical", "34"),
    ("untrusted", "20"),
    ("untrusted-root-sent", "19"),
    ("wildcard", "0"),
    ("wrong-name", "62"),
    // The root is sent as well.
    ("good with-root", "0"),
    // The leaf is sent twice.
    ("expired doubled", "10"),
];

/// `openssl s_server`; it ends with this.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(home: &Path, name: &str) -> Self {
        let (certificate, variant) = name.split_once(' ').unwrap_or((name, ""));
        let read = |end: &str| {
            let file = home.join(format!("{certificate}.{end}"));
            std::fs::read_to_string(file).expect("a file")
        };
        let chain = match variant {
            "doubled" => read("leaf") + &read("chain"),
            "with-root" => read("chain") + &read_roots(home),
            _ => read("chain"),
        };
        let mut command = program::command("openssl", home);
        // What is sent may be weak, and is for the client to judge.
        command.args(["s_server", "-accept", "127.0.0.1:0", "-www"]);
        command.args(["-cipher", "ALL:@SECLEVEL=0"]);
        command.args(["-cert", &format!("{certificate}.leaf")]);
        command.args(["-key", &format!("{certificate}.key")]);
        if !chain.is_empty() {
            let file = home.join(format!("{name}.sent"));
            std::fs::write(&file, chain).expect("a file");
            command.arg("-cert_chain").arg(file);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().expect("openssl runs");
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let mut lines = lines.map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("ACCEPT ")?.parse().ok());
        // It says more with every connection.
        thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address: address.expect("openssl tells where it listens"),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_roots(home: &Path) -> String {
    std::fs::read_to_string(home.join("roots.pem")).expect("a file")
}

/// What `openssl s_client` prints as its verify code.
fn verify_code(case: &Case, home: &Path) -> String {
    let mut command = program::command("openssl", home);
    command.args(["s_client", "-connect", &case.server.to_string()]);
    command.args(["-servername", NAME, "-verify_hostname", NAME]);
    command.args(["-no-CApath", "-no-CAstore", "-CAfile"]);
    command.arg(&case.roots);
    let said = program::run(&mut command, b"Q\n").said;
    let code = said.lines().find_map(|line| {
        let (_, code) = line.split_once("Verify return code: ")?;
        code.split_once(' ').map(|(code, _)| code.to_owned())
    });
    code.unwrap_or_else(|| panic!("{}: {said}", case.id))
}

fn findings(case: &Case) -> Findings {
    // The server says nothing of SMTP, which is waited for.
    let probe = Probe::new(case.server).implicit().name(NAME);
    let evidence = probe.time_out(Duration::from_secs(2)).run();
    assert!(
        evidence.is_encrypted(),
        "{}: {:?}",
        case.id,
        evidence.trouble
    );
    Findings::of(&evidence, &Expectation::new(NAME).trusting(&case.trusted))
}

#[test]
fn judges_say_of_servers_of_openssl_what_clients_say() {
    if program::installed("openssl").is_none() {
        return;
    }
    let home = TempDir::new().expect("a temporary directory");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/judges/mint.sh");
    let minted = program::run(program::command("sh", home.path()).arg(script), b"");
    assert_eq!(minted.code, Some(0), "{}", minted.said);
    let roots = home.path().join("roots.pem");

    let (servers, cases): (Vec<Server>, Vec<Case>) = SERVERS
        .iter()
        .map(|(name, _)| {
            let server = Server::start(home.path(), name);
            let case = Case::of_server(name, server.address, NAME, &roots);
            (server, case)
        })
        .unzip();
    let judged: BTreeMap<String, Findings> = thread::scope(|scope| {
        let looks: Vec<_> = cases
            .iter()
            .map(|case| scope.spawn(|| (case.id.clone(), findings(case))))
            .collect();
        looks
            .into_iter()
            .map(|look| look.join().expect("no panic"))
            .collect()
    });

    let mut complaints = Vec::new();
    let openssl = Judge::named("openssl").expect("a judge");
    for case in &cases {
        let known = SERVERS.iter().find(|(name, _)| *name == case.id);
        let known = known.map(|(_, code)| *code).unwrap_or_default();
        let client = verify_code(case, home.path());
        let judge = openssl.judge(&judged[&case.id]).code;
        if client != known || judge.as_deref() != Some(known) {
            complaints.push(format!(
                "{}: s_client {client}, judge {judge:?}, known {known}",
                case.id
            ));
        }
    }
    let pairs = [
        ("python ssl", "python"),
        ("node tls", "node"),
        ("gnutls-cli", "gnutls"),
        ("java jsse", "java"),
    ];
    for client in clients::installed() {
        let Some((_, judge)) = pairs.iter().find(|(column, _)| *column == client.column) else {
            continue;
        };
        let judge = Judge::named(judge).expect("a judge");
        for Said {
            id,
            verdict,
            message,
        } in client.meet(&cases)
        {
            let judged = judge.judge(&judged[&id]);
            let words = judged.message.trim_end_matches(['.', ' ']);
            let same = judged.would_deliver() == (verdict == "accepted");
            let said = judged.would_deliver() || message.contains(words);
            if !same || !said {
                complaints.push(format!(
                    "{id}: {} {verdict} ({message}); judge {} ({words})",
                    client.column, judged.decision
                ));
            }
        }
    }
    drop(servers);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
