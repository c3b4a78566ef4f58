//! What Tab offers. The cursor stands at the end of each line.

use super::{Desk, Screen};
use crate::shell::{Completion, Interpreter};

fn offered(line: &str) -> Completion {
    let mut shell = Interpreter::default();
    let (mut desk, mut screen) = (Desk::default(), Screen::default());
    shell.run(&mut desk, &mut screen, "$tlsname = 1; $queues = Get-Queue");
    shell.complete(&desk, line, line.len())
}

#[track_caller]
fn check(line: &str, start: &str, candidates: &[&str]) {
    let completion = offered(line);
    assert_eq!(completion.candidates, candidates, "{line}");
    assert_eq!(&line[completion.start..], start, "{line}");
}

#[test]
fn names_of_commands_and_aliases_are_offered() {
    check("Get-Q", "Get-Q", &["Get-Queue"]);
    check("get-r", "get-r", &["Get-ReceiveConnector"]);
    check("Get-Queue | sl", "sl", &["sls"]);
    check("$x = Get-Q", "Get-Q", &["Get-Queue"]);
    check("\"a $(Get-Q", "Get-Q", &["Get-Queue"]);
    check("Get-Queue | where { Get-Q", "Get-Q", &["Get-Queue"]);
    check("man Set-R", "Set-R", &["Set-ReceiveConnector"]);
    assert!(offered("").candidates.len() > 10);
}

#[test]
fn parameters_and_their_values_are_offered() {
    check(
        "Set-ReceiveConnector -Tls",
        "-Tls",
        &["-TlsCertificateName", "-TlsDomainCapabilities"],
    );
    check("Set-ReceiveConnector -Enabled ", "", &["$true", "$false"]);
    check(
        "Set-ReceiveConnector x -ProtocolLoggingLevel v",
        "v",
        &["Verbose"],
    );
    check(
        "Set-ReceiveConnector x -PermissionGroups None,A",
        "A",
        &["AnonymousUsers"],
    );
    check("Get-Queue -Error", "-Error", &["-ErrorAction"]);
}

#[test]
fn identities_are_quoted_where_they_have_to_be() {
    let both = ["\"EX01\\Default Frontend EX01\"", "EX01\\Proxy"];
    check("Get-ReceiveConnector ", "", &both);
    check("Get-ReceiveConnector -Identity EX01\\", "EX01\\", &both);
    check("Get-ReceiveConnector Default", "Default", &both[..1]);
    check(
        "Get-ReceiveConnector 'EX01\\P",
        "'EX01\\P",
        &["'EX01\\Proxy'"],
    );
    check("Get-ReceiveConnector \"EX01\\D", "\"EX01\\D", &both[..1]);
    check("Get-ReceiveConnector EX01\\Proxy ", "", &[]);
}

#[test]
fn variables_and_properties_are_offered() {
    check(
        "Set-ReceiveConnector x -TlsCertificateName $tls",
        "$tls",
        &["$tlsname"],
    );
    check("\"<I>$tls", "$tls", &["$tlsname"]);
    check("$queues.Next", "$queues.Next", &["$queues.NextHopDomain"]);
    check("$queues | fl Id", "Id", &["Identity"]);
    check(
        "Get-Queue | fl Identity,Las",
        "Las",
        &["LastError", "LastRetryTime"],
    );
    check("Get-Queue | where {$_.Sta", "$_.Sta", &["$_.Status"]);
    check("$queues -notc", "-notc", &["-notcontains"]);
    check("'$tls", "'$tls", &[]);
}
