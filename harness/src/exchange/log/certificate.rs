//! What logs say of a certificate.

use std::time::SystemTime;

use mailfault_certs::Der;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::era::Era;
use super::pen::Pen;
use super::timestamp;
use crate::certificate_facts::CertificateFacts;

/// The certificate that this server presents.
pub(super) const SENDING: &str = "Sending certificate";
/// The certificate of the other side.
pub(super) const REMOTE: &str = "Remote certificate";

/// Writes the rows of a certificate. Packed rows were seen of the certificate that is sent; that
/// of the other side is taken to look the same.
pub(super) fn write(
    pen: &mut Pen,
    time: SystemTime,
    era: Era,
    whose: &str,
    one: &CertificateFacts,
) {
    let names = one.names.join(";");
    match era {
        Era::PerLine => {
            pen.tell(time, "", whose);
            pen.tell(time, one.subject.to_string(), "Certificate subject");
            pen.tell(time, one.issuer.to_string(), "Certificate issuer name");
            pen.tell(time, &one.serial, "Certificate serial number");
            pen.tell(time, &one.thumbprint, THUMBPRINT);
            pen.tell(time, names, "Certificate alternate names");
        }
        Era::Packed => {
            let CertificateFacts {
                subject,
                issuer,
                serial,
                thumbprint,
                ..
            } = one;
            let from = timestamp::write(one.not_before);
            let until = timestamp::write(one.not_after);
            let data = format!(" {subject} {issuer} {serial} {thumbprint} {from} {until} {names}");
            let what = "Subject Issuer name Serial number Thumbprint Not before Not after Subject alternate names";
            pen.tell(time, data, format!("{whose} {what}"));
        }
    }
}

/// Writes what a sender says of the other side's certificate when TLS is there. Seen in a log of
/// 2014; that newer versions still say it in two rows is uncertain.
pub(super) fn write_received(pen: &mut Pen, time: SystemTime, one: &CertificateFacts) {
    pen.tell(time, "", "Received certificate");
    pen.tell(time, &one.thumbprint, THUMBPRINT);
}

const THUMBPRINT: &str = "Certificate thumbprint";

/// How many bits the RSA key of a certificate has; `None` for other keys.
pub(super) fn rsa_bits(der: &Der) -> Option<u32> {
    let (_, certificate) = X509Certificate::from_der(der.as_bytes()).ok()?;
    match certificate.public_key().parsed().ok()? {
        PublicKey::RSA(key) => {
            let leading = key.modulus.iter().take_while(|octet| **octet == 0).count();
            let first = key.modulus.get(leading)?;
            let octets = u32::try_from(key.modulus.len() - leading).ok()?;
            Some(octets * 8 - first.leading_zeros())
        }
        _ => None,
    }
}
