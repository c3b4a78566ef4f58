//! `mailfault certs`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::support::{has, mailfault};

fn files(folder: &Path) -> BTreeSet<String> {
    let files = folder.read_dir().unwrap();
    files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_good_certificate_is_written_where_none_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("new/folder");
    let output = mailfault(["certs", folder.to_str().unwrap()]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let expected = ["ca.pem", "good-key.pem", "good.pem"].map(str::to_owned);
    assert_eq!(files(&folder), BTreeSet::from(expected));
    let chain = std::fs::read_to_string(folder.join("good.pem")).unwrap();
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
    let path = folder.display();
    assert!(
        output.stdout.contains(&format!("cert={path}/good.pem")),
        "{}",
        output.stdout
    );
    assert!(
        output
            .stdout
            .contains(&format!("-CAfile {path}/ca.pem -verify_hostname mx.test"))
    );
}

#[cfg(unix)]
#[test]
fn a_key_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let output = mailfault(["certs", path.to_str().unwrap(), "--all"]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let keys: Vec<_> = files(path)
        .into_iter()
        .filter(|file| {
            // By what is in it: `rsa-pss-key.pem` is a certificate, of the flaw of that name.
            let text = std::fs::read_to_string(path.join(file));
            text.is_ok_and(|text| text.contains("PRIVATE KEY"))
        })
        .collect();
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        let mode = path.join(&key).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
}

#[test]
fn what_has_its_own_root_has_its_own_ca_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let output = mailfault([
        "certs",
        path,
        "--flaw",
        "expired-root",
        "--flaw",
        "tls/expired",
    ]);
    assert!(
        output
            .stdout
            .contains(&format!("-CAfile {path}/expired-root-ca.pem"))
    );
    assert!(output.stdout.contains(&format!("-CAfile {path}/ca.pem")));
}

#[test]
fn openssl_finds_the_flaw_that_was_asked_for() {
    if !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for key in ["p256", "p384", "ed25519", "rsa-2048"] {
        let words = [
            "certs",
            path.to_str().unwrap(),
            "--name",
            "mail.example.test",
            "--all",
            "--key",
            key,
        ];
        assert_eq!(mailfault(words).code, Some(0));
        let verify = |stem: &str| {
            let file = |name: String| path.join(name);
            let mut openssl = Command::new("openssl");
            openssl
                .arg("verify")
                .arg("-CAfile")
                .arg(file("ca.pem".to_owned()));
            openssl.args(["-verify_hostname", "mail.example.test", "-untrusted"]);
            openssl.args([file(format!("{stem}.pem")), file(format!("{stem}.pem"))]);
            let output = openssl.output().unwrap();
            [output.stdout, output.stderr]
                .map(|text| String::from_utf8_lossy(&text).into_owned())
                .concat()
        };
        let good = verify("good");
        assert!(good.contains("good.pem: OK"), "{key}: {good}");
        let expired = verify("expired");
        assert!(
            expired.contains("certificate has expired"),
            "{key}: {expired}"
        );
        let wrong = verify("wrong-name");
        assert!(
            wrong.to_lowercase().contains("hostname mismatch"),
            "{key}: {wrong}"
        );
    }
}

#[test]
fn a_seed_gives_the_same_names_again() {
    let folder = tempfile::tempdir().unwrap();
    let subject = |seed: &str| {
        let path = folder.path().to_str().unwrap();
        assert_eq!(mailfault(["certs", path, "--seed", seed]).code, Some(0));
        std::fs::read_to_string(folder.path().join("good-key.pem")).unwrap()
    };
    assert_eq!(subject("7"), subject("7"));
    assert_ne!(subject("7"), subject("8"));
}

#[test]
fn with_two_names_the_flaws_that_need_one_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let output = mailfault([
        "certs", path, "--name", "a.test", "--name", "b.test", "--all",
    ]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let note = "note: left out: `tls/wrong-name` does not go with a second `--name`: ";
    assert!(output.stderr.contains(note), "{}", output.stderr);
    assert!(folder.path().join("expired.pem").exists());
    assert!(!folder.path().join("wrong-name.pem").exists());
}

/// A server that has such keys can load the files.
#[test]
fn an_odd_key_is_written_with_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let output = mailfault(["certs", path, "--name", "mx.test", "--flaw", "ed448"]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let openssl = |arguments: &[&str]| {
        let mut command = std::process::Command::new("openssl");
        let run = command.current_dir(path).args(arguments).output();
        run.map(|run| String::from_utf8_lossy(&run.stdout).into_owned())
    };
    let of_key = openssl(&["pkey", "-in", "ed448-key.pem", "-pubout"]);
    let of_leaf = openssl(&["x509", "-in", "ed448.pem", "-noout", "-pubkey"]);
    if let (Ok(of_key), Ok(of_leaf)) = (of_key, of_leaf) {
        assert!(
            of_key.contains("PUBLIC KEY") && of_key == of_leaf,
            "{of_key}{of_leaf}"
        );
    }
}
