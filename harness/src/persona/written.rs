//! A persona in a scenario file: a name, or a table that changes another.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::Persona;
use super::limits::LimitsChange;
use super::replies::RepliesChange;
use crate::smtp::Reply;

impl<'de> Deserialize<'de> for Persona {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NameOrTable)
    }
}

struct NameOrTable;

impl<'de> Visitor<'de> for NameOrTable {
    type Value = Persona;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a persona's name or a table")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Persona, E> {
        Persona::named(name).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Persona, A::Error> {
        let change = Change::deserialize(MapAccessDeserializer::new(map))?;
        Ok(change.applied())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Change {
    #[serde(default)]
    based_on: Box<Persona>,
    name: Option<String>,
    summary: Option<String>,
    host: Option<String>,
    banner: Option<Reply>,
    hello: Option<String>,
    ehlo: Option<Vec<String>>,
    ehlo_tls: Option<Vec<String>>,
    #[serde(default)]
    replies: RepliesChange,
    #[serde(default)]
    limits: LimitsChange,
    accepts_bare_lf: Option<bool>,
    uncertain: Option<Vec<String>>,
}

impl Change {
    fn applied(self) -> Persona {
        let mut to = *self.based_on;
        set(&mut to.name, self.name);
        set(&mut to.summary, self.summary);
        set(&mut to.host, self.host);
        set(&mut to.banner, self.banner);
        set(&mut to.hello, self.hello);
        set(&mut to.ehlo, self.ehlo);
        set(&mut to.ehlo_tls, self.ehlo_tls);
        set(&mut to.accepts_bare_lf, self.accepts_bare_lf);
        set(&mut to.uncertain, self.uncertain);
        self.replies.apply(&mut to.replies);
        self.limits.apply(&mut to.limits);
        to
    }
}

fn set<T>(to: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *to = value;
    }
}
