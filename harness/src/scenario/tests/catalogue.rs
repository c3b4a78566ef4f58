//! The rules that the catalogue keeps.

use std::collections::BTreeSet;

use mailfault_certs::{Control, Flaw};

use super::*;

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
