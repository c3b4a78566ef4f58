//! A scenario made ready: its server, and the files that a client needs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mailfault::audit::Case;
use mailfault::scenario::{Scenario, TlsWish};
use mailfault::{Auth, Identity, Limits, MockServer, Pem, Persona, Revocation, Stage};
use tempfile::TempDir;

use crate::error::Error;

/// Lets the server of a scenario talk as another product. Its name and the limits that the
/// scenario sets stay, since the faults may depend on them.
pub(crate) fn persona(scenario: &mut Scenario, name: &str) -> Result<(), Error> {
    let persona = Persona::named(name)
        .map_err(|error| Error::from(error).hint("`mailfault list personas` shows them all"))?;
    let old = &mut scenario.server.persona;
    let usual = Persona::named(&old.name).map(|usual| usual.limits);
    let limits = match usual {
        Ok(usual) if usual == old.limits => persona.limits.clone(),
        _ => old.limits.clone(),
    };
    *old = persona.host(old.host.clone());
    old.limits = limits;
    Ok(())
}

/// A person who types needs more time than a test that says nothing for half a minute.
pub(crate) fn patience(scenario: &mut Scenario) {
    let (limits, usual) = (&mut scenario.server.persona.limits, Limits::default());
    if limits.idle == usual.idle {
        // RFC 5321 §4.5.3.2.7.
        limits.idle = Duration::from_secs(5 * 60);
    }
    if limits.session == usual.session {
        limits.session = Duration::from_secs(60 * 60);
    }
}

/// Where the files of a run are: for good in a directory of the user's, else for as long as the
/// run takes.
#[derive(Debug)]
pub(crate) struct Files {
    root: PathBuf,
    temporary: Option<TempDir>,
}

impl Files {
    /// `out`, made if it is not there, or a directory that goes when this does.
    pub(crate) fn new(out: Option<&Path>) -> Result<Self, Error> {
        let (root, temporary) = match out {
            Some(out) => {
                let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
                (out, None)
            }
            None => {
                let temporary = tempfile::Builder::new().prefix("mailfault-").tempdir();
                let temporary = temporary.map_err(|error| {
                    Error::system("make a directory in", &std::env::temp_dir(), &error)
                })?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let files = Self { root, temporary };
        make_directory(&files.certificates())?;
        Ok(files)
    }

    /// Writes what the server presents, and what a correct client has to know.
    pub(crate) fn write(&self, identity: &Identity) -> Result<(), Error> {
        let chain = self.certificates().join("chain.pem");
        write(&chain, &identity.pem())?;
        self.write_for_client(&identity.roots_pem(), &identity.crls_pem())
    }

    /// Writes the root that a correct client trusts, and the lists of those above the certificate.
    pub(crate) fn write_for_client(&self, roots: &Pem, crls: &Pem) -> Result<(), Error> {
        write(&self.ca(), roots)?;
        write(&self.crl(), crls)
    }

    /// The user's directory, if there is one.
    pub(crate) fn out(&self) -> Option<&Path> {
        self.temporary.is_none().then_some(&*self.root)
    }

    /// The root that a correct client trusts.
    pub(crate) fn ca(&self) -> PathBuf {
        self.certificates().join("ca.pem")
    }

    /// The revocation lists of the authorities above the certificate.
    pub(crate) fn crl(&self) -> PathBuf {
        self.certificates().join("crl.pem")
    }

    fn certificates(&self) -> PathBuf {
        self.root.join("certificates")
    }
}

fn write(path: &Path, pem: &Pem) -> Result<(), Error> {
    let written = pem.write_to(path);
    written.map_err(|error| Error::system("write", path, &error))
}

/// Makes a directory and those above it.
pub(crate) fn make_directory(path: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(path).map_err(|error| Error::system("make the directory", path, &error))
}

/// What a client has to know of a running server.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Where the server listens; perhaps everywhere.
    pub(crate) listening: SocketAddr,
    /// Where a client on this machine connects.
    pub(crate) addr: SocketAddr,
    pub(crate) implicit_addr: Option<SocketAddr>,
    /// Where TLS is to be had.
    pub(crate) tls: TlsWish,
    /// The name that the client must verify.
    pub(crate) name: String,
    pub(crate) ca: String,
    /// The file with the revocation lists.
    pub(crate) crl: String,
    /// What is said of the certificate's revocation.
    pub(crate) revocation: Revocation,
    pub(crate) crl_url: Option<String>,
    pub(crate) ocsp_url: Option<String>,
    /// Who the client should say it is, where that matters: user and password.
    pub(crate) login: Option<(String, String)>,
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Target {
    pub(crate) fn new(scenario: &Scenario, server: &MockServer, files: &Files) -> Self {
        Self {
            listening: server.addr(),
            addr: connectable(server.addr()),
            implicit_addr: server.implicit_addr().map(connectable),
            tls: scenario.server.tls,
            name: scenario.server.certificate.name.clone(),
            ca: files.ca().display().to_string(),
            crl: files.crl().display().to_string(),
            revocation: scenario.server.revocation.clone(),
            crl_url: server.crl_url().map(str::to_owned),
            ocsp_url: server.ocsp_url().map(str::to_owned),
            login: login(scenario),
            from: "alice@example.test".to_owned(),
            to: "bob@example.test".to_owned(),
        }
    }

    /// The server of a case of an audit.
    pub(crate) fn of(case: &Case, files: &Files) -> Self {
        Self {
            listening: case.addr(),
            addr: case.addr(),
            implicit_addr: case.implicit_addr(),
            tls: case.tls(),
            name: case.name().to_owned(),
            ca: files.ca().display().to_string(),
            crl: files.crl().display().to_string(),
            revocation: Revocation::new(),
            crl_url: None,
            ocsp_url: None,
            login: None,
            from: case.from().to_owned(),
            to: case.to().to_owned(),
        }
    }
}

/// Everywhere is no place to connect to; here is one of them.
fn connectable(mut addr: SocketAddr) -> SocketAddr {
    match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => addr.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => addr.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    addr
}

/// The credentials without which the server, or its fault, is not seen.
pub(crate) fn login(scenario: &Scenario) -> Option<(String, String)> {
    let login = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
    let matters = scenario.server.require_auth
        || scenario.server.auth == Auth::Refuse
        || scenario
            .faults
            .iter()
            .any(|fault| fault.stage() == Stage::Auth);
    match &scenario.server.auth {
        Auth::Accept { user, password } => login(user, password),
        _ if matters => login("alice", "secret"),
        _ => None,
    }
}
