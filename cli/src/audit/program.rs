//! A command as the client of an audit: started once for each case, bounded, its words kept.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use mailfault::audit::{Case, Said};

use crate::child::{Client, Left};
use crate::error::Error;
use crate::play::{Files, Target};
use crate::signals::{Signals, runtime};

/// A command, run once for each case.
pub(super) struct Program {
    words: Vec<OsString>,
    interrupted: Interrupted,
    errors: Errors,
}

/// Whether we were told to end.
#[derive(Clone, Default)]
pub(super) struct Interrupted(Arc<AtomicBool>);

impl Interrupted {
    pub(super) fn came(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Why the command could not be run.
#[derive(Clone, Default)]
pub(super) struct Errors(Arc<Mutex<Vec<Error>>>);

impl Errors {
    pub(super) fn first(&self) -> Option<Error> {
        let errors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        errors.first().cloned()
    }

    fn add(&self, error: Error) {
        let mut errors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        errors.push(error);
    }
}

impl Program {
    pub(super) fn new(words: &[OsString]) -> Result<Self, Error> {
        if words.is_empty() {
            return Err(Error::new("no command to run").hint(
                "write it behind `--`, as in `mailfault audit -- swaks --server {addr} --to {to}`",
            ));
        }
        Ok(Self {
            words: words.to_vec(),
            interrupted: Interrupted::default(),
            errors: Errors::default(),
        })
    }

    /// The program without its folder.
    pub(super) fn name(&self) -> String {
        let program = self.words.first().map(Path::new);
        let name = program.and_then(Path::file_name).unwrap_or_default();
        name.display().to_string()
    }

    pub(super) fn errors(&self) -> Errors {
        self.errors.clone()
    }

    /// From now on SIGINT, SIGTERM and SIGHUP end the client that runs, and no other is started.
    pub(super) fn watch_signals(&self) -> Result<Interrupted, Error> {
        let cannot = |error| Error::new(format!("cannot wait for signals: {error}"));
        let runtime = runtime().map_err(cannot)?;
        let entered = runtime.enter();
        let mut signals = Signals::new().map_err(cannot)?;
        drop(entered);
        let interrupted = self.interrupted.clone();
        thread::spawn(move || {
            runtime.block_on(signals.next());
            interrupted.0.store(true, Ordering::Release);
        });
        Ok(self.interrupted.clone())
    }

    /// Runs it for a case.
    pub(super) fn run(&self, case: &Case) -> Said {
        if self.interrupted.came() {
            return Said::default();
        }
        self.try_run(case).unwrap_or_else(|error| {
            let text = error.to_string();
            self.errors.add(error);
            Said {
                text,
                ..Said::default()
            }
        })
    }

    fn try_run(&self, case: &Case) -> Result<Said, Error> {
        let files = Files::new(None)?;
        files.write_for_client(case.roots(), case.crls())?;
        let target = Target::of(case, &files);
        let runtime = runtime().map_err(|error| Error::new(format!("cannot wait: {error}")))?;
        runtime.block_on(async {
            let (mut client, printed) = Client::start_quietly(&self.words, &target)?;
            let left = client.wait_until(self.over(case)).await;
            let ended = client.end().await;
            let lost = |error| Error::new(format!("cannot wait for the client: {error}"));
            ended.map_err(lost)?;
            Ok(match left.map_err(lost)? {
                Left::Exited(status) => Said {
                    sent: Some(status.success()),
                    text: printed.text(),
                    exit: status.code(),
                },
                Left::TimedOut | Left::Interrupted => Said {
                    text: printed.text(),
                    ..Said::default()
                },
            })
        })
    }

    /// Ready when nobody wants the client any more.
    async fn over(&self, case: &Case) {
        const LOOK: Duration = Duration::from_millis(20);
        while !case.is_over() && !self.interrupted.came() {
            tokio::time::sleep(LOOK).await;
        }
    }
}
