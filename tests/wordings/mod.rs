//! What `verdicts.tsv` says of the faults of a certificate, seen again: every TLS client that is
//! installed meets every scenario of `tls/`, and of `revocation/` what a list from a file or a staple
//! shows, and is held to what it was seen to do and say before.
//!
//! `SNAPSHOTS=overwrite cargo test -p mailfault-tests wordings` writes into `scenarios/verdicts.tsv`
//! what is not there yet and marks what was seen again; then renew `docs/client-table.md` likewise.
//!
//! Mail clients are held to the same table by `tests/clients`.

pub(crate) mod clients; // TLS clients, and what they say in the form that the table has
mod differences; // where a client is known to say something else than before, and why

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use mailfault::judge::Expectation;
use mailfault::scenario::{CertificateWish, Scenario, TlsWish};
use mailfault::{Control, Der, MockServer, Requirement, ResponderWish};
use mailfault_scenarios::VERDICTS;
use tempfile::TempDir;

use clients::{Client, Said};
use differences::{BY_CHANCE, DIFFERENCES};

/// The name that was verified when the table was measured.
const NAME: &str = "mail.fixture.test";

/// A server with a fault, and what a client has to know of it.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) server: SocketAddr,
    /// The name, or the address, that the client verifies.
    pub(crate) name: String,
    pub(crate) roots: PathBuf,
    pub(crate) trusted: Vec<Der>,
    check: Check,
    /// The revocation lists of those above the certificate.
    crls: PathBuf,
    lists: Vec<Der>,
    /// What it must make of it.
    pub(crate) verifying: Option<Requirement>,
}

/// How a client is told to learn whether the certificate was revoked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    Lists,
    Nothing,
    Staple,
}

impl Check {
    fn of(scenario: &Scenario) -> Self {
        let certificate = &scenario.server.certificate;
        let revocation = &scenario.server.revocation;
        let stapled = certificate.control.is_some_and(Control::staples);
        match () {
            () if revocation.crl_server != ResponderWish::Works => Self::Nothing,
            () if revocation.crl.is_some() => Self::Lists,
            () if stapled || revocation.staple.is_some() || revocation.must_staple => Self::Staple,
            () => Self::Nothing,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Lists => "lists",
            Self::Nothing => "nothing",
            Self::Staple => "staple",
        }
    }
}

/// Whether a TLS client that meets the scenario's server shows what the scenario is about. What a
/// responder does is seen by those alone who ask it.
fn is_met(scenario: &Scenario) -> bool {
    const CONTROLS: [&str; 3] = [
        "control/crl-good",
        "control/must-staple-good",
        "control/ocsp-good",
    ];
    let id = &*scenario.id;
    let revocation = &scenario.server.revocation;
    let of_responder = revocation.ocsp.is_some() || revocation.crl_server != ResponderWish::Works;
    id.starts_with("tls/")
        || id == "revocation/responder-unreachable"
        || id.starts_with("revocation/") && !of_responder
        || CONTROLS.contains(&id)
}

impl Case {
    pub(crate) fn serve(mut scenario: Scenario, home: &Path) -> (Self, MockServer) {
        let certificate = &mut scenario.server.certificate;
        // A wildcard for a top-level domain only stands for a name of two labels.
        if scenario.id != "tls/wildcard-tld" {
            rename(certificate);
        }
        // As it was measured: of the names in question and no others.
        certificate.only_names = true;
        scenario.server.tls = TlsWish::Implicit;
        let name = scenario.server.certificate.name.clone();
        let check = Check::of(&scenario);
        let (builder, identity) = scenario.builder();
        let roots = home.join(format!("{}.pem", scenario.id.replace('/', "-")));
        identity.roots_pem().write_to(&roots).expect("a file");
        let crls = roots.with_extension("crl.pem");
        identity.crls_pem().write_to(&crls).expect("a file");
        let server = builder.start();
        let case = Self {
            id: scenario.id,
            server: server.addr(),
            name,
            roots,
            trusted: identity.roots().to_vec(),
            check,
            crls,
            lists: identity.crls(),
            verifying: scenario.verifying,
        };
        (case, server)
    }

    /// A server that is not ours, of which nobody can learn whether its certificate was revoked.
    pub(crate) fn of_server(id: &str, server: SocketAddr, name: &str, roots: &Path) -> Self {
        let pem = std::fs::read(roots).expect("a file");
        let trusted = Expectation::new(name).trusting_pem(&pem).expect("a root");
        Self {
            id: id.to_owned(),
            server,
            name: name.to_owned(),
            roots: roots.to_owned(),
            trusted: trusted.roots,
            check: Check::Nothing,
            crls: PathBuf::new(),
            lists: Vec::new(),
            verifying: None,
        }
    }

    fn home(&self) -> &Path {
        self.roots.parent().expect("a directory")
    }

    fn is_address(&self) -> bool {
        self.name.parse::<IpAddr>().is_ok()
    }

    /// What a script reads of it.
    fn line(&self) -> String {
        let Self {
            id,
            server,
            name,
            roots,
            crls,
            ..
        } = self;
        let (address, port) = (server.ip(), server.port());
        let (roots, check, crls) = (roots.display(), self.check.word(), crls.display());
        format!("{id}\t{address}\t{port}\t{name}\t{roots}\t{check}\t{crls}\n")
    }
}

/// Gives the certificate the name that was measured, where it has the usual one.
fn rename(certificate: &mut CertificateWish) {
    if certificate.names != ["mx.test"] {
        return;
    }
    certificate.names = vec![NAME.to_owned()];
    if certificate.name == "mx.test" {
        certificate.name = NAME.to_owned();
    }
}

/// A row of the table, in the order of its columns.
#[derive(Clone)]
struct Row {
    fault: String,
    client: String,
    version: String,
    verdict: String,
    message: String,
    measured: String,
}

impl Row {
    fn parse(line: &str) -> Self {
        let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let columns: Result<[String; 6], _> = columns.try_into();
        let [fault, client, version, verdict, message, measured] =
            columns.unwrap_or_else(|_| panic!("no row of verdicts.tsv: {line}"));
        Self {
            fault,
            client,
            version,
            verdict,
            message,
            measured,
        }
    }

    fn line(&self) -> String {
        let Self {
            fault,
            client,
            version,
            verdict,
            message,
            measured,
        } = self;
        [fault, client, version, verdict, message, measured]
            .map(String::as_str)
            .join("\t")
    }

    /// Whether these are releases that should say the same: 3.0.19 and 3.0.22.
    fn is_like(&self, version: &str) -> bool {
        let release = |version: &str| version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        release(&self.version) == release(version)
    }

    /// What is said now and was not then; nothing if all is as it was.
    fn complaint(&self, client: &Client, said: &Said) -> Option<String> {
        let Self {
            version,
            verdict,
            message,
            ..
        } = self;
        if *verdict != said.verdict {
            return Some(format!(
                "was {verdict} ({version}: {message}), is {} ({}: {})",
                said.verdict, client.version, said.message
            ));
        }
        let accepted = verdict == "accepted";
        let by_chance = BY_CHANCE.iter().any(|(fault, _)| *fault == self.fault);
        if accepted || by_chance || !self.is_like(&client.version) || same(message, &said.message) {
            return None;
        }
        Some(format!(
            "said, as of {version}: {message}\n  says, as of {}: {}",
            client.version, said.message
        ))
    }
}

/// Whether two texts mean the same: the names of the domain and of the authority, places in source files, sizes, the patch
/// level of a library that is named, and what was cut off do not count.
fn same(before: &str, now: &str) -> bool {
    let plain = |text: &str| {
        let mut words: Vec<_> = text.split(' ').collect();
        let size = |word: &str| {
            word.strip_prefix('(')
                .is_some_and(|word| word.parse::<u32>().is_ok())
        };
        words.retain(|word| {
            !word.starts_with("(_ssl.c:")
                && !word.starts_with("OpenSSL/")
                && !size(word.trim_end_matches(')'))
        });
        let text = words.join(" ").replace("mx.test", "fixture.test");
        let text = text.replace("example.test", "fixture.test");
        let text = text.replace("CN=<authority>", "CN=Fixture");
        text.trim_end_matches([':', ' ']).to_owned()
    };
    let (before, now) = (plain(before), plain(now));
    match before.split_once('…') {
        Some((beginning, _)) => now.starts_with(beginning.trim_end()),
        None => before == now,
    }
}

/// The table, without its head.
fn rows() -> Vec<Row> {
    let lines = VERDICTS.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1).map(Row::parse).collect()
}

/// The row to compare with: of this version, else of one like it, else of the last.
fn row<'a>(rows: &'a [Row], fault: &str, client: &Client) -> Option<&'a Row> {
    let mut of_client = rows
        .iter()
        .filter(|row| row.fault == fault && row.client == client.column);
    let all: Vec<_> = of_client.by_ref().collect();
    let exact = all.iter().find(|row| row.version == client.version);
    let like = all.iter().find(|row| row.is_like(&client.version));
    exact.or(like).or(all.last()).copied()
}

#[test]
fn tls_clients_do_and_say_what_the_table_says() {
    let home = TempDir::new().expect("a temporary directory");
    let scenarios = Scenario::all().into_iter();
    let (cases, servers): (Vec<Case>, Vec<MockServer>) = scenarios
        .filter(is_met)
        .map(|scenario| Case::serve(scenario, home.path()))
        .unzip();
    let clients = clients::installed();
    let said = meet(&clients, &cases);
    drop(servers);

    let table = rows();
    let mut complaints = Vec::new();
    let mut new = Vec::new();
    let mut again = Vec::new();
    for (client, said) in clients
        .iter()
        .zip(&said)
        .flat_map(|(client, all)| all.iter().map(move |said| (client, said)))
    {
        let known = DIFFERENCES.iter().find(|known| {
            known.faults.contains(&&*said.id) && known.clients.contains(&client.column)
        });
        let Some(row) = row(&table, &said.id, client) else {
            // Few clients look at revocation, and nobody said that they do.
            let must_refuse = |case: &Case| {
                case.verifying == Some(Requirement::Refuse) && !case.id.starts_with("revocation/")
            };
            let case = cases.iter().find(|case| case.id == said.id);
            if said.verdict != "refused" && case.is_some_and(must_refuse) {
                aloud(&format!(
                    "held back: {} {} {} {}; its authors first, and then the row by hand",
                    said.id, client.column, client.version, said.verdict
                ));
                continue;
            }
            new.push(Row {
                fault: said.id.clone(),
                client: client.column.to_owned(),
                version: client.version.clone(),
                verdict: said.verdict.clone(),
                message: cut(&said.message),
                measured: "here".to_owned(),
            });
            continue;
        };
        match (row.complaint(client, said), known) {
            (None, None) => {
                again.push((row.fault.clone(), row.client.clone(), row.version.clone()))
            }
            (None, Some(known)) => complaints.push(format!(
                "{} {}: a difference that is listed is one, or is taken out: {}",
                said.id, client.column, known.why
            )),
            (Some(_), Some(known)) if said.message.contains(known.says) => {}
            (Some(complaint), _) => {
                complaints.push(format!("{} {}: {complaint}", said.id, client.column));
            }
        }
    }
    renew(table, new, &again);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// What each client said of the cases, in the order of the clients.
fn meet(clients: &[Client], cases: &[Case]) -> Vec<Vec<Said>> {
    let next = Mutex::new(0..clients.len());
    let said = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(number) = next.lock().expect("no panic").next() else {
                        return;
                    };
                    let all = clients[number].meet(cases);
                    said.lock().expect("no panic").insert(number, all);
                }
            });
        }
    });
    let said = said.into_inner().expect("no panic");
    said.into_values().collect()
}

/// Writes the table with what was seen for the first time, and what was seen again marked; or says
/// that there is something to write.
fn renew(mut table: Vec<Row>, new: Vec<Row>, again: &[(String, String, String)]) {
    let mut marked = 0;
    for row in &mut table {
        let key = (row.fault.clone(), row.client.clone(), row.version.clone());
        if row.measured == "before" && again.contains(&key) {
            row.measured = "both".to_owned();
            marked += 1;
        }
    }
    let added = new.len();
    if (marked, added) == (0, 0) {
        return;
    }
    if std::env::var_os("SNAPSHOTS").is_none_or(|value| value != "overwrite") {
        aloud(&format!(
            "verdicts.tsv: {added} rows to add, {marked} to mark; SNAPSHOTS=overwrite does"
        ));
        return;
    }
    for row in new {
        let folder = row.fault.split('/').next().unwrap_or_default();
        let last = |test: &dyn Fn(&Row) -> bool| table.iter().rposition(test);
        let place = last(&|known| known.fault == row.fault)
            .or_else(|| last(&|known| known.fault.starts_with(folder)))
            .map_or(table.len(), |last| last + 1);
        table.insert(place, row);
    }
    let head = VERDICTS.lines().take_while(|line| line.starts_with('#'));
    let columns = VERDICTS.lines().find(|line| !line.starts_with('#'));
    let mut lines: Vec<String> = head.chain(columns).map(str::to_owned).collect();
    lines.extend(table.iter().map(Row::line));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/verdicts.tsv");
    std::fs::write(file, lines.join("\n") + "\n").expect("the table is written");
}

/// What is enough of it: nobody reads on.
fn cut(message: &str) -> String {
    match message.char_indices().nth(400) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// Not `eprintln!`, which the test harness keeps to itself while a test passes.
fn aloud(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[test]
fn texts_are_compared_without_what_does_not_count() {
    assert!(same(
        "failed: expired (_ssl.c:1006) [verify_code=10]",
        "failed: expired (_ssl.c:1020) [verify_code=10]"
    ));
    assert!(same(
        "curl: (35) OpenSSL/3.0.19: error:1",
        "curl: (35) OpenSSL/3.0.22: error:1"
    ));
    assert!(same(
        "invalid peer certificate: not valid after …",
        "invalid peer certificate: not valid after 3"
    ));
    assert!(!same("certificate has expired", "self-signed certificate"));
}
