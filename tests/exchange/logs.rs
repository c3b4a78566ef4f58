//! The cases as their logs tell them: what the model did, in the words that were found.

use mailfault::exchange::log::{LogKind, ProtocolLog, Row, TrackingLog};
use mailfault::exchange::{
    AttemptEnding, Exchange, ProtocolLoggingLevel, StoredCertificate, TransportRole, Version,
};
use mailfault::{Ca, Ended, Leaf, MockServer, Outcome};

use super::CONNECTOR;
use crate::raw_client::RawClient;
use crate::support::program;

/// Sign, data and context of each row.
fn told(rows: &[Row]) -> Vec<String> {
    let one = |row: &Row| format!("{} {} | {}", row.event.sign(), row.data, row.context);
    rows.iter().map(one).collect()
}

/// The case of the null name: what the on-premises log shows of it, and nothing else.
#[test]
fn the_log_of_the_null_name_shows_the_certificate_of_setup_in_six_rows() {
    let Some(openssl) = program::installed("openssl") else {
        return;
    };
    let server = Exchange::builder(Version::Exchange2013)
        .name("SERVER1")
        .domain("domain.test")
        .start();
    super::seen_by_openssl(&openssl, server.addr("Default Frontend")).unwrap();
    server.stop();
    let own = server.certificates()[0].clone();
    let logs = server.smtp_receive_log(TransportRole::FrontendTransport);
    let [log] = logs.as_slice() else {
        panic!("{logs:?}")
    };
    let rows = told(&log.rows);
    let begin = rows
        .iter()
        .position(|row| row == "*  | Sending certificate")
        .unwrap();
    assert_eq!(
        rows[begin..begin + 6],
        [
            "*  | Sending certificate".to_owned(),
            "* CN=SERVER1 | Certificate subject".to_owned(),
            "* CN=SERVER1 | Certificate issuer name".to_owned(),
            format!("* {} | Certificate serial number", own.facts.serial),
            format!("* {} | Certificate thumbprint", own.thumbprint()),
            "* SERVER1;SERVER1.domain.test | Certificate alternate names".to_owned(),
        ]
    );
    assert!(
        log.rows
            .iter()
            .all(|row| row.connector == r"SERVER1\Default Frontend SERVER1")
    );
    // The client judges, and Exchange does not hear of it.
    assert!(!rows.iter().any(|row| row.contains("failed")), "{rows:#?}");
}

/// The same, running.
fn with_an_orphan(ca: &Ca) -> (Exchange, StoredCertificate, StoredCertificate) {
    let (builder, orphan, good) = super::with_an_orphan(ca);
    (builder.start(), orphan, good)
}

fn cloud(ca: &Ca) -> MockServer {
    super::cloud(ca).start()
}

const MAIL: &str = "From: alice@domain.test\r\nTo: bob@contoso.test\r\nSubject: hello\r\nMessage-ID: <1@d5-ex1.d5.test>\r\n\r\nhello\r\n";

#[test]
fn an_orphan_has_no_credentials_and_the_peer_sees_not_an_octet_of_tls() {
    let ca = Ca::new();
    let (server, orphan, good) = with_an_orphan(&ca);
    let cloud = cloud(&ca);
    let send = || {
        server
            .send(
                CONNECTOR,
                cloud.addr(),
                "alice@domain.test",
                ["bob@contoso.test"],
                MAIL,
            )
            .unwrap()
    };

    let attempt = send();
    assert_eq!(
        attempt.ending,
        AttemptEnding::Deferred("451 4.4.0 TLS negotiation failed with error NoCredentials".into())
    );
    let rows = told(&attempt.rows);
    assert_eq!(rows[0], "*  | attempting to connect");
    assert_eq!(attempt.rows[0].local, "");
    assert_eq!(
        rows[rows.len() - 10..],
        [
            "> STARTTLS | ".to_owned(),
            "< 220 2.0.0 SMTP server ready | ".to_owned(),
            "*  | Sending certificate".to_owned(),
            "* CN=mail.domain.test, OU=Domain Control Validated | Certificate subject".to_owned(),
            format!("* {} | Certificate issuer name", orphan.facts.issuer),
            format!("* {} | Certificate serial number", orphan.facts.serial),
            format!("* {} | Certificate thumbprint", orphan.thumbprint()),
            "* mail.domain.test;domain.test | Certificate alternate names".to_owned(),
            "*  | TLS negotiation failed with error NoCredentials".to_owned(),
            "-  | Local".to_owned(),
        ]
    );

    // The administrator takes the orphan out, and restarts what has the store in mind.
    server.remove_certificate(orphan.thumbprint()).unwrap();
    assert_eq!(
        send().selection.unwrap().chosen.as_deref(),
        Some(orphan.thumbprint())
    );
    server.restart_service(TransportRole::HubTransport).unwrap();

    let attempt = send();
    assert!(attempt.is_delivered(), "{:?}", attempt.ending);
    let rows = told(&attempt.rows);
    let at = |row: &str| {
        let found = rows.iter().position(|one| one == row);
        found.unwrap_or_else(|| panic!("{row} is not in {rows:#?}"))
    };
    let sent = at(&format!("* {} | Certificate thumbprint", good.thumbprint()));
    let remote = at("*  | Remote certificate");
    let received = at("*  | Received certificate");
    let message = rows.iter().position(|row| {
        row.starts_with("*  | sending message with RecordId ")
            && row.ends_with(" and InternetMessageId <1@d5-ex1.d5.test>")
    });
    let mail = at(&format!(
        "> MAIL FROM:<alice@domain.test> SIZE={} | ",
        MAIL.len()
    ));
    let recipient = at("> RCPT TO:<bob@contoso.test> ORCPT=rfc822;bob@contoso.test | ");
    let content = at(&format!("> BDAT {} LAST | ", MAIL.len()));
    assert!(sent < remote && remote < received && Some(received) < message && message < Some(mail));
    // As a pipeline: both commands, then both replies.
    assert_eq!(recipient, mail + 1);
    assert!(
        rows[mail + 2].starts_with("< 250 2.1.0 Sender OK"),
        "{rows:#?}"
    );
    assert!(
        rows[mail + 3].starts_with("< 250 2.1.5 Recipient OK"),
        "{rows:#?}"
    );
    assert_eq!(content, mail + 4);
    assert_eq!(rows.last().unwrap(), "-  | Local");

    let report = cloud.finish();
    let failed = &report.sessions[0];
    assert_eq!(
        (failed.outcome(), failed.ended),
        (Outcome::RefusedTls, Some(Ended::ByClient))
    );
    assert!(failed.client_hello.is_none() && failed.in_clear().is_empty());
    assert_eq!(report.sessions[2].outcome(), Outcome::Delivered);
    let shown = &report.sessions[2].tls.as_ref().unwrap().client_certificate[0];
    assert_eq!(shown.thumbprint(), good.thumbprint());
    assert_eq!(report.mail[0].content, MAIL.as_bytes());
}

#[test]
fn a_send_connector_that_does_not_log_writes_no_file() {
    let ca = Ca::new();
    let (server, ..) = with_an_orphan(&ca);
    server
        .set_send_connector(CONNECTOR, |one| {
            one.protocol_logging_level = ProtocolLoggingLevel::None
        })
        .unwrap();
    server.restart_service(TransportRole::HubTransport).unwrap();
    let cloud = cloud(&ca);
    let to = ["bob@contoso.test"];
    server
        .send(CONNECTOR, cloud.addr(), "alice@domain.test", to, MAIL)
        .unwrap();
    assert_eq!(server.smtp_send_log(), []);
}

#[test]
fn a_certificate_for_another_domain_or_of_nobody_known_is_not_good_enough() {
    let ca = Ca::new();
    let (server, orphan, _) = with_an_orphan(&ca);
    server.remove_certificate(orphan.thumbprint()).unwrap();
    server.restart_service(TransportRole::HubTransport).unwrap();
    let ends = |cloud: &MockServer| {
        let to = ["bob@contoso.test"];
        server
            .send(CONNECTOR, cloud.addr(), "alice@domain.test", to, MAIL)
            .unwrap()
            .ending
    };
    let refused = AttemptEnding::Deferred("454 4.7.5 Certificate validation failure".into());
    let stranger = MockServer::builder().starttls(ca.issue("mx.test")).start();
    assert_eq!(ends(&stranger), refused);
    let unknown = cloud(&Ca::new());
    assert_eq!(ends(&unknown), refused);
    let without = MockServer::start();
    let required = AttemptEnding::Deferred("451 5.7.3 STARTTLS is required to send mail".into());
    assert_eq!(ends(&without), required);
    for server in [stranger, unknown, without] {
        let report = server.finish();
        assert!(report.mail.is_empty() && report.sessions[0].in_clear().is_empty());
    }
}

#[test]
fn files_lie_where_an_administrator_looks_and_can_be_read_back() {
    let ca = Ca::new();
    let (server, ..) = with_an_orphan(&ca);
    let cloud = cloud(&ca);
    let to = ["bob@contoso.test"];
    server
        .send(CONNECTOR, cloud.addr(), "alice@domain.test", to, MAIL)
        .unwrap();
    RawClient::helloed(server.addr("Default Frontend")).say("QUIT");
    RawClient::helloed(server.addr("Client Frontend")).say("QUIT");
    server.stop();
    let out = tempfile::TempDir::new().unwrap();
    let written = server.write_logs(out.path()).unwrap();
    let mut kinds = Vec::new();
    for path in &written {
        let name = path.strip_prefix(out.path()).unwrap().to_str().unwrap();
        if name == "events.log" {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        if name.contains("/MessageTracking/") {
            assert_eq!(TrackingLog::parse(name, &text).unwrap().to_string(), text);
            continue;
        }
        let log = ProtocolLog::parse(name, &text).unwrap();
        assert_eq!(log.to_string(), text);
        let folder = match log.kind {
            LogKind::SmtpReceive => "V15/TransportRoles/Logs/FrontEnd/ProtocolLog/SmtpReceive/RECV",
            LogKind::SmtpSend => "V15/TransportRoles/Logs/Hub/ProtocolLog/SmtpSend/SEND",
        };
        assert!(name.starts_with(folder), "{name}");
        // The client connectors do not log.
        assert!(log.rows.iter().all(|row| !row.connector.contains("Client")));
        kinds.push(log.kind);
    }
    assert!(kinds.contains(&LogKind::SmtpReceive) && kinds.contains(&LogKind::SmtpSend));
}

/// The cloud shows its certificate, and the connector gives its domain more than others.
#[test]
fn a_client_certificate_gets_what_its_domain_is_given_if_it_can_be_trusted() {
    let Some(python) = program::installed("python3") else {
        return;
    };
    let (ca, stranger) = (Ca::new(), Ca::new());
    let domain = "mail.protection.outlook.com";
    let server = Exchange::builder(Version::Exchange2019)
        .trusted_roots(ca.roots().to_vec())
        .change_receive_connector("Default Frontend", |one| {
            let capability = "AcceptCloudServicesMail".to_owned();
            one.tls_domain_capabilities = vec![(domain.to_owned(), capability)];
        })
        .unwrap()
        .start();
    let addr = server.addr("Default Frontend");
    for ca in [&ca, &stranger] {
        let own = ca.issue(Leaf::new(domain).only_names());
        let home = tempfile::TempDir::new().unwrap();
        let file = home.path().join("own.pem");
        std::fs::write(&file, format!("{}{}", own.pem(), own.key_pem())).unwrap();
        let mut command = program::command(&python, home.path());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/eop/send_with_certificate.py");
        command.args(["-I", script, &addr.port().to_string()]);
        command.args(["a@fabrikam.test", "bob@contoso.test", "X-Nothing: 1"]);
        let said = program::run(command.arg(file), b"").said;
        assert_eq!(said, "sent\n");
    }
    server.stop();
    let logs = server.smtp_receive_log(TransportRole::FrontendTransport);
    let rows: Vec<_> = logs.iter().flat_map(|log| told(&log.rows)).collect();
    let count = |part: &str| rows.iter().filter(|row| row.contains(part)).count();
    let given = format!(
        "TlsDomainCapabilities='AcceptCloudServicesMail'; Status='Success'; Domain='{domain}'"
    );
    assert_eq!(count(&given), 1, "{rows:#?}");
    assert_eq!(
        count("TlsDomainCapabilities='None'; Status='UntrustedRoot'"),
        1,
        "{rows:#?}"
    );
    let events = server.events();
    let refused: Vec<_> = events
        .iter()
        .filter(|one| one.event.id() == 11022)
        .collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(
        refused[0].event.to_string(),
        format!(
            "Failed to confirm domain capabilities '{domain}:AcceptCloudServicesMail' on connector 'Default Frontend EX01' because validation of the Transport Layer Security (TLS) certificate failed with status 'UntrustedRoot'."
        )
    );
}
