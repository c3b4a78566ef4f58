//! What may not be given up to make mail flow: settings of the models, compared with how they were.

use std::collections::BTreeMap;

use crate::cast::{LabText, Playing, Sender};
use crate::eop::{DomainType, InboundConnector};
use crate::exchange::{AuthMechanism, PermissionGroup, ReceiveConnector, SendConnector};
use crate::intercept::Tampering;
use crate::judge::{Judge, MtaStsMode, SmtpDaneMode, TlsSettings};

/// A setting that security hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// As the administrator sees it.
    value: String,
    /// How strict it is; `None` where one value is as good as another, and none may be changed.
    strength: Option<u8>,
}

/// Every such setting by its name: `outbound connector Outbound to contoso/TlsSettings`.
pub(super) type Settings = BTreeMap<String, Setting>;

fn graded(value: impl ToString, strength: u8) -> Setting {
    Setting {
        value: value.to_string(),
        strength: Some(strength),
    }
}

fn fixed(value: impl Into<String>) -> Setting {
    Setting {
        value: value.into(),
        strength: None,
    }
}

/// `True` is strict.
fn strict(value: bool) -> Setting {
    graded(word(value), u8::from(value))
}

/// `False` is strict.
fn lax(value: bool) -> Setting {
    graded(word(value), u8::from(!value))
}

fn word(value: bool) -> &'static str {
    match value {
        true => "True",
        false => "False",
    }
}

/// How a cast is configured, as far as security hangs on it.
pub(super) fn settings(playing: &Playing) -> Settings {
    let mut all = Settings::new();
    for sender in playing.senders() {
        of_sender(&mut all, playing, &sender);
    }
    for (_, server) in playing.exchanges() {
        for one in server.receive_connectors() {
            of_receive_connector(&mut all, server.name(), &one);
        }
        for one in server.send_connectors() {
            of_send_connector(&mut all, &one);
        }
    }
    for (_, eop) in playing.eops() {
        let tenant = eop.tenant();
        for one in tenant.inbound_connectors {
            of_inbound_connector(&mut all, &one);
        }
        for one in tenant.accepted_domains {
            // Whoever is not known is refused where the domain is authoritative, and only there.
            let edge = one.domain_type == DomainType::Authoritative;
            let name = format!("accepted domain {}/DomainType", one.name);
            let word = match edge {
                true => "Authoritative",
                false => "InternalRelay",
            };
            all.insert(name, graded(word, u8::from(edge)));
        }
    }
    for (name, one) in playing.interceptors() {
        let inspects = !one.passes_all();
        all.insert(
            format!("box {name}/inspection"),
            graded(if inspects { "on" } else { "off" }, u8::from(inspects)),
        );
        of_greylist(&mut all, name, &one.tampering());
    }
    all
}

fn of_greylist(all: &mut Settings, of: &str, tampering: &[Tampering]) {
    let rule = tampering.iter().find_map(|one| match one {
        Tampering::Greylist(rule) => Some(rule),
        _ => None,
    });
    let word = if rule.is_some() { "on" } else { "off" };
    let strength = u8::from(rule.is_some());
    all.insert(format!("box {of}/greylisting"), graded(word, strength));
    let exempt = rule.map_or_else(String::new, |rule| rule.exempt.join(", "));
    all.insert(format!("box {of}/greylist exempts"), fixed(exempt));
}

fn of_sender(all: &mut Settings, playing: &Playing, sender: &Sender) {
    let (kind, name) = match sender.is_online() {
        true => ("outbound connector", &sender.connector),
        false => ("sender", &sender.name),
    };
    let mut put = |property: &str, setting| {
        all.insert(format!("{kind} {name}/{property}"), setting);
    };
    match &sender.judge {
        Judge::Eop(connector) => {
            let dane = connector.smtp_dane_mode;
            let strength = match dane {
                SmtpDaneMode::None => 0,
                SmtpDaneMode::Opportunistic => 1,
                SmtpDaneMode::Mandatory => 2,
            };
            put("SmtpDaneMode", graded(dane.name(), strength));
            let asks = connector.mta_sts_mode != MtaStsMode::None;
            put(
                "MtaStsMode",
                graded(connector.mta_sts_mode.name(), u8::from(asks)),
            );
            put("TlsSettings", level(connector.tls_settings));
            put(
                "TlsDomain",
                fixed(connector.tls_domain.clone().unwrap_or_default()),
            );
        }
        Judge::PinnedName(pinned) => {
            put("rule", fixed(sender.judge.name()));
            put("name", fixed(pinned.clone().unwrap_or_default()));
        }
        other => put("rule", fixed(other.name())),
    }
    // A way around a box is a way around what it looks for.
    put("server", fixed(sender.to.as_str()));
    put("revocation checks", strict(sender.checks_revocation));
    put(
        "expected name",
        fixed(sender.expects.clone().unwrap_or_default()),
    );
    for trusted in &sender.trusts {
        put(
            &format!("trust in {}", name_of(playing, trusted)),
            graded("given", 0),
        );
    }
}

/// What the files of a case call a certificate: `mail-root`.
fn name_of(playing: &Playing, der: &mailfault_certs::Der) -> String {
    let mut found = playing.certificates().filter_map(|(name, identity)| {
        let is_root = identity.roots().contains(der);
        match (identity.leaf() == der, is_root) {
            (true, _) => Some(name.to_owned()),
            (_, true) => Some(format!("{name}-root")),
            _ => None,
        }
    });
    found.next().unwrap_or_else(|| der.thumbprint())
}

fn level(settings: Option<TlsSettings>) -> Setting {
    match settings {
        None => graded("empty", 0),
        Some(one) => {
            let strength = match one {
                TlsSettings::EncryptionOnly => 1,
                TlsSettings::CertificateValidation => 2,
                TlsSettings::DomainValidation => 3,
            };
            graded(one.name(), strength)
        }
    }
}

fn of_receive_connector(all: &mut Settings, server: &str, one: &ReceiveConnector) {
    let mut put = |property: &str, setting| {
        let name = format!("receive connector {server}\\{}/{property}", one.name);
        all.insert(name, setting);
    };
    put("RequireTLS", strict(one.require_tls));
    put(
        "AuthMechanism Tls",
        strict(one.authenticates_by(AuthMechanism::Tls)),
    );
    put(
        "AuthMechanism ExternalAuthoritative",
        lax(one.authenticates_by(AuthMechanism::ExternalAuthoritative)),
    );
    put(
        "AuthMechanism BasicAuth without TLS",
        lax(one.authenticates_by(AuthMechanism::BasicAuth)
            && !one.authenticates_by(AuthMechanism::BasicAuthRequireTls)),
    );
    put(
        "PermissionGroups AnonymousUsers",
        lax(one.is_for(PermissionGroup::AnonymousUsers)),
    );
    put("relaying for everybody", lax(one.anonymous_relay));
}

fn of_send_connector(all: &mut Settings, one: &SendConnector) {
    let mut put = |property: &str, setting| {
        all.insert(format!("send connector {}/{property}", one.name), setting);
    };
    // Another way to the same place is a way around what stands there.
    put("SmartHosts", fixed(one.smart_hosts.join(", ")));
    put("RequireTLS", strict(one.require_tls));
    put("IgnoreSTARTTLS", lax(one.ignore_starttls));
    put("TlsAuthLevel", level(one.tls_auth_level));
    put(
        "TlsDomain",
        fixed(one.tls_domain.clone().unwrap_or_default()),
    );
}

fn of_inbound_connector(all: &mut Settings, one: &InboundConnector) {
    let mut put = |property: &str, setting| {
        all.insert(
            format!("inbound connector {}/{property}", one.name),
            setting,
        );
    };
    put("Enabled", strict(one.enabled));
    put("RequireTls", strict(one.require_tls));
    put(
        "RestrictDomainsToCertificate",
        strict(one.restrict_domains_to_certificate),
    );
    put(
        "RestrictDomainsToIPAddresses",
        strict(one.restrict_domains_to_ip_addresses),
    );
    put(
        "TlsSenderCertificateName",
        fixed(one.tls_sender_certificate_name.clone().unwrap_or_default()),
    );
    let addresses = one.sender_ip_addresses.iter().map(ToString::to_string);
    put(
        "SenderIPAddresses",
        fixed(addresses.collect::<Vec<_>>().join(", ")),
    );
}

/// Which policies are broken, a sentence each. What was broken from the beginning, and has to be
/// put right, is told of once mail flows: before that it would tell where to look.
pub(super) fn broken(
    before: &Settings,
    now: &Settings,
    text: &LabText,
    mail_flows: bool,
) -> Vec<String> {
    let may_change = |name: &str| {
        text.may_change
            .iter()
            .any(|part| name.contains(part.as_str()))
    };
    let mut broken = Vec::new();
    for (name, was) in before {
        if may_change(name) {
            continue;
        }
        match now.get(name) {
            None => broken.push(format!("{name} is gone; it was {}", shown(&was.value))),
            Some(is) if is == was => {}
            Some(is) => match (was.strength, is.strength) {
                (Some(was_strength), Some(strength)) if strength >= was_strength => {}
                _ => broken.push(format!(
                    "{name} is {}; it was {}",
                    shown(&is.value),
                    shown(&was.value)
                )),
            },
        }
    }
    for (name, is) in now {
        let trusted = name.rsplit_once("/trust in ").map(|(_, what)| what);
        let allowed = trusted.is_some_and(|what| text.may_trust.iter().any(|one| one == what));
        if !before.contains_key(name) && is.strength == Some(0) && trusted.is_some() && !allowed {
            broken.push(format!("{name} is {}", shown(&is.value)));
        }
    }
    for (name, wanted) in &text.policy {
        let is = now.get(name).map_or("not there", |is| is.value.as_str());
        let is_new = now.get(name) != before.get(name);
        if !is.eq_ignore_ascii_case(wanted) && (mail_flows || is_new) {
            let told = format!("{name} is {}; the policy is {}", shown(is), shown(wanted));
            broken.retain(|one| !one.starts_with(&format!("{name} ")));
            broken.push(told);
        }
    }
    broken
}

fn shown(value: &str) -> &str {
    match value {
        "" => "empty",
        value => value,
    }
}
