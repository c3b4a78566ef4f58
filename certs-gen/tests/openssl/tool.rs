//! The command, and a directory for the files that it wants.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// What `openssl` printed, the errors last, or nothing where it is not installed.
pub(crate) fn openssl(directory: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("openssl");
    match command.current_dir(directory).args(arguments).output() {
        Ok(output) => Some(
            String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr),
        ),
        Err(error) if std::env::var_os("MAILFAULT_REQUIRE_CLIENTS").is_some_and(|v| v == "1") => {
            panic!("openssl is required and does not run: {error}")
        }
        Err(_) => {
            // Not `eprintln!`, which the test harness keeps to itself while a test passes.
            let _ = writeln!(std::io::stderr(), "skipped: openssl is not installed");
            None
        }
    }
}

/// A directory of its own, removed at the end.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mailfault-certs-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
