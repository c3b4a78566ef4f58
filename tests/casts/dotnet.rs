//! The cases of .NET against a real one: it throws what its judge says, and delivers once the server
//! shows a certificate that is right. What is revoked is held against openssl as well.

use mailfault::cast::{Cast, Playing, SendResult};
use mailfault::exchange::{Service, StoredCertificate, TlsCertificateName, TransportRole};
use mailfault::{Ca, CertificateFacts, Identity, Leaf, Pem};
use tempfile::TempDir;

use super::FRONT_END;
use crate::clients::dotnet::{Dotnet, Errand};
use crate::support::program;

/// A case that runs, and what .NET Core 3.1 makes of the server.
struct Case {
    playing: Playing,
    judged: SendResult,
}

impl Case {
    /// The case has a judge for Database Mail's .NET Framework; here it is that of the real one.
    #[track_caller]
    fn play(id: &str, change: impl FnOnce(String) -> String) -> Self {
        let cast = Cast::named(id).unwrap();
        let text = cast.text().replace("dotnet-framework", "dotnet-core-3.1");
        let cast = Cast::parse(&format!("{id}.toml"), &change(text)).unwrap();
        let playing = cast.start().unwrap();
        let judged = cast.send_all(&playing).unwrap().remove(0);
        Self { playing, judged }
    }

    fn told(&self, what: &str) -> &str {
        let mut details = self.judged.details.iter();
        let found = details.find(|(name, _)| name == what);
        found.map_or("", |(_, text)| text)
    }

    /// What the real one says, sending to the server by the name that its sender has.
    #[track_caller]
    fn say(&self, dotnet: &Dotnet, how: &str, roots: &Pem, options: &[&str]) -> String {
        let errand = Errand {
            how,
            name: &self.judged.to,
            addr: self.playing.address(FRONT_END).unwrap(),
            roots,
            to: "bob@contoso.test",
            options,
        };
        dotnet.run(&errand).said
    }

    /// It throws what the judge says, and tells a callback what the judge says.
    #[track_caller]
    fn refuses(&self, dotnet: &Dotnet, options: &[&str]) {
        let roots = self.playing.roots_pem();
        for (how, detail) in [("Send", "exception"), ("SendMailAsync", "SendMailAsync")] {
            let expected = format!("exception: {}\n", self.told(detail));
            assert_eq!(self.say(dotnet, how, &roots, options), expected, "{how}");
        }
        let options = [options, &["callback"]].concat();
        let said = self.say(dotnet, "Send", &roots, &options);
        let told = ["SslPolicyErrors", "ChainStatus"]
            .map(|what| format!("{what}: {}\n", self.told(what)))
            .concat();
        assert!(said.starts_with(&told), "{told}{said}");
    }

    #[track_caller]
    fn delivers(&self, dotnet: &Dotnet, roots: &Pem, options: &[&str]) {
        let server = self.playing.exchange("ex01").unwrap();
        let before = server.mail().len();
        for (sent, how) in [(1, "Send"), (2, "SendMailAsync")] {
            assert_eq!(self.say(dotnet, how, roots, options), "sent\n", "{how}");
            let mail = server.mail();
            assert_eq!(mail.len(), before + sent, "{how}");
            assert!(mail.last().unwrap().mail.inside_tls);
        }
    }

    /// Makes the server show this certificate.
    fn show(&self, identity: &Identity) {
        let name = TlsCertificateName::of(&CertificateFacts::read(identity.leaf()).unwrap());
        let server = self.playing.exchange("ex01").unwrap();
        let stored = StoredCertificate::new(identity.clone()).enabled_for([Service::Smtp]);
        server.import_certificate(stored).unwrap();
        let change = server.set_receive_connector("Default Frontend", |one| {
            one.tls_certificate_name = Some(name);
        });
        change.unwrap();
        let role = TransportRole::FrontendTransport;
        server.restart_service(role).unwrap();
    }
}

#[test]
fn a_real_one_throws_what_its_judge_says_and_delivers_when_the_server_is_mended() {
    let Some(dotnet) = Dotnet::installed() else {
        return;
    };
    for id in [
        "dotnet-expired",
        "dotnet-name-mismatch",
        "dotnet-self-signed",
        "dotnet-untrusted-chain",
    ] {
        let case = Case::play(id, |text| text);
        case.refuses(&dotnet, &[]);
        let ca = Ca::new();
        case.show(&ca.issue(Leaf::new(&case.judged.to).only_names()));
        case.delivers(&dotnet, &ca.pem(), &[]);
    }
}

#[test]
fn a_real_one_sees_a_revocation_if_it_is_told_to_look() {
    let Some(dotnet) = Dotnet::installed() else {
        return;
    };
    let case = Case::play("dotnet-revoked", |text| text);
    let roots = case.playing.roots_pem();
    case.delivers(&dotnet, &roots, &[]);
    case.refuses(&dotnet, &["revocation"]);
    // The same lists are good for the other certificate of that authority.
    case.show(case.playing.certificate("renewed").unwrap());
    case.delivers(&dotnet, &roots, &["revocation"]);
    let fetches = case.playing.fetches();
    assert!(!fetches.is_empty(), "nobody asked");
    assert!(fetches.iter().all(|one| one.status == 200), "{fetches:?}");
}

#[test]
fn a_real_one_refuses_where_no_list_is_to_be_had() {
    let Some(dotnet) = Dotnet::installed() else {
        return;
    };
    for server in ["junk", "status 404", "unreachable"] {
        let case = Case::play("dotnet-revoked", |text| {
            let kept = text.lines().filter(|line| !line.starts_with("revo"));
            let kept: Vec<_> = kept.collect();
            let wish = format!("[certificates.mail]\ncrl-server = \"{server}\"");
            kept.join("\n").replacen("[certificates.mail]", &wish, 1)
        });
        assert_eq!(case.told("ChainStatus"), "RevocationStatusUnknown");
        case.refuses(&dotnet, &["revocation"]);
    }
}

#[test]
fn openssl_sees_a_revocation_with_the_list_at_hand() {
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let case = Case::play("dotnet-revoked", |text| text);
    let home = TempDir::new().unwrap();
    let file = |name: &str| home.path().join(name);
    case.playing
        .roots_pem()
        .write_to(file("roots.pem"))
        .unwrap();
    let both = [case.playing.roots_pem(), case.playing.crls_pem()].map(|pem| pem.to_string());
    std::fs::write(file("both.pem"), both.concat()).unwrap();
    let addr = case.playing.address(FRONT_END).unwrap().to_string();
    let verify_code = |options: &[&str]| {
        let mut client = program::command(&openssl, home.path());
        client.args(["s_client", "-starttls", "smtp", "-connect", &addr]);
        client.args(["-verify_hostname", &case.judged.to]);
        client.args(["-no-CApath", "-no-CAstore"]).args(options);
        let said = program::run(&mut client, b"QUIT\r\n").said;
        let codes = said.lines();
        let code = codes.rev().find(|line| line.contains("Verify return code"));
        code.map(|line| line.trim().to_owned())
    };
    let ok = Some("Verify return code: 0 (ok)".to_owned());
    let revoked = Some("Verify return code: 23 (certificate revoked)".to_owned());
    // The whole chain, with the lists of both authorities; and the leaf, with a list that openssl
    // fetches from where the certificate says.
    let from_a_file = ["-CAfile", "both.pem", "-crl_check_all"];
    let fetched = ["-CAfile", "roots.pem", "-crl_check", "-crl_download"];
    assert_eq!(verify_code(&["-CAfile", "roots.pem"]), ok);
    assert_eq!(verify_code(&from_a_file), revoked);
    assert_eq!(verify_code(&fetched), revoked);
    case.show(case.playing.certificate("renewed").unwrap());
    assert_eq!(verify_code(&from_a_file), ok);
    assert_eq!(verify_code(&fetched), ok);
}
