//! `mailfault completions` and `mailfault man`, read by those whom they are for.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{has, mailfault};

/// Gives a program this text, and returns what it printed; nothing where it is not installed.
fn read_by(program: &str, arguments: &[&str], text: &str) -> Option<String> {
    if !has(program) {
        return None;
    }
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program that is there");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin
        .write_all(text.as_bytes())
        .expect("a program that reads");
    drop(stdin);
    let output = child.wait_with_output().expect("a child of ours");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.is_empty(),
        "{program}: {said}"
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn bash_completes_verbs() {
    let script = mailfault(["completions", "bash"]).stdout;
    let typed = "\nCOMP_WORDS=(mailfault aud) COMP_CWORD=1\n_mailfault mailfault aud mailfault\necho \"${COMPREPLY[*]}\"\n";
    if let Some(offered) = read_by("bash", &["--norc", "-s"], &(script + typed)) {
        assert_eq!(offered, "audit\n");
    }
}

#[test]
fn every_verb_has_a_manual_page() {
    let page = mailfault(["man"]).stdout;
    assert!(page.contains(".TH mailfault 1"), "{page}");
    for verb in [
        "audit",
        "certs",
        "check",
        "completions",
        "list",
        "man",
        "run",
        "serve",
        "show",
    ] {
        assert!(
            page.contains(&format!("mailfault\\-{verb}(1)")),
            "{verb}: {page}"
        );
        let page = mailfault(["man", verb]).stdout;
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
        // groff says what it does not understand.
        read_by("groff", &["-man", "-Tutf8", "-ww"], &page);
    }
    let error = mailfault(["man", "frobnicate"]);
    assert_eq!(error.code, Some(2));
    assert!(
        error
            .stderr
            .starts_with("error: unknown verb `frobnicate`\nhint: there is "),
        "{error:#?}"
    );
}
