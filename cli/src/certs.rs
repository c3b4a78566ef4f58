//! `mailfault certs`: certificates as files, for servers of your own.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use mailfault::{Ca, Flaw, Identity, KeyKind, Leaf};

use crate::error::{Ended, Error};
use crate::paste::quoted;
use crate::{find, output, play};

/// Certificates with flaws as files, for a server of your own
///
/// Writes `ca.pem`, the root that a client must trust, and for each certificate its chain and its key. Every run makes a
/// new root, whose key is written nowhere.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault certs /tmp/certs --name mx.test
  mailfault certs /tmp/certs --name mail.example.test --flaw expired --flaw wrong-name
  mailfault certs /tmp/certs --all --key rsa-2048")]
pub(crate) struct Arguments {
    /// Where the files go; made if it is not there
    dir: PathBuf,

    /// A name in the certificate, or an IP address; the first one is what clients verify
    #[arg(long = "name", value_name = "HOST", default_value = "mx.test")]
    names: Vec<String>,

    /// A flaw, as `mailfault list flaws` names them; without one, a good certificate
    #[arg(long = "flaw", value_name = "NAME")]
    flaws: Vec<String>,

    /// A good certificate, and one for every flaw
    #[arg(long, conflicts_with = "flaws")]
    all: bool,

    /// The kind of every key
    #[arg(long, value_enum, value_name = "KIND", default_value = "p256")]
    key: Key,

    /// Draw names, serial numbers and keys (but RSA) from this seed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Key {
    Ed25519,
    P256,
    P384,
    #[value(name = "rsa-2048")]
    Rsa2048,
}

impl From<Key> for KeyKind {
    fn from(key: Key) -> Self {
        match key {
            Key::Ed25519 => Self::Ed25519,
            Key::P256 => Self::P256,
            Key::P384 => Self::P384,
            Key::Rsa2048 => Self::Rsa2048,
        }
    }
}

pub(crate) fn certs(arguments: &Arguments) -> Result<Ended, Error> {
    let leaves = wanted(arguments)?;
    let mut ca = Ca::builder().key(arguments.key.into());
    if let Some(seed) = arguments.seed {
        ca = ca.seed(seed);
    }
    let ca = ca.build();
    // Certificates are made before anything is written: all files or none.
    let issuing = ca.intermediate();
    let issued = leaves
        .into_iter()
        .map(|(flaw, leaf)| (flaw, issuing.issue(leaf)));
    let issued: Vec<_> = issued.collect();

    let dir = std::path::absolute(&arguments.dir).unwrap_or_else(|_| arguments.dir.clone());
    play::make_directory(&dir)?;
    let root = dir.join("ca.pem");
    write(&ca.pem(), &root)?;
    output::line(format!(
        "{}  the root that clients must trust",
        shown(&root)
    ))?;
    for (flaw, identity) in &issued {
        let files = Written::new(&dir, *flaw, identity, &ca)?;
        output::print(&files.told(*flaw, identity))?;
    }
    output::note("note: worthless outside tests; trust this root nowhere else");
    Ok(Ended::AsExpected)
}

/// A certificate to issue, and its flaw; none is a good one.
type Wanted = (Option<Flaw>, Leaf);

fn wanted(arguments: &Arguments) -> Result<Vec<Wanted>, Error> {
    let one = |flaw| Ok((flaw, leaf(&arguments.names, flaw)?));
    if !arguments.all {
        let flaws = arguments
            .flaws
            .iter()
            .map(|name| find::flaw(name).map(Some));
        let flaws: Vec<_> = flaws.collect::<Result<_, _>>()?;
        return match &*flaws {
            [] => Ok(vec![one(None)?]),
            flaws => flaws.iter().copied().map(one).collect(),
        };
    }
    let mut all = vec![one(None)?];
    for flaw in Flaw::all() {
        match one(Some(*flaw)) {
            Ok(wanted) => all.push(wanted),
            // Flaws about names go with one name only.
            Err(Error::Said(why)) => output::note(&format!("note: left out: {why}")),
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

fn leaf(names: &[String], flaw: Option<Flaw>) -> Result<Leaf, Error> {
    let (first, others) = names.split_first().ok_or_else(|| Error::new("no name"))?;
    let mut leaf = others.iter().fold(Leaf::new(first), Leaf::also);
    if let Some(flaw) = flaw {
        leaf = leaf.flaw(flaw);
    }
    match leaf.check() {
        Ok(()) => Ok(leaf),
        // The library's word for it is not the user's.
        Err(error) => Err(Error::new(
            error.to_string().replace("`also`", "a second `--name`"),
        )),
    }
}

/// The files of one certificate.
struct Written {
    chain: PathBuf,
    key: PathBuf,
    roots: PathBuf,
}

impl Written {
    fn new(dir: &Path, flaw: Option<Flaw>, identity: &Identity, ca: &Ca) -> Result<Self, Error> {
        let stem = match flaw {
            Some(flaw) => flaw.id().rsplit('/').next().unwrap_or_default(),
            None => "good",
        };
        let files = Self {
            chain: dir.join(format!("{stem}.pem")),
            key: dir.join(format!("{stem}-key.pem")),
            // An expired root is another root than that of all others.
            roots: match identity.roots() == ca.roots() {
                true => dir.join("ca.pem"),
                false => dir.join(format!("{stem}-ca.pem")),
            },
        };
        write(&identity.pem(), &files.chain)?;
        // Whoever loads these files may be able to sign with a key that we cannot.
        let key = identity.own_key_pem().unwrap_or(identity.key_pem());
        write(&key, &files.key)?;
        write(&identity.roots_pem(), &files.roots)?;
        Ok(files)
    }

    /// What it is, and lines to paste for both sides.
    fn told(&self, flaw: Option<Flaw>, identity: &Identity) -> String {
        let what = match flaw {
            Some(flaw) => format!("{flaw}: {}", flaw.summary()),
            None => "good: nothing is wrong with it".to_owned(),
        };
        let (chain, key, roots) = (shown(&self.chain), shown(&self.key), shown(&self.roots));
        let name = identity.name();
        let verify = match name.parse::<std::net::IpAddr>() {
            Ok(_) => "-verify_ip",
            Err(_) => "-verify_hostname",
        };
        format!(
            "\n{what}\n  \
             server  cert={chain}\n          \
             key={key}\n          \
             postconf -e smtpd_tls_chain_files={key},{chain}\n  \
             client  openssl s_client -starttls smtp -connect HOST:25 -CAfile {roots} {verify} {name} -verify_return_error\n"
        )
    }
}

fn write(pem: &mailfault::Pem, path: &Path) -> Result<(), Error> {
    let written = pem.write_to(path);
    written.map_err(|error| Error::system("write", path, &error))
}

fn shown(path: &Path) -> String {
    quoted(&path.display().to_string())
}
