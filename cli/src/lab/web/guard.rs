//! Who may ask at all: browsers that were told our address, and not a page of somebody else.
//!
//! A page anywhere can make a browser send requests to this machine, and by DNS rebinding even read
//! the answers under a name of its own. `Host` then has that name, and `Origin` that page.

use std::net::{IpAddr, Ipv6Addr};

use hyper::HeaderMap;
use hyper::header::{HOST, HeaderName, ORIGIN};

/// What is let in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    pub(crate) port: u16,
    /// Whether others can connect. They know us by an address: a name could be anybody's.
    pub(crate) exposed: bool,
}

impl Guard {
    /// Whether this is for us, and from nobody else's page.
    pub(crate) fn lets_in(self, headers: &HeaderMap) -> bool {
        let Some(host) = only(headers, &HOST) else {
            return false;
        };
        if !self.is_ours(host) {
            return false;
        }
        match headers.contains_key(ORIGIN) {
            // Navigation, and programs that are no browsers.
            false => true,
            true => only(headers, &ORIGIN).is_some_and(|origin| {
                let rest = origin.strip_prefix("http://");
                rest.is_some_and(|rest| rest.eq_ignore_ascii_case(host))
            }),
        }
    }

    fn is_ours(self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port),
            _ => return false,
        };
        if port.parse() != Ok(self.port) {
            return false;
        }
        if name.eq_ignore_ascii_case("localhost") {
            return true;
        }
        let literal = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        let address = match literal {
            Some(literal) => literal.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => name.parse().ok().filter(IpAddr::is_ipv4),
        };
        address.is_some_and(|address| address.is_loopback() || self.exposed)
    }
}

/// The value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use hyper::header::{HOST, ORIGIN};

    use super::Guard;

    #[track_caller]
    fn check(exposed: bool, host: &str, origin: Option<&str>, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        let guard = Guard {
            port: 8025,
            exposed,
        };
        assert_eq!(guard.lets_in(&headers), expected, "{host} {origin:?}");
    }

    #[test]
    fn loopback_has_these_names() {
        for host in [
            "127.0.0.1:8025",
            "localhost:8025",
            "LOCALHOST:8025",
            "[::1]:8025",
            "127.0.0.2:8025",
        ] {
            check(false, host, None, true);
        }
        for host in [
            "127.0.0.1",
            "127.0.0.1:80",
            "evil.test:8025",
            "localhost.evil.test:8025",
            "127.0.0.1.evil.test:8025",
            "[::1]",
            "[::1",
            "::1:8025",
            "0.0.0.0:8025",
            "",
            ":8025",
            "192.0.2.1:8025",
            "127.1:8025",
            "localhost:8025:8025",
            "user@localhost:8025",
        ] {
            check(false, host, None, false);
        }
    }

    #[test]
    fn pages_of_others_are_not_let_in() {
        let host = "127.0.0.1:8025";
        check(false, host, Some("http://127.0.0.1:8025"), true);
        for origin in [
            "http://localhost:8025",
            "https://127.0.0.1:8025",
            "http://127.0.0.1:80",
            "http://evil.test",
            "null",
            "",
        ] {
            check(false, host, Some(origin), false);
        }
    }

    /// A name could lead anywhere tomorrow, an address cannot.
    #[test]
    fn whoever_is_exposed_is_known_by_an_address() {
        check(true, "192.0.2.1:8025", Some("http://192.0.2.1:8025"), true);
        check(true, "[2001:db8::1]:8025", None, true);
        check(true, "trainer.evil.test:8025", None, false);
        check(true, "192.0.2.1:8025", Some("http://evil.test"), false);
    }

    #[test]
    fn two_hosts_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(HOST, "127.0.0.1:8025".parse().unwrap());
        headers.append(HOST, "evil.test".parse().unwrap());
        let guard = Guard {
            port: 8025,
            exposed: false,
        };
        assert!(!guard.lets_in(&headers));
        assert!(!guard.lets_in(&HeaderMap::new()));
    }
}
