//! The names a certificate can carry.

use std::fmt;
use std::net::IpAddr;

use crate::asn1;
use crate::error::Error;
use crate::punycode;

/// A DNS name in ASCII, perhaps a wildcard, or an IP address; a flaw may make it anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Dns(String),
    Ip(IpAddr),
    Email(String),
    Uri(String),
}

impl Host {
    /// What a person writes: `mx.test`, `*.contoso.com`, `mäil.example`, `192.0.2.1`, `::1`.
    pub(crate) fn read(name: &str) -> Result<Self, Error> {
        if let Ok(address) = name.parse() {
            return Ok(Self::Ip(address));
        }
        let wrong = |why| Error::Name {
            name: name.to_owned(),
            why,
        };
        let labels = name.split('.').enumerate().map(|(place, label)| {
            if label.chars().count() > 63 {
                return Err("a label is longer than 63 octets");
            }
            let label = to_ascii(label);
            match label.as_str() {
                "" => Err("a label is empty"),
                "*" if place == 0 => Ok(label),
                _ if label.contains('*') => Err("a wildcard stands alone in the first label"),
                _ if label.len() > 63 => Err("a label is longer than 63 octets"),
                _ if label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) =>
                {
                    Ok(label)
                }
                _ => Err(
                    "a label holds something other than letters, digits, hyphens and underscores",
                ),
            }
        });
        let name = labels
            .collect::<Result<Vec<_>, _>>()
            .map_err(wrong)?
            .join(".");
        match name.len() {
            _ if name == "*" => Err(wrong("a wildcard needs a domain")),
            0..=253 => Ok(Self::Dns(name)),
            _ => Err(wrong("it is longer than 253 octets")),
        }
    }

    /// RFC 5280 §4.2.1.6: rfc822Name is choice 1, dNSName 2, uniformResourceIdentifier 6, iPAddress 7.
    pub(crate) fn general_name(&self) -> Vec<u8> {
        match self {
            Self::Email(address) => asn1::implicit(1, address.as_bytes()),
            Self::Uri(uri) => asn1::implicit(6, uri.as_bytes()),
            Self::Dns(name) => asn1::implicit(2, name.as_bytes()),
            Self::Ip(IpAddr::V4(address)) => asn1::implicit(7, &address.octets()),
            Self::Ip(IpAddr::V6(address)) => asn1::implicit(7, &address.octets()),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) => f.write_str(text),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

/// The A-label (RFC 5890 §2.3.2.1). Letters are lowered; composing them (NFC) is left to the writer.
fn to_ascii(label: &str) -> String {
    if label.is_ascii() {
        label.to_owned()
    } else {
        format!("xn--{}", punycode::encode(&label.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::Host;

    #[test]
    fn what_people_write_is_understood() {
        #[track_caller]
        fn check(name: &str, expected: &str) {
            match Host::read(name) {
                Ok(host) => assert_eq!(format!("{host:?}"), expected),
                Err(error) => assert_eq!(
                    error.to_string(),
                    format!("`{name}` is not a name for a certificate: {expected}")
                ),
            }
        }
        check("mx.test", r#"Dns("mx.test")"#);
        check("MX.Test", r#"Dns("MX.Test")"#);
        check("EX01", r#"Dns("EX01")"#);
        check("_mta-sts.mx_1.test", r#"Dns("_mta-sts.mx_1.test")"#);
        check("*.contoso.com", r#"Dns("*.contoso.com")"#);
        check("Mäil.example", r#"Dns("xn--mil-qla.example")"#);
        check("192.0.2.1", "Ip(192.0.2.1)");
        check("2001:db8::1", "Ip(2001:db8::1)");
        check("", "a label is empty");
        check("mx.test.", "a label is empty");
        check("mx..test", "a label is empty");
        check("*", "a wildcard needs a domain");
        check("ma*.test", "a wildcard stands alone in the first label");
        check("mail.*.test", "a wildcard stands alone in the first label");
        check(
            "bob@mx.test",
            "a label holds something other than letters, digits, hyphens and underscores",
        );
        check(
            "mx test",
            "a label holds something other than letters, digits, hyphens and underscores",
        );
        check(&"a".repeat(64), "a label is longer than 63 octets");
        check(&vec!["a"; 128].join("."), "it is longer than 253 octets");
    }
}
