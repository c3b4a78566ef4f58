//! The files of a server: its logs, and certificates that somebody brought.

use mailfault_certs::{Der, Pem};

use super::{Desk, Place};
use crate::shell::trouble::Trouble;

/// Where Exchange is installed.
const INSTALLATION: &str = r"C:\Program Files\Microsoft\Exchange Server";
/// The log that fills the disk of a server under back pressure, how much it holds, and how it
/// begins.
const LARGE_LOG: &str = r"C:\inetpub\logs\LogFiles\W3SVC1\u_ex.log";
const LARGE: usize = 44_023_414_784;
const LARGE_LOG_BEGINS: &str = "#Software: Microsoft Internet Information Services\r\n";
/// Where the certificates of the case are that somebody may want to import.
pub(in crate::shell) const CERTIFICATES: &str = r"C:\certificates";

impl Desk {
    /// Every file that can be read here, with what is in it.
    pub(in crate::shell) fn all_files(&self) -> Vec<(String, String)> {
        let playing = self.playing();
        let mut files = Vec::new();
        if let Place::Server(member) = &self.place
            && let Some(server) = playing.exchange(member)
        {
            let logs = server.log_files().into_iter();
            let logs = logs.filter(|(path, _)| path.components().count() > 1);
            files.extend(logs.map(|(path, text)| {
                let path = path.to_string_lossy().replace('/', "\\");
                (format!("{INSTALLATION}\\{path}"), text)
            }));
            if server.is_under_back_pressure() {
                files.push((LARGE_LOG.to_owned(), LARGE_LOG_BEGINS.to_owned()));
            }
        }
        if !matches!(self.place, Place::Appliance(_)) {
            for (path, der) in self.certificate_files() {
                let text = Pem::of_certificates(std::slice::from_ref(der)).to_string();
                files.push((path, text));
            }
            for (name, _) in playing.certificates() {
                if self.can_be_imported(name) {
                    files.push((format!("{CERTIFICATES}\\{name}.pfx"), String::new()));
                }
            }
        }
        files
    }

    /// The certificates of the case as files: each, the authority that issued it, and its roots.
    fn certificate_files(&self) -> Vec<(String, &Der)> {
        let all = self.playing().certificates();
        let all = all.flat_map(|(name, identity)| {
            let own = (format!("{CERTIFICATES}\\{name}.cer"), identity.leaf());
            let above = identity.chain().get(1);
            let above = above.map(|der| (format!("{CERTIFICATES}\\{name}-ca.cer"), der));
            let roots = identity.roots().iter().enumerate();
            let roots = roots.map(move |(at, root)| {
                let number = match at {
                    0 => String::new(),
                    more => (more + 1).to_string(),
                };
                (format!("{CERTIFICATES}\\{name}-root{number}.cer"), root)
            });
            [own].into_iter().chain(above).chain(roots)
        });
        all.collect()
    }

    /// The certificate of a file.
    pub(in crate::shell) fn certificate_of(&self, file: &str) -> Result<&Der, Trouble> {
        let wanted = full(file);
        let mut all = self.certificate_files().into_iter();
        let found = all.find(|(path, _)| path.eq_ignore_ascii_case(&wanted));
        found.map(|(_, der)| der).ok_or_else(|| missing(file))
    }

    /// Whether a certificate came with its key, so that a server can import it.
    pub(in crate::shell) fn can_be_imported(&self, name: &str) -> bool {
        let Ok(identity) = self.playing().certificate(name) else {
            return false;
        };
        let thumbprint = identity.leaf().thumbprint();
        // One that is an orphan somewhere came without it.
        let mut stores = self
            .servers()
            .into_iter()
            .flat_map(|server| server.certificates());
        !stores.any(|one| one.thumbprint() == thumbprint && !one.has_private_key)
    }

    /// How long a file is said to be.
    pub(in crate::shell) fn length_of(path: &str, text: &str) -> usize {
        match path == LARGE_LOG {
            true => LARGE,
            false => text.len(),
        }
    }

    /// Removes files, and makes room. Of all files only the log that fills a disk can be removed:
    /// what else there is, the models write.
    pub(in crate::shell) fn remove_files(&self, path: &str) -> Result<(), Trouble> {
        let wanted = full(path);
        let removed = like(LARGE_LOG, &wanted) || like(LARGE_LOG, &format!("{wanted}\\*"));
        let server = self.server(None)?;
        match removed && server.is_under_back_pressure() {
            true => {
                server.set_back_pressure(false);
                Ok(())
            }
            false => {
                self.find_files(path)?;
                Err(Trouble::unsupported(
                    "removing these files",
                    "Remove-Item takes paths of Cert:\\LocalMachine\\My, and the log that fills a disk",
                ))
            }
        }
    }

    /// The paths of all files and of their folders, for completion.
    pub(super) fn paths(&self) -> Vec<String> {
        self.all_files().into_iter().map(|(path, _)| path).collect()
    }

    /// The files that a path means: one, those of a folder, or what its wildcards fit.
    pub(super) fn find_files(&self, path: &str) -> Result<Vec<(String, String)>, Trouble> {
        let wanted = full(path);
        let mut files = self.all_files();
        files.retain(|(known, _)| like(known, &wanted));
        match files.is_empty() && !wanted.contains(['*', '?']) {
            false => Ok(files),
            true => Err(missing(path)),
        }
    }
}

/// What PowerShell says of a path that leads nowhere.
pub(in crate::shell) fn missing(path: &str) -> Trouble {
    Trouble {
        category: "ObjectNotFound",
        target: path.to_owned(),
        id: "PathNotFound".to_owned(),
        ..Trouble::new(
            "ItemNotFoundException",
            format!("Cannot find path '{path}' because it does not exist."),
        )
    }
}

/// A path from the drive on, with backslashes. The variable of the installation is its folder.
pub(in crate::shell) fn full(path: &str) -> String {
    let path = path.trim_matches('"').replace('/', "\\");
    // Windows takes several for one: variables of folders end in one.
    let mut path = path.replace("\\\\", "\\");
    while path.contains("\\\\") {
        path = path.replace("\\\\", "\\");
    }
    let path = path.trim_end_matches('\\');
    if path.get(1..2) == Some(":") {
        return path.to_owned();
    }
    format!(
        "C:\\{}",
        path.trim_start_matches(".\\").trim_start_matches('\\')
    )
}

/// Whether a path fits a pattern with `*` and `?`, without regard to case. A star stops at no
/// folder, which is how administrators search a tree.
pub(in crate::shell) fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let (mut at, mut of) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(of) {
            Some('*') => {
                star = Some((of, at));
                of += 1;
            }
            Some('?') => {
                at += 1;
                of += 1;
            }
            Some(c) if *c == text[at] => {
                at += 1;
                of += 1;
            }
            _ => match star {
                Some((from, taken)) => {
                    of = from + 1;
                    at = taken + 1;
                    star = Some((from, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern[of..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_patterns() {
        for (text, pattern, fits) in [
            (r"C:\a\b.log", r"c:\a\*.LOG", true),
            (r"C:\a\b.log", r"C:\a\b.log", true),
            (r"C:\a\b.log", r"C:\a\?.log", true),
            (r"C:\a\b.log", r"C:\a", false),
            (r"C:\a\c\b.log", r"C:\a*", true),
            ("aaab", "*a*b", true),
            ("aaa", "*a*b", false),
        ] {
            assert_eq!(like(text, pattern), fits, "{text} {pattern}");
        }
        assert_eq!(full("certificates/new.pfx"), r"C:\certificates\new.pfx");
        assert_eq!(full("\"C:\\a b\\\""), r"C:\a b");
        assert_eq!(full(r"C:\a\\\b"), r"C:\a\b");
    }
}
