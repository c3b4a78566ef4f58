//! `[eop.NAME]`: Exchange Online Protection with one tenant.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::Certificates;
use super::directory::{Account, accounts};
use super::exchange::{Misplaced, one_of};
use crate::clock::Clock;
use crate::eop::{
    AcceptedDomain, CertificateProfile, ConnectorType, DomainType, Eop, InboundConnector, IpRange,
    Profile, Recipients,
};
use crate::error::Error;
use crate::exchange::Observer;

/// The tenant as a file describes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    host: Option<String>,
    /// `2014` or `today`.
    profile: Option<String>,
    /// `2014`, `2019` or `today`; that of the profile if nothing is said.
    certificate: Option<String>,
    /// `DomainType` by `DomainName`.
    #[serde(rename = "AcceptedDomain")]
    accepted_domain: BTreeMap<String, String>,
    mailboxes: Vec<String>,
    /// Addresses whose accounts on the premises are not synchronized with the tenant.
    not_synchronized: Vec<String>,
    banned: Vec<String>,
    throttled: Vec<String>,
    /// How long a change of a connector takes until it is in effect.
    propagation: Option<crate::duration::Wait>,
    #[serde(rename = "InboundConnector")]
    inbound_connector: BTreeMap<String, Spanned<Inbound>>,
}

/// `[eop.NAME.InboundConnector."…"]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "PascalCase")]
struct Inbound {
    enabled: Option<bool>,
    connector_type: Option<String>,
    sender_domains: Option<Vec<String>>,
    #[serde(rename = "SenderIPAddresses")]
    sender_ip_addresses: Vec<String>,
    require_tls: Option<bool>,
    restrict_domains_to_certificate: bool,
    tls_sender_certificate_name: Option<String>,
    #[serde(rename = "RestrictDomainsToIPAddresses")]
    restrict_domains_to_ip_addresses: bool,
    cloud_services_mail_enabled: bool,
    treat_messages_as_internal: bool,
    associated_accepted_domains: Vec<String>,
}

impl Written {
    /// The accounts on the premises that the file names.
    pub(super) fn accounts(&self, tenant: &str) -> Vec<Account> {
        accounts(tenant, &self.mailboxes, &self.not_synchronized)
    }

    pub(super) fn start(
        &self,
        certificates: &Certificates,
        clock: &Clock,
        observer: Option<Observer>,
    ) -> Result<Eop, Misplaced> {
        let mut builder = Eop::builder()
            .clock(clock.clone())
            .trusts(certificates.roots());
        if let Some(host) = &self.host {
            builder = builder.host(host);
        }
        if let Some(word) = &self.profile {
            let known = [("2014", Profile::Y2014), ("today", Profile::Today)];
            builder = builder.profile(one_of("profile of EOP", word, &known)?);
        }
        if let Some(word) = &self.certificate {
            let known = [
                ("2014", CertificateProfile::Y2014),
                ("2019", CertificateProfile::Y2019),
                ("today", CertificateProfile::Today),
            ];
            builder = builder.certificate_profile(one_of("certificate of EOP", word, &known)?);
        }
        for (name, kind) in &self.accepted_domain {
            let known = [
                ("Authoritative", DomainType::Authoritative),
                ("InternalRelay", DomainType::InternalRelay),
            ];
            builder = builder.accepted_domain(AcceptedDomain {
                name: name.clone(),
                domain_type: one_of("DomainType", kind, &known)?,
            });
        }
        if !self.mailboxes.is_empty() {
            builder = builder.recipients(Recipients::known(self.mailboxes.iter().cloned()));
        }
        for text in &self.banned {
            builder = builder.bans(range(text)?);
        }
        for text in &self.throttled {
            builder = builder.throttles(range(text)?);
        }
        if let Some(crate::duration::Wait(time)) = self.propagation {
            builder = builder.propagation(time);
        }
        for (name, written) in &self.inbound_connector {
            let misplaced = |error| Misplaced(Some(written.span().start), error);
            let connector = written.get_ref().meant(name).map_err(misplaced)?;
            builder = builder.inbound_connector(connector);
        }
        if let Some(observer) = observer {
            builder =
                builder.observe(move |session, event| Arc::clone(&observer)("", session, event));
        }
        Ok(builder.try_start()?)
    }
}

impl Inbound {
    fn meant(&self, name: &str) -> Result<InboundConnector, Error> {
        let known = [
            ("OnPremises", ConnectorType::OnPremises),
            ("Partner", ConnectorType::Partner),
        ];
        let kind = self.connector_type.as_deref().unwrap_or("Partner");
        let usual = match one_of("ConnectorType", kind, &known)? {
            ConnectorType::OnPremises => InboundConnector::on_premises(name),
            ConnectorType::Partner => InboundConnector::partner(name),
        };
        let addresses = self.sender_ip_addresses.iter().map(|text| range(text));
        Ok(InboundConnector {
            enabled: self.enabled.unwrap_or(usual.enabled),
            sender_domains: self.sender_domains.clone().unwrap_or(usual.sender_domains),
            sender_ip_addresses: addresses.collect::<Result<_, _>>()?,
            require_tls: self.require_tls.unwrap_or(usual.require_tls),
            restrict_domains_to_certificate: self.restrict_domains_to_certificate,
            tls_sender_certificate_name: self.tls_sender_certificate_name.clone(),
            restrict_domains_to_ip_addresses: self.restrict_domains_to_ip_addresses,
            cloud_services_mail_enabled: self.cloud_services_mail_enabled,
            treat_messages_as_internal: self.treat_messages_as_internal,
            associated_accepted_domains: self.associated_accepted_domains.clone(),
            ..usual
        })
    }
}

fn range(text: &str) -> Result<IpRange, Error> {
    text.parse()
}
