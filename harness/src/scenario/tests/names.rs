//! Ids, and how scenarios are found by them.

use super::*;

#[test]
fn the_path_of_a_file_is_its_name() {
    #[track_caller]
    fn check(file: &str, id: &str) {
        assert_eq!(id_of(file), id);
    }
    check("tls/expired.toml", "tls/expired");
    check("/home/bob/scenarios/tls/expired.toml", "tls/expired");
    check("C:\\scenarios\\net\\refused.toml", "net/refused");
    check("/home/bob/monday.toml", "monday");
    check("monday", "monday");
}

#[test]
fn scenarios_are_found_by_name() {
    assert_eq!(Scenario::named("tls/expired").unwrap().id, "tls/expired");
    assert_eq!(Scenario::named("expired").unwrap().id, "tls/expired");
    let error = |id| Scenario::named(id).unwrap_err().to_string();
    assert_eq!(
        error("tls/expird"),
        "unknown scenario `tls/expird`\nhint: did you mean `tls/expired`?"
    );
    assert_eq!(
        error("expird"),
        "unknown scenario `expird`\nhint: did you mean `tls/expired`?"
    );
    assert_eq!(
        error("alert-41-after-client-hello"),
        "unknown scenario `alert-41-after-client-hello`\n\
         hint: did you mean `handshake/alert-40-after-client-hello`?"
    );
    let member = Scenario::named("alert-48-after-certificate").unwrap();
    assert_eq!(member.id, "handshake/alert-48-after-certificate");
    assert_eq!(
        member.summary,
        "alert 48, unknown_ca, after the Certificate"
    );
    assert_eq!(error("frobnicate"), "unknown scenario `frobnicate`");
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let error = Scenario::read("no/such/file.toml").unwrap_err().to_string();
    let start = "no/such/file.toml: cannot be read: ";
    assert!(error.starts_with(start), "{error}");
}
