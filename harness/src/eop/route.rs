//! What becomes of a recipient.

use super::{Attribution, DomainType, Profile, Refusal, Tenant};

/// Where mail for a recipient goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Route {
    /// To a mailbox here.
    Mailbox,
    /// On to the organization's own servers: the recipient is not known here, and the domain is
    /// an internal relay. The model keeps it.
    InternalRelay,
    /// On to the Internet, as a relay. The model keeps it.
    Relay,
}

impl Tenant {
    /// Where mail for a recipient goes, or why it is refused.
    ///
    /// # Errors
    ///
    /// What is to be said at RCPT.
    pub fn route(
        &self,
        recipient: &str,
        attribution: &Attribution,
        profile: Profile,
    ) -> Result<Route, Refusal> {
        let Some(accepted) = self.accepted_domain(recipient) else {
            return match attribution {
                Attribution::Submission { .. } => Ok(Route::Relay),
                Attribution::OnPremises { own_domain, .. }
                    if *own_domain || !profile.relays_own_domains_only() =>
                {
                    Ok(Route::Relay)
                }
                _ => Err(Refusal::RelayDenied),
            };
        };
        if matches!(attribution, Attribution::Restricted { .. }) {
            return Err(Refusal::PartnerRestricted);
        }
        match accepted.domain_type {
            _ if self.recipients.contains(recipient) => Ok(Route::Mailbox),
            DomainType::InternalRelay => Ok(Route::InternalRelay),
            DomainType::Authoritative if self.directory_based_edge_blocking => {
                Err(Refusal::RecipientDenied)
            }
            DomainType::Authoritative => Err(Refusal::RecipientNotFound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AcceptedDomain, MatchedBy, Recipients};
    use super::*;

    fn tenant() -> Tenant {
        Tenant {
            accepted_domains: vec![
                AcceptedDomain::authoritative("contoso.test"),
                AcceptedDomain::internal_relay("shared.test"),
            ],
            recipients: Recipients::known(["bob@contoso.test", "bob@shared.test"]),
            ..Tenant::default()
        }
    }

    fn on_premises(own_domain: bool) -> Attribution {
        Attribution::OnPremises {
            connector: "HQ".to_owned(),
            by: MatchedBy::Address,
            own_domain,
        }
    }

    #[track_caller]
    fn check(recipient: &str, attribution: &Attribution, expected: Result<Route, Refusal>) {
        let route = tenant().route(recipient, attribution, Profile::Today);
        assert_eq!(route, expected);
    }

    #[test]
    fn recipients_of_accepted_domains_are_looked_up() {
        let internet = &Attribution::Internet;
        check("BOB@Contoso.test", internet, Ok(Route::Mailbox));
        check(
            "nobody@contoso.test",
            internet,
            Err(Refusal::RecipientDenied),
        );
        check("bob@shared.test", internet, Ok(Route::Mailbox));
        check("nobody@shared.test", internet, Ok(Route::InternalRelay));
        let tenant = Tenant {
            directory_based_edge_blocking: false,
            ..tenant()
        };
        assert_eq!(
            tenant.route("nobody@contoso.test", internet, Profile::Today),
            Err(Refusal::RecipientNotFound)
        );
    }

    #[test]
    fn only_ones_own_servers_and_users_relay() {
        let elsewhere = "carol@example.test";
        check(elsewhere, &Attribution::Internet, Err(Refusal::RelayDenied));
        let partner = Attribution::Partner {
            connector: "P".to_owned(),
        };
        check(elsewhere, &partner, Err(Refusal::RelayDenied));
        check(elsewhere, &on_premises(true), Ok(Route::Relay));
        check(elsewhere, &on_premises(false), Err(Refusal::RelayDenied));
        let user = Attribution::Submission {
            user: "alice".to_owned(),
        };
        check(elsewhere, &user, Ok(Route::Relay));
        assert_eq!(
            tenant().route(elsewhere, &on_premises(false), Profile::Y2014),
            Ok(Route::Relay)
        );
        check(
            "postmaster",
            &Attribution::Internet,
            Err(Refusal::RelayDenied),
        );
    }

    #[test]
    fn a_partners_condition_is_for_the_tenants_own_recipients() {
        let restricted = Attribution::Restricted {
            connector: "P".to_owned(),
            restriction: super::super::Restriction::Certificate,
        };
        check(
            "bob@contoso.test",
            &restricted,
            Err(Refusal::PartnerRestricted),
        );
        check("carol@example.test", &restricted, Err(Refusal::RelayDenied));
    }
}
