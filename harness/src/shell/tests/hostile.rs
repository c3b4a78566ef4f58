//! Lines that nobody should type: no panic, no hang, bounded memory.

use super::{Desk, Screen, played};
use crate::persona::mix;
use crate::shell::Interpreter;

/// Lines from which others are made.
const CORPUS: [&str; 24] = [
    "Get-ReceiveConnector \"EX01\\Default Frontend EX01\" | fl Name,*Tls*,Fqdn",
    "$cert = Get-Queue; \"<I>$($cert.Issuer)<S>$($cert[0].Subject)\"",
    "Set-ReceiveConnector x -Bindings @{Add='a';Remove='b','c'} -Enabled:$false",
    "Get-Queue | where {$_.Status -eq \"Retry\" -and $_.MessageCount -ge 0x1F} | ft -AutoSize -Wrap",
    "Get-Queue | ? Status -like R* | select -First 1 -ExpandProperty Identity | % {$_.Split('\\')[0]}",
    "foreach ($q in Get-Queue) { if ($q.MessageCount -gt 5) { $q | fl } elseif (1) { 'x' } else { } }",
    "Select-String -Path C:\\Logs\\*.log -Pattern '2(\\d+)[a-z]*$' -Context 1,2 | fl *",
    "1..100 | sort -Descending | group {$_ % 3} | measure Count -Sum -Average",
    "$x = @(1,2,'3',$null,@{a=1;b=@()}); $x += $x; $x -join ',' -replace '(.)','$1${1}$$'",
    "@\"\na $x $(1 + 1) `n\n\"@ + @'\nb\n'@",
    "(Get-Date).AddDays(-30).ToString('yyyy-MM-dd HH:mm:ss.fff tt') ; [datetime]'1/1/2026' - (Get-Date)",
    "Get-Help Get-Queue -Full | sls NAME -SimpleMatch",
    "'a' -match '^(?<n>.)$'; $Matches.n; -not $true -xor !1; 7 / 0; 5 % -2; 1kb * 3.5",
    "Get-Queue | select *,@{n='x';e={$_.MessageCount * 2}} -ExcludeProperty L* | gm",
    "“a” + ‘b’ –join ',' # comment\n<# more #> `\n | Out-String -Stream",
    "certutil -addstore Root \"C:\\ca.cer\" /f $x,$y 'z'",
    "[string]::Join('-', 1, 2); [int]'5' + [timespan]'1.02:03:04'; [byte[]](1,2)",
    "$a.b.c[0].d('e', 'f')[1..3].Trim().Length; $x[-1,$null]; ${a b}",
    "'x' * 1000 | fl; 'ab'.PadLeft(9).Substring(1,2).IndexOf('b')",
    "Get-Content C:\\Logs\\recv.log -Tail 3 | % ToUpper | sort -Unique | ft Length",
    "Write-Host \"$(\"$(\"$(1)\")\")\" -Separator ',' 2>$null",
    "echo a,b c;;; gv | fl; Get-Date -Format D; cls; $Error; $?",
    "Get-Queue nowhere -ErrorAction Stop; Get-Foo; ) } ] |",
    "é ü 漢字 'ß'.ToUpper() \u{1F600} -like '*[é-ü]?'",
];

/// Runs a text, asks whether it is complete, and completes at some place in it.
fn survive(shell: &mut Interpreter, text: &str, chance: u64) {
    let (mut desk, mut screen) = (Desk::default(), Screen::default());
    Interpreter::is_incomplete(text);
    shell.run(&mut desk, &mut screen, text);
    let printed: usize = screen.lines.iter().map(String::len).sum();
    assert!(
        printed < 8 * 1024 * 1024,
        "{} bytes of output: {text}",
        printed
    );
    let cursor = usize::try_from(chance % (text.len() as u64 + 2)).unwrap();
    let completion = shell.complete(&desk, text, cursor);
    assert!(
        completion.start <= text.len() && text.is_char_boundary(completion.start),
        "{text}"
    );
}

/// A text made of others: characters go, come, or are doubled; parts change places.
fn mutated(seed: u64) -> String {
    let mut state = seed;
    let mut draw = |below: usize| {
        state = mix(state);
        usize::try_from(state % below.max(1) as u64).unwrap()
    };
    let mut text: Vec<char> = CORPUS[draw(CORPUS.len())].chars().collect();
    let alphabet: Vec<char> = "\"'`$(){}[]@|;,.:-+*/%!=<>#&\\\n \t0aé_“–x\u{0}"
        .chars()
        .collect();
    for _ in 0..=draw(6) {
        let at = draw(text.len() + 1);
        match draw(6) {
            0 => text.insert(at, alphabet[draw(alphabet.len())]),
            1 if at < text.len() => drop(text.remove(at)),
            2 => text.truncate(at),
            3 => {
                let end = (at + draw(20)).min(text.len());
                let part: Vec<char> = text[at..end].to_vec();
                let to = draw(text.len() + 1);
                text.splice(to..to, part);
            }
            4 => {
                let other: Vec<char> = CORPUS[draw(CORPUS.len())].chars().collect();
                let from = draw(other.len());
                text.splice(at..at, other[from..].iter().copied());
            }
            _ if at < text.len() => text[at] = alphabet[draw(alphabet.len())],
            _ => {}
        }
        text.truncate(400);
    }
    text.into_iter().collect()
}

#[test]
fn mutated_lines_are_survived() {
    let mut shell = Interpreter::default();
    for seed in 0..10_000 {
        // A panic shows the seed, and with it the line.
        let text = mutated(seed);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            survive(&mut shell, &text, mix(seed));
        }));
        assert!(result.is_ok(), "seed {seed}: {text}");
        if seed % 50 == 0 {
            shell = Interpreter::default();
        }
    }
}

#[test]
fn every_start_of_every_line_is_survived() {
    let mut shell = Interpreter::default();
    for line in CORPUS {
        for (at, _) in line.char_indices() {
            survive(&mut shell, &line[..at], at as u64);
        }
    }
}

#[test]
fn brackets_beyond_counting_do_not_overflow() {
    let many = 100_000;
    for open in [
        "(", "{", "$(", "@(", "[", "\"$(", "-", "!", ",", "@{a=", "if (1) {", "$x[", "$x = ",
        "a.b(", "-not ",
    ] {
        played(&open.repeat(many / open.len()));
        for depth in [5, 20, 30, 60, 100] {
            let close = match open {
                "(" | "$(" | "@(" => ")",
                "{" | "@{a=" | "if (1) {" => "}",
                "\"$(" => ")\"",
                "[" | "$x[" => "]",
                _ => "",
            };
            played(&format!("{}1{}", open.repeat(depth), close.repeat(depth)));
        }
    }
    for chain in [
        "1 + ", "$x.a.", "'a' -eq ", "1,", "fl | ", "$x = ", "a;", "$x[0]", "x.y().", "1 -and ",
    ] {
        played(&chain.repeat(2_000));
        played(&format!("{}1", chain.repeat(80)));
    }
}

/// What a script prints, as far as it is about a bound.
#[track_caller]
fn bounded(script: &str) {
    let (mut desk, mut screen) = (Desk::default(), Screen::default());
    let troubles = Interpreter::default().run(&mut desk, &mut screen, script);
    let met = troubles
        .iter()
        .any(|trouble| trouble.category == "LimitsExceeded");
    assert!(met, "{script}: {troubles:?}");
}

#[test]
fn what_grows_is_bounded() {
    let twice = |line: &str| format!("$x = 'abc'; {}", format!("{line};").repeat(40));
    bounded(&twice("$x += $x"));
    bounded(&twice("$x = \"$x$x\""));
    bounded(&twice("$x = $x,$x"));
    bounded(&twice("$x = @{a=$x;b=$x}"));
    bounded(&twice("$x = $x -replace '.','$0$0$0'"));
    bounded(&twice("$x = 1 | select @{n='a';e={$x}},@{n='b';e={$x}}"));
    bounded(&twice("$x = ,$x"));
    bounded("1..1000000000");
    bounded("'a' * 1000000000");
    bounded("1..10000 | % { 1..10000 }");
    bounded(
        "foreach ($a in 1..10000) { foreach ($b in 1..10000) { foreach ($c in 1..10000) { } } }",
    );
    bounded("1 | % { 1..100000 | % { Get-Queue } }");
    bounded("$b = { 1 | % $b }; 1 | % $b");
    bounded("$b = { \"$(((((@(foreach ($x in 1) { if (1) { 1 | ? $b } }))))))\" }; 1 | ? $b");
    bounded("1..1000 | % { 'x' * 10000 }");
    let variables: String = (0..100)
        .map(|n| format!("$v{n} = 'x' * 1000000;"))
        .collect();
    bounded(&variables);
}

#[test]
fn scripts_and_patterns_have_a_size() {
    let (printed, _) = played(&"'x';".repeat(100_000));
    assert!(
        printed.contains("The script is longer than"),
        "{}",
        &printed[..200]
    );
    let (printed, _) = played("'a' -match ('(a{50}){50}' * 50)");
    assert!(printed.contains("parsing \""), "{printed}");
    played("('a' * 5000) -match '(a*)*b'");
    played("('a' * 5000) -like '*a*a*a*a*a*a*b'");
}

/// Each would take hours or gigabytes if only its steps were counted.
#[test]
fn large_values_cost_what_they_are() {
    let big = "$t = 'x' * 2000000; $l = 1..100000;";
    bounded(&format!("{big} $l | % {{ $t }}"));
    bounded(&format!("{big} $l | % {{ $l.Count }}"));
    bounded(&format!("{big} $l -contains $t"));
    bounded(&format!("{big} $l -eq $t"));
    bounded(&format!("{big} $l -join $t"));
    bounded(&format!("{big} [string]::Join($t, $l)"));
    bounded(&format!("{big} Write-Host $l -Separator $t"));
    bounded(&format!("{big} $t -split ''"));
    bounded(&format!("{big} $t.Split('x')"));
    bounded(&format!("{big} $t.Replace('x', 'yyy')"));
    bounded(&format!("{big} $l | % {{ gv }}"));
    bounded(&format!("{big} $l | select @{{n='a';e={{$t}}}}"));
    bounded(&format!("{big} $l | sls '.' -Context 100000"));
    bounded(&format!("{big} ($l | % {{ $_ }} | select -Unique).Count"));
    bounded("1..100000 | % { Get-Queue nowhere }");
    bounded(&"$a.b();".repeat(30_000));
    // And these are merely large.
    played(&format!("{big} $t"));
    played(&format!(
        "{big} 1 | select @{{n='a';e={{$t}}}} | ft -Wrap; 1 | select @{{n='a';e={{$t}}}} | fl"
    ));
    played(&"1;".repeat(100_000));
}
