//! The cases of the catalogue, brought up from their files and met by real clients: what goes wrong
//! follows from how the members are configured, and the mend mends it.

mod dotnet; // a real .NET against its cases

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use mailfault::Identity;
use mailfault::cast::{Cast, Playing, SendResult};
use mailfault::exchange::{TlsCertificateName, TransportRole};
use mailfault::judge::Decision;
use mailfault::{CertificateFacts, Clock, Outcome};

use crate::exchange::seen_by_openssl;
use crate::raw_client::RawClient;
use crate::support::program;

const FRONT_END: &str = "ex01/Default Frontend";

#[track_caller]
pub(crate) fn play(id: &str) -> Playing {
    Cast::named(id)
        .and_then(|cast| cast.start())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// What swaks says of TLS, if it is installed.
#[track_caller]
pub(crate) fn swaks(addr: SocketAddr, to: &str) -> Option<program::Finished> {
    let swaks = program::installed("swaks")?;
    let home = tempfile::TempDir::new().unwrap();
    let mut command = program::command(swaks, home.path());
    command.args([
        "--tls",
        "--server",
        "127.0.0.1",
        "--port",
        &addr.port().to_string(),
    ]);
    command.args([
        "--ehlo",
        "client.test",
        "--from",
        "alice@fabrikam.test",
        "--to",
        to,
    ]);
    Some(program::run(&mut command, b""))
}

/// What smtplib is told, with a certificate of its own, if it is installed.
#[track_caller]
pub(crate) fn smtplib(addr: SocketAddr, to: &str, identity: &Identity) -> Option<String> {
    let python = program::installed("python3")?;
    let home = tempfile::TempDir::new().unwrap();
    let mut command = program::command(python, home.path());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/eop/send_with_certificate.py");
    command.args(["-I", script, &addr.port().to_string()]);
    command.args(["alice@contoso.test", to, "X-Nothing: 1"]);
    let file = home.path().join("own.pem");
    std::fs::write(&file, format!("{}{}", identity.pem(), identity.key_pem())).unwrap();
    command.arg(file);
    Some(program::run(&mut command, b"").said)
}

#[test]
fn a_null_name_shows_the_certificate_of_setup_until_it_is_set_and_the_service_restarted() {
    let cast = play("exchange-null-tls-certificate-name");
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let server = cast.exchange("ex01").unwrap();
    let public = cast.certificate("public").unwrap();
    let addr = cast.address(FRONT_END).unwrap();
    let own = server.certificates()[0].thumbprint().to_owned();
    assert_eq!(seen_by_openssl(&openssl, addr), Some(own.clone()));
    let name = TlsCertificateName::of(&CertificateFacts::read(public.leaf()).unwrap());
    server
        .set_receive_connector("Default Frontend", |one| {
            one.tls_certificate_name = Some(name)
        })
        .unwrap();
    assert_eq!(seen_by_openssl(&openssl, addr), Some(own));
    server
        .restart_service(TransportRole::FrontendTransport)
        .unwrap();
    assert_eq!(seen_by_openssl(&openssl, addr), Some(public.thumbprint()));
}

#[test]
fn a_stale_name_takes_starttls_away() {
    let cast = play("exchange-stale-tls-certificate-name");
    let reply = RawClient::greeted(cast.address(FRONT_END).unwrap()).say("EHLO client.test");
    assert!(!reply.contains("STARTTLS"), "{reply}");
    let events = cast.events();
    assert!(
        events
            .iter()
            .any(|(member, one)| member == "ex01" && one.event.id() == 12014)
    );
}

#[test]
fn a_barracuda_shows_another_certificate_outside_than_exchange_inside() {
    let cast = play("barracuda-in-front");
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let (inside, outside) = (
        cast.address(FRONT_END).unwrap(),
        cast.address("barracuda").unwrap(),
    );
    let public = cast.certificate("public").unwrap();
    let barracuda = cast.interceptor("barracuda").unwrap();
    let shown = barracuda.certificate().unwrap();
    assert!(shown.subject().to_string().contains("Barracuda"));
    assert_eq!(seen_by_openssl(&openssl, inside), Some(public.thumbprint()));
    assert_eq!(seen_by_openssl(&openssl, outside), Some(shown.thumbprint()));

    barracuda.set_certificate(public);
    assert_eq!(
        seen_by_openssl(&openssl, outside),
        Some(public.thumbprint())
    );

    // Whoever does not look at certificates is let in through the box.
    if let Some(finished) = swaks(outside, "bob@contoso.test") {
        assert_eq!(finished.code, Some(0), "{}", finished.said);
        let mail = cast.exchange("ex01").unwrap().mail();
        assert_eq!(mail[0].connector, "Default Frontend EX01");
        let content = String::from_utf8_lossy(&mail[0].mail.content).into_owned();
        assert!(
            content.contains("(Spam & Virus Firewall) with ESMTP id "),
            "{content}"
        );
    }
}

#[test]
fn an_asa_lets_nobody_ask_for_tls() {
    let cast = play("asa-masks-starttls");
    let outside = cast.address("asa").unwrap();
    let mut client = RawClient::connect(outside);
    let banner = client.reply();
    assert!(
        banner.starts_with("220 ") && banner.contains("****"),
        "{banner}"
    );
    let reply = client.say("EHLO client.test");
    assert!(
        reply.contains("250-XXXXXXXA\r\n") && !reply.contains("STARTTLS"),
        "{reply}"
    );
    drop(client);
    if let Some(openssl) = program::installed("openssl") {
        assert_eq!(seen_by_openssl(&openssl, outside), None);
        let public = cast.certificate("public").unwrap().thumbprint();
        let inside = cast.address(FRONT_END).unwrap();
        assert_eq!(seen_by_openssl(&openssl, inside), Some(public));
    }
    if let Some(finished) = swaks(outside, "bob@contoso.test") {
        assert!(
            finished.said.contains("Host did not advertise STARTTLS"),
            "{}",
            finished.said
        );
        assert!(cast.exchange("ex01").unwrap().mail().is_empty());
    }
}

#[test]
fn a_firewall_that_inspects_keeps_the_subject_and_signs_itself() {
    let cast = play("tls-inspection-in-front");
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let home = tempfile::TempDir::new().unwrap();
    let mut client = program::command(openssl, home.path());
    let outside = cast.address("firewall").unwrap().to_string();
    client.args([
        "s_client",
        "-starttls",
        "smtp",
        "-connect",
        &outside,
        "-nameopt",
        "RFC2253",
    ]);
    let said = program::run(&mut client, b"QUIT\r\n").said;
    assert!(
        said.contains("subject=C=US,O=Contoso,CN=hybrid.contoso.test\n")
            || said.contains("subject=CN=hybrid.contoso.test,O=Contoso,C=US\n"),
        "{said}"
    );
    assert!(said.contains("CN=Contoso TLS Inspection CA"), "{said}");
}

#[test]
fn of_two_servers_behind_one_name_every_other_shows_the_wrong_certificate() {
    let cast = play("exchange-one-of-two-servers-fixed");
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let name = cast.address("hybrid").unwrap();
    let public = cast.certificate("public").unwrap().thumbprint();
    let other = cast.exchange("ex02").unwrap().certificates()[0]
        .thumbprint()
        .to_owned();
    let seen: Vec<_> = (0..4)
        .filter_map(|_| seen_by_openssl(&openssl, name))
        .collect();
    assert_eq!(seen, [public.clone(), other.clone(), public, other]);
}

#[test]
fn a_gateway_drops_the_certificate_by_which_the_cloud_knows_its_own() {
    let cast = play("eop-restricts-by-certificate");
    let (cloud, gateway) = (
        cast.address("cloud").unwrap(),
        cast.address("gateway").unwrap(),
    );
    let own = cast.certificate("public").unwrap();
    let elsewhere = "eve@elsewhere.test";
    let Some(said) = smtplib(cloud, elsewhere, own) else {
        return;
    };
    assert_eq!(said, "sent\n");
    let said = smtplib(gateway, elsewhere, own).unwrap();
    assert!(
        said.starts_with("550 5.7.64 TenantAttribution; Relay Access Denied ["),
        "{said}"
    );
    let report = cast.eop("cloud").unwrap().report();
    assert_eq!(report.sessions[1].outcome(), Outcome::RefusedSmtp);
    assert!(
        report.sessions[1]
            .tls
            .as_ref()
            .unwrap()
            .client_certificate
            .is_empty()
    );
}

#[test]
fn a_bundle_has_logs_events_certificates_and_transcripts() {
    let cast = play("barracuda-in-front");
    RawClient::helloed(cast.address("barracuda").unwrap()).say("QUIT");
    cast.stop();
    let out = tempfile::TempDir::new().unwrap();
    let written = cast.write_bundle(out.path()).unwrap();
    let mut names: Vec<_> = written
        .iter()
        .map(|path| path.strip_prefix(out.path()).unwrap().display().to_string())
        .map(|name| match name.find("RECV") {
            Some(at) => format!("{}RECV", &name[..at]),
            None => name,
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "certificates/ca.pem",
            "certificates/public.pem",
            "ex01/V15/TransportRoles/Logs/FrontEnd/ProtocolLog/SmtpReceive/RECV",
            "transcripts/barracuda-1.txt",
            "transcripts/ex01-Default-Frontend-EX01-1.txt",
        ]
    );
}

/// The case of the orphan, from the first attempt to the report after two days, and mended.
#[test]
fn an_orphan_keeps_mail_until_it_expires_and_mended_it_goes() {
    use mailfault::transport::{NotificationKind, ProgressKind};
    let cast = Cast::named("hybrid-nocredentials-orphan-certificate").unwrap();
    let clock = Clock::at(SystemTime::now());
    let playing = cast.player().clock(clock.clone()).start().unwrap();
    let began = clock.now();
    let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
    let lives = cast.send_for(&playing, days(3)).unwrap();
    let life = &lives[0];
    let deferred: Vec<_> = life
        .progress
        .iter()
        .filter(|one| matches!(one.kind, ProgressKind::Deferred { .. }))
        .collect();
    // The queue does not say why (KB4495258); the SmtpSend log does.
    assert!(
        life.setback(deferred[0])
            .contains("421 4.4.1 Connection timed out")
    );
    let logs = playing.exchange("ex01").unwrap().smtp_send_log();
    assert!(
        logs[0]
            .to_string()
            .contains("TLS negotiation failed with error NoCredentials")
    );
    let minutes = |at: SystemTime| at.duration_since(began).unwrap().as_secs() / 60;
    let first: Vec<_> = deferred
        .iter()
        .map(|one| minutes(one.at))
        .take(12)
        .collect();
    assert_eq!(first, [0, 1, 2, 3, 4, 9, 14, 19, 24, 29, 34, 44]);
    let told: Vec<_> = life.notifications().iter().map(|one| one.kind).collect();
    assert_eq!(told, [NotificationKind::Delay, NotificationKind::Failure]);
    let last = life.progress.last().unwrap();
    assert_eq!(minutes(last.at), 2 * 24 * 60);
    let text = life.to_string();
    assert!(
        text.ends_with(" failed: 550 4.4.7 QUEUE.Expired; message expired"),
        "{text}"
    );

    // On every attempt the cloud saw a connection, STARTTLS, and not an octet of TLS; it made no
    // difference what its inbound connector asks for.
    for tenant in ["cloud", "force-tls", "opportunistic"] {
        let sessions = playing.eop(tenant).unwrap().report().sessions;
        let begun = |one: &&mailfault::Session| {
            let said = one.transcript.to_string();
            said.contains("C: STARTTLS") && one.client_hello.is_none()
        };
        assert_eq!(sessions.iter().filter(begun).count(), deferred.len());
    }

    let server = playing.exchange("ex01").unwrap();
    let orphan = playing.certificate("orphan").unwrap().thumbprint();
    server.remove_certificate(&orphan).unwrap();
    server.restart_service(TransportRole::HubTransport).unwrap();
    let result = &cast.send_all(&playing).unwrap()[0];
    assert_eq!(result.seen, Decision::Deliver, "{result}");
    let cloud = playing.eop("cloud").unwrap();
    let by = cloud.received();
    assert_eq!(by[0].connector(), Some("Inbound from Contoso"));
    let mail = cloud.mail();
    assert_eq!(mail[0].to, ["bob@contoso.mail.onmicrosoft.com"]);
}

/// What .NET never tells: the cause, which openssl itself sees as the judge does.
#[test]
fn openssl_says_of_the_cases_of_dotnet_what_they_expect() {
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let all = [
        ("dotnet-expired", 10),
        ("dotnet-name-mismatch", 62),
        ("dotnet-self-signed", 18),
        ("dotnet-untrusted-chain", 20),
    ];
    for (id, code) in all {
        let cast = Cast::named(id).unwrap();
        let playing = cast.start().unwrap();
        let sent = cast.send_all(&playing).unwrap();
        assert!(sent.iter().all(SendResult::is_as_expected), "{id}");
        let database_mail = &sent[0].message;
        assert_eq!(
            database_mail,
            "The remote certificate is invalid according to the validation procedure."
        );

        let home = tempfile::TempDir::new().unwrap();
        let mut client = program::command(&openssl, home.path());
        let addr = playing.address(FRONT_END).unwrap().to_string();
        client.args(["s_client", "-starttls", "smtp", "-connect", &addr]);
        client.args(["-verify_hostname", &sent[0].to]);
        client.args(["-no-CApath", "-no-CAstore"]);
        if playing.roots().is_empty() {
            client.arg("-no-CAfile");
        } else {
            let roots = home.path().join("roots.pem");
            playing.roots_pem().write_to(&roots).unwrap();
            client.arg("-CAfile").arg(roots);
        }
        let said = program::run(&mut client, b"QUIT\r\n").said;
        let seen = format!("Verify return code: {code} (");
        assert!(said.contains(&seen), "{id}: {said}");
        let judged = &sent[2].message;
        assert!(said.contains(judged.as_str()), "{id}: {judged}");
    }
}
