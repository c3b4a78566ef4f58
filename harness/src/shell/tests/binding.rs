//! Words to parameters.

use super::{Desk, Screen, calls, check, fails};
use crate::shell::Interpreter;

#[test]
fn names_places_prefixes_and_the_pipeline_bind() {
    let all = "Set-ReceiveConnector {\"Enabled\": Bool(false), \"Fqdn\": Text(\"a\"), \"Identity\": Text(\"x\")}";
    calls("Set-ReceiveConnector x -Fqdn a -Enabled $false", all);
    calls(
        "Set-ReceiveConnector -Fqdn:a -Enabled:$false -Identity x",
        all,
    );
    calls("set-receiveconnector -enab 0 -fq 'a' “x”", all);
    calls("Set-ReceiveConnector –Fqdn a x –Enabled $false", all);
    let piped = "Set-ReceiveConnector {\"Fqdn\": Text(\"a\"), \"Identity\": Text(\"EX01\\\\Client Proxy\")}";
    calls("Get-ReceiveConnector | Set-ReceiveConnector -Fqdn a", piped);
    calls("'EX01\\Client Proxy' | Set-ReceiveConnector -Fqdn a", piped);
    calls(
        "$c = Get-ReceiveConnector 'EX01\\Client Proxy'; Set-ReceiveConnector $c.Identity -Fqdn a",
        piped,
    );
    calls(
        "$c = (Get-ReceiveConnector)[1]; Set-ReceiveConnector $c -Fqdn a",
        piped,
    );
    calls(
        "Queue EX01\\3",
        "Get-Queue {\"Identity\": Text(\"EX01\\\\3\")}",
    );
    calls("gq", "Get-Queue {}");
    calls(
        "certutil -addstore Root \"C:\\my ca.cer\" /f",
        "certutil [\"-addstore\", \"Root\", \"C:\\\\my ca.cer\", \"/f\"]",
    );
}

#[test]
fn values_become_what_parameters_take() {
    let x = |rest: &str, given: &str| {
        calls(
            &format!("Set-ReceiveConnector x {rest}"),
            &format!("Set-ReceiveConnector {given}"),
        );
    };
    x(
        "-TlsCertificateName $null",
        "{\"Identity\": Text(\"x\"), \"TlsCertificateName\": Null}",
    );
    x(
        "-TlsCertificateName \"\"",
        "{\"Identity\": Text(\"x\"), \"TlsCertificateName\": Text(\"\")}",
    );
    x(
        "-Confirm:$false",
        "{\"Confirm\": Bool(false), \"Identity\": Text(\"x\")}",
    );
    x(
        "-WhatIf",
        "{\"Identity\": Text(\"x\"), \"WhatIf\": Bool(true)}",
    );
    x(
        "-Bindings 0.0.0.0:25,[::]:25",
        "{\"Bindings\": List([Text(\"0.0.0.0:25\"), Text(\"[::]:25\")]), \"Identity\": Text(\"x\")}",
    );
    x(
        "-Bindings @{Add='a'; remove='b','c'}",
        "{\"Bindings\": Table([(\"Add\", List([Text(\"a\")])), (\"Remove\", List([Text(\"b\"), Text(\"c\")]))]), \"Identity\": Text(\"x\")}",
    );
    x(
        "-ConnectionTimeout 00:05:00",
        "{\"ConnectionTimeout\": Span(300s), \"Identity\": Text(\"x\")}",
    );
    x(
        "-MaxHopCount 0060",
        "{\"Identity\": Text(\"x\"), \"MaxHopCount\": Int(60)}",
    );
    x(
        "-Fqdn 007",
        "{\"Fqdn\": Text(\"007\"), \"Identity\": Text(\"x\")}",
    );
    x(
        "-ProtocolLoggingLevel verb",
        "{\"Identity\": Text(\"x\"), \"ProtocolLoggingLevel\": Text(\"Verbose\")}",
    );
    x(
        "-PermissionGroups 'anonymousUsers, Partners'",
        "{\"Identity\": Text(\"x\"), \"PermissionGroups\": List([Text(\"AnonymousUsers\"), Text(\"Partners\")])}",
    );
}

#[test]
fn what_does_not_fit_is_refused_in_powershells_words() {
    let x = |rest: &str, sentence: &str| fails(&format!("Set-ReceiveConnector x {rest}"), sentence);
    x(
        "-Enabled yes",
        "Cannot process argument transformation on parameter 'Enabled'. Cannot convert value \"System.String\" to type \"System.Boolean\". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.",
    );
    x(
        "-MaxHopCount many",
        "Cannot process argument transformation on parameter 'MaxHopCount'. Cannot convert value \"many\" to type \"System.Int32\". Error: \"Input string was not in a correct format.\"",
    );
    x(
        "-ProtocolLoggingLevel loud",
        "Cannot process argument transformation on parameter 'ProtocolLoggingLevel'. Cannot convert value \"loud\"",
    );
    x(
        "-ConnectionTimeout soon",
        "Cannot process argument transformation on parameter 'ConnectionTimeout'.",
    );
    x(
        "-Fqdn",
        "Missing an argument for parameter 'Fqdn'. Specify a parameter of type 'System.String' and try again.",
    );
    x(
        "-Fqdn a -Fqdn b",
        "Cannot bind parameter because parameter 'Fqdn' is specified more than once.",
    );
    x(
        "-T a",
        "Parameter cannot be processed because the parameter name 'T' is ambiguous. Possible matches include: -TlsCertificateName -TlsDomainCapabilities.",
    );
    x(
        "-Colour red",
        "A parameter cannot be found that matches parameter name 'Colour'.",
    );
    x(
        "y",
        "A positional parameter cannot be found that accepts argument 'y'.",
    );
    x(
        "-Fqdn a,b",
        "Cannot process argument transformation on parameter 'Fqdn'. Cannot convert value to type System.String.",
    );
    fails(
        "Set-ReceiveConnector $nothing -Fqdn a",
        "Cannot bind argument to parameter 'Identity' because it is null.",
    );
    fails(
        "Set-ReceiveConnector '' -Fqdn a",
        "Cannot bind argument to parameter 'Identity' because it is an empty string.",
    );
    fails(
        "Set-ReceiveConnector -Fqdn a",
        "Cannot process command because of one or more missing mandatory parameters: Identity.",
    );
    fails(
        "5 | Set-ReceiveConnector -Fqdn a",
        "The input object cannot be bound to any parameters for the command",
    );
}

#[test]
fn what_is_missing_is_asked_for() {
    let (mut desk, mut screen) = (Desk::default(), Screen::default());
    screen.answers.push("x".to_owned());
    Interpreter::default().run(&mut desk, &mut screen, "Set-ReceiveConnector -Fqdn a");
    assert_eq!(
        screen.lines[0],
        "\ncmdlet Set-ReceiveConnector at command pipeline position 1\n\
         Supply values for the following parameters:\nIdentity: "
    );
    assert_eq!(
        desk.calls,
        ["Set-ReceiveConnector {\"Fqdn\": Text(\"a\"), \"Identity\": Text(\"x\")}"]
    );
}

#[test]
fn errors_and_warnings_are_as_loud_as_they_are_asked_to_be() {
    check(
        "Set-ReceiveConnector x",
        "WARNING: The service has to be restarted.",
    );
    check("Set-ReceiveConnector x -WarningAction SilentlyContinue", "");
    check(
        "gc C:\\none,C:\\Logs\\recv.log -ea 0 -Tail 1; gc C:\\none -ea SilentlyContinue",
        "4,>,250 STARTTLS",
    );
    check(
        "Get-Queue nowhere -ErrorAction SilentlyContinue; $?; $Error[0]",
        "False\nThe object 'nowhere' couldn't be found.",
    );
    let (printed, _) = super::played("Get-Queue nowhere -ErrorAction Stop; 'never'");
    assert!(!printed.contains("\nnever"), "{printed}");
    let (printed, _) = super::played("Get-Queue nowhere; 'on'");
    assert!(printed.ends_with("\n\non"), "{printed}");
    let (_, calls) = super::played("'EX01\\9','EX01\\3' | Get-Queue");
    assert_eq!(
        calls.len(),
        2,
        "the first error does not keep the second object away"
    );
}
