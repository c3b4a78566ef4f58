//! `mailfault check`.

use crate::support::mailfault;

#[test]
fn what_ends_as_it_says_is_ok() {
    let output = mailfault([
        "check",
        "tls/expired",
        "control/p256",
        "mail/rcpt-550-5.1.1",
    ]);
    assert_eq!(
        output.stdout,
        "ok     tls/expired: refused-tls\n\
         ok     control/p256: delivered\n\
         ok     mail/rcpt-550-5.1.1: refused-smtp\n",
        "{output:#?}"
    );
    assert_eq!(output.stderr, "3 as expected, 0 not\n");
    assert_eq!(output.code, Some(0));
}

#[test]
fn a_file_that_expects_the_wrong_thing_fails_with_its_transcript() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("optimist.toml");
    let text = "summary = \"x\"\nexpect = \"delivered\"\n[server]\ncertificate = \"expired\"\n";
    std::fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    let output = mailfault(["check", path]);
    assert!(
        output
            .stdout
            .starts_with("FAILED optimist: expected delivered, saw refused-tls\n"),
        "{output:#?}"
    );
    assert!(output.stdout.contains("    C: STARTTLS\n"), "{output:#?}");
    assert_eq!(output.stderr, "0 as expected, 1 not\n");
    assert_eq!(output.code, Some(1));

    let json = mailfault(["check", "--json", path, "tls/expired", "missing.toml"]);
    assert_eq!(json.code, Some(2));
    let rows = json.json();
    assert_eq!(
        (&rows[0]["as_expected"], &rows[0]["seen"]),
        (&false.into(), &"refused-tls".into())
    );
    assert_eq!(
        (&rows[1]["as_expected"], &rows[1]["id"]),
        (&true.into(), &"tls/expired".into())
    );
    assert_eq!(
        rows[2]["error"],
        "missing.toml: cannot be read: No such file or directory (os error 2)"
    );
}
