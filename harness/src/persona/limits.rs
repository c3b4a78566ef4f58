//! What a server puts up with before it says so.

use std::time::Duration;

/// The bounds of a server. Each has a reply, which a real server would give there.
///
/// RFC 5321 §4.5.3 sets minimums for some of them; a test may go below.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Octets in a command line, its end included (RFC 5321 §4.5.3.1.4 says 512, and each
    /// extension adds to it). Beyond it the line is thrown away and answered `500`.
    pub line: usize,
    /// Octets in a line of an AUTH exchange (RFC 4954 §4: at least 12,288).
    pub auth_line: usize,
    /// Octets in a message: what `SIZE` announces. Beyond it: `552`.
    pub message: usize,
    /// Recipients of a message (RFC 5321 §4.5.3.1.8: at least 100). Beyond it: `452`.
    pub recipients: usize,
    /// Commands that were not understood or out of order. Beyond it: `421` and the end.
    pub errors: usize,
    /// Logins that failed. Beyond it the answer is the one for too many errors, and the end.
    pub logon_failures: usize,
    /// Sessions at a time. Beyond it: `421` instead of the greeting.
    pub concurrent: usize,
    /// How long the client may say nothing. Beyond it: `421` and the end.
    pub idle: Duration,
    /// How long a session may last in all. Beyond it: `421` and the end.
    pub session: Duration,
    /// How long the server waits before each refusal with a code of 5yz, so that trying one
    /// recipient after the other takes its time.
    pub tarpit: Duration,
    /// How many sessions a report remembers; older ones are counted and forgotten.
    pub kept_sessions: usize,
    /// How many octets of mail a report remembers; older messages are counted and forgotten.
    pub kept_mail: usize,
    /// How many octets of a session's transcript are remembered.
    pub transcript: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 2_048,
            auth_line: 12_288,
            message: 10 * 1024 * 1024,
            recipients: 1_000,
            errors: 20,
            logon_failures: 100,
            concurrent: 10_000,
            // RFC 5321 §4.5.3.2.7 asks a server for five minutes; a test that says nothing for
            // half a minute has stopped.
            idle: Duration::from_secs(30),
            session: Duration::from_secs(600),
            tarpit: Duration::ZERO,
            kept_sessions: 10_000,
            kept_mail: 256 * 1024 * 1024,
            transcript: 256 * 1024,
        }
    }
}

macro_rules! change {
    (numbers $($number:ident)*, waits $($wait:ident)*) => {
        /// The limits that a file changes.
        #[cfg(feature = "scenario")]
        #[derive(Default, serde::Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub(crate) struct LimitsChange {
            $($number: Option<usize>,)*
            $($wait: Option<crate::duration::Wait>,)*
        }

        #[cfg(feature = "scenario")]
        impl LimitsChange {
            pub(crate) fn apply(self, to: &mut Limits) {
                $(if let Some(number) = self.$number { to.$number = number; })*
                $(if let Some(crate::duration::Wait(wait)) = self.$wait { to.$wait = wait; })*
            }
        }
    };
}

change! {
    numbers line auth_line message recipients errors logon_failures concurrent kept_sessions kept_mail transcript,
    waits idle session tarpit
}
