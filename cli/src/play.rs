//! A scenario made ready: its server, and the CA file that a client needs.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use mailfault::scenario::{Scenario, TlsWish};
use mailfault::{Builder, Identity, Leaf, MockServer, Persona};
use tempfile::TempDir;

use crate::error::Error;

/// Gives the certificate of a scenario more names.
pub(crate) fn also_names(scenario: &mut Scenario, names: &[String]) -> Result<(), Error> {
    let certificate = &mut scenario.server.certificate;
    certificate.names.extend(names.iter().cloned());
    let mut leaf = Leaf::new(&certificate.name);
    leaf = names.iter().fold(leaf, Leaf::also);
    leaf = certificate
        .flaws
        .iter()
        .fold(leaf, |leaf, flaw| leaf.flaw(*flaw));
    leaf.check().map_err(|error| Error::new(error.to_string()))
}

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

    /// Writes what the server presents, and the root that a correct client trusts.
    pub(crate) fn write(&self, identity: &Identity) -> Result<(), Error> {
        let chain = self.certificates().join("chain.pem");
        let files = [(self.ca(), identity.roots_pem()), (chain, identity.pem())];
        for (path, pem) in files {
            let written = pem.write_to(&path);
            written.map_err(|error| Error::system("write", &path, &error))?;
        }
        Ok(())
    }

    /// The user's directory, if there is one.
    pub(crate) fn out(&self) -> Option<&Path> {
        self.temporary.is_none().then_some(&*self.root)
    }

    /// The root that a correct client trusts.
    pub(crate) fn ca(&self) -> PathBuf {
        self.certificates().join("ca.pem")
    }

    fn certificates(&self) -> PathBuf {
        self.root.join("certificates")
    }
}

/// Makes a directory and those above it.
pub(crate) fn make_directory(path: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(path).map_err(|error| Error::system("make the directory", path, &error))
}

/// What a client has to know of a running server.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) addr: SocketAddr,
    pub(crate) implicit_addr: Option<SocketAddr>,
    /// Whether `addr` speaks TLS from the first octet.
    pub(crate) implicit: bool,
    /// Whether TLS is to be had at all.
    pub(crate) tls: bool,
    /// The name that the client must verify.
    pub(crate) name: String,
    pub(crate) ca: PathBuf,
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Target {
    pub(crate) fn new(scenario: &Scenario, server: &MockServer, files: &Files) -> Self {
        Self {
            addr: server.addr(),
            implicit_addr: server.implicit_addr(),
            implicit: scenario.server.tls == TlsWish::Implicit,
            tls: scenario.server.tls != TlsWish::None,
            name: scenario.server.certificate.name.clone(),
            ca: files.ca(),
            from: "alice@example.test".to_owned(),
            to: "bob@example.test".to_owned(),
        }
    }
}

/// Starts the server; a port that is taken has its way out named.
pub(crate) fn start(builder: Builder, other_port: &str) -> Result<MockServer, Error> {
    builder.try_start().map_err(|error| match error {
        mailfault::Error::CannotListen {
            address,
            taken: true,
            ..
        } => Error::new(format!(
            "cannot listen on {address}: another program has that port"
        ))
        .hint(other_port),
        error => error.into(),
    })
}
