//! X.500 names, as Windows prints them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::asn1;
use crate::error::Error;

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

    /// Any attribute by its OID in dotted form. Windows prints those without a letter of their own as `OID.2.5.4.12=`.
    ///
    /// # Panics
    ///
    /// If `oid` is no OID.
    #[must_use]
    #[track_caller]
    pub fn attribute(self, oid: &str, value: impl Into<String>) -> Self {
        let arcs: Option<Vec<u64>> = oid.split('.').map(|arc| arc.parse().ok()).collect();
        match arcs {
            Some(arcs) if arcs.len() > 1 => self.with(Attribute::of(arcs), value),
            _ => panic!("`{oid}` is no OID; write it as `2.5.4.12`"),
        }
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

    /// What the most specific `CN=` says.
    #[must_use]
    pub fn first_common_name(&self) -> Option<&str> {
        let mut parts = self.parts.iter();
        let part = parts.find(|(attribute, _)| *attribute == Attribute::CommonName);
        part.map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
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
                let attribute = Attribute::NAMED
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

impl FromStr for DistinguishedName {
    type Err = Error;

    /// Reads what `Display` writes, and as Windows prints it: `CN=mail.contoso.com, O="A, Inc.", S=AZ, C=US`. `ST=` is
    /// taken for `S=`, `OID.2.5.4.12=` for any attribute.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = |why: String| Error::DistinguishedName {
            text: text.to_owned(),
            why,
        };
        let mut name = Self::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (label, behind) = rest
                .split_once('=')
                .ok_or_else(|| bad(format!("`{rest}` has no `=`")))?;
            let label = label.trim();
            let attribute = Attribute::named(label).ok_or_else(|| {
                bad(format!(
                    "`{label}` is no attribute; known are CN, OU, O, L, S, C, DC, E"
                ))
            })?;
            let (value, behind) =
                value(behind).ok_or_else(|| bad("a quote is not closed".to_owned()))?;
            name = name.with(attribute, value);
            rest = behind.trim_start();
        }
        Ok(name)
    }
}

/// A value at the beginning of a text, and what stands behind its comma; `None` if a quote is not closed.
fn value(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, behind) = text.split_once(',').unwrap_or((text, ""));
        return Some((value.trim_end().to_owned(), behind));
    };
    let mut value = String::new();
    let mut rest = quoted;
    loop {
        let (part, behind) = rest.split_once('"')?;
        value.push_str(part);
        match behind.strip_prefix('"') {
            Some(more) => {
                value.push('"');
                rest = more;
            }
            None => {
                let behind = behind.trim_start();
                return Some((value, behind.strip_prefix(',').unwrap_or(behind)));
            }
        }
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

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Attribute {
    CommonName,
    OrganizationalUnit,
    Organization,
    Locality,
    State,
    Country,
    DomainComponent,
    Email,
    SerialNumber,
    Other(Vec<u64>),
}

impl Attribute {
    const NAMED: [Self; 9] = [
        Self::CommonName,
        Self::OrganizationalUnit,
        Self::Organization,
        Self::Locality,
        Self::State,
        Self::Country,
        Self::DomainComponent,
        Self::Email,
        Self::SerialNumber,
    ];

    fn of(arcs: Vec<u64>) -> Self {
        let named = Self::NAMED.into_iter().find(|one| one.oid() == arcs);
        named.unwrap_or(Self::Other(arcs))
    }

    fn named(label: &str) -> Option<Self> {
        let is = |one: &Self| one.label().eq_ignore_ascii_case(label);
        let oid = label
            .get(..4)
            .filter(|prefix| prefix.eq_ignore_ascii_case("OID."));
        match label.to_ascii_uppercase().as_str() {
            "ST" => Some(Self::State),
            _ if oid.is_some() => {
                let arcs: Option<Vec<u64>> =
                    label[4..].split('.').map(|arc| arc.parse().ok()).collect();
                arcs.filter(|arcs| arcs.len() > 1).map(Self::of)
            }
            _ => Self::NAMED.into_iter().find(is),
        }
    }

    fn label(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::CommonName => "CN",
            Self::OrganizationalUnit => "OU",
            Self::Organization => "O",
            Self::Locality => "L",
            Self::State => "S",
            Self::Country => "C",
            Self::DomainComponent => "DC",
            Self::Email => "E",
            Self::SerialNumber => "SERIALNUMBER",
            Self::Other(arcs) => {
                let arcs: Vec<String> = arcs.iter().map(u64::to_string).collect();
                return Cow::Owned(format!("OID.{}", arcs.join(".")));
            }
        })
    }

    fn oid(&self) -> &[u64] {
        match self {
            Self::CommonName => &[2, 5, 4, 3],
            Self::OrganizationalUnit => &[2, 5, 4, 11],
            Self::Organization => &[2, 5, 4, 10],
            Self::Locality => &[2, 5, 4, 7],
            Self::State => &[2, 5, 4, 8],
            Self::Country => &[2, 5, 4, 6],
            Self::DomainComponent => &[0, 9, 2342, 19_200_300, 100, 1, 25],
            Self::Email => &[1, 2, 840, 113_549, 1, 9, 1],
            Self::SerialNumber => &[2, 5, 4, 5],
            Self::Other(arcs) => arcs,
        }
    }

    /// RFC 5280 §4.1.2.4 and appendix A.1: a country is a PrintableString, a domain component an IA5String.
    fn value(&self, value: &str) -> Vec<u8> {
        match self {
            Self::DomainComponent | Self::Email if value.is_ascii() => asn1::ia5_string(value),
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
    fn what_is_written_is_read_back() {
        #[track_caller]
        fn check(text: &str) {
            let name: DistinguishedName = text.parse().unwrap();
            assert_eq!(name.to_string(), text);
        }
        check("");
        check("CN=EX01");
        check(
            r#"CN=Starfield CA - G2, OU=a b, O="Starfield Technologies, Inc.", L=Scottsdale, S=Arizona, C=US"#,
        );
        check(r#"CN="the ""A"" team", OID.2.5.4.12=Dr, E=a@b.test"#);
        check("CN=MSIT Machine Auth CA 2, DC=redmond, DC=corp, DC=microsoft, DC=com");
    }

    #[test]
    fn what_is_no_name_is_told() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            let error = text.parse::<DistinguishedName>().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        check("EX01", "`EX01` has no `=`");
        check("CN=EX01, nonsense", "`nonsense` has no `=`");
        check("XX=EX01", "`XX` is no attribute");
        check("CN=\"EX01", "a quote is not closed");
        check("OID.2=EX01", "`OID.2` is no attribute");
    }

    #[test]
    fn an_attribute_by_its_oid_is_printed_as_windows_prints_it() {
        let name = DistinguishedName::new()
            .attribute("1.2.840.113549.1.9.1", "a@contoso.com")
            .attribute("2.5.4.12", "Dr")
            .attribute("2.5.4.3", "EX01");
        assert_eq!(
            name.to_string(),
            "E=a@contoso.com, OID.2.5.4.12=Dr, CN=EX01"
        );
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
