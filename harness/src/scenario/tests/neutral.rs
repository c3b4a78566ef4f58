//! Nothing in the catalogue is for show: whatever is wrong in a scenario is made to do nothing, as if the code for it
//! were broken, and somebody can tell: its check complains, or something else crosses, or is presented, or takes longer.
#![cfg(feature = "weak")]

use std::sync::Mutex;
use std::time::{Duration, UNIX_EPOCH};

use mailfault_certs::{Ca, Der};

use super::*;
use crate::fault::Action;
use crate::report::{Report, What};
use crate::server::{CrlWish, OcspWish, ResponderWish};

/// What no client that plays scenarios can tell, and who can: the part of the scenario, the scenarios, the reason. One
/// that can be told is to be taken out.
const UNTOLD: &[(&str, &[&str], &str)] = &[
    (
        "cipher-suites",
        &["handshake/dhe-1024"],
        "rustls has no such group, whatever the suite; `legacy/catalogue.rs` has OpenSSL",
    ),
    (
        "client-certificate",
        &["handshake/client-cert-requested"],
        "a client without a certificate has nothing to answer; `tls.rs` has one with a certificate",
    ),
    (
        "crl",
        &["revocation/responder-unreachable"],
        "the responder is not there either; `crl-404` names a list",
    ),
    (
        "crl-server",
        &["revocation/responder-unreachable"],
        "the responder is asked first; `revocation/http.rs` asks at the port of the list",
    ),
    (
        "fault 1, handshake",
        &["handshake/byte-by-byte"],
        "TCP may put octets together again, so that no reader can be held to it",
    ),
    (
        "fault 1, handshake",
        &["handshake/no-close-notify"],
        "a client that has said QUIT may stop listening; `handshake.rs` has those that listen on",
    ),
    (
        "fault 1, handshake",
        &["handshake/record-2-dropped"],
        "in TLS 1.3 it is a record without meaning; `handshake.rs` speaks TLS 1.2, too",
    ),
    (
        "fault 1, honour-pipelined",
        &["starttls/command-injection"],
        "nobody injects; `protocol.rs` does",
    ),
    (
        "fault 1, loose-end",
        &["mail/smuggling-receiver"],
        "nobody smuggles; `protocol.rs` does",
    ),
    (
        "fault 2, loose-end",
        &["mail/smuggling-receiver"],
        "nobody smuggles; `protocol.rs` does",
    ),
    (
        "fault 3, loose-end",
        &["mail/smuggling-receiver"],
        "nobody smuggles; `protocol.rs` does",
    ),
    (
        "fault 1, jitter",
        &["chaos/latency"],
        "chance may wait for next to nothing; `plan` says for how long",
    ),
    (
        "fault 2, jitter",
        &["chaos/latency"],
        "chance may wait for next to nothing; `plan` says for how long",
    ),
    (
        "groups",
        &["handshake/dhe-1024"],
        "rustls has no such suite, whatever the group; `legacy/catalogue.rs` has OpenSSL",
    ),
    (
        "max-fragment",
        &["control/fragments-512"],
        "who reads TLS does not see its records; `fragments.rs` measures them",
    ),
    (
        "names",
        &["tls/ip-no-ip-san"],
        "the flaw leaves out addresses whatever the names are",
    ),
    (
        "ocsp",
        &["revocation/responder-unreachable"],
        "the list is not there either; `ocsp-responder-error` names a responder",
    ),
    (
        "require-auth",
        &[
            "mail/auth-334-loop",
            "mail/auth-334-not-base64",
            "mail/auth-454-4.7.0",
            "mail/auth-504",
            "mail/auth-530-5.7.0",
            "mail/auth-534-5.7.9",
            "mail/auth-535-5.7.8",
        ],
        "for clients that go on without AUTH, as this one does not",
    ),
    (
        "require-tls",
        &["control/starttls", "starttls/mail-530"],
        "for clients that go on without TLS; `tls.rs` has one",
    ),
    (
        "tls-versions",
        &["control/tls13-only", "handshake/client-cert-required-13"],
        "TLS 1.3 is what this client speaks anyway; `tls.rs` has one that does not",
    ),
    (
        "tls-versions",
        &["handshake/dhe-1024"],
        "its suite is one of TLS 1.2",
    ),
];

#[test]
fn without_its_fault_no_scenario_is_what_it_was() {
    // What this build cannot serve, another one plays.
    let served = |scenario: &Scenario| scenario.needs().is_none();
    let mut all = Scenario::all();
    all.retain(served);
    let waiting: Vec<_> = all.iter().flat_map(neutral).collect();
    let parts = waiting.len();
    let waiting = Mutex::new(waiting);
    let untold = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = waiting.lock().unwrap().pop();
            let Some((part, scenario)) = next else { return };
            if !is_told(&scenario) {
                untold.lock().unwrap().push((part, scenario.id));
            }
        }
    };
    // As in the test that plays them all: most of them wait.
    std::thread::scope(|threads| (0..16).for_each(|_| drop(threads.spawn(work))));
    let mut untold = untold.into_inner().unwrap();
    untold.sort();
    let mut known: Vec<_> = UNTOLD
        .iter()
        .flat_map(|(part, ids, _)| ids.iter().map(|id| ((*part).to_owned(), (*id).to_owned())))
        .filter(|(_, id)| served(&Scenario::named(id).unwrap()))
        .collect();
    known.sort();
    assert!(parts > 500, "only {parts}");
    assert_eq!(untold, known);
}

/// The scenario once for each part of it that is not a healthy server's, without that part.
fn neutral(scenario: &Scenario) -> Vec<(String, Scenario)> {
    let healthy = Scenario::parse("healthy.toml", HEAD).unwrap().server;
    let mut all = Vec::new();
    let mut without = |part: String, change: &dyn Fn(&mut Scenario)| {
        let mut changed = scenario.clone();
        change(&mut changed);
        if changed != *scenario {
            all.push((part, changed));
        }
    };
    for (index, fault) in scenario.faults.iter().enumerate() {
        // It fires and is counted, and nothing happens.
        let nothing = Action::Delay(Duration::ZERO);
        let part = format!("fault {}, {}", index + 1, fault.action().name());
        without(part, &|one| one.faults[index].action = nothing.clone());
    }
    let mut without = |part: &str, change: &dyn Fn(&mut ServerWish)| {
        without(part.to_owned(), &|one| change(&mut one.server));
    };
    without("flaws", &|one| one.certificate.flaws.clear());
    without("control", &|one| one.certificate.control = None);
    without("names", &|one| {
        one.certificate.names = vec![one.certificate.name.clone()];
        one.certificate.only_names = false;
    });
    without("key", &|one| one.certificate.key = healthy.certificate.key);
    without("intermediate", &|one| one.certificate.intermediate = true);
    // What is said is good, and where it is good already, nothing is.
    without("crl", &|one| {
        let said = one.revocation.crl.filter(|said| *said != CrlWish::Good);
        one.revocation.crl = said.and(Some(CrlWish::Good));
    });
    without("crl-server", &|one| {
        one.revocation.crl_server = ResponderWish::Works;
    });
    without("ocsp", &|one| {
        let said = one.revocation.ocsp.filter(|said| *said != OcspWish::Good);
        one.revocation.ocsp = said.and(Some(OcspWish::Good));
    });
    without("ocsp-server", &|one| {
        one.revocation.ocsp_server = ResponderWish::Works;
    });
    without("staple", &|one| {
        let said = one.revocation.staple.filter(|said| *said != OcspWish::Good);
        one.revocation.staple = said.and(Some(OcspWish::Good));
    });
    without("must-staple", &|one| one.revocation.must_staple = false);
    without("tls", &|one| one.tls = healthy.tls);
    without("tls-versions", &|one| {
        one.tls_versions = healthy.tls_versions.clone();
    });
    without("cipher-suites", &|one| one.cipher_suites.clear());
    without("groups", &|one| one.groups.clear());
    without("max-fragment", &|one| one.max_fragment = None);
    without("client-certificate", &|one| {
        one.client_certificate = healthy.client_certificate.clone();
    });
    without("auth", &|one| one.auth = healthy.auth.clone());
    without("require-tls", &|one| one.require_tls = false);
    without("require-auth", &|one| one.require_auth = false);
    without("refuse-connections", &|one| one.refuse_connections = false);
    without("limits", &|one| {
        one.persona.limits = healthy.persona.limits.clone();
    });
    all
}

/// Whether somebody can tell it from the scenario of the same name.
fn is_told(neutral: &Scenario) -> bool {
    let scenario = Scenario::named(&neutral.id).unwrap();
    let harmless = neutral.check().unwrap();
    if !harmless.is_as_expected() {
        return true;
    }
    let (right, again) = (presented(&scenario), presented(&scenario));
    let revocation = &scenario.server.revocation;
    let differs = if right == again {
        presented(neutral) != right
    } else if revocation.crl.is_some() || revocation.ocsp.is_some() {
        // The port of a responder stands in the certificate, and what is signed is another each time.
        lengths(&presented(neutral)).len() != lengths(&right).len()
    } else {
        // RSA-PSS has chance in every signature.
        lengths(&presented(neutral)) != lengths(&right)
    };
    if differs {
        return true;
    }
    let played = scenario.check().unwrap();
    // What differs in nothing but time: the check itself has asked the clock.
    let timed = |report: &Report| {
        let mut faults = report.faults.iter().zip(&neutral.faults);
        faults.any(|((fault, times), harmless)| {
            fault != harmless && pace::least(fault, *times, report) > SHORTEST
        })
    };
    if std::iter::once(&played.report)
        .chain(&played.others)
        .any(timed)
    {
        return true;
    }
    crossed(&played) != crossed(&harmless)
}

/// Longer than a session takes at which nobody waits.
const SHORTEST: Duration = Duration::from_millis(100);

/// The certificates that are sent, those to trust, and the staple.
type Presented = (Vec<Der>, Vec<Der>, Option<Vec<u8>>);

/// What a client is shown, and told to trust. Where chance has a part in it that depends on the flaw, that says little;
/// `observable.rs` of `mailfault-certs` compares what each flaw mints with what is minted without it, chance apart.
fn presented(scenario: &Scenario) -> Presented {
    let ca = Ca::builder()
        .key(scenario.server.certificate.key)
        .seed(7)
        .clock(UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let (_, identity) = scenario.builder_under(&ca.build());
    let staple = identity.staple().map(<[u8]>::to_vec);
    (identity.chain().to_vec(), identity.roots().to_vec(), staple)
}

fn lengths((chain, roots, _): &Presented) -> Vec<usize> {
    let all = chain.iter().chain(roots);
    all.map(|der| der.as_bytes().len()).collect()
}

/// What crossed in each session, how many messages were taken, and what was asked of responders.
fn crossed(checked: &Checked) -> String {
    let mut all = String::new();
    for report in std::iter::once(&checked.report).chain(&checked.others) {
        all += &format!("{} taken\n", report.mail.len());
        all.extend(report.fetches.iter().map(|fetch| format!("{fetch}\n")));
        for session in &report.sessions {
            for event in session.transcript.events() {
                match &event.what {
                    What::Connected { .. } | What::Fault(_) | What::Note(_) => {}
                    what => all += &format!("{what:?}\n"),
                }
            }
        }
    }
    all
}
