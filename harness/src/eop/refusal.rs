//! What EOP says when it will not take a message.

use super::Profile;
use crate::smtp::Reply;

/// Why a message is not taken. The module's documentation says where each text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The client's address is banned.
    BannedIp,
    /// MAIL where only users may send, from one who is not logged in.
    NotAuthenticated,
    /// A version of TLS that is not taken any more.
    OldTls,
    /// A partner's connector is for this sender, and its conditions are not met.
    PartnerRestricted,
    /// Nobody of that name, and the edge knows the directory.
    RecipientDenied,
    /// Nobody of that name, and the edge does not know the directory.
    RecipientNotFound,
    /// Not a recipient of ours, and not a sender of ours.
    RelayDenied,
    /// The client's address sends too much.
    ServerBusy,
    /// A partner's connector wants TLS.
    TlsRequired,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::BannedIp,
        Self::NotAuthenticated,
        Self::OldTls,
        Self::PartnerRestricted,
        Self::RecipientDenied,
        Self::RecipientNotFound,
        Self::RelayDenied,
        Self::ServerBusy,
        Self::TlsRequired,
    ];

    /// Whether its words, or that they are said there, have no clean source.
    #[must_use]
    pub fn is_uncertain(self) -> bool {
        !matches!(
            self,
            Self::BannedIp | Self::NotAuthenticated | Self::RelayDenied | Self::ServerBusy
        )
    }

    /// The words, with the placeholders of a [`Persona`](crate::Persona).
    #[must_use]
    pub fn reply(self, profile: Profile) -> Reply {
        let reply = match self {
            // Two spaces before the link, as captured.
            Self::BannedIp => {
                "550 5.7.606 Access denied, banned sending IP [{ip}]. To request removal from this list please visit https://sender.office.com/ and follow the directions. For more information please go to  http://go.microsoft.com/fwlink/?LinkID=526655 (AS16012609)"
            }
            // Both are the persona's own, end included.
            Self::NotAuthenticated => return profile.persona().replies.auth_first,
            Self::TlsRequired => return profile.persona().replies.tls_first,
            Self::OldTls => {
                "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls."
            }
            Self::PartnerRestricted => {
                "550 5.7.51 TenantInboundAttribution; There is a partner connector configured that matched the message's recipient domain. The connector had either the RestrictDomainsToIPAddresses or RestrictDomainsToCertificate set"
            }
            // The code behind the words is in captures from 2018 on, and the address no more.
            Self::RecipientDenied => match profile {
                Profile::Y2014 => {
                    "550 5.4.1 [{address}]: Recipient address rejected: Access denied"
                }
                Profile::Today => {
                    "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"
                }
            },
            Self::RecipientNotFound => {
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
            }
            Self::RelayDenied => "550 5.7.64 TenantAttribution; Relay Access Denied",
            Self::ServerBusy => {
                "451 4.7.500 Server busy. Please try again later from [{ip}]. (AS77712344)"
            }
        };
        profile.ended(Reply::from(reply))
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::persona::Facts;

    #[test]
    fn every_refusal_is_one_and_ends_as_in_its_years() {
        let facts = Facts {
            host: "HOST.mail.protection.outlook.com",
            ip: std::net::Ipv4Addr::LOCALHOST.into(),
            client: "client.test",
            now: SystemTime::UNIX_EPOCH,
            max_size: 0,
            id: 0x089F_7FF5_F7B5_8001,
            started: SystemTime::UNIX_EPOCH,
            message_id: "",
            internal_id: 0,
            size: 0,
            verb: "",
            address: "bob@contoso.test",
            limit: 0,
        };
        let end = " [HOST.eop-nam06.prod.protection.outlook.com 1970-01-01T00:00:00.000Z 089F7FF5F7B58001]";
        for refusal in Refusal::ALL {
            for profile in [Profile::Y2014, Profile::Today] {
                let reply = facts.render(&refusal.reply(profile));
                let text = reply.lines.join("\n");
                assert!(reply.is_transient() || reply.is_permanent(), "{reply}");
                assert!(!text.contains(['{', '}']), "{text}");
                assert_eq!(text.ends_with(end), profile == Profile::Today, "{text}");
            }
        }
    }
}
