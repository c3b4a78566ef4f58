//! One X.509 certificate, from what it says to its bytes (RFC 5280 §4.1).

use std::time::SystemTime;

use crate::asn1;
use crate::distinguished_name::DistinguishedName;
use crate::encoding::Der;
use crate::host::Host;
use crate::key::Key;

/// What a certificate says.
pub(crate) struct Certificate<'a> {
    pub(crate) serial: &'a [u8],
    pub(crate) issuer: &'a DistinguishedName,
    pub(crate) validity: Validity,
    pub(crate) subject: &'a DistinguishedName,
    pub(crate) key: &'a Key,
    pub(crate) names: &'a [Host],
    pub(crate) purpose: Purpose,
}

/// From, to.
pub(crate) type Validity = (SystemTime, SystemTime);

#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// A CA, perhaps with a limit to the CAs below it.
    Authority { path_len: Option<u8> },
    /// Signs certificates and says that it may, yet is no CA: `tls/intermediate-not-ca`.
    FalseAuthority,
    /// A TLS server.
    Server,
    /// A TLS client: `tls/eku-client-only`.
    Client,
}

impl Certificate<'_> {
    /// Signs with `authority`, which for a self-signed certificate is its own key.
    pub(crate) fn signed_by(&self, authority: &Key) -> Der {
        let body = self.to_be_signed(authority);
        let signature = authority.sign(&body);
        asn1::sequence([
            body,
            authority.signature_algorithm(),
            asn1::bit_string(&signature),
        ])
        .into()
    }

    fn to_be_signed(&self, authority: &Key) -> Vec<u8> {
        let (from, to) = self.validity;
        asn1::sequence([
            asn1::context(0, &asn1::integer(&[2])), // version 3
            asn1::integer(self.serial),
            authority.signature_algorithm(),
            self.issuer.der(),
            asn1::sequence([asn1::time(from), asn1::time(to)]),
            self.subject.der(),
            self.key.public_key_info(),
            asn1::context(3, &asn1::sequence(self.extensions(authority))),
        ])
    }

    fn extensions(&self, authority: &Key) -> Vec<Vec<u8>> {
        let authority_key = asn1::sequence([asn1::implicit(0, &authority.identifier())]);
        let mut extensions = vec![
            extension(AUTHORITY_KEY_IDENTIFIER, false, &authority_key),
            extension(
                SUBJECT_KEY_IDENTIFIER,
                false,
                &asn1::octet_string(&self.key.identifier()),
            ),
            extension(KEY_USAGE, true, &asn1::named_bits(self.purpose.key_usage())),
            extension(BASIC_CONSTRAINTS, true, &self.purpose.basic_constraints()),
        ];
        if let Some(usage) = self.purpose.extended_key_usage() {
            extensions.push(extension(EXTENDED_KEY_USAGE, false, &usage));
        }
        if !self.names.is_empty() {
            let names: Vec<_> = self.names.iter().map(Host::general_name).collect();
            // RFC 5280 §4.1.2.6: critical where it is all there is to name the subject.
            let critical = self.subject.is_empty();
            extensions.push(extension(
                SUBJECT_ALT_NAME,
                critical,
                &asn1::sequence(names),
            ));
        }
        extensions
    }
}

impl Purpose {
    /// RFC 5280 §4.2.1.3: digitalSignature for servers and clients, keyCertSign and cRLSign for authorities.
    fn key_usage(self) -> u8 {
        match self {
            Self::Authority { .. } | Self::FalseAuthority => 0b0000_0110,
            Self::Server | Self::Client => 0b1000_0000,
        }
    }

    /// RFC 5280 §4.2.1.9; `cA` is FALSE by being left out.
    fn basic_constraints(self) -> Vec<u8> {
        match self {
            Self::Authority { path_len: None } => asn1::sequence([asn1::boolean(true)]),
            Self::Authority {
                path_len: Some(limit),
            } => asn1::sequence([asn1::boolean(true), asn1::integer(&[limit])]),
            Self::FalseAuthority | Self::Server | Self::Client => asn1::sequence([]),
        }
    }

    /// RFC 5280 §4.2.1.12: id-kp-serverAuth, id-kp-clientAuth.
    fn extended_key_usage(self) -> Option<Vec<u8>> {
        let last = match self {
            Self::Authority { .. } | Self::FalseAuthority => return None,
            Self::Server => 1,
            Self::Client => 2,
        };
        Some(asn1::sequence([asn1::oid(&[1, 3, 6, 1, 5, 5, 7, 3, last])]))
    }
}

fn extension(oid: &[u64], critical: bool, content: &[u8]) -> Vec<u8> {
    let mut parts = vec![asn1::oid(oid)];
    if critical {
        parts.push(asn1::boolean(true));
    }
    parts.push(asn1::octet_string(content));
    asn1::sequence(parts)
}

const SUBJECT_KEY_IDENTIFIER: &[u64] = &[2, 5, 29, 14];
const KEY_USAGE: &[u64] = &[2, 5, 29, 15];
const SUBJECT_ALT_NAME: &[u64] = &[2, 5, 29, 17];
const BASIC_CONSTRAINTS: &[u64] = &[2, 5, 29, 19];
const AUTHORITY_KEY_IDENTIFIER: &[u64] = &[2, 5, 29, 35];
const EXTENDED_KEY_USAGE: &[u64] = &[2, 5, 29, 37];
