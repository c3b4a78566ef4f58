//! A certificate field by field, so that each field can be made wrong before it is signed.

use crate::asn1;
use crate::distinguished_name::DistinguishedName;
use crate::encoding::Der;
use crate::key::{Key, Scheme};

/// The fields of RFC 5280 §4.1 in their order, each as the bytes that will stand there.
pub(crate) struct Draft {
    /// Empty for version 1, which is the default and hence left out.
    pub(crate) version: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    /// The AlgorithmIdentifier inside of what is signed.
    pub(crate) algorithm: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) not_before: Vec<u8>,
    pub(crate) not_after: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    /// `None` leaves the field out, an empty list does not.
    pub(crate) extensions: Option<Vec<Extension>>,
    /// The AlgorithmIdentifier beside the signature.
    pub(crate) outer_algorithm: Vec<u8>,
}

/// One extension; what is critical is kept as bytes, since a BOOLEAN can be wrong as well.
#[derive(Clone)]
pub(crate) struct Extension {
    pub(crate) oid: Vec<u8>,
    pub(crate) critical: Vec<u8>,
    pub(crate) content: Vec<u8>,
}

impl Extension {
    pub(crate) fn new(oid: &[u64], critical: bool, content: Vec<u8>) -> Self {
        Self {
            oid: asn1::oid(oid),
            critical: match critical {
                true => asn1::boolean(true),
                false => Vec::new(),
            },
            content,
        }
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        asn1::sequence([
            self.oid.clone(),
            self.critical.clone(),
            asn1::octet_string(&self.content),
        ])
    }
}

impl Draft {
    /// Signs what is signed, and closes the envelope.
    pub(crate) fn signed_by(&self, authority: &Key, scheme: Scheme) -> Der {
        self.sealed(&authority.sign(scheme, &self.body())).into()
    }

    /// The envelope around the fields as they are now, whenever the signature was made.
    pub(crate) fn sealed(&self, signature: &[u8]) -> Vec<u8> {
        asn1::sequence([
            self.body(),
            self.outer_algorithm.clone(),
            asn1::bit_string(signature),
        ])
    }

    /// The TBSCertificate.
    pub(crate) fn body(&self) -> Vec<u8> {
        let mut fields = vec![
            self.version.clone(),
            self.serial.clone(),
            self.algorithm.clone(),
            self.issuer.clone(),
            asn1::sequence([self.not_before.clone(), self.not_after.clone()]),
            self.subject.clone(),
            self.public_key.clone(),
        ];
        if let Some(extensions) = &self.extensions {
            let extensions: Vec<_> = extensions.iter().map(Extension::der).collect();
            fields.push(asn1::context(3, &asn1::sequence(extensions)));
        }
        asn1::sequence(fields)
    }

    /// The version by its number on the wire, which is one less than its name.
    pub(crate) fn set_version(&mut self, number: u8) {
        self.version = asn1::context(0, &asn1::integer(&[number]));
    }

    /// The same algorithm in both places.
    pub(crate) fn set_algorithm(&mut self, algorithm: Vec<u8>) {
        self.outer_algorithm.clone_from(&algorithm);
        self.algorithm = algorithm;
    }

    pub(crate) fn set_subject(&mut self, subject: &DistinguishedName) {
        self.subject = subject.der();
    }

    pub(crate) fn extension(&mut self, oid: &[u64]) -> Option<&mut Extension> {
        let oid = asn1::oid(oid);
        let mut all = self.extensions.iter_mut().flatten();
        all.find(|extension| extension.oid == oid)
    }

    /// Puts the extension in, in the place of one of its kind if there is one.
    pub(crate) fn set_extension(&mut self, oid: &[u64], critical: bool, content: Vec<u8>) {
        let new = Extension::new(oid, critical, content);
        match self.extension(oid) {
            Some(old) => *old = new,
            None => self.add_extension(new),
        }
    }

    /// Puts the extension last, whether or not there is one of its kind.
    pub(crate) fn add_extension(&mut self, extension: Extension) {
        self.extensions.get_or_insert_default().push(extension);
    }

    pub(crate) fn remove_extension(&mut self, oid: &[u64]) {
        let oid = asn1::oid(oid);
        if let Some(extensions) = &mut self.extensions {
            extensions.retain(|extension| extension.oid != oid);
        }
    }
}
