use super::*;
use crate::exchange::{AuthMechanism, TlsCertificateName};

const HEAD: &str = "summary = \"x\"\n";

#[track_caller]
fn start(text: &str) -> Playing {
    let cast = Cast::parse("case.toml", &format!("{HEAD}{text}"));
    match cast.and_then(|cast| cast.start()) {
        Ok(playing) => playing,
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn check_bad(text: &str, message: &str) {
    let cast = Cast::parse("case.toml", &format!("{HEAD}{text}"));
    match cast.and_then(|cast| cast.start()) {
        Err(error) => assert_eq!(error.to_string(), message),
        Ok(playing) => panic!("{playing:?} should have been refused"),
    }
}

#[test]
fn what_cannot_be_understood_is_shown_with_its_place() {
    check_bad(
        "",
        "case.toml:1:1: a cast needs a member: a table such as `[exchange.ex01]`",
    );
    check_bad(
        "[exchnage.ex01]\nversion = \"2016\"",
        "case.toml:2:2: unknown key `exchnage`; did you mean `exchange`?",
    );
    check_bad(
        "[exchange.ex01]\nversion = \"2017\"",
        "case.toml:2:1: unknown version of Exchange `2017`; did you mean `2010`?",
    );
    check_bad(
        "[exchange.ex01]",
        "case.toml:2:1: the key `version` is missing",
    );
    let ex01 = "[exchange.ex01]\nversion = \"2016\"\n";
    check_bad(
        &format!("{ex01}[exchange.ex01.ReceiveConnector.\"Default Fronted\"]\nRequireTLS = true"),
        "case.toml:4:1: unknown receive connector `Default Fronted`; did you mean `Default Frontend`?",
    );
    check_bad(
        &format!("{ex01}[exchange.ex01.ReceiveConnector.\"Default Frontend\"]\nRequireTls = true"),
        "case.toml:5:1: unknown key `RequireTls`; did you mean `RequireTLS`?",
    );
    check_bad(
        &format!(
            "{ex01}[exchange.ex01.ReceiveConnector.\"Default Frontend\"]\nTlsCertificateName = \"public\""
        ),
        "case.toml:4:1: unknown certificate `public`",
    );
    check_bad(
        &format!(
            "{ex01}[exchange.ex01.ReceiveConnector.\"Default Frontend\"]\nMaxProtocolErrors = \"many\""
        ),
        "case.toml:5:21: `many` is no limit; write a number or `Unlimited`",
    );
    check_bad(
        &format!("{ex01}[sender.cloud]\njudge = \"eopp\"\nto = \"ex01\""),
        "case.toml:4:1: unknown judge `eopp`; did you mean `eop`?",
    );
    check_bad(
        &format!("{ex01}[sender.go]\njudge = \"go\"\nto = \"ex01\"\nera = \"2017\""),
        "case.toml:4:1: bad sender: `Name`, `TlsSettings`, `TlsDomain`, `SmtpDaneMode`, `MtaStsMode` and `era` are for the judge `eop`, not for `go`",
    );
    check_bad(
        &format!("{ex01}[sender.go]\njudge = \"go\"\nto = \"ex01\"\nroot-of = \"ex01\""),
        "case.toml:4:1: bad sender: `root-of` is for the judge `root-pin`, not for `go`",
    );
    let gateway = format!("{ex01}[interceptor.gateway]\nbefore = \"ex01\"\n");
    check_bad(
        &format!("{gateway}greylist = {{ reply = \"550 5.7.1 no\", for = \"1m\" }}"),
        "case.toml:4:1: `greylist` with `550 5.7.1 no` makes no sense: who is to come again is told so with a 4",
    );
    check_bad(
        &format!("{gateway}greylist = {{ reply = \"451 4.3.2 later\" }}"),
        "case.toml:6:12: the key `for` is missing",
    );
    check_bad(
        &format!("{ex01}[[send]]\nby = \"cloud\"\nexpect = \"delivered\""),
        "case.toml:6:10: unknown end of a send `delivered`; did you mean `deliver`?",
    );
    check_bad(
        &format!("{ex01}[exchange.ex01.SendConnector.Out]\nTlsAuthLevel = \"EncryptionOnly\""),
        "case.toml:4:1: bad TlsAuthLevel: `EncryptionOnly` cannot be set on `Out`, where RequireTLS is false",
    );
    check_bad(
        &format!("[certificates.public]\nnames = []\n{ex01}"),
        "case.toml:2:1: bad certificate: `public`: bad names: a certificate needs a name; write `names = [\"mail.contoso.test\"]`",
    );
    check_bad(
        &format!("[certificates.public]\nnames = [\"x.test\"]\nsubject = \"x.test\"\n{ex01}"),
        "case.toml:2:1: bad certificate: `public`: bad name: `x.test` is no distinguished name: `x.test` has no `=`",
    );
}

#[test]
fn members_are_as_the_file_says() {
    let playing = start(
        r#"
        [certificates.old]
        names   = ["mail.contoso.test"]
        subject = "CN=mail.contoso.test, O=\"Contoso, Inc.\""
        issuer  = "CN=Contoso CA"
        valid   = ["-400d", "-35d"]

        [certificates.new]
        names   = ["mail.contoso.test"]
        subject = "CN=mail.contoso.test, O=\"Contoso, Inc.\""
        issuer  = "CN=Contoso CA"
        serial  = "27900F8FCB8B12"

        [exchange.ex01]
        version          = "2013"
        name             = "SERVER1"
        domain           = "domain.test"
        accepted-domains = ["contoso.test"]

        [[exchange.ex01.certificate]]
        use           = "old"
        private-key   = false
        intermediates = false

        [[exchange.ex01.certificate]]
        use      = "new"
        services = ["IIS", "smtp"]

        [exchange.ex01.ReceiveConnector."Default Frontend"]
        TlsCertificateName   = "new"
        AuthMechanism        = ["Tls", "ExchangeServer"]
        MaxProtocolErrors    = "Unlimited"
        TarpitInterval       = "0s"

        [exchange.ex01.SendConnector."Outbound to Office 365"]
        SmartHosts         = ["contoso-com.mail.protection.outlook.com"]
        RequireTLS         = true
        TlsAuthLevel       = "DomainValidation"
        TlsDomain          = "mail.protection.outlook.com"
        TlsCertificateName = "new"

        [exchange.ex01.NewReceiveConnector.Relay]
        AnonymousRelay   = true
        PermissionGroups = ["AnonymousUsers"]
        RemoteIPRanges   = ["127.0.0.1", "10.0.0.1-10.0.0.9"]
        "#,
    );
    let server = playing.exchange("ex01").unwrap();
    assert_eq!(server.fqdn(), "SERVER1.domain.test");
    let certificates = server.certificates();
    let [.., old, new] = certificates.as_slice() else {
        panic!("{certificates:?}")
    };
    assert_eq!((old.has_private_key, new.has_private_key), (false, true));
    assert_eq!(
        (old.has_intermediates, new.has_intermediates),
        (false, true)
    );
    assert_eq!(
        (&old.facts.issuer, &old.facts.subject),
        (&new.facts.issuer, &new.facts.subject)
    );
    assert_eq!(new.facts.issuer.to_string(), "CN=Contoso CA");
    assert_eq!(new.facts.serial, "27900F8FCB8B12");
    let connectors = server.receive_connectors();
    let front_end = &connectors[0];
    assert_eq!(
        front_end.tls_certificate_name,
        Some(TlsCertificateName::of(&new.facts))
    );
    assert_eq!(front_end.max_protocol_errors, None);
    assert!(!front_end.authenticates_by(AuthMechanism::BasicAuth));
    let relay = connectors.iter().find(|one| one.name == "Relay").unwrap();
    assert!(relay.anonymous_relay && relay.takes_from("10.0.0.5".parse().unwrap()));
    let outbound = &server.send_connectors()[0];
    assert_eq!(outbound.name, "Outbound to Office 365");
    assert_eq!(
        outbound.tls_certificate_name,
        front_end.tls_certificate_name
    );
    assert!(!outbound.dns_routing_enabled);
    let members = playing.members();
    assert_eq!(members[0].kind, "Exchange Server 2013");
    assert_eq!(members[0].connectors.len(), 6);
    assert_eq!(playing.roots().len(), 1);
}

#[test]
fn every_cast_of_the_catalogue_starts() {
    let all = Cast::all();
    assert!(all.len() > 2);
    for cast in all {
        assert_eq!(Cast::named(&cast.id).unwrap().text(), cast.text());
        assert!(cast.story.is_some() && cast.source.is_some(), "{}", cast.id);
        assert!(Cast::is_meant(cast.text()), "{}", cast.id);
        assert!(cast.sends() > 0, "{}", cast.id);
        let playing = cast.start().unwrap_or_else(|error| panic!("{error}"));
        let results = cast.send_all(&playing);
        let results = results.unwrap_or_else(|error| panic!("{error}"));
        for result in results {
            assert!(result.is_as_expected(), "{}: {result}", cast.id);
        }
    }
    let error = Cast::named("exchange-null-tls-certificat-name").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("did you mean `exchange-null-tls-certificate-name`")
    );
}

/// The keys of a table and those below it, but for names that the author chose.
fn keys(source: &str) -> std::collections::BTreeSet<String> {
    let fields = source.lines().map(str::trim);
    let mut renamed = None;
    let mut keys = std::collections::BTreeSet::new();
    let pascal = source.contains("PascalCase");
    for line in fields {
        if let Some(rest) = line.split("rename = \"").nth(1) {
            renamed = rest.split('"').next().map(str::to_owned);
        }
        let name = line.strip_prefix("pub(super) ").unwrap_or(line);
        let Some((name, kind)) = name.split_once(": ") else {
            continue;
        };
        let is_field = kind.ends_with(',')
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
        if !is_field || line.starts_with("//") {
            continue;
        }
        let written = match pascal {
            true => name.split('_').map(capital).collect::<String>(),
            false => name.replace('_', "-"),
        };
        keys.insert(renamed.take().unwrap_or(written));
    }
    keys
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[test]
fn the_example_shows_every_property_and_can_be_started() {
    let example = mailfault_scenarios::EXAMPLE_CAST;
    let sources = [
        include_str!("receive_connector.rs"),
        include_str!("send_connector.rs"),
        include_str!("dns.rs"),
    ];
    for source in sources {
        let body = source.split("struct Written {").nth(1).unwrap();
        let body = body.split("\n}").next().unwrap();
        let case = match source.contains("PascalCase") {
            true => "PascalCase",
            false => "kebab-case",
        };
        for key in keys(&format!("{case}\n{body}")) {
            assert!(
                example.contains(&format!("\n{key} ")),
                "{key} is not explained"
            );
        }
    }
    let cast = Cast::parse("example-cast.toml", example);
    let cast = cast.unwrap_or_else(|error| panic!("{error}"));
    let playing = cast.start().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(playing.members().len(), 10);
    let results = cast.send_all(&playing);
    let results = results.unwrap_or_else(|error| panic!("{error}"));
    assert!(results[0].is_as_expected(), "{}", results[0]);
}

/// Every expectation of every case is looked at: a letter more, or another end, and it is not as
/// expected.
#[test]
fn a_changed_expectation_is_not_met() {
    for cast in Cast::all() {
        // What happens does not depend on what is expected of it.
        let results = cast.send_all(&cast.start().unwrap()).unwrap();
        let is_met = |text: &str| {
            let changed = Cast::parse("changed.toml", text).unwrap();
            let sends = changed.written.send.iter().map(|one| one.get_ref());
            results.iter().zip(sends).all(|(result, send)| {
                let mut result = result.clone();
                result.expected = sender::decision(send.expect.get_ref()).unwrap();
                send::complaints(&result, send).is_empty()
            })
        };
        assert!(is_met(cast.text()), "{}", cast.id);
        let lines: Vec<&str> = cast.text().lines().collect();
        let changed = lines.iter().map(|line| {
            let quote = line.rfind('"')?;
            match line.split(' ').next()? {
                "message" | "details" => Some(format!("{}x{}", &line[..quote], &line[quote..])),
                "expect" if line.ends_with("\"defer\"") => Some(line.replace("defer", "refuse")),
                "expect" => Some("expect = \"defer\"".to_owned()),
                _ => None,
            }
        });
        let mut looked_at = 0;
        for (at, changed) in changed.enumerate() {
            let Some(changed) = changed else { continue };
            let mut lines = lines.clone();
            lines[at] = &changed;
            assert!(!is_met(&lines.join("\n")), "{}: {changed}", cast.id);
            looked_at += 1;
        }
        assert!(looked_at >= cast.sends(), "{}", cast.id);
    }
}

#[test]
fn a_cast_is_told_from_a_scenario() {
    assert!(Cast::is_meant("[exchange.ex01]\nversion = \"2016\""));
    assert!(!Cast::is_meant("summary = \"x\"\nexpect = \"delivered\""));
    assert!(!Cast::is_meant("summary = "));
}

/// A server, whom nobody's policy or record is about yet.
const EX01: &str = "[exchange.ex01]\nversion = \"2019\"\naccepted-domains = [\"contoso.test\"]\n[certificates.public]\nnames = [\"mx2.contoso.test\"]\n[[exchange.ex01.certificate]]\nuse = \"public\"\nservices = [\"SMTP\"]\n[exchange.ex01.ReceiveConnector.\"Default Frontend\"]\nTlsCertificateName = \"public\"\n";

#[test]
fn what_is_said_of_dns_and_makes_no_sense_is_shown_with_its_place() {
    let check = |dns: &str, message: &str| {
        check_bad(&format!("{EX01}[dns.\"mx2.contoso.test\"]\n{dns}"), message);
    };
    check(
        "tlsa = [\"3 1 1 certificate:pubic\"]",
        "case.toml:12:1: unknown certificate `pubic`; did you mean `public`?",
    );
    check(
        "tlsa = [\"3 9 1 certificate:public\"]",
        "case.toml:12:1: bad TLSA record: `3 9 1 certificate:public` stands for nothing: a selector is 0 or 1, a matching type 0, 1 or 2",
    );
    check(
        "tlsa = [\"3 1 1\"]",
        "case.toml:12:1: bad TLSA record: `3 1 1` is no `3 1 1 HEX`: usage, selector and matching type as numbers, and what they are compared with",
    );
    check(
        "mta-sts = \"enforce\"",
        "case.toml:12:1: bad MTA-STS policy: `enforce` names no host; write `enforce mx.contoso.test`",
    );
    check(
        "dnssec = \"broken\"",
        "case.toml:12:1: unknown state of DNSSEC `broken`; did you mean `signed`, `bogus`?",
    );
    check(
        "tlsas = []",
        "case.toml:13:1: unknown key `tlsas`; did you mean `tlsa`?",
    );
}

#[test]
fn senders_try_the_next_host_of_a_domain_where_one_cannot_be_talked_to() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let senders = ["eop-opportunistic", "ca-only", "openssl"];
    let mut text = format!(
        "{HEAD}{EX01}[exchange.partner]\nversion = \"2016\"\naccepted-domains = [\"fabrikam.test\"]\n[exchange.partner.SendConnector.internet]\n[mx]\n\"contoso.test\" = [\"mx1.contoso.test\", \"mx2.contoso.test\"]\n[hosts]\n\"mx1.contoso.test\" = \"{closed}\"\n\"mx2.contoso.test\" = \"ex01/Default Frontend\"\n"
    );
    for judge in senders {
        text += &format!("[sender.{judge}]\njudge = \"{judge}\"\nto = \"contoso.test\"\n");
    }
    for by in senders.iter().chain(&["partner/internet"]) {
        text += &format!(
            "[[send]]\nby = \"{by}\"\nrecipient = \"bob@contoso.test\"\nexpect = \"deliver\"\n"
        );
    }
    let cast = Cast::parse("case.toml", &text).unwrap_or_else(|error| panic!("{error}"));
    let playing = cast.start().unwrap();
    for result in cast.send_all(&playing).unwrap() {
        assert!(result.is_as_expected(), "{result}");
        assert_eq!(result.to, "contoso.test");
    }
    // With queues as well.
    let day = std::time::Duration::from_secs(86_400);
    let clock = Clock::at(std::time::SystemTime::now());
    let playing = cast.player().clock(clock).start().unwrap();
    let lives = cast.send_for(&playing, day).unwrap();
    for life in &lives {
        assert!(life.was_delivered(), "{life}");
    }
    assert_eq!(lives.len(), 4);
    // Nobody is left.
    playing.set_dns("contoso.test", |dns| dns.mx.truncate(1));
    let results = cast.send_all(&playing).unwrap();
    assert_eq!(results[0].message, "450 4.4.316 Connection refused");
    assert!(results.iter().all(|result| !result.is_as_expected()));
}

#[test]
fn who_does_dane_goes_past_a_host_whose_records_are_wrong() {
    let text = format!(
        "{HEAD}{EX01}[mx]\n\"contoso.test\" = [\"mx1.contoso.test\", \"mx2.contoso.test\"]\n[hosts]\n\"mx1.contoso.test\" = \"ex01/Default Frontend\"\n\"mx2.contoso.test\" = \"ex01/Default Frontend\"\n[dns.\"mx1.contoso.test\"]\ntlsa = [\"3 1 1 {}\"]\n[dns.\"mx2.contoso.test\"]\ntlsa = [\"3 1 1 certificate:public\"]\n[sender.eop]\njudge = \"eop-opportunistic\"\nto = \"contoso.test\"\n[[send]]\nby = \"eop\"\nrecipient = \"bob@contoso.test\"\nexpect = \"deliver\"\n",
        "00".repeat(32)
    );
    let cast = Cast::parse("case.toml", &text).unwrap_or_else(|error| panic!("{error}"));
    let playing = cast.start().unwrap();
    assert!(cast.send_all(&playing).unwrap()[0].is_as_expected());
    playing.set_dns("mx2.contoso.test", |dns| dns.dnssec_bogus = true);
    let result = &cast.send_all(&playing).unwrap()[0];
    assert!(result.message.starts_with("450 4.7.324 "), "{result}");
}
