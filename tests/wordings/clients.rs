//! TLS clients, each with all cases at once or one by one, and what they say in the form that
//! `verdicts.tsv` has.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::{Case, Check};
use crate::support::program::{self, Finished};

/// A client that is installed.
pub(crate) struct Client {
    /// Its name in `verdicts.tsv`.
    pub(crate) column: &'static str,
    pub(crate) version: String,
    meet: Box<Meet>,
}

/// What gnutls-cli says of lists that no trust anchor signed.
const NO_LISTS: &str = "Error setting the x509 CRL file";

/// How it meets them all.
type Meet = dyn Fn(&[Case]) -> Vec<Said> + Send + Sync;

/// What it said of a case.
pub(crate) struct Said {
    pub(crate) id: String,
    pub(crate) verdict: String,
    pub(crate) message: String,
}

impl Client {
    /// One that meets the cases one by one.
    fn new(
        column: &'static str,
        version: String,
        meet: impl Fn(&Case) -> (bool, String) + Send + Sync + 'static,
    ) -> Self {
        let meet = move |cases: &[Case]| {
            let said = cases.iter().map(|case| {
                let (accepted, message) = meet(case);
                let verdict = match accepted {
                    true => "accepted",
                    // It never came so far as to connect.
                    false if message.contains(NO_LISTS) => "not-judged",
                    false => "refused",
                };
                Said {
                    id: case.id.clone(),
                    verdict: verdict.to_owned(),
                    message,
                }
            });
            said.collect()
        };
        Self {
            column,
            version,
            meet: Box::new(meet),
        }
    }

    /// A program that reads all cases from stdin and says a line of each.
    fn script(column: &'static str, version: String, command: &'static [&'static str]) -> Self {
        let meet = move |cases: &[Case]| {
            let Some((first, home)) = cases.first().map(|case| (case, case.home())) else {
                return Vec::new();
            };
            let mut running = program::command(command[0], home);
            running.args(&command[1..]);
            let input: String = cases.iter().map(Case::line).collect();
            let finished = program::run(&mut running, input.as_bytes());
            let said = finished.said.lines().map(|line| {
                match line.splitn(3, '\t').collect::<Vec<_>>()[..] {
                    [id, verdict, message] => Said {
                        id: id.to_owned(),
                        verdict: verdict.to_owned(),
                        message: message.to_owned(),
                    },
                    _ => panic!("{command:?}, from {} on: {line}", first.id),
                }
            });
            said.collect()
        };
        Self {
            column,
            version,
            meet: Box::new(meet),
        }
    }

    pub(crate) fn meet(&self, cases: &[Case]) -> Vec<Said> {
        let mut said = (self.meet)(cases);
        for said in &mut said {
            said.message = printable(&said.message);
        }
        said
    }
}

/// Every client that is installed; the others are said aloud.
pub(crate) fn installed() -> Vec<Client> {
    let clients = [
        openssl("openssl s_client", &[]),
        openssl("openssl s_client -x509_strict", &["-x509_strict"]),
        curl(),
        python(),
        node(),
        gnutls(),
        java(),
        Some(rustls()),
    ];
    clients.into_iter().flatten().collect()
}

/// The first thing in what the program prints of itself that looks like a version.
fn version(program: &Path, argument: &str) -> Option<String> {
    let home = tempfile::TempDir::new().expect("a temporary directory");
    let finished = program::run(program::command(program, home.path()).arg(argument), b"");
    let words = finished.said.split([' ', '\n', '"']);
    let mut versions = words.map(|word| word.trim_start_matches('v'));
    let found = versions.find(|word| {
        let mut parts = word.split('.');
        let number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u32>().is_ok());
        number(parts.next()) && number(parts.next())
    });
    found.map(str::to_owned)
}

/// Where the program is, and its version.
fn found(name: &str, argument: &str) -> Option<(PathBuf, String)> {
    let program = program::installed(name)?;
    let version = version(&program, argument);
    if version.is_none() {
        program::skip(name, "it does not tell its version");
    }
    Some((program, version?))
}

fn openssl(column: &'static str, options: &'static [&'static str]) -> Option<Client> {
    let (openssl, version) = found("openssl", "version")?;
    Some(Client::new(column, version, move |case| {
        let mut command = program::command(&openssl, case.home());
        command.args(["s_client", "-connect", &case.server.to_string()]);
        match case.is_address() {
            true => command.args(["-noservername", "-verify_ip", &case.name]),
            false => command.args(["-servername", &case.name, "-verify_hostname", &case.name]),
        };
        command.args(["-verify_return_error", "-no-CApath", "-no-CAstore"]);
        command.arg("-CAfile").arg(&case.roots).args(options);
        match case.check {
            Check::Lists => drop(command.args(["-crl_check", "-CRL"]).arg(&case.crls)),
            Check::Staple => drop(command.arg("-status")),
            Check::Nothing => {}
        }
        let Finished { code, said, .. } = program::run(&mut command, b"QUIT\r\n");
        if code == Some(0) {
            return (true, between(&said, "\nNew, ", ",").unwrap_or_default());
        }
        let verify = said.lines().find(|line| line.starts_with("verify error:"));
        // thread:error:number:library:function:reason:file:line:data
        let error = said.lines().find_map(|line| {
            let (_, error) = line.split_once(":error:")?;
            let parts: Vec<_> = error.splitn(5, ':').take(4).collect();
            Some(format!("error:{}", parts.join(":")))
        });
        let parts = [verify.map(str::to_owned), error];
        (
            false,
            parts.into_iter().flatten().collect::<Vec<_>>().join("; "),
        )
    }))
}

fn curl() -> Option<Client> {
    let (curl, version) = found("curl", "--version")?;
    Some(Client::new("curl", version, move |case| {
        let Case { name, server, .. } = case;
        let port = server.port();
        let mut command = program::command(&curl, case.home());
        // -q comes first: no .curlrc.
        command.args(["-q", "--silent", "--show-error"]);
        command.args(["--url", &format!("smtps://{name}:{port}/client.test")]);
        command.args(["--connect-to", &format!("{name}:{port}:{server}")]);
        command.args(["--mail-from", "a@client.test", "--mail-rcpt", "b@mx.test"]);
        command.args(["--write-out", " [ssl_verify_result=%{ssl_verify_result}]"]);
        command.arg("--cacert").arg(&case.roots);
        match case.check {
            Check::Lists => drop(command.arg("--crlfile").arg(&case.crls)),
            Check::Staple => drop(command.arg("--cert-status")),
            Check::Nothing => {}
        }
        // The roots will do for a message.
        command.arg("--upload-file").arg(&case.roots);
        let Finished { code, said, .. } = program::run(&mut command, b"");
        if code == Some(0) {
            return (true, String::new());
        }
        let error = said
            .lines()
            .find_map(|line| Some(format!("curl: {}", line.split_once("curl: ")?.1)));
        let result = between(&said, "[ssl_verify_result=", "]").unwrap_or_default();
        let error = error.unwrap_or_default();
        (false, format!("{error} [ssl_verify_result={result}]"))
    }))
}

fn gnutls() -> Option<Client> {
    let (gnutls, version) = found("gnutls-cli", "--version")?;
    Some(Client::new("gnutls-cli", version, move |case| {
        let mut command = program::command(&gnutls, case.home());
        command.arg("--x509cafile").arg(&case.roots);
        if case.check == Check::Lists {
            command.arg("--x509crlfile").arg(&case.crls);
        }
        command.args(["--verify-hostname", &case.name]);
        match case.is_address() {
            true => command.arg("--disable-sni"),
            false => command.args(["--sni-hostname", &case.name]),
        };
        command.args(["--port", &case.server.port().to_string()]);
        command.arg(case.server.ip().to_string());
        let Finished { code, said, .. } = program::run(&mut command, b"QUIT\r\n");
        if code == Some(0) {
            return (
                true,
                between(&said, "- Description: (", ")").unwrap_or_default(),
            );
        }
        if said.contains(NO_LISTS) {
            let lines: Vec<_> = said.lines().map(str::trim).collect();
            return (false, lines.join(" / "));
        }
        let lines = said.lines().filter_map(|line| {
            let status = line
                .strip_prefix("- ")
                .filter(|line| line.starts_with("Status: "));
            status.or_else(|| {
                line.strip_prefix("*** ")
                    .filter(|line| line.starts_with("Fatal error: "))
            })
        });
        let lines: Vec<_> = lines.map(str::trim).collect();
        (false, lines.join(" | "))
    }))
}

fn python() -> Option<Client> {
    let (_, version) = found("python3", "--version")?;
    const COMMAND: &[&str] = &[
        "python3",
        "-I",
        concat!(env!("CARGO_MANIFEST_DIR"), "/wordings/handshake.py"),
    ];
    Some(Client::script("python ssl", version, COMMAND))
}

fn node() -> Option<Client> {
    let (_, version) = found("node", "--version")?;
    const COMMAND: &[&str] = &[
        "node",
        concat!(env!("CARGO_MANIFEST_DIR"), "/wordings/handshake.js"),
    ];
    Some(Client::script("node tls", version, COMMAND))
}

/// Only where there is a whole JDK, which runs a source file; nobody has to install one.
fn java() -> Option<Client> {
    if program::find("javac").is_none() {
        super::aloud("skipped: a JDK is not installed");
        return None;
    }
    let (_, version) = found("java", "--version")?;
    const COMMAND: &[&str] = &[
        "java",
        concat!(env!("CARGO_MANIFEST_DIR"), "/wordings/Handshake.java"),
    ];
    Some(Client::script("java jsse", version, COMMAND))
}

/// In this process, with the provider that the tests have.
fn rustls() -> Client {
    let lock = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"));
    let version = between(lock, "name = \"rustls\"\nversion = \"", "\"");
    let version = version.expect("rustls in Cargo.lock");
    Client::new("rustls (ring)", version, |case| {
        let mut roots = RootCertStore::empty();
        for root in &case.trusted {
            // A root that rustls cannot read is none for it.
            let _ = roots.add(CertificateDer::from(root.as_bytes().to_vec()));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions that ring has");
        let config = match case.check {
            Check::Lists => {
                let lists = case
                    .lists
                    .iter()
                    .map(|list| list.as_bytes().to_vec().into());
                let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider)
                    .with_crls(lists)
                    .only_check_end_entity_revocation();
                match verifier.build() {
                    Ok(verifier) => config.with_webpki_verifier(verifier),
                    Err(error) => return (false, format!("{error:?} | {error}")),
                }
            }
            Check::Nothing | Check::Staple => config.with_root_certificates(roots),
        };
        let config = config.with_no_client_auth();
        let name = ServerName::try_from(case.name.clone()).expect("a name or an address");
        let connection = ClientConnection::new(Arc::new(config), name).expect("a configuration");
        let socket = TcpStream::connect(case.server).expect("a server");
        let limit = Some(Duration::from_secs(10));
        socket.set_read_timeout(limit).expect("a limit");
        let mut tls = StreamOwned::new(connection, socket);
        let done = tls.write_all(b"QUIT\r\n").and_then(|()| {
            // Read until it is over, or the end would be a reset.
            let mut rest = Vec::new();
            tls.read_to_end(&mut rest)
        });
        match done {
            Ok(_) => {
                let version = tls.conn.protocol_version();
                let version = version.map(|version| format!("{version:?}").replace('_', "."));
                (true, version.unwrap_or_default())
            }
            Err(error) => {
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
                let said = inner.map(|inner: &rustls::Error| format!("{inner:?} | {inner}"));
                (
                    false,
                    without_what_differs(&said.unwrap_or_else(|| error.to_string())),
                )
            }
        }
    })
}

/// Without what differs each time: seconds since 1970 as `<t>`, the seconds since then as `<n>`,
/// numbers of algorithms, which were addresses in older versions, as `0xPTR`.
fn without_what_differs(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        if let Some((before, number)) = word.split_once("0x") {
            let after = number.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
            if number.len() - after.len() > 4 {
                return format!("{before}0xPTR{after}");
            }
        }
        let digits: String = word.chars().filter(char::is_ascii_digit).collect();
        match digits.len() {
            10 if word.contains(&digits) => word.replace(&digits, "<t>"),
            5.. if word == format!("({digits}") => "(<n>".to_owned(),
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Octets that do not print as Rust writes them.
fn printable(text: &str) -> String {
    let mut printable = String::new();
    for character in text.chars() {
        match character.is_control() {
            true => printable.extend(character.escape_default()),
            false => printable.push(character),
        }
    }
    printable
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0.to_owned())
}
