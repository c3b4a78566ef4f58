//! A certificate that somebody presented, signed again: what a box does that looks into TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::asn1::{self, Reader};
use crate::ca::Ca;
use crate::certificate::{Certificate, Purpose, SUBJECT_ALT_NAME, Validity};
use crate::distinguished_name::DistinguishedName;
use crate::encoding::Der;
use crate::error::Error;
use crate::host::Host;
use crate::identity::Identity;
use crate::key::{Key, KeyKind, Role, Scheme};

impl Ca {
    /// A certificate with a fresh key that says what `presented` says of its subject, and that this authority
    /// vouches for: what a firewall that inspects TLS shows its clients in the place of the server's own.
    ///
    /// Subject and subjectAltName are kept octet by octet, and the validity too; issuer, serial number, key and all
    /// other extensions are this authority's. Nobody looks whether `presented` deserves any trust, as such boxes
    /// often do not. In [`Identity::subject`] attributes that [`DistinguishedName`] has no word for are left out.
    ///
    /// ```
    /// use mailfault_certs::Ca;
    ///
    /// let theirs = Ca::new().issue("mx.test");
    /// let inspector = Ca::new();
    /// let ours = inspector.resign(theirs.leaf())?;
    /// assert_eq!(ours.subject(), theirs.subject());
    /// assert_eq!(ours.names(), theirs.names());
    /// assert_eq!(ours.issuer(), inspector.subject());
    /// # Ok::<(), mailfault_certs::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] if `presented` is no X.509 certificate.
    pub fn resign(&self, presented: &Der) -> Result<Identity, Error> {
        let presented = Presented::read(presented.as_bytes()).ok_or(Error::Unreadable)?;
        let mut draw = self
            .chance()
            .draw(&format!("resigned {}", presented.subject));
        let serial = draw.serial();
        let key = Key::generate(self.key_kind(), Role::Leaf, &mut draw);
        let mut draft = Certificate {
            serial: &serial,
            issuer: self.subject(),
            validity: presented.validity,
            subject: &presented.subject,
            key: &key,
            names: &[],
            purpose: Purpose::Server {
                enciphers: self.key_kind() == KeyKind::Rsa2048,
            },
        }
        .draft(self.key(), Scheme::Usual);
        draft.subject = presented.subject_der.to_vec();
        if let Some((critical, names)) = presented.alternative_names {
            draft.set_extension(SUBJECT_ALT_NAME, critical, names.to_vec());
        }
        let leaf = draft.signed_by(self.key(), Scheme::Usual);
        let names = presented.hosts();
        let name = names.first().map(Host::to_string);
        let common_name = presented.subject.first_common_name().map(str::to_owned);
        let mut chain = vec![leaf.clone()];
        chain.extend(self.sent());
        Ok(Identity {
            chain,
            leaf,
            key,
            own_root: self.der().clone(),
            roots: self.roots().to_vec(),
            name: name.or(common_name).unwrap_or_default(),
            names,
            subject: presented.subject,
            issuer: self.subject().clone(),
            serial,
            validity: presented.validity,
            flaws: Vec::new(),
            control: None,
            foreign_key: false,
            renewed: None,
            staple: None,
            authority: self.clone(),
            crls: None,
            own_key: None,
        })
    }
}

/// What a certificate says of its subject (RFC 5280 §4.1).
struct Presented<'a> {
    validity: Validity,
    subject: DistinguishedName,
    subject_der: &'a [u8],
    /// Whether it is critical, and the GeneralNames.
    alternative_names: Option<(bool, &'a [u8])>,
}

impl<'a> Presented<'a> {
    fn read(certificate: &'a [u8]) -> Option<Self> {
        const SEQUENCE: u8 = 0x30;
        const VERSION: u8 = 0xa0;
        const EXTENSIONS: u8 = 0xa3;
        let mut body = Reader::new(certificate)
            .optional(SEQUENCE)?
            .inside()
            .optional(SEQUENCE)?
            .inside();
        body.optional(VERSION);
        let (_serial, _algorithm, _issuer) = (body.any()?, body.any()?, body.any()?);
        let mut validity = body.optional(SEQUENCE)?.inside();
        let validity = (validity.any()?.time()?, validity.any()?.time()?);
        let subject = body.optional(SEQUENCE)?;
        let _public_key = body.optional(SEQUENCE)?;
        let extensions = body.find(|element| element.tag == EXTENSIONS);
        let extensions = extensions.and_then(|element| element.inside().any());
        let mut extensions = extensions.into_iter().flat_map(|all| all.inside());
        Some(Self {
            validity,
            subject: DistinguishedName::read(&subject),
            subject_der: subject.whole,
            alternative_names: extensions.find_map(|extension| alternative_names(&extension)),
        })
    }

    /// The names that have a word here.
    fn hosts(&self) -> Vec<Host> {
        let names = self.alternative_names.map(|(_, names)| names);
        let names = names.and_then(|names| Reader::new(names).any());
        let names = names.into_iter().flat_map(|names| names.inside());
        let text = |content: &[u8]| String::from_utf8_lossy(content).into_owned();
        names
            .filter_map(|name| match (name.tag & 0x1f, name.content) {
                (1, address) => Some(Host::Email(text(address))),
                (2, dns) => Some(Host::Dns(text(dns))),
                (6, uri) => Some(Host::Uri(text(uri))),
                (7, octets) => {
                    let v4 =
                        <[u8; 4]>::try_from(octets).map(|four| IpAddr::V4(Ipv4Addr::from(four)));
                    let v6 =
                        || <[u8; 16]>::try_from(octets).map(|all| IpAddr::V6(Ipv6Addr::from(all)));
                    Some(Host::Ip(v4.or_else(|_| v6()).ok()?))
                }
                _ => None,
            })
            .collect()
    }
}

/// The content of a subjectAltName, if this extension is one.
fn alternative_names<'a>(extension: &asn1::Element<'a>) -> Option<(bool, &'a [u8])> {
    const BOOLEAN: u8 = 0x01;
    const OCTET_STRING: u8 = 0x04;
    let mut fields = extension.inside();
    if fields.any()?.whole != asn1::oid(SUBJECT_ALT_NAME) {
        return None;
    }
    let critical = fields.optional(BOOLEAN);
    let critical = critical.is_some_and(|value| value.content != [0]);
    Some((critical, fields.optional(OCTET_STRING)?.content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Control, Flaw, Leaf};

    #[track_caller]
    fn check(leaf: Leaf) {
        let theirs = Ca::new().issue(leaf);
        let inspector = Ca::new().intermediate();
        let ours = inspector.resign(theirs.leaf()).unwrap();
        let (before, after) = (theirs.leaf().as_bytes(), ours.leaf().as_bytes());
        let (before, after) = (
            Presented::read(before).unwrap(),
            Presented::read(after).unwrap(),
        );
        assert_eq!(after.subject_der, before.subject_der);
        assert_eq!(after.alternative_names, before.alternative_names);
        assert_eq!(after.validity, before.validity);
        assert_eq!(ours.subject(), theirs.subject());
        assert_eq!(ours.names(), theirs.names());
        assert_eq!(ours.not_after(), theirs.not_after());
        assert_eq!(ours.chain().len(), 2);
        assert_ne!(ours.key(), theirs.key());
    }

    #[test]
    fn what_is_said_of_the_subject_is_kept() {
        check(Leaf::new("mx.test").also("192.0.2.1").also("2001:db8::1"));
        check(Leaf::new("mx.test").expired());
        check(Leaf::new("mx.test").control(Control::SubjectEmpty));
        check(Leaf::new("mx.test").control(Control::Year9999));
        check(
            Leaf::new("mäil.example").subject(
                DistinguishedName::new()
                    .common_name("mäil, Inc.")
                    .country("DE"),
            ),
        );
        check(Leaf::new("mx.test").flaw(Flaw::CnOnly));
    }

    #[test]
    fn what_is_no_certificate_is_not_signed() {
        let whole = Ca::new().issue("mx.test");
        let whole = whole.leaf().as_bytes();
        for length in 0..whole.len() {
            let cut = Der::from(whole[..length].to_vec());
            assert_eq!(
                Ca::new().resign(&cut).unwrap_err(),
                Error::Unreadable,
                "{length}"
            );
        }
    }
}
