//! `[server]`: the server that a scenario wishes for.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use mailfault_certs::{Ca, Control, Der, Flaw, Identity, KeyKind, Leaf};
use toml::Spanned;

use super::fault::tls_version;
use super::place::Text;
use super::revocation;
use super::words::{explain, words};
use crate::error::Error;
use crate::fault::TlsVersion;
use crate::persona::{LimitsChange, Persona};
use crate::server::{
    Above, Auth, Builder, ClientCertificate, FRAGMENTS, MockServer, Revocation, beyond_rustls,
    wrong_fragment,
};

/// The server of a scenario. What a file does not say is what works: the persona `plain`, STARTTLS
/// with a good certificate, and any credentials inside TLS.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerWish {
    /// How it talks. Host name and limits of the file are already in it.
    pub persona: Persona,
    /// Where TLS is to be had.
    pub tls: TlsWish,
    /// What it presents there.
    pub certificate: CertificateWish,
    /// What is said of its revocation.
    pub revocation: Revocation,
    /// The TLS versions that it speaks, in order.
    pub tls_versions: Vec<TlsVersion>,
    /// The cipher suites that it takes, by name; empty: all that the provider has.
    pub cipher_suites: Vec<String>,
    /// The groups for the key exchange that it takes, by name; empty: all that the provider has.
    pub groups: Vec<String>,
    /// The most octets of plaintext in a TLS record; as many as TLS allows if nothing is said.
    pub max_fragment: Option<usize>,
    /// What it makes of client certificates.
    pub client_certificate: ClientCertificate,
    /// Whose credentials it takes.
    pub auth: Auth,
    /// Whether MAIL in clear is refused.
    pub require_tls: bool,
    /// Whether MAIL without AUTH is refused.
    pub require_auth: bool,
    /// Whether its port is closed.
    pub refuse_connections: bool,
}

words! {
    /// Where TLS is to be had.
    TlsWish, "kind of TLS",
    /// By STARTTLS and on the implicit-TLS port.
    Both = "both",
    /// From the first octet.
    Implicit = "implicit",
    /// Nowhere.
    None = "none",
    /// By STARTTLS.
    StartTls = "starttls",
}

/// The certificate of a scenario's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateWish {
    /// What is wrong with it; nothing if it is good.
    pub flaws: Vec<Flaw>,
    /// What is unusual about it, and yet nothing wrong.
    pub control: Option<Control>,
    /// The name that the client verifies; the server's host name if the file does not say.
    pub name: String,
    /// The names and IP addresses in the certificate; `name` alone if the file does not say.
    pub names: Vec<String>,
    /// Whether `localhost`, `127.0.0.1` and `::1` are left out.
    pub only_names: bool,
    /// Its key, and that of everything above it.
    pub key: KeyKind,
    /// Whether an intermediate stands between root and leaf.
    pub intermediate: bool,
    /// A certificate that somebody else made, in place of all that but the name.
    pub given: Option<GivenCertificate>,
}

/// A certificate that somebody else made. No file can say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenCertificate {
    /// What is sent, the leaf first.
    pub chain: Vec<Der>,
    /// The private key of the leaf, in PKCS#8, SEC 1 or PKCS#1.
    pub key: Der,
    /// What a client should trust.
    pub roots: Vec<Der>,
}

impl ServerWish {
    /// Whether OpenSSL serves it, where it is there.
    pub(super) fn is_of_legacy_tls(&self) -> bool {
        self.is_beyond_rustls() || self.certificate.has_foreign_key()
    }

    fn is_beyond_rustls(&self) -> bool {
        beyond_rustls(&self.tls_versions, &self.cipher_suites, &self.groups).is_some()
    }

    /// The feature that is off, and without which there is no such server.
    pub(super) fn needs(&self) -> Option<&'static str> {
        (self.is_beyond_rustls() && !cfg!(feature = "legacy-tls")).then_some("legacy-tls")
    }

    /// A server as wished for, without the faults, and what it presents.
    pub(crate) fn builder(&self) -> (Builder, Identity) {
        self.builder_under(&Ca::builder().key(self.certificate.key).build())
    }

    /// The same, with a certificate that this authority issues.
    pub(crate) fn builder_under(&self, ca: &Ca) -> (Builder, Identity) {
        let above = match self.certificate.intermediate {
            true => Above::Intermediate,
            false => Above::This,
        };
        let issued = match self.certificate.given_under(ca) {
            Some(given) => Ok((MockServer::builder(), given)),
            None => {
                let issued = self
                    .revocation
                    .try_issue(ca, self.certificate.leaf(), above);
                issued.map(|(identity, responder)| {
                    (MockServer::builder().responder(responder), identity)
                })
            }
        };
        let (mut builder, identity) = issued.unwrap_or_else(|error| {
            let identity = ca.issue(self.certificate.leaf());
            (MockServer::builder().cannot(error), identity)
        });
        builder = builder
            .persona(self.persona.clone())
            .tls_versions(self.tls_versions.iter().copied())
            .cipher_suites(&self.cipher_suites)
            .groups(&self.groups)
            .client_certificate(self.client_certificate.clone())
            .auth(self.auth.clone());
        if matches!(self.tls, TlsWish::StartTls | TlsWish::Both) {
            builder = builder.starttls(identity.clone());
        }
        if matches!(self.tls, TlsWish::Implicit | TlsWish::Both) {
            builder = builder.implicit_tls(identity.clone());
        }
        if let Some(octets) = self.max_fragment {
            builder = builder.max_fragment(octets);
        }
        if self.require_tls {
            builder = builder.require_tls();
        }
        if self.require_auth {
            builder = builder.require_auth();
        }
        if self.refuse_connections {
            builder = builder.refuse_connections();
        }
        (builder, identity)
    }
}

impl CertificateWish {
    /// What somebody else made, in place of what this authority could issue.
    fn given_under(&self, ca: &Ca) -> Option<Identity> {
        let given = self.given.clone()?;
        let anybody = ca.issue("given.test").with_chain(given.chain);
        let given = anybody.with_key(given.key).with_roots(given.roots);
        // Nobody here can sign the lists of its authorities.
        Some(given.with_crls(Vec::new()))
    }

    /// Whether OpenSSL alone can sign with its key; with one of DSA only old TLS does.
    fn has_foreign_key(&self) -> bool {
        let mut flaws = self.flaws.iter();
        flaws.any(|flaw| *flaw != Flaw::Dsa && flaw.shows_foreign_key())
    }

    /// The wish in the words of the crate that mints.
    pub(super) fn leaf(&self) -> Leaf {
        let mut names = self.names.iter();
        let mut leaf = Leaf::new(names.next().unwrap_or(&self.name)).key(self.key);
        leaf = names.fold(leaf, |leaf, name| leaf.also(name));
        leaf = self.flaws.iter().fold(leaf, |leaf, flaw| leaf.flaw(*flaw));
        if let Some(control) = self.control {
            leaf = leaf.control(control);
        }
        match self.only_names {
            true => leaf.only_names(),
            false => leaf,
        }
    }
}

/// `[server]` as it is written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    persona: Persona,
    host: Option<String>,
    limits: LimitsChange,
    tls: Option<TlsWish>,
    certificate: Option<Spanned<Certificate>>,
    revocation: revocation::Written,
    tls_versions: Option<Vec<Version>>,
    cipher_suites: Vec<String>,
    groups: Vec<String>,
    max_fragment: Option<Spanned<usize>>,
    client_certificate: ClientCertificateWord,
    auth: AuthWritten,
    require_tls: bool,
    require_auth: bool,
    refuse_connections: bool,
}

impl Written {
    pub(super) fn meant(self, text: &Text<'_>) -> Result<ServerWish, Error> {
        let mut persona = self.persona;
        if let Some(host) = self.host {
            persona.host = host;
        }
        self.limits.apply(&mut persona.limits);
        let (place, certificate) = match self.certificate {
            Some(written) => (written.span().start, written.into_inner()),
            None => (0, Certificate::default()),
        };
        let certificate = certificate.meant(&persona.host);
        match certificate.leaf().check() {
            // The file is right, and the build cannot play it: `Scenario::needs` says so.
            Ok(()) | Err(mailfault_certs::Error::Feature { .. }) => {}
            Err(error) => return Err(text.bad(place, error.to_string())),
        }
        if let Some(octets) = &self.max_fragment
            && !FRAGMENTS.contains(octets.get_ref())
        {
            let why = format!("{} {}", wrong_fragment(), octets.get_ref());
            return Err(text.bad(octets.span().start, why));
        }
        let both = vec![TlsVersion::Tls12, TlsVersion::Tls13];
        let versions = self.tls_versions;
        let versions = versions.map(|list| list.into_iter().map(|Version(one)| one).collect());
        Ok(ServerWish {
            persona,
            tls: self.tls.unwrap_or(TlsWish::StartTls),
            revocation: self.revocation.meant(certificate.intermediate, text)?,
            certificate,
            tls_versions: versions.unwrap_or(both),
            cipher_suites: self.cipher_suites,
            groups: self.groups,
            max_fragment: self.max_fragment.map(Spanned::into_inner),
            client_certificate: self.client_certificate.0,
            auth: self.auth.0,
            require_tls: self.require_tls,
            require_auth: self.require_auth,
            refuse_connections: self.refuse_connections,
        })
    }
}

struct Version(TlsVersion);

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        tls_version(&text).map(Self).map_err(D::Error::custom)
    }
}

/// `certificate`, all of it optional.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct CertificateTable {
    flaw: OneOrMany<FlawName>,
    control: Option<ControlName>,
    name: Option<String>,
    names: Vec<String>,
    only_names: bool,
    key: Option<Key>,
    intermediate: Option<bool>,
}

/// A flaw by name, several, a control by name, or a table.
#[derive(Default)]
struct Certificate(CertificateTable);

impl Certificate {
    fn meant(self, host: &str) -> CertificateWish {
        let Self(table) = self;
        let OneOrMany(flaws) = table.flaw;
        let name = table.name.unwrap_or_else(|| host.to_owned());
        CertificateWish {
            flaws: flaws.into_iter().map(|FlawName(flaw)| flaw).collect(),
            control: table.control.map(|ControlName(control)| control),
            names: match table.names.is_empty() {
                true => vec![name.clone()],
                false => table.names,
            },
            name,
            only_names: table.only_names,
            key: table.key.map_or_else(KeyKind::default, |Key(kind)| kind),
            intermediate: table.intermediate.unwrap_or(true),
            given: None,
        }
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct FlawsOrTable;

        impl<'de> Visitor<'de> for FlawsOrTable {
            type Value = CertificateTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a flaw or a control, a list of flaws or a table")
            }

            fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<CertificateTable, E> {
                let is_control = Flaw::from_id(one).is_none() && one.starts_with("control/");
                if is_control || Control::from_id(one).is_some() {
                    let one: StrDeserializer<'_, E> = StrDeserializer::new(one);
                    return Ok(CertificateTable {
                        control: Some(ControlName::deserialize(one)?),
                        ..CertificateTable::default()
                    });
                }
                let flaw = Words(PhantomData).visit_str(one)?;
                Ok(CertificateTable {
                    flaw,
                    ..CertificateTable::default()
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, all: A) -> Result<CertificateTable, A::Error> {
                let flaw = Words(PhantomData).visit_seq(all)?;
                Ok(CertificateTable {
                    flaw,
                    ..CertificateTable::default()
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CertificateTable, A::Error> {
                CertificateTable::deserialize(MapAccessDeserializer::new(map))
            }
        }

        from.deserialize_any(FlawsOrTable).map(Self)
    }
}

struct FlawName(Flaw);

impl<'de> Deserialize<'de> for FlawName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Flaw::from_id(&name).map(Self).ok_or_else(|| {
            let all = Flaw::all().iter().map(|flaw| as_written(flaw.id(), &name));
            D::Error::custom(explain("flaw", &name, &all.collect::<Vec<_>>()))
        })
    }
}

struct ControlName(Control);

impl<'de> Deserialize<'de> for ControlName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Control::from_id(&name).map(Self).ok_or_else(|| {
            let all = Control::all().iter();
            let all = all.map(|control| as_written(control.id(), &name));
            D::Error::custom(explain("control", &name, &all.collect::<Vec<_>>()))
        })
    }
}

/// The folder may be left out, so that it only counts as far as it was written.
fn as_written(id: &'static str, written: &str) -> &'static str {
    match written.contains('/') {
        true => id,
        false => id.rsplit('/').next().unwrap_or_default(),
    }
}

struct Key(KeyKind);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Ok(Self(match name.as_str() {
            "ed25519" => KeyKind::Ed25519,
            "p256" => KeyKind::P256,
            "p384" => KeyKind::P384,
            "rsa-2048" => KeyKind::Rsa2048,
            _ => {
                let known = ["ed25519", "p256", "p384", "rsa-2048"];
                return Err(D::Error::custom(explain("kind of key", &name, &known)));
            }
        }))
    }
}

#[derive(Default)]
struct ClientCertificateWord(ClientCertificate);

impl<'de> Deserialize<'de> for ClientCertificateWord {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = String::deserialize(from)?;
        Ok(Self(match word.as_str() {
            "asked" => ClientCertificate::Asked,
            "none" => ClientCertificate::NotAsked,
            "refused" => ClientCertificate::Refused,
            "required" => ClientCertificate::Required,
            _ => {
                let known = ["asked", "none", "refused", "required"];
                let why = explain("wish for client certificates", &word, &known);
                return Err(D::Error::custom(why));
            }
        }))
    }
}

#[derive(Default)]
struct AuthWritten(Auth);

impl<'de> Deserialize<'de> for AuthWritten {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct WordOrTable;

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Credentials {
            user: String,
            password: String,
        }

        impl<'de> Visitor<'de> for WordOrTable {
            type Value = Auth;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`accept-any`, `refuse` or a table with `user` and `password`")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Auth, E> {
                match word {
                    "accept-any" => Ok(Auth::AcceptAny),
                    "refuse" => Ok(Auth::Refuse),
                    _ => Err(E::custom(explain("auth", word, &["accept-any", "refuse"]))),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Auth, A::Error> {
                let Credentials { user, password } =
                    Credentials::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Auth::Accept { user, password })
            }
        }

        from.deserialize_any(WordOrTable).map(Self)
    }
}

/// A word, or a list of words.
#[derive(Clone, Debug)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Words(PhantomData))
    }
}

struct Words<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Words<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word or a list of words")
    }

    fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<OneOrMany<T>, E> {
        let one: StrDeserializer<'_, E> = StrDeserializer::new(one);
        T::deserialize(one).map(|one| OneOrMany(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = list.next_element()? {
            all.push(one);
        }
        Ok(OneOrMany(all))
    }
}
