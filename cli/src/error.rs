//! Messages, hints, exit codes.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::output;

/// How a verb ended that could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    AsExpected,
    NotAsExpected,
}

/// Why a verb could not run.
#[derive(Clone, Debug)]
pub(crate) enum Error {
    /// Whoever read stdout has left, as in `mailfault list | head`: no failure.
    ReaderLeft,
    /// What is wrong, in lower case, and perhaps a hint on a line of its own.
    Said(String),
}

impl Error {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self::Said(what.into())
    }

    /// What the operating system would not do.
    pub(crate) fn system(verb: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {verb} `{}`: {error}", path.display()))
    }

    /// Adds a hint, unless there is one already: one is read, two are not.
    pub(crate) fn hint(self, hint: impl AsRef<str>) -> Self {
        match self {
            Self::Said(what) if !what.contains("\nhint: ") => {
                Self::Said(format!("{what}\nhint: {}", hint.as_ref()))
            }
            other => other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReaderLeft => f.write_str("nobody reads stdout"),
            Self::Said(what) => f.write_str(what),
        }
    }
}

impl From<mailfault::Error> for Error {
    fn from(error: mailfault::Error) -> Self {
        let said = Self::new(error.to_string());
        match error {
            mailfault::Error::NeedsFeature { feature, .. } => said.hint(format!(
                "build the command with it: cargo install --path cli --features {feature}"
            )),
            _ => said,
        }
    }
}

/// Of stdout: files have their names with them, see [`Error::system`].
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderLeft,
            _ => Self::new(format!("cannot write to stdout: {error}")),
        }
    }
}

/// 0 as expected, 1 not as expected, 2 could not run.
pub(crate) fn exit_code(done: Result<Ended, Error>) -> ExitCode {
    match done {
        Ok(Ended::AsExpected) | Err(Error::ReaderLeft) => ExitCode::SUCCESS,
        Ok(Ended::NotAsExpected) => ExitCode::from(1),
        Err(Error::Said(what)) => {
            output::note(&format!("error: {what}"));
            ExitCode::from(2)
        }
    }
}
