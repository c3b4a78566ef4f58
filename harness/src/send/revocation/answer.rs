//! An OCSP answer, judged (RFC 6960 §3.2, §4.2).

use rustls::pki_types::{SignatureVerificationAlgorithm, UnixTime};

use super::Refusal;
use super::certificate::Certificate;
use super::list::time;
use crate::der::{self, Element, SEQUENCE};

/// What an answer is judged by.
pub(super) struct Judge<'a> {
    pub(super) leaf: &'a Certificate,
    /// What is inside of the SubjectPublicKeyInfo of who may answer.
    pub(super) issuer_keys: Vec<Vec<u8>>,
    pub(super) algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
    pub(super) now: UnixTime,
}

/// An answer, taken apart.
struct Answer<'a> {
    /// What is signed, with its tag.
    body: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
    singles: Element<'a>,
}

impl Judge<'_> {
    /// Whether this says that all is well.
    pub(super) fn judge(&self, answer: &[u8]) -> Result<(), Refusal> {
        let no_sense = || Refusal::staple("it is no OCSP answer");
        let response = der::whole(answer).and_then(|whole| whole.tagged(SEQUENCE));
        let mut parts = response.ok_or_else(no_sense)?.children();
        let status = parts.next().and_then(|status| status.tagged(ENUMERATED));
        match status.map(|status| status.content) {
            Some([0]) => {}
            Some([status]) => {
                let names = [
                    "",
                    "malformedRequest",
                    "internalError",
                    "tryLater",
                    "",
                    "sigRequired",
                    "unauthorized",
                ];
                let name = names.get(usize::from(*status)).unwrap_or(&"");
                return Err(Refusal::staple(format!(
                    "the responder says {name} ({status})"
                )));
            }
            _ => return Err(no_sense()),
        }
        let answer = parts.next().and_then(Answer::read).ok_or_else(no_sense)?;
        // RFC 6960 §3.2(2) to (4); no responder is delegated here.
        if !self.is_signed(&answer) {
            return Err(Refusal::staple(
                "it is not signed by the authority of the certificate",
            ));
        }
        let serial = self.leaf.serial();
        let mut singles = answer.singles.children();
        // RFC 6960 §3.2(1).
        let single = singles.find(|single| {
            let certificate = single.children().next();
            let about = certificate.and_then(|certificate| certificate.children().nth(3));
            about.map(|about| about.content) == serial
        });
        let single = single.ok_or_else(|| Refusal::staple("it is about another certificate"))?;
        self.judge_single(single).ok_or_else(no_sense)?
    }

    fn judge_single(&self, single: Element<'_>) -> Option<Result<(), Refusal>> {
        let mut parts = single.children().skip(1);
        let status = parts.next()?;
        let from = time(parts.next()?)?;
        let until = parts.find(|part| part.tag == CONTEXT_0);
        let until = match until {
            Some(until) => Some(time(until.children().next()?)?),
            None => None,
        };
        let now = self.now.as_secs();
        Some(match status.tag {
            REVOKED => Err(Refusal::revoked("it says that the certificate was revoked")),
            // RFC 6960 §4.2.2.1.
            _ if now < from => Err(Refusal::staple("it is not valid yet")),
            _ if until.is_some_and(|until| until < now) => Err(Refusal::staple("it has expired")),
            GOOD => Ok(()),
            UNKNOWN => Err(Refusal::unknown("it says that the certificate is unknown")),
            _ => return None,
        })
    }

    fn is_signed(&self, answer: &Answer<'_>) -> bool {
        self.issuer_keys.iter().any(|key| {
            let mut parts = der::elements(key);
            let (Some(kind), Some(key)) = (parts.next(), parts.next().and_then(bits)) else {
                return false;
            };
            self.algorithms.iter().any(|algorithm| {
                algorithm.signature_alg_id().as_ref() == answer.algorithm
                    && algorithm.public_key_alg_id().as_ref() == kind.content
                    && algorithm
                        .verify_signature(key, answer.body, answer.signature)
                        .is_ok()
            })
        })
    }
}

impl<'a> Answer<'a> {
    /// `[0]` with the ResponseBytes, in which there is a BasicOCSPResponse.
    fn read(bytes: Element<'a>) -> Option<Self> {
        let bytes = bytes.tagged(CONTEXT_0)?.children().next()?;
        let basic = der::whole(bytes.children().nth(1)?.content)?;
        let mut parts = basic.children();
        let body = parts.next()?.tagged(SEQUENCE)?;
        let algorithm = parts.next()?.tagged(SEQUENCE)?;
        let signature = bits(parts.next()?)?;
        // Behind a version, who answers and when: the one SEQUENCE there.
        let singles = body.children().find(|part| part.tag == SEQUENCE)?;
        Some(Self {
            body: body.whole,
            algorithm: algorithm.content,
            signature,
            singles,
        })
    }
}

/// A BIT STRING of whole octets.
fn bits(element: Element<'_>) -> Option<&[u8]> {
    element.tagged(BIT_STRING)?.content.strip_prefix(&[0])
}

const BIT_STRING: u8 = 0x03;
const CONTEXT_0: u8 = 0xa0;
const ENUMERATED: u8 = 0x0a;
const GOOD: u8 = 0x80;
const REVOKED: u8 = 0xa1;
const UNKNOWN: u8 = 0x82;
