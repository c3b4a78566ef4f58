//! Programs that are installed, or not, and a bound on the time they take.

use std::env;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a client may take. A run that passes never waits for it.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Where the program is, or nothing where it is not installed, which is then said aloud.
#[track_caller]
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let found = find(name);
    if found.is_none() {
        skip(name, "it is not in PATH");
    }
    found
}

/// Where the program is.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let directories = env::var_os("PATH")?;
    env::split_paths(&directories)
        .map(|directory| directory.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|path| path.is_file())
}

/// Says that a client is missing; fails where `MAILFAULT_REQUIRE_CLIENTS=1` forbids it.
#[track_caller]
pub(crate) fn skip(name: &str, why: &str) {
    if env::var_os("MAILFAULT_REQUIRE_CLIENTS").is_some_and(|value| value == "1") {
        panic!("{name} is required and does not run: {why}");
    }
    // Not `eprintln!`, which the test harness keeps to itself while a test passes.
    let _ = writeln!(std::io::stderr(), "skipped: {name} is not installed");
}

/// A command that sees no configuration of the user who runs the tests: nothing of the environment
/// but `PATH`, and `home` in place of the user's own.
pub(crate) fn command(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(home).env("HOME", home);
    if let Some(path) = env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit code; nothing if a signal ended it, as ours does when its time is over.
    pub(crate) code: Option<i32>,
    /// Whether its time was over.
    pub(crate) hung: bool,
    /// What it printed, the errors last.
    pub(crate) said: String,
}

/// Runs the command with this input, for [`LIMIT`] at most.
#[track_caller]
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Finished {
    run_within(LIMIT, command, input)
}

#[track_caller]
fn run_within(limit: Duration, command: &mut Command, input: &[u8]) -> Finished {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} does not run: {error}"));
    let output = listen(&mut child);
    if let Some(mut stdin) = child.stdin.take() {
        // Small enough for the pipe, and no failure if the program leaves without reading it.
        let _ = stdin.write_all(input);
    }

    let mut end = Instant::now() + limit;
    let mut hung = false;
    let mut printed = Vec::new();
    while printed.len() < 2 {
        match output.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(text) => printed.push(text),
            Err(_) if hung => break,
            Err(_) => {
                hung = true;
                // It may have ended in this moment; then there is nothing to kill.
                let _ = child.kill();
                // What it printed is read all the same, unless a child of its own holds the pipes.
                end = Instant::now() + limit;
            }
        }
    }
    printed.sort();
    // Both pipes are closed or it was killed: this does not wait.
    let status = child.wait().expect("a child of ours");
    Finished {
        code: status.code().filter(|_| !hung),
        hung,
        said: printed.into_iter().map(|(_, text)| text).collect(),
    }
}

/// Reads both pipes to their ends, each on a thread of its own: stdout is 0, stderr 1.
fn listen(child: &mut Child) -> mpsc::Receiver<(u8, String)> {
    fn read(number: u8, mut pipe: impl Read + Send + 'static, tell: mpsc::Sender<(u8, String)>) {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // A pipe that breaks ends as one that closes.
            let _ = pipe.read_to_end(&mut bytes);
            let _ = tell.send((number, String::from_utf8_lossy(&bytes).into_owned()));
        });
    }
    let (tell, output) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        read(0, stdout, tell.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        read(1, stderr, tell);
    }
    output
}

#[cfg(unix)]
#[test]
fn a_program_that_hangs_is_ended() {
    let home = tempfile::TempDir::new().expect("a temporary directory");
    let mut shell = command("/bin/sh", home.path());
    shell.args(["-c", "echo said; echo $HOME >&2; exec sleep 60"]);
    let finished = run_within(Duration::from_millis(500), &mut shell, b"unread");
    assert_eq!((finished.hung, finished.code), (true, None));
    assert_eq!(finished.said, format!("said\n{}\n", home.path().display()));
}
