//! swaks, openssl, curl and Python before a box that tampers.
//!
//! `openssl s_client` prints `Verify return code: 0 (ok)` where it was shown no certificate at all,
//! so that only a certificate that it prints counts.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use mailfault::intercept::{Appliance, Break, Builder, Interceptor};
use mailfault::{Ca, Der, Identity, Leaf, MockServer, Outcome, Report};
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;

use crate::raw_client::client_config;
use crate::support::program::{self, Finished};

/// What a program said, and what the server behind the box saw.
struct Seen {
    said: String,
    code: Option<i32>,
    server: Report,
}

/// Runs a program against a box before a server with STARTTLS.
#[track_caller]
fn run(
    name: &str,
    input: &str,
    tampered: impl FnOnce(Builder) -> Builder,
    arguments: impl FnOnce(&mut Command, SocketAddr, &Path),
) -> Option<Seen> {
    let program = program::installed(name)?;
    let home = TempDir::new().expect("a temporary directory");
    let identity = Ca::new().issue(Leaf::new("mx.test"));
    let roots = home.path().join("roots.pem");
    identity
        .roots_pem()
        .write_to(&roots)
        .expect("the roots as a file");
    let server = MockServer::builder().starttls(identity).start();
    let interceptor = tampered(Interceptor::before(server.addr())).start();
    let mut command = program::command(program, home.path());
    arguments(&mut command, interceptor.addr(), &roots);
    let Finished { code, hung, said } = program::run(&mut command, input.as_bytes());
    let report = interceptor.finish();
    assert!(!hung, "{said}\n{report}");
    Some(Seen {
        said,
        code,
        server: server.finish(),
    })
}

/// `openssl s_client`, which goes on to TLS whatever it is told.
#[track_caller]
fn openssl(tampered: impl FnOnce(Builder) -> Builder) -> Option<Seen> {
    run("openssl", "QUIT\r\n", tampered, |command, addr, roots| {
        command.args(["s_client", "-starttls", "smtp", "-showcerts", "-crlf"]);
        command.args(["-connect", &addr.to_string(), "-verify_hostname", "mx.test"]);
        command
            .args(["-no-CApath", "-no-CAstore", "-CAfile"])
            .arg(roots);
    })
}

fn shows_a_certificate(seen: &Seen) -> bool {
    seen.said.contains("-----BEGIN CERTIFICATE-----")
}

#[test]
fn openssl_sees_which_certificate_is_shown() {
    let Some(passed) = openssl(|it| it) else {
        return;
    };
    assert!(shows_a_certificate(&passed), "{}", passed.said);
    assert!(
        passed.said.contains("Verify return code: 0 (ok)"),
        "{}",
        passed.said
    );

    let seen = openssl(|it| it.appliance(Appliance::barracuda_esg())).unwrap();
    assert!(shows_a_certificate(&seen), "{}", seen.said);
    assert!(
        seen.said.contains("O = Barracuda Networks"),
        "{}",
        seen.said
    );
    assert!(
        seen.said.contains("num=18:self-signed certificate"),
        "{}",
        seen.said
    );

    // RFC 2253's order is the other way round, and openssl prints as it is written.
    let seen = openssl(|it| it.appliance(Appliance::fortigate())).unwrap();
    assert!(seen.said.contains("subject=CN = mx.test"), "{}", seen.said);
    assert!(
        seen.said.contains("issuer=CN = Fortinet_CA_SSL"),
        "{}",
        seen.said
    );
    assert!(
        seen.said
            .contains("num=20:unable to get local issuer certificate"),
        "{}",
        seen.said
    );

    let seen = openssl(|it| it.appliance(Appliance::fortimail())).unwrap();
    let subject = "subject=C = US, ST = California, L = Sunnyvale, O = Fortinet, OU = FortiMail, CN = FortiMail";
    assert!(seen.said.contains(subject), "{}", seen.said);
}

#[test]
fn openssl_is_shown_no_certificate_where_starttls_was_kept_away() {
    type Tampered = fn(Builder) -> Builder;
    let cases: [(Tampered, &str); 7] = [
        (
            Builder::delete_starttls,
            "Didn't find STARTTLS in server response, trying anyway...",
        ),
        (
            Builder::mask_starttls,
            "Didn't find STARTTLS in server response, trying anyway...",
        ),
        (
            |it| it.appliance(Appliance::cisco_asa()),
            "Didn't find STARTTLS in server response, trying anyway...",
        ),
        (
            |it| it.refuse_starttls("454 4.7.0 no"),
            "no peer certificate available",
        ),
        (
            |it| it.break_after_starttls(Break::Close),
            "no peer certificate available",
        ),
        (
            |it| it.break_after_starttls(Break::Reset),
            "write:errno=104",
        ),
        (
            |it| it.break_after_starttls(Break::Garbage(b"500 what\r\n".to_vec())),
            "wrong version number",
        ),
    ];
    for (tampered, words) in cases {
        let Some(seen) = openssl(tampered) else {
            return;
        };
        assert!(!shows_a_certificate(&seen), "{}", seen.said);
        assert!(
            seen.said.contains("no peer certificate available"),
            "{}",
            seen.said
        );
        assert!(seen.said.contains(words), "{words}: {}", seen.said);
    }
}

/// openssl reads the certificate that was signed again as the one that it is.
#[test]
fn openssl_verifies_what_was_signed_again() {
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let home = TempDir::new().expect("a temporary directory");
    let theirs = Ca::new().issue(Leaf::new("mx.test").also("192.0.2.7").expired());
    let inspector = Ca::new();
    let ours = inspector.resign(theirs.leaf()).unwrap();
    let said = |identity: &Identity| {
        identity
            .pem()
            .write_to(home.path().join("leaf.pem"))
            .unwrap();
        let mut command = program::command(&openssl, home.path());
        command.args([
            "x509",
            "-in",
            "leaf.pem",
            "-noout",
            "-subject",
            "-dates",
            "-ext",
            "subjectAltName",
        ]);
        program::run(&mut command, b"").said
    };
    assert_eq!(said(&theirs), said(&ours));
    inspector
        .pem()
        .write_to(home.path().join("root.pem"))
        .unwrap();
    let mut command = program::command(&openssl, home.path());
    // It expired ten days ago, as the other did.
    command.args([
        "verify",
        "-no_check_time",
        "-verify_hostname",
        "mx.test",
        "-CAfile",
        "root.pem",
    ]);
    let verified = program::run(command.arg("leaf.pem"), b"");
    assert_eq!(verified.code, Some(0), "{}", verified.said);
}

/// swaks tells every line of the conversation.
#[track_caller]
fn swaks(tls: &str, tampered: impl FnOnce(Builder) -> Builder) -> Option<Seen> {
    run("swaks", "", tampered, |command, addr, _| {
        command.args(["--server", &addr.to_string(), tls]);
        command.args([
            "--ehlo", "c.test", "--from", "a@a.test", "--to", "b@b.test", "--body", "hello",
        ]);
    })
}

#[test]
fn swaks_tells_what_it_was_told() {
    type Tampered = fn(Builder) -> Builder;
    // (what the box does, whether TLS is demanded, the exit code, what it says, the outcome)
    let cases: [(Tampered, &str, i32, &str, Outcome); 10] = [
        (|it| it, "--tls", 0, "~> QUIT", Outcome::Delivered),
        (
            Builder::delete_starttls,
            "--tls",
            29,
            "Host did not advertise STARTTLS",
            Outcome::RefusedTls,
        ),
        (
            Builder::delete_starttls,
            "--tls-optional",
            0,
            " -> QUIT",
            Outcome::DeliveredInClear,
        ),
        (
            Builder::mask_starttls,
            "--tls",
            29,
            "250 XXXXXXXA",
            Outcome::RefusedTls,
        ),
        (
            |it| it.appliance(Appliance::cisco_asa()),
            "--tls-optional",
            0,
            "220 **************",
            Outcome::DeliveredInClear,
        ),
        (
            |it| it.appliance(Appliance::cisco_pix()),
            "--tls-optional",
            0,
            " -> HELO c.test",
            Outcome::DeliveredInClear,
        ),
        (
            |it| it.refuse_ehlo("502 5.5.1 no"),
            "--tls-optional",
            0,
            " -> HELO c.test",
            Outcome::DeliveredInClear,
        ),
        (
            |it| it.refuse_starttls("454 4.7.0 no"),
            "--tls",
            29,
            "<** 454 4.7.0 no",
            Outcome::RefusedTls,
        ),
        (
            |it| it.break_after_starttls(Break::Close),
            "--tls",
            29,
            "TLS startup failed",
            Outcome::RefusedTls,
        ),
        (
            |it| it.appliance(Appliance::barracuda_esg()),
            "--tls",
            0,
            "~> QUIT",
            Outcome::DeliveredInClear,
        ),
    ];
    for (tampered, tls, code, words, outcome) in cases {
        let Some(seen) = swaks(tls, tampered) else {
            return;
        };
        assert_eq!(seen.code, Some(code), "{words}: {}", seen.said);
        assert!(seen.said.contains(words), "{words}: {}", seen.said);
        assert_eq!(
            seen.server.outcome(),
            outcome,
            "{words}: {}\n{}",
            seen.said,
            seen.server
        );
    }
}

#[test]
fn curl_demands_tls_and_does_not_get_it() {
    type Tampered = fn(Builder) -> Builder;
    let cases: [(Tampered, i32, &str); 5] = [
        (|it| it, 0, ""),
        (Builder::delete_starttls, 64, "STARTTLS not supported."),
        (Builder::mask_starttls, 64, "STARTTLS not supported."),
        (
            |it| it.refuse_starttls("454 4.7.0 no"),
            64,
            "STARTTLS denied, code 454",
        ),
        (
            |it| it.appliance(Appliance::fortigate()),
            60,
            "unable to get local issuer certificate",
        ),
    ];
    for (tampered, code, words) in cases {
        let seen = run(
            "curl",
            "Subject: x\r\n\r\nhello\r\n",
            tampered,
            |command, addr, roots| {
                let port = addr.port();
                command.args(["-q", "--silent", "--show-error", "--ssl-reqd"]);
                command.args(["--url", &format!("smtp://mx.test:{port}/c.test")]);
                command.args(["--connect-to", &format!("mx.test:{port}:{addr}")]);
                command.args([
                    "--mail-from",
                    "a@a.test",
                    "--mail-rcpt",
                    "b@b.test",
                    "--upload-file",
                    "-",
                ]);
                command.arg("--cacert").arg(roots);
            },
        );
        let Some(seen) = seen else {
            return;
        };
        assert_eq!(seen.code, Some(code), "{}", seen.said);
        assert!(seen.said.contains(words), "{words}: {}", seen.said);
        let delivered = seen.server.mail.len();
        assert_eq!(delivered, usize::from(code == 0), "{}", seen.server);
    }
}

/// smtplib asks for STARTTLS only where it was offered, and falls back to HELO.
#[test]
fn python_falls_back_as_the_box_wants_it() {
    const SCRIPT: &str = "
import smtplib, ssl, sys
client = smtplib.SMTP(sys.argv[1], int(sys.argv[2]), local_hostname='c.test', timeout=20)
client.ehlo_or_helo_if_needed()
print('offered' if client.has_extn('starttls') else 'not offered', sorted(client.esmtp_features))
if client.has_extn('starttls'):
    context = ssl.create_default_context(cafile=sys.argv[3])
    context.check_hostname = False
    print(client.starttls(context=context))
    client.ehlo()
client.sendmail('a@a.test', ['b@b.test'], 'Subject: x\\r\\n\\r\\n.dots\\r\\n.\\r\\nhello\\r\\n')
print(client.quit())
";
    type Tampered = fn(Builder) -> Builder;
    let cases: [(Tampered, &str); 4] = [
        (|it| it, "\noffered"),
        (Builder::delete_starttls, "\nnot offered"),
        (Builder::mask_starttls, "'xxxxxxxa'"),
        (
            |it| it.appliance(Appliance::cisco_pix()),
            "\nnot offered []",
        ),
    ];
    for (tampered, words) in cases {
        let seen = run("python3", "", tampered, |command, addr, roots| {
            command.args(["-I", "-c", SCRIPT]);
            command
                .args([addr.ip().to_string(), addr.port().to_string()])
                .arg(roots);
        });
        let Some(seen) = seen else {
            return;
        };
        assert_eq!(seen.code, Some(0), "{}", seen.said);
        assert!(
            format!("\n{}", seen.said).contains(words),
            "{words}: {}",
            seen.said
        );
        assert!(
            seen.server.mail[0]
                .text()
                .ends_with("\r\n.dots\r\n.\r\nhello\r\n"),
            "{}",
            seen.server
        );
    }
}

/// A rustls client that trusts this root and shows this certificate.
pub(super) fn showing(root: &Der, own: &Identity) -> ClientConfig {
    let chain = own.chain().iter();
    let chain = chain
        .map(|one| CertificateDer::from(one.as_bytes().to_vec()))
        .collect();
    let key = PrivatePkcs8KeyDer::from(own.key().as_bytes().to_vec());
    let key = rustls::crypto::ring::sign::any_supported_type(&key.into()).unwrap();
    let mut config = client_config(root);
    let certified = rustls::sign::CertifiedKey::new(chain, key);
    config.client_auth_cert_resolver =
        std::sync::Arc::new(rustls::sign::SingleCertAndKey::from(certified));
    config
}
