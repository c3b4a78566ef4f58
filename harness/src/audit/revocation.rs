//! Clients that check whether a certificate was revoked, and those that do not: most do not unless told.

use super::glob::means;
use crate::report::{ClientHello, Fetched, Report};
use crate::scenario::{Kind, Scenario};
use crate::server::{CrlWish, OcspWish, ResponderWish, Revocation};

/// A way in which a client learns whether a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RevocationCheck {
    /// It has the lists of the authorities: from where the certificate says, or from a file ([`Case::crls`](super::Case::crls)).
    Crl,
    /// It asks the OCSP responder that the certificate names.
    Ocsp,
    /// It asks the server for a stapled answer.
    Staple,
}

impl RevocationCheck {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Crl, Self::Ocsp, Self::Staple];

    fn words(self) -> &'static str {
        match self {
            Self::Crl => "revocation lists",
            Self::Ocsp => "OCSP responders",
            Self::Staple => "stapled answers",
        }
    }
}

/// Why a client that checks in these ways cannot be judged by the scenario, if it cannot.
pub(super) fn why_not(
    scenario: &Scenario,
    checks: &[RevocationCheck],
    only: &[String],
) -> Option<String> {
    let revocation = &scenario.server.revocation;
    let faulty = faulty(revocation);
    if scenario.kind == Kind::Control || faulty.is_empty() {
        return None;
    }
    if !faulty.iter().any(|check| checks.contains(check)) {
        let ways: Vec<_> = faulty.iter().map(|check| check.words()).collect();
        let ways = ways.join(" or ");
        return Some(format!("the client is not said to check {ways}"));
    }
    let servers = [revocation.crl_server, revocation.ocsp_server];
    let slow = servers.into_iter().find_map(|server| match server {
        ResponderWish::Slow(wait) => Some(wait),
        _ => None,
    })?;
    let literal = |pattern: &String| !pattern.contains(['*', '?']);
    let mut only = only.iter().filter(|pattern| literal(pattern));
    match only.any(|pattern| means(pattern, &scenario.id)) {
        true => None,
        false => Some(format!(
            "takes {slow:?}, and so is played only where it is asked for by its name"
        )),
    }
}

/// Lets the server say that all is well in every way that the client checks and the scenario is silent about: a client
/// that insists on an answer could not deliver to a healthy server otherwise.
pub(super) fn complete(scenario: &mut Scenario, checks: &[RevocationCheck]) {
    let stapled = scenario
        .server
        .certificate
        .control
        .is_some_and(|control| control.staples());
    let revocation = &mut scenario.server.revocation;
    for check in checks {
        match check {
            RevocationCheck::Crl => {
                revocation.crl.get_or_insert(CrlWish::Good);
            }
            RevocationCheck::Ocsp => {
                revocation.ocsp.get_or_insert(OcspWish::Good);
            }
            RevocationCheck::Staple if stapled || revocation.must_staple => {}
            RevocationCheck::Staple => {
                revocation.staple.get_or_insert(OcspWish::Good);
            }
        }
    }
}

/// Why the fault of revocation shows nothing about this client, if it does not.
pub(super) fn unseen<'a>(
    scenario: &Scenario,
    report: &Report,
    mut hellos: impl Iterator<Item = &'a ClientHello>,
) -> Option<String> {
    let revocation = &scenario.server.revocation;
    let fetched = |what| report.fetches.iter().any(|fetch| fetch.what == what);
    // Who is at a closed port, or has a list from a file, is not seen.
    match faulty(revocation).as_slice() {
        [RevocationCheck::Crl]
            if revocation.crl == Some(CrlWish::Good) && !fetched(Fetched::Crl) =>
        {
            Some("the client never fetched the list".to_owned())
        }
        [RevocationCheck::Ocsp] if !fetched(Fetched::Ocsp) => {
            Some("the client never asked the OCSP responder".to_owned())
        }
        [RevocationCheck::Staple] if !hellos.any(|hello| hello.status_request) => {
            Some("the client does not ask for a stapled answer".to_owned())
        }
        _ => None,
    }
}

/// By which ways something is wrong.
fn faulty(revocation: &Revocation) -> Vec<RevocationCheck> {
    let Revocation {
        crl,
        crl_server,
        ocsp,
        ocsp_server,
        staple,
        must_staple,
    } = revocation;
    let works = |server: &ResponderWish| *server == ResponderWish::Works;
    let ways = [
        (
            RevocationCheck::Crl,
            crl.is_some_and(|crl| crl != CrlWish::Good || !works(crl_server)),
        ),
        (
            RevocationCheck::Ocsp,
            ocsp.is_some_and(|ocsp| ocsp != OcspWish::Good || !works(ocsp_server)),
        ),
        (
            RevocationCheck::Staple,
            staple.map_or(*must_staple, |staple| staple != OcspWish::Good),
        ),
    ];
    let ways = ways.into_iter().filter(|(_, wrong)| *wrong);
    ways.map(|(check, _)| check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, checks: &[RevocationCheck], only: &str, expected: Option<&str>) {
        let scenario = Scenario::named(id).unwrap();
        let why = why_not(&scenario, checks, &[only.to_owned()]);
        assert_eq!(why.as_deref(), expected, "{id}");
    }

    #[test]
    fn a_client_is_judged_by_what_it_checks() {
        use RevocationCheck::*;
        let lists = Some("the client is not said to check revocation lists");
        check("revocation/crl-revoked", &[], "*", lists);
        check("revocation/crl-revoked", &[Ocsp, Staple], "*", lists);
        check("revocation/crl-revoked", &[Crl], "*", None);
        let either = Some("the client is not said to check revocation lists or OCSP responders");
        check("revocation/responder-unreachable", &[Staple], "*", either);
        check("revocation/responder-unreachable", &[Ocsp], "*", None);
        let staples = Some("the client is not said to check stapled answers");
        check("revocation/must-staple-missing", &[Crl, Ocsp], "*", staples);
        check("control/crl-good", &[], "*", None);
        check("tls/expired", &[], "*", None);
        let slow = Some("takes 30s, and so is played only where it is asked for by its name");
        check("revocation/crl-slow", &[Crl], "revocation/*", slow);
        check("revocation/crl-slow", &[Crl], "crl-slow", None);
        check(
            "revocation/ocsp-slow",
            &[Ocsp],
            "revocation/ocsp-slow",
            None,
        );
    }

    /// Whatever is wrong with the certificate: good news of it can be had.
    #[test]
    fn every_scenario_can_say_that_all_is_well() {
        for mut scenario in Scenario::all() {
            if scenario.needs().is_some() {
                continue;
            }
            super::complete(&mut scenario, &RevocationCheck::ALL);
            let (builder, identity) = scenario.builder();
            assert!(!identity.crls().is_empty(), "{}", scenario.id);
            match builder.try_start() {
                Ok(server) => drop(server.stop()),
                Err(error) => panic!("{}: {error}", scenario.id),
            }
        }
    }

    #[test]
    fn what_is_said_already_stays() {
        let complete = |id: &str| {
            let mut scenario = Scenario::named(id).unwrap();
            super::complete(&mut scenario, &RevocationCheck::ALL);
            scenario.server.revocation
        };
        let good = Revocation::new().crl(CrlWish::Good).ocsp(OcspWish::Good);
        assert_eq!(complete("tls/expired"), good.clone().staple(OcspWish::Good));
        assert_eq!(complete("control/ocsp-good"), good);
        let missing = complete("revocation/must-staple-missing");
        assert_eq!(missing, good.clone().must_staple());
        let tampered = complete("revocation/ocsp-tampered");
        assert_eq!(tampered, good.staple(OcspWish::Tampered));
    }
}
