//! What went wrong with a command, in the layout of PowerShell's errors.

/// An error of a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trouble {
    /// The sentence.
    pub(crate) message: String,
    /// `ObjectNotFound`
    pub(crate) category: &'static str,
    /// What it is about: a name that was typed.
    pub(crate) target: String,
    /// `CommandNotFoundException`
    pub(crate) exception: &'static str,
    /// `FullyQualifiedErrorId`
    pub(crate) id: String,
}

impl Trouble {
    /// An error of a cmdlet itself.
    pub(crate) fn new(exception: &'static str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            category: "NotSpecified",
            target: String::new(),
            exception,
            id: exception.trim_end_matches("Exception").to_owned(),
        }
    }

    /// The same, of this category and about this.
    pub(crate) fn about(self, category: &'static str, target: impl Into<String>) -> Self {
        Self {
            category,
            target: target.into(),
            ..self
        }
    }

    /// What is right in PowerShell and not understood here. It says what is.
    pub(crate) fn unsupported(what: &str, instead: &str) -> Self {
        Self::new(
            "NotSupportedException",
            format!("{what} is not supported by this shell; {instead}"),
        )
        .about("NotImplemented", "")
    }
}
