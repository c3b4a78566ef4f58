//! Every kind of bad input: its message and its exit code.

use std::net::TcpListener;

use crate::support::mailfault;

/// What was typed is refused with exactly this on stderr, nothing on stdout, and exit code 2.
#[track_caller]
fn check(words: &[&str], message: &str) {
    let output = mailfault(words);
    assert_eq!(output.stderr.trim_end(), message, "{words:?}");
    assert_eq!(output.stdout, "", "{words:?}");
    assert_eq!(output.code, Some(2), "{words:?}");
}

/// The same for clap's messages, of which the first line counts.
#[track_caller]
fn check_first_line(words: &[&str], message: &str) {
    let output = mailfault(words);
    assert_eq!(output.stderr.lines().next(), Some(message), "{words:?}");
    assert_eq!((&*output.stdout, output.code), ("", Some(2)), "{words:?}");
}

#[test]
fn an_unknown_name_is_told_with_the_nearest_one() {
    check(
        &["show", "tls/exipred"],
        "error: unknown scenario `tls/exipred`\nhint: did you mean `tls/expired`?",
    );
    check(
        &["serve", "starttls/striped"],
        "error: unknown scenario `starttls/striped`\nhint: did you mean `starttls/stripped`?",
    );
    check(
        &["run", "nothing-like-it", "--", "true"],
        "error: unknown scenario `nothing-like-it`\nhint: `mailfault list` shows what there is",
    );
    check(
        &["show", "exchange-2061"],
        "error: unknown persona `exchange-2061`\nhint: did you mean `exchange-2016`?",
    );
    check(
        &["serve", "tls/expired", "--persona", "sendmail"],
        "error: unknown persona `sendmail`\nhint: `mailfault list personas` shows them all",
    );
    check(
        &["certs", "unused", "--flaw", "exipred"],
        "error: unknown flaw `exipred`\nhint: did you mean `tls/expired`?",
    );
    check(
        &["certs", "unused", "--flaw", "ugly"],
        "error: unknown flaw `ugly`\nhint: `mailfault list flaws` shows them all",
    );
}

#[test]
fn what_makes_no_sense_is_explained() {
    check(
        &["certs", "unused", "--name", "not a name"],
        "error: `not a name` is not a name for a certificate: a label holds something other \
         than letters, digits, hyphens and underscores",
    );
    check(
        &["serve", "tls/expired", "--also-name", "a..b"],
        "error: tls/expired: `a..b` is not a name for a certificate: a label is empty",
    );
    check(
        &["serve", "tls/wrong-name", "--also-name", "my.host"],
        "error: tls/wrong-name: `tls/wrong-name` does not go with `--also-name`: the flaw says \
         which names the certificate carries",
    );
    check(
        &[
            "certs", "unused", "--flaw", "cn-only", "--name", "a.test", "--name", "b.test",
        ],
        "error: `tls/cn-only` does not go with a second `--name`: the flaw says which names the \
         certificate carries",
    );
    check(
        &["check"],
        "error: nothing to check\nhint: name scenario files, or say `--all`",
    );
    check_first_line(
        &["certs", "unused", "--key", "dsa"],
        "error: invalid value 'dsa' for '--key <KIND>'",
    );
    check_first_line(
        &["run", "tls/expired", "--timeout", "30", "--", "true"],
        "error: invalid value '30' for '--timeout <TIME>': write `500ms`, `3s`, `5m` or `1h`",
    );
    check_first_line(
        &["serve", "tls/expired", "--expose", "everywhere"],
        "error: invalid value 'everywhere' for '--expose <ADDRESS>': invalid IP address syntax",
    );
}

#[cfg(not(feature = "legacy-tls"))]
#[test]
fn what_this_build_cannot_serve_names_the_feature() {
    let message = "error: `TLS_DHE_RSA_WITH_AES_128_GCM_SHA256` needs the feature `legacy-tls`, which is \
         off in this build\nhint: build the command with it: cargo install --path cli --features \
         legacy-tls";
    check(&["serve", "handshake/dhe-1024"], message);
    check(&["run", "handshake/dhe-1024", "--", "true"], message);
}

#[test]
fn a_bad_file_is_told_with_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let path = file.to_str().unwrap();
    std::fs::write(&file, "summary = \"x\"\nexpect = \"refused-tsl\"\n").unwrap();
    let message =
        format!("error: {path}:2:10: unknown outcome `refused-tsl`; did you mean `refused-tls`?");
    check(&["serve", path], &message);
    check(&["run", path, "--", "true"], &message);
    check(&["show", path], &message);
    check(
        &["check", path],
        &format!("{message}\nerror: 1 of 1 could not be checked"),
    );
}

#[test]
fn a_missing_file_is_told_by_its_name() {
    check(
        &["serve", "missing.toml"],
        "error: missing.toml: cannot be read: No such file or directory (os error 2)",
    );
}

#[test]
fn a_port_that_is_taken_is_told_with_the_way_out() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    check(
        &["serve", "tls/expired", "--port", &port.to_string()],
        &format!(
            "error: cannot listen on 127.0.0.1:{port}: another program has that port\n\
             hint: `mailfault serve tls/expired --port 0` takes a free one"
        ),
    );
}

#[test]
fn a_directory_that_cannot_be_written_is_told() {
    // Root may write everywhere, but not below a file.
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("below");
    let below = below.to_str().unwrap();
    check(
        &["certs", below],
        &format!("error: cannot make the directory `{below}`: Not a directory (os error 20)"),
    );
    check(
        &["serve", "tls/expired", "--port", "0", "--out", below],
        &format!(
            "error: cannot make the directory `{below}/certificates`: Not a directory (os error 20)"
        ),
    );
}

#[test]
fn a_client_that_cannot_be_run_is_told() {
    check(
        &["run", "tls/expired"],
        "error: no command to run\n\
         hint: write it behind `--`, as in `mailfault run tls/expired -- swaks --server {addr} --to {to}`",
    );
    check(
        &["run", "tls/expired", "--", "no-such-client"],
        "error: cannot run `no-such-client`: not found\nhint: is it installed, and in PATH?",
    );
}
