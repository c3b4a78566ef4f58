//! Whether a client's chain leads to a root that Microsoft trusts.

use std::time::SystemTime;

use mailfault_certs::Der;

use super::SenderCertificate;
use crate::certificate_facts::CertificateFacts;
use crate::trust::Trust;

/// What a client's chain, leaf first, says, and whether it is to be believed at this time.
///
/// Exchange servers send the certificate that they also receive with, so that one for servers is
/// as good as one for clients. That Microsoft asks for neither is uncertain.
pub(super) fn examine(trust: &Trust, chain: &[Der], now: SystemTime) -> Option<SenderCertificate> {
    let facts = CertificateFacts::read(chain.first()?)?;
    Some(SenderCertificate {
        common_name: facts.common_name,
        names: facts.names,
        trusted: trust.has_either(chain, now),
    })
}

#[cfg(test)]
mod tests {
    use mailfault_certs::{Ca, Identity, Leaf};

    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check(ca: &Ca, identity: &Identity, at: SystemTime, expected: bool) {
        let trust = Trust::new(ca.roots()).unwrap();
        let seen = examine(&trust, identity.chain(), at).unwrap();
        assert_eq!(seen.trusted, expected);
        assert!(seen.names.contains(&"mail.contoso.test".to_owned()));
    }

    #[test]
    fn a_chain_must_lead_to_a_trusted_root() {
        let (ca, now) = (Ca::new(), SystemTime::now());
        let leaf = || Leaf::new("mail.contoso.test");
        let below = ca.intermediate().issue(leaf());
        check(&ca, &ca.issue(leaf()), now, true);
        check(&ca, &below, now, true);
        check(&ca, &ca.issue(leaf().eku_client_only()), now, true);
        check(&ca, &below.without_intermediates(), now, false);
        check(&ca, &Ca::new().issue(leaf()), now, false);
        check(&ca, &ca.issue(leaf().self_signed()), now, false);
        check(&ca, &ca.issue(leaf().expired()), now, false);
        let in_a_year = now + Duration::from_secs(365 * 24 * 60 * 60);
        check(&ca, &ca.issue(leaf()), in_a_year, false);
    }

    #[test]
    fn nobody_is_trusted_without_roots() {
        let identity = Ca::new().issue("mail.contoso.test");
        let trust = Trust::new(&[]).unwrap();
        let seen = examine(&trust, identity.chain(), SystemTime::now());
        assert!(!seen.unwrap().trusted);
    }

    #[test]
    fn what_is_no_certificate_says_nothing() {
        let trust = Trust::new(&[]).unwrap();
        let junk = [Der::from(vec![0x30, 0x00])];
        assert_eq!(examine(&trust, &junk, SystemTime::now()), None);
        assert_eq!(examine(&trust, &[], SystemTime::now()), None);
    }
}
