//! The `SmtpClient` of a real .NET that is told to look, held against its judge: what it tells a
//! callback, and whether it delivers.

use mailfault::judge::{Expectation, Findings, Judge, Probe};

use super::{Served, table};
use crate::clients::dotnet::{Dotnet, Errand};

/// What both say.
const SAID: &str = "
    control/crl-good
    crl-revoked                   Revoked
    crl-revoked-certificate-hold  Revoked
    crl-leaf-under-intermediate   Revoked
    crl-intermediate-revoked      Revoked
    crl-expired                   OfflineRevocation
    crl-wrong-issuer              RevocationStatusUnknown
    crl-impostor                  RevocationStatusUnknown
    crl-junk                      RevocationStatusUnknown
    crl-404                       RevocationStatusUnknown
    crl-not-yet-valid
    crl-tampered                  RevocationStatusUnknown
";

#[test]
fn a_real_one_says_what_its_judge_says() {
    let Some(dotnet) = Dotnet::installed() else {
        return;
    };
    for (id, expected) in table(SAID) {
        let served = Served::new(&id);
        let name = served.identity.name();
        let mut expectation = Expectation::new(name)
            .trusting(served.identity.roots())
            .checking_revocation();
        let to_be_had = !["junk", "404"].iter().any(|how| id.ends_with(how));
        if to_be_had {
            expectation.crls = served.identity.crls();
        }
        let evidence = Probe::new(served.server.addr()).name(name).run();
        let judge = Judge::DotNetCore31 {
            checks_revocation: true,
        };
        let verdict = judge.judge(&Findings::of(&evidence, &expectation));
        let judged = verdict.told("ChainStatus").unwrap_or_default();
        assert_eq!(judged, expected, "{id}");

        let finished = dotnet.run(&Errand {
            how: "Send",
            name,
            addr: served.server.addr(),
            roots: &served.identity.roots_pem(),
            to: "bob@example.test",
            options: &["revocation", "callback"],
        });
        let said = match verdict.told("exception") {
            None => "SslPolicyErrors: None\nChainStatus: \nsent\n".to_owned(),
            Some(exception) => format!(
                "SslPolicyErrors: RemoteCertificateChainErrors\nChainStatus: {judged}\nexception: {exception}\n"
            ),
        };
        assert_eq!(finished.said, said, "{id}");
    }
}
