//! How a connector talks: which property drives which line of the EHLO reply, and which reply.

use super::receive_connector::{AuthMechanism, ReceiveConnector, SizeEnabled, TransportRole};
use super::version::Version;
use crate::persona::{Limits, Persona};
use crate::smtp::Reply;

/// The persona of a connector.
pub(super) fn persona(version: Version, connector: &ReceiveConnector, host: &str) -> Persona {
    let mut persona = version.persona().host(host);
    if let Some(banner) = &connector.banner {
        // `Set-ReceiveConnector` takes nothing that does not begin with 220.
        persona.banner = Reply::new(
            220,
            banner.strip_prefix("220").unwrap_or(banner).trim_start(),
        );
    }
    persona.ehlo = ehlo(version, connector, Within::Clear);
    persona.ehlo_tls = ehlo(version, connector, Within::Tls);
    if !version.has_front_end() {
        persona.replies.auth_first = Reply::from("530 5.7.1 Client was not authenticated");
        persona.replies.too_many_sessions = Reply::from(
            "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel",
        );
    }
    persona.limits = Limits {
        line: match connector.long_addresses_enabled {
            true => 8_000,
            false => persona.limits.line,
        },
        message: connector.max_message_size,
        recipients: connector.max_recipients_per_message,
        errors: connector.max_protocol_errors.unwrap_or(usize::MAX),
        logon_failures: match connector.max_logon_failures {
            0 => usize::MAX,
            limit => limit,
        },
        concurrent: connector.max_inbound_connection.unwrap_or(usize::MAX),
        idle: connector.connection_inactivity_timeout,
        session: connector.connection_timeout,
        tarpit: connector.tarpit_interval,
        ..persona.limits
    };
    persona
}

/// Where EHLO is said.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Within {
    Clear,
    Tls,
    /// Inside TLS that X-ANONYMOUSTLS began.
    AnonymousTls,
}

/// The keywords of the EHLO reply, in the order of the captures.
pub(super) fn ehlo(version: Version, connector: &ReceiveConnector, within: Within) -> Vec<String> {
    let hub = connector.transport_role == TransportRole::HubTransport;
    let old = !version.has_front_end();
    let has = |mechanism| connector.authenticates_by(mechanism);
    let servers = has(AuthMechanism::ExchangeServer);
    let clear = within == Within::Clear;
    let size = match connector.size_enabled {
        SizeEnabled::Enabled => Some("SIZE {max-size}"),
        SizeEnabled::EnabledWithoutValue => Some("SIZE"),
        SizeEnabled::Disabled => None,
    };
    let when = |condition: bool, line: &'static str| condition.then_some(line);
    let expansion = match (within, old) {
        (Within::AnonymousTls, _) => "X-EXPS EXCHANGEAUTH GSSAPI NTLM",
        (_, true) => "X-EXPS NTLM",
        (_, false) => "X-EXPS GSSAPI NTLM",
    };
    let auth = auth(version, connector, clear);
    let lines = [
        size,
        when(connector.pipelining_enabled, "PIPELINING"),
        when(connector.delivery_status_notification_enabled, "DSN"),
        when(
            connector.enhanced_status_codes_enabled,
            "ENHANCEDSTATUSCODES",
        ),
        when(clear && has(AuthMechanism::Tls), "STARTTLS"),
        when(
            clear && servers && !connector.suppress_x_anonymous_tls,
            "X-ANONYMOUSTLS",
        ),
        auth.as_deref(),
        when(servers, expansion),
        when(within == Within::AnonymousTls, "X-EXCHANGEAUTH SHA256"),
        when(connector.eight_bit_mime_enabled, "8BITMIME"),
        when(
            connector.binary_mime_enabled && connector.chunking_enabled,
            "BINARYMIME",
        ),
        when(connector.chunking_enabled, "CHUNKING"),
        when(hub, "XEXCH50"),
        when(
            version >= Version::Exchange2019 && connector.smtp_utf8_enabled,
            "SMTPUTF8",
        ),
        // Where these two stand in the list is uncertain.
        when(connector.orar_enabled, "XORAR"),
        when(connector.long_addresses_enabled, "XLONGADDR"),
        when(!old, "XRDST"),
        when(hub && old, "XSHADOW"),
        when(hub && !old, "XSHADOWREQUEST"),
    ];
    lines.into_iter().flatten().map(str::to_owned).collect()
}

/// The line of AUTH. In a capture of 2010 without BasicAuth there is none.
fn auth(version: Version, connector: &ReceiveConnector, clear: bool) -> Option<String> {
    use AuthMechanism::{BasicAuth, BasicAuthRequireTls, Integrated};
    let has = |mechanism| connector.authenticates_by(mechanism);
    if !version.has_front_end() && !has(BasicAuth) {
        return None;
    }
    let mut words = vec!["AUTH"];
    if has(Integrated) {
        words.extend(connector.enable_auth_gssapi.then_some("GSSAPI"));
        words.push("NTLM");
    }
    if has(BasicAuth) && !(clear && has(BasicAuthRequireTls)) {
        words.push("LOGIN");
    }
    (words.len() > 1).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The EHLO lists of a default connector, in clear and inside TLS.
    #[track_caller]
    fn check(version: Version, connector: usize, clear: &str, tls: &str) {
        let connector = &ReceiveConnector::defaults(version, "EX01")[connector];
        assert_eq!(ehlo(version, connector, Within::Clear).join(", "), clear);
        assert_eq!(ehlo(version, connector, Within::Tls).join(", "), tls);
    }

    #[test]
    fn default_connectors_list_what_was_captured() {
        check(
            Version::Exchange2016,
            0,
            "SIZE {max-size}, PIPELINING, DSN, ENHANCEDSTATUSCODES, STARTTLS, X-ANONYMOUSTLS, AUTH NTLM, X-EXPS GSSAPI NTLM, 8BITMIME, BINARYMIME, CHUNKING, XRDST",
            "SIZE {max-size}, PIPELINING, DSN, ENHANCEDSTATUSCODES, AUTH NTLM LOGIN, X-EXPS GSSAPI NTLM, 8BITMIME, BINARYMIME, CHUNKING, XRDST",
        );
        check(
            Version::Exchange2019,
            0,
            "SIZE {max-size}, PIPELINING, DSN, ENHANCEDSTATUSCODES, STARTTLS, X-ANONYMOUSTLS, AUTH NTLM, X-EXPS GSSAPI NTLM, 8BITMIME, BINARYMIME, CHUNKING, SMTPUTF8, XRDST",
            "SIZE {max-size}, PIPELINING, DSN, ENHANCEDSTATUSCODES, AUTH NTLM LOGIN, X-EXPS GSSAPI NTLM, 8BITMIME, BINARYMIME, CHUNKING, SMTPUTF8, XRDST",
        );
        check(
            Version::Exchange2013,
            3,
            "SIZE, PIPELINING, DSN, ENHANCEDSTATUSCODES, STARTTLS, X-ANONYMOUSTLS, AUTH NTLM, X-EXPS GSSAPI NTLM, 8BITMIME, BINARYMIME, CHUNKING, XEXCH50, XRDST, XSHADOWREQUEST",
            "SIZE, PIPELINING, DSN, ENHANCEDSTATUSCODES, AUTH NTLM LOGIN, X-EXPS GSSAPI NTLM, 8BITMIME, BINARYMIME, CHUNKING, XEXCH50, XRDST, XSHADOWREQUEST",
        );
    }

    #[test]
    fn the_default_frontend_talks_as_the_personas_do() {
        for version in [
            Version::Exchange2013,
            Version::Exchange2016,
            Version::Exchange2019,
        ] {
            let connector = &ReceiveConnector::defaults(version, "EX01")[0];
            let known = version.persona();
            let ours = persona(version, connector, &known.host);
            assert_eq!((ours.ehlo, ours.ehlo_tls), (known.ehlo, known.ehlo_tls));
            assert_eq!((ours.banner, ours.replies), (known.banner, known.replies));
        }
    }

    #[test]
    fn a_2010_list_without_basic_is_as_captured() {
        let mut connector = ReceiveConnector::defaults(Version::Exchange2010, "EX01").remove(0);
        connector.auth_mechanism.remove(&AuthMechanism::BasicAuth);
        connector
            .auth_mechanism
            .remove(&AuthMechanism::BasicAuthRequireTls);
        assert_eq!(
            ehlo(Version::Exchange2010, &connector, Within::Clear).join(", "),
            "SIZE {max-size}, PIPELINING, DSN, ENHANCEDSTATUSCODES, STARTTLS, X-ANONYMOUSTLS, X-EXPS NTLM, 8BITMIME, BINARYMIME, CHUNKING, XEXCH50, XSHADOW"
        );
    }

    #[test]
    fn every_property_takes_its_line_away() {
        #[track_caller]
        fn check(keyword: &str, change: impl Fn(&mut ReceiveConnector)) {
            let version = Version::Exchange2019;
            let mut connector = ReceiveConnector::defaults(version, "EX01").remove(0);
            let has = |connector: &ReceiveConnector| {
                let list = ehlo(version, connector, Within::Clear);
                list.iter()
                    .any(|line| line.split(' ').next() == Some(keyword))
            };
            assert!(has(&connector), "{keyword}");
            change(&mut connector);
            assert!(!has(&connector), "{keyword}");
        }
        check("SIZE", |one| one.size_enabled = SizeEnabled::Disabled);
        check("PIPELINING", |one| one.pipelining_enabled = false);
        check("DSN", |one| {
            one.delivery_status_notification_enabled = false
        });
        check("ENHANCEDSTATUSCODES", |one| {
            one.enhanced_status_codes_enabled = false
        });
        check("8BITMIME", |one| one.eight_bit_mime_enabled = false);
        check("BINARYMIME", |one| one.binary_mime_enabled = false);
        check("BINARYMIME", |one| one.chunking_enabled = false);
        check("CHUNKING", |one| one.chunking_enabled = false);
        check("SMTPUTF8", |one| one.smtp_utf8_enabled = false);
        check("X-ANONYMOUSTLS", |one| one.suppress_x_anonymous_tls = true);
        let without = |mechanism| {
            move |one: &mut ReceiveConnector| {
                one.auth_mechanism.remove(&mechanism);
            }
        };
        check("STARTTLS", |one| without(AuthMechanism::Tls)(one));
        check("X-ANONYMOUSTLS", |one| {
            without(AuthMechanism::ExchangeServer)(one)
        });
        check("X-EXPS", |one| without(AuthMechanism::ExchangeServer)(one));
        check("AUTH", |one| without(AuthMechanism::Integrated)(one));
    }
}
