//! What a client is asked to do, and what it said.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use mailfault::{Der, Identity};
use tempfile::TempDir;

use crate::support::program::{self, Finished};

/// The server's name, which no resolver knows: the client is told the address beside it.
pub(super) const NAME: &str = "mail.contoso.test";
pub(super) const FROM: &str = "alice@client.test";
pub(super) const TO: &str = "bob@contoso.test";
pub(super) const SUBJECT: &str = "mailfault";
/// With a line that needs its dot doubled, and one that is nothing but a dot.
pub(super) const BODY: &str = "first line\r\n.hidden\r\n.\r\nlast line\r\n";
/// What the client calls itself.
pub(super) const CLIENT: &str = "client.test";
pub(super) const USER: &str = "alice";
pub(super) const PASSWORD: &str = "correct horse";

/// The message, with its header.
pub(super) fn content() -> String {
    format!("From: {FROM}\r\nTo: {TO}\r\nSubject: {SUBJECT}\r\n\r\n{BODY}")
}

/// One message, for this server, from a client that trusts these roots and no others.
pub(super) struct Errand {
    pub(super) server: SocketAddr,
    pub(super) roots: Vec<Der>,
    /// The roots and the message as files; also the client's home.
    directory: TempDir,
}

impl Errand {
    pub(super) fn new(server: SocketAddr, identity: &Identity) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let errand = Self {
            server,
            roots: identity.roots().to_vec(),
            directory,
        };
        identity
            .roots_pem()
            .write_to(errand.roots_file())
            .expect("the roots as a file");
        std::fs::write(errand.content_file(), content()).expect("the message as a file");
        errand
    }

    pub(super) fn roots_file(&self) -> PathBuf {
        self.directory.path().join("roots.pem")
    }

    pub(super) fn content_file(&self) -> PathBuf {
        self.directory.path().join("message.eml")
    }

    /// A command that knows nothing of the user who runs the tests.
    pub(super) fn command(&self, program: &std::path::Path) -> Command {
        program::command(program, self.directory.path())
    }
}

/// What became of an errand, by the client's own account.
#[derive(Debug)]
pub(super) struct Said {
    how: How,
    /// Everything that it printed, or the error that it returned.
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Sent,
    Failed,
    /// It took longer than it may, and was ended.
    Hung,
}

impl Said {
    /// By the exit code of a program.
    pub(super) fn by(finished: Finished) -> Self {
        let how = match (finished.hung, finished.code) {
            (true, _) => How::Hung,
            (false, Some(0)) => How::Sent,
            (false, _) => How::Failed,
        };
        Self {
            how,
            text: finished.said,
        }
    }

    pub(super) fn result(result: Result<String, String>) -> Self {
        let (how, text) = match result {
            Ok(text) => (How::Sent, text),
            Err(text) => (How::Failed, text),
        };
        Self { how, text }
    }

    /// The same, and sent only if this is so too.
    pub(super) fn only_if(mut self, sent: bool) -> Self {
        if self.how == How::Sent && !sent {
            self.how = How::Failed;
        }
        self
    }

    pub(super) fn sent(&self) -> bool {
        self.how == How::Sent
    }

    pub(super) fn failed(&self) -> bool {
        self.how == How::Failed
    }

    pub(super) fn hung(&self) -> bool {
        self.how == How::Hung
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the client ({:?}) said:\n{}",
            self.how,
            self.text.trim_end()
        )
    }
}
