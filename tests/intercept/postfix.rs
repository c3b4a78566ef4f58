//! Postfix through a box, in both directions.
//!
//! An instance of its own: configuration, queue and log in a temporary directory, its client pointed
//! at the box, no port of its own. Postfix wants root and its user `postfix` for that.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use mailfault::exchange::{Exchange, SendConnector, Version};
use mailfault::intercept::{self, Appliance, Builder, Interceptor, Side};
use mailfault::{Ca, Event, MockServer, Outcome, Pem, Report, What};
use tempfile::TempDir;

use crate::support::program;

/// How long a message may take. A run that passes never waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where Postfix's own programs are; Debian keeps them out of an ordinary PATH.
fn sbin(name: &str) -> Option<PathBuf> {
    let usual = Path::new("/usr/sbin").join(name);
    if usual.is_file() {
        Some(usual)
    } else {
        program::installed(name)
    }
}

/// A running Postfix that delivers everything to one place.
struct Postfix {
    directory: TempDir,
}

impl Postfix {
    /// Nothing where Postfix is not installed, or may not be run.
    fn start(server: SocketAddr, roots: &Pem, settings: &str) -> Option<Self> {
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
            // Not missing, so that nobody is told to install it.
            let _ = writeln!(std::io::stderr(), "skipped: postfix needs root");
            return None;
        }
        let at = root.display();
        let (host, port) = (server.ip(), server.port());
        let main = format!(
            "compatibility_level = 3.6
queue_directory = {at}/queue
data_directory = {at}/data
maillog_file = {at}/log
maillog_file_prefixes = {at}
myhostname = postfix.test
mydestination =
relayhost = [{host}]:{port}
inet_interfaces = loopback-only
inet_protocols = ipv4
disable_dns_lookups = yes
alias_maps =
alias_database =
local_recipient_maps =
maximal_backoff_time = 1h
minimal_backoff_time = 1h
smtp_tls_CAfile = {at}/roots.pem
{settings}
"
        );
        const MASTER: &str = "
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
smtp      unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
postlog   unix-dgram n - n - 1 postlogd
";
        fs::write(root.join("conf/main.cf"), main).unwrap();
        fs::write(root.join("conf/master.cf"), MASTER).unwrap();
        fs::write(root.join("roots.pem"), roots.as_str()).unwrap();
        // It goes into the background, and is ready then.
        let started = Command::new(postfix)
            .arg("-c")
            .arg(root.join("conf"))
            .arg("start")
            .output()
            .unwrap();
        assert!(
            started.status.success(),
            "{}",
            String::from_utf8_lossy(&started.stderr)
        );
        Some(Self { directory })
    }

    fn conf(&self) -> PathBuf {
        self.directory.path().join("conf")
    }

    /// Hands a message over, as a program on that machine would.
    fn send(&self, content: &str) {
        let mut command = Command::new(sbin("sendmail").expect("Postfix has it"));
        command
            .arg("-C")
            .arg(self.conf())
            .args(["-i", "-f", "a@a.test", "b@b.test"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(content.as_bytes())
            .unwrap();
        assert!(child.wait().unwrap().success());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let postfix = sbin("postfix").expect("it was started");
        let _ = Command::new(postfix)
            .arg("-c")
            .arg(self.conf())
            .arg("stop")
            .output();
    }
}

/// A message is handed to Postfix, whose client meets the box before a server with STARTTLS.
#[track_caller]
fn delivers(
    settings: &str,
    roots: &Pem,
    tampered: impl FnOnce(Builder) -> Builder,
) -> Option<(intercept::Report, Report)> {
    let server = MockServer::builder()
        .starttls(Ca::new().issue("mx.test"))
        .start();
    let (tell, told) = mpsc::channel();
    let observer = move |_, side, event: &Event| {
        if side == Side::Client && matches!(event.what, What::Ended(_)) {
            // Nobody listens once the first session has ended.
            let _ = tell.send(());
        }
    };
    let interceptor = tampered(Interceptor::before(server.addr()).observe(observer)).start();
    let postfix = Postfix::start(interceptor.addr(), roots, settings)?;
    postfix.send("Subject: through a box\n\n.dots\n.\nand an end\n");
    let ended = told.recv_timeout(PATIENCE);
    assert!(ended.is_ok(), "{}\n{}", postfix.log(), interceptor.report());
    Some((interceptor.finish(), server.finish()))
}

const BODY: &str = "\r\n\r\n.dots\r\n.\r\nand an end\r\n";

#[test]
fn postfix_delivers_through_a_box_that_signs_again() {
    let inspector = Ca::new();
    let settings = "smtp_tls_security_level = secure\nsmtp_tls_secure_cert_match = mx.test";
    let Some((seen, server)) = delivers(settings, &inspector.pem(), |it| {
        it.resign(inspector.clone())
    }) else {
        return;
    };
    assert_eq!(server.outcome(), Outcome::Delivered, "{server}");
    assert!(
        server.mail[0].text().ends_with(BODY),
        "{}",
        server.mail[0].text()
    );
    assert!(seen.sessions[0].client.tls.is_some(), "{seen}");
}

#[test]
fn postfix_keeps_mail_that_nobody_may_read() {
    let settings = "smtp_tls_security_level = encrypt";
    let Some((seen, server)) = delivers(settings, &Ca::new().pem(), Builder::delete_starttls)
    else {
        return;
    };
    assert_eq!(server.outcome(), Outcome::RefusedTls, "{seen}");
    assert!(server.sessions[0].in_clear().is_empty(), "{server}");
}

#[test]
fn postfix_falls_back_behind_an_asa_and_a_pix() {
    for appliance in [Appliance::cisco_asa(), Appliance::cisco_pix()] {
        let settings = "smtp_tls_security_level = may";
        let Some((seen, server)) =
            delivers(settings, &Ca::new().pem(), |it| it.appliance(appliance))
        else {
            return;
        };
        assert_eq!(server.outcome(), Outcome::DeliveredInClear, "{seen}");
        assert!(
            server.mail[0].text().ends_with(BODY),
            "{}",
            server.mail[0].text()
        );
    }
}

#[test]
fn postfix_delivers_to_a_barracuda_that_marks_its_mail() {
    let settings = "smtp_tls_security_level = encrypt";
    let barracuda = |it: Builder| it.appliance(Appliance::barracuda_esg());
    let Some((seen, server)) = delivers(settings, &Ca::new().pem(), barracuda) else {
        return;
    };
    let text = server.mail[0].text();
    assert!(
        text.starts_with("X-ASG-Debug-ID: ") && text.ends_with(BODY),
        "{text}"
    );
    assert!(text.contains("\r\nReceived: from postfix.test (postfix.test [127.0.0.1])\r\n\tby barracuda.contoso.test (Spam & Virus Firewall) with ESMTP id "), "{text}");
    let subject = &seen.sessions[0]
        .changes
        .iter()
        .find_map(|change| match change {
            intercept::Change::Terminated { subject } => Some(subject.clone()),
            _ => None,
        });
    assert!(
        subject
            .as_ref()
            .is_some_and(|name| name.contains("Barracuda")),
        "{seen}"
    );
}

/// posttls-finger is Postfix's own client as far as the handshake, and tells what it thinks.
#[test]
fn postfix_tells_what_it_thinks_of_a_certificate() {
    let Some(finger) = sbin("posttls-finger") else {
        return;
    };
    let home = TempDir::new().expect("a temporary directory");
    let ca = Ca::new();
    ca.pem().write_to(home.path().join("roots.pem")).unwrap();
    let server = MockServer::builder().starttls(ca.issue("mx.test")).start();
    let check = |tampered: fn(Builder) -> Builder, words: &str| {
        let interceptor = tampered(Interceptor::before(server.addr())).start();
        let mut command = program::command(&finger, home.path());
        command.args([
            "-l",
            "secure",
            "-F",
            "roots.pem",
            "-o",
            "inet_protocols=ipv4",
        ]);
        let port = interceptor.addr().port();
        let said = program::run(
            command.arg(format!("[127.0.0.1]:{port}")).arg("mx.test"),
            b"",
        )
        .said;
        assert!(
            said.contains(words),
            "{words}: {said}\n{}",
            interceptor.finish()
        );
    };
    check(
        |it| it.mask_banner(),
        "Verified TLS connection established to 127.0.0.1[127.0.0.1]",
    );
    check(
        |it| it.resign(Ca::new()),
        "Untrusted TLS connection established to 127.0.0.1[127.0.0.1]",
    );
    check(Builder::mask_starttls, "XXXXXXXA");
    check(
        |it| it.refuse_starttls("454 4.7.0 not today"),
        "454 4.7.0 not today",
    );
}

/// smtp-source is Postfix's load generator: many sessions at a time, each with many messages.
#[test]
fn smtp_source_sends_hundreds_of_messages_at_once() {
    let Some(source) = sbin("smtp-source") else {
        return;
    };
    let home = TempDir::new().expect("a temporary directory");
    let server = MockServer::start();
    let interceptor = Interceptor::before(server.addr())
        .delete_starttls()
        .mask_banner()
        .start();
    let mut command = program::command(&source, home.path());
    command.args([
        "-s", "50", "-m", "500", "-l", "5000", "-d", "-f", "a@a.test", "-t", "b@b.test",
    ]);
    let finished = program::run(command.arg(format!("inet:{}", interceptor.addr())), b"");
    assert_eq!(finished.code, Some(0), "{}", finished.said);
    assert_eq!(interceptor.finish().sessions.len(), 50);
    let mail = server.finish().mail;
    assert_eq!(mail.len(), 500);
    assert!(mail.iter().all(|one| one.content.len() >= 5_000));
}

/// Postfix's server on a port, by its standard streams, for one session.
fn smtpd(postfix: &Postfix) -> (SocketAddr, JoinHandle<ExitStatus>) {
    let sendmail = sbin("sendmail").expect("Postfix has it");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let conf = postfix.conf();
    let session = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut command = Command::new(sendmail);
        command.arg("-C").arg(conf).arg("-bs");
        // Pipes: where it sees a network it wants to be another user, who may not read this.
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (mut says, mut hears) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        let mut from_box = stream.try_clone().unwrap();
        // It ends when the client has.
        std::thread::spawn(move || pass(&mut from_box, &mut hears));
        pass(&mut says, &mut stream);
        stream.shutdown(Shutdown::Both).unwrap();
        child.wait().unwrap()
    });
    (addr, session)
}

/// What Postfix takes its client passes on.
#[test]
fn postfix_receives_through_a_box() {
    let Some(swaks) = program::installed("swaks") else {
        return;
    };
    let last = MockServer::start();
    let Some(postfix) = Postfix::start(last.addr(), &Ca::new().pem(), "") else {
        return;
    };
    let (server, session) = smtpd(&postfix);
    let interceptor = Interceptor::before(server)
        .mask_banner()
        .add_headers(["X-Box: {sender}"])
        .start();
    let home = TempDir::new().expect("a temporary directory");
    let mut command = program::command(swaks, home.path());
    command.args([
        "--server",
        &interceptor.addr().to_string(),
        "--ehlo",
        "c.test",
    ]);
    command.args(["--from", "a@a.test", "--to", "b@b.test"]);
    command.args(["--data", "Subject: x\\n\\n.dots\\n.\\nand an end\\n"]);
    let finished = program::run(&mut command, b"");
    let status = session.join().unwrap();
    let report = interceptor.finish();
    assert_eq!(
        finished.code,
        Some(0),
        "{}\n{status:?}\n{}\n{report}",
        finished.said,
        postfix.log()
    );
    assert!(finished.said.contains("<-  220 *"), "{}", finished.said);

    let mail = last.wait_for_mail(1, PATIENCE);
    let text = mail[0].text();
    assert!(
        text.contains("\r\nX-Box: a@a.test\r\nSubject: x\r\n"),
        "{text}"
    );
    assert!(text.contains(BODY), "{text}");
}

#[test]
fn postfix_delivers_through_a_box_to_exchange() {
    let inspector = Ca::new();
    let (tell, told) = mpsc::channel();
    let server = Exchange::builder(Version::Exchange2016)
        .name("MX")
        .domain("b.test")
        .observe(move |_, _, event| {
            if matches!(event.what, What::Ended(_)) {
                // Nobody listens once the first session has ended.
                let _ = tell.send(());
            }
        })
        .start();
    let front_end = server.addr("Default Frontend");
    let interceptor = Interceptor::before(front_end)
        .resign(inspector.clone())
        .start();
    let settings = "smtp_tls_security_level = verify\nsmtp_tls_verify_cert_match = MX.b.test";
    let Some(postfix) = Postfix::start(interceptor.addr(), &inspector.pem(), settings) else {
        return;
    };
    postfix.send("Subject: to exchange\n\n.dots\n.\nand an end\n");
    let ended = told.recv_timeout(PATIENCE);
    assert!(ended.is_ok(), "{}\n{}", postfix.log(), interceptor.report());
    let mail = server.mail();
    assert_eq!(mail.len(), 1, "{}\n{}", postfix.log(), interceptor.report());
    assert!(mail[0].mail.inside_tls && mail[0].mail.text().ends_with(BODY));
}

#[test]
fn exchange_delivers_through_a_box_to_postfix() {
    let last = MockServer::start();
    let Some(postfix) = Postfix::start(last.addr(), &Ca::new().pem(), "") else {
        return;
    };
    let (server, session) = smtpd(&postfix);
    let barracuda = Interceptor::before(server)
        .appliance(Appliance::barracuda_esg())
        .start();
    let mut connector = SendConnector::new("Internet");
    connector.require_tls = true;
    let exchange = Exchange::builder(Version::Exchange2019)
        .send_connector(connector)
        .start();
    let content = "Subject: from exchange\n\n.dots\n.\nand an end\n";
    let attempt = exchange
        .send(
            "Internet",
            barracuda.addr(),
            "a@a.test",
            ["b@b.test"],
            content,
        )
        .unwrap();
    session.join().unwrap();
    assert!(
        attempt.is_delivered(),
        "{:?}\n{}",
        attempt.ending,
        postfix.log()
    );
    let shown = barracuda.certificate().unwrap();
    assert_eq!(attempt.presented[0].thumbprint(), shown.thumbprint());
    let mail = last.wait_for_mail(1, PATIENCE);
    let text = mail[0].text();
    assert!(
        text.contains("X-Barracuda-Envelope-From: a@a.test\r\n"),
        "{text}"
    );
    assert!(text.contains(BODY), "{text}");
}

/// Passes on what comes, when it comes: `io::copy` has the kernel do it, which waits for more.
fn pass(from: &mut impl Read, to: &mut impl Write) {
    let mut octets = [0; 4_096];
    while let Ok(count @ 1..) = from.read(&mut octets) {
        if to.write_all(&octets[..count]).is_err() {
            break;
        }
    }
}
