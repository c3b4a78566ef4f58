//! Strings, variables, members and operators.

use super::{check, fails};
use crate::shell::Interpreter;

#[test]
fn strings_expand_as_powershell_does() {
    check(
        "$x = 'a'; \"$x.Length $($x.Length) ${x}b\"",
        "a.Length 1 ab",
    );
    check(
        "\"say \"\"hi\"\" `\"there`\" `$x 5$ `tx\"",
        "say \"hi\" \"there\" $x 5$ \tx",
    );
    check("'it''s $x `n'", "it's $x `n");
    check(
        "$c = Get-ReceiveConnector; \"<I>$($c[0].Name)<S>$c\"",
        "<I>Default Frontend EX01<S>EX01\\Default Frontend EX01 EX01\\Client Proxy",
    );
    check("\"$(1; 2) $(@()) $null$true\"", "1 2  True");
    check("@\"\nline $(1 + 1)\n\"quoted\"\n\"@", "line 2\n\"quoted\"");
    check("@'\n$x\n'@", "$x");
    check("“curly” + ‘single’", "curlysingle");
    check("\"$env:ExchangeInstallPath|\"", "|");
    check("\"at $(Get-Date)\"", "at 11/21/2026 17:52:36");
}

#[test]
fn the_trap_of_an_empty_variable_is_one_here_too() {
    check(
        "$tlscert = 'x'; \"[$tlscertname]\"; $tlscertname -eq $null",
        "[]\nTrue",
    );
}

#[test]
fn members_are_looked_up_and_enumerated() {
    check("(Get-Queue).Status", "Retry\nReady");
    check("(Get-Queue | where Status -eq Retry).Count", "1");
    check(
        "(Get-Queue).Count; @().Count; $null.Count; 'abc'.Length",
        "2\n0\n0\n3",
    );
    check(
        "(Get-Queue)[0].MessageCount; (Get-Queue)[-1].Status; (Get-Queue)[9]",
        "12\nReady",
    );
    check("(1,2,3)[0,2]; 'abc'[1]; (42)[0]", "1\n3\nb\n42");
    check("$p = 'Status'; (Get-Queue)[0].$p", "Retry");
    check("(Get-Queue)[0].nothing -eq $null", "True");
    check(
        "'a,b'.Split(','); ' x '.Trim() + '|'; 'abc'.ToUpper().Replace('B', '-')",
        "a\nb\nx|\nA-C",
    );
    check(
        "'abc'.Contains('B'); 'abc'.StartsWith('a'); 'abc'.Substring(1, 1)",
        "False\nTrue\nb",
    );
    check("('a','b').ToUpper() -join '+'", "A+B");
    check("@{Add='x'; Remove='y'}.Remove; @{a=1}['A']", "y\n1");
}

#[test]
fn operators_look_at_the_left_side() {
    check(
        "'ABC' -eq 'abc'; 'ABC' -ceq 'abc'; 5 -eq '5'; '5' -eq 5; 10 -gt '9'; '10' -gt '9'",
        "True\nFalse\nTrue\nTrue\nTrue\nFalse",
    );
    check(
        "'mx.contoso.test' -like '*.CONTOSO.*'; 'a[b' -like 'a`[b'; 'abc' -notlike 'a?'",
        "True\nTrue\nTrue",
    );
    check(
        "'CN=mx' -match '^cn=(?<name>.+)$'; $Matches.name; $Matches[0]",
        "True\nmx\nCN=mx",
    );
    check(
        "'a-b-c' -split '-' -join '+'; 'abc' -replace 'b','[$0]'; 'x1y' -replace '\\d'",
        "a+b+c\na[b]c\nxy",
    );
    check(
        "1,2,3 -gt 1; 'a','b' -contains 'A'; 'c' -in 'a','b'; 'c' -notin 'a','b'",
        "2\n3\nTrue\nFalse\nTrue",
    );
    check(
        "-not $true -or !$false; 1 -and 0; $true -xor $true",
        "True\nFalse\nFalse",
    );
    check(
        "1 + 2 * 3; 7 / 2; 8 / 2; 7 % 4; 'a' * 3; 1..4 -join ''; 10MB; -5 + 3; 2.5 * 2",
        "7\n3.5\n4\n3\naaa\n1234\n10485760\n-2\n5",
    );
    check("'a' + 1; 1 + '2'; @(1) + 2 + 3", "a1\n3\n1\n2\n3");
    check(
        "@(@(1,2,3) -ne 2).Count; $null -eq @(); !!@()",
        "2\nFalse\nFalse",
    );
}

#[test]
fn dates_are_compared_and_counted() {
    check(
        "((Get-Date).AddDays(30) - (Get-Date)).Days; (Get-Date) -lt '12/1/2026'",
        "30\nTrue",
    );
    check("((Get-Date '1/1/2026') - (Get-Date '1/2/2026')).Days", "-1");
    check(
        "(Get-Date '2/28/2023 5:00 PM').AddDays(1).ToString('yyyy-MM-dd HH:mm')",
        "2023-03-01 17:00",
    );
    check(
        "(Get-Date '1/31/2024').AddMonths(1).Day; (Get-Date -Format 'dddd')",
        "29\nSaturday",
    );
    check("Get-Date", "\nSaturday, November 21, 2026 5:52:36 PM\n");
}

#[test]
fn statements_choose_and_repeat() {
    check(
        "foreach ($q in Get-Queue) { \"$($q.Identity): $($q.Status)\" }",
        "EX01\\3: Retry\nEX01\\4: Ready",
    );
    check(
        "if (1 -gt 2) { 'a' } elseif ($true) { 'b' } else { 'c' }",
        "b",
    );
    check(
        "$x = if ($false) { 1 } else { 2 }; $x; $y = 1; $y += 2; $y",
        "2\n3",
    );
    check(
        "# nothing\n'a' <# in\nbetween #> | # go on\n  % { $_ + 'b' } `\n | % { $_ + 'c' }",
        "abc",
    );
    check(
        "$x = @()\nforeach ($i in 1..3) {\n  $x += $i\n}\n$x -join ','",
        "1,2,3",
    );
}

#[test]
fn what_is_not_there_says_so() {
    fails(
        "function x { 1 }",
        "`function` is not supported by this shell; pipelines,",
    );
    fails(
        "Get-Queue > out.txt",
        "redirection with `>` is not supported",
    );
    fails(
        "Get-Queue 2>$null",
        "redirection with `2>` is not supported",
    );
    fails("while (1) { }", "`while` is not supported");
    fails("'{0}' -f 1", "the operator `-f` is not supported");
    fails(
        "Get-Queue | Export-Csv x.csv",
        "`Export-Csv` is not supported",
    );
    fails(
        "'x'.GetType()",
        "the method `GetType` of System.String is not supported",
    );
    fails("[xml]'<a/>'", "the type `[xml]` is not supported");
    fails("$x++", "`$x++` is not supported");
    fails("& Get-Queue", "the call operator `&` is not supported");
    fails(
        "'a' -match '(?=x)'",
        "looking around in a pattern is not supported",
    );
    fails(
        "Get-Queue -OutVariable x",
        "`-OutVariable` is not supported",
    );
}

#[test]
fn lines_that_wait_for_more_are_known() {
    for open in [
        "Get-Queue |",
        "\"abc",
        "'abc",
        "@\"",
        "@\"\nabc",
        "$x = ",
        "foreach ($x in 1) {",
        "(1",
        "$(1",
        "@{a=1",
        "1 +",
        "1,",
        "Get-Queue -Identity a,",
        "Get-Queue `",
        "<# x",
        "if (1)",
        "@(",
        "$x[0",
        "Get-Queue | where {",
        "'a'.Replace(",
        "\"$(",
    ] {
        assert!(Interpreter::is_incomplete(open), "{open}");
    }
    for whole in [
        "",
        "Get-Queue",
        "Get-Queue)",
        "|",
        "1 + )",
        "\"a\"",
        "}",
        "if (1) { }",
        "$x =)",
        "# \"",
    ] {
        assert!(!Interpreter::is_incomplete(whole), "{whole}");
    }
}
