use std::collections::BTreeSet;
use std::time::Duration;

use mailfault_certs::{Control, Flaw, KeyKind, Reason};

use super::*;
use crate::fault::{After, HandshakeFault, LooseEnd, Stage, TlsVersion};
use crate::persona::Persona;
use crate::server::{Auth, ClientCertificate, CrlWish, OcspWish, ResponderWish, Revocation};

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

#[test]
fn a_file_and_a_builder_that_say_the_same_give_equal_faults() {
    use Stage::*;
    let check = check_fault;
    check(
        "at = 'rcpt'\nreply = '451 4.7.1 later'\nonce = true",
        Fault::at(Rcpt).reply("451 4.7.1 later").at_most(1),
    );
    check(
        "at = 'mail'\nmatching = 'SIZE='\nsession = 2\nfrom = '::1'\nskip = 3\nclose = true",
        Fault::at(Mail)
            .matching("SIZE=")
            .session(2)
            .from(std::net::Ipv6Addr::LOCALHOST)
            .skip(3)
            .close(),
    );
    check(
        "at = 'body'\nafter-octets = 9\ninside-tls = true\nreset = true",
        Fault::at(Body).after_octets(9).inside_tls().reset(),
    );
    check(
        "at = 'ehlo'\nin-clear = true\nhide = 'STARTTLS'",
        Fault::at(Ehlo).in_clear().hide("STARTTLS"),
    );
    check(
        "at = 'ehlo'\nmask = 'STARTTLS'",
        Fault::at(Ehlo).mask("STARTTLS"),
    );
    check(
        "at = 'ehlo'\nconceal = 'STARTTLS'",
        Fault::at(Ehlo).conceal("STARTTLS"),
    );
    check(
        "at = 'ehlo'\nadd = 'AUTH LOGIN'",
        Fault::at(Ehlo).add("AUTH LOGIN"),
    );
    check(
        "at = 'any'\ndelay = '3s'\nchance = 0.25\nseed = 7\ntimes = 4",
        Fault::at(Any)
            .delay(Duration::from_secs(3))
            .chance(0.25)
            .seed(7)
            .at_most(4),
    );
    check(
        "at = 'quit'\ndrip = { octets = 1, every = '5ms' }",
        Fault::at(Quit).drip(1, Duration::from_millis(5)),
    );
    check(
        "at = 'data'\nraw = \"354 gö\\n\"",
        Fault::at(Data).raw("354 gö\n"),
    );
    check(
        "at = 'handshake'\nraw-hex = '15 03 03 00 02 02 28'",
        Fault::at(Handshake).raw([21, 3, 3, 0, 2, 2, 40]),
    );
    check("at = 'greeting'\nstall = true", Fault::at(Greeting).stall());
    check(
        "at = 'ehlo'\nreply = \"250-a\\n250 b\"",
        Fault::at(Ehlo).reply("250-a\n250 b"),
    );
    let second = Duration::from_secs(1);
    check(
        "at = 'mail'\nskip-in-session = 1\nevery = 2\nevery-nth-session = 3\n\
         beyond-rate = { times = 4, per = '1s' }\nbeyond-connections = 5\nhalf-close = true\n\
         after-reply = true\nlot = '1 of 5'\nseed = 7",
        Fault::at(Mail)
            .skip_in_session(1)
            .every(2)
            .every_nth_session(3)
            .beyond_rate(4, second)
            .beyond_connections(5)
            .after_reply()
            .half_close()
            .lot(1, 5)
            .seed(7),
    );
    check(
        "at = 'rcpt'\ngreylisting = '1s'\nclose = true",
        Fault::at(Rcpt).greylisting(second).close(),
    );
    check(
        "at = 'body'\nafter-octets = 1\nreply = '250 early'",
        Fault::at(Body).after_octets(1).reply("250 early"),
    );
    check("at = 'tls'\nbudget = 9", Fault::at(Tls).budget(9));
    check(
        "at = 'chunk'\nendless = '1s'",
        Fault::at(Chunk).endless(second),
    );
    check(
        "at = 'starttls'\nhonour-pipelined = true",
        Fault::at(StartTls).honour_pipelined(),
    );
    check(
        "at = 'any'\njitter = '1s'\nseed = 7",
        Fault::at(Any).jitter(second).seed(7),
    );
    check("at = 'ehlo'\nlines = 9", Fault::at(Ehlo).lines(9));
    check("at = 'ehlo'\noverlong = 9", Fault::at(Ehlo).overlong(9));
    for end in LooseEnd::ALL {
        check(
            &format!("at = 'data'\nloose-end = '{}'", end.name()),
            Fault::at(Data).loose_end(end),
        );
    }
    check(
        "at = 'any'\nsplit-crlf = '1s'",
        Fault::at(Any).split_crlf(second),
    );
    check(
        "at = 'connect'\nstop-reading = true",
        Fault::at(Connect).stop_reading(),
    );
    check(
        "at = 'connect'\nthrottle = { octets = 9, per = '1s' }",
        Fault::at(Connect).throttle(9, second),
    );
    for (word, fault) in [
        ("alert 40", HandshakeFault::Alert(40)),
        ("close", HandshakeFault::Close),
        ("junk", HandshakeFault::Junk),
        (
            "plaintext 454 4.7.0 no TLS",
            HandshakeFault::Plaintext("454 4.7.0 no TLS".into()),
        ),
        ("reset", HandshakeFault::Reset),
        ("alert 48 after-certificate", After::Certificate.alert(48)),
        ("close after-client-hello", HandshakeFault::Close),
        ("silence", HandshakeFault::Silence),
        (
            "version-floor 1.3",
            HandshakeFault::VersionFloor(TlsVersion::Tls13),
        ),
    ] {
        check(
            &format!("at = 'handshake'\nhandshake = '{word}'"),
            Fault::at(Handshake).handshake(fault),
        );
    }
}

#[test]
fn what_a_file_does_not_say_works() {
    let wish = server("");
    assert_eq!(wish.persona, Persona::plain());
    assert_eq!(wish.tls, TlsWish::StartTls);
    assert_eq!(wish.auth, Auth::AcceptAny);
    assert_eq!(wish.client_certificate, ClientCertificate::NotAsked);
    assert_eq!(wish.tls_versions, [TlsVersion::Tls12, TlsVersion::Tls13]);
    let certificate = CertificateWish {
        flaws: vec![],
        control: None,
        name: "mx.test".into(),
        names: vec!["mx.test".into()],
        only_names: false,
        key: KeyKind::P256,
        intermediate: true,
    };
    assert_eq!(wish.certificate, certificate);
    let expired = CertificateWish {
        flaws: vec![Flaw::Expired],
        name: "a.test".into(),
        names: vec!["a.test".into()],
        ..certificate
    };
    assert_eq!(
        server("host = 'a.test'\ncertificate = 'expired'").certificate,
        expired
    );
    assert_eq!(
        server("host = 'a.test'\ncertificate = ['tls/expired']").certificate,
        expired
    );
    assert_eq!(
        server("certificate = { flaw = 'expired', name = 'a.test' }").certificate,
        expired
    );
    let five_above = CertificateWish {
        flaws: vec![],
        control: Some(Control::LongChain5),
        ..expired
    };
    for written in [
        "host = 'a.test'\ncertificate = 'long-chain-5'",
        "host = 'a.test'\ncertificate = 'control/long-chain-5'",
        "certificate = { control = 'long-chain-5', name = 'a.test' }",
    ] {
        assert_eq!(server(written).certificate, five_above);
    }
}

#[test]
fn a_client_does_what_the_file_asks_and_one_message_otherwise() {
    let client = |text: &str| {
        let text = format!("{HEAD}{text}");
        Scenario::parse("case.toml", &text).unwrap().client
    };
    assert_eq!(client(""), ClientWish::default());
    let asked = ClientWish {
        sessions: 2,
        messages: 3,
        keeps_open: 4,
        recipients: 1,
        chunks: 5,
        pipelining: true,
        smuggles: Some(LooseEnd::CrCr),
        tls: Some(TlsWish::None),
        ends: Some(Outcome::GaveUp),
    };
    let text = "[client]\nsessions = 2\nmessages = 3\nkeeps-open = 4\nrecipients = 1\nchunks = 5\n\
                pipelining = true\nsmuggles = 'cr.cr'\ntls = 'none'\nends = 'gave-up'";
    assert_eq!(client(text), asked);
}

#[test]
fn a_persona_table_changes_the_persona_that_it_is_based_on() {
    let wish = server(
        "limits = { recipients = 5 }\npersona = { based-on = 'exchange-2016', banner = '220 hi', \
         replies = { noop = '250 yes' }, limits = { errors = 2, idle = '9s' } }",
    );
    let mut expected = Persona::exchange_2016();
    expected.banner = "220 hi".into();
    expected.replies.noop = "250 yes".into();
    expected.limits.errors = 2;
    expected.limits.idle = Duration::from_secs(9);
    expected.limits.recipients = 5;
    assert_eq!(wish.persona, expected);
    let plain = server("persona = { host = 'a.test' }").persona;
    assert_eq!(plain, Persona::plain().host("a.test"));
}

#[test]
fn what_is_said_of_revocation_is_what_the_builder_says() {
    let wish = server(
        "[server.revocation]\ncrl = 'revoked superseded'\ncrl-server = 'slow 5s'\nocsp = 'good'\n\
         ocsp-server = 'status 500'\nstaple = 'tampered'\nmust-staple = true",
    );
    let expected = Revocation::new()
        .crl(CrlWish::Revoked(Reason::Superseded))
        .crl_server(ResponderWish::Slow(Duration::from_secs(5)))
        .ocsp(OcspWish::Good)
        .ocsp_server(ResponderWish::Status(500))
        .staple(OcspWish::Tampered)
        .must_staple();
    assert_eq!(wish.revocation, expected);
    assert_eq!(server("").revocation, Revocation::new());
    check_bad(
        "[server.revocation]\ncrl-server = 'junk'",
        "case.toml:4:14: `crl-server` gives nothing out without `crl`",
    );
    check_bad(
        "[server]\ncertificate = { intermediate = false }\nrevocation = { crl = 'intermediate-revoked' }",
        "case.toml:5:22: there is no intermediate between root and leaf that could be revoked",
    );
    check_bad(
        "[server.revocation]\nstaple = 'revoced'",
        "case.toml:4:10: unknown OCSP answer `revoced`; did you mean `revoked`?",
    );
}

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

#[test]
fn the_example_shows_every_key_and_can_be_read() {
    let text = mailfault_scenarios::EXAMPLE;
    let scenario = Scenario::parse("example.toml", text).unwrap();
    assert_eq!(scenario.faults.len(), 4);
    let keys = "summary expect rfc verifying opportunistic kind story tls host tls-versions cipher-suites groups max-fragment \
                client-certificate auth require-tls require-auth refuse-connections persona limits certificate flaw \
                sessions messages keeps-open recipients chunks pipelining smuggles ends \
                control name names only-names key intermediate \
                revocation crl crl-server ocsp ocsp-server staple must-staple at matching session from skip in-clear \
                skip-in-session every every-nth-session beyond-rate beyond-connections greylisting \
                inside-tls after-octets after-reply add budget close conceal delay drip endless \
                half-close handshake hide honour-pipelined jitter lines loose-end mask overlong \
                raw raw-hex reply reset split-crlf stall stop-reading throttle times once chance \
                lot seed";
    for key in keys.split(' ') {
        let written = [
            format!("{key} "),
            format!("server.{key}]"),
            format!("`{key} = "),
        ];
        assert!(written.iter().any(|word| text.contains(word)), "{key}");
    }
}

/// What must be refused only by a client that has credentials, or a certificate, or that comes
/// again.
const MAY_HAVE_NO_REASON: [&str; 4] = [
    "handshake/client-cert-rejected",
    "starttls/auth-only-before-tls",
    "starttls/every-other-time",
    "starttls/rate-limit-421",
];

#[test]
fn the_catalogue_keeps_its_rules() {
    let all = Scenario::all();
    assert_eq!(all.len(), family::catalogue().len());
    let mut ids = BTreeSet::new();
    let mut summaries = BTreeSet::new();
    for (scenario, (id, _)) in all.iter().zip(family::catalogue()) {
        let id = id.as_ref();
        assert_eq!(scenario.id, id);
        assert!(!id.contains('{'), "{id}");
        assert!(ids.insert(id), "{id} stands twice");
        let summary = &scenario.summary;
        assert!(summaries.insert(summary), "{id}: another has its summary");
        assert!(!summary.ends_with('.'), "{id}: {summary}");
        assert!(!summary.contains('\n'), "{id}: {summary}");
        // A protocol's word may begin it, an ordinary word only in lower case.
        let word = summary.split([' ', ':', ',']).next().unwrap_or_default();
        let protocol = word.chars().all(|c| !c.is_ascii_lowercase());
        let lower = word.starts_with(|c: char| c.is_ascii_lowercase());
        assert!(protocol && word.len() > 1 || lower, "{id}: {summary}");
        if scenario.kind == Kind::Control {
            assert_eq!(scenario.expect, [Outcome::Delivered], "{id}");
        } else {
            assert!(!scenario.rfc.is_empty(), "{id} names no RFC");
        }
        match scenario.verifying {
            Some(Requirement::Refuse) => assert!(
                !scenario.expect.contains(&Outcome::Delivered) || MAY_HAVE_NO_REASON.contains(&id),
                "{id}"
            ),
            Some(Requirement::Accept) => {
                assert!(scenario.expect.contains(&Outcome::Delivered), "{id}");
            }
            _ => {}
        }
        let about_tls = ["tls/", "revocation/", "starttls/", "handshake/"].iter();
        let about_tls = about_tls.clone().any(|folder| id.starts_with(folder));
        assert_eq!(scenario.verifying.is_some(), about_tls, "{id}");
    }
}

#[test]
fn every_flaw_is_in_the_catalogue_as_its_own_table_says() {
    for flaw in Flaw::all() {
        let scenario = Scenario::named(flaw.id()).unwrap();
        assert_eq!(scenario.server.certificate.flaws, [*flaw]);
        if scenario.id.starts_with("tls/") {
            assert_eq!(scenario.rfc, flaw.rfc(), "{flaw}");
            assert_eq!(scenario.verifying, Some(flaw.requirement()), "{flaw}");
        }
    }
}

#[test]
fn every_control_is_in_the_catalogue() {
    for control in Control::all() {
        let scenario = Scenario::named(control.id()).unwrap();
        assert_eq!(scenario.kind, Kind::Control);
        let wished = scenario.server.certificate.control;
        assert!(wished.is_none() || wished == Some(*control), "{control}");
    }
}

#[test]
fn every_scenario_can_be_started() {
    let example = Scenario::parse("example.toml", mailfault_scenarios::EXAMPLE);
    let all = Scenario::all().into_iter().chain(example);
    for scenario in all.filter(|scenario| scenario.needs().is_none()) {
        let (builder, identity) = scenario.builder();
        let flaws = &scenario.server.certificate.flaws;
        assert_eq!(identity.flaws(), flaws.as_slice(), "{}", scenario.id);
        let certificate = &scenario.server.certificate;
        assert_eq!(identity.control(), certificate.control);
        if !flaws.is_empty() || certificate.control.is_some() {
            assert_eq!(identity.name(), certificate.name, "{}", scenario.id);
        }
        match builder.try_start() {
            Ok(server) => drop(server.finish()),
            Err(error) => panic!("{}: {error}", scenario.id),
        }
    }
}

#[test]
fn old_tls_is_understood_in_every_build_and_needs_its_feature() {
    let old =
        server("tls-versions = ['1.0', '1.1']\ncipher-suites = ['TLS_RSA_WITH_AES_128_CBC_SHA']");
    assert_eq!(old.tls_versions, [TlsVersion::Tls10, TlsVersion::Tls11]);
    assert_eq!(server("max-fragment = 512").max_fragment, Some(512));

    let feature = (!cfg!(feature = "legacy-tls")).then_some("legacy-tls");
    let named = |id| Scenario::named(id).unwrap();
    let (small, imitated, odd) = (
        named("handshake/dhe-1024"),
        named("handshake/static-rsa-only"),
        named("tls/p521"),
    );
    assert_eq!((small.needs(), small.imitated()), (feature, None));
    for scenario in [imitated, odd] {
        assert_eq!((scenario.needs(), scenario.imitated()), (None, feature));
        assert!(scenario.is_of_legacy_tls());
    }
    assert!(
        !named("tls/dsa").is_of_legacy_tls(),
        "TLS 1.3 has no scheme for it"
    );
    let started = small.builder().0.try_start();
    match feature {
        None => drop(started.unwrap().finish()),
        Some(_) => assert!(matches!(
            started.unwrap_err(),
            crate::Error::NeedsFeature {
                feature: "legacy-tls",
                ..
            }
        )),
    }
}
