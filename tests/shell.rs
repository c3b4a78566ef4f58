//! The management shell: what its cmdlets show, what they change, and that nothing breaks it.

use std::sync::Arc;

use mailfault::cast::{Cast, Stage};
use mailfault::shell::{Shell, Transcript};

use crate::support::chance::Chance;

/// A shell on a case of the catalogue.
fn open(case: &str) -> (Arc<Stage>, Shell) {
    let cast = Cast::named(case).unwrap();
    let stage = Arc::new(Stage::open(cast, |player| player).unwrap());
    stage.catch_up();
    (Arc::clone(&stage), Shell::open(stage))
}

/// What lines print, the empty lines left out.
fn says(shell: &mut Shell, lines: &str) -> String {
    let mut seen = Transcript::new();
    shell.run(lines, &mut seen);
    let text = seen.text();
    let lines = text.lines().map(str::trim_end);
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[track_caller]
fn check(shell: &mut Shell, line: &str, expected: &str) {
    assert_eq!(says(shell, line), expected, "{line}");
}

/// What the last line of `script` becomes of a property: the value alone.
fn value(shell: &mut Shell, line: &str) -> String {
    says(shell, &format!("({line})"))
}

const DEFAULT: &str = "\"SERVER1\\Default Frontend SERVER1\"";

#[test]
fn the_fix_as_it_was_published_sets_nothing() {
    let (stage, mut shell) = open("exchange-null-tls-certificate-name");
    let published = format!(
        "$tlscert = Get-ExchangeCertificate | ? {{$_.Services -like '*IIS*' -and $_.IsSelfSigned -eq $false}}\n\
         Set-ReceiveConnector {DEFAULT} -TlsCertificateName $tlscertname\n\
         Restart-Service MSExchangeFrontEndTransport"
    );
    says(&mut shell, &published);
    let name = format!("Get-ReceiveConnector {DEFAULT} | fl TlsCertificateName");
    check(&mut shell, &name, "TlsCertificateName :");
    assert!(!stage.prove().unwrap()[0].is_as_expected());

    // Articles write the tags in lower case, and variables in any.
    says(
        &mut shell,
        &format!(
            "$TLSCertName = \"<i>$($TlsCert.Issuer)<s>$($TlsCert.Subject)\"\n\
             Set-ReceiveConnector {DEFAULT} -TlsCertificateName $tlscertname"
        ),
    );
    assert!(
        says(&mut shell, &name)
            .starts_with("TlsCertificateName : <I>CN=Fabrikam Public Server CA 1"),
    );
    // It has its effect when its service is started again, and not when another one is.
    assert!(!stage.prove().unwrap()[0].is_as_expected());
    says(&mut shell, "Restart-Service MSExchangeTransport\niisreset");
    assert!(!stage.prove().unwrap()[0].is_as_expected());
    says(&mut shell, "Restart-Service MSExchangeFrontEndTransport");
    assert!(stage.prove().unwrap()[0].is_as_expected());
}

#[test]
fn tables_have_microsofts_columns() {
    let (stage, mut shell) = open("exchange-null-tls-certificate-name");
    let server = stage.playing().exchange("ex01").unwrap();
    let public = server.certificates().pop().unwrap();
    check(
        &mut shell,
        "Get-ExchangeCertificate | ? {-not $_.IsSelfSigned}",
        &format!(
            "Thumbprint                               Services  Subject\n\
             ----------                               --------  -------\n\
             {} ...WS..   CN=hybrid.contoso.test, O=\"Contoso, Inc.\", L=Phoenix, S=Arizona, ...",
            public.thumbprint()
        ),
    );
    check(
        &mut shell,
        "Get-ReceiveConnector \"Default Frontend SERVER1\"",
        "Identity                                Bindings                                Enabled\n\
         --------                                --------                                -------\n\
         SERVER1\\Default Frontend SERVER1        {[::]:25, 0.0.0.0:25}                   True",
    );
    check(
        &mut shell,
        "Get-OutboundConnector | fl SmartHosts,Tls*",
        "SmartHosts  : {hybrid.contoso.test}\n\
         TlsDomain   : hybrid.contoso.test\n\
         TlsSettings : DomainValidation",
    );
    check(
        &mut shell,
        "Test-SmtpConnectivity | select -First 1 | fl Server,ReceiveConnector,Binding,StatusCode",
        "Server           : SERVER1\n\
         ReceiveConnector : SERVER1\\Default Frontend SERVER1\n\
         Binding          : 0.0.0.0:25\n\
         StatusCode       : Success",
    );
}

#[test]
fn an_orphan_is_on_the_drive_and_not_in_the_list_and_the_queue_goes_once_it_is_away() {
    let (stage, mut shell) = open("hybrid-nocredentials-orphan-certificate");
    let orphan = "Get-ChildItem Cert:\\LocalMachine\\My | ? {-not $_.HasPrivateKey}";
    let thumbprint = value(&mut shell, &format!("{orphan} | % Thumbprint"));
    assert_eq!(thumbprint.len(), 40);
    let listed = format!("Get-ExchangeCertificate -Thumbprint {thumbprint}");
    assert!(says(&mut shell, &listed).contains("was not found"));
    let log = "Select-String -Path \"$env:ExchangeInstallPath\\TransportRoles\\Logs\\Hub\\ProtocolLog\\SmtpSend\\*.LOG\" -Pattern NoCredentials";
    assert!(says(&mut shell, log).contains("TLS negotiation failed with error NoCredentials"));
    let count = "Get-Queue | % MessageCount";
    assert_eq!(
        value(&mut shell, &format!("{count} | measure -Sum | % Sum")),
        "1"
    );

    // Without a restart the Transport service has still the store that it read.
    says(&mut shell, &format!("{orphan} | Remove-Item"));
    says(&mut shell, "Get-Queue | Retry-Queue");
    assert_eq!(
        value(&mut shell, &format!("{count} | measure -Sum | % Sum")),
        "1"
    );
    says(
        &mut shell,
        "Restart-Service MSExchangeTransport\nGet-Queue | Retry-Queue",
    );
    assert_eq!(
        value(&mut shell, &format!("{count} | measure -Sum | % Sum")),
        "0"
    );
    assert!(
        stage
            .lives()
            .iter()
            .any(mailfault::cast::Life::was_delivered)
    );
}

#[test]
fn what_makes_no_sense_is_told_in_the_shells_words() {
    let (_, mut shell) = open("exchange-null-tls-certificate-name");
    for (line, part) in [
        (
            "Get-Recieveconnector",
            "The term 'Get-Recieveconnector' is not recognized as the name of a cmdlet, function, script file, or operable program.",
        ),
        (
            "Get-ReceiveConnector -Foo x",
            "A parameter cannot be found that matches parameter name 'Foo'.",
        ),
        (
            "Get-ReceiveConnector EX9\\Default",
            "couldn't be found on 'DC01.corp.contoso.test'",
        ),
        (
            "Set-ReceiveConnector \"Default Frontend SERVER1\" -TlsCertificateName CN=x",
            "Cannot convert value \"CN=x\" to type \"Microsoft.Exchange.Data.SmtpX509Identifier\"",
        ),
        (
            "Set-OutboundConnector Outbound* -TlsSettings Whatever",
            "Whatever",
        ),
        (
            "Restart-Service Spooler",
            "Cannot find any service with service name 'Spooler'.",
        ),
        (
            "Get-Content C:\\nothing.log",
            "Cannot find path 'C:\\nothing.log' because it does not exist.",
        ),
        (
            "Import-ExchangeCertificate -FileName C:\\certificates\\nothing.pfx",
            "Cannot find path",
        ),
        (
            "New-ExchangeCertificate -GenerateRequest",
            "is not supported by this shell",
        ),
        (
            "Enter-PSSession NOBODY",
            "Connecting to remote server NOBODY failed",
        ),
        ("wait forever", "`forever` is no duration"),
        ("wait 400d", "at most thirty days"),
        ("wait 5 ßeconds", "`5ß` is no duration"),
        ("wait 5 minutes long", "say how long"),
        ("New-ExchangeCertificate -DomainName ''", "a label is empty"),
    ] {
        let mut seen = Transcript::new();
        assert_eq!(shell.run(line, &mut seen), 1, "{line}: {}", seen.text());
        let plain = seen.text().replace('\n', "");
        assert!(plain.contains(part), "{line}: {}", seen.text());
    }
}

#[test]
fn the_certificate_between_servers_is_replaced_only_by_who_says_yes() {
    let (stage, mut shell) = open("exchange-null-tls-certificate-name");
    let server = stage.playing().exchange("ex01").unwrap();
    let setup = server.internal_transport_certificate().unwrap();
    let public = server.certificates().pop().unwrap().thumbprint().to_owned();
    let enable = format!("Enable-ExchangeCertificate -Thumbprint {public} -Services SMTP");
    shell.run(&enable, &mut Transcript::new().answering("n"));
    assert_eq!(
        server.internal_transport_certificate().as_ref(),
        Some(&setup)
    );
    let remove = format!("Remove-ExchangeCertificate -Thumbprint {setup} -Confirm:$false");
    assert!(says(&mut shell, &remove).contains("cannot be removed"));
    shell.run(&enable, &mut Transcript::new().answering("y"));
    assert_eq!(server.internal_transport_certificate(), Some(public));
    // Now the other one can go, and with it the certificate that the connector found.
    says(&mut shell, &remove);
    says(&mut shell, "Restart-Service MSExchangeFrontEndTransport");
    let event = "Get-EventLog Application | ? EventID -eq 12014 | select -First 1 | % Message";
    assert!(
        says(&mut shell, event)
            .contains("could not find a certificate that contains the domain name")
    );
}

#[test]
fn boxes_and_hosts_are_gone_to_and_mended_there() {
    let (stage, mut shell) = open("barracuda-in-front");
    assert!(!stage.prove().unwrap()[0].is_as_expected());
    assert_eq!(shell.prompt(), "[PS] C:\\>");
    says(&mut shell, "ssh barracuda");
    assert_eq!(shell.prompt(), "barracuda> ");
    assert!(says(&mut shell, "show").contains("Barracuda"));
    assert!(says(&mut shell, "Get-Queue").contains("is not recognized"));
    says(&mut shell, "bind certificate public\nexit");
    assert_eq!(shell.prompt(), "[PS] C:\\>");
    assert!(
        stage
            .prove()
            .unwrap()
            .iter()
            .all(mailfault::cast::SendResult::is_as_expected)
    );

    let (stage, mut shell) = open("dotnet-untrusted-chain");
    for host in ["database-mail", "report", "windows"] {
        says(
            &mut shell,
            &format!(
                "Enter-PSSession {host}\ncertutil -addstore Root C:\\certificates\\mail-root.cer"
            ),
        );
    }
    says(
        &mut shell,
        "ssh console\nupdate-ca-certificates C:\\certificates\\mail-root.cer",
    );
    says(
        &mut shell,
        "ssh java\nkeytool -importcert -alias contoso -cacerts -file C:\\certificates\\mail-root.cer",
    );
    let proved = stage.prove().unwrap();
    let all: Vec<_> = proved.iter().map(ToString::to_string).collect();
    assert!(
        proved
            .iter()
            .all(mailfault::cast::SendResult::is_as_expected),
        "{all:#?}"
    );
}

/// Lines that somebody would type, and what chance makes of them.
#[test]
fn no_line_breaks_the_shell() {
    let (_, mut shell) = open("exchange-null-tls-certificate-name");
    let lines = [
        "Get-ReceiveConnector | ? {$_.Name -like \"*Frontend*\"} | fl Name,Tls*,@{x}",
        "Set-ReceiveConnector \"SERVER1\\Default Frontend SERVER1\" -MaxMessageSize 36MB -AuthMechanism Tls,BasicAuth",
        "$x = @(\"a\",\"b\") | select -First 1; \"$($x[0]) $x\"",
        "Select-String -Path \"C:\\Program Files\\*\\*.LOG\" -Pattern '(a+)+$'",
        "Get-MessageTrace | Get-MessageTraceDetail | ft Date,Event -AutoSize",
        "Get-EventLog Application -Newest 3 | sort TimeGenerated -Descending",
        "openssl s_client -starttls smtp -connect hybrid.contoso.test:25",
        "wait 10m; Get-Service MSExchange* | Restart-Service",
        "Get-ChildItem Cert:\\LocalMachine\\My | Remove-Item -Confirm",
        "wait 10 minutes",
        "tlsa C:\\certificates\\public.cer; mta-sts contoso.test enforce mx.contoso.test",
        "Get-ItemProperty \"HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server\" -Name Enabled",
        "Add-DnsServerResourceRecord -TLSA -ZoneName contoso.test -Name _25._tcp.mx -CertificateUsage CAConstraint -Selector FullCertificate -MatchingType ExactMatch -CertificateAssociationData 00",
    ];
    let mut chance = Chance::seeded(26);
    for _ in 0..400 {
        let mut line: Vec<char> = lines[chance.below(lines.len())].chars().collect();
        for _ in 0..=chance.below(6) {
            let at = chance.below(line.len() + 1);
            match chance.below(4) {
                0 if at < line.len() => drop(line.remove(at)),
                1 => line.insert(
                    at,
                    ['"', '\'', '(', '{', '|', '$', '`', '@', ';', '\0', 'ß'][chance.below(11)],
                ),
                2 if at < line.len() => line.truncate(at),
                _ => {
                    let other: Vec<char> = lines[chance.below(lines.len())].chars().collect();
                    let from = chance.below(other.len());
                    line.splice(at..at, other[from..].iter().copied());
                }
            }
            line.truncate(500);
        }
        let line: String = line.into_iter().collect();
        let cursor = line.len();
        let _ = Shell::is_incomplete(&line);
        let _ = shell.complete(&line, cursor);
        shell.run(&line, &mut Transcript::new());
    }
}
