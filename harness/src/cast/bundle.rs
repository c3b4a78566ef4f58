//! Everything that a cast has to show, as files that can be attached to a ticket.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Playing;
use crate::report::Session;

impl Playing {
    /// Writes everything below `root`: a folder for each member with its logs as its product lays
    /// them out, `certificates/` with what each certificate of the file presents, `ca.pem` and, if
    /// there are lists, `crl.pem`, and `transcripts/`. What is there already is written over. Says which files were written.
    ///
    /// # Errors
    ///
    /// Whatever the file system says.
    pub fn write_bundle(&self, root: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
        let root = root.as_ref();
        let certificates = root.join("certificates");
        fs::create_dir_all(&certificates)?;
        let mut written = vec![certificates.join("ca.pem")];
        self.roots_pem().write_to(&written[0])?;
        if !self.crls().is_empty() {
            let path = certificates.join("crl.pem");
            self.crls_pem().write_to(&path)?;
            written.push(path);
        }
        for (name, identity) in self.certificates.all() {
            let path = certificates.join(format!("{}.pem", file_name(name)));
            identity.pem().write_to(&path)?;
            written.push(path);
        }
        for (name, server) in &self.exchange {
            written.extend(server.write_logs(root.join(file_name(name)))?);
            for (connector, _) in server.addrs() {
                let sessions = server.sessions(&connector).unwrap_or_default();
                written.extend(transcripts(
                    root,
                    &format!("{name}-{connector}"),
                    &sessions,
                )?);
            }
        }
        for (name, eop) in &self.eop {
            written.extend(transcripts(root, name, &eop.report().sessions)?);
        }
        for (name, one) in &self.interceptor {
            let texts = one
                .report()
                .sessions
                .iter()
                .map(ToString::to_string)
                .collect();
            written.extend(texts_of(root, name, texts)?);
        }
        Ok(written)
    }
}

fn transcripts(root: &Path, of: &str, sessions: &[Session]) -> io::Result<Vec<PathBuf>> {
    texts_of(root, of, sessions.iter().map(ToString::to_string).collect())
}

/// A file for each text, numbered.
fn texts_of(root: &Path, of: &str, texts: Vec<String>) -> io::Result<Vec<PathBuf>> {
    let folder = root.join("transcripts");
    fs::create_dir_all(&folder)?;
    let mut written = Vec::new();
    for (place, text) in texts.iter().enumerate() {
        let path = folder.join(format!("{}-{}.txt", file_name(of), place + 1));
        fs::write(&path, text)?;
        written.push(path);
    }
    Ok(written)
}

/// A name without what file systems do not take.
fn file_name(name: &str) -> String {
    let plain = |c: char| match c.is_alphanumeric() || "-_.".contains(c) {
        true => c,
        false => '-',
    };
    name.chars().map(plain).collect()
}
