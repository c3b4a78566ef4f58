//! `[server]`: the server that a scenario wishes for.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::fault::tls_version;
use super::words::{explain, words};
use crate::fault::TlsVersion;
use crate::persona::{LimitsChange, Persona};

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
    /// The TLS versions that it speaks, in order.
    pub tls_versions: Vec<TlsVersion>,
    /// The cipher suites that it takes, by name; empty: all that the provider has.
    pub cipher_suites: Vec<String>,
    /// The groups for the key exchange that it takes, by name; empty: all that the provider has.
    pub groups: Vec<String>,
    /// What it makes of client certificates.
    pub client_certificate: ClientCertificate,
    /// Whose credentials it takes.
    pub auth: AuthWish,
    /// Whether MAIL in clear is refused.
    pub require_tls: bool,
    /// Whether MAIL without AUTH is refused.
    pub require_auth: bool,
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

words! {
    /// What a server makes of client certificates.
    ClientCertificate, "wish for client certificates",
    /// It asks for one, and none is fine.
    Asked = "asked",
    /// It does not ask.
    None = "none",
    /// It asks for one and refuses whatever it gets.
    Refused = "refused",
    /// It asks for one and refuses a client that has none.
    Required = "required",
}

words! {
    /// The kind of key in a certificate.
    KeyWish, "kind of key",
    /// Ed25519.
    Ed25519 = "ed25519",
    /// ECDSA on P-256.
    P256 = "p256",
    /// ECDSA on P-384.
    P384 = "p384",
    /// RSA of 2,048 bits.
    Rsa2048 = "rsa-2048",
}

/// The certificate of a scenario's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateWish {
    /// What is wrong with it, by name; none if it is good.
    pub flaws: Vec<String>,
    /// The name that the client verifies; the server's host name if the file does not say.
    pub name: String,
    /// Further names (or IP addresses) in the certificate.
    pub names: Vec<String>,
    /// Whether the certificate carries `names` and nothing else: neither `name` nor the names of
    /// this machine.
    pub only_names: bool,
    /// Its key, and that of everything above it.
    pub key: KeyWish,
    /// How many intermediates stand between root and leaf.
    pub intermediates: u8,
}

/// Whose credentials a server takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthWish {
    /// Anyone's.
    AcceptAny,
    /// Nobody's.
    Refuse,
    /// Those of one user.
    User {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
}

/// `[server]` as it is written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    persona: Persona,
    host: Option<String>,
    limits: LimitsChange,
    tls: Option<TlsWish>,
    certificate: Certificate,
    tls_versions: Option<Vec<Version>>,
    cipher_suites: Vec<String>,
    groups: Vec<String>,
    client_certificate: Option<ClientCertificate>,
    auth: Option<AuthWish>,
    require_tls: bool,
    require_auth: bool,
}

impl Written {
    pub(super) fn meant(self) -> ServerWish {
        let mut persona = self.persona;
        if let Some(host) = self.host {
            persona.host = host;
        }
        self.limits.apply(&mut persona.limits);
        let both = vec![TlsVersion::Tls12, TlsVersion::Tls13];
        let versions = self.tls_versions;
        let versions = versions.map(|list| list.into_iter().map(|Version(one)| one).collect());
        ServerWish {
            tls: self.tls.unwrap_or(TlsWish::StartTls),
            certificate: self.certificate.meant(&persona.host),
            persona,
            tls_versions: versions.unwrap_or(both),
            cipher_suites: self.cipher_suites,
            groups: self.groups,
            client_certificate: self.client_certificate.unwrap_or(ClientCertificate::None),
            auth: self.auth.unwrap_or(AuthWish::AcceptAny),
            require_tls: self.require_tls,
            require_auth: self.require_auth,
        }
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
    flaw: OneOrMany<Flaw>,
    name: Option<String>,
    names: Vec<String>,
    only_names: bool,
    key: Option<KeyWish>,
    intermediates: Option<u8>,
}

/// A flaw by name, several, or a table.
#[derive(Default)]
struct Certificate(CertificateTable);

impl Certificate {
    fn meant(self, host: &str) -> CertificateWish {
        let Self(table) = self;
        let OneOrMany(flaws) = table.flaw;
        CertificateWish {
            flaws: flaws.into_iter().map(|Flaw(name)| name).collect(),
            name: table.name.unwrap_or_else(|| host.to_owned()),
            names: table.names,
            only_names: table.only_names,
            key: table.key.unwrap_or(KeyWish::P256),
            intermediates: table.intermediates.unwrap_or(1),
        }
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct FlawsOrTable;

        impl<'de> Visitor<'de> for FlawsOrTable {
            type Value = CertificateTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a flaw, a list of them or a table")
            }

            fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<CertificateTable, E> {
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

struct Flaw(String);

impl<'de> Deserialize<'de> for Flaw {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        flaw(&name).map(Self).map_err(D::Error::custom)
    }
}

/// The flaw of this name.
fn flaw(name: &str) -> Result<String, String> {
    const KNOWN: [&str; 20] = [
        "expired",
        "not-yet-valid",
        "self-signed",
        "untrusted-root",
        "wrong-name",
        "cn-only",
        "wildcard-too-deep",
        "wildcard-other-domain",
        "san-ip-only",
        "missing-intermediate",
        "extra-unrelated",
        "reversed-chain",
        "duplicate-leaf",
        "root-sent",
        "expired-intermediate",
        "expired-root",
        "intermediate-not-ca",
        "pathlen-exceeded",
        "eku-client-only",
        "key-mismatch",
    ];
    match KNOWN.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(explain("flaw", name, &KNOWN)),
    }
}

impl<'de> Deserialize<'de> for AuthWish {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct WordOrTable;

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Credentials {
            user: String,
            password: String,
        }

        impl<'de> Visitor<'de> for WordOrTable {
            type Value = AuthWish;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`accept-any`, `refuse` or a table with `user` and `password`")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<AuthWish, E> {
                match word {
                    "accept-any" => Ok(AuthWish::AcceptAny),
                    "refuse" => Ok(AuthWish::Refuse),
                    _ => Err(E::custom(explain("auth", word, &["accept-any", "refuse"]))),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AuthWish, A::Error> {
                let Credentials { user, password } =
                    Credentials::deserialize(MapAccessDeserializer::new(map))?;
                Ok(AuthWish::User { user, password })
            }
        }

        from.deserialize_any(WordOrTable)
    }
}

/// A word, or a list of words.
pub(super) struct OneOrMany<T>(pub(super) Vec<T>);

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
