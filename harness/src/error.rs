//! What can be wrong with what a user or a file said.

use std::fmt;

/// Something that a user or a file said and that cannot be understood.
///
/// Mistakes in a test's own code panic instead, at the line of the mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A reply that is not three digits, a space and a text.
    BadReply {
        /// What was written.
        given: String,
        /// What is wrong with it.
        why: String,
    },
    /// An action that can do nothing at that stage.
    NoSuchFault {
        /// What was asked for: the stage and the action.
        given: String,
        /// Why it makes no sense, and what would.
        why: String,
    },
    /// A name that is not known, with the nearest that is.
    UnknownName {
        /// What kind of thing was named: `stage`, `persona`, `cipher suite`.
        kind: &'static str,
        /// What was written.
        given: String,
        /// The nearest known name, if one is near.
        near: Option<String>,
    },
    /// A scenario file that cannot be understood.
    BadScenario {
        /// The file's name as the user gave it, with line and column where they are known.
        place: String,
        /// What is wrong, with the offending text.
        why: String,
    },
    /// A log file that cannot be understood.
    BadLog {
        /// The file's name as the user gave it.
        file: String,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong there, with the offending text.
        why: String,
        /// What can be done about it.
        mend: String,
    },
    /// A file of x509-limbo that cannot be understood.
    BadLimbo {
        /// The file's name as the user gave it, with line and column or the test case.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// A server that could not be started.
    CannotListen {
        /// The address that was asked for.
        address: String,
        /// What the operating system said.
        why: String,
        /// Whether another server has that port.
        taken: bool,
    },
    /// A property of a model that cannot have this value.
    BadSetting {
        /// The property, as Microsoft calls it.
        what: &'static str,
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// Something that this build cannot do.
    NeedsFeature {
        /// What was asked for: `TLS 1.0`.
        what: String,
        /// The feature that has to be turned on.
        feature: &'static str,
    },
    /// A TLS set-up that the provider refuses.
    BadTls {
        /// What is wrong.
        why: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadReply { given, why } => write!(f, "bad reply `{given}`: {why}"),
            Self::NoSuchFault { given, why } => write!(f, "{given} makes no sense: {why}"),
            Self::UnknownName { kind, given, near } => {
                write!(f, "unknown {kind} `{given}`")?;
                match near {
                    Some(near) => write!(f, "\nhint: did you mean `{near}`?"),
                    None => Ok(()),
                }
            }
            Self::BadScenario { place, why } => write!(f, "{place}: {why}"),
            Self::BadLog {
                file,
                line,
                why,
                mend,
            } => write!(f, "{file}:{line}: {why}\nhint: {mend}"),
            Self::BadLimbo { place, why } => write!(
                f,
                "{place}: {why}\nhint: `limbo.json` comes from https://github.com/C2SP/x509-limbo"
            ),
            Self::CannotListen { address, why, .. } => {
                write!(f, "cannot listen on {address}: {why}")
            }
            Self::BadSetting { what, why } => write!(f, "bad {what}: {why}"),
            Self::NeedsFeature { what, feature } => write!(
                f,
                "{what} needs the feature `{feature}`, which is off in this build"
            ),
            Self::BadTls { why } => write!(f, "cannot set up TLS: {why}"),
        }
    }
}

impl std::error::Error for Error {}
