//! Domains, and the patterns that connectors have for them.

/// The domain of an address; `None` for the null sender and what has none.
pub(crate) fn of(address: &str) -> Option<&str> {
    let (_, domain) = address.rsplit_once('@')?;
    (!domain.is_empty()).then_some(domain)
}

/// Whether `name` is `domain` or below it.
pub(super) fn is_within(name: &str, domain: &str) -> bool {
    if name.eq_ignore_ascii_case(domain) {
        return true;
    }
    // By octets: a name from a certificate or an envelope may be anything.
    let (name, domain) = (name.as_bytes(), domain.as_bytes());
    let Some(front) = name.len().checked_sub(domain.len() + 1) else {
        return false;
    };
    name[front] == b'.' && name[front + 1..].eq_ignore_ascii_case(domain)
}

/// Whether a pattern is for this name: `*` for all, `*.contoso.com` for a domain and all below it,
/// a domain for itself alone. Microsoft's documentation of `Set-InboundConnector` says so of
/// `SenderDomains` and `TlsSenderCertificateName` alike.
pub(crate) fn covers(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some("") => true,
        Some(rest) => rest
            .strip_prefix('.')
            .is_some_and(|domain| is_within(name, domain)),
        None => pattern.eq_ignore_ascii_case(name),
    }
}

/// How closely a pattern says what it is for: a domain itself before a wildcard, a long wildcard
/// before a short one.
pub(crate) fn closeness(pattern: &str) -> (bool, usize) {
    (!pattern.starts_with('*'), pattern.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, name: &str, expected: bool) {
        assert_eq!(covers(pattern, name), expected, "{pattern} {name}");
    }

    #[test]
    fn patterns_are_for_a_domain_and_what_is_below_it() {
        check("*", "contoso.test", true);
        check("contoso.test", "CONTOSO.test", true);
        check("contoso.test", "mail.contoso.test", false);
        check("*.contoso.test", "mail.Contoso.test", true);
        check("*.contoso.test", "a.b.contoso.test", true);
        check("*.contoso.test", "contoso.test", true);
        check("*.contoso.test", "*.contoso.test", true);
        check("*.contoso.test", "xcontoso.test", false);
        check("mail.contoso.test", "*.contoso.test", false);
        check("*contoso.test", "mail.contoso.test", false);
        check("*.ö.test", "é.ö.test", true);
        check("*.ö.test", "öö", false);
        check("", "", true);
    }

    #[test]
    fn an_address_has_the_domain_behind_its_last_at() {
        assert_eq!(of("bob@contoso.test"), Some("contoso.test"));
        assert_eq!(of("\"a@b\"@contoso.test"), Some("contoso.test"));
        assert_eq!(of(""), None);
        assert_eq!(of("bob@"), None);
        assert_eq!(of("postmaster"), None);
    }
}
