//! `TLS protocol … negotiation succeeded …`: a connection in the words of Schannel.

use crate::fault::TlsVersion;
use crate::report::Tls;

/// A version of TLS that Exchange may have spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// TLS 1.0: what Exchange 2010 and 2013 spoke at first.
    Tls10,
    /// TLS 1.1.
    Tls11,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl From<TlsVersion> for Protocol {
    fn from(version: TlsVersion) -> Self {
        match version {
            TlsVersion::Tls10 => Self::Tls10,
            TlsVersion::Tls11 => Self::Tls11,
            TlsVersion::Tls12 => Self::Tls12,
            TlsVersion::Tls13 => Self::Tls13,
        }
    }
}

/// Which side of a TLS connection the server is whose log it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// It sends mail.
    Client,
    /// It takes mail.
    Server,
}

/// What two sides have agreed on.
#[derive(Clone, Debug, PartialEq)]
pub struct Negotiated {
    /// The version.
    pub protocol: Protocol,
    /// The cipher suite by its IANA name: `TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384`.
    pub cipher_suite: String,
    /// The group of the key exchange, as [`Tls::group`] has it: `secp384r1`. Empty if there is
    /// none.
    pub group: String,
    /// The bits of the server's RSA key, where the secret is encrypted to it; for other ways to
    /// exchange keys those of a group that is not known by name.
    pub key_bits: u32,
}

impl Negotiated {
    /// What a server of ours agreed on.
    #[must_use]
    pub fn of(tls: &Tls, key_bits: u32) -> Self {
        Self {
            protocol: tls.version.into(),
            cipher_suite: tls.cipher_suite.clone(),
            group: tls.group.clone(),
            key_bits,
        }
    }

    /// Whether the sentence about it was seen in a log, word for word but for the side. All
    /// others are inferred from those and from the names in Windows' headers.
    #[must_use]
    pub fn is_documented(&self) -> bool {
        let suite = self.cipher_suite.as_str();
        match self.protocol {
            Protocol::Tls10 => suite == "TLS_RSA_WITH_AES_128_CBC_SHA",
            // The sentence does not say which kind of key the certificate has.
            Protocol::Tls12 => {
                let signed = suite.strip_suffix("_WITH_AES_128_GCM_SHA256");
                let ephemeral = matches!(signed, Some("TLS_ECDHE_RSA" | "TLS_ECDHE_ECDSA"));
                ephemeral && self.group == "secp256r1"
            }
            Protocol::Tls11 | Protocol::Tls13 => false,
        }
    }
}

/// What Exchange writes when TLS is there.
///
/// ```
/// use mailfault::exchange::log::{Negotiated, Protocol, Side, tls_sentence};
///
/// let negotiated = Negotiated {
///     protocol: Protocol::Tls10,
///     cipher_suite: "TLS_RSA_WITH_AES_128_CBC_SHA".into(),
///     group: String::new(),
///     key_bits: 2048,
/// };
/// assert_eq!(
///     tls_sentence(&negotiated, Side::Client),
///     "TLS protocol SP_PROT_TLS1_0_CLIENT negotiation succeeded using bulk encryption algorithm CALG_AES_128 with strength 128 bits, MAC hash algorithm CALG_SHA1 with strength 160 bits and key exchange algorithm CALG_RSA_KEYX with strength 2048 bits"
/// );
/// ```
#[must_use]
pub fn tls_sentence(negotiated: &Negotiated, side: Side) -> String {
    let version = match negotiated.protocol {
        Protocol::Tls10 => "1_0",
        Protocol::Tls11 => "1_1",
        Protocol::Tls12 => "1_2",
        Protocol::Tls13 => "1_3",
    };
    let side = match side {
        Side::Client => "CLIENT",
        Side::Server => "SERVER",
    };
    let (cipher, cipher_bits) = cipher(&negotiated.cipher_suite);
    let (mac, mac_bits) = mac(&negotiated.cipher_suite);
    let (exchange, exchange_bits) = exchange(negotiated);
    format!(
        "TLS protocol SP_PROT_TLS{version}_{side} negotiation succeeded using bulk encryption algorithm {cipher} with strength {cipher_bits} bits, MAC hash algorithm {mac} with strength {mac_bits} bits and key exchange algorithm {exchange} with strength {exchange_bits} bits"
    )
}

/// What Windows' headers have no name for: an enumeration of .NET prints the number, and Schannel
/// leaves it 0. Inferred.
const NAMELESS: &str = "0";

/// AES-128 was seen in logs; the others are inferred from it.
fn cipher(suite: &str) -> (&'static str, u32) {
    const CIPHERS: [(&str, &str, u32); 7] = [
        ("AES_128", "CALG_AES_128", 128),
        ("AES_256", "CALG_AES_256", 256),
        ("3DES_EDE", "CALG_3DES", 168),
        ("RC4_128", "CALG_RC4", 128),
        ("CHACHA20_POLY1305", NAMELESS, 256),
        ("CAMELLIA_128", NAMELESS, 128),
        ("CAMELLIA_256", NAMELESS, 256),
    ];
    let found = CIPHERS.iter().find(|(name, ..)| suite.contains(name));
    found.map_or((NAMELESS, 0), |(_, name, bits)| (name, *bits))
}

/// A cipher that authenticates by itself has no MAC: the hash is that of the key derivation, and
/// its strength 0. `CALG_SHA1` and `CALG_SHA_256` were seen in logs.
fn mac(suite: &str) -> (&'static str, u32) {
    let last = suite.rsplit('_').next().unwrap_or_default();
    let (name, bits) = match last {
        "SHA" => ("CALG_SHA1", 160),
        "SHA256" => ("CALG_SHA_256", 256),
        "SHA384" => ("CALG_SHA_384", 384),
        "MD5" => ("CALG_MD5", 128),
        _ => (NAMELESS, 0),
    };
    let by_itself = ["_GCM_", "_CCM_", "_POLY1305_"];
    match by_itself.iter().any(|mode| suite.contains(mode)) {
        true => (name, 0),
        false => (name, bits),
    }
}

/// RSA with 2048 bits and ECDHE with 256 were seen in logs. TLS 1.3 names no key exchange in its
/// suites; the group does.
fn exchange(negotiated: &Negotiated) -> (&'static str, u32) {
    let suite = negotiated.cipher_suite.as_str();
    let group = group_bits(&negotiated.group);
    let bits = group.unwrap_or(negotiated.key_bits);
    let finite = negotiated.group.to_ascii_lowercase().starts_with("ffdhe");
    if suite.starts_with("TLS_RSA_WITH_") {
        ("CALG_RSA_KEYX", negotiated.key_bits)
    } else if finite || suite.starts_with("TLS_DHE_") {
        ("CALG_DH_EPHEM", bits)
    } else {
        ("CALG_ECDH_EPHEM", bits)
    }
}

/// The strength of a group by its name. That of X25519 and of hybrids with it is inferred.
fn group_bits(group: &str) -> Option<u32> {
    let group = group.to_ascii_lowercase();
    let bits = match group.as_str() {
        "secp384r1" | "secp384r1mlkem1024" => 384,
        "secp521r1" => 521,
        "x448" => 448,
        "secp256r1" | "secp256r1mlkem768" | "x25519" | "x25519mlkem768" => 256,
        _ => return group.strip_prefix("ffdhe")?.parse().ok(),
    };
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(protocol: Protocol, suite: &str, group: &str, expected: &str) {
        let negotiated = Negotiated {
            protocol,
            cipher_suite: suite.to_owned(),
            group: group.to_owned(),
            key_bits: 2048,
        };
        let sentence = tls_sentence(&negotiated, Side::Server);
        let words = sentence.split([' ', ',']).filter(|word| {
            word.contains('_') || (!word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()))
        });
        assert_eq!(words.collect::<Vec<_>>().join(" "), expected, "{suite}");
    }

    #[test]
    fn the_sentence_of_a_public_log_is_written() {
        let negotiated = Negotiated {
            protocol: Protocol::Tls12,
            cipher_suite: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256".to_owned(),
            group: "secp256r1".to_owned(),
            key_bits: 0,
        };
        assert!(negotiated.is_documented());
        assert_eq!(
            tls_sentence(&negotiated, Side::Server),
            "TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using bulk encryption algorithm CALG_AES_128 with strength 128 bits, MAC hash algorithm CALG_SHA_256 with strength 0 bits and key exchange algorithm CALG_ECDH_EPHEM with strength 256 bits"
        );
    }

    #[test]
    fn each_part_of_a_suite_has_its_words() {
        use Protocol::{Tls10, Tls11, Tls12, Tls13};
        check(
            Tls12,
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "secp384r1",
            "SP_PROT_TLS1_2_SERVER CALG_AES_256 256 CALG_SHA_384 0 CALG_ECDH_EPHEM 384",
        );
        check(
            Tls12,
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
            "secp384r1",
            "SP_PROT_TLS1_2_SERVER CALG_AES_256 256 CALG_SHA_384 384 CALG_ECDH_EPHEM 384",
        );
        check(
            Tls13,
            "TLS_AES_256_GCM_SHA384",
            "X25519",
            "SP_PROT_TLS1_3_SERVER CALG_AES_256 256 CALG_SHA_384 0 CALG_ECDH_EPHEM 256",
        );
        check(
            Tls13,
            "TLS_CHACHA20_POLY1305_SHA256",
            "X25519MLKEM768",
            "SP_PROT_TLS1_3_SERVER 0 256 CALG_SHA_256 0 CALG_ECDH_EPHEM 256",
        );
        check(
            Tls11,
            "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
            "ffdhe2048",
            "SP_PROT_TLS1_1_SERVER CALG_AES_256 256 CALG_SHA1 160 CALG_DH_EPHEM 2048",
        );
        check(
            Tls10,
            "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
            "",
            "SP_PROT_TLS1_0_SERVER CALG_3DES 168 CALG_SHA1 160 CALG_RSA_KEYX 2048",
        );
        check(
            Tls10,
            "TLS_RSA_WITH_RC4_128_MD5",
            "",
            "SP_PROT_TLS1_0_SERVER CALG_RC4 128 CALG_MD5 128 CALG_RSA_KEYX 2048",
        );
    }

    #[test]
    fn every_suite_of_this_build_has_a_sentence() {
        for suite in &crate::crypto::provider().cipher_suites {
            let name = crate::server::suite_name(suite.suite());
            assert_ne!(cipher(&name).1, 0, "{name}");
            assert_ne!(mac(&name).0, NAMELESS, "{name}");
        }
        for group in &crate::crypto::provider().kx_groups {
            let name = format!("{:?}", group.name());
            assert!(group_bits(&name).is_some(), "{name}");
        }
    }
}
