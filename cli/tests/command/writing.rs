//! docs/writing-a-lab.md, followed to the letter: its file, its scripts, its commands and what they
//! print.

use std::fs;
use std::path::Path;

use crate::support::{Running, command};

/// A block of the page: what its fence says, and its text.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push((kind, text.join("\n") + "\n"));
    }
    blocks
}

/// Runs each command of a block, and looks for the lines that the page shows, in their order.
fn follow(text: &str, home: &Path) -> usize {
    let mut commands = 0;
    for command_and_lines in text.split("$ mailfault ").skip(1) {
        let mut lines = command_and_lines.lines();
        let words = lines.next().expect("a command");
        let mut wanted = command(words.split(' '));
        wanted.current_dir(home);
        let output = Running::start(wanted).finish();
        let mut rest = output.stdout.as_str();
        for line in lines {
            let at = rest.find(line);
            let at = at.unwrap_or_else(|| panic!("`{words}`: `{line}` in {output:#?}"));
            rest = &rest[at + line.len()..];
        }
        let good = !rest.is_empty() && !output.stdout.contains("NOT AS EXPECTED");
        assert!(good, "{output:#?}");
        let fails = ["cheated.txt", "forgotten.txt"];
        let code = fails.iter().any(|file| words.ends_with(file));
        assert_eq!(output.code, Some(i32::from(code)), "`{words}`: {output:#?}");
        commands += 1;
    }
    commands
}

#[test]
fn the_page_about_writing_a_lab_is_right() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/writing-a-lab.md");
    let page = fs::read_to_string(page).expect("the page");
    let home = tempfile::TempDir::new().expect("a folder");
    let mut case = String::new();
    let mut consoles = Vec::new();
    for (kind, text) in blocks(&page) {
        match kind.split_once(' ').unwrap_or((kind, "")) {
            ("toml", _) => case.push_str(&format!("{text}\n")),
            ("powershell", name) => {
                let name = if name.is_empty() { "solved.txt" } else { name };
                fs::write(home.path().join(name), text).expect("a script");
            }
            ("console", _) => consoles.push(text),
            _ => panic!("nobody tries a block of `{kind}`"),
        }
    }
    fs::write(home.path().join("wrong-certificate.toml"), case).expect("a case");
    let commands: usize = consoles.iter().map(|text| follow(text, home.path())).sum();
    assert_eq!(commands, 6);
    let report = fs::read_to_string(home.path().join("report.md")).expect("a report");
    assert_eq!(report.matches(" (seen)").count(), 2, "{report}");
    let mut check = command(["check", "wrong-certificate.toml"]);
    check.current_dir(home.path());
    assert_eq!(Running::start(check).finish().code, Some(0));
}
