//! What can be wrong with a wish.

use std::fmt;

use crate::{Control, Flaw};

/// Why a [`Leaf`](crate::Leaf) cannot be issued or a [`Flaw`] is not known.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Two things were asked for that cannot both be seen in one certificate.
    Clash {
        /// The first of the two, as it was asked for.
        one: String,
        /// The second of the two.
        other: String,
        /// Why not both.
        why: &'static str,
    },
    /// It can be minted by a build with another feature.
    Feature {
        /// What was asked for.
        what: String,
        /// The feature of this crate, and of `mailfault`, that turns it on.
        feature: &'static str,
    },
    /// The control needs another kind of wish.
    Control {
        /// Which control.
        control: Control,
        /// What it needs.
        why: &'static str,
    },
    /// The flaw needs another kind of wish.
    Flaw {
        /// Which flaw.
        flaw: Flaw,
        /// What it needs.
        why: &'static str,
    },
    /// The text is no name of X.500.
    DistinguishedName {
        /// The text as it was given.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// The name is neither a DNS name nor an IP address.
    Name {
        /// The name as it was given.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The serial number has no octets.
    Serial,
    /// A time before the year 0 or after the year 9999.
    Time,
    /// No control has this id.
    UnknownControl(String),
    /// No flaw has this id.
    UnknownFlaw(String),
    /// What was to be signed again is no certificate that can be read.
    Unreadable,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clash { one, other, why } => {
                write!(f, "`{one}` does not go with `{other}`: {why}")
            }
            Self::Feature { what, feature } => {
                write!(
                    f,
                    "`{what}` needs the feature `{feature}`, which is off in this build"
                )
            }
            Self::Control { control, why } => write!(f, "`{control}` {why}"),
            Self::Flaw { flaw, why } => write!(f, "`{flaw}` {why}"),
            Self::DistinguishedName { text, why } => {
                write!(f, "`{text}` is no distinguished name: {why}")
            }
            Self::Name { name, why } => {
                write!(f, "`{name}` is not a name for a certificate: {why}")
            }
            Self::Serial => f.write_str("a serial number needs at least one octet"),
            Self::Time => {
                f.write_str("a certificate cannot name a time before the year 0 or after 9999")
            }
            Self::UnknownControl(id) => write!(f, "unknown control `{id}`"),
            Self::UnknownFlaw(id) => write!(f, "unknown flaw `{id}`"),
            Self::Unreadable => {
                f.write_str("what was presented is no certificate that can be read")
            }
        }
    }
}

impl std::error::Error for Error {}
