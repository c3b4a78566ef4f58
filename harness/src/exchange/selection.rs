//! Which certificate a connector takes, by the documented steps.
//!
//! For STARTTLS coming in: Microsoft's page "Selection of inbound STARTTLS certificates", and for
//! `TlsCertificateName` its blog on hybrid TLS certificates. The two disagree on which of several
//! wins, the one that is valid from the latest or the one that expires the latest; hence
//! [`TieBreak`].

use std::fmt;
use std::time::SystemTime;

use super::name::TlsCertificateName;
use super::store::StoredCertificate;

/// Which of several certificates wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TieBreak {
    /// The one that became valid last: Microsoft's documentation, for the name of a host.
    NewestValidFrom,
    /// The one that expires last: Microsoft's blog, for `TlsCertificateName`.
    NewestExpiry,
    /// The one that came into the store first. Exchange 2013 was seen to send the old certificate
    /// of a renewal, whose key was gone, which neither of the others explains; uncertain.
    StoreOrder,
}

/// What a connector looks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted<'a> {
    /// The certificate of this issuer and subject.
    Named(&'a TlsCertificateName),
    /// One for this host.
    Host(&'a str),
}

/// What became of a certificate in the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// It is taken.
    Chosen,
    /// It would do; another is preferred.
    Eligible,
    /// Its private key is not in the store.
    NoPrivateKey,
    /// It is older than X.509 version 3.
    OldVersion,
    /// It is for other names.
    OtherName,
    /// Its issuer or its subject is another.
    OtherIssuerOrSubject,
    /// It is not enabled for SMTP.
    NotForSmtp,
    /// Windows cannot build its chain, or knows it to be revoked.
    BadChain,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chosen => "chosen",
            Self::Eligible => "eligible, and another is preferred",
            Self::NoPrivateKey => "its private key is not in the store",
            Self::OldVersion => "it is older than X.509 version 3",
            Self::OtherName => "it is for other names",
            Self::OtherIssuerOrSubject => "its issuer or its subject is another",
            Self::NotForSmtp => "it is not enabled for SMTP",
            Self::BadChain => "its chain is not trusted, or it is revoked",
        })
    }
}

/// A choice, and how it came about.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Selection {
    /// What was looked for: a host name, or `<I>…<S>…`.
    pub wanted: String,
    /// The thumbprint of the certificate that was taken; `None` if none would do.
    pub chosen: Option<String>,
    /// Whether the certificate that was taken is out of its validity.
    pub expired: bool,
    /// Every certificate of the store by its thumbprint, and what became of it.
    pub considered: Vec<(String, Verdict)>,
}

impl fmt::Display for Selection {
    /// What was looked for, and a line for each certificate.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "looked for a certificate for {}", self.wanted)?;
        for (thumbprint, verdict) in &self.considered {
            write!(f, "\n  {thumbprint}: {verdict}")?;
        }
        Ok(())
    }
}

/// The certificate of STARTTLS on a receive connector.
pub(crate) fn inbound(
    store: &[StoredCertificate],
    wanted: &Wanted<'_>,
    tie_break: TieBreak,
    now: SystemTime,
) -> Selection {
    let objection = |one: &StoredCertificate| {
        let named = match wanted {
            Wanted::Named(name) if !name.names(&one.facts) => Some(Verdict::OtherIssuerOrSubject),
            Wanted::Host(host) if !one.is_for(host) => Some(Verdict::OtherName),
            _ => None,
        };
        let unfit = || match wanted {
            _ if one.facts.version < 3 => Some(Verdict::OldVersion),
            _ if !one.has_private_key => Some(Verdict::NoPrivateKey),
            // With a name the flag is not looked at, and the chain is.
            Wanted::Named(_) => one.chain_is_bad.then_some(Verdict::BadChain),
            Wanted::Host(_) => (!one.smtp_can_use_it()).then_some(Verdict::NotForSmtp),
        };
        named.or_else(unfit)
    };
    let prefer = |eligible: &[&StoredCertificate]| {
        let valid_pki =
            |one: &&&StoredCertificate| !one.is_self_signed() && one.facts.is_valid_at(now);
        let first = eligible.iter().find(valid_pki);
        let first = first.or_else(|| eligible.iter().find(|one| one.is_self_signed()));
        first
            .or(eligible.first())
            .map(|one| one.thumbprint().to_owned())
    };
    choose(store, wanted, tie_break, now, objection, prefer)
}

/// The client certificate of a send connector. Whether there is a private key is not looked at:
/// TLS fails later, in Windows.
pub(crate) fn outbound(
    store: &[StoredCertificate],
    name: &TlsCertificateName,
    tie_break: TieBreak,
    now: SystemTime,
) -> Selection {
    let objection = |one: &StoredCertificate| {
        (!name.names(&one.facts)).then_some(Verdict::OtherIssuerOrSubject)
    };
    let prefer =
        |eligible: &[&StoredCertificate]| eligible.first().map(|one| one.thumbprint().to_owned());
    choose(
        store,
        &Wanted::Named(name),
        tie_break,
        now,
        objection,
        prefer,
    )
}

fn choose(
    store: &[StoredCertificate],
    wanted: &Wanted<'_>,
    tie_break: TieBreak,
    now: SystemTime,
    objection: impl Fn(&StoredCertificate) -> Option<Verdict>,
    prefer: impl Fn(&[&StoredCertificate]) -> Option<String>,
) -> Selection {
    let mut eligible: Vec<_> = store
        .iter()
        .filter(|one| objection(one).is_none())
        .collect();
    // Stable: among equals the first in the store stays the first.
    match tie_break {
        TieBreak::NewestValidFrom => {
            eligible.sort_by_key(|one| std::cmp::Reverse(one.facts.not_before));
        }
        TieBreak::NewestExpiry => {
            eligible.sort_by_key(|one| std::cmp::Reverse(one.facts.not_after));
        }
        TieBreak::StoreOrder => {}
    }
    let chosen = prefer(&eligible);
    let is_chosen = |one: &StoredCertificate| chosen.as_deref() == Some(one.thumbprint());
    let verdict = |one: &StoredCertificate| match objection(one) {
        Some(verdict) => verdict,
        None if is_chosen(one) => Verdict::Chosen,
        None => Verdict::Eligible,
    };
    let considered = store
        .iter()
        .map(|one| (one.thumbprint().to_owned(), verdict(one)));
    Selection {
        wanted: match wanted {
            Wanted::Named(name) => name.to_string(),
            Wanted::Host(host) => (*host).to_owned(),
        },
        expired: store
            .iter()
            .any(|one| is_chosen(one) && !one.facts.is_valid_at(now)),
        considered: considered.collect(),
        chosen,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mailfault_certs::{Ca, DistinguishedName, Leaf};

    use super::super::store::Service;
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// A certificate for `host`, valid from so many days ago for so many days.
    fn issued(ca: &Ca, host: &str, since: u32, days: u32) -> StoredCertificate {
        let from = SystemTime::now() - since * DAY;
        let leaf = Leaf::new(host).only_names().valid(from, from + days * DAY);
        let subject = DistinguishedName::new().common_name(host);
        StoredCertificate::new(ca.issue(leaf.subject(subject))).enabled_for([Service::Smtp])
    }

    fn self_signed(host: &str, since: u32) -> StoredCertificate {
        let from = SystemTime::now() - since * DAY;
        let leaf = Leaf::new(host).only_names().valid(from, from + 400 * DAY);
        StoredCertificate::new(Ca::new().issue(leaf.self_signed())).enabled_for([Service::Smtp])
    }

    /// What becomes of each certificate of the store.
    #[track_caller]
    fn check(store: &[StoredCertificate], wanted: &Wanted<'_>, by: TieBreak, expected: &[Verdict]) {
        let selection = inbound(store, wanted, by, SystemTime::now());
        let verdicts: Vec<_> = selection
            .considered
            .iter()
            .map(|(_, verdict)| *verdict)
            .collect();
        assert_eq!(verdicts, expected, "{selection}");
    }

    #[test]
    fn a_host_is_looked_for_in_subject_and_alternative_names() {
        use Verdict::*;
        let ca = Ca::new();
        let good = issued(&ca, "mx.test", 1, 90);
        let other = issued(&ca, "other.test", 1, 90);
        let orphan = issued(&ca, "mx.test", 1, 90).without_private_key();
        let mut not_for_smtp = issued(&ca, "mx.test", 1, 90);
        not_for_smtp.services.clear();
        let old = issued(&ca, "mx.test", 30, 90);
        let expired = issued(&ca, "mx.test", 100, 90);
        let own = self_signed("mx.test", 0);
        let host = Wanted::Host("mx.test");
        let by = TieBreak::NewestValidFrom;
        check(
            &[other.clone(), good.clone()],
            &host,
            by,
            &[OtherName, Chosen],
        );
        check(
            &[orphan, not_for_smtp],
            &host,
            by,
            &[NoPrivateKey, NotForSmtp],
        );
        check(&[old, good.clone()], &host, by, &[Eligible, Chosen]);
        // The self-signed one is newer, and a CA's is preferred.
        check(&[own.clone(), good], &host, by, &[Eligible, Chosen]);
        // A valid one that it signed itself before one of a CA that is expired.
        check(&[expired.clone(), own], &host, by, &[Eligible, Chosen]);
        check(&[expired], &host, by, &[Chosen]);
        check(&[other], &host, by, &[OtherName]);
    }

    #[test]
    fn a_name_is_compared_by_issuer_and_subject() {
        use Verdict::*;
        let ca = Ca::new();
        let short = issued(&ca, "mx.test", 1, 90);
        let long = issued(&ca, "mx.test", 20, 365);
        let mut not_for_smtp = issued(&ca, "mx.test", 20, 365);
        not_for_smtp.services.clear();
        let foreign = issued(&Ca::new(), "mx.test", 1, 90);
        let name = TlsCertificateName::of(&short.facts);
        let name = Wanted::Named(&name);
        let both = [short.clone(), long.clone()];
        check(&both, &name, TieBreak::NewestExpiry, &[Eligible, Chosen]);
        check(&both, &name, TieBreak::NewestValidFrom, &[Chosen, Eligible]);
        check(&both, &name, TieBreak::StoreOrder, &[Chosen, Eligible]);
        check(
            &[foreign],
            &name,
            TieBreak::NewestExpiry,
            &[OtherIssuerOrSubject],
        );
        // The flag for SMTP is not looked at; the chain is.
        check(&[not_for_smtp], &name, TieBreak::NewestExpiry, &[Chosen]);
        check(
            &[short.with_bad_chain()],
            &name,
            TieBreak::NewestExpiry,
            &[BadChain],
        );
        check(
            &[long.without_private_key()],
            &name,
            TieBreak::NewestExpiry,
            &[NoPrivateKey],
        );
    }

    #[test]
    fn an_expired_certificate_is_taken_and_told() {
        let expired = issued(&Ca::new(), "mx.test", 100, 90);
        let host = Wanted::Host("mx.test");
        let selection = inbound(
            std::slice::from_ref(&expired),
            &host,
            TieBreak::NewestValidFrom,
            SystemTime::now(),
        );
        assert_eq!(selection.chosen.as_deref(), Some(expired.thumbprint()));
        assert!(selection.expired);
    }

    #[test]
    fn a_send_connector_takes_what_has_the_name_key_or_not() {
        let ca = Ca::new();
        let orphan = issued(&ca, "mx.test", 300, 290).without_private_key();
        let renewed = issued(&ca, "mx.test", 1, 365);
        let name = TlsCertificateName::of(&renewed.facts);
        let store = [orphan.clone(), renewed.clone()];
        let chosen = |by| outbound(&store, &name, by, SystemTime::now()).chosen;
        assert_eq!(
            chosen(TieBreak::StoreOrder).as_deref(),
            Some(orphan.thumbprint())
        );
        assert_eq!(
            chosen(TieBreak::NewestExpiry).as_deref(),
            Some(renewed.thumbprint())
        );
    }
}
