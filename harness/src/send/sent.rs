//! What a client did, and what it was told.

use std::fmt;

use crate::smtp::Reply;

/// What became of a message, attempt by attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// One, or two where something was deferred and a retry asked for.
    pub(crate) attempts: Vec<Attempt>,
}

/// One connection, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// The TLS version and cipher suite, once the handshake was completed.
    pub(crate) tls: Option<String>,
    /// Every recipient that was asked for, and the reply.
    pub(crate) recipients: Vec<(String, Reply)>,
    /// How it ended.
    pub(crate) ending: Ending,
    /// How often the message was delivered before that, the last time included.
    pub(super) delivered: usize,
    /// The recipients that this attempt was for.
    pub(super) wanted: Vec<String>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The content was answered with 2yz: the message is the server's.
    Delivered(Reply),
    /// 4yz, at this step: try again later.
    Deferred(&'static str, Reply),
    /// 5yz, at this step: do not try again.
    Refused(&'static str, Reply),
    /// TLS was not to be had, or the server is not who it should be.
    NoTls(String),
    /// The server said what it should not have, at this step.
    Nonsense(&'static str, String),
    /// The connection was lost, or an answer did not come in time, at this step.
    Lost(&'static str, String),
    /// The server cannot take such a message (RFC 6152 §3, RFC 6531 §3.2).
    Unfit(&'static str),
}

impl Attempt {
    /// The recipients whom a second attempt may reach.
    pub(super) fn deferred(&self) -> Vec<String> {
        let reply_of = |wanted: &String| {
            let mut asked = self.recipients.iter();
            asked.find_map(|(recipient, reply)| (recipient == wanted).then_some(reply))
        };
        let again = |wanted: &&String| match (&self.ending, reply_of(wanted)) {
            (Ending::Delivered(_), reply) => reply.is_some_and(is_transient_for_rcpt),
            (Ending::Deferred(..), Some(reply)) => {
                reply.is_positive() || is_transient_for_rcpt(reply)
            }
            (Ending::Deferred(..), None) => true,
            _ => false,
        };
        self.wanted.iter().filter(again).cloned().collect()
    }
}

/// 4yz, and 552, which means 452 here: too many recipients (RFC 5321 §4.5.3.1.10).
pub(super) fn is_transient_for_rcpt(reply: &Reply) -> bool {
    reply.is_transient() || reply.code == 552
}

impl fmt::Display for Sent {
    /// A line for each attempt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, attempt) in self.attempts.iter().enumerate() {
            writeln!(f, "attempt {}: {attempt}", number + 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ending)?;
        if self.delivered > 1 || self.delivered == 1 && !matches!(self.ending, Ending::Delivered(_))
        {
            write!(f, "; delivered so far: {}", self.delivered)?;
        }
        let refused = |(_, reply): &&(String, Reply)| !reply.is_positive();
        for (recipient, reply) in self.recipients.iter().filter(refused) {
            write!(f, "; <{recipient}>: {}", one_line(reply))?;
        }
        match &self.tls {
            Some(tls) => write!(f, " ({tls})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered(reply) => write!(f, "delivered: {}", one_line(reply)),
            Self::Deferred(step, reply) => write!(f, "deferred at {step}: {}", one_line(reply)),
            Self::Refused(step, reply) => write!(f, "refused at {step}: {}", one_line(reply)),
            Self::NoTls(why) => write!(f, "no TLS: {why}"),
            Self::Nonsense(step, why) => write!(f, "no sense at {step}: {why}"),
            Self::Lost(step, why) => write!(f, "lost at {step}: {why}"),
            Self::Unfit(why) => write!(f, "not sent: {why}"),
        }
    }
}

/// A reply in one line.
pub(super) fn one_line(reply: &Reply) -> String {
    format!("{:03} {}", reply.code, reply.lines.join(" | "))
}
