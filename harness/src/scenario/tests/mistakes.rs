//! What cannot be understood is shown with its place.

use super::*;

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
        "case.toml:4:1: unknown key `frobnicate`; known here: persona, host, limits, tls, certificate, revocation, tls-versions, cipher-suites, groups, max-fragment, client-certificate, auth, require-tls, require-auth, refuse-connections",
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
        "[server]\ncertificate = \"control/san-10\"",
        "case.toml:4:15: unknown control `control/san-10`; did you mean `control/san-100`?",
    );
    check(
        "[server.certificate]\ncontrol = \"san-upercase\"",
        "case.toml:4:11: unknown control `san-upercase`; did you mean `san-uppercase`?",
    );
    check(
        "[server.certificate]\ncontrol = \"no-aki\"\nflaw = \"expired\"",
        "case.toml:3:1: `control/no-aki` does not go with `tls/expired`: nothing is wrong with a control",
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
        "[server]\ntls-versions = [\"1.4\"]",
        "case.toml:4:16: unknown TLS version `1.4`; did you mean `1.0`?",
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
        "case.toml:3:1: a fault needs an action: `add`, `budget`, `close`, `conceal`, `delay`, `drip`, `endless`, `half-close`, `handshake`, `hide`, `honour-pipelined`, `jitter`, `lines`, `loose-end`, `mask`, `overlong`, `raw`, `raw-hex`, `reply`, `reset`, `split-crlf`, `stall`, `stop-reading` or `throttle`",
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
        "case.toml:5:9: `3 s` is no duration; write `500ms`, `3s`, `5m`, `1h` or `2d`",
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
        "case.toml:6:8: `seed` is for a `chance`, a `lot` or a `jitter`, and there is none",
    );
    check(
        "[[fault]]\nat = \"mail\"\nclose = true\nafter-octets = 7",
        "case.toml:5:9: `close` after octets at `mail` makes no sense: only the body has octets to count; use the stage `body`",
    );
    check(
        "[[fault]]\nat = \"data\"\nloose-end = \"lf.cr\"",
        "case.toml:5:13: unknown end of the content `lf.cr`; did you mean `cr.cr`?",
    );
    check(
        "[[fault]]\nat = \"mail\"\nloose-end = \"lf.lf\"",
        "case.toml:5:13: `loose-end` at `mail` makes no sense: DATA decides how the content ends; use the stage `data`",
    );
    check(
        "[[fault]]\nat = \"ehlo\"\nclose = true\nlot = \"6 of 5\"",
        "case.toml:6:7: `6 of 5` is no lot; write `1 of 5` to `5 of 5`",
    );
    check(
        "[[fault]]\nat = \"mail\"\nclose = true\nbeyond-rate = { times = 2, par = \"1m\" }",
        "case.toml:6:28: unknown key `par`; did you mean `per`?",
    );
    check(
        "[[fault]]\nat = \"mail\"\nclose = true\nevery = 0",
        "case.toml:6:9: no time is the zeroth",
    );
    check(
        "[[fault]]\nat = \"mail\"\nclose = true\nevery-nth-session = 0",
        "case.toml:6:21: sessions are counted from 1",
    );
    check(
        "[[fault]]\nat = \"mail\"\nreply = \"250 ok\"\nafter-reply = true",
        "case.toml:5:9: `reply` after the reply at `mail` makes no sense: only what ends the conversation can follow a reply; use `close`, `half-close`, `reset`, `stall` or `stop-reading`",
    );
    check(
        "[[fault]]\nat = \"mail\"\nclose = true\ngreylisting = \"5m\"",
        "case.toml:5:9: `close` by greylisting at `mail` makes no sense: client, sender and recipient are known at the stage `rcpt`",
    );
    check(
        "[[fault]]\nat = \"connect\"\nthrottle = { octets = 0, per = \"1s\" }",
        "case.toml:5:12: `throttle` at `connect` makes no sense: nothing would ever be read; use `stop-reading`",
    );
    check(
        "[[fault]]\nat = \"mail\"\noverlongg = 9",
        "case.toml:5:1: unknown key `overlongg`; did you mean `overlong`?",
    );
    check(
        "[client]\nmessage = 2",
        "case.toml:4:1: unknown key `message`; did you mean `messages`?",
    );
    check(
        "[client]\nrecipients = 4",
        "case.toml:4:14: between 1 and 3, for somebody must play it",
    );
    check(
        "[client]\nsessions = 0",
        "case.toml:4:12: between 1 and 100, for somebody must play it",
    );
    check(
        "[client]\ntls = \"both\"",
        "case.toml:4:7: a client begins TLS in one way: `starttls`, `implicit` or `none`",
    );
    check(
        "[client]\nsmuggles = \"lf\"",
        "case.toml:4:12: unknown end of the content `lf`; known here: cr.cr, lf.crlf, lf.lf",
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

#[test]
fn what_clashes_is_refused() {
    check_bad(
        "[server]\ncertificate = [\"self-signed\", \"missing-intermediate\"]",
        "case.toml:4:15: `tls/self-signed` does not go with `tls/missing-intermediate`: \
         a self-signed certificate has no authority above it",
    );
    check_bad(
        "[server.certificate]\nnames = [\"*\"]",
        "case.toml:3:1: `*` is not a name for a certificate: a wildcard needs a domain",
    );
}
