//! One X.509 certificate, from what it says to its fields (RFC 5280 §4.1).

use std::time::SystemTime;

use crate::asn1;
use crate::distinguished_name::DistinguishedName;
use crate::draft::{Draft, Extension};
use crate::host::Host;
use crate::key::{Key, Scheme};

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
    /// A TLS server; one whose key enciphers can do the key exchange of old TLS with it.
    Server { enciphers: bool },
    /// A TLS client: `tls/eku-client-only`.
    Client,
}

impl Certificate<'_> {
    /// What `authority` is to sign, which for a self-signed certificate has the same key.
    pub(crate) fn draft(&self, authority: &Key, scheme: Scheme) -> Draft {
        let (from, to) = self.validity;
        let algorithm = authority.signature_algorithm(scheme);
        let mut draft = Draft {
            version: Vec::new(),
            serial: asn1::integer(self.serial),
            algorithm: algorithm.clone(),
            issuer: self.issuer.der(),
            not_before: asn1::time(from),
            not_after: asn1::time(to),
            subject: self.subject.der(),
            public_key: self.key.public_key_info(),
            extensions: Some(self.extensions(authority)),
            outer_algorithm: algorithm,
        };
        draft.set_version(2);
        draft
    }

    fn extensions(&self, authority: &Key) -> Vec<Extension> {
        let authority_key = asn1::sequence([asn1::implicit(0, &authority.identifier())]);
        let own_key = asn1::octet_string(&self.key.identifier());
        let mut extensions = vec![
            Extension::new(AUTHORITY_KEY_IDENTIFIER, false, authority_key),
            Extension::new(SUBJECT_KEY_IDENTIFIER, false, own_key),
            Extension::new(KEY_USAGE, true, asn1::named_bits(self.purpose.key_usage())),
            Extension::new(BASIC_CONSTRAINTS, true, self.purpose.basic_constraints()),
        ];
        if let Some(usage) = self.purpose.extended_key_usage() {
            extensions.push(Extension::new(EXTENDED_KEY_USAGE, false, usage));
        }
        if !self.names.is_empty() {
            // RFC 5280 §4.1.2.6: critical where it is all there is to name the subject.
            let critical = self.subject.is_empty();
            extensions.push(Extension::new(
                SUBJECT_ALT_NAME,
                critical,
                alternative_names(self.names),
            ));
        }
        extensions
    }
}

/// RFC 5280 §4.2.1.6.
pub(crate) fn alternative_names(names: &[Host]) -> Vec<u8> {
    asn1::sequence(names.iter().map(Host::general_name).collect::<Vec<_>>())
}

impl Purpose {
    /// RFC 5280 §4.2.1.3: digitalSignature, and perhaps keyEncipherment, for servers and clients, keyCertSign and
    /// cRLSign for authorities.
    fn key_usage(self) -> u8 {
        match self {
            Self::Authority { .. } | Self::FalseAuthority => 0b0000_0110,
            Self::Server { enciphers: true } => 0b1010_0000,
            Self::Server { enciphers: false } | Self::Client => 0b1000_0000,
        }
    }

    /// RFC 5280 §4.2.1.9; `cA` is FALSE by being left out.
    fn basic_constraints(self) -> Vec<u8> {
        match self {
            Self::Authority { path_len: None } => asn1::sequence([asn1::boolean(true)]),
            Self::Authority {
                path_len: Some(limit),
            } => asn1::sequence([asn1::boolean(true), asn1::integer(&[limit])]),
            Self::FalseAuthority | Self::Server { .. } | Self::Client => asn1::sequence([]),
        }
    }

    /// RFC 5280 §4.2.1.12: id-kp-serverAuth, id-kp-clientAuth.
    fn extended_key_usage(self) -> Option<Vec<u8>> {
        let last = match self {
            Self::Authority { .. } | Self::FalseAuthority => return None,
            Self::Server { .. } => 1,
            Self::Client => 2,
        };
        Some(asn1::sequence([key_purpose(last)]))
    }
}

/// id-kp with its last number (RFC 5280 §4.2.1.12).
pub(crate) fn key_purpose(last: u64) -> Vec<u8> {
    asn1::oid(&[1, 3, 6, 1, 5, 5, 7, 3, last])
}

pub(crate) const SUBJECT_KEY_IDENTIFIER: &[u64] = &[2, 5, 29, 14];
pub(crate) const KEY_USAGE: &[u64] = &[2, 5, 29, 15];
pub(crate) const SUBJECT_ALT_NAME: &[u64] = &[2, 5, 29, 17];
pub(crate) const BASIC_CONSTRAINTS: &[u64] = &[2, 5, 29, 19];
pub(crate) const AUTHORITY_KEY_IDENTIFIER: &[u64] = &[2, 5, 29, 35];
pub(crate) const NAME_CONSTRAINTS: &[u64] = &[2, 5, 29, 30];
pub(crate) const POLICY_CONSTRAINTS: &[u64] = &[2, 5, 29, 36];
pub(crate) const EXTENDED_KEY_USAGE: &[u64] = &[2, 5, 29, 37];

pub(crate) use crate::algorithm::UNKNOWN;
