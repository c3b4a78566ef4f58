//! `[server]` and `[client]`: what they say, and what works where they say nothing.

use std::time::Duration;

use mailfault_certs::{Control, Flaw, KeyKind};

use super::*;
use crate::fault::{LooseEnd, TlsVersion};
use crate::persona::Persona;
use crate::server::{Auth, ClientCertificate};

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
        given: None,
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
