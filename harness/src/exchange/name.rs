//! `TlsCertificateName`: a certificate by the names of its issuer and its subject.

use std::fmt;
use std::str::FromStr;

use crate::certificate_facts::CertificateFacts;
use crate::error::Error;

/// A certificate by issuer and subject, as the property `TlsCertificateName` holds it:
/// `<I>CN=Contoso CA, C=US<S>CN=mail.contoso.test`.
///
/// ```
/// use mailfault::exchange::TlsCertificateName;
///
/// let name: TlsCertificateName = "<I>CN=EX01<S>CN=EX01".parse()?;
/// assert_eq!(name.issuer, "CN=EX01");
/// assert_eq!(name.to_string(), "<I>CN=EX01<S>CN=EX01");
/// # Ok::<(), mailfault::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TlsCertificateName {
    /// The issuer, as Windows prints it.
    pub issuer: String,
    /// The subject, as Windows prints it.
    pub subject: String,
}

impl TlsCertificateName {
    /// The name of this certificate, and of every other with the same issuer and subject.
    #[must_use]
    pub fn of(facts: &CertificateFacts) -> Self {
        Self {
            issuer: facts.issuer.to_string(),
            subject: facts.subject.to_string(),
        }
    }

    /// Whether it names this certificate. The text is compared, not the thumbprint; upper and
    /// lower case are taken for equal, which is uncertain.
    #[must_use]
    pub fn names(&self, facts: &CertificateFacts) -> bool {
        let equal =
            |name: &dyn fmt::Display, text: &str| name.to_string().eq_ignore_ascii_case(text);
        equal(&facts.issuer, &self.issuer) && equal(&facts.subject, &self.subject)
    }
}

impl FromStr for TlsCertificateName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // Articles write the tags in either case, and Exchange takes both.
        let text = text.trim();
        let tag = |tag: &str| text.to_ascii_uppercase().find(tag);
        let parts = match (tag("<I>"), tag("<S>")) {
            (Some(0), Some(at)) => Some((&text[3..at], &text[at + 3..])),
            _ => None,
        };
        match parts {
            Some((issuer, subject)) if !subject.is_empty() => Ok(Self {
                issuer: issuer.to_owned(),
                subject: subject.to_owned(),
            }),
            _ => Err(Error::BadSetting {
                what: "TlsCertificateName",
                why: format!(
                    "`{text}` is not of the form `<I>issuer<S>subject`\nhint: `<I>CN=Contoso CA<S>CN=mail.contoso.test`"
                ),
            }),
        }
    }
}

impl fmt::Display for TlsCertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<I>{}<S>{}", self.issuer, self.subject)
    }
}

#[cfg(test)]
mod tests {
    use mailfault_certs::Ca;

    use super::*;

    #[test]
    fn a_renewed_certificate_has_the_name_of_the_old_one() {
        let ca = Ca::new();
        let facts = |identity: &mailfault_certs::Identity| CertificateFacts::read(identity.leaf());
        let (old, new) = (ca.issue("mail.contoso.test"), ca.issue("mail.contoso.test"));
        let name = TlsCertificateName::of(&facts(&old).unwrap());
        assert!(name.names(&facts(&new).unwrap()));
        assert!(!name.names(&facts(&Ca::new().issue("mail.contoso.test")).unwrap()));
        assert_eq!(
            name.to_string().parse::<TlsCertificateName>().unwrap(),
            name
        );
    }

    #[test]
    fn what_is_no_name_is_told() {
        for text in [
            "",
            "CN=EX01",
            "<I>CN=EX01",
            "<S>CN=EX01<I>CN=EX01",
            "<I>CN=EX01<S>",
        ] {
            let error = text.parse::<TlsCertificateName>().unwrap_err().to_string();
            assert!(error.contains("`<I>issuer<S>subject`"), "{error}");
        }
    }
}
