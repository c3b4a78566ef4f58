//! A certificate, as far as judges look into it.

use std::time::SystemTime;

use mailfault_certs::Der;
use rustls::pki_types::{AlgorithmIdentifier, SignatureVerificationAlgorithm};
use x509_parser::der_parser::asn1_rs::{Any, Tag};
use x509_parser::der_parser::oid::Oid;
use x509_parser::prelude::{
    CertificateRevocationList, FromDer as _, ParsedExtension, X509Certificate,
};
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::certificate_facts::CertificateFacts;
use crate::crypto;

/// What a certificate says, beyond its [facts](CertificateFacts).
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) der: Der,
    pub(super) facts: CertificateFacts,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    pub(super) key: PublicKeyFacts,
    /// The key's algorithm and the key itself, as the verifying algorithms want them.
    key_algorithm: Vec<u8>,
    key_octets: Vec<u8>,
    signature_algorithm: Vec<u8>,
    /// The algorithm inside the signed part is another than the one outside.
    pub(super) signature_algorithms_differ: bool,
    signature: Vec<u8>,
    signed: Vec<u8>,
    pub(super) hash: Hash,
    pub(super) extensions: Extensions,
    pub(super) serial: Vec<u8>,
}

/// The extensions that are judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Extensions {
    /// `cA` of basicConstraints; `None` without that extension.
    pub(super) ca: Option<bool>,
    pub(super) path_length: Option<u32>,
    /// `None` without keyUsage.
    pub(super) key_usage: Option<KeyUsage>,
    /// `None` without extKeyUsage.
    pub(super) extended: Option<ExtendedUsage>,
    pub(super) has_subject_alternative_name: bool,
    /// Of subjectAltName: dNSName, and others than dNSName and iPAddress.
    pub(super) dns_names: Vec<String>,
    pub(super) has_addresses: bool,
    pub(super) has_uris: bool,
    subject_key: Option<Vec<u8>>,
    authority_key: Option<Vec<u8>>,
    /// Critical ones that nobody is expected to know, as dotted numbers.
    pub(super) unknown_critical: Vec<String>,
    /// A word about what cannot be read, or stands twice.
    pub(super) malformed: Option<String>,
    pub(super) must_staple: bool,
    pub(super) constrains_policy: bool,
    /// nameConstraints with subtrees that are excluded.
    pub(super) excludes_names: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct KeyUsage {
    pub(super) digital_signature: bool,
    /// Any of those that a TLS server has had a use for.
    pub(super) any_for_tls: bool,
    pub(super) cert_sign: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ExtendedUsage {
    pub(super) any: bool,
    pub(super) server: bool,
    pub(super) empty: bool,
}

/// A public key, in the words of who asks whether it is strong enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicKeyFacts {
    pub(super) kind: KeyFamily,
    /// Of RSA the modulus, of a curve its field.
    pub(super) bits: usize,
    /// The curve is written out instead of named.
    pub(super) explicit_curve: bool,
    /// P-192 to P-521, and no other curve.
    pub(super) is_on_a_nist_curve: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyFamily {
    Dsa,
    Ec,
    Other,
    Rsa,
}

impl PublicKeyFacts {
    /// Whether TLS 1.3 has a scheme for it (RFC 8446 §4.2.3).
    pub(super) fn is_for_handshakes(&self) -> bool {
        match self.kind {
            KeyFamily::Dsa => false,
            KeyFamily::Ec => self.is_on_a_nist_curve && self.bits >= 256,
            KeyFamily::Other | KeyFamily::Rsa => true,
        }
    }
}

/// What a certificate's signature hashes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    /// SHA-2, or none of its own.
    Strong,
    Unknown,
}

/// What becomes of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// It is that key's.
    Well,
    /// It is not.
    Badly,
    /// Nobody here can tell.
    Unverified,
}

impl Read {
    /// `None` if it is no certificate.
    pub(super) fn new(der: &Der) -> Option<Self> {
        let facts = CertificateFacts::read(der)?;
        let (rest, certificate) = X509Certificate::from_der(der.as_bytes()).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let tbs = &certificate.tbs_certificate;
        let key = certificate.public_key();
        let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
        Some(Self {
            der: der.clone(),
            facts,
            subject: certificate.subject().as_raw().to_vec(),
            issuer: certificate.issuer().as_raw().to_vec(),
            key: key_facts(&certificate),
            key_algorithm: algorithm_content(key.raw).unwrap_or_default().to_vec(),
            key_octets: key.subject_public_key.data.to_vec(),
            signature_algorithm: signature_algorithm(der.as_bytes(), tbs.as_ref().len())
                .unwrap_or_default()
                .to_vec(),
            signature_algorithms_differ: certificate.signature_algorithm != tbs.signature,
            signature: certificate.signature_value.data.to_vec(),
            signed: tbs.as_ref().to_vec(),
            hash: hash(&algorithm),
            extensions: extensions(&certificate),
            serial: certificate.raw_serial().to_vec(),
        })
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Self-issued, and nothing says that another key signed it.
    pub(super) fn is_self_signed(&self) -> bool {
        self.is_self_issued() && self.may_be_issued_by(self)
    }

    /// Whether this has the name of its issuer.
    pub(super) fn is_issued_in_the_name_of(&self, issuer: &Self) -> bool {
        !self.issuer.is_empty() && self.issuer == issuer.subject
    }

    /// Whether this may be its issuer, by names and key identifiers (RFC 5280 §4.2.1.1): as
    /// OpenSSL sees it, for which the kind of key counts too.
    pub(super) fn may_be_issued_by(&self, issuer: &Self) -> bool {
        let keys = (
            &self.extensions.authority_key,
            &issuer.extensions.subject_key,
        );
        let key_fits = match keys {
            (Some(wanted), Some(has)) => wanted == has,
            _ => true,
        };
        self.is_issued_in_the_name_of(issuer)
            && key_fits
            && self.extensions.malformed.is_none()
            && issuer.extensions.malformed.is_none()
    }

    /// Whether its signature is of an algorithm that nobody here knows.
    pub(super) fn is_signed_in_an_unknown_way(&self) -> bool {
        family_of_signature(&self.signature_algorithm).is_none()
    }

    /// Whether its signature is of an algorithm that goes with the key of that issuer.
    pub(super) fn is_signed_for_key_of(&self, issuer: &Self) -> bool {
        match family_of_signature(&self.signature_algorithm) {
            Some(family) => family == issuer.key.kind,
            None => false,
        }
    }

    /// Whether that issuer's key signed it. The cryptography is the provider's.
    pub(super) fn signed_by(&self, issuer: &Self) -> Signed {
        let family = family_of_signature(&self.signature_algorithm);
        match self.signature_algorithms_differ || family.is_some_and(|it| it != issuer.key.kind) {
            true => Signed::Badly,
            false => issuer.verify(&self.signature_algorithm, &self.signed, &self.signature),
        }
    }

    /// Whether this certificate's key made the signature of a handshake by one of these algorithms.
    pub(super) fn signed_handshake(
        &self,
        algorithms: Option<&[&dyn SignatureVerificationAlgorithm]>,
        message: &[u8],
        signature: &[u8],
    ) -> Signed {
        let Some(algorithms) = algorithms else {
            return Signed::Unverified;
        };
        if self.has_short_rsa_key() || self.key.explicit_curve {
            return Signed::Unverified;
        }
        let of_key = |known: &&&dyn SignatureVerificationAlgorithm| {
            known.public_key_alg_id().as_ref() == self.key_algorithm
        };
        match algorithms.iter().find(of_key) {
            // The key is of another kind.
            None => Signed::Badly,
            Some(known) => match known.verify_signature(&self.key_octets, message, signature) {
                Ok(()) => Signed::Well,
                Err(_) => Signed::Badly,
            },
        }
    }

    /// No provider verifies with less than 2048 bits, and says only that the signature is wrong.
    fn has_short_rsa_key(&self) -> bool {
        self.key.kind == KeyFamily::Rsa && self.key.bits < 2048
    }

    /// Whether that is the name of its issuer, as it stands in the certificate.
    pub(super) fn is_issued_under(&self, name: &[u8]) -> bool {
        self.issuer == name
    }

    /// Whether this certificate's key signed the list.
    pub(super) fn signed_list(&self, list: &CertificateRevocationList<'_>) -> bool {
        let signed = list.tbs_cert_list.as_ref();
        let algorithm = signature_algorithm(list.as_raw(), signed.len()).unwrap_or_default();
        self.verify(algorithm, signed, &list.signature_value.data) == Signed::Well
    }

    /// Whether this certificate's key made a signature.
    fn verify(&self, algorithm: &[u8], signed: &[u8], signature: &[u8]) -> Signed {
        if self.has_short_rsa_key() {
            return Signed::Unverified;
        }
        let fits = |known: &&&dyn SignatureVerificationAlgorithm| {
            let is = |id: AlgorithmIdentifier, octets: &[u8]| id.as_ref() == octets;
            is(known.signature_alg_id(), algorithm)
                && is(known.public_key_alg_id(), &self.key_algorithm)
        };
        let known = crypto::provider().signature_verification_algorithms.all;
        match known.iter().find(fits) {
            None => Signed::Unverified,
            Some(known) => match known.verify_signature(&self.key_octets, signed, signature) {
                Ok(()) => Signed::Well,
                Err(_) => Signed::Badly,
            },
        }
    }

    pub(super) fn is_too_old(&self, now: SystemTime) -> bool {
        now > self.facts.not_after
    }

    pub(super) fn is_too_young(&self, now: SystemTime) -> bool {
        now < self.facts.not_before
    }
}

/// The signature's family of keys by its algorithm identifier's content; `None` if nobody knows.
fn family_of_signature(algorithm: &[u8]) -> Option<KeyFamily> {
    let (_, oid) = Oid::from_der(algorithm).ok()?;
    let oid = oid.to_id_string();
    match oid.as_str() {
        _ if oid.starts_with("1.2.840.113549.1.1.") => Some(KeyFamily::Rsa),
        _ if oid.starts_with("1.2.840.10045.4.") => Some(KeyFamily::Ec),
        _ if oid.starts_with("1.2.840.10040.4.") || oid.starts_with("2.16.840.1.101.3.4.3.") => {
            Some(KeyFamily::Dsa)
        }
        "1.3.101.112" | "1.3.101.113" => Some(KeyFamily::Other),
        _ => None,
    }
}

fn hash(algorithm: &str) -> Hash {
    match algorithm {
        "1.2.840.113549.1.1.4" | "1.2.840.113549.1.1.2" => Hash::Md5,
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" | "1.2.840.10040.4.3" => Hash::Sha1,
        "1.3.101.112" | "1.3.101.113" | "1.2.840.113549.1.1.10" => Hash::Strong,
        _ if algorithm.starts_with("1.2.840.113549.1.1.1") => Hash::Strong,
        _ if algorithm.starts_with("1.2.840.10045.4.3.") => Hash::Strong,
        _ => Hash::Unknown,
    }
}

fn key_facts(certificate: &X509Certificate<'_>) -> PublicKeyFacts {
    let key = certificate.public_key();
    let parameters = key.algorithm.parameters.as_ref();
    let named = |any: &&Any<'_>| any.header.tag() == Tag::Oid;
    let curve = parameters
        .filter(named)
        .and_then(|any| any.clone().oid().ok());
    let algorithm = key.algorithm.algorithm.to_id_string();
    let (kind, bits) = match algorithm.as_str() {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => (KeyFamily::Rsa, bits_of(key)),
        "1.2.840.10045.2.1" => (KeyFamily::Ec, curve_bits(curve.as_ref())),
        "1.2.840.10040.4.1" => (KeyFamily::Dsa, 2048),
        _ => (KeyFamily::Other, 256),
    };
    PublicKeyFacts {
        kind,
        bits,
        explicit_curve: kind == KeyFamily::Ec && curve.is_none(),
        is_on_a_nist_curve: curve.is_some_and(|curve| {
            let oid = curve.to_id_string();
            let others = ["1.3.132.0.33", "1.3.132.0.34", "1.3.132.0.35"];
            oid.starts_with("1.2.840.10045.3.1.") || others.contains(&oid.as_str())
        }),
    }
}

/// How long the key of a certificate is, in bits.
#[cfg(feature = "models")]
pub(crate) fn key_bits(der: &Der) -> Option<usize> {
    Some(Read::new(der)?.key.bits)
}

/// The length of the modulus without the zero octet that only says that it is positive.
fn bits_of(key: &SubjectPublicKeyInfo<'_>) -> usize {
    let inside = content(&key.subject_public_key.data).map(|(inside, _)| inside);
    let Some((modulus, _)) = inside.and_then(content) else {
        return 0;
    };
    let zeros = modulus.iter().take_while(|octet| **octet == 0).count();
    let modulus = &modulus[zeros..];
    let empty = modulus.first().map_or(0, |first| first.leading_zeros());
    modulus.len() * 8 - empty as usize
}

fn curve_bits(curve: Option<&Oid<'_>>) -> usize {
    match curve.map(Oid::to_id_string).as_deref() {
        Some("1.2.840.10045.3.1.1") => 192,
        Some("1.3.132.0.33") => 224,
        Some("1.3.132.0.34") => 384,
        Some("1.3.132.0.35") => 521,
        _ => 256,
    }
}

fn extensions(certificate: &X509Certificate<'_>) -> Extensions {
    let mut found = Extensions::default();
    let mut seen: Vec<&Oid<'_>> = Vec::new();
    for extension in certificate.extensions() {
        if seen.contains(&&extension.oid) {
            found.malformed = Some(format!("extension {} stands twice", extension.oid));
        }
        seen.push(&extension.oid);
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(basic) => {
                found.ca = Some(basic.ca);
                found.path_length = basic.path_len_constraint;
            }
            ParsedExtension::KeyUsage(usage) => {
                found.key_usage = Some(KeyUsage {
                    digital_signature: usage.digital_signature(),
                    any_for_tls: usage.digital_signature()
                        || usage.key_encipherment()
                        || usage.key_agreement(),
                    cert_sign: usage.key_cert_sign(),
                });
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                let named = usage.any
                    || usage.server_auth
                    || usage.client_auth
                    || usage.code_signing
                    || usage.email_protection
                    || usage.time_stamping
                    || usage.ocsp_signing;
                found.extended = Some(ExtendedUsage {
                    any: usage.any,
                    server: usage.server_auth,
                    empty: !named && usage.other.is_empty(),
                });
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                use x509_parser::extensions::GeneralName;
                found.has_subject_alternative_name = true;
                for name in &names.general_names {
                    match name {
                        GeneralName::DNSName(name) => found.dns_names.push((*name).to_owned()),
                        GeneralName::IPAddress(_) => found.has_addresses = true,
                        GeneralName::URI(_) => found.has_uris = true,
                        _ => {}
                    }
                }
            }
            ParsedExtension::SubjectKeyIdentifier(id) => found.subject_key = Some(id.0.to_vec()),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                found.authority_key = id.key_identifier.as_ref().map(|id| id.0.to_vec());
            }
            ParsedExtension::PolicyConstraints(_) => found.constrains_policy = true,
            ParsedExtension::NameConstraints(names) => {
                found.excludes_names = names.excluded_subtrees.is_some();
            }
            ParsedExtension::ParseError { .. } => {
                found.malformed = Some(format!("extension {} cannot be read", extension.oid));
            }
            ParsedExtension::UnsupportedExtension { oid } => {
                // RFC 7633.
                if oid.to_id_string() == "1.3.6.1.5.5.7.1.24" {
                    found.must_staple = true;
                }
                if extension.critical {
                    found.unknown_critical.push(oid.to_id_string());
                }
            }
            _ => {}
        }
    }
    found
}

/// The content of the AlgorithmIdentifier that a SubjectPublicKeyInfo begins with.
fn algorithm_content(key: &[u8]) -> Option<&[u8]> {
    content(content(key)?.0)?.0.into()
}

/// The content of the AlgorithmIdentifier behind the signed part.
fn signature_algorithm(certificate: &[u8], signed: usize) -> Option<&[u8]> {
    let (inside, _) = content(certificate)?;
    Some(content(inside.get(signed..)?)?.0)
}

/// The content of the first element, and what follows it.
fn content(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, any) = Any::from_der(octets).ok()?;
    Some((any.data, rest))
}
