//! A real Postfix with a self-signed certificate, probed.
//!
//! An instance of its own: its `smtpd` listens on a socket of the file system, so that there is no
//! port of its own; a relay lets the probe in. Postfix wants root and its user `postfix`.

use std::fs;
use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use mailfault::judge::{Decision, Expectation, Findings, Judge, Probe, Wrong};
use tempfile::TempDir;

use crate::support::program;

fn sbin(name: &str) -> Option<PathBuf> {
    let usual = Path::new("/usr/sbin").join(name);
    match usual.is_file() {
        true => Some(usual),
        false => program::installed(name),
    }
}

/// A running Postfix; it is stopped when this is dropped.
struct Postfix {
    directory: TempDir,
}

impl Postfix {
    /// Nothing where Postfix is not installed, or may not be run.
    fn start() -> Option<Self> {
        let postfix = sbin("postfix")?;
        let directory = TempDir::new().expect("a temporary directory");
        let root = directory.path();
        // Its processes are not ours, and must find their way.
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["queue", "data", "conf"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let own = Command::new("chown")
            .arg("postfix:")
            .arg(root.join("data"))
            .output();
        if !own.is_ok_and(|output| output.status.success()) {
            let _ = writeln!(io::stderr(), "skipped: postfix needs root");
            return None;
        }
        let mut openssl = program::command("openssl", root);
        openssl.args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=postfix.test",
        ]);
        openssl.args([
            "-days",
            "30",
            "-keyout",
            "key.pem",
            "-out",
            "certificate.pem",
        ]);
        let minted = program::run(&mut openssl, b"");
        assert_eq!(minted.code, Some(0), "{}", minted.said);
        let at = root.display();
        let main = format!(
            "compatibility_level = 3.6
queue_directory = {at}/queue
data_directory = {at}/data
maillog_file = {at}/log
maillog_file_prefixes = {at}
myhostname = postfix.test
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_tls_security_level = may
smtpd_tls_cert_file = {at}/certificate.pem
smtpd_tls_key_file = {at}/key.pem
"
        );
        const MASTER: &str = "
door      unix  n - n - - smtpd
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
proxymap  unix  - - n - - proxymap
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
";
        fs::write(root.join("conf/main.cf"), main).unwrap();
        fs::write(root.join("conf/master.cf"), MASTER).unwrap();
        // It goes into the background, and is ready then.
        let conf = root.join("conf");
        let started = Command::new(postfix)
            .arg("-c")
            .arg(conf)
            .arg("start")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&started.stderr);
        assert!(started.status.success(), "{said}");
        Some(Self { directory })
    }

    /// An address at which its door is.
    fn relay(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let door = UnixStream::connect(self.directory.path().join("queue/public/door")).unwrap();
        thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), door.try_clone().unwrap());
            thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Write);
            });
            let mut door = door;
            let _ = io::copy(&mut door, &mut client);
            let _ = client.shutdown(Shutdown::Both);
        });
        address
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if let Some(postfix) = sbin("postfix") {
            let conf = self.directory.path().join("conf");
            let _ = Command::new(postfix)
                .arg("-c")
                .arg(conf)
                .arg("stop")
                .output();
        }
    }
}

#[test]
fn postfix_with_a_self_signed_certificate_is_seen_for_what_it_is() {
    let Some(postfix) = Postfix::start() else {
        return;
    };
    let evidence = Probe::new(postfix.relay()).name("postfix.test").run();
    assert_eq!(evidence.trouble, None, "{evidence:#?}");
    assert_eq!(evidence.banner_host(), Some("postfix.test"));
    assert!(evidence.is_encrypted() && evidence.chain.len() == 1);

    let findings = Findings::of(&evidence, &Expectation::new("postfix.test"));
    let wrong = findings.all().iter().map(|finding| &finding.wrong);
    assert!(
        wrong.clone().any(|one| *one == Wrong::SelfSigned),
        "{:#?}",
        findings.all()
    );
    let verdict = |judge: &str| Judge::named(judge).unwrap().judge(&findings);
    assert_eq!(verdict("openssl").code.as_deref(), Some("18"));
    assert_eq!(verdict("opportunistic").decision, Decision::Deliver);
    let eop = verdict("eop-certificate-validation");
    assert_eq!(eop.told("MSG"), Some("UntrustedRoot"));

    // Trusted, it is good for all but those who want a subjectAltName, or no CA.
    let pem = fs::read(postfix.directory.path().join("certificate.pem")).unwrap();
    let trusting = Expectation::new("postfix.test").trusting_pem(&pem).unwrap();
    let findings = Findings::of(&evidence, &trusting);
    let verdict = |judge: &str| Judge::named(judge).unwrap().judge(&findings);
    assert!(verdict("openssl").would_deliver() && verdict("eop").would_deliver());
    assert!(!verdict("go").would_deliver());
}
