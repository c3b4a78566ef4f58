//! The cases of .NET against a real one: it throws what its judge says, and delivers once the server
//! shows a certificate that is right.

use mailfault::cast::{Cast, Playing};
use mailfault::exchange::{Service, StoredCertificate, TlsCertificateName};
use mailfault::judge::{Expectation, Findings, Judge, Probe, Verdict};
use mailfault::{Ca, CertificateFacts, Leaf, Pem};

use super::FRONT_END;
use crate::clients::dotnet::{Dotnet, Errand};

const TO: &str = "bob@contoso.test";

/// What .NET Core 3.1 makes of the server, as its judge says.
fn judged(playing: &Playing, name: &str) -> Verdict {
    let addr = playing.address(FRONT_END).unwrap();
    let evidence = Probe::new(addr).name(name).run();
    let expectation = Expectation::new(name).trusting(playing.roots());
    let judge = Judge::named("dotnet-core-3.1").unwrap();
    judge.judge(&Findings::of(&evidence, &expectation))
}

fn errand<'a>(playing: &Playing, how: &'a str, name: &'a str, roots: &'a Pem) -> Errand<'a> {
    Errand {
        how,
        name,
        addr: playing.address(FRONT_END).unwrap(),
        roots,
        to: TO,
        options: &[],
    }
}

/// Gives the server a certificate for this name, and says which root to trust for it.
fn mend(playing: &Playing, name: &str) -> Pem {
    let ca = Ca::new();
    let right = ca.issue(Leaf::new(name).only_names());
    let tls_name = TlsCertificateName::of(&CertificateFacts::read(right.leaf()).unwrap());
    let server = playing.exchange("ex01").unwrap();
    let stored = StoredCertificate::new(right).enabled_for([Service::Smtp]);
    server.import_certificate(stored).unwrap();
    let change = server.set_receive_connector("Default Frontend", |one| {
        one.tls_certificate_name = Some(tls_name);
    });
    change.unwrap();
    let role = mailfault::exchange::TransportRole::FrontendTransport;
    server.restart_service(role).unwrap();
    ca.pem()
}

#[test]
fn a_real_one_throws_what_its_judge_says_and_delivers_when_the_server_is_mended() {
    let Some(dotnet) = Dotnet::installed() else {
        return;
    };
    for id in [
        "dotnet-expired",
        "dotnet-name-mismatch",
        "dotnet-self-signed",
        "dotnet-untrusted-chain",
    ] {
        let cast = Cast::named(id).unwrap();
        let playing = cast.start().unwrap();
        let name = cast.send_all(&playing).unwrap()[0].to.clone();
        let verdict = judged(&playing, &name);
        assert!(!verdict.would_deliver(), "{id}: {verdict:?}");
        let roots = playing.roots_pem();
        for (how, detail) in [("Send", "exception"), ("SendMailAsync", "SendMailAsync")] {
            let finished = dotnet.run(&errand(&playing, how, &name, &roots));
            let expected = format!("exception: {}\n", verdict.told(detail).unwrap());
            assert_eq!(finished.said, expected, "{id}, {how}");
        }
        let asked = dotnet.run(&Errand {
            options: &["callback"],
            ..errand(&playing, "Send", &name, &roots)
        });
        let told = ["SslPolicyErrors", "ChainStatus"]
            .map(|what| format!("{what}: {}\n", verdict.told(what).unwrap()));
        assert!(asked.said.starts_with(&told.concat()), "{id}: {asked:?}");

        let server = playing.exchange("ex01").unwrap();
        let before = server.mail().len();
        let roots = mend(&playing, &name);
        for (sent, how) in [(1, "Send"), (2, "SendMailAsync")] {
            let finished = dotnet.run(&errand(&playing, how, &name, &roots));
            assert_eq!(finished.said, "sent\n", "{id}, {how}");
            let mail = server.mail();
            assert_eq!(mail.len(), before + sent, "{id}, {how}");
            assert!(mail.last().unwrap().mail.inside_tls);
        }
    }
}
