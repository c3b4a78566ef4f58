use crate::cast::Cast;
use crate::judge::Decision;

/// What a sender who asks makes of a certificate with these keys: its code, and how many lists
/// it was given.
#[track_caller]
fn check(keys: &str, code: Option<&str>, given: usize) {
    let text = format!(
        r#"summary = "x"
        [certificates.mail]
        names = ["ex01.contoso.test"]
        {keys}
        [exchange.ex01]
        version = "2016"
        accepted-domains   = ["contoso.test"]
        setup-certificates = false
        [[exchange.ex01.certificate]]
        use      = "mail"
        services = ["SMTP"]
        [sender.asks]
        judge             = "openssl"
        to                = "ex01"
        name              = "ex01.contoso.test"
        checks-revocation = true
        [sender.does-not]
        judge = "openssl"
        to    = "ex01"
        name  = "ex01.contoso.test"
        [[send]]
        by     = "asks"
        expect = "refuse"
        [[send]]
        by     = "does-not"
        expect = "deliver"
        "#
    );
    let cast = Cast::parse("case.toml", &text).unwrap();
    let playing = cast.start().unwrap();
    let sent = cast.send_all(&playing).unwrap();
    assert_eq!(sent[1].seen, Decision::Deliver, "{keys}: {}", sent[1]);
    let words = code.map(|code| format!("Verify return code: {code}"));
    let refused = (sent[0].seen == Decision::Refuse).then(|| sent[0].message.clone());
    assert_eq!(refused, words, "{keys}");
    let fetches = playing.fetches();
    let answered = fetches.iter().filter(|fetch| fetch.status == 200);
    assert_eq!(answered.count(), given, "{keys}: {fetches:?}");
}

#[test]
fn only_those_who_ask_see_a_revocation() {
    check("revoked = true", Some("23 (certificate revoked)"), 2);
    check("revoked = \"-2h\"", Some("23 (certificate revoked)"), 2);
    let unknown = Some("3 (unable to get certificate CRL)");
    check("crl-server = \"status 404\"", unknown, 1);
    check("crl-server = \"unreachable\"", unknown, 1);
    check("crl-server = \"works\"", None, 2);
    // Nobody publishes.
    check("revoked = false", unknown, 0);
}

#[test]
fn what_cannot_be_said_of_revocation_is_shown_with_its_place() {
    #[track_caller]
    fn check_bad(keys: &str, message: &str) {
        let text = format!(
            "summary = \"x\"\n[exchange.ex01]\nversion = \"2016\"\n[certificates.mail]\nnames = [\"mail.test\"]\n{keys}"
        );
        let started = Cast::parse("case.toml", &text).and_then(|cast| cast.start());
        let said = started.map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(said, Err(message.to_owned()), "{keys}");
    }
    check_bad(
        "revoked = \"3d\"",
        "case.toml:6:11: `3d` is not in the past; write `-3d` for three days ago",
    );
    check_bad(
        "revoked = \"-soon\"",
        "case.toml:6:11: `soon` is no duration; write `500ms`, `3s`, `5m`, `1h` or `2d`",
    );
    check_bad(
        "revoked = 3",
        "case.toml:6:11: invalid type: integer `3`, expected `true`, or how long ago, as in `-3d`",
    );
    check_bad(
        "revoked = \"-99999999999d\"",
        "case.toml:4:1: bad certificate: `mail`: bad revoked: that was before 1970",
    );
    check_bad(
        "revocation-reason = \"superseded\"",
        "case.toml:4:1: bad certificate: `mail`: bad revocation-reason: the certificate is not `revoked`",
    );
    check_bad(
        "revoked = true\nrevocation-reason = \"superseeded\"",
        "case.toml:7:21: unknown reason `superseeded`; did you mean `superseded`?",
    );
    check_bad(
        "crl-server = \"wroks\"",
        "case.toml:6:14: unknown responder `wroks`; did you mean `works`?",
    );
    check_bad(
        "revoked = true\nself-signed = true",
        "case.toml:4:1: bad certificate: `mail`: bad certificate: no authority has issued it, and so none says whether it is revoked",
    );
}
