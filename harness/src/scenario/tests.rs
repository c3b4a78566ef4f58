use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::fault::{HandshakeFault, Stage, TlsVersion};
use crate::persona::Persona;

/// A file's beginning: two lines that every scenario needs.
const HEAD: &str = "summary = \"x\"\nexpect = \"delivered\"\n";

#[track_caller]
fn check_bad(text: &str, message: &str) {
    let text = match text.contains("expect") {
        true => text.to_owned(),
        false => format!("{HEAD}{text}"),
    };
    match Scenario::parse("case.toml", &text) {
        Err(error) => assert_eq!(error.to_string(), message),
        Ok(scenario) => panic!("{scenario:?} should have been refused"),
    }
}

#[track_caller]
fn check_fault(text: &str, expected: Fault) {
    let scenario = Scenario::parse("case.toml", &format!("{HEAD}[[fault]]\n{text}"));
    match scenario {
        Ok(scenario) => assert_eq!(scenario.faults, [expected]),
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn server(text: &str) -> ServerWish {
    match Scenario::parse("case.toml", &format!("{HEAD}[server]\n{text}")) {
        Ok(scenario) => scenario.server,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_cannot_be_understood_is_shown_with_its_place() {
    let check = check_bad;
    check(
        "[[fault]]\nat = \"rcpt\"\nmachting = \"bob@\"\nreply = \"550 no\"",
        "case.toml:5:1: unknown key `machting`; did you mean `matching`?",
    );
    check(
        "summry = \"x\"\nexpect = \"delivered\"",
        "case.toml:1:1: unknown key `summry`; did you mean `summary`?",
    );
    check(
        "[server]\nfrobnicate = 1",
        "case.toml:4:1: unknown key `frobnicate`; known here: persona, host, limits, tls, certificate, tls-versions, cipher-suites, groups, client-certificate, auth, require-tls, require-auth",
    );
    check(
        "[server.limits]\nrecipient = 1",
        "case.toml:4:1: unknown key `recipient`; did you mean `recipients`?",
    );
    check(
        "[server.persona]\nbased-on = \"exchange-2015\"",
        "case.toml:4:12: unknown persona `exchange-2015`; did you mean `exchange-2013`?",
    );
    check(
        "[server.persona]\nehlotls = []",
        "case.toml:4:1: unknown key `ehlotls`; did you mean `ehlo-tls`?",
    );
    check(
        "[server]\npersona = \"exchnage-2016\"",
        "case.toml:4:11: unknown persona `exchnage-2016`; did you mean `exchange-2016`?",
    );
    check(
        "[server]\npersona = 3",
        "case.toml:4:11: invalid type: integer `3`, expected a persona's name or a table",
    );
    check(
        "[server]\ncertificate = \"expird\"",
        "case.toml:4:15: unknown flaw `expird`; did you mean `expired`?",
    );
    check(
        "[server]\ncertificate = [\"expired\", \"wrong-nam\"]",
        "case.toml:4:15: unknown flaw `wrong-nam`; did you mean `wrong-name`?",
    );
    check(
        "[server.certificate]\nflaw = \"expird\"",
        "case.toml:4:8: unknown flaw `expird`; did you mean `expired`?",
    );
    check(
        "[server.certificate]\nnam = \"mx.test\"",
        "case.toml:4:1: unknown key `nam`; did you mean `name`?",
    );
    check(
        "[server.certificate]\nkey = \"rsa-1024\"",
        "case.toml:4:7: unknown kind of key `rsa-1024`; known here: ed25519, p256, p384, rsa-2048",
    );
    check(
        "[server]\ntls = \"start-tls\"",
        "case.toml:4:7: unknown kind of TLS `start-tls`; did you mean `starttls`?",
    );
    check(
        "[server]\ntls-versions = [\"1.1\"]",
        "case.toml:4:16: unknown TLS version `1.1`; did you mean `1.2`?",
    );
    check(
        "[server]\nauth = \"accept-all\"",
        "case.toml:4:8: unknown auth `accept-all`; did you mean `accept-any`?",
    );
    check(
        "[server]\nauth = { user = \"bob\" }",
        "case.toml:4:8: the key `password` is missing",
    );
    check(
        "[[fault]]\nat = \"rcpt\"",
        "case.toml:3:1: a fault needs an action: `add`, `close`, `conceal`, `delay`, `drip`, `handshake`, `hide`, `mask`, `raw`, `raw-hex`, `reply`, `reset` or `stall`",
    );
    check(
        "[[fault]]\nreply = \"550 no\"",
        "case.toml:3:1: the key `at` is missing",
    );
    check(
        "[[fault]]\nat = \"rcpt\"\nreset = true\nclose = true",
        "case.toml:6:9: two actions, `reset` and `close`; give each its own `[[fault]]`",
    );
    check(
        "[[fault]]\nat = \"rctp\"\nclose = true",
        "case.toml:4:6: unknown stage `rctp`; did you mean `rcpt`?",
    );
    check(
        "[[fault]]\nat = \"rcpt\"\nclose = false",
        "case.toml:5:9: `false` says nothing here; leave the key out",
    );
    check(
        "[[fault]]\nat = \"rcpt\"\nreply = \"55 no\"",
        "case.toml:5:9: bad reply `55 no`: it must begin with three digits, as in `550 5.1.1 no`",
    );
    check(
        "[[fault]]\nat = \"rcpt\"\nreply = 550",
        "case.toml:5:9: invalid type: integer `550`, expected a string",
    );
    check(
        "[[fault]]\nat = \"rcpt\"\ndelay = \"3 s\"",
        "case.toml:5:9: `3 s` is no duration; write `500ms`, `3s`, `5m` or `1h`",
    );
    check(
        "[[fault]]\nat = \"rcpt\"\ndrip = { octets = 1 }",
        "case.toml:5:8: the key `every` is missing",
    );
    check(
        "[[fault]]\nat = \"rcpt\"\nraw-hex = \"0d 0\"",
        "case.toml:5:11: `0d 0` is not hex; write two digits for each octet",
    );
    check(
        "[[fault]]\nat = \"mail\"\nhide = \"SIZE\"",
        "case.toml:5:8: `hide` at `mail` makes no sense: only the EHLO reply lists keywords; use the stage `ehlo`",
    );
    check(
        "[[fault]]\nat = \"handshake\"\nhandshake = \"alert\"",
        "case.toml:5:13: `alert`: an alert has a code from 0 to 255, as in `alert 40`",
    );
    check(
        "[[fault]]\nat = \"handshake\"\nhandshake = \"alrt 40\"",
        "case.toml:5:13: unknown handshake fault `alrt`; did you mean `alert`?",
    );
    check(
        "[[fault]]\nat = \"handshake\"\nhandshake = \"plaintext\"",
        "case.toml:5:13: `plaintext`: a line must follow, as in `plaintext 454 4.7.0 TLS not available`",
    );
    check(
        "[[fault]]\nat = \"handshake\"\nhandshake = \"junk 3\"",
        "case.toml:5:13: `junk 3`: nothing can follow `junk`",
    );
    check(
        "[[fault]]\nat = \"handshake\"\nhandshake = \"version-floor 1.4\"",
        "case.toml:5:13: `version-floor 1.4`: a version must follow, as in `version-floor 1.3`",
    );
    check(
        "[[fault]]\nat = \"any\"\nclose = true\nsession = 0",
        "case.toml:6:11: sessions are counted from 1",
    );
    check(
        "[[fault]]\nat = \"any\"\nclose = true\nfrom = \"localhost\"",
        "case.toml:6:8: `localhost` is no IP address",
    );
    check(
        "[[fault]]\nat = \"any\"\nclose = true\nskip = -1",
        "case.toml:6:8: invalid value: integer `-1`, expected u64",
    );
    check(
        "[[fault]]\nat = \"ehlo\"\nclose = true\nin-clear = true\ninside-tls = true",
        "case.toml:7:14: `in-clear` and `inside-tls` exclude each other",
    );
    check(
        "[[fault]]\nat = \"any\"\nclose = true\ntimes = 2\nonce = true",
        "case.toml:7:8: `once` is `times = 1`; write one of them",
    );
    check(
        "[[fault]]\nat = \"any\"\nclose = true\nchance = 2.0",
        "case.toml:6:10: a chance is between 0 and 1, not 2",
    );
    check(
        "[[fault]]\nat = \"any\"\nclose = true\nseed = 7",
        "case.toml:6:8: `seed` is for a `chance`, and there is none",
    );
    check(
        "[[fault]]\nat = \"mail\"\nclose = true\nafter-octets = 7",
        "case.toml:5:9: `close` after octets at `mail` makes no sense: only the body has octets to count; use the stage `body`",
    );
    check(
        "summary = \"x\"\nexpect = \"refused\"",
        "case.toml:2:10: unknown outcome `refused`; known here: delivered, delivered-in-clear, leaked-credentials, refused-tls, refused-smtp, gave-up, hung, never-came",
    );
    check(
        "summary = \"x\"\nexpect = [\"gave-up\", \"hang\"]",
        "case.toml:2:10: unknown outcome `hang`; did you mean `hung`?",
    );
    check(
        "summary = \"x\"\nexpect = []",
        "case.toml:2:10: at least one outcome must be expected",
    );
    check(
        "summary = \"x\"\nexpect = 250",
        "case.toml:2:10: invalid type: integer `250`, expected a word or a list of words",
    );
    check(
        "summary = \"\"\nexpect = \"hung\"",
        "case.toml:1:11: a summary is one line of text",
    );
    check(
        "expect = \"hung\"",
        "case.toml:1:1: the key `summary` is missing",
    );
    check(
        "kind = \"kontrol\"",
        "case.toml:3:8: unknown kind `kontrol`; did you mean `control`?",
    );
    check(
        "verifying = \"should refuse\"",
        "case.toml:3:13: unknown requirement `should refuse`; did you mean `should-refuse`?",
    );
    check(
        "[server\nhost = \"expect\"",
        "case.toml:1:8: unclosed table, expected `]`",
    );
    check(
        "[server]\nhost = \"ä\" \"expect\"",
        "case.toml:2:12: unexpected key or value, expected newline, `#`",
    );
    check(
        "[server]\nhost = \"a\"\nhost = \"b\"",
        "case.toml:5:1: duplicate key: `host`",
    );
}
