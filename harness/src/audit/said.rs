//! What the client itself says. It is kept beside the verdict and never decides it.

use std::any::Any;
use std::fmt::Display;

/// What a client says of its own sending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Whether it believes that it sent; `None` if it does not say.
    pub sent: Option<bool>,
    /// Its own words: what it printed, or the error that it returned.
    pub text: String,
    /// The exit code, where it is a program.
    pub exit: Option<i32>,
}

/// What the closure of an audit may return: nothing, a text, a `Result`, or a [`Said`].
pub trait ClientSaid {
    /// The same as a [`Said`].
    fn said(self) -> Said;
}

impl ClientSaid for Said {
    fn said(self) -> Said {
        self
    }
}

impl ClientSaid for () {
    fn said(self) -> Said {
        Said::default()
    }
}

impl ClientSaid for String {
    fn said(self) -> Said {
        Said {
            text: self,
            ..Said::default()
        }
    }
}

impl ClientSaid for &str {
    fn said(self) -> Said {
        self.to_owned().said()
    }
}

impl<T, E: Display> ClientSaid for Result<T, E> {
    fn said(self) -> Said {
        let (sent, text) = match self {
            Ok(_) => (true, "ok".to_owned()),
            Err(error) => (false, error.to_string()),
        };
        Said {
            sent: Some(sent),
            text,
            exit: None,
        }
    }
}

impl Said {
    /// A client that panicked.
    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("with something that is no text");
        Self {
            sent: Some(false),
            text: format!("panicked: {text}"),
            exit: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: impl ClientSaid, sent: Option<bool>, text: &str) {
        let said = said.said();
        assert_eq!((said.sent, &*said.text), (sent, text));
    }

    #[test]
    fn a_closure_may_return_what_it_has() {
        check((), None, "");
        check("tried", None, "tried");
        check(Ok::<_, std::fmt::Error>(7), Some(true), "ok");
        check(Err::<(), _>("no route"), Some(false), "no route");
        check(Said::panicked(&"oh"), Some(false), "panicked: oh");
    }
}
