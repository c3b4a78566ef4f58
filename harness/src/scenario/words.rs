//! Words out of a fixed list, as a file writes them.

/// An enum whose variants have a name each: known in `FromStr`, in `Display` and in a file, and
/// near misses are named.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident, $kind:literal, $($(#[$of:meta])* $variant:ident = $word:literal,)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$of])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in a scenario file.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Error;

            fn from_str(given: &str) -> Result<Self, crate::Error> {
                match given {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::scenario::words::unknown($kind, given, &[$($word),*])),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = String::deserialize(from)?;
                word.parse().map_err(|_| {
                    let why = $crate::scenario::words::explain($kind, &word, &[$($word),*]);
                    serde::de::Error::custom(why)
                })
            }
        }
    };
}

pub(super) use words;

/// The error for a word that is not in the list.
pub(super) fn unknown(kind: &'static str, given: &str, known: &[&str]) -> crate::Error {
    crate::Error::UnknownName {
        kind,
        given: given.to_owned(),
        near: crate::near::nearest(given, known),
    }
}

/// The same, for a file: without a near miss every known word is named.
pub(super) fn explain(kind: &'static str, given: &str, known: &[&str]) -> String {
    match crate::near::nearest(given, known) {
        Some(near) => format!("unknown {kind} `{given}`; did you mean `{near}`?"),
        None => format!("unknown {kind} `{given}`; known here: {}", known.join(", ")),
    }
}
