//! X.500 names, as Windows prints them.

use std::fmt;

use crate::asn1;

/// The subject or the issuer of a certificate.
///
/// Said in the order in which Windows prints it, the most specific first; in the certificate the order is the other
/// way round. `Display` is what .NET's `X509Certificate2.Subject` shows, hence Exchange in `TlsCertificateName`.
///
/// ```
/// use mailfault_certs::DistinguishedName;
///
/// let name = DistinguishedName::new()
///     .common_name("mail.contoso.com")
///     .organization("A, Inc.")
///     .locality("Phoenix")
///     .state("Arizona")
///     .country("US");
/// assert_eq!(name.to_string(), r#"CN=mail.contoso.com, O="A, Inc.", L=Phoenix, S=Arizona, C=US"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DistinguishedName {
    parts: Vec<(Attribute, String)>,
}

impl DistinguishedName {
    /// The empty name.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `CN=`
    #[must_use]
    pub fn common_name(self, value: impl Into<String>) -> Self {
        self.with(Attribute::CommonName, value)
    }

    /// `OU=`; may be said more than once.
    #[must_use]
    pub fn organizational_unit(self, value: impl Into<String>) -> Self {
        self.with(Attribute::OrganizationalUnit, value)
    }

    /// `O=`
    #[must_use]
    pub fn organization(self, value: impl Into<String>) -> Self {
        self.with(Attribute::Organization, value)
    }

    /// `L=`
    #[must_use]
    pub fn locality(self, value: impl Into<String>) -> Self {
        self.with(Attribute::Locality, value)
    }

    /// `S=`; other programs print `ST=`.
    #[must_use]
    pub fn state(self, value: impl Into<String>) -> Self {
        self.with(Attribute::State, value)
    }

    /// `C=`, two letters.
    #[must_use]
    pub fn country(self, value: impl Into<String>) -> Self {
        self.with(Attribute::Country, value)
    }

    /// `DC=`, once for each label, as in `DC=contoso, DC=com`.
    #[must_use]
    pub fn domain_component(self, value: impl Into<String>) -> Self {
        self.with(Attribute::DomainComponent, value)
    }

    fn with(mut self, attribute: Attribute, value: impl Into<String>) -> Self {
        self.parts.push((attribute, value.into()));
        self
    }

    /// The same with another last letter in its first part.
    pub(crate) fn with_a_letter_changed(&self) -> Self {
        let mut changed = self.clone();
        match changed.parts.first_mut() {
            Some((_, value)) => {
                let letter = if value.pop() == Some('x') { 'y' } else { 'x' };
                value.push(letter);
            }
            None => changed = changed.common_name("x"),
        }
        changed
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The common name that is said first, if there is one.
    pub(crate) fn first_common_name(&self) -> Option<&str> {
        let mut parts = self.parts.iter();
        let (_, value) = parts.find(|(attribute, _)| *attribute == Attribute::CommonName)?;
        Some(value)
    }

    pub(crate) fn has_common_name(&self, name: &str) -> bool {
        self.parts
            .iter()
            .any(|(attribute, value)| *attribute == Attribute::CommonName && value == name)
    }

    /// Reads a name that somebody else wrote. Attributes that have no word here are left out.
    pub(crate) fn read(name: &asn1::Element<'_>) -> Self {
        let mut parts: Vec<(Attribute, String)> = name
            .inside()
            .flat_map(|set| set.inside())
            .filter_map(|pair| {
                let mut pair = pair.inside();
                let (oid, value) = (pair.any()?, pair.any()?);
                let all = Attribute::ALL.into_iter();
                let attribute = all
                    .into_iter()
                    .find(|one| asn1::oid(one.oid()) == oid.whole)?;
                Some((attribute, value.text()?))
            })
            .collect();
        parts.reverse();
        Self { parts }
    }

    /// RFC 5280 §4.1.2.4: a sequence of sets of one attribute each, the most general first.
    pub(crate) fn der(&self) -> Vec<u8> {
        let parts = self.parts.iter().rev();
        asn1::sequence(
            parts
                .map(|(attribute, value)| {
                    let value = attribute.value(value);
                    asn1::set(&asn1::sequence([asn1::oid(attribute.oid()), value]))
                })
                .collect::<Vec<_>>(),
        )
    }
}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (attribute, value)) in self.parts.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let label = attribute.label();
            if needs_quotes(value) {
                write!(f, "{comma}{label}=\"{}\"", value.replace('"', "\"\""))?;
            } else {
                write!(f, "{comma}{label}={value}")?;
            }
        }
        Ok(())
    }
}

/// The rule of `CertNameToStr`, which .NET repeats on other systems; a carriage return inside a value is not in it.
fn needs_quotes(value: &str) -> bool {
    let blank = |c: char| c == ' ' || ('\t'..='\r').contains(&c);
    value.is_empty()
        || value.starts_with(blank)
        || value.ends_with(blank)
        || value.contains([',', '+', '=', '"', '\n', '<', '>', '#', ';'])
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Attribute {
    CommonName,
    OrganizationalUnit,
    Organization,
    Locality,
    State,
    Country,
    DomainComponent,
}

impl Attribute {
    const ALL: [Self; 7] = [
        Self::CommonName,
        Self::OrganizationalUnit,
        Self::Organization,
        Self::Locality,
        Self::State,
        Self::Country,
        Self::DomainComponent,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::CommonName => "CN",
            Self::OrganizationalUnit => "OU",
            Self::Organization => "O",
            Self::Locality => "L",
            Self::State => "S",
            Self::Country => "C",
            Self::DomainComponent => "DC",
        }
    }

    fn oid(self) -> &'static [u64] {
        match self {
            Self::CommonName => &[2, 5, 4, 3],
            Self::OrganizationalUnit => &[2, 5, 4, 11],
            Self::Organization => &[2, 5, 4, 10],
            Self::Locality => &[2, 5, 4, 7],
            Self::State => &[2, 5, 4, 8],
            Self::Country => &[2, 5, 4, 6],
            Self::DomainComponent => &[0, 9, 2342, 19_200_300, 100, 1, 25],
        }
    }

    /// RFC 5280 §4.1.2.4 and appendix A.1: a country is a PrintableString, a domain component an IA5String.
    fn value(self, value: &str) -> Vec<u8> {
        match self {
            Self::DomainComponent if value.is_ascii() => asn1::ia5_string(value),
            _ if asn1::is_printable(value) => asn1::printable_string(value),
            _ => asn1::utf8_string(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DistinguishedName;

    #[test]
    fn values_are_quoted_where_windows_quotes_them() {
        #[track_caller]
        fn check(value: &str, expected: &str) {
            let name = DistinguishedName::new().common_name(value);
            assert_eq!(name.to_string(), expected);
        }
        check("EX01", "CN=EX01");
        check("EX01.contoso.com", "CN=EX01.contoso.com");
        check("*.contoso.com", "CN=*.contoso.com");
        check("Contoso Mail", "CN=Contoso Mail");
        check("O'Neill (test)/1:2", "CN=O'Neill (test)/1:2");
        check("mäil", "CN=mäil");
        check(r"back\slash", r"CN=back\slash");
        check(
            "Starfield Technologies, Inc.",
            r#"CN="Starfield Technologies, Inc.""#,
        );
        check("a+b", r#"CN="a+b""#);
        check("a=b", r#"CN="a=b""#);
        check("a<b", r#"CN="a<b""#);
        check("a>b", r#"CN="a>b""#);
        check("a;b", r#"CN="a;b""#);
        check("#1", r##"CN="#1""##);
        check("No #1", r##"CN="No #1""##);
        check(r#"the "A" team"#, r#"CN="the ""A"" team""#);
        check(" lead", r#"CN=" lead""#);
        check("trail ", r#"CN="trail ""#);
        check("\ttab", "CN=\"\ttab\"");
        check("in\tside", "CN=in\tside");
        check("two\nlines", "CN=\"two\nlines\"");
        check("two\rlines", "CN=two\rlines");
        check("", r#"CN="""#);
    }

    #[test]
    fn parts_are_printed_in_the_order_said() {
        let name = DistinguishedName::new();
        assert_eq!(name.to_string(), "");
        let issuer = name
            .common_name("contoso-CA")
            .domain_component("contoso")
            .domain_component("com");
        assert_eq!(issuer.to_string(), "CN=contoso-CA, DC=contoso, DC=com");
    }
}
