//! `openssl s_client`, which still speaks whatever it is told to.

use std::process::Command;

use mailfault::{Ca, Identity, MockServer};
use tempfile::TempDir;

use crate::support::program;

/// One run of it.
pub(super) struct SClient {
    folder: TempDir,
    name: String,
    options: Vec<String>,
}

impl SClient {
    /// It trusts this authority, and verifies `mx.test`.
    pub(super) fn new(ca: &Ca) -> Self {
        Self::trusting(&ca.pem())
    }

    pub(super) fn trusting(roots: &mailfault::Pem) -> Self {
        let folder = TempDir::new().unwrap();
        roots.write_to(folder.path().join("roots.pem")).unwrap();
        Self {
            folder,
            name: "mx.test".to_owned(),
            options: Vec::new(),
        }
    }

    pub(super) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub(super) fn with(mut self, options: &[&str]) -> Self {
        self.options
            .extend(options.iter().map(|one| (*one).to_owned()));
        self
    }

    /// It has this certificate.
    pub(super) fn showing(self, identity: &Identity) -> Self {
        let file = |name| self.folder.path().join(name);
        identity.pem().write_to(file("own.pem")).unwrap();
        identity.key_pem().write_to(file("own.key")).unwrap();
        self.with(&["-cert", "own.pem", "-key", "own.key"])
    }

    /// Delivers a message after STARTTLS, if it comes so far; all that it printed.
    #[track_caller]
    pub(super) fn deliver(&self, server: &MockServer) -> Option<String> {
        self.say(
            server,
            "EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nBDAT 7 LAST\r\nhello\r\nQUIT\r\n",
        )
    }

    /// Says this after STARTTLS; nothing where it is not installed.
    #[track_caller]
    pub(super) fn say(&self, server: &MockServer, conversation: &str) -> Option<String> {
        let openssl = program::installed("openssl")?;
        let mut command = program::command(openssl, self.folder.path());
        self.arguments(&mut command);
        command.args(["-connect", &server.addr().to_string()]);
        Some(program::run(&mut command, conversation.as_bytes()).said)
    }

    fn arguments(&self, command: &mut Command) {
        command.args([
            "s_client",
            "-starttls",
            "smtp",
            "-ign_eof",
            "-verify_return_error",
        ]);
        command.args(["-CAfile", "roots.pem", "-no-CApath", "-no-CAstore"]);
        command.args(["-servername", &self.name, "-verify_hostname", &self.name]);
        command.args(&self.options);
    }
}
