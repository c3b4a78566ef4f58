//! Which send connector is for a domain, and where it leads to.

use super::send_connector::{SendConnector, TlsAuthLevel};
use crate::eop::domain::{closeness, covers};
use crate::transport::Destination;

/// The queue for a recipient's domain, by the connector whose address space is nearest to it.
pub(super) fn destination(connectors: &[SendConnector], domain: &str) -> Destination {
    let Some(connector) = connector_for(connectors, domain) else {
        return Destination::unreachable();
    };
    let mut destination = match connector.smart_hosts.is_empty() {
        true => Destination::domain(&connector.name, domain.to_ascii_lowercase()),
        false => Destination::smart_hosts(&connector.name, &connector.smart_hosts),
    };
    // Microsoft speaks of Domain Security alone; that it holds for `DomainValidation` is uncertain.
    if connector.tls_auth_level == Some(TlsAuthLevel::DomainValidation) {
        destination.tls_domain.clone_from(&connector.tls_domain);
    }
    destination
}

/// The nearest address space wins, then the lowest cost, then who comes first.
fn connector_for<'a>(connectors: &'a [SendConnector], domain: &str) -> Option<&'a SendConnector> {
    let enabled = connectors.iter().filter(|one| one.enabled);
    let spaces = enabled.flat_map(|connector| {
        let spaces = connector
            .address_spaces
            .iter()
            .filter_map(|text| space(text));
        spaces.map(move |(pattern, cost)| (connector, pattern, cost))
    });
    let fitting = spaces.filter(|(_, pattern, _)| covers(pattern, domain));
    // Of equals `min_by_key` has the first.
    let nearest =
        fitting.min_by_key(|(_, pattern, cost)| (std::cmp::Reverse(closeness(pattern)), *cost));
    nearest.map(|(connector, ..)| connector)
}

/// The pattern and the cost of `smtp:contoso.com;1`, where type and cost may be left out; `None`
/// for an address space of another type.
fn space(text: &str) -> Option<(&str, u32)> {
    let (space, cost) = match text.rsplit_once(';') {
        Some((space, cost)) => (space, cost.trim().parse().unwrap_or(1)),
        None => (text, 1),
    };
    match space.split_once(':') {
        Some((kind, pattern)) => kind
            .trim()
            .eq_ignore_ascii_case("smtp")
            .then(|| (pattern.trim(), cost)),
        None => Some((space.trim(), cost)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connector(name: &str, spaces: &[&str]) -> SendConnector {
        let mut connector = SendConnector::new(name);
        connector.address_spaces = spaces.iter().map(|&one| one.to_owned()).collect();
        connector
    }

    #[track_caller]
    fn check(domain: &str, expected: Option<&str>) {
        let mut off = connector("off", &["smtp:off.test;1"]);
        off.enabled = false;
        let all = [
            connector("below", &["SMTP:*.contoso.test;1"]),
            connector("partner", &["fabrikam.test", "smtp:Northwind.test"]),
            connector("dear", &["smtp:contoso.test;5"]),
            connector("cheap", &["smtp:contoso.test;2"]),
            connector("x400", &["X400:c=us;a=adatum;1"]),
            off,
        ];
        let found = connector_for(&all, domain).map(|one| one.name.as_str());
        assert_eq!(found, expected);
    }

    #[test]
    fn the_nearest_address_space_wins_and_then_the_lowest_cost() {
        check("contoso.test", Some("cheap"));
        check("mail.contoso.test", Some("below"));
        check("FABRIKAM.test", Some("partner"));
        check("northwind.TEST", Some("partner"));
        check("sub.fabrikam.test", None);
        check("off.test", None);
        check("", None);
    }

    #[test]
    fn a_connector_for_all_is_the_last_choice() {
        let all = [
            SendConnector::new("internet"),
            SendConnector::to_office_365("contoso.mail.onmicrosoft.com"),
        ];
        let tenant = destination(&all, "contoso.mail.onmicrosoft.com");
        assert_eq!(tenant.connector, "Outbound to Office 365");
        assert_eq!(
            tenant.tls_domain.as_deref(),
            Some("mail.protection.outlook.com")
        );
        assert_eq!(destination(&all, "contoso.test").connector, "internet");
        let mut relay = SendConnector::new("relay");
        relay.smart_hosts = vec!["[192.0.2.1]".to_owned(), "relay.test".to_owned()];
        assert_eq!(
            destination(&[relay], "x.test").domain,
            "[192.0.2.1],relay.test"
        );
    }
}
