//! Everything that is wrong with what was seen.

use std::time::SystemTime;

use super::certificate::{Hash, KeyFamily, Read, Signed};
use super::dane::TlsaCheck;
use super::evidence::{Evidence, Trouble};
use super::expectation::Expectation;
use super::finding::{Finding, Wrong};
use super::names::{Against, Fit, NameCheck};
use super::path::{End, Linking, Path};
use super::{dane, mta_sts, revocation};
use crate::trust::Trust;

/// Everything that is wrong with a server, by what was seen of it and what is expected: all of
/// it, not the first.
///
/// ```
/// use mailfault::judge::{Expectation, Findings, Probe, Wrong};
/// use mailfault::{Ca, Leaf, MockServer};
///
/// let ca = Ca::new();
/// let server = MockServer::builder()
///     .starttls(ca.issue(Leaf::new("mx.test").expired().wrong_name()))
///     .start();
/// let evidence = Probe::new(server.addr()).name("mx.test").run();
///
/// let findings = Findings::of(&evidence, &Expectation::new("mx.test"));
/// let has = |wrong: fn(&Wrong) -> bool| findings.all().iter().any(|one| wrong(&one.wrong));
/// assert!(has(|wrong| matches!(wrong, Wrong::Expired(_))));
/// assert!(has(|wrong| matches!(wrong, Wrong::WrongName { .. })));
/// assert!(has(|wrong| matches!(wrong, Wrong::IssuerMissing { .. }))); // no root is trusted
/// ```
#[derive(Clone, Debug)]
pub struct Findings {
    pub(super) evidence: Evidence,
    pub(super) expectation: Expectation,
    all: Vec<Finding>,
    names: Vec<NameCheck>,
    tlsa: Vec<TlsaCheck>,
    /// The certificates as they were sent, as far as they can be read.
    pub(super) presented: Vec<Option<Read>>,
    /// As names and keys link it.
    pub(super) path: Option<Path>,
    /// What is wrong with the path that names alone link.
    by_names: Vec<Finding>,
    /// That path.
    pub(super) named: Option<Path>,
}

impl Findings {
    /// Holds evidence against what is expected.
    #[must_use]
    pub fn of(evidence: &Evidence, expectation: &Expectation) -> Self {
        let presented: Vec<Option<Read>> = evidence.chain.iter().map(Read::new).collect();
        let readable: Vec<Read> = presented.iter().flatten().cloned().collect();
        let roots: Vec<Read> = expectation.roots.iter().filter_map(Read::new).collect();
        let now = expectation.now;
        let is_valid = |one: &Read| !one.is_too_old(now) && !one.is_too_young(now);
        let path = |linking| match presented.first() {
            Some(Some(_)) => Path::build(linking, &readable, &roots, is_valid),
            _ => None,
        };
        let (path, by_names) = (path(Linking::NamesAndKeys), path(Linking::Names));
        let mut findings = Self {
            evidence: evidence.clone(),
            expectation: expectation.clone(),
            all: Vec::new(),
            names: Vec::new(),
            tlsa: Vec::new(),
            presented,
            by_names: by_names
                .as_ref()
                .map_or_else(Vec::new, |path| of_path(path, now)),
            named: by_names,
            path,
        };
        findings.of_session();
        findings.of_names();
        if let Some(path) = &findings.path {
            findings.all.extend(of_path(path, now));
        }
        findings.of_revocation();
        findings.of_webpki();
        findings.of_dns();
        findings
    }

    /// All of them: of the session, the name, the path from the leaf on.
    #[must_use]
    pub fn all(&self) -> &[Finding] {
        &self.all
    }

    /// Those that a client sees which knows issuers by their names.
    pub(super) fn by_names(&self) -> impl Iterator<Item = &Finding> {
        let beside = |finding: &&Finding| !is_of_path(&finding.wrong);
        self.all.iter().filter(beside).chain(&self.by_names)
    }

    /// The names that the leaf was held against.
    #[must_use]
    pub fn names(&self) -> &[NameCheck] {
        &self.names
    }

    /// The TLSA records, and what of the chain each stands for.
    #[must_use]
    pub fn tlsa(&self) -> &[TlsaCheck] {
        &self.tlsa
    }

    /// What was held against what.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The same.
    #[must_use]
    pub fn expectation(&self) -> &Expectation {
        &self.expectation
    }

    /// The server's own certificate, if it can be read.
    pub(super) fn leaf(&self) -> Option<&Read> {
        self.presented.first()?.as_ref()
    }

    /// What is wrong with the name, for a judge who is stricter than RFC 9525 too.
    pub(super) fn name_finding(&self) -> Finding {
        let known = |one: &&Finding| matches!(one.wrong, Wrong::WrongName { .. });
        if let Some(finding) = self.all.iter().find(known) {
            return finding.clone();
        }
        let names = self.leaf().map(|leaf| leaf.facts.names.clone());
        Finding::general(Wrong::WrongName {
            wanted: self.expectation.name.clone(),
            presented: names.unwrap_or_default(),
            by_common_name: false,
        })
    }

    /// Why there was no TLS, if there was none.
    pub(super) fn stopped(&self) -> Option<&Trouble> {
        match self.evidence.is_encrypted() {
            true => None,
            false => self.evidence.trouble.as_ref(),
        }
    }

    pub(super) fn has(&self, wrong: impl Fn(&Wrong) -> bool) -> bool {
        self.all.iter().any(|finding| wrong(&finding.wrong))
    }

    fn add(&mut self, wrong: Wrong) {
        self.all.push(Finding::general(wrong));
    }

    fn of_session(&mut self) {
        if let Some(trouble) = self.evidence.trouble.clone() {
            self.add(Wrong::Stopped(trouble));
        }
        if self.evidence.is_encrypted() && self.evidence.chain.is_empty() {
            self.add(Wrong::NoCertificate);
        }
        if let Some(why) = self.evidence.bad_signature.clone() {
            self.add(Wrong::OtherKey(why));
        }
        if self.evidence.client_certificate_asked {
            self.add(Wrong::ClientCertificateAsked);
        }
        let unreadable = self.presented.iter().enumerate();
        let unreadable = unreadable.filter(|(_, one)| one.is_none());
        let unreadable: Vec<Finding> = unreadable
            .map(|(place, _)| Finding {
                wrong: Wrong::Unreadable,
                certificate: Some((place, String::new())),
            })
            .collect();
        self.all.extend(unreadable);
    }

    fn of_names(&mut self) {
        let Some(leaf) = self.leaf().cloned() else {
            return;
        };
        let expected = &self.expectation;
        let banner = self.evidence.banner_host().map(str::to_owned);
        let names = [
            (Against::Name, Some(expected.name.clone())),
            (Against::MxName, expected.mx_name.clone()),
            (Against::RecipientDomain, expected.recipient_domain.clone()),
            (Against::BannerHost, banner),
            (Against::ReverseDns, expected.reverse_dns.clone()),
        ];
        let checks = names.into_iter().filter_map(|(against, name)| {
            let name = name?;
            let fit = Fit::of(&leaf, &name);
            Some(NameCheck { against, name, fit })
        });
        self.names = checks.collect();
        if let Some(check) = self.names.first()
            && !check.fit.is_right()
        {
            let by_common_name = check.fit == Fit::CommonNameAlone;
            let presented = match leaf.facts.names.as_slice() {
                [] => leaf.facts.common_name.iter().cloned().collect(),
                names => names.to_vec(),
            };
            let wrong = Wrong::WrongName {
                wanted: check.name.clone(),
                presented,
                by_common_name,
            };
            self.all.push(at(0, &leaf, wrong));
        }
    }

    fn of_revocation(&mut self) {
        let Some(path) = &self.path else { return };
        let found = revocation::findings(path, &self.expectation, self.evidence.staple.as_deref());
        let found = found
            .into_iter()
            .map(|(depth, wrong)| at(depth, &path.links[depth].certificate, wrong));
        let found: Vec<_> = found.collect();
        self.all.extend(found);
    }

    /// What DNS, and the policy of the domain, say against the server.
    fn of_dns(&mut self) {
        self.tlsa = dane::checks(self);
        let found = [dane::finding(self), mta_sts::finding(self)];
        self.all.extend(found.into_iter().flatten());
    }

    /// What webpki has against the path if all that is known is left out: at a time when all of
    /// it is valid, with its top trusted.
    fn of_webpki(&mut self) {
        let Some(path) = &self.path else { return };
        let links = || path.links.iter().map(|link| &link.certificate);
        let begin = links().map(|one| one.facts.not_before).max();
        let end = links().map(|one| one.facts.not_after).min();
        let (Some(begin), Some(end)) = (begin, end) else {
            return;
        };
        let now = match self.expectation.now {
            now if (begin..=end).contains(&now) => now,
            _ if begin <= end => end,
            now => now,
        };
        let mut roots = self.expectation.roots.clone();
        if path.links.len() > 1 {
            roots.extend(path.links.last().map(|link| link.certificate.der.clone()));
        }
        let told = Trust::of_readable(&roots).server(&self.evidence.chain, now);
        let Err(error) = told else { return };
        let text = error.to_string();
        if text.contains("NameConstraintViolation") {
            let excluded = links().any(|one| one.extensions.excludes_names);
            let leaf = &path.links[0].certificate;
            let finding = at(0, leaf, Wrong::NameConstraint { excluded });
            self.all.push(finding);
        } else if !self
            .all
            .iter()
            .any(|finding| finding.certificate.is_some() && explains(&finding.wrong))
        {
            self.add(Wrong::Webpki(text));
        }
    }
}

/// What is wrong with a path.
fn of_path(path: &Path, now: SystemTime) -> Vec<Finding> {
    let mut all = Vec::new();
    let last = path.links.len() - 1;
    for (depth, link) in path.links.iter().enumerate() {
        let one = &link.certificate;
        let mut found = Vec::new();
        if depth == last {
            found.extend(of_end(path.end, depth, one));
        }
        if one.is_too_young(now) {
            found.push(Wrong::NotYetValid(one.facts.not_before));
        }
        if one.is_too_old(now) {
            found.push(Wrong::Expired(one.facts.not_after));
        }
        // Nobody looks at how a root signed itself.
        if depth < last {
            match link.signed {
                Signed::Badly if one.signature_algorithms_differ => {
                    found.push(Wrong::AlgorithmsDiffer);
                }
                Signed::Badly => found.push(Wrong::BadSignature),
                Signed::Unverified if one.is_signed_in_an_unknown_way() => {
                    found.push(Wrong::UnknownAlgorithm);
                }
                Signed::Unverified => found.push(Wrong::UnverifiedSignature),
                Signed::Well => {}
            }
        }
        if !(link.trusted && one.is_self_issued()) {
            found.extend(match one.hash {
                Hash::Md5 => Some(Wrong::WeakSignature("MD5")),
                Hash::Sha1 => Some(Wrong::WeakSignature("SHA-1")),
                Hash::Strong | Hash::Unknown => None,
            });
        }
        found.extend(of_key(one));
        found.extend(of_extensions(one));
        match depth {
            0 => found.extend(of_leaf(one)),
            _ => found.extend(of_issuer(one, depth, path)),
        }
        all.extend(found.into_iter().map(|wrong| at(depth, one, wrong)));
    }
    all
}

/// Whether a finding comes of how a path was built.
fn is_of_path(wrong: &Wrong) -> bool {
    !matches!(
        wrong,
        Wrong::Stopped(_)
            | Wrong::NoCertificate
            | Wrong::OtherKey(_)
            | Wrong::ClientCertificateAsked
            | Wrong::DnssecBogus
            | Wrong::MxNotInPolicy { .. }
            | Wrong::TlsaMismatch { .. }
            | Wrong::Unreadable
            | Wrong::WrongName { .. }
            | Wrong::NameConstraint { .. }
            | Wrong::Revoked(_)
            | Wrong::RevocationUnknown(_)
            | Wrong::StapleMissing
            | Wrong::TooManyCertificates(_)
            | Wrong::Webpki(_)
    )
}

/// Whether a finding is of the kind that webpki would refuse for, so that its own word adds
/// nothing.
fn explains(wrong: &Wrong) -> bool {
    !matches!(
        wrong,
        Wrong::WrongName { .. } | Wrong::Expired(_) | Wrong::NotYetValid(_)
    )
}

fn at(depth: usize, one: &Read, wrong: Wrong) -> Finding {
    Finding {
        wrong,
        certificate: Some((depth, one.facts.subject.to_string())),
    }
}

fn of_end(end: End, depth: usize, one: &Read) -> Option<Wrong> {
    match (end, depth) {
        (End::Trusted, _) => None,
        (End::TrustedHalfway, _) => Some(Wrong::TrustedHalfway),
        (End::SelfSigned, 0) => Some(Wrong::SelfSigned),
        (End::SelfSigned, _) => Some(Wrong::UntrustedRoot),
        (End::Missing, _) => Some(Wrong::IssuerMissing {
            issuer: one.facts.issuer.to_string(),
            of_leaf: depth == 0,
        }),
    }
}

fn of_key(one: &Read) -> Option<Wrong> {
    let key = &one.key;
    if key.explicit_curve {
        return Some(Wrong::ExplicitCurve);
    }
    match key.kind {
        KeyFamily::Rsa if key.bits < 2048 => Some(Wrong::WeakKey {
            kind: "RSA",
            bits: key.bits,
        }),
        KeyFamily::Ec if key.bits < 224 => Some(Wrong::WeakKey {
            kind: "EC",
            bits: key.bits,
        }),
        _ => None,
    }
}

fn of_extensions(one: &Read) -> Vec<Wrong> {
    let extensions = &one.extensions;
    let unknown = extensions.unknown_critical.iter();
    let mut found: Vec<Wrong> = unknown.cloned().map(Wrong::UnknownCritical).collect();
    found.extend(extensions.malformed.clone().map(Wrong::BadExtension));
    if extensions.constrains_policy {
        found.push(Wrong::DemandsPolicy);
    }
    if let Some(usage) = extensions.extended
        && !usage.server
    {
        let any_or_none = usage.any || usage.empty;
        found.push(Wrong::WrongPurpose { any_or_none });
    }
    if one.facts.version != 3 {
        found.push(Wrong::OldVersion(one.facts.version));
    }
    found
}

fn of_leaf(one: &Read) -> Vec<Wrong> {
    let mut found = Vec::new();
    let usage = one.extensions.key_usage;
    if usage.is_some_and(|usage| !usage.digital_signature) {
        found.push(Wrong::NoDigitalSignature);
    }
    if one.extensions.ca == Some(true) {
        found.push(Wrong::CaAsServer);
    }
    found
}

fn of_issuer(one: &Read, depth: usize, path: &Path) -> Vec<Wrong> {
    let mut found = Vec::new();
    let extensions = &one.extensions;
    let root = depth + 1 == path.links.len() && one.is_self_issued();
    if extensions.ca != Some(true) && !(root && extensions.ca.is_none()) {
        let unsaid = extensions.ca.is_none();
        found.push(Wrong::NotCa { unsaid });
    }
    if extensions.key_usage.is_some_and(|usage| !usage.cert_sign) {
        found.push(Wrong::MayNotSign);
    }
    // RFC 5280 §4.2.1.9: self-issued ones do not count.
    let below = path.links[1..depth].iter();
    let below = below
        .filter(|link| !link.certificate.is_self_issued())
        .count();
    if let Some(allowed) = extensions.path_length
        && below > allowed as usize
    {
        found.push(Wrong::PathTooLong(allowed));
    }
    found
}
