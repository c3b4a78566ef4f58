//! The commands that the mends of cases are typed with: what they show, what they change, and what
//! they refuse.

use std::sync::Arc;

use mailfault::cast::{Cast, SendResult, Stage};
use mailfault::lab::Lab;
use mailfault::shell::{Shell, Transcript};

/// A line, and a part of what is printed then; nothing where it is empty.
type Line<'a> = (&'a str, &'a str);

/// Types lines, and says whether all mail goes then as the file says of its fix.
#[track_caller]
fn typed(case: &str, lines: &[Line<'_>]) -> bool {
    let stage = Stage::open(Cast::named(case).unwrap(), |player| player).unwrap();
    let stage = Arc::new(stage);
    stage.catch_up();
    let mut shell = Shell::open(Arc::clone(&stage));
    for (line, expected) in lines {
        let mut seen = Transcript::new();
        shell.run(line, &mut seen);
        let said = super::plain(&seen.text());
        assert!(
            said.contains(&super::plain(expected)),
            "{line}: {}",
            seen.text()
        );
        assert!(!expected.is_empty() || said.is_empty(), "{line}: {said}");
    }
    let after = stage.prove().unwrap();
    after.iter().all(SendResult::is_as_expected)
}

const FRONT_END: &str = "Restart-Service MSExchangeFrontEndTransport";
const STARTED: &str = "to start...";

#[test]
fn a_component_is_inactive_until_somebody_makes_it_active() {
    let shown = "Get-ServerComponentState EX01 -Component FrontendTransport | fl State";
    let set = "Set-ServerComponentState EX01 -Component FrontendTransport -Requester Maintenance";
    let active = format!("{set} -State Active");
    let inactive = format!("{set} -State Inactive");
    let lines = [
        (shown, "State : Inactive"),
        (
            "Get-ServerComponentState EX01",
            "EX01.contoso.test HubTransport Active",
        ),
        (
            "Set-ServerComponentState EX01 -Component UMCallRouter",
            "Cannot process argument",
        ),
        (&active, ""),
        (shown, "State : Active"),
    ];
    assert!(typed("exchange-component-inactive", &lines));
    assert!(!typed(
        "exchange-component-inactive",
        &[(&active, ""), (&inactive, "")]
    ));
    assert!(!typed(
        "exchange-component-inactive",
        &[("Get-ServerComponentState EX09", "couldn't be found")]
    ));
}

#[test]
fn the_registry_has_the_versions_of_tls_and_windows_reads_them_when_it_starts() {
    let key = r#""HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server""#;
    let (get, set) = (
        format!("Get-ItemProperty {key}"),
        format!("Set-ItemProperty {key}"),
    );
    let on = format!("{set} -Name Enabled -Value 1");
    let odd = format!("{set} -Name Enabeld -Value 1");
    let missing = format!("{get} -Name Nothing");
    let lines = [
        (get.as_str(), "Enabled : 0 DisabledByDefault : 1"),
        (&odd, "is not supported by this shell"),
        (&missing, "Property Nothing does not exist at path"),
        (
            r"Get-ItemProperty HKLM:\SOFTWARE\Microsoft",
            "Cannot find path",
        ),
        (&on, ""),
        (&get, "Enabled : 1 DisabledByDefault : 0"),
    ];
    assert!(!typed("exchange-tls10-only", &lines));
    assert!(typed(
        "exchange-tls10-only",
        &[(&on, ""), ("Restart-Computer -Force", "")]
    ));
}

#[test]
fn the_right_to_relay_is_given_and_taken_away() {
    let add = r#"Get-ReceiveConnector "EX01\Relay" | Add-ADPermission -User "NT AUTHORITY\ANONYMOUS LOGON" -ExtendedRights "#;
    let relay = format!("{add} Ms-Exch-SMTP-Accept-Any-Recipient");
    let other = format!("{add} Ms-Exch-Bypass-Anti-Spam");
    let remove = relay.replace("Add-", "Remove-") + " -Confirm:$false";
    let shown = r#"Get-ADPermission "EX01\Relay" | ft ExtendedRights"#;
    let case = "exchange-relay-without-the-right";
    let lines = [
        (shown, "ms-Exch-SMTP-Submit"),
        (
            other.as_str(),
            "-ExtendedRights `Ms-Exch-Bypass-Anti-Spam` is not supported",
        ),
        (
            r"Add-ADPermission EX01\Relay -User EX01\Administrator -ExtendedRights x",
            "is not supported",
        ),
        (&relay, ""),
        (shown, "{ms-Exch-SMTP-Accept-Any-Recipient}"),
        (FRONT_END, STARTED),
    ];
    assert!(typed(case, &lines));
    assert!(!typed(
        case,
        &[(&relay, ""), (&remove, ""), (FRONT_END, STARTED)]
    ));
}

#[test]
fn an_account_is_synchronized_from_the_unit_that_is() {
    let case = "eop-recipient-not-synchronized";
    let moved = r#"Get-ADUser newcomer | Move-ADObject -TargetPath "OU=Staff,DC=contoso,DC=test""#;
    let nowhere = moved.replace("OU=Staff", "OU=Nowhere");
    let lines = [
        ("Get-Recipient newcomer@contoso.test", "couldn't be found"),
        (
            "Get-Recipient bob | fl PrimarySmtpAddress",
            "PrimarySmtpAddress : bob@contoso.test",
        ),
        (
            "Get-ADUser newcomer | fl DistinguishedName",
            "CN=newcomer,OU=New accounts,DC=contoso,DC=test",
        ),
        (
            "Get-ADUser nobody",
            "Cannot find an object with identity: 'nobody'.",
        ),
        (&nowhere, "Cannot find an object with identity"),
        (moved, ""),
    ];
    assert!(!typed(case, &lines));
    let sync = (
        "Start-ADSyncSyncCycle -PolicyType Delta",
        "Result : Success",
    );
    assert!(!typed(case, &[sync]));
    let shown = ("Get-Recipient newcomer | fl Name", "Name : newcomer");
    assert!(typed(case, &[(moved, ""), sync, shown]));
    // Whoever asks nobody's directory lets everybody in.
    let relay = "Set-AcceptedDomain contoso.test -DomainType InternalRelay";
    assert!(typed(case, &[(relay, "")]));
}

#[test]
fn a_disk_is_full_until_the_log_that_fills_it_is_removed() {
    let (case, log) = ("exchange-back-pressure", r"C:\inetpub\logs\LogFiles\W3SVC1");
    let (dir, remove) = (format!("dir {log}"), format!(r"Remove-Item {log}\*.log"));
    let own = r#"Remove-Item "C:\Program Files\Microsoft\Exchange Server\*.LOG""#;
    let lines = [
        ("Get-Volume C | fl SizeRemaining", "187.4 MB"),
        ("Get-Volume D", "No MSFT_Volume objects found"),
        (dir.as_str(), "44023414784 u_ex.log"),
        (own, "removing these files is not supported"),
        (&remove, ""),
        (&dir, "Cannot find path"),
        ("Get-Volume C | fl SizeRemaining", "41.2 GB"),
    ];
    assert!(typed(case, &lines));
    assert!(!typed(case, &[(FRONT_END, STARTED)]));
}

#[test]
fn what_a_box_puts_off_is_shown_and_exempted() {
    let here = ("ssh gateway", "`help` lists");
    let lines = [
        here,
        ("show greylist", "whoever is not known waits 20 minutes"),
        ("greylist", "usage: greylist"),
        ("greylist exempt contoso.test", ""),
        ("show greylist", "exempt: contoso.test"),
    ];
    assert!(typed("fortimail-greylists", &lines));
    let off = [
        here,
        ("greylist off", ""),
        ("show greylist", "greylisting: off"),
    ];
    assert!(typed("fortimail-greylists", &off));
    let other = [
        ("ssh asa", ""),
        ("greylist off", "this box does not greylist"),
    ];
    assert!(!typed(
        "asa-masks-starttls",
        &[("ssh asa", "`help` lists"), other[1]]
    ));
}

#[test]
fn what_issued_a_certificate_is_imported_from_its_file() {
    let import = r"Import-Certificate -FilePath C:\certificates\public-ca.cer -CertStoreLocation";
    let right = format!(r"{import} Cert:\LocalMachine\CA");
    let wrong = format!(r"{import} Cert:\LocalMachine\Root");
    let lines = [
        (wrong.as_str(), "here is not supported by this shell"),
        (
            r"Import-Certificate C:\certificates\none.cer -CertStoreLocation Cert:\LocalMachine\CA",
            "Cannot find path",
        ),
        (
            r"certutil -dump C:\certificates\public-ca.cer",
            "Subject: CN=Fabrikam Public Server CA 2",
        ),
        (
            r"certutil -addstore Root C:\certificates\public-ca.cer",
            "usage",
        ),
        (&right, "public-ca.cer is in"),
        (FRONT_END, STARTED),
    ];
    assert!(typed("exchange-missing-intermediate", &lines));
}

#[test]
fn an_address_is_taken_off_the_list_and_what_was_refused_is_tracked() {
    let lines = [
        ("delist", "usage: delist ADDRESS"),
        ("delist nobody", "usage: delist ADDRESS"),
        (
            "Get-MessageTrackingLog -EventId FAIL | fl RecipientStatus",
            "550 5.7.606 Access denied",
        ),
        (
            "Get-MessageTrackingLog -EventId FAIL -Sender nobody@contoso.test",
            "",
        ),
        ("delist 127.0.0.1", "asked for the removal of 127.0.0.1"),
    ];
    assert!(typed("eop-banned-address", &lines));
}

#[test]
fn a_host_says_what_it_thinks_of_the_server() {
    let lines = [
        ("Enter-PSSession console", ""),
        (
            "mailclient test",
            "Verify return code: 20 (unable to get local issuer certificate)",
        ),
        (
            r"update-ca-certificates C:\certificates\mail-root.cer",
            "1 added",
        ),
        ("mailclient test", "exchange01.int.contoso.test: deliver"),
        ("mailclient test nobody@elsewhere.test", "5.7.54"),
    ];
    assert!(!typed("dotnet-untrusted-chain", &lines));
}

/// A case as a lab that has nothing but a ticket.
fn lab(case: &str) -> Lab {
    let text = Cast::named(case).unwrap().text().to_owned();
    let text = match text.split_once("\n[lab]") {
        Some((case, _)) => case.to_owned(),
        None => text,
    };
    let ticket = "[lab]\nfrom = \"a\"\nsubject = \"b\"\nticket = \"c\"\n";
    Lab::open(
        &Cast::parse("lab.toml", &format!("{text}\n{ticket}")).unwrap(),
        None,
    )
    .unwrap()
}

#[track_caller]
fn breaks(lab: &Lab, script: &str, policy: &str) {
    super::play(lab, script);
    let grade = lab.grade().unwrap();
    let mut broken = grade.policy_broken.iter();
    assert!(broken.any(|one| one.ends_with(policy)), "{grade}");
    assert!(!grade.solved);
}

#[test]
fn what_security_hangs_on_is_guarded() {
    let guarded = [
        (
            "dotnet-revoked",
            "Enter-PSSession database-mail\nmailclient revocation off",
            "sender database-mail/revocation checks is False; it was True",
        ),
        (
            "barracuda-in-front",
            "Get-OutboundConnector | Set-OutboundConnector -SmartHosts 'ex01/Default Frontend'",
            "/server is ex01/Default Frontend; it was hybrid.contoso.test",
        ),
        (
            "eop-recipient-not-synchronized",
            "Set-AcceptedDomain contoso.test -DomainType InternalRelay",
            "accepted domain contoso.test/DomainType is InternalRelay; it was Authoritative",
        ),
        (
            "fortimail-greylists",
            "ssh gateway\ngreylist off",
            "box gateway/greylisting is off; it was on",
        ),
        (
            "hybrid-send-connector-names-no-certificate",
            "Get-SendConnector | Set-SendConnector -SmartHosts elsewhere.test",
            "/SmartHosts is elsewhere.test; it was contoso-mail-onmicrosoft-com.mail.protection.outlook.com",
        ),
    ];
    for (case, script, policy) in guarded {
        breaks(&lab(case), script, policy);
    }
}

#[test]
fn whoever_sends_to_a_host_that_is_not_there_has_a_name_that_is_not_found() {
    for (case, script, words) in [
        (
            "hybrid-send-connector-names-no-certificate",
            "Get-SendConnector | Set-SendConnector -SmartHosts elsewhere.test",
            "451 4.4.0 DNS query failed",
        ),
        (
            "barracuda-in-front",
            "Get-OutboundConnector | Set-OutboundConnector -SmartHosts elsewhere.test",
            "450 4.4.312 DNS query failed",
        ),
    ] {
        let lab = lab(case);
        super::play(&lab, script);
        let grade = lab.grade().unwrap();
        assert!(!grade.mail_flows);
        assert!(grade.to_string().contains(words), "{grade}");
        assert!(!lab.report().unwrap().grade.solved);
    }
}

#[test]
fn a_lab_that_names_nobody_or_begins_with_an_error_says_where() {
    let text = Cast::named("barracuda-in-front").unwrap().text().to_owned();
    for (key, why) in [
        (
            "without = [\"nobody\"]",
            "`without` names `nobody`, which the case does not have",
        ),
        (
            "without = [\"ex01/Nothing\"]",
            "`without` names `ex01/Nothing`",
        ),
        (
            "before = \"Get-Nothing\"",
            "`before`: `Get-Nothing`: The term 'Get-Nothing'",
        ),
    ] {
        let text = text.replace("\n[lab]\n", &format!("\n[lab]\n{key}\n"));
        let line = text.lines().position(|line| line == "[lab]").unwrap() + 1;
        let cast = Cast::parse("mine.toml", &text).unwrap();
        let error = Lab::open(&cast, None).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("mine.toml:{line}:1: {why}")),
            "{error}"
        );
    }
}

#[test]
fn the_example_of_every_key_is_a_lab() {
    let text = mailfault_scenarios::EXAMPLE_CAST;
    let cast = Cast::parse("example-cast.toml", text).unwrap();
    for seed in [None, Some(1)] {
        let lab = Lab::open(&cast, seed).unwrap();
        let grade = lab.grade().unwrap();
        assert!(grade.mail_flows, "{grade}");
        let domain = "DomainType is InternalRelay; the policy is Authoritative";
        assert!(
            grade.policy_broken.iter().any(|one| one.ends_with(domain)),
            "{grade}"
        );
    }
}
