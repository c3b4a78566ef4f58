//! Lists, responders and staples, seen by clients that nobody here wrote: over STARTTLS and over HTTP.

mod curl; // --crlfile and --cert-status
mod dotnet; // a real SmtpClient that is told to look, and its judge
mod gnutls; // --ocsp, on what is stapled
mod http; // the responders, by hand: hostile requests, and what is answered
mod openssl; // s_client with lists from a file and over HTTP, with staples; and `openssl ocsp`

use std::path::{Path, PathBuf};

use mailfault::scenario::Scenario;
use mailfault::{Identity, MockServer, Report};
use tempfile::TempDir;

/// A scenario's server, and the files that its clients need.
struct Served {
    home: TempDir,
    identity: Identity,
    server: MockServer,
}

impl Served {
    #[track_caller]
    fn new(id: &str) -> Self {
        Self::changed(id, |_| ())
    }

    /// The same, with something else changed.
    #[track_caller]
    fn changed(id: &str, change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = Scenario::named(id).expect(id);
        change(&mut scenario);
        let (builder, identity) = scenario.builder();
        let home = TempDir::new().expect("a temporary directory");
        let file = |name| home.path().join(name);
        // `s_client -CRL` takes the first list of a file, `-CAfile` all that are in it.
        let both = format!("{}{}", identity.roots_pem(), identity.crls_pem());
        std::fs::write(file("ca-and-crl.pem"), both).expect("a file");
        let leaf = identity.clone().without_intermediates();
        let above = identity.chain().get(1).cloned();
        let above = above.unwrap_or_else(|| identity.roots()[0].clone());
        let issuer = identity.clone().with_chain(vec![above]);
        for (name, pem) in [
            ("ca.pem", identity.roots_pem()),
            ("crl.pem", identity.crls_pem()),
            ("leaf.pem", leaf.pem()),
            ("issuer.pem", issuer.pem()),
        ] {
            pem.write_to(file(name)).expect("a file");
        }
        Self {
            home,
            identity,
            server: builder.start(),
        }
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home().join(name)
    }

    /// Where the server listens, as clients write it.
    fn addr(&self) -> String {
        self.server.addr().to_string()
    }

    fn stop(self) -> Report {
        self.server.stop()
    }
}

/// The lines of a table: an id, and what is expected of it.
fn table(text: &str) -> impl Iterator<Item = (String, &str)> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (id, expected) = line.split_once(' ').unwrap_or((line, ""));
            let id = match id.contains('/') {
                true => id.to_owned(),
                false => format!("revocation/{id}"),
            };
            (id, expected.trim())
        })
}
