//! What a certificate says of its revocation (RFC 5280 §4.2.1.13, §4.2.2.1; RFC 7633).

use crate::der::{self, Element, SEQUENCE};

/// A certificate, as far as its revocation goes.
#[derive(Debug)]
pub(super) struct Certificate(Vec<u8>);

impl Certificate {
    /// One whose fields can be told apart.
    pub(super) fn read(der: Vec<u8>) -> Option<Self> {
        let certificate = Self(der);
        certificate.field(SUBJECT)?;
        Some(certificate)
    }

    /// The content of the serial number.
    pub(super) fn serial(&self) -> Option<&[u8]> {
        Some(self.field(SERIAL)?.content)
    }

    /// The name of who signed it.
    pub(super) fn issuer(&self) -> Option<&[u8]> {
        Some(self.field(ISSUER)?.whole)
    }

    pub(super) fn subject(&self) -> Option<&[u8]> {
        Some(self.field(SUBJECT)?.whole)
    }

    /// What is inside of the SubjectPublicKeyInfo.
    pub(super) fn public_key(&self) -> Option<&[u8]> {
        Some(self.field(PUBLIC_KEY)?.content)
    }

    /// Where its list is.
    pub(super) fn crl_urls(&self) -> Vec<String> {
        let mut urls = Vec::new();
        if let Some(points) = self.extension(CRL_DISTRIBUTION_POINTS) {
            collect_urls(points, &mut urls);
        }
        urls
    }

    /// Where it can be asked about.
    pub(super) fn ocsp_urls(&self) -> Vec<String> {
        let mut urls = Vec::new();
        let access = self.extension(AUTHORITY_INFO_ACCESS);
        let descriptions = access.into_iter().flat_map(der::elements);
        for description in descriptions.flat_map(Element::children) {
            let mut parts = description.children();
            if parts.next().is_some_and(|method| method.content == OCSP) {
                urls.extend(parts.filter_map(url));
            }
        }
        urls
    }

    /// Whether the server has to staple: the TLS feature status_request.
    pub(super) fn must_staple(&self) -> bool {
        const STATUS_REQUEST: &[u8] = &[5];
        let features = self.extension(TLS_FEATURE).and_then(der::whole);
        features.is_some_and(|features| {
            let mut features = features.children();
            features.any(|feature| feature.content == STATUS_REQUEST)
        })
    }

    /// A field of the TBSCertificate by its number, the version being 0. That is left out in version 1.
    fn field(&self, number: usize) -> Option<Element<'_>> {
        let certificate = der::whole(&self.0)?.tagged(SEQUENCE)?;
        let body = certificate.children().next()?.tagged(SEQUENCE)?;
        let has_version = body.children().next()?.tag == VERSION;
        let number = if has_version {
            number
        } else {
            number.checked_sub(1)?
        };
        body.children().nth(number)
    }

    /// What an extension says.
    fn extension(&self, oid: &[u8]) -> Option<&[u8]> {
        let certificate = der::whole(&self.0)?;
        let body = certificate.children().next()?;
        let extensions = body.children().find(|field| field.tag == EXTENSIONS)?;
        let mut all = extensions.children().next()?.children();
        let extension = all.find(|extension| {
            let id = extension.children().next();
            id.is_some_and(|id| id.content == oid)
        })?;
        // Behind the OID, perhaps, whether it is critical.
        Some(extension.children().last()?.content)
    }
}

/// Every uniformResourceIdentifier, however deep.
fn collect_urls(der: &[u8], urls: &mut Vec<String>) {
    for element in der::elements(der) {
        match element.tag & CONSTRUCTED {
            0 => urls.extend(url(element)),
            _ => collect_urls(element.content, urls),
        }
    }
}

fn url(element: Element<'_>) -> Option<String> {
    let text = element.tagged(URL)?.content;
    String::from_utf8(text.to_vec()).ok()
}

const SERIAL: usize = 1;
const ISSUER: usize = 3;
const SUBJECT: usize = 5;
const PUBLIC_KEY: usize = 6;

const CONSTRUCTED: u8 = 0x20;
const EXTENSIONS: u8 = 0xa3;
const URL: u8 = 0x86;
const VERSION: u8 = 0xa0;

/// 1.3.6.1.5.5.7.1.1
const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
/// 2.5.29.31
const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 29, 31];
/// 1.3.6.1.5.5.7.48.1
const OCSP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 48, 1];
/// 1.3.6.1.5.5.7.1.24
const TLS_FEATURE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 24];

#[cfg(test)]
mod tests {
    use super::*;
    use mailfault_certs::{Ca, Leaf};

    #[test]
    fn a_certificate_says_where_to_ask() {
        let leaf = Leaf::new("mx.test")
            .crl_at("http://127.0.0.1:1/a.crl")
            .ocsp_at("http://127.0.0.1:2/ocsp")
            .must_staple();
        let read = |leaf: Leaf| {
            let identity = Ca::new().issue(leaf);
            Certificate::read(identity.leaf().as_bytes().to_vec()).unwrap()
        };
        let certificate = read(leaf);
        assert_eq!(certificate.crl_urls(), ["http://127.0.0.1:1/a.crl"]);
        assert_eq!(certificate.ocsp_urls(), ["http://127.0.0.1:2/ocsp"]);
        assert!(certificate.must_staple());
        let silent = read(Leaf::new("mx.test"));
        assert!(silent.crl_urls().is_empty() && silent.ocsp_urls().is_empty());
        assert!(!silent.must_staple());
        assert!(Certificate::read(vec![0x30, 0x00]).is_none());
    }
}
