//! `mailfault audit`: a client through the whole catalogue, and its report card.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use mailfault::audit::{Audit, ClientKind, Format, Grade, Limbo, ReportCard, RevocationCheck};

use crate::arguments::duration;
use crate::error::{Ended, Error};
use crate::output;
use program::Program;

mod program; // a command as the client of an audit

/// Run a mail client through the catalogue: which faults does it wrongly accept, and what does it give away?
///
/// CMD is run once for each case, with the same words replaced as for `run`: `{host}`, `{port}`, `{addr}`, `{name}` (to
/// verify), `{ca}` (the file of the root to trust), `{crl}` (the file of the revocation lists), `{from}`, `{to}`. It should try to send one message and end.
/// Judged is what the servers saw; what the client says is kept beside it.
#[derive(Args)]
#[command(after_help = "\
Exit code: 0 nothing wrong, 1 something wrong, 2 could not run, or the client could not deliver to a healthy server.

Examples:
  mailfault audit -- swaks --server {addr} --tls --tls-verify --tls-ca-path {ca} --from {from} --to {to}
  mailfault audit --only 'tls/*' --report card.html --report junit.xml -- ./my-client {host} {port} {name} {ca}
  mailfault audit --limbo limbo.json --only 'limbo/*' -- ./my-client {host} {port} {name} {ca}
  mailfault audit --only 'revocation/*' --revocation crl -- curl -sS --ssl-reqd --cacert {ca} --crlfile {crl} \\
    --connect-to ::{addr} smtp://{name} --mail-from {from} --mail-rcpt {to} -T {ca}
  mailfault audit --client opportunistic --jobs 16 --timeout 20s -- ./my-mta-test.sh")]
pub(crate) struct Arguments {
    /// Only the cases that this means: tls/expired, 'tls/*', '*-intermediate'; controls are always played
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,

    /// Not the cases that this means; the report names them
    #[arg(long, value_name = "GLOB")]
    skip: Vec<String>,

    /// Play the test cases of x509-limbo as well, by the name limbo/ID; docs/limbo.md says where the file comes from
    #[arg(long, value_name = "FILE")]
    limbo: Option<PathBuf>,

    /// What the client promises: to demand TLS and verify, or to take what TLS it can get
    #[arg(long = "client", value_name = "KIND", value_enum, default_value_t = Kind::Verifying)]
    kind: Kind,

    /// The client speaks TLS from the first octet
    #[arg(long)]
    implicit_tls: bool,

    /// How the client checks whether a certificate was revoked; what is about other ways is not judged
    #[arg(long, value_name = "HOW", value_enum, value_delimiter = ',')]
    revocation: Vec<Revocation>,

    /// What the client is called in the reports; its program if nothing is said
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// How many cases run at a time; eight for each core if nothing is said, since clients mostly wait
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// How long a case may take: 500ms, 30s, 2m. A client that waits longer is said to hang
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    timeout: Duration,

    /// Write a report; its name's end says which: .html, .json, .xml (JUnit), .md, .txt
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,

    /// Print one object with every case and its transcript
    #[arg(long)]
    json: bool,

    /// The client and its arguments
    #[arg(last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Opportunistic,
    Verifying,
}

#[derive(Clone, Copy, ValueEnum)]
enum Revocation {
    /// By the authorities' lists: fetched, or from the file `{crl}`
    Crl,
    /// By the OCSP responder that the certificate names
    Ocsp,
    /// By a stapled answer
    Staple,
}

impl From<Revocation> for RevocationCheck {
    fn from(how: Revocation) -> Self {
        match how {
            Revocation::Crl => Self::Crl,
            Revocation::Ocsp => Self::Ocsp,
            Revocation::Staple => Self::Staple,
        }
    }
}

pub(crate) fn audit(arguments: &Arguments) -> Result<Ended, Error> {
    for path in &arguments.report {
        writable(path)?;
    }
    let program = Program::new(&arguments.command)?;
    let interrupted = program.watch_signals()?;
    let limbo = arguments.limbo.as_deref().map(Limbo::read).transpose()?;
    let audit = wish(arguments, limbo, &program);
    let errors = program.errors();
    let card = audit
        .try_run(move |case| program.run(case))
        .map_err(|error| Error::from(error).hint("`mailfault list` shows what there is"));
    output::progress("");
    let card = card?;
    if interrupted.came() {
        return Err(Error::new("interrupted before the audit was done"));
    }
    // A command that cannot be run says nothing about any server.
    if let Some(error) = errors.first() {
        return Err(error);
    }
    tell(arguments, &card)
}

fn wish(arguments: &Arguments, limbo: Option<Limbo>, program: &Program) -> Audit {
    let kind = match arguments.kind {
        Kind::Opportunistic => ClientKind::Opportunistic,
        Kind::Verifying => ClientKind::Verifying,
    };
    let name = arguments.name.clone().unwrap_or_else(|| program.name());
    let mut audit = Audit::of(kind)
        .client(name)
        .time_out(arguments.timeout)
        .checks_revocation(arguments.revocation.iter().map(|how| (*how).into()))
        .progress(|done, total, id| output::progress(&format!("{done} of {total}: {id}")));
    if let Some(jobs) = arguments.jobs {
        audit = audit.jobs(jobs.get());
    }
    if let Some(limbo) = limbo {
        audit = audit.limbo(limbo);
    }
    if arguments.implicit_tls {
        audit = audit.over_implicit_tls();
    }
    audit = arguments
        .only
        .iter()
        .fold(audit, |audit, glob| audit.only(glob));
    arguments
        .skip
        .iter()
        .fold(audit, |audit, glob| audit.skip(glob, ""))
}

/// An audit takes minutes: whether its report can be written is known before.
fn writable(path: &Path) -> Result<(), Error> {
    Format::of(path).map_err(|_| {
        let path = path.display();
        Error::new(format!("`{path}` is no format of a report"))
            .hint("a report ends in .html, .json, .xml, .md or .txt")
    })?;
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path);
    file.map(drop)
        .map_err(|error| Error::system("write", path, &error))
}

fn tell(arguments: &Arguments, card: &ReportCard) -> Result<Ended, Error> {
    for path in &arguments.report {
        let written = card.write_to(path);
        written.map_err(|error| Error::system("write", path, &error))?;
    }
    let printed = match arguments.json {
        true => output::print(&card.to(Format::Json)),
        false => output::print(&card.to_string()),
    };
    // The verdict is the exit code, whether or not somebody reads stdout.
    match printed.map_err(Error::from) {
        Ok(()) | Err(Error::ReaderLeft) => {}
        Err(error) => return Err(error),
    }
    match &card.stopped {
        Some(stopped) if card.count(Grade::Wrong) == 0 => Err(Error::new(stopped.clone())),
        _ if card.is_clean() => Ok(Ended::AsExpected),
        _ => Ok(Ended::NotAsExpected),
    }
}
