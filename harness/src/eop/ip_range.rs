//! Addresses, as connectors name them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::error::Error;

/// An address, or all with the same first bits: `192.0.2.7`, `192.0.2.0/24`, `::1`.
///
/// ```
/// use mailfault::eop::IpRange;
///
/// let range: IpRange = "192.0.2.0/24".parse()?;
/// assert!(range.contains("192.0.2.7".parse().unwrap()));
/// assert!("192.0.2.0/33".parse::<IpRange>().is_err());
/// # Ok::<(), mailfault::Error>(())
/// ```
///
/// Microsoft takes IPv4 alone for a connector, and from `/24` to `/32`; a test may say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IpRange {
    address: IpAddr,
    bits: u8,
}

impl IpRange {
    /// Whether an address is in it. An IPv4 address that came as IPv6 (`::ffff:192.0.2.7`) is the
    /// IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                (own.to_bits() ^ other.to_bits()) & mask == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.bits))
                    .unwrap_or(0);
                (own.to_bits() ^ other.to_bits()) & mask == 0
            }
            _ => false,
        }
    }
}

impl From<IpAddr> for IpRange {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let bits = if address.is_ipv4() { 32 } else { 128 };
        Self { address, bits }
    }
}

impl From<Ipv4Addr> for IpRange {
    fn from(address: Ipv4Addr) -> Self {
        IpAddr::V4(address).into()
    }
}

impl From<Ipv6Addr> for IpRange {
    fn from(address: Ipv6Addr) -> Self {
        IpAddr::V6(address).into()
    }
}

impl FromStr for IpRange {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self, Error> {
        let bad = || Error::BadSetting {
            what: "SenderIPAddresses",
            why: format!("`{given}` is no address as `192.0.2.7` and no range as `192.0.2.0/24`"),
        };
        let (address, bits) = match given.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (given, None),
        };
        let whole = Self::from(address.parse::<IpAddr>().map_err(|_| bad())?);
        match bits.map(str::parse::<u8>) {
            None => Ok(whole),
            Some(Ok(bits)) if bits <= whole.bits => Ok(Self { bits, ..whole }),
            Some(_) => Err(bad()),
        }
    }
}

impl From<&str> for IpRange {
    /// As [`FromStr`], for a text that stands in the test's own code.
    ///
    /// # Panics
    ///
    /// If the text is no address and no range.
    #[track_caller]
    fn from(given: &str) -> Self {
        match given.parse() {
            Ok(range) => range,
            Err(error) => panic!("{error}"),
        }
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.address)?;
        match (self.address, self.bits) {
            (IpAddr::V4(_), 32) | (IpAddr::V6(_), 128) => Ok(()),
            (_, bits) => write!(f, "/{bits}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(range: &str, address: &str, expected: bool) {
        let range: IpRange = range.into();
        assert_eq!(
            range.contains(address.parse().unwrap()),
            expected,
            "{range}"
        );
    }

    #[test]
    fn ranges_hold_what_shares_their_first_bits() {
        check("192.0.2.7", "192.0.2.7", true);
        check("192.0.2.7", "192.0.2.8", false);
        check("192.0.2.7", "::ffff:192.0.2.7", true);
        check("192.0.2.0/25", "192.0.2.127", true);
        check("192.0.2.0/25", "192.0.2.128", false);
        check("0.0.0.0/0", "203.0.113.1", true);
        check("0.0.0.0/0", "::1", false);
        check("2001:db8::/32", "2001:db8:1::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("::/0", "2001:db9::1", true);
    }

    #[test]
    fn what_is_no_range_is_explained() {
        for bad in [
            "",
            "host",
            "192.0.2.0/33",
            "192.0.2.0/-1",
            "192.0.2.0/",
            "::/129",
        ] {
            let error = bad.parse::<IpRange>().unwrap_err().to_string();
            let start = format!("bad SenderIPAddresses: `{bad}` is no address");
            assert!(error.starts_with(&start), "{error}");
        }
    }

    #[test]
    fn ranges_are_printed_as_they_were_written() {
        for text in ["192.0.2.7", "192.0.2.0/24", "::1", "2001:db8::/32"] {
            assert_eq!(IpRange::from(text).to_string(), text);
        }
    }
}
