//! How much a box takes.

use std::time::Duration;

/// How much a box takes, so that nobody can fill it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Octets in a line, its end included, where the box must read lines to change something.
    /// Beyond it: both connections end. A box that changes nothing lets any line pass.
    pub line: usize,
    /// Octets in a reply with all its lines, on the same condition.
    pub reply: usize,
    /// Octets that wait in the box in one direction; beyond it nothing is read until some of them
    /// have gone.
    pub buffer: usize,
    /// Sessions at a time. Beyond it a connection is closed at once.
    pub concurrent: usize,
    /// How long the server may take to accept a connection.
    pub connect: Duration,
    /// How long both may say nothing.
    pub idle: Duration,
    /// How long a session may last in all.
    pub session: Duration,
    /// How many sessions a report remembers; older ones are counted and forgotten.
    pub kept_sessions: usize,
    /// How many octets of each transcript are remembered.
    pub transcript: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            // Room for AUTH (RFC 4954 §4: 12,288) and for Exchange's long addresses.
            line: 16 * 1024,
            reply: 64 * 1024,
            buffer: 64 * 1024,
            concurrent: 10_000,
            connect: Duration::from_secs(10),
            // Longer than our servers wait, so that theirs is the last word.
            idle: Duration::from_secs(120),
            session: Duration::from_secs(600),
            kept_sessions: 10_000,
            transcript: 256 * 1024,
        }
    }
}
