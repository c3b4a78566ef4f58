//! A client that is run, bounded, and ended with all its children.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal as _, Read as _};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::error::Error;
use crate::play::Target;
use crate::signals::Signals;

/// A client that is running.
pub(crate) struct Client {
    child: Child,
}

/// Whether a client came to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Left {
    /// By itself.
    Exited(ExitStatus),
    /// Not yet, and its time is up.
    TimedOut,
    /// Not yet, and we were told to end.
    Interrupted,
}

impl Client {
    /// Starts the command, with what it has to know of the server in its words and in its environment.
    ///
    /// What it prints goes to stderr, so that stdout is the verdict's.
    pub(crate) fn start(words: &[OsString], target: &Target) -> Result<Self, Error> {
        let mut command = command(words, target)?;
        if io::stdin().is_terminal() {
            // Outside the terminal's foreground group a read of it would stop the client for ever.
            command.stdin(Stdio::null());
        }
        command.stdout(io::stderr()).stderr(io::stderr());
        Self::spawn(command)
    }

    /// The same, with nothing to read, and what it prints kept.
    pub(crate) fn start_quietly(
        words: &[OsString],
        target: &Target,
    ) -> Result<(Self, Printed), Error> {
        let cannot = |error| Error::new(format!("cannot make a pipe: {error}"));
        // One pipe for both, so that all stands in the order in which it was printed.
        let (read, write) = io::pipe().map_err(cannot)?;
        let mut command = command(words, target)?;
        command
            .stdin(Stdio::null())
            .stdout(write.try_clone().map_err(cannot)?)
            .stderr(write);
        let client = Self::spawn(command)?;
        Ok((client, Printed::listen(read)))
    }

    fn spawn(mut command: Command) -> Result<Self, Error> {
        #[cfg(unix)]
        command.process_group(0);
        let child = command.kill_on_drop(true).spawn().map_err(|error| {
            let program = command.as_std().get_program().display();
            match error.kind() {
                io::ErrorKind::NotFound => Error::new(format!("cannot run `{program}`: not found"))
                    .hint("is it installed, and in PATH?"),
                _ => Error::new(format!("cannot run `{program}`: {error}")),
            }
        })?;
        Ok(Self { child })
    }

    /// Waits for its end, or for this.
    pub(crate) async fn wait_until(&mut self, over: impl Future<Output = ()>) -> io::Result<Left> {
        tokio::select! {
            status = self.child.wait() => status.map(Left::Exited),
            () = over => Ok(Left::TimedOut),
        }
    }

    /// Waits for its end, at most so long. One that has not come to it still runs.
    pub(crate) async fn wait(
        &mut self,
        patience: Duration,
        signals: &mut Signals,
    ) -> io::Result<Left> {
        tokio::select! {
            status = self.child.wait() => status.map(Left::Exited),
            () = tokio::time::sleep(patience) => Ok(Left::TimedOut),
            () = signals.next() => Ok(Left::Interrupted),
        }
    }

    /// Ends it, with all that it started, if it still runs.
    pub(crate) async fn end(mut self) -> io::Result<()> {
        if self.child.id().is_none() {
            return Ok(());
        }
        self.kill_group();
        self.child.kill().await
    }

    /// Ends what the client started as well. A client that has ended has no id here, so that its
    /// group's cannot be another's by now.
    fn kill_group(&self) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let id = self.child.id().and_then(|id| i32::try_from(id).ok());
            if let Some(group) = id.and_then(Pid::from_raw) {
                // A group that is gone needs no end.
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
    }
}

/// What a client prints, while it does.
pub(crate) struct Printed {
    text: Arc<Mutex<Vec<u8>>>,
    closed: mpsc::Receiver<()>,
}

impl Printed {
    /// Reads on a thread of its own, so that the client never waits for us.
    fn listen(mut from: io::PipeReader) -> Self {
        // The end of what is printed tells what went wrong; more than that is noise.
        const KEPT: usize = 16 * 1024;
        let text = Arc::new(Mutex::new(Vec::new()));
        let (close, closed) = mpsc::channel();
        let kept = Arc::clone(&text);
        thread::spawn(move || {
            let mut octets = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut octets) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&octets[..count]);
                let more = kept.len().saturating_sub(KEPT);
                kept.drain(..more);
            }
            // Nobody listens if the client left long ago.
            let _ = close.send(());
        });
        Self { text, closed }
    }

    /// What was printed. A child of the client's may hold the pipe for ever.
    pub(crate) fn text(&self) -> String {
        let _ = self.closed.recv_timeout(Duration::from_secs(1));
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// The command, with what it has to know of the server in its words and in its environment.
fn command(words: &[OsString], target: &Target) -> Result<Command, Error> {
    let (program, words) = words.split_first().ok_or_else(|| {
        Error::new("no command to run").hint(
            "write it behind `--`, as in `mailfault run tls/expired -- swaks --server {addr} --to {to}`",
        )
    })?;
    let facts = facts(target);
    let mut command = Command::new(filled_in(program, &facts));
    command.args(words.iter().map(|word| filled_in(word, &facts)));
    for (name, fact) in &facts {
        command.env(format!("MAILFAULT_{}", name.to_uppercase()), fact);
    }
    Ok(command)
}

/// What a command may ask for, by name.
fn facts(target: &Target) -> [(&'static str, String); 8] {
    [
        ("host", target.addr.ip().to_string()),
        ("port", target.addr.port().to_string()),
        ("addr", target.addr.to_string()),
        ("name", target.name.clone()),
        ("ca", target.ca.clone()),
        ("crl", target.crl.clone()),
        ("from", target.from.clone()),
        ("to", target.to.clone()),
    ]
}

/// The word with `{host}`, `{port}` and so on replaced; one that is not text stays as it is.
fn filled_in(word: &OsStr, facts: &[(&str, String)]) -> OsString {
    let Some(word) = word.to_str() else {
        return word.to_owned();
    };
    let filled_in = facts.iter().fold(word.to_owned(), |word, (name, fact)| {
        word.replace(&format!("{{{name}}}"), fact)
    });
    filled_in.into()
}
