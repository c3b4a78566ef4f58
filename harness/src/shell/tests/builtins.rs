//! The commands of the language itself.

use super::{check, fails, played};

#[test]
fn where_takes_a_block_or_a_property() {
    for script in [
        "(Get-Queue | where {$_.Status -eq 'retry' -and $_.MessageCount -gt 0}).Identity",
        "(Get-Queue | ?{$_.Status -like 'R*y' -and $_.NextHopDomain -match 'onmicrosoft'}).Identity",
        "(Get-Queue | where Status -eq Retry).Identity",
        "(Get-Queue | ? MessageCount -gt 5).Identity",
        "(Get-Queue | where MessageCount).Identity",
        "(Get-Queue | ? Status -in Retry,Suspended).Identity",
        "(Get-Queue | Where-Object -FilterScript {$_.Status -ne \"Ready\"}).Identity",
    ] {
        check(script, "EX01\\3");
    }
    check("(Get-Queue | where -Not MessageCount).Identity", "EX01\\4");
    fails(
        "Get-Queue | where Status Retry",
        "The command needs an operator",
    );
    fails(
        "Get-Queue | where Status -eq Retry -and Foo",
        "A parameter cannot be found that matches parameter name 'and'.",
    );
}

#[test]
fn for_each_takes_a_block_or_a_member() {
    check(
        "Get-Queue | % {\"$($_.Identity) $($_.Status)\"}",
        "EX01\\3 Retry\nEX01\\4 Ready",
    );
    check(
        "Get-Queue | % Status; 'a','b' | % ToUpper; 'a-b' | % Split '-'",
        "Retry\nReady\nA\nB\na\nb",
    );
    check(
        "1..3 | foreach -Begin {$s = 0} -Process {$s += $_} -End {$s}",
        "6",
    );
}

#[test]
fn select_chooses_objects_and_properties() {
    check(
        "1..5 | select -First 2; 1..5 | select -Last 1; 1..5 | select -Skip 3",
        "1\n2\n5\n4\n5",
    );
    check(
        "'b','a','b' | select -Unique; (Get-Queue | select -ExpandProperty Status)",
        "b\na\nRetry\nReady",
    );
    check(
        "(Get-Queue | select @{Name='Days';Expression={$_.MessageCount * 2}}).Days",
        "24\n0",
    );
    check(
        "(Get-Queue | select * -ExcludeProperty Last*)[0].LastError -eq $null; (Get-Queue | select stat*)[0].Status",
        "True\nRetry",
    );
    check(
        "\"$(Get-Queue | select -First 1 Identity,Status)\"",
        "@{Identity=EX01\\3; Status=Retry}",
    );
    fails(
        "Get-Queue | select -ExpandProperty Foo",
        "Property \"Foo\" cannot be found.",
    );
}

#[test]
fn sort_group_and_measure() {
    check("3,1,'x',$null,2 | sort | Out-String -Stream", "1\n2\n3\nx");
    check(
        "(Get-Queue | sort MessageCount).Identity; 'b','A','c' | sort -Descending",
        "EX01\\4\nEX01\\3\nc\nb\nA",
    );
    check("2,1,2 | sort -Unique", "1\n2");
    check(
        "Get-Queue | group Status -NoElement",
        "\nCount Name\n----- ----\n    1 Retry\n    1 Ready\n\n",
    );
    check("(Get-Queue | group Status)[0].Group.Identity", "EX01\\3");
    check(
        "Get-Queue | measure MessageCount -Sum -Average",
        "\n\nCount    : 2\nAverage  : 6\nSum      : 12\nMaximum  :\nMinimum  :\nProperty : MessageCount\n\n\n",
    );
    check("(Get-Queue | measure).Count", "2");
}

#[test]
fn files_are_read_and_searched() {
    check(
        "Get-Content C:\\Logs\\recv.log -Tail 1; gc C:\\Logs\\recv.log -TotalCount 1",
        "4,>,250 STARTTLS\n#Fields: date-time",
    );
    check(
        "(cat C:\\Logs\\recv.log).Count; (gc C:\\Logs\\recv.log -Raw).Length",
        "5\n71",
    );
    check(
        "Select-String -Path \"C:\\Logs\\*.log\" -Pattern starttls",
        "\nC:\\Logs\\recv.log:5:4,>,250 STARTTLS\n\n",
    );
    check(
        "sls EHLO C:\\Logs\\recv.log -Context 1",
        "\n  C:\\Logs\\recv.log:3:2,>,220 ready\n> C:\\Logs\\recv.log:4:3,<,EHLO x\n  C:\\Logs\\recv.log:5:4,>,250 STARTTLS\n\n",
    );
    check(
        "gc C:\\Logs\\recv.log | sls '>,2\\d\\d'",
        "\n2,>,220 ready\n4,>,250 STARTTLS\n\n",
    );
    check(
        "gc C:\\Logs\\recv.log | sls '1,+' -SimpleMatch -Quiet; (sls starttls C:\\Logs\\*.log -CaseSensitive) -eq $null",
        "True\nTrue",
    );
    check("(sls STARTTLS C:\\Logs\\*.log).LineNumber", "5");
    check(
        "[System.IO.File]::ReadAllBytes('C:\\Logs\\recv.log').Path",
        "C:\\Logs\\recv.log",
    );
    check(
        "([Byte[]]$(Get-Content -Path C:\\Logs\\recv.log -Encoding Byte -ReadCount 0)).Path",
        "C:\\Logs\\recv.log",
    );
    fails(
        "Get-Content C:\\none.txt",
        "Cannot find path 'C:\\none.txt' because it does not exist.",
    );
    fails("gc C:\\Logs\\recv.log | sls '('", "parsing \"(\" - ");
}

#[test]
fn help_is_made_of_what_commands_are() {
    check(
        "man Set-ReceiveConnector | select -First 9",
        "\nNAME\n    Set-ReceiveConnector\n\nSYNOPSIS\n    Modifies a Receive connector.\n\nSYNTAX\n    \
         Set-ReceiveConnector [-Identity] <String> [-Bindings <String[]>] [-ConnectionTimeout <TimeSpan>] [-Enabled",
    );
    let (page, _) = played("Get-Help Set-ReceiveConnector -Full");
    for part in [
        "-ProtocolLoggingLevel <None | Verbose>",
        "PS C:\\>Set-ReceiveConnector",
        "restarted",
        "[-Confirm]",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let (list, _) = played("Get-Help *queue*");
    assert!(
        list.contains("Function        Get-Queue                        Views queues."),
        "{list}"
    );
    fails("man Get-Quue", "Get-Help could not find Get-Quue");
    let (all, _) = played("(Get-Command).Name");
    assert!(
        all.contains("certutil\n") && all.contains("Where-Object"),
        "{all}"
    );
}

#[test]
fn every_command_of_the_language_has_help_and_an_example_that_can_be_read() {
    for command in crate::shell::builtin::with(Vec::new()) {
        let (page, _) = played(&format!("man {}", command.name));
        assert!(
            page.contains(command.synopsis.split(' ').next().unwrap()),
            "{page}"
        );
        assert!(!command.examples.is_empty(), "{}", command.name);
        for example in command.examples {
            let read = crate::shell::parser::parse(&(*example).into());
            assert!(read.is_ok(), "{example}");
        }
    }
}

#[test]
fn members_and_variables_are_shown() {
    let (members, _) = played("Get-Queue | gm Message*");
    assert!(
        members.starts_with(
            "\n\n   TypeName: Microsoft.Exchange.Data.QueueViewer.ExtensibleQueueInfo\n\nName "
        ),
        "{members}"
    );
    assert!(
        members.contains(
            "MessageCount                         Property   Int32 MessageCount {get;set;}"
        ),
        "{members}"
    );
    check(
        "$a = 1; $b = 'x'; (gv).Name -join ','; gv b -ValueOnly",
        "a,b\nx",
    );
}

#[test]
fn what_is_written_goes_where_it_is_sent() {
    check(
        "Write-Host a b 1 -ForegroundColor Red; echo 1 2; Write-Output 'x','y' | % {$_ + 1}",
        "a b 1\n1\n2\nx1\ny1",
    );
    check(
        "$x = Write-Host 'seen'; $x -eq $null; Write-Host \"$(Get-Queue)\"",
        "seen\nTrue\nEX01\\3 EX01\\4",
    );
    check("(echo 5) + 1; ('a','b' | Out-String).Length", "6\n3");
}
